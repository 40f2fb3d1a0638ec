/** Owns who may read and who may write a unit's knowledge base. */
import { sql, type Kysely } from 'kysely'
import {
  holdsRight,
  queuesWith,
  refused,
  unitsUpInOrder,
  type Database,
  type Id,
  type PageContext,
  type PersonActor,
} from '../../core/index.ts'
import { AUDIENCES, type Reading } from './tables.ts'

/** Public entries are read by everybody, external ones by whoever is logged in, internal ones by agents of their unit or of one above it. */
export interface Standing extends Reading {
  /** Writes and changes: the right 'faq.edit' (or rw, which includes all) in a queue of this very unit. */
  edits: boolean
  /** What is written needs nobody else's approval: the right 'faq.approve' itself, or an administrator. */
  approves: boolean
}

const STRANGER: Standing = { reads: ['public'], internalIn: [], groups: [], edits: false, approves: false }
const CUSTOMER: Standing = { reads: ['public', 'external'], internalIn: [], groups: [], edits: false, approves: false }

/** What somebody may in a unit. One query for an agent, none for others. */
export async function standingIn(
  db: Kysely<Database>,
  actor: PersonActor | undefined,
  unitId: Id,
  approvalNeeded: boolean,
): Promise<Standing> {
  if (!actor) return STRANGER
  const { access } = actor
  if (access.admin) return { reads: AUDIENCES, internalIn: null, groups: null, edits: true, approves: true }
  const queues = queuesWith(access, 'ro')
  if (!access.agent || queues.length === 0) return CUSTOMER
  const { rows } = await sql<{ unit: Id; depth: number; queue: Id | null; groups: Id[] }>`
    with recursive ${unitsUpInOrder(unitId)}
    select up.id as unit, up.depth, q.id as queue, (${groupsOf(access.personId)}) as groups from up left join queue q on q.unit_id = up.id and q.id = any(${queues}::bigint[])
    order by up.depth`.execute(db)
  // Whoever is an agent of a unit reads what lies between it and this one, and nothing above it.
  const highest = rows.findLast(({ queue }) => queue !== null)
  if (!highest) return CUSTOMER
  const own = rows.filter(({ depth, queue }) => depth === 0 && queue !== null).map(({ queue }) => access.queueRights.get(queue!))
  const edits = own.some((rights) => holdsRight(rights, 'faq.edit'))
  return {
    reads: AUDIENCES,
    internalIn: [...new Set(rows.filter(({ depth }) => depth <= highest.depth).map(({ unit }) => unit))],
    groups: rows[0]?.groups ?? [],
    edits,
    approves: edits && (!approvalNeeded || own.some((rights) => rights?.has('faq.approve'))),
  }
}

/** SQL: groups in use where a person holds a right, by themselves or by a role. */
const groupsOf = (personId: Id) => sql<Id[]>`select coalesce(array_agg(distinct held.id::text), '{}') from (
  select gp.group_id as id from group_person gp where gp.person_id = ${personId}
  union all select gr.group_id from role_person rp join role r on r.id = rp.role_id and r.valid
    join group_role gr on gr.role_id = r.id where rp.person_id = ${personId}) held
  join permission_group g on g.id = held.id and g.valid`

export function demandEdits(c: PageContext, standing: Standing): PersonActor {
  const actor = c.get('actor')
  if (!actor) throw refused('login-needed')
  if (!standing.edits) throw refused(standing.reads.includes('internal') ? 'not-allowed' : 'not-found')
  return actor
}
