/** Owns measuring the take-over of another help desk: a seeded source that costs no disk, in a process of its own, against the same rows streamed and copied. */
import { fork } from 'node:child_process'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { loadConfig } from '../../core/machine/config.ts'
import { makeLog } from '../../core/machine/log.ts'
import { migrate } from '../../core/database/migrate.ts'
import { openDatabase } from '../../core/database/database.ts'
import { makeActivation } from '../../core/kernel/activation.ts'
import { startLive } from '../../core/kernel/live.ts'
import { makeKernel } from '../../core/run/host.ts'
import otrsImport from '../../plugins/otrs-import/index.tsx'
import { clearSooner } from '../../plugins/otrs-import/run/memory.ts'
import { runImport } from '../../plugins/otrs-import/run/take-over.ts'
import type { RunProgress } from '../../plugins/otrs-import/run/progress.ts'
import { seededSource } from '../../plugins/otrs-import/source/made/seeded.fixture.ts'
import type { Source } from '../../plugins/otrs-import/source/source.ts'
import type { Place } from './place.ts'
import type { Figure } from './report.ts'

/** What a process of its own is asked to take over. */
interface Wished {
  url: string
  dir: string
  tickets: number
  /** Little of each ticket. */
  slim?: boolean
  /** So many tickets are changed afterwards, and taken by a second run. */
  changes?: number
}

/** Of a run: seconds, and what its process had in memory: at the most, and with every moment how many tickets had come. Megabytes. */
interface Took {
  seconds: number
  /** Of all processors, of this process alone. */
  cpuSeconds: number
  megabytes: number
  curve: { tickets: number; megabytes: number }[]
  /** Of the second run: seconds of each of its phases. */
  again: Record<string, number>
}

const TABLES = [
  'blob',
  'blob_chunk',
  'ticket',
  'article',
  'article_attachment',
  'article_raw',
  'history',
  'ticket_seen',
  'time_spent',
  'field_value',
]

/**
 * `count` tickets, four times as many articles. The floor: the source's rows read, and the rows that came of them copied into the same tables. Memory is
 * that of the one process that works, its threads included: code, rows, bytes. Afterwards a hundred changes of every kind, and twenty new tickets.
 */
export async function measureTakeOver(place: Place, count: number): Promise<Figure[]> {
  await emptyPlace(place, 'taken')
  const took = await inOwnProcess({ url: place.url('taken'), dir: place.dir, tickets: count, changes: 100 })
  const [size] = await place.query('taken', 'select sum(size)::float8 as bytes from blob')
  const megabytes = Number(size!['bytes']) / 1e6
  const floor = (await streamed(count)) + (await copied(place))
  return [
    {
      name: `take over ${count} tickets`,
      unit: 'tickets/s',
      pomoc: count / took.seconds,
      floor: count / floor,
      aim: 1 / 3,
      note: `${Math.round(took.seconds)} s (${Math.round(took.cpuSeconds)} s of processor), floor ${Math.round(floor)} s`,
    },
    { name: 'take over bytes of articles', unit: 'MB/s', pomoc: megabytes / took.seconds, floor: megabytes / floor, aim: 1 / 3 },
    { name: 'memory of a take-over', unit: 'MB', pomoc: took.megabytes, atMost: 400, note: curveOf(took, count) },
    {
      name: 'take over 100 changes more',
      unit: 's',
      pomoc: Object.values(took.again).reduce((sum, seconds) => sum + seconds, 0),
      atMost: 20,
      note: Object.entries(took.again)
        .map(([phase, seconds]) => `${phase} ${seconds.toFixed(1)}`)
        .join(', '),
    },
  ]
}

/** Of `count` small tickets: by how much the most memory in all of the run is more than in its first tenth. */
export async function measureGrowth(place: Place, count: number): Promise<Figure[]> {
  await emptyPlace(place, 'grown')
  const took = await inOwnProcess({ url: place.url('grown'), dir: place.dir, tickets: count, slim: true })
  const begin = Math.max(...took.curve.filter(({ tickets }) => tickets <= count / 10).map(({ megabytes }) => megabytes))
  return [
    {
      name: `memory of ${count} tickets to that of a tenth`,
      unit: '×',
      pomoc: took.megabytes / begin,
      atMost: 1.25,
      note: curveOf(took, count),
    },
  ]
}

/** The most that each tenth of a run had. */
function curveOf({ curve, megabytes }: Took, count: number): string {
  const tenths = [...Array(10).keys()].map((n) =>
    Math.max(
      0,
      ...curve.filter(({ tickets }) => tickets > (n * count) / 10 && tickets <= ((n + 1) * count) / 10).map((one) => one.megabytes),
    ),
  )
  return `by tenths ${tenths.map(Math.round).join(' ')}, at the most ${Math.round(megabytes)}`
}

async function emptyPlace(place: Place, name: string): Promise<void> {
  await place.make(name, 0)
  const opened = await place.open(name)
  await migrate(opened.db, 'otrs-import', otrsImport.migrations!)
  await opened.close()
}

const inOwnProcess = (wished: Wished): Promise<Took> =>
  new Promise((resolve, reject) => {
    const child = fork(process.argv[1]!, ['--role', 'take-over'], {
      env: { ...process.env, BENCH_WISHED: JSON.stringify(wished) },
      // As the command runs (package.json).
      execArgv: ['--max-semi-space-size=8'],
    })
    child.once('message', (message) => resolve(message as Took))
    child.once('exit', (code) => code !== 0 && reject(new Error(`the take-over ended with ${code}`)))
  })

/** Runs in a process of its own. */
export async function runTakeOver(): Promise<void> {
  clearSooner()
  const wished = JSON.parse(process.env['BENCH_WISHED']!) as Wished
  const config = await loadConfig({
    env: { POMOC_MAIL_ADDRESS: 'pomoc@uni.example', POMOC_DATA_DIR: wished.dir, POMOC_LOG_LEVEL: 'silent' },
  })
  const log = makeLog('silent')
  const { db, url } = await openDatabase(wished.url)
  const live = await startLive(url, log)
  const activation = makeActivation(db, live, new Map())
  const kernel = makeKernel({ config, db, log, clock: () => new Date(), live, plugins: [], activation, announce: () => {} })
  const take = (source: Source, said?: (progress: RunProgress) => void) =>
    runImport(kernel.host, {
      source,
      mapping: { queues: {}, groups: {}, persons: {}, sameLogin: {}, addresses: {}, states: {}, customerGroups: 'keep', cutOff: {} },
      ...(said && { said }),
    })
  const seeded = { tickets: wished.tickets, slim: wished.slim ?? false }
  const curve: Took['curve'] = []
  const begun = performance.now()
  await take(seededSource(seeded), ({ parts }) =>
    curve.push({ tickets: parts['tickets']?.rows ?? 0, megabytes: process.memoryUsage.rss() / 1e6 }),
  )
  const seconds = (performance.now() - begun) / 1000
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const again = wished.changes
    ? await phasesOf(seededSource({ ...seeded, tickets: wished.tickets + 20, changes: wished.changes }), take)
    : {}
  const took: Took = { seconds, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, megabytes: (maxRSS * 1024) / 1e6, curve, again }
  process.send!(took)
  process.exit(0)
}

/** How long each phase of a later run takes, told by what it asks of the source. */
async function phasesOf(source: Source, take: (source: Source) => Promise<unknown>): Promise<Record<string, number>> {
  const seconds: Record<string, number> = {}
  let [phase, since] = ['what is no ticket', performance.now()]
  const enter = (next: string) => {
    if (next === phase) return
    const now = performance.now()
    seconds[phase] = (seconds[phase] ?? 0) + (now - since) / 1000
    ;[phase, since] = [next, now]
  }
  const watched: Source = {
    ...source,
    rows(table, wanted) {
      if (table === 'ticket' && !wanted?.among) enter(wanted?.since ? 'what changed' : 'all ids')
      if (table === 'ticket' && wanted?.among && phase === 'what changed') enter('tickets')
      return source.rows(table, wanted)
    },
    has(table, column) {
      // What is no ticket asks for it too.
      if (table === 'link_state' && (phase === 'tickets' || phase === 'what changed')) enter('what is known at the end')
      return source.has(table, column)
    },
  }
  await take(watched)
  enter('')
  return seconds
}

async function streamed(count: number): Promise<number> {
  const source = seededSource({ tickets: count })
  const begun = performance.now()
  for (const table of [
    'ticket',
    'article',
    'article_data_mime',
    'article_data_mime_attachment',
    'article_data_mime_plain',
    'ticket_history',
  ])
    for await (const _ of source.rows(table)) {
      /* read */
    }
  return (performance.now() - begun) / 1000
}

async function copied(place: Place): Promise<number> {
  await place.make('floor', 0)
  const [from, to] = [await place.open('taken'), await place.open('floor')]
  const [read, write] = [await from.pool.connect(), await to.pool.connect()]
  // Whom the rows point to is no part of it.
  await write.query(`set session_replication_role = replica`)
  const begun = performance.now()
  for (const table of TABLES) {
    const { rows } = await read.query<{ columns: string }>(
      `select string_agg(quote_ident(column_name), ',' order by ordinal_position) as columns from information_schema.columns
       where table_schema = 'public' and table_name = '${table}' and is_generated = 'NEVER'`,
    )
    await pipeline(
      read.query(copyTo(`copy (select ${rows[0]!.columns} from ${table}) to stdout`)),
      write.query(copyFrom(`copy ${table} (${rows[0]!.columns}) from stdin`)),
    )
  }
  const seconds = (performance.now() - begun) / 1000
  read.release()
  write.release()
  await from.close()
  await to.close()
  return seconds
}
