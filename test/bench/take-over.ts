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
import { runImport } from '../../plugins/otrs-import/run/take-over.ts'
import { seededSource } from '../../plugins/otrs-import/source/made/seeded.fixture.ts'
import type { Place } from './place.ts'
import type { Figure } from './report.ts'

/** Of a run: seconds, and the most memory that its process had. */
interface Took {
  seconds: number
  megabytes: number
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

/** `count` tickets, four times as many articles. The floor: the source's rows read, and the rows that came of them copied into the same tables. */
export async function measureTakeOver(place: Place, count: number): Promise<Figure[]> {
  await place.make('taken', 0)
  const opened = await place.open('taken')
  await migrate(opened.db, 'otrs-import', otrsImport.migrations!)
  await opened.close()
  const took = await inOwnProcess({ BENCH_URL: place.url('taken'), BENCH_TICKETS: String(count), BENCH_DIR: place.dir })
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
      note: `${Math.round(took.seconds)} s, floor ${Math.round(floor)} s`,
    },
    { name: 'take over bytes of articles', unit: 'MB/s', pomoc: megabytes / took.seconds, floor: megabytes / floor, aim: 1 / 3 },
    { name: 'memory of a take-over', unit: 'MB', pomoc: took.megabytes, atMost: 400 },
  ]
}

const inOwnProcess = (env: Record<string, string>): Promise<Took> =>
  new Promise((resolve, reject) => {
    const child = fork(process.argv[1]!, ['--role', 'take-over'], {
      env: { ...process.env, ...env },
      // As the command runs (package.json).
      execArgv: ['--max-semi-space-size=4'],
    })
    child.once('message', (message) => resolve(message as Took))
    child.once('exit', (code) => code !== 0 && reject(new Error(`the take-over ended with ${code}`)))
  })

/** Runs in a process of its own. */
export async function runTakeOver(): Promise<void> {
  const config = await loadConfig({
    env: { POMOC_MAIL_ADDRESS: 'pomoc@uni.example', POMOC_DATA_DIR: process.env['BENCH_DIR'], POMOC_LOG_LEVEL: 'silent' },
  })
  const log = makeLog('silent')
  const { db, url } = await openDatabase(process.env['BENCH_URL']!)
  const live = await startLive(url, log)
  const activation = makeActivation(db, live, new Map())
  const kernel = makeKernel({ config, db, log, clock: () => new Date(), live, plugins: [], activation, announce: () => {} })
  const begun = performance.now()
  await runImport(kernel.host, {
    source: seededSource({ tickets: Number(process.env['BENCH_TICKETS']) }),
    mapping: { queues: {}, groups: {}, persons: {}, sameLogin: {}, addresses: {}, states: {}, customerGroups: 'keep', cutOff: {} },
  })
  process.send!({ seconds: (performance.now() - begun) / 1000, megabytes: process.resourceUsage().maxRSS / 1024 } satisfies Took)
  process.exit(0)
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
