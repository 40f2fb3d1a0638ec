/** Owns the command jobs: those that were given up, seen and started again. */
import { sql } from 'kysely'
import type { Command } from 'commander'
import { say, withDatabase } from './open.ts'

const GIVEN_UP = sql`attempts >= max_attempts and locked_at is null`

export function jobsCommand(program: Command): void {
  const jobs = program.command('jobs').description('list the jobs that were given up')
    .action(() => withDatabase({}, async ({ database }) => {
      const { rows } = await sql<{ id: string; task: string; at: Date; payload: unknown; error: string | null }>`
        select j.id, t.identifier as task, j.updated_at as at, j.payload, split_part(j.last_error, E'\n', 1) as error
        from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
        where ${GIVEN_UP} order by j.id limit 1000`.execute(database.db)
      for (const { id, task, at, payload, error } of rows) say(`${id}  ${at.toISOString()}  ${task} ${JSON.stringify(payload)}  ${error ?? ''}`)
      say(rows.length === 0 ? 'No job was given up.' : `Start them again with "pomoc jobs retry", all or by number.`)
    }))

  jobs.command('retry').argument('[id...]', 'numbers from the list; none: all')
    .description('start given-up jobs again')
    .action((ids: string[]) => withDatabase({}, async ({ database }) => {
      const { rows } = await sql<{ id: string }>`
        select (graphile_worker.reschedule_jobs(array_agg(id), run_at => now(), attempts => 0)).id
        from graphile_worker._private_jobs where ${GIVEN_UP}
          and (${ids.length === 0} or id = any (${ids.filter((id) => /^\d{1,18}$/.test(id))}::bigint[])) having count(*) > 0`.execute(database.db)
      say(rows.length === 0 ? 'No such job was given up.' : `Started again: ${rows.map(({ id }) => id).join(', ')}.`)
    }))
}
