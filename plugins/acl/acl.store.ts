/** Owns the SQL of ACLs: the rules in force where a ticket lies, rules as they are administered, and what conditions ask of persons. */
import { sql, type Generated, type Kysely } from 'kysely'
import { isId, ROOT_UNIT, unitsDown, unitsUpInOrder, type Database, type Id, type RuleFilter } from '../../core/index.ts'
import { inOrder } from './engine.ts'
import type { Change, Match, Rule } from './rule.ts'

interface AclTable {
  id: Generated<Id>
  name: string
  unit_id: Id | null
  comment: string
  description: string
  match: Match
  change: Change
  filter: RuleFilter
  stop: boolean
  valid: boolean
  changed_at: Date
}
/** The same handle, knowing this table too. */
export const acl = (db: Kysely<Database>) => db.withTables<{ acl: AclTable }>()

export interface Acl extends Rule {
  comment: string
  description: string
  valid: boolean
  changedAt: Date
}

const COLUMNS = sql`a.id::text, a.name, a.unit_id::text as "unitId", a.comment, a.description, a.match, a.change, a.filter, a.stop, a.valid, a.changed_at as "changedAt"`

/** Rules in use for tickets of a unit: the installation's, then those of each unit from the top down to it; each level in order. */
export async function rulesIn(db: Kysely<Database>, unitId: Id): Promise<Rule[][]> {
  const { rows } = await sql<Rule & { depth: number | null }>`
    with recursive ${unitsUpInOrder(unitId)}
    select a.id::text, a.name, a.unit_id::text as "unitId", a.match, a.change, a.filter, a.stop, up.depth from acl a left join up on up.id = a.unit_id
    where a.valid and (a.unit_id is null or up.id is not null)`.execute(db)
  const level = ({ depth }: { depth: number | null }) => depth ?? Infinity
  const levels = Map.groupBy(rows, level)
  return [...levels.keys()].toSorted((a, b) => (a === b ? 0 : b > a ? 1 : -1)).map((depth) => inOrder(levels.get(depth)!))
}

/** What those in use change, wherever they are asked. */
export async function rulesInUse(db: Kysely<Database>): Promise<Pick<Rule, 'change'>[]> {
  return acl(db).selectFrom('acl').select('change').where('valid', '=', true).execute()
}

/** All of the installation, or of a unit and those below it. `unitName`: null for the installation's. */
export async function listAcls(db: Kysely<Database>, unitId: Id | null): Promise<(Acl & { unitName: string | null })[]> {
  const { rows } = await sql<Acl & { unitName: string | null }>`
    with recursive ${unitsDown(unitId ?? ROOT_UNIT)}
    select ${COLUMNS}, u.name as "unitName" from acl a left join unit u on u.id = a.unit_id
    where ${unitId === null ? sql`true` : sql`a.unit_id in (select id from down)`}`.execute(db)
  return inOrder(rows)
}

export async function findAcl(db: Kysely<Database>, id: Id): Promise<Acl | undefined> {
  const { rows } = await sql<Acl>`select ${COLUMNS} from acl a where a.id = ${id}`.execute(db)
  return rows[0]
}

/** What conditions may ask of a person. */
export interface KnownPerson {
  id: Id
  login: string
  name: string
  firstName: string
  lastName: string
  address: string
  company: string
  roles: string[]
  /** Names of groups by right; whoever holds rw holds each. */
  groups: Record<string, string[]>
}

/** Several with one statement. */
export async function personsKnown(db: Kysely<Database>, ids: readonly Id[]): Promise<Map<Id, KnownPerson>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<Omit<KnownPerson, 'groups'> & { held: { right: string; group: string }[] }>`
    select p.id::text, coalesce(p.login, '') as login, p.name, p.first_name as "firstName", p.last_name as "lastName",
      coalesce((select address from person_address where person_id = p.id and main), '') as address,
      coalesce((select c.code from person_company pc join company c on c.id = pc.company_id where pc.person_id = p.id and pc.main), '') as company,
      array(select r.name from role_person rp join role r on r.id = rp.role_id and r.valid where rp.person_id = p.id and p.agent) as roles,
      coalesce((select json_agg(distinct jsonb_build_object('right', h."right", 'group', g.name)) from (
        select group_id, "right" from group_person where person_id = p.id
        union select gr.group_id, gr."right" from role_person rp join role r on r.id = rp.role_id and r.valid
          join group_role gr on gr.role_id = r.id where rp.person_id = p.id) h
        join permission_group g on g.id = h.group_id and g.valid where p.agent), '[]') as held
    from person p where p.id = any(${[...ids]}::bigint[])`.execute(db)
  return new Map(
    rows.map(({ held, ...person }) => {
      const groups: Record<string, string[]> = {}
      for (const { right, group } of held) (groups[right] ??= []).push(group)
      const all = groups['rw'] ?? []
      return [
        person.id,
        { ...person, groups: Object.fromEntries(RIGHTS.map((right) => [right, [...new Set([...(groups[right] ?? []), ...all])]])) },
      ]
    }),
  )
}
/** Each is known, though nobody holds it anywhere. */
const RIGHTS = ['ro', 'move_into', 'create', 'note', 'owner', 'priority', 'rw']

/** Persons by id or login, each as the login they have. */
export async function loginsOf(db: Kysely<Database>, idsOrLogins: readonly string[]): Promise<{ id: Id; name: string }[]> {
  if (idsOrLogins.length === 0) return []
  const { rows } = await sql<{ id: Id; name: string }>`select id::text, login as name from person
    where login is not null and (login = any(${[...idsOrLogins]}::text[]) or id = any(${idsOrLogins.filter(isId)}::bigint[]))`.execute(db)
  return rows
}

/** What of queues, states … conditions ask besides their names. One statement. */
export async function thingsKnown(
  db: Kysely<Database>,
  ids: { queues: readonly Id[]; states: readonly Id[] },
): Promise<{ groupOfQueue: Map<Id, Id>; typeOfState: Map<Id, string> }> {
  const { rows } = await sql<{ of: 'queue' | 'state'; id: Id; value: string }>`
    select 'queue' as of, id::text, group_id::text as value from queue where id = any(${[...ids.queues]}::bigint[])
    union all select 'state', id::text, type from ticket_state where id = any(${[...ids.states]}::bigint[])`.execute(db)
  const of = (kind: string) => new Map(rows.filter((row) => row.of === kind).map(({ id, value }) => [id, value]))
  return { groupOfQueue: of('queue'), typeOfState: of('state') }
}

/** Is a unit this one, or below it? */
export async function isWithinUnit(db: Kysely<Database>, unitId: Id, of: Id): Promise<boolean> {
  const { rows } = await sql<{ yes: boolean }>`
    with recursive ${unitsDown(of)} select exists (select 1 from down where id = ${unitId}) as yes`.execute(db)
  return rows[0]!.yes
}
