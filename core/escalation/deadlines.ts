/** Owns how deadlines count: first response, update and solution of a ticket, as one pure function of rule, calendar and what happened. */
import type { Calendar } from '../calendar/calendar.ts'
import { receive, type ReceiptReason } from '../calendar/receipt.ts'
import { addWorkingTime, workingMinutesBetween } from '../calendar/working-time.ts'
import type { DeadlineName, SenderType, StateType } from '../database/schema.ts'
import { DEADLINE_KINDS } from '../service/deadlines.ts'

/** What a queue or an SLA promises: working minutes, null: no such deadline; and from which per cent of them on it is told, null: not before. */
export type Rule = { readonly [kind in DeadlineName]: { readonly minutes: number | null; readonly notify: number | null } }

/** What happened to a ticket, as far as deadlines ask. */
export interface Course {
  /** When it reached us; of a ticket that an agent entered the receipt clock is not asked. */
  arrivedAt: Date
  byAgent: boolean
  stateType: StateType
  /** Since when it has been in states that stop the clock or do not, in order; one that lasts says so until the next. */
  states: readonly { at: Date; suspends: boolean }[]
  /** Withdrawn and held ones are none; in any order. */
  articles: readonly { id: string; at: Date; sender: SenderType; visible: boolean }[]
  firstClosedAt: Date | null
  /** The installation says that nothing is late while the clock stands still. */
  cancels?: boolean
}

/** Half-open: `until` is out again; null: it is in still. */
export interface Pause {
  from: Date
  until: Date | null
}

export type Deadline =
  /** The rule promises none. */
  | { is: 'none' }
  /** Kept or not, it is over. */
  | { is: 'done'; minutes: number; at: Date }
  /** `finished`: closed, merged or removed; `pending`: no update is owed meanwhile; `silent`: nobody has written anything; `suspended`: the clock stands still, and was it late, that does not count meanwhile. */
  | { is: 'off'; minutes: number; why: 'finished' | 'pending' | 'silent' | 'suspended' }
  /** `warnAt`: from when on it is near, by the rule's per cent; null: the rule has none. `pauses`: those that moved it. */
  | { is: 'runs'; minutes: number; start: Date; due: Date; warnAt: Date | null; pauses: readonly Pause[] }
  /** Suspended now: working minutes that are left, to count again when the ticket goes on. */
  | { is: 'stopped'; minutes: number; start: Date; left: number; since: Date; pauses: readonly Pause[] }

export type Deadlines = { readonly [kind in DeadlineName]: Deadline } & {
  /** When it was received by this calendar, and why then. */
  readonly receipt: { at: Date; reason: ReceiptReason | 'by-agent' }
}

/** Nothing is owed any more. */
export const FINISHED: ReadonlySet<StateType> = new Set<StateType>(['closed', 'merged', 'removed'])

/**
 * The deadlines of a ticket. OTRS behaviour throughout but for the receipt clock: what arrives after the cut-off counts from the next opening.
 * It does not ask what time it is: a deadline is late when `due` is not after now.
 */
export function deadlinesOf(rule: Rule, calendar: Calendar, course: Course): Deadlines {
  const receipt: Deadlines['receipt'] = course.byAgent
    ? { at: course.arrivedAt, reason: 'by-agent' }
    : receivedBy(calendar, course.arrivedAt)
  const pauses = pausesOf(course.states)
  // OTRS behaviour (EscalationSuspendCancelEscalation): a deadline that had passed before it stands still is none until it goes on.
  const cancelled = course.cancels === true && pauses.at(-1)?.until === null
  const from = (kind: DeadlineName, start: Date): Deadline => {
    const { minutes, notify } = rule[kind]
    const one = count(calendar, start, minutes!, notify, pauses)
    return cancelled && one.is === 'runs' ? { is: 'off', minutes: minutes!, why: 'suspended' } : one
  }
  const each = (kind: DeadlineName, go: () => Deadline): Deadline => {
    const { minutes } = rule[kind]
    if (!minutes) return { is: 'none' }
    return FINISHED.has(course.stateType) ? { is: 'off', minutes, why: 'finished' } : go()
  }
  return {
    receipt,
    response: each('response', () => {
      const answered = firstResponse(course.articles)
      return answered ? { is: 'done', minutes: rule.response.minutes!, at: answered } : from('response', receipt.at)
    }),
    update: each('update', () => {
      if (course.stateType.startsWith('pending')) return { is: 'off', minutes: rule.update.minutes!, why: 'pending' }
      const start = updateStart(course.articles)
      return start ? from('update', start) : { is: 'off', minutes: rule.update.minutes!, why: 'silent' }
    }),
    solution: each('solution', () =>
      course.firstClosedAt ? { is: 'done', minutes: rule.solution.minutes!, at: course.firstClosedAt } : from('solution', receipt.at),
    ),
  }
}

/** The earliest deadline that runs. */
export function nextDeadline(deadlines: Deadlines): { kind: DeadlineName; due: Date } | undefined {
  let next: { kind: DeadlineName; due: Date } | undefined
  for (const kind of DEADLINE_KINDS) {
    const one = deadlines[kind]
    if (one.is === 'runs' && (!next || one.due < next.due)) next = { kind, due: one.due }
  }
  return next
}

/** Working minutes until a deadline, negative when it is late; suspended time is no affair of it: a late deadline stays late. */
export const minutesLeft = (calendar: Calendar, due: Date, now: Date): number =>
  due > now ? workingMinutesBetween(calendar, now, due) : -workingMinutesBetween(calendar, due, now) || 0

/** When the first article of an agent that the customer may see was written. */
export function firstResponse(articles: Course['articles']): Date | null {
  let first: Date | null = null
  for (const { at, sender, visible } of articles) if (sender === 'agent' && visible && (!first || at < first)) first = at
  return first
}

/**
 * From the newest back, of those the customer may see: an agent's message first – from it; customers' first – from the oldest of them
 * in a row, for who writes again waits no less. Where neither wrote anything visible, from the newest of all.
 */
export function updateStart(articles: Course['articles']): Date | undefined {
  const newestFirst = articles.toSorted((a, b) => b.at.getTime() - a.at.getTime() || compareIds(b.id, a.id))
  let start: Date | undefined
  for (const { at, sender, visible } of newestFirst) {
    if (!visible || sender === 'system') continue
    if (sender === 'agent') return start ?? at
    start = at
  }
  return start ?? newestFirst[0]?.at
}

/** Ids are numbers of any length as text. */
const compareIds = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)

function receivedBy(calendar: Calendar, at: Date): { at: Date; reason: ReceiptReason } {
  const { receivedAt, reason } = receive(calendar, at)
  return { at: receivedAt, reason }
}

/** The times in which states stopped the clock; several in a row are one. */
function pausesOf(states: Course['states']): Pause[] {
  const pauses: { from: Date; until: Date | null }[] = []
  for (const { at, suspends } of states) {
    const last = pauses.at(-1)
    if (suspends && last?.until?.getTime() === at.getTime()) last.until = null
    else if (suspends && last?.until !== null) pauses.push({ from: at, until: null })
    else if (!suspends && last?.until === null) last.until = at
  }
  return pauses.filter(({ from, until }) => until === null || from < until)
}

const MINUTE = 60_000

/** The least moment at which as much working time has passed outside of pauses; a pause that begins at it or later does not move it. */
function count(calendar: Calendar, start: Date, minutes: number, notify: number | null, pauses: readonly Pause[]): Deadline {
  const due = passed(calendar, start, minutes, pauses)
  if (!('at' in due)) return { is: 'stopped', minutes, start, ...due }
  const warn = notify === null ? undefined : passed(calendar, start, (minutes * notify) / 100, pauses)
  return { is: 'runs', minutes, start, due: due.at, pauses: due.pauses, warnAt: warn && 'at' in warn ? warn.at : null }
}

function passed(
  calendar: Calendar,
  start: Date,
  minutes: number,
  pauses: readonly Pause[],
): { at: Date; pauses: Pause[] } | { left: number; since: Date; pauses: Pause[] } {
  const met: Pause[] = []
  let at = start
  let left = Math.round(minutes * MINUTE)
  for (const pause of pauses) {
    if (pause.until !== null && pause.until <= at) continue
    // A calendar that never opens leaves times as they are, and no pause moves them.
    const then = addWorkingTime(calendar, at, left / MINUTE)
    if (then <= pause.from || (then.getTime() === at.getTime() && met.length === 0)) return { at: then, pauses: met }
    left -= Math.round(workingMinutesBetween(calendar, at, pause.from) * MINUTE)
    met.push(pause)
    if (pause.until === null) return { left: left / MINUTE, since: pause.from, pauses: met }
    at = pause.until
  }
  return { at: addWorkingTime(calendar, at, left / MINUTE), pauses: met }
}
