/** Owns what the routes below /admin are asked with: a thing for each parameter, and what must stand there first. */
import { sql } from 'kysely'
import type { Id } from '../../core/database/schema.ts'
import { setActivation } from '../../core/administration/plugin-admin.ts'
import { createField } from '../../core/field/field-admin.ts'
import { insertJobs } from '../../core/kernel/jobs/jobs.ts'
import { newToken } from '../../core/person/token.ts'
import { ROOT_UNIT } from '../../core/unit/tree.ts'
import { saveUnitRule } from '../../core/unit/placing.ts'
import { makeUniversity } from '../university.ts'
import { aField } from '../fields.ts'
import { beginCheck, endCheck } from '../../plugins/otrs-import/check/check.store.ts'
import { LITTLE_FOUND } from '../../plugins/otrs-import/check/found.fixture.ts'
import type { Site } from '../web.ts'
import type { Owned } from './units.ts'

/** What a parameter below /admin names, by the path up to it. */
export async function adminThings(site: Site, a: Owned, b: Owned): Promise<Things> {
  const { make } = site
  const filled = await makeUniversity(site)
  const first = async (table: 'calendar' | 'auto_response' | 'salutation' | 'signature') =>
    (await make.db.selectFrom(table).select('id').orderBy('id').limit(1).executeTakeFirstOrThrow()).id
  const text = await first('auto_response')
  const [calendar, salutation, signature] = [await first('calendar'), await first('salutation'), await first('signature')]
  let person = ''
  let rules = 0
  let fields = 0
  let switched = false
  let companies = 0
  const newCompany = async () =>
    (
      await make.db
        .insertInto('company')
        .values({ code: `K${++companies}`, name: `Firma ${companies}` })
        .returning('id')
        .executeTakeFirstOrThrow()
    ).id
  const ids: Things['ids'] = {
    '/admin/persons/:id': async () => {
      const address = `x${newToken()}@uni.example`.toLowerCase()
      person = await make.agent({}, { address })
      await make.db
        .insertInto('person_address')
        .values({ person_id: person, address: `y${address}`, main: false, verified_at: null })
        .execute()
      // With a second factor set up, to be taken away.
      await make.db
        .insertInto('second_factor')
        .values({ person_id: person, secret: 'x', confirmed_at: make.now, created_at: make.now })
        .execute()
      return person
    },
    '/admin/persons/:id/addresses/:address': async () =>
      (
        await make.db
          .selectFrom('person_address')
          .select('id')
          .where('person_id', '=', person)
          .where('main', '=', false)
          .executeTakeFirstOrThrow()
      ).id,
    '/admin/persons/:id/companies/:company': async () => {
      const company = await newCompany()
      await make.db.insertInto('person_company').values({ person_id: person, company_id: company }).execute()
      return company
    },
    '/admin/persons/:id/logins/:login': async () => {
      const login = `z${newToken()}`.toLowerCase()
      await make.db.insertInto('further_login').values({ login, person_id: person }).execute()
      return login
    },
    '/admin/companies/:id': newCompany,
    '/admin/groups/:id': () => filled.group,
    '/admin/roles/:id': () => filled.role,
    '/admin/roles/:id/persons/:person': () => filled.agent,
    '/admin/queues/:id': () => filled.queue,
    '/admin/addresses/:id': () => filled.address,
    '/admin/calendars/:id': () => calendar,
    '/admin/texts/:id': () => text,
    '/admin/answers/salutations/:id': () => salutation,
    '/admin/answers/signatures/:id': () => signature,
    '/admin/answers/:id': () => filled.template,
    '/admin/units/:id': () => filled.unit,
    '/admin/local/:id': () => a.unit,
    '/admin/local/:id/administrators/:person': () => a.second,
    '/admin/topics/:id': () => a.topic,
    '/admin/acl/:id': () => a.acl!,
    '/admin/types/:id': () => '1',
    '/admin/states/:id': () => '4',
    '/admin/priorities/:id': () => '3',
    '/admin/services/:id': () => a.service,
    '/admin/slas/:id': () => a.sla,
    '/admin/fields/:id': () => make.asSystem((work) => createField(work, ROOT_UNIT, 'Text', aField(`Pole${++fields}`))),
    '/admin/routing/rules/:id': () =>
      make.asSystem((work) =>
        saveUnitRule(work, null, {
          sort: 0,
          kind: 'mail-domain',
          name: '',
          value: `${++rules}.example`,
          unitId: filled.unit,
          valid: true,
        }),
      ),
    '/admin/mail/in/:id': () => filled.inbound,
    '/admin/mail/out/:id': () => filled.outbound,
    '/admin/mail/filters/:id': () => filled.filter,
    '/admin/settings/:plugin': () => 'board',
    '/admin/plugins/:plugin': () => 'board',
    '/admin/audit/:id': async () => {
      await make.asSystem((work) => setActivation(work, 'board', b.unit, !(switched = !switched)))
      return (
        await make.db
          .selectFrom('audit_event')
          .select('id')
          .where('object_type', '=', 'plugin activation')
          .orderBy('id', 'desc')
          .limit(1)
          .executeTakeFirstOrThrow()
      ).id
    },
    '/admin/take-over/check/:file': async () => {
      const check = await beginCheck(make.db, {}, make.now, make.now)
      await endCheck(make.db, check, make.now, { found: LITTLE_FOUND })
      return 'otrs-local.ts'
    },
    '/admin/take-over/runs/:id': async () => {
      const { rows } = await sql<{ id: Id }>`
        insert into otrs_run (source, product, version, incremental, phase, state, started_at)
        values ('otobo at db', 'otobo', '11', false, 'tickets', 'running', ${make.now}) returning id`.execute(make.db)
      return rows[0]!.id
    },
    '/admin/take-over/kept/:kind': async () => {
      await sql`insert into otrs_kept values ('process', '7', 'Wniosek', '{}') on conflict do nothing`.execute(make.db)
      return 'process'
    },
    '/admin/take-over/kept/:kind/:id': () => '7',
    '/admin/take-over/go-live/items/:item': () => 'backup',
    '/admin/jobs/:job': async () => {
      await make.asSystem((work) => insertJobs(work.db, [{ task: 'mail/process', payload: {}, maxAttempts: 1 }]))
      const { rows } = await sql<{
        id: string
      }>`update graphile_worker._private_jobs set attempts = max_attempts, last_error = 'x', locked_at = null where id = (select max(id) from graphile_worker._private_jobs) returning id`.execute(
        make.db,
      )
      return String(rows[0]!.id)
    },
  }
  return { ids, failed: filled.failed }
}

export interface Things {
  ids: Record<string, () => Promise<string> | string>
  failed: Id
}

/** What is asked for with more than an address, and what must stand there first. */
export const ADMIN_MORE: Record<
  string,
  {
    query?(things: Things): string
    fields?(things: Things): Record<string, string>
    before?(site: Site): Promise<unknown>
    /** What a central administrator gets, where there is nothing to do it to. */
    central?: number
  }
> = {
  'POST /admin/persons/:id/undo/:act': { central: 404 },
  // Nobody has said where the source is.
  'POST /admin/take-over/check': { central: 404 },
  'GET /admin/mail/in/delete': { query: (things) => `?id=${things.failed}` },
  'POST /admin/mail/in/delete': { fields: (things) => ({ id: things.failed, reason: 'Nie nasz' }) },
  'POST /admin/faults/resume': {
    fields: () => ({ plugin: 'board' }),
    before: (site) =>
      site.make.db
        .insertInto('plugin_suspension')
        .values({ plugin: 'board', unit_id: null, since: site.make.now, first_fault_at: site.make.now, fault_id: null })
        .execute(),
  },
}
