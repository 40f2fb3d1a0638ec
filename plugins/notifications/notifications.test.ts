import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setActivation } from '../../core/administration/plugin-admin.ts'
import { addNote, setAbsence, setOwner, setState, type Id, type PersonActor, type Work } from '../../core/index.ts'
import { TUESDAY } from '../../test/make.ts'
import { openSite, type Site } from '../../test/web.ts'
import notifications from './index.ts'
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
  pl: { subject: 'Uwaga: <OTRS_TICKET_Title>', body: 'Dla <OTRS_NOTIFICATION_RECIPIENT_UserFullname>: <OTRS_TICKET_TicketNumber>', contentType: 'text/plain' },
}

let count = 0
/** A notification by mail, alone: what others there are is switched off. */
async function only(rule: RuleGiven, more: { name?: string; texts?: NotificationTexts; unitId?: Id | null; by?: PersonActor } = {}): Promise<Id> {
  const { make } = site
  await tell(make.db).updateTable('notification').set({ valid: false }).execute()
  const form = { name: more.name ?? `Uwaga ${++count}`, comment: '', valid: true, rule: { ways: ['mail' as const], ...rule }, texts: more.texts ?? TEXTS }
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
  const { rows } = await sql<{ id: Id }>`select id::text from fact where id > ${id} and ticket_id is not null order by id`.execute(site.make.db)
  for (const fact of rows)
    await site.kernel.jobs.get('fact/deliver')!.run({ fact: fact.id, subscriber: 'notifications' }, { attempt: 1, lastAttempt: false })
}

const ticket = (of: Partial<Parameters<Site['make']['ticket']>[0]> = {}) => site.make.ticket({ queueId, ...of })
const owned = async (by: Id) => {
  const made = await ticket()
  await site.make.db.updateTable('ticket').set({ owner_id: by }).where('id', '=', made.id).execute()
  return made
}
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
})
