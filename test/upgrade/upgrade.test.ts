/** What earlier versions left behind goes on: their backups are restored, migrated and worked with, each row accounted for. */
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TOTP, Secret } from 'otpauth'
import { sql } from 'kysely'
import pino from 'pino'
import {
  compareDirectoryPersons,
  findAbsence,
  findDirectoryEntry,
  findDraft,
  findTicket,
  listEvents,
  listUnits,
  readSettings,
  secondFactorOf,
  system,
  unitOfPerson,
  type Fact,
  type Work,
} from '../../core/index.ts'
import {
  findBrand,
  findHold,
  listActivations,
  listAllUnitAdministrators,
  listDeadJobs,
  listSuspensions,
  retryDeadJobs,
  rightsOfPerson,
  routesOf,
  UNIT_LIMITS,
  unitLimits,
  unitsBelow,
  type AuditEvent,
} from '../../core/administration.ts'
import { selectOf, settle, sumRows, type Manifest } from '../../core/backup/backup.ts'
import { listTables } from '../../core/backup/catalog.ts'
import type { OpenDatabase } from '../../core/database/database.ts'
import { ownersOf } from '../../core/backup/migrate-all.ts'
import { restoreBackup, type Restored } from '../../core/backup/restore.ts'
import { runFills } from '../../core/database/fill.ts'
import { sealKept } from '../../core/person/secret/keys.ts'
import { coreSettings } from '../../core/kernel/settings/core-settings.ts'
import type { AnyPlugin } from '../../core/run/load-plugins.ts'
import { startJobs } from '../../core/kernel/jobs/run-jobs.ts'
import { processWaiting } from '../../core/mail/inbound/inbound.ts'
import { mailJobs } from '../../core/mail/inbound/jobs.ts'
import acl from '../../plugins/acl/index.tsx'
import admin from '../../plugins/admin/index.tsx'
import automation from '../../plugins/automation/index.tsx'
import desk from '../../plugins/desk/index.tsx'
import faq from '../../plugins/faq/index.tsx'
import ldapAuth from '../../plugins/ldap-auth/index.tsx'
import notifications from '../../plugins/notifications/index.ts'
import portal from '../../plugins/portal/index.tsx'
import smtpReceiver from '../../plugins/smtp-receiver/index.ts'
import units from '../../plugins/units/index.tsx'
import { testDatabase } from '../database.ts'
import { startMailSink, type MailSink } from '../servers/mail-sink.ts'
import { openSite, type Site, type Visitor } from '../web.ts'
import { earlierBackups, plain } from './earlier.ts'
import { goBack, goBackInUnit, hasWayBack, type Way } from './going-back.ts'
import { FACTS } from './make/plugins.ts'

/** Tables that this version has beyond those of a backup, in alphabetical order. */
const NEW_TABLES: string[] = [
  'access_change',
  'acl',
  'article_flag',
  'article_raw',
  'article_revision',
  'article_send_error',
  'article_thread',
  'audit_blob',
  'automation_act',
  'automation_rule',
  'automation_run',
  'company',
  'database_fill',
  'deadline_recount',
  'deadline_told',
  'draft_file',
  'faq_category_group',
  'faq_view',
  'field',
  'field_use',
  'field_value',
  'further_login',
  'held_file',
  'limit_count',
  'link',
  'merge',
  'merge_moved',
  'migration_acl',
  'migration_acl_lock',
  'migration_automation',
  'migration_automation_lock',
  'migration_notifications',
  'migration_notifications_lock',
  'notification',
  'notification_bell',
  'notification_choice',
  'notification_person',
  'notification_text',
  'notification_told',
  'person_company',
  'person_queue',
  'person_released',
  'person_service',
  'process_stall',
  'saved_view',
  'secret_key',
  'service',
  'service_person',
  'service_sla',
  'sla',
  'ticket_invitation',
  'ticket_type',
  'time_spent',
  'unit_nomination',
]
/** Tables whose old columns a migration fills anew or takes away, with the reason; their rows are counted all the same. */
const CHANGED_TABLES: Record<string, string> = {
  person: 'who was known by mail alone and called by what looks like an address is called by their own address',
  auto_response: 'the text that reminds a customer is new',
  auto_response_text: 'in two languages',
}
/** Rows that a migration adds to tables of before. */
const ADDED_ROWS: Record<string, number> = { auto_response: 1, auto_response_text: 2 }

describe.each(earlierBackups())('$name', (earlier) => {
  const { house, waiting, said } = earlier
  let database: OpenDatabase
  let sink: MailSink
  let site: Site
  let restored: Restored
  const heard: { fact: Fact; by: string }[] = []
  const done: Record<string, unknown>[] = []
  const hear = (by: string) => async (fact: Fact) => {
    heard.push({ fact, by })
  }
  const probe: AnyPlugin = {
    name: 'probe',
    api: 1,
    scope: 'installation',
    on: Object.fromEntries(FACTS.map((name) => [name, hear('probe')])) as NonNullable<AnyPlugin['on']>,
    jobs: {
      'probe/later': {
        run: async (payload) => {
          done.push(payload)
        },
      },
    },
  }
  const brittle: AnyPlugin = { name: 'brittle', api: 1, scope: 'unit', on: { 'ticket.created': hear('brittle') } }
  const plugins: AnyPlugin[] = [desk, portal, admin, units, faq, notifications, automation, acl, smtpReceiver, ldapAuth, probe, brittle]

  beforeAll(async () => {
    database = await testDatabase({ empty: true })
    restored = await restoreBackup(earlier.file, database, { owners: ownersOf(plugins) })
    sink = await startMailSink()
    site = await openSite(plugins, { smarthostUrl: sink.url }, database)
    site.make.now = new Date(earlier.madeAt.getTime() + 3000)
  })
  afterAll(async () => {
    await site?.close()
    await sink?.stop()
    await database?.close()
  })

  const session = (token: string): Visitor => {
    const visitor = site.visitor()
    visitor.cookies.set('pomoc', token)
    return visitor
  }
  const sessionOf = (person: string) => session(waiting.sessions.find((one) => one.person === person && !one.half)!.token)
  const text = async (visitor: Visitor, path: string) => {
    const response = await visitor.get(path)
    return `${response.status} ${(await response.text()).replaceAll('&#39;', "'")}`
  }

  describe('rows', () => {
    it('all come back, and none of them is changed by what migrates after', async () => {
      expect(restored.damagedBlobs).toEqual([])
      const client = await database.pool.connect()
      try {
        await client.query('begin read only')
        await settle(client)
        const here = new Map((await listTables(client)).map((table) => [table.name, table]))
        const counts: Record<string, number> = {}
        const changed: string[] = []
        for (const table of (restored.manifest as Manifest).tables) {
          const name = table.name.replace(/^public\./, '')
          // What ran is a list that every version adds to.
          if (name.startsWith('migration_')) {
            counts[name] = earlier.tables[name]!
            continue
          }
          const found = here.get(table.name)
          const columns = table.columns.filter((column) => found?.columns.includes(column))
          const sum = found && (await sumRows(client, selectOf({ name: table.name, columns })))
          counts[name] = (sum?.rows ?? 0) - (ADDED_ROWS[name] ?? 0)
          if (columns.length < table.columns.length || sum?.sum !== table.sum) changed.push(name)
        }
        expect(counts).toEqual(earlier.tables)
        expect(changed.filter((name) => !(name in CHANGED_TABLES))).toEqual([])
        const known = new Set(restored.manifest.tables.map(({ name }) => name))
        expect(
          [...here.keys()]
            .filter((name) => !known.has(name))
            .map((name) => name.replace(/^public\./, ''))
            .sort(),
        ).toEqual(NEW_TABLES)
      } finally {
        await client.query('rollback')
        client.release()
      }
    })
    it('jobs too, those given up with their reason', async () => {
      const { rows } = await sql<{ task: string; n: number; dead: number }>`
        select t.identifier as task, count(*)::integer as n, count(*) filter (where attempts >= max_attempts)::integer as dead
        from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
        where t.identifier in ${sql.raw(`(${earlier.jobs.map(({ task }) => `'${task}'`).join(', ')})`)} group by 1 order by 1`.execute(
        database.db,
      )
      expect(rows).toEqual(earlier.jobs)
      expect(plain((await listDeadJobs(database.db)).map(({ task, attempts, error, fact }) => ({ task, attempts, error, fact })))).toEqual(
        said.deadJobs,
      )
    })
  })

  describe('what its own functions said', () => {
    it('of tickets', async () => {
      for (const ticket of said.tickets) expect(plain(await findTicket(database.db, String(ticket['id']), null))).toMatchObject(ticket)
    })
    it('of settings, plugins and units', async () => {
      const { db } = database
      expect(await readSettings(db, 'core', coreSettings, '1')).toMatchObject(said.settings.core)
      expect(await readSettings(db, 'faq', faq.settings!, '1')).toMatchObject(said.settings.faq)
      expect(await readSettings(db, 'faq', faq.settings!, house.wm)).toMatchObject(said.settings.faqInWm)
      expect(await readSettings(db, UNIT_LIMITS, unitLimits, house.wm)).toMatchObject(said.settings.limitsOfWm)
      for (const [plugin, rows] of Object.entries(said.activations)) expect([...(await listActivations(db, plugin))]).toEqual(rows)
      expect((await listSuspensions(db)).map(({ plugin, unitId }) => ({ plugin, unitId }))).toEqual(said.suspensions)
      expect(plain(await findBrand(db, house.wm))).toMatchObject(said.brand)
      expect([...(await routesOf(db, house.wm))]).toEqual(said.routes)
      expect(await listAllUnitAdministrators(db)).toMatchObject(said.administrators)
    })
    it('of people', async () => {
      const { db } = database
      for (const [id, rights] of Object.entries(said.rights)) expect(Object.fromEntries(await rightsOfPerson(db, id))).toEqual(rights)
      for (const [id, unit] of Object.entries(said.units)) expect(plain(await unitOfPerson(db, id))).toMatchObject(unit)
      expect(plain(await secondFactorOf(db, house.ada))).toMatchObject(said.secondFactor)
      expect(plain(await findAbsence(db, house.jan, earlier.madeAt))).toMatchObject(said.absence)
      expect(plain(await findHold(db, house.held))).toMatchObject(said.hold)
    })
    it('of the directory, which finds its people again, whatever else of theirs has changed', async () => {
      for (const { person, dn, attributes, groups } of earlier.directory)
        expect(await findDirectoryEntry(database.db, person)).toMatchObject({ directory: 'uni', dn, attributes, groups })
      const changes = await compareDirectoryPersons(
        database.db,
        earlier.directory.map((one) => ({
          directory: 'uni',
          entryId: one.entry_id,
          dn: one.dn,
          login: `${one.login}x`,
          firstName: 'Inne',
          lastName: 'Nazwisko',
          name: 'Inne Nazwisko',
          addresses: [],
          phone: '',
          language: null,
          agent: false,
          roles: [],
          unit: null,
          attributes: one.attributes,
          groups: one.groups,
        })),
      )
      expect(changes.map(({ personId }) => personId)).toEqual(earlier.directory.map(({ person }) => person))
    })
  })

  describe('pages', () => {
    it('of tickets answer agents and customers', async () => {
      const ada = sessionOf(house.ada)
      const others = await Promise.all([house.maria, house.admin].map((id) => site.loggedIn(id)))
      const all = (await database.db.selectFrom('ticket').select(['id', 'customer_id']).orderBy('id').execute()).filter(
        ({ id }) =>
          Object.values(earlier.tickets).includes(id) ||
          id === waiting.answered.ticket ||
          waiting.undoable.some(({ ticket }) => ticket === id),
      )
      const wrong: string[] = []
      // To the ticket that it was merged into, as history says.
      const leadsOn = (id: string, status: number) => id === earlier.tickets['merged'] && status === 302
      for (const { id } of all) {
        const told = [
          earlier.tickets['worked'],
          earlier.tickets['mailed'],
          earlier.tickets['merged'],
          earlier.tickets['by headers'],
        ].includes(id)
        for (const path of [`/desk/tickets/${id}`, ...(told ? [`/desk/tickets/${id}/history`] : [])]) {
          const status = (await ada.get(path)).status
          // What Ada may not see, somebody of its unit may.
          if (
            status === 200 ||
            leadsOn(id, status) ||
            (status === 404 && (await Promise.all(others.map(async (one) => (await one.get(path)).status))).includes(200))
          )
            continue
          wrong.push(`${path} ${status}`)
        }
      }
      for (const customer of new Set(
        all.map(({ customer_id }) => customer_id).filter((id) => id === house.paulina || id === house.tomasz),
      )) {
        const own = await site.loggedIn(customer!)
        for (const { id } of all.filter(({ customer_id }) => customer_id === customer)) {
          const { status } = await own.get(`/tickets/${id}`)
          if (status !== 200 && !leadsOn(id, status)) wrong.push(`/tickets/${id} as ${customer} ${status}`)
        }
        for (const path of ['/', '/account', '/u/it/faq']) if ((await own.get(path)).status !== 200) wrong.push(`${path} as ${customer}`)
      }
      expect(wrong).toEqual([])
    })
    it('of administration, lists, mails, the knowledge base', async () => {
      const ada = sessionOf(house.ada)
      const maria = await site.loggedIn(house.maria)
      const ids = async (table: 'inbound_mail' | 'outbound_mail') =>
        (await database.db.selectFrom(table).select('id').orderBy('id').execute()).filter((_, n) => n % 9 === 0).map(({ id }) => id)
      const paths = [
        '/desk',
        '/desk/view/open',
        '/desk/view/mine',
        '/desk/queue/101',
        '/desk/search?q=sieci',
        '/admin',
        '/admin/persons',
        '/admin/queues',
        '/admin/units',
        '/admin/roles',
        '/admin/groups',
        '/admin/calendars',
        '/admin/texts',
        '/admin/answers',
        '/admin/addresses',
        '/admin/mail/in',
        '/admin/mail/out',
        '/admin/mail/filters',
        '/admin/settings',
        '/admin/plugins',
        '/admin/faults',
        '/admin/jobs',
        '/admin/audit',
        '/admin/topics',
        '/admin/routing',
        `/admin/persons/${house.held}/privacy`,
        `/admin/persons/${house.jan}/absence`,
        ...(await ids('inbound_mail')).map((id) => `/admin/mail/in/${id}`),
        ...(await ids('outbound_mail')).map((id) => `/admin/mail/out/${id}`),
        '/u/it/faq',
        '/u/it/faq/1',
        '/u/it/faq/1/versions',
      ]
      const wrong: string[] = []
      for (const path of paths) if ((await ada.get(path)).status !== 200) wrong.push(path)
      for (const area of [
        '',
        '/queues',
        '/people',
        '/texts',
        '/hours',
        '/looks',
        '/plugins',
        '/topics',
        '/addresses',
        '/mail',
        '/figures',
        '/log',
      ]) {
        const { status } = await maria.get(`/u/wm/admin${area}`)
        if (status !== 200) wrong.push(`/u/wm/admin${area} ${status}`)
      }
      expect(wrong).toEqual([])
    })
  })

  describe('whoever was there goes on', () => {
    it('in a session of before', async () => {
      for (const { person, token, half } of waiting.sessions) {
        const { status } = await session(token).get('/account')
        expect([person, half ?? false, status]).toEqual([person, half ?? false, half ? 303 : 200])
      }
    })
    it('with the code of the app that was awaited, and with a recovery code', async () => {
      const half = session(waiting.sessions.find((one) => one.half)!.token)
      expect((await half.get('/login/code')).status).toBe(200)
      const code = new TOTP({ secret: Secret.fromBase32(house.secret) }).generate({ timestamp: site.make.now.getTime() })
      expect((await half.post('/login/code', { code })).status).toBe(303)
      expect((await half.get('/desk')).status).toBeLessThan(400)
      const again = site.visitor()
      await again.get('/login')
      expect((await again.post('/login', { login: 'anowak', password: 'dobre hasło na próbę' })).headers.get('location')).toMatch(
        /^\/login\/code/,
      )
      await again.get('/login/code')
      expect((await again.post('/login/code', { code: house.codes[0]! })).status).toBe(303)
      expect(await secondFactorOf(database.db, house.ada)).toMatchObject({ state: 'on', codesLeft: house.codes.length - 1 })
      // In clear until now: the job seals it, and the app goes on.
      await runFills(site.kernel.jobHost, { sealed: sealKept(site.kernel.host.config, () => site.make.now) })
      expect(await database.db.selectFrom('second_factor').select('person_id').where('secret', 'is not', null).execute()).toEqual([])
      const sealed = site.visitor()
      await sealed.get('/login')
      await sealed.post('/login', { login: 'anowak', password: 'dobre hasło na próbę' })
      await sealed.get('/login/code')
      const later = new TOTP({ secret: Secret.fromBase32(house.secret) }).generate({ timestamp: site.make.now.getTime() + 30_000 })
      expect((await sealed.post('/login/code', { code: later })).status).toBe(303)
    })
    it('in the draft', async () => {
      const { draft, newDraft } = waiting
      expect((await findDraft(database.db, draft.person, draft.form))?.fields).toMatchObject({ body: draft.body })
      expect(await text(sessionOf(draft.person), `/desk/tickets/${draft.ticket}`)).toContain(draft.body.split('\n').at(-1))
      expect((await findDraft(database.db, newDraft.person, newDraft.form))?.fields).toMatchObject({ subject: 'Niewysłane' })
    })
  })

  describe('the audit log', () => {
    const everything = async (): Promise<AuditEvent[]> => {
      const events: AuditEvent[] = []
      for (let after: string | null = null; ; ) {
        const page: Awaited<ReturnType<typeof listEvents>> = await listEvents(database.db, 'all', {
          limit: 500,
          ...(after ? { after } : {}),
        })
        events.push(...page.rows)
        if (!page.after) return events.reverse()
        after = page.after
      }
    }
    /** Of the earlier version's own making. */
    const events = async () => (await everything()).filter((event) => event.at <= earlier.madeAt)
    const keysOf = (event: Pick<AuditEvent, 'before' | 'after'>) => [
      ...new Set([...Object.keys(event.before ?? {}), ...Object.keys(event.after ?? {})]),
    ]
    /** What stands on a page between its tags. */
    const pieces = (html: string) =>
      /<main[\s\S]*<\/main>/
        .exec(html)![0]
        .replace(/<code>[\s\S]*?<\/code>/g, '')
        .split(/<[^>]*>/)
        .map((piece) => piece.trim())
        .filter(Boolean)
    /** Names of columns and fields that a person is shown in the place of words. A word of English may be its own name there. */
    const raw = (language: 'pl' | 'en', shown: readonly string[], keys: readonly string[]) =>
      keys.filter((key) =>
        /_|[a-z][A-Z]|[.\d]/.test(key)
          ? shown.some((piece) => new RegExp(`(^|[ ,:])${key.replaceAll('.', '\\.')}($|[ ,:])`).test(piece))
          : language === 'pl' && key !== 'agent' && shown.some((piece) => piece === key || piece === `${key}:`),
      )

    it.each(['pl', 'en'] as const)('says every event in words (%s)', async (language) => {
      const ada = sessionOf(house.ada)
      ada.cookies.set('language', language)
      // As few as show every field of every kind of thing, of every kind of event.
      const left = new Set<string>()
      const fields = (event: AuditEvent) => [event.kind, ...keysOf(event)].map((key) => `${event.object?.type} ${key.replace(/\d+/, '#')}`)
      const all = (await events()).toSorted((a, b) => keysOf(b).length - keysOf(a).length)
      for (const event of all) for (const field of fields(event)) left.add(field)
      expect(left.size).toBeGreaterThan(120)
      const few = all.filter((event) => {
        const fresh = fields(event).filter((field) => left.delete(field))
        return fresh.length > 0
      })
      const wrong: string[] = []
      for (const event of few) {
        const response = await ada.get(`/admin/audit/${event.id}`, { 'accept-language': language })
        const shown = pieces(await response.text())
        const type = event.object?.type ?? ''
        for (const key of raw(language, shown, keysOf(event))) wrong.push(`${event.kind} ${type}: ${key}`)
        if (
          shown.some(
            (piece) =>
              piece === event.kind ||
              (type !== '' && language === 'pl' && (piece === type || piece.startsWith(`${type} „`) || piece.startsWith(`${type} “`))),
          )
        )
          wrong.push(`${event.kind} ${type}`)
        if (shown.some((piece) => /^[[{]"|\[object|^(true|false|null|undefined)$/.test(piece)))
          wrong.push(`${event.kind} ${type}: ${shown.find((piece) => /^[[{]"|\[object|^(true|false|null|undefined)$/.test(piece))}`)
      }
      expect([...new Set(wrong)].sort()).toEqual([])
    })
    it.each(['pl', 'en'] as const)("says them in words to the unit's own administrators (%s)", async (language) => {
      const maria = await site.loggedIn(house.maria)
      await database.db.updateTable('person').set({ language }).where('id', '=', house.maria).execute()
      const below = unitsBelow(await listUnits(database.db), house.wm)
      const own = (await events()).filter((event) => event.unit && below.has(event.unit.id))
      const keys = [...new Set(own.flatMap(keysOf))]
      const types = [...new Set(own.flatMap((event) => (event.object ? [event.object.type] : [])))]
      const wrong: string[] = []
      for (let path: string | undefined = '/u/wm/admin/log'; path; ) {
        const html = await (await maria.get(path, { 'accept-language': language })).text()
        const shown = pieces(html)
        wrong.push(
          ...raw(language, shown, keys),
          ...types.filter(
            (type) =>
              language === 'pl' && shown.some((piece) => piece === type || piece.startsWith(`${type} „`) || piece.startsWith(`${type} “`)),
          ),
        )
        path = /href="([^"]*)" rel="next"/.exec(html)?.[1]?.replaceAll('&amp;', '&')
      }
      await database.db.updateTable('person').set({ language: 'en' }).where('id', '=', house.maria).execute()
      expect([...new Set(wrong)].sort()).toEqual([])
    })

    /** Runs in a transaction that always ends with a rollback: each change is gone back on as the backup has it. */
    const tryOut = async (personId: string, run: (work: Work) => Promise<Way>): Promise<Way> => {
      const actor = await site.make.actor(personId)
      let way: Way | undefined
      await site.kernel.host
        .work(actor, async (work) => {
          way = await run(work)
          throw new Error('rolled back')
        })
        .catch((error: Error) => {
          if (!way) throw error
        })
      return way!
    }
    /** Queues by id: earlier versions named those of an order or a template by name. */
    const queueIds = new Map<string, string>()
    beforeAll(async () => {
      for (const { id, name } of await database.db.selectFrom('queue').select(['id', 'name']).execute()) queueIds.set(name, id)
    })
    /** As the log keeps it. A list of rights has no order, that of a unit's queues has. */
    const asStored = (value: unknown, type: string): unknown => {
      const stored = plain(value ?? null)
      if (!Array.isArray(stored) || !stored.every((one) => typeof one === 'string')) return stored
      const same = stored.map((one: string) => queueIds.get(one) ?? one)
      return type === 'unit' ? same : same.toSorted()
    }
    /** What is wrong with how it ended; nothing where the thing stands as it stood, or the refusal is true. */
    const judge = (event: AuditEvent, way: Way, all: readonly AuditEvent[], sinceCode: string): string[] => {
      const about = `${event.id} ${event.object!.type} ${keysOf(event).join()}`
      const object = `${event.object!.type} ${event.object!.id}`
      if (way.end === 'refused') {
        const touched = all.some(
          (other) =>
            Number(other.id) > Number(event.id) &&
            other.object?.type === event.object!.type &&
            other.object.id === event.object!.id &&
            keysOf(other).some((key) => keysOf(event).includes(key)),
        )
        return way.code === sinceCode && !touched ? [`${about}: “changed since”, which is untrue`] : []
      }
      const written = way.written.filter((one) => one.object === object)
      // What came whole is gone whole; what went is there again; else each value stands as it stood.
      const stands: Record<string, unknown> = Object.assign({}, ...written.map((one) => one.after ?? {}))
      const wanted = event.before ?? Object.fromEntries(keysOf(event).map((key) => [key, null]))
      const wrong = Object.keys(wanted).filter(
        (key) => !isDeepStrictEqual(asStored(stands[key], event.object!.type), asStored(wanted[key], event.object!.type)),
      )
      if (written.length === 0) wrong.push('nothing')
      const more = way.written.flatMap((one) =>
        Object.keys(one.after ?? {})
          .filter((key) => one.object !== object || !keysOf(event).includes(key))
          .map((key) => `${one.object} ${key}`),
      )
      return [...wrong.map((key) => `${about}: ${key} does not stand as it stood`), ...more.map((key) => `${about}: ${key} changed too`)]
    }

    it('goes back on every change that says it can, and on nothing else of the thing; or refuses with a reason that is true', async () => {
      const all = await events()
      const wrong: string[] = []
      const ended: Record<string, number> = {}
      for (const event of all.filter((one) => hasWayBack(one, plugins))) {
        const way = await tryOut(house.ada, (work) => goBack(work, event, plugins))
        wrong.push(...judge(event, way, all, 'audit.changed-since'))
        const said = way.end === 'back' ? `${event.object!.type} back` : `refused ${way.code}`
        ended[said] = (ended[said] ?? 0) + 1
      }
      expect(wrong).toEqual([])
      // The only other refusal: an absence that is over.
      expect(Object.keys(ended).filter((end) => end.startsWith('refused') && end !== 'refused audit.changed-since')).toEqual([
        'refused absence.past',
      ])
      // Each of these kinds has at least one change that can still be gone back on.
      for (const type of [
        'queue',
        'queue text',
        'system address',
        'unit',
        'group',
        'role',
        'role right',
        'person',
        'person address',
        'person right',
        'person role',
        'person unit',
        'calendar',
        'text',
        'salutation',
        'signature',
        'answer template',
        'postmaster filter',
        'topic',
        'route',
        'setting',
        'plugin activation',
        'unit administrator',
        'unit looks',
        'unit rule',
      ]) {
        expect([type, ended[`${type} back`] ?? 0]).not.toEqual([type, 0])
      }
    }, 60_000)
    it('refuses the rest, and changes nothing', async () => {
      const rest = (await events()).filter((event) => !hasWayBack(event, plugins))
      const ends = new Set<string>()
      for (const event of rest) {
        const way = await tryOut(house.ada, (work) => goBack(work, event, plugins))
        ends.add(way.end === 'refused' ? way.code : `${event.kind} ${event.object?.type} went back`)
      }
      expect([...ends]).toEqual(['audit.no-way-back'])
    })
    it("lets a unit's own administrator go back on its changes, likewise", async () => {
      const all = await events()
      const below = unitsBelow(await listUnits(database.db), house.wm)
      const own = all.filter(
        (event) =>
          event.unit &&
          below.has(event.unit.id) &&
          event.object &&
          ['route', 'plugin activation', 'queue text'].includes(event.object.type),
      )
      const wrong: string[] = []
      let back = 0
      for (const event of own) {
        const way = await tryOut(house.maria, (work) => goBackInUnit(work, event, below, plugins))
        wrong.push(...judge(event, way, all, 'conflict'))
        if (way.end === 'back') back++
      }
      expect(wrong).toEqual([])
      expect(back).toBeGreaterThan(2)
    })
  })

  // From here on things change: what waited is taken back, delivered, worked up.
  describe('what waited', () => {
    // When an agent wrote last is in no history of that version: an answer taken back leaves it.
    const kept = (before: Record<string, unknown>) => Object.keys(before).filter((name) => name !== 'last_agent_at')
    const columns = async (ticket: string, names: readonly string[]) => {
      const row = (await database.db.selectFrom('ticket').selectAll().where('id', '=', ticket).executeTakeFirstOrThrow()) as Record<
        string,
        unknown
      >
      const [{ held, participants }] = (
        await sql<{ held: string; participants: string }>`
        select (select count(*) from article where ticket_id = ${ticket} and held_at is not null and held_decision is null)::text as held,
          (select count(*) from ticket_participant where ticket_id = ${ticket})::text as participants`.execute(database.db)
      ).rows as [{ held: string; participants: string }]
      return plain(Object.fromEntries(Object.entries({ ...row, held, participants }).filter(([name]) => names.includes(name))))
    }
    it('an answer within its ten seconds is taken back: the mail cancelled, its columns as before, its words in the composer', async () => {
      const { ticket, act, before, article, mails, body } = waiting.answered
      const jan = sessionOf(house.jan)
      await jan.get(`/desk/tickets/${ticket}`)
      expect((await jan.post(`/desk/tickets/${ticket}/undo/${act}`)).status).toBe(303)
      expect(await columns(ticket, kept(before))).toEqual(Object.fromEntries(kept(before).map((name) => [name, before[name]])))
      expect(
        await database.db.selectFrom('outbound_mail').select(['id', 'state']).where('id', 'in', mails).orderBy('id').execute(),
      ).toEqual(mails.map((id) => ({ id, state: 'cancelled' })))
      expect(
        (await database.db.selectFrom('article').select('withdrawn_at').where('id', '=', article).executeTakeFirstOrThrow()).withdrawn_at,
      ).toEqual(site.make.now)
      expect(await text(jan, `/desk/tickets/${ticket}`)).toContain(body)
    })
    it.each(waiting.undoable.map((one) => [one.what, one] as const))(
      'another act is taken back: %s',
      async (_what, { ticket, act, before }) => {
        const ada = sessionOf(house.ada)
        await ada.get(`/desk/tickets/${ticket}`)
        expect((await ada.post(`/desk/tickets/${ticket}/undo/${act}`)).status).toBe(303)
        expect(await columns(ticket, kept(before))).toEqual(Object.fromEntries(kept(before).map((name) => [name, before[name]])))
        expect(
          await database.db
            .selectFrom('history')
            .select('type')
            .where('ticket_id', '=', ticket)
            .where('name', 'like', '%%undo%')
            .where('created_at', '>', earlier.madeAt)
            .execute(),
        ).toHaveLength(1)
      },
    )
    it('facts reach their subscribers in order, jobs run, mails become tickets and leave', async () => {
      const { kernel, make } = site
      await processWaiting(kernel.host)
      await make.asSystem(retryDeadJobs)
      const jobs = await startJobs({
        url: database.url,
        log: pino({ level: 'silent' }),
        concurrency: 4,
        jobs: new Map([...mailJobs(kernel.host, kernel.mail), ...kernel.jobs]),
      })
      try {
        const of = (by: string) => heard.filter((one) => one.by === by)
        await expect
          .poll(
            () =>
              earlier.waitingFacts
                .filter(({ id }) => !of('probe').some(({ fact }) => fact.id === id))
                .map(({ id, name }) => `${id} ${name}`),
            { timeout: 30_000, interval: 50 },
          )
          .toEqual([])
        expect(
          of('probe')
            .filter(({ fact }) => fact.ticketId === waiting.told.ticket)
            .map(({ fact }) => fact.name),
        ).toEqual(waiting.told.facts)
        for (const ticket of new Set(earlier.waitingFacts.map((one) => one.ticket))) {
          const told = of('probe')
            .filter(({ fact }) => fact.ticketId === ticket && earlier.waitingFacts.some((one) => one.id === fact.id && !one.dead))
            .map(({ fact }) => Number(fact.id))
          expect(told).toEqual(told.toSorted((a, b) => a - b))
        }
        const stored = new Map(
          (
            await database.db
              .selectFrom('fact')
              .select(['id', 'data'])
              .where(
                'id',
                'in',
                earlier.waitingFacts.map(({ id }) => id),
              )
              .execute()
          ).map(({ id, data }) => [id, data]),
        )
        for (const { fact } of of('probe')) if (stored.has(fact.id)) expect(fact.data).toMatchObject(stored.get(fact.id)!)
        // On in its unit, not where it is suspended.
        expect(new Set(of('brittle').map(({ fact }) => fact.unitId))).toEqual(new Set([house.wm]))
        await expect
          .poll(async () => (await database.db.selectFrom('inbound_mail').select('id').where('state', '=', 'accepted').execute()).length, {
            timeout: 30_000,
            interval: 50,
          })
          .toBe(0)
        await expect
          .poll(
            async () =>
              (
                await database.db
                  .selectFrom('outbound_mail')
                  .select('id')
                  .where('state', '=', 'queued')
                  .where('created_at', '<=', earlier.madeAt)
                  .execute()
              ).length,
            { timeout: 30_000, interval: 50 },
          )
          .toBe(0)
        await expect.poll(() => done, { timeout: 30_000, interval: 50 }).toEqual([{ what: 'zaległe' }])
      } finally {
        await jobs.stop()
      }
      expect(sink.mails.map(({ raw }) => raw.toString('utf8')).filter((mail) => mail.includes('zamykam'))).toEqual([])
      expect(
        await database.db
          .selectFrom('inbound_mail')
          .select(['subject', 'outcome'])
          .where('subject', 'in', ['Czeka na swoją kolej', 'Bez zadania'])
          .orderBy('id')
          .execute(),
      ).toEqual([
        { subject: 'Czeka na swoją kolej', outcome: 'new-ticket' },
        { subject: 'Bez zadania', outcome: 'new-ticket' },
      ])
    })
    it('and new facts, numbers, ids go on after the old ones', async () => {
      const { make } = site
      const { id, number } = await make.ticket({ customerId: house.paulina, queueId: '101' })
      const { max } = await database.db
        .selectFrom('ticket')
        .select((of) => of.fn.max('id').as('max'))
        .executeTakeFirstOrThrow()
      expect(id).toBe(String(max))
      expect(await database.db.selectFrom('ticket').select('id').where('number', '=', number).execute()).toHaveLength(1)
      expect(await site.kernel.host.work(system('test'), async (work) => work.act)).toMatch(/^[0-9a-f-]{36}$/)
    })
  })
})
