/** Owns a mail station for tests: the real listener, real jobs, a real database and a real sink as smarthost. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect as connectTcp, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { createTransport } from 'nodemailer'
import { expect } from 'vitest'
import type { Config, PartialConfig } from '../../core/machine/config.ts'
import type { OpenDatabase } from '../../core/database/database.ts'
import type { Id } from '../../core/database/schema.ts'
import { makeActivation } from '../../core/kernel/activation.ts'
import type { Host } from '../../core/kernel/contract.ts'
import { makeKernel } from '../../core/run/host.ts'
import { startLive } from '../../core/kernel/live.ts'
import { startJobs } from '../../core/kernel/jobs/run-jobs.ts'
import { makeLog } from '../../core/machine/log.ts'
import { mailJobs } from '../../core/mail/inbound/jobs.ts'
import smtpReceiver from '../../plugins/smtp-receiver/index.ts'
import { testDatabase } from '../database.ts'
import { maker, type Maker } from '../make.ts'
import { startMailSink, type MailSink } from '../servers/mail-sink.ts'

export interface Station {
  database: OpenDatabase
  host: Host
  make: Maker
  sink: MailSink
  config: Config
  port: number
  /** Delivers raw mail; returns the server's answer, throws its refusal. */
  deliver(raw: string | Buffer, envelope?: { from?: string; to?: string | string[] }): Promise<string>
  /** A mail built by nodemailer, delivered. */
  mail(
    mail: Parameters<ReturnType<typeof createTransport>['sendMail']>[0] & { envelope?: { from: string; to: string | string[] } },
  ): Promise<string>
  /** From now on mail goes out there instead of to the sink. */
  sendThrough(url: string): void
  /** What became of the newest mail that has `subject`, once it is processed. */
  processed(subject: string, count?: number): Promise<InboundEnd[]>
  /** Lets every mail that waits to come back do so now. */
  hurry(): Promise<void>
  stop(): Promise<void>
}

export interface InboundEnd {
  id: Id
  state: string
  outcome: string | null
  reason: { step: string; decided: string; rule: string; detail?: string }[]
  ticket_id: Id | null
  article_id: Id | null
}

/** What is handed over on this machine counts as made inside, and speaks for all the made-up domains: no test needs the DNS for it. */
export const HERE: Config['mail']['relays'][number] = {
  addresses: ['127.0.0.1'],
  vouchesFor: ['example'],
  inside: ['0.0.0.0/0', '::/0'],
  xclient: false,
  trustHeaders: false,
}

export async function startStation({
  clock,
  smtp,
  mail,
  smarthost = true,
  address = 'pomoc@uni.example',
}: {
  clock?: () => Date
  smtp?: PartialConfig['smtp']
  mail?: Partial<Config['mail']>
  smarthost?: boolean
  address?: string
} = {}): Promise<Station> {
  const database = await testDatabase()
  const { db } = database
  const make = await maker(db)
  const sink = await startMailSink()
  const dataDir = await mkdtemp(join(tmpdir(), 'pomoc-mail-'))
  const { smarthostUrl: _unset, ...bare } = make.config
  const config: Config = {
    ...bare,
    dataDir,
    mailAddress: address,
    ...(smarthost ? { smarthostUrl: sink.url } : {}),
    baseUrl: 'https://pomoc.uni.example',
    smtp: { ...make.config.smtp, host: '127.0.0.1', port: 0, maxPerPeer: 50, closeTimeoutSeconds: 5, ...smtp },
    // The clock stands still for most: what is limited by the hour would be used up by a file of tests.
    mail: { ...make.config.mail, autoResponsesPerHour: 0, hostname: address.slice(address.indexOf('@') + 1), relays: [HERE], ...mail },
  }
  const log = makeLog(process.env['TEST_LOG'] ?? 'silent')
  const live = await startLive(database.url, log)
  const addresses = new Map<string, string>()
  const kernel = makeKernel({
    config,
    db,
    log,
    clock: clock ?? (() => make.now),
    live,
    plugins: [smtpReceiver],
    activation: makeActivation(db, live, new Map([['smtp-receiver', 'installation']])),
    announce: (name, address) => {
      addresses.set(name, address)
    },
  })
  const host = kernel.host
  await db.insertInto('system_address').values({ address, name: 'Pomoc IT', queue_id: '4' }).execute()
  const end = await smtpReceiver.start!(kernel.hostOf(smtpReceiver))
  const jobs = await startJobs({ url: database.url, log, concurrency: 4, jobs: new Map([...mailJobs(host), ...kernel.jobs]) })
  const port = Number(new URL(addresses.get('mail')!).port)

  const station: Station = {
    database,
    host,
    make,
    sink,
    config,
    port,
    async deliver(raw, { from = 'anna.nowak@student.example', to = 'pomoc@uni.example' } = {}) {
      const transport = createTransport({ host: '127.0.0.1', port, secure: false, tls: { rejectUnauthorized: false } })
      const info = await transport.sendMail({ envelope: { from, to }, raw })
      return (info as { response: string }).response
    },
    async mail(mail) {
      const transport = createTransport({ host: '127.0.0.1', port, secure: false, tls: { rejectUnauthorized: false } })
      const info = await transport.sendMail({ from: 'Anna Nowak <anna.nowak@student.example>', to: 'pomoc@uni.example', ...mail })
      return (info as { response: string }).response
    },
    sendThrough(url) {
      Object.assign(config, { smarthostUrl: url })
    },
    async processed(subject, count = 1) {
      for (const deadline = Date.now() + 30_000; ; ) {
        const rows = await db
          .selectFrom('inbound_mail')
          .select(['id', 'state', 'outcome', 'reason', 'ticket_id', 'article_id'])
          .where('subject', '=', subject)
          .where('state', '=', 'processed')
          .orderBy('id', 'desc')
          .execute()
        if (rows.length >= count) return rows as InboundEnd[]
        if (Date.now() > deadline) {
          const all = await db.selectFrom('inbound_mail').select(['id', 'state', 'subject', 'outcome', 'reason', 'attempts']).execute()
          throw new Error(`“${subject}” is not processed; there are: ${JSON.stringify(all)}`)
        }
        await new Promise((resolve) => setTimeout(resolve, 25))
      }
    },
    async hurry() {
      await sql`update graphile_worker._private_jobs set run_at = now() where key like 'mail/process/%' and locked_at is null and run_at > now()`.execute(
        db,
      )
      await sql`select pg_notify('jobs:insert', '{"r":"0","count":1}')`.execute(db)
    },
    async stop() {
      await end?.()
      await jobs.stop()
      await live.stop()
      await sink.stop()
      await database.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  return station
}

/** Asks until the answer is the expected one; patient, for the machine may be busy. */
export const eventually = <T>(ask: () => T | Promise<T>) => expect.poll(ask, { timeout: 30_000, interval: 50 })

/** A fixture by its sentence: `eml('out-of-office-gets-no-answer')`. */
export const eml = (name: string): Promise<Buffer> => readFile(join(import.meta.dirname, `${name}.eml`))

export interface Conversation {
  /** Sends a line (or raw bytes) and waits for the whole answer. */
  say(line: string | Buffer): Promise<string>
  /** Waits for the next answer. */
  hear(): Promise<string>
  write(bytes: string | Buffer): void
  closed: Promise<void>
  end(): void
  /** What is on the wire: for a handshake on top of it. */
  socket: Socket
}

/** A bare SMTP conversation over a real socket. From another address of this machine where one is named: all of 127.0.0.0/8 is ours. */
export async function converse(port: number, from?: string): Promise<Conversation> {
  const socket = connectTcp({ port, host: '127.0.0.1', ...(from ? { localAddress: from } : {}) })
  let heard = ''
  const listeners = new Set<() => void>()
  const closed = new Promise<void>((resolve) =>
    socket.on('close', () => {
      resolve()
      for (const look of listeners) look()
    }),
  )
  socket.on('error', () => {})
  socket.on('data', (bytes: Buffer) => {
    heard += bytes.toString('latin1')
    for (const look of listeners) look()
  })
  const hear = () =>
    new Promise<string>((resolve) => {
      const look = () => {
        // A whole answer ends with a line whose code is followed by a blank.
        const match = /^(?:\d{3}-[^\r\n]*\r\n)*\d{3}(?: [^\r\n]*)?\r\n/.exec(heard)
        if (!match && !socket.destroyed) return
        listeners.delete(look)
        heard = heard.slice(match?.[0].length ?? 0)
        resolve(match?.[0].trimEnd() ?? '')
      }
      listeners.add(look)
      look()
    })
  const conversation: Conversation = {
    hear,
    closed,
    socket,
    write: (bytes) => {
      socket.write(bytes)
    },
    say: (line) => {
      socket.write(typeof line === 'string' ? `${line}\r\n` : line)
      return hear()
    },
    end: () => {
      socket.destroy()
    },
  }
  return conversation
}
