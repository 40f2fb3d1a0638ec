/** Owns what a rule means: a condition on tickets as it is stored, read from a form, and turned into the filter of lists at a moment. */
import { DateTime } from 'luxon'
import { z } from 'zod'
import type { Id, StateType } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import type { Field } from '../../field/fields.ts'
import { typeOf } from '../../field/types.ts'
import type { FieldFilter } from '../../field/values.ts'
import { queueWithChildren } from '../../queue/queue-tree.ts'
import type { Queue } from '../../queue/queues.ts'
import { entryOf, MEANT, type Meant } from '../attributes.ts'
import { ARTICLE_PARTS, TEXT_NAMES, type TicketFilter, type TimeRange } from '../ticket-filter.ts'
import { TIME_NAMES, type TimeName } from './time-names.ts'

/** What a value is compared with exactly, several of which one is enough: attributes by id or word, and the type of the state. */
export type MeantKey = Meant | 'stateType'
export const MEANT_KEYS: readonly MeantKey[] = MEANT.filter((name) => entryOf[name].filter!.by !== 'time').flatMap((name): MeantKey[] =>
  name === 'state' ? ['stateType', name] : [name],
)
export const STATE_TYPES: readonly StateType[] = ['new', 'open', 'pending reminder', 'pending auto', 'closed', 'merged', 'removed']

/** Units in which distances are typed, in minutes; months have 30 days and years 365, as in OTRS. */
export const DISTANCES = { minute: 1, hour: 60, day: 1440, week: 10_080, month: 43_200, year: 525_600 } as const
export type DistanceUnit = keyof typeof DISTANCES
export const DISTANCE_UNITS = Object.keys(DISTANCES) as DistanceUnit[]
const MOST_MINUTES = 100 * DISTANCES.year
/** Of one list; of conditions on moments. */
const MOST_VALUES = 500
export const MOST_TIMES = 20

const one = z.string().min(1).max(250)
const many = z.array(one).min(1).max(MOST_VALUES)
const day = z.string().refine((value) => DateTime.fromFormat(value, 'yyyy-MM-dd').isValid)
const of = z.enum(TIME_NAMES as [TimeName, ...TimeName[]])
const distance = z.object({ of, is: z.enum(['before', 'last', 'next']), minutes: z.number().int().min(1).max(MOST_MINUTES) })
const span = z.object({ of, is: z.literal('between'), from: day.optional(), to: day.optional() })
const absent = z.object({ of, is: z.enum(['none', 'some']) })

/** As it is stored. All of it must hold; nothing at all means every ticket, which a rule may be refused for. */
export const ruleFilterSchema = z.object({
  /** By attribute, ids or words; 'nobody' where there may be none. One of them is enough. */
  is: z.partialRecord(z.enum(MEANT_KEYS as [MeantKey, ...MeantKey[]]), many).optional(),
  /** Queues below the named ones count too. */
  below: z.literal(true).optional(),
  /** Expressions as OTRS has them. */
  texts: z.partialRecord(z.enum(TEXT_NAMES), one).optional(),
  /** Words in one of its messages. */
  articles: z.partialRecord(z.enum(ARTICLE_PARTS), one).optional(),
  /**
   * 'before': at least so long ago; 'last': within so many minutes until now; 'next': within so many from now on; 'between': days in the
   * site's zone, both included; 'none': there is no such moment. Real time, not working time.
   */
  times: z
    .array(z.union([distance, span, absent]))
    .max(MOST_TIMES)
    .optional(),
  /** By the name of a field: one of these values, words in its text, or days. */
  fields: z
    .record(
      z.string().max(200),
      z.union([z.object({ is: many }), z.object({ words: one }), z.object({ from: day.optional(), to: day.optional() })]),
    )
    .optional(),
  /** Words, as a search finds them. */
  search: one.optional(),
  held: z.literal(true).optional(),
  undelivered: z.literal(true).optional(),
  /** Archived ones are left out unless this is said. */
  archived: z.enum(['with', 'only']).optional(),
})
export type RuleFilter = z.infer<typeof ruleFilterSchema>
export type RuleTime = NonNullable<RuleFilter['times']>[number]

/** What was stored or handed over. Error: `input`, where it is no condition. */
export function asRuleFilter(given: unknown): RuleFilter {
  const read = ruleFilterSchema.safeParse(given)
  if (!read.success) throw refused('input', { what: read.error.issues[0]?.path.map(String).join('.') ?? '' }, 'filter')
  return withoutEmpty(read.data)
}

/** Parts that say nothing are not there. */
export const withoutEmpty = (filter: RuleFilter): RuleFilter =>
  Object.fromEntries(
    Object.entries(filter).filter(([, part]) => part !== undefined && (typeof part !== 'object' || Object.keys(part).length > 0)),
  )

/** Does it leave out any ticket? Which queues count and whether archived ones do narrows what is meant, and is no condition by itself. */
export function narrows({ archived: _archived, below: _below, ...conditions }: RuleFilter): boolean {
  return Object.keys(withoutEmpty(conditions)).length > 0
}

/** What a condition is read by: when, and what its names mean. */
export interface RuleRoom {
  now: Date
  zone: string
  queues: readonly Pick<Queue, 'id' | 'parentId'>[]
  /** Fields of tickets. */
  fields: readonly Pick<Field, 'id' | 'name' | 'type'>[]
}

/** The same as a filter of lists, as of this moment. What names something that is gone finds nothing. */
export function ticketFilterOf(rule: RuleFilter, room: RuleRoom): TicketFilter {
  const filter: TicketFilter = {}
  for (const [key, values = []] of Object.entries(rule.is ?? {}) as [MeantKey, string[] | undefined][]) {
    if (key === 'stateType') filter.stateTypes = values as StateType[]
    else if (key === 'queue')
      filter.queueIds = rule.below ? [...new Set(values.flatMap((id) => queueWithChildren(room.queues, id)))] : values
    else Object.assign(filter, { [entryOf[key].filter!.field]: values })
  }
  if (rule.texts) filter.texts = rule.texts
  if (rule.articles) filter.articles = rule.articles
  const times = (rule.times ?? []).map((time) => rangeOf(time, room))
  if (times.length > 0) filter.times = times
  const own = Object.entries(rule.fields ?? {}).flatMap(([name, wanted]) => fieldFilter(name, wanted, room))
  if (own.length > 0) filter.ownFields = own
  if (rule.search) filter.search = rule.search
  if (rule.held) filter.held = true
  if (rule.undelivered) filter.undelivered = true
  if (rule.archived) filter.archived = rule.archived
  // What waits for somebody is found in the archive too, as in lists.
  else if (rule.held || rule.undelivered) filter.archived = 'with'
  return filter
}

const MINUTE = 60_000

function rangeOf(time: RuleTime, { now, zone }: RuleRoom): TimeRange {
  switch (time.is) {
    case 'none':
      return { of: time.of, none: true }
    case 'some':
      return { of: time.of }
    case 'before':
      return { of: time.of, until: new Date(now.getTime() - time.minutes * MINUTE) }
    case 'last':
      return { of: time.of, from: new Date(now.getTime() - time.minutes * MINUTE), until: now }
    case 'next':
      return { of: time.of, from: now, until: new Date(now.getTime() + time.minutes * MINUTE) }
    case 'between': {
      // OTRS behaviour: a day begins at its first second.
      const start = (text: string) => DateTime.fromFormat(text, 'yyyy-MM-dd', { zone })
      return {
        of: time.of,
        ...(time.from ? { from: start(time.from).plus({ seconds: 1 }).toJSDate() } : {}),
        ...(time.to ? { before: start(time.to).plus({ days: 1 }).toJSDate() } : {}),
      }
    }
  }
}

/** A field that is there no more has no value that anything could be equal to. */
const GONE: Id = '0'

function fieldFilter(name: string, wanted: NonNullable<RuleFilter['fields']>[string], { fields, zone }: RuleRoom): FieldFilter[] {
  const field = fields.find((found) => found.name.toLowerCase() === name.toLowerCase())
  if (!field) return [{ field: { id: GONE, type: 'Text' }, is: [''] }]
  if ('is' in wanted) return [{ field, is: wanted.is }]
  if ('words' in wanted) return [{ field, words: wanted.words }]
  const start = (text: string) => DateTime.fromFormat(text, 'yyyy-MM-dd', { zone: field.type === 'Date' ? 'UTC' : zone })
  return [
    {
      field,
      ...(wanted.from ? { from: start(wanted.from).toJSDate() } : {}),
      ...(wanted.to ? { to: start(wanted.to).plus({ days: 1 }).toJSDate() } : {}),
    },
  ]
}

/** How a form says it: one text by name, several values of one name a line each. */
export type FormValues = Readonly<Record<string, string>>

export const inForm = {
  is: (key: MeantKey) => `if.${key}`,
  text: (name: string) => `if.text.${name}`,
  article: (part: string) => `if.article.${part}`,
  time: (n: number, part: 'of' | 'is' | 'count' | 'unit' | 'from' | 'to') => `if.time${n}.${part}`,
  field: (name: string, part: 'is' | 'words' | 'from' | 'to') => `if.field.${name}.${part}`,
}

/** A condition as it stands in its form. */
export function formOfRule(rule: RuleFilter): Record<string, string> {
  const values: Record<string, string> = {
    'if.below': rule.below ? 'on' : '',
    'if.search': rule.search ?? '',
    'if.held': rule.held ? 'on' : '',
    'if.undelivered': rule.undelivered ? 'on' : '',
    'if.archived': rule.archived ?? '',
  }
  for (const [key, list] of Object.entries(rule.is ?? {})) values[inForm.is(key as MeantKey)] = (list ?? []).join('\n')
  for (const [name, text] of Object.entries(rule.texts ?? {})) values[inForm.text(name)] = text ?? ''
  for (const [part, text] of Object.entries(rule.articles ?? {})) values[inForm.article(part)] = text ?? ''
  for (const [n, time] of (rule.times ?? []).entries()) {
    values[inForm.time(n, 'of')] = time.of
    values[inForm.time(n, 'is')] = time.is
    if ('minutes' in time) Object.assign(values, distanceInForm(n, time.minutes))
    if (time.is === 'between') Object.assign(values, { [inForm.time(n, 'from')]: time.from ?? '', [inForm.time(n, 'to')]: time.to ?? '' })
  }
  for (const [name, wanted] of Object.entries(rule.fields ?? {})) {
    if ('is' in wanted) values[inForm.field(name, 'is')] = wanted.is.join('\n')
    else if ('words' in wanted) values[inForm.field(name, 'words')] = wanted.words
    else Object.assign(values, { [inForm.field(name, 'from')]: wanted.from ?? '', [inForm.field(name, 'to')]: wanted.to ?? '' })
  }
  return values
}

/** In the greatest unit that says it whole. */
export function inUnits(minutes: number): { count: number; unit: DistanceUnit } {
  const unit = DISTANCE_UNITS.toReversed().find((name) => minutes % DISTANCES[name] === 0) ?? 'minute'
  return { count: minutes / DISTANCES[unit], unit }
}
function distanceInForm(n: number, minutes: number): Record<string, string> {
  const { count, unit } = inUnits(minutes)
  return { [inForm.time(n, 'count')]: String(count), [inForm.time(n, 'unit')]: unit }
}

/** Reads a form. Errors, at their fields: `input` (a distance or a date that is none, a moment without a condition), `too-long`. */
export function readRuleForm(values: FormValues): RuleFilter {
  const said = (name: string) => (values[name] ?? '').trim()
  const list = (name: string) => [...new Set(said(name).split('\n').map((value) => value.trim()).filter(Boolean))] // biome-ignore format: one list
  const short = (name: string) => {
    const text = said(name)
    if (text.length > 250) throw refused('too-long', { limit: 250 }, name)
    return text
  }
  const is = Object.fromEntries(MEANT_KEYS.map((key) => [key, list(inForm.is(key)).slice(0, MOST_VALUES)]).filter(([, found]) => found!.length > 0)) // biome-ignore format: one list
  const texts = Object.fromEntries(TEXT_NAMES.map((name) => [name, short(inForm.text(name))]).filter(([, text]) => text !== ''))
  const articles = Object.fromEntries(ARTICLE_PARTS.map((part) => [part, short(inForm.article(part))]).filter(([, text]) => text !== ''))
  const times: RuleTime[] = []
  for (let n = 0; n < MOST_TIMES; n++) {
    const time = readTime(n, said)
    if (time) times.push(time)
  }
  const archived = said('if.archived')
  return asRuleFilter({
    is,
    ...(said('if.below') ? { below: true } : {}),
    texts,
    articles,
    times,
    fields: readFieldsOf(values, list, short),
    ...(short('if.search') ? { search: short('if.search') } : {}),
    ...(said('if.held') ? { held: true } : {}),
    ...(said('if.undelivered') ? { undelivered: true } : {}),
    ...(archived === 'with' || archived === 'only' ? { archived } : {}),
  })
}

function readTime(n: number, said: (name: string) => string): RuleTime | undefined {
  const name = (part: Parameters<typeof inForm.time>[1]) => inForm.time(n, part)
  const which = TIME_NAMES.find((time) => time === said(name('of')))
  if (!which) return undefined
  const is = said(name('is'))
  if (is === 'none' || is === 'some') return { of: which, is }
  if (is === 'between') {
    const ends = (['from', 'to'] as const).map((part) => {
      const text = said(name(part))
      if (text !== '' && !day.safeParse(text).success) throw refused('input', { what: text.slice(0, 50) }, name(part))
      return text
    })
    const [from = '', to = ''] = ends
    if (from === '' && to === '') throw refused('required', {}, name('from'))
    return { of: which, is, ...(from ? { from } : {}), ...(to ? { to } : {}) }
  }
  if (is !== 'before' && is !== 'last' && is !== 'next') throw refused('required', {}, name('is'))
  const count = said(name('count'))
  const unit = DISTANCE_UNITS.find((one) => one === said(name('unit'))) ?? 'day'
  const minutes = Number(count) * DISTANCES[unit]
  if (count === '') throw refused('required', {}, name('count'))
  if (!/^\d{1,9}$/.test(count) || minutes < 1 || minutes > MOST_MINUTES) throw refused('input', { what: count.slice(0, 50) }, name('count'))
  return { of: which, is, minutes }
}

function readFieldsOf(
  values: FormValues,
  list: (name: string) => string[],
  short: (name: string) => string,
): NonNullable<RuleFilter['fields']> {
  const names = new Set(
    Object.keys(values).flatMap((name) => /^if\.field\.([A-Za-z0-9]{1,200})\.(?:is|words|from|to)$/.exec(name)?.[1] ?? []),
  )
  return Object.fromEntries(
    [...names].flatMap((name): [string, NonNullable<RuleFilter['fields']>[string]][] => {
      const is = list(inForm.field(name, 'is'))
      const words = short(inForm.field(name, 'words'))
      const [from, to] = [short(inForm.field(name, 'from')), short(inForm.field(name, 'to'))]
      if (is.length > 0) return [[name, { is }]]
      if (words !== '') return [[name, { words }]]
      return from || to ? [[name, { ...(from ? { from } : {}), ...(to ? { to } : {}) }]] : []
    }),
  )
}

/** How a form asks for a field: by words, by its values, or by days. */
export const fieldAsks = (field: Pick<Field, 'type'>): 'words' | 'is' | 'days' => {
  const { narrows: how } = typeOf(field.type)
  return how === 'words' ? 'words' : how === 'days' ? 'days' : 'is'
}
