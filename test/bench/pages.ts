/** Owns the measure of pages: requests a second and the 95th percentile, over HTTP, eight at a time. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProgram } from '../program.ts'
import { startChild } from './child.ts'
import { get, load, type Load } from './http-client.ts'
import { portOf } from './mail-in.ts'
import type { Place } from './place.ts'
import { makeRecorder } from './record.ts'
import { median, type Figure } from './report.ts'

const CONCURRENCY = 8
const SECONDS = 4
const ROUNDS = 3
/** Different tickets and queues, so that nothing is measured warm that would be cold. */
const SAMPLES = 40

/** Pages of the busiest agent: the central administrator sees most queues. */
export async function measurePages(place: Place): Promise<Figure[]> {
  const opened = await place.open('pages')
  const config = { ...place.config, baseUrl: 'http://localhost' }
  const recorder = await makeRecorder(opened, config)
  const dir = await mkdtemp(join(tmpdir(), 'pomoc-bench-data-'))
  const floor = await startChild('floor', { BENCH_FLOOR_URL: place.url('pages'), BENCH_PAGES_URL: place.url('pages') })
  const program = runProgram({
    POMOC_DATABASE_URL: place.url('pages'),
    POMOC_DATA_DIR: dir,
    POMOC_MAIL_ADDRESS: 'pomoc@uni.example',
    POMOC_LOG_LEVEL: 'warn',
  })
  try {
    await program.ready
    const port = portOf(program.stdout, 'http')
    const person = await opened.db.selectFrom('person').select('id').where('login', '=', 'akowalska').executeTakeFirstOrThrow()
    const cookie = await recorder.logIn(person.id)
    const figures: Figure[] = []
    for (const [name, paths] of Object.entries(await somePages(place))) {
      const recorded = []
      for (const path of paths) recorded.push(await recorder.record(path, cookie))
      await floor.tell({ samples: recorded.map(({ statements }) => statements), body: recorded[0]!.body })
      const body = await get(undefined, port, paths[0]!, { cookie })
      const ask = (which: 'pomoc' | 'floor', seconds = SECONDS) =>
        load(
          which === 'pomoc'
            ? { port, paths, headers: { cookie }, concurrency: CONCURRENCY, seconds }
            : { port: floor.ports['http']!, paths: paths.map((_, i) => `/page/${i}`), headers: {}, concurrency: CONCURRENCY, seconds },
        )
      const loads: Record<'pomoc' | 'floor', Load[]> = { pomoc: [], floor: [] }
      await ask('pomoc', 2)
      await ask('floor', 1)
      for (let round = 0; round < ROUNDS; round++) {
        loads.floor.push(await ask('floor'))
        loads.pomoc.push(await ask('pomoc'))
      }
      const p95 = (which: 'pomoc' | 'floor') => median(loads[which].map((one) => one.p95)).toFixed(0)
      figures.push({
        name,
        unit: 'pages/s',
        pomoc: median(loads.pomoc.map((one) => one.perSecond)),
        floor: median(loads.floor.map((one) => one.perSecond)),
        aim: 0.33,
        note: `p95 ${p95('pomoc')} ms of ${p95('floor')} ms; ${recorded[0]!.statements.length} statements; ${Math.round(body.length / 1024)} kB`,
      })
    }
    return figures
  } finally {
    program.kill('SIGINT')
    await Promise.all([program.ended, floor.stop(), recorder.stop()])
    await opened.close()
    await rm(dir, { recursive: true, force: true })
  }
}

/** Paths by the name of the measure. */
export async function somePages(place: Place, database = 'pages'): Promise<Record<string, string[]>> {
  const visible = `queue_id in (select q.id from queue q where q.name like 'Dział Informatyzacji%')`
  const ids = async (sql: string) => (await place.query(database, sql)).map((row) => String(row['id']))
  const open = await ids(`select id from ticket where ${visible} and state_type <> 'closed' order by md5(id::text) limit ${SAMPLES / 2}`)
  const closed = await ids(`select id from ticket where ${visible} and state_type = 'closed' order by md5(id::text) limit ${SAMPLES / 2}`)
  const queues = await ids(`select id from queue q where q.name like 'Dział Informatyzacji%' order by id`)
  return {
    'ticket page': [...open, ...closed].map((id) => `/desk/tickets/${id}`),
    'queue page': queues.map((id) => `/desk/queue/${id}`),
  }
}
