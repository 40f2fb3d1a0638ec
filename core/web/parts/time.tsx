/** Owns how moments stand in pages: in words, exact on hover, readable by machines. */
import type { PageContext } from '../../kernel/contract.ts'
import { sayAge, sayDate, sayDateTime } from '../../calendar/words.ts'

// Making a formatter costs more than a row of a list; there are few languages and zones.
const formatters = new Map<string, Intl.DateTimeFormat>()

function exact(at: Date, zone: string, language: string): string {
  const key = `${language} ${zone}`
  let formatter = formatters.get(key)
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'short', timeZone: zone })
    formatters.set(key, formatter)
  }
  return formatter.format(at)
}

/** `moment`: "dziś, 8:10"; `age`: "3 dni"; `day`: "20 listopada". */
export const Time = ({ c, at, as = 'moment', zone }: { c: PageContext; at: Date; as?: 'moment' | 'age' | 'day'; zone?: string }) => {
  const { config, clock } = c.get('host')
  const language = c.get('language')
  const where = zone ?? config.zone
  const words =
    as === 'age'
      ? sayAge(at, clock(), language, where)
      : as === 'day'
        ? sayDate(at, where, language, clock())
        : sayDateTime(at, where, language, clock())
  return (
    <time datetime={at.toISOString()} title={exact(at, where, language)}>
      {words}
    </time>
  )
}

/** A moment for a file: '2026-11-17 10:15', in the installation's zone. */
export function plainTime(c: PageContext, at: Date | null): string {
  if (!at) return ''
  return new Intl.DateTimeFormat('sv', { timeZone: c.get('host').config.zone, dateStyle: 'short', timeStyle: 'short' }).format(at)
}
