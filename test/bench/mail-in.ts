/** Owns two measures: mails accepted per second, and mails that became tickets, and were answered, per second. */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { system } from '../../core/kernel/actor.ts'
import { runWork } from '../../core/kernel/work.ts'
import { personOfMail } from '../../core/person/persons.ts'
import { startChild } from './child.ts'
import { makeMails, SENDERS, startSendersDns, type Delivery, type Size } from './mails.ts'
import type { Place } from './place.ts'
import { median, spread, type Figure } from './report.ts'
import { childrenOf } from './start.ts'
import { startSink } from './sink.ts'
import { deliver } from './smtp-client.ts'

const CONNECTIONS = 8
/** Short and many: what else the machine does meanwhile meets both sides. */
const ROUNDS = 5
const SIZES: readonly [Size, number][] = [
  ['5 kB', 400],
  ['56 kB', 200],
]

/** The listener against smtp-server and one committed insert. */
export async function measureAccepting(place: Place): Promise<Figure[]> {
  await place.copy('mails', 'accept')
  await place.copy('mails', 'floor')
  await place.query('floor', 'create table bench_raw (id bigint generated always as identity primary key, raw bytea not null)')
  // As pomoc keeps them: to try to make bytes smaller that are no text costs more than they do.
  await place.query('floor', 'alter table bench_raw alter column raw set storage external')
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

/**
 * The whole program against the floor, from the first mail until each is a ticket and its answer has left: senders are known and checked, the
 * answers go to a smarthost.
 */
export async function measureTickets(place: Place): Promise<Figure[]> {
  await knowSenders(place, 'mails')
  await place.copy('mails', 'tickets')
  await place.copy('mails', 'floor')
  const [dns, sink] = [await startSendersDns(), await startSink()]
  const dir = await mkdtemp(join(tmpdir(), 'pomoc-bench-data-'))
  const outside = { BENCH_DNS: dns.address, BENCH_SINK: String(sink.port) }
  const floor = await startChild('floor', { ...outside, BENCH_FLOOR_URL: place.url('floor'), BENCH_PAGES_URL: place.url('floor') })
  const pomoc = await startChild('whole', {
    ...outside,
    POMOC_DATABASE_URL: place.url('tickets'),
    POMOC_DATA_DIR: dir,
    POMOC_HTTP_PORT: '0',
    POMOC_SMTP_PORT: '0',
    POMOC_MAIL_ADDRESS: 'pomoc@uni.example',
    POMOC_LOG_LEVEL: 'warn',
    POMOC_SMARTHOST_URL: `smtp://127.0.0.1:${sink.port}`,
  })
  const rate = async (port: number, mails: readonly Delivery[]) => {
    const all = sink.taken() + mails.length
    const began = performance.now()
    await deliver(port, mails, CONNECTIONS)
    await sink.until(all)
    return mails.length / ((performance.now() - began) / 1000)
  }
  try {
    const figures: Figure[] = []
    for (const [size, count] of SIZES) {
      const rates = { pomoc: [] as number[], floor: [] as number[] }
      const work = { pomoc: { node: [] as number[], server: [] as number[] }, floor: { node: [] as number[], server: [] as number[] } }
      for (const port of [pomoc.ports['smtp']!, floor.ports['ticket']!]) await rate(port, await makeMails(size, 100))
      for (let round = 0; round < ROUNDS; round++) {
        const mails = await makeMails(size, count)
        for (const [who, child, port] of [
          ['floor', floor, floor.ports['ticket']!],
          ['pomoc', pomoc, pomoc.ports['smtp']!],
        ] as const) {
          const before = [cpuSeconds(child.pid), serverSeconds(place)] as const
          rates[who].push(await rate(port, mails))
          work[who].node.push(((cpuSeconds(child.pid) - before[0]) * 1000) / count)
          work[who].server.push(((serverSeconds(place) - before[1]) * 1000) / count)
        }
      }
      const { note, ...made } = figure(`mail → ticket, ${size}`, 'tickets/s', rates)
      const said = ({ node, server }: { node: number[]; server: number[] }) => `${median(node).toFixed(2)} + ${median(server).toFixed(2)}`
      figures.push({ ...made, note: `${note}; CPU of Node + PostgreSQL: ${said(work.pomoc)} against ${said(work.floor)} ms a mail` })
    }
    await expectSameRows(place)
    return figures
  } finally {
    await Promise.all([floor.stop(), pomoc.stop()])
    await Promise.all([dns.stop(), sink.stop()])
    await rm(dir, { recursive: true, force: true })
  }
}

/**
 * Seconds of processor time that a process has used, its threads included (proc(5): utime and stime, in hundredths); `ended`: those that its children
 * had used when they ended.
 */
const cpuSeconds = (pid: number, which: 'own' | 'ended' = 'own'): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  const first = which === 'own' ? 11 : 13
  return (Number(fields[first]) + Number(fields[first + 1])) / 100
}

/** The same of the database server with all its processes. */
function serverSeconds(place: Place): number {
  const postmaster = Number(readFileSync(join(place.dir, 'postgresql', 'postmaster.pid'), 'utf8').split('\n')[0])
  return [postmaster, ...childrenOf(postmaster)].reduce((sum, pid) => sum + cpuSeconds(pid), cpuSeconds(postmaster, 'ended'))
}

/** What the floor must not save: of each of these tables it has written as many rows as pomoc. */
const WRITTEN = ['blob', 'inbound_mail', 'ticket', 'article', 'history', 'fact', 'outbound_mail', 'article_attachment', 'article_raw']
async function expectSameRows(place: Place): Promise<void> {
  for (const table of WRITTEN) {
    const [pomoc, floor] = await Promise.all(
      ['tickets', 'floor'].map((name) => place.query(name, `select count(*)::int as rows from ${table}`)),
    )
    const [made, least] = [Number(pomoc![0]!['rows']), Number(floor![0]!['rows'])]
    if (least < made * 0.95) throw new Error(`the floor wrote ${least} rows of ${table}, pomoc ${made}`)
  }
}

/** Nobody's first mail is measured: most who write have written before. */
async function knowSenders(place: Place, database: string): Promise<void> {
  const opened = await place.open(database)
  const room = { db: opened.db, config: place.config, clock: () => new Date(), subscribers: () => [] }
  await runWork(room, system('bench'), async (work) => {
    for (const { address, name } of SENDERS) await personOfMail(work, address, name)
  })
  await opened.close()
}

/** The port that the program says it listens on. */
export const portOf = (stdout: string, scheme: 'smtp' | 'http'): number => Number(new RegExp(`${scheme}://\\S+?:(\\d+)`).exec(stdout)?.[1])

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
