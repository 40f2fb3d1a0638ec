/** What agents write to tickets from their own mailbox: a note, or an answer where the queue says so and it is proven who wrote. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDns, type DnsServer } from '../servers/dns.ts'
import { startStation, type Station } from './station.ts'

let dns: DnsServer
let station: Station
const queues = { note: '', answer: '' }
const AGENT = 'agnieszka@praca.example'
const READER = 'rafal@praca.example'
beforeAll(async () => {
  dns = await startDns()
  station = await startStation({
    mail: {
      dnsServers: [dns.address],
      relays: [{ addresses: ['127.0.0.1'], vouchesFor: [], authservId: 'mx.uni.example', xclient: false, trustHeaders: false }],
    },
  })
  const { make, database } = station
  const group = await make.group()
  queues.note = await make.queue({ groupId: group })
  queues.answer = await make.queue({ groupId: group })
  await database.db.updateTable('queue').set({ agent_mail: 'answer' }).where('id', '=', queues.answer).execute()
  await make.agent({ [group]: ['rw'] }, { name: 'Agnieszka', address: AGENT })
  await make.agent({ [group]: ['ro'] }, { name: 'Rafał', address: READER })
})
afterAll(async () => {
  await station?.stop()
  await dns?.stop()
})

let count = 0
const opened = async (queueId: string, customer?: string) => {
  const address = customer ?? `klient${++count}@firma.example`
  const known = await station.database.db.selectFrom('person_address').select('person_id').where('address', '=', address).executeTakeFirst()
  const customerId = known?.person_id ?? (await station.make.person({ name: `Klient ${count}`, address }))
  const { id, number } = await station.make.ticket({ queueId, customerId })
  return { id, number, address }
}
/** As our relay hands it on: with its word on the sender, or without. */
async function write(from: string, number: string, { proven = true, head = '' } = {}) {
  const subject = `Re: [Ticket#${number}] list ${++count}`
  const says = proven ? `Authentication-Results: mx.uni.example; dmarc=pass header.from=praca.example\r\n` : ''
  await station.deliver(
    `${says}Received: from poczta (poczta [192.0.2.7]) by mx.uni.example; Tue, 17 Nov 2026 09:15:00 +0100\r\nFrom: ${from}\r\nTo: pomoc@uni.example\r\nCc: ktos@obcy.example\r\nSubject: ${subject}\r\nMessage-ID: <agent-${count}@praca.example>\r\n${head}\r\nProszę zrestartować router.\r\n`,
    { from },
  )
  const [end] = await station.processed(subject)
  const article = await station.database.db
    .selectFrom('article')
    .innerJoin('person', 'person.id', 'article.person_id')
    .select(['sender_type', 'visible', 'person.name', 'body', 'assurance'])
    .where('article.id', '=', end!.article_id!)
    .executeTakeFirstOrThrow()
  return { end: end!, article, rule: end!.reason.find(({ step }) => step === 'agent')?.rule }
}
const mailsOf = async (ticketId: string) =>
  (await station.database.db.selectFrom('outbound_mail').select(['kind', 'to_text']).where('ticket_id', '=', ticketId).execute()).map(
    ({ kind, to_text }) => `${kind} ${to_text}`,
  )
const stateOf = async (id: string) =>
  (await station.database.db.selectFrom('ticket').select('state_type').where('id', '=', id).executeTakeFirstOrThrow()).state_type

describe('an agent who works in the queue', () => {
  test('writes a note: nobody is sent anything, the customer sees nothing, the state stays', async () => {
    const { id, number } = await opened(queues.note)
    const { end, article } = await write(AGENT, number)
    expect(end).toMatchObject({ outcome: 'agent-note', ticket_id: id })
    expect(article).toMatchObject({ sender_type: 'agent', visible: false, name: 'Agnieszka', assurance: 'confirmed' })
    expect(await mailsOf(id)).toEqual([])
    expect(await stateOf(id)).toBe('new')
  })

  test('answers the customer where the queue says so', async () => {
    const { id, number, address } = await opened(queues.answer)
    const { end, article } = await write(AGENT, number)
    expect(end).toMatchObject({ outcome: 'agent-answer', ticket_id: id })
    expect(article).toMatchObject({ sender_type: 'agent', visible: true, name: 'Agnieszka' })
    expect(article.body).toContain('zrestartować router')
    expect(await mailsOf(id)).toEqual([`reply ${address}`])
    expect(await stateOf(id)).toBe('open')
  })

  test.for([
    ['not proven', { proven: false }, 'agent-not-proven'],
    ['an answering machine', { head: 'Auto-Submitted: auto-replied\r\n' }, 'agent-mail-automatic'],
  ] as const)('leaves a note all the same where the mail is %s', async ([, how, why]) => {
    const { id, number } = await opened(queues.answer)
    const { end, article, rule } = await write(AGENT, number, how)
    expect([end.outcome, rule]).toEqual(['agent-note', why])
    expect(article).toMatchObject({ sender_type: 'agent', visible: false })
    expect(await mailsOf(id)).toEqual([])
  })

  test('whom an unproven one names in Cc has no part in the ticket by that', async () => {
    const { number } = await opened(queues.note)
    await write(AGENT, number, { proven: false })
    const subject = `Re: [Ticket#${number}] obcy`
    await station.deliver(
      `Authentication-Results: mx.uni.example; dmarc=pass header.from=obcy.example\r\nReceived: from poczta (poczta [192.0.2.7]) by mx.uni.example; Tue, 17 Nov 2026 09:15:00 +0100\r\nFrom: ktos@obcy.example\r\nSubject: ${subject}\r\nMessage-ID: <obcy-${++count}@obcy.example>\r\n\r\nx\r\n`,
      { from: 'ktos@obcy.example' },
    )
    expect((await station.processed(subject))[0]!.outcome).toBe('follow-up-held')
  })

  test('stays the customer of their own ticket', async () => {
    const { id, number } = await opened(queues.answer, AGENT)
    const { end, article } = await write(AGENT, number)
    expect(end).toMatchObject({ outcome: 'follow-up', ticket_id: id })
    expect(article).toMatchObject({ sender_type: 'customer', visible: true })
  })

  test('writes a note to a closed ticket too: it neither opens nor becomes another one', async () => {
    const { id, number } = await opened(queues.answer)
    await station.database.db.updateTable('queue').set({ follow_up_possible: 'new ticket' }).where('id', '=', queues.answer).execute()
    await station.database.db.updateTable('ticket').set({ state_id: '2', state_type: 'closed' }).where('id', '=', id).execute()
    expect((await write(AGENT, number, { proven: false })).end).toMatchObject({ outcome: 'agent-note', ticket_id: id })
    expect(await stateOf(id)).toBe('closed')
  })
})

test('an agent without the right to write notes there is no agent there', async () => {
  const { number } = await opened(queues.answer)
  const { article, rule } = await write(READER, number)
  expect(rule).toBeUndefined()
  expect(article.sender_type).toBe('customer')
})

describe('two who answer each other, and us, about a message that we never had', () => {
  const [ADAM, BEATA] = ['adam@praca.example', 'beata@praca.example']
  /** A mail to us and to others that refers to a message of somebody else; answers its ticket and why. */
  async function answerTo(foreign: string, from: string, to: string[], { proven = true, references = foreign } = {}) {
    const subject = `Re: wspólna sprawa ${++count}`
    const says = proven ? 'Authentication-Results: mx.uni.example; dmarc=pass header.from=praca.example\r\n' : ''
    await station.deliver(
      `${says}Received: from poczta (poczta [192.0.2.7]) by mx.uni.example; Tue, 17 Nov 2026 09:15:00 +0100\r\nFrom: ${from}\r\nTo: ${to.join(', ')}\r\nCc: pomoc@uni.example\r\nSubject: ${subject}\r\nMessage-ID: <wspolna-${count}@praca.example>\r\nIn-Reply-To: ${foreign}\r\nReferences: ${references}\r\n\r\nZgadzam się.\r\n`,
      { from },
    )
    const [end] = await station.processed(subject)
    return { ticket: end!.ticket_id!, rule: end!.reason.find(({ step }) => step === 'follow-up')?.rule, held: end!.outcome }
  }
  const others = [
    ['both named, both proven', {}, true],
    ['the second does not write to the first', { to: ['szef@obcy.example'] }, false],
    ['the first did not write to the second', { first: ['szef@obcy.example'] }, false],
    ['nobody proves the second', { proven: false }, false],
    ['the ticket is closed by then', { closed: true }, false],
    ['another message is answered, further down the same correspondence', { deeper: true }, true],
    ['another message is answered', { other: true }, false],
  ] as const satisfies [
    string,
    { to?: string[]; first?: string[]; proven?: boolean; closed?: boolean; deeper?: boolean; other?: boolean },
    boolean,
  ][]
  test.each(others)('%s', async (_, how: (typeof others)[number][1] & Record<string, unknown>, one) => {
    const foreign = `<obca-${++count}@obcy.example>`
    const first = await answerTo(foreign, ADAM, (how['first'] as string[] | undefined) ?? ['szef@obcy.example', `Beata <${BEATA}>`])
    if (how['closed'])
      await station.database.db.updateTable('ticket').set({ state_id: '2', state_type: 'closed' }).where('id', '=', first.ticket).execute()
    const named = how['other'] || how['deeper'] ? `<obca-${++count}@obcy.example>` : foreign
    const second = await answerTo(named, BEATA, (how['to'] as string[] | undefined) ?? ['szef@obcy.example', `Adam <${ADAM}>`], {
      proven: how['proven'] !== false,
      references: how['deeper'] ? `${foreign} ${named}` : named,
    })
    expect(second.ticket === first.ticket).toBe(one)
    expect(second.rule === 'same-correspondence').toBe(one)
    expect(second.held).toBe(one ? 'follow-up' : 'new-ticket')
  })
})
