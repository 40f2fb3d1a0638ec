import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/database.ts'
import { maker, type Maker } from '../../../test/make.ts'
import type { Id } from '../../database/schema.ts'
import type { PersonActor } from '../../kernel/actor.ts'
import { system } from '../../kernel/actor.ts'
import type { Work } from '../../kernel/work.ts'
import { agent as agentGiven } from './change.ts'
import { changeByHeaders } from './change-by-headers.ts'
import { acceptHeld, holdMessage, rejectHeld } from './held.ts'
import { listPriorities, listStates } from '../ticket.store.ts'
import * as acts from './tickets.ts'
import { undoAct } from './undo.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let make: Maker
let jan: PersonActor
let ewa: PersonActor
let state: Record<string, Id>
let priorities: { id: Id; name: string }[]
let queues: { id: Id; unitId: Id; name: string }[]
let customers: Id[]
beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
  jan = await make.actor(await make.agent({ 1: ['rw'] }, { name: 'Jan Kowalski', login: 'jkowalski' }))
  ewa = await make.actor(await make.agent({ 1: ['rw'] }, { name: 'Ewa Lis', login: 'elis' }))
  state = Object.fromEntries((await listStates(make.db)).map((row) => [row.name, row.id]))
  priorities = await listPriorities(make.db)
  const unitId = await make.unit({ name: 'Chemia' })
  queues = [
    { id: '4', unitId: '1', name: 'Misc' },
    { id: await make.queue({ name: 'Sieć' }), unitId: '1', name: 'Sieć' },
    { id: await make.queue({ name: 'Chemia', unitId }), unitId, name: 'Chemia' },
  ]
  customers = [await make.person(), await make.person()]
  // Rights are read when somebody acts: the queues are there now.
  jan = await make.actor(jan.id)
  ewa = await make.actor(ewa.id)
})
afterAll(() => database.close())

const columnsOf = (id: Id) => make.db.selectFrom('ticket').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
type Columns = Awaited<ReturnType<typeof columnsOf>>
/** Facts about what stands on the ticket, of everything that was told since. */
async function toldSince(ticketId: Id, last: Id | undefined) {
  const rows = await make.db
    .selectFrom('fact')
    .select(['id', 'name', 'unit_id', 'data'])
    .where('ticket_id', '=', ticketId)
    .where('id', '>', last ?? '0')
    .orderBy('id')
    .execute()
  return rows
    .filter(({ name }) => /^ticket\.(moved|.*-changed)$/.test(name) && name !== 'ticket.participants-changed')
    .map(({ name, unit_id, data }) => ({ name, unit: unit_id, data }))
}
const lastFact = async () =>
  (
    await make.db
      .selectFrom('fact')
      .select((eb) => eb.fn.max('id').as('id'))
      .executeTakeFirst()
  )?.id as Id | undefined
const all = async (ticketId: Id, last: Id | undefined) =>
  await make.db
    .selectFrom('fact')
    .select(['name', 'data'])
    .where('ticket_id', '=', ticketId)
    .where('id', '>', last ?? '0')
    .orderBy('id')
    .execute()
const actOf = async (ticketId: Id) =>
  (
    await make.db
      .selectFrom('history')
      .select('act_id')
      .where('ticket_id', '=', ticketId)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
  ).act_id

/** What must be told, written apart from what tells it. */
function expected(was: Columns, is: Columns) {
  const unitOf = (queue: Id) => queues.find(({ id }) => id === queue)!.unitId
  const unit = unitOf(was.queue_id)
  const one = (name: string, from: unknown, to: unknown, data: object = { from, to }) =>
    from === to ? [] : [{ name: `ticket.${name}`, unit, data }]
  return [
    ...(was.queue_id === is.queue_id
      ? []
      : [...new Set([unitOf(is.queue_id), unit])].map((each) => ({
          name: 'ticket.moved',
          unit: each,
          data: { from: was.queue_id, to: is.queue_id },
        }))),
    ...(was.state_id === is.state_id ? [] : [{ name: 'ticket.state-changed', unit, data: { from: was.state_type, to: is.state_type } }]),
    ...one('pending-changed', was.pending_until?.toISOString() ?? null, is.pending_until?.toISOString() ?? null),
    ...one('owner-changed', was.owner_id, is.owner_id),
    ...one('responsible-changed', was.responsible_id, is.responsible_id),
    ...one('lock-changed', was.lock, is.lock, { lock: is.lock }),
    ...one('priority-changed', was.priority_id, is.priority_id),
    ...one('title-changed', was.title, is.title, {}),
    ...one('customer-changed', was.customer_id, is.customer_id, {}),
  ]
}
const sorted = (facts: { name: string; unit: string | null; data: object }[]) =>
  facts.map(({ name, unit, data }) => `${name} in ${unit}: ${JSON.stringify(Object.entries(data).toSorted())}`).toSorted()

describe('an act that is taken back', () => {
  it('tells what went back, as any change does, and which messages are gone', async () => {
    const { id } = await make.ticket()
    await make.work(jan, (work) => acts.answerTicket(work, id, { body: 'Już działa.', state: { stateId: state['closed successful']! } }))
    const last = await lastFact()
    await make.work(jan, async (work) => undoAct(work, id, await actOf(id)))
    const articles = await make.db
      .selectFrom('article')
      .select('id')
      .where('ticket_id', '=', id)
      .where('withdrawn_at', 'is not', null)
      .orderBy('id')
      .execute()
    const facts = await all(id, last)
    expect(
      facts
        .filter(({ name }) => name !== 'article.withdrawn' && name !== 'ticket.act-undone')
        .toSorted((a, b) => a.name.localeCompare(b.name)),
    ).toEqual([
      { name: 'ticket.owner-changed', data: { from: jan.id, to: null } },
      { name: 'ticket.state-changed', data: { from: 'closed', to: 'new' } },
    ])
    expect(facts.filter(({ name }) => name === 'article.withdrawn').map(({ data }) => data)).toEqual(
      articles.map((article) => ({ article: article.id })),
    )
    expect(articles).not.toEqual([])
    expect(facts.filter(({ name }) => name === 'ticket.act-undone')).toHaveLength(1)
  })
  it('tells both units of a move that goes back', async () => {
    const { id } = await make.ticket()
    await make.work(jan, (work) => acts.moveTicket(work, id, queues[2]!.id))
    const last = await lastFact()
    await make.work(jan, async (work) => undoAct(work, id, await actOf(id)))
    expect((await toldSince(id, last)).map(({ name, unit }) => [name, unit])).toEqual([
      ['ticket.moved', '1'],
      ['ticket.moved', queues[2]!.unitId],
    ])
  })
  it('lets a held message wait again and its sender out again, and says so', async () => {
    const { id } = await make.ticket()
    const guest = await make.person()
    const hold = () =>
      make.asSystem((work) =>
        holdMessage(work, id, {
          channel: 'email',
          senderType: 'customer',
          visible: false,
          personId: guest,
          from: 'Gość',
          subject: 'Od gościa',
          body: 'Ja też',
          held: { rule: 'stranger', decision: null },
        }),
      )
    const article = await hold()
    let last = await lastFact()
    await make.work(jan, (work) => acceptHeld(work, id, article, { sender: true }))
    expect(await all(id, last)).toEqual(
      expect.arrayContaining([{ name: 'ticket.participants-changed', data: { person: guest, right: 'reply', before: null } }]),
    )
    last = await lastFact()
    await make.work(jan, async (work) => undoAct(work, id, await actOf(id)))
    expect(await all(id, last)).toEqual(
      expect.arrayContaining([
        { name: 'article.held-decided', data: { article, decision: null } },
        { name: 'ticket.participants-changed', data: { person: guest, right: null, before: 'reply' } },
      ]),
    )
    await make.work(jan, (work) => rejectHeld(work, id, article))
    last = await lastFact()
    await make.work(jan, async (work) => undoAct(work, id, await actOf(id)))
    expect(await all(id, last)).toEqual(expect.arrayContaining([{ name: 'article.held-decided', data: { article, decision: null } }]))
  })
})

describe('a date that alone is changed', () => {
  it('is told as such, and no state is said to go from itself to itself', async () => {
    const { id } = await make.ticket()
    const pend = (until: string) =>
      make.work(jan, (work) => acts.setState(work, id, { stateId: state['pending reminder']!, pendingUntil: new Date(until) }))
    await pend('2026-11-20T08:00:00Z')
    const last = await lastFact()
    await pend('2026-11-21T08:00:00Z')
    expect(await all(id, last)).toEqual([
      { name: 'ticket.pending-changed', data: { from: '2026-11-20T08:00:00.000Z', to: '2026-11-21T08:00:00.000Z' } },
    ])
  })
})

describe('nothing', () => {
  it('is written or told where what shall stand stands already', async () => {
    const { id, customerId } = await make.ticket()
    const before = await columnsOf(id)
    const last = await lastFact()
    make.now = new Date(make.now.getTime() + 60_000)
    await make.work(jan, (work) => acts.setCustomer(work, id, customerId))
    await make.work(jan, (work) => acts.setPriority(work, id, '3'))
    await make.work(jan, (work) => acts.setTitle(work, id, ` ${before.title} `))
    await make.work(jan, (work) => acts.moveTicket(work, id, '4'))
    expect(await columnsOf(id)).toEqual(before)
    expect(await all(id, last)).toEqual([])
  })
})

type Act = { say: string; by: () => PersonActor | ReturnType<typeof system>; run: (work: Work, id: Id) => Promise<unknown> }
const anyAct = (): fc.Arbitrary<Act> => {
  const person = fc.constantFrom(
    () => jan,
    () => ewa,
  )
  const of = <T>(say: string, value: fc.Arbitrary<T>, run: (work: Work, id: Id, value: T) => Promise<unknown>): fc.Arbitrary<Act> =>
    fc
      .tuple(person, value)
      .map(([by, chosen]) => ({ say: `${say} ${JSON.stringify(chosen)}`, by, run: (work, id) => run(work, id, chosen) }))
  const index = (length: number) => fc.nat(length - 1)
  const day = fc.constantFrom('2026-12-01T08:00:00Z', '2026-12-02T08:00:00Z').map((text) => new Date(text))
  const headers = fc.record(
    {
      priority: index(5),
      queue: index(3),
      title: fc.constantFrom('a', 'b'),
      lock: fc.constantFrom('lock' as const, 'unlock' as const),
      responsible: fc.nat(1),
      owner: fc.nat(1),
      pending: day,
    },
    { requiredKeys: [] },
  )
  return fc.oneof(
    of('title', fc.constantFrom('Drukarka', 'Sieć', 'VPN'), acts.setTitle),
    of('priority', index(5), (work, id, n) => acts.setPriority(work, id, priorities[n]!.id)),
    of('customer', index(2), (work, id, n) => acts.setCustomer(work, id, customers[n]!)),
    of('move', index(3), (work, id, n) => acts.moveTicket(work, id, queues[n]!.id)),
    of('take', fc.constant(true), (work, id) => acts.takeTicket(work, id, { fromOther: true })),
    of('release', fc.constant(0), (work, id) => acts.releaseTicket(work, id)),
    of('owner', fc.nat(1), (work, id, n) => acts.setOwner(work, id, [jan, ewa][n]!.id)),
    of('state', fc.constantFrom('open', 'closed successful', 'closed unsuccessful'), (work, id, name) =>
      acts.setState(work, id, { stateId: state[name]! }),
    ),
    of('pend', day, (work, id, pendingUntil) => acts.setState(work, id, { stateId: state['pending reminder']!, pendingUntil })),
    of('answer', fc.constant(0), (work, id) => acts.answerTicket(work, id, { body: 'Dobrze.' })),
    of('note', fc.boolean(), (work, id, visible) => acts.addNote(work, id, { body: 'x', visible })),
    headers.map(
      (wanted): Act => ({
        say: `headers ${JSON.stringify(wanted)}`,
        by: () => system('postmaster'),
        run: async (work, id) =>
          changeByHeaders(work, id, {
            ...(wanted.priority === undefined ? {} : { priority: priorities[wanted.priority]! }),
            ...(wanted.queue === undefined ? {} : { queue: queues[wanted.queue]! }),
            ...(wanted.title === undefined ? {} : { title: wanted.title }),
            ...(wanted.lock === undefined ? {} : { lock: wanted.lock }),
            ...(wanted.responsible === undefined ? {} : { responsible: await agentGiven(work, [jan, ewa][wanted.responsible]!.id) }),
            ...(wanted.owner === undefined ? {} : { owner: await agentGiven(work, [jan, ewa][wanted.owner]!.id) }),
            ...(wanted.pending === undefined ? {} : { pending: wanted.pending }),
          }),
      }),
    ),
  )
}

describe('any acts, each of them taken back or not', () => {
  it('tell exactly the differences that are seen, and leave the columns as they stood when they are taken back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(anyAct(), fc.boolean()), { minLength: 1, maxLength: 8 }), async (steps) => {
        const { id } = await make.ticket()
        for (const [act, back] of steps) {
          const [was, before, act0] = [await columnsOf(id), await lastFact(), await actOf(id)]
          await make.work(act.by(), (work) => act.run(work, id))
          const is = await columnsOf(id)
          expect([act.say, sorted(await toldSince(id, before))]).toEqual([act.say, sorted(expected(was, is))])
          const done = await actOf(id)
          if (!back || done === act0) continue
          const last = await lastFact()
          await make.work(act.by(), (work) => undoAct(work, id, done))
          const again = await columnsOf(id)
          expect([act.say, { ...again, changed_at: null, last_customer_at: null, last_agent_at: null }]).toEqual([
            act.say,
            { ...was, changed_at: null, last_customer_at: null, last_agent_at: null },
          ])
          expect([act.say, sorted(await toldSince(id, last))]).toEqual([act.say, sorted(expected(is, again))])
        }
      }),
      { numRuns: 15 },
    )
  })
})
