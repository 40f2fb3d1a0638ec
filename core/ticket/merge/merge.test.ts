import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/database.ts'
import { maker, TUESDAY, type Maker } from '../../../test/make.ts'
import { mergedInto } from '../../../migrations/0077_merge.ts'
import { listArticles } from '../../article/articles.ts'
import type { Id } from '../../database/schema.ts'
import { Refusal } from '../../errors.ts'
import { asCustomer, type PersonActor } from '../../kernel/actor.ts'
import { addLink } from '../../link/links.ts'
import { linksOf } from '../../link/link.store.ts'
import { loadActor } from '../../permission/access.store.ts'
import { mainTicketOf } from '../change/merged.ts'
import { setFields } from '../change/fields.ts'
import { addNote, answerTicket, followUp, moveTicket, setState, watchTicket } from '../change/tickets.ts'
import { undoAct } from '../change/undo.ts'
import { seeTicket } from '../ticket-list.ts'
import { findTicket } from '../ticket.store.ts'
import { mergeTicket, unmergeTicket } from './merge.ts'

const LONG = process.env['POMOC_LONG'] === 'yes'
let database: Awaited<ReturnType<typeof testDatabase>>
let make: Maker
let agent: PersonActor
let other: PersonActor
let elsewhere: Id

beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
  agent = await make.actor(await make.agent({ 1: ['rw'] }, { name: 'Jan Kowalski', login: 'jkowalski' }))
  other = await make.actor(await make.agent({ 1: ['rw'] }, { name: 'Anna Nowak' }))
  const group = await make.group()
  elsewhere = await make.queue({ groupId: group })
  await make.agent({ [group]: ['ro'] })
})
afterAll(() => database.close())

const read = async (id: Id) => (await findTicket(make.db, id, null))!
const merge = (from: Id, into: Id, by: PersonActor = agent, letIn = false) =>
  make.work(by, (work) => mergeTicket(work, from, into, { letIn }))
const unmerge = (id: Id, by: PersonActor = agent) => make.work(by, (work) => unmergeTicket(work, id))
const writes = (id: Id, personId: Id, body: string) =>
  make.asSystem((work) =>
    followUp(work, id, { article: { channel: 'web', senderType: 'customer', visible: true, personId, subject: '', body } }),
  )
const codeOf = async (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof Refusal) return error.code
      throw error
    },
  )

/** A ticket with one of everything that moves. */
async function full(more: { queueId?: Id; customerId?: Id } = {}): Promise<Id> {
  const { id, customerId } = await make.ticket(more)
  const friend = await make.person()
  await make.db.insertInto('ticket_participant').values({ ticket_id: id, person_id: friend, right: 'reply' }).execute()
  await make.work(other, (work) => watchTicket(work, id, true))
  await make.work(agent, (work) => addNote(work, id, { body: 'sprawdzam' }))
  await make.work(agent, (work) => answerTicket(work, id, { body: 'Już działa?', to: ['a@b.example'] }))
  await writes(id, customerId, 'Nie.')
  const { id: note } = await make.db
    .selectFrom('article')
    .select('id')
    .where('ticket_id', '=', id)
    .where('body', '=', 'sprawdzam')
    .executeTakeFirstOrThrow()
  await make.db
    .insertInto('time_spent')
    .values([
      { ticket_id: id, article_id: note, units: 5, person_id: agent.id, at: make.now },
      { ticket_id: id, article_id: null, units: '2.5', person_id: other.id, at: make.now },
    ])
    .execute()
  const { id: linked } = await make.ticket()
  await make.work(agent, (work) => addLink(work, id, { kind: 'ticket', id: linked }))
  await make.work(agent, (work) => addLink(work, id, { kind: 'faq', id: '7' }))
  return id
}

/** Every row that belongs to a ticket, but for those of its history that tell of the ticket itself. */
async function rowsOf(id: Id): Promise<unknown> {
  const all = async (query: ReturnType<typeof sql>) => (await query.execute(make.db)).rows
  const { changed_at: _at, ...ticket } = await make.db.selectFrom('ticket').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  return {
    ticket,
    articles: await all(sql`select * from article where ticket_id = ${id} and withdrawn_at is null order by id`),
    files: await all(
      sql`select f.* from article_attachment f join article a on a.id = f.article_id where a.ticket_id = ${id} order by f.id`,
    ),
    history: await all(sql`select * from history where ticket_id = ${id} and article_id is not null and article_id in (
      select id from article where withdrawn_at is null) order by id`),
    time: await all(sql`select * from time_spent where ticket_id = ${id} order by id`),
    links: await linksOf(make.db, { kind: 'ticket', id }),
    watchers: await all(sql`select * from ticket_watcher where ticket_id = ${id} order by person_id`),
    participants: await all(sql`select * from ticket_participant where ticket_id = ${id} order by person_id`),
    threads: await all(sql`select * from article_thread th join article a on a.id = th.article_id where a.ticket_id = ${id}`),
  }
}
const bodies = async (id: Id) =>
  (
    await make.db.selectFrom('article').select('body').where('ticket_id', '=', id).where('withdrawn_at', 'is', null).orderBy('id').execute()
  ).map(({ body }) => body)

describe('fields', () => {
  it('that are empty in the main ticket are filled, and emptied again, unless somebody changed them since', async () => {
    const [room, floor, chosen] = await make.db
      .insertInto('field')
      .values(
        ['Pokoj', 'Pietro', 'Zostaje'].map((name) => ({ name, label: name, object: 'ticket', type: 'Text', config: '{}', unit_id: '1' })),
      )
      .returning('id')
      .execute()
    const ids = [room!.id, floor!.id, chosen!.id]
    const [one, two, three] = [(await make.ticket()).id, (await make.ticket()).id, (await make.ticket()).id]
    const fields = async (id: Id) => {
      const rows = await make.db
        .selectFrom('field_value')
        .select(['field_id', 'text'])
        .where('object_id', '=', id)
        .where('text', '<>', '')
        .execute()
      return ids.map((field) => rows.find((row) => row.field_id === field)?.text ?? null)
    }
    const set = (id: Id, wanted: Record<string, string[]>) => make.work(agent, (work) => setFields(work, id, wanted))
    await set(one, { Pokoj: ['12'], Pietro: ['3'], Zostaje: ['nie'] })
    await set(two, { Zostaje: ['tak'] })
    await merge(one, two)
    expect(await fields(two)).toEqual(['12', '3', 'tak'])
    expect(await fields(one)).toEqual(['12', '3', 'nie'])
    await merge(two, three)
    expect(await fields(three)).toEqual(['12', '3', 'tak'])
    // What was written since is nobody's to take away.
    await set(three, { Pietro: ['4'] })
    await unmerge(one)
    expect([await fields(one), await fields(two), await fields(three)]).toEqual([
      ['12', '3', 'nie'],
      [null, null, 'tak'],
      [null, '4', 'tak'],
    ])
    await unmerge(two)
    expect(await fields(three)).toEqual([null, '4', null])
  })
})

describe('a field that customers are shown', () => {
  it('is filled only for those who were shown it in the merged ticket', async () => {
    const { id } = await make.db
      .insertInto('field')
      .values({ name: 'Widoczne', label: 'Widoczne', object: 'ticket', type: 'Text', config: '{}', unit_id: '1' })
      .returning('id')
      .executeTakeFirstOrThrow()
    await make.db.insertInto('field_use').values({ field_id: id, screen: 'portal-ticket', use: 'optional' }).execute()
    const [jan, ewa] = [await make.person(), await make.person()]
    const [one, same, apart] = [
      (await make.ticket({ customerId: jan })).id,
      (await make.ticket({ customerId: jan })).id,
      (await make.ticket({ customerId: ewa })).id,
    ]
    await make.work(agent, (work) => setFields(work, one, { Widoczne: ['tajne'] }))
    const value = (ticket: Id) =>
      make.db.selectFrom('field_value').select('text').where('object_id', '=', ticket).where('field_id', '=', id).execute()
    await merge(one, apart)
    expect(await value(apart)).toEqual([])
    await unmerge(one)
    await merge(one, same)
    expect(await value(same)).toEqual([{ text: 'tajne' }])
  })
})

describe('a merge', () => {
  it('moves what OTRS moves, and says so in both histories', async () => {
    const [one, main] = [await full(), await full()]
    const [before, was] = [(await rowsOf(one)) as Record<string, unknown[]>, (await rowsOf(main)) as Record<string, unknown[]>]
    await merge(one, main)
    const [merged, into] = [await read(one), await read(main)]
    expect(merged).toMatchObject({ stateType: 'merged', lock: 'unlock', mergedIntoId: main, pendingUntil: null })
    expect(await bodies(one)).toEqual([expect.stringContaining(`Zgłoszenie ${merged.number} jest teraz częścią zgłoszenia ${into.number}`)])
    const now = (await rowsOf(main)) as Record<string, unknown[]>
    expect(now['articles']!.length).toBe(was['articles']!.length + before['articles']!.length)
    expect(now['time']!.length).toBe(4)
    // Both linked things, and the merged ticket as a child.
    expect(now['links']!.length).toBe(was['links']!.length + 2)
    expect((now['links'] as { as: string; other: { id: Id } }[]).filter(({ as }) => as === 'child').map(({ other: { id } }) => id)).toEqual(
      [one],
    )
    const told = await make.db
      .selectFrom('history')
      .select(['ticket_id', 'name'])
      .where('type', '=', 'Merged')
      .where('ticket_id', 'in', [one, main])
      .orderBy('id')
      .execute()
    const name = `%%${merged.number}%%${one}%%${into.number}%%${main}`
    expect(told).toEqual([
      { ticket_id: one, name },
      { ticket_id: main, name },
    ])
    expect(
      await make.db.selectFrom('history').select('id').where('ticket_id', '=', one).where('type', 'in', ['SendAnswer']).execute(),
    ).toEqual([])
  })

  it('is not taken back as other acts are, nor is one that was done before it', async () => {
    const [one, main] = [await make.ticket(), await make.ticket()]
    const act = await make.work(agent, async (work) => {
      await addNote(work, one.id, { body: 'pomyłka' })
      return work.act
    })
    const merging = await make.work(agent, async (work) => {
      await mergeTicket(work, one.id, main.id)
      return work.act
    })
    for (const [id, which] of [
      [one.id, act],
      [one.id, merging],
      [main.id, merging],
      [main.id, act],
    ] as const)
      expect(await codeOf(make.work(agent, (work) => undoAct(work, id, which)))).toBe('undo.too-late')
  })

  it.each([
    ['into itself', 'ticket.merge-itself', (one: Id) => merge(one, one)],
    ['where it is merged already', 'ticket.merged-is-final', async (one: Id, two: Id) => (await merge(one, two), merge(one, two))],
    ['in a circle', 'ticket.merge-circle', async (one: Id, two: Id) => (await merge(one, two), merge(two, one))],
    [
      'in a circle of three',
      'ticket.merge-circle',
      async (one: Id, two: Id, three: Id) => (await merge(one, two), await merge(two, three), merge(three, one)),
    ],
    [
      'into a removed one',
      'ticket.removed-needs-set-state',
      async (one: Id, two: Id) => (await make.asSystem((work) => setState(work, two, { stateId: '5' })), merge(one, two)),
    ],
    [
      'where other agents read',
      'ticket.merge-other-readers',
      async (one: Id, two: Id) => (
        await make.db.updateTable('ticket').set({ queue_id: elsewhere }).where('id', '=', two).execute(),
        make.asSystem((work) => mergeTicket(work, one, two))
      ),
    ],
    ['without rw on the other', 'not-allowed', async (one: Id, two: Id) => merge(one, two, await readsOnly(two, one))],
  ])('%s is refused: %s', async (_what, code, act) => {
    const [one, two, three] = [await make.ticket(), await make.ticket(), await make.ticket()]
    expect(await codeOf(act(one.id, two.id, three.id))).toBe(code)
  })

  /** Leads one ticket, and only watches the other, which lies where they hold nothing. */
  async function readsOnly(watched: Id, led: Id): Promise<PersonActor> {
    const person = await make.agent({})
    await make.db.insertInto('ticket_watcher').values({ ticket_id: watched, person_id: person }).execute()
    await make.db.updateTable('ticket').set({ owner_id: person }).where('id', '=', led).execute()
    return make.actor(person)
  }

  it('is refused where somebody tied to the main ticket alone would read along', async () => {
    const [one, main] = [await make.ticket(), await make.ticket()]
    await readsOnly(main.id, (await make.ticket()).id)
    await expect(merge(one.id, main.id)).rejects.toMatchObject({ code: 'ticket.merge-person-reads', field: 'into' })
  })

  it('into a merged ticket goes into the one that it is part of; a chain has an end', async () => {
    const [one, two, three] = [await make.ticket(), await make.ticket(), await make.ticket()]
    await merge(two.id, three.id)
    await merge(one.id, two.id)
    expect((await read(one.id)).mergedIntoId).toBe(three.id)
    let last = (await make.ticket()).id
    for (let n = 0; n < 10; n++) {
      const next = (await make.ticket()).id
      await merge(last, next)
      last = next
    }
    expect(await codeOf(merge(last, (await make.ticket()).id))).toBe('ticket.merge-too-long')
  })

  it('of two at once one wins, and nothing is half done', async () => {
    for (let n = 0; n < 4; n++) {
      const [one, two, three] = [await make.ticket(), await make.ticket(), await make.ticket()]
      const crossing = await Promise.all([codeOf(merge(one.id, two.id)), codeOf(merge(two.id, one.id, other))])
      expect(crossing.toSorted()).toEqual(['done', 'ticket.merge-circle'])
      const [from] = (await read(one.id)).stateType === 'merged' ? [two.id] : [one.id]
      const apart = await Promise.all([codeOf(merge(from, three.id)), codeOf(merge(from, (await make.ticket()).id, other))])
      expect(apart.toSorted()).toEqual(['done', 'ticket.merged-is-final'])
    }
  })

  it('brings watchers along who may read the other ticket, and the asking side only where that is said', async () => {
    const [one, main] = [await full(), await make.ticket()]
    const outsider = await make.agent({})
    await make.db.insertInto('ticket_watcher').values({ ticket_id: one, person_id: outsider }).execute()
    await merge(one, main.id)
    const people = async (table: 'ticket_watcher' | 'ticket_participant', id: Id) =>
      (await make.db.selectFrom(table).select('person_id').where('ticket_id', '=', id).orderBy('person_id').execute()).map(
        (row) => row.person_id,
      )
    expect(await people('ticket_watcher', main.id)).toEqual([other.id])
    expect(await people('ticket_participant', main.id)).toEqual([])
    await unmerge(one)
    expect(await people('ticket_watcher', main.id)).toEqual([])
    await merge(one, main.id, agent, true)
    expect(await people('ticket_participant', main.id)).toEqual(
      [(await read(one)).customerId, ...(await people('ticket_participant', one))].toSorted((a, b) => Number(a) - Number(b)),
    )
    await unmerge(one)
    expect(await people('ticket_participant', main.id)).toEqual([])
  })
})

describe('taking a merged ticket out again', () => {
  interface Three {
    one: Id
    main: Id
    third: Id
  }
  /** What happens in between, and which of the three then stand as before the merge. */
  const CASES: [string, (t: Three) => Promise<unknown>, ('one' | 'main')[], number][] = [
    ['at once', async () => {}, ['one', 'main'], 0],
    ['after its customer wrote to the main ticket', async ({ main }) => writes(main, (await read(main)).customerId!, 'I co?'), ['one'], 0],
    [
      'after an answer in the main ticket',
      ({ main }) => make.work(agent, (work) => answerTicket(work, main, { body: 'Jutro.', to: ['a@b.example'], answers: '0' })),
      ['one'],
      0,
    ],
    ['after the main ticket moved', ({ main }) => make.work(agent, (work) => moveTicket(work, main, '1')), ['one'], 0],
    ['after the main ticket was closed', ({ main }) => make.work(agent, (work) => setState(work, main, { stateId: '2' })), ['one'], 0],
    ['after a later merge of the main ticket', ({ main, third }) => merge(main, third), ['one'], 0],
    ['after a later merge into it', ({ main, third }) => merge(third, main), ['one'], 0],
    ['after a later merge that was taken back', async ({ main, third }) => (await merge(main, third), unmerge(main)), ['one', 'main'], 0],
    ['after somebody wrote to its old number', async ({ one }) => writes(one, (await read(one)).customerId!, 'Pod starym numerem.'), [], 1],
  ]
  it.each(CASES)('%s brings the same rows back', async (_what, between, same, more) => {
    make.now = TUESDAY
    const three = { one: await full(), main: await full(), third: await full() }
    const before = { one: await rowsOf(three.one), main: await rowsOf(three.main), third: await rowsOf(three.third) }
    make.now = new Date(TUESDAY.getTime() + 3_600_000)
    await merge(three.one, three.main)
    await between(three)
    await unmerge(three.one)
    for (const which of same) expect(await rowsOf(three[which])).toEqual(before[which])
    expect((await bodies(three.one)).length).toBe((before.one as { articles: unknown[] }).articles.length + more)
    // Whatever else happened: nothing of it is left behind in the others.
    const all = await Promise.all([three.main, three.third].map(bodies))
    expect(all.flat().filter((body) => body === 'sprawdzam')).toHaveLength(2)
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from article_thread th join article a on a.id = th.article_id
      where th.ticket_id = ${three.one} or a.ticket_id = ${three.one}`.execute(make.db)
    expect(rows[0]!.n).toBe(0)
    make.now = TUESDAY
  })

  it('leaves a later merge good for being taken back too', async () => {
    const [one, main, third] = [await full(), await full(), await full()]
    const before = { main: await rowsOf(main), third: await rowsOf(third) }
    await merge(one, main)
    await merge(main, third)
    await unmerge(one)
    await unmerge(main)
    expect(await rowsOf(third)).toEqual(before.third)
    const { ticket: _now, ...rows } = (await rowsOf(main)) as Record<string, unknown>
    const { ticket: _was, ...stood } = before.main as Record<string, unknown>
    expect(rows).toEqual(stood)
  })

  it.each([
    ['a ticket that is not merged', 'ticket.not-merged', async ({ one }: Three) => unmerge(one)],
    [
      'one that somebody else has taken out',
      'ticket.not-merged',
      async ({ one, main }: Three) => (await merge(one, main), await unmerge(one, other), unmerge(one)),
    ],
    [
      'one that was merged before it came here',
      'ticket.merged-elsewhere',
      async ({ one, main }: Three) => (
        await make.db
          .updateTable('ticket')
          .set({ state_id: '9', state_type: 'merged', merged_into_id: main })
          .where('id', '=', one)
          .execute(),
        unmerge(one)
      ),
    ],
    [
      'one whose main ticket has gone where the agent may do nothing',
      'not-allowed',
      async ({ one, main }: Three) => (
        await merge(one, main), await make.asSystem((work) => moveTicket(work, main, elsewhere)), unmerge(one)
      ),
    ],
  ])('%s is refused: %s', async (_what, code, act) => {
    const three = { one: (await make.ticket()).id, main: (await make.ticket()).id, third: (await make.ticket()).id }
    expect(await codeOf(act(three))).toBe(code)
  })

  it('by two at once is done once', async () => {
    const [one, main] = [await full(), await full()]
    await merge(one, main)
    expect((await Promise.all([codeOf(unmerge(one)), codeOf(unmerge(one, other))])).toSorted()).toEqual(['done', 'ticket.not-merged'])
  })
})

describe('who reads what after a merge', () => {
  const sees = async (personId: Id, id: Id): Promise<string[]> => {
    const { access } = (await loadActor(make.db, personId))!
    try {
      await seeTicket(make.db, asCustomer(access), id, 'see')
    } catch {
      return []
    }
    return (await listArticles(make.db, id, { visibleOnly: true, reader: asCustomer(access) })).map(({ body }) => body)
  }

  it('each customer reads their own ticket as before and what is written to them, and nothing of the other', async () => {
    const [one, main] = [await make.ticket({ body: 'Pismo Anny' }), await make.ticket({ body: 'Pismo Ewy' })]
    await merge(one.id, main.id)
    expect(await sees(one.customerId, one.id)).toEqual(['Pismo Anny', expect.stringContaining('jest teraz częścią')])
    expect(await sees(one.customerId, main.id)).toEqual([])
    expect(await sees(main.customerId, main.id)).toEqual(['Pismo Ewy'])
    // To the old number: it goes on in the main ticket, in its writer's thread, and so does the answer.
    const { ticket, articleId } = await writes(one.id, one.customerId, 'Anna pyta')
    expect(ticket.id).toBe(main.id)
    await make.work(agent, (work) => answerTicket(work, main.id, { body: 'Pani Anno', answers: articleId, to: ['a@b.example'] }))
    await make.work(agent, (work) => answerTicket(work, main.id, { body: 'Pani Ewo', answers: main.articleId, to: ['a@b.example'] }))
    expect((await sees(one.customerId, one.id)).slice(2)).toEqual(['Anna pyta', 'Pani Anno'])
    expect(await sees(main.customerId, main.id)).toEqual(['Pismo Ewy', 'Pani Ewo'])
    await unmerge(one.id)
    expect(await bodies(one.id)).toEqual(['Pismo Anny', 'Anna pyta', 'Pani Anno'])
    expect(await bodies(main.id)).toEqual(['Pismo Ewy', 'Pani Ewo'])
  })

  it('whoever asked both reads both in one, and so does whom they let in later', async () => {
    const customerId = await make.person()
    const [one, main] = [await make.ticket({ body: 'Pierwsze', customerId }), await make.ticket({ body: 'Drugie', customerId })]
    await merge(one.id, main.id)
    const friend = await make.person()
    await make.db.insertInto('ticket_participant').values({ ticket_id: main.id, person_id: friend, right: 'read' }).execute()
    for (const person of [customerId, friend]) expect(await sees(person, main.id)).toEqual(['Pierwsze', 'Drugie'])
    // What is merged further, into the ticket of somebody else, is read there by neither of its readers.
    const third = await make.ticket({ body: 'Obce' })
    await merge(main.id, third.id)
    expect(await sees(third.customerId, third.id)).toEqual(['Obce'])
    expect((await sees(customerId, one.id)).slice(0, 1)).toEqual(['Pierwsze'])
    await unmerge(main.id)
    expect(await sees(friend, main.id)).toEqual(['Pierwsze', 'Drugie'])
  })
})

describe('whatever is merged and taken out', () => {
  const PEOPLE = 5
  const TICKETS = 3
  const anybody = fc.nat(PEOPLE - 1)
  const world = fc.record({
    rights: fc.array(fc.tuple(anybody, fc.nat(1), fc.constantFrom('ro', 'rw')), { maxLength: 5 }),
    tickets: fc.array(
      fc.record({
        queue: fc.nat(2),
        customer: anybody,
        owner: fc.option(anybody),
        participants: fc.uniqueArray(anybody, { maxLength: 2 }),
        watchers: fc.uniqueArray(anybody, { maxLength: 2 }),
      }),
      { minLength: TICKETS, maxLength: TICKETS },
    ),
    steps: fc.array(
      fc.record({
        what: fc.constantFrom('merge', 'merge', 'merge', 'unmerge', 'write'),
        one: fc.nat(TICKETS - 1),
        other: fc.nat(TICKETS - 1),
        who: anybody,
      }),
      { minLength: 3, maxLength: 6 },
    ),
  })

  it('nobody reads by it what they could not read before, and no customer loses what they could', async () => {
    const groups = [await make.group(), await make.group()]
    const queues = [
      await make.queue({ groupId: groups[0]! }),
      await make.queue({ groupId: groups[0]! }),
      await make.queue({ groupId: groups[1]! }),
    ]
    const boss = await make.actor(await make.agent({ [groups[0]!]: ['rw'], [groups[1]!]: ['rw'] }))
    let [done, refusals] = [0, 0]
    await fc.assert(
      fc.asyncProperty(world, async ({ rights, tickets, steps }) => {
        const people: Id[] = []
        for (let n = 0; n < PEOPLE; n++) people.push(await make.agent({}))
        const held = rights.map(([who, group, right]) => ({ person_id: people[who]!, group_id: groups[group]!, right }))
        if (held.length > 0)
          await make.db
            .insertInto('group_person')
            .values(held)
            .onConflict((oc) => oc.doNothing())
            .execute()
        const made: Id[] = []
        for (const { queue, customer, owner, participants, watchers } of tickets) {
          const { id } = await make.ticket({ queueId: queues[queue]!, customerId: people[customer]! })
          made.push(id)
          if (owner !== null) await make.db.updateTable('ticket').set({ owner_id: people[owner]! }).where('id', '=', id).execute()
          for (const one of participants)
            await make.db.insertInto('ticket_participant').values({ ticket_id: id, person_id: people[one]!, right: 'reply' }).execute()
          for (const one of watchers)
            await make.db.insertInto('ticket_watcher').values({ ticket_id: id, person_id: people[one]! }).execute()
        }
        /** By the policy and the reading that the pages use, under both hats. */
        const whatIsRead = async (): Promise<Map<string, Set<Id>>> => {
          const read = new Map<string, Set<Id>>()
          for (const person of people) {
            const { access } = (await loadActor(make.db, person))!
            for (const [hat, right] of [
              ['agent', 'ro'],
              ['customer', 'see'],
            ] as const) {
              const found = new Set<Id>()
              for (const id of made) {
                if ((await codeOf(seeTicket(make.db, access, id, right))) !== 'done') continue
                const reading =
                  hat === 'agent' ? ({ visibleOnly: false } as const) : ({ visibleOnly: true, reader: asCustomer(access) } as const)
                for (const article of await listArticles(make.db, id, reading))
                  if (!article.subject.startsWith('Scalone ze')) found.add(article.id)
              }
              read.set(`${hat} ${person}`, found)
            }
          }
          return read
        }
        let before = await whatIsRead()
        const ever = new Map([...before].map(([reader, articles]) => [reader, new Set(articles)]))
        for (const { what, one, other: second, who } of steps) {
          const code =
            what === 'write'
              ? await codeOf(writes(made[one]!, people[who]!, 'Dopisuję'))
              : await codeOf(what === 'merge' ? merge(made[one]!, made[second]!, boss) : unmerge(made[one]!, boss))
          if (what === 'merge' && code === 'done') done++
          else if (what === 'merge') refusals++
          const after = await whatIsRead()
          // What was written meanwhile is new to everybody.
          if (what !== 'write')
            for (const [reader, articles] of after) {
              expect(
                [...articles].filter((id) => !ever.get(reader)!.has(id)),
                `${reader} reads by: ${what}`,
              ).toEqual([])
              if (reader.startsWith('customer')) expect(articles, `${reader} loses by: ${what}`).toEqual(before.get(reader))
            }
          before = after
          for (const [reader, articles] of after) for (const id of articles) ever.get(reader)!.add(id)
        }
      }),
      { numRuns: LONG ? 100 : 3 },
    )
    if (LONG) expect([done > 0, refusals > 0]).toEqual([true, true])
  })
})

describe('the way to the main ticket', () => {
  it('is told by history for tickets that were merged elsewhere, until the column is filled', async () => {
    const [one, main] = [await make.ticket(), await make.ticket()]
    await make.db.updateTable('ticket').set({ state_id: '9', state_type: 'merged' }).where('id', '=', one.id).execute()
    await sql`insert into history (ticket_id, type, name, act_id, created_at) values
      (${one.id}, 'Merged', ${`%%1%%${one.id}%%2%%999999`}, gen_random_uuid(), now()),
      (${one.id}, 'Merged', ${`%%1%%${one.id}%%2%%${main.id}`}, gen_random_uuid(), now())`.execute(make.db)
    expect(await mainTicketOf(make.db, await read(one.id))).toBe(main.id)
    await mergedInto.step(make.db, { after: '0', upTo: main.id })
    expect((await read(one.id)).mergedIntoId).toBe(main.id)
    expect(await mainTicketOf(make.db, await read(main.id))).toBeUndefined()
  })
})
