/** Owns the SQL of reading runs: the last one, and all of them, for pages and for what comes after a run. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../../core/index.ts'

export interface Run {
  id: Id
  source: string
  product: string
  version: string
  incremental: boolean
  snapshotAt: Date | null
  phase: string
  state: 'running' | 'stopped' | 'failed' | 'done'
  problem: string | null
  progress: Readonly<Record<string, unknown>>
  leaseUntil: Date | null
  startedAt: Date
  endedAt: Date | null
}

const COLUMNS = sql`id, source, product, version, incremental, snapshot_at as "snapshotAt", phase, state, problem, progress,
  lease_until as "leaseUntil", started_at as "startedAt", ended_at as "endedAt"`

export async function listRuns(db: Kysely<Database>, most = 50): Promise<Run[]> {
  return (await sql<Run>`select ${COLUMNS} from otrs_run order by id desc limit ${most}`.execute(db)).rows
}

export const lastRun = async (db: Kysely<Database>): Promise<Run | undefined> => (await listRuns(db, 1))[0]

export async function findRun(db: Kysely<Database>, id: Id): Promise<Run | undefined> {
  return (await sql<Run>`select ${COLUMNS} from otrs_run where id = ${id}`.execute(db)).rows[0]
}

/** Asks the process that works on it to end after its step; it reads that between steps. Where it ended meanwhile, nothing is asked. */
export async function askStop(db: Kysely<Database>, id: Id): Promise<void> {
  await sql`update otrs_run set state = 'stopped' where id = ${id} and state = 'running'`.execute(db)
}
