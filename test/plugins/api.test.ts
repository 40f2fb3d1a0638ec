/** Routes for programs: JSON over a real listener, who calls, what is refused and how, where the plugin is on. */
import { createHmac } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Id } from '../../core/database/schema.ts'
import { definePlugin } from '../../core/kernel/contract.ts'
import { listFaults, listSuspensions } from '../../core/kernel/faults.ts'
import type { AnyPlugin } from '../../core/run/load-plugins.ts'
import { makeMetrics } from '../../core/metrics/metrics.ts'
import { makeApp } from '../../core/web/app.tsx'
import { openSite } from '../web.ts'
import { API_PLUGIN } from './api.ts'
import { openHouse, removePackages, writePackage, type House } from './house.ts'

const seconds = { slot: 1, guard: 1, mailCheck: 1, mailStep: 1, login: 1, search: 1, page: 3, fact: 1, job: 1, start: 1 }
let house: House
let url: string
let unit: Id
let slug: string
let queue: Id
let foreign: Id
let anna: Id

beforeAll(async () => {
  house = await openHouse(['desk', writePackage({ 'index.ts': API_PLUGIN })], { pluginSeconds: seconds, api: { maxSizeKb: 64 } })
  const {
    make,
    database: { db },
  } = house
  unit = await make.unit({ name: 'Wydział' })
  slug = (await db.selectFrom('unit').select('slug').where('id', '=', unit).executeTakeFirstOrThrow()).slug
  const group = await make.group()
  queue = await make.queue({ name: 'Wydział', unitId: unit, groupId: group })
  foreign = await make.queue({ name: 'Obca', unitId: unit })
  anna = await make.agent({ [group]: ['rw'] }, { name: 'Anna Nowak', login: 'anna', unitId: unit })
  await make.agent({}, { name: 'Jan Obcy', login: 'jan', unitId: await make.unit({ name: 'Inny' }) })
  await house.turn('hooks', unit, true)
  url = await house.serve()
  await house.until(async () => (await call('GET', '/api/hooks/who', { as: 'anna' })).status === 200)
})
afterAll(async () => {
  await house?.close()
  removePackages()
})

interface Sent {
  as?: string
  json?: unknown
  body?: string | Buffer | undefined
  headers?: Record<string, string>
}
async function call(
  method: string,
  path: string,
  { as, json, body = json === undefined ? undefined : JSON.stringify(json), headers = {} }: Sent = {},
) {
  const answer = await fetch(url + path, {
    method,
    ...(body === undefined ? {} : { body: body as string }),
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
      ...headers,
    },
  })
  const text = await answer.text()
  return {
    status: answer.status,
    headers: answer.headers,
    type: answer.headers.get('content-type'),
    said: text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>),
  }
}
const wish = () => ({ title: 'Zepsuta drukarka', queueId: queue, body: 'Nie drukuje' })

describe('a program with JSON', () => {
  test('makes a ticket and changes it, as whom it logs in as', async () => {
    const made = await call('POST', '/api/hooks/tickets', { as: 'anna', json: wish() })
    expect([made.status, made.type]).toEqual([201, 'application/json'])
    const id = String(made.said!['id'])
    expect(await call('PATCH', `/api/hooks/tickets/${id}`, { as: 'anna', json: { title: 'Drukarka w\u0000 sali 5' } })).toMatchObject({
      status: 200,
      said: { title: 'Drukarka w sali 5' },
    })
    const { db } = house.database
    expect(await db.selectFrom('ticket').select(['title', 'queue_id']).where('id', '=', id).executeTakeFirst()).toEqual({
      title: 'Drukarka w sali 5',
      queue_id: queue,
    })
    const history = await db.selectFrom('history').select(['type', 'person_id']).where('ticket_id', '=', id).orderBy('id').execute()
    expect(history.at(-1)).toEqual({ type: 'TitleUpdate', person_id: anna })
  })
  test("has that person's rights and no others", async () => {
    const { id } = await house.make.ticket({ queueId: foreign })
    expect(await call('PATCH', `/api/hooks/tickets/${id}`, { as: 'anna', json: { title: 'Moje' } })).toMatchObject({
      status: 404,
      said: { error: 'not-found' },
    })
    expect(await call('PATCH', '/api/hooks/tickets/abc', { as: 'anna', json: { title: 'Moje' } })).toMatchObject({ status: 404 })
  })
  test('is known by what it signed, over the bytes as they came', async () => {
    const body = '{ "a" : 1 }'
    const sign = (text: string) => ({ 'x-signature': createHmac('sha256', 'key').update(text).digest('hex') })
    await house.turn('hooks', '1', true)
    await house.until(async () => (await call('POST', '/api/hooks/signed', { body, headers: sign(body) })).status === 200)
    expect(await call('POST', '/api/hooks/signed', { body, headers: sign(body) })).toMatchObject({ status: 200, said: { got: 1 } })
    expect(await call('POST', '/api/hooks/signed', { body: `${body} `, headers: sign(body) })).toMatchObject({ status: 401 })
    await house.turn('hooks', '1', null)
  })
  test('finds an address of before, outside of /api/, and an answer without a body', async () => {
    expect(await call('PUT', '/legacy/nph.pl/TicketGet', { as: 'anna' })).toMatchObject({ status: 204, said: undefined })
    expect(await call('PUT', '/legacy/nph.pl/TicketGet')).toMatchObject({ status: 401, said: { error: 'api.unknown-caller' } })
  })
})

describe('JSON that is made to be worked on', () => {
  test.each([
    ['nested thirty thousand levels deep', '['.repeat(30_000)],
    ['of sixty-five levels', `${'['.repeat(65)}${']'.repeat(65)}`],
    ['of thirty thousand values', `[${'1,'.repeat(30_000)}1]`],
  ])('%s is refused before it is parsed', async (_what, body) => {
    expect(await call('POST', '/api/hooks/tickets', { as: 'anna', body })).toMatchObject({ status: 422, said: { error: 'input' } })
  })
  test('signs in its texts count for nothing, and half characters end here', async () => {
    const body = JSON.stringify({ ...wish(), body: `"[{,\\${'[,{'.repeat(15_000)}` })
    expect(await call('POST', '/api/hooks/tickets', { as: 'anna', body })).toMatchObject({ status: 201 })
    const made = await call('POST', '/api/hooks/tickets', {
      as: 'anna',
      body: JSON.stringify(wish()).replace('Zepsuta', '\\ud800\\u0000 Zepsuta'),
    })
    expect(made.status).toBe(201)
  })
})

describe('who calls', () => {
  test('must be known: 401, and the plugin is asked nothing more', async () => {
    for (const headers of [{}, { authorization: 'Bearer nobody' }, { authorization: 'Basic YW5uYTp4' }]) {
      const answer = await call('POST', '/api/hooks/tickets', { json: wish(), headers })
      expect(answer).toMatchObject({
        status: 401,
        type: 'application/json',
        said: { error: 'api.unknown-caller', message: 'Nie wiadomo, kto pyta: brak ważnych danych dostępu.' },
      })
      expect([answer.headers.get('www-authenticate'), answer.headers.get('cache-control'), answer.headers.getSetCookie()]).toEqual([
        'Bearer',
        'no-store',
        [],
      ])
    }
  })
  test('is never who has a session: a cookie counts for nothing', async () => {
    const cookie = `pomoc=${await house.session(anna)}`
    const page = await fetch(`${url}/desk`, { headers: { cookie }, redirect: 'manual' })
    expect(page.status).not.toBe(303)
    expect(await call('POST', '/api/hooks/tickets', { json: wish(), headers: { cookie } })).toMatchObject({ status: 401 })
    expect(await call('GET', '/api/hooks/who', { as: 'anna', headers: { cookie } })).toMatchObject({
      status: 200,
      said: { who: 'Anna Nowak', unitId: unit, address: '127.0.0.1', session: null },
    })
  })
})

describe('what is refused is told as JSON', () => {
  test('a body that is too large, with and without its length', async () => {
    const body = JSON.stringify({ ...wish(), body: 'x'.repeat(70_000) })
    expect(await call('POST', '/api/hooks/tickets', { as: 'anna', body })).toMatchObject({
      status: 413,
      said: { error: 'too-large', message: expect.stringContaining('64') },
    })
    const answer = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const asked = request(
        `${url}/api/hooks/tickets`,
        { method: 'POST', headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked', authorization: 'Bearer anna' } },
        (response) => {
          let text = ''
          response
            .setEncoding('utf8')
            .on('data', (part: string) => {
              text += part
            })
            .on('end', () => resolve({ status: response.statusCode, text }))
        },
      )
      asked.on('error', reject)
      asked.end(body)
    })
    expect([answer.status, (JSON.parse(answer.text) as { error: string }).error]).toEqual([413, 'too-large'])
  })
  test('what calls itself JSON and is none, before anybody is asked', async () => {
    for (const body of ['{"title":', 'title=x', '['.repeat(30_000), Buffer.from([0x22, 0xff])]) {
      const answer = await call('POST', '/api/hooks/tickets', { as: 'anna', body })
      expect(answer, String(body).slice(0, 20)).toMatchObject({ said: { error: expect.stringMatching(/^(api\.not-json|input)$/) } })
      expect([400, 422]).toContain(answer.status)
    }
    expect(await call('POST', '/api/hooks/throws', { as: 'anna', body: '{' })).toMatchObject({
      status: 400,
      said: { error: 'api.not-json' },
    })
    expect(await call('POST', '/api/hooks/tickets', { as: 'anna', body: '' })).toMatchObject({ status: 400 })
    expect(
      await call('POST', '/api/hooks/tickets', { as: 'anna', body: JSON.stringify(wish()), headers: { 'content-type': 'text/plain' } }),
    ).toMatchObject({ status: 422, said: { error: 'input' } })
  })
  test("a field that does not fit, by its name and in the caller's language", async () => {
    expect(
      await call('POST', '/api/hooks/tickets', { as: 'anna', json: { ...wish(), title: '' }, headers: { 'accept-language': 'en' } }),
    ).toMatchObject({ status: 422, said: { error: 'input', field: 'title', message: expect.stringMatching(/^Please correct: title – /) } })
    expect(await call('POST', '/api/hooks/tickets', { as: 'anna', json: [] })).toMatchObject({
      status: 422,
      said: { error: 'input', message: expect.stringMatching(/^Popraw pole: /) },
    })
  })
  test('an address below /api/ that nobody has', async () => {
    for (const [method, path] of [
      ['GET', '/api/nothing'],
      ['POST', '/api/nothing'],
      ['DELETE', '/api/hooks/tickets'],
      ['GET', '/api'],
      ['POST', '/api/'],
    ] as const) {
      expect(await call(method, path, method === 'POST' ? { json: {} } : {}), `${method} ${path}`).toMatchObject({
        status: 404,
        type: 'application/json',
        said: { error: 'not-found' },
      })
    }
  })
})

describe('where the plugin is off', () => {
  test('there is no such route: in the unit of who calls, and in the one that the address names', async () => {
    expect(await call('GET', '/api/hooks/who', { as: 'jan' })).toMatchObject({ status: 404, said: { error: 'not-found' } })
    await house.until(async () => (await call('GET', '/api/hooks/who', { as: 'machine' })).status === 404)
    expect(await call('GET', `/api/hooks/${slug}/who`, { as: 'machine' })).toMatchObject({ status: 200, said: { unitId: unit } })
    expect(await call('GET', '/api/hooks/it/who', { as: 'machine' })).toMatchObject({ status: 404 })
    expect(await call('GET', '/api/hooks/no-unit/who', { as: 'machine' })).toMatchObject({ status: 404 })
  })
  test('and off everywhere, nobody is asked who calls', async () => {
    await house.turn('hooks', unit, false)
    await house.until(async () => (await call('GET', '/api/hooks/who')).status === 404)
    expect(await call('POST', '/api/hooks/tickets', { as: 'anna', json: wish() })).toMatchObject({ status: 404 })
    await house.turn('hooks', unit, true)
    await house.until(async () => (await call('GET', '/api/hooks/who', { as: 'anna' })).status === 200)
  })
})

test('requests are counted by their route', async () => {
  const metrics = makeMetrics({ db: house.database.db, pools: { pages: house.database.pool }, clock: () => house.make.now })
  const app = makeApp(house.kernel, { metrics })
  await app.request('http://pomoc.example/api/hooks/tickets/12', { method: 'PATCH', headers: { authorization: 'Bearer anna' } })
  await app.request('http://pomoc.example/api/hooks/tickets/13', { method: 'PATCH' })
  const counted = (await metrics.expose()).split('\n').filter((line) => line.startsWith('pomoc_http_request_duration_seconds_count'))
  expect(counted.toSorted()).toEqual(
    ['401', '422'].map(
      (status) => `pomoc_http_request_duration_seconds_count{method="PATCH",route="/api/hooks/tickets/:id",status="${status}"} 1`,
    ),
  )
})

test('its faults are told and counted; those of five callers suspend it there, those of one do not', async () => {
  expect(await call('POST', '/api/hooks/throws', { as: 'anna' })).toMatchObject({ status: 500, said: { error: 'internal' } })
  const late = await call('POST', '/api/hooks/hangs', { as: 'anna' })
  expect([late.status, late.said!['error'], late.headers.get('retry-after')]).toEqual([503, 'unavailable', '5'])
  expect(await call('POST', '/api/hooks/wrong', { as: 'anna' })).toMatchObject({ status: 500 })
  expect(await call('POST', '/api/hooks/nobody', { as: 'anna' })).toMatchObject({ status: 500 })
  await house.kernel.faults.settled()
  const faults = await listFaults(house.database.db, { plugin: 'hooks' })
  expect(faults.map(({ kind, name, error, unitId }) => [kind, name, error, unitId]).toSorted()).toEqual([
    ['api', 'POST /api/hooks/hangs', 'it did not answer within 3 s', unit],
    ['api', 'POST /api/hooks/nobody, login', expect.stringContaining('a login answers who calls'), null],
    ['api', 'POST /api/hooks/throws', 'it threw', unit],
    ['api', 'POST /api/hooks/wrong', expect.stringContaining('answers with a Response'), unit],
  ])
  for (let n = 0; n < 5; n++) await call('POST', '/api/hooks/throws', { as: 'anna' })
  await house.kernel.faults.settled()
  expect(await listSuspensions(house.database.db)).toEqual([])
  for (const login of ['adam', 'beata', 'celina', 'damian']) {
    await house.make.agent({}, { login, unitId: unit })
    await call('POST', '/api/hooks/throws', { as: login })
  }
  await house.kernel.faults.settled()
  expect((await listSuspensions(house.database.db)).map(({ plugin, unitId }) => [plugin, unitId])).toEqual([['hooks', unit]])
  await house.until(async () => (await call('GET', '/api/hooks/who', { as: 'anna' })).status === 404)
})

describe('an address', () => {
  const answers = { login: async () => undefined, run: async () => new Response() }
  const forPrograms = (name: string, ...addresses: `GET /${string}`[]): AnyPlugin =>
    definePlugin({ name, api: 1, scope: 'installation', apiRoutes: Object.fromEntries(addresses.map((address) => [address, answers])) })
  const pages = (name: string, path: string): AnyPlugin =>
    definePlugin({
      name,
      api: 1,
      scope: 'installation',
      routes: (app) => {
        app.get(path, (c) => c.text('x'))
      },
    })
  test('that two plugins claim is refused', async () => {
    await expect(openSite([forPrograms('a', 'GET /api/x/:id'), forPrograms('b', 'GET /api/x/:name')])).rejects.toThrow(
      /“a” and “b” both bring the route GET \/api\/x\/:/,
    )
  })
  test('that a page answers too is refused, however it is written', async () => {
    await expect(openSite([forPrograms('a', 'GET /old/:id'), pages('b', '/old/list')])).rejects.toThrow(
      /GET \/old\/list of “b” would be answered by “a” as GET \/old\/:id/,
    )
    await expect(openSite([forPrograms('a', 'GET /live')])).rejects.toThrow(/“pomoc” would be answered by “a”|both bring/)
    await expect(openSite([pages('b', '/api/list')])).rejects.toThrow(/below \/api\/ there are routes for programs only/)
  })
  test('for everything, and a route that does not say who calls, are refused', async () => {
    await expect(openSite([forPrograms('a', 'GET /:all')])).rejects.toThrow(
      /“GET \/:all” in “apiRoutes”, which is not written like “POST \/api\/a\/tickets\/:id”/,
    )
    const open = { name: 'a', api: 1, scope: 'unit', apiRoutes: { 'GET /api/a': { run: answers.run } } } as unknown as AnyPlugin
    await expect(openSite([open])).rejects.toThrow(/without the function “login”, which says who calls/)
  })
})
