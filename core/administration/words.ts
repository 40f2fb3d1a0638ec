/**
 * Owns how an event of the audit log reads, in every log alike: what it was about, who did it, each value before and after, in the
 * reader's language and zone.
 */
import type { Kysely } from 'kysely'
import { administrationTexts, type AdministrationKey } from '../audit/administration-texts.ts'
import { SECRET_VALUE } from '../audit/record.ts'
import type { Change, EachField, Found, Reads, Subject, SubjectField, SubjectOwner } from '../audit/subject.ts'
import { sayDate, sayDateTime } from '../calendar/words.ts'
import { isId } from '../database/id.ts'
import type { Database, Id, Language } from '../database/schema.ts'
import { isLanguage, LANGUAGES } from '../i18n/languages.ts'
import { fill, sayText, type Params } from '../i18n/texts.ts'
import type { PageContext } from '../kernel/contract.ts'
import { NAMES, readNames, type NameKind, type NameSql, type Wanted } from './names.ts'
import { ownSubject, type Owned } from './subjects.ts'

/** Who reads. */
export interface Reader {
  language: Language /** Of the clock, as 'Europe/Warsaw'. */
  zone: string
  now: Date
  owners: readonly SubjectOwner[]
}

/** Who reads a page. */
export const readerOf = (c: PageContext): Reader => {
  const { config, clock, plugins } = c.get('host')
  return { language: c.get('language'), zone: config.zone, now: clock(), owners: plugins as readonly SubjectOwner[] }
}

/** What is needed to say events: the reader, and the names that were looked up. */
export interface Saying extends Reader {
  names: Map<string, Map<Id, string>>
  /** What values were said with, by how it is read. */
  found: Map<Found['read'], unknown>
  t(key: AdministrationKey, params?: Params): string
  /** A name, else the number of what is gone. */
  nameOf(kind: NameKind | (string & {}), id: unknown): string
}

/** Kinds of events that are changes: who logged in, and from where, is no affair of a unit's log. */
export const CHANGES: readonly string[] = ['admin-changed', 'permission', 'plugin-activation', 'setting']

export interface Line {
  field: string
  before: string
  after: string
}

type Told = Pick<Change, 'object' | 'before' | 'after'> & Partial<Pick<Change, 'kind'>>

/** Begins to say events to a reader, with the names that these speak of. */
export async function saying(db: Kysely<Database>, reader: Reader, events: readonly Told[] = []): Promise<Saying> {
  const names: Saying['names'] = new Map()
  const t = administrationTexts.in(reader.language) as Saying['t']
  const said: Saying = {
    ...reader,
    names,
    found: new Map(),
    t,
    nameOf: (kind, id) => names.get(kind)?.get(String(id)) ?? t('value.gone', { id: String(id) }),
  }
  await learnNames(db, said, events)
  return said
}

/** Looks up what further events speak of: one statement, or none. */
export async function learnNames(db: Kysely<Database>, saying: Saying, events: readonly Told[]): Promise<void> {
  const wanted = new Map<string, { sql: NameSql; ids: Set<Id> }>()
  const reads = new Set<Found['read']>()
  const want = (kind: string, sql: NameSql, id: unknown) => {
    if (!isId(String(id)) || saying.names.get(kind)?.has(String(id))) return
    const one = wanted.get(kind) ?? { sql, ids: new Set<Id>() }
    one.ids.add(String(id))
    wanted.set(kind, one)
  }
  for (const event of events) {
    const owned = ownedOf(event, saying)
    if (!owned || !event.object) continue
    const { subject } = owned
    const own = subject.named
    if (own && typeof own === 'string') want(own, NAMES[own], event.object.id)
    else if (own && 'named' in own) want(subject.type, own.named, event.object.id)
    // A setting's unit stands behind its owner's name.
    const unit = /\/(\d{1,18})$/.exec(event.object.id)?.[1]
    if (unit) want('unit', NAMES.unit, unit)
    for (const key of keysOf(event)) {
      const each = eachOf(subject, key)
      if (each) want(kindOf(subject, each), typeof each.of === 'string' ? NAMES[each.of] : each.of.named, key.slice(each.prefix.length + 1))
      const as = each ? each.as : fieldOf(subject, key)?.as
      for (const value of [event.before?.[key], event.after?.[key]].flat()) {
        if (isNameKind(as)) want(as, NAMES[as], value)
        else if (typeof as === 'object' && 'named' in as) want(`${subject.type} ${key}`, as.named, value)
        else if (typeof as === 'object' && 'read' in as && !isEmpty(value)) reads.add(as.read)
      }
    }
  }
  for (const { kind, id, name } of await readNames(db, wanted satisfies ReadonlyMap<string, Wanted>, saying.language)) {
    const known = saying.names.get(kind) ?? new Map<Id, string>()
    saying.names.set(kind, known.set(id, name))
  }
  for (const read of reads) if (!saying.found.has(read)) saying.found.set(read, await read(db))
}

/** "Kolejka „Biuro”"; its number or its key where it has no name any more. */
export function sayObject(saying: Saying, event: Told & { object: (Change['object'] & { name?: string | null }) | null }): string {
  const { object } = event
  if (!object) return ''
  const owned = ownedOf(event, saying)
  if (!owned) return saying.t('subject.unknown', { type: object.type, id: object.id })
  const { subject } = owned
  const { named } = subject
  const name =
    named && typeof named === 'object' && 'say' in named
      ? named.say(object.id, saying)
      : object.name || saying.names.get(typeof named === 'string' ? named : subject.type)?.get(object.id) || object.id
  return saying.t('subject.of', { kind: wordsOf(owned, saying, subject.words), name })
}

/** The kinds of things that a reader may look for, by the type that the log has, in words. */
export function subjectTypes(saying: Saying, owned: readonly Owned[]): { type: string; words: string }[] {
  const types = new Map<string, string>()
  for (const one of owned)
    if (!types.has(one.subject.type) && !one.subject.fits) types.set(one.subject.type, wordsOf(one, saying, one.subject.words))
  return [...types].map(([type, words]) => ({ type, words }))
}

/** Why there is no way back, in a sentence: a key that `whyNoWayBack` answered. */
export function sayNoWayBack(saying: Saying, event: Told, why: string): string {
  const owned = ownedOf(event, saying)
  return owned ? wordsOf(owned, saying, why) : saying.t('no-way.unknown')
}

/** Why it does nothing any more, in a sentence, as the fact `admin.stopped` says it. */
export function sayStopped(saying: Saying, event: Told, why: string, detail: string): string {
  const owned = ownedOf(event, saying)
  return owned ? wordsOf(owned, saying, `stopped.${why}`, { detail }) : ''
}

/** The person; a part of the program; or somebody who is nobody yet, because they tried to log in. */
export function sayWho(saying: Saying, event: { person: { id: Id; name: string | null } | null; program: string | null }): string {
  if (event.person) return event.person.name ?? saying.t('who.gone', { id: event.person.id })
  return event.program === 'login' || !event.program ? saying.t('who.nobody') : saying.t('who.program', { part: event.program })
}

/** Every value that the event speaks of, in words. */
export function sayLines(saying: Saying, event: Told): Line[] {
  const owned = ownedOf(event, saying)
  const { before, after } = event
  return keysOf(event).flatMap((key) => {
    const field = owned && fieldOf(owned.subject, key)
    if (field?.words === null) return []
    const [was, is] = [before?.[key], after?.[key]]
    // What is empty in a thing just made, or taken away, says nothing.
    if (!before && isEmpty(is)) return []
    if (!after && isEmpty(was)) return []
    return [
      {
        field: sayField(saying, owned, event, key),
        before: before ? sayValue(saying, owned, event, key, was) : '',
        after: after ? sayValue(saying, owned, event, key, is) : '',
      },
    ]
  })
}

/** "pole: przed → po", one after another: for a file. */
export const flatLines = (lines: readonly Line[]): string =>
  lines.map(({ field, before, after }) => `${field}: ${before ? `${before} → ` : ''}${after}`).join('; ')

const keysOf = ({ before, after }: Told): string[] => [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
const isNameKind = (as: Reads | undefined): as is NameKind => typeof as === 'string' && Object.hasOwn(NAMES, as)
const ownedOf = (event: Told, saying: Saying): Owned | undefined => ownSubject({ kind: 'admin-changed', ...event }, saying.owners)

function eachOf(subject: Subject, key: string): EachField<string> | undefined {
  return subject.each?.find(({ prefix }) => key.startsWith(`${prefix} `) && isId(key.slice(prefix.length + 1)))
}

/** Under what a name of one of many is kept. */
const kindOf = (subject: Subject, { prefix, of }: EachField<string>): string => (typeof of === 'string' ? of : `${subject.type} ${prefix}`)

function fieldOf(subject: Subject, key: string): SubjectField<string> | undefined {
  const fields = subject.fields as Record<string, SubjectField<string>>
  if (Object.hasOwn(fields, key)) return fields[key]
  return subject.told && Object.hasOwn(subject.told, key) ? subject.told[key] : undefined
}

function wordsOf({ owner }: Pick<Owned, 'owner'>, saying: Saying, key: string, params: Params = {}): string {
  const { texts } = owner
  return (
    (texts && sayText(texts, saying.language, key, params)) ??
    (Object.hasOwn(administrationTexts.pl, key) ? saying.t(key as AdministrationKey, params) : fill(key, saying.language))
  )
}

function sayField(saying: Saying, owned: Owned | undefined, event: Told, key: string): string {
  if (!owned) return saying.t('field.unknown', { key })
  const own = owned.subject.sayField?.(key, event.object?.id ?? '', saying)
  if (own !== undefined) return own
  const each = eachOf(owned.subject, key)
  if (each)
    return wordsOf(owned, saying, each.words, { name: saying.nameOf(kindOf(owned.subject, each), key.slice(each.prefix.length + 1)) })
  const field = fieldOf(owned.subject, key)
  return field?.words ? wordsOf(owned, saying, field.words) : saying.t('field.unknown', { key })
}

function sayValue(saying: Saying, owned: Owned | undefined, event: Told, key: string, value: unknown): string {
  const { t } = saying
  if (value === SECRET_VALUE) return t('value.secret')
  const own = owned?.subject.sayValue?.(key, value, event.object?.id ?? '', saying)
  if (own !== undefined) return own
  const as = owned && (eachOf(owned.subject, key) ?? fieldOf(owned.subject, key))?.as
  if (as === 'on-off') return t(value === true ? 'value.on' : value === false ? 'value.off' : 'value.as-above')
  if (typeof as === 'object' && 'say' in as) return as.say(value, saying)
  if (isEmpty(value)) return t('value.none')
  if (typeof as === 'object' && 'read' in as)
    return saying.found.has(as.read) ? as.sayWith(value, saying, saying.found.get(as.read) as never) : sayPlain(value)
  if (as === 'yes-no' || typeof value === 'boolean') return t(value === true || value === 'true' ? 'value.yes' : 'value.no')
  if (as === 'rights')
    return asList(value)
      .map((right) => sayRight(saying, right))
      .join(', ')
  if (as === 'moment') return sayMoment(saying, value)
  if (as === 'language') return isLanguage(value) ? LANGUAGES[value].name : String(value)
  if (as === 'day') return sayDay(saying, value)
  if (isNameKind(as))
    return asList(value)
      .map((one) => sayName(saying, as, one))
      .join(', ')
  if (typeof as === 'object' && 'named' in as)
    return asList(value)
      .map((one) => saying.names.get(`${owned!.subject.type} ${key}`)?.get(one) ?? one)
      .join(', ')
  if (typeof as === 'object' && 'choice' in as)
    return asList(value)
      .map((one) => sayChoice(saying, owned!, as.choice, one))
      .join(', ')
  return sayPlain(value)
}

/** A name by its id; what earlier versions kept as a name stands for itself. */
function sayName(saying: Saying, kind: NameKind, value: string): string {
  if (!isId(value)) return value
  return saying.nameOf(kind, value)
}

function sayChoice(saying: Saying, owned: Owned, prefix: string, value: string): string {
  const key = `${prefix}${value}`
  const said = wordsOf(owned, saying, key)
  return said === key ? value : said
}

/** A right of core in a word or two, one of a plugin as it calls it. */
function sayRight(saying: Saying, right: string): string {
  const key = `right.${right}`
  if (Object.hasOwn(administrationTexts.pl, key)) return saying.t(key as AdministrationKey)
  const owner = saying.owners.find(({ permissions }) => permissions && Object.hasOwn(permissions, right))
  return (owner && sayText(owner.texts, saying.language, owner.permissions![right]!)) ?? right
}

function sayMoment({ zone, language, now }: Saying, value: unknown): string {
  const at = new Date(String(value))
  return Number.isNaN(at.getTime()) ? String(value) : sayDateTime(at, zone, language, now)
}

function sayDay({ language, now }: Saying, value: unknown): string {
  const at = new Date(`${String(value)}T00:00:00Z`)
  return Number.isNaN(at.getTime()) ? String(value) : sayDate(at, 'UTC', language, now)
}

const asList = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(String)

/** What no declaration describes: lists by their parts, records as "key: value". */
export function sayPlain(value: unknown): string {
  if (Array.isArray(value)) return value.map(sayPlain).join(', ')
  if (value !== null && typeof value === 'object')
    return Object.entries(value)
      .map(([key, inner]) => `${key}: ${isEmpty(inner) ? '–' : sayPlain(inner)}`)
      .join('\n')
  return String(value)
}
