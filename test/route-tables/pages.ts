/** Owns the routes that name no ticket and belong to no administration: who may, and how the others are refused. */
import type { Id } from '../../core/database/schema.ts'
import { insertLink } from '../../core/person/login.store.ts'
import { sessionsOf } from '../../core/person/sessions.ts'
import { hashToken, newToken } from '../../core/person/token.ts'
import { PASSWORD, type Site } from '../web.ts'
import type { Thing } from './tickets.ts'
import type { Owned } from './units.ts'

export const ROLES = ['stranger', 'customer', 'agentA', 'agentB', 'adminA', 'adminB', 'parent', 'central'] as const
export type Role = (typeof ROLES)[number]
/** What somebody is to the unit whose thing is asked for. The customer wrote the ticket of A, and none of B's. */
export type Standing = 'stranger' | 'customer' | 'otherCustomer' | 'agent' | 'otherAgent' | 'admin' | 'otherAdmin' | 'parent' | 'central'

export const standing = (role: Role, of: 'A' | 'B'): Standing => {
  if (role === 'customer') return of === 'A' ? 'customer' : 'otherCustomer'
  const own = role.endsWith(of)
  if (role.startsWith('agent')) return own ? 'agent' : 'otherAgent'
  if (role.startsWith('admin')) return own ? 'admin' : 'otherAdmin'
  return role as Standing
}

/** One of the two units, with what it owns; `thing` is a ticket as it was a moment ago. */
export interface Side extends Owned {
  of: 'A' | 'B'
  group: Id
  customer: Id
  agent: Id
  thing: Thing
  category: Id
  item: Id
  internal: Id
  file: Id
  revision: Id
  /** A list under a name, of all who hold a right in the group. */
  view: Id
  session: string
  token: string
  asset: string
}

export interface Row {
  path(side: Side): string
  fields?(side: Side): Record<string, string>
  /** It is about `thing`: each who may finds it as it was a moment ago. */
  ticket?: true
  /** The answer to each who may; everybody else is refused. */
  may: Partial<Record<Standing, number>>
  /** How one is refused, where it is not as usual: 404, and the login for who is not logged in. */
  not?: Partial<Record<Standing, number>>
  /** What the page shows only to whom `does` names, whoever else may open it. */
  shows?(side: Side): string
  /** What stands in the database once it is done; only they bring it about. */
  done?(site: Site, side: Side): Promise<boolean>
  does?: readonly Standing[]
  headers?: Record<string, string>
  /** Tries are counted: some time passes before. */
  counted?: boolean
  /** Whoever does it has another session afterwards. */
  endsSession?: boolean
  before?(site: Site, side: Side): Promise<void>
}

const all = (status: number): Record<Standing, number> => ({
  stranger: status,
  customer: status,
  otherCustomer: status,
  agent: status,
  otherAgent: status,
  admin: status,
  otherAdmin: status,
  parent: status,
  central: status,
})
const loggedIn = (status: number) => {
  const { stranger: _, ...rest } = all(status)
  return rest
}
const agents = (status: number) => {
  const { customer: _, otherCustomer: __, ...rest } = loggedIn(status)
  return rest
}
const ownDraft = (side: Side) => ({ 'draft.form': 'desk/new', 'draft.of': side.agent, 'draft.keeps': 'body|', body: 'x' })
/** Whoever works in the unit's own queues. Its local administrators hold every right there; those above it and central ones none by that. */
export const own = (status: number) => ({ agent: status, admin: status })
const editors = (status: number) => ({ ...own(status), central: status })

/** Whoever has a list that its maker shared with a group of the unit: who works there, and who administers the unit or all of them. */
const ofView = (status: number) => ({ ...own(status), parent: status, central: status })
const sharedView = async (site: Site, side: Side) => {
  await site.make.db.deleteFrom('saved_view').where('group_id', '=', side.group).execute()
  const view = { group_id: side.group, made_by: side.agent, name: 'Wspólny', address: '/desk/view/open' }
  side.view = (await site.make.db.insertInto('saved_view').values(view).returning('id').executeTakeFirstOrThrow()).id
}
const nameOfView = async (site: Site, side: Side) =>
  (await site.make.db.selectFrom('saved_view').select('name').where('id', '=', side.view).executeTakeFirst())?.name
const HAVE_VIEW = ['agent', 'admin', 'parent', 'central'] as const

const entry =
  (more: Record<string, string> = {}) =>
  (side: Side) => ({
    title: 'Pytanie',
    solution: 'Odpowiedź',
    categoryId: side.category,
    audience: 'public',
    language: 'pl',
    contentType: 'markdown',
    ...more,
  })

const faqRoute = (path: (side: Side) => string, may: Row['may'], more: Partial<Row> = {}): Row => ({
  path: (side) => `/u/${side.slug}/faq${path(side)}`,
  may,
  ...more,
})
const link = (purpose: 'login' | 'device' | 'set-password'): Pick<Row, 'before'> => ({
  before: (site, side) =>
    site.make.asSystem((work) => {
      side.token = newToken()
      return insertLink(work.db, {
        tokenHash: hashToken(side.token),
        personId: side.person,
        purpose,
        now: work.now,
        expiresAt: new Date(work.now.getTime() + 60_000),
      })
    }),
})

export const ROWS: Record<string, Row> = {
  'GET /static/:hash/:name': { path: (side) => side.asset, may: all(200) },
  'GET /favicon.ico': { path: () => '/favicon.ico', may: all(302) },
  'GET /health/live': { path: () => '/health/live', may: all(200) },
  'GET /health/ready': { path: () => '/health/ready', may: all(200) },
  'GET /proof': { path: () => '/proof', may: loggedIn(200) },
  'POST /proof': { path: () => '/proof', fields: () => ({ next: '/account' }), may: loggedIn(303) },
  'POST /preferences': { path: () => '/preferences', fields: () => ({ colours: 'dark' }), may: all(303) },
  // One's own words, into a form that one had opened oneself.
  'POST /draft': { path: () => '/draft', fields: ownDraft, may: { agent: 303 }, not: { ...loggedIn(403), stranger: 401 } },
  'POST /draft/files': { path: () => '/draft/files', fields: ownDraft, may: { agent: 200 }, not: { ...loggedIn(403), stranger: 401 } },
  'GET /desk': { path: () => '/desk', may: agents(200) },
  'GET /desk/view/:name': {
    ticket: true,
    path: () => '/desk/view/open',
    may: agents(200),
    shows: (side) => side.thing.number,
    does: ['agent', 'admin'],
  },
  'GET /desk/queue/:id': {
    ticket: true,
    path: (side) => `/desk/queue/${side.main}`,
    may: own(200),
    shows: (side) => side.thing.number,
    does: ['agent', 'admin'],
  },
  'GET /desk/search': {
    ticket: true,
    path: (side) => `/desk/search?number=${side.thing.number}`,
    may: agents(200),
    shows: (side) => `/desk/tickets/${side.thing.ticket}`,
    does: ['agent', 'admin'],
  },
  'GET /desk/export.csv': {
    ticket: true,
    path: () => '/desk/export.csv',
    may: agents(200),
    shows: (side) => side.thing.number,
    does: ['agent', 'admin'],
  },
  'POST /desk/columns': { path: () => '/desk/columns', fields: () => ({ column: 'title', back: '/desk/view/held' }), may: agents(303) },
  'GET /desk/views': {
    path: () => '/desk/views',
    may: agents(200),
    before: sharedView,
    shows: (side) => `"/desk/views/${side.view}"`,
    does: ['agent', 'admin', 'parent'],
  },
  'GET /desk/views/new': { path: () => '/desk/views/new?from=/desk/view/open', may: agents(200) },
  'POST /desk/views/new': {
    ticket: true,
    path: () => '/desk/views/new',
    fields: (side) => ({ name: side.thing.number, from: '/desk/view/open' }),
    may: agents(303),
  },
  'GET /desk/views/:id': { path: (side) => `/desk/views/${side.view}`, may: ofView(200), before: sharedView },
  'POST /desk/views/:id': {
    path: (side) => `/desk/views/${side.view}`,
    fields: () => ({ name: 'Inny' }),
    may: ofView(303),
    before: sharedView,
    done: async (site, side) => (await nameOfView(site, side)) === 'Inny',
    does: HAVE_VIEW,
  },
  'POST /desk/views/:id/list': {
    path: (side) => `/desk/views/${side.view}/list`,
    fields: () => ({ back: '/desk/view/mine' }),
    may: ofView(303),
    before: sharedView,
  },
  'GET /desk/views/:id/remove': { path: (side) => `/desk/views/${side.view}/remove`, may: ofView(200), before: sharedView },
  'POST /desk/views/:id/remove': {
    path: (side) => `/desk/views/${side.view}/remove`,
    may: ofView(303),
    before: sharedView,
    done: async (site, side) => (await nameOfView(site, side)) === undefined,
    does: HAVE_VIEW,
  },
  'POST /desk/bulk': {
    ticket: true,
    path: () => '/desk/bulk',
    fields: (side) => ({ ticket: side.thing.ticket, act: 'move', queue: side.queue }),
    // Whom it was refused is told it on the list itself.
    may: own(303),
    not: { otherAgent: 409, otherAdmin: 409, parent: 409, central: 409 },
    does: ['agent', 'admin'],
    done: async (site, side) =>
      (await site.make.db.selectFrom('ticket').select('queue_id').where('id', '=', side.thing.ticket).executeTakeFirstOrThrow())
        .queue_id === side.queue,
  },
  // Of an act that is not one's own nothing is said.
  'POST /desk/bulk/undo/:act': { path: () => '/desk/bulk/undo/00000000-0000-4000-8000-000000000000', may: {} },
  'GET /desk/my-queues': {
    path: () => '/desk/my-queues',
    may: agents(200),
    shows: (side) => `name="queue" value="${side.main}"`,
    does: ['agent', 'admin'],
  },
  'POST /desk/my-queues': { path: () => '/desk/my-queues', fields: (side) => ({ queue: side.main }), may: agents(303) },
  'GET /desk/rail': { path: () => '/desk/rail', may: agents(200), shows: (side) => `/desk/queue/${side.main}`, does: ['agent', 'admin'] },
  // Everybody's own: nothing of it is anybody else's.
  'GET /desk/time': { path: () => '/desk/time', may: agents(200), does: ['agent', 'admin'] },
  'GET /desk/time.csv': { path: () => '/desk/time.csv', may: agents(200), does: ['agent', 'admin'] },
  'GET /desk/new': { path: () => '/desk/new', may: agents(200), shows: (side) => `value="${side.main}"`, does: ['agent', 'admin'] },
  'POST /desk/new': {
    path: () => '/desk/new',
    fields: (side) => ({ queue: side.main, who: `person-${side.slug}@uni.example`, title: 'Nowe', body: 'Treść' }),
    may: own(303),
    not: { otherAgent: 422, otherAdmin: 422, parent: 422, central: 422 },
  },
  'GET /desk/people': { path: (side) => `/desk/people?customer=person-${side.slug}`, may: agents(200) },
  'GET /': { ticket: true, path: () => '/', may: all(200), shows: (side) => `href="/tickets/${side.thing.ticket}"`, does: ['customer'] },
  'POST /': {
    path: () => '/',
    fields: (side) => ({ subject: 'Pytanie', body: 'Treść', unit: side.unit, topic: side.topic }),
    may: loggedIn(303),
  },
  'GET /tickets.csv': {
    ticket: true,
    path: () => '/tickets.csv',
    may: loggedIn(200),
    shows: (side) => side.thing.number,
    does: ['customer'],
  },
  'GET /tickets': { path: () => '/tickets', may: all(302) },
  'GET /login': { path: () => '/login', may: { ...all(303), stranger: 200 } },
  'POST /login': {
    path: () => '/login',
    fields: (side) => ({ login: `person-${side.slug}@uni.example`, password: PASSWORD }),
    may: all(303),
    endsSession: true,
    counted: true,
  },
  'POST /logout': { path: () => '/logout', may: all(303), endsSession: true },
  'GET /login/code': { path: () => '/login/code', may: all(303) },
  'POST /login/code': { path: () => '/login/code', fields: () => ({ code: '123456' }), may: all(303) },
  // The answer is the same whether there is such an account or not; each account is mailed few.
  'POST /login/device': {
    path: () => '/login/device',
    fields: () => ({ login: `${newToken()}@uni.example` }),
    may: all(200),
    counted: true,
  },
  'GET /login/device/:token': { path: (side) => `/login/device/${side.token}`, may: all(200), ...link('device') },
  'POST /login/device/:token': { path: (side) => `/login/device/${side.token}`, may: all(303), ...link('device') },
  'POST /login/link': {
    path: () => '/login/link',
    fields: () => ({ address: `${newToken()}@uni.example`.toLowerCase() }),
    may: all(200),
    counted: true,
  },
  'GET /login/link/:token': { path: (side) => `/login/link/${side.token}`, may: all(200), ...link('login') },
  'POST /login/link/:token': { path: (side) => `/login/link/${side.token}`, may: all(303), endsSession: true, ...link('login') },
  'GET /password/:token': { path: (side) => `/password/${side.token}`, may: all(200), ...link('set-password') },
  'POST /password/:token': {
    path: (side) => `/password/${side.token}`,
    fields: () => ({ password: PASSWORD, password2: PASSWORD }),
    may: all(303),
    endsSession: true,
    ...link('set-password'),
  },
  // An invitation is shown to whoever is invited: none of these.
  'GET /appointments/:id': { path: (side) => `/appointments/${side.nomination}`, may: {} },
  'POST /appointments/:id': { path: (side) => `/appointments/${side.nomination}`, fields: () => ({ answer: 'accept' }), may: {} },
  'GET /account': { path: () => '/account', may: loggedIn(200) },
  'POST /account/password': {
    path: () => '/account/password',
    fields: () => ({ current_password: 'nie to', password: PASSWORD, password2: PASSWORD }),
    may: loggedIn(422),
    counted: true,
  },
  'POST /account/contact': { path: () => '/account/contact', fields: () => ({ mobile: '600 100 200' }), may: loggedIn(303) },
  'POST /account/unit': { path: () => '/account/unit', fields: (side) => ({ unit: side.unit }), may: loggedIn(303) },
  'POST /account/sessions': { path: () => '/account/sessions', may: loggedIn(303) },
  // Naming the session of somebody else ends none.
  'POST /account/sessions/end': {
    path: () => '/account/sessions/end',
    fields: (side) => ({ session: side.session }),
    may: loggedIn(303),
    does: ['customer'],
    endsSession: true,
    before: async (site, side) => {
      await site.session(side.customer)
      side.session = (await sessionsOf(site.make.db, side.customer, site.make.now, site.make.config.sessions)).at(-1)!.id
    },
    done: async (site, side) =>
      !(await sessionsOf(site.make.db, side.customer, site.make.now, site.make.config.sessions)).some(({ id }) => id === side.session),
  },
  'POST /account/absence': {
    path: () => '/account/absence',
    fields: () => ({ from: '2026-12-01', until: '2026-12-05' }),
    may: agents(303),
  },
  'POST /account/absence/end': { path: () => '/account/absence/end', may: agents(303) },
  'GET /account/second-factor': { path: () => '/account/second-factor', may: loggedIn(200) },
  'POST /account/second-factor/begin': { path: () => '/account/second-factor/begin', may: loggedIn(303) },
  'POST /account/second-factor/confirm': {
    path: () => '/account/second-factor/confirm',
    fields: () => ({ code: '000000' }),
    may: loggedIn(422),
  },
  'POST /account/second-factor/codes': {
    path: () => '/account/second-factor/codes',
    fields: () => ({ code: '000000' }),
    may: loggedIn(422),
    counted: true,
  },
  'POST /account/second-factor/end': {
    path: () => '/account/second-factor/end',
    fields: () => ({ code: '000000' }),
    may: loggedIn(422),
    counted: true,
  },
  'GET /u/:unit/look.css': { path: (side) => `/u/${side.slug}/look.css`, may: all(200) },
  'GET /u/:unit/logo': { path: (side) => `/u/${side.slug}/logo`, may: all(200) },
  'GET /faq': { path: () => '/faq', may: all(302) },
  'GET /faq/suggestions': { path: () => '/faq/suggestions?subject=sekret', may: all(200), headers: { 'hx-request': 'true' } },
  'GET /u/:unit/faq': faqRoute(() => '', all(200), { shows: () => 'Tylko dla agentów', does: ['agent', 'admin', 'central'] }),
  'GET /u/:unit/faq/:id': faqRoute((side) => `/${side.internal}`, editors(200), { not: { stranger: 404 } }),
  'GET /u/:unit/faq/:id/files/:file': faqRoute((side) => `/${side.internal}/files/${side.file}`, editors(200), { not: { stranger: 404 } }),
  'POST /u/:unit/faq/:id/vote': faqRoute((side) => `/${side.internal}/vote`, editors(303), { fields: () => ({ helped: 'yes' }) }),
  'POST /u/:unit/faq/:id/valid': faqRoute((side) => `/${side.item}/valid`, editors(303), { fields: () => ({ valid: 'on' }) }),
  'POST /u/:unit/faq/:id/approve': faqRoute((side) => `/${side.item}/approve`, editors(303), {
    fields: (side) => ({ revision: side.revision }),
  }),
  'GET /u/:unit/faq/:id/versions': faqRoute((side) => `/${side.item}/versions`, editors(200)),
  'GET /u/:unit/faq/:id/edit': faqRoute((side) => `/${side.item}/edit`, editors(200)),
  'POST /u/:unit/faq/:id/edit': faqRoute((side) => `/${side.item}/edit`, editors(303), { fields: entry() }),
  'GET /u/:unit/faq/new': faqRoute(() => '/new', editors(200)),
  'POST /u/:unit/faq/new': faqRoute(() => '/new', editors(303), { fields: entry() }),
  'GET /u/:unit/faq/manage': faqRoute(() => '/manage', editors(200)),
  'GET /u/:unit/faq/categories': faqRoute(() => '/categories', editors(200)),
  'GET /u/:unit/faq/categories/new': faqRoute(() => '/categories/new', editors(200)),
  'POST /u/:unit/faq/categories/new': faqRoute(() => '/categories/new', editors(303), {
    fields: () => ({ name: `Dział ${newToken()}`, valid: 'on' }),
  }),
  'GET /u/:unit/faq/categories/:id': faqRoute((side) => `/categories/${side.category}`, editors(200)),
  'POST /u/:unit/faq/categories/:id': faqRoute((side) => `/categories/${side.category}`, editors(303), {
    fields: () => ({ name: 'Konto', valid: 'on' }),
  }),
}
