/** Owns the connection to the smarthost: pooled, encrypted where it can be, and what its refusals mean. */
import { readFileSync } from 'node:fs'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import { createTransport, type Transporter } from 'nodemailer'
import type SMTPPool from 'nodemailer/lib/smtp-pool'

export type Smarthost = Transporter<SMTPPool.SentMessageInfo, SMTPPool.Options>

/** A connection that has nothing to send for so long is ended, with a word (QUIT, RFC 5321 4.1.1.10). */
const QUIT_MS = 1500
/** Later the pool is let go, its connections having ended. */
export const IDLE_MS = 2500

/**
 * Connections to `smtp://host:25`, `smtp://user:password@host:587` or `smtps://host:465`. Without a password STARTTLS is used
 * where it is offered, whatever the certificate says, as mail servers do (RFC 7435); a password is sent only over a connection
 * whose certificate holds, or to this machine itself. `ca`: a file of further authorities (PEM). Throws where it cannot be read.
 */
export function openSmarthost(url: string, hostname: string, ca?: string): Smarthost {
  // A pool closes a connection that has sent its share without QUIT: so none has a share.
  return createTransport({
    pool: true,
    maxConnections: 5,
    maxMessages: Infinity,
    idleTimeout: QUIT_MS,
    ...smarthostOptions(url, hostname, ca),
  })
}

let trusted: { pem: string; context: SecureContext } | undefined

/** The authorities that Node knows and those of the file; made once, for reading them all takes a moment. */
function trusting(file: string): SecureContext {
  const pem = readFileSync(file, 'utf8')
  if (trusted?.pem !== pem) trusted = { pem, context: createSecureContext({ ca: [...getCACertificates('default'), pem] }) }
  return trusted.context
}

/** What the address means for a connection. */
export function smarthostOptions(url: string, hostname: string, ca?: string) {
  const { protocol, hostname: host, port, username, password } = new URL(url)
  const secure = protocol === 'smtps:'
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/.test(host)
  const login = username !== ''
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port: port ? Number(port) : secure ? 465 : login ? 587 : 25,
    secure,
    name: hostname,
    ...(login
      ? { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) }, requireTLS: !secure && !loopback }
      : {}),
    tls: { rejectUnauthorized: secure || (login && !loopback), ...(ca ? { secureContext: trusting(ca) } : {}) },
    connectionTimeout: 30_000,
    greetingTimeout: 30_000,
    socketTimeout: 300_000, // RFC 5321 4.5.3.2
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** How a refusal is to be taken: for good, or to be tried again. */
export interface SendFault {
  permanent: boolean
  text: string
  /** What it waits for, where that concerns other mails too: the smarthost, or that it takes our own address. */
  waitsFor: 'smarthost' | 'sender' | null
}

/** Faults of nodemailer that come before any mail: connection, greeting, encryption, login. */
const BEFORE = new Set(['ECONNECTION', 'ETIMEDOUT', 'ESOCKET', 'EDNS', 'ETLS', 'EPROTOCOL', 'EAUTH', 'ENOAUTH', 'EOAUTH2'])

/**
 * 5xx about recipients or the mail itself is for good, and so is what the smarthost cannot carry (an international address, a mail
 * larger than it says it takes); anything else (connection, greeting, login, 4xx) may pass. A refused login is about us, not about the
 * mail, and so is a refusal of our own address at MAIL FROM, unless it is the size told there (552, RFC 1870 6.1).
 */
export function faultOf(error: unknown): SendFault {
  const { responseCode, code, response, message, command } = error as {
    responseCode?: number
    code?: string
    response?: string
    message?: string
    command?: string
  }
  // Node's advice is for whoever starts it.
  const text = oneLine((response ?? message ?? String(error)).replace(/; if the root CA is installed locally.*/s, ''))
  if (responseCode === 421 || BEFORE.has(code ?? '')) return { permanent: false, text, waitsFor: 'smarthost' }
  if (command === 'MAIL FROM' && responseCode !== undefined && responseCode !== 552 && !/\b5\.3\.4\b/.test(text))
    return { permanent: false, text, waitsFor: 'sender' }
  const about = code === 'EENVELOPE' || code === 'EMESSAGE'
  return { permanent: about && (responseCode ?? 500) >= 500, text, waitsFor: null }
}

export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 1000)
