/** Owns saying a rule in words, as the log has it: when, what it means, what it does. */
import { DateTime } from 'luxon'
import { actOf, actTexts, NONE, sayFact, type ActName, type Language, type RuleFilter } from '../../core/index.ts'
import { choicesFor, sayRuleFilter, type RuleChoices } from '../../core/pages.ts'
import type { RuleAct, Wakes } from './rule.ts'
import { texts } from './words.ts'

const HOUR = 60
const DAY = 24 * HOUR

/** "co 2 godz.", "3 dni": the greatest unit that says it whole. */
export function sayMinutes(minutes: number, language: Language): string {
  const t = texts.in(language)
  if (minutes % DAY === 0) return t('days', { count: minutes / DAY })
  return minutes % HOUR === 0 ? t('hours', { count: minutes / HOUR }) : t('minutes', { count: minutes })
}

export const sayDay = (day: number, language: Language): string =>
  // The 1st of January 2023 was a Sunday.
  DateTime.utc(2023, 1, 1 + day)
    .setLocale(language)
    .toFormat('ccc')

/** So many times of a day are read more easily as such than as hours and minutes. */
const TIMES_AT_MOST = 4
const twoDigits = (n: number) => String(n).padStart(2, '0')

function saySchedule({ days, hours, minutes }: NonNullable<Wakes['schedule']>, language: Language): string {
  const t = texts.in(language)
  const on = days.length === 7 ? t('wake.daily') : days.map((day) => sayDay(day, language)).join(', ')
  if (hours.length * minutes.length <= TIMES_AT_MOST) {
    const times = hours.flatMap((hour) => minutes.map((minute) => `${twoDigits(hour)}:${twoDigits(minute)}`))
    return t('wake.times', { days: on, times: times.join(', ') })
  }
  return t('wake.at', {
    days: on,
    hours: hours.length === 24 ? t('wake.hourly') : hours.join(', '),
    minutes: minutes.map(twoDigits).join(', '),
  })
}

export function sayWakes({ facts, schedule, every }: Wakes, language: Language): string {
  const t = texts.in(language)
  const parts = [
    ...facts.map((fact) => sayFact(fact, language)),
    ...(schedule ? [saySchedule(schedule, language)] : []),
    ...(every === undefined ? [] : [t('wake.every', { time: sayMinutes(every, language) })]),
  ]
  return parts.length === 0 ? t('wake.by-hand') : parts.join('; ')
}

export const sayFilter = (filter: RuleFilter, choices: RuleChoices, language: Language): string =>
  sayRuleFilter(filter, choices, language).join('; ')

/** As which attribute a value of an act's field is looked up. */
const MEANT = {
  queue: 'queue',
  stateId: 'state',
  priority: 'priority',
  owner: 'owner',
  responsible: 'responsible',
  type: 'type',
  service: 'service',
  sla: 'sla',
} as const

/** What a value of an act's field is called. */
export const namedIn =
  (choices: RuleChoices, language: Language) =>
  (_act: ActName, field: string, value: string): string | undefined => {
    const t = texts.in(language)
    if (field === 'lock') return t(value === 'lock' ? 'act.lock.lock' : 'act.lock.unlock')
    if (value === NONE) return t('act.none')
    const meant = Object.hasOwn(MEANT, field) ? MEANT[field as keyof typeof MEANT] : undefined
    return (
      meant &&
      choicesFor(meant, choices, language)
        ?.find((choice) => choice.value === value)
        ?.label.trim()
    )
  }

/** `named`: what a value of an act's field is called. */
export function sayActs(
  acts: readonly RuleAct[],
  language: Language,
  named: (act: ActName, field: string, value: string) => string | undefined = () => undefined,
): string[] {
  return acts.map(({ act, given }) => {
    // "odłożone, za 2 dni": when comes after what.
    const inOrder = Object.entries(given).toSorted(([, a], [, b]) => Number(isMoment(a)) - Number(isMoment(b)))
    const values = inOrder.flatMap(([field, value]) => {
      const said = sayGiven(act, field, value, language, named)
      return said === '' ? [] : [said]
    })
    const title = actTexts.in(language)(actOf(act).words.title)
    return values.length === 0 ? title : `${title}: ${values.join(', ')}`
  })
}

const isMoment = (value: unknown): boolean => typeof value === 'object' && value !== null && 'in' in value

function sayGiven(
  act: ActName,
  field: string,
  value: unknown,
  language: Language,
  named: (act: ActName, field: string, value: string) => string | undefined,
): string {
  const t = texts.in(language)
  if (value === null || value === undefined || value === '' || value === false) return ''
  if (value === true) return field === 'archived' ? '' : field === 'visible' ? t('act.visible') : ''
  if (typeof value === 'object' && 'in' in value) return t('act.in', { time: sayMinutes(Number(value.in), language) })
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, values]) => `${name} = ${[values].flat().join(', ')}`)
      .join('; ')
  const text = String(value)
  const short = text.length > 60 ? `${text.slice(0, 59).toWellFormed()}…` : text
  return named(act, field, text) ?? short.replace(/\s+/g, ' ')
}
