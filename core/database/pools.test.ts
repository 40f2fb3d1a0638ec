import { sql } from 'kysely'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { refusalOf } from '../web/errors.tsx'
import { openPools } from './pools.ts'

test('what a page asks ends in time, with a sentence; a job may take longer', async () => {
  const database = await testDatabase()
  const pools = await openPools(database.url, { pages: 1, mail: 1, logins: 1 }, { log: pino({ enabled: false }), pageSeconds: 1 })
  const limit = async (name: 'pages' | 'mail') =>
    (await sql<{ statement_timeout: string }>`show statement_timeout`.execute(pools[name].db)).rows[0]!.statement_timeout
  try {
    expect([await limit('pages'), await limit('mail')]).toEqual(['1s', '0'])
    const error = await sql`select count(*) from generate_series(1, 1e9::bigint)`.execute(pools.pages.db).catch((failed: unknown) => failed)
    expect(refusalOf(error)).toMatchObject({ code: 'too-slow', status: 503 })
  } finally {
    await Promise.all(Object.values(pools).map((pool) => pool.close()))
    await database.close()
  }
})
