/** Owns who acts: a person with the rights they hold, the system, or a stranger. */
import type { Id, Language } from '../database/schema.ts'

export interface PersonActor {
  kind: 'person'
  id: Id
  name: string
  login: string | null
  language: Language | null
  unitId: Id | null
  access: Access
  /** Until when they count as having just said who they are; absent: they act by no session. */
  provedUntil?: Date
  preferences: Preferences
}

/** How long an act of one's own can be taken back, in seconds (WCAG 2.2.1). */
export const UNDO_CHOICES = [10, 30, 60] as const

/** What a person chose for working here, on whatever machine. */
export interface Preferences {
  undoSeconds: (typeof UNDO_CHOICES)[number]
  /** Keys of one letter do something (WCAG 2.1.4). */
  singleKeys: boolean
  /** By list, keys of its columns in their order (ticket/view/columns.ts); a list that is not named has the usual ones. */
  columns: Readonly<Record<string, readonly string[]>>
}

/** What a column's key looks like, and how many of them one list may have. */
const COLUMN_KEY = /^[\w.-]{1,60}(:[\w.-]{1,100})?$/
export const MOST_COLUMNS = 60

/** Of whatever was sent or kept, what can be a column, each once. */
export const readColumns = (keys: unknown): string[] =>
  Array.isArray(keys)
    ? [...new Set(keys.filter((key): key is string => typeof key === 'string' && COLUMN_KEY.test(key)))].slice(0, MOST_COLUMNS)
    : []

/** As kept with the person; whatever is not understood is as for whoever chose nothing. */
export const readPreferences = (kept: Readonly<Record<string, unknown>>): Preferences => ({
  undoSeconds: UNDO_CHOICES.find((seconds) => seconds === kept['undoSeconds']) ?? UNDO_CHOICES[0],
  singleKeys: kept['singleKeys'] !== false,
  columns: Object.fromEntries(Object.entries(kept['columns'] ?? {}).map(([list, keys]) => [list, readColumns(keys)])),
})

/** For so long what this actor does waits before it leaves the machine, so that it can be taken back. Seconds. */
export const undoSeconds = ({ actor }: { readonly actor: Actor }): number =>
  actor.kind === 'person' ? actor.preferences.undoSeconds : UNDO_CHOICES[0]
export interface SystemActor {
  kind: 'system'
  name: string
}
export type Actor = PersonActor | SystemActor

/** Everything the policy needs to know of a person, loaded once a request. */
export interface Access {
  personId: Id
  /** Wears the agent hat: without it no right from groups or ownership counts. */
  agent: boolean
  /** Holds rw in the group `admin`. */
  admin: boolean
  /** Rights by queue, from groups and roles; `rw` includes all (OTRS behaviour). */
  queueRights: ReadonlyMap<Id, ReadonlySet<string>>
  /** Units named for this person to administer; those below them belong to each. */
  units?: readonly Id[]
  /** Tickets of colleagues that this person sees as a customer; absent: none. */
  colleagues?: Colleagues
  /** "My queues": those they chose to keep an eye on. It gives no right. */
  chosenQueues?: readonly Id[]
  /** "My services", likewise. */
  chosenServices?: readonly Id[]
}

/** The companies a person belongs to, by the code that tickets have, and the queues whose unit shows a company's tickets to its people. */
export interface Colleagues {
  companies: readonly string[]
  queues: ReadonlyMap<Id, 'read' | 'reply'>
}

/** Person id to write into history and facts; null for the system. */
export const actorId = ({ actor }: { readonly actor: Actor }): Id | null => (actor.kind === 'person' ? actor.id : null)

export const system = (name: string): SystemActor => ({ kind: 'system', name })

/** The same without what colleagues of their company asked. */
export function withoutColleagues(access: Access): Access {
  const { colleagues: _colleagues, ...alone } = access
  return alone
}

/** The same person as a customer only: what the portal shows an agent of their own tickets. */
export function asCustomer(access: Access): Access {
  return { ...access, agent: false, admin: false, queueRights: new Map(), units: [] }
}
