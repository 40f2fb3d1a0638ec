/** Owns the mails of the stories: what came in as raw mails with their rows, what went out as rows of the outbox. */
import { createHash } from 'node:crypto'
import MailComposer from 'nodemailer/lib/mail-composer/index.js'
import {
  customerTicketUrl,
  receiptSentence,
  buildSubject,
  DEFAULT_CALENDAR,
  DEFAULT_SUBJECT_SETTINGS,
  sayAddress,
  type Config,
  type Id,
  type MailReason,
} from '../../core/index.ts'
import type { MadeFile } from './files.ts'
import { fullName, type DemoPerson } from './people.ts'
import type { Rows } from './rows.ts'

const DAY = 24 * 3600 * 1000

/** A mail of ours. */
export interface Letter {
  kind: 'auto reply' | 'reply' | 'closed'
  ticketId: Id
  at: Date
  sender: { address: string; name: string }
  to: string
  subject: string
  actId: string
  messageId: string
  inReplyTo: string
  references: string
}

export function writeOutbound(rows: Rows, config: Config, letter: Letter, articleId: Id): void {
  const automatic = letter.kind !== 'reply'
  const left = new Date(letter.at.getTime() + (letter.kind === 'auto reply' ? 900 : 11_200))
  rows.add('outbound_mail', {
    kind: letter.kind,
    ticket_id: letter.ticketId,
    article_id: articleId,
    from_text: sayAddress(letter.sender),
    envelope_from: automatic ? '' : letter.sender.address,
    recipients: [letter.to],
    to_text: letter.to,
    cc_text: '',
    subject: letter.subject,
    body: null,
    html: null,
    message_id: letter.messageId,
    in_reply_to: letter.inReplyTo,
    reference_ids: letter.references,
    headers: automatic ? { 'Auto-Submitted': 'auto-replied', 'X-Loop': `pomoc:${config.mailAddress}`, Precedence: 'bulk' } : {},
    state: 'sent',
    attempts: 1,
    not_before: letter.at,
    give_up_at: new Date(letter.at.getTime() + 3 * DAY),
    last_error: null,
    act_id: letter.actId,
    created_at: letter.at,
    sent_at: left,
  })
}

/** A mail of a customer, to be made into raw bytes. */
export interface PostedLetter {
  ticketId: Id
  articleId: Id
  number: string
  queueId: Id
  at: Date
  from: DemoPerson
  to: { address: string; name: string }
  subject: string
  text: string
  html: string | null
  picture: string | undefined
  files: MadeFile[]
  messageId: string
  references: readonly string[]
  first: boolean
}

/** Makes the raw mail and the row that says what became of it, as core/mail/judge/order.ts would have judged. */
export async function writeInbound(rows: Rows, letter: PostedLetter): Promise<Id> {
  const { from, to } = letter
  const raw = await composeMail({
    from: { name: fullName(from), address: from.address },
    to,
    subject: letter.subject,
    text: letter.text,
    date: letter.at,
    messageId: letter.messageId,
    ...(letter.references.length > 0 ? { inReplyTo: letter.references.at(-1), references: [...letter.references] } : {}),
    ...(letter.html ? { html: letter.html.replaceAll('src="cid/', 'src="cid:').replaceAll('%40', '@') } : {}),
    attachments: letter.files.map((file) => ({
      filename: file.name,
      content: file.content,
      contentType: file.contentType,
      contentDisposition: file.disposition,
      ...(file.contentId ? { cid: file.contentId } : {}),
    })),
  })
  const reasons: MailReason[] = [
    {
      step: 'sender',
      decided: from.kind === 'stranger' && letter.first ? 'new-person' : 'known',
      rule: 'sender-by-from',
      detail: from.address,
    },
    ...(letter.first
      ? [
          { step: 'destination', decided: letter.queueId, rule: 'recipient-address', detail: to.address },
          { step: 'auto-response', decided: 'sent', rule: 'auto reply', detail: from.address },
        ]
      : [{ step: 'follow-up', decided: letter.number, rule: 'references', detail: letter.references.at(-1) ?? '' }]),
  ]
  const id = addInbound(rows, raw, {
    from: from.address,
    to: to.address,
    at: letter.at,
    outcome: letter.first ? 'new-ticket' : 'follow-up',
    reasons,
    subject: letter.subject,
    fromText: sayAddress({ name: fullName(from), address: from.address }),
    messageId: letter.messageId,
    ticketId: letter.ticketId,
    articleId: letter.articleId,
  })
  rows.get('article', letter.articleId).inbound_mail_id = id
  return id
}

export interface Arrived {
  from: string
  to: string
  at: Date
  outcome: string
  reasons: MailReason[]
  subject: string
  fromText: string
  messageId: string | null
  ticketId: Id | null
  articleId: Id | null
  state?: 'processed' | 'failed'
}

export function addInbound(rows: Rows, raw: Buffer, mail: Arrived): Id {
  const outside = !mail.from.endsWith('@uni.example')
  return rows.add('inbound_mail', {
    key: Buffer.concat([createHash('sha256').update(raw).digest(), Buffer.from(mail.to)]),
    blob_id: rows.blob(raw, mail.at).id,
    envelope_from: mail.from,
    envelope_to: mail.to,
    peer_address: outside ? '192.0.2.25' : '198.51.100.10',
    peer_name: outside ? 'mx.poczta.example' : 'smtp.uni.example',
    encrypted: true,
    accepted_at: mail.at,
    state: mail.state ?? 'processed',
    outcome: mail.outcome,
    reason: mail.reasons,
    subject: mail.subject,
    from_text: mail.fromText,
    message_id_md5: mail.messageId && createHash('md5').update(mail.messageId).digest('hex'),
    ticket_id: mail.ticketId,
    article_id: mail.articleId,
    attempts: mail.state === 'failed' ? 8 : 1,
    processed_at: mail.state === 'failed' ? null : new Date(mail.at.getTime() + 700),
  })
}

/** The bytes of a mail; the boundary is made of its id, so that they are the same each time. */
export function composeMail(mail: { messageId: string } & Record<string, unknown>): Promise<Buffer> {
  const baseBoundary = createHash('sha256').update(mail.messageId).digest('hex').slice(0, 16)
  return new Promise((resolve, reject) => {
    new MailComposer({ ...mail, baseBoundary, disableFileAccess: true, disableUrlAccess: true } as never)
      .compile()
      .build((error: Error | null, raw: Buffer) => {
        if (error) reject(error)
        else resolve(raw)
      })
  })
}

interface Told {
  number: string
  ticketId: Id
  title: string
  language: 'pl' | 'en'
  sender: string
}

export function autoReplyText(
  config: Config,
  { number, ticketId, title, receivedAt, at, language, sender }: Told & { receivedAt: Date; at: Date },
): { subject: string; body: string } {
  const when = receiptSentence(receivedAt, DEFAULT_CALENDAR, language, at)
  const url = customerTicketUrl(config, ticketId)
  const words =
    language === 'en'
      ? {
          subject: 'We have your ticket',
          body: `Hello,\n\nyour ticket has the number ${number}. ${when}\n\nReply to this message if you want to add anything – leave the number in the subject.\nTicket status: ${url}\n\n${sender}\n`,
        }
      : {
          subject: 'Przyjęliśmy Twoje zgłoszenie',
          body: `Dzień dobry,\n\nTwoje zgłoszenie dostało numer ${number}. ${when}\n\nOdpowiedz na tę wiadomość, jeśli chcesz coś dodać – zostaw numer w temacie.\nStan zgłoszenia: ${url}\n\n${sender}\n`,
        }
  return { subject: numbered(number, `${words.subject}: ${title}`), body: words.body }
}

export function closingText(
  config: Config,
  { number, ticketId, title, language, done, sender }: Told & { done: boolean },
): { subject: string; body: string } {
  const url = customerTicketUrl(config, ticketId)
  const words =
    language === 'en'
      ? {
          subject: 'We closed your ticket',
          body: `Hello,\n\nticket ${number} “${title}” is closed: ${done ? 'solved' : 'not solved'}.\n\nIf the matter comes back, reply to this message and the ticket opens again.\nTicket status: ${url}\n\n${sender}\n`,
        }
      : {
          subject: 'Zamknęliśmy Twoje zgłoszenie',
          body: `Dzień dobry,\n\nzgłoszenie ${number} „${title}” jest zamknięte: ${done ? 'załatwione' : 'niezałatwione'}.\n\nJeśli sprawa wróci, odpowiedz na tę wiadomość – zgłoszenie otworzy się ponownie.\nStan zgłoszenia: ${url}\n\n${sender}\n`,
        }
  return { subject: numbered(number, `${words.subject}: ${title}`), body: words.body }
}

const numbered = (number: string, subject: string): string =>
  buildSubject({ number, subject, kind: 'new', clean: false }, DEFAULT_SUBJECT_SETTINGS)
