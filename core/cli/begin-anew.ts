/** Owns the command begin-anew: a pilot's tickets go before OTRS is taken over. */
import type { Command } from 'commander'
import { sql } from 'kysely'
import { counted } from '../machine/counted.ts'
import { BootError } from '../machine/boot-error.ts'
import { LIVE_CONNECTION } from '../kernel/live.ts'
import { runWork } from '../kernel/work.ts'
import { system } from '../kernel/actor.ts'
import { beginAnew } from '../ticket/begin-anew.ts'
import { say, withDatabase, type Room } from './open.ts'
import { askLine, isAnswered } from './persons/ask.ts'

export function beginAnewCommand(program: Command): void {
  program
    .command('begin-anew')
    .option('--yes', 'do not ask', false)
    .description('take away all tickets, after a question: people, units, queues and texts stay')
    .action(({ yes }: { yes: boolean }) =>
      withDatabase({}, async (room) => {
        await demandAlone(room)
        await demandConsent(room, yes)
        const { database, config } = room
        const gone = await runWork(
          { db: database.db, config, clock: () => new Date(), subscribers: () => [] },
          system('command line'),
          beginAnew,
        )
        say(
          `Taken away: ${counted(gone.tickets, 'ticket')}, ${counted(gone.articles, 'message')}, ${counted(gone.mails, 'mail')}. New ones have ids and numbers above theirs.`,
        )
      }),
    )
}

async function demandAlone({ database }: Room): Promise<void> {
  const { rows } = await sql<{ running: boolean }>`
    select exists (select from pg_stat_activity where datname = current_database()
      and (application_name = 'pomoc workers' or application_name like ${`${LIVE_CONNECTION}%`})) as running`.execute(database.db)
  if (rows[0]!.running) throw new BootError('Another pomoc works on this database: stop it first, and start it again afterwards.')
}

/** Says what goes, and goes on only where that was meant. */
async function demandConsent({ database }: Room, yes: boolean): Promise<void> {
  const { rows } = await sql<{ tickets: string }>`select count(*) as tickets from ticket`.execute(database.db)
  const { tickets } = rows[0]!
  say(
    `${counted(Number(tickets), 'ticket')} to go for good, with messages, files and mails. People, units, queues, texts, settings and the log of changes stay.`,
  )
  say('Make a backup first: npm run pomoc -- backup /backup/')
  if (yes) return
  const again = '“npm run pomoc -- begin-anew --yes” does it without asking.'
  if (!isAnswered()) throw new BootError(`Nobody is here to confirm it, and nothing was taken away: ${again}`)
  if ((await askLine('Type the number of tickets to take them away for good: ')).trim() !== tickets)
    throw new BootError(`That is not the number, and nothing was taken away: ${again}`)
}
