/** Owns calendars as rows: list, make, edit, switch off, and who goes by them. */
import { sql, type Kysely } from 'kysely'
import type { Saying } from '../administration/words.ts'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { isId } from '../kernel/input.ts'
import type { Work } from '../kernel/work.ts'
import { demandUnitAdmin, isCentral } from '../permission/unit-administrators.ts'
import { ROOT_UNIT, unitsAbove } from '../unit/tree.ts'
import { calendarSchema, type Calendar } from './calendar.ts'
import { runsOfOnce, runsOfYearly, type OnceDay, type SpecialDay, type YearlyDay } from './special-days.ts'
import { sayHours, sayPeriods } from './words.ts'

/** Counts where neither queue nor unit names one. */
export const DEFAULT_CALENDAR_NAME = 'default'

export interface StoredCalendar {
  id: Id
  name: string
  calendar: Calendar
  valid: boolean
  /** Whose it is; the root unit's is everybody's. */
  unitId: Id
  /** Queues and units that name it themselves. */
  queues: string[]
  units: string[]
}

function calendarQuery(db: Kysely<Database>) {
  return db
    .selectFrom('calendar as c')
    .select([
      'c.id',
      'c.name',
      sql<Calendar>`c.definition`.as('calendar'),
      'c.valid',
      'c.unit_id as unitId',
      sql<string[]>`array(select q.name from queue q where q.calendar_id = c.id and q.valid order by q.name)`.as('queues'),
      sql<string[]>`array(select u.name from unit u where u.calendar_id = c.id and u.valid order by u.name)`.as('units'),
    ])
}

/** Every calendar, `default` first. */
export function listCalendars(db: Kysely<Database>): Promise<StoredCalendar[]> {
  return calendarQuery(db).orderBy(sql`c.name <> ${DEFAULT_CALENDAR_NAME}`).orderBy(sql`c.name collate "pl-x-icu"`).execute()
}

/** Those that a unit may go by: of the unit and of the units above it. */
export async function calendarsOffered(db: Kysely<Database>, unitId: Id): Promise<StoredCalendar[]> {
  const above = await unitsAbove(db, unitId)
  return (await listCalendars(db)).filter((calendar) => above.has(calendar.unitId))
}

export function findCalendar(db: Kysely<Database>, id: Id): Promise<StoredCalendar | undefined> {
  return isId(id) ? calendarQuery(db).where('c.id', '=', id).executeTakeFirst() : Promise.resolve(undefined)
}

/** Makes a calendar. Errors: `calendar.invalid` with the first fault's field, `calendar.name-taken`. */
export async function createCalendar(work: Work, definition: unknown, valid = true, unitId: Id = ROOT_UNIT): Promise<Id> {
  await demandUnitAdmin(work, unitId)
  const calendar = await checked(work, definition, null)
  const { id } = await work.db
    .insertInto('calendar')
    .values({ name: calendar.name, definition: JSON.stringify(calendar), valid, unit_id: unitId })
    .returning('id')
    .executeTakeFirstOrThrow()
  recordChange(work, calendarSubject, id, null, { ...calendar, valid }, { unitId })
  return id
}

/** Changes one. Tickets received already keep their receipt. Errors: as `createCalendar`, `calendar.in-use`, `calendar.default-stays`. */
export async function editCalendar(work: Work, id: Id, definition: unknown, valid: boolean): Promise<void> {
  const before = await findCalendar(work.db, id)
  if (!before) throw refused(isCentral(work.actor) ? 'not-found' : 'not-allowed')
  await demandUnitAdmin(work, before.unitId)
  const calendar = await checked(work, definition, id)
  if (before.name === DEFAULT_CALENDAR_NAME && (calendar.name !== before.name || !valid))
    throw refused('calendar.default-stays', {}, valid ? 'name' : 'valid')
  const users = [...before.queues, ...before.units]
  if (before.valid && !valid && users.length > 0) throw refused('calendar.in-use', { who: users.join(', ') }, 'valid')
  await work.db
    .updateTable('calendar')
    .set({ name: calendar.name, definition: JSON.stringify(calendar), valid })
    .where('id', '=', id)
    .execute()
  recordChange(work, calendarSubject, id, { ...before.calendar, valid: before.valid }, { ...calendar, valid }, { unitId: before.unitId })
}

async function checked(work: Work, definition: unknown, id: Id | null): Promise<Calendar> {
  const parsed = calendarSchema.safeParse(definition)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw refused('calendar.invalid', { what: issue.path.join('.') }, issue.path.join('.'))
  }
  const same = await work.db
    .selectFrom('calendar')
    .select('id')
    .where(sql`lower(name)`, '=', parsed.data.name.toLowerCase())
    .executeTakeFirst()
  if (same && same.id !== id) throw refused('calendar.name-taken', {}, 'name')
  return parsed.data
}

export const calendarSubject: CoreSubject<Calendar & { valid: boolean }, { calendar: Calendar; valid: boolean }> = {
  type: 'calendar',
  right: 'unit',
  lies: 'said',
  words: 'subject.calendar',
  named: 'calendar',
  seen: pageAt('/admin/calendars'),
  deadlines: ['zone', 'hours', 'cutOff', 'holidayCountry', 'yearlyHolidays', 'onceHolidays', 'valid'],
  fields: {
    name: { words: 'field.name' },
    zone: { words: 'field.zone' },
    hours: {
      words: 'field.hours',
      as: { say: (value, { language, t }) => (value ? sayHours({ hours: value as Calendar['hours'] }, language) : t('value.none')) },
    },
    cutOff: { words: 'field.cut-off' },
    holidayCountry: { words: 'field.holiday-country' },
    yearlyHolidays: { words: 'field.yearly-holidays', as: { say: sayYearly } },
    onceHolidays: { words: 'field.once-holidays', as: { say: sayOnce } },
    valid: { words: 'field.valid', as: 'yes-no' },
  },
  way: {
    async read(db, id) {
      const stored = await findCalendar(db, id)
      return stored && { ...stored.calendar, valid: stored.valid }
    },
    form: ({ name, zone, hours, cutOff, holidayCountry, yearlyHolidays, onceHolidays, valid }) => ({
      calendar: { name, zone, hours, cutOff, holidayCountry, yearlyHolidays, onceHolidays },
      valid,
    }),
    put: (work, id, { calendar, valid }) => editCalendar(work, id, calendar, valid),
  },
}

/** "Święto uczelni (12.11), przerwa (28.12.2026 – 31.12.2026), 24.12.2026 7:30–12:00". */
function sayOnce(value: unknown, saying: Saying): string {
  const runs = runsOfOnce((value ?? []) as readonly OnceDay[])
  return sayDays(
    runs.map(({ from, to }) => ({ ...from, when: [from.date, to.date].map(dotted) })),
    saying,
  )
}

function sayYearly(value: unknown, saying: Saying): string {
  const runs = runsOfYearly((value ?? []) as readonly YearlyDay[])
  const when = ({ day, month }: YearlyDay) => `${day}.${String(month).padStart(2, '0')}`
  return sayDays(
    runs.map(({ from, to }) => ({ ...from, when: [from, to].map(when) })),
    saying,
  )
}

function dotted(date: string): string {
  const [year, month, day] = date.split('-')
  return `${Number(day)}.${month}.${year}`
}

function sayDays(days: readonly (SpecialDay & { when: readonly string[] })[], { t, language }: Saying): string {
  const said = days.map(({ name, hours, when }) => {
    const at = [[...new Set(when)].join(' – '), hours ? sayPeriods(hours, language) : ''].filter(Boolean).join(' ')
    return name === '' ? at : `${name} (${at})`
  })
  return said.length === 0 ? t('value.none') : said.join(', ')
}
