import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertArticle } from '../../article/articles.ts'
import type { OpenDatabase } from '../../database/database.ts'
import type { Id } from '../../database/schema.ts'
import { Refusal } from '../../errors.ts'
import type { Text } from '../../i18n/texts.ts'
import type { PersonActor } from '../../kernel/actor.ts'
import { AGENT_RIGHTS } from '../../permission/policy.ts'
import { testDatabase } from '../../../test/database.ts'
import { maker, type Maker } from '../../../test/make.ts'
import { actOf, ACTS, isAct, mayAct, offersAct, prepareAct, type ActName } from './acts.ts'
import { shapesOf } from './fields.ts'
import { actTexts } from './i18n/act-texts.ts'
import { seeTicket } from '../ticket-list.ts'
import { addNote, takeTicket, watchTicket } from '../change/tickets.ts'

let opened: OpenDatabase
let make: Maker
beforeAll(async () => {
  opened = await testDatabase()
  make = await maker(opened.db)
})
afterAll(() => opened.close())

const NAMES = Object.keys(ACTS) as ActName[]
type Given = Record<string, unknown>

/** Why it was refused, or 'done'. */
async function outcome(actor: PersonActor, name: ActName, ticketId: Id, given: Given): Promise<string> {
  try {
    const doIt = (await prepareAct({ db: make.db }, name, given)) as unknown as (work: unknown, ticketId: Id | null) => Promise<unknown>
    await make.work(actor, (work) => doIt(work, actOf(name).on === 'new' ? null : ticketId))
    return 'done'
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}
const BARRED = ['not-allowed', 'not-found']

describe('the list', () => {
  it('has words in both languages for whatever an act says, with the same placeholders', () => {
    const keys = NAMES.flatMap((name) => {
      const { button, title, done, fields = {} } = actOf(name).words
      return [button, title, done, ...Object.values(fields)]
    })
    expect(keys.filter((key) => !(key in actTexts.pl) || !(key in actTexts.en))).toEqual([])
    const holes = (text: Text) => [...new Set(JSON.stringify(text).match(/\{\w+\}/g) ?? [])].toSorted().join()
    expect(
      Object.entries(actTexts.pl)
        .filter(([key, text]) => holes(text) !== holes(actTexts.en[key as keyof typeof actTexts.en]))
        .map(([key]) => key),
    ).toEqual([])
    expect(
      [actTexts.pl, actTexts.en].flatMap((all) => Object.values(all)).filter((text) => /"/.test(JSON.stringify(text).slice(1, -1))),
    ).toEqual([])
  })
  it('offers to many only what needs no word about each', () => {
    const bulk = NAMES.filter((name) => actOf(name).bulk)
    expect(bulk).toEqual(expect.arrayContaining(['take', 'move', 'pend', 'close']))
    expect(bulk.filter((name) => actOf(name).on !== 'ticket')).toEqual([])
  })
  it('limits whatever is handed over: no field takes a text without end', async () => {
    const without: string[] = []
    const endless = 'x'.repeat(2_000_000)
    // What headers say is read and limited where mails are (mail/wanted.ts).
    for (const name of NAMES.filter((one) => !actOf(one).offeredBy.includes('header'))) {
      for (const field of Object.keys(actOf(name).fields.shape)) {
        const read = actOf(name).fields.safeParse({
          subject: 'x',
          body: 'x',
          language: 'pl',
          until: null,
          priority: '1',
          person: '1',
          [field]: endless,
        })
        // What is no text at all is read by its own kind.
        if (read.success && (read.data as Given)[field] === endless) without.push(`${name}.${field}`)
      }
    }
    expect(without).toEqual([])
  })
  it('knows no name that it does not hold', () => {
    expect(['take', 'constructor', 'toString', '__proto__', ''].filter(isAct)).toEqual(['take'])
  })
})

describe('reading fields', () => {
  const read = async (name: ActName, given: Given) => {
    try {
      await prepareAct({ db: make.db }, name, given)
      return 'read'
    } catch (error) {
      if (error instanceof Refusal) return [error.code, error.field]
      throw error
    }
  }
  it.each<[ActName, Given, unknown]>([
    ['priority', {}, ['required', 'priority']],
    ['priority', { priority: '4; drop' }, ['choice-gone', 'priority']],
    ['priority', { priority: '4' }, 'read'],
    ['title', { title: 'x'.repeat(1001) }, ['too-long', 'title']],
    ['title', { title: 7 }, ['input', 'title']],
    ['reply', { body: 'x', to: 'Ktoś <a@b.example>; c@d.example' }, 'read'],
    ['reply', { body: 'x', to: 'nikt' }, ['person.address-invalid', 'to']],
    ['reply', { body: 'x', to: ['a@b.example', 'nikt'] }, ['person.address-invalid', 'to']],
    ['reply', { body: 'x', next: '' }, 'read'],
    ['reply', { body: 'x', next: 'delete' }, ['choice-gone', 'next']],
    ['reply', { body: 'x', attachments: [{ name: 'x', content: 'no bytes' }] }, ['input', 'attachments']],
    ['pend', {}, ['required', 'until']],
    ['pend', { until: 'kiedyś' }, ['choice-gone', 'until']],
    ['pend', { until: null }, 'read'],
    ['pend', { until: '2026-12-01T12:30:00+01:00' }, 'read'],
    ['undo', { act: 'x' }, ['not-found', undefined]],
    ['customer', { customer: 'nikogo' }, ['person.unknown', 'customer']],
    ['state', { state: 'no such' }, ['ticket.state-unknown', 'state']],
    ['remove-person', { person: '../1' }, ['choice-gone', 'person']],
  ])('%s %j', async (name, given, expected) => {
    expect(await read(name, given)).toEqual(expected)
  })
  it('is told to a page as kinds of fields', () => {
    expect(shapesOf(ACTS.title.fields)).toEqual([{ name: 'title', kind: 'line', required: false, most: 1000, choices: [] }])
    expect(shapesOf(ACTS.close.fields)).toMatchObject([
      { name: 'how', kind: 'choice', choices: ['successful', 'unsuccessful'] },
      { name: 'note', kind: 'text' },
      { name: 'children', kind: 'choice', choices: ['close', 'leave'] },
      { name: 'time', kind: 'line' },
    ])
    expect(shapesOf(ACTS.take.fields)).toMatchObject([{ name: 'fromOther', kind: 'yes-no', required: false }])
    expect(shapesOf(ACTS.ask.fields).filter(({ name }) => name === 'body')).toMatchObject([{ required: true }])
  })
})

describe('the right that the list says is the one that is asked', () => {
  interface Thing {
    ticket: Id
    /** Number of another ticket in the same queue. */
    another: string
    article: Id
    held: Id
    act: string
  }
  const SAMPLES: Partial<Record<ActName, (thing: Thing) => Given>> = {
    reply: () => ({ body: 'x', to: 'a@b.example' }),
    note: () => ({ body: 'x' }),
    forward: ({ article }) => ({ article, to: 'a@b.example', body: 'x' }),
    redirect: ({ article }) => ({ article, to: 'a@b.example' }),
    resend: ({ article }) => ({ article, to: 'a@b.example' }),
    'follow-up': () => ({ body: 'x' }),
    move: () => ({ queue: '1' }),
    priority: () => ({ priority: '4' }),
    owner: () => ({ owner: 'nobody' }),
    title: () => ({ title: 'x' }),
    customer: () => ({ customer: 'kto@uni.example' }),
    pend: () => ({ until: null }),
    state: () => ({ state: 'open' }),
    'pending-date': () => ({ until: '2030-01-01T08:00:00+01:00' }),
    'add-person': () => ({ who: 'kto@uni.example' }),
    'remove-person': () => ({ person: '1' }),
    'accept-message': ({ held }) => ({ article: held }),
    'accept-sender': ({ held }) => ({ article: held }),
    'reject-message': ({ held }) => ({ article: held }),
    merge: ({ another }) => ({ into: another }),
    link: ({ another }) => ({ to: another }),
    unlink: () => ({ link: '1' }),
    undo: ({ act }) => ({ act }),
    'by-headers': () => ({ title: 'x' }),
  }
  const ofAgents = NAMES.filter((name) => !['new', 'ask', 'follow-up', 'confirm'].includes(name))
  beforeAll(() => make.person({ address: 'kto@uni.example' }))

  async function thing(queueId: Id, actor: PersonActor): Promise<Thing> {
    const { id, articleId, customerId } = await make.ticket({ queueId })
    const held = await make.asSystem((work) =>
      insertArticle(work, id, {
        channel: 'email',
        senderType: 'customer',
        visible: true,
        personId: customerId,
        subject: 'x',
        body: 'x',
        held: { rule: 'no-part-in-ticket', decision: null },
      }),
    )
    const act = await make
      .work(actor, async (work) => {
        await watchTicket(work, id, true)
        return work.act
      })
      .catch(() => '00000000-0000-0000-0000-000000000000')
    if (act !== '') await make.db.deleteFrom('ticket_watcher').where('ticket_id', '=', id).execute()
    return { ticket: id, another: (await make.ticket({ queueId })).number, article: articleId, held, act }
  }

  it.each(ofAgents)('%s', async (name) => {
    const { right: said } = actOf(name)
    const right = typeof said === 'string' ? said : said.right
    const group = await make.group()
    const queueId = await make.queue({ groupId: group })
    const holder = await make.actor(await make.agent({ [group]: [...new Set(['ro', right])], 1: ['move_into'] }))
    const others = await make.actor(
      await make.agent({ [group]: AGENT_RIGHTS.filter((one) => one !== right && one !== 'rw'), 1: ['move_into'] }),
    )
    const results: unknown[] = []
    for (const actor of [others, holder]) {
      const at = await thing(queueId, actor)
      const ticket = await seeTicket(make.db, (await make.actor(await make.agent({ [group]: ['rw'] }))).access, at.ticket, 'ro')
      const got = await outcome(actor, name, at.ticket, SAMPLES[name]?.(at) ?? {})
      results.push([mayAct(name, ticket, actor.access), BARRED.includes(got) ? 'barred' : 'let'])
    }
    // By any of three rights, the state decides which: it is offered to whoever holds one.
    expect(results).toEqual([name === 'state' ? [true, 'barred'] : [false, 'barred'], [true, 'let']])
  })

  it("a customer's acts are those of the customer and of whom they let in to reply", async () => {
    const { id, customerId } = await make.ticket()
    const [reads, writes, stranger] = [await make.person(), await make.person(), await make.person()]
    for (const [person_id, right] of [
      [reads, 'read'],
      [writes, 'reply'],
    ] as const)
      await make.db.insertInto('ticket_participant').values({ ticket_id: id, person_id, right }).execute()
    const got: unknown[] = []
    for (const person of [customerId, writes, reads, stranger]) {
      const actor = await make.actor(person)
      got.push([
        await outcome(actor, 'follow-up', id, { body: 'Dopisuję' }),
        await outcome(actor, 'confirm', id, {}),
        await outcome(actor, 'add-person', id, { who: 'nikt' }),
      ])
    }
    expect(got).toEqual([
      ['done', 'done', 'person.address-invalid'],
      ['done', 'done', 'not-allowed'],
      ['not-allowed', 'done', 'not-allowed'],
      ['not-found', 'not-found', 'not-found'],
    ])
  })
  it('an agent makes tickets where they may, anybody asks for themselves', async () => {
    const group = await make.group()
    const queue = await make.queue({ groupId: group })
    const customer = await make.person()
    const wish = { title: 'x', body: 'x', queue, customer }
    const [may, mayNot] = [
      await make.actor(await make.agent({ [group]: ['create'] })),
      await make.actor(await make.agent({ [group]: ['ro', 'note'] })),
    ]
    expect([await outcome(may, 'new', '', wish), await outcome(mayNot, 'new', '', wish)]).toEqual(['done', 'not-allowed'])
    expect(await outcome(await make.actor(customer), 'ask', '', { subject: 'x', body: 'x', queue: '4', language: 'pl' })).toBe('done')
  })
})

describe('what is offered', () => {
  it('is what there is a point in', async () => {
    const jan = await make.actor(await make.agent({ 1: ['rw'] }))
    const { id } = await make.ticket()
    const offered = async () => {
      const ticket = await seeTicket(make.db, jan.access, id, 'ro')
      return (['take', 'release', 'close', 'reopen', 'owner', 'note'] as const).filter((name) => offersAct(name, ticket, jan.access))
    }
    expect(await offered()).toEqual(['take', 'close', 'owner', 'note'])
    await make.work(jan, (work) => takeTicket(work, id))
    expect(await offered()).toEqual(['release', 'close', 'owner', 'note'])
    expect(await outcome(jan, 'close', id, { how: 'unsuccessful', note: 'nie do naprawy' })).toBe('done')
    expect(await offered()).toEqual(['reopen', 'note'])
    await make.db.updateTable('ticket').set({ state_type: 'merged', state_id: '9' }).where('id', '=', id).execute()
    expect(await offered()).toEqual([])
  })
  it('looks up once for however many tickets', async () => {
    const jan = await make.actor(await make.agent({ 1: ['rw'] }))
    const [one, other] = [await make.ticket(), await make.ticket()]
    const close = await prepareAct({ db: make.db }, 'close', {})
    for (const { id } of [one, other]) await make.work(jan, (work) => close(work, id))
    const states = await make.db.selectFrom('ticket').select('state_id').where('id', 'in', [one.id, other.id]).execute()
    expect(states).toEqual([{ state_id: '2' }, { state_id: '2' }])
  })
  it('an act taken back is one of the list too', async () => {
    const jan = await make.actor(await make.agent({ 1: ['rw'] }))
    const { id } = await make.ticket()
    const act = await make.work(jan, async (work) => {
      await addNote(work, id, { body: 'pomyłka' })
      return work.act
    })
    const takeBack = await prepareAct({ db: make.db }, 'undo', { act })
    expect((await make.work(jan, (work) => takeBack(work, id))).bodies).toEqual(['pomyłka'])
  })
})
