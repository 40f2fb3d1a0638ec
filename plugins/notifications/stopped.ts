/** Owns telling those whom it concerns that a rule stopped: an entry under their bells, of whichever plugin the rule is. */
import { findPerson, loadActor, notify, system, type Database, type Fact, type Id } from '../../core/index.ts'
import { administersUnit, listAdministrators, listUnitAdministrators } from '../../core/administration.ts'
import type { Kysely } from 'kysely'
import { BELL_CHANGED } from './carry-out.ts'
import type { Room } from './plan.ts'
import { STOPPED, tell } from './tables.ts'

/** May be told again: it stands under each bell once. */
export async function ringStopped({ data, act, createdAt }: Fact<'admin.stopped'>, host: Room): Promise<void> {
  const { what, id, unit, why, detail, person } = data
  const persons = await whomItConcerns(host.db, unit, person)
  if (persons.length === 0) return
  await host.work(system('notifications'), async (work) => {
    const rung = await tell(work.db)
      .insertInto('notification_bell')
      .values(
        persons.map((one) => ({
          person_id: one,
          ticket_id: null,
          notification_id: null,
          event: STOPPED,
          subject: '',
          article_id: null,
          actor_id: null,
          act_id: act,
          at: createdAt,
          read_at: null,
          about: what,
          about_id: id,
          unit_id: unit,
          why,
          detail,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .returning('person_id')
      .execute()
    for (const { person_id } of rung) await notify(work, BELL_CHANGED, { person: person_id })
  })
}

/** Who stands behind it, where they still may take it up again; else the nearest who may. */
async function whomItConcerns(db: Kysely<Database>, unit: Id | null, person: Id | null): Promise<Id[]> {
  if (person !== null && (await mayResume(db, person, unit))) return [person]
  if (unit !== null) {
    const active = (await listUnitAdministrators(db, unit)).filter((one) => one.active)
    if (active.length > 0) return active.filter(({ unitId }) => unitId === active[0]!.unitId).map(({ personId }) => personId)
  }
  return listAdministrators(db)
}

/** Those who may take a rule up again: who administers its unit, or centrally. */
async function mayResume(db: Kysely<Database>, personId: Id, unit: Id | null): Promise<boolean> {
  const found = await findPerson(db, personId)
  if (!found?.valid || !found.agent) return false
  if ((await loadActor(db, personId))?.access.admin) return true
  return unit !== null && administersUnit(db, personId, unit)
}
