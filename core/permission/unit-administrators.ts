/**
 * Owns local administration: who administers a unit. Such a person administers the unit named and every unit below it, and
 * nothing else; acts on what belongs to the installation stay the central administrator's. Rights they give are rights they hold.
 */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { isId } from '../kernel/input.ts'
import { actorId, type Work } from '../kernel/work.ts'
import { downFrom, ROOT_UNIT, up, upToAsk } from '../unit/tree.ts'
import type { Actor } from '../kernel/actor.ts'
import { dropIdleHat, putOnHat } from './hat.ts'
import { isOwnPerson } from './own-people.ts'
import { holdsRight } from './policy.ts'
import { demandFresh } from './fresh.ts'
import { tellAppointed } from './tell-appointed.ts'

/** Who gives, and where that is looked up: an act's own actor, unless somebody accepts what another gave. */
export type Giving = Pick<Work, 'db' | 'actor'>

/** Acts for the whole installation: the program itself, or a central administrator. */
export const isCentral = (actor: Actor): boolean => actor.kind === 'system' || actor.access.admin

/** Does the person administer this unit, or one above it? Without the agent hat nobody administers anything. */
export async function administersUnit(db: Kysely<Database>, personId: Id, unitId: Id): Promise<boolean> {
  if (!isId(unitId)) return false
  const { rows } = await sql<{ yes: boolean }>`
    with recursive ${upToAsk(unitId)}
    select exists (select 1 from unit_administrator a join up on up.id = a.unit_id
      join person p on p.id = a.person_id and p.valid and p.agent where a.person_id = ${personId}) as yes`.execute(db)
  return rows[0]!.yes
}

/** Throws `not-allowed` unless the actor administers the unit: centrally, or it or one above it. Asked of the database, in the act. */
export async function demandUnitAdmin(work: Giving, unitId: Id): Promise<void> {
  if (isCentral(work.actor)) return
  if (work.actor.kind !== 'person' || !(await administersUnit(work.db, work.actor.id, unitId))) throw refused('not-allowed')
}

/** A calendar or text that a unit may use: its own, or of a unit above it. Error: `choice-gone` at the field. */
export async function demandOwnOrAbove(
  work: Work,
  table: 'calendar' | 'auto_response' | 'service',
  id: Id,
  unitId: Id,
  field: string,
): Promise<void> {
  const { rows } = isId(id)
    ? await sql`
    with recursive ${upToAsk(unitId)}
    select 1 from ${sql.table(table)} t join up on up.id = t.unit_id where t.id = ${id}`.execute(work.db)
    : { rows: [] }
  if (rows.length === 0) throw refused('choice-gone', {}, field)
}

/** Rights the person holds in a group now, by themselves or from a role. */
export async function rightsHeldIn(db: Kysely<Database>, personId: Id, groupId: Id): Promise<Set<string>> {
  const { rows } = await sql<{ right: string }>`
    select gp."right" from group_person gp join person p on p.id = gp.person_id and p.valid and p.agent
      join permission_group g on g.id = gp.group_id and g.valid where gp.person_id = ${personId} and gp.group_id = ${groupId}
    union select gr."right" from role_person rp join role r on r.id = rp.role_id and r.valid join group_role gr on gr.role_id = r.id
      join permission_group g on g.id = gr.group_id and g.valid join person p on p.id = rp.person_id and p.valid and p.agent
      where rp.person_id = ${personId} and gr.group_id = ${groupId}`.execute(db)
  return new Set(rows.map((row) => row.right))
}

/** Throws unless the actor may give these rights in the group: it is of a unit of theirs, and they hold each themselves (`right.not-held`). */
export async function demandHolds(work: Giving, groupId: Id, rights: readonly string[]): Promise<void> {
  if (isCentral(work.actor)) return
  const group =
    isId(groupId) && (await work.db.selectFrom('permission_group').select(['unit_id', 'name']).where('id', '=', groupId).executeTakeFirst())
  if (!group) throw refused('not-found')
  // The group `admin` and whatever else is the installation's own.
  if (group.unit_id === ROOT_UNIT) throw refused('not-allowed')
  await demandUnitAdmin(work, group.unit_id)
  if (rights.length === 0) return
  const held = await rightsHeldIn(work.db, actorId(work)!, groupId)
  const missing = rights.find((right) => !holdsRight(held, right))
  if (missing !== undefined) throw refused('right.not-held', { right: missing })
}

export interface UnitAdministrator {
  personId: Id
  name: string
  address: string | null
  unitId: Id
  unitName: string
  since: Date
  /** Who named them, while that is known. */
  givenBy: Id | null
  active: boolean
}

/** Who administers a unit: those named for it first, then those of units above it. */
export async function listUnitAdministrators(db: Kysely<Database>, unitId: Id): Promise<UnitAdministrator[]> {
  const { rows } = await sql<UnitAdministrator>`
    with recursive ${up(unitId, { more: ['name'] })}
    select p.id as "personId", p.name, pa.address, up.id as "unitId", up.name as "unitName", a.since, a.given_by as "givenBy", (p.valid and p.agent) as active
    from unit_administrator a join up on up.id = a.unit_id join person p on p.id = a.person_id
      left join person_address pa on pa.person_id = p.id and pa.main order by up.depth, p.name collate "pl-x-icu"`.execute(db)
  return rows
}

/** Every unit of every local administrator, for the central overview. */
export async function listAllUnitAdministrators(db: Kysely<Database>): Promise<{ unitId: Id; personId: Id; name: string }[]> {
  return db
    .selectFrom('unit_administrator as a')
    .innerJoin('person as p', 'p.id', 'a.person_id')
    .select(['a.unit_id as unitId', 'a.person_id as personId', 'p.name'])
    .orderBy('p.name')
    .execute()
}

/** Ids of the units that the actor administers, with those below them: SQL that stands after `with recursive`. */
const unitsOf = (personId: Id) =>
  downFrom(sql`select unit_id as id from unit_administrator where person_id = ${personId}`, { as: 'mine', once: true })

/**
 * Somebody comes to hold something in the unit: whoever has no hat gets one. It must bring nothing else back to life, so that somebody
 * with rights, tickets or units from before, outside of what the giver administers, is central administration's (`unit.hat-central`).
 */
export async function demandHatFits(giving: Giving, personId: Id): Promise<void> {
  if (isCentral(giving.actor) || giving.actor.kind !== 'person') return
  const { rows } = await sql<{ elsewhere: boolean }>`
    with recursive ${unitsOf(giving.actor.id)}
    select not p.agent and (exists (select 1 from group_person gp join permission_group g on g.id = gp.group_id where gp.person_id = p.id and g.unit_id not in (select id from mine))
      or exists (select 1 from role_person where person_id = p.id)
      or exists (select 1 from unit_administrator where person_id = p.id and unit_id not in (select id from mine))
      or exists (select 1 from ticket t join queue q on q.id = t.queue_id where p.id in (t.owner_id, t.responsible_id) and q.unit_id not in (select id from mine))
      or exists (select 1 from ticket_watcher w join ticket t on t.id = w.ticket_id join queue q on q.id = t.queue_id
        where w.person_id = p.id and q.unit_id not in (select id from mine))) as elsewhere
    from person p where p.id = ${personId}`.execute(giving.db)
  if (rows[0]?.elsewhere) throw refused('unit.hat-central', {}, 'who')
}

/**
 * Whom a unit gives something: its own people at once, somebody else once they said yes (`unit.ask-first`). Centrally, anybody who
 * wears the hat (`person.admin-needs-hat`). Puts the hat on where it is missing; answers whether it did.
 */
export async function readyToHold(
  work: Work,
  unitId: Id,
  person: { id: Id; agent: boolean },
  { giving = work, field }: { giving?: Giving; field: string },
): Promise<boolean> {
  const { actor } = giving
  if (isCentral(actor)) {
    if (!person.agent) throw refused('person.admin-needs-hat', {}, field)
    return false
  }
  if (giving === work && actor.kind === 'person' && actor.id !== person.id && !(await isOwnPerson(work.db, unitId, person.id)))
    throw refused('unit.ask-first', {}, field)
  if (person.agent) return false
  await demandHatFits(giving, person.id)
  await putOnHat(work, person.id, unitId)
  return true
}

/**
 * Makes somebody a local administrator: centrally, or by one of the unit's own. The root unit has none: who administers everything is a
 * central administrator. They are told. `giving`: who named them, where they accept it themselves. Errors: those of `readyToHold`.
 */
export async function addUnitAdministrator(work: Work, unitId: Id, personId: Id, giving: Giving = work): Promise<void> {
  if (unitId === ROOT_UNIT) throw refused('unit.root-stays')
  await demandUnitAdmin(giving, unitId)
  const unit =
    isId(unitId) && (await work.db.selectFrom('unit').select('id').where('id', '=', unitId).where('valid', '=', true).executeTakeFirst())
  const person =
    isId(personId) &&
    (await work.db.selectFrom('person').select(['id', 'valid', 'agent']).where('id', '=', personId).forUpdate().executeTakeFirst())
  if (!unit || !person || !person.valid) throw refused('not-found')
  await readyToHold(work, unitId, person, { giving, field: 'who' })
  if (giving === work) demandFresh(work)
  const added = await work.db
    .insertInto('unit_administrator')
    .values({ unit_id: unitId, person_id: personId, since: work.now, given_by: actorId(giving) })
    .onConflict((oc) => oc.doNothing())
    .returning('person_id')
    .executeTakeFirst()
  if (!added) return
  recordChange(work, unitAdministratorSubject, unitId, { [`person ${personId}`]: null }, { [`person ${personId}`]: true }, { unitId })
  await tellAppointed(work, personId, { what: 'administer', unitId })
}

/**
 * Takes it away: from oneself always; from whom one named oneself; from others only centrally or from a unit above, so that neither of
 * two can throw the other out. The hat goes with it where nothing else is held.
 */
export async function removeUnitAdministrator(work: Work, unitId: Id, personId: Id): Promise<void> {
  if (!isCentral(work.actor) && actorId(work) !== personId && !(await namedByActor(work, unitId, personId))) {
    const unit = isId(unitId) && (await work.db.selectFrom('unit').select('parent_id').where('id', '=', unitId).executeTakeFirst())
    if (!unit || unit.parent_id === null) throw refused('not-allowed')
    await demandUnitAdmin(work, unit.parent_id)
  }
  demandFresh(work)
  const gone = await work.db
    .deleteFrom('unit_administrator')
    .where('unit_id', '=', unitId)
    .where('person_id', '=', personId)
    .returning('person_id')
    .executeTakeFirst()
  if (!gone) throw refused('not-found')
  recordChange(work, unitAdministratorSubject, unitId, { [`person ${personId}`]: true }, { [`person ${personId}`]: null }, { unitId })
  await tellAppointed(work, personId, { what: 'no-administrator', unitId })
  await dropIdleHat(work, personId, unitId)
}

/** Did the actor, who still administers the unit, name this administrator? */
async function namedByActor(work: Work, unitId: Id, personId: Id): Promise<boolean> {
  const by = actorId(work)
  if (by === null || !isId(unitId) || !isId(personId)) return false
  const row = await work.db
    .selectFrom('unit_administrator')
    .select('given_by')
    .where('unit_id', '=', unitId)
    .where('person_id', '=', personId)
    .executeTakeFirst()
  return row?.given_by === by && (await administersUnit(work.db, by, unitId))
}

export const unitAdministratorSubject: CoreSubject<Record<string, true | null>, { persons: Map<Id, boolean> }> = {
  type: 'unit administrator',
  right: 'unit',
  lies: 'said',
  words: 'subject.unit-administrator',
  named: 'unit',
  seen: pageAt('/admin/local'),
  fields: {},
  each: [{ prefix: 'person', of: 'person', words: 'each.person', as: 'yes-no' }],
  way: {
    async read(db, id, of) {
      const named = new Set(
        (await db.selectFrom('unit_administrator').select('person_id').where('unit_id', '=', id).execute()).map((row) => row.person_id),
      )
      return Object.fromEntries(Object.keys(of).map((key) => [key, named.has(key.slice('person '.length)) || null]))
    },
    form: (values) => ({ persons: new Map(Object.entries(values).map(([key, is]) => [key.slice('person '.length), is === true])) }),
    async put(work, id, { persons }) {
      for (const [personId, is] of persons) await (is ? addUnitAdministrator : removeUnitAdministrator)(work, id, personId)
    },
  },
}
