/** Owns who may read and who may write a unit's knowledge base. */
import { sql, type Kysely } from 'kysely'
import { holdsRight, queuesWith, refused, unitsDown, type Database, type Id, type PageContext, type PersonActor } from '../../core/index.ts'
import { AUDIENCES, type Audience } from './tables.ts'

export interface Standing {
  /** What may be read: public by everybody, external by whoever is logged in, internal by agents of the unit or of one below it. */
  reads: readonly Audience[]
  /** Writes and changes: the right 'faq.edit' (or rw, which includes all) in a queue of this very unit. */
  edits: boolean
  /** What is written needs nobody else's approval: the right 'faq.approve' itself, or an administrator. */
  approves: boolean
}

const STRANGER: Standing = { reads: ['public'], edits: false, approves: false }
const CUSTOMER: Standing = { reads: ['public', 'external'], edits: false, approves: false }

/** What somebody may in a unit. One query for an agent, none for others. */
export async function standingIn(
  db: Kysely<Database>,
  actor: PersonActor | undefined,
  unitId: Id,
  approvalNeeded: boolean,
): Promise<Standing> {
  if (!actor) return STRANGER
  const { access } = actor
  if (access.admin) return { reads: AUDIENCES, edits: true, approves: true }
  const queues = queuesWith(access, 'ro')
  if (!access.agent || queues.length === 0) return CUSTOMER
  const { rows } = await sql<{ id: Id; own: boolean }>`
    with recursive ${unitsDown(unitId, { as: 'below' })}
    select q.id, q.unit_id = ${unitId} as own from queue q join below on below.id = q.unit_id where q.id = any(${queues}::bigint[])`.execute(
    db,
  )
  if (rows.length === 0) return CUSTOMER
  const own = rows.filter((row) => row.own).map((row) => access.queueRights.get(row.id))
  const edits = own.some((rights) => holdsRight(rights, 'faq.edit'))
  return { reads: AUDIENCES, edits, approves: edits && (!approvalNeeded || own.some((rights) => rights?.has('faq.approve'))) }
}

export function demandEdits(c: PageContext, standing: Standing): PersonActor {
  const actor = c.get('actor')
  if (!actor) throw refused('login-needed')
  if (!standing.edits) throw refused(standing.reads.includes('internal') ? 'not-allowed' : 'not-found')
  return actor
}
