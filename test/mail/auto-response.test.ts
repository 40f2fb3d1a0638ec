/** Automatic answers: which text goes to whom, in which language, and what keeps one back. */
import { createTransport } from 'nodemailer'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import { setState } from '../../core/ticket/change/tickets.ts'
import { undoAct } from '../../core/ticket/change/undo.ts'
import { system } from '../../core/kernel/actor.ts'
import { addressesChanged } from '../../core/mail/addresses.ts'
import { eml, startStation, type Station } from './station.ts'

let station: Station
// Friday 15:01 in Warsaw.
let now = new Date('2026-11-20T14:01:00Z')
beforeAll(async () => {
  station = await startStation({ clock: () => now })
})
afterAll(() => station.stop())

let count = 0
const someone = () => `osoba${++count}@student.example`
const answersTo = (address: string) =>
  station.database.db.selectFrom('outbound_mail').selectAll().where(sql<boolean>`${address} = any(recipients)`).orderBy('id').execute()
const historyOf = (id: string) => station.database.db.selectFrom('history').selectAll().where('ticket_id', '=', id).orderBy('id').execute()
const answerReason = (end: { reason: { step: string; decided: string; rule: string }[] } | undefined) =>
  end?.reason.find(({ step }) => step === 'auto-response')

async function opened(subject: string, mail: Parameters<Station['mail']>[0] = {}) {
  const address = someone()
  await station.mail({ from: `Osoba <${address}>`, subject, text: 'x', ...mail })
  const [end] = await station.processed(subject)
  return { address, end: end!, ticketId: end!.ticket_id! }
}

describe('which text', () => {
  test('in the language of the person, else of the queue, else Polish', async () => {
    const polish = await opened('po polsku')
    expect((await station.sink.waitFor(({ to }) => to.includes(polish.address))).parsed.text).toContain('Dzień dobry')
    const address = someone()
    await station.make.person({ address, language: 'en' })
    await station.mail({ from: address, subject: 'in English', text: 'x' })
    const mail = await station.sink.waitFor(({ to }) => to.includes(address))
    expect(mail.parsed.text).toMatch(/We will take it up on Monday,? 23 November from 7:00\./)
    expect(mail.parsed.subject).toMatch(/^\[Ticket#\d+\] We have your ticket: in English$/)
  })

  test('a mail accepted before the cut-off is received then, also when it is processed after it', async () => {
    const { ticketId } = await opened('na czas')
    const { db } = station.database
    const row = await db.selectFrom('inbound_mail').selectAll().where('ticket_id', '=', ticketId).executeTakeFirstOrThrow()
    const { id } = await db
      .insertInto('inbound_mail')
      .values({
        key: Buffer.from('przed odcieciem'),
        blob_id: (
          await db
            .insertInto('blob')
            .values({ sha256: Buffer.from('x'), size: 27, created_at: now })
            .returning('id')
            .executeTakeFirstOrThrow()
        ).id,
        envelope_from: 'a@b.example',
        envelope_to: 'pomoc@uni.example',
        accepted_at: new Date('2026-11-20T13:59:00Z'),
        outcome: null,
        message_id_md5: null,
        ticket_id: null,
        article_id: null,
        processed_at: null,
      })
      .returning(['id', 'blob_id'])
      .executeTakeFirstOrThrow()
    await db
      .insertInto('blob_chunk')
      .values({
        blob_id: sql<string>`(select blob_id from inbound_mail where id = ${id})`,
        seq: 0,
        data: Buffer.from('Subject: przed odcieciem\r\n\r'),
      })
      .execute()
    await station.host.enqueue({ task: 'mail/process', payload: { id }, key: `mail/process/${id}` })
    const [end] = await station.processed('przed odcieciem')
    const ticket = await db.selectFrom('ticket').select('received_at').where('id', '=', end!.ticket_id).executeTakeFirstOrThrow()
    expect(ticket.received_at.toISOString()).toBe('2026-11-20T13:59:00.000Z')
    expect(row.accepted_at).toEqual(now)
  })

  test('within hours it says so', async () => {
    now = new Date('2026-11-20T10:00:00Z')
    const { address } = await opened('w godzinach')
    expect((await station.sink.waitFor(({ to }) => to.includes(address))).parsed.text).toContain('Właśnie je przyjęliśmy.')
    now = new Date('2026-11-20T14:01:00Z')
  })

  test('a queue has its own text, its children inherit it, and none at all is a choice too', async () => {
    const { db } = station.database
    const parent = await station.make.queue({ name: 'Rodzic' })
    const child = await station.make.queue({ name: 'Rodzic::Dziecko', parentId: parent })
    const silent = await station.make.queue({ name: 'Rodzic::Cicha', parentId: parent })
    await db
      .insertInto('system_address')
      .values([
        { address: 'dziecko@uni.example', name: 'Dziecko', queue_id: child },
        { address: 'cicha@uni.example', name: 'Cicha', queue_id: silent },
      ])
      .execute()
    const { id } = await db
      .insertInto('auto_response')
      .values({ name: 'własny', type: 'auto reply' })
      .returning('id')
      .executeTakeFirstOrThrow()
    await db
      .insertInto('auto_response_text')
      .values({
        auto_response_id: id,
        language: 'pl',
        subject: 'Własny temat',
        body: 'Numer <OTOBO_TICKET_TicketNumber>, kolejka <OTRS_TICKET_Queue>, nie ma <OTRS_TICKET_Niczego>, <b>zostaje</b>.',
      })
      .execute()
    await db
      .insertInto('queue_auto_response')
      .values([
        { queue_id: parent, type: 'auto reply', auto_response_id: id },
        { queue_id: silent, type: 'auto reply', auto_response_id: null },
      ])
      .execute()
    await station.host.work(system('test'), addressesChanged)

    const inherited = await opened('do dziecka', { to: 'dziecko@uni.example' })
    const mail = await station.sink.waitFor(({ to }) => to.includes(inherited.address))
    expect(mail.parsed.subject).toMatch(/^\[Ticket#\d+\] Własny temat$/)
    expect(mail.parsed.text?.trim()).toMatch(/^Numer \d+, kolejka Rodzic::Dziecko, nie ma -, <b>zostaje<\/b>\.$/)
    expect(mail.parsed.html).toContain('&lt;b&gt;zostaje&lt;/b&gt;')
    expect(mail.parsed.from?.text).toBe('"Dziecko" <dziecko@uni.example>')
    const none = await opened('do cichej', { to: 'cicha@uni.example' })
    expect(answerReason(none.end)).toMatchObject({ decided: 'not-sent', rule: 'no-text' })
    expect(await answersTo(none.address)).toEqual([])
  })

  test('what a stranger wrote is never read as a tag', async () => {
    const { address } = await opened('<OTRS_CONFIG_DatabasePw> <POMOC_ADDRESS>')
    const mail = await station.sink.waitFor(({ to }) => to.includes(address))
    expect(mail.parsed.subject).toContain('<OTRS_CONFIG_DatabasePw> <POMOC_ADDRESS>')
  })

  test('follow-ups are answered where a queue says so', async () => {
    const queueId = await station.make.queue()
    const { db } = station.database
    await db.insertInto('system_address').values({ address: 'dopisuje@uni.example', name: 'Dopisuje', queue_id: queueId }).execute()
    await db.insertInto('queue_auto_response').values({ queue_id: queueId, type: 'auto follow up', auto_response_id: '3' }).execute()
    await station.host.work(system('test'), addressesChanged)
    const { address, ticketId } = await opened('z potwierdzeniem', { to: 'dopisuje@uni.example', messageId: '<zp@student.example>' })
    await station.mail({
      from: address,
      to: 'dopisuje@uni.example',
      subject: 'Re: z potwierdzeniem',
      text: 'dalej',
      messageId: '<zp2@student.example>',
      references: '<zp@student.example>',
    })
    await station.processed('Re: z potwierdzeniem')
    const kinds = (await answersTo(address)).map(({ kind }) => kind)
    expect(kinds).toEqual(['auto reply', 'auto follow up'])
    expect((await answersTo(address)).at(-1)).toMatchObject({
      in_reply_to: '<zp2@student.example>',
      reference_ids: '<zp@student.example> <zp2@student.example>',
    })
    expect((await historyOf(ticketId)).map(({ type }) => type)).toContain('SendAutoFollowUp')
  })
})

describe('what keeps one back', () => {
  test.each([
    ['an out-of-office answer', 'out-of-office-gets-no-answer', 'Autom. odpowiedź: nieobecność', 'auto-submitted'],
    ['a mailing list', 'mailing-list-gets-no-answer', '[dydaktyka] Harmonogram sesji', 'precedence'],
  ])('%s: a ticket, no answer, the reason in its history', async (_what, name, subject, rule) => {
    await station.deliver(await eml(name), { from: 'ktos@uni.example' })
    const [end] = await station.processed(subject)
    expect(end).toMatchObject({ outcome: 'new-ticket' })
    expect(answerReason(end)).toMatchObject({ decided: 'not-sent', rule })
    const entry = (await historyOf(end!.ticket_id!)).find(({ name: text }) => text.includes('no automatic answer'))
    expect(entry?.reason).toMatchObject({ rule })
  })

  test.each([
    ['Auto-Submitted: auto-generated', 'auto-submitted'],
    ['Auto-Submitted: no', undefined],
    ['Precedence: bulk', 'precedence'],
    ['Precedence: junk', 'precedence'],
    ['Precedence: first-class', undefined],
    ['List-Id: <a.b>', 'mailing-list'],
    ['List-Unsubscribe: <mailto:x@y>', 'mailing-list'],
    ['X-Auto-Response-Suppress: OOF, AutoReply', 'x-auto-response-suppress'],
    ['X-Auto-Response-Suppress: None', undefined],
    ['X-Loop: inny@system.example', 'x-loop'],
    ['X-OTRS-Loop: no', undefined],
    ['X-OTOBO-Loop: yes', 'x-otrs-loop'],
    ['X-Autoreply: yes', 'vacation'],
    ['Content-Type: multipart/report; boundary=b', 'multipart-report'],
  ])('%s → %s', async (header, rule) => {
    const subject = `naglowek ${header.replace(/\W/g, ' ')}`.slice(0, 60).trim()
    const body = header.includes('boundary=b') ? '--b\r\n\r\nx\r\n--b--' : 'x'
    await station.deliver(`From: ${someone()}\r\nSubject: ${subject}\r\n${header}\r\n\r\n${body}\r\n`)
    const reason = answerReason((await station.processed(subject.replace(/ {2,}/g, ' ')))[0])
    expect(reason).toMatchObject(rule ? { decided: 'not-sent', rule } : { decided: 'sent' })
  })

  test('the null return path', async () => {
    await station.deliver(`From: ${someone()}\r\nSubject: pusta sciezka\r\n\r\nx\r\n`, { from: '' })
    expect(answerReason((await station.processed('pusta sciezka'))[0])).toMatchObject({ decided: 'not-sent', rule: 'null-return-path' })
  })

  test.each([
    ['MAILER-DAEMON@mx.example', 'from-mail-server'],
    ['postmaster@other.example', 'address-of-a-program'],
    ['abuse@other.example', 'address-of-a-program'],
    ['no-reply@shop.example', 'address-of-a-program'],
    ['noreply+x@shop.example', 'address-of-a-program'],
    ['pomoc@uni.example', 'own-address'],
  ])('the address %s', async (address, rule) => {
    await station.deliver(`From: ${address}\r\nSubject: adres ${address}\r\n\r\nx\r\n`)
    expect(answerReason((await station.processed(`adres ${address}`))[0])).toMatchObject({ decided: 'not-sent', rule })
  })

  test('Reply-To is who is answered, and who is judged', async () => {
    const [from, replyTo] = [someone(), someone()]
    await station.mail({ from, replyTo, subject: 'odpowiedz tam', text: 'x' })
    await station.processed('odpowiedz tam')
    expect(await answersTo(replyTo)).toHaveLength(1)
    expect(await answersTo(from)).toEqual([])
    await station.mail({ from, replyTo: 'pomoc@uni.example', subject: 'odpowiedz sobie', text: 'x' })
    expect(answerReason((await station.processed('odpowiedz sobie'))[0])).toMatchObject({ decided: 'not-sent', rule: 'own-address' })
  })

  test("forty a day to one address, whatever its letters' case; the next day begins anew", async () => {
    const address = someone()
    const mail = async (n: number) => {
      await station.mail({ from: n % 2 ? address : address.toUpperCase(), subject: `limit ${n}`, text: 'x' })
      await station.processed(`limit ${n}`)
    }
    // The first alone, for it makes the person; those up to the limit by threes; those beyond it one after another.
    await mail(0)
    for (let n = 1; n < 40; n += 3) await Promise.all([mail(n), mail(n + 1), mail(n + 2)])
    await mail(40)
    await mail(41)
    const sent = await station.database.db
      .selectFrom('outbound_mail')
      .selectAll()
      .where(sql<boolean>`lower(recipients[1]) = ${address}`)
      .execute()
    expect(sent).toHaveLength(40)
    const [end] = await station.processed('limit 41')
    expect(answerReason(end)).toMatchObject({ decided: 'not-sent', rule: 'loop-limit' })
    expect((await historyOf(end!.ticket_id!)).at(-1)).toMatchObject({ type: 'LoopProtection', name: `%%${address}` })
    now = new Date('2026-11-20T23:30:00Z') // half past midnight in Warsaw
    await station.mail({ from: address, subject: 'nazajutrz', text: 'x' })
    expect(answerReason((await station.processed('nazajutrz'))[0])).toMatchObject({ decided: 'sent' })
    now = new Date('2026-11-20T14:01:00Z')
  })

  describe('by the hour', () => {
    const given = { autoResponsesPerHour: 0, autoResponsesPerPeerAndHour: 200, autoResponsesInAllPerHour: 1000 }
    const limit = (limits: Partial<typeof given>) => Object.assign(station.config.mail, given, limits)
    afterEach(() => limit({}))
    const rules = async (subject: string, froms: readonly string[], peer?: string) => {
      const said: string[] = []
      for (const [n, from] of froms.entries()) {
        const to = { host: '127.0.0.1', port: station.port, tls: { rejectUnauthorized: false }, ...(peer ? { localAddress: peer } : {}) }
        await createTransport(to).sendMail({ from, to: 'pomoc@uni.example', subject: `${subject} ${n}`, text: 'x' })
        const { decided, rule } = answerReason((await station.processed(`${subject} ${n}`))[0])!
        said.push(decided === 'sent' ? decided : rule)
      }
      return said
    }

    test('a program that answers each receipt with a new mail is answered a few times, and the ticket says that it looks like a loop', async () => {
      limit({ autoResponsesPerHour: 3 })
      const address = someone()
      expect(await rules('naiwny', Array<string>(5).fill(address))).toEqual(['sent', 'sent', 'sent', 'hour-limit', 'hour-limit'])
      const [end] = await station.processed('naiwny 4')
      expect((await historyOf(end!.ticket_id!)).at(-1)).toMatchObject({ type: 'LoopProtection', name: `%%${address}` })
      now = new Date(now.getTime() + 3_600_000)
      expect(await rules('po godzinie', [address])).toEqual(['sent'])
    })
    test("what one mail server brings, and what all of them do; one that is refused uses up nobody else's", async () => {
      now = new Date(now.getTime() + 3_600_000)
      limit({ autoResponsesPerPeerAndHour: 2 })
      expect(await rules('serwer', [someone(), someone(), someone()], '127.0.0.2')).toEqual(['sent', 'sent', 'peer-limit'])
      expect(await rules('ta maszyna', [someone(), someone(), someone()]), 'carries the mail of all').toEqual(['sent', 'sent', 'sent'])
      now = new Date(now.getTime() + 3_600_000)
      limit({ autoResponsesInAllPerHour: 2, autoResponsesPerHour: 1 })
      const loop = someone()
      expect(await rules('razem', [loop, loop, loop, someone(), someone()])).toEqual([
        'sent',
        'hour-limit',
        'hour-limit',
        'sent',
        'total-limit',
      ])
    })
  })
})

describe('closing', () => {
  const closedState = async () =>
    (await station.database.db.selectFrom('ticket_state').select('id').where('name', '=', 'closed successful').executeTakeFirstOrThrow()).id

  test('tells the customer, in the thread, after ten seconds; undone within them nothing leaves', async () => {
    const agent = await station.make.agent({ 1: ['rw'] })
    const actor = await station.make.actor(agent)
    const { address, ticketId } = await opened('do zamknięcia', { messageId: '<zamykane@student.example>' })
    const stateId = await closedState()
    await station.host.work(actor, (work) => setState(work, ticketId, { stateId }))
    const [, mail] = await answersTo(address)
    expect(mail).toMatchObject({ kind: 'closed', state: 'queued', in_reply_to: '<zamykane@student.example>', envelope_from: '' })
    expect(mail!.headers).toMatchObject({ 'Auto-Submitted': 'auto-generated' })
    expect(mail!.not_before.getTime() - now.getTime()).toBe(10_000)
    await station.host.work(actor, (work) => undoAct(work, ticketId, mail!.act_id))
    expect((await answersTo(address)).at(-1)).toMatchObject({ state: 'cancelled' })
    const article = await station.database.db.selectFrom('article').selectAll().where('id', '=', mail!.article_id).executeTakeFirstOrThrow()
    expect(article.withdrawn_at).not.toBeNull()

    await station.host.work(actor, (work) => setState(work, ticketId, { stateId }))
    const id = (await answersTo(address)).at(-1)!.id
    await sql`update graphile_worker._private_jobs set run_at = now() where key = ${`mail/send/${id}`}`.execute(station.database.db)
    const sunk = await station.sink.waitFor(({ to, parsed }) => to.includes(address) && /Zamknęliśmy/.test(parsed.subject ?? ''), 20_000)
    expect(sunk.parsed.text).toContain('„do zamknięcia” jest zamknięte: załatwione.')
  })

  test('nobody is told who closed the ticket himself, or has no address', async () => {
    const { address, ticketId } = await opened('sam zamknę')
    const { customer_id: customer } = await station.database.db
      .selectFrom('ticket')
      .select('customer_id')
      .where('id', '=', ticketId)
      .executeTakeFirstOrThrow()
    await station.database.db.updateTable('person').set({ agent: true }).where('id', '=', customer).execute()
    await station.database.db.insertInto('group_person').values({ person_id: customer!, group_id: '1', right: 'rw' }).execute()
    const actor = await station.make.actor(customer!)
    await station.host.work(actor, async (work) => setState(work, ticketId, { stateId: await closedState() }))
    expect(await answersTo(address)).toHaveLength(1)
    const nobody = await station.make.person({ address: null })
    const made = await station.make.ticket({ customerId: nobody })
    await station.make.asSystem(async (work) => setState(work, made.id, { stateId: await closedState() }))
    expect(await station.database.db.selectFrom('outbound_mail').select('id').where('ticket_id', '=', made.id).execute()).toEqual([])
  })
})
