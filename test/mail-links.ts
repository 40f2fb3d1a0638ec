/** Owns running, in tests without a program, the jobs that mail links to whoever asked for them. */
import { sql } from 'kysely'
import type { Host } from '../core/kernel/contract.ts'
import { LINK_JOB, runLinkJob } from '../core/person/login-links.ts'

export async function mailLinks(room: Pick<Host, 'db' | 'work' | 'clock' | 'config'>): Promise<void> {
  const { rows } = await sql<{ payload: Record<string, unknown> }>`
    delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t
    where t.id = j.task_id and t.identifier = ${LINK_JOB} returning j.payload`.execute(room.db)
  for (const { payload } of rows) await runLinkJob(room, payload)
}
