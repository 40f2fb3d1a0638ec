/** Every route of the site × everybody who may ask × the things of two units: who may gets it, nobody else does, no route is forgotten. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sql } from 'kysely'
import type { Id } from '../core/database/schema.ts'
import { insertLink } from '../core/person/login.store.ts'
import { sessionsOf } from '../core/person/sessions.ts'
import { hashToken, newToken } from '../core/person/token.ts'
import { addUnitAdministrator } from '../core/permission/unit-administrators.ts'
import { setActivation } from '../core/kernel/activation.ts'
import { insertJobs } from '../core/kernel/jobs.ts'
import { saveSettings } from '../core/kernel/setting-admin.ts'
import { saveUnitRule } from '../core/unit/placing.ts'
import { mainQueueOf } from '../core/unit/opting.ts'
import { UNIT_LIMITS, unitLimits } from '../core/unit/limits.ts'
import admin from '../plugins/admin/index.tsx'
import desk from '../plugins/desk/index.tsx'
import { addFiles, createItem, saveCategory, type ItemForm } from '../plugins/faq/faq.ts'
import faq from '../plugins/faq/index.tsx'
import { faq as withFaq } from '../plugins/faq/tables.ts'
import { closeDirectories } from '../plugins/ldap-auth/house.ts'
import ldapAuth from '../plugins/ldap-auth/index.tsx'
import portal from '../plugins/portal/index.tsx'
import units from '../plugins/units/index.tsx'
import { freshThing, TICKET_ROUTES, type Thing } from './route-tables/tickets.ts'
import { board, makeUnit, UNIT_LOOKS, UNIT_ROUTES, type Owned } from './route-tables/units.ts'
import { makeUniversity } from './university.ts'
import { givePassword, openSite, PASSWORD, type Site, type Visitor } from './web.ts'

const ROLES = ['stranger', 'customer', 'agentA', 'agentB', 'adminA', 'adminB', 'parent', 'central'] as const
type Role = (typeof ROLES)[number]
/** What somebody is to the unit whose thing is asked for. The customer wrote the ticket of A, and none of B's. */
type Standing = 'stranger' | 'customer' | 'otherCustomer' | 'agent' | 'otherAgent' | 'admin' | 'otherAdmin' | 'parent' | 'central'

const standing = (role: Role, of: 'A' | 'B'): Standing => {
  if (role === 'customer') return of === 'A' ? 'customer' : 'otherCustomer'
  const own = role.endsWith(of)
  if (role.startsWith('agent')) return own ? 'agent' : 'otherAgent'
  if (role.startsWith('admin')) return own ? 'admin' : 'otherAdmin'
  return role as Standing
}

/** One of the two units, with what it owns; `thing` is a ticket as it was a moment ago. */
interface Side extends Owned { of: 'A' | 'B'; group: Id; customer: Id; agent: Id; thing: Thing; category: Id; item: Id; internal: Id; file: Id; revision: Id; session: string; token: string; asset: string }

interface Row {
  path(side: Side): string
  fields?(side: Side): Record<string, string>
  /** The answer to each who may; everybody else is refused. */
  may: Partial<Record<Standing, number>>
  /** How one is refused, where it is not as usual: 404, and the login for who is not logged in. */
  not?: Partial<Record<Standing, number>>
  /** What the page shows only to `seenBy`, whoever else may open it. */
  shows?(side: Side): string
  /** What stands in the database once it is done; only who is in `does` brings it about. */
  done?(site: Site, side: Side): Promise<boolean>
  does?: readonly Standing[]
  headers?: Record<string, string>
  /** Tries are counted: a quarter of an hour passes before. */
  counted?: boolean
  /** Whoever does it has another session afterwards. */
  endsSession?: boolean
  before?(site: Site, side: Side): Promise<void>
}

const all = (status: number): Record<Standing, number> => (
  { stranger: status, customer: status, otherCustomer: status, agent: status, otherAgent: status, admin: status, otherAdmin: status, parent: status, central: status })
const loggedIn = (status: number) => {
  const { stranger: _, ...rest } = all(status)
  return rest
}
const agents = (status: number) => {
  const { customer: _, otherCustomer: __, ...rest } = loggedIn(status)
  return rest
}
/** Whoever works in the unit's own queues. Its local administrators hold every right there; those above it and central ones none by that. */
const own = (status: number) => ({ agent: status, admin: status })
const editors = (status: number) => ({ ...own(status), central: status })

const entry = (more: Record<string, string> = {}) => (side: Side) => (
  { title: 'Pytanie', solution: 'Odpowiedź', categoryId: side.category, audience: 'public', language: 'pl', contentType: 'markdown', ...more })

const faqRoute = (path: (side: Side) => string, may: Row['may'], more: Partial<Row> = {}): Row => ({ path: (side) => `/u/${side.slug}/faq${path(side)}`, may, ...more })
const link = (purpose: 'login' | 'device' | 'set-password'): Pick<Row, 'before'> => ({
  before: (site, side) => site.make.asSystem((work) => {
    side.token = newToken()
    return insertLink(work.db, { tokenHash: hashToken(side.token), personId: side.person, purpose, now: work.now, expiresAt: new Date(work.now.getTime() + 60_000) })
  }),
})

/** Routes that name no ticket, nothing below a unit's administration, and nothing of the central one. */
const ROWS: Record<string, Row> = {
  'GET /static/:hash/:name': { path: (side) => side.asset, may: all(200) },
  'GET /favicon.ico': { path: () => '/favicon.ico', may: all(302) },
  'GET /health/live': { path: () => '/health/live', may: all(200) },
  'GET /health/ready': { path: () => '/health/ready', may: all(200) },
  'POST /preferences': { path: () => '/preferences', fields: () => ({ colours: 'dark' }), may: all(303) },
  'GET /desk': { path: () => '/desk', may: agents(200) },
  'GET /desk/view/:name': { path: () => '/desk/view/open', may: agents(200), shows: (side) => side.thing.number, does: ['agent', 'admin'] },
  'GET /desk/queue/:id': { path: (side) => `/desk/queue/${side.main}`, may: own(200), shows: (side) => side.thing.number, does: ['agent', 'admin'] },
  'GET /desk/search': { path: (side) => `/desk/search?number=${side.thing.number}`, may: agents(200), shows: (side) => `/desk/tickets/${side.thing.ticket}`, does: ['agent', 'admin'] },
  'GET /desk/export.csv': { path: () => '/desk/export.csv', may: agents(200), shows: (side) => side.thing.number, does: ['agent', 'admin'] },
  'POST /desk/bulk': {
    path: () => '/desk/bulk', fields: (side) => ({ ticket: side.thing.ticket, act: 'move', queue: side.queue }), may: agents(303), does: ['agent', 'admin'],
    done: async (site, side) => (await site.make.db.selectFrom('ticket').select('queue_id').where('id', '=', side.thing.ticket).executeTakeFirstOrThrow()).queue_id === side.queue,
  },
  'GET /desk/rail': { path: () => '/desk/rail', may: agents(200), shows: (side) => `/desk/queue/${side.main}`, does: ['agent', 'admin'] },
  'GET /desk/new': { path: () => '/desk/new', may: agents(200), shows: (side) => `value="${side.main}"`, does: ['agent', 'admin'] },
  'POST /desk/new': {
    path: () => '/desk/new', fields: (side) => ({ queue: side.main, who: `person-${side.slug}@uni.example`, title: 'Nowe', body: 'Treść' }), may: own(303),
    not: { otherAgent: 422, otherAdmin: 422, parent: 422, central: 422 },
  },
  'GET /desk/people': { path: (side) => `/desk/people?customer=person-${side.slug}`, may: agents(200) },
  'GET /': { path: () => '/', may: all(200), shows: (side) => `href="/tickets/${side.thing.ticket}"`, does: ['customer'] },
  'POST /': { path: () => '/', fields: (side) => ({ subject: 'Pytanie', body: 'Treść', unit: side.unit, topic: side.topic }), may: loggedIn(303) },
  'GET /tickets.csv': { path: () => '/tickets.csv', may: loggedIn(200), shows: (side) => side.thing.number, does: ['customer'] },
  'GET /login': { path: () => '/login', may: { ...all(303), stranger: 200 } },
  'POST /login': { path: () => '/login', fields: (side) => ({ login: `person-${side.slug}@uni.example`, password: PASSWORD }), may: all(303), endsSession: true, counted: true },
  'POST /logout': { path: () => '/logout', may: all(303), endsSession: true },
  'GET /login/code': { path: () => '/login/code', may: all(303) },
  'POST /login/code': { path: () => '/login/code', fields: () => ({ code: '123456' }), may: all(303) },
  // The answer is the same whether there is such an account or not; each account is mailed few.
  'POST /login/device': { path: () => '/login/device', fields: () => ({ login: `${newToken()}@uni.example` }), may: all(200), counted: true },
  'GET /login/device/:token': { path: (side) => `/login/device/${side.token}`, may: all(200), ...link('device') },
  'POST /login/device/:token': { path: (side) => `/login/device/${side.token}`, may: all(303), ...link('device') },
  'POST /login/link': { path: () => '/login/link', fields: () => ({ address: `${newToken()}@uni.example`.toLowerCase() }), may: all(200), counted: true },
  'GET /login/link/:token': { path: (side) => `/login/link/${side.token}`, may: all(200), ...link('login') },
  'POST /login/link/:token': { path: (side) => `/login/link/${side.token}`, may: all(303), endsSession: true, ...link('login') },
  'GET /password/:token': { path: (side) => `/password/${side.token}`, may: all(200), ...link('set-password') },
  'POST /password/:token': {
    path: (side) => `/password/${side.token}`, fields: () => ({ password: PASSWORD, password2: PASSWORD }), may: all(303), endsSession: true, ...link('set-password'),
  },
  'GET /account': { path: () => '/account', may: loggedIn(200) },
  'POST /account/password': { path: () => '/account/password', fields: () => ({ current_password: 'nie to', password: PASSWORD, password2: PASSWORD }), may: loggedIn(422), counted: true },
  'POST /account/unit': { path: () => '/account/unit', fields: (side) => ({ unit: side.unit }), may: loggedIn(303) },
  'POST /account/sessions': { path: () => '/account/sessions', may: loggedIn(303) },
  // Naming the session of somebody else ends none.
  'POST /account/sessions/end': {
    path: () => '/account/sessions/end', fields: (side) => ({ session: side.session }), may: loggedIn(303), does: ['customer'], endsSession: true,
    before: async (site, side) => {
      await site.session(side.customer)
      side.session = (await sessionsOf(site.make.db, side.customer, site.make.now)).at(-1)!.id
    },
    done: async (site, side) => !(await sessionsOf(site.make.db, side.customer, site.make.now)).some(({ id }) => id === side.session),
  },
  'GET /account/second-factor': { path: () => '/account/second-factor', may: loggedIn(200) },
  'POST /account/second-factor/begin': { path: () => '/account/second-factor/begin', may: agents(303) },
  'POST /account/second-factor/confirm': { path: () => '/account/second-factor/confirm', fields: () => ({ code: '000000' }), may: loggedIn(422), counted: true },
  'POST /account/second-factor/codes': { path: () => '/account/second-factor/codes', fields: () => ({ code: '000000' }), may: loggedIn(422), counted: true },
  'POST /account/second-factor/end': { path: () => '/account/second-factor/end', fields: () => ({ code: '000000' }), may: loggedIn(422), counted: true },
  'GET /u/:unit/look.css': { path: (side) => `/u/${side.slug}/look.css`, may: all(200) },
  'GET /u/:unit/logo': { path: (side) => `/u/${side.slug}/logo`, may: all(200) },
  'GET /faq': { path: () => '/faq', may: all(302) },
  'GET /faq/suggestions': { path: () => '/faq/suggestions?subject=sekret', may: all(200), headers: { 'hx-request': 'true' } },
  'GET /u/:unit/faq': faqRoute(() => '', all(200), { shows: () => 'Tylko dla agentów', does: ['agent', 'admin', 'central'] }),
  'GET /u/:unit/faq/:id': faqRoute((side) => `/${side.internal}`, editors(200), { not: { stranger: 404 } }),
  'GET /u/:unit/faq/:id/files/:file': faqRoute((side) => `/${side.internal}/files/${side.file}`, editors(200), { not: { stranger: 404 } }),
  'POST /u/:unit/faq/:id/vote': faqRoute((side) => `/${side.internal}/vote`, editors(303), { fields: () => ({ helped: 'yes' }) }),
  'POST /u/:unit/faq/:id/valid': faqRoute((side) => `/${side.item}/valid`, editors(303), { fields: () => ({ valid: 'on' }) }),
  'POST /u/:unit/faq/:id/approve': faqRoute((side) => `/${side.item}/approve`, editors(303), { fields: (side) => ({ revision: side.revision }) }),
  'GET /u/:unit/faq/:id/versions': faqRoute((side) => `/${side.item}/versions`, editors(200)),
  'GET /u/:unit/faq/:id/edit': faqRoute((side) => `/${side.item}/edit`, editors(200)),
  'POST /u/:unit/faq/:id/edit': faqRoute((side) => `/${side.item}/edit`, editors(303), { fields: entry() }),
  'GET /u/:unit/faq/new': faqRoute(() => '/new', editors(200)),
  'POST /u/:unit/faq/new': faqRoute(() => '/new', editors(303), { fields: entry() }),
  'GET /u/:unit/faq/manage': faqRoute(() => '/manage', editors(200)),
  'GET /u/:unit/faq/categories': faqRoute(() => '/categories', editors(200)),
  'GET /u/:unit/faq/categories/new': faqRoute(() => '/categories/new', editors(200)),
  'POST /u/:unit/faq/categories/new': faqRoute(() => '/categories/new', editors(303), { fields: () => ({ name: `Dział ${newToken()}`, valid: 'on' }) }),
  'GET /u/:unit/faq/categories/:id': faqRoute((side) => `/categories/${side.category}`, editors(200)),
  'POST /u/:unit/faq/categories/:id': faqRoute((side) => `/categories/${side.category}`, editors(303), { fields: () => ({ name: 'Konto', valid: 'on' }) }),
}

/** Where it is not the agent's or the customer's alone. */
const TICKETS_MORE: Record<string, Partial<Row>> = {
  'GET /articles/:id/html': { may: { customer: 200, ...own(200) } },
  'POST /desk/tickets/:id/take': { before: async (_site, side) => { await keeper[side.of].post(`/desk/tickets/${side.thing.ticket}/release`) } },
  // An act is taken back by who did it.
  'POST /desk/tickets/:id/undo/:act': { may: { agent: 303 } },
}

/** Of the tickets: the agent's own unit and its local administrators; the one who wrote it on the pages for customers. */
const ticketRow = (name: string): Row => {
  const route = TICKET_ROUTES[name]!
  return {
    path: (side) => route.path(side.thing),
    fields: (side) => Object.fromEntries(Object.entries(route.fields?.(side.thing) ?? {}).map(([field, value]) => [
      field, value === 'AGENT' ? side.agent : value === 'ADDRESS' ? `person-${side.slug}@uni.example` : value === 'COLLEAGUE' ? 'kolega@uni.example' : value,
    ])),
    may: route.as === 'customer' ? { customer: route.answer } : own(route.answer),
    ...TICKETS_MORE[name],
  }
}

// Nothing answers there.
const DIRECTORY = { name: 'uni', kind: 'openldap', servers: ['ldaps://127.0.0.1:9'], bind: { as: 'uid={login},dc=uni,dc=example' }, people: { base: 'dc=uni,dc=example' } }

let site: Site
let a: Side
let b: Side
let people: Record<Role, Visitor>
let ids: Record<Exclude<Role, 'stranger'>, Id>
let keeper: Record<'A' | 'B', Visitor>
let routes: string[]

const form = (side: Pick<Side, 'category'>, more: Partial<ItemForm> = {}): ItemForm => ({
  categoryId: side.category, language: 'pl', audience: 'public', title: 'Wpis', keywords: '', contentType: 'markdown', symptom: '', problem: '', solution: 'Odpowiedź.', comment: '', ...more,
})

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

async function makeSide(of: 'A' | 'B', faculty: Id): Promise<Side> {
  const { make } = site
  const owned = await makeUnit(site, faculty)
  const { groupId: group } = (await mainQueueOf(make.db, owned.unit))!
  const category = await make.asSystem((work) => saveCategory(work, owned.unit, null, { name: 'Konto', nameEn: '', parentId: null, position: 1, valid: true }))
  const item = await make.asSystem((work) => createItem(work, owned.unit, form({ category }), true))
  const internal = await make.asSystem((work) => createItem(work, owned.unit, form({ category }, { audience: 'internal', title: 'Tylko dla agentów' }), true))
  const file = (await make.asSystem(async (work) => {
    await addFiles(work, internal, [{ name: 'plan.txt', contentType: 'text/plain', content: Buffer.from('plan') }])
    return withFaq(work.db).selectFrom('faq_file').select('id').where('item_id', '=', internal).executeTakeFirstOrThrow()
  })).id
  const revision = (await withFaq(make.db).selectFrom('faq_item').select('latest_id').where('id', '=', item).executeTakeFirstOrThrow()).latest_id!
  await givePassword(site, owned.person)
  return { ...owned, of, group, category, item, internal, file, revision, agent: await make.agent({ [group]: ['rw'] }), customer: owned.person } as Side
}

beforeAll(async () => {
  site = await openSite([desk, portal, admin, units, faq, ldapAuth, board], { pluginOptions: { 'ldap-auth': { directories: [DIRECTORY] } } })
  const { make } = site
  routes = [...new Set(site.app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`))]
  const faculty = await make.unit()
  await make.db.insertInto('plugin_activation').values({ plugin: 'faq', unit_id: '1', active: true, changed_at: make.now, changed_by: null }).execute()
  await make.asSystem((work) => saveSettings(work, UNIT_LIMITS, unitLimits, { ownAddresses: true, maxQueues: 1000 }, '1'))
  a = await makeSide('A', faculty)
  b = await makeSide('B', faculty)
  await make.person({ address: 'kolega@uni.example' })
  const parent = await make.agent({})
  await make.asSystem((work) => addUnitAdministrator(work, faculty, parent))
  ids = { customer: a.customer, agentA: a.agent, agentB: b.agent, adminA: a.admin, adminB: b.admin, parent, central: await make.agent({ 2: ['rw'] }) }
  await enterAll()
  const asset = /\/static\/[^"]+/.exec(await (await people.stranger.get('/login')).text())![0]
  a.asset = b.asset = asset
}, 120_000)
afterAll(async () => {
  if (site) await closeDirectories(site.kernel.host.config)
  await site?.close()
})

async function freshen(side: Side, row: Row): Promise<void> {
  side.thing = await freshThing(site, { queue: side.main, otherQueue: side.queue, customer: side.customer, agent: keeper[side.of] })
  await row.before?.(site, side)
}

const ask = (visitor: Visitor, name: string, row: Row, side: Side): Promise<Response> => {
  const headers = row.headers ?? {}
  return name.startsWith('POST') ? visitor.post(row.path(side), row.fields?.(side) ?? {}, { headers }) : visitor.get(row.path(side), headers)
}

async function tryRow(name: string, row: Row): Promise<void> {
  const wrong: string[] = []
  const compare = (what: string, got: unknown, expected: unknown, page = '') => { if (got !== expected) wrong.push(`${what}: ${String(got)}, not ${String(expected)}${page}`) }
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
      const words = /<main[\s\S]*/.exec(text)?.[0].replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ').slice(0, 300) ?? ''
      compare(key, response.status, may ?? row.not?.[who] ?? (who === 'stranger' ? (name.startsWith('POST') ? 401 : 303) : 404), words)
      if (row.shows) compare(`${key}, shows it`, text.includes(row.shows(side)), row.does!.includes(who))
      if (row.done) compare(`${key}, is done`, await row.done(site, side), row.does!.includes(who))
      if (row.endsSession) await enterAll()
    }
  }
  expect(wrong).toEqual([])
}

it('each route stands in one table, and each row of a table is a route', () => {
  const tables = [ROWS, TICKET_ROUTES, UNIT_ROUTES, { 'GET /live': 0 }]
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
    await freshen(side, { path: () => '', may: {} })
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

/** What a parameter below /admin names, by the path up to it. */
async function adminThings(): Promise<Things> {
  const { make } = site
  const filled = await makeUniversity(site)
  const first = async (table: 'calendar' | 'auto_response' | 'salutation' | 'signature') =>
    (await make.db.selectFrom(table).select('id').orderBy('id').limit(1).executeTakeFirstOrThrow()).id
  const text = await first('auto_response')
  const [calendar, salutation, signature] = [await first('calendar'), await first('salutation'), await first('signature')]
  let person = ''
  let rules = 0
  let switched = false
  const ids: Things['ids'] = {
    '/admin/persons/:id': async () => {
      const address = `x${newToken()}@uni.example`.toLowerCase()
      person = await make.person({ address })
      await make.db.insertInto('person_address').values({ person_id: person, address: `y${address}`, main: false, verified_at: null }).execute()
      // With a second factor set up, to be taken away.
      await make.db.insertInto('second_factor').values({ person_id: person, secret: 'x', confirmed_at: make.now, created_at: make.now }).execute()
      return person
    },
    '/admin/persons/:id/addresses/:address': async () => (await make.db.selectFrom('person_address').select('id').where('person_id', '=', person).where('main', '=', false).executeTakeFirstOrThrow()).id,
    '/admin/groups/:id': () => filled.group, '/admin/roles/:id': () => filled.role, '/admin/roles/:id/persons/:person': () => filled.agent,
    '/admin/queues/:id': () => filled.queue, '/admin/addresses/:id': () => filled.address, '/admin/calendars/:id': () => calendar, '/admin/texts/:id': () => text,
    '/admin/answers/salutations/:id': () => salutation, '/admin/answers/signatures/:id': () => signature, '/admin/answers/:id': () => filled.template,
    '/admin/units/:id': () => filled.unit, '/admin/local/:id': () => a.unit, '/admin/local/:id/administrators/:person': () => a.second, '/admin/topics/:id': () => a.topic,
    '/admin/routing/rules/:id': () => make.asSystem((work) => saveUnitRule(work, null, { sort: 0, kind: 'mail-domain', name: '', value: `${++rules}.example`, unitId: filled.unit, valid: true })), '/admin/mail/in/:id': () => filled.inbound, '/admin/mail/out/:id': () => filled.outbound,
    '/admin/mail/filters/:id': () => filled.filter, '/admin/settings/:plugin': () => 'board', '/admin/plugins/:plugin': () => 'board', 
    '/admin/audit/:id': async () => {
      await make.asSystem((work) => setActivation(work, 'board', b.unit, !(switched = !switched)))
      return (await make.db.selectFrom('audit_event').select('id').where('object_type', '=', 'plugin activation').orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()).id
    },
    '/admin/jobs/:job': async () => {
      await make.asSystem((work) => insertJobs(work.db, [{ task: 'mail/process', payload: {}, maxAttempts: 1 }]))
      const { rows } = await sql<{ id: string }>`update graphile_worker._private_jobs set attempts = max_attempts, last_error = 'x', locked_at = null where id = (select max(id) from graphile_worker._private_jobs) returning id`.execute(make.db)
      return String(rows[0]!.id)
    },
  }
  return { ids, failed: filled.failed }
}

/** What is asked for with more than an address, and what must stand there first. */
interface Things { ids: Record<string, () => Promise<string> | string>; failed: Id }
const ADMIN_MORE: Record<string, { query?(things: Things): string; fields?(things: Things): Record<string, string>; before?(): Promise<unknown> }> = {
  'GET /admin/mail/in/delete': { query: (things) => `?id=${things.failed}` },
  'POST /admin/mail/in/delete': { fields: (things) => ({ id: things.failed, reason: 'Nie nasz' }) },
  'POST /admin/faults/resume': {
    fields: () => ({ plugin: 'board' }),
    before: () => site.make.db.insertInto('plugin_suspension').values({ plugin: 'board', unit_id: null, since: site.make.now, first_fault_at: site.make.now, fault_id: null }).execute(),
  },
}

it('every page and act below /admin is the central administrator\'s alone', async () => {
  await enterAll()
  const things = await adminThings()
  const used = new Set<string>()
  const wrong: string[] = []
  for (const route of routes.filter((name) => /^\w+ \/admin(\/|$)/.test(name))) {
    const [method, pattern] = route.split(' ') as [string, string]
    const parts = pattern.split('/')
    for (const [n, part] of parts.entries()) {
      if (!part.startsWith(':')) continue
      const prefix = pattern.split('/').slice(0, n + 1).join('/')
      used.add(prefix)
      parts[n] = encodeURIComponent(await things.ids[prefix]?.() ?? `nothing for ${prefix}`)
    }
    const more = ADMIN_MORE[route]
    await more?.before?.()
    const path = parts.join('/') + (more?.query?.(things) ?? '')
    const askFor = (role: Role) => method === 'GET' ? people[role].get(path) : people[role].post(path, more?.fields?.(things) ?? {})
    for (const role of ROLES) {
      if (role === 'central') continue
      const { status } = await askFor(role)
      const expected = role === 'stranger' ? (method === 'GET' ? 303 : 401) : role === 'customer' ? 404 : 403
      if (status !== expected) wrong.push(`${role}, ${route}: ${status}, not ${expected}`)
    }
    const { status } = await askFor('central')
    const expected = method === 'GET' ? [200] : [200, 303, 422]
    if (!expected.includes(status)) wrong.push(`central, ${route}: ${status}, not ${expected.join(' or ')}`)
  }
  expect(wrong).toEqual([])
  expect(Object.keys(things.ids).filter((prefix) => !used.has(prefix))).toEqual([])
}, 120_000)
