import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site } from '../../test/web.ts'
import { definePlugin } from '../kernel/contract.ts'
import { listFaults } from '../kernel/faults.ts'
import { databaseBrokeOff, databaseIsAway } from './away.ts'

const coded = (code: string) => Object.assign(new Error('some words'), { code })
/** As PostgreSQL, the network and pg say it. */
const AWAY: readonly Error[] = [
  ...['08006', '53300', '57P01', '57P03', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'].map(coded),
  ...['Connection terminated unexpectedly', 'timeout exceeded when trying to connect', 'Client was closed and is not queryable'].map(
    (words) => new Error(words),
  ),
]
const OF_OTHERS = ['ENOENT', 'ETIMEDOUT', 'ENOTFOUND', '25006'].map(coded)
const NOT_AWAY = [...['23505', '42P01', '40001', 'EACCES'].map(coded), new Error('a Connection terminated'), 'words', null, undefined]

let thrown: Error
const trial = definePlugin({
  name: 'trial',
  api: 1,
  scope: 'installation',
  routes(app) {
    app.get('/trial', () => {
      throw thrown
    })
  },
})
let site: Site
beforeAll(async () => {
  site = await openSite([trial])
})
afterAll(() => site.close())

describe('a database that is away', () => {
  it('is known by its errors', () => {
    expect(AWAY.filter((error) => !databaseIsAway(error) || !databaseBrokeOff(error))).toEqual([])
    expect(OF_OTHERS.filter((error) => !databaseIsAway(error) || databaseBrokeOff(error))).toEqual([])
    expect(NOT_AWAY.filter((error) => databaseIsAway(error) || databaseBrokeOff(error))).toEqual([])
  })
  it.each(AWAY.map((error) => [`${(error as { code?: string }).code ?? error.message}`, error] as const))(
    "is “try again in a moment” on a page, and no plugin's fault: %s",
    async (_, error) => {
      thrown = error
      const response = await site.visitor().get('/trial')
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
      await site.kernel.faults.settled()
      expect(await listFaults(site.database.db)).toEqual([])
    },
  )
})
