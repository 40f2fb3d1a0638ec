import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { TUESDAY } from '../../test/make.ts'
import { openSite } from '../../test/web.ts'
import { checkFills } from '../doctor/work.ts'
import { coreJobs } from '../run/jobs.ts'
import { loadConfig } from '../machine/config.ts'
import type { AnyPlugin } from '../run/load-plugins.ts'
import type { OpenDatabase } from './database.ts'
import { openDatabase } from './database.ts'
import { coreIndexes } from '../../migrations/index.ts'
import { buildIndexes, indexNowOrLater, missingIndexes, type LateIndexes } from './late-index.ts'
import { listFills, runFills, type Fill } from './fill.ts'

let opened: OpenDatabase
beforeAll(async () => {
  opened = await testDatabase()
})
afterAll(() => opened.close())
beforeEach(async () => {
  // Keys with gaps, as years of work leave them.
  await sql`create table made_up as select 7 + n * 3 as id, 0 as times, false as fresh from generate_series(1, 12345) as n`.execute(
    opened.db,
  )
  await sql`alter table made_up add primary key (id)`.execute(opened.db)
})
afterEach(async () => {
  await sql`drop table made_up`.execute(opened.db)
  await sql`truncate database_fill`.execute(opened.db)
})

const clock = () => TUESDAY
/** Counts how often each row was filled, and keeps the size of each step. */
const counting = (steps: number[] = [], more: (n: number) => Promise<void> | void = () => {}): Fill => ({
  table: 'made_up',
  rows: 1000,
  async step(db, { after, upTo }) {
    const { numAffectedRows } =
      await sql`update made_up set times = times + 1 where id > ${after}::bigint and id <= ${upTo}::bigint`.execute(db)
    steps.push(Number(numAffectedRows))
    await more(steps.length)
  },
})
const times = async () =>
  (
    await sql<{ times: number; count: number }>`select times, count(*)::integer as count from made_up group by 1 order by 1`.execute(
      opened.db,
    )
  ).rows

it('fills every row once, in steps of so many rows, and not again', async () => {
  const steps: number[] = []
  await runFills({ db: opened.db, clock }, { one: counting(steps) })
  expect(steps).toEqual([...Array<number>(12).fill(1000), 345])
  expect(await times()).toEqual([{ times: 1, count: 12345 }])
  expect(await opened.db.selectFrom('database_fill').selectAll().execute()).toMatchObject([
    { name: 'one', at_key: '37042', until_key: '37042', filled: '12345', done_at: TUESDAY, last_error: null },
  ])
  await runFills({ db: opened.db, clock }, { one: counting(steps) })
  expect(steps).toHaveLength(13)
  expect(await listFills(opened.db)).toEqual([])
})

it('leaves alone what was made after it began: that is written whole', async () => {
  const steps: number[] = []
  await runFills(
    { db: opened.db, clock },
    {
      one: counting(steps, async (n) => {
        if (n === 1) await sql`insert into made_up values (100000, 1, true)`.execute(opened.db)
      }),
    },
  )
  expect(await times()).toEqual([{ times: 1, count: 12346 }])
})

it('is done at once where there is nothing', async () => {
  await sql`truncate made_up`.execute(opened.db)
  const steps: number[] = []
  await runFills({ db: opened.db, clock }, { one: counting(steps) })
  expect(steps).toEqual([])
  expect(await opened.db.selectFrom('database_fill').select(['filled', 'done_at']).execute()).toEqual([{ filled: '0', done_at: TUESDAY }])
})

it('killed in the middle of a step goes on behind the last whole one, and fills no row twice', async () => {
  const short = await openDatabase(opened.url, { name: 'pomoc killed' })
  const steps: number[] = []
  const dying = counting(steps, async (n) => {
    // As when the process or its machine goes away: the server ends what it had begun.
    if (n === 4)
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pomoc killed' and state = 'idle in transaction'`.execute(
        opened.db,
      )
  })
  await runFills({ db: short.db, clock }, { one: dying })
  await short.close()
  expect(await listFills(opened.db)).toMatchObject([{ name: 'one', filled: '3000', atKey: '9007', untilKey: '37042' }])
  expect(await times()).toEqual([
    { times: 0, count: 9345 },
    { times: 1, count: 3000 },
  ])
  await runFills({ db: opened.db, clock }, { one: counting(steps) })
  expect(await times()).toEqual([{ times: 1, count: 12345 }])
  expect(await listFills(opened.db)).toEqual([])
})

it('is done once by several processes', async () => {
  await Promise.all([1, 2, 3].map(() => runFills({ db: opened.db, clock }, { one: counting() })))
  await runFills({ db: opened.db, clock }, { one: counting() })
  expect(await times()).toEqual([{ times: 1, count: 12345 }])
})

it('that fails says so to the doctor, harms no other, and goes on once it can', async () => {
  const room = { database: opened, config: await loadConfig({ env: {} }), now: TUESDAY, owners: [] }
  const broken = counting([], (n) => {
    if (n === 2) throw new Error('a value that nobody foresaw')
  })
  await runFills({ db: opened.db, clock }, { broken, other: counting() })
  expect(await times()).toEqual([
    { times: 1, count: 11345 },
    { times: 2, count: 1000 },
  ])
  expect(await checkFills(room)).toMatchObject([
    {
      state: 'fail',
      name: 'new columns',
      says: 'broken cannot be filled further (a value that nobody foresaw): 1000 rows, up to 3007 of 37042 so far.',
    },
  ])
  await runFills({ db: opened.db, clock }, { broken: counting() })
  expect(await times()).toEqual([{ times: 2, count: 12345 }])
  expect(await checkFills(room)).toEqual([])
})

it("is the clock's job, for core and for plugins, whose names begin with theirs", async () => {
  const plugin: AnyPlugin = {
    name: 'words',
    api: 1,
    scope: 'installation',
    migrations: {
      '0001_words': {
        up: async (db) => {
          await sql`create table words as select n::bigint as id, null::text as folded from generate_series(1, 10) as n`.execute(db)
        },
      },
    },
    fills: {
      '0001_words': {
        table: 'words',
        step: (db, { after, upTo }) =>
          sql`update words set folded = id::text where id > ${after}::bigint and id <= ${upTo}::bigint`.execute(db),
      },
    },
  }
  const site = await openSite([plugin])
  try {
    const job = coreJobs(site.kernel.host).get('database/fill')!
    expect(job.cron).toBe('* * * * *')
    await job.run({}, { attempt: 1, lastAttempt: true })
    expect((await sql`select 1 from words where folded = id::text`.execute(site.database.db)).rows).toHaveLength(10)
    expect(
      await site.database.db.selectFrom('database_fill').select(['name', 'filled']).where('name', 'like', 'words/%').execute(),
    ).toEqual([{ name: 'words/0001_words', filled: '10' }])
  } finally {
    await site.close()
  }
})

it('an index of a large table is left to a job, which builds it once, whole, also where one was left half', async () => {
  const { db } = opened
  const wanted: LateIndexes = { made_up_times: { table: 'made_up', on: '(times, id)' } }
  await indexNowOrLater(db as never, wanted, 1000)
  expect(await missingIndexes(db, wanted)).toEqual(['made_up_times'])
  // As a process leaves it that ends while it builds one.
  await sql`create index made_up_times on made_up (times)`.execute(db)
  await sql`update pg_index set indisvalid = false where indexrelid = 'made_up_times'::regclass`.execute(db)
  expect(await missingIndexes(db, wanted)).toEqual(['made_up_times'])
  await Promise.all([buildIndexes({ db }, wanted), buildIndexes({ db }, wanted)])
  expect(await missingIndexes(db, wanted)).toEqual([])
  const { rows } = await sql<{ is: string }>`select pg_get_indexdef('made_up_times'::regclass) as is`.execute(db)
  expect(rows[0]!.is).toContain('(times, id)')
  await sql`drop index made_up_times`.execute(db)
  await indexNowOrLater(db as never, wanted)
  expect(await missingIndexes(db, wanted)).toEqual([])
  // Every one that core may leave is in a new database.
  expect(await missingIndexes(db, coreIndexes)).toEqual([])
})
