/** Owns what a list's address says: place, filters, order, page; read from it and written back into links. */
import { DateTime } from 'luxon'
import {
  entryOf,
  FILTERED,
  isId,
  OPEN_TYPES,
  queueWithChildren,
  SORTS,
  typeOf,
  type Access,
  type FieldFilter,
  type InUse,
  type OwnField,
  type AttributeKind,
  type Filtered,
  type Id,
  type ListWish,
  type Queue,
  type SavedView,
  type Sort,
  type TicketFilter,
} from '../../core/index.ts'
import { isView, views, type ViewName } from './views.ts'

/** Where the list stands: a view, a queue, or a search over everything. */
export type ListPlace = { kind: 'view'; view: ViewName } | { kind: 'queue'; queueId: Id } | { kind: 'search' }

/** What lists are narrowed by besides attributes. */
type OtherField = 'q' | 'from' | 'to' | 'below' | 'archive'
export type FieldName = Filtered | OtherField

/**
 * Filters as they stand in the form; '' is "any". Attributes hold an id or words; `state` also 'open', 'closed' or 'any' ('': as
 * the place says), `owner` also 'me' or 'nobody'; `queue`, in views: only this one. `from` and `to`: when it was made, yyyy-mm-dd
 * in the site's zone, both included. `below` 'only': without the queues below. `archive` 'with' or 'only': archived tickets too, or nothing else.
 */
export type ListFields = Record<FieldName, string>

export interface ListQuery {
  place: ListPlace
  fields: ListFields
  /** Of the installation's own fields, as the address names them: 'field.Room', of dates 'field.Due.from' and 'field.Due.to'. */
  own: Readonly<Record<string, string>>
  sort: Sort
  direction: 'asc' | 'desc'
  after: string | undefined
  /** The saved view that the list is looked at as, '' if none: its name, its columns. Filters and order stand in the address. */
  saved: Id | ''
}

/** In the order of the form: its words first, and what the queue needs beside it. */
export const FIELDS: readonly FieldName[] = [
  'q',
  ...FILTERED.flatMap((name): FieldName[] => (name === 'queue' ? [name, 'below', 'from', 'to'] : [name])),
  'archive',
]

/** Reads the address. What makes no sense is left out, never an error: links live long. */
export function readListQuery(place: ListPlace, query: Record<string, string>): ListQuery {
  const date = (value: string | undefined) => (value && DateTime.fromFormat(value, 'yyyy-MM-dd').isValid ? value : '')
  const usual = place.kind === 'view' ? views[place.view] : { sort: 'created' as const, direction: 'desc' as const }
  const sort = SORTS.find((name) => name === query['sort']) ?? usual.sort
  const direction =
    query['dir'] === 'asc' || query['dir'] === 'desc' ? query['dir'] : sort === usual.sort ? usual.direction : firstDirection(sort)
  return {
    place,
    sort,
    direction,
    after: query['after'] || undefined,
    saved: isId(query['saved'] ?? '') ? query['saved']! : '',
    own: readOwn(query),
    fields: {
      ...(Object.fromEntries(FILTERED.map((name) => [name, readAttribute(entryOf[name].kind, query[name])])) as Record<Filtered, string>),
      q: (query['q'] ?? '').trim().slice(0, 200),
      from: date(query['from']),
      to: date(query['to']),
      below: query['below'] === 'only' ? 'only' : '',
      archive: query['archive'] === 'with' || query['archive'] === 'only' ? query['archive'] : '',
    },
  }
}

/** When something is due: before now, until the end of the day, within three days after it; not at all. */
export const DUE_WORDS = ['late', 'today', 'soon', 'none'] as const
const OWN = /^field\.([A-Za-z0-9]{1,200})(?:\.(from|to))?$/
const readOwn = (query: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (OWN.test(name) && value.trim() !== '' ? [[name, value.trim().slice(0, 200)]] : [])),
  )

/** Fields of tickets, for an address that names some; none are read for others. */
export const fieldsNamed = async (used: InUse, { own }: ListQuery): Promise<readonly OwnField[]> =>
  Object.keys(own).length === 0 ? [] : used.fields()

/** Names in the address by which lists are narrowed by a field. */
export const ownNames = ({ name, type }: Pick<OwnField, 'name' | 'type'>): string[] =>
  typeOf(type).narrows === 'days' ? [`field.${name}.from`, `field.${name}.to`] : [`field.${name}`]

/** The same for the domain; fields that are not there, and what is no date, are left out. */
function ownFilter(own: ListQuery['own'], fields: readonly OwnField[], zone: string): FieldFilter[] {
  return Object.entries(own).flatMap(([param, value]): FieldFilter[] => {
    const [, name, end] = OWN.exec(param) ?? []
    const field = fields.find((one) => one.name === name)
    const narrows = field && typeOf(field.type).narrows
    if (!field || (narrows === 'days') !== (end !== undefined)) return []
    if (narrows === 'words') return [{ field, words: value }]
    if (narrows === 'choice' || narrows === 'box') return narrows === 'box' && !/^[01]$/.test(value) ? [] : [{ field, is: value }]
    // A day without a time stands at midnight in UTC, a moment wherever it is.
    const day = DateTime.fromFormat(value, 'yyyy-MM-dd', { zone: field.type === 'Date' ? 'UTC' : zone })
    if (!day.isValid) return []
    return [end === 'from' ? { field, from: day.toJSDate() } : { field, to: day.plus({ days: 1 }).toJSDate() }]
  })
}

/** What an attribute may be narrowed to besides an id. */
const WORDS: Partial<Record<AttributeKind, readonly string[]>> = {
  state: ['open', 'closed', 'any'],
  agent: ['me', 'nobody'],
  service: ['nobody'],
  sla: ['nobody'],
  date: DUE_WORDS,
}

function readAttribute(kind: AttributeKind, value = ''): string {
  if (kind === 'text' || kind === 'company') return value.trim().slice(0, 200)
  return WORDS[kind]?.includes(value) || (kind !== 'date' && isId(value)) ? value : ''
}

/** The order a column is first sorted in: text from A, dates from the latest, what waits from the nearest. */
export const firstDirection = (sort: Sort): 'asc' | 'desc' => entryOf[sort].sort!.first

/** The address of the same list with something changed. Changing anything but the page begins at the first page. */
export function listUrl(
  query: ListQuery,
  change: Partial<ListFields> & { sort?: Sort; dir?: 'asc' | 'desc'; after?: string | null; path?: string; own?: ListQuery['own'] } = {},
): string {
  const { sort, dir, after, path, own = query.own, ...fields } = change
  const params = new URLSearchParams()
  const all = { ...query.fields, ...fields }
  for (const name of FIELDS) if (all[name]) params.set(name, all[name])
  for (const [name, value] of Object.entries(own)) params.set(name, value)
  if (path !== undefined) params.set('place', sayPlace(query.place))
  const fresh = readListQuery(query.place, {})
  const order = { sort: sort ?? query.sort, dir: dir ?? query.direction }
  if (order.sort !== fresh.sort || order.dir !== fresh.direction) {
    params.set('sort', order.sort)
    params.set('dir', order.dir)
  }
  if (query.saved) params.set('saved', query.saved)
  if (after) params.set('after', after)
  const text = params.toString()
  return `${path ?? placePath(query.place)}${text ? `?${text}` : ''}`
}

/** For addresses that serve any list: 'view-take', 'queue-5', 'search'. */
export const sayPlace = (place: ListPlace): string =>
  place.kind === 'view' ? `view-${place.view}` : place.kind === 'queue' ? `queue-${place.queueId}` : 'search'

/** Under which name columns of lists like this are kept: all queues have the same. */
export const listName = (place: ListPlace): string => (place.kind === 'queue' ? 'queue' : sayPlace(place))

export function readPlace(text: string | undefined): ListPlace | undefined {
  const [, kind, rest = ''] = text?.match(/^(view|queue)-(\w+)$/) ?? []
  if (kind === 'view' && isView(rest)) return { kind: 'view', view: rest }
  if (kind === 'queue' && isId(rest)) return { kind: 'queue', queueId: rest }
  return text === 'search' ? { kind: 'search' } : undefined
}

/** The list that an address of ours shows: its place, and what the address says of it. */
export function readListAddress(address: string): { place: ListPlace; query: Record<string, string> } {
  const { pathname, searchParams } = new URL(address, 'http://here.invalid')
  const [, kind, name = ''] = /^\/desk\/(view|queue|search)\/?(\w*)$/.exec(pathname) ?? []
  return { place: readPlace(name ? `${kind}-${name}` : kind) ?? { kind: 'view', view: 'take' }, query: Object.fromEntries(searchParams) }
}

export function placePath(place: ListPlace): string {
  return place.kind === 'view' ? `/desk/view/${place.view}` : place.kind === 'queue' ? `/desk/queue/${place.queueId}` : '/desk/search'
}

/** The address of a saved view's list: as it was saved, looked at under its name. */
export function savedUrl({ id, address }: Pick<SavedView, 'id' | 'address'>): string {
  return listUrl({ ...readSaved(address), saved: id })
}

/** The list that was saved under an address. */
export function readSaved(address: string): ListQuery {
  const { place, query } = readListAddress(address)
  return { ...readListQuery(place, query), after: undefined, saved: '' }
}

/** What of a list is saved: neither the page nor as what it is looked at. */
export const addressOf = (query: ListQuery): string => listUrl({ ...query, after: undefined, saved: '' })

/** How many filters the person set beside what the place says. */
export const filtersSet = (query: ListQuery): number =>
  FIELDS.filter((name) => query.fields[name] !== '' && !(query.place.kind === 'search' && name === 'q')).length +
  Object.keys(query.own).length

/** The filter in the domain's words. `me` is who looks. */
export function toFilter(
  query: ListQuery,
  room: {
    access: Access
    queues: readonly Queue[]
    zone: string
    now: Date /** Fields of tickets, where `query.own` names some. */
    own: readonly OwnField[]
  },
): TicketFilter {
  const { fields, place } = query
  const filter: TicketFilter =
    place.kind === 'view'
      ? { ...views[place.view].filter(room.access, room.now) }
      : place.kind === 'queue'
        ? { stateTypes: OPEN_TYPES }
        : {}
  const queueId = place.kind === 'queue' ? place.queueId : fields.queue
  if (queueId) filter.queueIds = fields.below === 'only' ? [queueId] : queueWithChildren(room.queues, queueId)
  if (fields.state !== '') {
    delete filter.stateTypes
    if (fields.state === 'open') filter.stateTypes = OPEN_TYPES
    else if (fields.state === 'closed') filter.stateTypes = ['closed', 'merged', 'removed']
    else if (fields.state !== 'any') filter.stateId = fields.state
  }
  for (const name of FILTERED) {
    if (entryOf[name].kind === 'date') {
      if (fields[name]) Object.assign(filter, { [entryOf[name].filter!.field]: timeOf(fields[name] as DueWord, room) })
      continue
    }
    const value = fields[name] === 'me' && entryOf[name].kind === 'agent' ? room.access.personId : fields[name]
    if (value && name !== 'state' && name !== 'queue') Object.assign(filter, { [entryOf[name].filter!.field]: value })
  }
  if (fields.archive === 'with' || fields.archive === 'only') {
    filter.archived = fields.archive
    // Nothing open is archived.
    if (fields.archive === 'only' && fields.state === '') delete filter.stateTypes
  }
  const ownFields = ownFilter(query.own, room.own, room.zone)
  if (ownFields.length > 0) filter.ownFields = ownFields
  if (fields.q) filter.search = fields.q
  const day = (text: string) => DateTime.fromFormat(text, 'yyyy-MM-dd', { zone: room.zone })
  if (fields.from) filter.createdFrom = day(fields.from).toJSDate()
  if (fields.to) filter.createdTo = day(fields.to).plus({ days: 1 }).toJSDate()
  return filter
}

type DueWord = (typeof DUE_WORDS)[number]
function timeOf(word: DueWord, { now, zone }: { now: Date; zone: string }): NonNullable<TicketFilter['due']> {
  const tomorrow = DateTime.fromJSDate(now, { zone }).startOf('day').plus({ days: 1 })
  switch (word) {
    case 'late':
      return { before: now }
    case 'today':
      return { from: now, before: tomorrow.toJSDate() }
    case 'soon':
      return { from: tomorrow.toJSDate(), before: tomorrow.plus({ days: 3 }).toJSDate() }
    case 'none':
      return 'none'
  }
}

export function toWish(query: ListQuery, filter: TicketFilter, limit: number): ListWish {
  return { filter, sort: query.sort, direction: query.direction, after: query.after, limit }
}
