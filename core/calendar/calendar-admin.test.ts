import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import type { OpenDatabase } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { Work } from '../kernel/work.ts'
import { calendarOfQueue } from '../queue/queues.ts'
import { createCalendar, editCalendar, findCalendar } from './calendar-admin.ts'
import { DEFAULT_CALENDAR } from './calendar.ts'
import { comingHolidays, nextMoment } from './coming-holidays.ts'

let opened: OpenDatabase
let make: Maker
let admin: string
beforeAll(async () => {
  opened = await testDatabase()
  make = await maker(opened.db)
  admin = await make.agent({ 2: ['rw'] })
})
afterAll(() => opened.close())

const act = async <T>(run: (work: Work) => Promise<T>): Promise<T> => make.work(await make.actor(admin), run)
const fault = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? `${error.code} ${error.field ?? ''}`.trim() : String(error)),
  )
const summer = { ...DEFAULT_CALENDAR, name: 'wakacje', cutOff: '13:00', hours: { ...DEFAULT_CALENDAR.hours, fri: [] } }

describe('stored calendars', () => {
  it('are checked, have names of their own, and count where a queue names them', async () => {
    const id = await act((work) => createCalendar(work, summer))
    expect((await findCalendar(opened.db, id))!.calendar).toEqual(summer)
    expect(await fault(act((work) => createCalendar(work, { ...summer, name: 'Wakacje' })))).toBe('calendar.name-taken name')
    expect(await fault(act((work) => createCalendar(work, { ...summer, name: 'inny', cutOff: '18:00' })))).toBe('calendar.invalid cutOff')
    expect(await fault(act((work) => createCalendar(work, 'nothing')))).toBe('calendar.invalid')
    const queue = await make.queue({ name: 'Letnia' })
    await opened.db.updateTable('queue').set({ calendar_id: id }).where('id', '=', queue).execute()
    expect((await calendarOfQueue(opened.db, queue)).cutOff).toBe('13:00')
    expect((await findCalendar(opened.db, id))!.queues).toEqual(['Letnia'])
    expect(await fault(act((work) => editCalendar(work, id, summer, false)))).toBe('calendar.in-use valid')
    await act((work) => editCalendar(work, id, { ...summer, cutOff: '12:00' }, true))
    expect((await calendarOfQueue(opened.db, queue)).cutOff).toBe('12:00')
  })

  it('the default one stays in use under its name', async () => {
    expect(await fault(act((work) => editCalendar(work, '1', { ...DEFAULT_CALENDAR, name: 'zwykły' }, true)))).toBe(
      'calendar.default-stays name',
    )
    expect(await fault(act((work) => editCalendar(work, '1', DEFAULT_CALENDAR, false)))).toBe('calendar.default-stays valid')
    const agent = await make.actor(await make.agent({ 1: ['rw'] }))
    expect(await fault(make.work(agent, (work) => editCalendar(work, '1', DEFAULT_CALENDAR, true)))).toBe('not-allowed')
  })
})

describe('the preview', () => {
  const now = new Date('2026-11-17T09:15:00Z')
  it('lists the next days off, own and public ones, movable ones included', () => {
    const calendar = { ...DEFAULT_CALENDAR, onceHolidays: [{ date: '2026-11-20', name: 'Dzień Rektorski' }] }
    expect(comingHolidays(calendar, now, 3, 'pl').map(({ date, name }) => `${date} ${name}`)).toEqual([
      '2026-11-20 Dzień Rektorski',
      '2026-12-24 Wigilia Bożego Narodzenia',
      '2026-12-25 Pierwszy dzień Bożego Narodzenia',
    ])
    const closed = ['2026-11-23', '2026-11-24', '2026-11-25'].map((date) => ({ date, name: 'przerwa' }))
    const hours = [{ from: '07:30', to: '12:00' }]
    const more = { ...calendar, onceHolidays: [...closed, { date: '2026-11-26', name: '', hours }] }
    expect(comingHolidays(more, now, 2, 'pl')).toEqual([
      { date: '2026-11-23', until: '2026-11-25', name: 'przerwa' },
      { date: '2026-11-26', name: '', hours },
    ])
    expect(comingHolidays(DEFAULT_CALENDAR, now, 99, 'pl').map(({ date }) => date)).toContain('2027-05-27') // Corpus Christi
    expect(comingHolidays({ ...DEFAULT_CALENDAR, holidayCountry: null }, now, 3, 'pl')).toEqual([])
  })

  it('finds the next Friday at 15:01 on the calendar’s clock, today when still ahead', () => {
    expect(nextMoment(DEFAULT_CALENDAR, now, 5, '15:01').toISOString()).toBe('2026-11-20T14:01:00.000Z')
    expect(nextMoment(DEFAULT_CALENDAR, now, 2, '10:16').toISOString()).toBe('2026-11-17T09:16:00.000Z')
    expect(nextMoment(DEFAULT_CALENDAR, now, 2, '10:15').toISOString()).toBe('2026-11-24T09:15:00.000Z')
  })
})
