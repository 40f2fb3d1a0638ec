/** Passing on: forwarded, redirected as it came, sent again; and bounces of each come back to the ticket. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PersonActor } from '../../core/kernel/actor.ts'
import { forwardArticle, redirectArticle, resendArticle } from '../../core/ticket/change/pass-on.ts'
import { answerTicket } from '../../core/ticket/change/tickets.ts'
import { undoAct } from '../../core/ticket/change/undo.ts'
import { eventually, startStation, type Station } from './station.ts'

let station: Station
let agent: PersonActor
beforeAll(async () => {
  station = await startStation({ mail: { bounceTags: true } })
  agent = await station.make.actor(await station.make.agent({ 1: ['rw'] }))
})
afterAll(() => station.stop())

const hurry = (id: string) =>
  sql`update graphile_worker._private_jobs set run_at = now() where key = ${`mail/send/${id}`} and locked_at is null`.execute(
    station.database.db,
  )
const outbound = (id: string) => station.database.db.selectFrom('outbound_mail').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const articles = (ticketId: string) =>
  station.database.db.selectFrom('article').selectAll().where('ticket_id', '=', ticketId).orderBy('id').execute()
const history = (ticketId: string) =>
  station.database.db.selectFrom('history').select(['type', 'name', 'article_id']).where('ticket_id', '=', ticketId).orderBy('id').execute()
let count = 0
/** A mail of a customer with a file, as a ticket. */
async function mailed(more: { html?: string } = {}) {
  const subject = `przekazanie ${++count}`
  await station.mail({
    subject,
    text: 'Proszę o pomoc.\nżółć',
    messageId: `<klient${count}@student.example>`,
    ...more,
    attachments: [
      { filename: 'umowa.pdf', content: Buffer.from(`pdf ${count}`) },
      { filename: 'tajne.txt', content: 'nie dalej' },
    ],
  })
  const [end] = await station.processed(subject)
  const files = await station.database.db
    .selectFrom('article_attachment')
    .select(['id', 'name'])
    .where('article_id', '=', end!.article_id!)
    .orderBy('id')
    .execute()
  return { subject, ticketId: end!.ticket_id!, articleId: end!.article_id!, files }
}

describe('forwarding', () => {
  test('leaves from the queue with our words and the chosen files, in the thread; the answer comes back to the ticket', async () => {
    const { ticketId, articleId, files } = await mailed()
    const done = await station.host.work(agent, (work) =>
      forwardArticle(work, ticketId, {
        articleId,
        to: ['dostawca@firma.example', 'DOSTAWCA@firma.example'],
        cc: ['kopia@firma.example'],
        body: 'Do wyjaśnienia.\n\n> Proszę o pomoc.',
        keep: [files[0]!.id],
      }),
    )
    await hurry(done.mailId)
    const mail = await station.sink.waitFor(({ to }) => to.includes('dostawca@firma.example'))
    expect(mail.to).toEqual(['dostawca@firma.example', 'kopia@firma.example'])
    expect(mail.parsed.subject).toMatch(/^Fwd: \[Ticket#\d+\] przekazanie/)
    expect(mail.parsed.from?.text).toBe('"Pomoc IT" <pomoc@uni.example>')
    expect(mail.parsed.attachments.map(({ filename, content }) => [filename, content.toString()])).toEqual([['umowa.pdf', `pdf ${count}`]])
    expect(mail.parsed.html).toMatch(/<blockquote[^>]*>\s*<p[^>]*>Proszę o pomoc\.<\/p>/)
    expect(mail.parsed.references).toBe(`<klient${count}@student.example>`)
    expect(mail.parsed.inReplyTo).toBeUndefined()
    const article = (await articles(ticketId)).at(-1)!
    expect(article).toMatchObject({ id: done.articleId, visible: false, sender_type: 'agent', channel: 'email' })
    expect((await history(ticketId)).at(-1)).toMatchObject({
      type: 'Forward',
      name: '%%dostawca@firma.example, kopia@firma.example',
      article_id: done.articleId,
    })

    await station.mail({
      from: 'dostawca@firma.example',
      subject: 'coś zupełnie innego',
      text: 'Wyjaśniamy.',
      inReplyTo: mail.parsed.messageId!,
    })
    const [end] = await station.processed('coś zupełnie innego')
    expect(end).toMatchObject({ outcome: 'follow-up', ticket_id: ticketId })
  })

  test('within ten seconds it can be taken back', async () => {
    const { ticketId, articleId } = await mailed()
    const done = await station.host.work(agent, async (work) => ({
      ...(await forwardArticle(work, ticketId, { articleId, to: ['cofniety@firma.example'], body: 'x' })),
      act: work.act,
    }))
    expect(await station.host.work(agent, (work) => undoAct(work, ticketId, done.act))).toEqual({ bodies: ['x'] })
    expect((await outbound(done.mailId)).state).toBe('cancelled')
  })

  test('needs the right, a recipient that is somebody else, words, and an article of this very ticket', async () => {
    const { ticketId, articleId } = await mailed()
    const other = await mailed()
    const refusal = (forward: object, by = agent) =>
      station.host.work(by, (work) => forwardArticle(work, ticketId, { articleId, to: ['a@b.example'], body: 'x', ...forward }))
    await expect(refusal({ to: [] })).rejects.toMatchObject({ code: 'required', field: 'to' })
    await expect(refusal({ to: ['nie adres'] })).rejects.toMatchObject({ code: 'person.address-invalid', field: 'to' })
    await expect(refusal({ cc: ['Pomoc@UNI.example'] })).rejects.toMatchObject({ code: 'person.address-is-ours', field: 'cc' })
    await expect(refusal({ body: ' \n' })).rejects.toMatchObject({ code: 'article.empty' })
    await expect(refusal({ articleId: other.articleId })).rejects.toMatchObject({ code: 'not-found' })
    const reader = await station.make.actor(await station.make.agent({ 1: ['ro', 'note', 'compose'] }))
    await expect(refusal({}, reader)).rejects.toMatchObject({ code: 'not-allowed' })
    const foreign = await station.host.work(agent, (work) =>
      forwardArticle(work, ticketId, { articleId, to: ['obce@firma.example'], body: 'x', keep: [other.files[0]!.id, 'x'] }),
    )
    expect(
      await station.database.db.selectFrom('article_attachment').select('id').where('article_id', '=', foreign.articleId).execute(),
      'files of another ticket never go along',
    ).toEqual([])
  })
})

describe('redirecting', () => {
  test('sends the mail on as it came, bytes and all, with Resent fields of ours; its answers go to the sender', async () => {
    const { subject, ticketId, articleId } = await mailed({ html: '<p>Proszę <b>o pomoc</b>.</p>' })
    const [row] = await station.database.db.selectFrom('inbound_mail').select('blob_id').where('article_id', '=', articleId).execute()
    const chunks = await station.database.db
      .selectFrom('blob_chunk')
      .select('data')
      .where('blob_id', '=', row!.blob_id!)
      .orderBy('seq')
      .execute()
    const raw = Buffer.concat(chunks.map(({ data }) => data)).toString('latin1')
    const done = await station.host.work(agent, (work) => redirectArticle(work, ticketId, { articleId, to: ['biuro@inny.example'] }))
    await hurry(done.mailId)
    const mail = await station.sink.waitFor(({ to }) => to.includes('biuro@inny.example'))
    expect(mail.raw.toString('latin1').replace(/^(Resent-[^\r\n]*\r\n)+/, '')).toBe(raw)
    expect(mail.parsed.subject).toBe(subject)
    expect(mail.parsed.from?.value[0]?.address).toBe('anna.nowak@student.example')
    expect(mail.from).toMatch(/^pomoc\+b\d+-[0-9a-f]{12}@uni\.example$/)
    expect(mail.raw.toString('latin1')).toMatch(
      /^Resent-From: <pomoc@uni\.example>\r\nResent-To: <biuro@inny\.example>\r\nResent-Date: [^\r\n]+\r\nResent-Message-ID: <ticket\./,
    )
    expect((await history(ticketId)).at(-1)).toMatchObject({ type: 'Bounce', name: '%%biuro@inny.example', article_id: articleId })
  })

  test('is possible only while the mail as it came is kept', async () => {
    const { ticketId, articleId } = await mailed()
    await station.database.db.updateTable('inbound_mail').set({ blob_id: null }).where('article_id', '=', articleId).execute()
    await expect(
      station.host.work(agent, (work) => redirectArticle(work, ticketId, { articleId, to: ['a@b.example'] })),
    ).rejects.toMatchObject({ code: 'article.no-mail' })
  })
})

describe('sending again', () => {
  test('a mail that failed leaves once more, to whom it should have gone; one that is waiting does not', async () => {
    const { ticketId } = await mailed()
    const answer = await station.host.work(agent, (work) =>
      answerTicket(work, ticketId, {
        to: ['literowka@studnt.example'],
        body: 'Gotowe.',
        attachments: [{ name: 'a.txt', contentType: 'text/plain', content: Buffer.from('a') }],
      }),
    )
    const again = (to: string[]) => station.host.work(agent, (work) => resendArticle(work, ticketId, { articleId: answer.articleId, to }))
    await expect(again(['a@b.example'])).rejects.toMatchObject({ code: 'article.not-mailed' })
    station.sink.refusal = { at: 'rcpt', code: 550, text: 'no such user', to: 'literowka@studnt.example' }
    await hurry(answer.mailId!)
    await eventually(async () => (await outbound(answer.mailId!)).state).toBe('failed')
    station.sink.refusal = undefined
    const { mailId } = await again(['poprawny@student.example'])
    await hurry(mailId)
    const mail = await station.sink.waitFor(({ to }) => to.includes('poprawny@student.example'))
    expect(mail.parsed.text).toContain('Gotowe.')
    expect(mail.parsed.attachments.map(({ filename }) => filename)).toEqual(['a.txt'])
    expect(mail.parsed.messageId).not.toBe((await outbound(answer.mailId!)).message_id)
    expect((await history(ticketId)).map(({ type }) => type)).toContain('EmailResend')
    // Whoever answers the second one is on the same ticket.
    await station.mail({ from: 'poprawny@student.example', subject: 'odpowiedź na ponowną', text: 'x', inReplyTo: mail.parsed.messageId! })
    expect((await station.processed('odpowiedź na ponowną'))[0]).toMatchObject({ outcome: 'follow-up', ticket_id: ticketId })
  })
})

describe('return paths with a mark', () => {
  test('a report that quotes nothing of the mail is attached to its ticket all the same, and the delivery fails', async () => {
    const { ticketId } = await mailed()
    const answer = await station.host.work(agent, (work) =>
      answerTicket(work, ticketId, { to: ['znika@student.example'], body: 'Gotowe.' }),
    )
    await hurry(answer.mailId!)
    const sent = await station.sink.waitFor(({ to }) => to.includes('znika@student.example'))
    await station.deliver(`From: MAILER-DAEMON@mx.example\r\nTo: ${sent.from}\r\nSubject: raport bez niczego\r\n\r\nUser unknown\r\n`, {
      from: '',
      to: sent.from,
    })
    expect((await station.processed('raport bez niczego'))[0]).toMatchObject({ outcome: 'bounce-attached', ticket_id: ticketId })
    expect((await outbound(answer.mailId!)).state).toBe('failed')
  })

  test('an out-of-office note to it joins the ticket; a mark that somebody made up is an address like any other', async () => {
    const { ticketId } = await mailed()
    const answer = await station.host.work(agent, (work) =>
      answerTicket(work, ticketId, { to: ['urlop@student.example'], body: 'Gotowe.' }),
    )
    await hurry(answer.mailId!)
    const sent = await station.sink.waitFor(({ to }) => to.includes('urlop@student.example'))
    await station.deliver(
      'From: urlop@student.example\r\nSubject: jestem na urlopie\r\nAuto-Submitted: auto-replied\r\n\r\nWracam jutro.\r\n',
      { from: '', to: sent.from },
    )
    expect((await station.processed('jestem na urlopie'))[0]).toMatchObject({ outcome: 'follow-up', ticket_id: ticketId })
    expect((await outbound(answer.mailId!)).state).toBe('sent')
    await station.deliver('From: x@y.example\r\nSubject: zgadywanka\r\n\r\nx\r\n', {
      to: sent.from.replace(/-[0-9a-f]{12}@/, '-000000000000@'),
    })
    expect((await station.processed('zgadywanka'))[0]).toMatchObject({ outcome: 'new-ticket' })
  })

  test("what a redirected mail's server reports comes to the ticket too", async () => {
    const { ticketId, articleId } = await mailed()
    const { mailId } = await station.host.work(agent, (work) => redirectArticle(work, ticketId, { articleId, to: ['nikt@inny.example'] }))
    await hurry(mailId)
    const sent = await station.sink.waitFor(({ to }) => to.includes('nikt@inny.example'))
    const head = sent.raw.toString('latin1').split('\r\n\r\n')[0]!
    await station.deliver(
      `From: MAILER-DAEMON@mx.example\r\nSubject: zwrot przekierowanej\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nnie ma\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; nikt@inny.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n${head}\r\n--b--\r\n`,
      { from: '' },
    )
    expect((await station.processed('zwrot przekierowanej'))[0]).toMatchObject({ outcome: 'bounce-attached', ticket_id: ticketId })
    expect((await outbound(mailId)).state).toBe('failed')
  })
})
