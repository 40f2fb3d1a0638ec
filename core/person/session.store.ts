/** Owns the SQL of sessions. */
import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { Database, Id, SessionTable } from '../database/schema.ts'
import { actorColumns, rightsStamp, type ActorRow } from '../permission/actor-row.ts'
import { demandsFactor } from './second-factor.store.ts'

const wearsHat = sql<boolean>`(select p.agent from person p where p.id = session.person_id)`

type SessionRow = Selectable<SessionTable> & { agent: boolean; owes_second_factor: boolean }

/** It is demanded of them and not set up. */
const owesFactor = sql<boolean>`exists (select from person p where p.id = session.person_id and ${demandsFactor(sql`session.created_at`)}
      and not exists (select from second_factor f where f.person_id = p.id and f.confirmed_at is not null))`

/** The session, whether its person is an agent, and whether they owe a second factor. */
export function findSession(db: Kysely<Database>, tokenHash: Buffer) {
  return db
    .selectFrom('session')
    .selectAll()
    .select(wearsHat.as('agent'))
    .select(owesFactor.as('owes_second_factor'))
    .where('token_hash', '=', tokenHash)
    .executeTakeFirst()
}

/** The same, with whose it is as far as that stands in their own row (`name` is null where they are switched off), and the stamp of all rights. */
export async function findSessionOf(db: Kysely<Database>, tokenHash: Buffer) {
  const { rows } = await sql<SessionRow & (Omit<ActorRow, 'id' | 'agent'> | Record<'name', null>) & { stamp: string }>`
    select session.*, ${wearsHat} as agent, ${owesFactor} as owes_second_factor, ${actorColumns}, ${rightsStamp} as stamp
    from session left join person p on p.id = session.person_id and p.valid where session.token_hash = ${tokenHash}`.execute(db)
  return rows[0]
}

export function listSessions(db: Kysely<Database>, personId: Id) {
  return db
    .selectFrom('session')
    .select(['token_hash', 'created_at', 'last_used_at', 'client_address', 'user_agent', wearsHat.as('agent')])
    .where('person_id', '=', personId)
    .where('waits_for_code', '=', false)
    .orderBy('last_used_at', 'desc')
    .execute()
}

/** Named touch: outside any act, and never set back by a request that was slow. */
export async function touchSession(db: Kysely<Database>, tokenHash: Buffer, now: Date): Promise<void> {
  await db.updateTable('session').set({ last_used_at: now }).where('token_hash', '=', tokenHash).where('last_used_at', '<', now).execute()
}

export async function noteProof(db: Transaction<Database>, tokenHash: Buffer, now: Date): Promise<void> {
  await db.updateTable('session').set({ proved_at: now }).where('token_hash', '=', tokenHash).execute()
}

/** Answers whose it was. */
export async function deleteSession(db: Kysely<Database>, tokenHash: Buffer): Promise<Id | undefined> {
  return (await db.deleteFrom('session').where('token_hash', '=', tokenHash).returning('person_id').executeTakeFirst())?.person_id
}

/** One session of a person, by its hash. */
export async function deleteOwnSession(db: Kysely<Database>, personId: Id, tokenHash: Buffer): Promise<boolean> {
  return (
    (await db.deleteFrom('session').where('person_id', '=', personId).where('token_hash', '=', tokenHash).executeTakeFirst())
      .numDeletedRows > 0n
  )
}

/** All sessions of a person, except one. */
export async function deleteSessions(db: Kysely<Database>, personId: Id, except?: Buffer): Promise<number> {
  let query = db.deleteFrom('session').where('person_id', '=', personId)
  if (except) query = query.where('token_hash', '<>', except)
  return Number((await query.executeTakeFirst()).numDeletedRows)
}

export async function deleteEndedSessions(db: Kysely<Database>, unusedSince: Date, openedBefore: Date): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('session')
    .where((eb) => eb.or([eb('last_used_at', '<', unusedSince), eb('created_at', '<', openedBefore)]))
    .executeTakeFirst()
  return Number(numDeletedRows)
}
