import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { demandKnownTags } from '../../core/administration.ts'
import { setActivation } from '../../core/administration/plugin-admin.ts'
import { saveSettings } from '../../core/administration/setting-admin.ts'
import {
  addNote,
  answerTicket,
  createTicket,
  EVENTS,
  fieldEvent,
  followUp,
  setAbsence,
  setState,
  takeTicket,
  tellStopped,
  undoAct,
  type FactName,
  type Id,
  type PersonActor,
  type Work,
} from '../../core/index.ts'
import { mailJobs } from '../../core/mail/inbound/jobs.ts'
import { coreSettings } from '../../core/kernel/settings/core-settings.ts'
import { TUESDAY } from '../../test/make.ts'
import { startMailSink, type MailSink } from '../../test/servers/mail-sink.ts'
import { openSite, type Site } from '../../test/web.ts'
import desk from '../desk/index.tsx'
import portal from '../portal/index.tsx'
import notifications from './index.ts'
import { textFor } from './language.ts'
import {
  createNotification,
  editNotification,
  findNotification,
  listNotifications,
  notificationSubject,
  removeNotification,
  switchNotification,
  type NotificationTexts,
} from './notifications.ts'
import type { RuleGiven } from './rule.ts'
import { tell } from './tables.ts'

const notificationWay = notificationSubject.way as Exclude<typeof notificationSubject.way, { noWayBack: string }>

let site: Site
let sink: MailSink
let unit: Id
let group: Id
let queueId: Id
/** ro on the queue, owner, has the queue among their own; who acts; note alone. */
let anna: PersonActor
let jan: PersonActor
let noter: PersonActor
beforeAll(async () => {
  sink = await startMailSink()
  site = await openSite([desk, portal, notifications], { smarthostUrl: sink.url })
  const { make } = site
  unit = await make.unit()
  group = await make.group()
  queueId = await make.queue({ unitId: unit, groupId: group })
  anna = await make.actor(await make.agent({ [group]: ['ro'] }, { login: 'anna', name: 'Anna Nowak', language: 'pl' }))
  jan = await make.actor(await make.agent({ [group]: ['rw'] }, { login: 'jan', name: 'Jan Kowalski' }))
  noter = await make.actor(await make.agent({ [group]: ['note'] }, { login: 'noter' }))
  await sql`insert into person_queue (person_id, queue_id) values (${anna.id}, ${queueId})`.execute(make.db)
  await make.asSystem((work) => setActivation(work, 'notifications', unit, true))
})
afterAll(async () => {
  await site.close()
  await sink.stop()
})

const TEXTS: NotificationTexts = {
  pl: {
    subject: 'Uwaga: <OTRS_TICKET_Title>',
    body: 'Dla <OTRS_NOTIFICATION_RECIPIENT_UserFullname>: <OTRS_TICKET_TicketNumber>',
    contentType: 'text/plain',
  },
}

let count = 0
/** A notification by mail, alone: what others there are is switched off. */
async function only(
  rule: RuleGiven,
  more: { name?: string; texts?: NotificationTexts; unitId?: Id | null; by?: PersonActor } = {},
): Promise<Id> {
  const { make } = site
  await tell(make.db).updateTable('notification').set({ valid: false }).execute()
  const form = {
    name: more.name ?? `Uwaga ${++count}`,
    comment: '',
    valid: true,
    rule: { ways: ['mail' as const], ...rule },
    texts: more.texts ?? TEXTS,
  }
  return more.by
    ? make.work(more.by, (work) => createNotification(work, more.unitId ?? null, form))
    : make.asSystem((work) => createNotification(work, more.unitId ?? null, form))
}

/** Does something, and tells what happened; answers whom by which way, or why not. */
async function happens(run: () => Promise<unknown>): Promise<string[]> {
  const { db } = site.make
  const { rows: before } = await sql<{ id: Id }>`select coalesce(max(id), 0)::text as id from fact`.execute(db)
  const { rows: told } = await sql<{ id: Id }>`select coalesce(max(id), 0)::text as id from notification_told`.execute(db)
  await run()
  await deliverSince(before[0]!.id)
  const rows = await tell(db)
    .selectFrom('notification_told as t')
    .leftJoin('person', 'person.id', 't.person_id')
    .select(['person.login', 't.address', 't.way', 't.outcome'])
    .where('t.id', '>', told[0]!.id)
    .orderBy('t.id')
    .execute()
  return rows.map(({ login, address, way, outcome }) => `${address ?? login ?? '–'} ${way ?? outcome}`)
}

/** As the jobs would, one after the other; what a delivery tells is delivered too. */
async function deliverSince(id: Id): Promise<void> {
  for (let after = id; ; ) {
    const { rows } = await sql<{ id: Id }>`select id::text from fact where id > ${after} and ticket_id is not null order by id`.execute(
      site.make.db,
    )
    if (rows.length === 0) return
    for (const fact of rows) {
      await sql`delete from graphile_worker._private_jobs`.execute(site.make.db)
      await site.kernel.jobs.get('fact/deliver')!.run({ fact: fact.id, subscriber: 'notifications' }, { attempt: 1, lastAttempt: false })
    }
    after = rows.at(-1)!.id
  }
}

const ticket = (of: Partial<Parameters<Site['make']['ticket']>[0]> = {}) => site.make.ticket({ queueId, ...of })
const owned = async (by: Id) => {
  const made = await ticket()
  await site.make.db.updateTable('ticket').set({ owner_id: by }).where('id', '=', made.id).execute()
  return made
}
const createdBy = (actor: PersonActor, title: string) =>
  site.make.work(actor, (work) =>
    createTicket(work, {
      title,
      queueId,
      customerId: null,
      article: { channel: 'phone', senderType: 'customer', visible: true, subject: title, body: 'Od rana.' },
    }),
  )
const by = (actor: PersonActor, run: (work: Work) => Promise<unknown>) => () => site.make.work(actor, run)
const CLOSED = { stateId: '2', pendingUntil: null }
const OPEN = { stateId: '4', pendingUntil: null }

describe('cases of OTRS', () => {
  it('N1: of what they did themselves nobody is told', async () => {
    await only({ events: ['TicketStateUpdate'], recipients: ['AgentOwner'] })
    const { id } = await owned(jan.id)
    expect(await happens(by(jan, (work) => setState(work, id, CLOSED)))).toEqual(['jan actor'])
  })

  it('N2: owner and “my queues” in one person is one mail', async () => {
    await only({ events: ['TicketStateUpdate'], recipients: ['AgentOwner', 'AgentMyQueues'] })
    const { id } = await owned(anna.id)
    expect(await happens(by(jan, (work) => setState(work, id, CLOSED)))).toEqual(['anna mail'])
  })

  it('N3: where nobody leads nobody is told', async () => {
    await only({ events: ['TicketStateUpdate'], recipients: ['AgentOwner'] })
    const { id } = await ticket()
    expect(await happens(by(jan, (work) => setState(work, id, CLOSED)))).toEqual([])
  })

  it.each([
    ['2026-11-16', '2026-11-18', false, ['anna away']],
    ['2026-11-16', '2026-11-18', true, ['anna mail']],
    ['2026-11-16', '2026-11-16', false, ['anna mail']],
  ])('N4: away from %s to %s, told all the same: %s', async (from, until, outOfOffice, result) => {
    const { make } = site
    await only({ events: ['TicketStateUpdate'], recipients: ['AgentOwner'], outOfOffice })
    const { id } = await owned(anna.id)
    make.now = new Date('2026-11-15T09:00:00Z')
    await make.work(anna, (work) => setAbsence(work, anna.id, { from, until, substituteId: jan.id, note: '' }))
    make.now = TUESDAY
    expect(
      await happens(by(noter, (work) => work.emit('ticket.state-changed', { ticketId: id, data: { from: 'new', to: 'closed' } }) as never)),
    ).toEqual(result)
    await make.db.deleteFrom('person_absence').execute()
  })

  it('N5: whoever may write notes, and nothing else, is told of notes alone', async () => {
    const { id } = await ticket()
    await only({ events: ['TicketStateUpdate'], agents: [noter.id] })
    expect(await happens(by(jan, (work) => setState(work, id, CLOSED)))).toEqual(['noter no-right'])
    await only({ events: ['NotificationAddNote'], agents: [noter.id] })
    expect(await happens(by(jan, (work) => addNote(work, id, { body: 'Sprawdzone.', visible: false })))).toEqual(['noter mail'])
  })

  it('N6, N7: own choices count where agents are asked, and there what was not chosen is not told', async () => {
    const { make } = site
    const asked = await only({ events: ['TicketStateUpdate'], recipients: ['AgentOwner'], choice: 'free' })
    const { id } = await owned(anna.id)
    expect(await happens(by(jan, (work) => setState(work, id, CLOSED)))).toEqual(['anna not-chosen'])
    const never = await only({ events: ['TicketStateUpdate'], recipients: ['AgentOwner'], choice: 'none' })
    for (const notification of [asked, never])
      await tell(make.db)
        .insertInto('notification_choice')
        .values({ person_id: anna.id, notification_id: notification, queue_id: null, mail: 'none', page: null })
        .execute()
    expect(await happens(by(jan, (work) => setState(work, id, OPEN)))).toEqual(['anna mail'])
    await tell(make.db).deleteFrom('notification_choice').execute()
  })

  it.each([
    ['today', '2026-11-16T23:10:00Z', ['anna once-per-day']],
    ['yesterday', '2026-11-16T22:50:00Z', ['anna mail']],
  ])('N8: once a day, when OTRS wrote %s that she was told', async (_when, at, result) => {
    const { make } = site
    await only({ events: ['TicketStateUpdate'], recipients: ['AgentOwner'], oncePerDay: true }, { name: `Raz ${at}` })
    const { id } = await owned(anna.id)
    await sql`insert into history (ticket_id, type, name, act_id, created_at) values (${id}, 'SendAgentNotification', ${`%%Raz ${at}%%anna%%Email`}, gen_random_uuid(), ${at})`.execute(
      make.db,
    )
    expect(await happens(by(jan, (work) => setState(work, id, CLOSED)))).toEqual(result)
  })

  it('N9: what happened is judged as it stands in the end', async () => {
    await only({ events: ['TicketStateUpdate'], filter: { is: { state: ['2', '3'] } }, recipients: ['AgentOwner'] })
    const { id } = await owned(anna.id)
    expect(
      await happens(
        by(jan, async (work) => {
          await setState(work, id, CLOSED)
          await setState(work, id, OPEN)
        }),
      ),
    ).toEqual([])
    expect(await happens(by(jan, (work) => setState(work, id, CLOSED)))).toEqual(['anna mail'])
  })

  it('N10: articles are asked of events that are about them alone', async () => {
    await only({ events: ['TicketStateUpdate'], article: { senderTypes: ['customer'] }, recipients: ['AgentOwner'] })
    const { id } = await owned(anna.id)
    expect(await happens(by(jan, (work) => setState(work, id, CLOSED)))).toEqual(['anna mail'])
  })

  it.each([
    ['awaria', ['anna mail']],
    ['a.aria', []],
  ])('N11: words of a subject are looked for as they are: %s', async (words, result) => {
    await only({ events: ['ArticleCreate'], article: { subject: [words] }, agents: [anna.id] })
    expect(await happens(() => createdBy(jan, 'AWARIA sieci'))).toEqual(result)
  })

  it.each([
    ['pl', 'Hello'],
    ['de', 'Guten Tag'],
  ])('N12: her language has no text, the first of the installation is %s', async (first, subject) => {
    const text = (line: string) => ({ subject: line, body: line, contentType: 'text/plain' as const })
    expect(textFor({ en: text('Hello'), de: text('Guten Tag') }, 'pl', { languages: [first as 'pl', 'en'] })!.subject).toBe(subject)
  })

  it('N13: each address is a mail and an article of its own', async () => {
    const { make } = site
    await only({ events: ['TicketStateUpdate'], addresses: 'a@x.example; b@x.example c' })
    const { id } = await owned(anna.id)
    expect(await happens(by(jan, (work) => setState(work, id, OPEN)))).toEqual(['a@x.example mail', 'b@x.example mail'])
    const rows = await make.db
      .selectFrom('history')
      .select(['name', 'article_id'])
      .where('ticket_id', '=', id)
      .where('type', '=', 'SendCustomerNotification')
      .orderBy('id')
      .execute()
    expect(rows.map(({ name }) => name)).toEqual(['%%a@x.example', '%%b@x.example'])
    const articles = await make.db
      .selectFrom('article')
      .select(['to_text', 'sender_type', 'visible'])
      .where(
        'id',
        'in',
        rows.map((row) => row.article_id!),
      )
      .orderBy('id')
      .execute()
    expect(articles).toEqual(['a@x.example', 'b@x.example'].map((to_text) => ({ to_text, sender_type: 'system', visible: false })))
  })
})

/** Every kind of recipients, on a ticket that has one of each. */
describe('recipients', () => {
  let all: { id: Id; customerId: Id }
  let people: Record<'owner' | 'responsible' | 'watcher' | 'writer' | 'service' | 'both' | 'role' | 'group' | 'participant', Id>
  beforeAll(async () => {
    const { make } = site
    const { db } = make
    const reader = (login: string, rights: string[] = ['ro']) => make.agent({ [group]: rights }, { login })
    people = {
      owner: await reader('owner', ['rw']),
      responsible: await reader('responsible'),
      watcher: await reader('watcher'),
      writer: jan.id,
      service: await reader('service'),
      both: await reader('both'),
      role: await make.agent({}, { login: 'role' }),
      group: await reader('group'),
      participant: await make.person({ address: 'gosc@x.example' }),
    }
    const [{ id: service }, { id: role }] = await Promise.all([
      db
        .insertInto('service')
        .values({ name: 'Poczta' } as never)
        .returning('id')
        .executeTakeFirstOrThrow(),
      db
        .insertInto('role')
        .values({ name: 'Dyżurni' } as never)
        .returning('id')
        .executeTakeFirstOrThrow(),
    ])
    await sql`insert into role_person (role_id, person_id) values (${role}, ${people.role})`.execute(db)
    await sql`insert into group_role (group_id, role_id, "right") values (${group}, ${role}, 'ro')`.execute(db)
    await sql`insert into person_service (person_id, service_id) values (${people.service}, ${service}), (${people.both}, ${service})`.execute(
      db,
    )
    await sql`insert into person_queue (person_id, queue_id) values (${people.both}, ${queueId})`.execute(db)
    all = await ticket()
    await db
      .updateTable('ticket')
      .set({ owner_id: people.owner, responsible_id: people.responsible, service_id: service })
      .where('id', '=', all.id)
      .execute()
    await sql`insert into ticket_watcher (ticket_id, person_id) values (${all.id}, ${people.watcher})`.execute(db)
    await sql`insert into ticket_participant (ticket_id, person_id, "right") values (${all.id}, ${people.participant}, 'read')`.execute(db)
    roleId = role
  })
  let roleId: Id
  const told = () =>
    happens(() =>
      site.make.asSystem(async (work) => work.emit('ticket.priority-changed', { ticketId: all.id, data: { from: '3', to: '4' } })),
    )

  it.each<[string, () => Omit<RuleGiven, 'events'>, string[]]>([
    ['AgentOwner', () => ({ recipients: ['AgentOwner'] }), ['owner']],
    ['AgentResponsible', () => ({ recipients: ['AgentResponsible'] }), ['responsible']],
    ['AgentWatcher', () => ({ recipients: ['AgentWatcher'] }), ['watcher']],
    ['AgentWritePermissions', () => ({ recipients: ['AgentWritePermissions'] }), ['jan', 'owner']],
    ['AgentMyQueues', () => ({ recipients: ['AgentMyQueues'] }), ['anna', 'both']],
    ['AgentMyServices', () => ({ recipients: ['AgentMyServices'] }), ['both', 'service']],
    ['AgentMyQueuesMyServices', () => ({ recipients: ['AgentMyQueuesMyServices'] }), ['both']],
    ['named agents, in the order of OTRS', () => ({ agents: [people.group], recipients: ['AgentOwner'] }), ['group', 'owner']],
    [
      'a group, without whom a role brings',
      () => ({ groups: [group] }),
      ['anna', 'both', 'group', 'jan', 'owner', 'responsible', 'service', 'watcher'],
    ],
    ['a role', () => ({ roles: [roleId] }), ['role']],
  ])('%s', async (_name, rule, logins) => {
    await only({ events: ['TicketPriorityUpdate'], ...rule() })
    expect((await told()).toSorted()).toEqual(logins.map((login) => `${login} mail`))
  })

  it('AgentCreateBy: whoever created it, if that was an agent', async () => {
    await only({ events: ['TicketPriorityUpdate'], recipients: ['AgentCreateBy'] })
    expect(await told()).toEqual([])
    const { id } = await site.make.work(jan, (work) =>
      createTicket(work, {
        title: 'Z telefonu',
        queueId,
        customerId: null,
        article: { channel: 'phone', senderType: 'agent', visible: true, personId: jan.id, subject: 'Z telefonu', body: 'Od rana.' },
      }),
    )
    expect(
      await happens(() =>
        site.make.asSystem(async (work) => work.emit('ticket.priority-changed', { ticketId: id, data: { from: '3', to: '4' } })),
      ),
    ).toEqual(['jan mail'])
  })

  it('customer and participants, each by a mail of their own, the customer where their receipt went', async () => {
    await only({ events: ['TicketPriorityUpdate'], recipients: ['Customer', 'Participants'] })
    const customer = (
      await site.make.db.selectFrom('person_address').select('address').where('person_id', '=', all.customerId).executeTakeFirstOrThrow()
    ).address
    expect(await told()).toEqual([`${customer} mail`, 'gosc@x.example mail'])
  })

  it('nobody outside of what a program wrote, nor of whether that arrived', async () => {
    const { make } = site
    await only({ events: ['ArticleCreate', 'ArticleEmailSendingSent', 'ArticleEmailSendingError'], recipients: ['Customer', 'AgentOwner'] })
    const system = await make.db
      .insertInto('article')
      .values({
        ticket_id: all.id,
        channel: 'email',
        act_id: '00000000-0000-4000-8000-000000000001',
        sender_type: 'system',
        visible: false,
        subject: 'x',
        body: 'x',
        created_at: make.now,
      } as never)
      .returning('id')
      .executeTakeFirstOrThrow()
    for (const state of ['sent', 'failed'] as const)
      expect(
        await happens(() =>
          make.asSystem(async (work) => work.emit('article.delivery-changed', { ticketId: all.id, data: { article: system.id, state } })),
        ),
      ).toEqual(['owner mail'])
  })

  it('all addresses of the first message in one mail, without ours and those of programs', async () => {
    const { db } = site.make
    await only({ events: ['TicketPriorityUpdate'], recipients: ['AllRecipientsFirstArticle'] })
    const { id } = await ticket()
    await db
      .updateTable('article')
      .set({ from_text: 'A <a@x.example>', to_text: 'pomoc@uni.example, b@x.example', cc_text: 'no-reply@x.example' })
      .where('ticket_id', '=', id)
      .execute()
    await sql`insert into system_address (address, name, queue_id) values ('pomoc@uni.example', 'Pomoc', ${queueId})`.execute(db)
    expect(
      await happens(() =>
        site.make.asSystem(async (work) => work.emit('ticket.priority-changed', { ticketId: id, data: { from: '3', to: '4' } })),
      ),
    ).toEqual(['a@x.example mail', 'pomoc@uni.example own-address', 'b@x.example mail', 'no-reply@x.example program-address'])
    const mails = await db
      .selectFrom('outbound_mail')
      .select(['recipients', 'headers', 'envelope_from'])
      .where('ticket_id', '=', id)
      .where('kind', '=', 'notification')
      .execute()
    expect(mails).toMatchObject([
      { recipients: ['a@x.example', 'b@x.example'], envelope_from: '', headers: { 'Auto-Submitted': 'auto-generated' } },
    ])
  })
})

/** What happens, and by which names notifications know it. */
describe('events', () => {
  const emitted = (name: FactName, data: object): Scene => ({ facts: [[name, data]] })
  type Scene = { facts: [FactName, object][]; run?: (id: Id) => Promise<unknown> }
  const CASES: [string, Scene, string[]][] = [
    ['a new ticket by mail', { facts: [], run: () => ticket() }, ['ArticleCreate', 'NotificationNewTicket', 'TicketCreate']],
    [
      'a note',
      { facts: [], run: (id) => site.make.work(jan, (work) => addNote(work, id, { body: 'Patrz @anna.' })) },
      ['ArticleCreate', 'NotificationAddNote', 'NotificationMention'],
    ],
    [
      'an answer by mail',
      { facts: [], run: (id) => site.make.work(jan, (work) => answerTicket(work, id, { body: 'Działa.' })) },
      ['ArticleCreate', 'ArticleSend', 'TicketStateUpdate'],
    ],
    [
      'the customer wrote again',
      {
        facts: [],
        run: (id) =>
          site.make.asSystem((work) =>
            followUp(work, id, { article: { channel: 'web', senderType: 'customer', visible: true, subject: 'Re', body: 'I co?' } }),
          ),
      },
      ['ArticleCreate', 'NotificationFollowUp'],
    ],
    ['a move', emitted('ticket.moved', { from: '1', to: '2' }), ['NotificationMove', 'TicketQueueUpdate']],
    ['an unlock', emitted('ticket.lock-changed', { lock: 'unlock' }), ['NotificationLockTimeout', 'TicketLockUpdate']],
    [
      'the unlock of a move',
      {
        facts: [
          ['ticket.moved', { from: '1', to: '2' }],
          ['ticket.lock-changed', { lock: 'unlock' }],
        ],
      },
      ['NotificationMove', 'TicketLockUpdate', 'TicketQueueUpdate'],
    ],
    ['a lock', emitted('ticket.lock-changed', { lock: 'lock' }), ['TicketLockUpdate']],
    ['an owner', emitted('ticket.owner-changed', { from: null, to: '1' }), ['NotificationOwnerUpdate', 'TicketOwnerUpdate']],
    [
      'a responsible',
      emitted('ticket.responsible-changed', { from: null, to: '1' }),
      ['NotificationResponsibleUpdate', 'TicketResponsibleUpdate'],
    ],
    ['a state', emitted('ticket.state-changed', { from: 'new', to: 'open' }), ['TicketStateUpdate']],
    ['a priority', emitted('ticket.priority-changed', { from: '3', to: '4' }), ['TicketPriorityUpdate']],
    ['a type', emitted('ticket.type-changed', { from: '1', to: '2' }), ['TicketTypeUpdate']],
    ['a service', emitted('ticket.service-changed', { from: null, to: '2' }), ['NotificationServiceUpdate', 'TicketServiceUpdate']],
    ['an SLA', emitted('ticket.sla-changed', { from: null, to: '2' }), ['TicketSLAUpdate']],
    ['a title', emitted('ticket.title-changed', {}), ['TicketTitleUpdate']],
    ['a customer', emitted('ticket.customer-changed', {}), ['TicketCustomerUpdate']],
    ['a company', emitted('ticket.company-changed', { from: '', to: 'X' }), ['TicketCustomerUpdate']],
    ['a date', emitted('ticket.pending-changed', { from: null, to: '2026-12-01' }), ['TicketPendingTimeUpdate']],
    ['the archive', emitted('ticket.archive-changed', { archived: true }), ['TicketArchiveFlagUpdate']],
    ['time', emitted('ticket.time-spent', { units: 5 }), ['TicketAccountTime']],
    ['a reminder', emitted('ticket.reminder-due', { until: '2026-11-17' }), ['NotificationPendingReminder']],
    [
      'a deadline that is near',
      emitted('ticket.deadline-near', { deadline: 'response', due: '' }),
      ['EscalationResponseTimeNotifyBefore', 'NotificationEscalationNotifyBefore'],
    ],
    [
      'a deadline that has passed',
      emitted('ticket.deadline-missed', { deadline: 'update', due: '' }),
      ['EscalationUpdateTimeStart', 'NotificationEscalation'],
    ],
    ['one that is missed no more', emitted('ticket.deadline-stopped', { deadline: 'solution', due: '' }), ['EscalationSolutionTimeStop']],
    ['somebody watches', emitted('ticket.watched', { watching: true }), ['TicketSubscribe']],
    ['and no more', emitted('ticket.watched', { watching: false }), ['TicketUnsubscribe']],
    ['participants', emitted('ticket.participants-changed', { person: '1', right: 'read' }), ['TicketParticipantUpdate']],
    ['a merge', emitted('ticket.merged', { merged: '1', into: '2' }), ['TicketMerge']],
    ['a link', emitted('ticket.linked', { kind: 'ticket', id: '1', type: 'normal' }), ['TicketLinkAdd']],
    ['and no more a link', emitted('ticket.unlinked', { kind: 'ticket', id: '1', type: 'normal' }), ['TicketLinkDelete']],
    [
      'a mail that did not arrive',
      {
        facts: [],
        run: (id) =>
          site.make.asSystem(async (work) =>
            work.emit('article.delivery-changed', { ticketId: id, data: { article: await articleOf(id), state: 'failed' } }),
          ),
      },
      ['ArticleEmailSendingError'],
    ],
    [
      'one that left',
      {
        facts: [],
        run: (id) =>
          site.make.asSystem(async (work) =>
            work.emit('article.delivery-changed', { ticketId: id, data: { article: await articleOf(id), state: 'sent' } }),
          ),
      },
      ['ArticleEmailSendingSent'],
    ],
    ['a mail of no article', emitted('article.delivery-changed', { article: null, state: 'failed' }), []],
    [
      'a message that waits',
      {
        facts: [],
        run: (id) =>
          site.make.asSystem(async (work) =>
            work.emit('article.held', { ticketId: id, data: { article: await articleOf(id), decision: null } }),
          ),
      },
      ['NotificationHeld'],
    ],
    [
      'a message that is refused',
      {
        facts: [],
        run: (id) =>
          site.make.asSystem(async (work) =>
            work.emit('article.held', { ticketId: id, data: { article: await articleOf(id), decision: 'rejected' } }),
          ),
      },
      [],
    ],
    [
      'a field',
      {
        facts: [],
        run: async (id) =>
          site.make.asSystem(async (work) => work.emit('ticket.fields-changed', { ticketId: id, data: { fields: [fieldId] } })),
      },
      ['TicketDynamicFieldUpdate_Budynek'],
    ],
    ['something undone', emitted('ticket.act-undone', { act: '00000000-0000-4000-8000-000000000000' }), ['TicketActUndone']],
  ]
  let fieldId: Id
  let id: Id
  const articleOf = async (id: Id) =>
    (await site.make.db.selectFrom('article').select('id').where('ticket_id', '=', id).limit(1).executeTakeFirstOrThrow()).id
  const known = [...EVENTS, fieldEvent('Budynek')]
  beforeAll(async () => {
    const { make } = site
    fieldId = (
      await sql<{
        id: Id
      }>`insert into field (name, label, object, type, config) values ('Budynek', 'Budynek', 'ticket', 'Text', '{}') returning id::text`.execute(
        make.db,
      )
    ).rows[0]!.id
    await tell(make.db).updateTable('notification').set({ valid: false }).execute()
    id = (await ticket()).id
    await make.work(jan, (work) => takeTicket(work, id))
    // One for each event: whose name says which was told.
    for (const event of known)
      await make.asSystem((work) =>
        createNotification(work, null, {
          name: event,
          comment: '',
          valid: true,
          rule: { events: [event], agents: [anna.id], ways: ['page'] },
          texts: TEXTS,
        }),
      )
  })

  it.each(CASES)('%s', async (_name, { facts, run }, events) => {
    const { make } = site
    const { db } = make
    const { rows } = await sql<{
      fact: Id
      told: Id
    }>`select (select coalesce(max(id), 0) from fact)::text as fact, (select coalesce(max(id), 0) from notification_told)::text as told`.execute(
      db,
    )
    await run?.(id)
    if (facts.length > 0)
      await make.asSystem(async (work) => {
        for (const [name, data] of facts) work.emit(name as 'ticket.title-changed', { ticketId: id, data: data as never })
      })
    await deliverSince(rows[0]!.fact)
    const told = await tell(db).selectFrom('notification_told').select(['event', 'outcome']).where('id', '>', rows[0]!.told).execute()
    expect(told.map(({ event }) => event).toSorted()).toEqual(events)
    expect(new Set(told.map(({ outcome }) => outcome))).toEqual(new Set(events.length > 0 ? ['told'] : []))
  })

  it('each event of the list comes about in one of these', () => {
    const variants = (event: string) =>
      event.replace(/^Escalation(Response|Update|Solution)Time(Start|Stop|NotifyBefore)$/, 'EscalationTime$2')
    expect(new Set(CASES.flatMap(([, , events]) => events).map(variants))).toEqual(new Set(known.map(variants)))
  })
})

describe('how agents are told', () => {
  const owners: RuleGiven = { events: ['TicketStateUpdate'], recipients: ['AgentOwner'] }
  const choose = (rows: { notification?: Id; queue?: Id; mail?: 'now' | 'digest' | 'none'; page?: boolean }[]) =>
    tell(site.make.db)
      .insertInto('notification_choice')
      .values(
        rows.map(({ notification, queue, mail, page }) => ({
          person_id: anna.id,
          notification_id: notification ?? null,
          queue_id: queue ?? null,
          mail: mail ?? null,
          page: page ?? null,
        })),
      )
      .execute()
  afterEach(async () => {
    await tell(site.make.db).deleteFrom('notification_choice').execute()
    await tell(site.make.db).deleteFrom('notification_person').execute()
    await site.make.db.deleteFrom('person_absence').execute()
    site.make.now = TUESDAY
  })
  const closes = async (id?: Id) => {
    const made = id ?? (await owned(anna.id)).id
    return happens(by(jan, (work) => setState(work, made, OPEN)))
  }

  it('by mail and in the page, with the ticket’s number, who wrote it on their own letter, and no way back for programs', async () => {
    const { db } = site.make
    const id = await only({ ...owners, ways: ['mail', 'page'] })
    const { id: ticketId, number } = await owned(anna.id)
    expect(await closes(ticketId)).toEqual(['anna mail', 'anna page'])
    const told = await tell(db)
      .selectFrom('notification_told')
      .select(['mail_id', 'told_at'])
      .where('notification_id', '=', id)
      .where('way', '=', 'mail')
      .executeTakeFirstOrThrow()
    expect(
      await db
        .selectFrom('outbound_mail')
        .select(['recipients', 'subject', 'body', 'headers', 'envelope_from', 'ticket_id', 'not_before'])
        .where('id', '=', told.mail_id!)
        .executeTakeFirst(),
    ).toMatchObject({
      subject: `[Zgłoszenie#${number}] Uwaga: Nie działa`.replace('Zgłoszenie', 'Ticket'),
      body: `Dla Anna Nowak: ${number}`,
      envelope_from: '',
      ticket_id: null,
      headers: { 'Auto-Submitted': 'auto-generated', Precedence: 'bulk', 'X-Auto-Response-Suppress': 'All' },
      // Until then the act can be taken back.
      not_before: new Date(TUESDAY.getTime() + 10_000),
    })
    expect(
      await tell(db)
        .selectFrom('notification_bell')
        .select(['person_id', 'subject', 'event', 'actor_id', 'read_at'])
        .where('ticket_id', '=', ticketId)
        .execute(),
    ).toEqual([{ person_id: anna.id, subject: 'Uwaga: Nie działa', event: 'TicketStateUpdate', actor_id: jan.id, read_at: null }])
    expect(
      await db.selectFrom('history').select('name').where('ticket_id', '=', ticketId).where('type', '=', 'SendAgentNotification').execute(),
    ).toEqual([{ name: `%%Uwaga ${count}%%anna%%Email` }])
  })

  it('nobody twice, however often a fact comes', async () => {
    const { db } = site.make
    await only({ ...owners, events: ['TicketStateUpdate', 'TicketPriorityUpdate'] })
    const { id } = await owned(anna.id)
    const both = () =>
      site.make.asSystem(async (work) => {
        work.emit('ticket.priority-changed', { ticketId: id, data: { from: '3', to: '4' } })
        work.emit('ticket.state-changed', { ticketId: id, data: { from: 'new', to: 'open' } })
      })
    expect(await happens(both)).toEqual(['anna mail'])
    const { rows } = await sql<{
      before: Id
      mails: number
    }>`select ((select max(id) from fact) - 2)::text as before, (select count(*)::integer from outbound_mail) as mails`.execute(db)
    await deliverSince(rows[0]!.before)
    await deliverSince(rows[0]!.before)
    expect((await sql<{ mails: number }>`select count(*)::integer as mails from outbound_mail`.execute(db)).rows[0]!.mails).toBe(
      rows[0]!.mails,
    )
  })

  it('the most particular choice counts, way by way', async () => {
    const id = await only({ ...owners, ways: ['mail', 'page'], choice: 'free', byDefault: ['mail'] })
    const ticketId = (await owned(anna.id)).id
    const told = async () => {
      await site.make.asSystem((work) => setState(work, ticketId, CLOSED))
      return closes(ticketId)
    }
    expect(await told()).toEqual(['anna mail'])
    await choose([{ page: true, mail: 'none' }])
    expect(await told()).toEqual(['anna page'])
    await choose([{ notification: id, mail: 'now' }])
    expect(await told()).toEqual(['anna mail', 'anna page'])
    await choose([{ notification: id, queue: queueId, mail: 'digest', page: false }])
    expect(await told()).toEqual(['anna digest'])
  })

  it('one way at least stays where that is demanded', async () => {
    await only({ ...owners, choice: 'one-at-least', byDefault: ['mail'] })
    await choose([{ mail: 'none', page: false }])
    expect(await closes()).toEqual(['anna mail'])
  })

  it('who stands in for somebody who is away is told in their place, and reads whose it is', async () => {
    const { make } = site
    make.now = new Date('2026-11-15T09:00:00Z')
    const substitute = await make.agent({ [group]: ['ro'] }, { login: 'zastepca', language: 'pl' })
    await make.work(anna, (work) =>
      setAbsence(work, anna.id, { from: '2026-11-16', until: '2026-11-18', substituteId: substitute, note: '' }),
    )
    make.now = TUESDAY
    await only({ ...owners, substitutes: true })
    expect(await closes()).toEqual(['anna away', 'zastepca mail'])
    const { body } = await make.db.selectFrom('outbound_mail').select('body').orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()
    expect(body).toMatch(/^Zastępujesz: Anna Nowak\.\n\n/)
  })

  it('within working hours only, or outside of them only', async () => {
    await only({ ...owners, hours: 'outside' })
    expect(await closes()).toEqual(['– hours'])
    await only({ ...owners, hours: 'within' })
    expect(await closes()).toEqual(['anna mail'])
    site.make.now = new Date('2026-11-22T09:15:00Z')
    await only({ ...owners, hours: 'within' })
    expect(await closes()).toEqual(['– hours'])
  })

  it('in one mail at the chosen hour, without what they may not read any more; too many in an hour come so as well', async () => {
    const { make, kernel } = { make: site.make, kernel: site.kernel }
    const { db } = make
    await make.asSystem((work) => saveSettings(work, 'notifications', notifications.settings!, { perHour: 2 }, unit))
    const reader = await make.agent({ [group]: ['ro'] }, { login: 'zbiorcza', language: 'pl', address: 'zbiorcza@uni.example' })
    await only({ ...owners, recipients: [], agents: [reader], choice: 'free', byDefault: ['mail'] })
    const ids: Id[] = []
    const results: string[] = []
    for (let n = 0; n < 4; n++) {
      ids.push((await ticket({ subject: `Sprawa ${n}` })).id)
      results.push(...(await closes(ids[n])))
    }
    expect(results).toEqual(['zbiorcza mail', 'zbiorcza mail', 'zbiorcza digest', 'zbiorcza digest'])
    const elsewhere = await make.queue({ unitId: unit, groupId: await make.group() })
    await db.updateTable('ticket').set({ queue_id: elsewhere }).where('id', '=', ids[3]!).execute()
    const digests = async () =>
      (
        await db
          .selectFrom('outbound_mail')
          .select(['subject', 'body'])
          .where(sql<boolean>`'zbiorcza@uni.example' = any(recipients)`)
          .orderBy('id')
          .execute()
      ).slice(2)
    // What there was too much of waits for no hour of choice.
    await kernel.jobs.get('notifications/digest')!.run({}, { attempt: 1, lastAttempt: false })
    await kernel.jobs.get('notifications/digest')!.run({}, { attempt: 1, lastAttempt: false })
    const sent = await digests()
    expect(sent).toMatchObject([{ subject: '1 powiadomienie o zgłoszeniach' }])
    expect(sent[0]!.body).toContain('Sprawa 2')
    expect(sent[0]!.body).not.toContain('Sprawa 3')
    await tell(db)
      .insertInto('notification_choice')
      .values({ person_id: reader, notification_id: null, queue_id: null, mail: 'digest', page: null })
      .execute()
    await tell(db).insertInto('notification_person').values({ person_id: reader, digest_hour: 16 }).execute()
    expect(await closes((await ticket({ subject: 'Sprawa 5' })).id)).toEqual(['zbiorcza digest'])
    for (const hour of ['10', '15', '16']) {
      make.now = new Date(`2026-11-17T${hour}:04:00+01:00`)
      await kernel.jobs.get('notifications/digest')!.run({}, { attempt: 1, lastAttempt: false })
      expect(await digests()).toHaveLength(hour === '16' ? 2 : 1)
    }
    await make.asSystem((work) => saveSettings(work, 'notifications', notifications.settings!, { perHour: 1000 }, unit))
  })

  it('of what was taken back nobody: what waits does not leave, and it goes from under the bell', async () => {
    const { db } = site.make
    const id = await only({ ...owners, ways: ['mail', 'page'], recipients: ['AgentOwner', 'Customer'] })
    const { id: ticketId } = await owned(anna.id)
    expect(await closes(ticketId)).toEqual(['anna mail', 'anna page', expect.stringContaining(' mail')])
    const { act_id: act, mail_id } = await tell(db)
      .selectFrom('notification_told')
      .select(['act_id', 'mail_id'])
      .where('notification_id', '=', id)
      .where('way', '=', 'mail')
      .orderBy('id')
      .executeTakeFirstOrThrow()
    expect(await happens(by(jan, (work) => undoAct(work, ticketId, act)))).toEqual([])
    const mails = await db
      .selectFrom('outbound_mail')
      .select('state')
      .where((eb) => eb.or([eb('id', '=', mail_id!), eb('ticket_id', '=', ticketId)]))
      .where('kind', '=', 'notification')
      .execute()
    expect(mails).toEqual([{ state: 'cancelled' }, { state: 'cancelled' }])
    expect(await tell(db).selectFrom('notification_bell').select('id').where('ticket_id', '=', ticketId).execute()).toEqual([])
    expect(
      await db.selectFrom('article').select('withdrawn_at').where('ticket_id', '=', ticketId).where('sender_type', '=', 'system').execute(),
    ).toEqual([{ withdrawn_at: TUESDAY }])
  })

  it('of nothing that happened before it was switched on, and of nothing while the clock is stopped', async () => {
    const { make } = site
    const { id } = await owned(anna.id)
    make.now = new Date(TUESDAY.getTime() - 60_000)
    const { rows } = await sql<{
      fact: Id
      told: Id
    }>`select max(id)::text as fact, (select max(id) from notification_told)::text as told from fact`.execute(make.db)
    await by(jan, (work) => setState(work, id, OPEN))()
    make.now = TUESDAY
    const notification = await only(owners)
    await deliverSince(rows[0]!.fact)
    await make.asSystem((work) => saveSettings(work, 'core', coreSettings, { 'clock.stopped': true }))
    expect(await closes()).toEqual([])
    await make.asSystem((work) => saveSettings(work, 'core', coreSettings, { 'clock.stopped': false }))
    expect(await tell(make.db).selectFrom('notification_told').select('id').where('notification_id', '=', notification).execute()).toEqual(
      [],
    )
  })

  it('once, when the mail server was away for a day', async () => {
    const { make, kernel } = site
    await make.db.updateTable('outbound_mail').set({ state: 'cancelled' }).where('state', '=', 'queued').execute()
    await only({ ...owners, recipients: ['AgentOwner', 'AgentMyQueues', 'Customer'] })
    await closes()
    const send = async () => {
      for (const { id } of await make.db.selectFrom('outbound_mail').select('id').where('state', '=', 'queued').orderBy('id').execute())
        await mailJobs(kernel.host).get('mail/send')!.run({ id }, { attempt: 1, lastAttempt: false })
    }
    sink.refusal = { at: 'connect', code: 421, text: 'closed for maintenance' }
    for (let hour = 0; hour < 24; hour += 8) {
      make.now = new Date(TUESDAY.getTime() + hour * 3600_000)
      await send()
    }
    expect(sink.mails).toEqual([])
    sink.refusal = undefined
    make.now = new Date(TUESDAY.getTime() + 24 * 3600_000)
    await send()
    await send()
    const people = await make.db.selectFrom('outbound_mail').select('recipients').where('state', '=', 'sent').execute()
    expect(sink.mails.flatMap(({ to }) => to).toSorted()).toEqual(people.flatMap(({ recipients }) => recipients).toSorted())
    expect(new Set(sink.mails.flatMap(({ to }) => to)).size).toBe(sink.mails.length)
    expect(sink.mails.length).toBeGreaterThanOrEqual(2)
    expect(sink.mails.every(({ from, parsed }) => from === '' && parsed.headers.get('auto-submitted') === 'auto-generated')).toBe(true)
  })

  it('hands a person what is kept of them: choices, what they were told and read, which notifications name them', async () => {
    const { db } = site.make
    const id = await only({ ...owners, ways: ['mail', 'page'], agents: [anna.id] }, { name: 'Pokaż mi' })
    await choose([{ notification: id, mail: 'now' }])
    await tell(db).insertInto('notification_person').values({ person_id: anna.id, digest_hour: 9 }).execute()
    const { id: ticketId, number } = await owned(anna.id)
    await closes(ticketId)
    const held = async (of: { id: Id; login: string | null; addresses: string[] }) =>
      JSON.stringify(
        await Promise.all(
          Object.entries(notifications.personData!).map(async ([table, read]) => [
            table,
            typeof read === 'string' ? [] : await read(db, of),
          ]),
        ),
      )
    const hers = await held({ id: anna.id, login: 'anna', addresses: [] })
    for (const words of [
      '"notification":"Pokaż mi","queue":null,"mail":"now"',
      '"tellsMe":true',
      '"digestHour":9',
      number,
      'Uwaga: Nie działa',
    ])
      expect(hers).toContain(words)
    const his = await held({ id: jan.id, login: 'jan', addresses: [] })
    expect([his.includes(number), his.includes('Pokaż mi')]).toEqual([false, false])
  })

  it('in HTML: what tags stand for is escaped, and nothing that runs goes along', async () => {
    const { db } = site.make
    await only(owners, {
      texts: {
        en: {
          subject: 'X',
          body: '<p onclick="x()">Hi &lt;OTRS_NOTIFICATION_RECIPIENT_UserFullname&gt;, <b>&lt;OTRS_TICKET_Title&gt;</b></p>',
          contentType: 'text/html',
        },
      },
    })
    const { id } = await ticket({ subject: 'a < b & "c"' })
    await db.updateTable('ticket').set({ owner_id: anna.id }).where('id', '=', id).execute()
    await closes(id)
    expect(await db.selectFrom('outbound_mail').select(['html', 'body']).orderBy('id', 'desc').limit(1).executeTakeFirst()).toEqual({
      html: expect.stringMatching(/^<p>Hi Anna Nowak, <b>a &lt; b &amp; "c"<\/b><\/p>$/),
      body: 'Hi Anna Nowak, a < b & "c"',
    })
  })
})

describe('a notification of a unit', () => {
  let local: PersonActor
  let below: Id
  let outside: Id
  let admin: PersonActor
  const rule: RuleGiven = { events: ['TicketStateUpdate'], recipients: ['Customer'], agents: [], addresses: 'c@x.example' }
  beforeAll(async () => {
    const { make } = site
    local = await make.actor(await make.agent({ [group]: ['ro'] }, { login: 'lokalna' }))
    await sql`insert into unit_administrator (person_id, unit_id, since) values (${local.id}, ${unit}, ${make.now})`.execute(make.db)
    local = await make.actor(local.id)
    below = await make.queue({ unitId: await make.unit({ parentId: unit }), groupId: group })
    const other = await make.unit()
    await make.asSystem((work) => setActivation(work, 'notifications', other, true))
    outside = await make.queue({ unitId: other, groupId: group })
    admin = await make.actor(await make.agent({ 2: ['rw'] }, { login: 'centralna' }))
    // With the queues that came since.
    jan = await make.actor(jan.id)
  })
  const opens = async (queue: Id) => {
    const { id } = await ticket({ queueId: queue })
    return happens(by(jan, (work) => setState(work, id, OPEN)))
  }

  it('is of its tickets and those below, and of no other unit’s', async () => {
    await only({ ...rule, recipients: [], addresses: '', agents: [anna.id] }, { by: local, unitId: unit })
    expect([await opens(queueId), await opens(below), await opens(outside)]).toEqual([['anna mail'], ['anna mail'], []])
  })

  it('tells outside only what its editor could write there by hand, and stops when they administer the unit no more', async () => {
    const { make } = site
    const id = await only(rule, { by: local, unitId: unit })
    expect((await opens(queueId)).map((one) => one.replace(/^osoba\d+/, 'osoba'))).toEqual([
      'osoba@uni.example editor-may-not',
      'c@x.example editor-may-not',
    ])
    await sql`insert into group_person (group_id, person_id, "right") values (${group}, ${local.id}, 'compose')`.execute(make.db)
    expect((await opens(queueId)).map((one) => one.replace(/^osoba\d+/, 'osoba'))).toEqual([
      'osoba@uni.example mail',
      'c@x.example editor-may-not',
    ])
    await sql`delete from unit_administrator where person_id = ${local.id}`.execute(make.db)
    expect(await opens(queueId)).toEqual([])
    expect(await findNotification(make.db, id)).toMatchObject({ valid: true, stopped: 'editor-gone' })
    // Whoever takes it up stands behind it, and it tells nothing from before.
    await make.work(admin, (work) => switchNotification(work, id, true))
    expect(await findNotification(make.db, id)).toMatchObject({ stopped: null, editedBy: admin.id, since: TUESDAY })
  })

  it('that stopped is told once under the bells of those who may take it up again, in words', async () => {
    const { make, kernel } = site
    const bells = async () =>
      (
        await tell(make.db)
          .selectFrom('notification_bell as b')
          .innerJoin('person as p', 'p.id', 'b.person_id')
          .select(['p.login', 'b.about', 'b.why'])
          .where('b.about', 'is not', null)
          .execute()
      ).map(({ login, about, why }) => `${login} ${about} ${why}`)
    const told = async () => {
      for (const { id: fact } of await make.db.selectFrom('fact').select('id').where('name', '=', 'admin.stopped').orderBy('id').execute())
        await kernel.jobs.get('fact/deliver')!.run({ fact, subscriber: 'notifications' }, { attempt: 1, lastAttempt: false })
      const said = await bells()
      await tell(make.db).deleteFrom('notification_bell').where('about', 'is not', null).execute()
      await make.db.deleteFrom('fact').where('name', '=', 'admin.stopped').execute()
      return said
    }
    await told()
    const stops = (person: Id, of: Id | null) =>
      make.asSystem(async (work) =>
        tellStopped(work, notificationSubject, (await listNotifications(work.db))[0]!.id, {
          unit: of,
          why: 'broken',
          detail: '',
          person,
        }),
      )
    const second = await make.agent({ [group]: ['ro'] }, { login: 'druga' })
    await sql`insert into unit_administrator (person_id, unit_id, since) values (${second}, ${unit}, ${make.now})`.execute(make.db)
    await make.asSystem((work) => setActivation(work, 'notifications', '1', true))
    // Who stands behind it, while they may; who administers the unit else; of the installation's central administration.
    await stops(second, unit)
    expect(await told()).toEqual(['druga notifications/notification broken'])
    await stops(anna.id, unit)
    expect(await told()).toEqual(['druga notifications/notification broken'])
    await stops(second, null)
    expect(await told()).toEqual(['centralna notifications/notification broken'])

    await stops(second, unit)
    for (let times = 0; times < 2; times++)
      for (const { id: fact } of await make.db.selectFrom('fact').select('id').where('name', '=', 'admin.stopped').execute())
        await kernel.jobs.get('fact/deliver')!.run({ fact, subscriber: 'notifications' }, { attempt: 1, lastAttempt: false })
    expect(await bells()).toHaveLength(1)
    const page = async (who: Id) => (await (await site.loggedIn(who)).get('/notifications?kind=rules&lang=en')).text()
    const { slug } = await make.db.selectFrom('unit').select('slug').where('id', '=', unit).executeTakeFirstOrThrow()
    const shown = await page(second)
    expect(shown).toMatch(new RegExp(`href="/u/${slug}/admin/notifications/\\d+">Notification “`))
    expect(shown).toContain('Stopped: something chosen in it is gone or not understood. Correct it and resume ·')
    // Who administers it no more reads nothing of it.
    await sql`delete from unit_administrator where person_id = ${second}`.execute(make.db)
    expect(await page(second)).not.toContain('Stopped: something')
    await make.asSystem((work) => setActivation(work, 'notifications', '1', false))
    await told()
  })

  it('is made and changed by whoever administers that unit, and the installation’s by central administration', async () => {
    const { make } = site
    await expect(only(rule, { by: jan, unitId: unit })).rejects.toMatchObject({ code: 'not-allowed' })
    await expect(only(rule, { by: local, unitId: null })).rejects.toMatchObject({ code: 'not-allowed' })
    const id = await only(rule, { by: admin, unitId: unit })
    await expect(make.work(jan, (work) => switchNotification(work, id, false))).rejects.toMatchObject({ code: 'not-allowed' })
  })

  it('is silent where the plugin is switched off', async () => {
    const { make } = site
    await only({ ...rule, recipients: [], addresses: '', agents: [anna.id] })
    const off = (await make.db.selectFrom('queue').select('unit_id').where('id', '=', below).executeTakeFirstOrThrow()).unit_id
    await make.asSystem((work) => setActivation(work, 'notifications', off, false))
    expect([await opens(queueId), await opens(below)]).toEqual([['anna mail'], []])
    await make.asSystem((work) => setActivation(work, 'notifications', off, true))
  })
})

describe('as an administered thing', () => {
  const form = {
    name: 'Nowa',
    comment: '',
    valid: true,
    rule: { events: ['TicketCreate' as const], recipients: ['AgentOwner' as const] },
    texts: TEXTS,
  }
  it.each<[string, object, string, string | undefined]>([
    ['no event', { rule: { ...form.rule, events: [] } }, 'required', 'events'],
    ['nobody to tell', { rule: { events: ['TicketCreate'] } }, 'required', 'recipients'],
    ['no way', { rule: { ...form.rule, ways: [] } }, 'required', 'ways'],
    ['no text', { texts: {} }, 'text.needs-language', 'texts'],
    ['a tag that is none', { texts: { pl: { ...TEXTS['pl']!, body: '<OTRS_TICKET_Tytul>' } } }, 'text.unknown-tag', 'pl.body'],
    ['no name', { name: ' ' }, 'required', 'name'],
    ['one way at least, and none that is on', { rule: { ...form.rule, choice: 'one-at-least' } }, 'required', 'byDefault'],
  ])('is refused with %s', async (_name, more, code, field) => {
    await expect(site.make.asSystem((work) => createNotification(work, null, { ...form, ...more }))).rejects.toMatchObject({ code, field })
  })

  it('stands in the log, and goes back', async () => {
    const { make } = site
    const id = await make.asSystem((work) => createNotification(work, null, form))
    const before = await findNotification(make.db, id)
    await make.asSystem((work) => editNotification(work, id, { ...form, name: 'Inna', rule: { ...form.rule, oncePerDay: true } }))
    const { form: formOf, read, put } = notificationWay
    const stands = (await read(make.db, id, {}, {} as never))!
    await make.asSystem((work) => put(work, id, formOf({ ...stands, name: 'Nowa', oncePerDay: false }), {} as never))
    expect(await findNotification(make.db, id)).toEqual({ ...before, changedAt: expect.any(Date) })
    const events = await make.db
      .selectFrom('audit_event')
      .select('object_id')
      .where('object_type', '=', 'notifications/notification')
      .where('object_id', '=', id)
      .execute()
    expect(events).toHaveLength(3)
    // What was taken away comes back under its number.
    await make.asSystem((work) => removeNotification(work, id))
    expect(await findNotification(make.db, id)).toBeUndefined()
    await make.asSystem((work) => notificationWay.make!(work, id, formOf(stands)))
    expect(await findNotification(make.db, id)).toMatchObject({ id, name: 'Inna', rule: { oncePerDay: true } })
  })

  it('the standard set is OTRS’s with ours, complete in both languages, and off', async () => {
    const site2 = await listNotifications(site.make.db)
    const standard = site2.filter(
      ({ name }) => (name.startsWith('Ticket ') && name.endsWith('notification')) || / notification \((un)?locked\)$/.test(name),
    )
    expect(standard).toHaveLength(16)
    expect(standard.every(({ valid, since, texts }) => !valid && since === null && Object.keys(texts).toSorted().join() === 'en,pl')).toBe(
      true,
    )
    for (const { texts } of standard)
      for (const text of Object.values(texts)) for (const part of [text.subject, text.body]) demandKnownTags(part, 'text')
  })
})
