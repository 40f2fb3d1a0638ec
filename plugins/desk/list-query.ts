/** Owns what a list's address says: place, filters, order, page; read from it and written back into links. */
import { DateTime } from 'luxon'
import {
  entryOf,
  FILTERED,
  isId,
  OPEN_TYPES,
  queueWithChildren,
  SORTS,
  type Access,
  type AttributeKind,
  type Filtered,
  type Id,
  type ListWish,
  type Queue,
  type Sort,
  type TicketFilter,
} from '../../core/index.ts'
import { isView, views, type ViewName } from './views.ts'

/** Where the list stands: a view, a queue, or a search over everything. */
export type ListPlace = { kind: 'view'; view: ViewName } | { kind: 'queue'; queueId: Id } | { kind: 'search' }

/** What lists are narrowed by besides attributes. */
type OtherField = 'q' | 'from' | 'to' | 'below'
export type FieldName = Filtered | OtherField

/**
 * Filters as they stand in the form; '' is "any". Attributes hold an id or words; `state` also 'open', 'closed' or 'any' ('': as
 * the place says), `owner` also 'me' or 'nobody'; `queue`, in views: only this one. `from` and `to`: when it was made, yyyy-mm-dd
 * in the site's zone, both included. `below` 'only': without the queues below.
 */
export type ListFields = Record<FieldName, string>

export interface ListQuery {
  place: ListPlace
  fields: ListFields
  sort: Sort
  direction: 'asc' | 'desc'
  after: string | undefined
}

/** In the order of the form: its words first, and what the queue needs beside it. */
export const FIELDS: readonly FieldName[] = [
  'q',
  ...FILTERED.flatMap((name): FieldName[] => (name === 'queue' ? [name, 'below', 'from', 'to'] : [name])),
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
    fields: {
      ...(Object.fromEntries(FILTERED.map((name) => [name, readAttribute(entryOf[name].kind, query[name])])) as Record<Filtered, string>),
      q: (query['q'] ?? '').trim().slice(0, 200),
      from: date(query['from']),
      to: date(query['to']),
      below: query['below'] === 'only' ? 'only' : '',
    },
  }
}

/** What an attribute may be narrowed to besides an id. */
const WORDS: Partial<Record<AttributeKind, readonly string[]>> = { state: ['open', 'closed', 'any'], agent: ['me', 'nobody'] }

function readAttribute(kind: AttributeKind, value = ''): string {
  if (kind === 'text' || kind === 'company') return value.trim().slice(0, 200)
  return WORDS[kind]?.includes(value) || isId(value) ? value : ''
}

/** The order a column is first sorted in: text from A, dates from the latest, what waits from the nearest. */
export const firstDirection = (sort: Sort): 'asc' | 'desc' => entryOf[sort].sort!.first

/** The address of the same list with something changed. Changing anything but the page begins at the first page. */
export function listUrl(
  query: ListQuery,
  change: Partial<ListFields> & { sort?: Sort; dir?: 'asc' | 'desc'; after?: string | null; path?: string } = {},
): string {
  const { sort, dir, after, path, ...fields } = change
  const params = new URLSearchParams()
  const all = { ...query.fields, ...fields }
  for (const name of FIELDS) if (all[name]) params.set(name, all[name])
  if (path !== undefined) params.set('place', sayPlace(query.place))
  const fresh = readListQuery(query.place, {})
  const order = { sort: sort ?? query.sort, dir: dir ?? query.direction }
  if (order.sort !== fresh.sort || order.dir !== fresh.direction) {
    params.set('sort', order.sort)
    params.set('dir', order.dir)
  }
  if (after) params.set('after', after)
  const text = params.toString()
  return `${path ?? placePath(query.place)}${text ? `?${text}` : ''}`
}

/** For addresses that serve any list: 'view-take', 'queue-5', 'search'. */
export const sayPlace = (place: ListPlace): string =>
  place.kind === 'view' ? `view-${place.view}` : place.kind === 'queue' ? `queue-${place.queueId}` : 'search'

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

/** How many filters the person set beside what the place says. */
export const filtersSet = (query: ListQuery): number =>
  FIELDS.filter((name) => query.fields[name] !== '' && !(query.place.kind === 'search' && name === 'q')).length

/** The filter in the domain's words. `me` is who looks. */
export function toFilter(query: ListQuery, room: { access: Access; queues: readonly Queue[]; zone: string; now: Date }): TicketFilter {
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
    const value = fields[name] === 'me' && entryOf[name].kind === 'agent' ? room.access.personId : fields[name]
    if (value && name !== 'state' && name !== 'queue') Object.assign(filter, { [entryOf[name].filter!.field]: value })
  }
  if (fields.q) filter.search = fields.q
  const day = (text: string) => DateTime.fromFormat(text, 'yyyy-MM-dd', { zone: room.zone })
  if (fields.from) filter.createdFrom = day(fields.from).toJSDate()
  if (fields.to) filter.createdTo = day(fields.to).plus({ days: 1 }).toJSDate()
  return filter
}

export function toWish(query: ListQuery, filter: TicketFilter, limit: number): ListWish {
  return { filter, sort: query.sort, direction: query.direction, after: query.after, limit }
}
