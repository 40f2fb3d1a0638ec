/** What single rows become, by the facts: pure, over many made rows. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packedPieces } from '../source/long.ts'
import { seededSource } from '../source/made/seeded.fixture.ts'
import type { Row } from '../source/source.ts'
import { addressIn, articleOf, flagOf, partOf, revisionOf } from './article-rows.ts'
import type { Known } from './known.ts'
import { readWords } from './known.store.ts'
import { halvesOf, readTickets, type TicketRows, type Which } from './read.ts'
import { seenOf } from './seen.ts'
import { TicketSum } from './sum.ts'
import { historyOf, ticketOf, timeOf, valuesOf, watcherOf } from './ticket-rows.ts'
import { stepsOfAll, TICKETS_A_STEP } from './tickets.ts'
import { epoch, idOf } from './values.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
const told: string[] = []
const users = new Map([
  ['2', '12'],
  ['3', '13'],
])
const known: Known = {
  ids: {
    of: (kind, id) => (kind === 'user' ? users.get(String(id)) : kind === 'state' && String(id) === '20' ? '10000001' : undefined),
    all: () => new Map(),
    put: async () => {},
    lend: () => {},
    putAll: async () => {},
  },
  customers: new Map([['ewa.lis', '21']]),
  here: {
    queues: new Set(['1', '2']),
    states: new Map([
      ['1', 'new'],
      ['2', 'closed'],
      ['4', 'open'],
      ['5', 'removed'],
      ['6', 'pending reminder'],
      ['10000001', 'pending auto'],
    ]),
    priorities: new Set(['3', '4']),
    types: new Set(['1', '2']),
    services: new Set(['7']),
    slas: new Set(),
    fields: new Set(['5', '8', '9']),
    companies: new Set(['BIOL']),
    addresses: new Map([['ewa@uni.example', '21']]),
  },
  words: {
    channels: new Map([
      [1, 'Email'],
      [3, 'Internal'],
      [6, 'SMS'],
      [9, 'Gołąb'],
    ]),
    senders: new Map([
      [1, 'agent'],
      [2, 'system'],
      [3, 'customer'],
    ]),
    historyTypes: new Map([
      [1, 'NewTicket'],
      [27, 'StateUpdate'],
    ]),
    locks: new Map([
      [1, 'unlock'],
      [2, 'lock'],
      [3, 'tmp_lock'],
    ]),
    linkTypes: new Map(),
    linkObjects: new Map(),
    fields: new Map(),
    fieldTypes: new Map([
      [8, 'Date'],
      [9, 'DateTime'],
    ]),
  },
  // As a source in Warsaw writes them.
  moment: (value) => (typeof value === 'string' && value !== '' ? new Date(`${value.replace(' ', 'T')}+01:00`) : null),
  tell: (code, table, key) => void told.push(`${code} ${table} ${key}`),
}
const tellsOf = <T>(run: () => T): [T, string[]] => {
  told.length = 0
  return [run(), [...told]]
}
const TICKET: Row = {
  id: 5,
  tn: '2026111610000019',
  title: 'x',
  queue_id: 2,
  ticket_lock_id: 1,
  type_id: 1,
  service_id: null,
  sla_id: null,
  user_id: 1,
  responsible_user_id: 1,
  ticket_priority_id: 3,
  ticket_state_id: 4,
  customer_id: 'BIOL',
  customer_user_id: 'Ewa.Lis',
  timeout: 0,
  until_time: 0,
  escalation_response_time: 0,
  escalation_update_time: 0,
  escalation_solution_time: 0,
  archive_flag: 0,
  create_time: '2026-11-16 09:00:00',
  create_by: 1,
  change_time: '2026-11-16 10:00:00',
}
const article = (id: number, at: string, sender: string, visible = true) => ({
  at: new Date(at),
  row: { id: String(id), sender_type: sender, visible, body: `słowa ${id}` },
})

describe('a ticket', () => {
  const ticket = (more: Row, history: Row[] = [], articles = [article(1, '2026-11-16T08:00:00Z', 'customer')]) =>
    tellsOf(() => ticketOf(known, { ...TICKET, ...more }, history, articles, NOW))

  it('names its customer by login in any case, and moments in the zone of the source', () => {
    const [row, tells] = ticket({})
    expect(row).toMatchObject({
      customer_id: '21',
      customer_login: null,
      owner_id: null,
      created_at: new Date('2026-11-16T08:00:00Z'),
      preview: 'słowa 1',
    })
    expect(tells).toEqual([])
  })
  it('keeps the login of a customer whom nobody here is, and a company that nobody has', () => {
    const [row, tells] = ticket({ customer_user_id: 'obcy', customer_id: 'NIEMA' })
    expect(row).toMatchObject({ customer_id: null, customer_login: 'obcy', customer_company: 'NIEMA' })
    expect(tells).toEqual(['unknown-customer ticket 5', 'unknown-company ticket 5'])
    expect(ticket({ customer_user_id: null, customer_id: null })).toMatchObject([{ customer_login: null, customer_company: null }, []])
  })
  it('is locked only by somebody, since the moment that the source says', () => {
    expect(ticket({ ticket_lock_id: 2, timeout: 1_763_280_000 })).toMatchObject([
      { lock: 'unlock', locked_at: null },
      ['locked-without-owner ticket 5'],
    ])
    expect(ticket({ ticket_lock_id: 3, user_id: 2, timeout: 1_763_280_000 })).toMatchObject([
      { lock: 'tmp_lock', owner_id: '12', locked_at: new Date(1_763_280_000_000) },
      [],
    ])
  })
  it('waits only in a state that waits; has deadlines only while they run, the earliest of them as its own', () => {
    const due = { until_time: 1_763_290_000, escalation_response_time: 1_763_280_000, escalation_solution_time: 1_763_270_000 }
    expect(ticket({ ticket_state_id: 6, ...due })[0]).toMatchObject({
      pending_until: new Date(1_763_290_000_000),
      response_due_at: new Date(1_763_280_000_000),
      update_due_at: null,
      due_at: new Date(1_763_270_000_000),
      suspended: false,
    })
    expect(ticket({ ticket_state_id: 2, ...due })[0]).toMatchObject({
      pending_until: null,
      response_due_at: null,
      due_at: null,
      suspended: null,
    })
  })
  it('goes by our number of a state, where ours had to move', () => {
    expect(ticket({ ticket_state_id: 20 })[0]).toMatchObject({ state_id: '10000001', state_type: 'pending auto' })
  })
  it('comes with another one where what it names is not there', () => {
    expect(ticket({ ticket_state_id: 77, queue_id: 77, ticket_priority_id: 77, type_id: 77, service_id: 77 })).toMatchObject([
      { state_id: '4', state_type: 'open', queue_id: '1', priority_id: '3', type_id: '1', service_id: null },
      ['unknown-state ticket 5', 'unknown-queue ticket 5', 'unknown-priority ticket 5', 'unknown-type ticket 5'],
    ])
  })
  it('was closed first and last by what history says; answered first and last by what the customer could see', () => {
    const state = (state_id: number, create_time: string): Row => ({ history_type_id: 27, state_id, create_time })
    const history = [state(2, '2026-11-16 11:00:00'), state(4, '2026-11-16 12:00:00'), state(2, '2026-11-16 13:00:00')]
    const articles = [
      article(1, '2026-11-16T08:00:00Z', 'customer'),
      article(2, '2026-11-16T08:30:00Z', 'agent', false),
      article(3, '2026-11-16T09:00:00Z', 'agent'),
      article(4, '2026-11-16T09:30:00Z', 'agent'),
    ]
    expect(ticket({ ticket_state_id: 2 }, history, articles)[0]).toMatchObject({
      first_closed_at: new Date('2026-11-16T10:00:00Z'),
      closed_at: new Date('2026-11-16T12:00:00Z'),
      first_response_at: new Date('2026-11-16T09:00:00Z'),
      last_agent_at: new Date('2026-11-16T09:30:00Z'),
      last_customer_at: new Date('2026-11-16T08:00:00Z'),
    })
    expect(ticket({ ticket_state_id: 4 }, history, articles)[0]).toMatchObject({
      closed_at: null,
      first_closed_at: new Date('2026-11-16T10:00:00Z'),
    })
  })
  it('without a moment has that of its first article', () => {
    expect(ticket({ create_time: null })).toMatchObject([{ created_at: new Date('2026-11-16T08:00:00Z') }, ['zero-date ticket 5']])
  })
})

describe('an article', () => {
  const ROW: Row = {
    id: 9,
    ticket_id: 5,
    article_sender_type_id: 3,
    communication_channel_id: 1,
    is_visible_for_customer: 1,
    create_time: '2026-11-16 09:00:00',
    create_by: 1,
  }
  const read = (row: Row, mime: Row | undefined, customerId: string | null = '21') =>
    tellsOf(() => articleOf(known, { ...ROW, ...row }, { mime, chat: [], ticket: { createdAt: NOW, customerId }, act: 'a' }).row)

  it("is its customer's where it came from an address of theirs or none", () => {
    const personOf = (a_from: string, customer: string | null = '21') => read({}, { a_from }, customer)[0]['person_id']
    expect(
      ['Ewa <EWA@uni.example>', 'ewa@uni.example', '', 'Sekretariat', 'Ewa <ewa@inna.example>', 'ewa@uni.example, b@c.example'].map(
        (from) => personOf(from),
      ),
    ).toEqual(['21', '21', '21', '21', null, null])
    expect(personOf('ewa@uni.example', null)).toBe(null)
  })
  it('keeps its words as they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (words) => {
        expect(read({}, { a_body: words, a_subject: words })[0]).toMatchObject({ body: words, subject: words })
      }),
      { numRuns: 30 },
    )
  })
  it('of a channel or sender that nobody knows is a note of the program', () => {
    expect(read({ communication_channel_id: 9, article_sender_type_id: 9 }, {})).toMatchObject([
      { channel: 'internal', sender_type: 'system' },
      ['unknown-channel article 9', 'unknown-sender article 9'],
    ])
    expect(read({ communication_channel_id: 6 }, {})[0]).toMatchObject({ channel: 'sms' })
  })
  it('says when it was edited, where it was', () => {
    expect(read({}, { change_time: '2026-11-16 09:00:00', change_by: 2 })[0]).toMatchObject({ changed_at: null, changed_by: null })
    expect(read({}, { change_time: '2026-11-17 09:00:00', change_by: 2 })[0]).toMatchObject({
      changed_at: new Date('2026-11-17T08:00:00Z'),
      changed_by: '12',
    })
  })
  it('has the last address of From, or none', () => {
    expect(['A <a@b.example>', 'a@b.example', 'x <y@z.example>, Q <c@d.example>', 'kto', ''].map(addressIn)).toEqual([
      'a@b.example',
      'a@b.example',
      'c@d.example',
      undefined,
      undefined,
    ])
  })
})

describe('a part', () => {
  const part = (row: Row) =>
    tellsOf(() => partOf(known, { id: 1, article_id: 9, content_id: null, content_alternative: null, disposition: null, ...row }, 4))
  it.each<[Row, string, string]>([
    [{ filename: 'file-2', content_type: 'text/html; charset="utf-8"' }, 'body-html', 'inline'],
    [{ filename: 'file-1', content_type: 'text/html' }, 'body-html', 'inline'],
    [{ filename: 'file-1.html', content_type: 'text/html' }, 'body-html', 'inline'],
    [{ filename: 'file-1', content_type: 'text/plain', disposition: 'inline' }, 'body-plain', 'inline'],
    // Really called so: sent as a file.
    [{ filename: 'file-2', content_type: 'text/html', disposition: 'attachment' }, 'file', 'attachment'],
    [{ filename: 'File-2', content_type: 'text/html' }, 'file', 'attachment'],
    [{ filename: 'a.png', content_type: 'image/png', content_id: '<x>' }, 'file', 'inline'],
    [{ filename: 'a.png', content_type: 'image/png' }, 'file', 'attachment'],
    [{ filename: 'a.pdf', content_type: 'application/pdf', content_id: '<x>' }, 'file', 'attachment'],
    [{ filename: 'a.pdf', content_type: 'application/pdf', disposition: 'inline; filename=a.pdf' }, 'file', 'inline'],
  ])('%j', (row, role, disposition) => {
    const [is, tells] = part(row)
    expect([is.role, is.disposition, tells.length]).toEqual([role, disposition, row['disposition'] ? 0 : 1])
  })
  it('has a name, a type and a content id without brackets whatever the source says', () => {
    expect(part({ filename: '', content_type: '', content_id: '<logo@x>', content_alternative: '1' })[0]).toMatchObject({
      name: 'file-4',
      contentType: 'application/octet-stream',
      contentId: 'logo@x',
      alternative: true,
    })
  })
})

it('history says what it said, of a kind that nobody knows too, with our numbers of people and states', () => {
  const row: Row = {
    id: 1,
    ticket_id: 5,
    article_id: 0,
    history_type_id: 99,
    name: 'Reset of unlock time.',
    create_by: 2,
    create_time: '2026-11-16 09:00:00',
    owner_id: 3,
    queue_id: 77,
    state_id: 20,
    priority_id: 3,
    type_id: 0,
  }
  expect(tellsOf(() => historyOf(known, row, 'a', NOW))).toEqual([
    {
      id: '1',
      ticket_id: '5',
      article_id: null,
      type: 'Misc',
      name: 'Reset of unlock time.',
      person_id: '12',
      act_id: 'a',
      created_at: new Date('2026-11-16T08:00:00Z'),
      queue_id: '77',
      owner_id: '13',
      priority_id: '3',
      state_id: '10000001',
      type_id: null,
    },
    ['unknown-history-type ticket_history 1'],
  ])
})

it('values of fields stand in their order, days without a zone, moments in that of the source', () => {
  const value = (id: number, field_id: number, more: Row): Row => ({
    id,
    field_id,
    object_id: 5,
    value_text: null,
    value_date: null,
    value_int: null,
    index_value: null,
    index_set: null,
    ...more,
  })
  const [rows, tells] = tellsOf(() =>
    valuesOf(known, [
      value(3, 5, { value_text: 'b' }),
      value(2, 5, { value_text: 'a' }),
      value(4, 5, { value_text: 'c', index_value: 0, index_set: 1 }),
      value(5, 5, { value_text: 'd', index_value: 0, index_set: 1 }),
      value(6, 8, { value_date: '2026-11-16 00:00:00' }),
      value(7, 9, { value_date: '2026-11-16 09:00:00' }),
      value(8, 66, { value_text: 'x' }),
    ]),
  )
  expect(rows.map(({ field_id, set_place, place, text, at }) => [field_id, set_place, place, text ?? (at as Date).toISOString()])).toEqual([
    ['5', 0, 0, 'a'],
    ['5', 0, 1, 'b'],
    ['5', 1, 0, 'c'],
    ['5', 1, 1, 'd'],
    ['8', 0, 0, '2026-11-16T00:00:00.000Z'],
    ['9', 0, 0, '2026-11-16T08:00:00.000Z'],
  ])
  expect(tells).toEqual(['unknown-field dynamic_field_value 8'])
})

it('who watched, flagged or worked is somebody here, or it is told', () => {
  expect(tellsOf(() => watcherOf(known, { ticket_id: 5, user_id: 66, create_time: null, create_by: 1 }))).toEqual([
    undefined,
    ['unknown-user ticket_watcher 5:66'],
  ])
  expect(tellsOf(() => flagOf(known, { article_id: 9, article_key: 'Important', article_value: '1', create_by: 1 }))).toEqual([
    undefined,
    ['unknown-user article_flag 9:Important:1'],
  ])
  expect(flagOf(known, { article_id: 9, article_key: 'Seen', create_by: 2 })).toBe(undefined)
  expect(
    tellsOf(() =>
      timeOf(known, { id: 1, ticket_id: 5, article_id: 9, time_unit: '1.50', create_by: 66, create_time: null }, new Set(), 'a', NOW),
    ),
  ).toMatchObject([
    { article_id: null, units: '1.50', person_id: null, at: NOW },
    ['orphan-time time_accounting 1', 'zero-date time_accounting 1'],
  ])
  expect(
    revisionOf(
      known,
      { source_article_id: 9, version_create_by: 2, version_create_time: '2026-11-16 09:00:00', article_delete: 1 },
      undefined,
      2,
      NOW,
    ),
  ).toMatchObject({ n: 2, by_id: '12', deleted: true, body: '' })
})

describe('what was seen', () => {
  const articles = ['08:00', '09:00', '10:00'].map((time, n) => ({ id: String(n + 1), at: new Date(`2026-11-16T${time}:00Z`) }))
  const flag = (article_id: number, time: string): Row => ({
    article_id,
    article_key: 'Seen',
    create_by: 2,
    create_time: `2026-11-16 ${time}:00`,
  })
  const seen = (ticket: Row[], ...article: Row[]) =>
    seenOf(known, '5', articles, { ticket, article }).map(({ seen_at }) => (seen_at as Date).toISOString().slice(11, 23))
  it('goes to just before the first article without a flag, to the last flag where all have one, and is nothing where the first has none', () => {
    expect(seen([], flag(1, '09:30'))).toEqual(['08:59:59.999'])
    expect(seen([], flag(1, '09:30'), flag(3, '12:00'))).toEqual(['08:59:59.999'])
    expect(seen([], flag(1, '09:30'), flag(2, '12:30'), flag(3, '12:00'))).toEqual(['11:30:00.000'])
    expect(seen([], flag(2, '09:30'))).toEqual([])
    expect(seen([{ ticket_key: 'Seen', create_by: 2, create_time: '2026-11-16 12:00:00' }])).toEqual(['11:00:00.000'])
  })
})

it('the sum of rows knows no order, and every value', () => {
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(fc.constantFrom('a', 'b'), fc.oneof(fc.integer(), fc.string(), fc.constant(null))), { minLength: 1 }),
      fc.nat(),
      (rows, n) => {
        const sum = (list: object[]) => {
          const all = new TicketSum()
          for (const row of list) all.add('t', row)
          return all.sum
        }
        expect(sum(rows.toReversed())).toBe(sum(rows))
        expect(sum([...rows, rows[n % rows.length]!])).not.toBe(sum(rows))
        expect(sum(rows.map((row, k) => (k === n % rows.length ? { ...row, c: 1 } : row)))).not.toBe(sum(rows))
      },
    ),
  )
})

it('steps leave no number out and none twice, wherever a run went on', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 5000 }), { maxLength: 1500 }), fc.nat(10), (list, stopped) => {
      const ids = list.toSorted((a, b) => a - b)
      const first = stepsOfAll(ids, undefined).list.slice(0, stopped)
      const last = first.at(-1)
      const rest = stepsOfAll(ids, last && { to: last.key.to, bytes: 0 }).list
      const all = [...first, ...rest].map(({ key }) => key)
      for (const [n, { from }] of all.entries()) expect(from).toBe(n === 0 ? 0 : all[n - 1]!.to + 1)
      for (const { from, to } of all) expect(ids.filter((id) => id >= from && id <= to).length).toBeLessThanOrEqual(TICKETS_A_STEP)
      if (ids.length > 0) expect(all.at(-1)!.to).toBe(Number.MAX_SAFE_INTEGER)
    }),
  )
})

it('what is too heavy for one step is read in halves: each ticket once, in its order, with all of its rows', async () => {
  const source = seededSource({ tickets: 9, slim: true })
  const words = await readWords(source)
  async function read(which: Which, most: number): Promise<TicketRows[]> {
    const rows = await readTickets(source, words, which, most)
    if ('tickets' in rows) return [rows]
    const [first, second] = halvesOf(which, rows)
    return [...(await read(first, most)), ...(await read(second, most))]
  }
  const [whole] = await read({ from: 0, to: 99 }, Infinity)
  for (const which of [{ from: 0, to: 99 }, { ids: [1, 2, 3, 4, 5, 6, 7, 8, 9] }])
    for (const most of [1, 5000, 12_000]) {
      const steps = await read(which, most)
      expect(steps.length).toBeGreaterThan(1)
      if (most === 1) expect(steps.length).toBe(9)
      expect(steps.flatMap(({ tickets }) => tickets)).toEqual(whole!.tickets)
      for (const of of ['history', 'articles', 'mime', 'articleFlags', 'ticketValues'] as const)
        expect(steps.flatMap((rows) => [...(rows[of] as Map<number, unknown>)])).toEqual([...(whole![of] as Map<number, unknown>)])
    }
})

it('base64 in pieces of any length is the bytes it was made of, and what is none stands as it is', async () => {
  async function* cut(text: string, length: number) {
    for (let at = 0; at < text.length; at += length) yield Buffer.from(text.slice(at, at + length), 'latin1')
  }
  const read = async (text: string, length: number) => {
    const pieces: Buffer[] = []
    for await (const piece of packedPieces(() => cut(text, length))) pieces.push(piece)
    return Buffer.concat(pieces)
  }
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 90 }), async (bytes, length) => {
      const packed = Buffer.from(bytes).toString('base64').replace(/.{76}/g, '$&\r\n')
      expect(await read(packed, length)).toEqual(Buffer.from(bytes))
    }),
  )
  for (const text of ['Received: by x', 'QUJD=QUJD', 'QUJDR', 'QUJD====', 'zw\xf3\xb3'])
    expect((await read(text, 3)).toString('latin1')).toBe(text)
})

it('0, nothing and what is no moment are none', () => {
  expect([idOf(0), idOf(null), idOf('7'), idOf('x'), epoch(0), epoch(-5), epoch(null), epoch(1_763_280_000)]).toEqual([
    null,
    null,
    7,
    null,
    null,
    null,
    null,
    new Date('2025-11-16T08:00:00Z'),
  ])
})
