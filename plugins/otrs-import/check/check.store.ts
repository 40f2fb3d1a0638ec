/** Owns the SQL of looks at a source: how far one is, and what the last one found. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../../../core/index.ts'
import type { Proposal } from '../mapping/mapping-file.ts'
import type { Line } from './check.ts'
import type { LookPlaces } from './look.ts'

export interface Found {
  source: string
  lines: readonly Line[]
  proposal: Proposal
  local: { text: string; unused: readonly string[] }
}

export interface Check {
  startedAt: Date
  endedAt: Date | null
  /** A look whose process is gone renews this no more. */
  leaseUntil: Date
  progress: { done: number; of: number } | null
  problem: string | null
  places: LookPlaces
  found: Found | null
}

/** The newest one alone is kept: what an earlier one found has no use. */
export async function beginCheck(db: Kysely<Database>, places: LookPlaces, now: Date, leaseUntil: Date): Promise<Id> {
  return db.transaction().execute(async (trx) => {
    await sql`delete from otrs_check`.execute(trx)
    const { rows } = await sql<{ id: Id }>`insert into otrs_check (started_at, lease_until, places)
      values (${now}, ${leaseUntil}, ${JSON.stringify(places)}::jsonb) returning id`.execute(trx)
    return rows[0]!.id
  })
}

export async function sayCheckStep(db: Kysely<Database>, id: Id, progress: { done: number; of: number }, leaseUntil: Date): Promise<void> {
  await sql`update otrs_check set progress = ${JSON.stringify(progress)}::jsonb, lease_until = ${leaseUntil} where id = ${id}`.execute(db)
}

/** `problem`: why nothing was found. */
export async function endCheck(db: Kysely<Database>, id: Id, now: Date, end: { found: Found } | { problem: string }): Promise<void> {
  const [found, problem] = 'found' in end ? [JSON.stringify(end.found), null] : [null, end.problem]
  await sql`update otrs_check set ended_at = ${now}, found = ${found}::jsonb, problem = ${problem} where id = ${id}`.execute(db)
}

export async function lastCheck(db: Kysely<Database>): Promise<Check | undefined> {
  const { rows } =
    await sql<Check>`select started_at as "startedAt", ended_at as "endedAt", lease_until as "leaseUntil", progress, problem, places, found
    from otrs_check order by id desc limit 1`.execute(db)
  return rows[0]
}
