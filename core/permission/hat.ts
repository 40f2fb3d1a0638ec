/**
 * Owns the agent's hat that rights of units bring: it comes with the first of them and goes with the last right of any kind. A hat
 * given centrally or by a directory's rule stays until that takes it.
 */
import { sql } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import type { Id } from '../database/schema.ts'
import type { Work } from '../kernel/work.ts'
import { tellAppointed } from './tell-appointed.ts'

/** Puts the hat on somebody who has none, for a right in `unitId`. Whether that may be is the caller's to know. */
export async function putOnHat(work: Work, personId: Id, unitId: Id): Promise<void> {
  await work.db.updateTable('person').set({ agent: true, hat_by_unit: true }).where('id', '=', personId).execute()
  recordChange(work, hatSubject, personId, { agent: false }, { agent: true }, { unitId })
}

/** After a right of any kind was taken: the hat that a unit's right brought goes with the last one, and the person is told. `unitId`: whose right it was. */
export async function dropIdleHat(work: Work, personId: Id, unitId: Id | null): Promise<void> {
  const { rows } = await sql<{ id: Id }>`
    update person p set agent = false, hat_by_unit = false where p.id = ${personId} and p.agent and p.hat_by_unit
      and not exists (select from group_person where person_id = p.id) and not exists (select from role_person where person_id = p.id)
      and not exists (select from unit_administrator where person_id = p.id)
    returning p.id`.execute(work.db)
  if (rows.length === 0) return
  recordChange(work, hatSubject, personId, { agent: true }, { agent: false }, unitId === null ? {} : { unitId })
  await tellAppointed(work, personId, { what: 'no-hat' })
}

export const hatSubject: CoreSubject<{ agent: boolean }> = {
  type: 'person hat',
  right: 'unit',
  lies: 'person',
  words: 'subject.person-hat',
  named: 'person',
  seen: pageAt('/admin/persons'),
  fields: { agent: { words: 'field.agent', as: 'yes-no' } },
  way: { noWayBack: 'no-way.hat' },
}
