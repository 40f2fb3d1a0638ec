import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import type { OpenDatabase } from '../database/database.ts'
import { inSavepoint, lend } from './lease.ts'

let database: OpenDatabase
beforeAll(async () => {
  database = await testDatabase({ empty: true })
  await sql`create table seen (what text)`.execute(database.db)
})
afterAll(() => database.close())
beforeEach(() => sql`truncate seen`.execute(database.db))

const see = (db: Parameters<typeof lend>[0], what: string) => sql`insert into seen values (${what})`.execute(db)
const seen = async () => (await sql<{ what: string }>`select what from seen order by what`.execute(database.db)).rows.map((row) => row.what)
const transaction = <T>(run: (db: Parameters<typeof lend>[0]) => Promise<T>) => database.db.transaction().execute(run)

describe('a lent transaction', () => {
  it('runs nothing more once it is taken back, however much was asked for at once', async () => {
    const late: Promise<unknown>[] = []
    await transaction(async (db) => {
      const lease = lend(db)
      for (const n of [1, 2, 3, 4, 5]) late.push(see(lease.db, `row ${n}`))
      for (const one of late) one.catch(() => {})
      await lease.end()
    })
    const ends = await Promise.allSettled(late)
    expect(ends.at(-1)).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('is over') } })
    expect(await seen()).toHaveLength(ends.filter((end) => end.status === 'fulfilled').length)
  })

  it('sends nothing behind a rollback', async () => {
    const outcome = transaction(async (db) => {
      const lease = lend(db)
      try {
        await Promise.all([
          see(lease.db, 'first'),
          sql`select 1 from nowhere`.execute(lease.db),
          see(lease.db, 'second'),
          see(lease.db, 'third'),
        ])
      } finally {
        await lease.end()
      }
    })
    await expect(outcome).rejects.toThrow(/nowhere/)
    expect(await seen()).toEqual([])
  })

  it('is neither ended nor begun by whoever holds it', async () => {
    await transaction(async (db) => {
      const lease = lend(db)
      for (const statement of ['commit', ' ROLLBACK', 'select 1; commit', 'begin', 'savepoint mine', 'end']) {
        await expect(sql.raw(statement).execute(lease.db)).rejects.toThrow(/where the act begins/)
      }
      await see(lease.db, 'done; commit; as words')
      await lease.end()
    })
    expect(await seen()).toEqual(['done; commit; as words'])
  })
})

describe('a savepoint', () => {
  const limits = { limitMs: 200 }

  it('keeps what went well and undoes what failed; the rest goes on', async () => {
    await transaction(async (db) => {
      await see(db, 'before')
      await inSavepoint(db, limits, (inner) => see(inner, 'kept'))
      await expect(
        inSavepoint(db, limits, async (inner) => {
          await see(inner, 'undone')
          await sql`select 1 from nowhere`.execute(inner)
        }),
      ).rejects.toThrow(/nowhere/)
      await see(db, 'after')
    })
    expect(await seen()).toEqual(['after', 'before', 'kept'])
  })

  it('is undone too when the error of a statement was swallowed', async () => {
    await transaction(async (db) => {
      await expect(
        inSavepoint(db, limits, async (inner) => {
          await see(inner, 'undone')
          await sql`select 1 from nowhere`.execute(inner).catch(() => {})
        }),
      ).rejects.toThrow(/aborted/)
      await see(db, 'after')
    })
    expect(await seen()).toEqual(['after'])
  })

  it('ends a statement that takes too long, and no other', async () => {
    await transaction(async (db) => {
      await expect(inSavepoint(db, limits, (inner) => sql`select pg_sleep(30)`.execute(inner))).rejects.toThrow(/statement timeout/)
      await inSavepoint(db, limits, (inner) => see(inner, 'kept'))
      await sql`select pg_sleep(0.4)`.execute(db)
      await inSavepoint(db, { limitMs: 60_000 }, async (outer) => {
        await inSavepoint(outer, { limitMs: 50, outerMs: 60_000 }, (inner) => see(inner, 'nested'))
        await sql`select pg_sleep(0.2)`.execute(outer)
      })
    })
    expect(await seen()).toEqual(['kept', 'nested'])
  })
})
