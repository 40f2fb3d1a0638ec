/** Owns how deadlines are said: in a row, beside a ticket, and why they are what they are. */
import type { DeadlineName } from '../database/schema.ts'
import { sayAge, sayDateTime, sayDay, sayNearDay, sayTime } from '../calendar/date-words.ts'
import { sayHours, sayReceiptReason } from '../calendar/words.ts'
import { coreTexts } from '../i18n/core-texts.ts'
import type { Language } from '../i18n/languages.ts'
import { DEADLINE_KINDS } from '../service/deadlines.ts'
import { minutesLeft, nextDeadline, type Deadline, type Deadlines } from './deadlines.ts'
import type { Source } from './escalation.store.ts'

/** Who reads, where and when. `zone`: in which moments are said. */
export interface SayRoom {
  language: Language
  zone: string
  now: Date
}

/** `late`, `near` its end, `runs`, or `stopped` while the ticket's state suspends it. */
export type DeadlineTone = 'late' | 'near' | 'runs' | 'stopped'
export interface SaidDeadline {
  tone: DeadlineTone
  /** "odpowiedź do jutra 10:15" */
  what: string
  /** "zostało 2 h pracy", "po terminie 25 min pracy" */
  rest: string | null
}

/** What is kept with a ticket, as it is read with it. */
export interface DueTimes {
  dueAt: Date | null
  responseDueAt: Date | null
  updateDueAt: Date | null
  solutionDueAt: Date | null
  suspended: boolean | null
}

/** Where nothing is said of when it is near, from three quarters on. */
const NEAR = 75

/** The earliest of a ticket's deadlines; undefined: it has none. A ticket that is suspended, and late in nothing, says so. */
export function sayNext(ticket: DueTimes, source: Source | undefined, room: SayRoom): SaidDeadline | undefined {
  const t = coreTexts.in(room.language)
  const { dueAt } = ticket
  if (!dueAt) return ticket.suspended ? { tone: 'stopped', what: t('deadline.stopped'), rest: null } : undefined
  const kind = DEADLINE_KINDS.find((one) => ticket[`${one}DueAt`]?.getTime() === dueAt.getTime()) ?? 'response'
  return sayRunning(kind, dueAt, source, room)
}

function sayRunning(kind: DeadlineName, due: Date, source: Source | undefined, room: SayRoom): SaidDeadline {
  const t = coreTexts.in(room.language)
  const long = room.now.getTime() - due.getTime() > LONG
  const left = source && !long ? minutesLeft(source.calendar, due, room.now) : undefined
  if (due <= room.now) {
    const span = left === undefined || left > -1 ? undefined : saySpan(roughly(-left), room.language)
    return {
      tone: 'late',
      what: t('deadline.was-due', { what: t(`deadline.${kind}`), day: sayWhen(due, room) }),
      rest: long
        ? t('deadline.late-long', { age: sayAge(due, room.now, room.language, room.zone) })
        : span === undefined
          ? t('deadline.just-late')
          : t('deadline.late', { span }),
    }
  }
  const { minutes, notify } = source?.rule[kind] ?? { minutes: null, notify: null }
  const near = left !== undefined && minutes !== null && left <= (minutes * (100 - (notify ?? NEAR))) / 100
  const rest = left === undefined ? null : t(near ? 'deadline.near' : 'deadline.left', { span: saySpan(roughly(left), room.language) })
  return { tone: near ? 'near' : 'runs', what: sayBy(kind, due, room), rest }
}

/** So long after a deadline nobody counts hours of work. */
const LONG = 90 * 86_400_000
/** From ten hours on nobody counts minutes. */
const roughly = (minutes: number): number => (minutes < 600 ? minutes : Math.floor(minutes / 60) * 60)

/** Of another day than these three the hour is no longer what counts: "dziś, 8:10", "pt. 20 listopada". */
const sayWhen = (at: Date, { zone, language, now }: SayRoom): string =>
  sayNearDay(at, zone, language, now) === undefined ? sayDay(at, zone, language, now) : sayDateTime(at, zone, language, now)

/** "odpowiedź dziś do 15:00", "odpowiedź do jutra 10:15", "odpowiedź do wt. 24 listopada, 8:00". */
function sayBy(kind: DeadlineName, due: Date, { language, zone, now }: SayRoom): string {
  const t = coreTexts.in(language)
  const what = t(`deadline.${kind}`)
  const time = sayTime(due, zone)
  const day = sayNearDay(due, zone, language, now)
  if (day === undefined) return t('deadline.by-day', { what, day: sayDateTime(due, zone, language, now) })
  const today = day === sayNearDay(now, zone, language, now)
  return t(today ? 'deadline.by-today' : 'deadline.by-tomorrow', { what, time })
}

/** "25 min", "2 h", "14 h 5 min": working time, in whole minutes. */
export function saySpan(minutes: number, language: Language): string {
  const t = coreTexts.in(language)
  const whole = Math.floor(minutes)
  const params = { hours: String(Math.floor(whole / 60)), minutes: String(whole % 60) }
  return t(whole < 60 ? 'span.minutes' : whole % 60 === 0 ? 'span.hours' : 'span.both', params)
}

/** A deadline as a row of the page that says why. */
export interface WhyRow {
  kind: DeadlineName
  name: string
  promised: string
  from: string
  pauses: string[]
  /** When it is due, or why it is not. */
  due: string
  rest: string | null
  tone: DeadlineTone | null
}

/** Each promised deadline: what was promised, from when it counts, what stopped it, and what became of it. */
export function whyRows(deadlines: Deadlines, source: Source, room: SayRoom): WhyRow[] {
  const t = coreTexts.in(room.language)
  const day = (at: Date) => sayDateTime(at, room.zone, room.language, room.now)
  return DEADLINE_KINDS.flatMap((kind): WhyRow[] => {
    const one = deadlines[kind]
    if (one.is === 'none') return []
    const { notify } = source.rule[kind]
    const span = saySpan(one.minutes, room.language)
    const counts = one.is === 'runs' || one.is === 'stopped'
    return [
      {
        kind,
        name: t(`deadline.${kind}`),
        promised: notify ? t('deadline.promised-notify', { span, percent: notify }) : t('deadline.promised', { span }),
        from: counts ? day(one.start) : '–',
        pauses: counts
          ? one.pauses.map(({ from, until }) =>
              until ? t('deadline.pause', { from: day(from), until: day(until) }) : t('deadline.pause-open', { from: day(from) }),
            )
          : [],
        ...sayOutcome(kind, one, source, room),
      },
    ]
  })
}

function sayOutcome(kind: DeadlineName, one: Exclude<Deadline, { is: 'none' }>, source: Source, room: SayRoom) {
  const t = coreTexts.in(room.language)
  const day = (at: Date) => sayDateTime(at, room.zone, room.language, room.now)
  switch (one.is) {
    case 'done':
      return {
        due: t(kind === 'response' ? 'deadline.done.response' : 'deadline.done.solution', { day: day(one.at) }),
        rest: null,
        tone: null,
      }
    case 'off':
      return { due: t(`deadline.off.${one.why}`), rest: null, tone: null }
    case 'stopped':
      return {
        due: t('deadline.stopped'),
        rest: t('deadline.stopped-left', { span: saySpan(one.left, room.language) }),
        tone: 'stopped' as const,
      }
    case 'runs': {
      const { tone, rest } = sayRunning(kind, one.due, source, room)
      const warn = tone === 'runs' && one.warnAt ? t('deadline.warn', { day: day(one.warnAt) }) : null
      return { due: day(one.due), rest: [rest, warn].filter(Boolean).join('; ') || null, tone }
    }
  }
}

/** Whose promise it is, by which hours it counts and when it was received: sentences, in that order. */
export function saySource(source: Source, deadlines: Deadlines, arrivedAt: Date, room: SayRoom): string[] {
  const t = coreTexts.in(room.language)
  const day = (at: Date) => sayDateTime(at, room.zone, room.language, room.now)
  const { calendar } = source
  const { at, reason } = deadlines.receipt
  const came = day(arrivedAt)
  return [
    t(`deadline.source.${source.kind}`, { name: source.name.replaceAll('::', ' · ') }),
    t(`deadline.calendar.${source.calendarFrom}`, { name: calendar.name, hours: sayHours(calendar, room.language) }),
    reason === 'by-agent'
      ? t('deadline.receipt.by-agent', { came })
      : at.getTime() === arrivedAt.getTime()
        ? t('deadline.receipt.at-once', { came })
        : t('deadline.receipt', {
            came,
            received: day(at),
            why: sayReceiptReason({ receivedAt: at, reason }, calendar, room.language, arrivedAt),
          }),
  ]
}

const isCancelled = (one: Deadline): boolean => one.is === 'off' && one.why === 'suspended'

/** As `sayNext`, of deadlines that were counted just now: what is left of one that is suspended too. */
export function sayCounted(deadlines: Deadlines, source: Source, room: SayRoom): SaidDeadline | undefined {
  const t = coreTexts.in(room.language)
  const next = nextDeadline(deadlines)
  if (next) return sayRunning(next.kind, next.due, source, room)
  let least: number | undefined
  for (const kind of DEADLINE_KINDS) {
    const one = deadlines[kind]
    if (one.is === 'stopped') least = Math.min(one.left, least ?? one.left)
  }
  if (least === undefined)
    return DEADLINE_KINDS.some((kind) => isCancelled(deadlines[kind]))
      ? { tone: 'stopped', what: t('deadline.stopped'), rest: null }
      : undefined
  return { tone: 'stopped', what: t('deadline.stopped'), rest: t('deadline.stopped-left', { span: saySpan(least, room.language) }) }
}
