/** Owns the question: is this a report about a mail of ours? Then it belongs to that mail's ticket and nobody is answered. */
import type { Hand, Reported, Step } from '../hand.ts'
import type { MailRule } from '../outcome.ts'
import type { Report } from '../report.ts'

/**
 * Found by the mail that it names; a report that names none still says in its subject which ticket that was. What is no ticket's
 * becomes one, for nothing is lost, but is answered by nobody and opens nothing.
 */
export const bounce: Step = {
  name: 'bounce',
  decide(hand, verdict) {
    const { report } = hand
    if (!report) return undefined
    const found = ticketOf(hand, report)
    if (!found && !report.certain) return undefined
    const receipt = report.about === 'receipt'
    const said = [receipt ? '' : report.status, report.recipients.join(', '), report.diagnostic].filter(Boolean).join(' ')
    const detail = [said, `(${report.signs.join(', ')})`].filter(Boolean).join(' ').slice(0, 1000)
    if (!found) {
      const rule: MailRule = receipt ? 'receipt-about-unknown-mail' : 'report-about-unknown-mail'
      verdict.automatic ??= rule
      verdict.keepState = true
      return { decided: 'unknown', rule, detail }
    }
    verdict.end = receipt ? 'receipt' : 'bounce'
    verdict.reported = found
    return {
      decided: receipt ? 'receipt-attached' : 'bounce-attached',
      rule: found.byNumber ? 'report-number' : receipt ? receiptRule(report) : `report-${report.action}`,
      detail,
    }
  },
}

const receiptRule = ({ status }: Report): MailRule =>
  status === 'displayed' ? 'receipt-displayed' : status === 'deleted' ? 'receipt-deleted' : 'receipt-other'

/** Which ticket a report belongs to, and which mail of it, where that is known. */
function ticketOf({ known }: Hand, report: Report): Reported | undefined {
  const mail = known.reported.find(({ ticketId }) => ticketId !== null)
  if (mail) return { ticketId: mail.ticketId!, mail, byNumber: false }
  // Mails that another program sent for us, as before we came, stand as messages only.
  const ids = new Set(report.originals)
  const message = known.references.find(({ messageId, ours }) => ids.has(messageId) && (ours || report.certain))
  if (message) return { ticketId: message.ticket.id, byNumber: false }
  const numbered = report.certain ? known.numbered[0] : undefined
  return numbered && { ticketId: numbered.ticket.id, byNumber: true }
}
