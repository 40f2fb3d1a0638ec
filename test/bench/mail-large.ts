/** Owns how long one mail takes, by its size, and what many large ones at once cost: memory, and turns of the event loop. */
import { mkdtemp, rm } from 'node:fs/promises'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client as Database } from 'pg'
import { runProgram } from '../program.ts'
import { portOf } from './mail-in.ts'
import { makeMails, type Size } from './mails.ts'
import type { Place } from './place.ts'
import { median, percentile, type Figure } from './report.ts'
import { open } from './smtp-client.ts'

const SIZES: readonly [Size, number][] = [
  ['5 kB', 100],
  ['100 kB', 60],
  ['10 MB', 20],
]
const AT_ONCE = 10
const TOKEN = 'the-bench-looks-at-figures'

/** Milliseconds from DATA to 250 and from 250 to the ticket, one mail after the other. */
export function measureSizes(place: Place): Promise<Figure[]> {
  return withProgram(place, async ({ smtp, database }) => {
    const figures: Figure[] = []
    for (const [size, count] of SIZES) figures.push(...(await measureOne(smtp, database, size, count)))
    return figures
  })
}

/** Ten mails of 30 MB side by side, in a program that has just been started. */
export const measureLarge = (place: Place): Promise<Figure[]> =>
  withProgram(place, ({ smtp, http, pid, database }) => measureMany(smtp, http, pid, database))

async function withProgram<T>(
  place: Place,
  measure: (room: { smtp: number; http: number; pid: number; database: Database }) => Promise<T>,
): Promise<T> {
  await place.copy('mails', 'large')
  const dir = await mkdtemp(join(tmpdir(), 'pomoc-bench-large-'))
  const program = runProgram({
    POMOC_DATABASE_URL: place.url('large'),
    POMOC_DATA_DIR: dir,
    POMOC_MAIL_ADDRESS: 'pomoc@uni.example',
    POMOC_LOG_LEVEL: 'warn',
    POMOC_METRICS_TOKEN: TOKEN,
  })
  const database = new Database({ connectionString: place.url('large') })
  try {
    await program.ready
    await database.connect()
    return await measure({ smtp: portOf(program.stdout, 'smtp'), http: portOf(program.stdout, 'http'), pid: program.pid, database })
  } finally {
    await database.end()
    program.kill('SIGINT')
    await program.ended
    await rm(dir, { recursive: true, force: true })
  }
}

async function measureOne(port: number, database: Database, size: Size, count: number): Promise<Figure[]> {
  const client = await open(port)
  const accepted: number[] = []
  const made: number[] = []
  for (const [n, mail] of (await makeMails(size, count + 5)).entries()) {
    const { seconds, said } = await client.send(mail)
    const began = performance.now()
    await untilProcessed(database, [idIn(said)], 2)
    if (n < 5) continue // the first ones start threads and fill caches
    accepted.push(seconds * 1000)
    made.push(performance.now() - began)
  }
  await client.close()
  const of = (name: string, values: number[]): Figure => ({
    name: `${size}: ${name}, p95`,
    unit: 'ms',
    pomoc: percentile(values, 0.95),
    note: `median ${median(values).toFixed(1)} of ${values.length}`,
  })
  return [of('DATA → 250', accepted), of('250 → ticket', made)]
}

async function measureMany(smtp: number, http: number, pid: number, database: Database): Promise<Figure[]> {
  const mails = await makeMails('30 MB', AT_ONCE)
  const clients = await Promise.all(mails.map(() => open(smtp)))
  const before = residentMb(pid, 'VmRSS')
  writeFileSync(`/proc/${pid}/clear_refs`, '5') // proc(5): the peak counts from here
  await longestStall(http)
  const began = performance.now()
  const ids = await Promise.all(clients.map(async (client, n) => idIn((await client.send(mails[n]!)).said)))
  const acceptedIn = (performance.now() - began) / 1000
  const stallAccepting = await longestStall(http)
  await untilProcessed(database, ids, 20)
  const stallMaking = await longestStall(http)
  const all = (performance.now() - began) / 1000
  await Promise.all(clients.map((client) => client.close()))
  return [
    {
      name: `${AT_ONCE} × 30 MB at once: peak memory`,
      unit: 'MB',
      pomoc: residentMb(pid, 'VmHWM'),
      atMost: 500,
      note: `${before.toFixed(0)} MB before; taken in after ${acceptedIn.toFixed(1)} s, tickets after ${all.toFixed(1)} s`,
    },
    {
      name: `${AT_ONCE} × 30 MB at once: longest stall`,
      unit: 'ms',
      pomoc: Math.max(stallAccepting, stallMaking),
      atMost: 100,
      note: `taking in ${stallAccepting.toFixed(0)} ms, making tickets ${stallMaking.toFixed(0)} ms`,
    },
  ]
}

const idIn = (said: string): string => /Accepted as (\d+)/.exec(said)?.[1] ?? ''

async function untilProcessed(database: Database, ids: string[], everyMs: number): Promise<void> {
  for (const patience = performance.now() + 180_000; performance.now() < patience; ) {
    const { rows } = await database.query<{ left: string }>(
      `select count(*) as left from inbound_mail where id = any($1::bigint[]) and state <> 'processed'`,
      [ids],
    )
    if (rows[0]!.left === '0') return
    await sleep(everyMs)
  }
  throw new Error('after three minutes a mail is no ticket yet')
}

/** The longest turn of the program's event loop since this was asked before (perf_hooks; its own sampling adds 10 ms). */
async function longestStall(http: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${http}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })).text()
  return Number(/^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(text)?.[1]) * 1000
}

const residentMb = (pid: number, name: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
