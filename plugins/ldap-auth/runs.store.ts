/** Owns the SQL of runs of the synchronisation: the last of them are kept. */
import { sql, type Kysely } from 'kysely'
import type { Database, Work } from '../../core/index.ts'
import type { Report } from './sync.ts'

const KEPT = 30
/** Of each list so many lines are kept; the counts are whole. */
const LINES = 200
const LISTS = ['comes', 'changes', 'returns', 'off', 'clashes', 'problems'] as const

export interface Run {
  at: Date
  report: Report & { counts: Record<(typeof LISTS)[number], number> }
}

export async function saveRun(work: Work, report: Report): Promise<void> {
  const counts = Object.fromEntries(LISTS.map((list) => [list, report[list].length]))
  const short = { ...report, ...Object.fromEntries(LISTS.map((list) => [list, report[list].slice(0, LINES)])), counts }
  await sql`insert into ldap_auth_run (directory, at, report) values (${report.directory}, ${work.now}, ${JSON.stringify(short)})`.execute(
    work.db,
  )
  await sql`delete from ldap_auth_run where directory = ${report.directory} and id not in (
    select id from ldap_auth_run where directory = ${report.directory} order by at desc, id desc limit ${KEPT})`.execute(work.db)
}

/** Did the last run that was read to its end keep hats and roles which the directory no longer gives? */
export async function rightsRest(db: Kysely<Database>, directory: string): Promise<boolean> {
  const { rows } = await sql<{ braked: boolean | null }>`select (report -> 'rights' ->> 'braked')::boolean as braked from ldap_auth_run
    where directory = ${directory} and report ->> 'error' is null and report ->> 'faults' is null order by at desc, id desc limit 1`.execute(
    db,
  )
  return rows[0]?.braked ?? false
}

export async function lastRuns(db: Kysely<Database>, limit = 10): Promise<Run[]> {
  return (await sql<Run>`select at, report from ldap_auth_run order by at desc, id desc limit ${limit}`.execute(db)).rows
}
