/** Owns ACLs as OTRS writes them: its export, its rows in the database, and what of them means nothing here. Pure. */
import { parseDocument, stringify } from 'yaml'
import type { RuleFilter } from '../../core/index.ts'
import type { AclForm } from './acl.ts'
import { filterFromFile, filterToFile, type FilterNames } from './filter-names.ts'
import {
  BLOCKS,
  isKnown,
  isTarget,
  LISTS,
  patternIn,
  takeApart,
  UNASKED,
  valuesOf,
  WAYS,
  type Block,
  type Change,
  type Match,
  type Reach,
} from './rule.ts'

/** What does not work here as it did there, and why. `at`: where it stands. */
export interface Lost {
  at: string
  why: 'unreadable' | 'unknown' | 'unasked' | 'pattern'
}

/** One ACL taken over: not in use until somebody has looked at it. */
export interface TakenOver {
  form: AclForm
  lost: Lost[]
  /** It was in use there. */
  wasValid: boolean
}

/** A row of OTRS's table `acl`: both configurations are YAML. */
export interface OtrsAclRow {
  name: string
  comments?: string | null
  description?: string | null
  valid_id: number | string
  stop_after_match?: number | string | null
  config_match?: string | Buffer | null
  config_change?: string | Buffer | null
}

/** Every scalar as text: OTRS compares texts. Undefined: it cannot be read. */
function readYaml(text: string): unknown {
  try {
    // Perl's undef is a plain ~; whatever else is plain is text, as in Perl.
    const document = parseDocument(text, { schema: 'failsafe', customTags: ['null'], logLevel: 'silent' })
    return document.errors.length > 0 ? undefined : (document.toJS({ maxAliasCount: 100 }) as unknown)
  } catch {
    return undefined
  }
}

/** From a row as it stands in the database of OTRS, Znuny or OTOBO. */
export function fromAclRow(row: OtrsAclRow): TakenOver {
  const lost: Lost[] = []
  const part = (name: string, given: string | Buffer | null | undefined): unknown => {
    const text = given?.toString('utf8') ?? ''
    if (text.trim() === '') return {}
    const read = readYaml(text)
    if (read === undefined) lost.push({ at: name, why: 'unreadable' })
    return read
  }
  const match = part('config_match', row.config_match)
  const change = part('config_change', row.config_change)
  return takenOver(row.name, row, { match, change, stop: row.stop_after_match, valid: row.valid_id }, lost)
}

/** Beside OTRS's own keys, where its import passes it over: the filter of lists that a rule of pomoc may have. */
const FILTER = 'PomocFilter'

/** Filters in a file as they stand there: by names. What is none is left out. */
export function filtersIn(text: string): RuleFilter[] {
  const read = readYaml(text)
  return (Array.isArray(read) ? read : []).flatMap((row) => filterFromFile(filterIn(row), AS_IT_STANDS)?.filter ?? [])
}
const AS_IT_STANDS: FilterNames = { name: (_key, id) => id, id: (_key, name) => name }

/** Every scalar of a file is a text; a filter has numbers and signs of yes too. */
const filterIn = (row: unknown): unknown => {
  const given = isRecord(row) ? (row[FILTER] ?? {}) : {}
  if (!isRecord(given)) return given
  const times = given['times']
  return {
    ...given,
    ...Object.fromEntries(['below', 'held', 'undelivered'].flatMap((name) => (given[name] === 'true' ? [[name, true]] : []))),
    ...(Array.isArray(times)
      ? {
          times: times.map((time) =>
            isRecord(time) && 'minutes' in time ? { ...time, minutes: Number(time['minutes']) } : (time as unknown),
          ),
        }
      : {}),
  }
}

/** The ACLs of a file that OTRS, or pomoc, exported. Undefined: it is none, or a filter in it cannot be read. */
export function fromExport(text: string, names: FilterNames = AS_IT_STANDS): TakenOver[] | undefined {
  const read = readYaml(text)
  if (!Array.isArray(read)) return undefined
  const rows = read.filter(isRecord)
  if (rows.length < read.length || rows.some((row) => said(row['Name']) === '')) return undefined
  const filters = rows.map((row) => filterFromFile(filterIn(row), names))
  if (filters.includes(undefined)) return undefined
  return rows.map((row, n) => {
    const { filter, unknown } = filters[n]!
    const taken = takenOver(
      said(row['Name']),
      { comments: said(row['Comment']), description: said(row['Description']) },
      { match: row['ConfigMatch'], change: row['ConfigChange'], stop: row['StopAfterMatch'], valid: row['ValidID'] },
      unknown.map((at) => ({ at: `${FILTER}: ${at}`, why: 'unknown' as const })),
    )
    return { ...taken, form: { ...taken.form, filter } }
  })
}

function takenOver(
  name: string,
  { comments, description }: Pick<OtrsAclRow, 'comments' | 'description'>,
  { match, change, stop, valid }: { match: unknown; change: unknown; stop: unknown; valid: unknown },
  lost: Lost[],
): TakenOver {
  const form: AclForm = {
    name,
    comment: comments ?? '',
    description: description ?? '',
    match: matchOf(match),
    change: changeOf(change),
    stop: said(stop) === '1',
    valid: false,
  }
  return { form, lost: [...lost, ...meaningless(form)], wasValid: said(valid) === '1' }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const said = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '')
const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(said) : said(value) === '' ? [] : [said(value)])
const lists = (value: unknown): Record<string, string[]> =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, values]) => [key, list(values)])) : {}

function matchOf(given: unknown): Match {
  const match: Match = {}
  for (const block of BLOCKS) {
    const keys = isRecord(given) ? given[block] : undefined
    if (!isRecord(keys) || Object.keys(keys).length === 0) continue
    match[block] = Object.fromEntries(Object.entries(keys).map(([key, attributes]) => [key, lists(attributes)])) satisfies Block
  }
  return match
}

function changeOf(given: unknown): Change {
  const change: { -readonly [W in keyof Change]: Reach } = {}
  for (const way of WAYS) {
    const said = isRecord(given) ? given[way] : undefined
    if (!isRecord(said)) continue
    const reach: Reach = {}
    if (isRecord(said['Ticket'])) reach.Ticket = lists(said['Ticket'])
    for (const name of LISTS) {
      const names = said[name]
      // The form of OTRS 3.3, name by name: those that are 0 are not possible.
      if (isRecord(names)) change.PossibleNot = { ...change.PossibleNot, [name]: Object.keys(names).filter((one) => !Number(names[one])) }
      else if (names !== undefined) reach[name] = list(names)
    }
    if (Object.keys(reach).length > 0) change[way] = { ...change[way], ...reach }
  }
  return change
}

/** What is kept and has no effect: conditions that are never known, things that pomoc does not ask about, patterns that are none. */
export function meaningless({ match, change }: Pick<AclForm, 'match' | 'change'>): Lost[] {
  const lost: Lost[] = []
  for (const block of BLOCKS)
    for (const [key, attributes] of Object.entries(match[block] ?? {}))
      for (const attribute of Object.keys(attributes))
        if (!isKnown(key, attribute)) lost.push({ at: `${block}: ${key}.${attribute}`, why: 'unknown' })
  for (const way of WAYS) {
    const { Ticket = {}, ...others } = change[way] ?? {}
    for (const name of Object.keys(Ticket)) if (!isTarget(name)) lost.push({ at: `${way}: ${name}`, why: 'unasked' })
    for (const name of Object.keys(others)) if (UNASKED.includes(name)) lost.push({ at: `${way}: ${name}`, why: 'unasked' })
  }
  for (const { at, value } of valuesOf({ match, change }))
    if (/RegExp$/i.test(takeApart(value).prefix) && !patternIn(value)) lost.push({ at: `${at}: ${value}`, why: 'pattern' })
  return lost
}

/** As OTRS exports them, so that either program reads it; a filter beside, by names. Moments in UTC, as OTRS writes them. */
export function toExport(acls: readonly (AclForm & { id: string; changedAt: Date })[], names: FilterNames = AS_IT_STANDS): string {
  const moment = (date: Date) => date.toISOString().slice(0, 19).replace('T', ' ')
  return stringify(
    acls.map(({ id, name, comment, description, match, change, filter = {}, stop, valid, changedAt }) => ({
      ID: id,
      Name: name,
      Comment: comment,
      Description: description,
      StopAfterMatch: stop ? '1' : '0',
      ValidID: valid ? '1' : '2',
      ConfigMatch: match,
      ConfigChange: change,
      ...(Object.keys(filter).length > 0 ? { [FILTER]: filterToFile(filter, names) } : {}),
      CreateBy: 'pomoc',
      CreateTime: moment(changedAt),
      ChangeBy: 'pomoc',
      ChangeTime: moment(changedAt),
    })),
    { lineWidth: 0, aliasDuplicateObjects: false },
  )
}
