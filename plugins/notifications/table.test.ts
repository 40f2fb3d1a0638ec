/**
 * The table of who is told: each event with each kind of recipients and each filter of OTRS, on one ticket that has one of everything. What is expected
 * stands beside each event, kind and filter, and nothing of it is asked of the program. A sample that covers all of them is really told, twice over.
 */
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createField } from '../../core/administration.ts'
import { setActivation } from '../../core/administration/plugin-admin.ts'
import {
  addNote,
  answerTicket,
  createTicket,
  EVENTS,
  factsBetween,
  fieldEvent,
  followUp,
  type EventFact,
  type EventName,
  type Fact,
  type Id,
  type PersonActor,
  type RuleFilter,
} from '../../core/index.ts'
import { aField } from '../../test/fields.ts'
import { openSite, type Site } from '../../test/web.ts'
import desk from '../desk/index.tsx'
import portal from '../portal/index.tsx'
import notifications from './index.ts'
import type { Notification } from './notifications.ts'
import { plan, type Room } from './plan.ts'
import { ARTICLE_EVENTS, notificationRule, RECIPIENTS, type ArticleFilter, type RuleGiven } from './rule.ts'
import { tell } from './tables.ts'

const FIELD = fieldEvent('Budynek')
const ALL_EVENTS: readonly EventName[] = [...EVENTS, FIELD]

let site: Site
let host: Room
let ticketId: Id
let actor: PersonActor
/** By whom a kind means; each is somebody else. */
const people: Record<string, Id> = {}
const ids: Record<'queue' | 'group' | 'role' | 'service' | 'sla' | 'field' | 'otherQueue', Id> = {} as never

/** Which fact an event is of, and with which data; those of articles are of what was really written. */
type Happening = { fact: EventFact; data?: object; of?: 'creation' | 'note' | 'answer' | 'follow-up' }
const deadline = (name: 'response' | 'update' | 'solution') => ({ deadline: name, due: '2026-11-17T10:00:00Z' })
const HAPPENS: Record<string, Happening> = {
  TicketCreate: { fact: 'ticket.created', of: 'creation' },
  NotificationNewTicket: { fact: 'ticket.created', of: 'creation' },
  ArticleCreate: { fact: 'article.created', of: 'answer' },
  ArticleSend: { fact: 'article.created', of: 'answer' },
  NotificationAddNote: { fact: 'article.created', of: 'note' },
  NotificationMention: { fact: 'article.created', of: 'note' },
  NotificationFollowUp: { fact: 'article.created', of: 'follow-up' },
  NotificationHeld: { fact: 'article.held', of: 'follow-up', data: { decision: null } },
  ArticleEmailSendingError: { fact: 'article.delivery-changed', of: 'answer', data: { state: 'failed' } },
  ArticleEmailSendingSent: { fact: 'article.delivery-changed', of: 'answer', data: { state: 'sent' } },
  NotificationOwnerUpdate: { fact: 'ticket.owner-changed', data: { from: null, to: '1' } },
  TicketOwnerUpdate: { fact: 'ticket.owner-changed', data: { from: null, to: '1' } },
  NotificationResponsibleUpdate: { fact: 'ticket.responsible-changed', data: { from: null, to: '1' } },
  TicketResponsibleUpdate: { fact: 'ticket.responsible-changed', data: { from: null, to: '1' } },
  NotificationMove: { fact: 'ticket.moved', data: { from: '1', to: '2' } },
  TicketQueueUpdate: { fact: 'ticket.moved', data: { from: '1', to: '2' } },
  NotificationServiceUpdate: { fact: 'ticket.service-changed', data: { from: null, to: '1' } },
  TicketServiceUpdate: { fact: 'ticket.service-changed', data: { from: null, to: '1' } },
  NotificationLockTimeout: { fact: 'ticket.lock-changed', data: { lock: 'unlock' } },
  TicketLockUpdate: { fact: 'ticket.lock-changed', data: { lock: 'lock' } },
  NotificationPendingReminder: { fact: 'ticket.reminder-due', data: { until: '2026-11-17T10:00:00Z' } },
  NotificationEscalation: { fact: 'ticket.deadline-missed', data: deadline('solution') },
  NotificationEscalationNotifyBefore: { fact: 'ticket.deadline-near', data: deadline('solution') },
  TicketStateUpdate: { fact: 'ticket.state-changed', data: { from: 'new', to: 'open' } },
  TicketPriorityUpdate: { fact: 'ticket.priority-changed', data: { from: '3', to: '4' } },
  TicketTypeUpdate: { fact: 'ticket.type-changed', data: { from: '1', to: '2' } },
  TicketSLAUpdate: { fact: 'ticket.sla-changed', data: { from: null, to: '1' } },
  TicketTitleUpdate: { fact: 'ticket.title-changed' },
  TicketCustomerUpdate: { fact: 'ticket.customer-changed' },
  TicketPendingTimeUpdate: { fact: 'ticket.pending-changed', data: { from: null, to: '2026-12-01T10:00:00Z' } },
  TicketArchiveFlagUpdate: { fact: 'ticket.archive-changed', data: { archived: true } },
  TicketAccountTime: { fact: 'ticket.time-spent', data: { units: 5 } },
  TicketMerge: { fact: 'ticket.merged', data: { merged: '1', into: '2' } },
  TicketSubscribe: { fact: 'ticket.watched', data: { watching: true } },
  TicketUnsubscribe: { fact: 'ticket.watched', data: { watching: false } },
  TicketParticipantUpdate: { fact: 'ticket.participants-changed', data: { person: '1', right: 'read' } },
  TicketLinkAdd: { fact: 'ticket.linked', data: { kind: 'ticket', id: '1', type: 'normal' } },
  TicketLinkDelete: { fact: 'ticket.unlinked', data: { kind: 'ticket', id: '1', type: 'normal' } },
  TicketActUndone: { fact: 'ticket.act-undone', data: { act: '00000000-0000-4000-8000-000000000000' } },
  [FIELD]: { fact: 'ticket.fields-changed' },
  ...Object.fromEntries(
    (['response', 'update', 'solution'] as const).flatMap((name) => {
      const Name = `${name[0]!.toUpperCase()}${name.slice(1)}`
      return [
        [`Escalation${Name}TimeStart`, { fact: 'ticket.deadline-missed', data: deadline(name) }],
        [`Escalation${Name}TimeNotifyBefore`, { fact: 'ticket.deadline-near', data: deadline(name) }],
        [`Escalation${Name}TimeStop`, { fact: 'ticket.deadline-stopped', data: deadline(name) }],
      ] as [string, Happening][]
    }),
  ),
}

/** Whom a kind means, by the names of people and addresses; what is mentioned, only where somebody writes it. */
const KINDS: Record<string, { rule(): Partial<RuleGiven>; told: readonly string[]; only?: readonly EventName[] }> = {
  ...(Object.fromEntries(
    Object.entries({
      AgentOwner: ['owner'],
      AgentResponsible: ['responsible'],
      AgentWatcher: ['watcher'],
      AgentWritePermissions: ['writer'],
      AgentMyQueues: ['queues', 'both'],
      AgentMyServices: ['services', 'both'],
      AgentMyQueuesMyServices: ['both'],
      AgentCreateBy: ['creator'],
      AllMentionedUsers: ['mentioned'],
      Customer: ['klient@x.example'],
      Participants: ['gosc@x.example'],
      AllRecipientsFirstArticle: ['pierwszy@x.example', 'do@x.example'],
      AllRecipientsLastArticle: ['ostatni@x.example'],
    } satisfies Record<(typeof RECIPIENTS)[number], string[]>).map(([kind, told]) => [
      kind,
      {
        rule: () => ({ recipients: [kind] }),
        told,
        ...(kind === 'AllMentionedUsers' ? { only: ['NotificationAddNote', 'NotificationMention'] } : {}),
      },
    ]),
  ) as Record<string, { rule(): Partial<RuleGiven>; told: string[] }>),
  'named agents': { rule: () => ({ agents: [people['named']!, people['nobody']!, people['actor']!] }), told: ['named'] },
  groups: { rule: () => ({ groups: [ids.group] }), told: ['grouped'] },
  roles: { rule: () => ({ roles: [ids.role] }), told: ['roled'] },
  addresses: {
    rule: () => ({ addresses: 'a@x.example; <OTRS_TICKET_CustomerUserID>@y.example no-reply@x.example' }),
    told: ['a@x.example', 'klient@y.example'],
  },
}

/** Each key of a ticket: one that it has among others, and one that it has not. */
const TICKET_FILTERS: readonly [string, () => RuleFilter, () => RuleFilter][] = [
  ['StateID', () => ({ is: { state: ['2', '4'] } }), () => ({ is: { state: ['2'] } })],
  ['StateType', () => ({ is: { stateType: ['open', 'closed'] } }), () => ({ is: { stateType: ['new'] } })],
  ['QueueID', () => ({ is: { queue: [ids.otherQueue, ids.queue] } }), () => ({ is: { queue: [ids.otherQueue] } })],
  ['LockID', () => ({ is: { lock: ['lock', 'tmp_lock'] } }), () => ({ is: { lock: ['unlock'] } })],
  ['PriorityID', () => ({ is: { priority: ['4'] } }), () => ({ is: { priority: ['1', '3'] } })],
  ['TypeID', () => ({ is: { type: ['1'] } }), () => ({ is: { type: ['2'] } })],
  ['ServiceID', () => ({ is: { service: [ids.service] } }), () => ({ is: { service: ['nobody'] } })],
  ['SLAID', () => ({ is: { sla: [ids.sla] } }), () => ({ is: { sla: ['nobody'] } })],
  ['OwnerID', () => ({ is: { owner: [people['owner']!] } }), () => ({ is: { owner: [people['watcher']!, 'nobody'] } })],
  ['ResponsibleID', () => ({ is: { responsible: [people['responsible']!] } }), () => ({ is: { responsible: ['nobody'] } })],
  ['CustomerID', () => ({ is: { company: ['FIRMA'] } }), () => ({ is: { company: ['INNA'] } })],
  ['Title', () => ({ texts: { title: '*drukarka*' } }), () => ({ texts: { title: '*skaner*' } })],
  [
    'Created',
    () => ({ times: [{ of: 'created', is: 'last', minutes: 60 }] }),
    () => ({ times: [{ of: 'created', is: 'before', minutes: 60 }] }),
  ],
  ['DynamicField', () => ({ fields: { Budynek: { is: ['B'] } } }), () => ({ fields: { Budynek: { is: ['A'] } } })],
  [
    'several keys, all of which must match',
    () => ({ is: { state: ['4'], priority: ['4', '5'] }, texts: { title: '*drukarka*' } }),
    () => ({ is: { state: ['4'], priority: ['5'] } }),
  ],
]
/** Each key of a message – the answer of the table –, with a value that fits and one that does not. */
const ARTICLE_FILTERS: readonly [string, ArticleFilter, ArticleFilter][] = [
  ['ArticleSenderTypeID', { senderTypes: ['agent'] }, { senderTypes: ['customer', 'system'] }],
  ['ArticleIsVisibleForCustomer', { visible: true }, { visible: false }],
  ['ArticleCommunicationChannelID', { channels: ['phone', 'email'] }, { channels: ['internal'] }],
  ['MIMEBase_From', { from: ['nadawca'] }, { from: ['ktoś'] }],
  ['MIMEBase_To', { to: ['ADRESAT@'] }, { to: ['adr.sat'] }],
  ['MIMEBase_Cc', { cc: ['kopia'] }, { cc: ['adresat'] }],
  ['MIMEBase_Bcc', { bcc: ['ukryta'] }, { bcc: ['kopia'] }],
  ['MIMEBase_Subject', { subject: ['xyz', 'TONER'] }, { subject: ['papier'] }],
  ['MIMEBase_Body', { body: ['wymieniono'] }, { body: ['wymieniono toner'] }],
  ['several keys', { senderTypes: ['agent'], subject: ['toner'] }, { senderTypes: ['agent'], subject: ['papier'] }],
]
interface Filter {
  name: string
  filter: RuleFilter
  article: ArticleFilter
  /** Of messages alone a filter of messages says anything. */
  fits(event: EventName): boolean
}
const filters = (): Filter[] => [
  ...TICKET_FILTERS.flatMap(([name, yes, no]) => [
    { name, filter: yes(), article: {}, fits: () => true },
    { name: `not ${name}`, filter: no(), article: {}, fits: () => false },
  ]),
  ...ARTICLE_FILTERS.flatMap(([name, yes, no]) => [
    { name, filter: {}, article: yes, fits: () => true },
    { name: `not ${name}`, filter: {}, article: no, fits: (event: EventName) => !ARTICLE_EVENTS.includes(event) },
  ]),
]
const expected = (event: EventName, kind: string, filter: Filter): string[] => {
  const { told, only } = KINDS[kind]!
  return filter.fits(event) && (only?.includes(event) ?? true) ? [...told].toSorted() : []
}

const facts = new Map<EventName, Fact<EventFact>>()
beforeAll(async () => {
  site = await openSite([desk, portal, notifications])
  const { make } = site
  const { db } = make
  host = {
    ...(site.kernel.host as unknown as Room),
    settings: async () => ({ perHour: 0, selfNotify: false, toldDays: 30 }),
    active: async () => true,
  }
  const unitId = await make.unit()
  const group = await make.group()
  const elsewhere = await make.group()
  ids.group = group
  ids.queue = await make.queue({ unitId, groupId: group, name: 'Tabela' })
  ids.otherQueue = await make.queue({ unitId, groupId: group })
  await make.asSystem((work) => setActivation(work, 'notifications', '1', true))
  // Who reads by a role is in no group by themselves.
  const role = async (name: string, right: string | null, of: Id): Promise<Id> => {
    const { id } = await db
      .insertInto('role')
      .values({ name } as never)
      .returning('id')
      .executeTakeFirstOrThrow()
    if (right) await sql`insert into group_role (group_id, role_id, "right") values (${of}, ${id}, ${right})`.execute(db)
    return id
  }
  const [reads, writes] = [await role('czyta', 'ro', group), await role('pisze', 'rw', group)]
  ids.role = await role('dyżur', null, elsewhere)
  for (const login of [
    'owner',
    'responsible',
    'watcher',
    'writer',
    'queues',
    'services',
    'both',
    'creator',
    'mentioned',
    'named',
    'roled',
    'actor',
  ]) {
    people[login] = await make.agent({}, { login, address: `${login}@agents.example` })
    await sql`insert into role_person (role_id, person_id) values (${login === 'writer' ? writes : reads}, ${people[login]!})`.execute(db)
  }
  people['grouped'] = await make.agent({ [group]: ['ro'] }, { login: 'grouped' })
  people['nobody'] = await make.agent({}, { login: 'nobody' })
  await sql`insert into role_person (role_id, person_id) values (${ids.role}, ${people['roled']!}), (${ids.role}, ${people['nobody']!})`.execute(
    db,
  )
  const { id: service } = await db
    .insertInto('service')
    .values({ name: 'Druk' } as never)
    .returning('id')
    .executeTakeFirstOrThrow()
  const { id: sla } = await db
    .insertInto('sla')
    .values({ name: 'Szybko' } as never)
    .returning('id')
    .executeTakeFirstOrThrow()
  Object.assign(ids, { service, sla })
  for (const login of ['queues', 'both'])
    await sql`insert into person_queue (person_id, queue_id) values (${people[login]!}, ${ids.queue})`.execute(db)
  for (const login of ['services', 'both'])
    await sql`insert into person_service (person_id, service_id) values (${people[login]!}, ${service})`.execute(db)
  ids.field = await make.asSystem((work) =>
    createField(work, '1', 'Dropdown', aField('Budynek', { values: ['A', 'B'].map((key) => ({ key, label: key, labelEn: null })) })),
  )
  actor = await make.actor(people['actor']!)
  const creator = await make.actor(people['creator']!)
  // Rights to write, for as long as it is made.
  for (const id of [actor.id, creator.id]) await sql`insert into role_person (role_id, person_id) values (${writes}, ${id})`.execute(db)
  const writing = await Promise.all([make.actor(actor.id), make.actor(creator.id)])
  const customerId = await make.person({ address: 'klient@x.example', login: 'klient' })
  people['customer'] = customerId
  const guest = await make.person({ address: 'gosc@x.example' })
  const made = await make.work(writing[1]!, (work) =>
    createTicket(work, {
      title: 'Drukarka nie drukuje',
      queueId: ids.queue,
      customerId,
      article: { channel: 'email', senderType: 'agent', visible: true, personId: creator.id, subject: 'x', body: 'x' },
    }),
  )
  ticketId = made.id
  await make.work(writing[0]!, (work) => answerTicket(work, ticketId, { body: 'Wymieniono bęben.' }))
  await make.work(writing[0]!, (work) => addNote(work, ticketId, { body: 'Zobacz, @mentioned i @nikogo.' }))
  await make.asSystem((work) =>
    followUp(work, ticketId, {
      article: { channel: 'web', senderType: 'customer', visible: true, personId: customerId, subject: 'Re', body: 'I co?' },
    }),
  )
  await sql`delete from role_person where role_id = ${writes} and person_id in (${actor.id}, ${creator.id})`.execute(db)
  await db
    .updateTable('ticket')
    .set({
      state_id: '4',
      state_type: 'open',
      lock: 'lock',
      priority_id: '4',
      type_id: '1',
      owner_id: people['owner']!,
      responsible_id: people['responsible']!,
      service_id: service,
      sla_id: sla,
      customer_company: 'FIRMA',
    } as never)
    .where('id', '=', ticketId)
    .execute()
  await sql`insert into field_value (field_id, object_id, text) values (${ids.field}, ${ticketId}, 'B')`.execute(db)
  await sql`insert into ticket_watcher (ticket_id, person_id) values (${ticketId}, ${people['watcher']!})`.execute(db)
  await sql`insert into ticket_participant (ticket_id, person_id, "right") values (${ticketId}, ${guest}, 'read')`.execute(db)
  const articles = await db.selectFrom('article').select('id').where('ticket_id', '=', ticketId).orderBy('id').execute()
  const [first, answer, , last] = articles.map(({ id }) => id)
  const mail = (id: Id, values: object) =>
    db
      .updateTable('article')
      .set({ channel: 'email', ...values })
      .where('id', '=', id)
      .execute()
  await mail(first!, { from_text: 'pierwszy@x.example', to_text: 'do@x.example', cc_text: '' })
  await mail(answer!, {
    from_text: 'nadawca@uni.example',
    to_text: 'adresat@x.example',
    cc_text: 'kopia@x.example',
    bcc_text: 'ukryta@x.example',
    subject: 'Nowy toner',
  })
  await mail(last!, { from_text: 'ostatni@x.example', to_text: '', cc_text: '' })

  // What was written is told as it was; all else as if it had just been done.
  const written = await factsBetween(db, {
    names: ['ticket.created', 'article.created'],
    from: new Date(0),
    until: new Date('2100-01-01'),
    limit: 100,
  })
  const about = written.filter((fact) => fact.ticketId === ticketId)
  const [created, byCreation, byAnswer, byNote, byFollowUp] = about
  const of = { creation: byCreation!, answer: byAnswer!, note: byNote!, 'follow-up': byFollowUp! }
  for (const event of ALL_EVENTS) {
    const { fact: name, data = {}, of: part } = HAPPENS[event]!
    const real = name === 'ticket.created' ? created! : part && name === 'article.created' ? of[part] : undefined
    const article = part && name.startsWith('article.') ? { article: (of[part].data as { article: Id }).article } : {}
    const fields = name === 'ticket.fields-changed' ? { fields: [ids.field] } : {}
    const made = { ...created!, name, act: randomUUID(), personId: actor.id, data: { ...article, ...data, ...fields } }
    facts.set(event, { ...((real ?? made) as Fact<EventFact>), personId: actor.id })
  }
})
afterAll(() => site.close())

const rule = (event: EventName, kind: string, filter: Filter, more: Partial<RuleGiven> = {}) =>
  notificationRule.parse({
    events: [event],
    ways: ['mail'],
    choice: 'none',
    filter: filter.filter,
    article: filter.article,
    ...KINDS[kind]!.rule(),
    ...more,
  })
const nameOf = (id: Id | null): string => Object.keys(people).find((name) => people[name] === id) ?? '?'

it('has every event, every kind of recipients and every key of a ticket or message that OTRS filters by', () => {
  expect(Object.keys(HAPPENS).toSorted()).toEqual([...ALL_EVENTS].toSorted())
  expect(RECIPIENTS.filter((kind) => !(kind in KINDS))).toEqual([])
})

describe('who is told', () => {
  /** The same for each event but for it. */
  let combined: { kind: string; filter: Filter; notification: Notification }[]
  beforeAll(() => {
    const all = filters()
    combined = Object.keys(KINDS)
      .flatMap((kind) => all.map((filter) => ({ kind, filter })))
      .map(({ kind, filter }, n) => ({
        kind,
        filter,
        notification: {
          id: String(n + 1),
          name: String(n),
          comment: '',
          unitId: null,
          unitName: null,
          valid: true,
          rule: rule('TicketCreate', kind, filter),
          texts: {},
          since: null,
          stopped: null,
          editedBy: null,
          changedAt: new Date(0),
        },
      }))
  })

  it.each(ALL_EVENTS.map((event) => [event]))('%s', async (event) => {
    const asked = combined.map(({ notification }) => ({ ...notification, rule: { ...notification.rule, events: [event] } }))
    const planned = new Map((await plan(facts.get(event)!, host, asked))?.planned.map((one) => [one.notification.id, one]) ?? [])
    const wrong: object[] = []
    for (const { kind, filter, notification } of combined) {
      const one = planned.get(notification.id)
      const told = [
        ...(one?.agents ?? []).filter(({ outcome }) => outcome === 'told').map(({ personId }) => nameOf(personId)),
        ...(one?.outside ?? []).filter(({ outcome }) => outcome === 'told').map(({ address }) => address),
      ].toSorted()
      const should = expected(event, kind, filter)
      if (told.join() !== should.join()) wrong.push({ kind, filter: filter.name, told, should })
    }
    expect(wrong.slice(0, 5)).toEqual([])
  })
})

it('a sample with each event, kind and filter is told by mail, each person and address once however often the fact comes', async () => {
  const { make, kernel } = site
  const { db } = make
  await tell(db).updateTable('notification').set({ valid: false }).execute()
  const [kinds, all] = [Object.keys(KINDS), filters()]
  const should: string[] = []
  const asked = ALL_EVENTS.map((event, n) => {
    // Each filter comes once, each kind several times.
    const [kind, filter] = [kinds[n % kinds.length]!, all[n % all.length]!]
    const name = `${n} ${event}`
    should.push(...expected(event, kind, filter).map((who) => `${name}: ${who}`))
    return {
      name,
      valid: true,
      since: make.now,
      rule: JSON.stringify(rule(event, kind, filter)) as never,
      created_at: make.now,
      changed_at: make.now,
    }
  })
  const rules = await tell(db).insertInto('notification').values(asked).returning('id').execute()
  await tell(db)
    .insertInto('notification_text')
    .values(rules.map(({ id }) => ({ notification_id: id, language: 'pl', subject: 'x', body: 'x' })))
    .execute()
  const { rows: before } = await sql<{ id: Id }>`select coalesce(max(id), 0)::text as id from outbound_mail`.execute(db)
  const told = new Set<string>()
  for (const event of ALL_EVENTS) {
    const { name, data } = facts.get(event)!
    let id = facts.get(event)!.id
    if (HAPPENS[event]!.fact !== 'ticket.created' && HAPPENS[event]!.fact !== 'article.created') {
      await make.work(actor, async (work) => work.emit(name as 'ticket.title-changed', { ticketId, data: data as never }))
      id = (await sql<{ id: Id }>`select max(id)::text as id from fact`.execute(db)).rows[0]!.id
    }
    if (told.has(id)) continue
    told.add(id)
    await sql`delete from graphile_worker._private_jobs`.execute(db)
    for (let times = 0; times < 2; times++)
      await kernel.jobs.get('fact/deliver')!.run({ fact: id, subscriber: 'notifications' }, { attempt: 1, lastAttempt: false })
  }
  const rows = await tell(db)
    .selectFrom('notification_told as t')
    .innerJoin('notification as n', 'n.id', 't.notification_id')
    .select(['n.name', 't.person_id', 't.address', 't.act_id', 't.way'])
    .where('t.outcome', '=', 'told')
    .execute()
  // Facts of one event may stand for another too, which tells as well: of one act each is told once.
  const said = rows.map(({ name, person_id, address }) => `${name}: ${address ?? nameOf(person_id)}`)
  expect(new Set(rows.map(({ name, act_id, person_id, address }) => [name, act_id, person_id, address].join(' '))).size).toBe(rows.length)
  expect([...new Set(said)].toSorted()).toEqual([...new Set(should)].toSorted())
  // What stands as told left as a mail, and no other did; all addresses of one message stand in one.
  const mails = await db
    .selectFrom('outbound_mail')
    .select('recipients')
    .where('id', '>', before[0]!.id)
    .where('kind', 'in', ['notification', 'agent-notification'] as never)
    .execute()
  expect(mails.flatMap(({ recipients }) => recipients)).toHaveLength(rows.length)
})
