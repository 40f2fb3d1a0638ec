/** Owns the question: is this a report about a mail of ours? Then it belongs to that mail's ticket and nobody is answered. */
import type { Step } from '../hand.ts'

export const bounce: Step = {
  name: 'bounce',
  decide({ report, known }, verdict) {
    if (!report) return undefined
    const what = [report.status, report.recipients.join(', '), report.diagnostic].filter(Boolean).join(' ')
    const reported = known.reported[0]
    if (!reported?.ticketId) return { decided: 'unknown', rule: 'report-about-unknown-mail', detail: what }
    verdict.end = 'bounce'
    verdict.bounced = reported
    return { decided: 'bounce-attached', rule: `report-${report.action}`, detail: what }
  },
}
