/** Every route × everybody who may ask × the things of two units: who may gets it, nobody else does, no route is forgotten. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Id } from '../core/database/schema.ts'
import { addUnitAdministrator } from '../core/permission/unit-administrators.ts'
import { saveSettings } from '../core/administration/setting-admin.ts'
import { UNIT_LIMITS, unitLimits } from '../core/unit/limits.ts'
import acl from '../plugins/acl/index.tsx'
import admin from '../plugins/admin/index.tsx'
import automation from '../plugins/automation/index.tsx'
import desk from '../plugins/desk/index.tsx'
import faq from '../plugins/faq/index.tsx'
import { closeDirectories } from '../plugins/ldap-auth/house.ts'
import ldapAuth from '../plugins/ldap-auth/index.tsx'
import notifications from '../plugins/notifications/index.ts'
import otrsImport from '../plugins/otrs-import/index.tsx'
import portal from '../plugins/portal/index.tsx'
import units from '../plugins/units/index.tsx'
import { testDatabase } from './database.ts'
import { ADMIN_MORE, adminThings } from './route-tables/admin.ts'
import { makeNotification, NOTIFICATION_ROWS } from './route-tables/notifications.ts'
import { AUTOMATION_ROWS, makeRule, makeRun } from './route-tables/automation.ts'
import { own, ROLES, ROWS as PAGES, standing, type Role, type Row, type Side } from './route-tables/pages.ts'
import { freshThing, TICKET_ROUTES } from './route-tables/tickets.ts'
import { makeSide } from './route-tables/side.ts'
import { ACL_ROUTES, board, UNIT_LOOKS, UNIT_ROUTES } from './route-tables/units.ts'
import { openSite, type Site, type Visitor } from './web.ts'

const ROWS: Record<string, Row> = { ...PAGES, ...NOTIFICATION_ROWS, ...AUTOMATION_ROWS }

/** Where it is not the agent's or the customer's alone. */
const TICKETS_MORE: Record<string, Partial<Row>> = {
  'GET /articles/:id/html': { may: { customer: 200, ...own(200) } },
  'POST /desk/tickets/:id/take': {
    before: async (_site, side) => {
      await keeper[side.of].post(`/desk/tickets/${side.thing.ticket}/release`)
    },
  },
  // Into a form that one had opened oneself.
  'POST /desk/tickets/:id/insert': { may: { agent: 303 }, not: { admin: 403 } },
  // An act is taken back by who did it.
  'POST /desk/tickets/:id/undo/:act': { may: { agent: 303 } },
}

/** Of the tickets: the agent's own unit and its local administrators; the one who wrote it on the pages for customers. */
const ticketRow = (name: string): Row => {
  const route = TICKET_ROUTES[name]!
  return {
    ticket: true,
    path: (side) => route.path(side.thing),
    fields: (side) =>
      Object.fromEntries(
        Object.entries(route.fields?.(side.thing) ?? {}).map(([field, value]) => [
          field,
          value === 'AGENT'
            ? side.agent
            : value === 'ADDRESS'
              ? `person-${side.slug}@uni.example`
              : value === 'COLLEAGUE'
                ? 'kolega@uni.example'
                : value,
        ]),
      ),
    may: route.as === 'customer' ? { customer: route.answer } : own(route.answer),
    ...TICKETS_MORE[name],
  }
}

// Nothing answers there.
const DIRECTORY = {
  name: 'uni',
  kind: 'openldap',
  servers: ['ldaps://127.0.0.1:9'],
  bind: { as: 'uid={login},dc=uni,dc=example' },
  people: { base: 'dc=uni,dc=example' },
}

let site: Site
let a: Side
let b: Side
let people: Record<Role, Visitor>
let ids: Record<Exclude<Role, 'stranger'>, Id>
let keeper: Record<'A' | 'B', Visitor>
let routes: string[]

async function enter(personId: Id): Promise<Visitor> {
  const visitor = await site.loggedIn(personId)
  await visitor.get('/account')
  return visitor
}

async function enterAll(): Promise<void> {
  const stranger = site.visitor()
  await stranger.get('/login')
  people = { stranger } as typeof people
  for (const [role, id] of Object.entries(ids)) people[role as Role] = await enter(id)
  keeper = { A: people.agentA, B: people.agentB }
}

beforeAll(async () => {
  site = await openSite([desk, portal, admin, units, faq, notifications, automation, acl, ldapAuth, otrsImport, board], {
    pluginOptions: { 'ldap-auth': { directories: [DIRECTORY] } },
  })
  const { make } = site
  routes = [...new Set(site.app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`))]
  const faculty = await make.unit()
  await make.db
    .insertInto('plugin_activation')
    .values(
      ['faq', 'notifications', 'automation', 'acl'].map((plugin) => ({
        plugin,
        unit_id: '1',
        active: true,
        changed_at: make.now,
        changed_by: null,
      })),
    )
    .execute()
  await make.asSystem((work) => saveSettings(work, UNIT_LIMITS, unitLimits, { ownAddresses: true, maxQueues: 1000 }, '1'))
  a = await makeSide(site, 'A', faculty)
  b = await makeSide(site, 'B', faculty)
  await make.person({ address: 'kolega@uni.example' })
  const parent = await make.agent({})
  await make.asSystem((work) => addUnitAdministrator(work, faculty, parent))
  ids = {
    customer: a.customer,
    agentA: a.agent,
    agentB: b.agent,
    adminA: a.admin,
    adminB: b.admin,
    parent,
    central: await make.agent({ 2: ['rw'] }),
  }
  await enterAll()
  const asset = /\/static\/[^"]+/.exec(await (await people.stranger.get('/login')).text())![0]
  a.asset = b.asset = asset
}, 120_000)
afterAll(async () => {
  if (site) await closeDirectories(site.kernel.host.config)
  await site?.close()
})

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
  await freshen(a, { ticket: true } as Row)
  expect(await firstVisit(people.stranger, '/')).toBeLessThan(60_000)
  expect(await firstVisit(people.customer, '/')).toBeLessThan(60_000)
  expect(await firstVisit(people.agentA, '/desk')).toBeLessThan(120_000)
  expect(await firstVisit(people.agentA, `/desk/tickets/${a.thing.ticket}`)).toBeLessThan(120_000)
})

async function freshen(side: Side, row: Row): Promise<void> {
  // Whatever reads one that it did not ask for fails.
  side.thing = row.ticket
    ? await freshThing(site, { queue: side.main, otherQueue: side.queue, customer: side.customer, agent: keeper[side.of] })
    : (undefined as never)
  await row.before?.(site, side)
}

const ask = (visitor: Visitor, name: string, row: Row, side: Side): Promise<Response> => {
  const headers = row.headers ?? {}
  return name.startsWith('POST')
    ? visitor.post(row.path(side), row.fields?.(side) ?? {}, { headers })
    : visitor.get(row.path(side), headers)
}

/**
 * Firefox puts back on a reload what a form held, ticks by their place among others, unless the served page says no. Each form that changes
 * something says whether: 'off' where it shows what is stored or names rows; 'on' where a text that nobody keeps would be lost.
 */
const formsWithoutWord = (html: string): string[] =>
  (html.match(/<form\b[^>]*>/g) ?? []).filter((tag) => /method="post"/.test(tag) && !/\sautocomplete="(on|off)"/.test(tag))

async function tryRow(name: string, row: Row): Promise<void> {
  const wrong: string[] = []
  const compare = (what: string, got: unknown, expected: unknown, page = '') => {
    if (got !== expected) wrong.push(`${what}: ${String(got)}, not ${String(expected)}${page}`)
  }
  if (row.counted) site.make.now = new Date(site.make.now.getTime() + 20 * 60_000)
  for (const side of [a, b]) {
    // Those who may not first, all before the same thing; each who may finds it as it was.
    const order = [...ROLES].sort((one, other) => Number(standing(one, side.of) in row.may) - Number(standing(other, side.of) in row.may))
    await freshen(side, row)
    for (const role of order) {
      const who = standing(role, side.of)
      const may = row.may[who]
      if (may !== undefined && name.startsWith('POST')) await freshen(side, row)
      const response = await ask(people[role], name, row, side)
      const text = await response.text()
      const key = `${role}, of ${side.of}`
      const words =
        /<main[\s\S]*/
          .exec(text)?.[0]
          .replace(/<[^>]+>/g, ' ')
          .replace(/\s+/g, ' ')
          .slice(0, 300) ?? ''
      for (const form of formsWithoutWord(text)) wrong.push(`${key}, a browser may restore what it likes: ${form}`)
      compare(key, response.status, may ?? row.not?.[who] ?? (who === 'stranger' ? (name.startsWith('POST') ? 401 : 303) : 404), words)
      if (row.shows) compare(`${key}, shows it`, text.includes(row.shows(side)), row.does!.includes(who))
      if (row.done) compare(`${key}, is done`, await row.done(site, side), row.does!.includes(who))
      if (row.endsSession) await enterAll()
    }
  }
  expect(wrong).toEqual([])
}

it('each route stands in one table, and each row of a table is a route', () => {
  const tables = [ROWS, TICKET_ROUTES, UNIT_ROUTES, ACL_ROUTES, { 'GET /live': 0 }]
  const claims = (route: string) => tables.filter((table) => route in table).length + Number(/^\w+ \/admin(\/|$)/.test(route))
  expect(routes.filter((route) => claims(route) !== 1)).toEqual([])
  expect(tables.flatMap((table) => Object.keys(table)).filter((route) => !routes.includes(route))).toEqual([])
  expect([...UNIT_LOOKS].filter((route) => !(route in ROWS))).toEqual([])
})

describe('a page or an act', () => {
  it.each(Object.keys(ROWS))('%s', (name) => tryRow(name, ROWS[name]!))
})

describe('a ticket', () => {
  it.each(Object.keys(TICKET_ROUTES))('%s', (name) => tryRow(name, ticketRow(name)))
})

it('GET /live', async () => {
  const wrong: string[] = []
  for (const side of [a, b]) {
    await freshen(side, { ticket: true } as Row)
    for (const role of ROLES) {
      const cookie = [...people[role].cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      // Read no further than the head: the stream has no end.
      const answer = await site.app.request(`/live?ticket=${side.thing.ticket}`, { headers: { cookie, accept: 'text/event-stream' } })
      await answer.body?.cancel()
      const expected = ['customer', 'agent', 'admin'].includes(standing(role, side.of)) ? 200 : role === 'stranger' ? 303 : 404
      if (answer.status !== expected) wrong.push(`${role}, of ${side.of}: ${answer.status}, not ${expected}`)
    }
  }
  expect(wrong).toEqual([])
})

it("every page and act below /admin is the central administrator's alone", async () => {
  await enterAll()
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
