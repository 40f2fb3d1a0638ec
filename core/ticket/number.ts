/**
 * Owns ticket numbers: making them and finding them in text. OTRS behaviour throughout, so that its numbers stay good.
 */

/** OTRS's generators; `DateChecksum` is its default and ours. */
export const NUMBER_KINDS = ['AutoIncrement', 'Date', 'DateChecksum', 'Random'] as const
export type NumberKind = (typeof NUMBER_KINDS)[number]

export interface TicketNumberSettings {
  readonly kind: NumberKind
  /** Digits that tell this installation from others (`SystemID`). */
  readonly systemId: string
  /** Whether text must hold our system id to count as a number of ours. */
  readonly checkSystemId: boolean
  /** Least digits of a counter: for AutoIncrement always, for Date with `useFormattedCounter`. */
  readonly minCounterSize: number
  readonly useFormattedCounter: boolean
  /** Stands before a number in subjects, `Ticket#`. */
  readonly hook: string
  /** Between hook and number; OTRS's is empty. */
  readonly divider: string
}

export const DEFAULT_NUMBER_SETTINGS: TicketNumberSettings = {
  kind: 'DateChecksum',
  systemId: '10',
  checkSystemId: true,
  minCounterSize: 5,
  useFormattedCounter: false,
  hook: 'Ticket#',
  divider: '',
}

export interface NumberParts {
  readonly systemId: string
  /** From 1; unused by Random. Date kinds begin anew each day. */
  readonly counter: number | bigint
  /** `YYYYMMDD` in the system's zone; unused by AutoIncrement and Random. */
  readonly date: string
  readonly minCounterSize: number
  readonly useFormattedCounter: boolean
  /** For Random: at least 0 and below 1, as `Math.random()` gives. */
  readonly random: number
}

/** DateChecksum pads its counter to five digits whatever the settings say. */
const CHECKSUM_COUNTER_SIZE = 5

/** A number as text: 17 digits and more do not fit a JavaScript number. */
export function formatNumber(kind: NumberKind, parts: NumberParts): string {
  const counter = String(parts.counter)
  switch (kind) {
    case 'AutoIncrement':
      return parts.systemId + counter.padStart(parts.minCounterSize, '0')
    case 'Date':
      return parts.date + parts.systemId + (parts.useFormattedCounter ? counter.padStart(parts.minCounterSize, '0') : counter)
    case 'DateChecksum': {
      const digits = parts.date + parts.systemId + counter.padStart(CHECKSUM_COUNTER_SIZE, '0')
      return digits + checkDigit(digits)
    }
    case 'Random':
      return parts.systemId + String(Math.floor(parts.random * 9_999_999_999)).padStart(10, '0')
  }
}

/**
 * The last digit of a DateChecksum number: digits times 1, 2, 1, 2 … from the left, their sum modulo 10 taken from 10,
 * and 10 becomes 1. So 0 never occurs. It is never checked on input: OTRS does not, and its welcome ticket has a wrong
 * one.
 */
export function checkDigit(digits: string): string {
  let sum = 0
  for (let index = 0; index < digits.length; index++) sum += Number(digits[index]) * (index % 2 === 0 ? 1 : 2)
  const rest = 10 - (sum % 10)
  return String(rest === 10 ? 1 : rest)
}

/**
 * The numbers a text holds, each once, the first being the one OTRS takes: those after hook and divider in order, then
 * those after the hook, a colon and up to two blanks; then, beyond OTRS, those of which a program or a hand has moved the blanks:
 * `Ticket # 2024…`, `Ticket #2024…`, `Ticket#  : 2024…`. Upper and lower case are the same. Whether such a ticket exists is not known here.
 */
export function findNumbers(text: string, settings: TicketNumberSettings): string[] {
  const hook = literal(settings.hook)
  const number = numberPattern(settings)
  const withDivider = new RegExp(`${hook}${literal(settings.divider)}(${number})`, 'giu')
  const withColon = new RegExp(`${hook}:\\s{0,2}(${number})`, 'giu')
  const mark = /(?<![^\p{L}\p{N}])[^\p{L}\p{N}]+$/u.exec(settings.hook)?.[0] ?? ''
  const word = settings.hook.slice(0, settings.hook.length - mark.length)
  const spaced = new RegExp(`${literal(word)}\\s{0,2}${literal(mark)}\\s{0,2}${literal(settings.divider)}:?\\s{0,2}(${number})`, 'giu')
  const found = new Set<string>()
  // Without hook every digit would look like a number.
  for (const pattern of [withDivider, withColon, ...(settings.hook === '' ? [] : [spaced])]) {
    for (const match of text.matchAll(pattern)) found.add(match[1] ?? '')
  }
  return [...found]
}

/**
 * Numbers that stand in a text without hook. Only of the kind whose form nobody meets by chance: a date, our system id, a counter and
 * the digit that fits them. They may still be somebody's own numbers; the caller asks whose they are.
 */
export function findBareNumbers(text: string, settings: TicketNumberSettings): string[] {
  if (settings.kind !== 'DateChecksum' || !settings.checkSystemId) return []
  const found = text.matchAll(new RegExp(`(?<!\\d)\\d{8}${literal(settings.systemId)}\\d{6,12}(?!\\d)`, 'gu'))
  return [...new Set([...found].map(([number]) => number).filter((number) => checkDigit(number.slice(0, -1)) === number.at(-1)))]
}

/** Every repeat has a bound, so that finding is linear in the text. */
function numberPattern(settings: TicketNumberSettings): string {
  const systemId = settings.checkSystemId ? literal(settings.systemId) : ''
  switch (settings.kind) {
    case 'AutoIncrement':
      return `${systemId}\\d{${settings.minCounterSize},${settings.minCounterSize + 5}}`
    case 'Date':
      return `\\d{8}${systemId}\\d{1,40}`
    case 'DateChecksum':
      return `\\d{8}${systemId}\\d{4,40}`
    case 'Random':
      return `${systemId}\\d{2,20}`
  }
}

/** A pattern (with flag `u`) that matches exactly this text. */
export function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
