/** Owns what a process remembers of people's rights between their requests. */
import type { Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import type { PersonActor } from '../kernel/actor.ts'
import { actorOf, loadRights, type Rights } from './access.store.ts'
import type { ActorRow } from './actor-row.ts'

/** As many people as may be at work at once in front of one process; whoever has not asked for the longest is forgotten. */
const PEOPLE = 1000

interface Remembered {
  /** What it was read under: the stamp of all rights, and what of the person's own row rights depend on. */
  under: string
  rights: Rights
}
const memory = new WeakMap<Kysely<Database>, Map<Id, Remembered>>()

/**
 * The actor of a row that was read together with `stamp` (`rightsStamp`). Rights are read again as soon as the stamp is another one: a right
 * that is taken away in any process counts with the next request in every process.
 */
export async function rememberedActor(db: Kysely<Database>, person: ActorRow, stamp: string): Promise<PersonActor> {
  const people = memory.get(db) ?? new Map<Id, Remembered>()
  memory.set(db, people)
  const under = JSON.stringify([stamp, person.agent, person.companies])
  const known = people.get(person.id)
  // What was read after the stamp is at least as new as it: at worst it is read once more.
  const rights = known?.under === under ? known.rights : await loadRights(db, person)
  people.delete(person.id)
  people.set(person.id, { under, rights })
  if (people.size > PEOPLE) people.delete(people.keys().next().value!)
  return actorOf(person, rights)
}
