/** Owns the SQL that gathers a person's rights from groups and roles. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { readPreferences, type Access, type Colleagues, type PersonActor } from '../kernel/actor.ts'
import { UNIT_SETTINGS } from '../kernel/settings/unit-settings.ts'
import { downFrom } from '../unit/tree.ts'
import { actorColumns, companiesOf, type ActorRow } from './actor-row.ts'

/** The actor with all rights, or undefined when the person is absent or switched off. Two queries, three for whoever belongs to a company. */
export async function loadActor(db: Kysely<Database>, personId: Id): Promise<PersonActor | undefined> {
  const {
    rows: [person],
  } = await sql<ActorRow>`select p.id, p.agent, ${actorColumns} from person p where p.id = ${personId} and p.valid`.execute(db)
  return person && actorOf(person, await loadRights(db, person))
}

/** What somebody may, and what companies show them: all that does not stand in their own row. */
export type Rights = Pick<Access, 'agent' | 'admin' | 'queueRights' | 'units' | 'colleagues'>

export async function loadRights(db: Kysely<Database>, { id, agent, companies }: ActorRow): Promise<Rights> {
  const colleagues = companies.length === 0 ? undefined : await colleaguesOf(db, companies)
  const { personId: _, ...rights } = await loadAccess(db, id, agent)
  return { ...rights, ...(colleagues ? { colleagues } : {}) }
}

export const actorOf = (person: ActorRow, rights: Rights): PersonActor => ({
  kind: 'person',
  id: person.id,
  name: person.name,
  login: person.login,
  language: person.language,
  unitId: person.unit_id,
  access: {
    personId: person.id,
    ...rights,
    ...(person.queues.length > 0 ? { chosenQueues: person.queues } : {}),
    ...(person.services.length > 0 ? { chosenServices: person.services } : {}),
  },
  preferences: readPreferences(person.preferences),
})

/** What people of these companies see of each other's tickets; undefined: no unit shows any. */
async function colleaguesOf(db: Kysely<Database>, companies: readonly string[]): Promise<Colleagues | undefined> {
  const own = sql`(select value #>> '{}' from setting where owner = ${UNIT_SETTINGS} and key = 'companies' and unit_id = u.id)`
  const { rows } = await sql<{ id: Id; says: 'read' | 'reply' }>`
    with recursive ${downFrom(sql`select u.id, ${own} as says from unit u where parent_id is null`, {
      as: 'said',
      each: sql`u.id, coalesce(${own}, said.says)`,
    })}
    select q.id, said.says from queue q join said on said.id = q.unit_id where said.says in ('read', 'reply')`.execute(db)
  return rows.length === 0 ? undefined : { companies, queues: new Map(rows.map(({ id, says }) => [id, says])) }
}

/** What a person sees as a customer because of their companies, for those who are not loaded as an actor. */
export async function findColleagues(db: Kysely<Database>, personId: Id): Promise<Colleagues | undefined> {
  const row = await db
    .selectFrom('person')
    .select(companiesOf(sql`${personId}`).as('companies'))
    .where('id', '=', personId)
    .executeTakeFirst()
  return row && row.companies.length > 0 ? colleaguesOf(db, row.companies) : undefined
}

/** Who belongs to a company in use, by its code. */
export async function peopleOfCompany(db: Kysely<Database>, code: string): Promise<Id[]> {
  const rows = await db
    .selectFrom('person_company')
    .innerJoin('company', 'company.id', 'person_company.company_id')
    .select('person_id')
    .where('company.code', '=', code)
    .where('company.valid', '=', true)
    .execute()
  return rows.map((row) => row.person_id)
}

export async function loadAccess(db: Kysely<Database>, personId: Id, agent: boolean): Promise<Access> {
  const none = { personId, agent, admin: false, queueRights: new Map(), units: [] }
  if (!agent) return none
  const { rows } = await sql<{ queue_id: Id | null; admin: boolean; rights: string[]; unit_id: Id | null }>`
    with held as (
      select group_id, "right" from group_person where person_id = ${personId}
      union
      select gr.group_id, gr."right" from role_person rp
        join role r on r.id = rp.role_id and r.valid
        join group_role gr on gr.role_id = rp.role_id
      where rp.person_id = ${personId})
    select q.id as queue_id, (g.name = 'admin') as admin, array_agg(held."right") as rights, null::bigint as unit_id
    from held join permission_group g on g.id = held.group_id and g.valid
      left join queue q on q.group_id = g.id
    group by q.id, g.name
    union all select null, false, '{}', unit_id from unit_administrator where person_id = ${personId}`.execute(db)
  return {
    personId,
    agent,
    admin: rows.some((row) => row.admin && row.rights.includes('rw')),
    queueRights: new Map(rows.filter((row) => row.queue_id !== null).map((row) => [row.queue_id!, new Set(row.rights)])),
    units: rows.flatMap((row) => row.unit_id ?? []),
  }
}
