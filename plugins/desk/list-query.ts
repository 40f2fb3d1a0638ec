/** Owns what a list's address says: place, filters, order, page; read from it and written back into links. */
import { DateTime } from 'luxon'
import { isId, OPEN_TYPES, queueWithChildren, SORTS, type Access, type Id, type ListWish, type Queue, type Sort, type TicketFilter } from '../../core/index.ts'
import { isView, views, type ViewName } from './views.ts'

/** Where the list stands: a view, a queue, or a search over everything. */
export type ListPlace = { kind: 'view'; view: ViewName } | { kind: 'queue'; queueId: Id } | { kind: 'search' }

/** Filters as they stand in the form; '' is "any". */
export interface ListFields {
  /** '' (as the place says), 'open', 'closed', 'any', or a state's id. */
  state: string
  priority: string
  /** '', 'me', 'nobody', or a person's id. */
  owner: string
  q: string
  /** yyyy-mm-dd in the site's zone, both included. */
  from: string
  to: string
  /** In views: only this queue. */
  queue: string
  /** 'only': without the queues below. */
  below: string
  customer: string
}

export interface ListQuery {
  place: ListPlace
  fields: ListFields
  sort: Sort
  direction: 'asc' | 'desc'
  after: string | undefined
}

export const FIELDS = ['state', 'priority', 'owner', 'q', 'from', 'to', 'queue', 'below', 'customer'] as const satisfies readonly (keyof ListFields)[]

/** Reads the address. What makes no sense is left out, never an error: links live long. */
export function readListQuery(place: ListPlace, query: Record<string, string>): ListQuery {
  const id = (value: string | undefined): string => isId(value) ? value : ''
  const date = (value: string | undefined) => value && DateTime.fromFormat(value, 'yyyy-MM-dd').isValid ? value : ''
  const one = (value: string | undefined, words: readonly string[]) => value && words.includes(value) ? value : id(value)
  const usual = place.kind === 'view' ? views[place.view] : { sort: 'created' as const, direction: 'desc' as const }
  const sort = SORTS.find((name) => name === query['sort']) ?? usual.sort
  const direction = query['dir'] === 'asc' || query['dir'] === 'desc' ? query['dir'] : sort === usual.sort ? usual.direction : firstDirection(sort)
  return {
    place, sort, direction, after: query['after'] || undefined,
    fields: {
      state: one(query['state'], ['open', 'closed', 'any']), priority: id(query['priority']), owner: one(query['owner'], ['me', 'nobody']),
      q: (query['q'] ?? '').trim().slice(0, 200), from: date(query['from']), to: date(query['to']), queue: id(query['queue']),
      below: query['below'] === 'only' ? 'only' : '', customer: id(query['customer']),
    },
  }
}

/** The order a column is first sorted in: text from A, dates from the latest, what waits from the nearest. */
export const firstDirection = (sort: Sort): 'asc' | 'desc' => (sort === 'title' || sort === 'pending' ? 'asc' : 'desc')

/** The address of the same list with something changed. Changing anything but the page begins at the first page. */
export function listUrl(query: ListQuery, change: Partial<ListFields> & { sort?: Sort; dir?: 'asc' | 'desc'; after?: string | null; path?: string } = {}): string {
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

export function placePath(place: ListPlace): string {
  return place.kind === 'view' ? `/desk/view/${place.view}` : place.kind === 'queue' ? `/desk/queue/${place.queueId}` : '/desk/search'
}

/** How many filters the person set beside what the place says. */
export const filtersSet = (query: ListQuery): number =>
  FIELDS.filter((name) => query.fields[name] !== '' && !(query.place.kind === 'search' && name === 'q')).length

/** The filter in the domain's words. `me` is who looks. */
export function toFilter(query: ListQuery, room: { access: Access; queues: readonly Queue[]; zone: string; now: Date }): TicketFilter {
  const { fields, place } = query
  const filter: TicketFilter = place.kind === 'view' ? { ...views[place.view].filter(room.access, room.now) } : place.kind === 'queue' ? { stateTypes: OPEN_TYPES } : {}
  const queueId = place.kind === 'queue' ? place.queueId : fields.queue
  if (queueId) filter.queueIds = fields.below === 'only' ? [queueId] : queueWithChildren(room.queues, queueId)
  if (fields.state !== '') {
    delete filter.stateTypes
    if (fields.state === 'open') filter.stateTypes = OPEN_TYPES
    else if (fields.state === 'closed') filter.stateTypes = ['closed', 'merged', 'removed']
    else if (fields.state !== 'any') filter.stateId = fields.state
  }
  if (fields.priority) filter.priorityId = fields.priority
  if (fields.owner) filter.owner = fields.owner === 'me' ? room.access.personId : fields.owner
  if (fields.q) filter.search = fields.q
  if (fields.customer) filter.customerId = fields.customer
  const day = (text: string) => DateTime.fromFormat(text, 'yyyy-MM-dd', { zone: room.zone })
  if (fields.from) filter.createdFrom = day(fields.from).toJSDate()
  if (fields.to) filter.createdTo = day(fields.to).plus({ days: 1 }).toJSDate()
  return filter
}

export function toWish(query: ListQuery, filter: TicketFilter, limit: number): ListWish {
  return { filter, sort: query.sort, direction: query.direction, after: query.after, limit }
}
