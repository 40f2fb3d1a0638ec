/** Owns noticing that this machine's clock is wrong: at start by the last row, later by the time that went by. */
import { sql, type Kysely } from 'kysely'
import type { Database } from '../database/schema.ts'
import type { Log } from '../machine/log.ts'

/** What may lie between two clocks, and between a row and the clock that is asked a moment later. */
const TOLERATED_MS = 60_000
const EVERY_MS = 5000

export const CLOCK_REMEDY = 'Let this machine set its clock by NTP (chrony or systemd-timesyncd).'

/** How far the last thing stored lies ahead of now, in words without a dot; undefined where time goes forward as it should. */
export async function sayClockBehind(db: Kysely<Database>, now: Date): Promise<string | undefined> {
  const {
    rows: [row],
  } = await sql<{ newest: Date | null }>`
    select greatest((select created_at from fact order by id desc limit 1), (select accepted_at from inbound_mail order by id desc limit 1),
      (select created_at from outbound_mail order by id desc limit 1)) as newest`.execute(db)
  const newest = row?.newest
  if (!newest || newest.getTime() - now.getTime() <= TOLERATED_MS) return undefined
  return `This machine's clock stands at ${sayMoment(now)}, yet the last entry in the database is of ${sayMoment(newest)}`
}

/** Tells in the log, at start and whenever the clock jumps, that it is wrong; answers how to stop watching. */
export async function watchClock({ db, log, clock }: { db: Kysely<Database>; log: Log; clock: () => Date }): Promise<() => Promise<void>> {
  const behind = await sayClockBehind(db, clock())
  if (behind) log.warn(`${behind}: ${inSentence(CLOCK_REMEDY)} Until then deadlines and sessions are wrong.`)
  // The second clock counts from the start of the machine and cannot be set.
  let before = { wall: clock().getTime(), steady: performance.now() }
  const timer = setInterval(() => {
    const here = { wall: clock().getTime(), steady: performance.now() }
    const jump = here.wall - before.wall - (here.steady - before.steady)
    if (Math.abs(jump) > TOLERATED_MS) {
      log.warn(
        `This machine's clock jumped ${jump > 0 ? 'forward' : 'back'} by ${saySpan(Math.abs(jump))} and now stands at ${sayMoment(new Date(here.wall))}: ` +
          `${inSentence(CLOCK_REMEDY)} Look at tickets and deadlines of that time.`,
      )
    }
    before = here
  }, EVERY_MS).unref()
  return async () => clearInterval(timer)
}

const sayMoment = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`

function saySpan(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  return minutes < 120 ? `${minutes} minutes` : minutes < 2880 ? `${Math.round(minutes / 60)} hours` : `${Math.round(minutes / 1440)} days`
}

const inSentence = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1)
