import { describe, expect, it } from 'vitest'
import { DEFAULT_CALENDAR } from '../calendar/calendar.ts'
import type { Source } from './escalation.store.ts'
import { sayNext, saySpan, type DueTimes } from './say-deadlines.ts'

const none = { minutes: null, notify: null }
const source: Source = {
  kind: 'queue',
  id: '1',
  name: 'Sieć',
  rule: { response: { minutes: 240, notify: null }, update: { minutes: 480, notify: 90 }, solution: none },
  calendar: DEFAULT_CALENDAR,
  calendarFrom: 'default',
}
/** Monday, 16 November 2026, 8:00 in Warsaw. */
const now = new Date('2026-11-16T07:00:00Z')
const due = (kind: 'response' | 'update', at: string): DueTimes => ({
  dueAt: new Date(at),
  responseDueAt: kind === 'response' ? new Date(at) : null,
  updateDueAt: kind === 'update' ? new Date(at) : null,
  solutionDueAt: null,
  suspended: false,
})
const pl = (times: DueTimes) => sayNext(times, source, { language: 'pl', zone: 'Europe/Warsaw', now })
const en = (times: DueTimes) => sayNext(times, source, { language: 'en', zone: 'Europe/Warsaw', now })

describe('a deadline in words', () => {
  it('says by when, and what is left of working time', () => {
    const tomorrow = due('response', '2026-11-17T07:15:00Z')
    expect(pl(tomorrow)).toEqual({ tone: 'runs', what: 'odpowiedź do jutra 8:15', rest: 'zostało 8 h 15 min pracy' })
    expect(en(tomorrow)).toEqual({ tone: 'runs', what: 'answer by 8:15 tomorrow', rest: '8 h 15 min of work left' })
    expect(pl(due('response', '2026-11-16T14:00:00Z'))?.what).toBe('odpowiedź dziś do 15:00')
    expect(pl(due('response', '2026-11-24T07:00:00Z'))).toMatchObject({
      what: 'odpowiedź do wt. 24 listopada, 8:00',
      rest: 'zostało 48 h pracy',
    })
  })
  it('is near from the per cent that its rule says, else in its last quarter', () => {
    expect(pl(due('response', '2026-11-16T08:00:00Z'))).toMatchObject({ tone: 'near', rest: 'zostało tylko 1 h pracy' })
    expect(pl(due('response', '2026-11-16T08:01:00Z'))?.tone).toBe('runs')
    expect(pl(due('update', '2026-11-16T07:48:00Z'))?.tone).toBe('near')
    expect(pl(due('update', '2026-11-16T07:49:00Z'))?.tone).toBe('runs')
  })
  it('is late by working time; outside of it the deadline has passed, no more', () => {
    expect(pl(due('update', '2026-11-13T13:35:00Z'))).toEqual({
      tone: 'late',
      what: 'aktualizacja: pt. 13 listopada',
      rest: 'po terminie 1 h 25 min pracy',
    })
    expect(en(due('response', '2026-11-16T07:00:00Z'))).toMatchObject({ tone: 'late', rest: 'the deadline has passed' })
    expect(pl(due('response', '2026-10-16T07:00:00Z'))?.rest).toBe('po terminie 159 h pracy')
    expect(pl(due('response', '2026-05-16T07:00:00Z'))?.rest).toBe('po terminie 6 mies.')
  })
  it('says that the clock stands, and nothing where there is no deadline', () => {
    const nothing = { dueAt: null, responseDueAt: null, updateDueAt: null, solutionDueAt: null }
    expect(pl({ ...nothing, suspended: true })).toEqual({ tone: 'stopped', what: 'termin wstrzymany', rest: null })
    expect(pl({ ...nothing, suspended: false })).toBeUndefined()
    // Whose promise it was may be gone.
    expect(sayNext(due('response', '2026-11-17T07:15:00Z'), undefined, { language: 'en', zone: 'Europe/Warsaw', now })?.rest).toBeNull()
  })
  it('counts in hours and minutes', () => {
    expect([0, 59.9, 60, 61, 840].map((minutes) => saySpan(minutes, 'pl'))).toEqual(['0 min', '59 min', '1 h', '1 h 1 min', '14 h'])
  })
})
