/** Owns legal holds: a person under one is not erased. */
import type { Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import type { CoreSubject } from '../audit/subject.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { demandName } from '../kernel/input.ts'
import { actorId, type Work } from '../kernel/work.ts'
import { demandAdmin } from '../permission/policy.ts'

export interface Hold {
  reason: string
  since: Date
  by: string | null
}

export function findHold(db: Kysely<Database>, personId: Id): Promise<Hold | undefined> {
  return db
    .selectFrom('person_hold')
    .leftJoin('person', 'person.id', 'person_hold.set_by')
    .select(['person_hold.reason', 'person_hold.since', 'person.name as by'])
    .where('person_hold.person_id', '=', personId)
    .executeTakeFirst()
}

/** Errors: `required` (the reason), `not-found`. */
export async function holdPerson(work: Work, personId: Id, reason: string): Promise<void> {
  demandAdmin(work.actor)
  const said = demandName(reason, 'reason', 500)
  if (!(await work.db.selectFrom('person').select('id').where('id', '=', personId).executeTakeFirst())) throw refused('not-found')
  const before = await findHold(work.db, personId)
  await work.db
    .insertInto('person_hold')
    .values({ person_id: personId, reason: said, since: work.now, set_by: actorId(work) })
    .onConflict((conflict) => conflict.column('person_id').doUpdateSet({ reason: said }))
    .execute()
  recordChange(work, holdSubject, personId, { hold: before?.reason ?? null }, { hold: said })
}

export async function endHold(work: Work, personId: Id): Promise<void> {
  demandAdmin(work.actor)
  const before = await findHold(work.db, personId)
  if (!before) return
  await work.db.deleteFrom('person_hold').where('person_id', '=', personId).execute()
  recordChange(work, holdSubject, personId, { hold: before.reason }, { hold: null })
}

/** It stands among the values of the person in the log. */
export const holdSubject: CoreSubject<{ hold: string | null }, { reason: string | null }> = {
  type: 'person',
  fits: ({ before, after }) => 'hold' in { ...before, ...after },
  right: 'installation',
  lies: 'person',
  words: 'subject.person',
  named: 'person',
  seen: (id) => `/admin/persons/${id}/privacy`,
  fields: { hold: { words: 'field.hold' } },
  way: {
    read: async (db, id) => ({ hold: (await findHold(db, id))?.reason ?? null }),
    form: ({ hold }) => ({ reason: hold }),
    put: (work, id, { reason }) => (reason === null ? endHold(work, id) : holdPerson(work, id, reason)),
  },
}
