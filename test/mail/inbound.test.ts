/** What becomes of a mail: each rule with a real mail over a real socket, judged by real jobs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import type { Id } from '../../core/database/schema.ts'
import { addressesChanged } from '../../core/mail/addresses.ts'
import { processWaiting } from '../../core/mail/inbound/inbound.ts'
import { retryInbound } from '../../core/mail/desk/mail-list.ts'
import { parseMail } from '../../core/mail/reading/parse.ts'
import { system } from '../../core/kernel/actor.ts'
import { DEATHS, noteOf } from '../../core/kernel/jobs/suspects.ts'
import { setState } from '../../core/ticket/change/tickets.ts'
import { eml, eventually, startStation, type Station } from './station.ts'

let station: Station
beforeAll(async () => {
  station = await startStation()
})
afterAll(() => station.stop())

let count = 0
const someone = () => `ktos${++count}@student.example`
const ticketOf = (id: string | null) => station.database.db.selectFrom('ticket').selectAll().where('id', '=', id!).executeTakeFirstOrThrow()
const articlesOf = (id: string) => station.database.db.selectFrom('article').selectAll().where('ticket_id', '=', id).orderBy('id').execute()
const historyOf = (id: string) => station.database.db.selectFrom('history').selectAll().where('ticket_id', '=', id).orderBy('id').execute()
const answersTo = (address: string) =>
  station.database.db.selectFrom('outbound_mail').selectAll().where(sql<boolean>`${address} = any(recipients)`).orderBy('id').execute()

/** A new ticket by mail; what its sender then knows. */
async function opened(subject: string, { to = 'pomoc@uni.example' } = {}) {
  const address = someone()
  const messageId = `<pierwszy-${count}@student.example>`
  await station.mail({ from: `Ktoś <${address}>`, to, subject, text: 'x', messageId })
  const [end] = await station.processed(subject)
  const ticket = await ticketOf(end!.ticket_id)
  return { address, messageId, ticket }
}
async function close(ticketId: string) {
  const state = await station.database.db
    .selectFrom('ticket_state')
    .select('id')
    .where('name', '=', 'closed successful')
    .executeTakeFirstOrThrow()
  await station.make.asSystem((work) => setState(work, ticketId, { stateId: state.id }))
}
async function queueWith(followUpPossible: 'possible' | 'reject' | 'new ticket', address: string) {
  const queueId = await station.make.queue({ followUpPossible })
  await station.database.db.insertInto('system_address').values({ address, name: 'Kolejka', queue_id: queueId }).execute()
  await station.host.work(system('test'), addressesChanged)
  return queueId
}
const rule = (end: { reason: { step: string; rule: string }[] } | undefined, step: string) =>
  end?.reason.find((reason) => reason.step === step)?.rule

describe('who wrote', () => {
  test("an unknown sender becomes a person known by the address; the next mail is the same person's", async () => {
    const address = someone()
    await station.mail({ from: `"Jan Nowy" <${address.toUpperCase()}>`, subject: 'nowa osoba 1', text: 'x' })
    await station.processed('nowa osoba 1')
    await station.mail({ from: address, subject: 'nowa osoba 2', text: 'x' })
    const [second] = await station.processed('nowa osoba 2')
    const persons = await station.database.db
      .selectFrom('person')
      .innerJoin('person_address as a', 'a.person_id', 'person.id')
      .select(['person.id', 'person.name', 'person.source'])
      .where('a.address', '=', address)
      .execute()
    expect(persons).toMatchObject([{ name: 'Jan Nowy', source: 'mail' }])
    expect((await ticketOf(second!.ticket_id)).customer_id).toBe(persons[0]!.id)
  })

  test('ten first mails of one sender at once make one person and ten tickets', async () => {
    const address = someone()
    await Promise.all(Array.from({ length: 10 }, (_, n) => station.mail({ from: address, subject: 'razem', text: `${n}` })))
    const ends = await station.processed('razem', 10)
    expect(new Set(ends.map((end) => end.ticket_id)).size).toBe(10)
    const customers = new Set(await Promise.all(ends.map(async (end) => (await ticketOf(end.ticket_id)).customer_id)))
    expect(customers.size).toBe(1)
  })

  test('a mail without a valid sender becomes a ticket all the same, of nobody, whatever its envelope says', async () => {
    const raw = await eml('mail-without-a-valid-sender-becomes-a-ticket-all-the-same')
    await station.deliver(raw, { from: 'skaner@uni.example' })
    const [end] = await station.processed('Skan z korytarza')
    expect(rule(end, 'sender')).toBe('no-valid-sender')
    expect((await ticketOf(end!.ticket_id)).customer_id).toBeNull()
    await station.deliver(raw.toString().replace('Skan z korytarza', 'Skan znikad'), { from: '' })
    const [nobody] = await station.processed('Skan znikad')
    expect(nobody).toMatchObject({ outcome: 'new-ticket' })
    expect((await ticketOf(nobody!.ticket_id)).customer_id).toBeNull()
  })
})

describe('which ticket', () => {
  test("by References to our answer, and by In-Reply-To to the sender's own mail", async () => {
    const { address, messageId, ticket } = await opened('po odpowiedzi')
    const answer = await station.sink.waitFor(({ to }) => to.includes(address))
    await station.mail({ from: address, subject: 'Re: dziękuję', text: 'tak', references: ['<obcy@x>', answer.parsed.messageId!] })
    const [one] = await station.processed('Re: dziękuję')
    expect(one).toMatchObject({ outcome: 'follow-up', ticket_id: ticket.id })
    expect(rule(one, 'follow-up')).toBe('references')
    const colleague = someone()
    await station.database.db
      .updateTable('article')
      .set({ cc_text: `Kolega <${colleague}>` })
      .where('message_id', '=', messageId)
      .execute()
    await station.mail({ from: colleague, subject: 'ktoś z kopii', text: 'ja też', inReplyTo: messageId })
    const [two] = await station.processed('ktoś z kopii')
    expect(two).toMatchObject({ outcome: 'follow-up', ticket_id: ticket.id })
    expect((await articlesOf(ticket.id)).at(-1)).toMatchObject({ visible: true, sender_type: 'customer', body: 'ja też' })
  })

  test("References win over another ticket's number in the subject, and the newest reference over older ones", async () => {
    const one = await opened('wątek pierwszy')
    const two = await opened('wątek drugi')
    await station.database.db.updateTable('ticket').set({ customer_id: one.ticket.customer_id }).where('id', '=', two.ticket.id).execute()
    await station.mail({
      from: one.address,
      subject: `Re: [Ticket#${one.ticket.number}] pomieszane`,
      text: 'x',
      references: [one.messageId, two.messageId],
    })
    const [end] = await station.processed(`Re: [Ticket#${one.ticket.number}] pomieszane`)
    expect(end).toMatchObject({ outcome: 'follow-up', ticket_id: two.ticket.id })
  })

  test("by the number in the subject, whatever the letters' case; a number that does not exist is a new ticket", async () => {
    const { address, ticket } = await opened('z numerem')
    await station.mail({ from: address, subject: `Odp: [tICKET#${ticket.number}] z numerem`, text: 'x' })
    const [end] = await station.processed(`Odp: [tICKET#${ticket.number}] z numerem`)
    expect(end).toMatchObject({ outcome: 'follow-up', ticket_id: ticket.id })
    expect(rule(end, 'follow-up')).toBe('number-in-subject')
    await station.mail({ from: address, subject: '[Ticket#2020010110000011] dawny', text: 'x' })
    expect((await station.processed('[Ticket#2020010110000011] dawny'))[0]).toMatchObject({ outcome: 'new-ticket' })
  })

  test('a stranger who knows a number is held apart: not visible, nothing opened, nobody answered, the reason kept', async () => {
    const { ticket } = await opened('cudze')
    await close(ticket.id)
    const subject = `[Ticket#${ticket.number}] pokażcie mi to`
    const stranger = someone()
    await station.mail({ from: stranger, subject, text: 'kim jestem?' })
    const [end] = await station.processed(subject)
    expect(end).toMatchObject({ outcome: 'follow-up-held', ticket_id: ticket.id })
    expect(rule(end, 'participant')).toBe('no-part-in-ticket')
    expect((await articlesOf(ticket.id)).at(-1)).toMatchObject({
      visible: false,
      held_rule: 'no-part-in-ticket',
      held_decision: null,
      body: 'kim jestem?',
    })
    expect(await ticketOf(ticket.id)).toMatchObject({ state_type: 'closed' })
    expect(await answersTo(stranger)).toEqual([])
  })

  test('being held gives no part in the ticket, so the second mail of the same stranger is held too', async () => {
    const { ticket } = await opened('uparty')
    const stranger = someone()
    for (const n of [1, 2]) {
      await station.mail({ from: stranger, cc: `drugi-${stranger}`, subject: `[Ticket#${ticket.number}] uparty ${n}`, text: 'x' })
      expect((await station.processed(`[Ticket#${ticket.number}] uparty ${n}`))[0]).toMatchObject({ outcome: 'follow-up-held' })
    }
    await station.mail({ from: `drugi-${stranger}`, subject: `[Ticket#${ticket.number}] z jego kopii`, text: 'x' })
    expect((await station.processed(`[Ticket#${ticket.number}] z jego kopii`))[0]).toMatchObject({ outcome: 'follow-up-held' })
  })

  test('an answer to a mail that another system sent before it was taken over is of whom that went to, and of nobody else', async () => {
    const { ticket } = await opened('z dawnego systemu')
    const addressee = someone()
    await station.database.db
      .insertInto('article')
      .values({
        ticket_id: ticket.id,
        channel: 'email',
        sender_type: 'agent',
        visible: true,
        from_text: 'Dział IT <it@uni.example>',
        to_text: `"Łucja Orzeł" <${addressee.toUpperCase()}>, ktos@uni.example`,
        subject: 'Odp',
        body: 'Dzień dobry',
        message_id: '<1701262820.920653.329770205@otrs.uni.example>',
        act_id: (await articlesOf(ticket.id))[0]!.act_id,
        created_at: new Date('2023-11-29T13:00:20Z'),
      })
      .execute()
    const inReplyTo = '<1701262820.920653.329770205@otrs.uni.example>'
    await station.mail({ from: `nie-${addressee}`, subject: 'Odp: dawny cudzy', text: 'x', inReplyTo })
    expect((await station.processed('Odp: dawny cudzy'))[0]).toMatchObject({ outcome: 'follow-up-held', ticket_id: ticket.id })
    await station.mail({ from: addressee, subject: 'Odp: dawny', text: 'x', inReplyTo })
    expect((await station.processed('Odp: dawny'))[0]).toMatchObject({ outcome: 'follow-up', ticket_id: ticket.id })
  })

  test('who has nothing but a reference is a stranger too', async () => {
    const { messageId, ticket } = await opened('przekazane dalej')
    await station.mail({ from: someone(), subject: 'Odp: przekazane dalej', text: 'x', inReplyTo: messageId })
    expect((await station.processed('Odp: przekazane dalej'))[0]).toMatchObject({ outcome: 'follow-up-held', ticket_id: ticket.id })
  })

  test.each([
    ['accept', 'follow-up', true, null],
    ['reject', 'follow-up-refused', false, 'rejected'],
  ] as const)('a queue may %s strangers', async (policy, outcome, visible, decision) => {
    const queueId = await queueWith('possible', `${policy}@uni.example`)
    await station.database.db.updateTable('queue').set({ follow_up_strangers: policy }).where('id', '=', queueId).execute()
    const { ticket } = await opened(`obcy ${policy}`, { to: `${policy}@uni.example` })
    await station.mail({ from: someone(), subject: `[Ticket#${ticket.number}] od obcego`, text: 'x' })
    expect((await station.processed(`[Ticket#${ticket.number}] od obcego`))[0]).toMatchObject({ outcome, ticket_id: ticket.id })
    expect((await articlesOf(ticket.id)).filter(({ sender_type }) => sender_type === 'customer').at(-1)).toMatchObject({
      visible,
      held_decision: decision,
    })
  })

  test("a recipient of the ticket's mail, an agent, and a participant are no strangers; a longer address is", async () => {
    const { ticket } = await opened('znajomi')
    const colleague = someone()
    await station.database.db
      .updateTable('article')
      .set({ cc_text: `Kolega <${colleague}>` })
      .where('ticket_id', '=', ticket.id)
      .where('sender_type', '=', 'customer')
      .execute()
    const agent = someone()
    await station.make.agent({ 1: ['rw'] }, { address: agent })
    for (const [n, from] of [colleague, agent].entries()) {
      await station.mail({ from, subject: `[Ticket#${ticket.number}] znajomy ${n}`, text: 'x' })
      const [end] = await station.processed(`[Ticket#${ticket.number}] znajomy ${n}`)
      if (from === agent) expect(rule(end, 'agent')).toBe('agent-notes')
      else expect(rule(end, 'participant')).toBe('has-part-in-ticket')
    }
    await station.mail({ from: `x${colleague}`, subject: `[Ticket#${ticket.number}] podobny`, text: 'x' })
    expect(rule((await station.processed(`[Ticket#${ticket.number}] podobny`))[0], 'participant')).toBe('no-part-in-ticket')
  })

  test('an answer to a merged ticket goes to where it was merged, over two hops', async () => {
    const [first, second, main] = [await opened('scalone a'), await opened('scalone b'), await opened('scalone c')]
    const { db } = station.database
    for (const [from, into] of [
      [first, second],
      [second, main],
    ] as const) {
      await db.updateTable('ticket').set({ state_id: '9', state_type: 'merged' }).where('id', '=', from.ticket.id).execute()
      await db
        .insertInto('history')
        .values({
          ticket_id: from.ticket.id,
          type: 'Merged',
          name: `%%${from.ticket.number}%%${from.ticket.id}%%${into.ticket.number}%%${into.ticket.id}`,
          article_id: null,
          person_id: null,
          act_id: '00000000-0000-0000-0000-000000000000',
          created_at: station.make.now,
        })
        .execute()
    }
    await station.mail({ from: first.address, subject: 'po scaleniu', text: 'x', inReplyTo: first.messageId })
    const [end] = await station.processed('po scaleniu')
    expect(end).toMatchObject({ outcome: 'follow-up', ticket_id: main.ticket.id })
    // Whoever asked the main one does not read along.
    expect(await db.selectFrom('article_thread').selectAll().where('article_id', '=', end!.article_id).execute()).toEqual([
      { article_id: end!.article_id, ticket_id: first.ticket.id, shared: false },
    ])
  })

  test('an answer that overtakes the mail it answers waits for it', async () => {
    const address = someone()
    const raw = (id: string, subject: string, more: string) =>
      `From: ${address}\r\nTo: pomoc@uni.example\r\nSubject: ${subject}\r\nMessage-ID: ${id}\r\n${more}\r\nx\r\n`
    // The first one is accepted but its job is held back.
    await station.deliver(raw('<wolny@student.example>', 'wolniejszy', ''))
    await station.processed('wolniejszy')
    const { db } = station.database
    const row = await db.selectFrom('inbound_mail').selectAll().where('subject', '=', 'wolniejszy').executeTakeFirstOrThrow()
    await db.updateTable('article').set({ message_id: '<inny@x>' }).where('id', '=', row.article_id).execute()
    await db.updateTable('inbound_mail').set({ state: 'accepted' }).where('id', '=', row.id).execute()
    await station.deliver(raw('<szybki@student.example>', 'szybszy', 'In-Reply-To: <wolny@student.example>\r\n'))
    await eventually(async () =>
      (
        await db
          .selectFrom(sql<{ key: string; run_at: Date }>`graphile_worker.jobs`.as('j'))
          .select(sql<boolean>`j.run_at > now()`.as('later'))
          .where(sql`j.key`, 'like', 'mail/process/%')
          .execute()
      ).some(({ later }) => later),
    ).toBe(true)
    expect(
      await db
        .selectFrom('inbound_mail')
        .select('state')
        .where('message_id_md5', '=', sql<string>`md5('<szybki@student.example>')`)
        .execute(),
    ).toEqual([{ state: 'accepted' }])
    await db.updateTable('article').set({ message_id: '<wolny@student.example>' }).where('id', '=', row.article_id).execute()
    await db.updateTable('inbound_mail').set({ state: 'processed' }).where('id', '=', row.id).execute()
    expect((await station.processed('szybszy'))[0]).toMatchObject({ outcome: 'follow-up', ticket_id: row.ticket_id })
  })
})

describe('a closed ticket', () => {
  test('opens again where its queue says possible', async () => {
    const { address, messageId, ticket } = await opened('wraca')
    await close(ticket.id)
    await station.mail({ from: address, subject: 'Re: wraca', text: 'znowu', inReplyTo: messageId })
    const [end] = await station.processed('Re: wraca')
    expect(end).toMatchObject({ outcome: 'follow-up', ticket_id: ticket.id })
    expect(await ticketOf(ticket.id)).toMatchObject({ state_type: 'open', closed_at: null })
  })

  test('takes the message and stays closed where its queue rejects; the sender is told', async () => {
    await queueWith('reject', 'odrzuca@uni.example')
    const { address, messageId, ticket } = await opened('odrzucane', { to: 'odrzuca@uni.example' })
    await close(ticket.id)
    await station.mail({ from: address, to: 'odrzuca@uni.example', subject: 'Re: odrzucane', text: 'jeszcze', inReplyTo: messageId })
    const [end] = await station.processed('Re: odrzucane')
    expect(end).toMatchObject({ outcome: 'rejected-closed', ticket_id: ticket.id })
    expect((await ticketOf(ticket.id)).state_type).toBe('closed')
    expect((await articlesOf(ticket.id)).map((article) => article.body)).toContain('jeszcze')
    const told = (await answersTo(address)).at(-1)!
    expect(told).toMatchObject({ kind: 'auto reject', envelope_from: '' })
    expect((await articlesOf(ticket.id)).at(-1)!.body).toContain('odrzuca@uni.example')
    expect((await historyOf(ticket.id)).map(({ type }) => type)).toContain('SendAutoReject')
  })

  test('becomes a new ticket where its queue says so, without the old number, each telling of the other', async () => {
    await queueWith('new ticket', 'nowe@uni.example')
    const { address, ticket } = await opened('zakładane', { to: 'nowe@uni.example' })
    await close(ticket.id)
    const subject = `Re: [Ticket#${ticket.number}] zakładane`
    await station.mail({ from: address, to: 'nowe@uni.example', subject, text: 'od nowa' })
    const [end] = await station.processed(subject)
    expect(end).toMatchObject({ outcome: 'follow-up-new-ticket' })
    const fresh = await ticketOf(end!.ticket_id)
    expect(fresh.id).not.toBe(ticket.id)
    expect(fresh.title).toBe('zakładane')
    expect((await ticketOf(ticket.id)).state_type).toBe('closed')
    expect((await answersTo(address)).at(-1)).toMatchObject({ kind: 'auto reply/new ticket', ticket_id: fresh.id })
    expect((await historyOf(ticket.id)).some(({ name }) => name.includes(fresh.number))).toBe(true)
    expect((await historyOf(fresh.id)).some(({ name }) => name.includes(ticket.number))).toBe(true)
    const links = await station.database.db.selectFrom('link').select(['from_id', 'to_id', 'type']).where('to_id', '=', fresh.id).execute()
    expect(links).toEqual([{ from_id: ticket.id, to_id: fresh.id, type: 'normal' }])
  })

  test('a removed ticket never opens again', async () => {
    const { address, messageId, ticket } = await opened('usunięte')
    await station.database.db.updateTable('ticket').set({ state_id: '5', state_type: 'removed' }).where('id', '=', ticket.id).execute()
    await station.mail({ from: address, subject: 'Re: usunięte', text: 'x', inReplyTo: messageId })
    const [end] = await station.processed('Re: usunięte')
    expect(end).toMatchObject({ outcome: 'follow-up-new-ticket' })
    expect(rule(end, 'closed')).toBe('ticket-removed')
  })
})

describe('the same mail, and our own', () => {
  test('one mail to two addresses of ours is one ticket, in the queue of the first', async () => {
    const queueId = await queueWith('possible', 'druga@uni.example')
    const address = someone()
    await station.deliver(`From: ${address}\r\nSubject: na dwa adresy\r\nMessage-ID: <dwa@student.example>\r\n\r\nx\r\n`, {
      to: ['druga@uni.example', 'pomoc@uni.example'],
    })
    const ends = await station.processed('na dwa adresy', 2)
    expect(ends.map((end) => end.outcome).toSorted()).toEqual(['duplicate', 'new-ticket'])
    expect(new Set(ends.map((end) => end.ticket_id)).size).toBe(1)
    expect((await ticketOf(ends[0]!.ticket_id)).queue_id).toBe(queueId)
    expect(await answersTo(address)).toHaveLength(1)
  })

  test('the same Message-ID with other bytes is another mail', async () => {
    const raw = (text: string) =>
      `From: ${'ten@student.example'}\r\nSubject: ten sam id\r\nMessage-ID: <stale@student.example>\r\n\r\n${text}\r\n`
    await station.deliver(raw('jeden'))
    await station.deliver(raw('dwa'))
    const ends = await station.processed('ten sam id', 2)
    expect(ends.map((end) => end.outcome)).toEqual(['new-ticket', 'new-ticket'])
  })

  test('our own mail that comes back makes nothing', async () => {
    const { address } = await opened('pętla')
    const answer = await station.sink.waitFor(({ to }) => to.includes(address))
    const before = await station.database.db.selectFrom('ticket').select(sql<string>`count(*)`.as('n')).executeTakeFirstOrThrow()
    await station.deliver(answer.raw, { from: 'ktos@inny.example' })
    const [end] = await station.processed(answer.parsed.subject!)
    expect(end).toMatchObject({ outcome: 'loop', ticket_id: null })
    expect(rule(end, 'loop')).toBe('own-message-id')
    // A list that gives mails new ids: our mark is still in it.
    const renamed = answer.raw
      .toString()
      .replace(/^message-id:.*$/im, 'Message-ID: <inne@listy.example>')
      .replace(/^subject:.*(\r\n[ \t].*)*/im, 'Subject: petla z innym id')
    await station.deliver(renamed, { from: 'ktos@inny.example' })
    expect(rule((await station.processed('petla z innym id'))[0], 'loop')).toBe('own-x-loop')
    expect(await station.database.db.selectFrom('ticket').select(sql<string>`count(*)`.as('n')).executeTakeFirstOrThrow()).toEqual(before)
  })
})

describe('reports about our mails', () => {
  const answerOf = async (subject: string) => {
    const { address, ticket } = await opened(subject)
    const answer = await station.sink.waitFor(({ to }) => to.includes(address))
    return { ticket, id: answer.parsed.messageId! }
  }
  const outbound = (messageId: string) =>
    station.database.db.selectFrom('outbound_mail').selectAll().where('message_id', '=', messageId).executeTakeFirstOrThrow()

  test('a bounce goes to the ticket for agents only, marks the mail as not delivered, and answers nobody', async () => {
    const { ticket, id } = await answerOf('odbije się')
    await eventually(async () => (await outbound(id)).state).toBe('sent')
    await station.deliver((await eml('bounce-of-our-answer-goes-to-its-ticket')).toString().replace('ORIGINAL', id), { from: '' })
    const [end] = await station.processed('Undelivered Mail Returned to Sender')
    expect(end).toMatchObject({ outcome: 'bounce-attached', ticket_id: ticket.id })
    expect((await articlesOf(ticket.id)).at(-1)).toMatchObject({ visible: false, sender_type: 'system' })
    const mail = await outbound(id)
    expect(mail.state).toBe('failed')
    expect(mail.last_error).toMatch(/5\.1\.1 .*User unknown/)
    expect((await historyOf(ticket.id)).at(-1)).toMatchObject({ type: 'Bounce' })
    expect((await ticketOf(ticket.id)).state_type).toBe('new')
    expect(await answersTo('mailer-daemon@mx.student.example')).toEqual([])
  })

  test('a report of a delay leaves the mail as it is', async () => {
    const { ticket, id } = await answerOf('opóźni się')
    await eventually(async () => (await outbound(id)).state).toBe('sent')
    await station.deliver((await eml('delayed-report-leaves-the-mail-as-it-is')).toString().replace('ORIGINAL', id), { from: '' })
    const [end] = await station.processed('Delayed Mail (still being retried)')
    expect(end).toMatchObject({ outcome: 'bounce-attached', ticket_id: ticket.id })
    expect((await outbound(id)).state).toBe('sent')
  })

  test('a bounce in plain text is recognised by what it quotes', async () => {
    const { ticket, id } = await answerOf('po staremu')
    await station.deliver((await eml('plain-text-bounce-that-quotes-our-head-is-recognised')).toString().replace('ORIGINAL', id), {
      from: '',
    })
    expect((await station.processed('failure notice'))[0]).toMatchObject({ outcome: 'bounce-attached', ticket_id: ticket.id })
    await eventually(async () => (await outbound(id)).state).toBe('failed')
  })

  test('a report about a mail we never sent is a ticket nobody answers', async () => {
    const raw = (await eml('bounce-of-our-answer-goes-to-its-ticket'))
      .toString()
      .replace('Undelivered Mail Returned to Sender', 'Cudza odbitka')
    await station.deliver(raw, { from: '' })
    const [end] = await station.processed('Cudza odbitka')
    expect(end).toMatchObject({ outcome: 'new-ticket' })
    expect(rule(end, 'bounce')).toBe('report-about-unknown-mail')
    expect(end!.reason.find(({ step }) => step === 'auto-response')).toMatchObject({ decided: 'not-sent', rule: 'null-return-path' })
  })
})

describe('what cannot go well', () => {
  test('NULs, half characters and endless words in every place are stored, not stumbled over', async () => {
    const half = '\ud83d'
    const raw = Buffer.concat([
      Buffer.from(`From: "x${half}y" <${someone()}>\r\nSubject: dziwny `),
      Buffer.from([0]),
      Buffer.from(`${'😀'.repeat(99)}a😀\r\nAuto-Submitted: ${'a😀'.repeat(67)}\r\n`),
      Buffer.from(`Message-ID: <${'z'.repeat(5000)}@x>\r\nReferences: <a`),
      Buffer.from([0]),
      Buffer.from(`b@x>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n`),
      Buffer.from([0, 0xff, 0xfe]),
      Buffer.from('tekst\r\n'),
    ])
    await station.deliver(raw, { from: `${'a'.repeat(200)}@student.example` })
    await eventually(
      async () =>
        (await station.database.db.selectFrom('inbound_mail').select('state').where('subject', 'like', 'dziwny %').executeTakeFirst())
          ?.state,
    ).toBe('processed')
    const row = await station.database.db
      .selectFrom('inbound_mail')
      .selectAll()
      .where('subject', 'like', 'dziwny %')
      .executeTakeFirstOrThrow()
    expect(row.outcome).toBe('new-ticket')
    expect((await articlesOf(row.ticket_id!))[0]!.body).toContain('tekst')
  })

  test('a mail no step can store is tried again, then failed with its error, and started again by hand', async () => {
    const { db } = station.database
    await sql`alter table ticket add constraint nie_dzis check (title <> 'nie do zapisania')`.execute(db)
    await station.deliver(`From: ${someone()}\r\nSubject: nie do zapisania\r\n\r\nx\r\n`)
    const row = await eventually(async () => {
      await sql`update graphile_worker._private_jobs set run_at = now() where run_at > now() and key like 'mail/process/%'`.execute(db)
      return db.selectFrom('inbound_mail').selectAll().where('state', '=', 'failed').executeTakeFirst()
    })
      .toBeDefined()
      .then(() => db.selectFrom('inbound_mail').selectAll().where('state', '=', 'failed').executeTakeFirstOrThrow())
    expect(row.outcome).toBe('failed')
    expect(row.reason![0]!.detail).toContain('nie_dzis')
    await sql`alter table ticket drop constraint nie_dzis`.execute(db)
    await station.host.work(system('test'), (work) => retryInbound(work, row.id))
    expect((await station.processed('nie do zapisania'))[0]).toMatchObject({ outcome: 'new-ticket' })
  })

  test('a mail with which programs ended is put aside as failed, with that for a reason, and started again by hand', async () => {
    const { db } = station.database
    await sql`alter table ticket add constraint noch_nicht check (title <> 'konczy program')`.execute(db)
    await station.deliver(`From: ${someone()}\r\nSubject: konczy program\r\n\r\nx\r\n`)
    const failing = () =>
      sql<{ id: Id }>`select id from graphile_worker._private_jobs where last_error like '%noch_nicht%' and locked_at is null`.execute(db)
    await eventually(async () => (await failing()).rows.length).toBe(1)
    await sql`alter table ticket drop constraint noch_nicht`.execute(db)
    // As programs leave it that died while it was under way.
    await sql`update graphile_worker._private_jobs set run_at = now(), last_error = ${noteOf(DEATHS)} where id = ${(await failing()).rows[0]!.id}`.execute(
      db,
    )
    const failed = () => db.selectFrom('inbound_mail').selectAll().where('state', '=', 'failed').executeTakeFirst()
    await eventually(failed).toBeDefined()
    const row = (await failed())!
    expect(row.reason![0]!.detail).toContain(`the program ended ${DEATHS} times`)
    await station.host.work(system('test'), (work) => retryInbound(work, row.id))
    expect((await station.processed('konczy program'))[0]).toMatchObject({ outcome: 'new-ticket' })
  })

  test('an accepted mail whose job is gone gets one again within the minute', async () => {
    const { db } = station.database
    const row = await db.selectFrom('inbound_mail').select(['id', 'blob_id']).where('subject', '=', 'wraca').executeTakeFirstOrThrow()
    const { id } = await db
      .insertInto('inbound_mail')
      .values({
        key: Buffer.from('bez zadania'),
        blob_id: row.blob_id,
        envelope_from: '',
        envelope_to: 'pomoc@uni.example',
        accepted_at: station.make.now,
        outcome: null,
        message_id_md5: null,
        ticket_id: null,
        article_id: null,
        processed_at: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await processWaiting(station.host)
    await eventually(
      async () => (await db.selectFrom('inbound_mail').select('outcome').where('id', '=', id).executeTakeFirstOrThrow()).outcome,
    ).toBe('duplicate')
  })

  test("a mail that takes the reader's memory becomes a ticket from its head, the raw mail attached", async () => {
    expect((await parseMail(Buffer.from('Subject: czytelny\r\n\r\nx'))).subject).toBe('czytelny')
    // A thousand parts within parts: deeper than the parser goes.
    const deep = `From: a@b.example\r\nSubject: za gleboki\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n${Array.from({ length: 1500 }, (_, n) => `--b${n}\r\nContent-Type: multipart/mixed; boundary=b${n + 1}\r\n\r\n`).join('')}`
    await station.deliver(deep)
    const [end] = await station.processed('za gleboki')
    expect(end).toMatchObject({ outcome: 'new-ticket' })
    const files = await station.database.db
      .selectFrom('article_attachment')
      .select(['name', 'size'])
      .where('article_id', '=', end!.article_id)
      .execute()
    expect(files.map(({ name }) => name)).toContain('message.eml')
  })
})
