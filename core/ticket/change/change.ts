/** Owns the one door for changes of a ticket: whatever shall stand, guards are asked, columns and history written, facts told here. */
import type { Id } from '../../database/schema.ts'
import type { FactName, NewFact } from '../../kernel/facts.ts'
import type { GuardChanges } from '../../kernel/guards.ts'
import { actorId, type Work } from '../../kernel/work.ts'
import { insertArticle } from '../../article/articles.ts'
import { touchDeadlines } from '../../escalation/recount.ts'
import { findQueue } from '../../queue/queues.ts'
import { demand, type Right } from '../../permission/policy.ts'
import { refused } from '../../errors.ts'
import {
  CHANGEABLE,
  changeable,
  ENTRIES,
  inColumn,
  type Changeable,
  type ChangeableEntry,
  type GivenOf,
  type Kind,
  type TicketColumns,
} from '../attributes.ts'
import { withdrawClosingMail } from '../../mail/texts/auto-response.ts'
import { addHistory, type NamedType, type Said } from '../history.ts'
import { noteMove } from './move-note.ts'
import { next, type Change, type MachineState, type Outcome } from '../state-machine.ts'
import { isOpen, type NewArticle, type Ticket } from '../ticket.ts'
import { findState, findTicket, lockTicket, type StateRow } from '../ticket.store.ts'
import { ownerStands, type OwnerStands } from '../../permission/to-take.ts'

/** Tickets that were locked and read before an act began: the first who asks for one takes it from here, nothing having been written since. */
const ahead = new WeakMap<Work, Ticket>()

/** Locks a ticket for what comes before the act itself; `ticketFor` then need not ask again. Undefined: there is none. */
export async function lockAhead(work: Work, id: Id): Promise<Ticket | undefined> {
  const ticket = await lockTicket(work.db, id, actorId(work))
  if (ticket) ahead.set(work, ticket)
  return ticket
}

/** The act is done: whoever asks from now on reads anew. */
export const forgetAhead = (work: Work): void => void ahead.delete(work)

/** The ticket, locked, after the policy agreed. 404 when the actor may not see it, 403 when they may not do this. */
export async function ticketFor(work: Work, id: Id, right: Right): Promise<Ticket> {
  const before = ahead.get(work)
  ahead.delete(work)
  const ticket = before?.id === id ? before : await lockTicket(work.db, id, actorId(work))
  if (!ticket) throw refused('not-found')
  await work.demandReach(ticket.unitId)
  demand(work.actor, right, ticket.ties)
  return ticket
}

/** The same without the lock, for what is asked before several tickets are locked together. */
export async function seeTicketFor(work: Work, id: Id, right: Right): Promise<Ticket> {
  const ticket = await findTicket(work.db, id, actorId(work))
  if (!ticket) throw refused('not-found')
  await work.demandReach(ticket.unitId)
  demand(work.actor, right, ticket.ties)
  return ticket
}

/** What shall stand, by attribute. History tells of it in the order of the keys. */
export type Shall = { [A in Changeable]?: GivenOf<A> }

/** A row of history that tells of something else than an attribute, with the columns it changed all the same. */
export type Row = Said & {
  columns?: TicketColumns
  articleId?: Id
  reason?: unknown
  /** What the act changed elsewhere than in the ticket's columns: kept in history for undo (held.ts). */
  beside?: { before: Record<string, unknown>; after: Record<string, unknown> }
}

export interface Also {
  /** Told before the attributes. */
  rows?: readonly Row[]
  /** Columns that no row tells of: when somebody wrote last. */
  columns?: TicketColumns
  /** Why, for the row of an attribute. */
  reasons?: { [A in Changeable]?: unknown }
}

/**
 * Changes a ticket that `ticketFor` locked: what differs of `shall`, with one statement, a history row each and the facts that
 * follow. A move takes the ticket from whoever leads it, unless `shall` says who does then, and tells both units. Nothing is
 * written when nothing differs and nothing else is told. Errors: what a guard refuses, what the state machine refuses of a move.
 */
export async function change(work: Work, ticket: Ticket, shall: Shall, also: Also = {}): Promise<void> {
  const wanted = different(ticket, alive(ticket, await withMove(work, ticket, shall)))
  const rows = [
    ...(also.rows ?? []),
    ...attributesOf(wanted).map((entry) => changeRow(work, ticket, entry, wanted[entry.name], also.reasons?.[entry.name])),
  ]
  if (rows.length === 0 && !also.columns) return
  for (const entry of attributesOf(wanted)) await askGuard(work, ticket, entry, wanted)
  await write(work, ticket, rows, firstAnswered(ticket, also.columns ?? {}), wanted.queue)
  if (wanted.queue && wanted.queue.unitId !== ticket.unitId) await noteMove(work, ticket, wanted.queue)
  if (ticket.stateType === 'closed' && wanted.state && isOpen(wanted.state.type)) await withdrawClosingMail(work, ticket)
}

/** Puts columns back as they stood and tells so in `row`: guards have no say in taking an act back, and nobody hears of it but by facts. */
export async function putBack(work: Work, ticket: Ticket, columns: TicketColumns, row: Said): Promise<void> {
  const queue =
    columns.queue_id !== undefined && columns.queue_id !== ticket.queueId ? await findQueue(work.db, columns.queue_id) : undefined
  await write(work, ticket, [{ ...row, columns }], {}, queue)
}

const attributesOf = (shall: Shall): ChangeableEntry[] => (Object.keys(shall) as Changeable[]).map((name) => changeable[name])

const same = (a: unknown, b: unknown): boolean =>
  a instanceof Date && b instanceof Date ? a.getTime() === b.getTime() : (a ?? null) === (b ?? null)

const fields = ticketFields()
/** Where in a ticket each column's value is, and the name shown for it. */
function ticketFields(): ReadonlyMap<string, { field: keyof Ticket; name: keyof Ticket | undefined }> {
  return new Map(
    ENTRIES.filter(({ read }) => read !== false).map(({ column, field, shown }) => [
      column,
      { field: field as keyof Ticket, name: Object.keys(shown ?? {})[0] as keyof Ticket | undefined },
    ]),
  )
}
const stands = (ticket: Ticket, column: string): unknown => ticket[fields.get(column)!.field]

function stood(ticket: Ticket, { kind, column }: ChangeableEntry): unknown {
  const value = stands(ticket, column)
  const { name } = fields.get(column)!
  return NAMED.has(kind) ? { id: value, name: name === undefined ? '' : (ticket[name] ?? '') } : value
}
const NAMED: ReadonlySet<Kind> = new Set<Kind>(['queue', 'state', 'priority', 'type', 'service', 'sla', 'agent', 'customer'])

const along = (ticket: Ticket, entry: ChangeableEntry, given: unknown, now: Date): Record<string, unknown> =>
  entry.along?.(ticket, given, now) ?? {}

/** Of what shall stand only what does not stand yet. A state of another type than the ticket says is another one. */
function different(ticket: Ticket, shall: Shall): Shall {
  return Object.fromEntries(
    Object.entries(shall).filter(([name, given]) => {
      const { column } = changeable[name as Changeable]
      return !same(stands(ticket, column), inColumn(given)) || (name === 'state' && (given as GivenOf<'state'>).type !== ticket.stateType)
    }),
  )
}

function changeRow(work: Work, ticket: Ticket, entry: ChangeableEntry, given: unknown, reason: unknown): Row {
  const {
    history: { type, parts },
    column,
  } = entry
  return {
    type: (typeof type === 'string' ? type : type[String(given)]) as NamedType,
    parts: parts(stood(ticket, entry), given),
    columns: { [column]: inColumn(given), ...along(ticket, entry, given, work.now) },
    ...(reason === undefined ? {} : { reason }),
  }
}

/** Writes the columns at once, one history row per entry with the columns before and after, and tells what changed. */
async function write(
  work: Work,
  ticket: Ticket,
  rows: readonly Row[],
  more: TicketColumns,
  to: GivenOf<'queue'> | undefined,
): Promise<void> {
  const columns: TicketColumns = Object.assign({}, more, ...rows.map((row) => row.columns ?? {}))
  await work.db
    .updateTable('ticket')
    .set({ ...columns, changed_at: work.now })
    .where('id', '=', ticket.id)
    .execute()
  addHistory(
    work,
    rows.map(({ columns: own, beside, ...row }) => ({
      ...row,
      ticketId: ticket.id,
      ...(own || beside
        ? {
            before: {
              ...Object.fromEntries(Object.keys(own ?? {}).map((column) => [column, stands(ticket, column) ?? null])),
              ...beside?.before,
            },
            after: { ...own, ...beside?.after },
          }
        : {}),
    })),
  )
  if (ticket.hasDeadlines || maybePromised(columns, to)) touchDeadlines(work, ticket.id)
  tell(work, ticket, columns, to?.unitId)
}

/** A queue or an SLA that the ticket comes to may promise what the one before did not. */
const maybePromised = (columns: TicketColumns, to: GivenOf<'queue'> | undefined): boolean =>
  (to !== undefined && to.deadlines !== false) || ('sla_id' in columns && columns.sla_id !== null)

/** What an agent writes to the customer may be the first answer. */
const firstAnswered = (ticket: Ticket, columns: TicketColumns): TicketColumns =>
  columns.last_agent_at && !ticket.firstResponseAt ? { ...columns, first_response_at: columns.last_agent_at } : columns

/** One fact for each attribute whose column is another one, in the order of the columns. A move is told in both units. */
function tell(work: Work, ticket: Ticket, columns: TicketColumns, unitId: Id | undefined): void {
  for (const [column, value] of Object.entries(columns)) {
    const entry = byColumn.get(column)
    if (!entry) continue
    const { name, column: source = column, data } = entry.fact
    const [from, to] = [stands(ticket, source), columns[source as keyof TicketColumns]]
    if (same(stands(ticket, column), value) && same(from, to)) continue
    const fact = { ticketId: ticket.id, data: data(from, to) }
    const units = entry.name === 'queue' ? new Set([unitId ?? ticket.unitId, ticket.unitId]) : [ticket.unitId]
    for (const unit of units) work.emit(name as FactName, { ...fact, unitId: unit } as NewFact)
  }
}
const byColumn = new Map(CHANGEABLE.map((entry) => [entry.column, entry]))

async function askGuard(work: Work, ticket: Ticket, { name, guard }: ChangeableEntry, shall: Shall): Promise<void> {
  if (!guard) return
  const about = { ticket: Object.freeze({ ...ticket }) }
  if (name === 'state') {
    const { id, name: stateName, type } = shall.state!
    await work.ask('ticket.state-change', [ticket.unitId], {
      ...about,
      to: { id, name: stateName, type },
      pendingUntil: shall.pending ?? null,
    })
  } else if (name === 'owner') {
    await work.ask('ticket.owner-change', [ticket.unitId], { ...about, to: shall.owner!.id })
  } else if (name === 'queue') {
    const { id, name: queueName, unitId } = shall.queue!
    // The unit that gives is asked first, then the one that takes.
    await work.ask('ticket.move', [ticket.unitId, unitId], { ...about, to: { queueId: id, queueName, unitId } })
  }
}

/** OTRS ForceUnlockOnMove: in another queue nobody leads it any more, unless it is said who does, and whether it is locked. */
async function withMove(work: Work, ticket: Ticket, shall: Shall): Promise<Shall> {
  if (!shall.queue || shall.queue.id === ticket.queueId) return shall
  const left = await shallOf(work, ticket, nextOrRefuse(ticket, { kind: 'set-owner', ownerId: null }))
  return { ...shall, ...Object.fromEntries(Object.entries(left).filter(([name]) => !Object.hasOwn(shall, name))) }
}

/** OTRS behaviour: what comes back to life is no longer archived. */
const alive = (ticket: Ticket, shall: Shall): Shall =>
  ticket.archived && shall.state && isOpen(shall.state.type) && shall.archived === undefined ? { ...shall, archived: false } : shall

/** Adds what somebody writes to a ticket, once the guards agree. */
export async function addArticle(work: Work, ticket: Ticket, article: NewArticle): Promise<Id> {
  await askAboutArticle(work, { ticket: Object.freeze({ ...ticket }), queueId: ticket.queueId, unitId: ticket.unitId }, article)
  return insertArticle(work, ticket.id, article)
}

/** Asks the guards about an article, the first of a ticket included. */
export async function askAboutArticle(
  work: Work,
  about: Omit<GuardChanges['article.create'], 'article'>,
  article: NewArticle,
): Promise<void> {
  await work.ask('article.create', [about.unitId], { ...about, article: Object.freeze({ ...article }) })
}

const machineState = (ticket: Ticket): MachineState => ({
  type: ticket.stateType,
  lock: ticket.lock,
  ownerId: ticket.ownerId,
  pendingUntil: ticket.pendingUntil,
})

/** Asks the state machine; throws its refusal. */
export function nextOrRefuse(ticket: Ticket, wish: Change): Extract<Outcome, { ok: true }> {
  const outcome = next(machineState(ticket), wish)
  if (outcome.ok) return outcome
  throw refused(outcome.code, outcome.code === 'ticket.locked-by-other' ? { who: ticket.ownerName ?? '?' } : {})
}

/** What the machine decided, as what shall stand. `given` is the state row when somebody chose one. */
export async function shallOf(work: Work, ticket: Ticket, outcome: Extract<Outcome, { ok: true }>, given?: StateRow): Promise<Shall> {
  const { state, stateChange } = outcome
  const target = stateChange === undefined ? undefined : await targetState(work, ticket, stateChange, given)
  return different(ticket, {
    ...(target ? { state: target } : {}),
    pending: state.pendingUntil,
    ...(state.ownerId === ticket.ownerId ? {} : { owner: await agent(work, state.ownerId) }),
    lock: state.lock,
  })
}

/** A person with the login that history names them by. */
export async function agent(work: Work, id: Id | null): Promise<GivenOf<'owner'>> {
  const person = id === null ? undefined : await work.db.selectFrom('person').select('login').where('id', '=', id).executeTakeFirst()
  return { id, name: person?.login ?? '' }
}

/**
 * What a customer's message does with state and lock. OTRS behaviour: nobody waits for an owner who is away or works here no
 * longer – or, with us, no longer in this queue –, so the ticket is unlocked; the owner stays, and history says why.
 */
export async function shallAfterReply(
  work: Work,
  ticket: Ticket,
  { followUpLock }: { followUpLock: boolean },
  wish: {
    keepState?: boolean
    given?: StateRow
    pendingUntil?: Date | null | undefined
  } = {},
): Promise<{ shall: Shall; reasons: NonNullable<Also['reasons']> }> {
  const { stands, name } = await ownerStands(work.db, ticket, work.now)
  const { keepState = false, given, pendingUntil } = wish
  const outcome = nextOrRefuse(ticket, {
    kind: 'customer-reply',
    followUpLock,
    ownerUsable: stands !== 'gone' && stands !== 'unable',
    ownerOutOfOffice: stands === 'away',
    ...(keepState ? { keepState } : {}),
    ...(given ? { state: { to: given.type, dateOptional: given.dateOptional, ...(pendingUntil ? { pendingUntil } : {}) } } : {}),
  })
  const shall = await shallOf(work, ticket, outcome, given)
  const reason = { step: 'lock', decided: 'unlock', rule: ownerRule(stands), detail: name }
  return { shall, reasons: shall.lock === 'unlock' ? { lock: reason } : {} }
}

/** Why a ticket is taken from its owner, as history's reason. */
export const ownerRule = (stands: OwnerStands): string => `owner-${stands}`

async function targetState(work: Work, ticket: Ticket, why: string, given?: StateRow): Promise<StateRow> {
  if (why === 'given' && given) return given
  const name =
    why === 'merged'
      ? 'merged'
      : why === 'after-pending'
        ? ((await findState(work.db, { id: ticket.stateId }))?.afterPending ?? 'closed successful')
        : 'open' // OTRS PostmasterFollowUpState; an answer makes a new ticket open
  const row = await findState(work.db, { name })
  if (!row) throw refused('ticket.state-unknown')
  return row
}
