/** Owns the SQL of going live: what of the checklist is said to be done, and what it can be told by. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../../../core/index.ts'

export async function liveSince(db: Kysely<Database>): Promise<Date | undefined> {
  return (await sql<{ at: Date }>`select at from otrs_go_live where item = 'live'`.execute(db)).rows[0]?.at
}

export interface SaidDone {
  item: string
  at: Date
  by: string | null
  said: unknown
}

export async function listSaid(db: Kysely<Database>): Promise<SaidDone[]> {
  return (
    await sql<SaidDone>`select g.item, g.at, p.name as by, g.said from otrs_go_live g left join person p on p.id = g.by_id`.execute(db)
  ).rows
}

/** False: it was said before. */
export async function insertSaid(db: Kysely<Database>, item: string, at: Date, by: Id | null, said: unknown = null): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into otrs_go_live (item, at, by_id, said) values (${item}, ${at}, ${by}, ${said === null ? null : JSON.stringify(said)}::jsonb)
    on conflict do nothing`.execute(db)
  return numAffectedRows === 1n
}

export async function deleteSaid(db: Kysely<Database>, item: string): Promise<void> {
  await sql`delete from otrs_go_live where item = ${item} and item <> 'live'`.execute(db)
}

export interface Signs {
  /** Differences that nothing explains in the newest report of the run; null: there is no report of it. */
  unexplained: number | null
  decisions: number
  /** Mails that a server brought since the run ended. */
  arrived: number
  /** Addresses in use whose queue is in use. */
  addresses: number
  /** Agents who may log in, and by what. */
  agents: number
  byDirectory: number
  byOldPassword: number
  byPassword: number
  /** With none of these and no address for a link. */
  shutOut: number
  /** Open tickets past a deadline. */
  late: number
}

export async function readSigns(db: Kysely<Database>, run: { id: Id; endedAt: Date | null }, decisions: readonly string[]): Promise<Signs> {
  const { rows } = await sql<Signs>`
    with agent as (
      select p.id, p.password_hash is not null as own,
        exists (select from person_directory d where d.person_id = p.id) as directory,
        exists (select from otrs_password o where o.person_id = p.id) as old,
        exists (select from person_address a where a.person_id = p.id) as reachable
      from person p where p.agent and p.valid)
    select
      (select unexplained from otrs_report where run_id = ${run.id} order by id desc limit 1) as unexplained,
      (select count(*)::int from otrs_finding where run_id = ${run.id} and code = any(${[...decisions]}::text[])) as decisions,
      (select count(*)::int from inbound_mail where accepted_at > ${run.endedAt}::timestamptz and peer_address <> '') as arrived,
      (select count(*)::int from system_address s join queue q on q.id = s.queue_id where s.valid and q.valid) as addresses,
      (select count(*)::int from agent) as agents,
      (select count(*)::int from agent where directory) as "byDirectory",
      (select count(*)::int from agent where not directory and not own and old) as "byOldPassword",
      (select count(*)::int from agent where not directory and own) as "byPassword",
      (select count(*)::int from agent where not directory and not own and not old and not reachable) as "shutOut",
      (select count(*)::int from ticket where due_at <= now() and state_type in ('new', 'open', 'pending reminder', 'pending auto')) as late`.execute(
    db,
  )
  return rows[0]!
}
