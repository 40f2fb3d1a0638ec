/** Reports, receipts and machines' answers over a real socket: each reaches its ticket, none is answered, none opens what is closed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import { setState } from '../../core/ticket/change/tickets.ts'
import { eventually, startStation, type Station } from './station.ts'

let station: Station
beforeAll(async () => {
  station = await startStation()
})
afterAll(() => station?.stop())

let count = 0
const ticketOf = (id: string) => station.database.db.selectFrom('ticket').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const articlesOf = (id: string) => station.database.db.selectFrom('article').selectAll().where('ticket_id', '=', id).orderBy('id').execute()
const sentTo = (address: string) =>
  station.database.db
    .selectFrom('outbound_mail')
    .select(['kind', 'message_id', 'state'])
    .where(sql<boolean>`${address} = any(recipients)`)
    .orderBy('id')
    .execute()

/** A ticket by mail, and the Message-ID of the answer that its sender got. */
async function answered() {
  const address = `ktos${++count}@student.example`
  await station.mail({ from: address, subject: `sprawa ${count}`, text: 'x', messageId: `<sprawa-${count}@student.example>` })
  const [end] = await station.processed(`sprawa ${count}`)
  await eventually(async () => (await sentTo(address))[0]?.state).toBe('sent')
  const ours = (await sentTo(address))[0]!.message_id
  return { address, ours, ticket: await ticketOf(end!.ticket_id!) }
}
async function close(ticketId: string) {
  const state = await station.database.db
    .selectFrom('ticket_state')
    .select('id')
    .where('name', '=', 'closed successful')
    .executeTakeFirstOrThrow()
  await station.make.asSystem((work) => setState(work, ticketId, { stateId: state.id }))
}
async function deliver(head: Record<string, string>, body: string, envelope: { from?: string; to?: string | string[] }) {
  const subject = head['Subject'] ?? `raport ${++count}`
  const lines = { To: 'pomoc@uni.example', Subject: subject, 'Message-ID': `<r-${++count}@gosti.example>`, ...head }
  await station.deliver(
    `${Object.entries(lines)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n${body}\r\n`,
    envelope,
  )
  return (await station.processed(subject.replace(/=\?.*\?=/, 'Odpowiedź automatyczna')))[0]!
}

describe('whatever names a mail of ours', () => {
  test('by nothing but its bare id in a text is a report; nothing is opened, nobody answered', async () => {
    const { ours, ticket } = await answered()
    await close(ticket.id)
    const end = await deliver({ From: 'MAILER-DAEMON' }, `Nie udało się: ${ours.replace(/[<>]/g, '')}.`, { from: 'bramka@gosti.example' })
    expect(end).toMatchObject({ outcome: 'bounce-attached', ticket_id: ticket.id })
    expect((await articlesOf(ticket.id)).at(-1)).toMatchObject({ visible: false, sender_type: 'system' })
    expect((await sentTo(ticket.title)).length).toBe(0)
    expect(await sentTo('bramka@gosti.example')).toEqual([])
  })

  test('is not a report where an answering machine refers to it', async () => {
    const { address, ours, ticket } = await answered()
    const end = await deliver({ From: address, 'In-Reply-To': ours, 'Auto-Submitted': 'auto-replied' }, 'Nie ma mnie.', { from: '' })
    expect(end).toMatchObject({ outcome: 'follow-up', ticket_id: ticket.id })
  })

  test('goes to the ticket that the mail’s ticket was merged into', async () => {
    const [old, main] = [await answered(), await answered()]
    const { db } = station.database
    await db.updateTable('ticket').set({ state_id: '9', state_type: 'merged' }).where('id', '=', old.ticket.id).execute()
    await db
      .insertInto('history')
      .values({
        ticket_id: old.ticket.id,
        article_id: null,
        type: 'Merged',
        name: `%%${old.ticket.number}%%${old.ticket.id}%%${main.ticket.number}%%${main.ticket.id}`,
        person_id: null,
        act_id: crypto.randomUUID(),
        created_at: station.make.now,
      })
      .execute()
    const end = await deliver({ From: 'MAILER-DAEMON@mx.gosti.example' }, `Message-ID: ${old.ours}`, { from: '' })
    expect(end).toMatchObject({ outcome: 'bounce-attached', ticket_id: main.ticket.id })
  })

  test('by a number alone marks no mail as failed and lets its writer into nothing', async () => {
    const { address, ticket } = await answered()
    const stranger = 'postmaster@obcy.example'
    const end = await deliver(
      {
        From: stranger,
        Subject: `Undeliverable: [Ticket#${ticket.number}]`,
        'Content-Type': 'multipart/report; report-type=delivery-status; boundary=b',
      },
      '--b\r\n\r\nNie doszło.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--',
      { from: stranger },
    )
    expect(end).toMatchObject({ outcome: 'bounce-attached', ticket_id: ticket.id })
    expect((await sentTo(address)).map(({ state }) => state)).toEqual(['sent'])
    const next = await deliver({ From: stranger, Subject: `Re: [Ticket#${ticket.number}] dalej` }, 'x', { from: stranger })
    expect(next.outcome).toBe('follow-up-held')
  })
})

describe('a receipt', () => {
  test('is a note: not visible, no state, no time of a customer’s message, no answer', async () => {
    const { address, ours, ticket } = await answered()
    await close(ticket.id)
    const before = await ticketOf(ticket.id)
    const end = await deliver(
      { From: address, References: ours, 'Content-Type': 'multipart/report; report-type=disposition-notification; boundary=b' },
      `--b\r\n\r\nOtwarto.\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822;${address}\r\nOriginal-Message-ID: ${ours}\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n--b--`,
      { from: address },
    )
    expect(end).toMatchObject({ outcome: 'receipt-attached', ticket_id: ticket.id })
    expect((await articlesOf(ticket.id)).at(-1)).toMatchObject({ visible: false, sender_type: 'system' })
    const after = await ticketOf(ticket.id)
    expect([after.state_type, after.last_customer_at]).toEqual([before.state_type, before.last_customer_at])
    expect((await sentTo(address)).map(({ kind }) => kind)).not.toContain('auto follow up')
    const { name } = await station.database.db
      .selectFrom('history')
      .select('name')
      .where('ticket_id', '=', ticket.id)
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    expect(name).toBe(`%%mail opened%%${address}`)
  })
})

describe('a closed ticket', () => {
  const SIGNS: Record<string, Record<string, string>> = {
    'an Exchange rule in Polish': {
      Subject: '=?utf-8?Q?Odpowied=C5=BA_automatyczna?=: sprawa',
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
    },
    'an Exchange rule in a language that we do not know': { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    'an old vacation program behind Precedence': { Precedence: 'bulk', 'X-Autoreply': 'yes' },
    'a program with no sign but X-Loop': { 'X-Loop': 'inny-system' },
    'an autoresponder in Delivered-To': { 'Delivered-To': 'Autoresponder' },
  }
  test.for(Object.entries(SIGNS))('stays closed for %s', async ([, head]) => {
    const { address, ours, ticket } = await answered()
    await close(ticket.id)
    const end = await deliver({ From: address, 'In-Reply-To': ours, ...head }, 'Nie ma mnie.', { from: address })
    expect(end).toMatchObject({ outcome: 'follow-up', ticket_id: ticket.id })
    expect((await ticketOf(ticket.id)).state_type).toBe('closed')
  })

  test('opens for a person, whom a list carries or who answers from their own server', async () => {
    for (const head of [{}, { Precedence: 'bulk', 'List-Id': '<kadra.listy.example>' }, { 'X-Auto-Response-Suppress': 'DR, OOF' }]) {
      const { address, ours, ticket } = await answered()
      await close(ticket.id)
      await deliver({ From: address, 'In-Reply-To': ours, ...head } as Record<string, string>, 'Jednak nie działa.', { from: address })
      expect((await ticketOf(ticket.id)).state_type).toBe('open')
    }
  })

  test('opens for a monitor that reports something new', async () => {
    const { address, ticket } = await answered()
    await close(ticket.id)
    await deliver(
      { From: address, 'In-Reply-To': `<${ticket.title.replace(' ', '-')}@student.example>`, 'Auto-Submitted': 'auto-generated' },
      'Dysk pełny.',
      { from: address },
    )
    expect((await ticketOf(ticket.id)).state_type).toBe('open')
  })
})

describe('a number without its mark', () => {
  test('counts for whom it is a ticket’s, and for nobody else', async () => {
    const { address, ticket } = await answered()
    expect((await deliver({ From: address, Subject: `odp ${ticket.number}` }, 'x', { from: address })).outcome).toBe('follow-up')
    expect((await deliver({ From: 'x@obcy.example', Subject: `faktura ${ticket.number}` }, 'x', { from: 'x@obcy.example' })).outcome).toBe(
      'new-ticket',
    )
  })
})
