/** Owns the routes of notifications: a unit's administration of them, and what agents have of their own. */
import type { Id } from '../../core/database/schema.ts'
import { createNotification } from '../../plugins/notifications/notifications.ts'
import { tell } from '../../plugins/notifications/tables.ts'
import type { Site } from '../web.ts'
import { own, type Row, type Side } from './pages.ts'

const texts = { pl: { subject: 'Nowe', body: 'Coś się stało.', contentType: 'text/plain' } } as const
let count = 0

/** Of the unit, or (null) of the installation. */
export const makeNotification = (site: Site, unitId: Id | null): Promise<Id> =>
  site.make.asSystem((work) =>
    createNotification(work, unitId, {
      name: `Powiadomienie ${++count}`,
      comment: '',
      valid: false,
      rule: { events: ['TicketCreate'], recipients: ['AgentOwner'] },
      texts,
    }),
  )

const ids = new Map<Side, Id>()
const made = { before: async (site: Site, side: Side) => void ids.set(side, await makeNotification(site, side.unit)) }
const there = async (site: Site, side: Side) => {
  const { db } = site.make
  return tell(db).selectFrom('notification').select(['name', 'valid']).where('id', '=', ids.get(side)!).executeTakeFirst()
}
const form = () => ({
  name: `Inne ${++count}`,
  'event.TicketCreate': 'on',
  'recipient.AgentOwner': 'on',
  'way.mail': 'on',
  'byDefault.mail': 'on',
  'pl.subject': 'Nowe',
  'pl.body': 'Coś się stało.',
})

const administrators = (status: number): Row['may'] => ({ admin: status, parent: status, central: status })
const DOES = ['admin', 'parent', 'central'] as const
const below = (path: (side: Side) => string, status: number, more: Partial<Row> = {}): Row => ({
  path: (side) => `/u/${side.slug}/admin/notifications${path(side)}`,
  may: administrators(status),
  ...more,
})
const one = (path: string, status: number, more: Partial<Row> = {}): Row =>
  below((side) => `/${ids.get(side)}${path}`, status, { ...made, ...more })
const agents = (status: number): Row['may'] => ({
  agent: status,
  otherAgent: status,
  admin: status,
  otherAdmin: status,
  parent: status,
  central: status,
})

export const NOTIFICATION_ROWS: Record<string, Row> = {
  'GET /u/:unit/admin/notifications': below(() => '', 200),
  'GET /u/:unit/admin/notifications/yesterday': below(() => '/yesterday', 200),
  'GET /u/:unit/admin/notifications/told': below(() => '/told', 200),
  'POST /u/:unit/admin/notifications/meaning': below(() => '/meaning', 200),
  'GET /u/:unit/admin/notifications/new': below(() => '/new', 200),
  'POST /u/:unit/admin/notifications/new': below(() => '/new', 303, { fields: form }),
  'GET /u/:unit/admin/notifications/:id': one('', 200),
  'POST /u/:unit/admin/notifications/:id': one('', 303, {
    fields: form,
    done: async (site, side) => Boolean((await there(site, side))?.name.startsWith('Inne')),
    does: DOES,
  }),
  'POST /u/:unit/admin/notifications/:id/switch': one('/switch', 303, {
    fields: () => ({ valid: 'on' }),
    done: async (site, side) => Boolean((await there(site, side))?.valid),
    does: DOES,
  }),
  'GET /u/:unit/admin/notifications/:id/remove': one('/remove', 200),
  'POST /u/:unit/admin/notifications/:id/remove': one('/remove', 303, {
    done: async (site, side) => (await there(site, side)) === undefined,
    does: DOES,
  }),
  'GET /notifications': { path: () => '/notifications', may: agents(200) },
  'GET /notifications/bell': { path: () => '/notifications/bell', may: agents(200) },
  'POST /notifications/read': { path: () => '/notifications/read', may: agents(303), fields: () => ({ id: '1' }) },
  'GET /notifications/mine': { path: () => '/notifications/mine', may: agents(200) },
  'POST /notifications/mine': { path: () => '/notifications/mine', may: agents(303), fields: () => ({ 'all.mail': 'digest' }) },
  'GET /desk/tickets/:id/told': { ticket: true, path: (side) => `/desk/tickets/${side.thing.ticket}/told`, may: own(200) },
  'GET /desk/tickets/:id/mentions': { ticket: true, path: (side) => `/desk/tickets/${side.thing.ticket}/mentions?q=a`, may: own(200) },
}
