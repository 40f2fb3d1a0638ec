/** Owns mails by which somebody is told of a ticket, and what its history says of them: agents by a mail of no article, others by one that is. */
import { emitArticle, insertArticle } from '../../article/articles.ts'
import type { Id } from '../../database/schema.ts'
import type { Work } from '../../kernel/work.ts'
import { canonicalAddress, destinationOf, ownSender, readAddressBook } from '../../mail/addresses.ts'
import { newMessageId, queueMail, sayAddress } from '../../mail/outbound.ts'
import { loopMark } from '../../mail/texts/auto-response.ts'
import { senderOfQueue } from '../../queue/queues.ts'
import { addHistory } from '../history.ts'
import { buildSubject, DEFAULT_SUBJECT_SETTINGS } from '../subject.ts'
import type { NewAttachment, Ticket } from '../ticket.ts'

export interface ToldMail {
  subject: string
  body: string
  html?: string
  /** It waits so long, so that what it tells of can be taken back. */
  delaySeconds?: number
  /** Mail programs show it as urgent. */
  urgent?: boolean
}

/** What every mail says that no person wrote, so that no program answers it (RFC 3834). */
const byProgram = (work: Work, urgent = false): Record<string, string> => ({
  'Auto-Submitted': 'auto-generated',
  'X-Loop': loopMark(work.config),
  Precedence: 'bulk',
  'X-Auto-Response-Suppress': 'All',
  ...(urgent ? { Importance: 'high', 'X-Priority': '1' } : {}),
})

/** As OTRS writes it: who was told by what, and the way. */
export function noteAgentTold(work: Work, ticketId: Id, told: { notification: string; login: string; way: string }): void {
  addHistory(work, { ticketId, type: 'SendAgentNotification', parts: [told.notification, told.login, told.way] })
}

/**
 * Mails to agents, of one ticket or (null) of several. They are none of the ticket's own: that one does not arrive is no affair of the ticket, or telling of that would
 * go round in circles. Answers find the ticket by its number in the subject. Each call answers the mail's id; undefined: the address is ours.
 */
export async function agentMailer(
  work: Work,
): Promise<(ticket: Pick<Ticket, 'number'> | null, address: string, mail: ToldMail) => Promise<Id | undefined>> {
  const [book, from] = [await readAddressBook(work.db, work.config), await ownSender(work.db, work.config)]
  return async (ticket, address, mail) =>
    destinationOf(book, address)
      ? undefined
      : queueMail(work, {
          kind: 'notification',
          from,
          envelopeFrom: '',
          to: [address],
          subject: ticket
            ? buildSubject({ number: ticket.number, subject: mail.subject, kind: 'new', clean: false }, DEFAULT_SUBJECT_SETTINGS)
            : mail.subject,
          body: mail.body,
          ...(mail.html === undefined ? {} : { html: mail.html }),
          headers: byProgram(work, mail.urgent),
          ...(mail.delaySeconds === undefined ? {} : { delaySeconds: mail.delaySeconds }),
        })
}

/**
 * A mail to others than agents, in one with all of them: an article that the program wrote, seen by the customer only if `visible`. Addresses
 * of ours are left out. Returns article and mail; undefined: nobody is left.
 */
export async function mailOutside(
  work: Work,
  ticket: Pick<Ticket, 'id' | 'number' | 'queueId' | 'unitId'>,
  to: readonly string[],
  { visible, attachments = [], ...notice }: ToldMail & { visible: boolean; attachments?: NewAttachment[] },
): Promise<{ articleId: Id; mailId: Id } | undefined> {
  const book = await readAddressBook(work.db, work.config)
  const foreign = to.filter(
    (address, n) => !destinationOf(book, address) && to.findIndex((one) => canonicalAddress(one) === canonicalAddress(address)) === n,
  )
  if (foreign.length === 0) return undefined
  const from = await senderOfQueue(work.db, work.config, ticket.queueId)
  const messageId = newMessageId(work.config, ticket.id)
  const subject = buildSubject({ number: ticket.number, subject: notice.subject, kind: 'new', clean: false }, DEFAULT_SUBJECT_SETTINGS)
  const article = {
    channel: 'email',
    senderType: 'system',
    visible,
    from: sayAddress(from),
    to: foreign.join(', '),
    subject,
    body: notice.body,
    ...(notice.html === undefined ? {} : { html: notice.html }),
    messageId,
    attachments,
  } as const
  const articleId = await insertArticle(work, ticket.id, article)
  addHistory(
    work,
    foreign.map((address) => ({ ticketId: ticket.id, type: 'SendCustomerNotification' as const, parts: [address], articleId })),
  )
  emitArticle(work, ticket, articleId, article)
  const mailId = await queueMail(work, {
    // With files it is as an answer, which takes its article's along.
    kind: attachments.length > 0 ? 'forward' : 'notification',
    from,
    envelopeFrom: '',
    to: foreign,
    subject,
    ticketId: ticket.id,
    articleId,
    messageId,
    ...(notice.html === undefined ? {} : { html: notice.html }),
    headers: byProgram(work, notice.urgent),
    ...(notice.delaySeconds === undefined ? {} : { delaySeconds: notice.delaySeconds }),
  })
  return { articleId, mailId }
}
