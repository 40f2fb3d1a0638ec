/** Which statements every page reads with, and every act of the desk's pages writes with: none more than was kept. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { saveSettings } from '../../core/administration/setting-admin.ts'
import { SORTS } from '../../core/ticket/attributes.ts'
import { UNIT_LIMITS, unitLimits } from '../../core/unit/limits.ts'
import admin from '../../plugins/admin/index.tsx'
import desk from '../../plugins/desk/index.tsx'
import { VIEWS } from '../../plugins/desk/views.ts'
import faq from '../../plugins/faq/index.tsx'
import { closeDirectories } from '../../plugins/ldap-auth/house.ts'
import ldapAuth from '../../plugins/ldap-auth/index.tsx'
import portal from '../../plugins/portal/index.tsx'
import units from '../../plugins/units/index.tsx'
import { ADMIN_MORE, adminThings } from '../route-tables/admin.ts'
import { ROWS, type Row, type Side, type Standing } from '../route-tables/pages.ts'
import { makeSide } from '../route-tables/side.ts'
import { DIRECTORY } from '../route-tables/everybody.ts'
import { fieldsOf, freshThing, TICKET_ROUTES } from '../route-tables/tickets.ts'
import { board, UNIT_ROUTES } from '../route-tables/units.ts'
import { openSite, type Site, type Visitor } from '../web.ts'
import { listenTo, statementFile, type Listener } from './statements.ts'
import { settle } from './world.ts'

type Who = Extract<Standing, 'stranger' | 'customer' | 'agent' | 'admin' | 'central'>
interface Page extends Pick<Row, 'headers' | 'before'> {
  path(side: Side): string
  who: Who
}

/** Of those who may open a page: whoever sees another one. An administrator sees what an agent does where both may. */
function readersOf(may: Row['may']): Who[] {
  const first = (['stranger', 'customer', 'agent'] as const).filter((who) => may[who] !== undefined)
  return first.length > 0 ? first : (['admin', 'central'] as const).filter((who) => may[who] !== undefined).slice(0, 1)
}

const list = (name: string, query = ''): [string, Page] => [`GET ${name}${query}`, { path: () => `${name}${query}`, who: 'agent' }]
/** The page that follows a ticket of which `last` is what the list is sorted by. */
const next = (name: string, query: string, last: string): [string, Page] => [
  `GET ${name}?after=…${query}`,
  { path: () => `${name}?after=${Buffer.from(JSON.stringify([last, '1'])).toString('base64url')}${query}`, who: 'agent' },
]
const of = (text: string, side: Side) => text.replace('QUEUE', side.main).replace('PERSON', side.customer)

const ALL: Record<string, Page> = {
  ...Object.fromEntries(
    Object.entries(ROWS)
      .filter(([name]) => name.startsWith('GET '))
      .flatMap(([name, row]) => readersOf(row.may).map((who): [string, Page] => [`${name} as ${who}`, { ...row, who }])),
  ),
  ...Object.fromEntries(
    Object.entries(TICKET_ROUTES)
      .filter(([name]) => name.startsWith('GET '))
      .map(([name, route]): [string, Page] => [`${name} as ${route.as}`, { path: (side) => route.path(side.thing), who: route.as }]),
  ),
  ...Object.fromEntries(
    Object.entries(UNIT_ROUTES)
      .filter(([name]) => name.startsWith('GET '))
      .map(([name, route]): [string, Page] => [`${name} as admin`, { path: (side) => `/u/${side.slug}${route.path(side)}`, who: 'admin' }]),
  ),
  ...Object.fromEntries([
    ...VIEWS.map((view) => list(`/desk/view/${view}`)),
    ...SORTS.map((sort) => list('/desk/view/open', `?sort=${sort}&dir=asc`)),
    list('/desk/search', '?q=sieć'),
    next('/desk/view/open', '', '2026-11-18 09:15:00+00'),
    next('/desk/view/open', '&sort=title&dir=asc', 'a'),
  ]),
  ...Object.fromEntries(
    (
      [
        ['/desk/queue/QUEUE', '?below=only&state=closed&priority=3&owner=me'],
        ['/desk/search', '?state=4&owner=nobody&from=2026-11-01&to=2026-11-30&queue=QUEUE&customer=PERSON'],
        ['/desk/export.csv', '?place=queue-QUEUE'],
        ['/desk/rail', '?here=queue-QUEUE'],
        ['/desk/new', '?queue=QUEUE&customer=PERSON'],
      ] as const
    ).map(([name, query]): [string, Page] => [`GET ${name}${query}`, { path: (side) => of(`${name}${query}`, side), who: 'agent' }]),
  ),
  ...Object.fromEntries(
    (
      [
        ['/', '?which=closed'],
        ['/', '?search=sieć'],
        ['/tickets.csv', '?which=all'],
      ] as const
    ).map(([name, query]): [string, Page] => [`GET ${name}${query}`, { path: () => `${name}${query}`, who: 'customer' }]),
  ),
  'GET /desk/tickets/:id as a fragment': {
    path: (side) => `/desk/tickets/${side.thing.ticket}`,
    headers: { 'hx-request': 'true', 'hx-target': 'ticket' },
    who: 'agent',
  },
}
const areaOf = (name: string): string =>
  /^GET \/(desk|articles)\b/.test(name)
    ? 'desk'
    : name.startsWith('GET /u/:unit/admin')
      ? 'units'
      : /^GET \/(faq|u)\b/.test(name)
        ? 'faq'
        : 'portal'

/** What a form of the desk is refused with: the same page comes again, with the reason. */
const REFUSED: Record<string, Record<string, string>> = {
  reply: { body: '' },
  note: { body: '' },
  move: { queue: '999' },
  pend: { until: 'date', date: '2020-01-01' },
  owner: { owner: '999' },
  customer: { customer: 'nikt@uni.example' },
  'add-person': { who: 'nikt@uni.example', right: 'read' },
}
const ACTS = Object.entries(TICKET_ROUTES).filter(([name]) => name.startsWith('POST '))

let site: Site
let ear: Listener
let side: Side
let people: Record<Who, Visitor>

beforeAll(async () => {
  site = await openSite([desk, portal, admin, units, faq, ldapAuth, board], {
    pluginOptions: { 'ldap-auth': { directories: [DIRECTORY] } },
  })
  const { make } = site
  ear = listenTo(site.database.pool)
  const faculty = await make.unit()
  await make.db
    .insertInto('plugin_activation')
    .values({ plugin: 'faq', unit_id: '1', active: true, changed_at: make.now, changed_by: null })
    .execute()
  await make.asSystem((work) => saveSettings(work, UNIT_LIMITS, unitLimits, { ownAddresses: true, maxQueues: 1000 }, '1'))
  side = await makeSide(site, 'A', faculty)
  await make.person({ address: 'kolega@uni.example' })
  people = {
    stranger: site.visitor(),
    customer: await site.loggedIn(side.customer),
    agent: await site.loggedIn(side.agent),
    admin: await site.loggedIn(side.admin),
    central: await site.loggedIn(await make.agent({ 2: ['rw'] })),
  }
  await people.stranger.get('/login')
  for (const who of ['customer', 'agent', 'admin', 'central'] as const) await people[who].get('/account')
  side.asset = /\/static\/[^"]+/.exec(await (await people.stranger.get('/login')).text())![0]
  await fresh()
}, 120_000)
afterAll(async () => {
  if (site) await closeDirectories(site.kernel.host.config)
  await site?.close()
})

async function fresh(): Promise<void> {
  side.thing = await freshThing(site, { queue: side.main, otherQueue: side.queue, customer: side.customer, agent: people.agent })
}

/** Opens a page twice: the first time fills what memory holds, the second one is heard. */
async function open({ path, who, headers = {}, before }: Page): Promise<{ statements: string[]; status: number }> {
  await settle(site)
  await before?.(site, side)
  await people[who].get(path(side), headers)
  await before?.(site, side)
  const { value, statements } = await ear.hear(() => people[who].get(path(side), headers))
  return { statements, status: value.status }
}

describe.each(['desk', 'portal', 'faq', 'units'])('pages of %s', (area) => {
  const names = Object.keys(ALL).filter((name) => areaOf(name) === area)
  const file = statementFile(
    `pages-${area}`,
    names,
    `The statements of each page of the area “${area}”, without parameters, in the order of the alphabet: a page reads side by side.`,
  )
  it.each(names)('%s', async (name) => {
    const { statements, status } = await open(ALL[name]!)
    expect(status).toBeLessThan(423)
    file.check(name, statements, { sorted: true })
  })
  it('nothing is kept that no page reads', () => file.end())
})

it('pages of the central administration', async () => {
  const routes = [
    ...new Set(site.app.routes.filter(({ method, path }) => method === 'GET' && /^\/admin(\/|$)/.test(path)).map(({ path }) => path)),
  ]
  const file = statementFile(
    'pages-admin',
    routes.map((path) => `GET ${path}`),
    'The statements of each page of the central administration, without parameters, in the order of the alphabet.',
  )
  const things = await adminThings(site, side, side)
  for (const route of routes) {
    const more = ADMIN_MORE[`GET ${route}`]
    const parts = route.split('/')
    for (const [n, part] of parts.entries()) {
      if (part.startsWith(':')) parts[n] = encodeURIComponent(await things.ids[upTo(route, n)]!())
    }
    await more?.before?.(site)
    const path = parts.join('/') + (more?.query?.(things) ?? '')
    const { statements, status } = await open({ path: () => path, who: 'central' })
    expect(status, route).toBe(200)
    file.check(`GET ${route}`, statements, { sorted: true })
  }
  file.end()
}, 120_000)

const upTo = (route: string, n: number): string =>
  route
    .split('/')
    .slice(0, n + 1)
    .join('/')

describe('acts of the pages', () => {
  const names = [...ACTS.map(([name]) => name), ...Object.keys(REFUSED).map((name) => `POST /desk/tickets/:id/${name}, refused`)]
  const file = statementFile(
    'page-acts',
    names,
    'The statements of each act on a ticket as its page posts it, without parameters, in the order in which they are sent; of what is refused in that of the alphabet.',
  )
  const post = async (who: 'agent' | 'customer', path: string, fields: Record<string, string>) => {
    await people[who].get(who === 'agent' ? `/desk/tickets/${side.thing.ticket}` : `/tickets/${side.thing.ticket}`)
    await settle(site, { forgotten: true })
    await people[who].get(who === 'agent' ? `/desk/tickets/${side.thing.ticket}` : `/tickets/${side.thing.ticket}`)
    const { value, statements } = await ear.hear(() => people[who].post(path, fields))
    return { status: value.status, statements }
  }
  it.each(ACTS)('%s', async (name, route) => {
    await fresh()
    if (name.endsWith('/take')) await people.agent.post(`/desk/tickets/${side.thing.ticket}/release`)
    const { status, statements } = await post(route.as, route.path(side.thing), fieldsOf(route, side))
    expect(status).toBe(route.answer)
    file.check(name, statements, { sorted: route.answer >= 400 })
  })
  it.each(Object.entries(REFUSED))('POST /desk/tickets/:id/%s, refused', async (name, fields) => {
    await fresh()
    const { status, statements } = await post('agent', `/desk/tickets/${side.thing.ticket}/${name}`, fields)
    expect(status).toBe(422)
    file.check(`POST /desk/tickets/:id/${name}, refused`, statements, { sorted: true })
  })
  it('nothing is kept that no act makes', () => file.end())
})
