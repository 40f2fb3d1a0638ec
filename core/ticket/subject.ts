/**
 * Owns subjects: putting the ticket's number in and taking numbers and reply marks out. OTRS behaviour, with lists of
 * prefixes.
 */
import { DEFAULT_NUMBER_SETTINGS, literal } from './number.ts'

export interface SubjectSettings {
  readonly hook: string
  readonly divider: string
  /** Where the number stands (`Ticket::SubjectFormat`). */
  readonly format: 'Left' | 'Right' | 'None'
  /** Marks of a reply; the first is the one we write, all are removed. None: replies get no mark. */
  readonly replyPrefixes: readonly string[]
  /** Marks of a forwarded mail, likewise. */
  readonly forwardPrefixes: readonly string[]
  /** Longer subjects are cut when cleaned; 0: never. */
  readonly size: number
  /** Also remove numbers of other tickets after hook and divider. */
  readonly cleanAllNumbers: boolean
}

/** Beyond OTRS's `Re` and `Fwd`: what Polish and German mail programs and Outlook write. */
export const DEFAULT_SUBJECT_SETTINGS: SubjectSettings = {
  hook: DEFAULT_NUMBER_SETTINGS.hook,
  divider: DEFAULT_NUMBER_SETTINGS.divider,
  format: 'Left',
  replyPrefixes: ['Re', 'Odp', 'AW'],
  forwardPrefixes: ['Fwd', 'FW', 'PD'],
  size: 100,
  cleanAllNumbers: false,
}

export interface SubjectParts {
  readonly number: string
  readonly subject: string
  readonly kind: 'new' | 'reply' | 'forward'
  /** `false` keeps the subject as it came, as auto-responses do. Default: cleaned first. */
  readonly clean?: boolean
}

/** `[Ticket#2024022910000012] Drukarka`, with `Re: ` before it for a reply, `Fwd: ` for a forwarded mail. */
export function buildSubject({ number, subject, kind, clean = true }: SubjectParts, settings: SubjectSettings): string {
  const text = clean ? cleanSubject(subject, number, settings) : subject
  const tag = `[${settings.hook}${settings.divider}${number}]`
  const numbered = { Left: `${tag} ${text}`, Right: `${text} ${tag}`, None: text }[settings.format]
  const prefix = { new: undefined, reply: settings.replyPrefixes[0], forward: settings.forwardPrefixes[0] }[kind]
  return prefix ? `${prefix}: ${numbered}` : numbered
}

/**
 * The subject without this ticket's number, reply marks, then forward marks, cut to size. OTRS's order and quirks are
 * kept: `Fwd: Re: x` becomes `Re: x`, for reply marks went first; a mark needs a blank after its colon; blanks go at
 * one end only. Ours: letters' case does not matter in the hook, as it does not when numbers are found.
 */
export function cleanSubject(subject: string, number: string, settings: SubjectSettings): string {
  let text = removeNumbers(subject, number, settings)
  text = text.replace(leadingMarks(settings.replyPrefixes), '')
  text = text.replace(leadingMarks(settings.forwardPrefixes), '')
  const trimmed = text.trimStart()
  return cut(trimmed === text ? text.trimEnd() : trimmed, settings.size)
}

/**
 * First with brackets around, then without. Another ticket's number stays, unless all are to go; ours: also when it
 * begins with this one's digits, of which OTRS leaves the rest.
 */
function removeNumbers(subject: string, number: string, settings: SubjectSettings): string {
  // Most subjects hold no number, and building the patterns costs more than this look.
  if (!subject.toLowerCase().includes(settings.hook.toLowerCase())) return subject
  const hook = literal(settings.hook)
  const tag = hook + literal(settings.divider)
  const digits = `${literal(number)}(?!\\d)`
  const own = number === '' ? [] : [`${hook}: ${digits}`, `${hook}:${digits}`, tag + digits]
  // Without hook and divider every digit would look like a number.
  const all = settings.cleanAllNumbers && tag !== '' ? [`${tag}\\d+`] : []
  const forms = [...own, ...all]
  let text = subject
  for (const form of forms) text = text.replace(new RegExp(`\\[\\s*${form}\\s*\\]\\s*`, 'giu'), '')
  for (const form of forms) text = text.replace(new RegExp(`${form}\\s*`, 'giu'), '')
  return text
}

/** `Re: `, `RE[4]: ` and so on, repeated at the very start; nothing when there are no prefixes. */
function leadingMarks(prefixes: readonly string[]): RegExp | string {
  const words = prefixes.filter((prefix) => prefix !== '').map(literal)
  return words.length === 0 ? '' : new RegExp(`^(?:(?:${words.join('|')})(?:\\[\\d+\\])?:\\s)+`, 'iu')
}

/**
 * Characters are counted as code points, as Perl does, so that none is cut in two. A text of exactly `size` is marked
 * too.
 */
function cut(text: string, size: number): string {
  if (size === 0 || text.length < size) return text
  const characters = [...text]
  return characters.length < size ? text : `${characters.slice(0, size).join('')} [...]`
}
