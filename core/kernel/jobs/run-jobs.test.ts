import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, type TestContext } from 'vitest'
import { testDatabase } from '../../../test/database.ts'
import { cuttable, type CuttableDatabase } from '../../../test/servers/cuttable.ts'
import { makeLog } from '../../machine/log.ts'
import { insertJobs } from './jobs.ts'
import { startJobs, type JobRunner, type RunnableJob } from './run-jobs.ts'
import { DEATHS } from './suspects.ts'

const log = makeLog('silent')

/** A database for one test, and what runs on it: all of it ends with the test, so that tests may run side by side. */
async function place({ onTestFinished }: Pick<TestContext, 'onTestFinished'>) {
  const database = await testDatabase()
  const runners: JobRunner[] = []
  const ways: CuttableDatabase[] = []
  onTestFinished(async () => {
    await Promise.all(runners.map((runner) => runner.stop()))
    for (const way of ways) await way.stop()
    await database.close()
  })
  return {
    database,
    runners,
    start: async (url: string, jobs: Record<string, RunnableJob['run']>) => {
      const runner = await startJobs({
        url,
        log,
        concurrency: 2,
        jobs: new Map(Object.entries(jobs).map(([name, run]) => [name, { run }])),
      })
      runners.push(runner)
    },
    way: async () => {
      const made = await cuttable(database.url)
      ways.push(made)
      return made
    },
    ask: (task: string, payload = {}) => insertJobs(database.db, [{ task, payload }]),
    waiting: async () => (await database.pool.query('select 1 from graphile_worker._private_jobs')).rows.length,
  }
}
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 40_000; !(await holds()); ) {
    if (Date.now() > end) throw new Error('waited 40 s in vain')
    await sleep(25)
  }
}

test.concurrent('a job that lasts is left to its worker by another program that starts', async (context) => {
  const { database, start, ask, waiting } = await place(context)
  let runs = 0
  let others = 0
  let end = () => {}
  const long = () =>
    new Promise<void>((resolve) => {
      runs++
      end = resolve
    })
  await start(database.url, { long })
  await ask('long')
  await until(() => runs === 1)
  await sleep(3500) // long enough to be taken for a dead one's
  await start(database.url, {
    long,
    other: async () => {
      others++
    },
  })
  await ask('other')
  await until(() => others === 1)
  expect(runs).toBe(1)
  end()
  await until(async () => (await waiting()) === 0)
  expect(runs).toBe(1)
})

test.concurrent('the job of a program that is gone is run by another within seconds', async (context) => {
  const { database, start, way, ask, waiting } = await place(context)
  const cut = await way()
  const ran: string[] = []
  let end = () => {}
  await start(cut.url, {
    work: () =>
      new Promise<void>((resolve) => {
        ran.push('the first')
        end = resolve
      }),
  })
  await ask('work')
  await until(() => ran.length === 1)
  cut.cut()
  await start(database.url, {
    work: async () => {
      ran.push('the other')
    },
  })
  await until(() => ran.length === 2)
  expect(ran).toEqual(['the first', 'the other'])
  await until(async () => (await waiting()) === 0)
  end()
})

test.concurrent('a job that ends while the database is away is written down later and not run again', async (context) => {
  const { start, way, ask, waiting } = await place(context)
  const cut = await way()
  let runs = 0
  let others = 0
  let end = () => {}
  await start(cut.url, {
    work: () =>
      new Promise<void>((resolve) => {
        runs++
        end = resolve
      }),
    other: async () => {
      others++
    },
  })
  await ask('work')
  await until(() => runs === 1)
  cut.cut()
  end()
  await sleep(1500)
  await ask('other')
  cut.mend()
  await until(() => others === 1)
  await until(async () => (await waiting()) === 0)
  expect(runs).toBe(1)
})

test.concurrent('jobs that were fetched and not begun when the database went away are run once it is back', async (context) => {
  const { start, way, ask, waiting } = await place(context)
  const cut = await way()
  const begun: (() => void)[] = []
  const attempts: number[] = []
  let away = true
  // More than are run at a time: all are fetched at once.
  for (let n = 0; n < 6; n++) await ask('work', { n })
  await start(cut.url, {
    work: (_payload, { attempt }) =>
      new Promise<void>((resolve) => {
        begun.push(resolve)
        attempts.push(attempt)
        if (!away) resolve()
      }),
  })
  await until(() => begun.length === 2)
  cut.cut()
  for (const end of begun) end()
  await sleep(500)
  away = false
  for (const end of begun) end()
  cut.mend()
  // Nothing that nobody waits for has failed meanwhile: that would end a program, and fails this run.
  await until(async () => (await waiting()) === 0)
  expect(attempts).toEqual([1, 1, 1, 1, 1, 1])
})

test.concurrent('jobs that were fetched and not begun when their program ends are run by the next one', async (context) => {
  const { database, runners, start, ask, waiting } = await place(context)
  const begun: (() => void)[] = []
  for (let n = 0; n < 6; n++) await ask('work', { n })
  await start(database.url, { work: () => new Promise<void>((resolve) => void begun.push(resolve)) })
  await until(() => begun.length === 2)
  const ended = runners.shift()!.stop()
  await sleep(100)
  for (const end of begun) end()
  await ended
  expect(await waiting()).toBe(4)
  await start(database.url, { work: async () => {} })
  await until(async () => (await waiting()) === 0)
})

test.concurrent('a job that fails because the database is away runs again, and its attempts are not counted', async (context) => {
  const { database, start, way, ask, waiting } = await place(context)
  const cut = await way()
  const attempts: number[] = []
  let end: (() => void) | undefined
  await ask('work')
  // As after programs that died with it.
  await database.pool.query('update graphile_worker._private_jobs set attempts = 5')
  await start(cut.url, {
    work: (_payload, { attempt }) =>
      new Promise<void>((resolve, reject) => {
        attempts.push(attempt)
        if (attempts.length <= 3) end = () => reject(new Error('Connection terminated unexpectedly'))
        else resolve()
      }),
  })
  for (let times = 1; times <= 3; times++) {
    await until(() => attempts.length === times)
    cut.cut()
    end!()
    await sleep(500)
    cut.mend()
  }
  await until(async () => (await waiting()) === 0)
  expect(attempts).toEqual([6, 1, 1, 1])
})

test.concurrent('another server that is away is counted as any failure', async (context) => {
  const { database, start, ask, waiting } = await place(context)
  const attempts: number[] = []
  await start(database.url, {
    work: async (_payload, { attempt }) => {
      attempts.push(attempt)
      if (attempt === 1) throw Object.assign(new Error('connect ECONNREFUSED 192.0.2.1:389'), { code: 'ECONNREFUSED' })
    },
  })
  await ask('work')
  await until(async () => attempts.length === 2 && (await waiting()) === 0)
  expect(attempts).toEqual([1, 2])
})

test.concurrent('it stops without a database too', async (context) => {
  const { runners, start, way, ask } = await place(context)
  const cut = await way()
  let runs = 0
  await start(cut.url, {
    work: async () => {
      runs++
    },
  })
  await ask('work')
  await until(() => runs === 1)
  cut.cut()
  await runners.pop()!.stop()
})

test.concurrent('a job that ends each program that runs it is told so, and takes along nothing that was fetched beside it', async (context) => {
  const { database, start, way, ask, waiting } = await place(context)
  const poison = 2
  const done: number[] = []
  const told: number[] = []
  const attempts = new Map<number, number>()
  const over = Promise.withResolvers<void>()
  for (let n = 0; n < 6; n++) await ask('work', { n })
  for (let programs = 0; told.at(-1) !== DEATHS; programs++) {
    if (programs > DEATHS + 2) throw new Error('it is tried for ever')
    const cut = await way()
    let ended = false
    const end = Promise.withResolvers<void>()
    await start(cut.url, {
      work: async (payload, { attempt, deaths = 0 }) => {
        const n = Number(payload['n'])
        if (ended) return over.promise
        attempts.set(n, attempt)
        if (n === poison) {
          told.push(deaths)
          if (deaths < DEATHS) {
            ended = true
            cut.cut()
            end.resolve()
            return over.promise
          }
          end.resolve()
        }
        done.push(n)
      },
    })
    await end.promise
    if (!ended) continue
    // The server notices its end; so long ago that it is taken for a dead one.
    await sleep(300)
    await database.pool.query(`update graphile_worker._private_jobs set locked_at = locked_at - interval '1 minute'`)
  }
  await until(async () => (await waiting()) === 0)
  over.resolve()
  expect(told).toEqual([0, ...Array(DEATHS + 1).keys()])
  expect(new Set(done).size).toBe(6)
  for (const [n, attempt] of attempts) if (n !== poison) expect(attempt).toBeLessThanOrEqual(2)
})
