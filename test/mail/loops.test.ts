/** Automatic answers that meet each other: two systems, and robots that answer every mail. Each exchange stops by itself. */
import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startMailSink, type MailSink, type SunkMail } from '../servers/mail-sink.ts'
import { eventually, startStation, type Station } from './station.ts'

const count = async (station: Station, table: 'inbound_mail' | 'outbound_mail' | 'ticket') =>
  Number(
    (
      await station.database.db
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<string>().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  )

/** Nothing waits to be processed or sent, in any of the stations: whatever was to happen has happened. */
async function quiet(...stations: Station[]): Promise<void> {
  const busy = async () => {
    let left = 0
    for (const {
      database: { db },
    } of stations) {
      left += (await db.selectFrom('inbound_mail').select('id').where('state', '=', 'accepted').execute()).length
      left += (await db.selectFrom('outbound_mail').select('id').where('state', '=', 'queued').execute()).length
    }
    return left
  }
  // Between two systems a mail is for a moment in neither's queue: twice in a row nothing, and nothing new in between.
  await eventually(async () => {
    const before = await Promise.all(stations.map((station) => count(station, 'inbound_mail')))
    if ((await busy()) > 0) return 'busy'
    await new Promise((resolve) => setTimeout(resolve, 300))
    const after = await Promise.all(stations.map((station) => count(station, 'inbound_mail')))
    return (await busy()) === 0 && after.join() === before.join() ? 'quiet' : 'busy'
  }).toBe('quiet')
}

describe('two pomoc systems that answer each other', () => {
  let one: Station
  let two: Station
  beforeAll(async () => {
    one = await startStation({ address: 'pomoc@pierwsza.example' })
    two = await startStation({ address: 'help@second.example' })
    // Each is where the other's mail goes out to.
    one.sendThrough(`smtp://127.0.0.1:${two.port}`)
    two.sendThrough(`smtp://127.0.0.1:${one.port}`)
    // Both are set to answer whatever comes: new tickets, follow-ups, rejected ones.
    for (const station of [one, two]) {
      const { db } = station.database
      for (const type of ['auto reply', 'auto follow up', 'auto reject', 'auto reply/new ticket'] as const) {
        const made = await db
          .insertInto('auto_response')
          .values({ name: `odpowiedź na ${type}`, type })
          .returning('id')
          .executeTakeFirstOrThrow()
        await db
          .insertInto('auto_response_text')
          .values({ auto_response_id: made.id, language: 'pl', subject: 'Odpowiedź: <OTRS_CUSTOMER_SUBJECT[50]>', body: 'Dziękujemy.' })
          .execute()
        await db.insertInto('queue_auto_response').values({ queue_id: '4', type, auto_response_id: made.id }).execute()
      }
    }
  })
  afterAll(async () => {
    await one.stop()
    await two.stop()
  })

  test('a mail from one to the other makes one ticket there; its answer makes one here; there it ends', async () => {
    const transport = createTransport({ host: '127.0.0.1', port: two.port, tls: { rejectUnauthorized: false } })
    await transport.sendMail({
      from: 'pomoc@pierwsza.example',
      to: 'help@second.example',
      subject: 'pytanie z systemu',
      text: 'Czy działa?',
    })
    await eventually(() => count(one, 'inbound_mail')).toBe(1)
    await quiet(one, two)
    expect(await count(two, 'inbound_mail')).toBe(1)
    expect(await count(two, 'outbound_mail')).toBe(1)
    expect(await count(one, 'inbound_mail')).toBe(1)
    expect(await count(one, 'outbound_mail')).toBe(0)
    const [end] = await one.database.db.selectFrom('inbound_mail').select('reason').execute()
    expect(end!.reason!.find(({ step }) => step === 'auto-response')).toMatchObject({ decided: 'not-sent' })
  })

  test("even when something on the way takes away every mark of automatic mail, the day's limit ends it", async () => {
    const limit = 5
    one.config.mail.autoResponsesPerDay = limit
    two.config.mail.autoResponsesPerDay = limit
    // A relay between the two that strips what they know each other by, and puts a return path where there was none.
    const strip = async (station: Station, from: string, to: string): Promise<MailSink> => {
      const sink = await startMailSink()
      const forward = createTransport({ host: '127.0.0.1', port: station.port, tls: { rejectUnauthorized: false } })
      const seen = new Set<SunkMail>()
      const timer = setInterval(() => {
        for (const mail of sink.mails) {
          if (seen.has(mail)) continue
          seen.add(mail)
          const raw = mail.raw
            .toString('latin1')
            .replace(
              /^(auto-submitted|x-loop|precedence|x-auto-response-suppress|in-reply-to|references|message-id):[^\r\n]*(\r\n[ \t][^\r\n]*)*\r\n/gim,
              '',
            )
          void forward.sendMail({ envelope: { from, to }, raw }).catch(() => {})
        }
      }, 20)
      const { stop } = sink
      return {
        ...sink,
        stop: async () => {
          clearInterval(timer)
          await stop()
        },
      }
    }
    const [toTwo, toOne] = [
      await strip(two, 'pomoc@pierwsza.example', 'help@second.example'),
      await strip(one, 'help@second.example', 'pomoc@pierwsza.example'),
    ]
    one.sendThrough(toTwo.url)
    two.sendThrough(toOne.url)
    try {
      const before = [await count(one, 'outbound_mail'), await count(two, 'outbound_mail')]
      await new Promise((resolve) => setTimeout(resolve, 2500)) // the pooled connections to the old smarthosts go after two seconds
      const transport = createTransport({ host: '127.0.0.1', port: two.port, tls: { rejectUnauthorized: false } })
      await transport.sendMail({ from: 'pomoc@pierwsza.example', to: 'help@second.example', subject: 'bez znaków', text: 'Czy działa?' })
      await eventually(async () => (await count(two, 'outbound_mail')) - before[1]!).toBeGreaterThan(1)
      await quiet(one, two)
      await new Promise((resolve) => setTimeout(resolve, 500))
      await quiet(one, two)
      for (const [station, was] of [
        [one, before[0]!],
        [two, before[1]!],
      ] as const)
        expect((await count(station, 'outbound_mail')) - was).toBeLessThanOrEqual(limit)
      const stopped = await two.database.db.selectFrom('history').select('id').where('type', '=', 'LoopProtection').execute()
      const stoppedHere = await one.database.db.selectFrom('history').select('id').where('type', '=', 'LoopProtection').execute()
      expect(stopped.length + stoppedHere.length).toBeGreaterThan(0)
    } finally {
      await toTwo.stop()
      await toOne.stop()
    }
  })
})

describe('a robot that answers each mail it gets', () => {
  let station: Station
  beforeAll(async () => {
    station = await startStation({ mail: { autoResponsesPerDay: 10 } })
  })
  afterAll(() => station.stop())

  interface Robot {
    headers: Record<string, string>
    subject(n: number, of: SunkMail): string
    thread: boolean
    null: boolean
    most: number
  }
  const ROBOTS: [string, Robot][] = [
    [
      'that says what it is',
      {
        headers: { 'Auto-Submitted': 'auto-replied' },
        subject: (_n, of) => `Odp. automatyczna: ${of.parsed.subject ?? ''}`,
        thread: true,
        null: true,
        most: 1,
      },
    ],
    [
      "with Microsoft's header alone",
      { headers: { 'X-Auto-Response-Suppress': 'All' }, subject: () => 'Automatic reply: poza biurem', thread: true, null: false, most: 1 },
    ],
    ['with an old Precedence', { headers: { Precedence: 'bulk' }, subject: () => 'vacation', thread: false, null: false, most: 1 }],
    [
      'that says nothing, and keeps the thread',
      { headers: {}, subject: (_n, of) => `Re: ${of.parsed.subject ?? ''}`, thread: true, null: false, most: 10 },
    ],
    [
      'that says nothing and changes its subject each time',
      { headers: {}, subject: (n) => `Jestem na urlopie, wiadomość nr ${n}-${Math.floor(n * 7919)}`, thread: false, null: false, most: 10 },
    ],
    ['with a null return path and nothing else', { headers: {}, subject: (n) => `urlop ${n}`, thread: false, null: true, most: 1 }],
  ]
  test.each(ROBOTS)('%s gets few answers, and then none', async (_what, robot) => {
    const address = `robot${ROBOTS.findIndex(([, one]) => one === robot)}@firma.example`
    let answers = 0
    const back = createTransport({ host: '127.0.0.1', port: station.port, tls: { rejectUnauthorized: false } })
    const seen = new Set<SunkMail>()
    const answer = async (of: SunkMail) => {
      answers++
      await back.sendMail({
        envelope: { from: robot.null ? '' : address, to: 'pomoc@uni.example' },
        from: `Robot <${address}>`,
        to: 'pomoc@uni.example',
        headers: robot.headers,
        subject: robot.subject(answers, of),
        text: 'Nie ma mnie w biurze.',
        ...(robot.thread && of.parsed.messageId ? { inReplyTo: of.parsed.messageId, references: of.parsed.messageId } : {}),
      })
    }
    const timer = setInterval(() => {
      for (const mail of station.sink.mails) {
        if (seen.has(mail) || !mail.to.includes(address)) continue
        seen.add(mail)
        void answer(mail)
      }
    }, 20)
    try {
      // The one to whom the robot belongs writes once; everything after that is machines.
      const inbound = await count(station, 'inbound_mail')
      await back.sendMail({ from: address, to: 'pomoc@uni.example', subject: `nie działa ${address}`, text: 'Proszę o pomoc.' })
      await station.sink.waitFor(({ to }) => to.includes(address))
      await eventually(() => answers).toBeGreaterThan(0)
      await quiet(station)
      await new Promise((resolve) => setTimeout(resolve, 500))
      await quiet(station)
      const sent = station.sink.mails.filter(({ to }) => to.includes(address)).length
      expect(sent, 'answers of ours').toBeLessThanOrEqual(robot.most)
      expect((await count(station, 'inbound_mail')) - inbound).toBeLessThanOrEqual(robot.most + 1)
    } finally {
      clearInterval(timer)
    }
  })
})
