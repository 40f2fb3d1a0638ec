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

const STRANGER: Standing = { reads: ['public'], internalIn: [], edits: false, approves: false }
const CUSTOMER: Standing = { reads: ['public', 'external'], internalIn: [], edits: false, approves: false }

/** What somebody may in a unit. One query for an agent, none for others. */
export async function standingIn(
  db: Kysely<Database>,
  actor: PersonActor | undefined,
  unitId: Id,
  approvalNeeded: boolean,
): Promise<Standing> {
  if (!actor) return STRANGER
  const { access } = actor
  if (access.admin) return { reads: AUDIENCES, internalIn: null, edits: true, approves: true }
  const queues = queuesWith(access, 'ro')
  if (!access.agent || queues.length === 0) return CUSTOMER
  const { rows } = await sql<{ unit: Id; depth: number; queue: Id | null }>`
    with recursive ${unitsUpInOrder(unitId)}
    select up.id as unit, up.depth, q.id as queue from up left join queue q on q.unit_id = up.id and q.id = any(${queues}::bigint[])
    order by up.depth`.execute(db)
  // Whoever is an agent of a unit reads what lies between it and this one, and nothing above it.
  const highest = rows.findLast(({ queue }) => queue !== null)
  if (!highest) return CUSTOMER
  const own = rows.filter(({ depth, queue }) => depth === 0 && queue !== null).map(({ queue }) => access.queueRights.get(queue!))
  const edits = own.some((rights) => holdsRight(rights, 'faq.edit'))
  return {
    reads: AUDIENCES,
    internalIn: [...new Set(rows.filter(({ depth }) => depth <= highest.depth).map(({ unit }) => unit))],
    edits,
    approves: edits && (!approvalNeeded || own.some((rights) => rights?.has('faq.approve'))),
  }
}

export function demandEdits(c: PageContext, standing: Standing): PersonActor {
  const actor = c.get('actor')
  if (!actor) throw refused('login-needed')
  if (!standing.edits) throw refused(standing.reads.includes('internal') ? 'not-allowed' : 'not-found')
  return actor
}
