/** Plugins of rules taken out of the configuration while their tables hold rules, and jobs wait for them: tickets go on; put back, they do too. */
import { sql } from 'kysely'
import pino from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { setActivation } from '../../core/administration/plugin-admin.ts'
import { createTicket, listEvents, prepareAct, system, type ActName, type Id } from '../../core/index.ts'
import { startJobs } from '../../core/kernel/jobs/run-jobs.ts'
import { acceptMail, mailInMemory } from '../../core/mail/inbound/accept.ts'
import { mailJobs } from '../../core/mail/inbound/jobs.ts'
import type { AnyPlugin } from '../../core/run/load-plugins.ts'
import { createAcl } from '../../plugins/acl/acl.ts'
import acl from '../../plugins/acl/index.tsx'
import admin from '../../plugins/admin/index.tsx'
import automation from '../../plugins/automation/index.tsx'
import { saveRule } from '../../plugins/automation/rule.ts'
import { askRun } from '../../plugins/automation/run.ts'
import desk from '../../plugins/desk/index.tsx'
import notifications from '../../plugins/notifications/index.ts'
import { createNotification } from '../../plugins/notifications/notifications.ts'
import portal from '../../plugins/portal/index.tsx'
import { testDatabase } from '../database.ts'
import { openSite, type Site } from '../web.ts'

const LONG = process.env['POMOC_LONG'] === 'yes'
const ALL: readonly AnyPlugin[] = [desk, portal, admin, notifications, automation, acl]
let database: Awaited<ReturnType<typeof testDatabase>>
/** With every plugin: makes what there is. */
let whole: Site
let queueId: Id
let anna: Id
let rule: Id
beforeAll(async () => {
  database = await testDatabase()
  whole = await openSite([...ALL], {}, database)
  const { make, kernel } = whole
  queueId = await make.queue()
  await make.db.insertInto('system_address').values({ address: 'reguly@uni.example', name: 'Reguły', queue_id: queueId }).execute()
  anna = await make.agent({ 1: ['rw'], 2: ['rw'] }, { name: 'Anna Nowa' })
  await sql`insert into person_queue (person_id, queue_id) values (${anna}, ${queueId})`.execute(make.db)
  await kernel.host.work(system('test'), async (work) => {
    for (const { name } of [notifications, automation, acl]) await setActivation(work, name, '1', true)
    await createNotification(work, null, {
      name: 'Notatki',
      comment: '',
      valid: true,
      rule: { events: ['NotificationAddNote', 'NotificationNewTicket'], recipients: ['AgentMyQueues'], ways: ['page'] },
      texts: { pl: { subject: '<OTRS_TICKET_Title>', body: 'x', contentType: 'text/plain' } },
    })
    rule = await saveRule(work, null, null, {
      name: 'Tytuły',
      comment: '',
      valid: true,
      wakes: { facts: ['ticket.created', 'article.created'] },
      filter: { is: { queue: [queueId] } },
      acts: [{ act: 'title', given: { title: 'Ruszone regułą' } }],
      most: 10_000,
      hourly: 1000,
    })
    await createAcl(work, null, {
      name: 'Bez najwyższego',
      comment: '',
      description: '',
      match: {},
      change: { PossibleNot: { Ticket: { Priority: ['5 very high'] } } },
      stop: false,
      valid: true,
    })
  })
})
afterAll(async () => {
  await whole?.close()
  await database.close()
})

/** Runs what waits, as the program's own workers do, until nothing is left that they know. */
async function workOff({ kernel }: Site): Promise<void> {
  const jobs = new Map([...mailJobs(kernel.host, kernel.mail), ...kernel.jobs])
  const runner = await startJobs({ url: database.url, log: pino({ level: 'silent' }), concurrency: 2, jobs: new Map([...jobs].map(([name, { run }]) => [name, { run }])) }) // biome-ignore format: one call
  try {
    const known = [...jobs.keys()]
    for (let still = 0; still < 2; ) {
      const { rows } = await sql`select 1 from graphile_worker.jobs where task_identifier = any(${known}::text[]) limit 1`.execute(
        database.db,
      )
      still = rows.length === 0 ? still + 1 : 0
      await new Promise((resolve) => void setTimeout(resolve, 10))
    }
  } finally {
    await runner.stop()
  }
}

let mails = 0
const took = async (messageId: string) =>
  (await database.db.selectFrom('article').select('ticket_id').where('message_id', '=', messageId).executeTakeFirstOrThrow()).ticket_id
/** A ticket by mail; a note and another priority by its page; a note by a command. Answers the ticket and what the page said to the priority. */
async function goOn(site: Site): Promise<{ ticket: Id; priority: number }> {
  const messageId = `<przez-poczte-${++mails}@klient.example>`
  const raw = `From: osoba${mails}@klient.example\r\nTo: reguly@uni.example\r\nSubject: Drukarka ${mails}\r\nMessage-ID: ${messageId}\r\n\r\nNie drukuje.\r\n`
  await acceptMail(
    database.db,
    { from: `osoba${mails}@klient.example`, recipients: ['reguly@uni.example'], peerAddress: '192.0.2.1', peerName: 'x', encrypted: false },
    mailInMemory(Buffer.from(raw)),
    whole.make.now,
  )
  await workOff(site)
  const ticket = await took(messageId)
  const visitor = await site.loggedIn(anna)
  expect((await visitor.get(`/desk/tickets/${ticket}`)).status).toBe(200)
  const note = await visitor.post(`/desk/tickets/${ticket}/note`, { body: 'Notatka ze strony' })
  expect(note.status).toBe(303)
  const priority = await visitor.post(`/desk/tickets/${ticket}/priority`, { priority: '5' })
  const act = async (name: ActName, given: Record<string, unknown>) => {
    const doIt = await prepareAct({ db: database.db }, name, given)
    await site.kernel.host.work(system('command line'), async (work) => void (await doIt(work, ticket as never)))
  }
  await act('note', { body: 'Notatka z polecenia' })
  return { ticket, priority: priority.status }
}

/** What each of them did to a ticket. */
async function doneTo(ticket: Id) {
  const count = async (table: string) =>
    Number(
      (await sql<{ n: string }>`select count(*) as n from ${sql.table(table)} where ticket_id = ${ticket}`.execute(database.db)).rows[0]!.n,
    )
  return { notifications: (await count('notification_told')) > 0, automation: (await count('automation_act')) > 0 }
}

const RULED: readonly AnyPlugin[] = [notifications, automation, acl]
const CASES: readonly (readonly AnyPlugin[])[] = [RULED, ...(LONG ? RULED.map((one) => [one]) : [])]

it.each(CASES.map((gone) => ({ names: gone.map(({ name }) => name).join(', '), gone })))('$names', async ({ gone }) => {
  const isGone = (plugin: AnyPlugin) => gone.includes(plugin)
  // Facts and a run wait when they go.
  const { id: waiting } = await whole.kernel.host.work(system('test'), (work) =>
    createTicket(work, {
      title: 'Czeka',
      queueId,
      customerId: null,
      article: { channel: 'web', senderType: 'customer', visible: true, subject: 'Czeka', body: 'Czeka.' },
    }),
  )
  await askRun(whole.kernel.host, rule, 'hand')
  const waits = async () =>
    (await sql<{ task: string }>`select task_identifier as task from graphile_worker.jobs`.execute(database.db)).rows.map(
      ({ task }) => task,
    )
  expect(await waits()).toEqual(expect.arrayContaining(['fact/deliver', 'automation/run']))

  const without = await openSite(
    ALL.filter((one) => !isGone(one)),
    {},
    database,
  )
  let meanwhile: Id
  try {
    await workOff(without)
    const went = await goOn(without)
    meanwhile = went.ticket
    expect(went.priority).toBe(isGone(acl) ? 303 : 422)
    await workOff(without)
    for (const ticket of [waiting, meanwhile])
      expect(await doneTo(ticket)).toEqual({ notifications: !isGone(notifications), automation: !isGone(automation) })
    const boss = await without.loggedIn(anna)
    for (const path of ['/desk', '/admin/audit', '/admin/plugins']) expect([path, (await boss.get(path)).status]).toEqual([path, 200])
    for (const { name } of gone) expect([name, (await boss.get(`/admin/${name}`)).status]).toEqual([name, 404])
    expect(await waits()).toEqual(isGone(automation) ? ['automation/run'] : [])
  } finally {
    await without.close()
  }

  const back = await openSite([...ALL], {}, database)
  try {
    await workOff(back)
    // A run that somebody had asked for is done by then; what happened is told to nobody any more.
    expect((await doneTo(meanwhile)).notifications).toBe(!isGone(notifications))
    if (isGone(automation)) {
      const { rows } = await sql<{ why: string }>`select distinct r.why from automation_act a join automation_run r on r.id = a.run_id where a.ticket_id = ${meanwhile}`.execute(database.db) // biome-ignore format: one statement
      expect(rows.map(({ why }) => why)).toEqual(['hand'])
    }
    const { ticket, priority } = await goOn(back)
    await workOff(back)
    expect([await doneTo(ticket), priority]).toEqual([{ notifications: true, automation: true }, 422])
    // What was done with the rules before stands in the log, in words, as it did.
    const { rows } = await listEvents(database.db, 'all', { limit: 100, owners: ALL })
    const types = new Set(rows.map(({ object }) => object?.type))
    for (const { administered } of gone) expect(Object.keys(administered ?? {}).some((type) => types.has(type))).toBe(true)
  } finally {
    await back.close()
  }
})
