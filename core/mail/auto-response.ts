/** Owns automatic answers: which text, in which language, and why one is not sent. */
import type { Id } from '../database/schema.ts'
import type { Work } from '../kernel/work.ts'

/** Tells the customer that the ticket was closed; leaves after ten seconds, so that closing can be undone. */
export async function queueClosingMail(_work: Work, _ticketId: Id): Promise<void> {
  throw new Error('not written yet')
}
