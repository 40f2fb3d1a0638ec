/** Owns what is written into a ticket's history: OTRS's types and row texts, plus before and after for undo. */
import { sql, type RawBuilder } from 'kysely'
import { storableJson } from '../database/json.ts'
import { actorId, type Work } from '../kernel/work.ts'
import type { Id, MailReason } from '../database/schema.ts'
import type { ChangeType } from './attributes.ts'
import type { MiscKind } from './misc.ts'

/** OTRS history types (seed 1–55) that acts of ours write. */
export type HistoryType =
  | 'NewTicket'
  | 'FollowUp'
  | 'SendAutoReject'
  | 'SendAutoReply'
  | 'SendAutoFollowUp'
  | 'SendAnswer'
  | 'SendCustomerNotification'
  | 'SendAgentNotification'
  | 'EmailAgent'
  | 'EmailCustomer'
  | 'PhoneCallAgent'
  | 'PhoneCallCustomer'
  | 'AddNote'
  | 'Move'
  | 'Lock'
  | 'Unlock'
  | 'Remove'
  | 'CustomerUpdate'
  | 'PriorityUpdate'
  | 'OwnerUpdate'
  | 'ResponsibleUpdate'
  | 'LoopProtection'
  | 'Misc'
  | 'SetPendingTime'
  | 'StateUpdate'
  | 'WebRequestCustomer'
  | 'SystemRequest'
  | 'Merged'
  | 'Subscribe'
  | 'Unsubscribe'
  | 'TitleUpdate'
  | 'TypeUpdate'
  | 'ServiceUpdate'
  | 'SLAUpdate'
  | 'TicketDynamicFieldUpdate'
  | 'EmailResend'
  | 'TimeAccounting'
  | 'ArchiveFlagUpdate'
  | 'EscalationResponseTimeStart'
  | 'EscalationResponseTimeNotifyBefore'
  | 'EscalationResponseTimeStop'
  | 'EscalationUpdateTimeStart'
  | 'EscalationUpdateTimeNotifyBefore'
  | 'EscalationUpdateTimeStop'
  | 'EscalationSolutionTimeStart'
  | 'EscalationSolutionTimeNotifyBefore'
  | 'EscalationSolutionTimeStop'
  | 'Forward'
  | 'Bounce'
  | 'TicketLinkAdd'
  | 'TicketLinkDelete'

/** A type that says by itself what happened: one of these, or that of a changed attribute. */
export type NamedType = Exclude<HistoryType, 'Misc'> | ChangeType
/** What a row says: its type and OTRS's parts. What OTRS has no type for is `Misc` and says its kind first (misc.ts). */
export type Said =
  | { type: NamedType; parts?: readonly (string | number)[] }
  | { type: 'Misc'; parts: readonly [MiscKind, ...(string | number)[]] }

export type HistoryEntry = Said & {
  ticketId: Id
  articleId?: Id
  /** Columns of the ticket that this act changed, as they were and as they are: what undo puts back. */
  before?: Record<string, unknown>
  after?: Record<string, unknown>
  /** Why the program decided so, for the page that shows it. */
  reason?: unknown
}

/** Written before commit, with all other history of the act, in the order of the calls. Parts are joined by '%%' as OTRS writes them, so that its readers and exports go on understanding. */
export function addHistory(work: Work, entries: HistoryEntry | HistoryEntry[]): void {
  work.gather(storeHistory, Array.isArray(entries) ? entries : [entries])
}

/** Why the whole act was done, for each of its rows that says nothing of its own: a rule, for example. */
export function becauseOf(work: Work, reason: MailReason): void {
  work.gather(storeHistory, [{ because: reason }])
}

/** What the ticket was right after the row, as in OTRS: whoever reports from history needs no second table. */
const SNAPSHOT = ['queue_id', 'owner_id', 'priority_id', 'state_id', 'type_id'] as const

interface Because {
  because: MailReason
}
// Each ticket is looked up by itself (`offset 0`): the planner would take some rows of JSON for a hundred, and walk over all tickets.
const storeHistory = (work: Work, given: (HistoryEntry | Because)[]): RawBuilder<unknown> => {
  const list = given.filter((entry): entry is HistoryEntry => !('because' in entry))
  const because = given.find((entry): entry is Because => 'because' in entry)?.because ?? null
  const stood = stoodAfter(list)
  return sql`
  insert into history (ticket_id, article_id, type, name, before, after, reason, person_id, act_id, created_at, ${sql.join(SNAPSHOT.map((column) => sql.ref(column)))})
  select h.ticket, h.article, h.type, h.name, h.before, h.after, h.reason, ${actorId(work)}::bigint, ${work.act}::uuid, ${work.now}::timestamptz,
    ${sql.join(SNAPSHOT.map((column) => sql`case when h.stood ? ${sql.lit(column)} then (h.stood ->> ${sql.lit(column)})::integer else t.${sql.ref(column)}::integer end`))}
  from jsonb_to_recordset(${storableJson(
    list.map((entry, n) => ({
      n,
      ticket: entry.ticketId,
      article: entry.articleId ?? null,
      type: entry.type,
      name: entry.parts ? `%%${entry.parts.join('%%')}` : '',
      before: entry.before ?? null,
      after: entry.after ?? null,
      reason: entry.reason ?? because,
      stood: stood[n],
    })),
  )}::jsonb) as h(n integer, ticket bigint, article bigint, type text, name text, before jsonb, after jsonb, reason jsonb, stood jsonb)
  left join lateral (select ${sql.join(SNAPSHOT.map((column) => sql.ref(column)))} from ticket where id = h.ticket offset 0) t on true
  order by h.n`
}

/** Of each row what later rows of the act changed, as it was before them: all else stands so in the ticket when the act ends. */
function stoodAfter(list: readonly HistoryEntry[]): Record<string, unknown>[] {
  const later = new Map<Id, Record<string, unknown>>()
  return list
    .toReversed()
    .map(({ ticketId, before = {} }) => {
      const stood = later.get(ticketId) ?? {}
      const changed = SNAPSHOT.filter((column) => before[column] !== undefined).map((column) => [column, before[column]])
      later.set(ticketId, { ...stood, ...Object.fromEntries(changed) })
      return stood
    })
    .toReversed()
}

/** A row `h` of history that says into which ticket this one was merged, as OTRS writes it: '%%number%%id%%number%%id'; and that id. */
export const MERGED = {
  row: sql`h.type = 'Merged' and h.name ~ '%%\\d{1,18}$'`,
  into: sql`substring(h.name from '%%(\\d+)$')::bigint`,
}
