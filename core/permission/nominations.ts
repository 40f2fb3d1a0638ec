/**
 * Owns how a unit comes by its people: its own, and whoever central administration names, at once; anybody else is asked, by mail and on
 * a page, and has no right and no hat until they say yes. An invitation holds for 14 days and can be taken back.
 */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import type { Database, Id, NominationEnd } from '../database/schema.ts'
import { Refusal, refused } from '../errors.ts'
import { isId } from '../kernel/input.ts'
import { countLimit, refusedOver } from '../kernel/limits/limits.ts'
import { coreSettings } from '../kernel/settings/core-settings.ts'
import { readSettings } from '../kernel/settings/settings.ts'
import { actorId, type Work } from '../kernel/work.ts'
import { loadActor } from './access.store.ts'
import { demandFresh } from './fresh.ts'
import { putOnHat } from './hat.ts'
import { isOwnPerson } from './own-people.ts'
import { setPersonRights, type RightsById } from './rights.ts'
import { tellAppointed } from './tell-appointed.ts'
import { addUnitAdministrator, demandHatFits, demandHolds, demandUnitAdmin, isCentral, type Giving } from './unit-administrators.ts'

export const NOMINATION_DAYS = 14

/** What somebody is named for. */
export interface Naming {
  administrator: boolean
  /** By group of the unit. */
  rights: RightsById
}

export interface Nomination {
  id: Id
  unitId: Id
  unitSlug: string
  unitName: string
  unitNameEn: string | null
  personId: Id
  personName: string
  address: string | null
  byId: Id
  byName: string
  administrator: boolean
  rights: Record<Id, string[]>
  nominatedAt: Date
  expiresAt: Date
  endedAt: Date | null
  /** 'open' until it is answered, taken back or expires. */
  state: 'open' | NominationEnd
}

/**
 * Names somebody for work in a unit or to administer it. 'done': they hold it now; 'invited': they are asked. The giver administers the
 * unit and holds every right they give. Errors: `unit.nothing-given`, `right.not-held`, `unit.hat-central`, `unit.invited-already`,
 * `unit.invitations-too-many`, `person.no-address`.
 */
export async function appoint(work: Work, unitId: Id, personId: Id, naming: Naming): Promise<'done' | 'invited'> {
  await demandUnitAdmin(work, unitId)
  const rights: RightsById = new Map([...naming.rights].filter(([, list]) => list.length > 0))
  if (!naming.administrator && rights.size === 0) throw refused('unit.nothing-given', {}, 'who')
  const person =
    isId(personId) &&
    (await work.db.selectFrom('person').select(['id', 'name', 'valid', 'agent']).where('id', '=', personId).forUpdate().executeTakeFirst())
  if (!person || !person.valid) throw refused('not-found')
  if (isCentral(work.actor) && !person.agent) await putOnHat(work, personId, unitId)
  if (isCentral(work.actor) || actorId(work) === personId || (await isOwnPerson(work.db, unitId, personId))) {
    await give(work, unitId, personId, { ...naming, rights }, work)
    return 'done'
  }
  await demandGroups(work, unitId, rights)
  for (const [groupId, list] of rights) await demandHolds(work, groupId, list)
  await demandHatFits(work, personId)
  demandFresh(work)
  await invite(work, unitId, person, { ...naming, rights })
  return 'invited'
}

async function give(work: Work, unitId: Id, personId: Id, { administrator, rights }: Naming, giving: Giving): Promise<void> {
  if (administrator) await addUnitAdministrator(work, unitId, personId, giving)
  if (rights.size > 0) {
    await setPersonRights(work, personId, rights, giving)
    await tellAppointed(work, personId, { what: 'work', unitId })
  }
}

/** An invitation gives rights in groups of the unit that invites, and of no other. */
async function demandGroups(work: Work, unitId: Id, rights: RightsById): Promise<void> {
  const ids = [...rights.keys()]
  if (ids.length === 0) return
  if (!ids.every(isId)) throw refused('not-found')
  const groups = await work.db.selectFrom('permission_group').select('id').where('id', 'in', ids).where('unit_id', '=', unitId).execute()
  if (groups.length < ids.length) throw refused('not-found')
}

async function invite(work: Work, unitId: Id, person: { id: Id; name: string }, { administrator, rights }: Naming): Promise<void> {
  const address = await work.db.selectFrom('person_address').select('id').where('person_id', '=', person.id).limit(1).executeTakeFirst()
  if (!address) throw refused('person.no-address', {}, 'who')
  const open = await work.db
    .selectFrom('unit_nomination')
    .select(['id', 'expires_at'])
    .where('unit_id', '=', unitId)
    .where('person_id', '=', person.id)
    .where('ended_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (open && open.expires_at > work.now) throw refused('unit.invited-already', { who: person.name }, 'who')
  if (open) await end(work, open.id, 'expired')
  const settings = await readSettings(work.db, 'core', coreSettings)
  for (const limit of [
    { name: 'nominations', key: actorId(work)!, most: settings['limits.invitations'] },
    { name: 'nominations-to', key: person.id, most: settings['limits.invitations-to'] },
  ] as const) {
    const counted = await countLimit(work.db, limit, work.now)
    if (counted.over) throw refusedOver(limit, counted, work.now, 'unit.invitations-too-many', 'who')
  }
  const until = new Date(work.now.getTime() + NOMINATION_DAYS * 24 * 3600_000)
  const { id } = await work.db
    .insertInto('unit_nomination')
    .values({
      unit_id: unitId,
      person_id: person.id,
      nominated_by: actorId(work)!,
      administrator,
      rights: JSON.stringify(Object.fromEntries(rights)),
      nominated_at: work.now,
      expires_at: until,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  record(work, { unitId, personId: person.id }, null, 'open')
  await tellAppointed(work, person.id, { what: 'invited', unitId, nomination: id, administrator, until })
}

/**
 * Whoever was asked says yes, and holds what they were named for, as far as whoever named them still may give it (`unit.invitation-void`).
 * Error: `unit.invitation-ended`.
 */
export async function acceptNomination(work: Work, id: Id): Promise<Nomination> {
  const nomination = await own(work, id)
  const giver = await loadActor(work.db, nomination.byId)
  if (!giver) throw refused('unit.invitation-void')
  await end(work, id, 'accepted')
  record(work, nomination, 'open', 'accepted')
  const naming = { administrator: nomination.administrator, rights: new Map(Object.entries(nomination.rights)) }
  try {
    await give(work, nomination.unitId, nomination.personId, naming, { db: work.db, actor: giver })
  } catch (error) {
    if (error instanceof Refusal) throw refused('unit.invitation-void')
    throw error
  }
  await tellAppointed(work, nomination.byId, { what: 'accepted', unitId: nomination.unitId })
  return nomination
}

/** Whoever was asked says no. Error: `unit.invitation-ended`. */
export async function declineNomination(work: Work, id: Id): Promise<Nomination> {
  const nomination = await own(work, id)
  await end(work, id, 'declined')
  record(work, nomination, 'open', 'declined')
  await tellAppointed(work, nomination.byId, { what: 'declined', unitId: nomination.unitId })
  return nomination
}

/** Takes an invitation back: whoever administers the unit. Error: `unit.invitation-ended`. */
export async function withdrawNomination(work: Work, unitId: Id, id: Id): Promise<Nomination> {
  await demandUnitAdmin(work, unitId)
  const nomination = await locked(work, id)
  if (!nomination || nomination.unitId !== unitId) throw refused('not-found')
  if (nomination.state !== 'open') throw refused('unit.invitation-ended')
  await end(work, id, 'withdrawn')
  record(work, nomination, 'open', 'withdrawn')
  return nomination
}

/** An invitation that is the actor's to answer; anybody else's is not there. */
async function own(work: Work, id: Id): Promise<Nomination> {
  const nomination = await locked(work, id)
  if (!nomination || nomination.personId !== actorId(work)) throw refused('not-found')
  if (nomination.state !== 'open') throw refused('unit.invitation-ended')
  return nomination
}

async function locked(work: Work, id: Id): Promise<Nomination | undefined> {
  if (!isId(id)) return undefined
  await work.db.selectFrom('unit_nomination').select('id').where('id', '=', id).forUpdate().executeTakeFirst()
  return findNomination(work.db, id, work.now)
}

async function end(work: Work, id: Id, ended: NominationEnd): Promise<void> {
  await work.db.updateTable('unit_nomination').set({ ended, ended_at: work.now }).where('id', '=', id).execute()
}

export async function findNomination(db: Kysely<Database>, id: Id, now: Date): Promise<Nomination | undefined> {
  return isId(id) ? (await read(db, now, sql`n.id = ${id}`))[0] : undefined
}

/** Of a unit: those that wait, and what became of the others within the last 14 days; or of a person: those that wait. The newest first. */
export function listNominations(db: Kysely<Database>, of: { unitId: Id } | { personId: Id }, now: Date): Promise<Nomination[]> {
  const lately = new Date(now.getTime() - NOMINATION_DAYS * 24 * 3600_000)
  return read(
    db,
    now,
    'unitId' in of
      ? sql`n.unit_id = ${of.unitId} and coalesce(n.ended_at, n.expires_at) > ${lately}`
      : sql`n.person_id = ${of.personId} and n.ended_at is null and n.expires_at > ${now}`,
  )
}

async function read(db: Kysely<Database>, now: Date, where: ReturnType<typeof sql<boolean>>): Promise<Nomination[]> {
  const { rows } = await sql<Nomination>`
    select n.id, n.unit_id as "unitId", u.slug as "unitSlug", u.name as "unitName", u.name_en as "unitNameEn",
      n.person_id as "personId", p.name as "personName", a.address, n.nominated_by as "byId", b.name as "byName", n.administrator, n.rights,
      n.nominated_at as "nominatedAt", n.expires_at as "expiresAt", n.ended_at as "endedAt",
      coalesce(n.ended, case when n.expires_at > ${now} then 'open' else 'expired' end) as state
    from unit_nomination n join unit u on u.id = n.unit_id join person p on p.id = n.person_id join person b on b.id = n.nominated_by
      left join person_address a on a.person_id = p.id and a.main
    where ${where} order by n.id desc`.execute(db)
  return rows
}

type State = Nomination['state']

function record(work: Work, { unitId, personId }: { unitId: Id; personId: Id }, before: State | null, after: State): void {
  recordChange(work, nominationSubject, unitId, { [`person ${personId}`]: before }, { [`person ${personId}`]: after }, { unitId })
}

export const nominationSubject: CoreSubject<Record<string, State | null>> = {
  type: 'unit nomination',
  right: 'unit',
  lies: 'said',
  words: 'subject.unit-nomination',
  named: 'unit',
  seen: pageAt('/admin/local'),
  fields: {},
  each: [{ prefix: 'person', of: 'person', words: 'each.person', as: { choice: 'nomination.' } }],
  way: { noWayBack: 'no-way.nomination' },
}
