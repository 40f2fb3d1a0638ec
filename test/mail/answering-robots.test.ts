/** Two systems that answer each other, and a robot that answers every mail: both stop by themselves, over real sockets. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addressesChanged } from '../../core/mail/addresses.ts'
import { system } from '../../core/kernel/actor.ts'
import type { SunkMail } from '../servers/mail-sink.ts'
import { eventually, startStation, type Station } from './station.ts'

const CAP = 5
let here: Station
let there: Station
beforeAll(async () => {
  here = await startStation({ mail: { autoResponsesPerDay: CAP } })
  there = await startStation({ address: 'pomoc@inna.example', mail: { autoResponsesPerDay: CAP } })
  await there.database.db.updateTable('system_address').set({ address: 'pomoc@inna.example' }).execute()
  await there.host.work(system('test'), addressesChanged)
  // Both answer new tickets and follow-ups: the worst two can do to each other.
  for (const { database } of [here, there])
    await database.db.updateTable('auto_response').set({ standard: true }).where('type', '=', 'auto follow up').execute()
})
afterAll(async () => {
  await here?.stop()
  await there?.stop()
})

/** Nothing is on its way any more: all that came in is dealt with, all that goes out has gone. */
async function settled({ database: { db } }: Station): Promise<void> {
  await eventually(async () => {
    const inbound = await db.selectFrom('inbound_mail').select('id').where('state', '=', 'accepted').execute()
    const outbound = await db.selectFrom('outbound_mail').select('id').where('state', '=', 'queued').execute()
    return inbound.length + outbound.length
  }).toBe(0)
}

/** Carries mail between the two until neither has any for the other; answers how many went. Systems have marks of their own. */
async function carry(change: (raw: string) => string, returnPath = false): Promise<number> {
  let carried = 0
  const taken = new Map<Station, number>([
    [here, here.sink.mails.length],
    [there, there.sink.mails.length],
  ])
  for (let moved = true; moved; ) {
    moved = false
    for (const [from, to, address, own] of [
      [here, there, 'pomoc@inna.example', 'pomoc@uni.example'],
      [there, here, 'pomoc@uni.example', 'pomoc@inna.example'],
    ] as const) {
      await settled(from)
      const fresh = from.sink.mails.slice(taken.get(from)!).filter((mail) => mail.to.includes(address))
      taken.set(from, from.sink.mails.length)
      for (const mail of fresh) {
        if (++carried > 100) throw new Error('they go on for ever')
        await to.deliver(change(mail.raw.toString('latin1')), { from: returnPath ? own : mail.from, to: address })
        moved = true
      }
    }
  }
  return carried
}
const otherMark = (raw: string) => raw.replaceAll('pomoc:pomoc@localhost', 'pomoc:pomoc@gdzies.example')
/** What a bad gateway leaves: nothing that says who wrote it, and a return path of its own making. */
const stripped = (raw: string) => raw.replace(/^(auto-submitted|x-loop|precedence|x-auto-response-suppress):[^\r\n]*\r\n/gim, '')

const begin = () =>
  here.deliver(
    `From: Pomoc <pomoc@inna.example>\r\nTo: pomoc@uni.example\r\nSubject: Awaria\r\nMessage-ID: <${Math.random()}@inna.example>\r\n\r\nx\r\n`,
    { from: 'pomoc@inna.example', to: 'pomoc@uni.example' },
  )

describe('two systems that answer each other', () => {
  test('stop after one answer, for it says what it is', async () => {
    await begin()
    expect(await carry(otherMark)).toBe(1)
  })

  test("stop at the day's limit where everything that says so is stripped on the way", async () => {
    const writes = (raw: string) => stripped(otherMark(raw))
    await begin()
    const carried = await carry(writes, true)
    expect(carried).toBeGreaterThan(1)
    expect(carried).toBeLessThanOrEqual(2 * CAP)
    // And stay stopped: another mail is taken, and answered no more.
    await begin()
    expect(await carry(writes, true)).toBe(0)
  })
})

describe('a robot that answers every mail', () => {
  /** Answers whatever pomoc sends to `address`, as long as something comes. */
  async function robot(address: string, answer: (mail: SunkMail, n: number) => string): Promise<number> {
    let answered = 0
    for (;;) {
      await settled(here)
      const fresh = here.sink.mails.filter((mail) => mail.to.includes(address)).slice(answered)
      if (fresh.length === 0) return answered
      for (const mail of fresh) {
        if (++answered > 100) throw new Error('it goes on for ever')
        await here.deliver(answer(mail, answered), { from: address, to: 'pomoc@uni.example' })
      }
    }
  }
  const reply = (address: string, headers: string) => (mail: SunkMail, n: number) =>
    `From: Ktoś <${address}>\r\nTo: pomoc@uni.example\r\nSubject: Odp: ${mail.parsed.subject?.replace(/[^\x20-\x7e]/g, '')}\r\nMessage-ID: <${n}-${address}>\r\nIn-Reply-To: ${mail.parsed.messageId}\r\n${headers}\r\nNie ma mnie.\r\n`
  const write = (address: string) =>
    here.deliver(`From: <${address}>\r\nTo: pomoc@uni.example\r\nSubject: Pytanie\r\nMessage-ID: <0-${address}>\r\n\r\nx\r\n`, {
      from: address,
      to: 'pomoc@uni.example',
    })

  test('and says what it is gets one answer, and its replies stand on the ticket', async () => {
    const address = 'urlop@student.example'
    await write(address)
    expect(await robot(address, reply(address, 'Auto-Submitted: auto-replied\r\n'))).toBe(1)
    const { db } = here.database
    const rows = await db
      .selectFrom('article as a')
      .innerJoin('inbound_mail as m', 'm.id', 'a.inbound_mail_id')
      .select('a.ticket_id')
      .where('m.envelope_from', '=', address)
      .execute()
    expect(rows).toHaveLength(2)
    expect(new Set(rows.map((row) => row.ticket_id)).size).toBe(1)
  })

  test("and says nothing gets no more than the day's limit", async () => {
    const address = 'milczek@student.example'
    await write(address)
    expect(await robot(address, reply(address, ''))).toBe(CAP)
    const { db } = here.database
    const limit = await db
      .selectFrom('history')
      .select('name')
      .where('type', '=', 'LoopProtection')
      .where('name', 'like', `%${address}%`)
      .execute()
    expect(limit.length).toBeGreaterThan(0)
  })
})
