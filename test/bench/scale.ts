/** Owns the comparison of a young help desk with one of many years: every page at ten thousand tickets and at as many as are wanted, alone and eight at once. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProgram, type Program } from '../program.ts'
import { everyPath } from './every-page.ts'
import { load } from './http-client.ts'
import { portOf } from './mail-in.ts'
import type { Place } from './place.ts'
import { desksPaths } from './plans.ts'
import { makeRecorder } from './record.ts'
import { median, percentile, type Figure } from './report.ts'

const FEW = 10_000
/** Requests of each page, after some to warm it. */
const ALONE = 15
const TOGETHER_SECONDS = 0.7
const MOST = 1.5
/** A page under this is not compared: a few ms of one in the other are no figure. */
const LEAST_MS = 4
const LOGINS = ['akowalska', 'ewozniak', 's214503']

interface Times {
  p50: number
  p95: number
  /** Of one of eight at once. */
  eight: number
}

/** Pages that became more than half slower, or take more than 50 ms; and in one line how many were asked. */
export async function measureScale(place: Place, tickets: number): Promise<Figure[]> {
  await place.make('few', FEW, { whole: true })
  const [few, many] = [await makeSide(place, 'few'), await makeSide(place, 'pages')]
  try {
    const figures: Figure[] = []
    let asked = 0
    for (const login of LOGINS) {
      const [a, b] = [await few.as(login), await many.as(login)]
      for (const [name, path] of a.paths) {
        const other = b.paths.get(name)
        if (other === undefined) continue
        const young = await few.times(path, a.cookie)
        const old = young && (await many.times(other, b.cookie))
        if (!young || !old) continue
        asked++
        const slower = old.p50 / Math.max(young.p50, LEAST_MS)
        const together = old.eight / Math.max(young.eight, LEAST_MS)
        if (slower <= MOST && together <= MOST && old.p95 <= 50) continue
        figures.push({
          name: `scale: ${login} ${name}`,
          unit: 'ms',
          pomoc: old.p50,
          atMost: MOST * Math.max(young.p50, LEAST_MS),
          note: `p95 ${old.p95.toFixed(0)}; ${FEW}: ${young.p50.toFixed(1)}, p95 ${young.p95.toFixed(0)}; eight at once ${old.eight.toFixed(0)} to ${young.eight.toFixed(0)}`,
        })
      }
    }
    return [
      ...figures.toSorted((x, y) => y.pomoc - x.pomoc),
      {
        name: `scale: pages at ${tickets} tickets to ${FEW} that are slower by half`,
        unit: 'pages',
        pomoc: figures.length,
        atMost: 0,
        note: `of ${asked}`,
      },
    ]
  } finally {
    await Promise.all([few.stop(), many.stop()])
  }
}

async function makeSide(place: Place, database: string) {
  const opened = await place.open(database)
  const recorder = await makeRecorder(opened, { ...place.config, baseUrl: 'http://localhost' })
  const dir = await mkdtemp(join(tmpdir(), 'pomoc-bench-data-'))
  const program: Program = runProgram({
    POMOC_DATABASE_URL: place.url(database),
    POMOC_DATA_DIR: dir,
    POMOC_MAIL_ADDRESS: 'pomoc@uni.example',
    POMOC_LOG_LEVEL: 'error',
    POMOC_ONLY: 'web',
  })
  await program.ready
  const port = portOf(program.stdout, 'http')
  const ask = (path: string, cookie: string, concurrency: number, wish: { seconds: number } | { requests: number }) =>
    load({ port, paths: [path], headers: { cookie }, concurrency, ...wish })
  return {
    /** By what stands for a page on both sides: its route, or what a list is narrowed to. */
    async as(login: string) {
      const person = await opened.db.selectFrom('person').select('id').where('login', '=', login).executeTakeFirstOrThrow()
      const { named } = await everyPath(place, database, recorder.routes, login)
      return { cookie: await recorder.logIn(person.id), paths: new Map([...(await desksPaths(place, database, login)), ...named]) }
    },
    /** Undefined: it is not this person's. */
    async times(path: string, cookie: string): Promise<Times | undefined> {
      try {
        await ask(path, cookie, 1, { requests: 3 })
      } catch {
        return undefined
      }
      const alone = await ask(path, cookie, 1, { requests: ALONE })
      const eight = await ask(path, cookie, 8, { seconds: TOGETHER_SECONDS })
      return { p50: median(alone.times), p95: percentile(alone.times, 0.95), eight: median(eight.times) }
    },
    async stop() {
      program.kill('SIGINT')
      await program.ended
      await recorder.stop()
      await opened.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
