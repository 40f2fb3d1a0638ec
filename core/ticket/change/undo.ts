/** Owns taking back an act: the ticket's columns as they were, mails that have not left, articles withdrawn; with history of its own. */
import type { Id } from '../../database/schema.ts'
import { touchDeadlines } from '../../escalation/recount.ts'
import { undoSeconds } from '../../kernel/actor.ts'
import { actorId, type Work } from '../../kernel/work.ts'
import { cancelMails } from '../../mail/outbound.ts'
import { refused } from '../../errors.ts'
import { deleteTimeOf } from '../../time/time.store.ts'
import { ENTRIES, type TicketColumns } from '../attributes.ts'
import { putBack, ticketFor } from './change.ts'
import type { Ticket } from '../ticket.ts'
import { putBackFields } from './fields.ts'
import { putBackHeld } from './held.ts'

/** History keeps moments as text. */
const DATES: ReadonlySet<string> = new Set(ENTRIES.filter(({ kind }) => kind === 'date' || kind === 'moment').map(({ column }) => column))

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** Rows of acts that change more than columns, as history-list.ts reads them. */
const JOINED = /^%%(unmerged|ticket taken out)%%/
/** Could this be the id of an act? */
export const isActId = (text: string): boolean => UUID.test(text)

/**
 * Takes back one act of the actor's own on a ticket, within the seconds that they chose (`undoSeconds`). Returns the texts of answers taken back, so that
 * they go back into the composer: nothing typed is lost. Errors: `undo.too-late` when a mail has left, somebody changed the
 * ticket since, or the time is over.
 */
export async function undoAct(work: Work, ticketId: Id, act: string): Promise<{ bodies: string[] }> {
  return takeBack(work, await ticketFor(work, ticketId, 'ro'), act)
}

/** The same of a ticket that is locked; whoever calls it has asked for the right. */
export async function takeBack(work: Work, ticket: Ticket, act: string): Promise<{ bodies: string[] }> {
  const rows = await work.db
    .selectFrom('history')
    .selectAll()
    .where('ticket_id', '=', ticket.id)
    .where('act_id', '=', act)
    .orderBy('id')
    .execute()
  const first = rows[0]
  // What moved with a merge comes back by its own act (ticket/merge/).
  if (ticket.stateType === 'merged' || rows.some(({ type, name }) => type === 'Merged' || JOINED.test(name))) throw refused('undo.too-late')
  if (!first || first.person_id !== actorId(work)) throw refused('not-found')
  // A little grace: the page offers the time that was chosen, the click travels.
  if (work.now.getTime() - first.created_at.getTime() > (undoSeconds(work) + 5) * 1000) throw refused('undo.too-late')
  const later = await work.db
    .selectFrom('history')
    .select('id')
    .where('ticket_id', '=', ticket.id)
    .where('id', '>', rows.at(-1)!.id)
    .where('before', 'is not', null)
    .executeTakeFirst()
  if (later) throw refused('undo.too-late')
  const mails = await cancelMails(work, ticket.id, act)
  if (mails.left > 0) throw refused('undo.too-late')

  const columns: TicketColumns = {}
  for (const row of rows.toReversed()) Object.assign(columns, await putBackFields(work, ticket, await putBackHeld(work, ticket, row)))
  for (const [column, value] of Object.entries(columns))
    if (DATES.has(column) && typeof value === 'string') Object.assign(columns, { [column]: new Date(value) })
  // With the actor's own goes what the act made the program write: the closing mail, which has not left either.
  const articles = await work.db
    .updateTable('article')
    .set({ withdrawn_at: work.now })
    .where('ticket_id', '=', ticket.id)
    .where('act_id', '=', act)
    .returning(['id', 'body', 'sender_type', 'visible', 'created_at'])
    .execute()
  if (rows.some(({ type }) => type === 'TimeAccounting')) await deleteTimeOf(work.db, ticket.id, act)
  // A first answer taken back is none. Where another one stands, that one is looked for.
  const { firstResponseAt: answered } = ticket
  const last = columns.last_agent_at === undefined ? ticket.lastAgentAt : columns.last_agent_at
  if (answered && articles.some((one) => one.visible && one.sender_type === 'agent' && one.created_at.getTime() === answered.getTime())) {
    if (last) touchDeadlines(work, ticket.id)
    else columns.first_response_at = null
  }
  await putBack(work, ticket, columns, {
    type: 'Misc',
    parts: ['undo', ...rows.flatMap((row) => (row.person_id === first.person_id ? row.type : []))],
  })
  for (const article of articles)
    work.emit('article.withdrawn', { ticketId: ticket.id, unitId: ticket.unitId, data: { article: article.id } })
  work.emit('ticket.act-undone', { ticketId: ticket.id, unitId: ticket.unitId, data: { act } })
  return { bodies: articles.filter((article) => article.sender_type !== 'system').map((article) => article.body) }
}

/** The tickets on which the actor did this act: one, or as many as it was done to at once. */
export async function ticketsOfAct(work: Work, act: string): Promise<Id[]> {
  const rows = await work.db
    .selectFrom('history')
    .select('ticket_id')
    .distinct()
    .where('act_id', '=', act)
    .where('person_id', '=', actorId(work))
    .orderBy('ticket_id')
    .execute()
  return rows.map((row) => row.ticket_id)
}
