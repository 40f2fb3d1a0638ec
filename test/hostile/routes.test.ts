/** Signs that no page of ours writes – NUL, half characters, page keys made by hand – on every route: no fault, nobody's suspension. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { projectDir } from '../../core/machine/project.ts'
import { saveSettings } from '../../core/administration/setting-admin.ts'
import { addUnitAdministrator } from '../../core/permission/unit-administrators.ts'
import { UNIT_LIMITS, unitLimits } from '../../core/unit/limits.ts'
import admin from '../../plugins/admin/index.tsx'
import desk from '../../plugins/desk/index.tsx'
import faq from '../../plugins/faq/index.tsx'
import portal from '../../plugins/portal/index.tsx'
import units from '../../plugins/units/index.tsx'
import { ROWS, type Row, type Side } from '../route-tables/pages.ts'
import { makeSide } from '../route-tables/side.ts'
import { freshThing, TICKET_ROUTES } from '../route-tables/tickets.ts'
import { UNIT_ROUTES } from '../route-tables/units.ts'
import { openSite, type Site, type Visitor } from '../web.ts'

/** `npm run test:long` tries each sign on each route and with everybody. */
const LONG = process.env['POMOC_LONG'] === 'yes'

let site: Site
let side: Side
/** Somebody who may open everything, and somebody who has only what everybody has. */
let people: Record<'anybody' | 'somebody' | 'nobody', Visitor>
let routes: { method: string; path: string }[]

beforeAll(async () => {
  site = await openSite([desk, portal, admin, units, faq])
  const { make } = site
  await make.db
    .insertInto('plugin_activation')
    .values({ plugin: 'faq', unit_id: '1', active: true, changed_at: make.now, changed_by: null })
    .execute()
  await make.asSystem((work) => saveSettings(work, UNIT_LIMITS, unitLimits, { ownAddresses: true, maxQueues: 1000 }, '1'))
  side = await makeSide(site, 'A', await make.unit())
  const all = await make.agent({ 1: ['rw'], 2: ['rw'], [side.group]: ['rw'] }, { unitId: side.unit })
  await make.asSystem((work) => addUnitAdministrator(work, side.unit, all))
  people = { anybody: await site.loggedIn(all), somebody: await site.loggedIn(side.customer), nobody: site.visitor() }
  for (const visitor of Object.values(people)) await visitor.get('/login')
  side.asset = /\/static\/[^"]+/.exec(await (await people.nobody.get('/login')).text())![0]
  await people.anybody.get('/desk')
  await people.somebody.get('/')
  side.thing = await freshThing(site, { queue: side.main, otherQueue: side.queue, customer: side.customer, agent: people.anybody })
  routes = [
    ...new Map(
      site.app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => [`${method} ${path}`, { method, path }]),
    ).values(),
  ]
}, 120_000)
afterAll(() => site?.close())

/** Every name by which a page of ours may be asked for something: what sources read by it, and every field of a form. */
function names(): string[] {
  const found = new Set<string>(['after', 'search', 'q', 'sort', 'dir'])
  for (const file of readdirSync(join(projectDir, 'plugins'), { recursive: true, encoding: 'utf8' })) {
    if (!/\.tsx?$/.test(file) || /\.test\./.test(file)) continue
    const text = readFileSync(join(projectDir, 'plugins', file), 'utf8')
    for (const [, name] of text.matchAll(/(?:\bquer(?:y|ies)\(|query\[)'([\w-]+)'/g)) found.add(name!)
    for (const [, list] of text.matchAll(/const \{([^}]*)\} = c\.req\.query\(\)/g))
      for (const [, name] of list!.matchAll(/(\w+)/g)) found.add(name!)
    for (const [, name] of text.matchAll(/<(?:input|select)\b[^>]*\bname="([\w-]+)"/g)) found.add(name!)
  }
  for (const name of ['_csrf', 'format', 'lang', 'open']) found.delete(name)
  return [...found]
}

/** The address of a route with the things of the side in it, where a table knows it; else with 1. */
function pathOf(name: string): string {
  const [, path] = name.split(' ') as [string, string]
  const row: Row | undefined = ROWS[name]
  if (row) return row.path(side)
  if (TICKET_ROUTES[name]) return TICKET_ROUTES[name].path(side.thing)
  if (UNIT_ROUTES[name]) return `/u/${side.slug}${UNIT_ROUTES[name].path(side)}`
  return path.replaceAll(/:\w+/g, '1')
}

/** Asks; answers what went wrong. A refusal is a right answer, and so is nothing found. */
async function tried(visitor: Visitor, path: string): Promise<string[]> {
  const { status } = await visitor.get(path)
  // 400: it came as far as the database.
  return status < 500 && status !== 400 ? [] : [`${status} ${path.slice(0, 200)}`]
}

const read = () => routes.filter(({ method, path }) => method === 'GET' && path !== '/live' && !path.startsWith('/health'))
const key = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url')

it('in a query they are left out or mean nothing', async () => {
  const wrong: string[] = []
  const all = names()
  expect(all.length).toBeGreaterThan(40)
  const query = (value: (name: string) => string) => all.map((name) => `${name}=${value(name)}`).join('&')
  const odd = ['a%00b', '%ED%A0%80', '%00']
  for (const { method, path } of read()) {
    const address = pathOf(`${method} ${path}`)
    const beside = (more: string) => `${address}${address.includes('?') ? '&' : '?'}${more}`
    const who = path.startsWith('/tickets') || path === '/' ? people.somebody : people.anybody
    wrong.push(...(await tried(who, beside(query((name) => odd[name.length % odd.length]!)))))
    // What is looked for, alone: another odd value may lead elsewhere before it is looked for.
    if (LONG || /search|list|find|people|routing|why|view|queue|log|mail|admin/.test(path))
      wrong.push(
        ...(await tried(who, beside(['search', 'q', 'who', 'person', 'subject'].map((name) => `${name}=a%00%ED%A0%80b`).join('&')))),
      )
  }
  expect(wrong).toEqual([])
})

it('in a path there is no such page', async () => {
  const wrong: string[] = []
  for (const { path } of read().filter((route) => route.path.includes(':'))) {
    for (const visitor of LONG ? Object.values(people) : [people.nobody]) {
      const { status } = await visitor.get(path.replaceAll(/:\w+/g, 'a%00b'))
      if (status !== 404) wrong.push(`${status} ${path}`)
    }
    for (const odd of ['%ED%A0%80', '9'.repeat(30), ...(LONG ? ['-1', '1e3', '%', '%F0%9F%98', '%EF%BF%BE'] : [])])
      wrong.push(...(await tried(people.anybody, path.replaceAll(/:\w+/g, odd))))
  }
  expect(wrong).toEqual([])
})

if (LONG)
  it('a page key made by hand begins at the first page', async () => {
    const wrong: string[] = []
    const keys = [
      key('x', '1'),
      key('2026-13-45 00:00:00+00', '1'),
      key('2026-11-17 09:15:00+99', '1'),
      key('0000-01-01 00:00:00+00', '1'),
      key('9'.repeat(18), '9'.repeat(18)),
      key('a\u0000b', '1'),
      key('\ud800', '1'),
      key('a'.repeat(9000), '1'),
      key(null, {}),
      '%00',
      'x',
    ]
    // Those that have pages at all: a list says where its next one begins, or takes an order.
    const lists = read().filter(({ path }) => !path.includes(':') || /^\/(u|desk)\//.test(path))
    for (const { method, path } of lists) {
      const address = pathOf(`${method} ${path}`)
      const who = path.startsWith('/tickets') || path === '/' ? people.somebody : people.anybody
      for (const after of keys) wrong.push(...(await tried(who, `${address}${address.includes('?') ? '&' : '?'}after=${after}`)))
    }
    expect(wrong).toEqual([])
  })

it('in a form they are left out', async () => {
  const wrong: string[] = []
  for (const { method, path } of routes.filter((route) => route.method === 'POST')) {
    const name = `${method} ${path}`
    // Whoever logs out or gives a password here would be somebody else afterwards.
    if (/logout|\/login|password|second-factor|sessions/.test(path)) continue
    const fields = ROWS[name]?.fields?.(side) ?? TICKET_ROUTES[name]?.fields?.(side.thing) ?? UNIT_ROUTES[name]?.fields?.(side) ?? {}
    const odd = Object.fromEntries(
      Object.entries({ name: 'a', body: 'b', title: 'c', ...fields }).map(([field, value]) => [field, `${value}\u0000\ud800`]),
    )
    const { status } = await (path.startsWith('/tickets') || path === '/' ? people.somebody : people.anybody).post(pathOf(name), odd)
    if (status >= 500 || status === 400) wrong.push(`${status} ${name}`)
  }
  expect(wrong).toEqual([])
})

it('nothing of it is a fault of a plugin', async () => {
  await site.kernel.faults.settled()
  for (const table of ['plugin_fault', 'plugin_strike', 'plugin_suspension'] as const)
    expect(await site.make.db.selectFrom(table).selectAll().execute()).toEqual([])
})
