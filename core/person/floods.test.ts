/** Floods of attempts and of asking for links: what they cost, and whom they keep from what. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { mailLinks } from '../../test/mail-links.ts'
import { maker, type Maker } from '../../test/make.ts'
import type { OpenDatabase } from '../database/database.ts'
import { shareOut } from '../database/pools.ts'
import { rememberDevice } from './devices.ts'
import { logIn, sendDeviceLink, sendLoginLink, setPassword } from './login.ts'
import type { Client } from './sessions.ts'
import { newToken } from './token.ts'

let database: OpenDatabase
let make: Maker
beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
})
afterAll(() => database?.close())

/** Counts the statements that it sends. */
function roomOf() {
  const count = { statements: 0 }
  const db = database.db.withPlugin({
    transformQuery: ({ node }) => {
      count.statements++
      return node
    },
    transformResult: async ({ result }) => result,
  })
  const room = { db, work: make.work, clock: () => make.now, config: make.config }
  return { room, count }
}
const from = (address: string, more: Partial<Client> = {}): Client => ({
  address,
  userAgent: '',
  device: newToken(),
  newDevice: true,
  ...more,
})
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  )

describe('six hundred attempts to log in at once, from one place', () => {
  it('are looked at up to the limit; the rest is refused without the database, in one row that says how many', async () => {
    const { room } = roomOf()
    const said = await Promise.all(
      Array.from({ length: 600 }, (_, n) => codeOf(logIn(room, { login: `nikt${n}`, password: 'x', client: from('192.0.2.1') }))),
    )
    expect(Object.fromEntries([...Map.groupBy(said, (code) => code)].map(([code, list]) => [code, list.length]))).toEqual({
      'login-failed': 50,
      'login-too-many': 550,
    })
    const rows = async (table: 'login_attempt' | 'limit_count') =>
      (await sql<{ count: number }>`select count(*)::int as count from ${sql.table(table)}`.execute(database.db)).rows[0]!.count
    expect([await rows('login_attempt'), await rows('limit_count')]).toEqual([50, 1])
    expect(await database.db.selectFrom('limit_count').select(['name', 'key', 'refused']).execute()).toEqual([
      { name: 'login', key: '192.0.2.1', refused: 100 },
    ])
  })
  it('cost no statement once it is known, at one account too; after a quarter of an hour it is asked again', async () => {
    const { room, count } = roomOf()
    await make.person({ login: 'cel' })
    const attempt = () => codeOf(logIn(room, { login: 'cel', password: 'x', client: from('192.0.2.2') }))
    for (let n = 0; n < 12; n++) await attempt()
    const before = count.statements
    for (let n = 0; n < 7; n++) expect(await attempt()).toBe('login-too-many')
    expect(count.statements).toBe(before)
    make.now = new Date(make.now.getTime() + 15 * 60_000)
    expect(await attempt()).toBe('login-failed')
  })
  it('keep the owner out of no browser of theirs behind the same address', async () => {
    const { room } = roomOf()
    const owner = await make.person({ login: 'wlasciciel' })
    await setPassword(room, owner, 'dobre hasło na próbę')
    const device = newToken()
    await make.asSystem((work) => rememberDevice(work, owner, device))
    await Promise.all(
      Array.from({ length: 80 }, (_, n) => codeOf(logIn(room, { login: `x${n}`, password: 'x', client: from('192.0.2.3') }))),
    )
    const attempt = (client: Client) => codeOf(logIn(room, { login: 'wlasciciel', password: 'dobre hasło na próbę', client }))
    expect(await attempt(from('192.0.2.3'))).toBe('login-too-many')
    expect(await attempt(from('192.0.2.3', { newDevice: false }))).toBe('login-too-many')
    expect(await attempt(from('192.0.2.3', { device, newDevice: false }))).toBe('done')
  })
})

describe('links', () => {
  const links = (address: string) => make.db.selectFrom('outbound_mail').select('id').where('to_text', '=', address).execute()
  it('go to one address six times in a quarter of an hour, however many places ask; not known is refused alike; the owner gets one', async () => {
    const { room } = roomOf()
    const id = await make.person({ address: 'skrzynka@uni.example' })
    for (const [address, count] of [
      ['skrzynka@uni.example', 6],
      ['nikt-taki@uni.example', 0],
    ] as const) {
      const said = await Promise.all(
        Array.from({ length: 9 }, (_, n) => codeOf(sendLoginLink(room, { address, language: 'pl', client: from(`198.51.100.${n}`) }))),
      )
      expect(said.filter((code) => code === 'done')).toHaveLength(6)
      expect(said.filter((code) => code === 'login-links-too-many')).toHaveLength(3)
      await mailLinks(room)
      expect(await links(address)).toHaveLength(count)
    }
    const device = newToken()
    await make.asSystem((work) => rememberDevice(work, id, device))
    const own = from('198.51.100.77', { device, newDevice: false })
    expect(await codeOf(sendLoginLink(room, { address: 'skrzynka@uni.example', language: 'pl', client: own }))).toBe('done')
  })
  it('take as long for who is there as for who is not', async () => {
    const { room } = roomOf()
    await make.person({ address: 'jest@uni.example', login: 'jest' })
    const asks = ['jest', 'niema'].flatMap((who, n) => [
      () => sendLoginLink(room, { address: `${who}@uni.example`, language: 'pl', client: from(`203.0.113.${n}`) }),
      () => sendDeviceLink(room, { login: who, language: 'pl', client: from(`203.0.113.${n}`) }),
    ])
    for (const ask of asks) {
      const began = performance.now()
      await ask()
      // A timer may come a millisecond early.
      expect(performance.now() - began).toBeGreaterThanOrEqual(148)
    }
  })
})

it('connections are shared out so that none of the three has none', () => {
  expect(shareOut(20, { web: true })).toEqual({ pages: 11, mail: 7, logins: 2 })
  expect(shareOut(20, { web: false })).toEqual({ pages: 4, mail: 15, logins: 1 })
  for (let most = 4; most < 60; most++) {
    for (const web of [true, false]) {
      const { pages, mail, logins } = shareOut(most, { web })
      expect(Math.min(pages - 1, mail - 1, logins)).toBeGreaterThanOrEqual(1)
      expect(pages + mail + logins).toBeLessThanOrEqual(Math.max(5, most))
    }
  }
})
