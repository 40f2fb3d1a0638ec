/** Whom we answer, end to end: what the composer offers, where programs write, one mail for one click, in order, and what did not arrive. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import desk from '../../plugins/desk/index.tsx'
import { system } from '../../core/kernel/actor.ts'
import { listTickets } from '../../core/ticket/ticket-list.ts'
import { answerTicket, setState } from '../../core/ticket/change/tickets.ts'
import { acceptHeld } from '../../core/ticket/change/held.ts'
import { settleDelivery } from '../../core/ticket/change/undelivered.ts'
import { undoAct } from '../../core/ticket/change/undo.ts'
import { fillIn } from '../../core/mail/texts/text-preview.ts'
import { findTicket } from '../../core/ticket/ticket.store.ts'
import { marksOf, openSite, type Site, type Visitor } from '../web.ts'
import { startDns, type DnsServer } from '../servers/dns.ts'
import { eml, eventually, HERE, startStation, type Station } from './station.ts'

let dns: DnsServer
let station: Station
let site: Site
let agent: Visitor
let agentId: string
beforeAll(async () => {
  // It knows of no domain: what our relay does not vouch for is not proven.
  dns = await startDns()
  station = await startStation({
    mail: { relays: [{ ...HERE, vouchesFor: ['uni.example', 'student.example'] }], dnsServers: [dns.address] },
  })
  site = await openSite([desk], {}, station.database)
  agentId = await station.make.agent({ 1: ['rw'] }, { address: 'agent@praca.example', name: 'Ada Agentka' })
  agent = await site.loggedIn(agentId)
})
afterAll(async () => {
  await site.close()
  await station.stop()
  await dns.stop()
})

type Mail = Parameters<Station['mail']>[0]
async function mailed(subject: string, mail: Mail = {}) {
  await station.mail({ subject, text: 'Dzień dobry', ...mail })
  const [end] = await station.processed(subject)
  return { ticketId: end!.ticket_id!, end: end! }
}
const db = () => station.database.db
const mailsOf = (ticketId: string) => db().selectFrom('outbound_mail').selectAll().where('ticket_id', '=', ticketId).orderBy('id').execute()
const sentTo = async (ticketId: string) => (await mailsOf(ticketId)).map(({ kind, recipients }) => `${kind}: ${recipients.join(', ')}`)
const ticketOf = async (id: string) => (await findTicket(db(), id, null))!
const historyOf = async (id: string) =>
  (await db().selectFrom('history').select(['name', 'reason']).where('ticket_id', '=', id).orderBy('id').execute()).map(
    ({ name, reason }) => `${name} ${JSON.stringify(reason ?? '')}`,
  )
const closed = async () =>
  (await db().selectFrom('ticket_state').select('id').where('name', '=', 'closed successful').executeTakeFirstOrThrow()).id
const asAgent = async <T>(run: Parameters<typeof station.make.work<T>>[1]) => station.make.work(await station.make.actor(agentId), run)
const hurry = (id: string) =>
  sql`update graphile_worker._private_jobs set run_at = now() where key = ${`mail/send/${id}`} and locked_at is null`.execute(db())
const field = (page: string, name: string): string => {
  // Other forms of the page have fields of these names too.
  const form = page.slice(page.indexOf('id="reply-form"'))
  const input = form.match(new RegExp(`<input[^>]*name="${name}"[^>]*>`))?.[0] ?? ''
  return input.match(/value="([^"]*)"/)?.[1] ?? ''
}
const page = async (path: string) => (await agent.get(path)).text()

describe('the composer', () => {
  test('offers Reply-To, shows that it differs, and sends there; the customer of a form is not written to', async () => {
    const { ticketId } = await mailed('z formularza', {
      from: 'Formularz <formularz@uni.example>',
      replyTo: 'Jan Żak <jan@poczta.example>',
    })
    const shown = await page(`/desk/tickets/${ticketId}`)
    expect(field(shown, 'to')).toBe('jan@poczta.example')
    expect(shown).toContain('Autor pisał z formularz@uni.example, ale prosi o odpowiedź na jan@poczta.example')
    expect(shown).toMatch(/<details class="composer-head" id="reply-head" open/)
    await asAgent((work) => answerTicket(work, ticketId, { body: 'Proszę przyjść.' }))
    expect(await sentTo(ticketId)).toEqual(['auto reply: jan@poczta.example', 'reply: jan@poczta.example'])
  })

  test('answers all without scripts: by a button, Cc less our own; the message quoted is the one answered', async () => {
    const { ticketId } = await mailed('do wszystkich', {
      from: 'Anna <anna.pierwsza@student.example>',
      to: 'pomoc@uni.example, "Kowalska, Ewa" <ewa@poczta.example>',
      cc: 'pomoc@uni.example, ola@poczta.example',
      messageId: '<pierwszy@student.example>',
      envelope: { from: 'anna.pierwsza@student.example', to: 'pomoc@uni.example' },
    })
    await db()
      .insertInto('ticket_participant')
      .values({
        ticket_id: ticketId,
        person_id: await station.make.person({ address: 'jan.drugi@student.example' }),
        right: 'reply',
      })
      .execute()
    const { number } = await ticketOf(ticketId)
    await mailed(`Re: [Ticket#${number}] do wszystkich`, { from: 'Jan <jan.drugi@student.example>' })
    const newest = await page(`/desk/tickets/${ticketId}`)
    expect(field(newest, 'to')).toBe('jan.drugi@student.example, anna.pierwsza@student.example')
    const [first] = await db().selectFrom('article').select('id').where('ticket_id', '=', ticketId).orderBy('id').execute()
    const key = `ticket/${ticketId}/reply`
    const put = async (html: string, insert: string) => {
      const fields = { ...marksOf(html, key), insert, to: field(html, 'to'), cc: field(html, 'cc'), answers: field(html, 'answers') }
      const answer = await agent.post(`/desk/tickets/${ticketId}/insert?into=reply`, fields)
      return page(answer.headers.get('location')!.split('#')[0]!)
    }
    const quoted = await put(newest, `quote ${first!.id}`)
    expect(field(quoted, 'to')).toBe('anna.pierwsza@student.example')
    expect(field(quoted, 'cc')).toBe('')
    expect(quoted).toContain('name="insert" value="all"')
    const all = await put(quoted, 'all')
    expect(field(all, 'cc')).toBe('ewa@poczta.example, ola@poczta.example')
    await agent.post(`/desk/tickets/${ticketId}/reply`, {
      body: 'Do wszystkich.',
      answers: field(all, 'answers'),
      to: field(all, 'to'),
      cc: field(all, 'cc'),
    })
    // Who takes part and had none of it is told of it besides.
    expect((await mailsOf(ticketId)).findLast(({ kind }) => kind !== 'notification')).toMatchObject({
      recipients: ['anna.pierwsza@student.example', 'ewa@poczta.example', 'ola@poczta.example'],
      in_reply_to: '<pierwszy@student.example>',
    })
  })

  test('offers whoever wrote a held message once it is accepted, and not before', async () => {
    const { ticketId } = await mailed('czyjeś', { from: 'wlasciciel@student.example' })
    const { number } = await ticketOf(ticketId)
    const stranger = await mailed(`Re: [Ticket#${number}] czyjeś`, { from: 'obcy.autor@student.example' })
    expect(stranger.end).toMatchObject({ outcome: 'follow-up-held', ticket_id: ticketId })
    expect(field(await page(`/desk/tickets/${ticketId}`), 'to')).toBe('wlasciciel@student.example')
    await asAgent((work) => acceptHeld(work, ticketId, stranger.end.article_id!))
    expect(field(await page(`/desk/tickets/${ticketId}`), 'to')).toBe('obcy.autor@student.example, wlasciciel@student.example')
  })

  test('takes names with a comma, quoted or not', async () => {
    const { ticketId } = await mailed('z przecinkiem', { from: 'przecinek@student.example' })
    await agent.post(`/desk/tickets/${ticketId}/reply`, {
      body: 'x',
      to: 'Mac, Filip <filip@poczta.example>; "Nowak, Anna" <anna@poczta.example>',
      cc: '',
    })
    expect((await mailsOf(ticketId)).at(-1)!.recipients).toEqual(['filip@poczta.example', 'anna@poczta.example'])
    const bad = await agent.post(`/desk/tickets/${ticketId}/reply`, { body: 'x', to: 'Mac', cc: '' })
    expect(bad.status).toBe(422)
  })

  test('a template greets whoever is answered', async () => {
    const { ticketId } = await mailed('powitanie', { from: 'Formularz <formularz@uni.example>', replyTo: 'Jan Żak <jan@poczta.example>' })
    const room = { db: db(), config: station.config, now: station.make.now, actor: await station.make.actor(agentId) }
    const ticket = await ticketOf(ticketId)
    expect(await fillIn(room, ticket, '<OTRS_CUSTOMER_REALNAME> <OTRS_NOTIFICATION_RECIPIENT_UserEmail>')).toBe(
      'Jan Żak jan@poczta.example',
    )
  })
})

describe('programs', () => {
  test('a Reply-To that nothing stands for is passed over; where From is not certain either nobody is written to, and the ticket says why', async () => {
    const passed = await mailed('obcy Reply-To', { from: 'obcy@obca.example', replyTo: 'ofiara@trzecia.example' })
    expect(await sentTo(passed.ticketId)).toEqual(['auto reply: obcy@obca.example'])
    expect(passed.end.reason).toContainEqual(
      expect.objectContaining({ rule: 'reply-to-not-believed', decided: 'passed-over', detail: 'ofiara@trzecia.example' }),
    )
    const nobody = await mailed('obca koperta', {
      from: 'obcy@obca.example',
      replyTo: 'ofiara@trzecia.example',
      envelope: { from: 'x@zla.example', to: 'pomoc@uni.example' },
    })
    expect(await sentTo(nobody.ticketId)).toEqual([])
    expect(nobody.end.reason.at(-1)).toMatchObject({ decided: 'not-sent', rule: 'envelope-differs' })
    expect((await historyOf(nobody.ticketId)).join('\n')).toContain('no automatic answer%%envelope-differs')
  })

  test('the closing mail goes where the receipt went; to nobody where that went to nobody, until an agent has answered', async () => {
    const form = await mailed('formularz zamykany', { from: 'Formularz <noreply@uni.example>', replyTo: 'Ewa <ewa@poczta.example>' })
    await asAgent(async (work) => setState(work, form.ticketId, { stateId: await closed() }))
    expect(await sentTo(form.ticketId)).toEqual(['auto reply: ewa@poczta.example', 'closed: ewa@poczta.example'])

    const robot = await mailed('robot zamykany', { from: 'noreply@student.example' })
    await asAgent(async (work) => setState(work, robot.ticketId, { stateId: await closed() }))
    expect(await sentTo(robot.ticketId)).toEqual([])
    expect((await historyOf(robot.ticketId)).filter((row) => row.includes('no automatic answer%%address-of-a-program'))).toHaveLength(2)

    const strange = await mailed('obcy zamykany', {
      from: 'ktos@obca.example',
      envelope: { from: 'x@zla.example', to: 'pomoc@uni.example' },
    })
    await asAgent(async (work) => setState(work, strange.ticketId, { stateId: await closed() }))
    expect(await sentTo(strange.ticketId)).toEqual([])
    await asAgent((work) => answerTicket(work, strange.ticketId, { body: 'x' }))
    await asAgent(async (work) =>
      setState(work, strange.ticketId, {
        stateId: (await db().selectFrom('ticket_state').select('id').where('name', '=', 'open').executeTakeFirstOrThrow()).id,
      }),
    )
    await asAgent(async (work) => setState(work, strange.ticketId, { stateId: await closed() }))
    expect(await sentTo(strange.ticketId)).toEqual(['reply: ktos@obca.example', 'closed: ktos@obca.example'])
  })
})

describe('one click', () => {
  test('is one mail: the words about closing stand below the answer and above the signature, and are taken back with it', async () => {
    const { ticketId } = await mailed('jeden mail', { from: 'jeden@student.example' })
    await db()
      .updateTable('queue')
      .set({ signature: 'Dział Informatyzacji' })
      .where('id', '=', (await ticketOf(ticketId)).queueId)
      .execute()
    const act = await asAgent(async (work) => {
      await answerTicket(work, ticketId, { body: 'Już działa.', state: { stateId: await closed() } })
      return work.act
    })
    const [, mail, ...more] = await mailsOf(ticketId)
    expect(more).toEqual([])
    expect(mail!.kind).toBe('reply')
    expect(mail!.body).toMatch(/^Już działa\.\n\n-{40}\n\nDzień dobry,[\s\S]*jest zamknięte[\s\S]*\n\n-- \nDział Informatyzacji\n$/)
    const articles = await db()
      .selectFrom('article')
      .select(['sender_type', 'body'])
      .where('ticket_id', '=', ticketId)
      .orderBy('id')
      .execute()
    expect(articles.at(-2)).toEqual({ sender_type: 'agent', body: 'Już działa.\n\n-- \nDział Informatyzacji\n' })
    expect(articles.at(-1)!.sender_type).toBe('system')
    expect(await asAgent((work) => undoAct(work, ticketId, act))).toEqual({ bodies: ['Już działa.\n\n-- \nDział Informatyzacji\n'] })
    expect((await mailsOf(ticketId)).at(-1)!.state).toBe('cancelled')
    await asAgent(async (work) =>
      answerTicket(work, ticketId, { body: 'Już działa.\n\n-- \nDział Informatyzacji\n', state: { stateId: await closed() } }),
    )
    expect((await mailsOf(ticketId)).at(-1)!.body!.match(/Dział Informatyzacji/g)).toHaveLength(1)
    await db()
      .updateTable('queue')
      .set({ signature: '' })
      .where('id', '=', (await ticketOf(ticketId)).queueId)
      .execute()
  })

  test('an answer to somebody else leaves the customer their own mail', async () => {
    const { ticketId } = await mailed('dwa maile', { from: 'dwa@student.example' })
    await asAgent(async (work) =>
      answerTicket(work, ticketId, { body: 'x', to: ['inny@poczta.example'], state: { stateId: await closed() } }),
    )
    expect((await sentTo(ticketId)).slice(1)).toEqual(['closed: dwa@student.example', 'reply: inny@poczta.example'])
  })

  test('mails of a ticket reach one recipient in the order they were written in', async () => {
    const { ticketId } = await mailed('po kolei', { from: 'kolejny@student.example' })
    await eventually(async () => (await mailsOf(ticketId))[0]!.state).toBe('sent')
    const first = await asAgent((work) => answerTicket(work, ticketId, { body: 'pierwsza' }))
    await asAgent(async (work) => setState(work, ticketId, { stateId: await closed() }))
    const second = (await mailsOf(ticketId)).at(-1)!
    // The first waits for its next try; the second was let run meanwhile, and waits for it.
    station.sink.refusal = { at: 'rcpt', code: 450, text: 'greylisted', to: 'kolejny@student.example' }
    await hurry(first.mailId!)
    await eventually(async () => (await mailsOf(ticketId))[1]!.last_error).toMatch(/greylisted/)
    station.sink.refusal = undefined
    await hurry(second.id)
    await eventually(
      async () =>
        (
          await sql<{ n: string }>`select count(*) as n from graphile_worker._private_jobs where key = ${`mail/send/${second.id}`}`.execute(
            db(),
          )
        ).rows[0]!.n,
    ).toBe('0')
    expect((await mailsOf(ticketId)).at(-1)).toMatchObject({ state: 'queued', attempts: 0 })
    await eventually(async () => {
      await hurry(first.mailId!)
      await hurry(second.id)
      return (await mailsOf(ticketId)).map(({ state }) => state).join()
    }).toBe('sent,sent,sent')
    const subjects = station.sink.mails.filter(({ to }) => to.includes('kolejny@student.example')).map(({ parsed }) => parsed.text!.trim())
    expect(subjects.slice(-2)[0]).toBe('pierwsza')
    expect(subjects.at(-1)).toContain('jest zamknięte')
  })
})

describe('what did not arrive', () => {
  const listed = async () => {
    const { access } = await station.make.actor(agentId)
    return (await listTickets(db(), access, 'ro', { filter: { undelivered: true } })).tickets.map(({ id }) => id)
  }
  const refuse = async (mailId: string, to: string) => {
    station.sink.refusal = { at: 'rcpt', code: 550, text: 'no such user', to }
    await hurry(mailId)
    await eventually(
      async () => (await db().selectFrom('outbound_mail').select('state').where('id', '=', mailId).executeTakeFirstOrThrow()).state,
    ).toBe('failed')
    station.sink.refusal = undefined
  }
  const answerAndClose = async (ticketId: string, to?: string[]) => {
    const { mailId } = await asAgent(async (work) =>
      answerTicket(work, ticketId, { body: 'x', state: { stateId: await closed() }, ...(to ? { to } : {}) }),
    )
    return mailId!
  }

  test('opens the ticket again, once for an address, with its owner; it stands in a view of its own until somebody deals with it', async () => {
    const address = 'pelna@student.example'
    const { ticketId } = await mailed('nie doszło', { from: address })
    await eventually(async () => (await mailsOf(ticketId))[0]!.state).toBe('sent')
    await refuse(await answerAndClose(ticketId), address)
    expect(await ticketOf(ticketId)).toMatchObject({ stateType: 'open', ownerId: agentId, undeliveredAt: expect.any(Date) })
    expect((await historyOf(ticketId)).join('\n')).toContain(`opened, not delivered%%${address}`)
    expect(await listed()).toContain(ticketId)
    const rail = await page('/desk/view/undelivered')
    expect(rail).toContain('Nie dotarło')
    expect(rail).toContain('row-undelivered')
    expect(await page('/desk/view/mine')).toContain(`row-${ticketId}`)

    // Whoever answers anew has seen it; the second failure of the same address is shown, and opens nothing.
    const again = await answerAndClose(ticketId)
    expect(await listed()).not.toContain(ticketId)
    await refuse(again, address)
    expect(await ticketOf(ticketId)).toMatchObject({ stateType: 'closed', undeliveredAt: expect.any(Date) })
    expect(await listed()).toContain(ticketId)
    await refuse(await answerAndClose(ticketId, ['druga@student.example']), 'druga@student.example')
    expect((await ticketOf(ticketId)).stateType).toBe('open')

    await asAgent(async (work) => setState(work, ticketId, { stateId: await closed() }))
    expect(await listed()).not.toContain(ticketId)
  })

  test('a report says the same as a refusal; a forged recipient in it opens nothing twice', async () => {
    const { ticketId } = await mailed('raport', { from: 'raport@student.example' })
    const id = await answerAndClose(ticketId)
    await hurry(id)
    await eventually(async () => (await mailsOf(ticketId)).at(-1)!.state).toBe('sent')
    const report = async (n: number, recipient: string) => {
      const raw = (await eml('bounce-of-our-answer-goes-to-its-ticket'))
        .toString()
        .replaceAll('anna.nowak@student.example', recipient)
        .replace('ORIGINAL', (await mailsOf(ticketId)).at(-1)!.message_id)
        .replace('<dsn-1@', `<dsn-whom-${n}@`)
        .replace('Subject: Undelivered', `Subject: ${n} Undelivered`)
      await station.deliver(raw, { from: '' })
      await station.processed(`${n} Undelivered Mail Returned to Sender`)
    }
    await report(1, 'raport@student.example')
    expect((await ticketOf(ticketId)).stateType).toBe('open')
    await asAgent(async (work) => setState(work, ticketId, { stateId: await closed() }))
    await db().updateTable('outbound_mail').set({ state: 'sent' }).where('id', '=', id).execute()
    await report(2, 'zmyslony@student.example')
    expect(await ticketOf(ticketId)).toMatchObject({ stateType: 'closed', undeliveredAt: expect.any(Date) })
    await asAgent((work) => settleDelivery(work, ticketId))
    expect((await ticketOf(ticketId)).undeliveredAt).toBeNull()
    expect((await historyOf(ticketId)).join('\n')).toContain('delivery settled')
  })

  test('what programs wrote is shown and opens nothing; closing by the clock settles nothing', async () => {
    const address = 'pokwitowanie@student.example'
    const { ticketId } = await mailed('pokwitowanie', { from: address })
    await eventually(async () => (await mailsOf(ticketId))[0]!.state).toBe('sent')
    await asAgent(async (work) => setState(work, ticketId, { stateId: await closed() }))
    const mail = (await mailsOf(ticketId)).at(-1)!
    expect(mail.kind).toBe('closed')
    await refuse(mail.id, address)
    expect(await ticketOf(ticketId)).toMatchObject({ stateType: 'closed', undeliveredAt: expect.any(Date) })
    await station.make.work(system('test'), async (work) => setState(work, ticketId, { stateId: await closed() }))
    expect(await listed()).toContain(ticketId)
  })

  test('taking an act back puts the mark back', async () => {
    const { ticketId } = await mailed('cofnięte', { from: 'cofam@student.example' })
    await eventually(async () => (await mailsOf(ticketId))[0]!.state).toBe('sent')
    await refuse(await answerAndClose(ticketId), 'cofam@student.example')
    const act = await asAgent(async (work) => {
      await answerTicket(work, ticketId, { body: 'jeszcze raz' })
      return work.act
    })
    expect(await listed()).not.toContain(ticketId)
    await asAgent((work) => undoAct(work, ticketId, act))
    expect(await listed()).toContain(ticketId)
  })
})
