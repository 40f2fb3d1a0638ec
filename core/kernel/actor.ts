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
}
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
}

/** Person id to write into history and facts; null for the system. */
export const actorId = ({ actor }: { readonly actor: Actor }): Id | null => (actor.kind === 'person' ? actor.id : null)

export const system = (name: string): SystemActor => ({ kind: 'system', name })

/** The same person as a customer only: what the portal shows an agent of their own tickets. */
export function asCustomer(access: Access): Access {
  return { ...access, agent: false, admin: false, queueRights: new Map(), units: [] }
}
