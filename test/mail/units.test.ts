/** One mail for several of our addresses: a ticket for each unit that was asked, whatever copies come in whatever order. */
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { acceptMail, mailInMemory } from '../../core/mail/inbound/accept.ts'
import { addressesChanged, readAddressBook } from '../../core/mail/addresses.ts'
import { processMail } from '../../core/mail/inbound/inbound.ts'
import { makeSenderCheck } from '../../core/mail/judge/assurance/look-up.ts'
import { system } from '../../core/kernel/actor.ts'
import desk from '../../plugins/desk/index.tsx'
import { openSite } from '../web.ts'
import { answerTicket } from '../../core/ticket/change/tickets.ts'
import { startStation, type InboundEnd, type Station } from './station.ts'

let station: Station
let room: Parameters<typeof processMail>[3]
/** Unit A has pomoc@ and poczta@, B kadry@ and place@. */
const UNITS: Record<string, 'A' | 'B'> = {
  'pomoc@uni.example': 'A',
  'poczta@uni.example': 'A',
  'kadry@uni.example': 'B',
  'place@uni.example': 'B',
}
const unitIds = { A: '1', B: '' }
beforeAll(async () => {
  station = await startStation()
  const { make, database, host, config } = station
  unitIds.B = await make.unit({ name: 'Kadry' })
  for (const [address, unit] of Object.entries(UNITS)) {
    if (address === 'pomoc@uni.example') continue
    const queueId = await make.queue({ name: address.slice(0, address.indexOf('@')), unitId: unitIds[unit] })
    await database.db.insertInto('system_address').values({ address, name: address, queue_id: queueId }).execute()
  }
  await host.work(system('test'), addressesChanged)
  room = { book: await readAddressBook(database.db, config), senders: makeSenderCheck(config) }
})
afterAll(() => station?.stop())

let count = 0
interface Letter {
  id: string
  to: string
  subject?: string
  head?: string
  text?: string
}
const letter = ({ id, to, subject = 'Do jednostek', head = '', text = 'Proszę o pomoc.' }: Letter) =>
  `${head}From: Kamil Bór <kamil@firma.example>\r\nTo: ${to}\r\nSubject: ${subject}\r\nMessage-ID: ${id}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}\r\n`

/** Taken in as the listener does, not yet worked up. */
const accept = (raw: string, recipients: string[]) =>
  acceptMail(
    station.database.db,
    { from: 'kamil@firma.example', recipients, peerAddress: '127.0.0.1', peerName: 'mx', encrypted: false },
    mailInMemory(Buffer.from(raw)),
    station.make.now,
  )
async function process(ids: readonly string[]): Promise<InboundEnd[]> {
  for (const id of ids) await processMail(station.host, id, 0, room)
  return ends(ids)
}
const ends = async (ids: readonly string[]) =>
  (await station.database.db
    .selectFrom('inbound_mail')
    .select(['id', 'state', 'outcome', 'reason', 'ticket_id', 'article_id'])
    .where('id', '=', sql<string>`any(${ids}::bigint[])`)
    .orderBy('id')
    .execute()) as InboundEnd[]
const ticketsOf = async (messageId: string) =>
  station.database.db
    .selectFrom('article as a')
    .innerJoin('ticket as t', 't.id', 'a.ticket_id')
    .innerJoin('queue as q', 'q.id', 't.queue_id')
    .select(['t.id', 't.number', 'q.name as queue', 'q.unit_id as unit'])
    .where('a.message_id', '=', messageId)
    .orderBy('t.id')
    .execute()
const notesOf = async (ticketId: string) =>
  station.database.db
    .selectFrom('article')
    .select(['body', 'visible'])
    .where('ticket_id', '=', ticketId)
    .where('sender_type', '=', 'system')
    .where('channel', '=', 'internal')
    .execute()

describe('one mail', () => {
  test('to several addresses of one unit goes where To, then Cc, then the envelope says', async () => {
    const id = `<kolejnosc-${++count}@firma.example>`
    await process(
      await accept(letter({ id, to: 'poczta@uni.example', head: 'Cc: pomoc@uni.example\r\n' }), [
        'pomoc@uni.example',
        'poczta@uni.example',
      ]),
    )
    expect((await ticketsOf(id)).map(({ queue }) => queue)).toEqual(['poczta'])
  })

  test('to two units makes a ticket in each, each naming the other in a note that customers do not see', async () => {
    const id = `<dwie-${++count}@firma.example>`
    const ids = await accept(letter({ id, to: 'pomoc@uni.example, kadry@uni.example' }), ['kadry@uni.example', 'pomoc@uni.example'])
    expect((await process(ids)).map(({ outcome }) => outcome)).toEqual(['new-ticket', 'new-ticket'])
    const tickets = await ticketsOf(id)
    expect(new Set(tickets.map(({ unit }) => unit))).toEqual(new Set([unitIds.A, unitIds.B]))
    for (const [n, ticket] of tickets.entries()) {
      const notes = await notesOf(ticket.id)
      expect(notes).toHaveLength(1)
      expect(notes[0]!.visible).toBe(false)
      expect(notes[0]!.body).toContain(tickets[1 - n]!.number)
    }
    // Who answers all of it reaches both units, and makes nothing new.
    const reply = `<odp-${count}@firma.example>`
    const again = await accept(letter({ id: reply, to: 'pomoc@uni.example, kadry@uni.example', head: `In-Reply-To: ${id}\r\n` }), [
      'pomoc@uni.example',
      'kadry@uni.example',
    ])
    expect((await process(again)).map(({ outcome }) => outcome)).toEqual(['follow-up', 'follow-up'])
    expect(new Set((await ticketsOf(reply)).map(({ id: one }) => one))).toEqual(new Set(tickets.map(({ id: one }) => one)))
  })

  test('an answer to one ticket, written to another unit as well, makes no second ticket', async () => {
    const id = `<jedno-${++count}@firma.example>`
    await process(await accept(letter({ id, to: 'pomoc@uni.example' }), ['pomoc@uni.example']))
    const ids = await accept(
      letter({ id: `<odp-${count}@firma.example>`, to: 'pomoc@uni.example, kadry@uni.example', head: `In-Reply-To: ${id}\r\n` }),
      ['kadry@uni.example', 'pomoc@uni.example'],
    )
    expect((await process(ids)).map(({ outcome }) => outcome).toSorted()).toEqual(['duplicate', 'follow-up'])
  })

  test('come by two ways is one ticket; other words under its Message-ID, or an hour later, are another mail', async () => {
    const id = `<drogi-${++count}@firma.example>`
    const by = (head: string, text?: string) =>
      accept(letter({ id, to: 'pomoc@uni.example', head, ...(text === undefined ? {} : { text }) }), ['pomoc@uni.example'])
    const outcomes = async (ids: string[]) => (await process(ids)).map(({ outcome }) => outcome)
    expect(await outcomes(await by(''))).toEqual(['new-ticket'])
    expect(await outcomes(await by('X-Forwarded-By: stary@old.example\r\n'))).toEqual(['duplicate'])
    expect(await outcomes(await by('X-Forwarded-By: inny@old.example\r\n', 'Coś innego.'))).toEqual(['new-ticket'])
    const { make } = station
    const now = make.now
    make.now = new Date(now.getTime() + 3_600_000)
    expect(await outcomes(await by('X-Forwarded-By: pozny@old.example\r\n'))).toEqual(['new-ticket'])
    make.now = now
  })

  test('in whatever copies, order and company, is one ticket for each unit asked', async () => {
    const copy = fc.record({
      to: fc.uniqueArray(fc.constantFrom(...Object.keys(UNITS)), { minLength: 1, maxLength: 3 }),
      // What servers on the way add; the same again is a retry.
      way: fc.constantFrom('', 'Delivered-To: a@x\r\n', 'X-Forwarded-By: b\r\n'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(copy, { minLength: 1, maxLength: 4 }), fc.boolean(), async (copies, together) => {
        const id = `<kopie-${++count}@firma.example>`
        const ids: string[] = []
        for (const { to, way } of copies) {
          const raw = letter({ id, to: Object.keys(UNITS).join(', '), head: way })
          const fresh = await accept(raw, to)
          if (!together) await process(fresh)
          ids.push(...fresh)
        }
        // Several programs work at once, each on one of them.
        await Promise.all(ids.map((one) => processMail(station.host, one, 0, room)))
        const all = await ends(ids)
        expect(all.filter(({ state }) => state !== 'processed')).toEqual([])
        const asked = new Set(copies.flatMap(({ to }) => to.map((address) => unitIds[UNITS[address]!])))
        const tickets = await ticketsOf(id)
        expect(tickets.map(({ unit }) => unit).toSorted()).toEqual([...asked].toSorted())
        const named = await Promise.all(tickets.map((ticket) => notesOf(ticket.id)))
        expect(named.map((notes) => notes.length)).toEqual(tickets.map(() => tickets.length - 1))
      }),
      { numRuns: 15 },
    )
  })
})

test('a delivery that was overtaken while it waited finds the ticket of the one that was quicker', async () => {
  const { make, database } = station
  const id = `<wyprzedzona-${++count}@firma.example>`
  const [noon, minutes] = [make.now, (n: number) => new Date(make.now.getTime() + n * 60_000)]
  const by = async (later: number, way: string, text?: string) => {
    make.now = minutes(later)
    try {
      return (
        await accept(letter({ id, to: 'pomoc@uni.example', head: way, ...(text === undefined ? {} : { text }) }), ['pomoc@uni.example'])
      )[0]!
    } finally {
      make.now = noon
    }
  }
  const first = await by(0, '', 'Coś innego.')
  await process([first])
  // Both the first and the second look for it; the third came too late for that, and no lock holds it.
  const lock = await database.db.startTransaction().execute()
  await lock.selectFrom('inbound_mail').select('id').where('id', '=', first).forUpdate().execute()
  const second = await by(20, 'X-Forwarded-By: b\r\n')
  await expect.poll(async () => (await lockedOut(database.db)).length, { timeout: 20_000 }).toBeGreaterThan(0)
  const third = await by(40, 'Delivered-To: a@x\r\n')
  expect((await process([third])).map(({ outcome }) => outcome)).toEqual(['new-ticket'])
  await lock.commit().execute()
  expect((await process([second])).map(({ outcome }) => outcome)).toEqual(['duplicate'])
  // That of the first, and one of the other two.
  expect(await ticketsOf(id)).toHaveLength(2)
})

const lockedOut = async (db: Station['database']['db']) =>
  (
    await sql`select pid from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())
    union select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
  ).rows

describe("a ticket's page", () => {
  test('says whom else a mail was written to, that we are a hidden copy, and folds many', async () => {
    const site = await openSite([desk], {}, station.database)
    try {
      const visitor = await site.loggedIn(await station.make.agent({ '1': ['rw'] }))
      const page = async (to: string) => {
        const [end] = await process(await accept(letter({ id: `<do-${++count}@firma.example>`, to }), ['pomoc@uni.example']))
        return (await visitor.get(`/desk/tickets/${end!.ticket_id}`)).text()
      }
      const hidden = await page('Jan Nowak <jan@firma.example>')
      expect(hidden).toContain('do: Jan Nowak &lt;jan@firma.example&gt;')
      expect(hidden).toContain('ukryta kopia lub przekierowanie, na pomoc@uni.example')
      const many = await page(['pomoc@uni.example', ...Array.from({ length: 40 }, (_, n) => `osoba${n}@firma.example`)].join(',\r\n '))
      expect(many).toContain('wysłano do 41 adresatów')
      expect(many).toContain('osoba39@firma.example')
      expect(many).not.toContain('ukryta kopia')
    } finally {
      await site.close()
    }
  })
})

describe('a correspondence written to another unit', () => {
  const opened = async () => {
    const id = `<watek-${++count}@firma.example>`
    const [end] = await process(await accept(letter({ id, to: 'pomoc@uni.example' }), ['pomoc@uni.example']))
    return { id, ticketId: end!.ticket_id! }
  }
  const write = async (id: string, more: Partial<Letter>) => {
    const own = `<dalej-${++count}@firma.example>`
    const raw = letter({ id: own, to: 'kadry@uni.example', ...more, head: `References: ${id}\r\n${more.head ?? ''}` })
    const [end] = await process(await accept(raw, ['kadry@uni.example']))
    return end!
  }

  test.for([
    ['FW:', { subject: 'FW: Do jednostek' }],
    ['Fwd:', { subject: 'Fwd: Do jednostek' }],
    ['PD:', { subject: 'PD: Do jednostek' }],
    ['Resent fields', { head: 'Resent-From: kamil@firma.example\r\n' }],
  ] as const)('is asked there where it is forwarded: %s', async ([, more]) => {
    const { id, ticketId } = await opened()
    const end = await write(id, more)
    expect(end.outcome).toBe('new-ticket')
    expect(end.ticket_id).not.toBe(ticketId)
    expect(await notesOf(ticketId)).toHaveLength(1)
    expect(await notesOf(end.ticket_id!)).toHaveLength(1)
  })

  test('goes on with its ticket where nothing says that it is forwarded', async () => {
    const { id, ticketId } = await opened()
    for (const subject of ['Re: Do jednostek', 'Do jednostek', 'Odp: Fwd: Do jednostek'])
      expect(await write(id, { subject })).toMatchObject({ outcome: 'follow-up', ticket_id: ticketId })
  })

  test('goes on with its ticket where we had written from that address', async () => {
    const { id, ticketId } = await opened()
    await station.make.asSystem((work) => answerTicket(work, ticketId, { body: 'Odpowiedź', to: ['kamil@firma.example'] }))
    await station.database.db
      .updateTable('outbound_mail')
      .set({ from_text: 'Kadry <kadry@uni.example>' })
      .where('ticket_id', '=', ticketId)
      .where('kind', '=', 'reply')
      .execute()
    expect(await write(id, { subject: 'FW: Do jednostek' })).toMatchObject({ outcome: 'follow-up', ticket_id: ticketId })
  })
})
