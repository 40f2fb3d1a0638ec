/** Owns the routes of a unit's pages: what each is asked with, what who may gets, and a unit with one of everything. */
import { sql } from 'kysely'
import type { Id } from '../../core/database/schema.ts'
import { createAcl } from '../../plugins/acl/acl.ts'
import { definePlugin } from '../../core/kernel/contract.ts'
import { integer } from '../../core/kernel/settings/settings.ts'
import { defineTexts } from '../../core/i18n/texts.ts'
import { setActivation } from '../../core/administration/plugin-admin.ts'
import { appoint, listNominations } from '../../core/permission/nominations.ts'
import { addUnitAdministrator } from '../../core/permission/unit-administrators.ts'
import { createQueue } from '../../core/queue/queue-admin.ts'
import { createSystemAddress } from '../../core/queue/system-addresses.ts'
import { mainQueueOf, optIn, optOut } from '../../core/administration/opting.ts'
import { saveBrand } from '../../core/unit/brand.ts'
import { setRoute } from '../../core/unit/routing.ts'
import { NO_DEADLINES } from '../../core/service/deadlines.ts'
import { createService } from '../../core/service/service-admin.ts'
import { createSla } from '../../core/service/sla-admin.ts'
import type { Work } from '../../core/kernel/work.ts'
import { createField } from '../../core/field/field-admin.ts'
import { createTopic } from '../../core/unit/topics.ts'
import type { Site } from '../web.ts'
import { aField } from '../fields.ts'

const texts = { lines: 'Ile wierszy' }
export const board = definePlugin({
  name: 'board',
  api: 1,
  scope: 'unit',
  settings: { lines: integer('lines', 5) },
  texts: defineTexts(texts, texts),
})

/** What a unit owns, by name. */
export interface Owned {
  slug: string
  unit: Id
  main: Id
  queue: Id
  topic: Id
  service: Id
  sla: Id
  field: Id
  address: Id
  person: Id
  admin: Id
  second: Id
  /** Of somebody from outside, who has not answered. */
  nomination: Id
  nominated: Id
  change: Id
  /** A rule of the plugin acl, where it is loaded: in a state that no ticket has. */
  acl?: Id
}

export interface UnitRoute {
  /** Below /u/<slug>. */
  path(owned: Owned): string
  fields?(owned: Owned): Record<string, string>
  answer: number
  /** The same address with something of another unit in it: not there either. */
  foreign?: boolean
  /** Only one of the unit's own may, for it is about themselves. */
  before?(site: Site, owned: Owned): Promise<void>
}

const get = (path: string | ((owned: Owned) => string), more: Partial<UnitRoute> = {}): UnitRoute => ({
  path: typeof path === 'string' ? () => path : path,
  answer: 200,
  ...more,
})
const post = (
  path: string | ((owned: Owned) => string),
  fields: (owned: Owned) => Record<string, string> = () => ({}),
  more: Partial<UnitRoute> = {},
): UnitRoute => ({ path: typeof path === 'string' ? () => path : path, fields, answer: 303, ...more })

/** A field's name is one in the whole installation. */
const freshName = () => `Pole${Math.floor(Math.random() * 1e9)}`

export const UNIT_ROUTES: Record<string, UnitRoute> = {
  'GET /u/:unit/admin': get('/admin'),
  'POST /u/:unit/admin/opt-in': post('/admin/opt-in', () => ({}), {
    before: (site, owned) => site.make.asSystem((work) => optOut(work, owned.unit)).then(() => {}),
  }),
  'GET /u/:unit/admin/opt-out': get('/admin/opt-out'),
  'POST /u/:unit/admin/opt-out': post('/admin/opt-out'),
  'GET /u/:unit/admin/queues': get('/admin/queues'),
  'POST /u/:unit/admin/queues/order': post('/admin/queues/order', (owned) => ({ id: owned.queue, way: 'up' })),
  'GET /u/:unit/admin/queues/new': get('/admin/queues/new'),
  'POST /u/:unit/admin/queues/new': post('/admin/queues/new', () => ({ name: `Kolejka ${Math.random()}` })),
  'GET /u/:unit/admin/queues/:id': get((owned) => `/admin/queues/${owned.queue}`, { foreign: true }),
  'POST /u/:unit/admin/queues/:id': post(
    (owned) => `/admin/queues/${owned.queue}`,
    () => ({ name: 'Inna nazwa', comment: '', signature: '' }),
    { foreign: true },
  ),
  'GET /u/:unit/admin/queues/:id/close': get((owned) => `/admin/queues/${owned.queue}/close`, { foreign: true }),
  'POST /u/:unit/admin/queues/:id/close': post(
    (owned) => `/admin/queues/${owned.queue}/close`,
    (owned) => ({ to: owned.main }),
    { foreign: true },
  ),
  'POST /u/:unit/admin/queues/:id/open': post(
    (owned) => `/admin/queues/${owned.queue}/open`,
    () => ({}),
    { foreign: true },
  ),
  'GET /u/:unit/admin/topics': get('/admin/topics'),
  'POST /u/:unit/admin/topics': post('/admin/topics', (owned) => ({ [`topic.${owned.topic}`]: owned.main })),
  'POST /u/:unit/admin/topics/new': post('/admin/topics/new', () => ({ name: 'Nowa sprawa' })),
  'GET /u/:unit/admin/topics/:id': get((owned) => `/admin/topics/${owned.topic}`, { foreign: true }),
  'POST /u/:unit/admin/topics/:id': post(
    (owned) => `/admin/topics/${owned.topic}`,
    () => ({ name: 'Inna', valid: 'on' }),
    { foreign: true },
  ),
  'GET /u/:unit/admin/services': get('/admin/services'),
  'GET /u/:unit/admin/services/new': get('/admin/services/new'),
  'POST /u/:unit/admin/services/new': post('/admin/services/new', () => ({ name: `Usługa ${Math.random()}`, valid: 'on' })),
  'GET /u/:unit/admin/services/:id': get((owned) => `/admin/services/${owned.service}`, { foreign: true }),
  'POST /u/:unit/admin/services/:id': post(
    (owned) => `/admin/services/${owned.service}`,
    () => ({ name: `Inna ${Math.random()}`, valid: 'on' }),
    { foreign: true },
  ),
  'GET /u/:unit/admin/slas': get('/admin/slas'),
  'GET /u/:unit/admin/slas/new': get('/admin/slas/new'),
  'POST /u/:unit/admin/slas/new': post('/admin/slas/new', () => ({ name: `Umowa ${Math.random()}`, valid: 'on' })),
  'GET /u/:unit/admin/slas/:id': get((owned) => `/admin/slas/${owned.sla}`, { foreign: true }),
  'POST /u/:unit/admin/slas/:id': post(
    (owned) => `/admin/slas/${owned.sla}`,
    (owned) => ({ name: `Inna ${Math.random()}`, valid: 'on', firstResponseMinutes: '4 h', service: owned.service }),
    { foreign: true },
  ),
  'GET /u/:unit/admin/fields': get('/admin/fields'),
  'GET /u/:unit/admin/fields/new': get('/admin/fields/new?type=Date'),
  'POST /u/:unit/admin/fields/new': post('/admin/fields/new', () => ({
    type: 'Text',
    label: 'Sala',
    name: freshName(),
    'use.note': 'optional',
  })),
  'GET /u/:unit/admin/fields/:id': get((owned) => `/admin/fields/${owned.field}`, { foreign: true }),
  'POST /u/:unit/admin/fields/:id': post(
    (owned) => `/admin/fields/${owned.field}`,
    () => ({ label: 'Inna', name: freshName() }),
    { foreign: true },
  ),
  'GET /u/:unit/admin/fields/:id/remove': get((owned) => `/admin/fields/${owned.field}/remove`, { foreign: true }),
  'POST /u/:unit/admin/fields/:id/remove': post(
    (owned) => `/admin/fields/${owned.field}/remove`,
    () => ({}),
    { foreign: true },
  ),
  'GET /u/:unit/admin/people': get('/admin/people'),
  'GET /u/:unit/admin/find': get('/admin/find?who=osoba'),
  'POST /u/:unit/admin/people': post('/admin/people', (owned) => ({ who: `person-${owned.slug}@uni.example`, [`level.GROUP`]: 'lead' })),
  'POST /u/:unit/admin/people/:id': post(
    (owned) => `/admin/people/${owned.admin}`,
    () => ({}),
    { foreign: true },
  ),
  'GET /u/:unit/admin/administrators': get('/admin/administrators'),
  'POST /u/:unit/admin/administrators': post('/admin/administrators', (owned) => ({ who: `person-${owned.slug}@uni.example` })),
  'POST /u/:unit/admin/administrators/:id/remove': post(
    (owned) => `/admin/administrators/${owned.second}/remove`,
    () => ({}),
    { foreign: true },
  ),
  'POST /u/:unit/admin/invitations/:id/withdraw': post(
    (owned) => `/admin/invitations/${owned.nomination}/withdraw`,
    () => ({}),
    { foreign: true },
  ),
  'GET /u/:unit/admin/deadlines': get('/admin/deadlines'),
  'GET /u/:unit/admin/hours': get('/admin/hours'),
  'POST /u/:unit/admin/hours': post('/admin/hours', () => ({ 'hours.mon': '7-15', cutOff: '14:00', onceHolidays: '' })),
  'POST /u/:unit/admin/hours/inherit': post('/admin/hours/inherit'),
  'GET /u/:unit/admin/texts': get('/admin/texts'),
  'GET /u/:unit/admin/texts/:type': get('/admin/texts/auto-reply'),
  'POST /u/:unit/admin/texts/:type': post('/admin/texts/auto-reply', () => ({
    'pl.subject': 'Mamy',
    'pl.body': 'Treść',
    'en.subject': '',
    'en.body': '',
  })),
  'POST /u/:unit/admin/texts/:type/use': post('/admin/texts/auto-reply/use', () => ({ choice: 'none' })),
  'GET /u/:unit/admin/settings': get('/admin/settings'),
  'POST /u/:unit/admin/settings': post('/admin/settings', () => ({ 'from.companies': 'own', companies: 'named' })),
  'GET /u/:unit/admin/plugins': get('/admin/plugins'),
  'POST /u/:unit/admin/plugins/:plugin/switch': post('/admin/plugins/board/switch', () => ({ to: 'off' })),
  'GET /u/:unit/admin/plugins/:plugin': get('/admin/plugins/board'),
  'POST /u/:unit/admin/plugins/:plugin': post('/admin/plugins/board', () => ({ 'from.lines': 'own', lines: '7' })),
  'GET /u/:unit/admin/looks': get('/admin/looks'),
  'POST /u/:unit/admin/looks': post('/admin/looks', () => ({ name: 'A', colour: '#1a56b0' })),
  'GET /u/:unit/admin/addresses': get('/admin/addresses'),
  'POST /u/:unit/admin/addresses': post('/admin/addresses', (owned) => ({
    address: `a${Math.random().toString(36).slice(2)}@uni.example`,
    name: 'A',
    queueId: owned.main,
  })),
  'POST /u/:unit/admin/addresses/:id': post(
    (owned) => `/admin/addresses/${owned.address}`,
    () => ({ valid: 'off' }),
    { foreign: true },
  ),
  'GET /u/:unit/admin/mail': get('/admin/mail'),
  'GET /u/:unit/admin/figures': get('/admin/figures'),
  'GET /u/:unit/admin/log': get('/admin/log'),
  'POST /u/:unit/admin/log': post('/admin/log', (owned) => ({ id: owned.change })),
}
/** Those of the plugin acl, where it is loaded and on. */
export const ACL_ROUTES: Record<string, UnitRoute> = {
  'GET /u/:unit/admin/acl': get('/admin/acl'),
  'GET /u/:unit/admin/acl/export': get('/admin/acl/export'),
  'GET /u/:unit/admin/acl/try': get('/admin/acl/try?ticket=1'),
  'GET /u/:unit/admin/acl/import': get('/admin/acl/import'),
  'POST /u/:unit/admin/acl/import': post('/admin/acl/import', () => ({ text: `- Name: Z pliku ${Math.random()}` })),
  'POST /u/:unit/admin/acl/meaning': post('/admin/acl/meaning', undefined, { answer: 200 }),
  'GET /u/:unit/admin/acl/new': get('/admin/acl/new'),
  'POST /u/:unit/admin/acl/new': post('/admin/acl/new', () => ({
    name: `Reguła ${Math.random()}`,
    'c0.what': 'Ticket.State',
    'c0.values': 'x',
  })),
  'GET /u/:unit/admin/acl/:id': get((owned) => `/admin/acl/${owned.acl}`, { foreign: true }),
  'POST /u/:unit/admin/acl/:id': post(
    (owned) => `/admin/acl/${owned.acl}`,
    () => ({ name: 'Inna', 'c0.what': 'Ticket.State', 'c0.values': 'x' }),
    { foreign: true },
  ),
}
/** A colour and a picture that anybody's browser loads. */
export const UNIT_LOOKS = new Set(['GET /u/:unit/look.css', 'GET /u/:unit/logo'])

/** A service of the unit and its SLA. */
async function aboutOf(work: Work, unitId: Id, slug: string) {
  const form = { unitId, comment: '', valid: true }
  const service = await createService(work, { ...form, name: `Usługa ${slug}`, parentId: null, forEverybody: true })
  const sla = await createSla(work, { ...form, name: `Umowa ${slug}`, calendarId: null, deadlines: NO_DEADLINES, serviceIds: [service] })
  return { service, sla }
}

/** A unit with one of everything, opted in. */
export async function makeUnit({ make }: Site, parentId: Id): Promise<Owned> {
  const unit = await make.unit({ parentId })
  const [admin, second] = [await make.agent({}), await make.agent({})]
  await make.asSystem(async (work) => {
    await addUnitAdministrator(work, unit, admin)
    await addUnitAdministrator(work, unit, second)
  })
  const actor = await make.actor(admin)
  await make.work(actor, (work) => optIn(work, unit))
  const main = (await mainQueueOf(make.db, unit))!
  const { slug } = await make.db.selectFrom('unit').select('slug').where('id', '=', unit).executeTakeFirstOrThrow()
  const form = {
    parentId: main.id,
    unitId: unit,
    groupId: main.groupId,
    calendarId: null,
    addressId: null,
    followUpPossible: 'possible' as const,
    followUpLock: false,
    language: null,
    signature: '',
    comment: '',
    valid: true,
  }
  const owned = await make.work(actor, async (work) => ({
    slug,
    unit,
    main: main.id,
    admin,
    second,
    queue: await createQueue(work, { ...form, name: 'Druga' }),
    field: await createField(work, unit, 'Text', aField(freshName())),
    topic: await createTopic(work, unit, { name: 'Sprawa', nameEn: '', sort: 0, valid: true }),
    ...(await aboutOf(work, unit, slug)),
    address: await createSystemAddress(work, { address: `${slug}@uni.example`, name: 'A', queueId: main.id, valid: true }),
  }))
  await make.asSystem((work) => setActivation(work, 'board', unit, true))
  await make.work(actor, (work) =>
    saveBrand(work, unit, {
      name: 'A',
      colour: '#1a56b0',
      logo: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><rect width="1" height="1"/></svg>'),
    }),
  )
  await make.work(actor, (work) => setRoute(work, unit, owned.topic, owned.queue))
  const change = (
    await make.db
      .selectFrom('audit_event')
      .select('id')
      .where('object_type', '=', 'route')
      .where('unit_id', '=', unit)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
  ).id
  const person = await make.person({ address: `person-${slug}@uni.example`, unitId: unit })
  const nominated = await make.person()
  await make.work(actor, (work) => appoint(work, unit, nominated, { administrator: true, rights: new Map() }))
  const nomination = (await listNominations(make.db, { unitId: unit }, make.now))[0]!.id
  const { rows } = await sql<{ there: boolean }>`select to_regclass('acl') is not null as there`.execute(make.db)
  const rule = {
    name: 'Reguła',
    comment: '',
    description: '',
    match: { Properties: { Ticket: { State: ['żaden'] } } },
    change: {},
    stop: false,
    valid: true,
  }
  const acl = rows[0]!.there ? { acl: await make.asSystem((work) => createAcl(work, unit, rule)) } : {}
  return { ...owned, person, change, nominated, nomination, ...acl }
}
