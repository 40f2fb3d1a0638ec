/** Owns that the deadlines kept with a ticket are those it has: counted once before an act ends, for whatever ticket it touched. */
import type { Kysely, RawBuilder } from 'kysely'
import type { DeadlineName, Database, Id, SenderType, StateType } from '../database/schema.ts'
import type { Work } from '../kernel/work.ts'
import { DEADLINE_KINDS } from '../service/deadlines.ts'
import { deadlinesOf, FINISHED, firstResponse, nextDeadline, type Deadline, type Deadlines } from './deadlines.ts'
import { ofTickets, type OfSource } from './kept-sources.ts'
import {
  arrivedAt,
  findSource,
  findSources,
  readCourses,
  storeKept,
  type Kept,
  type Source,
  type TicketCourse,
} from './escalation.store.ts'

/**
 * Something of what this ticket's deadlines count of has changed: they are counted again, once, when all else of the act is done. One
 * statement for all tickets that an act touched; what differs is written with its last.
 */
export function touchDeadlines(work: Work, ticketId: Id): void {
  work.atEnd(recountTouched, [ticketId])
}

async function recountTouched(work: Work, ids: Id[]): Promise<void> {
  work.gather(store, await moved(work.db, [...new Set(ids)], work.now))
}

const store = (_work: Work, rows: (Kept & { id: Id })[]): RawBuilder<unknown> => storeKept(rows)

/** Of these tickets those whose kept deadlines are not what they are, with what they are. */
async function moved(db: Kysely<Database>, ids: readonly Id[], now: Date): Promise<(Kept & { id: Id })[]> {
  return (await readCourses(db, ids, now)).flatMap((one) => {
    const is = keptOf(count(one), one)
    return same(is, one.kept) ? [] : [{ id: one.id, ...is }]
  })
}

/** Counts these tickets again and writes what differs, at once; answers how many got another deadline. */
export async function recount(db: Kysely<Database>, ids: readonly Id[], now: Date): Promise<number> {
  const rows = await moved(db, ids, now)
  if (rows.length > 0) await storeKept(rows).execute(db)
  return rows.length
}

/** A ticket's deadlines as they are at this moment, with whose promise they are. Undefined: there is no such ticket. */
export async function deadlinesOfTicket(
  db: Kysely<Database>,
  id: Id,
  now: Date,
): Promise<{ source: Source; deadlines: Deadlines; course: TicketCourse['course'] } | undefined> {
  const [one] = await readCourses(db, [id], now)
  return one && { source: one.source, deadlines: count(one), course: one.course }
}

/**
 * The deadlines of a ticket that is about to be made, in a queue that promises something, without an SLA, in a state that stops no clock: all that they count
 * of is at hand. `article` is its first.
 */
export function deadlinesOfNew(
  { rule, calendar }: Pick<Source, 'rule' | 'calendar'>,
  made: { receivedAt: Date; at: Date; stateType: StateType; article: { senderType: SenderType; visible: boolean } },
): Kept {
  const { senderType: sender, visible } = made.article
  const course: TicketCourse['course'] = {
    arrivedAt: arrivedAt(made.receivedAt, made.at),
    byAgent: sender === 'agent',
    stateType: made.stateType,
    states: [{ at: made.at, suspends: false }],
    articles: [{ id: '0', at: made.at, sender, visible }],
    firstClosedAt: made.stateType === 'closed' ? made.at : null,
  }
  return keptOf(deadlinesOf(rule, calendar, course), { course, source: { rule } })
}

const count = ({ source, course }: TicketCourse): Deadlines => deadlinesOf(source.rule, source.calendar, course)

function keptOf(deadlines: Deadlines, { course, source }: { course: TicketCourse['course']; source: Pick<Source, 'rule'> }): Kept {
  const due = (kind: DeadlineName) => {
    const one = deadlines[kind]
    return one.is === 'runs' ? one.due : null
  }
  const isOpen = !FINISHED.has(course.stateType)
  const promised = DEADLINE_KINDS.some((kind) => source.rule[kind].minutes)
  return {
    response_due_at: due('response'),
    update_due_at: due('update'),
    solution_due_at: due('solution'),
    due_at: nextDeadline(deadlines)?.due ?? null,
    suspended: promised && isOpen ? DEADLINE_KINDS.some((kind) => standsStill(deadlines[kind])) : null,
    first_response_at: firstResponse(course.articles),
  }
}

const standsStill = (one: Deadline): boolean => one.is === 'stopped' || (one.is === 'off' && one.why === 'suspended')

const same = (a: Kept, b: Kept): boolean =>
  (Object.keys(a) as (keyof Kept)[]).every(
    (column) => Number(a[column]) === Number(b[column]) && (a[column] === null) === (b[column] === null),
  )

/** As `keptSources`, as a transaction sees it: one statement, none where there is no deadline. */
export async function sourcesOf(db: Kysely<Database>, tickets: readonly OfSource[]): Promise<ReadonlyMap<Id, Source>> {
  const due = tickets.filter(({ dueAt, suspended }) => dueAt !== null || suspended)
  const wanted = due.map(({ queueId, slaId }) => ({ queue: queueId, sla: slaId ?? null }))
  return ofTickets(due, await findSources(db, wanted))
}

/** The deadlines that a message of a customer would have which came at `arrivedAt`, by this queue or SLA. */
export async function tryDeadlines(
  db: Kysely<Database>,
  by: { kind: Source['kind']; id: Id },
  arrivedAt: Date,
): Promise<{ source: Source; deadlines: Deadlines } | undefined> {
  const source = await findSource(db, by.kind, by.id)
  if (!source) return undefined
  const course: TicketCourse['course'] = {
    arrivedAt,
    byAgent: false,
    stateType: 'new',
    states: [],
    articles: [{ id: '1', at: arrivedAt, sender: 'customer', visible: true }],
    firstClosedAt: null,
  }
  return { source, deadlines: deadlinesOf(source.rule, source.calendar, course) }
}
