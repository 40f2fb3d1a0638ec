/** Owns the routes of automation: a unit's administration of its rules. */
import type { Id } from '../../core/database/schema.ts'
import { saveRule } from '../../plugins/automation/rule.ts'
import { automation } from '../../plugins/automation/tables.ts'
import type { Site } from '../web.ts'
import type { Row, Side } from './pages.ts'

let count = 0

/** Of the unit, or (null) of the installation; switched off. */
export const makeRule = (site: Site, unitId: Id | null): Promise<Id> =>
  site.make.asSystem((work) =>
    saveRule(work, unitId, null, {
      name: `Reguła ${++count}`,
      comment: '',
      valid: false,
      wakes: { facts: ['ticket.created'] },
      filter: { is: { priority: ['5'] } },
      acts: [{ act: 'title', given: { title: 'Inny' } }],
      most: 100,
      hourly: 100,
    }),
  )

export const makeRun = async (site: Site, rule: Id): Promise<Id> =>
  (
    await automation(site.make.db)
      .insertInto('automation_run')
      .values({ rule_id: rule, why: 'hand', fact: null, at: site.make.now, ended_at: site.make.now, meant: 0 })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id

const ids = new Map<Side, { rule: Id; run: Id }>()
const made = {
  async before(site: Site, side: Side) {
    const rule = await makeRule(site, side.unit)
    ids.set(side, { rule, run: await makeRun(site, rule) })
  },
}
const there = (site: Site, side: Side) =>
  automation(site.make.db).selectFrom('automation_rule').select(['name', 'valid']).where('id', '=', ids.get(side)!.rule).executeTakeFirst()
const form = () => ({ name: `Inna ${++count}`, fact: 'ticket.created', 'do.priority': '4', most: '10', hourly: '10' })

const administrators = (status: number): Row['may'] => ({ admin: status, parent: status, central: status })
const DOES = ['admin', 'parent', 'central'] as const
const below = (path: (side: Side) => string, status: number, more: Partial<Row> = {}): Row => ({
  path: (side) => `/u/${side.slug}/admin/automation${path(side)}`,
  may: administrators(status),
  ...more,
})
const one = (path: (side: Side) => string, status: number, more: Partial<Row> = {}): Row =>
  below((side) => `/${ids.get(side)?.rule}${path(side)}`, status, { ...made, ...more })

export const AUTOMATION_ROWS: Record<string, Row> = {
  'GET /u/:unit/admin/automation': below(() => '', 200),
  'POST /u/:unit/admin/automation/meaning': below(() => '/meaning', 200),
  'GET /u/:unit/admin/automation/new': below(() => '/new', 200),
  'POST /u/:unit/admin/automation/new': below(() => '/new', 303, { fields: form }),
  'GET /u/:unit/admin/automation/:id': one(() => '', 200),
  'POST /u/:unit/admin/automation/:id': one(() => '', 303, {
    fields: form,
    done: async (site, side) => Boolean((await there(site, side))?.name.startsWith('Inna')),
    does: DOES,
  }),
  'POST /u/:unit/admin/automation/:id/switch': one(() => '/switch', 303, {
    fields: () => ({ valid: 'on' }),
    done: async (site, side) => Boolean((await there(site, side))?.valid),
    does: DOES,
  }),
  'GET /u/:unit/admin/automation/:id/remove': one(() => '/remove', 200),
  'POST /u/:unit/admin/automation/:id/remove': one(() => '/remove', 303, {
    done: async (site, side) => (await there(site, side)) === undefined,
    does: DOES,
  }),
  'POST /u/:unit/admin/automation/:id/try': one(() => '/try', 200),
  'POST /u/:unit/admin/automation/:id/run': one(() => '/run', 303),
  'GET /u/:unit/admin/automation/:id/log': one(() => '/log', 200),
  'GET /u/:unit/admin/automation/:id/log/:run': one((side) => `/log/${ids.get(side)?.run}`, 200),
}
