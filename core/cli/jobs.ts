/** Owns the command jobs: those that were given up, seen, started again, dropped. */
import type { Command } from 'commander'
import { Refusal } from '../errors.ts'
import { dropDeadJob, listDeadJobs, retryDeadJob, retryDeadJobs } from '../administration/replay.ts'
import { runWork, type Work } from '../kernel/work.ts'
import { system } from '../kernel/actor.ts'
import { say, withDatabase, type Room } from './open.ts'

export function jobsCommand(program: Command): void {
  const jobs = program
    .command('jobs')
    .description('list the jobs that were given up')
    .action(() =>
      withDatabase({}, async ({ database }) => {
        const dead = await listDeadJobs(database.db)
        for (const { id, failedAt, task, fact, payload, error } of dead) {
          const what = fact
            ? `${fact.name} to ${fact.subscriber}${fact.ticketId ? `, ticket ${fact.ticketId}` : ''}`
            : `${task} ${JSON.stringify(payload)}`
          say(`${id}  ${failedAt.toISOString()}  ${what}  ${error?.split('\n')[0] ?? ''}`)
        }
        say(dead.length === 0 ? 'No job was given up.' : 'Start them again with "npm run pomoc -- jobs retry", all or by number.')
      }),
    )

  jobs
    .command('retry')
    .argument('[id...]', 'numbers from the list; none: all')
    .description('start given-up jobs again')
    .action((ids: string[]) =>
      withDatabase({}, async (room) => {
        const started = ids.length === 0 ? await act(room, retryDeadJobs) : await each(room, ids, retryDeadJob)
        say(
          started.length === 0
            ? ids.length === 0
              ? 'No job was given up.'
              : 'No such job was given up.'
            : `Started again: ${started.join(', ')}.`,
        )
      }),
    )

  jobs
    .command('drop')
    .argument('<id...>', 'numbers from the list')
    .description('give given-up jobs up for good')
    .action((ids: string[]) =>
      withDatabase({}, async (room) => {
        const dropped = await each(room, ids, dropDeadJob)
        say(dropped.length === 0 ? 'No such job was given up.' : `Dropped: ${dropped.join(', ')}.`)
      }),
    )
}

const act = <T>({ database: { db }, config }: Room, run: (work: Work) => Promise<T>): Promise<T> =>
  runWork({ db, config, clock: () => new Date(), subscribers: () => [] }, system('command line'), run)

/** Those that were there. */
async function each(room: Room, ids: readonly string[], run: (work: Work, id: string) => Promise<void>): Promise<string[]> {
  const done: string[] = []
  for (const id of ids) {
    const there = await act(room, (work) => run(work, id)).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Refusal) return false
        throw error
      },
    )
    if (there) done.push(id)
  }
  return done
}
