/** Owns two measures: mails accepted per second, and mails that became tickets per second. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { runProgram } from '../program.ts'
import { startChild } from './child.ts'
import { makeMails, type Size } from './mails.ts'
import type { Place } from './place.ts'
import { median, spread, type Figure } from './report.ts'
import { deliver } from './smtp-client.ts'

const CONNECTIONS = 8
const ROUNDS = 3
const SIZES: readonly [Size, number][] = [
  ['5 kB', 800],
  ['56 kB', 400],
]

/** The listener against smtp-server and one committed insert. */
export async function measureAccepting(place: Place): Promise<Figure[]> {
  await place.copy('mails', 'accept')
  await place.copy('mails', 'floor')
  await place.query('floor', 'create table bench_raw (id bigint generated always as identity primary key, raw bytea not null)')
  const dir = await mkdtemp(join(tmpdir(), 'pomoc-bench-spool-'))
  const floor = await startChild('floor', { BENCH_FLOOR_URL: place.url('floor'), BENCH_PAGES_URL: place.url('floor') })
  const pomoc = await startChild('listener', {
    POMOC_DATABASE_URL: place.url('accept'),
    POMOC_DATA_DIR: dir,
    POMOC_SMTP_PORT: '0',
    POMOC_MAIL_ADDRESS: 'pomoc@uni.example',
    POMOC_LOG_LEVEL: 'warn',
  })
  try {
    const figures: Figure[] = []
    for (const [size, count] of SIZES) {
      const rates = { pomoc: [] as number[], floor: [] as number[] }
      await deliver(pomoc.ports['smtp']!, await makeMails(size, 100), CONNECTIONS)
      await deliver(floor.ports['accept']!, await makeMails(size, 100), CONNECTIONS)
      for (let round = 0; round < ROUNDS; round++) {
        const mails = await makeMails(size, count)
        rates.floor.push(count / (await deliver(floor.ports['accept']!, mails, CONNECTIONS)))
        rates.pomoc.push(count / (await deliver(pomoc.ports['smtp']!, mails, CONNECTIONS)))
      }
      figures.push(figure(`mail accepted, ${size}`, 'mails/s', rates))
    }
    await expectRows(
      place,
      'accept',
      'inbound_mail',
      SIZES.reduce((sum, [, count]) => sum + ROUNDS * count + 100, 0),
    )
    return figures
  } finally {
    await Promise.all([floor.stop(), pomoc.stop()])
    await rm(dir, { recursive: true, force: true })
  }
}

/** The whole program, until all tickets are there, against mailparser and the bare rows before 250. */
export async function measureTickets(place: Place): Promise<Figure[]> {
  await place.copy('mails', 'tickets')
  await place.copy('mails', 'floor')
  const dir = await mkdtemp(join(tmpdir(), 'pomoc-bench-data-'))
  const floor = await startChild('floor', { BENCH_FLOOR_URL: place.url('floor'), BENCH_PAGES_URL: place.url('floor') })
  const program = runProgram({
    POMOC_DATABASE_URL: place.url('tickets'),
    POMOC_DATA_DIR: dir,
    POMOC_MAIL_ADDRESS: 'pomoc@uni.example',
    POMOC_LOG_LEVEL: 'warn',
  })
  const client = new Client({ connectionString: place.url('tickets') })
  try {
    await client.connect()
    await program.ready
    const port = portOf(program.stdout, 'smtp')
    const figures: Figure[] = []
    for (const [size, count] of SIZES) {
      const rates = { pomoc: [] as number[], floor: [] as number[] }
      await untilTickets(client, 50, async () => {
        await deliver(port, await makeMails(size, 50), CONNECTIONS)
      })
      await deliver(floor.ports['ticket']!, await makeMails(size, 50), CONNECTIONS)
      for (let round = 0; round < ROUNDS; round++) {
        const mails = await makeMails(size, count)
        rates.floor.push(count / (await deliver(floor.ports['ticket']!, mails, CONNECTIONS)))
        rates.pomoc.push(count / (await untilTickets(client, count, () => deliver(port, mails, CONNECTIONS))))
      }
      figures.push(figure(`mail → ticket, ${size}`, 'tickets/s', rates))
    }
    return figures
  } finally {
    await client.end()
    program.kill('SIGINT')
    await Promise.all([program.ended, floor.stop()])
    await rm(dir, { recursive: true, force: true })
  }
}

/** The port that the program says it listens on. */
export const portOf = (stdout: string, scheme: 'smtp' | 'http'): number => Number(new RegExp(`${scheme}://\\S+?:(\\d+)`).exec(stdout)?.[1])

/** Seconds from the first mail until `count` tickets more are there than before. */
async function untilTickets(client: Client, count: number, send: () => Promise<unknown>): Promise<number> {
  // Ids come from a sequence and nothing is rolled back here: cheaper than counting.
  const last = async () =>
    Number((await client.query<{ last: string }>(`select count(*) as last from inbound_mail where outcome = 'new-ticket'`)).rows[0]!.last)
  const before = await last()
  const began = performance.now()
  await send()
  const patience = began + 120_000
  while ((await last()) < before + count) {
    if (performance.now() > patience) throw new Error(`after two minutes ${(await last()) - before} of ${count} mails are tickets`)
    await sleep(20)
  }
  return (performance.now() - began) / 1000
}

async function expectRows(place: Place, database: string, table: string, least: number): Promise<void> {
  const [row] = await place.query(database, `select count(*) as rows from ${table}`)
  if (Number(row!['rows']) < least) throw new Error(`${table} holds ${String(row!['rows'])} rows, ${least} were acknowledged`)
}

const figure = (name: string, unit: string, rates: { pomoc: number[]; floor: number[] }): Figure => ({
  name,
  unit,
  pomoc: median(rates.pomoc),
  floor: median(rates.floor),
  aim: 0.5,
  note: `rounds ${spread(rates.pomoc)} of ${spread(rates.floor)}`,
})
