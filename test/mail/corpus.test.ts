/** Each mail of the corpus: read in a thread as the program reads it, and delivered through the whole order. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { acceptMail, mailInMemory } from '../../core/mail/inbound/accept.ts'
import { addressesChanged, readAddressBook, type AddressBook } from '../../core/mail/addresses.ts'
import { processMail } from '../../core/mail/inbound/inbound.ts'
import { parseMail, stopParsing, UnreadableMail } from '../../core/mail/reading/parse.ts'
import { system } from '../../core/kernel/actor.ts'
import { setState } from '../../core/ticket/change/tickets.ts'
import { splitQuoted } from '../../core/web/parts/message-text.tsx'
import { corpus, seen, type Expected } from './corpus.ts'
import { makeSenderCheck, type SenderCheck } from '../../core/mail/judge/assurance/look-up.ts'
import { startStation, type InboundEnd, type Station } from './station.ts'

const all = corpus()
afterAll(stopParsing)

test('there are at least 120 mails, each with what is expected of it', () => {
  expect(all.length).toBeGreaterThanOrEqual(120)
})

describe('read', () => {
  test.for(all.map((specimen) => [specimen.name, specimen] as const))('%s', async ([, { raw, expected }]) => {
    const { envelope: _to, html, shown, outcome: _outcome, reasons: _reasons, ...plain } = expected
    if (expected.notes.some((note) => note.startsWith('unreadable'))) {
      await expect(parseMail(raw)).rejects.toThrow(UnreadableMail)
      return
    }
    const mail = await parseMail(raw, undefined, 'Europe/Warsaw')
    expect(seen(mail, expected)).toEqual(plain)
    if (html === null) expect(mail.html).toBeNull()
    for (const has of html?.has ?? []) expect(mail.html).toContain(has)
    for (const not of html?.not ?? []) expect(mail.html).not.toContain(not)
    if (shown !== undefined) expect(splitQuoted(mail.text).text).toBe(shown)
  })
})

describe('delivered', () => {
  let station: Station
  let book: AddressBook
  let senders: SenderCheck
  beforeAll(async () => {
    station = await startStation()
    await knownTickets(station)
    book = await readAddressBook(station.database.db, station.config)
    senders = makeSenderCheck(station.config)
  })
  afterAll(() => station.stop())

  test.for(all.map((specimen) => [specimen.name, specimen] as const))('%s', async ([, { raw, expected }]) => {
    const end = await deliver(raw, expected)
    expect(end.outcome).toBe(expected.outcome)
    const reasons = end.reason.map(({ step, rule }) => `${step}/${rule}`)
    expect(reasons).toEqual(expect.arrayContaining(expected.reasons))
    expect(reasons.filter((reason) => reason.startsWith('reading/'))).toEqual(expected.notes.map((note) => `reading/${note.split(':')[0]}`))
    if (
      !expected.reasons.some((reason) => reason.startsWith('automatic/')) &&
      expected.outcome !== 'loop' &&
      expected.envelope?.from !== ''
    ) {
      expect(reasons.filter((reason) => reason.startsWith('automatic/'))).toEqual([])
    }
    if (expected.outcome === 'loop') return expect(end.article_id).toBeNull()
    const files = await station.database.db
      .selectFrom('article_attachment')
      .select(['name', 'size'])
      .where('article_id', '=', end.article_id!)
      .orderBy('id')
      .execute()
    expect(files.map(({ name, size }) => ({ name, size: Number(size) }))).toEqual(
      expected.attachments.map(({ name, size }) => ({ name, size })),
    )
  })

  /** As the listener and the job do, without waiting for either. */
  async function deliver(raw: Buffer, { envelope }: Expected): Promise<InboundEnd> {
    const {
      host,
      database: { db },
      make,
    } = station
    const from = envelope?.from ?? 'anna.nowak@student.example'
    const [id] = await acceptMail(
      db,
      {
        from,
        recipients: [envelope?.to ?? 'pomoc@uni.example'],
        peerAddress: '127.0.0.1',
        peerName: 'mx',
        client: { address: '127.0.0.1', name: '', helo: '' },
        encrypted: false,
      },
      mailInMemory(raw),
      make.now,
    )
    await processMail(host, id!, 0, { book, senders })
    return (await db
      .selectFrom('inbound_mail')
      .select(['id', 'state', 'outcome', 'reason', 'ticket_id', 'article_id'])
      .where('id', '=', id!)
      .executeTakeFirstOrThrow()) as InboundEnd
  }
})

/** Anna's tickets: an open one that was answered, and a closed one in a queue of each kind. */
async function knownTickets({ database: { db }, make, host }: Station): Promise<void> {
  const customerId = await make.person({ name: 'Anna Nowak', address: 'anna.nowak@student.example' })
  const answered = await make.ticket({ customerId, subject: 'Sieć' })
  await db.updateTable('ticket').set({ number: '2026110210000012' }).where('id', '=', answered.id).execute()
  await sql`
    insert into outbound_mail (kind, ticket_id, article_id, from_text, envelope_from, recipients, to_text, subject, message_id, state, not_before, give_up_at, act_id, created_at)
    values ('reply', ${answered.id}, ${answered.articleId}, 'Pomoc IT <pomoc@uni.example>', 'pomoc@uni.example', array['anna.nowak@student.example'],
      'anna.nowak@student.example', 'Re: Siec', '<odpowiedz-1@pomoc.uni.example>', 'sent', ${make.now}, ${make.now}, gen_random_uuid(), ${make.now})`.execute(
    db,
  )
  const closed = await db.selectFrom('ticket_state').select('id').where('name', '=', 'closed successful').executeTakeFirstOrThrow()
  for (const [number, followUpPossible] of [
    ['2026110210000021', 'possible'],
    ['2026110210000031', 'reject'],
    ['2026110210000041', 'new ticket'],
  ] as const) {
    const { id } = await make.ticket({ customerId, queueId: await make.queue({ followUpPossible }), subject: 'Zamkniete' })
    await make.asSystem((work) => setState(work, id, { stateId: closed.id }))
    await db.updateTable('ticket').set({ number }).where('id', '=', id).execute()
  }
  await host.work(system('test'), addressesChanged)
}
