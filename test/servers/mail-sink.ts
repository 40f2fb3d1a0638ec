/** Owns a real SMTP server that keeps every mail delivered to it, and refuses when told to. */
import { buffer } from 'node:stream/consumers'
import type { AddressInfo } from 'node:net'
import { simpleParser } from 'mailparser'
import type { ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'

export interface SunkMail {
  /** The envelope: '' is the null return path. */
  from: string
  to: string[]
  raw: Buffer
  parsed: ParsedMail
}

/** A reply that the sink gives instead of accepting, at the named command; `to` limits it to mails for that address. */
export interface Refusal {
  at: 'connect' | 'mail' | 'rcpt' | 'data'
  code: number
  text: string
  to?: string
}

export interface MailSink {
  port: number
  url: string
  /** What was accepted, oldest first. */
  mails: SunkMail[]
  /** Set to refuse from now on, to undefined to accept again. */
  refusal: Refusal | undefined
  /** How many times something was refused. */
  refused: number
  /** The first mail for which `wanted` holds, already there or still to come; throws after `timeout` milliseconds. */
  waitFor(wanted: (mail: SunkMail) => boolean, timeout?: number): Promise<SunkMail>
  stop(): Promise<void>
}

/** Starts a sink on `port` (0: any free one), so that a sink that was stopped can come back where it was. */
export async function startMailSink({ port = 0 } = {}): Promise<MailSink> {
  const waiting = new Set<() => void>()
  const refusalAt = (at: Refusal['at'], to: string[] = []): Error | undefined => {
    const refusal = sink.refusal
    if (refusal?.at !== at || (refusal.to !== undefined && !to.includes(refusal.to))) return undefined
    sink.refused++
    return Object.assign(new Error(refusal.text), { responseCode: refusal.code })
  }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 1000,
    onConnect: (_session, done) => done(refusalAt('connect')),
    onMailFrom: (_address, _session, done) => done(refusalAt('mail')),
    onRcptTo: (address, _session, done) => done(refusalAt('rcpt', [address.address])),
    onData: (stream, session, done) => {
      const { mailFrom, rcptTo } = session.envelope
      const to = rcptTo.map(({ address }) => address)
      const keep = async () => {
        const raw = await buffer(stream)
        const refusal = refusalAt('data', to)
        if (refusal) return done(refusal)
        sink.mails.push({ from: mailFrom ? mailFrom.address : '', to, raw, parsed: await simpleParser(raw) })
        done(null)
        for (const look of waiting) look()
      }
      keep().catch((error: Error) => done(error))
    },
  })
  server.on('error', () => {}) // a client that breaks off is no fault of the test
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const bound = (server.server.address() as AddressInfo).port

  const sink: MailSink = {
    port: bound,
    url: `smtp://127.0.0.1:${bound}`,
    mails: [],
    refusal: undefined,
    refused: 0,
    waitFor: (wanted, timeout = 30_000) =>
      new Promise((resolve, reject) => {
        const end = () => {
          waiting.delete(look)
          clearTimeout(timer)
        }
        const look = () => {
          const mail = sink.mails.find(wanted)
          if (!mail) return
          end()
          resolve(mail)
        }
        const timer = setTimeout(() => {
          end()
          const subjects = sink.mails.map(({ to, parsed }) => `${to.join(', ')}: ${parsed.subject ?? ''}`).join('\n  ')
          reject(new Error(`no such mail within ${timeout} ms; there are:\n  ${subjects}`))
        }, timeout)
        waiting.add(look)
        look()
      }),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
  return sink
}
