/** Owns what is written into a ticket's history: OTRS's types and row texts, plus before and after for undo. */
import { actorId, type Work } from '../kernel/work.ts'
import type { Id } from '../database/schema.ts'

/** OTRS history types (seed 1–55) that acts of ours write. */
export type HistoryType =
  | 'NewTicket' | 'FollowUp' | 'SendAutoReject' | 'SendAutoReply' | 'SendAutoFollowUp' | 'SendAnswer' | 'SendCustomerNotification'
  | 'EmailAgent' | 'EmailCustomer' | 'PhoneCallAgent' | 'PhoneCallCustomer' | 'AddNote' | 'Move' | 'Lock' | 'Unlock' | 'Remove'
  | 'CustomerUpdate' | 'PriorityUpdate' | 'OwnerUpdate' | 'ResponsibleUpdate' | 'LoopProtection' | 'Misc' | 'SetPendingTime'
  | 'StateUpdate' | 'WebRequestCustomer' | 'SystemRequest' | 'Merged' | 'Subscribe' | 'Unsubscribe' | 'TitleUpdate' | 'EmailResend' | 'Bounce'

export interface HistoryEntry {
  ticketId: Id
  type: HistoryType
  /** Parts joined by '%%' as OTRS writes them, so that its readers and exports go on understanding. */
  parts?: readonly (string | number)[]
  articleId?: Id
  /** Columns of the ticket that this act changed, as they were and as they are: what undo puts back. */
  before?: Record<string, unknown>
  after?: Record<string, unknown>
  /** Why the program decided so, for the page that shows it. */
  reason?: unknown
}

/** Written before commit, with all other history of the act, in the order of the calls. */
export function addHistory(work: Work, entries: HistoryEntry | HistoryEntry[]): void {
  work.gather(storeHistory, Array.isArray(entries) ? entries : [entries])
}

async function storeHistory(work: Work, list: HistoryEntry[]): Promise<void> {
  if (list.length === 0) return
  await work.db.insertInto('history').values(list.map((entry) => ({
    ticket_id: entry.ticketId, type: entry.type, article_id: entry.articleId ?? null,
    name: entry.parts ? `%%${entry.parts.join('%%')}` : '',
    before: entry.before ? JSON.stringify(entry.before) : null,
    after: entry.after ? JSON.stringify(entry.after) : null,
    reason: entry.reason === undefined ? null : JSON.stringify(entry.reason),
    person_id: actorId(work), act_id: work.act, created_at: work.now,
  }))).execute()
}
