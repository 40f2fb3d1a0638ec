/** Owns erasing as a job: asked for on a page, done in its own time, its outcome kept. */
import type { Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { Refusal, refused, type ErrorCode, type ErrorParams } from '../errors.ts'
import type { Host } from '../kernel/contract.ts'
import { actorId, type Work } from '../kernel/work.ts'
import { loadActor } from '../permission/access.store.ts'
import { demandAdmin } from '../permission/policy.ts'
import { system } from '../kernel/actor.ts'
import { erasePerson, type Erased } from './erase.ts'
import { findHold } from './holds.ts'
import { demandFresh } from '../permission/fresh.ts'

export interface Erasure {
  askedAt: Date
  doneAt: Date | null
  counts: Record<string, number> | null
  refusal: Refusal | null
}

export async function findErasure(db: Kysely<Database>, personId: Id): Promise<Erasure | undefined> {
  const row = await db
    .selectFrom('person_erasure')
    .select(['asked_at as askedAt', 'done_at as doneAt', 'counts', 'error'])
    .where('person_id', '=', personId)
    .executeTakeFirst()
  if (!row) return undefined
  const { error, ...rest } = row
  const { code, params } = JSON.parse(error ?? '{}') as { code?: ErrorCode; params?: ErrorParams }
  return { ...rest, refusal: code ? refused(code, params) : null }
}

/** Asks for an erasure. Errors: `person.held`, `person.erase-self`, `not-found`. */
export async function askErasure(work: Work, personId: Id): Promise<void> {
  demandAdmin(work.actor)
  if (actorId(work) === personId) throw refused('person.erase-self')
  if (!(await work.db.selectFrom('person').select('id').where('id', '=', personId).executeTakeFirst())) throw refused('not-found')
  const hold = await findHold(work.db, personId)
  if (hold) throw refused('person.held', { reason: hold.reason })
  demandFresh(work)
  const asked = { asked_at: work.now, asked_by: actorId(work), done_at: null, counts: null, error: null }
  await work.db
    .insertInto('person_erasure')
    .values({ person_id: personId, ...asked })
    .onConflict((conflict) => conflict.column('person_id').doUpdateSet(asked))
    .execute()
  work.enqueue('person/erase', { person: personId, by: actorId(work) }, { key: `person/erase/${personId}` })
}

/** The job 'person/erase'. A refusal is its outcome; anything else is tried again. */
export async function runErasure(host: Host, payload: Record<string, unknown>): Promise<void> {
  const personId = String(payload['person'])
  const by = typeof payload['by'] === 'string' ? await loadActor(host.db, payload['by']) : undefined
  let outcome: { counts: string } | { error: string }
  try {
    const erased = await host.work(by ?? system('erasure'), (work) => erasePerson(work, personId))
    outcome = { counts: JSON.stringify(flat(erased)) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    outcome = { error: JSON.stringify({ code: error.code, params: error.params }) }
  }
  await host.work(system('erasure'), (work) =>
    work.db
      .updateTable('person_erasure')
      .set({ ...outcome, done_at: work.now })
      .where('person_id', '=', personId)
      .execute(),
  )
}

/** Counts in one list, for the page and the terminal. */
export function flat(erased: Erased): Record<string, number> {
  const texts = Object.values(erased.rows).reduce((sum, count) => sum + count, 0)
  return { tickets: erased.tickets, texts, files: erased.files, rawMails: erased.rawMails }
}
