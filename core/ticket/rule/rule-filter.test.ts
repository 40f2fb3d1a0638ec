import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/database.ts'
import { aField } from '../../../test/fields.ts'
import { maker, type Maker } from '../../../test/make.ts'
import type { Id } from '../../database/schema.ts'
import { createField } from '../../field/field-admin.ts'
import { setFields } from '../change/fields.ts'
import { addNote, setOwner, setPriority, setState } from '../change/tickets.ts'
import { archiveTicket } from '../change/archive.ts'
import { readExpression } from './expression.ts'
import { formOfRule, MEANT_KEYS, narrows, readRuleForm, STATE_TYPES, type RuleFilter } from './rule-filter.ts'
import { countMatching, matchesTicket, matchingTickets, ruleRoom, whichMatch } from './rule-tickets.store.ts'
import { TIME_NAMES } from './time-names.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let make: Maker
beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
})
afterAll(() => database.close())

const room = (now = make.now) => ruleRoom(make.db, { now, zone: 'Europe/Warsaw' })
const meant = async (filter: RuleFilter, scope: Parameters<typeof matchingTickets>[3] = {}) =>
  matchingTickets(make.db, filter, await room(), scope)

describe('values', () => {
  let queue: Id
  let below: Id
  let agent: Id
  let a: Id
  let b: Id
  let c: Id
  let d: Id
  beforeAll(async () => {
    queue = await make.queue({ name: 'Sieci' })
    below = await make.queue({ name: 'Sieci::Akademiki', parentId: queue })
    agent = await make.agent({ 1: ['rw'] })
    const ticket = async (queueId: Id, subject: string) => (await make.ticket({ queueId, subject })).id
    a = await ticket(queue, 'Drukarka nie drukuje')
    b = await ticket(queue, 'Wi-Fi 100%')
    c = await ticket(below, 'Drukarka')
    d = await ticket(below, 'Poczta')
    await make.asSystem(async (work) => {
      await setPriority(work, a, '5')
      await setOwner(work, b, agent)
      await setState(work, c, { stateId: '4' })
      await setState(work, d, { stateId: '2' })
    })
  })
  const here = (filter: RuleFilter, and: RuleFilter['is'] = {}) => meant({ ...filter, is: { queue: [queue, below], ...filter.is, ...and } })

  it('one of several values is enough, all attributes must have one', async () => {
    expect(await here({ is: { priority: ['4', '5'] } })).toEqual([a])
    expect(await here({ is: { state: ['1', '4'] } })).toEqual([a, b, c])
    expect(await here({ is: { state: ['4'], priority: ['5'] } })).toEqual([])
    expect(await here({ is: { owner: ['nobody', agent] } })).toEqual([a, b, c, d])
    expect(await here({ is: { owner: [agent], lock: ['lock', 'unlock'] } })).toEqual([b])
    expect(await here({ is: { stateType: ['closed', 'new'] } })).toEqual([a, b, d])
    expect(await here({ is: { priority: ['999'] } })).toEqual([])
  })
  it('a queue is that queue alone, or with those below', async () => {
    expect(await meant({ is: { queue: [queue] } })).toEqual([a, b])
    expect(await meant({ is: { queue: [queue] }, below: true })).toEqual([a, b, c, d])
  })
  it.each([
    ['drukarka*', [0, 2]],
    ['DRUKARKA', [2]],
    ['*drukarka* || poczta', [0, 2, 3]],
    ['* !poczta', [0, 1, 2]],
    ['!(poczta || wi-fi*)', [0, 2]],
    ['*wi-fi* *100%*', [1]],
    ['*100_*', []],
    ['(drukarka', []],
    ['drukarka &&', []],
  ])('a title like %j', async (title, found) => {
    expect(await here({ texts: { title } })).toEqual(found.map((n) => [a, b, c, d][n]))
  })
  it('words of a message, all in the same one', async () => {
    await make.asSystem((work) => addNote(work, a, { body: 'Toner zamówiony, 50% taniej', visible: false }))
    expect(await here({ articles: { body: 'toner' } })).toEqual([a])
    expect(await here({ articles: { body: 'toner', from: 'osoba@uni.example' } })).toEqual([])
    expect(await here({ articles: { body: '50_ taniej' } })).toEqual([])
  })
  it('fields of its own: a key, words, days; one that is gone finds nothing', async () => {
    const values = ['A1', 'B2'].map((key) => ({ key, label: key, labelEn: null }))
    await make.asSystem((work) => createField(work, '1', 'Dropdown', aField('Budynek', { values })))
    await make.asSystem((work) => createField(work, '1', 'Date', aField('Oddanie')))
    await make.asSystem(async (work) => {
      await setFields(work, a, { Budynek: ['A1'], Oddanie: ['2026-12-04'] })
      await setFields(work, b, { Budynek: ['B2'] })
    })
    expect(await here({ fields: { Budynek: { is: ['A1', 'B2'] } } })).toEqual([a, b])
    expect(await here({ fields: { budynek: { is: ['A1'] } } })).toEqual([a])
    expect(await here({ fields: { Oddanie: { from: '2026-12-04', to: '2026-12-04' } } })).toEqual([a])
    expect(await here({ fields: { Oddanie: { from: '2026-12-05' } } })).toEqual([])
    expect(await here({ fields: { Nieznane: { is: ['A1'] } } })).toEqual([])
  })
  it('only where one reads, only within some queues, page by page', async () => {
    const group = await make.group()
    const foreign = await make.queue({ groupId: group })
    const other = (await make.ticket({ queueId: foreign, subject: 'Cudze' })).id
    const stranger = (await make.actor(await make.agent({ [group]: ['ro'] }))).access
    expect(await meant({}, { access: stranger })).toEqual([other])
    expect(await meant({ is: { queue: [queue] } }, { access: stranger })).toEqual([])
    expect(await meant({}, { within: [below] })).toEqual([c, d])
    expect(await meant({ is: { queue: [queue, below] } }, { limit: 2, after: b })).toEqual([c, d])
    expect(await countMatching(make.db, { is: { queue: [queue] }, below: true }, await room(), { cap: 3 })).toBe(3)
  })
  it('leaves archived ones out unless it says so', async () => {
    await make.asSystem((work) => archiveTicket(work, d, true))
    expect(await here({ is: { state: ['2'] } })).toEqual([])
    expect(await here({ archived: 'with' })).toEqual([a, b, c, d])
    expect(await here({ archived: 'only' })).toEqual([d])
  })
  it('says of one ticket which of many conditions it meets, as the list of each would', async () => {
    const value = fc.constantFrom('1', '2', '4', '5', queue, below, agent, 'nobody', 'lock', 'unlock', 'closed', 'new', 'open')
    const one: fc.Arbitrary<RuleFilter> = fc.record(
      {
        is: fc.dictionary(fc.constantFrom('queue', 'owner', 'lock'), fc.array(value, { minLength: 1, maxLength: 2 }), { maxKeys: 2 }),
        below: fc.constant(true as const),
        archived: fc.constantFrom('with', 'only'),
        texts: fc.record({ title: fc.constantFrom('*drukarka*', '!poczta', '(x') }),
        times: fc.array(fc.record({ of: fc.constantFrom(...TIME_NAMES), is: fc.constantFrom('before', 'last', 'next'), minutes: fc.integer({ min: 1, max: 9999 }) }), { maxLength: 1 }), // biome-ignore format: one part
      },
      { requiredKeys: [] },
    ) as never
    // Ids only where ids are asked for.
    const isIds = ({ is = {} }: RuleFilter) =>
      [...(is.queue ?? []), ...(is.owner ?? [])].every((id) => /^\d+$/.test(id) || (id === 'nobody' && is.owner?.includes(id))) &&
      !is.queue?.includes('nobody')
    const at = await room()
    await fc.assert(
      fc.asyncProperty(fc.array(one.filter(isIds), { minLength: 1, maxLength: 8 }), async (filters) => {
        const listed = await Promise.all(filters.map((filter) => matchingTickets(make.db, filter, at)))
        for (const id of [a, d])
          expect(
            await whichMatch(
              make.db,
              filters.map((filter, n) => ({ key: `${n}`, filter })),
              at,
              id,
            ),
          ).toEqual(filters.flatMap((_, n) => (listed[n]!.includes(id) ? [`${n}`] : [])))
      }),
      { numRuns: 25 },
    )
  })
})

describe('moments, as OTRS counts them', () => {
  const NOW = new Date('2026-03-10T11:00:00Z')
  /** Local times of Warsaw, which is an hour ahead in March. */
  const made = async (at: string) => {
    const before = make.now
    make.now = new Date(`${at}+01:00`)
    const { id } = await make.ticket()
    make.now = before
    return id
  }
  const meets = async (id: Id, ...times: NonNullable<RuleFilter['times']>) => matchesTicket(make.db, { times }, await room(NOW), id)

  it.each([
    ['2026-03-10T09:59:59', { is: 'before', minutes: 120 }, true],
    ['2026-03-10T10:00:00', { is: 'before', minutes: 120 }, true],
    ['2026-03-10T10:00:01', { is: 'before', minutes: 120 }, false],
    ['2026-03-10T09:59:59', { is: 'last', minutes: 120 }, false],
    ['2026-03-10T10:00:00', { is: 'last', minutes: 120 }, true],
    ['2026-03-10T12:00:00', { is: 'last', minutes: 120 }, true],
    ['2026-03-01T00:00:00', { is: 'between', from: '2026-03-01', to: '2026-03-02' }, false],
    ['2026-03-01T00:00:01', { is: 'between', from: '2026-03-01', to: '2026-03-02' }, true],
    ['2026-03-02T23:59:59', { is: 'between', from: '2026-03-01', to: '2026-03-02' }, true],
    ['2026-03-03T00:00:00', { is: 'between', from: '2026-03-01', to: '2026-03-02' }, false],
    ['2026-02-08T12:00:00', { is: 'before', minutes: 43_200 }, true],
    ['2026-02-08T12:00:01', { is: 'before', minutes: 43_200 }, false],
    ['2026-03-01T00:00:01', { is: 'between', from: '2026-03-02', to: '2026-03-01' }, false],
  ] as const)('made %s, %o: %s', async (at, time, yes) => {
    expect(await meets(await made(at), { of: 'created', ...time })).toBe(yes)
  })

  it('any change is one in history, the last change that of the ticket', async () => {
    const id = await made('2026-03-01T10:00:00')
    make.now = new Date('2026-03-10T10:00:00Z')
    await make.asSystem((work) => setPriority(work, id, '5'))
    expect(await meets(id, { of: 'anyChange', is: 'before', minutes: 5 * 1440 })).toBe(true)
    expect(await meets(id, { of: 'changed', is: 'before', minutes: 5 * 1440 })).toBe(false)
  })

  it('closed once stays so for any closing and the last one, though it is open again', async () => {
    const id = await made('2026-02-01T10:00:00')
    const at = async (now: string, stateId: Id) => {
      make.now = new Date(now)
      await make.asSystem((work) => setState(work, id, { stateId }))
    }
    await at('2026-02-10T10:00:00Z', '2')
    await at('2026-02-20T10:00:00Z', '4')
    await at('2026-03-08T10:00:00Z', '2')
    await at('2026-03-09T10:00:00Z', '4')
    const week = { is: 'before', minutes: 10_080 } as const
    expect(await meets(id, { of: 'anyClosing', ...week })).toBe(true)
    expect(await meets(id, { of: 'lastClosing', ...week })).toBe(false)
    expect(await meets(id, { of: 'lastClosing', is: 'last', minutes: 10_080 })).toBe(true)
    expect(await meets(id, { of: 'closed', is: 'none' })).toBe(true)
    expect(await meets(id, { of: 'anyClosing', is: 'none' })).toBe(false)
  })

  it('put off counts only while it is; no deadline is none that has passed', async () => {
    const id = await made('2026-03-01T10:00:00')
    await make.asSystem((work) => setState(work, id, { stateId: '6', pendingUntil: new Date('2026-03-10T12:00:00Z') }))
    expect(await meets(id, { of: 'pending', is: 'next', minutes: 120 })).toBe(true)
    await make.asSystem((work) => setState(work, id, { stateId: '4' }))
    expect(await meets(id, { of: 'pending', is: 'next', minutes: 120 })).toBe(false)
    expect(await meets(id, { of: 'due', is: 'before', minutes: 60 })).toBe(false)
  })
})

describe('its form', () => {
  const text = fc.string({ minLength: 1, maxLength: 40 }).map((word) => `x${word.replace(/\s/g, ' ').trim()}`)
  const of = fc.constantFrom(...TIME_NAMES)
  const filter: fc.Arbitrary<RuleFilter> = fc.record(
    {
      is: fc.dictionary(fc.constantFrom(...MEANT_KEYS), fc.uniqueArray(fc.integer({ min: 1, max: 99 }).map(String), { minLength: 1, maxLength: 3 }), { minKeys: 1 }), // biome-ignore format: one part
      below: fc.constant(true as const),
      texts: fc.record({ title: text }),
      articles: fc.record({ body: text }),
      times: fc.array(
        fc.oneof(
          fc.record({ of, is: fc.constantFrom('before', 'last', 'next'), minutes: fc.integer({ min: 1, max: 99_999 }) }),
          fc.record({ of, is: fc.constant('between'), from: fc.constant('2026-03-01') }),
          fc.record({ of, is: fc.constantFrom('none', 'some') }),
        ),
        { minLength: 1, maxLength: 20 },
      ),
      fields: fc.constant({ Room: { words: 'A1' }, Box: { is: ['0', '1'] }, Due: { from: '2026-03-01', to: '2026-03-02' } }),
      search: text,
      held: fc.constant(true as const),
      archived: fc.constantFrom('with', 'only'),
    },
    { requiredKeys: [] },
  ) as never
  it('reads what it shows', () => {
    fc.assert(
      fc.property(filter, (rule) => {
        expect(readRuleForm(formOfRule(rule))).toEqual(rule)
      }),
      { numRuns: 200 },
    )
  })
  it.each([
    [{ 'if.time0.of': 'created', 'if.time0.is': 'before', 'if.time0.count': '' }, 'if.time0.count', 'required'],
    [{ 'if.time0.of': 'created', 'if.time0.is': 'before', 'if.time0.count': 'dwa' }, 'if.time0.count', 'input'],
    [{ 'if.time1.of': 'created', 'if.time1.is': 'last', 'if.time1.count': '101', 'if.time1.unit': 'year' }, 'if.time1.count', 'input'],
    [{ 'if.time0.of': 'created', 'if.time0.is': 'between', 'if.time0.from': 'kiedyś' }, 'if.time0.from', 'input'],
    [{ 'if.time0.of': 'created', 'if.time0.is': 'between' }, 'if.time0.from', 'required'],
    [{ 'if.text.title': 'x'.repeat(251) }, 'if.text.title', 'too-long'],
  ])('says what is wrong with %o', (values, field, code) => {
    expect(() => readRuleForm(values as unknown as Record<string, string>)).toThrow(expect.objectContaining({ field, code }))
  })
  it('knows what narrows nothing', () => {
    expect(
      [{}, { below: true }, { archived: 'with' }, { is: {} }, { is: { queue: ['1'] } }].map((one) => narrows(one as RuleFilter)),
    ).toEqual([false, false, false, false, true])
    expect(STATE_TYPES).toHaveLength(7)
  })
})

describe('expressions', () => {
  it.each([
    ['a b', { kind: 'text', like: 'a b' }],
    ['a && b || c', { kind: 'or', of: [{ kind: 'and', of: [{ kind: 'text', like: 'a' }, { kind: 'text', like: 'b' }] }, { kind: 'text', like: 'c' }] }], // biome-ignore format: a line a case
    ['!a*', { kind: 'not', of: { kind: 'text', like: 'a%' } }],
    ['a!', { kind: 'text', like: 'a!' }],
    ['', undefined],
    ['a)', undefined],
    ['&& a', undefined],
    ['!', undefined],
  ])('%j', (typed, read) => expect(readExpression(typed, { blankIsAnd: false })).toEqual(read))
})
