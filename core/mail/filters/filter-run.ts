/** Owns what postmaster filters mean: which match a mail, and which headers they set. Pure; OTRS behaviour (MatchDBSource). */
import { otrsName, sayOtrsName } from './otrs-headers.ts'

export interface MatchRow {
  key: string
  value: string
  negated: boolean
}
export interface SetRow {
  key: string
  value: string
}
export interface PostmasterFilter {
  id: string
  name: string
  /** After a match no later filter runs. */
  stop: boolean
  match: readonly MatchRow[]
  set: readonly SetRow[]
}

/** What a mail says, for filters: headers by name in lower case (see filter-mail.ts), 'body', X-OTRS-* under their canonical names. */
export interface FilterMail {
  fields: Readonly<Record<string, string>>
  /** The addresses of headers that hold some, by name in lower case. */
  addresses: Readonly<Record<string, readonly string[]>>
}

export type FilterFault = 'filter-too-slow' | 'filter-invalid'
/** What a pattern finds in a text; throws a `FilterFault` as its message. */
export type Search = (pattern: string, text: string) => { groups: readonly (string | undefined)[]; named: Record<string, string> } | null

export interface FilterResult {
  id: string
  name: string
  matched: boolean
  /** Each match row in order, up to the first that did not hold: did it? */
  rows: boolean[]
  /** What was set, captures filled in. */
  set: SetRow[]
  /** It ended the run. */
  stopped: boolean
  fault?: FilterFault
}

export interface FilterRun {
  results: FilterResult[]
  /** What all of them together have set: canonical X-OTRS name → value. */
  headers: Record<string, string>
}

/**
 * Runs filters in the order of their names. All match rows of one must hold; a header that the mail does not know never holds,
 * negated or not; a filter without match rows never matches. What one filter sets, the next ones see.
 */
export function runFilters(filters: readonly PostmasterFilter[], mail: FilterMail, search: Search): FilterRun {
  const fields: Record<string, string> = { ...mail.fields }
  const headers: Record<string, string> = {}
  const results: FilterResult[] = []
  for (const filter of inOrder(filters)) {
    const result = runOne(filter, { ...mail, fields }, search)
    results.push(result)
    for (const { key, value } of result.set) {
      fields[fieldName(key)] = value
      const name = otrsName(key)
      if (name !== undefined) headers[name] = value
    }
    if (result.stopped) break
  }
  return { results, headers }
}

/** By code point, as Perl sorts. */
const inOrder = (filters: readonly PostmasterFilter[]) => filters.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))

function runOne(filter: PostmasterFilter, mail: FilterMail, search: Search): FilterResult {
  const { id, name } = filter
  const rows: boolean[] = []
  const captures: Captures = { last: '', named: {} }
  try {
    for (const row of filter.match) {
      rows.push(holds(row, mail, captures, search))
      if (!rows.at(-1)) break
    }
  } catch (error) {
    const fault = (error as Error).message as FilterFault
    if (fault !== 'filter-too-slow' && fault !== 'filter-invalid') throw error
    return { id, name, matched: false, rows, set: [], stopped: false, fault }
  }
  const matched = rows.length > 0 && rows.every(Boolean)
  const set = matched ? filter.set.map(({ key, value }) => ({ key, value: fillIn(value, captures) })) : []
  return { id, name, matched, rows, set, stopped: matched && filter.stop }
}

interface Captures {
  last: string
  named: Record<string, string>
}

const ADDRESS = /^EMAILADDRESS:(.*)$/s

function holds({ key, value, negated }: MatchRow, mail: FilterMail, captures: Captures, search: Search): boolean {
  const field = fieldName(key)
  const text = mail.fields[field]
  if (text === undefined) return false
  const address = ADDRESS.exec(value)?.[1]
  if (address !== undefined) {
    const found = (mail.addresses[field] ?? []).find((one) => search(`^(?:${address})$`, one) !== null)
    if (found !== undefined) {
      // OTRS captures the pattern here; the address found is the same where the pattern is an address, and of use where it is not.
      captures.last = found
      captures.named['email'] = found
    }
    return (found !== undefined) !== negated
  }
  const found = search(value, text)
  // Perl: a group that caught nothing, or '0', leaves the capture before it.
  const first = found?.groups[1]
  if (found && !negated && first !== undefined && first !== '' && first !== '0') captures.last = first
  if (found && !negated) Object.assign(captures.named, found.named)
  return (found !== null) !== negated
}

/** `[***]` once, `[**\name**]` wherever it stands; a name that caught nothing is ''. */
function fillIn(value: string, { last, named }: Captures): string {
  return value.replace('[***]', () => last).replace(/\[\*\* ?\\(\w+) ?\*\*\]/g, (_, name: string) => named[name] ?? '')
}

/** One name for a header however it is written: lower case, X-OTOBO-* as X-OTRS-*. */
export function fieldName(key: string): string {
  const own = otrsName(key)
  return own === undefined ? key.trim().toLowerCase() : `x-otrs-${own}`
}

/** A filter in words, for reasons: "X-OTRS-Queue = Junk". */
export const saySet = (set: readonly SetRow[]): string =>
  set.map(({ key, value }) => `${sayOtrsName(otrsName(key) ?? key)} = ${value}`).join(', ')

/** Perl's pattern as JavaScript reads it: what the two write differently and filters use. */
export function toPattern(perl: string): RegExp {
  const source = perl.replace(/^\(\?[msx]*i[imsx]*\)/, '').replace(/\\(.)/gs, (whole, letter: string) => {
    if (letter === 'A') return '^'
    if (letter === 'z' || letter === 'Z') return '$'
    if (letter === 'h') return '[ \\t]'
    return whole
  })
  return new RegExp(source, 'i')
}
