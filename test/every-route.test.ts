/** Every route × everybody who may ask × the things of two units: who may gets it, nobody else does, no route is forgotten. Tickets: every-ticket.test.ts. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Id } from '../core/database/schema.ts'
import { testDatabase } from './database.ts'
import { ADMIN_MORE, adminThings } from './route-tables/admin.ts'
import { AUTOMATION_ROWS, makeRule, makeRun } from './route-tables/automation.ts'
import { formsWithoutWord, freshen, openEverybody, tryRow, type Everybody } from './route-tables/everybody.ts'
import { makeNotification, NOTIFICATION_ROWS } from './route-tables/notifications.ts'
import { ROLES, ROWS as PAGES, type Role, type Row } from './route-tables/pages.ts'
import { TICKET_ROUTES } from './route-tables/tickets.ts'
import { ACL_ROUTES, UNIT_LOOKS, UNIT_ROUTES } from './route-tables/units.ts'
import type { Visitor } from './web.ts'

const ROWS: Record<string, Row> = { ...PAGES, ...NOTIFICATION_ROWS, ...AUTOMATION_ROWS }

let all: Everybody
let routes: string[]
beforeAll(async () => {
  all = await openEverybody()
  routes = [...new Set(all.site.app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`))]
}, 120_000)
afterAll(() => all?.close())

/** Bytes on the wire of a first visit: the page, and all that a browser fetches to show it, as small as it reads them. Without heads. */
async function firstVisit(visitor: Visitor, path: string): Promise<number> {
  const accepts = { 'accept-encoding': 'gzip, br' }
  const sent = async (address: string) => Buffer.from(await (await visitor.get(address, accepts)).arrayBuffer()).length
  const html = await bodyOf(visitor.get(path))
  const files = new Set(html.match(/\/static\/[^"'\s)]+/g))
  // Those that style sheets name are fonts for signs that no page of these has; those that pages have are named in their heads.
  const page = await sent(path)
  const sizes = await Promise.all([...files].map(sent))
  expect(files.size).toBeGreaterThan(5)
  return sizes.reduce((sum, size) => sum + size, page)
}
const bodyOf = async (response: Promise<Response>) => (await response).text()

it('a first visit fetches less than 60 kB of the portal, 120 kB of the desk', async () => {
  const { a, people } = all
  await freshen(all, a, { ticket: true })
  expect(await firstVisit(people.stranger, '/')).toBeLessThan(60_000)
  expect(await firstVisit(people.customer, '/')).toBeLessThan(60_000)
  expect(await firstVisit(people.agentA, '/desk')).toBeLessThan(120_000)
  expect(await firstVisit(people.agentA, `/desk/tickets/${a.thing.ticket}`)).toBeLessThan(120_000)
})

it('each route stands in one table, and each row of a table is a route', () => {
  const tables = [ROWS, TICKET_ROUTES, UNIT_ROUTES, ACL_ROUTES, { 'GET /live': 0 }]
  const claims = (route: string) => tables.filter((table) => route in table).length + Number(/^\w+ \/admin(\/|$)/.test(route))
  expect(routes.filter((route) => claims(route) !== 1)).toEqual([])
  expect(tables.flatMap((table) => Object.keys(table)).filter((route) => !routes.includes(route))).toEqual([])
  expect([...UNIT_LOOKS].filter((route) => !(route in ROWS))).toEqual([])
})

describe('a page or an act', () => {
  it.each(Object.keys(ROWS))('%s', (name) => tryRow(all, name, ROWS[name]!))
})

it("every page and act below /admin is the central administrator's alone", async () => {
  await all.enter()
  const { site, a, b, people } = all
  const things = await adminThings(site, a, b)
  things.ids['/admin/notifications/:id'] = () => makeNotification(site, null)
  let rule: Id
  things.ids['/admin/automation/:id'] = async () => (rule = await makeRule(site, null))
  things.ids['/admin/automation/:id/log/:run'] = () => makeRun(site, rule)
  const used = new Set<string>()
  const wrong: string[] = []
  for (const route of routes.filter((name) => /^\w+ \/admin(\/|$)/.test(name))) {
    const [method, pattern] = route.split(' ') as [string, string]
    const parts = pattern.split('/')
    for (const [n, part] of parts.entries()) {
      if (!part.startsWith(':')) continue
      const prefix = pattern
        .split('/')
        .slice(0, n + 1)
        .join('/')
      used.add(prefix)
      parts[n] = encodeURIComponent((await things.ids[prefix]?.()) ?? `nothing for ${prefix}`)
    }
    const more = ADMIN_MORE[route]
    await more?.before?.(site)
    const path = parts.join('/') + (more?.query?.(things) ?? '')
    const askFor = (role: Role) => (method === 'GET' ? people[role].get(path) : people[role].post(path, more?.fields?.(things) ?? {}))
    for (const role of ROLES) {
      if (role === 'central') continue
      const { status } = await askFor(role)
      const expected = role === 'stranger' ? (method === 'GET' ? 303 : 401) : role === 'customer' ? 404 : 403
      if (status !== expected) wrong.push(`${role}, ${route}: ${status}, not ${expected}`)
    }
    const answer = await askFor('central')
    const { status } = answer
    for (const form of formsWithoutWord(await answer.text())) wrong.push(`central, ${route}: a browser may restore what it likes: ${form}`)
    const expected = more?.central ? [more.central] : method === 'GET' ? [200] : [200, 303, 422]
    if (!expected.includes(status)) wrong.push(`central, ${route}: ${status}, not ${expected.join(' or ')}`)
  }
  expect(wrong).toEqual([])
  expect(Object.keys(things.ids).filter((prefix) => !used.has(prefix))).toEqual([])
}, 120_000)

it('what tables of plugins hold of persons is handed to them, or it is said why not', async () => {
  const { site } = all
  const core = await testDatabase()
  try {
    const tables = async (db: typeof core.db) =>
      (
        await sql<{ table: string; names: boolean }>`
          select c.relname as table, exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
              and (a.attname ~ '(^|_)(login|address|email|voter|person)(_id)?$' or exists (select from pg_constraint k
                where k.conrelid = c.oid and k.contype = 'f' and k.confrelid = 'person'::regclass and a.attnum = any(k.conkey)))) as names
          from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace`.execute(db)
      ).rows
    const own = new Set((await tables(core.db)).map(({ table }) => table))
    const here = (await tables(site.make.db)).filter(({ table }) => !own.has(table))
    const said = site.kernel.host.plugins.flatMap(({ personData }) => Object.keys(personData ?? {}))
    // A table that names persons: say in the plugin's `personData` what of it they are handed.
    expect(here.filter(({ table, names }) => names && !said.includes(table))).toEqual([])
    expect(said.filter((table) => !here.some((one) => one.table === table))).toEqual([])
    // Whoever has rows in none of them is handed none, and each statement runs.
    const nobody = await site.make.person()
    for (const { personData = {} } of site.kernel.host.plugins)
      for (const read of Object.values(personData))
        if (typeof read !== 'string')
          expect(await read(site.make.db, { id: nobody, login: 'niktitaki', addresses: ['nikt@uni.example'] })).toEqual([])
  } finally {
    await core.close()
  }
})
