/**
 * Mails made to hold the program up: each is taken and becomes a ticket, and the thread that serves everybody never works on one for
 * long. What a mail costs is counted in the seconds that this thread computes between two turns of its loop, so that a busy machine is
 * no fault: the shapes took seconds to minutes before, a tenth of one is the aim, and the limit leaves room for the collector.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startDns, type DnsServer } from '../servers/dns.ts'
import { eventually, startStation, type Station } from '../mail/station.ts'

const STALL_MS = 300

let dns: DnsServer
let station: Station
beforeAll(async () => {
  dns = await startDns()
  station = await startStation({
    // Senders are looked up, on a resolver that knows nobody; this machine is a relay that is believed.
    mail: {
      ownDomains: ['uni.example'],
      dnsServers: [dns.address],
      relays: [{ addresses: ['127.0.0.1'], vouchesFor: [], authservId: 'mx.uni.example', xclient: false, trustHeaders: true }],
      autoResponsesPerDay: 0,
    },
  })
})
afterAll(async () => {
  await station.stop()
  await dns.stop()
})

/** The longest the thread computed without a turn of its loop since it was last asked, in milliseconds. */
function watchLoop(): { longest(): number; stop(): void } {
  let before = process.threadCpuUsage()
  let longest = 0
  const look = () => {
    const { user, system } = process.threadCpuUsage(before)
    before = process.threadCpuUsage()
    longest = Math.max(longest, (user + system) / 1000)
  }
  const timer = setInterval(look, 5)
  return {
    longest: () => {
      const found = longest
      longest = 0
      return found
    },
    stop: () => clearInterval(timer),
  }
}

const HEAD = 'From: Anna Nowak <anna.nowak@student.example>\r\nTo: pomoc@uni.example\r\nSubject: trudny\r\n'
const many = (count: number, part: (i: number) => string) => Array.from({ length: count }, (_, i) => part(i)).join('')
const TOKEN = 'a'.repeat(80_000)
const html = (body: string) => `${HEAD}Content-Type: text/html; charset=utf-8\r\n\r\n${body}\r\n`
const field = (value: string) => `${HEAD}${value}\r\n\r\ntekst\r\n`

const SHAPES: [name: string, mail: string][] = [
  ['100,000 parts', `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(100_000)}--b--\r\n`],
  [
    '100,000 files',
    `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\nContent-Type: image/png; name=a\r\n\r\n\r\n'.repeat(100_000)}`,
  ],
  [
    '10,000 multiparts in each other',
    `${HEAD}Content-Type: multipart/mixed; boundary=n0\r\n\r\n${many(10_000, (i) => `--n${i}\r\nContent-Type: multipart/mixed; boundary=n${i + 1}\r\n\r\n`)}`,
  ],
  ['10,000 mails in each other', `${HEAD}${'Content-Type: message/rfc822\r\n\r\n'.repeat(10_000)}dno\r\n`],
  ['19,000 fields', `${HEAD}${'a:\r\n'.repeat(19_000)}\r\ntekst\r\n`],
  [
    '10,000 fields of the relay',
    field(`Authentication-Results: mx.uni.example; spf=pass smtp.mailfrom=a@student.example\r\n`.repeat(10_000).trimEnd()),
  ],
  [
    '10,000 signatures below 300 other fields',
    field(
      `${'X-A: a\r\n'.repeat(301)}${'DKIM-Signature: v=1; a=rsa-sha256; d=student.example; s=x; h=from; bh=AAAA; b=AAAA\r\n'.repeat(10_000).trimEnd()}`,
    ),
  ],
  [
    '10,000 signatures',
    field('DKIM-Signature: v=1; a=rsa-sha256; d=student.example; s=x; h=from; bh=AAAA; b=AAAA\r\n'.repeat(10_000).trimEnd()),
  ],
  ['comments in an address', field(`Cc: ${'(a'.repeat(200_000)}`)],
  ['comments in comments in what the relay says', field(`Authentication-Results: mx.uni.example; spf=pass ${'('.repeat(100_000)}`)],
  ['comments in a type', field(`Content-Type: text/plain ${'(;'.repeat(100_000)}`)],
  ['comments in a date', field(`Date: Tue, 17 Nov 2026 09:15:00 +0100 ${'('.repeat(100_000)}`)],
  [
    '80 kB tokens everywhere',
    field(
      [
        'Message-ID: <',
        'In-Reply-To: <',
        'References: <',
        'Reply-To: ',
        'Sender: ',
        'Date: ',
        'X-OTRS-Queue: ',
        'X-Loop: ',
        'Precedence: ',
        'Auto-Submitted: ',
        'List-Id: ',
        'Return-Path: <',
        'Content-Transfer-Encoding: ',
      ]
        .map((name) => `${name}${TOKEN}`)
        .join('\r\n'),
    ),
  ],
  ['an 80 kB boundary', `${HEAD}Content-Type: multipart/mixed; boundary="${TOKEN}"\r\n\r\n--${TOKEN}\r\n\r\nx\r\n`],
  ['80 kB names of an address', field(`Reply-To: "${TOKEN}" <${TOKEN}@${TOKEN}.example>\r\nCc: ${'@'.repeat(80_000)}`)],
  ['15,000 references', field(`References: ${many(15_000, (i) => `<${i}@student.example>\r\n `)}<z@student.example>`)],
  ['50,000 encoded words', field(`X-Note: x\r\nComments: ${'=?utf-8?Q?a?= '.repeat(50_000)}`)],
  ['numbers of tickets without end', field(`Comments: ${'[Ticket#20261117'.repeat(5000)}`)],
  ['a text of numbers', `${HEAD}\r\n${'Ticket#2026111710000012 '.repeat(40_000)}\r\n`],
  ['a text of 2 MB without a blank', `${HEAD}\r\n${many(2200, () => `${'a'.repeat(900)}\r\n`)}`],
  ['quotations of quotations', `${HEAD}\r\n${many(300, (i) => `${'>'.repeat(i * 3)} x\r\n`)}`],
  ['open elements of HTML', html('<b>'.repeat(300_000))],
  ['open comments of HTML', html('<!--'.repeat(300_000))],
  ['attributes of HTML', html(`<a ${'a=1 '.repeat(200_000)}>x</a>`)],
  ['links of HTML', html('<a href="http://x.example/">x</a>'.repeat(25_000))],
]

let attempts = 0
test.for(SHAPES)('%s: a ticket, and nobody waits', { timeout: 120_000 }, async ([name, mail]) => {
  const { db } = station.database
  // Tried again it is another mail: the same bytes would be told to have been accepted before.
  const raw = Buffer.from(`X-Attempt: ${++attempts}\r\n${mail}`, 'latin1')
  const loop = watchLoop()
  try {
    const id = /Accepted as (\d+)$/.exec(await station.deliver(raw))?.[1] ?? 'none'
    const ended = async () =>
      (await db.selectFrom('inbound_mail').select(['state', 'ticket_id']).where('id', '=', id).execute()).map(({ state, ticket_id }) => [
        state,
        ticket_id !== null,
      ])
    await expect.poll(ended, { timeout: 90_000, interval: 50 }).toEqual([['processed', true]])
  } finally {
    loop.stop()
  }
  const longest = Math.round(loop.longest())
  if (process.env['POMOC_HOSTILE']) process.stdout.write(`${name}: ${longest} ms\n`)
  expect(longest).toBeLessThan(STALL_MS)
})

test('a million fields are refused with a sentence, and nobody waits', async () => {
  const raw = Buffer.from(`${HEAD}${'a:\r\n'.repeat(1_000_000)}\r\ntekst\r\n`)
  const loop = watchLoop()
  await expect(station.deliver(raw)).rejects.toThrow(/554 5\.6\.0 The head/)
  loop.stop()
  expect(loop.longest()).toBeLessThan(STALL_MS)
})

test('and a plain mail after all of them is a ticket like any other', async () => {
  await station.mail({ subject: 'zwykły', text: 'Proszę o pomoc.' })
  const [end] = await station.processed('zwykły')
  expect(end).toMatchObject({ outcome: 'new-ticket' })
  await eventually(
    async () => (await station.database.db.selectFrom('inbound_mail').select('id').where('state', '<>', 'processed').execute()).length,
  ).toBe(0)
})
