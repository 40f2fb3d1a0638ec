/** Owns the views of the rail: which tickets each shows, and in which order. */
import { OPEN_TYPES, TAKEN_FROM, type Access, type Sort, type TicketFilter } from '../../core/index.ts'

export const VIEWS = [
  'take',
  'mine',
  'chosen',
  'services',
  'substitute',
  'pending',
  'watched',
  'deadlines',
  'open',
  'undelivered',
  'held',
] as const
export type ViewName = (typeof VIEWS)[number]

export interface View {
  filter(access: Access, now: Date): TicketFilter
  sort: Sort
  direction: 'asc' | 'desc'
}

export const views: Record<ViewName, View> = {
  // The most urgent first, of one priority the oldest.
  take: { filter: (access, now) => ({ stateTypes: TAKEN_FROM, toTake: { access, at: now } }), sort: 'priority', direction: 'desc' },
  mine: { filter: (access) => ({ stateTypes: OPEN_TYPES, owner: access.personId }), sort: 'changed', direction: 'desc' },
  // "My queues": whatever lies open in those one chose.
  chosen: { filter: ({ chosenQueues = [] }) => ({ stateTypes: OPEN_TYPES, queueIds: chosenQueues }), sort: 'changed', direction: 'desc' },
  // "My services": whatever is open about those one chose, wherever it lies.
  services: {
    filter: ({ chosenServices = [] }) => ({ stateTypes: OPEN_TYPES, serviceId: chosenServices }),
    sort: 'changed',
    direction: 'desc',
  },
  // Led by those for whom one stands in while they are away; rights say which of these are seen.
  substitute: {
    filter: (access, now) => ({ stateTypes: OPEN_TYPES, standsIn: { personId: access.personId, at: now } }),
    sort: 'changed',
    direction: 'desc',
  },
  // The nearest date first, those without a date last.
  pending: { filter: () => ({ stateTypes: ['pending reminder', 'pending auto'] }), sort: 'pending', direction: 'asc' },
  watched: { filter: (access) => ({ stateTypes: OPEN_TYPES, watchedBy: access.personId }), sort: 'changed', direction: 'desc' },
  // Due first what is due first; late ones stand on top.
  deadlines: { filter: () => ({ stateTypes: OPEN_TYPES, due: {} }), sort: 'due', direction: 'asc' },
  // Of closed tickets too: a message that waits there is seen nowhere else.
  held: { filter: () => ({ held: true }), sort: 'changed', direction: 'desc' },
  // Closed ones too: not each is opened again.
  undelivered: { filter: () => ({ undelivered: true }), sort: 'changed', direction: 'desc' },
  open: { filter: () => ({ stateTypes: OPEN_TYPES }), sort: 'created', direction: 'desc' },
}

/** Shown in the rail only while there is something in them. */
export const RARE: readonly ViewName[] = ['substitute', 'deadlines', 'undelivered', 'held']

/** Views of what one chose: for whoever chose nothing there are none, and nothing is counted. */
const OF_CHOICE: Partial<Record<ViewName, keyof Access>> = { chosen: 'chosenQueues', services: 'chosenServices' }
export const hasView = (name: ViewName, access: Access): boolean => !OF_CHOICE[name] || access[OF_CHOICE[name]] !== undefined

export const isView = (name: string): name is ViewName => (VIEWS as readonly string[]).includes(name)
