/** What the smarthost says of itself and of us: its authority, its size, its refusals of our address, and the end of an outage. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { queueMail } from '../../core/mail/outbound.ts'
import { sendMail } from '../../core/mail/outbound/send.ts'
import { faultOf, openSmarthost } from '../../core/mail/outbound/transport.ts'
import { answerTicket } from '../../core/ticket/change/tickets.ts'
import { startMailSink } from '../servers/mail-sink.ts'
import { eventually, startStation, type Station } from './station.ts'

let station: Station
let dir: string
beforeAll(async () => {
  station = await startStation({ mail: { maxSizeKb: 100 } })
  dir = await mkdtemp(join(tmpdir(), 'pomoc-smarthost-'))
})
afterAll(async () => {
  await station.stop()
  await rm(dir, { recursive: true })
})

const outbound = (id: string) => station.database.db.selectFrom('outbound_mail').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const mail = (to: string, from = 'pomoc@uni.example', body = 'treść') =>
  station.make.asSystem((work) =>
    // Its job would send it by itself.
    queueMail(work, { kind: 'notification', from: { address: from, name: 'Pomoc' }, to: [to], subject: to, body, delaySeconds: 3600 }),
  )
async function through(url: string, id: string, ca?: string): Promise<void> {
  const smarthost = openSmarthost(url, 'uni.example', ca)
  await sendMail(station.host, smarthost, id)
  smarthost.close()
}

/** A smarthost of one's own making, and what was said to it. */
async function smarthost(options: SMTPServerOptions): Promise<{ url: string; port: number; heard(): string; stop(): Promise<void> }> {
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    disabledCommands: ['STARTTLS'],
    closeTimeout: 200,
    onData: (stream, _session, done) => stream.resume().on('end', () => done()),
    ...options,
  })
  let heard = ''
  server.on('error', () => {})
  server.server.on('connection', (socket: NodeJS.ReadableStream) => socket.on('data', (chunk: Buffer) => (heard += chunk.toString())))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.server.address() as AddressInfo
  return { port, url: `smtp://127.0.0.1:${port}`, heard: () => heard, stop: () => new Promise((resolve) => server.close(() => resolve())) }
}

test('the first mail that leaves after an outage takes along those that waited for the same, and no others', async () => {
  const gone = await startMailSink()
  await gone.stop()
  const [one, two, three, refused] = await Promise.all(
    ['a@b.example', 'c@b.example', 'd@b.example', 'szary@b.example'].map((to) => mail(to)),
  )
  station.sink.refusal = { at: 'rcpt', code: 450, text: 'greylisted', to: 'szary@b.example' }
  await through(station.sink.url, refused!)
  for (const id of [one!, two!, three!]) await through(gone.url, id)
  expect(await outbound(two!)).toMatchObject({ state: 'queued', waits_for: 'smarthost', attempts: 1 })
  expect((await outbound(two!)).not_before.getTime()).toBeGreaterThan(station.make.now.getTime())
  await through(station.sink.url, one!)
  // The others' own jobs send them.
  await eventually(async () => Promise.all([two!, three!].map(async (id) => (await outbound(id)).state))).toEqual(['sent', 'sent'])
  expect(await outbound(refused!)).toMatchObject({ state: 'queued', waits_for: null, attempts: 1 })
  station.sink.refusal = undefined
})

test('a refusal of our own address is tried again, and a mail from that address that leaves wakes the others', async () => {
  const [one, two, other] = [
    await mail('e@b.example', 'kadry@uni.example'),
    await mail('f@b.example', 'kadry@uni.example'),
    await mail('g@b.example'),
  ]
  station.sink.refusal = { at: 'mail', code: 550, text: '5.7.1 Sender address rejected: not owned by user' }
  for (const id of [one, two]) await through(station.sink.url, id)
  station.sink.refusal = undefined
  expect(await outbound(two)).toMatchObject({
    state: 'queued',
    waits_for: 'sender',
    last_error: expect.stringContaining('not owned by user'),
  })
  await through(station.sink.url, other)
  expect(await outbound(two)).toMatchObject({ state: 'queued', waits_for: 'sender', attempts: 1 })
  await through(station.sink.url, one)
  await eventually(async () => (await outbound(two)).state).toBe('sent')
})

test('the size is told before the mail; one that is too large fails at once, without a byte of it', async () => {
  const small = await smarthost({ size: 20_000 })
  const [fits, large] = [await mail('h@b.example'), await mail('i@b.example', 'pomoc@uni.example', 'x'.repeat(30_000))]
  await through(small.url, fits)
  expect(small.heard()).toMatch(/^MAIL FROM:<pomoc@uni\.example>.* SIZE=\d{4}\b/m)
  await through(small.url, large)
  expect(await outbound(large)).toMatchObject({
    state: 'failed',
    attempts: 1,
    last_error: expect.stringMatching(/size larger than allowed 20000/),
  })
  expect(small.heard().match(/^DATA/gm)).toHaveLength(1)
  await small.stop()
  // A server that says so only at MAIL FROM means the mail, not us.
  expect(faultOf({ code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 552, response: '552 5.3.4 too big' })).toMatchObject({
    permanent: true,
  })
})

test('an agent is told at once that files are larger than leave', async () => {
  const ticket = await station.make.ticket({ customerId: await station.make.person({ address: 'duzy@student.example' }) })
  const actor = await station.make.actor(await station.make.agent({ 1: ['rw'] }))
  const answer = (bytes: number) =>
    station.host.work(actor, (work) =>
      answerTicket(work, ticket.id, {
        body: 'W załączniku.',
        attachments: [{ name: 'skan.pdf', contentType: 'application/pdf', content: Buffer.alloc(bytes, 'x') }],
      }),
    )
  await expect(answer(80_000)).rejects.toMatchObject({ code: 'too-large', field: 'files' })
  await expect(answer(50_000)).resolves.toBeDefined()
})

test('a connection with nothing more to send ends with QUIT', async () => {
  const polite = await smarthost({})
  const pool = openSmarthost(polite.url, 'uni.example')
  await sendMail(station.host, pool, await mail('j@b.example'))
  await eventually(polite.heard).toMatch(/^QUIT\r$/m)
  pool.close()
  await polite.stop()
})

test('an authority of our own may vouch for the smarthost; without it nothing is handed over', async () => {
  const made = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  })
  const ca = join(dir, 'ca.pem')
  await writeFile(ca, made.cert)
  const campus = await smarthost({ secure: true, key: made.private, cert: made.cert })
  const url = `smtps://127.0.0.1:${campus.port}`
  const id = await mail('k@b.example')
  await through(url, id)
  expect(await outbound(id)).toMatchObject({ state: 'queued', waits_for: 'smarthost', last_error: expect.stringMatching(/certificate/) })
  expect((await outbound(id)).last_error).not.toContain('Node')
  await through(url, id, ca)
  expect(await outbound(id)).toMatchObject({ state: 'sent' })
  await campus.stop()
})
