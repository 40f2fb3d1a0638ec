/** Owns what somebody had before their eyes when they acted on a ticket: one short word on their page, compared with what stands by then. */
import { sql, type Kysely } from 'kysely'
import { forAllHere, inTicket, type Article } from '../../article/articles.ts'
import { isId } from '../../database/id.ts'
import type { Database, Id } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import { actorId, type Work } from '../../kernel/work.ts'
import { ticketFor } from '../change/change.ts'
import type { Ticket } from '../ticket.ts'

/**
 * What can be another one by the time of an act. `article`: the last one written by people, notes and held messages included;
 * `message`: the last one that its customer sees; `heard`: when the customer last wrote, for lists, which read no articles. These
 * only grow: what was taken back since surprises nobody.
 */
const ASPECTS = {
  article: { sign: 'a', grows: true },
  message: { sign: 'm', grows: true },
  heard: { sign: 'h', grows: true },
  owner: { sign: 'o', grows: false },
  state: { sign: 's', grows: false },
  queue: { sign: 'q', grows: false },
} as const
export type Aspect = keyof typeof ASPECTS
const NAMES = Object.keys(ASPECTS) as Aspect[]

/** Each as digits, '0' for none. */
export type Standing = Record<Aspect, string>

/** What an act minds that sends, writes, or gives the ticket another state, owner or queue. */
export const ALL_OF_IT: readonly Aspect[] = ['article', 'heard', 'owner', 'state', 'queue']

/** What pages tell apart: a ticket with its articles; a row of a list; a customer's page, where ids of notes have no business. */
const TOLD = {
  ticket: ['article', 'owner', 'state', 'queue'],
  row: ['heard', 'owner', 'state', 'queue'],
  customer: ['message'],
} as const satisfies Record<string, readonly Aspect[]>

type Written = Pick<Article, 'id' | 'visible' | 'withdrawnAt' | 'senderType' | 'inboundMailId' | 'held'>
type Stands = Pick<Ticket, 'ownerId' | 'stateId' | 'queueId' | 'lastCustomerAt'>

/** For a hidden field: what a page shows, as 'a120.o7.s4.q3'. */
export function saySeen(page: keyof typeof TOLD, ticket: Stands, articles: readonly Written[] = []): string {
  const standing = standingOf(ticket, articles)
  return TOLD[page].map((name) => `${ASPECTS[name].sign}${standing[name]}`).join('.')
}

function standingOf(ticket: Stands, articles: readonly Written[]): Standing {
  const last = (found: readonly Written[]) =>
    found
      .map(({ id }) => BigInt(id))
      .reduce((a, b) => (a > b ? a : b), 0n)
      .toString()
  const written = articles.filter(byPeople)
  return {
    article: last(written),
    message: last(written.filter(isMessage)),
    heard: `${ticket.lastCustomerAt?.getTime() ?? 0}`,
    owner: ticket.ownerId ?? '0',
    state: ticket.stateId,
    queue: ticket.queueId,
  }
}

/** Automatic answers are no news. Reports that a mail did not arrive came by mail themselves. */
const byPeople = (article: Written): boolean =>
  article.withdrawnAt === null && (article.senderType !== 'system' || article.inboundMailId !== null)
const isMessage = (article: Written): boolean => article.visible && (article.held === null || article.held.decision === 'accepted')

/** Unreadable is nothing: then nothing is compared. */
function readSeen(seen: string): Partial<Standing> {
  const parts = new Map(
    seen
      .slice(0, 200)
      .split('.')
      .map((part) => [part[0], part.slice(1)]),
  )
  return Object.fromEntries(NAMES.map((name) => [name, parts.get(ASPECTS[name].sign)]).filter(([, value]) => isId(value)))
}

/** What of it is another one now. That the ticket became the reader's own surprises nobody. */
function changed(had: Partial<Standing>, now: Standing, personId: Id | null): Aspect[] {
  return NAMES.filter((name) => {
    const was = had[name]
    if (was === undefined || (name === 'owner' && now.owner === personId)) return false
    return ASPECTS[name].grows ? BigInt(now[name]) > BigInt(was) : now[name] !== was
  })
}

export interface Since {
  /** Written since, the oldest first. */
  articles: Article[]
  changed: readonly Aspect[]
}

/** What a reader of a page has not seen of what stands there now. */
export function sinceSeen(seen: string, ticket: Stands, articles: readonly Article[], personId: Id): Since {
  const had = readSeen(seen)
  const known = had.article ?? had.message
  return {
    articles:
      known === undefined
        ? []
        : articles.filter((one) => byPeople(one) && (had.article !== undefined || isMessage(one)) && BigInt(one.id) > BigInt(known)),
    changed: changed(had, standingOf(ticket, articles), personId),
  }
}

/**
 * Refuses an act on a ticket that is no longer what its actor had seen, as far as the act minds; locks it, so that it stays so. Nothing
 * seen, as with programs: nothing compared. Errors: `ticket.changed-since`; for who may not see the ticket (`right`) what they are told anyway.
 */
export async function demandUnchanged(
  work: Work,
  ticketId: Id,
  seen: string,
  minds: readonly Aspect[],
  right: 'ro' | 'see',
): Promise<void> {
  const had = Object.fromEntries(Object.entries(readSeen(seen)).filter(([name]) => minds.includes(name as Aspect))) as Partial<Standing>
  if (Object.keys(had).length === 0 || !isId(ticketId)) return
  const ticket = await work.db
    .selectFrom('ticket')
    .select(['owner_id', 'state_id', 'queue_id', 'last_customer_at'])
    .where('id', '=', ticketId)
    .forUpdate()
    .executeTakeFirst()
  if (!ticket) return
  const stands = { ownerId: ticket.owner_id, stateId: ticket.state_id, queueId: ticket.queue_id, lastCustomerAt: ticket.last_customer_at }
  const written = (had.article ?? had.message) ? await lastWritten(work.db, ticketId) : {}
  if (changed(had, { ...standingOf(stands, []), ...written }, actorId(work)).length === 0) return
  await ticketFor(work, ticketId, right)
  throw refused('ticket.changed-since')
}

/** As `standingOf` finds them among articles that were read. A statement of its own, after the lock: what came while it was waited for counts. */
async function lastWritten(db: Kysely<Database>, ticketId: Id): Promise<Pick<Standing, 'article' | 'message'>> {
  const message = sql<boolean>`article.visible and ${inTicket} and ${forAllHere}`
  const { article, message: seen } = await db
    .selectFrom('article')
    .select((eb) => [eb.fn.max('id').as('article'), eb.fn.max('id').filterWhere(message).as('message')])
    .where('ticket_id', '=', ticketId)
    .where('withdrawn_at', 'is', null)
    .where((eb) => eb.or([eb('sender_type', '<>', 'system'), eb('inbound_mail_id', 'is not', null)]))
    .executeTakeFirstOrThrow()
  return { article: `${article ?? 0}`, message: `${seen ?? 0}` }
}
