/** Owns how a calendar stands in a form: hours as one line a day, holidays as one line each; both directions. */
import { WEEKDAYS, type Calendar, type Weekday } from './calendar.ts'

type Fields = Record<string, string>

const clock = (time: string) => time.replace(/^0(\d)/, '$1')

/** "7:00–12:00, 13:00–15:00" for each day, "24.12 Wigilia" and "2027-05-04 Dzień Rektorski" for holidays. */
export function fieldsOfCalendar(calendar: Calendar): Fields {
  return {
    name: calendar.name,
    zone: calendar.zone,
    cutOff: calendar.cutOff === null ? '' : clock(calendar.cutOff),
    holidayCountry: calendar.holidayCountry ?? '',
    ...Object.fromEntries(
      WEEKDAYS.map((day) => [`hours.${day}`, calendar.hours[day].map(({ from, to }) => `${clock(from)}–${clock(to)}`).join(', ')]),
    ),
    yearlyHolidays: calendar.yearlyHolidays.map(({ month, day, name }) => `${day}.${String(month).padStart(2, '0')} ${name}`).join('\n'),
    onceHolidays: calendar.onceHolidays.map(({ date, name }) => `${date} ${name}`).join('\n'),
  }
}

/** What was typed, as the calendar's own check wants it; what cannot be read is handed on for the check to refuse. */
export function calendarOfFields(fields: Fields): unknown {
  const line = (name: string) => (fields[name] ?? '').trim()
  return {
    name: line('name'),
    zone: line('zone'),
    hours: Object.fromEntries(WEEKDAYS.map((day) => [day, readHours(line(`hours.${day}`))])),
    cutOff: line('cutOff') === '' ? null : readClock(line('cutOff')),
    holidayCountry: line('holidayCountry') || null,
    yearlyHolidays: lines(fields['yearlyHolidays']).map((text) => {
      const [, day, month, name = ''] = /^(\d{1,2})[.\-/ ](\d{1,2})\.?(.*)$/s.exec(text) ?? []
      return { month: Number(month ?? 0), day: Number(day ?? 0), name: name.trim() }
    }),
    onceHolidays: lines(fields['onceHolidays']).map((text) => {
      const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})(.*)$/s.exec(text)
      const polish = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(.*)$/s.exec(text)
      const [year, month, day, name] = iso ? iso.slice(1) : polish ? [polish[3], polish[2], polish[1], polish[4]] : ['', '', '', text]
      return { date: `${year}-${month!.padStart(2, '0')}-${day!.padStart(2, '0')}`, name: (name ?? '').trim() }
    }),
  }
}

/** Field of the form for a path in the calendar: 'hours.mon.0.to' is 'hours.mon'; with the line it speaks of. */
export function fieldOf(path: readonly PropertyKey[]): { field: string; line?: number } {
  const [first, second] = path.map(String)
  if (first === 'hours') return { field: `hours.${second as Weekday}` }
  if ((first === 'yearlyHolidays' || first === 'onceHolidays') && second !== undefined) return { field: first, line: Number(second) + 1 }
  return { field: first ?? '' }
}

const lines = (text = ''): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

/** "7-15", "7:00–15:00; 16.00 do 18.00": periods as people write them. */
function readHours(text: string): { from: string; to: string }[] {
  return text
    .split(/[,;]|\si\s|\sand\s/)
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const [from = '', to = ''] = part.split(/–|—|-|\bdo\b|\bto\b/)
      return { from: readClock(from), to: readClock(to) }
    })
}

/** "7", "7:00", "07.00" → "07:00"; anything else as it is. */
function readClock(text: string): string {
  const [, hour, minute = '00'] = /^(\d{1,2})(?:[:.](\d{2}))?$/.exec(text.trim()) ?? []
  return hour === undefined ? text.trim() : `${hour.padStart(2, '0')}:${minute}`
}
