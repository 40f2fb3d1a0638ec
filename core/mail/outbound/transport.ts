/** Owns the connection to the smarthost: pooled, encrypted where it can be, and what its refusals mean. */
import { createTransport, type Transporter } from 'nodemailer'
import type SMTPPool from 'nodemailer/lib/smtp-pool'

export type Smarthost = Transporter<SMTPPool.SentMessageInfo, SMTPPool.Options>

/**
 * Connections to `smtp://host:25`, `smtp://user:password@host:587` or `smtps://host:465`. Without a password STARTTLS is used
 * where it is offered, whatever the certificate says, as mail servers do (RFC 7435); a password is sent only over a connection
 * whose certificate holds, or to this machine itself.
 */
export function openSmarthost(url: string, hostname: string): Smarthost {
  return createTransport({ pool: true, maxConnections: 5, maxMessages: 100, ...smarthostOptions(url, hostname) })
}

/** What the address means for a connection. */
export function smarthostOptions(url: string, hostname: string) {
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
    tls: { rejectUnauthorized: secure || (login && !loopback) },
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
}

/**
 * 5xx about recipients or the mail itself is for good, and so is what the smarthost cannot carry (an international address); anything else (connection, greeting, login, 4xx) may pass. A refused
 * login is about us, not about the mail.
 */
export function faultOf(error: unknown): SendFault {
  const { responseCode, code, response, message } = error as { responseCode?: number; code?: string; response?: string; message?: string }
  const about = code === 'EENVELOPE' || code === 'EMESSAGE'
  return { permanent: about && (responseCode ?? 500) >= 500, text: oneLine(response ?? message ?? String(error)) }
}

export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 1000)
