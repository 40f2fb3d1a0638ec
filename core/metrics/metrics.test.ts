import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import { storeBlob } from '../database/blob.ts'
import type { OpenDatabase } from '../database/database.ts'
import { makeApp } from '../web/app.tsx'
import { openSite } from '../../test/web.ts'
import { makeMetrics } from './metrics.ts'
import { makeReadiness } from './health.ts'
import { serveMetrics } from './serve.ts'
import { makeMailFlow, readStock } from './stock.ts'

let database: OpenDatabase
let make: Maker
beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
})
afterAll(() => database.close())

const value = (text: string, line: string) =>
  Number(
    text
      .split('\n')
      .find((found) => found.startsWith(`${line} `))
      ?.slice(line.length + 1),
  )
const room = () => ({ db: database.db, pools: { pages: database.pool }, clock: () => new Date() })

test('the figures tell what waits: tickets by state, mails, jobs', async () => {
  await make.ticket()
  await make.ticket()
  const blob = await storeBlob(database.db, Buffer.from('x'), new Date())
  await database.db
    .insertInto('inbound_mail')
    .values({
      key: Buffer.from('k'),
      blob_id: blob.id,
      envelope_from: '',
      envelope_to: '',
      accepted_at: new Date(),
      state: 'failed',
      outcome: null,
      message_id_md5: null,
      ticket_id: null,
      article_id: null,
      processed_at: null,
    })
    .execute()
  await make.asSystem(async (work) => {
    work.enqueue('x/y', {}, { delaySeconds: 600 })
  })
  expect(await readStock(database.db, new Date())).toMatchObject({
    tickets: { new: 2 },
    inbound: { accepted: 0, failed: 1, held: 0 },
    outbox: { queued: 0, failed: 0 },
    outboxAge: 0,
    jobs: { later: 1, given_up: 0 },
  })
  const text = await makeMetrics(room()).expose()
  expect(value(text, 'pomoc_tickets_open{state="new"}')).toBe(2)
  expect(value(text, 'pomoc_mails_waiting{state="failed"}')).toBe(1)
  expect(value(text, 'pomoc_jobs{state="later"}')).toBe(1)
  expect(value(text, 'pomoc_database_up')).toBe(1)
  expect(text).toMatch(/^pomoc_build_info\{version="\d/m)
  expect(text).toMatch(/^process_resident_memory_bytes \d/m)
})

test('mails are counted once, as they come and as they end', async () => {
  const start = new Date()
  const flow = makeMailFlow(database.db, start)
  const later = (seconds: number) => new Date(start.getTime() + seconds * 1000)
  expect(await flow(later(1))).toEqual({ acceptedMails: 0, outcomes: {} })
  const blob = await storeBlob(database.db, Buffer.from('y'), start)
  for (const n of [1, 2, 3]) {
    await database.db
      .insertInto('inbound_mail')
      .values({
        key: Buffer.from([n]),
        blob_id: blob.id,
        envelope_from: '',
        envelope_to: '',
        accepted_at: later(n),
        outcome: null,
        message_id_md5: null,
        ticket_id: null,
        article_id: null,
        processed_at: null,
      })
      .execute()
    make.now = later(n)
    await make.asSystem(async (work) => {
      work.emit('mail.processed', { data: { mail: String(n), outcome: n === 3 ? 'loop' : 'new-ticket' } })
    })
  }
  expect(await flow(later(32.5))).toEqual({ acceptedMails: 2, outcomes: { 'new-ticket': 2 } })
  expect(await flow(later(60))).toEqual({ acceptedMails: 1, outcomes: { loop: 1 } })
  expect(await flow(later(90))).toEqual({ acceptedMails: 0, outcomes: {} })
})

test('the database is not asked again within seconds, and one that is away is told', async () => {
  let asked = 0
  const counting = {
    ...room(),
    db: database.db.withPlugin({
      transformQuery: ({ node }) => {
        asked++
        return node
      },
      transformResult: async ({ result }) => result,
    }),
  }
  const metrics = makeMetrics(counting)
  await Promise.all([metrics.expose(), metrics.expose()])
  const once = asked
  await metrics.expose()
  expect(asked).toBe(once)
  const gone = await testDatabase({ empty: true })
  const text = await makeMetrics({ db: gone.db, pools: { pages: gone.pool }, clock: () => new Date() }).expose()
  expect(value(text, 'pomoc_database_up')).toBe(0)
  await gone.close()
})

test('a port of its own serves them, with the token where one is set, and tells health to everybody', async () => {
  const metrics = makeMetrics(room())
  const readiness = makeReadiness(room().db)
  const { config } = make
  expect(await serveMetrics({ ...config, metrics: { host: '127.0.0.1' } }, metrics, readiness)).toBeUndefined()
  const open = (await serveMetrics({ ...config, metrics: { host: '127.0.0.1', port: 0 } }, metrics, readiness))!
  expect((await fetch(`http://127.0.0.1:${open.port}/metrics`)).headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  expect((await fetch(`http://127.0.0.1:${open.port}/`)).status).toBe(404)
  await open.stop()
  const closed = (await serveMetrics(
    { ...config, metrics: { host: '127.0.0.1', port: 0, token: 'sixteen letters!' } },
    metrics,
    readiness,
  ))!
  const health = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${closed.port}/health/${path}`)
    return [answer.status, await answer.text()]
  }
  expect(await health('live')).toEqual([200, 'live\n'])
  expect(await health('ready')).toEqual([200, 'ready\n'])
  readiness.end()
  expect(await health('ready')).toEqual([503, 'not ready: stopping\n'])
  const at = `http://127.0.0.1:${closed.port}/metrics`
  expect((await fetch(at)).status).toBe(401)
  expect((await fetch(at, { headers: { authorization: 'Bearer sixteen letters!' } })).status).toBe(200)
  await closed.stop()
})

test('on the main port they are there for the token only, and requests are counted by the pattern of their route', async () => {
  const site = await openSite()
  const metrics = makeMetrics({ db: site.database.db, pools: { pages: site.database.pool }, clock: () => new Date() })
  const { host } = site.kernel
  const withToken = {
    ...site.kernel,
    host: { ...host, config: { ...host.config, metrics: { host: '127.0.0.1', token: 'sixteen letters!' } } },
  }
  expect((await makeApp(site.kernel, { metrics }).request('/metrics')).status).toBe(404)
  const app = makeApp(withToken, { metrics })
  expect((await app.request('/metrics')).status).toBe(401)
  expect((await app.request('/metrics', { headers: { authorization: 'Bearer wrong' } })).status).toBe(401)
  await app.request('/health/live')
  await app.request('/password/a-secret-token')
  await app.request('/no/such/page?search=private')
  const text = await (await app.request('/metrics', { headers: { authorization: 'Bearer sixteen letters!' } })).text()
  expect(value(text, 'pomoc_http_request_duration_seconds_count{method="GET",route="/health/live",status="200"}')).toBe(1)
  expect(text).not.toMatch(/a-secret-token|private/)
  await site.close()
})
