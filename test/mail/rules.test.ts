/** Filters and X-OTRS headers: what each does to a ticket, by real mails; who may write them; what cannot be had says why. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFilter, deleteFilter, editFilter, switchFilter, type FilterForm } from '../../core/mail/filters/filter-admin.ts'
import { saveSettings } from '../../core/administration/setting-admin.ts'
import { coreSettings } from '../../core/kernel/settings/core-settings.ts'
import { createField } from '../../core/field/field-admin.ts'
import { valuesOf } from '../../core/field/values.ts'
import { pendingTime } from '../../core/mail/filters/wanted.ts'
import type { Id } from '../../core/database/schema.ts'
import { system } from '../../core/kernel/actor.ts'
import { setState, takeTicket } from '../../core/ticket/change/tickets.ts'
import { aField } from '../fields.ts'
import { startStation, type InboundEnd, type Station } from './station.ts'

let trusting: Station
let station: Station
beforeAll(async () => {
  station = await startStation()
  trusting = await startStation({
    mail: {
      relays: [{ addresses: ['127.0.0.1'], vouchesFor: ['example'], inside: ['0.0.0.0/0', '::/0'], xclient: false, trustHeaders: true }],
    },
  })
  await thingsToName(trusting)
})
afterAll(async () => {
  await station?.stop()
  await trusting?.stop()
})

/** What headers may name: a type, two services, and an SLA of the first. */
async function thingsToName({ database: { db } }: Station): Promise<void> {
  await db.insertInto('ticket_type').values({ name: 'Awaria' }).execute()
  const [wifi] = await db
    .insertInto('service')
    .values([{ name: 'Sieć::Wi-Fi' }, { name: 'Druk' }])
    .returning('id')
    .execute()
  const sla = await db.insertInto('sla').values({ name: 'Zwykła' }).returning('id').executeTakeFirstOrThrow()
  await db.insertInto('service_sla').values({ service_id: wifi!.id, sla_id: sla.id }).execute()
}

let count = 0
const ticketOf = (at: Station, id: string | null) =>
  at.database.db
    .selectFrom('ticket')
    .innerJoin('ticket_state as s', 's.id', 'ticket.state_id')
    .innerJoin('queue as q', 'q.id', 'ticket.queue_id')
    .innerJoin('ticket_priority as p', 'p.id', 'ticket.priority_id')
    .select([
      'ticket.id',
      'number',
      'title',
      's.name as state',
      'q.name as queue',
      'p.name as priority',
      'lock',
      'owner_id',
      'responsible_id',
      'customer_id',
      'customer_company',
      'pending_until',
    ])
    .where('ticket.id', '=', id!)
    .executeTakeFirstOrThrow()
const rulesOf = (end: InboundEnd, step: string) =>
  end.reason.filter((reason) => reason.step === step).map(({ rule, detail }) => `${rule} ${detail ?? ''}`.trim())
async function mail(
  at: Station,
  headers: Record<string, string>,
  more: { subject?: string; text?: string; inReplyTo?: string; from?: string } = {},
) {
  const subject = more.subject ?? `nagłówki ${++count}`
  await at.mail({ text: 'x', ...more, subject, headers })
  const [end] = await at.processed(subject)
  return { end: end!, ticket: end!.ticket_id ? await ticketOf(at, end!.ticket_id) : undefined }
}
async function opened(at: Station) {
  const messageId = `<n${++count}@student.example>`
  const subject = `początek ${count}`
  await at.mail({ subject, text: 'x', messageId })
  const [end] = await at.processed(subject)
  return { messageId, ticket: await ticketOf(at, end!.ticket_id) }
}
const asAdmin = <T>(at: Station, run: Parameters<Station['host']['work']>[1]) => at.host.work(system('test'), run) as Promise<T>
const form = (name: string, match: [string, string, boolean?][], set: [string, string][], more: Partial<FilterForm> = {}): FilterForm => ({
  name,
  comment: '',
  stop: false,
  valid: true,
  match: match.map(([key, value, negated = false]) => ({ key, value, negated })),
  set: set.map(([key, value]) => ({ key, value })),
  ...more,
})

describe('headers that fill in fields of the installation’s own', () => {
  const KINDS: [type: string, name: string, header: string, found: string[]][] = [
    ['Text', 'Sala', '214', ['214']],
    ['TextArea', 'Opis', 'Nie działa', ['Nie działa']],
    ['Checkbox', 'Pilne', '1', ['1']],
    ['Dropdown', 'Dom', 'a', ['a']],
    ['Multiselect', 'Dni', 'b', ['b']],
    ['Date', 'Egzamin', '2026-12-04 00:00:00', ['2026-12-04']],
    ['DateTime', 'Start', '2026-12-04 08:30:00', ['2026-12-04T07:30:00Z']],
    ['Text', 'TicketFreeText3', 'A1', ['A1']],
  ]
  beforeAll(() =>
    asAdmin(trusting, async (work) => {
      const values = ['a', 'b'].map((key) => ({ key, label: key, labelEn: null }))
      for (const [type, name] of KINDS) await createField(work, '1', type, aField(name, { values }))
    }),
  )
  const headersOf = (prefix: string) =>
    Object.fromEntries(
      KINDS.map(([, name, value]) => [`${prefix}${name === 'TicketFreeText3' ? 'TicketValue3' : `DynamicField-${name}`}`, value]),
    )
  const stands = async (id: string) =>
    Object.fromEntries((await valuesOf(trusting.database.db, 'ticket', id)).map(({ field, values }) => [field.name, values]))
  const all = Object.fromEntries(KINDS.map(([, name, , found]) => [name, found]))

  test('of a new ticket and of a follow-up, of every type, under old names too', async () => {
    const { ticket } = await mail(trusting, headersOf('X-OTRS-'))
    expect(await stands(ticket!.id)).toEqual(all)
    const first = await opened(trusting)
    const { ticket: same } = await mail(trusting, headersOf('X-OTOBO-FollowUp-'), { inReplyTo: first.messageId })
    expect([same!.id, await stands(same!.id)]).toEqual([first.ticket.id, all])
  })
  test('what does not fit is a reason, the rest counts', async () => {
    const { end, ticket } = await mail(trusting, { 'X-OTRS-DynamicField-Dom': 'c', 'X-OTRS-DynamicField-sala': '7' })
    expect(rulesOf(end, 'headers')).toEqual(['header-value-invalid X-OTRS-DynamicField-Dom: c'])
    expect(await stands(ticket!.id)).toEqual({ Sala: ['7'] })
  })
})

describe('headers of a new ticket from a trusted relay', () => {
  test.each<[header: Record<string, string>, expected: Record<string, unknown>]>([
    [{ 'X-OTRS-Queue': 'Junk' }, { queue: 'Junk' }],
    [{ 'X-OTOBO-Queue': 'Junk' }, { queue: 'Junk' }],
    [{ 'X-OTRS-Priority': '5 very high' }, { priority: '5 very high' }],
    [{ 'X-OTRS-State': 'open' }, { state: 'open' }],
    [{ 'X-OTRS-State': 'closed successful' }, { state: 'closed successful', lock: 'unlock' }],
    [
      { 'X-OTRS-State': 'pending reminder', 'X-OTRS-State-PendingTime': '2027-01-02 08:30:00' },
      { state: 'pending reminder', pending_until: new Date('2027-01-02T07:30:00Z') },
    ],
    [{ 'X-OTRS-Title': 'Inny tytuł' }, { title: 'Inny tytuł' }],
    [{ 'X-OTRS-CustomerNo': 'WIiT' }, { customer_company: 'WIiT' }],
    [{ 'X-OTRS-FollowUp-Queue': 'Junk' }, { queue: 'Misc' }],
  ])('%o', async (headers, expected) => {
    expect((await mail(trusting, headers)).ticket).toMatchObject(expected)
  })

  test.each<[header: Record<string, string>, reason: string]>([
    [{ 'X-OTRS-Queue': 'Nie ma' }, 'header-name-unknown X-OTRS-Queue: Nie ma'],
    [{ 'X-OTRS-Priority': 'wysoki' }, 'header-name-unknown X-OTRS-Priority: wysoki'],
    [{ 'X-OTRS-State': 'merged' }, 'header-name-unknown X-OTRS-State: merged'],
    [{ 'X-OTRS-State': 'pending auto close+' }, 'header-pending-needs-date X-OTRS-State: pending auto close+'],
    [{ 'X-OTRS-State-PendingTime': 'jutro' }, 'header-value-invalid X-OTRS-State-PendingTime: jutro'],
    [{ 'X-OTRS-Lock': 'lock' }, 'header-lock-needs-owner Lock: lock'],
    [{ 'X-OTRS-Lock': 'zamek' }, 'header-value-invalid X-OTRS-Lock: zamek'],
    [{ 'X-OTRS-Owner': 'nikt' }, 'header-person-unfit X-OTRS-Owner: nikt'],
    [{ 'X-OTRS-CustomerUser': 'nikt' }, 'header-name-unknown X-OTRS-CustomerUser: nikt'],
    [{ 'X-OTRS-SenderType': 'robot' }, 'header-value-invalid X-OTRS-SenderType: robot'],
    [{ 'X-OTRS-Service': 'Poczta' }, 'header-name-unknown X-OTRS-Service: Poczta'],
    [{ 'X-OTRS-SLA': 'Zwykła' }, 'header-sla-unfit X-OTRS-SLA: Zwykła'],
    [{ 'X-OTRS-DynamicField-Budynek': 'A1' }, 'header-name-unknown X-OTRS-DynamicField-Budynek: A1'],
  ])('%o is passed over with its reason, the ticket is made all the same', async (headers, reason) => {
    const { end, ticket } = await mail(trusting, headers)
    expect(ticket).toMatchObject({ queue: 'Misc', priority: '3 normal', state: 'new', lock: 'unlock' })
    expect(rulesOf(end, 'headers')).toEqual([reason])
  })

  test('type, service and SLA by name, for a new ticket and a follow-up; an SLA that the service has not is passed over', async () => {
    const { db } = trusting.database
    const about = (id: Id) =>
      db
        .selectFrom('ticket as t')
        .leftJoin('ticket_type as y', 'y.id', 't.type_id')
        .leftJoin('service as s', 's.id', 't.service_id')
        .leftJoin('sla as l', 'l.id', 't.sla_id')
        .select(['y.name as type', 's.name as service', 'l.name as sla'])
        .where('t.id', '=', id)
        .executeTakeFirstOrThrow()
    const { ticket } = await mail(trusting, { 'X-OTRS-Type': 'Awaria', 'X-OTRS-Service': 'Sieć::Wi-Fi', 'X-OTRS-SLA': 'Zwykła' })
    expect(await about(ticket!.id)).toEqual({ type: 'Awaria', service: 'Sieć::Wi-Fi', sla: 'Zwykła' })
    const { messageId, ticket: old } = await opened(trusting)
    const follow = (headers: Record<string, string>) => mail(trusting, headers, { inReplyTo: messageId })
    await follow({ 'X-OTRS-FollowUp-Service': 'Sieć::Wi-Fi', 'X-OTRS-FollowUp-SLA': 'Zwykła' })
    expect(await about(old.id)).toEqual({ type: 'Unclassified', service: 'Sieć::Wi-Fi', sla: 'Zwykła' })
    const { end } = await follow({ 'X-OTRS-FollowUp-Service': 'Druk', 'X-OTRS-FollowUp-SLA': 'Zwykła', 'X-OTRS-FollowUp-Type': 'Awaria' })
    expect(await about(old.id)).toEqual({ type: 'Awaria', service: 'Druk', sla: null })
    expect(rulesOf(end, 'headers')).toEqual([])
    const again = await follow({ 'X-OTRS-FollowUp-SLA': 'Zwykła' })
    expect(rulesOf(again.end, 'headers')).toContain('header-sla-unfit Zwykła')
  })

  test('owner, responsible and customer by login; the owner does not lock, X-OTRS-Lock does', async () => {
    const [agent, other, customer] = [
      await trusting.make.person({ agent: true }),
      await trusting.make.person({ agent: true }),
      await trusting.make.person(),
    ]
    for (const [id, login] of [
      [agent, 'agent1'],
      [customer, 'klient1'],
    ] as const)
      await trusting.database.db.updateTable('person').set({ login }).where('id', '=', id).execute()
    const headers = { 'X-OTRS-Owner': 'agent1', 'X-OTRS-ResponsibleID': other, 'X-OTRS-CustomerUser': 'klient1' }
    expect((await mail(trusting, headers)).ticket).toMatchObject({
      owner_id: agent,
      lock: 'unlock',
      responsible_id: other,
      customer_id: customer,
    })
    expect((await mail(trusting, { ...headers, 'X-OTRS-Lock': 'lock' })).ticket).toMatchObject({ owner_id: agent, lock: 'lock' })
  })

  test("sender type and visibility are the article's", async () => {
    const article = async (headers: Record<string, string>) =>
      trusting.database.db
        .selectFrom('article')
        .select(['sender_type', 'visible'])
        .where('id', '=', (await mail(trusting, headers)).end.article_id!)
        .executeTakeFirstOrThrow()
    expect(await article({ 'X-OTRS-SenderType': 'agent', 'X-OTRS-IsVisibleForCustomer': '0' })).toEqual({
      sender_type: 'agent',
      visible: false,
    })
    expect(await article({ 'X-OTRS-ArticleType': 'note-internal' })).toEqual({ sender_type: 'customer', visible: false })
    expect(await article({ 'X-OTRS-ArticleType': 'email-external' })).toEqual({ sender_type: 'customer', visible: true })
  })

  test('Ignore drops the mail, with an outcome', async () => {
    const { end } = await mail(trusting, { 'X-OTRS-Ignore': 'yes' })
    expect(end).toMatchObject({ outcome: 'ignored', ticket_id: null })
    expect(end.reason.at(-1)).toMatchObject({ step: 'ignored', rule: 'x-otrs-ignore' })
  })

  test('Loop keeps the answer back; a ticket made closed is not confirmed either', async () => {
    expect(rulesOf((await mail(trusting, { 'X-OTRS-Loop': 'yes' })).end, 'auto-response')).toEqual([
      'x-otrs-loop anna.nowak@student.example',
    ])
    expect(rulesOf((await mail(trusting, { 'X-OTRS-Loop': 'no' })).end, 'auto-response')).toEqual(['auto reply anna.nowak@student.example'])
    expect(rulesOf((await mail(trusting, { 'X-OTRS-State': 'closed successful' })).end, 'auto-response')).toEqual([
      'ticket-finished anna.nowak@student.example',
    ])
  })
})

describe('headers from anybody else', () => {
  test('count for nothing, and that is said', async () => {
    const { end, ticket } = await mail(station, { 'X-OTRS-Queue': 'Junk', 'X-OTRS-Ignore': 'yes', 'X-OTOBO-Priority': '5 very high' })
    expect(ticket).toMatchObject({ queue: 'Misc', priority: '3 normal' })
    expect(rulesOf(end, 'filters')).toEqual([
      'otrs-headers-not-trusted X-OTRS-Queue: Junk, X-OTRS-Ignore: yes, X-OTRS-Priority: 5 very high',
    ])
  })

  test('but for X-OTRS-Loop, which only keeps us silent', async () => {
    expect(rulesOf((await mail(station, { 'X-OTRS-Loop': 'yes' })).end, 'auto-response')).toEqual([
      'x-otrs-loop anna.nowak@student.example',
    ])
  })
})

describe('headers of a follow-up', () => {
  test('change the ticket, each with its history', async () => {
    const { messageId, ticket } = await opened(trusting)
    const agent = await trusting.make.person({ agent: true })
    const { end } = await mail(
      trusting,
      {
        'X-OTRS-FollowUp-Queue': 'Junk',
        'X-OTRS-FollowUp-Priority': '1 very low',
        'X-OTRS-FollowUp-State': 'pending reminder',
        'X-OTRS-FollowUp-State-PendingTime': '+2d',
        'X-OTRS-FollowUp-Title': 'Nowy',
        'X-OTRS-FollowUp-OwnerID': agent,
        'X-OTRS-FollowUp-Lock': 'lock',
        'X-OTRS-Queue': 'Raw',
      },
      { inReplyTo: messageId },
    )
    expect(end).toMatchObject({ outcome: 'follow-up', ticket_id: ticket.id })
    expect(await ticketOf(trusting, ticket.id)).toMatchObject({
      queue: 'Junk',
      priority: '1 very low',
      state: 'pending reminder',
      title: 'Nowy',
      owner_id: agent,
      lock: 'lock',
    })
    const history = await trusting.database.db.selectFrom('history').select('type').where('ticket_id', '=', ticket.id).execute()
    expect(history.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['FollowUp', 'StateUpdate', 'SetPendingTime', 'Move', 'PriorityUpdate', 'OwnerUpdate', 'Lock', 'TitleUpdate']),
    )
  })

  test('a move is a move: unlocked, nobody leads it, and a note tells the agents of both units', async () => {
    const { db } = trusting.database
    const unitId = await trusting.make.unit({ name: 'Chemia' })
    const queueId = await trusting.make.queue({ name: 'Chemia', unitId })
    const { messageId, ticket } = await opened(trusting)
    const agent = await trusting.make.actor(await trusting.make.agent({ 1: ['rw'] }))
    await trusting.make.work(agent, (work) => takeTicket(work, ticket.id))
    await mail(trusting, { 'X-OTRS-FollowUp-Queue': 'Chemia' }, { inReplyTo: messageId })
    expect(await ticketOf(trusting, ticket.id)).toMatchObject({ queue: 'Chemia', owner_id: null, lock: 'unlock' })
    const notes = await db
      .selectFrom('article')
      .select(['subject', 'sender_type', 'visible'])
      .where('ticket_id', '=', ticket.id)
      .where('channel', '=', 'internal')
      .execute()
    expect(notes).toEqual([{ subject: 'Przeniesione do jednostki Chemia', sender_type: 'system', visible: false }])
    const history = await db.selectFrom('history').select('type').where('ticket_id', '=', ticket.id).orderBy('id').execute()
    expect(history.map(({ type }) => type).slice(-3)).toEqual(['Move', 'OwnerUpdate', 'Unlock'])
    const facts = await db
      .selectFrom('fact')
      .select(['name', 'unit_id', 'data'])
      .where('ticket_id', '=', ticket.id)
      .where('name', 'in', ['ticket.moved', 'ticket.owner-changed'])
      .orderBy('id')
      .execute()
    expect(facts.slice(-3)).toEqual([
      { name: 'ticket.moved', unit_id: unitId, data: { from: '4', to: queueId } },
      { name: 'ticket.moved', unit_id: '1', data: { from: '4', to: queueId } },
      { name: 'ticket.owner-changed', unit_id: '1', data: { from: agent.id, to: null } },
    ])
  })

  test('a changed responsible and a changed date are told', async () => {
    const { messageId, ticket } = await opened(trusting)
    const responsible = await trusting.make.person({ agent: true })
    const until = '2027-01-02T07:30:00.000Z'
    await mail(
      trusting,
      {
        'X-OTRS-FollowUp-ResponsibleID': responsible,
        'X-OTRS-FollowUp-State': 'pending reminder',
        'X-OTRS-FollowUp-State-PendingTime': '2027-01-02 08:30:00',
      },
      { inReplyTo: messageId },
    )
    const facts = await trusting.database.db
      .selectFrom('fact')
      .select(['name', 'data'])
      .where('ticket_id', '=', ticket.id)
      .where('name', 'like', 'ticket.%-changed')
      .orderBy('name')
      .execute()
    expect(facts).toEqual([
      { name: 'ticket.pending-changed', data: { from: null, to: until } },
      { name: 'ticket.responsible-changed', data: { from: null, to: responsible } },
      { name: 'ticket.state-changed', data: { from: 'new', to: 'pending reminder' } },
    ])
  })

  test('State-Keep leaves a closed ticket closed', async () => {
    const { messageId, ticket } = await opened(trusting)
    const { id } = await trusting.database.db
      .selectFrom('ticket_state')
      .select('id')
      .where('name', '=', 'closed successful')
      .executeTakeFirstOrThrow()
    await trusting.make.asSystem((work) => setState(work, ticket.id, { stateId: id }))
    await mail(trusting, { 'X-OTRS-FollowUp-State-Keep': '1' }, { inReplyTo: messageId })
    expect(await ticketOf(trusting, ticket.id)).toMatchObject({ state: 'closed successful' })
    await mail(trusting, {}, { inReplyTo: messageId })
    expect(await ticketOf(trusting, ticket.id)).toMatchObject({ state: 'open' })
  })
})

describe('a time to wait until', () => {
  const now = new Date('2026-11-22T10:00:00Z')
  test.each<[string, string | undefined]>([
    ['+30m', '2026-11-22T10:30:00.000Z'],
    ['12d', '2026-12-04T10:00:00.000Z'],
    ['50', '2026-11-22T10:00:50.000Z'],
    ['- 1h', '2026-11-22T09:00:00.000Z'],
    ['2026-12-01 07:00:00', '2026-12-01T06:00:00.000Z'],
    ['2026-07-01 07:00:00', '2026-07-01T05:00:00.000Z'],
    ['+1d 12h', undefined],
    ['2022-01- 00:00:00', undefined],
    ['', undefined],
  ])('%s', (value, expected) => {
    expect(pendingTime(value, now, 'Europe/Warsaw')?.toISOString()).toBe(expected)
  })
})

describe('filters', () => {
  test("set headers for anybody's mail, say so, and can be switched, changed and deleted; each change is recorded", async () => {
    const id = await asAdmin<string>(station, (work) =>
      createFilter(
        work,
        form(
          'Alarmy',
          [['Subject', 'PRTG (\\w+)']],
          [
            ['X-OTRS-Queue', 'Junk'],
            ['X-OTRS-Title', 'Alarm: [***]'],
          ],
        ),
      ),
    )
    const first = await mail(station, {}, { subject: 'PRTG serwer1 leży' })
    expect(first.ticket).toMatchObject({ queue: 'Junk', title: 'Alarm: serwer1' })
    expect(rulesOf(first.end, 'filters')).toEqual(['postmaster-filter Alarmy: X-OTRS-Queue = Junk, X-OTRS-Title = Alarm: serwer1'])
    expect(rulesOf(first.end, 'destination')).toEqual(['x-otrs-queue Junk'])
    await asAdmin(station, (work) => editFilter(work, id, form('Alarmy', [['Subject', 'PRTG']], [['X-OTRS-Ignore', 'yes']])))
    expect((await mail(station, {}, { subject: 'PRTG serwer2 leży' })).end).toMatchObject({ outcome: 'ignored' })
    await asAdmin(station, (work) => switchFilter(work, id, false))
    expect((await mail(station, {}, { subject: 'PRTG serwer3 leży' })).ticket).toMatchObject({ queue: 'Misc' })
    await asAdmin(station, (work) => deleteFilter(work, id))
    const facts = await station.database.db.selectFrom('fact').select('data').where('name', '=', 'admin.changed').orderBy('id').execute()
    expect(facts.map(({ data }) => data).filter(({ what }) => what === 'postmaster filter')).toMatchObject([
      { id, before: null, after: { name: 'Alarmy' } },
      { id, before: { set: expect.anything() }, after: { set: [{ key: 'X-OTRS-Ignore', value: 'yes' }] } },
      { id, before: { valid: true }, after: { valid: false } },
      { id, before: { name: 'Alarmy' }, after: null },
    ])
  })

  test('one that backtracks for ever holds up nothing: the mail becomes a ticket, the filter is named', async () => {
    const id = await asAdmin<string>(station, (work) =>
      createFilter(work, form('Zły', [['Subject', '^(a+)+$']], [['X-OTRS-Queue', 'Junk']])),
    )
    const { end, ticket } = await mail(station, {}, { subject: `${'a'.repeat(50)} koniec` })
    expect(ticket).toMatchObject({ queue: 'Misc' })
    expect(rulesOf(end, 'filters')).toEqual(['filter-too-slow Zły'])
    await asAdmin(station, (work) => deleteFilter(work, id))
  })

  test.each<[why: string, form: FilterForm, code: string, field: string]>([
    ['no condition', form('x', [], [['X-OTRS-Queue', 'Raw']]), 'filter.needs-match', 'match.0.key'],
    ['nothing set', form('x', [['From', 'x']], []), 'filter.needs-set', 'set.0.key'],
    ['no pattern', form('x', [['From', '(']], [['X-OTRS-Queue', 'Raw']]), 'filter.pattern-invalid', 'match.0.value'],
    ['another header set', form('x', [['From', 'x']], [['Subject', 'Raw']]), 'filter.sets-otrs-only', 'set.0.key'],
    ['a name that is none', form('x', [['Do kogo', 'x']], [['X-OTRS-Queue', 'Raw']]), 'filter.key-invalid', 'match.0.key'],
    ['no name', form(' ', [['From', 'x']], [['X-OTRS-Queue', 'Raw']]), 'required', 'name'],
  ])('%s is refused', async (_why, wrong, code, field) => {
    await expect(asAdmin(station, (work) => createFilter(work, wrong))).rejects.toMatchObject({ code, field })
  })
})

describe('where a number is looked for', () => {
  const set = (values: Record<string, string | undefined>) => asAdmin(station, (work) => saveSettings(work, 'core', coreSettings, values))
  test.each<
    [
      place: string,
      mail: (number: string) => {
        subject: string
        text: string
        attachments?: { filename: string; content: string }[]
        headers?: Record<string, string>
      },
    ]
  >([
    ['body', (number) => ({ subject: `treść ${number.slice(-4)}`, text: `W sprawie Ticket#${number} proszę o pilną odpowiedź` })],
    [
      'attachments',
      (number) => ({
        subject: `załącznik ${number.slice(-4)}`,
        text: 'x',
        attachments: [{ filename: 'a.txt', content: `Ticket#${number}` }],
      }),
    ],
    ['raw', (number) => ({ subject: `surowy ${number.slice(-4)}`, text: 'x', headers: { 'X-Sprawa': `Ticket#${number}` } })],
  ])('%s: only where the setting says so', async (place, make) => {
    const { ticket } = await opened(station)
    const off = make(ticket.number)
    await station.mail(off)
    expect((await station.processed(off.subject))[0]).toMatchObject({ outcome: 'new-ticket' })
    await set({ [`mail.follow-up.${place}`]: 'on' })
    const on = { ...off, subject: `${off.subject} raz jeszcze` }
    await station.mail(on)
    const [end] = await station.processed(on.subject)
    expect(end).toMatchObject({ outcome: 'follow-up', ticket_id: ticket.id })
    expect(rulesOf(end!, 'follow-up')).toEqual([`number-in-${place} ${ticket.number}`])
    await set({ [`mail.follow-up.${place}`]: undefined })
  })

  test('subject and references can be switched off', async () => {
    const { messageId, ticket } = await opened(station)
    await set({ 'mail.follow-up.subject': 'off', 'mail.follow-up.references': 'off' })
    expect((await mail(station, {}, { subject: `[Ticket#${ticket.number}] bez tematu`, inReplyTo: messageId })).end).toMatchObject({
      outcome: 'new-ticket',
    })
    await set({ 'mail.follow-up.subject': 'on', 'mail.follow-up.references': 'on' })
    expect((await mail(station, {}, { subject: `Odp: [Ticket#${ticket.number}] z tematem` })).end).toMatchObject({
      outcome: 'follow-up',
      ticket_id: ticket.id,
    })
  })
})

describe('robots', () => {
  test('a monitor opens a closed ticket so many times a day only; a person always', async () => {
    const { messageId, ticket } = await opened(station)
    const { id } = await station.database.db
      .selectFrom('ticket_state')
      .select('id')
      .where('name', '=', 'closed successful')
      .executeTakeFirstOrThrow()
    const states: string[] = []
    for (let n = 0; n < 6; n++) {
      await station.make.asSystem((work) => setState(work, ticket.id, { stateId: id }))
      const { end } = await mail(station, { 'Auto-Submitted': 'auto-generated' }, { inReplyTo: messageId })
      states.push((await ticketOf(station, ticket.id)).state)
      if (n === 5) expect(rulesOf(end, 'closed')).toEqual(['queue-follow-up-possible', 'reopened-too-often 5'])
    }
    expect(states).toEqual(['open', 'open', 'open', 'open', 'open', 'closed successful'])
    await mail(station, {}, { inReplyTo: messageId })
    expect((await ticketOf(station, ticket.id)).state).toBe('open')
  })

  test.each(['Automatic reply: jestem na urlopie', 'Odpowiedź automatyczna: jestem na urlopie', 'Automatyczna odpowiedź : nie ma mnie'])(
    'an out-of-office reply known by its subject alone is stored and stays silent: %s',
    async (subject) => {
      const { messageId, ticket } = await opened(station)
      const { id } = await station.database.db
        .selectFrom('ticket_state')
        .select('id')
        .where('name', '=', 'closed successful')
        .executeTakeFirstOrThrow()
      await station.make.asSystem((work) => setState(work, ticket.id, { stateId: id }))
      const { end } = await mail(station, {}, { subject, inReplyTo: messageId })
      expect(end).toMatchObject({ outcome: 'follow-up', ticket_id: ticket.id })
      expect(rulesOf(end, 'automatic')[0]).toMatch(/^vacation-subject /)
      expect((await ticketOf(station, ticket.id)).state).toBe('closed successful')
    },
  )

  test('who answers an internal mail of the ticket and is not its customer, is not shown to the customer', async () => {
    const { ticket } = await opened(station)
    const messageId = `<wewnetrzny-${count}@uni.example>`
    await station.database.db
      .insertInto('article')
      .values({
        ticket_id: ticket.id,
        channel: 'email',
        sender_type: 'agent',
        visible: false,
        person_id: null,
        message_id: messageId,
        to_text: 'serwis@firma.example',
        html: null,
        inbound_mail_id: null,
        act_id: '00000000-0000-4000-8000-000000000000',
        created_at: station.make.now,
        withdrawn_at: null,
      })
      .execute()
    const { end } = await mail(station, {}, { from: 'Serwis <serwis@firma.example>', inReplyTo: messageId })
    expect(rulesOf(end, 'follow-up')).toEqual([`answers-internal-mail ${messageId}`])
    expect(await station.database.db.selectFrom('article').select('visible').where('id', '=', end.article_id!).executeTakeFirst()).toEqual({
      visible: false,
    })
  })
})
