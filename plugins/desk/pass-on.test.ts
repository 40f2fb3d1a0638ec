import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { marksOf, openSite, type Site, type Visitor } from '../../test/web.ts'
import { acceptMail, answerTicket, findDraft, followUp, mailInMemory, type Id, type PersonActor } from '../../core/index.ts'
import desk from './index.tsx'

let site: Site
let jan: Visitor
let actor: PersonActor
beforeAll(async () => {
  site = await openSite([desk])
  actor = await site.make.actor(await site.make.agent({ 1: ['rw'] }, { name: 'Jan Kowalski' }))
  jan = await site.loggedIn(actor.id)
})
afterAll(() => site.close())

const text = async (response: Response | Promise<Response>) => (await response).text()
const outbox = (ticketId: Id) =>
  site.make.db.selectFrom('outbound_mail').selectAll().where('ticket_id', '=', ticketId).orderBy('id').execute()

/** A customer's mail with two files on a ticket, kept as it came. */
async function mailed() {
  const { make } = site
  const ticket = await make.ticket()
  const raw = Buffer.from(`From: klient@student.example\r\nSubject: x ${ticket.id}\r\n\r\ntreść`)
  const [mail] = await acceptMail(
    make.db,
    { from: 'klient@student.example', recipients: ['pomoc@uni.example'], peerAddress: '192.0.2.1', peerName: 'x', encrypted: false },
    mailInMemory(raw),
    make.now,
  )
  const { articleId } = await make.asSystem((work) =>
    followUp(work, ticket.id, {
      article: {
        channel: 'email',
        senderType: 'customer',
        visible: true,
        personId: ticket.customerId,
        from: 'Klient Żak <klient@student.example>',
        subject: 'Umowa <b>',
        inboundMailId: mail!,
        body: 'Proszę o podpis.\n<script>alert(1)</script>',
        attachments: [
          { name: 'umowa.pdf', contentType: 'application/pdf', content: Buffer.from('pdf') },
          { name: 'tajne.txt', contentType: 'text/plain', content: Buffer.from('x') },
        ],
      },
    }),
  )
  const files = await make.db.selectFrom('article_attachment').select('id').where('article_id', '=', articleId).orderBy('id').execute()
  return {
    ticket,
    articleId,
    files: files.map(({ id }) => id),
    path: (way: string) => `/desk/tickets/${ticket.id}/articles/${articleId}/${way}`,
  }
}

describe('forwarding from the ticket, without scripts', () => {
  it('is a form with the message quoted and its files to choose; it leaves within ten seconds unless taken back', async () => {
    const { ticket, files, path } = await mailed()
    expect(await text(jan.get(`/desk/tickets/${ticket.id}`))).toContain(`href="${path('forward')}"`)
    const form = await text(jan.get(path('forward')))
    expect(form).toContain('&gt; Proszę o podpis.')
    expect(form).not.toContain('<script>alert')
    expect(form.match(/name="keep"[^>]*checked/g)).toHaveLength(2)
    const key = `ticket/${ticket.id}/articles/${path('forward').split('/').at(-2)}/forward`
    const sent = await jan.post(path('forward'), {
      ...marksOf(form, key),
      to: 'Biuro <biuro@inny.example>',
      cc: '',
      subject: 'Umowa',
      body: 'Do podpisu.\n\n> Proszę o podpis.',
      keep: files[0]!,
    })
    expect(sent.status).toBe(303)
    const [mail] = await outbox(ticket.id)
    expect(mail).toMatchObject({ kind: 'forward', recipients: ['biuro@inny.example'], state: 'queued' })
    const names = await site.make.db.selectFrom('article_attachment').select('name').where('article_id', '=', mail!.article_id!).execute()
    expect(names).toEqual([{ name: 'umowa.pdf' }])
    const page = await text(jan.get(sent.headers.get('location')!))
    const undo = /action="(\/desk\/tickets\/\d+\/undo\/[0-9a-f-]+)"/.exec(page)![1]!
    await jan.post(undo)
    expect((await outbox(ticket.id))[0]!.state).toBe('cancelled')
    expect((await findDraft(site.make.db, actor.id, key))!.fields).toMatchObject({
      to: 'Biuro <biuro@inny.example>',
      body: 'Do podpisu.\n\n> Proszę o podpis.',
    })
    const again = await text(jan.get(path('forward')))
    expect(again).toContain('value="Biuro &lt;biuro@inny.example&gt;"')
    // Of its files the one that was left out is left out again, and none is there twice.
    expect([again.match(/name="keep" value="(\d+)" checked/g)?.length, again.includes('name="draft.file"')]).toEqual([1, false])
    expect(again).toContain('Do podpisu.')
    expect(await text(jan.get(`/desk/tickets/${ticket.id}/history`))).toContain('biuro@inny.example')
  })

  it('refused, it is the same form with its reason and everything typed', async () => {
    const { files, path } = await mailed()
    for (const [fields, says] of [
      [{ to: '' }, 'potrzebne'],
      [{ to: 'pomyłka' }, 'pomyłka'],
      [{ to: 'pomoc@uni.example' }, 'to adres'],
      [{ to: 'a@b.example', body: ' ' }, 'kilka słów'],
    ] as const) {
      await site.make.db
        .insertInto('system_address')
        .values({ address: 'pomoc@uni.example', name: 'x', queue_id: '4' })
        .onConflict((oc) => oc.doNothing())
        .execute()
      const answer = await jan.post(path('forward'), { body: 'wpisane słowa', subject: 'mój temat', ...fields, keep: files[1]! })
      expect(answer.status).toBe(422)
      const html = await text(answer)
      expect(html.toLowerCase()).toContain(says)
      expect(html).toContain('value="mój temat"')
      expect(html.match(/name="keep" value="(\d+)" checked/g)?.join()).toContain(files[1])
    }
  })
})

describe('redirecting and sending again', () => {
  it('are offered where they make sense, and say so where they do not', async () => {
    const { ticket, articleId, path } = await mailed()
    const page = await text(jan.get(`/desk/tickets/${ticket.id}`))
    expect(page).toContain(`href="${path('redirect')}"`)
    expect(page).not.toContain(`href="${path('resend')}"`)
    expect((await jan.post(path('redirect'), { to: 'biuro@inny.example' })).status).toBe(303)
    expect((await outbox(ticket.id)).at(-1)).toMatchObject({ kind: 'redirect', recipients: ['biuro@inny.example'], body: null })
    await site.make.db
      .updateTable('inbound_mail')
      .set({ blob_id: null })
      .where(
        'id',
        '=',
        (await site.make.db.selectFrom('article').select('inbound_mail_id').where('id', '=', articleId).executeTakeFirstOrThrow())
          .inbound_mail_id!,
      )
      .execute()
    const gone = await jan.get(path('redirect'))
    expect([gone.status, (await text(gone)).includes('nie trzymamy')]).toEqual([422, true])
  })

  it('a mail that failed is sent again from its article, to a corrected address', async () => {
    const { ticket } = await mailed()
    const answer = await site.make.work(await site.make.actor(actor.id), (work) =>
      answerTicket(work, ticket.id, { to: ['zly@studnt.example'], body: 'Gotowe.' }),
    )
    await site.make.db
      .updateTable('outbound_mail')
      .set({ state: 'failed', last_error: '550 no such user' })
      .where('id', '=', answer.mailId!)
      .execute()
    const path = `/desk/tickets/${ticket.id}/articles/${answer.articleId}/resend`
    expect(await text(jan.get(`/desk/tickets/${ticket.id}`))).toContain(`href="${path}"`)
    expect(await text(jan.get(path))).toContain('value="zly@studnt.example"')
    expect((await jan.post(path, { to: 'dobry@student.example', cc: '' })).status).toBe(303)
    expect((await outbox(ticket.id)).at(-1)).toMatchObject({
      kind: 'reply',
      recipients: ['dobry@student.example'],
      state: 'queued',
      article_id: answer.articleId,
    })
  })

  it('who may only read is offered none of it, and refused', async () => {
    const { ticket, path } = await mailed()
    const reader = await site.loggedIn(await site.make.agent({ 1: ['ro'] }))
    const page = await text(reader.get(`/desk/tickets/${ticket.id}`))
    for (const way of ['forward', 'redirect', 'resend']) {
      expect(page).not.toContain(path(way))
      expect((await reader.get(path(way))).status).toBe(403)
    }
  })
})
