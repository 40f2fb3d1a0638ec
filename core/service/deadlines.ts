/** Owns the six numbers of a queue or an SLA: within how many working minutes, and from which part of them on somebody is told. */
import type { AskTime, DeadlineColumns, DeadlineName } from '../database/schema.ts'
import { refused } from '../errors.ts'

/** In the order in which they are said: what each is called where it runs, and in forms; the columns in which queues and SLAs alike keep it. */
export const DEADLINES = [
  { kind: 'response', name: 'firstResponse', minutes: 'first_response_minutes', notify: 'first_response_notify' },
  { kind: 'update', name: 'update', minutes: 'update_minutes', notify: 'update_notify' },
  { kind: 'solution', name: 'solution', minutes: 'solution_minutes', notify: 'solution_notify' },
] as const satisfies readonly { kind: DeadlineName; name: string; minutes: keyof DeadlineColumns; notify: keyof DeadlineColumns }[]
export const DEADLINE_KINDS: readonly DeadlineName[] = DEADLINES.map(({ kind }) => kind)
/** The columns that deadlines count of. */
export const DEADLINE_MINUTES = DEADLINES.map(({ minutes }) => minutes)

export interface Deadline {
  /** Working minutes; null: no such deadline. */
  minutes: number | null
  /** Told from this per cent of them on; null: not before it. */
  notify: number | null
}
export type Deadlines = Record<(typeof DEADLINES)[number]['name'], Deadline>

type Columns = { [C in keyof DeadlineColumns]: number | null }

export const NO_DEADLINES: Deadlines = deadlinesOf()

export function deadlinesOf(row?: Columns): Deadlines {
  return Object.fromEntries(
    DEADLINES.map(({ name, minutes, notify }) => [name, { minutes: row?.[minutes] ?? null, notify: row?.[notify] ?? null }]),
  ) as Deadlines
}

/** About eight years of working days. */
const MOST_MINUTES = 1_000_000

/** As columns. Errors: `deadline.minutes` at '<name>Minutes', `deadline.notify` at '<name>Notify'. */
export function deadlineColumns(deadlines: Deadlines): Columns {
  return Object.fromEntries(
    DEADLINES.flatMap(({ name, minutes, notify }) => {
      const said = deadlines[name]
      if (said.notify !== null && !isWhole(said.notify, 99)) throw refused('deadline.notify', {}, `${name}Notify`)
      return [
        [minutes, demandMinutes(said.minutes, `${name}Minutes`)],
        [notify, said.notify],
      ]
    }),
  ) as Columns
}

/** Working minutes, or none. Error: `deadline.minutes`. */
export function demandMinutes(minutes: number | null, field: string): number | null {
  if (minutes !== null && !isWhole(minutes, MOST_MINUTES)) throw refused('deadline.minutes', { limit: MOST_MINUTES }, field)
  return minutes
}

const isWhole = (value: number, most: number): boolean => Number.isInteger(value) && value >= 1 && value <= most

/** As somebody types them: '240', '45 min', '4 h', '4 h 30 min', '4:30'. Null where nothing is typed, NaN where it is no time. */
export function readMinutes(typed: string): number | null {
  const text = typed.replaceAll(/\s+/g, '').toLowerCase()
  if (text === '') return null
  const clock = /^(\d{1,6}):([0-5]\d)$/.exec(text)
  if (clock) return Number(clock[1]) * 60 + Number(clock[2])
  const words = /^(?:(\d{1,6})(?:h|godz\.?))?(?:(\d{1,9})(?:min\.?|m)?)?$/.exec(text)
  return words ? Number(words[1] ?? 0) * 60 + Number(words[2] ?? 0) : Number.NaN
}

/** As `readMinutes` reads them; '' for none. */
export function sayMinutes(minutes: number | null): string {
  if (minutes === null) return ''
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  return [hours > 0 ? `${hours} h` : '', rest > 0 ? `${rest} min` : ''].filter(Boolean).join(' ')
}

export const ASK_TIME: readonly AskTime[] = ['off', 'optional', 'required']
