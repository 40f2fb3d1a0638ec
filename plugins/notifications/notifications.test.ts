import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setActivation } from '../../core/administration/plugin-admin.ts'
import { addNote, createTicket, setAbsence, setOwner, setState, type Id, type PersonActor, type Work } from '../../core/index.ts'
import { TUESDAY } from '../../test/make.ts'
import { openSite, type Site } from '../../test/web.ts'
import notifications from './index.ts'
import { textFor } from './language.ts'
import { createNotification, editNotification, findNotification, type NotificationTexts } from './notifications.ts'
import type { RuleGiven } from './rule.ts'
import { tell } from './tables.ts'

let site: Site
let unit: Id
let group: Id
let queueId: Id
/** ro on the queue, owner, has the queue among their own; who acts; note alone. */
let anna: PersonActor
let jan: PersonActor
let noter: PersonActor
beforeAll(async () => {
  site = await openSite([notifications])
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
afterAll(() => site.close())

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

async function deliverSince(id: Id): Promise<void> {
  const { rows } = await sql<{ id: Id }>`select id::text from fact where id > ${id} and ticket_id is not null order by id`.execute(
    site.make.db,
  )
  for (const fact of rows)
    await site.kernel.jobs.get('fact/deliver')!.run({ fact: fact.id, subscriber: 'notifications' }, { attempt: 1, lastAttempt: false })
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
