/** The outbox: what leaves, in which form, and what happens when the other side will not take it. */
import { loadAccess } from '../../core/permission/access.store.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import { listArticles, rawOf } from '../../core/article/articles.ts'
import { readWholeBlob } from '../../core/database/blob.ts'
import { answerTicket } from '../../core/ticket/change/tickets.ts'
import { undoAct } from '../../core/ticket/change/undo.ts'
import { backoffSeconds, sendMail, sendWaiting } from '../../core/mail/outbound/send.ts'
import { queueMail } from '../../core/mail/outbound.ts'
import { DEATHS, noteOf } from '../../core/kernel/jobs/suspects.ts'
import { openSmarthost } from '../../core/mail/outbound/transport.ts'
import { startMailSink } from '../servers/mail-sink.ts'
import { eventually, startStation, type Station } from './station.ts'

let station: Station
let now = new Date('2026-11-17T09:15:00Z')
beforeAll(async () => {
  station = await startStation({ clock: () => now })
})
afterAll(() => station.stop())

const outbound = (id: string) => station.database.db.selectFrom('outbound_mail').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const articlesOf = (id: string) => station.database.db.selectFrom('article').selectAll().where('ticket_id', '=', id).orderBy('id').execute()
/** Lets a mail's job run now instead of after its delay. */
const hurry = (id: string) =>
  sql`update graphile_worker._private_jobs set run_at = now() where key = ${`mail/send/${id}`} and locked_at is null`.execute(
    station.database.db,
  )
const jobOf = async (id: string) =>
  (
    await sql<{ seconds: number }>`
  select extract(epoch from run_at - now())::float8 as seconds from graphile_worker._private_jobs where key = ${`mail/send/${id}`}`.execute(
      station.database.db,
    )
  ).rows[0]
let count = 0

/** An agent's answer in the outbox. */
async function answered(
  body = 'Proszę sprawdzić.',
  more: { attachments?: { name: string; contentType: string; content: Buffer }[]; cc?: string[] } = {},
) {
  const address = `klient${++count}@student.example`
  const customerId = await station.make.person({ address })
  const ticket = await station.make.ticket({ customerId })
  const actor = await station.make.actor(await station.make.agent({ 1: ['rw'] }))
  const act = await station.host.work(actor, async (work) => ({
    ...(await answerTicket(work, ticket.id, { body, ...more })),
    act: work.act,
  }))
  return { ...act, mailId: act.mailId!, ticket, customerId, address, actor }
}

describe('what leaves', () => {
  test('an answer: text and HTML of the same words, files whole, threaded, from the queue', async () => {
    const content = Buffer.alloc(700_000, 'pdf')
    const { mailId, address, ticket } = await answered(
      'Dzień dobry,\n\nhasło: https://haslo.uni.example/x?a=1&b=2.\n\n> stare słowa\n> dalej\n\n1 < 2 & 3',
      {
        attachments: [{ name: 'instrukcja żółć.pdf', contentType: 'application/pdf', content }],
        cc: ['kopia@student.example'],
      },
    )
    await hurry(mailId)
    const mail = await station.sink.waitFor(({ to }) => to.includes(address))
    expect(mail).toMatchObject({ from: 'pomoc@uni.example', to: [address, 'kopia@student.example'] })
    const { parsed } = mail
    expect(parsed.subject).toBe(`Re: [Ticket#${ticket.number}] Nie działa`)
    expect(parsed.text).toContain('1 < 2 & 3')
    expect(parsed.html).toContain('<a href="https://haslo.uni.example/x?a=1&amp;b=2">https://haslo.uni.example/x?a=1&amp;b=2</a>.')
    expect(parsed.html).toMatch(/<blockquote[^>]*>\s*<p[^>]*>stare słowa<br>\s*dalej<\/p>\s*<\/blockquote>/)
    expect(parsed.html).toContain('1 &lt; 2 &amp; 3')
    expect(parsed.attachments.map((file) => [file.filename, file.contentType, file.content.equals(content)])).toEqual([
      ['instrukcja żółć.pdf', 'application/pdf', true],
    ])
    const article = (await articlesOf(ticket.id)).at(-1)!
    expect(parsed.messageId).toBe(article.message_id)
    expect(parsed.messageId).toMatch(new RegExp(`^<ticket\\.${ticket.id}\\.[0-9a-f-]+@uni\\.example>$`))
    expect(parsed.inReplyTo).toBe((await articlesOf(ticket.id))[0]!.message_id)
    expect(parsed.date?.toISOString()).toBe(now.toISOString())
    expect(parsed.headers.has('auto-submitted')).toBe(false)
    await eventually(async () => (await outbound(mailId)).state).toBe('sent')
    expect(await outbound(mailId)).toMatchObject({ attempts: 1, last_error: null })
    // What left stands at the article, byte for byte.
    const kept = await rawOf(station.database.db, { id: article.id, inboundMailId: null })
    const bytes = await readWholeBlob(station.database.db, kept!.id)
    expect([bytes.toString('latin1'), kept!.size]).toEqual([mail.raw.toString('latin1'), mail.raw.length])
  })

  test('an answer taken back within ten seconds never leaves; one whose sending has begun cannot be taken back', async () => {
    const one = await answered()
    expect((await jobOf(one.mailId))!.seconds).toBeGreaterThan(5)
    await station.host.work(one.actor, (work) => undoAct(work, one.ticket.id, one.act))
    await hurry(one.mailId)
    await eventually(() => jobOf(one.mailId)).toBeUndefined()
    expect((await outbound(one.mailId)).state).toBe('cancelled')
    expect(station.sink.mails.some(({ to }) => to.includes(one.address))).toBe(false)

    const two = await answered()
    await hurry(two.mailId)
    await station.sink.waitFor(({ to }) => to.includes(two.address))
    await expect(station.host.work(two.actor, (work) => undoAct(work, two.ticket.id, two.act))).rejects.toMatchObject({
      code: 'undo.too-late',
    })
  })

  test('sending again after it was sent does nothing', async () => {
    const { mailId, address } = await answered()
    await hurry(mailId)
    await station.sink.waitFor(({ to }) => to.includes(address))
    await eventually(async () => (await outbound(mailId)).state).toBe('sent')
    const smarthost = openSmarthost(station.sink.url, 'uni.example')
    await sendMail(station.host, smarthost, mailId)
    smarthost.close()
    expect(station.sink.mails.filter(({ to }) => to.includes(address))).toHaveLength(1)
  })
})

describe('what is not taken', () => {
  test('a refusal for now is tried again after 1, 2, 5, 15, 30 and then 60 minutes', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 100].map((attempts) => backoffSeconds(attempts) / 60)).toEqual([1, 2, 5, 15, 30, 60, 60, 60])
  })

  test('and leaves once it is taken, exactly once', async () => {
    const { mailId, address } = await answered()
    station.sink.refusal = { at: 'rcpt', code: 450, text: 'greylisted', to: address }
    await hurry(mailId)
    await eventually(async () => (await outbound(mailId)).last_error).toMatch(/450.*greylisted/)
    expect(await outbound(mailId)).toMatchObject({ state: 'queued', attempts: 1 })
    expect((await outbound(mailId)).not_before.getTime() - now.getTime()).toBe(60_000)
    expect((await jobOf(mailId))!.seconds).toBeGreaterThan(50)
    await hurry(mailId)
    await eventually(async () => (await outbound(mailId)).attempts).toBe(2)
    station.sink.refusal = undefined
    await eventually(async () => {
      await hurry(mailId)
      return (await outbound(mailId)).state
    }).toBe('sent')
    expect(station.sink.mails.filter(({ to }) => to.includes(address))).toHaveLength(1)
  })

  test('after three days it is given up, and the agents are told on the ticket', async () => {
    const { mailId, address, ticket, customerId } = await answered()
    station.sink.refusal = { at: 'data', code: 451, text: 'try later', to: address }
    now = new Date(now.getTime() + 3 * 24 * 3600 * 1000)
    await hurry(mailId)
    await eventually(async () => (await outbound(mailId)).state).toBe('failed')
    station.sink.refusal = undefined
    const note = (await articlesOf(ticket.id)).at(-1)!
    expect(note).toMatchObject({ sender_type: 'system', visible: false, subject: 'Mail nie doszedł' })
    expect(note.body).toContain(address)
    expect(note.body).toContain('try later')
    const facts = await station.database.db
      .selectFrom('fact')
      .select(['name', 'data'])
      .where('ticket_id', '=', ticket.id)
      .where('name', '=', 'article.delivery-changed')
      .execute()
    expect(facts.at(-1)!.data).toMatchObject({ state: 'failed' })
    const answer = (await listArticles(station.database.db, ticket.id, { visibleOnly: false })).find(
      ({ senderType }) => senderType === 'agent',
    )!
    expect(answer).toMatchObject({
      sendErrors: [{ at: now, text: expect.stringMatching(`${address}: .*try later`) }],
      hasRaw: false,
    })
    const seen = await listArticles(station.database.db, ticket.id, {
      visibleOnly: true,
      reader: await loadAccess(station.database.db, customerId, false),
    })
    expect(seen.find(({ id }) => id === answer.id)!.sendErrors).toEqual([])
  })

  test('one with which programs ended is given up too, and leaves no more', async () => {
    const { mailId, address, ticket } = await answered()
    await sql`update graphile_worker._private_jobs set attempts = ${DEATHS + 1}, last_error = ${noteOf(DEATHS)} where key = ${`mail/send/${mailId}`}`.execute(
      station.database.db,
    )
    await hurry(mailId)
    await eventually(async () => (await outbound(mailId)).state).toBe('failed')
    expect((await articlesOf(ticket.id)).at(-1)!.body).toContain(`the program ended ${DEATHS} times`)
    expect(station.sink.mails.some(({ to }) => to.includes(address))).toBe(false)
  })

  test('a refusal for good is given up at once', async () => {
    const { mailId, address, ticket } = await answered()
    station.sink.refusal = { at: 'rcpt', code: 550, text: 'no such user', to: address }
    await hurry(mailId)
    await eventually(async () => (await outbound(mailId)).state).toBe('failed')
    station.sink.refusal = undefined
    expect(await outbound(mailId)).toMatchObject({ attempts: 1 })
    await eventually(async () => (await articlesOf(ticket.id)).at(-1)!.body).toContain('no such user')
  })

  test('of several recipients only those who are refused are told of, and only those who may take it later are tried again', async () => {
    const { mailId, address, ticket } = await answered('x', { cc: ['nie-ma@student.example'] })
    station.sink.refusal = { at: 'rcpt', code: 550, text: 'nobody', to: 'nie-ma@student.example' }
    await hurry(mailId)
    await eventually(async () => (await outbound(mailId)).state).toBe('sent')
    expect((await outbound(mailId)).last_error).toContain('nie-ma@student.example')
    await eventually(async () => (await articlesOf(ticket.id)).at(-1)!.body).toContain('nie-ma@student.example')
    expect((await articlesOf(ticket.id)).at(-1)!.body).not.toContain(address)

    const two = await answered('x', { cc: ['pozniej@student.example'] })
    station.sink.refusal = { at: 'rcpt', code: 450, text: 'later', to: 'pozniej@student.example' }
    await hurry(two.mailId)
    await eventually(async () => (await outbound(two.mailId)).recipients).toEqual(['pozniej@student.example'])
    station.sink.refusal = undefined
    await eventually(async () => {
      await hurry(two.mailId)
      return (await outbound(two.mailId)).state
    }).toBe('sent')
    expect(station.sink.mails.filter(({ to }) => to.includes(two.address))).toHaveLength(1)
    expect(station.sink.mails.filter(({ to }) => to.includes('pozniej@student.example')).map(({ to }) => to)).toEqual([
      ['pozniej@student.example'],
    ])
  })

  test('a smarthost that is away, or refuses everybody at the door, is no fault of the mail', async () => {
    const { mailId } = await answered()
    const gone = await startMailSink()
    await gone.stop()
    const nowhere = openSmarthost(gone.url, 'uni.example')
    await sendMail(station.host, nowhere, mailId)
    nowhere.close()
    expect(await outbound(mailId)).toMatchObject({ state: 'queued', attempts: 1 })
    const grumpy = await startMailSink()
    grumpy.refusal = { at: 'connect', code: 554, text: 'no service' }
    const closed = openSmarthost(grumpy.url, 'uni.example')
    await sendMail(station.host, closed, mailId)
    closed.close()
    expect(await outbound(mailId)).toMatchObject({ state: 'queued', attempts: 2 })
    await grumpy.stop()
  })
})

test('without a smarthost mail waits, readable; with one it leaves within the minute, each mail once', async () => {
  const alone = await startStation({ smarthost: false })
  try {
    const id = await alone.make.asSystem((work) =>
      queueMail(work, {
        kind: 'notification',
        from: { address: 'pomoc@uni.example', name: 'Pomoc' },
        to: ['a@b.example'],
        subject: 'czeka',
        body: 'treść',
      }),
    )
    const row = () => alone.database.db.selectFrom('outbound_mail').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    const jobs = async () =>
      (
        await sql<{ n: string }>`select count(*) as n from graphile_worker._private_jobs where key = ${`mail/send/${id}`}`.execute(
          alone.database.db,
        )
      ).rows[0]!.n
    await eventually(jobs).toBe('0')
    expect(await row()).toMatchObject({ state: 'queued', attempts: 0 })
    await sendWaiting(alone.host)
    expect(await jobs()).toBe('0')
    const withSmarthost = { ...alone.host, config: { ...alone.config, smarthostUrl: alone.sink.url } }
    await sendWaiting(withSmarthost)
    await sendWaiting(withSmarthost)
    expect(Number(await jobs())).toBeLessThanOrEqual(1)
    const smarthost = openSmarthost(alone.sink.url, 'uni.example')
    await sendMail(withSmarthost, smarthost, id)
    smarthost.close()
    expect(await row()).toMatchObject({ state: 'sent' })
    expect(alone.sink.mails).toHaveLength(1)
  } finally {
    await alone.stop()
  }
})
