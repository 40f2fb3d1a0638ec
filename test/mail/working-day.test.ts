/** Mail in, ticket, automatic answer out: the way of one mail over real sockets. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStation, type Station } from './station.ts'

let station: Station
// A Friday, 15:01 in Warsaw: one minute after the cut-off.
beforeAll(async () => {
  station = await startStation({ clock: () => new Date('2026-11-20T14:01:00Z') })
})
afterAll(() => station.stop())

test('a Polish mail with a PDF and an inline picture becomes a ticket, and the sender learns number and Monday', async () => {
  const answer = await station.mail({
    subject: 'Nie działa logowanie – żółć',
    messageId: '<pierwszy@student.example>',
    text: 'Dzień dobry,\nnie mogę się zalogować do Wirtualnej Uczelni.\n\nAnna',
    html: '<p>Dzień dobry,<br>nie mogę się zalogować <b>do Wirtualnej Uczelni</b>.</p><img src="cid:obrazek@x" alt="ekran"><p>Anna</p>',
    attachments: [
      { filename: 'załącznik.pdf', content: Buffer.from('%PDF-1.4 x'), contentType: 'application/pdf' },
      { filename: 'ekran.png', content: Buffer.from('89504e47', 'hex'), contentType: 'image/png', cid: 'obrazek@x' },
    ],
  })
  expect(answer).toMatch(/^250 2\.6\.0 Accepted as \d+$/)
  const [end] = await station.processed('Nie działa logowanie – żółć')
  expect(end).toMatchObject({ outcome: 'new-ticket' })

  const { db } = station.database
  const ticket = await db.selectFrom('ticket').selectAll().where('id', '=', end!.ticket_id).executeTakeFirstOrThrow()
  expect(ticket.number).toMatch(/^2026112010\d{6}$/)
  expect(ticket.title).toBe('Nie działa logowanie – żółć')
  expect(ticket.queue_id).toBe('4')
  expect(ticket.received_at.toISOString()).toBe('2026-11-23T06:00:00.000Z')
  const files = await db.selectFrom('article_attachment').selectAll().where('article_id', '=', end!.article_id).orderBy('id').execute()
  expect(files.map((file) => [file.name, file.disposition])).toEqual(
    expect.arrayContaining([
      ['załącznik.pdf', 'attachment'],
      ['ekran.png', 'inline'],
    ]),
  )
  const article = await db.selectFrom('article').selectAll().where('id', '=', end!.article_id).executeTakeFirstOrThrow()
  expect(article.body).toBe('Dzień dobry,\nnie mogę się zalogować do Wirtualnej Uczelni.\n\nAnna')
  expect(article.html).toContain('src="cid/obrazek%40x"')

  const reply = await station.sink.waitFor(({ to }) => to.includes('anna.nowak@student.example'))
  expect(reply.from).toBe('')
  expect(reply.parsed.subject).toBe(`[Ticket#${ticket.number}] Przyjęliśmy Twoje zgłoszenie: Nie działa logowanie – żółć`)
  expect(reply.parsed.text).toContain(`numer ${ticket.number}. Przyjmiemy je w poniedziałek 23 listopada od 7:00.`)
  expect(reply.parsed.text).toContain(`https://pomoc.uni.example/tickets/${ticket.id}`)
  expect(reply.parsed.inReplyTo).toBe('<pierwszy@student.example>')
  expect(reply.parsed.references).toBe('<pierwszy@student.example>')
  expect(reply.parsed.headers.get('auto-submitted')).toBe('auto-replied')
  expect(reply.parsed.headers.get('precedence')).toBe('bulk')
  expect(reply.parsed.from?.text).toBe('"Pomoc IT" <pomoc@uni.example>')
})
