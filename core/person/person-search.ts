/** Owns finding persons by what somebody types: a part of the name, of an address, or the login. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { typedWords } from '../search/typed.ts'
import { foundThere } from '../permission/own-people.ts'
import { down } from '../unit/tree.ts'
import { normalAddress, personQuery, toPerson, type Person } from './persons.ts'

/** A word to stand inside LIKE: its own wildcards are letters. */
export const likeText = (text: string): string => text.replace(/[\\%_]/g, (character) => `\\${character}`)

/**
 * Valid persons, best known first: whose login or address it is exactly, then by name. Every word must be found in the name, in an
 * address, or as the login's beginning. Fewer than two characters find nobody. At most `limit` (default 10). `unitId`: as whoever
 * administers that unit may search: its own people, and whom a directory knows; anybody else by a whole address.
 */
export async function searchPersons(db: Kysely<Database>, words: string, limit = 10, { unitId }: { unitId?: Id } = {}): Promise<Person[]> {
  const typed = typedWords(words)
  if (words.trim().length < 2 || typed.length === 0) return []
  let query = personQuery(db).where('person.valid', '=', true)
  if (unitId !== undefined) {
    query = query.where(
      sql<boolean>`person.id in (with recursive ${down(unitId)} select p.id from person p where ${foundThere}
        union select person_id from person_address where address = ${normalAddress(words)})`,
    )
  }
  for (const { pattern, text } of typed) {
    query = query.where((eb) =>
      eb(
        'person.id',
        'in',
        eb
          .selectFrom('person as p')
          .select('p.id')
          .where('p.name', '~*', pattern)
          .union(
            eb
              .selectFrom('person as l')
              .select('l.id')
              .where((e) => e.fn<string>('lower', ['l.login']), 'like', `${likeText(text.toLowerCase())}%`),
          )
          .union(
            eb
              .selectFrom('further_login as f')
              .select('f.person_id as id')
              .where('f.login', 'like', `${likeText(text.toLowerCase())}%`),
          )
          .union(eb.selectFrom('person_address as a').select('a.person_id as id').where('a.address', '~*', pattern)),
      ),
    )
  }
  const found = (await query.orderBy('person.name').limit(100).execute()).map(toPerson)
  const exact = ({ login, address }: Person) =>
    Number(typed.some(({ text }) => text.toLowerCase() === login?.toLowerCase() || text.toLowerCase() === address))
  return found.toSorted((a, b) => exact(b) - exact(a)).slice(0, limit)
}

/** Agents whom groups or roles give `right` (or rw) in a queue, by name: who may be its tickets' owner. */
export async function agentsOfQueue(db: Kysely<Database>, queueId: Id, right: string): Promise<{ id: Id; name: string }[]> {
  const rights = [right, 'rw']
  return db
    .selectFrom('person')
    .select(['person.id', 'person.name'])
    .where('person.valid', '=', true)
    .where('person.agent', '=', true)
    .where((eb) =>
      eb(
        'person.id',
        'in',
        eb
          .selectFrom('queue')
          .innerJoin('permission_group as g', (join) => join.onRef('g.id', '=', 'queue.group_id').on('g.valid', '=', true))
          .innerJoin('group_person as gp', 'gp.group_id', 'g.id')
          .select('gp.person_id')
          .where('queue.id', '=', queueId)
          .where('gp.right', 'in', rights)
          .union(
            eb
              .selectFrom('queue')
              .innerJoin('permission_group as g', (join) => join.onRef('g.id', '=', 'queue.group_id').on('g.valid', '=', true))
              .innerJoin('group_role as gr', 'gr.group_id', 'g.id')
              .innerJoin('role', (join) => join.onRef('role.id', '=', 'gr.role_id').on('role.valid', '=', true))
              .innerJoin('role_person as rp', 'rp.role_id', 'role.id')
              .select('rp.person_id')
              .where('queue.id', '=', queueId)
              .where('gr.right', 'in', rights),
          ),
      ),
    )
    .orderBy('person.name')
    .execute()
}

/** Every agent, by name: to filter lists by who leads. */
export function listAgents(db: Kysely<Database>): Promise<{ id: Id; name: string }[]> {
  return db.selectFrom('person').select(['id', 'name']).where('agent', '=', true).where('valid', '=', true).orderBy('name').execute()
}
