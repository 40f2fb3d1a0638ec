/** Owns the SQL of runs: who works on one, how far it came, what it found. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../../../core/index.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { Finding } from '../room.ts'
import type { Source } from '../source/source.ts'

export interface RunRow {
  id: Id
  act: string
  incremental: boolean
  /** When the snapshot was taken with which it began. */
  snapshotAt: Date
  marks: Marks
}
/** What the source had when a run began: later runs read on from there. */
export interface Marks {
  /** The highest id of `dynamic_field_value`. */
  value?: number
}

const COLUMNS = sql`id::text as id, act_id::text as act, incremental, snapshot_at as "snapshotAt", marks`

/** The newest that is not done. */
export async function unfinishedRun(db: Kysely<Database>): Promise<RunRow | undefined> {
  return (await sql<RunRow>`select ${COLUMNS} from otrs_run where state <> 'done' order by id desc limit 1`.execute(db)).rows[0]
}

/** The newest that is done. */
export async function lastDone(db: Kysely<Database>): Promise<RunRow | undefined> {
  return (await sql<RunRow>`select ${COLUMNS} from otrs_run where state = 'done' order by id desc limit 1`.execute(db)).rows[0]
}

export async function beginRun(
  db: Kysely<Database>,
  source: Source,
  { mapping, incremental, marks, now }: { mapping: Mapping; incremental: boolean; marks: Marks; now: Date },
): Promise<RunRow> {
  const { rows } = await sql<RunRow>`
    insert into otrs_run (source, product, version, incremental, snapshot_at, mapping, marks, phase, state, started_at)
    values (${source.label}, ${source.product.name}, ${source.product.version}, ${incremental}, ${source.snapshotAt}, ${JSON.stringify(mapping)}::jsonb,
      ${JSON.stringify(marks)}::jsonb, 'master', 'running', ${now}) returning ${COLUMNS}`.execute(db)
  return rows[0]!
}

export async function resumeRun(db: Kysely<Database>, id: Id, mapping: Mapping): Promise<void> {
  await sql`update otrs_run set state = 'running', problem = null, ended_at = null, mapping = ${JSON.stringify(mapping)}::jsonb where id = ${id}`.execute(
    db,
  )
}

export async function setPhase(db: Kysely<Database>, id: Id, phase: string): Promise<void> {
  await sql`update otrs_run set phase = ${phase} where id = ${id}`.execute(db)
}

export async function endRun(
  db: Kysely<Database>,
  id: Id,
  state: 'done' | 'failed' | 'stopped',
  problem: string | null,
  now: Date,
): Promise<void> {
  await sql`update otrs_run set state = ${state}, problem = ${problem}, ended_at = ${now}, lease_until = null,
    phase = case when ${state} = 'done' then 'done' else phase end where id = ${id}`.execute(db)
}

/** Whether the operator let it go on: the page sets 'stopped'. */
export async function isRunning(db: Kysely<Database>, id: Id): Promise<boolean> {
  return (await sql<{ state: string }>`select state from otrs_run where id = ${id}`.execute(db)).rows[0]?.state === 'running'
}

/** How far it came; whoever reads it later than a minute after `lease_until` knows that its process is gone. */
export async function writeProgress(db: Kysely<Database>, id: Id, progress: object, leaseUntil: Date): Promise<void> {
  await sql`with told as (select pg_notify('pomoc', ${JSON.stringify({ fact: 'otrs-import.progress' })}))
    update otrs_run set progress = ${JSON.stringify(progress)}::jsonb, lease_until = ${leaseUntil} from told where id = ${id} and state = 'running'`.execute(
    db,
  )
}

/** What was told already is not told twice: parts may run again. */
export async function insertFindings(db: Kysely<Database>, runId: Id, findings: readonly Finding[], now: Date): Promise<void> {
  if (findings.length === 0) return
  await sql`insert into otrs_finding (run_id, code, table_name, key, detail, at)
    select ${runId}, code, "table", key, coalesce(detail, '{}'), ${now}
    from jsonb_to_recordset(${JSON.stringify(findings)}::jsonb) as f(code text, "table" text, key text, detail jsonb)
    on conflict do nothing`.execute(db)
}

export async function forgetFindings(db: Kysely<Database>, runId: Id): Promise<void> {
  await sql`delete from otrs_finding where run_id = ${runId}`.execute(db)
}

/** One process at a time: held by its connection, so that a process that is gone holds nothing. Answers false where another one works. */
export async function holdAlone<T>(db: Kysely<Database>, run: () => Promise<T>): Promise<T | undefined> {
  return db.connection().execute(async (held) => {
    const { rows } = await sql<{ is: boolean }>`select pg_try_advisory_lock(hashtextextended('otrs-import run', 7001)) as is`.execute(held)
    if (!rows[0]!.is) return undefined
    try {
      return await run()
    } finally {
      await sql`select pg_advisory_unlock(hashtextextended('otrs-import run', 7001))`.execute(held).catch(() => {})
    }
  })
}

/** Numbers of some tickets that came, by id. */
export async function someTickets(db: Kysely<Database>): Promise<Map<number, string>> {
  const { rows } = await sql<{ id: string; number: string }>`
    select t.id::text as id, t.number from otrs_ticket o join ticket t on t.id = o.ticket_id order by o.ticket_id limit 20`.execute(db)
  return new Map(rows.map(({ id, number }) => [Number(id), number]))
}

/** Tickets of ours that have numbers (ids) which a source's may have: made before ids of ours began above. */
export async function oldTickets(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from (select from ticket t where t.id < (
      select start_value from pg_sequences where (schemaname || '.' || sequencename)::regclass = pg_get_serial_sequence('ticket', 'id')::regclass)
      and not exists (select from otrs_ticket o where o.ticket_id = t.id) limit 1000) found`.execute(db)
  return rows[0]!.n
}
