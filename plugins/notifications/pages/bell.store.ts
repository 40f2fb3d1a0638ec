/** Owns the SQL of the bell: what a person is told in the page, how much of it is unread, and reading it. */
import { sql, type Kysely } from 'kysely'
import { actorId, isId, notify, type Database, type EventName, type Id, type Work } from '../../../core/index.ts'
import { BELL_CHANGED } from '../carry-out.ts'
import { STOPPED, tell } from '../tables.ts'

interface Told {
  id: Id
  /** What the notification said. */
  subject: string
  /** Who did it; null: a program, or somebody erased. */
  actorName: string | null
  at: Date
  readAt: Date | null
}
export interface TicketEntry extends Told {
  ticketId: Id
  number: string
  /** As the ticket is called now. */
  title: string
  event: EventName
  articleId: Id | null
  about: null
}
/** Of a rule that stopped: what it is as the log names it, and why. */
export interface RuleEntry extends Told {
  ticketId: null
  event: typeof STOPPED
  about: string
  aboutId: Id
  /** Null: the installation's. */
  unitId: Id | null
  unitSlug: string | null
  why: string
  detail: string
}
export type BellEntry = TicketEntry | RuleEntry

/** Counting ends here: more is more. */
export const MOST_UNREAD = 99

/** One more than `MOST_UNREAD` at most. */
export async function countUnread(db: Kysely<Database>, personId: Id): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from
      (select 1 from notification_bell where person_id = ${personId} and read_at is null limit ${MOST_UNREAD + 1}) u`.execute(db)
  return rows[0]!.count
}

export interface BellWish {
  unread: boolean
  /** Events of one kind alone; left out: all. */
  events?: readonly string[] | undefined
  /** Those before this one. */
  before?: Id | undefined
  limit: number
}

/** The newest first; one more than `limit` where there are more. */
export async function listBell(db: Kysely<Database>, personId: Id, wish: BellWish): Promise<BellEntry[]> {
  const { rows } = await sql<BellEntry>`
    select b.id, b.ticket_id as "ticketId", t.number, t.title, b.event, b.subject, b.article_id as "articleId", p.name as "actorName", b.at,
      b.read_at as "readAt", b.about, b.about_id as "aboutId", b.unit_id as "unitId", u.slug as "unitSlug", b.why, b.detail
    from notification_bell b left join ticket t on t.id = b.ticket_id left join person p on p.id = b.actor_id left join unit u on u.id = b.unit_id
    where b.person_id = ${personId} ${wish.unread ? sql`and b.read_at is null` : sql``}
      ${wish.events ? sql`and b.event = any(${[...wish.events]}::text[])` : sql``}
      ${isId(wish.before ?? '') ? sql`and b.id < ${wish.before}` : sql``}
    order by b.id desc limit ${wish.limit + 1}`.execute(db)
  return rows
}

/** Which of one's own entries: these, all of a ticket, or every one until (and with) this one. */
export type Which = { ids: readonly Id[] } | { ticketId: Id } | { upTo: Id }

/** Marks one's own entries as read, or unread again; other open pages of the same person are told. Answers how many changed. */
export async function markBell(work: Work, which: Which, read: boolean): Promise<number> {
  const person = actorId(work)!
  const query = tell(work.db)
    .updateTable('notification_bell')
    .set({ read_at: read ? work.now : null })
    .where('person_id', '=', person)
    .where('read_at', read ? 'is' : 'is not', null)
  const { numUpdatedRows } = await ('ids' in which
    ? query.where('id', 'in', ['0', ...which.ids.filter(isId)])
    : 'ticketId' in which
      ? query.where('ticket_id', '=', which.ticketId)
      : query.where('id', '<=', isId(which.upTo) ? which.upTo : '0')
  ).executeTakeFirst()
  if (numUpdatedRows > 0n) await notify(work, BELL_CHANGED, { person })
  return Number(numUpdatedRows)
}

/** Are there entries of this ticket that the person has not read? */
export async function unreadOf(db: Kysely<Database>, personId: Id, ticketId: Id): Promise<boolean> {
  const found = await tell(db)
    .selectFrom('notification_bell')
    .select('id')
    .where('person_id', '=', personId)
    .where('ticket_id', '=', ticketId)
    .where('read_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return found !== undefined
}
