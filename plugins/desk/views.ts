/** Owns the views of the rail: which tickets each shows, and in which order. */
import { OPEN_TYPES, type Access, type Sort, type TicketFilter } from '../../core/index.ts'

export const VIEWS = ['take', 'mine', 'pending', 'watched', 'open', 'held'] as const
export type ViewName = (typeof VIEWS)[number]

export interface View {
  filter(access: Access): TicketFilter
  sort: Sort
  direction: 'asc' | 'desc'
}

export const views: Record<ViewName, View> = {
  // What waits for somebody to take it up; put-off tickets come back by themselves.
  take: { filter: () => ({ stateTypes: ['new', 'open'], owner: 'nobody' }), sort: 'created', direction: 'desc' },
  mine: { filter: (access) => ({ stateTypes: OPEN_TYPES, owner: access.personId }), sort: 'changed', direction: 'desc' },
  // The nearest date first, those without a date last.
  pending: { filter: () => ({ stateTypes: ['pending reminder', 'pending auto'] }), sort: 'pending', direction: 'asc' },
  watched: { filter: (access) => ({ stateTypes: OPEN_TYPES, watchedBy: access.personId }), sort: 'changed', direction: 'desc' },
  // Of closed tickets too: a message that waits there is seen nowhere else.
  held: { filter: () => ({ held: true }), sort: 'changed', direction: 'desc' },
  open: { filter: () => ({ stateTypes: OPEN_TYPES }), sort: 'created', direction: 'desc' },
}

export const isView = (name: string): name is ViewName => (VIEWS as readonly string[]).includes(name)
