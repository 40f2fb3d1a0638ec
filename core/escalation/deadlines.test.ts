import * as fc from 'fast-check'
import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import { type Calendar, DEFAULT_CALENDAR, minuteOfDay, type OpenPeriod, WEEKDAYS, type WeekHours } from '../calendar/calendar.ts'
import { holidayOn } from '../calendar/holidays.ts'
import { addWorkingTime } from '../calendar/working-time.ts'
import type { DeadlineName, StateType } from '../database/schema.ts'
import { type Course, type Deadline, deadlinesOf, minutesLeft, nextDeadline, type Rule } from './deadlines.ts'

const WARSAW = 'Europe/Warsaw'
const week = (working: OpenPeriod[], saturday: OpenPeriod[] = [], sunday: OpenPeriod[] = []): WeekHours => ({
  mon: working,
  tue: working,
  wed: working,
  thu: working,
  fri: working,
  sat: saturday,
  sun: sunday,
})
const hours = (from: string, to: string): OpenPeriod[] => [{ from, to }]
const allDay = hours('00:00', '24:00')

const A = DEFAULT_CALENDAR
const B: Calendar = { ...A, hours: week(allDay, allDay, allDay), cutOff: null, holidayCountry: null }
const C: Calendar = { ...A, hours: week(hours('08:00', '18:00'), hours('09:00', '14:00')), cutOff: null }
const D: Calendar = { ...A, cutOff: '13:00' }

const at = (local: string, zone = WARSAW): Date => DateTime.fromISO(local, { zone }).toJSDate()
const local = (date: Date, zone = WARSAW): string => DateTime.fromJSDate(date, { zone }).toFormat("yyyy-MM-dd'T'HH:mm:ss")

const promise = (kind: DeadlineName, minutes: number, notify: number | null = null): Rule => ({
  ...NOTHING,
  [kind]: { minutes, notify },
})
const none = { minutes: null, notify: null }
const NOTHING: Rule = { response: none, update: none, solution: none }

/** States as pairs: in a state that suspends from here until there. */
const suspended = (created: string, ...spans: [string, string | null][]): Course['states'] => [
  ...(spans[0]?.[0] === created ? [] : [{ at: at(created), suspends: false }]),
  ...spans.flatMap(([from, until]) => [{ at: at(from), suspends: true }, ...(until === null ? [] : [{ at: at(until), suspends: false }])]),
]
const course = (created: string, more: Partial<Course> = {}): Course => ({
  arrivedAt: at(created),
  byAgent: false,
  stateType: 'open',
  states: [],
  articles: [],
  firstClosedAt: null,
  ...more,
})

interface Example {
  name: string
  calendar: Calendar
  created: string
  kind?: DeadlineName
  minutes: number
  spans?: [string, string | null][]
  articles?: [string, 'agent' | 'customer' | 'system', boolean?][]
  due: string
}

// Where a table of examples says "Mon" without a date, it is Monday 16 November 2026.
const EXAMPLES: Example[] = [
  { name: '1: seconds are kept', calendar: A, created: '2026-11-16T09:12:30', minutes: 240, due: '2026-11-16T13:12:30' },
  { name: '2: over a weekend', calendar: A, created: '2026-11-13T14:30', minutes: 60, due: '2026-11-16T07:30:00' },
  { name: '3: over a holiday', calendar: A, created: '2026-11-10T14:00', minutes: 120, due: '2026-11-12T08:00:00' },
  { name: '4: a whole day ends with it', calendar: A, created: '2026-11-16T07:00', minutes: 480, due: '2026-11-16T15:00:00' },
  { name: '5: from a free day', calendar: A, created: '2026-11-14T10:00', minutes: 480, due: '2026-11-16T15:00:00' },
  {
    name: '6: received the day after, for it came after the cut-off',
    calendar: D,
    created: '2026-11-16T13:30',
    minutes: 60,
    due: '2026-11-17T08:00:00',
  },
  { name: '7: by the calendar of the SLA alone', calendar: B, created: '2026-11-13T18:00', minutes: 60, due: '2026-11-13T19:00:00' },
  { name: '8: an hour that comes twice', calendar: B, created: '2026-10-24T20:00', minutes: 720, due: '2026-10-25T07:00:00' },
  { name: '9: an hour that is missing', calendar: B, created: '2027-03-27T20:00', minutes: 720, due: '2027-03-28T09:00:00' },
  { name: '10: on a Saturday with hours', calendar: C, created: '2026-11-20T17:30', minutes: 120, due: '2026-11-21T10:30:00' },
  { name: '10: the same without', calendar: A, created: '2026-11-20T17:30', minutes: 120, due: '2026-11-23T09:00:00' },
  { name: '11: over Christmas', calendar: A, created: '2026-12-23T14:00', minutes: 480, due: '2026-12-28T14:00:00' },
  {
    name: '12: suspended for a day',
    calendar: A,
    created: '2026-11-16T08:00',
    kind: 'solution',
    minutes: 960,
    spans: [['2026-11-16T10:00', '2026-11-17T12:00']],
    due: '2026-11-19T10:00:00',
  },
  {
    name: '13: suspended while nobody works anyway',
    calendar: A,
    created: '2026-11-13T08:00',
    minutes: 960,
    spans: [['2026-11-13T16:00', '2026-11-15T20:00']],
    due: '2026-11-17T08:00:00',
  },
  {
    name: '14: suspended when it was late',
    calendar: A,
    created: '2026-11-16T08:00',
    minutes: 120,
    spans: [['2026-11-16T11:00', null]],
    due: '2026-11-16T10:00:00',
  },
  {
    name: '15: suspended from the start',
    calendar: A,
    created: '2026-11-16T08:00',
    minutes: 240,
    spans: [['2026-11-16T08:00', '2026-11-17T08:00']],
    due: '2026-11-17T12:00:00',
  },
  {
    name: '17: customers write, the older counts',
    calendar: A,
    created: '2026-11-16T09:00',
    kind: 'update',
    minutes: 480,
    articles: [
      ['2026-11-16T09:00', 'customer'],
      ['2026-11-17T10:00', 'customer'],
    ],
    due: '2026-11-17T09:00:00',
  },
  {
    name: '17: then an agent answers',
    calendar: A,
    created: '2026-11-16T09:00',
    kind: 'update',
    minutes: 480,
    articles: [
      ['2026-11-16T09:00', 'customer'],
      ['2026-11-17T10:00', 'customer'],
      ['2026-11-17T11:00', 'agent'],
    ],
    due: '2026-11-18T11:00:00',
  },
  {
    name: '17: then a note is made',
    calendar: A,
    created: '2026-11-16T09:00',
    kind: 'update',
    minutes: 480,
    articles: [
      ['2026-11-16T09:00', 'customer'],
      ['2026-11-17T10:00', 'customer'],
      ['2026-11-17T11:00', 'agent'],
      ['2026-11-17T12:00', 'agent', false],
    ],
    due: '2026-11-18T11:00:00',
  },
  { name: '18: before it is moved', calendar: A, created: '2026-11-16T13:30', minutes: 240, due: '2026-11-17T09:30:00' },
  {
    name: '18: in another calendar, from its creation',
    calendar: C,
    created: '2026-11-16T13:30',
    minutes: 240,
    due: '2026-11-16T17:30:00',
  },
  { name: '19: a day later', calendar: A, created: '2026-11-16T08:00', minutes: 480, due: '2026-11-17T08:00:00' },
  {
    name: '20: suspended twice',
    calendar: A,
    created: '2026-11-12T13:00',
    minutes: 540,
    spans: [
      ['2026-11-13T08:00', '2026-11-13T10:00'],
      ['2026-11-16T07:30', '2026-11-16T09:00'],
    ],
    due: '2026-11-16T09:30:00',
  },
  {
    name: '20: reached before the second time',
    calendar: A,
    created: '2026-11-12T13:00',
    minutes: 480,
    spans: [
      ['2026-11-13T08:00', '2026-11-13T10:00'],
      ['2026-11-16T07:30', '2026-11-16T09:00'],
    ],
    due: '2026-11-13T15:00:00',
  },
  { name: '22: over 3 May', calendar: A, created: '2027-04-29T14:00', minutes: 960, due: '2027-05-04T14:00:00' },
  { name: '23: over Corpus Christi', calendar: A, created: '2027-05-26T14:30', minutes: 60, due: '2027-05-28T07:30:00' },
]

describe('deadlinesOf', () => {
  it.each(EXAMPLES)('$name', ({ calendar, created, kind = 'response', minutes, spans = [], articles = [], due }) => {
    const one = deadlinesOf(
      promise(kind, minutes),
      calendar,
      course(created, {
        states: suspended(created, ...spans),
        articles: articles.map(([when, sender, visible = true], n) => ({ id: String(n + 1), at: at(when), sender, visible })),
      }),
    )[kind]
    expect(one.is === 'runs' ? local(one.due) : one).toBe(due)
  })

  it('14, where the installation says so: what was late is not while it stands still, and is again when it goes on', () => {
    const of = (until: string | null) =>
      deadlinesOf(
        promise('response', 120),
        A,
        course('2026-11-16T08:00', { states: suspended('2026-11-16T08:00', ['2026-11-16T11:00', until]), cancels: true }),
      ).response
    expect(of(null)).toEqual({ is: 'off', minutes: 120, why: 'suspended' })
    expect(of('2026-11-17T08:00')).toMatchObject({ is: 'runs', due: at('2026-11-16T10:00') })
  })

  it('16: keeps what is left while the ticket is suspended, and OTRS would count it from then', () => {
    const { solution } = deadlinesOf(
      promise('solution', 960),
      A,
      course('2026-11-16T08:00', {
        states: suspended('2026-11-16T08:00', ['2026-11-16T10:00', '2026-11-17T12:00'], ['2026-11-17T12:00', null]),
      }),
    )
    expect(solution).toMatchObject({ is: 'stopped', left: 840, since: at('2026-11-16T10:00') })
    // OTOBO's own: what is left and four minutes, from its last rebuild.
    expect(local(addWorkingTime(A, at('2026-11-18T09:00'), 840 + 4))).toBe('2026-11-20T07:04:00')
  })

  it('19: is near from its per cent on, and late by working minutes', () => {
    const { response } = deadlinesOf(promise('response', 480, 80), A, course('2026-11-16T08:00'))
    expect(response).toMatchObject({ is: 'runs', due: at('2026-11-17T08:00'), warnAt: at('2026-11-16T14:24') })
    expect(minutesLeft(A, at('2026-11-17T08:00'), at('2026-11-18T07:30'))).toBe(-450)
    expect(minutesLeft(A, at('2026-11-17T08:00'), at('2026-11-16T14:30'))).toBe(90)
  })

  it('21: lives again after a reopening, and a solution is done once', () => {
    const rule = { ...promise('response', 240), solution: { minutes: 480, notify: null } }
    const closed = course('2026-11-16T09:12:30', { stateType: 'closed', firstClosedAt: at('2026-11-16T10:00') })
    expect(deadlinesOf(rule, A, closed)).toMatchObject({ response: { is: 'off', why: 'finished' }, solution: { is: 'off' } })
    const reopened = deadlinesOf(rule, A, { ...closed, stateType: 'open' })
    expect(reopened).toMatchObject({
      response: { is: 'runs', due: at('2026-11-16T13:12:30') },
      solution: { is: 'done', at: at('2026-11-16T10:00') },
    })
    expect(nextDeadline(reopened)?.kind).toBe('response')
  })

  it('counts from creation what an agent entered, whatever the cut-off', () => {
    const { response, receipt } = deadlinesOf(promise('response', 60), D, course('2026-11-16T13:30', { byAgent: true }))
    expect(response).toMatchObject({ is: 'runs', due: at('2026-11-16T14:30') })
    expect(receipt.reason).toBe('by-agent')
  })

  it('owes no update while a date is waited for, and orders messages of one moment by their id', () => {
    const rule = promise('update', 60)
    const moment = at('2026-11-16T09:00')
    const both = [
      { id: '10', at: moment, sender: 'customer' as const, visible: true },
      { id: '9', at: moment, sender: 'agent' as const, visible: true },
    ]
    expect(deadlinesOf(rule, A, course('2026-11-16T08:00', { articles: both })).update).toMatchObject({ start: moment })
    const later = [...both, { id: '11', at: at('2026-11-16T10:00'), sender: 'customer' as const, visible: true }]
    expect(deadlinesOf(rule, A, course('2026-11-16T08:00', { articles: later })).update).toMatchObject({ start: moment })
    expect(deadlinesOf(rule, A, course('2026-11-16T08:00', { stateType: 'pending reminder', articles: both })).update.is).toBe('off')
    expect(deadlinesOf(rule, A, course('2026-11-16T08:00')).update).toMatchObject({ is: 'off', why: 'silent' })
  })
})

// ── against a clock that ticks minute by minute ─────────────────────────────────────────────────

const NEW_YORK = 'America/New_York'
const CALENDARS: readonly Calendar[] = [
  A,
  B,
  C,
  D,
  {
    ...A,
    hours: week([
      { from: '07:00', to: '11:30' },
      { from: '12:15', to: '15:00' },
    ]),
    cutOff: '12:00',
    onceHolidays: [
      { date: '2026-12-24', name: '', hours: hours('07:00', '12:00') },
      { date: '2026-11-21', name: '', hours: hours('09:00', '12:00') },
      { date: '2027-04-06', name: 'przerwa' },
    ],
    yearlyHolidays: [{ month: 11, day: 12, name: 'święto uczelni' }],
  },
  // Open while clocks change.
  { ...A, hours: week(hours('01:00', '04:00'), hours('01:30', '03:30'), hours('00:30', '05:00')), cutOff: null, holidayCountry: null },
  { ...A, zone: NEW_YORK, hours: week(hours('09:00', '17:00')), cutOff: '16:00', holidayCountry: null },
]

const MINUTE = 60_000
const DAY = 1440
/** Around both changes of clocks, Christmas, Easter and 3 May. */
const FROM = Date.UTC(2026, 9, 12) / MINUTE
const LENGTH = 260 * DAY

interface Ticking {
  /** By minute since FROM: is it worked? */
  works: Uint8Array
  /** The same: minute of the day on the clock, and which local day. */
  clock: Int16Array
  day: Int32Array
  periods: (day: number) => readonly OpenPeriod[]
}
const ticking = new Map<Calendar, Ticking>()

/** What a clock on the wall showed in each minute, and whether the house was open then. */
function tick(calendar: Calendar): Ticking {
  const known = ticking.get(calendar)
  if (known) return known
  const works = new Uint8Array(LENGTH)
  const clock = new Int16Array(LENGTH)
  const day = new Int32Array(LENGTH)
  const days = new Map<number, readonly OpenPeriod[]>()
  const periods = (one: number): readonly OpenPeriod[] => {
    let found = days.get(one)
    if (!found) {
      const date = new Date(one * DAY * MINUTE).toISOString().slice(0, 10)
      const own =
        calendar.onceHolidays.find((entry) => entry.date === date) ??
        calendar.yearlyHolidays.find((entry) => date.endsWith(`-${entry.month}-${entry.day}`))
      const usual = calendar.hours[WEEKDAYS[(((one + 3) % 7) + 7) % 7]!]
      found = own ? (own.hours ?? []) : holidayOn(calendar, date) === undefined ? usual : []
      days.set(one, found)
    }
    return found
  }
  let offset = 0
  for (let n = 0; n < LENGTH; n++) {
    // Zones change on the quarter.
    if (n % 15 === 0) offset = DateTime.fromMillis((FROM + n) * MINUTE, { zone: calendar.zone }).offset
    const wall = FROM + n + offset
    day[n] = Math.floor(wall / DAY)
    clock[n] = wall - day[n]! * DAY
    works[n] = periods(day[n]!).some(({ from, to }) => minuteOfDay(from) <= clock[n]! && clock[n]! < minuteOfDay(to)) ? 1 : 0
  }
  const made = { works, clock, day, periods }
  ticking.set(calendar, made)
  return made
}

/** The minute in which something was taken up. */
function naiveReceipt(calendar: Calendar, arrived: number): number {
  const { works, clock, day, periods } = tick(calendar)
  const today = periods(day[arrived]!)
  const opens = Math.min(...today.map(({ from }) => minuteOfDay(from)))
  const closes = Math.max(...today.map(({ to }) => minuteOfDay(to)))
  const last = calendar.cutOff === null ? closes : Math.min(closes, minuteOfDay(calendar.cutOff))
  if (today.length > 0 && clock[arrived]! >= opens && clock[arrived]! <= last) return arrived
  const sameDay = today.length > 0 && clock[arrived]! < opens
  let n = arrived
  while (!works[n] || (!sameDay && day[n] === day[arrived])) n++
  return n
}

/** Counts minutes one after the other until the sum is reached, leaving out those in which the ticket was suspended. */
function naiveDue(
  calendar: Calendar,
  start: number,
  minutes: number,
  suspends: (minute: number) => boolean,
  forEver: number,
): number | { left: number } {
  const { works } = tick(calendar)
  let done = 0
  for (let n = start; n < forEver; n++) {
    if (works[n] && !suspends(n)) done++
    if (done === minutes) return n + 1
  }
  return { left: minutes - done }
}

interface Event {
  after: number
  does: 'open' | 'waits' | 'pends' | 'closes' | 'customer' | 'agent' | 'note' | 'undone answer' | 'held' | 'moves' | 'merges in'
  calendar: number
}
const event = fc.record({
  after: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 900 }) }, fc.integer({ min: 0, max: 9000 })),
  does: fc.constantFrom<Event['does'][]>(
    'open',
    'waits',
    'waits',
    'pends',
    'closes',
    'customer',
    'agent',
    'note',
    'undone answer',
    'held',
    'moves',
    'merges in',
  ),
  calendar: fc.nat({ max: CALENDARS.length - 1 }),
})
const life = fc.record({
  calendar: fc.nat({ max: CALENDARS.length - 1 }),
  created: fc.integer({ min: 0, max: 190 * DAY }),
  byAgent: fc.boolean(),
  // By hand these are never whole hours.
  minutes: fc.record({
    response: fc.integer({ min: 1, max: 700 }),
    update: fc.integer({ min: 1, max: 700 }),
    solution: fc.integer({ min: 1, max: 3000 }),
  }),
  notify: fc.integer({ min: 1, max: 99 }),
  events: fc.array(event, { maxLength: 9 }),
})

type Life = typeof life extends fc.Arbitrary<infer L> ? L : never

/** Lives through all that happens to a ticket, and says what its deadlines are after it. */
function live({ calendar: first, created, byAgent, events }: Life) {
  let calendar = CALENDARS[first]!
  let now = created
  let stateType = 'open' as StateType
  let firstClosed: number | null = null
  const suspensions: { from: number; until: number }[] = []
  let since: number | null = null
  const states: Course['states'][number][] = [{ at: date(created), suspends: false }]
  const articles: { id: string; minute: number; sender: 'agent' | 'customer' | 'system'; visible: boolean }[] = []
  const write = (sender: 'agent' | 'customer' | 'system', visible: boolean, minute = now) =>
    articles.push({ id: String(articles.length + 1), minute, sender, visible })
  const enter = (type: StateType, suspends: boolean) => {
    if (since !== null) suspensions.push({ from: since, until: now })
    since = suspends ? now : null
    stateType = type
    states.push({ at: date(now), suspends })
  }
  write(byAgent ? 'agent' : 'customer', !byAgent)
  for (const { after, does, calendar: other } of events) {
    now += after
    if (does === 'open') enter('open', false)
    else if (does === 'waits') enter('open', true)
    else if (does === 'pends') enter('pending reminder', true)
    else if (does === 'closes') {
      enter('closed', false)
      firstClosed ??= now
    } else if (does === 'moves') calendar = CALENDARS[other]!
    else if (does === 'customer' || does === 'agent') write(does, true)
    else if (does === 'note') write('agent', false)
    // Older messages come in with newer ids.
    else if (does === 'merges in') write(other % 2 ? 'customer' : 'agent', true, Math.max(0, now - 700))
    // What is withdrawn or held is no part of the ticket.
  }
  const openEnd = since === null ? [] : [{ from: since, until: Infinity }]
  return { calendar, stateType, firstClosed, articles, states, suspensions: [...suspensions, ...openEnd] }
}

const date = (minute: number): Date => new Date((FROM + minute) * MINUTE)

function naive(lived: ReturnType<typeof live>, { created, byAgent, minutes, notify }: Life) {
  const { calendar, stateType, suspensions, articles } = lived
  const suspends = (minute: number) => suspensions.some(({ from, until }) => from <= minute && minute < until)
  const forEver = Math.min(LENGTH, ...suspensions.filter(({ until }) => until === Infinity).map(({ from }) => from))
  const start = byAgent ? created : naiveReceipt(calendar, created)
  const said = (from: number, kind: DeadlineName): unknown => {
    const due = naiveDue(calendar, from, minutes[kind], suspends, forEver)
    if (typeof due !== 'number') return { is: 'stopped', left: due.left }
    const parts = Math.ceil((minutes[kind] * notify) / 100)
    const warned = naiveDue(calendar, from, parts, suspends, forEver)
    return { is: 'runs', due, warned }
  }
  const finished = stateType === 'closed'
  const answers = articles.filter(({ sender, visible }) => sender === 'agent' && visible).map(({ minute }) => minute)
  // Minute by minute back: the last message of each minute first.
  const back = [...articles].sort((a, b) => b.minute - a.minute || Number(b.id) - Number(a.id)).filter(({ visible }) => visible)
  const agent = back.findIndex(({ sender }) => sender === 'agent')
  const run = agent === -1 ? back : back.slice(0, agent)
  const newest = Math.max(...articles.map(({ minute }) => minute))
  const updateFrom = run.length > 0 ? run.at(-1)!.minute : agent === -1 ? newest : back[agent]!.minute
  return {
    response: finished ? { is: 'off' } : answers.length > 0 ? { is: 'done' } : said(start, 'response'),
    update: finished || stateType.startsWith('pending') ? { is: 'off' } : said(updateFrom, 'update'),
    solution: finished ? { is: 'off' } : lived.firstClosed !== null ? { is: 'done' } : said(start, 'solution'),
  }
}

const shown = (one: Deadline, wholeParts: boolean): unknown =>
  one.is === 'runs'
    ? { is: 'runs', due: one.due.getTime() / MINUTE - FROM, warned: warnMinute(one.warnAt!, wholeParts) }
    : one.is === 'stopped'
      ? { is: 'stopped', left: one.left }
      : { is: one.is }
/** Of parts of a minute the naive clock knows the minute that they end in. */
const warnMinute = (warnAt: Date, whole: boolean) => (whole ? warnAt.getTime() / MINUTE : Math.ceil(warnAt.getTime() / MINUTE)) - FROM

describe('deadlinesOf, against a clock that ticks', () => {
  it('agrees on two thousand lives of tickets', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(life, (one) => {
        const lived = live(one)
        const rule = Object.fromEntries(
          Object.entries(one.minutes).map(([kind, minutes]) => [kind, { minutes, notify: one.notify }]),
        ) as unknown as Rule
        const found = deadlinesOf(rule, lived.calendar, {
          arrivedAt: date(one.created),
          byAgent: one.byAgent,
          stateType: lived.stateType,
          states: lived.states,
          articles: lived.articles.map(({ id, minute, sender, visible }) => ({ id, at: date(minute), sender, visible })),
          firstClosedAt: lived.firstClosed === null ? null : date(lived.firstClosed),
        })
        const said = Object.fromEntries(
          (['response', 'update', 'solution'] as const).map((kind) => [
            kind,
            shown(found[kind], (one.minutes[kind] * one.notify) % 100 === 0),
          ]),
        )
        expect(said).toEqual(naive(lived, one))
      }),
      { numRuns: 2000 },
    )
  })
})
