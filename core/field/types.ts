/** Owns the list of types of fields: one entry a type, how its values are read, checked, begun with, stored, said and looked for. */
import { DateTime } from 'luxon'
import { sayDate, sayDateTime } from '../calendar/date-words.ts'
import type { Language } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { inLanguage, type ByLanguage } from '../i18n/languages.ts'
import { readConfig, sayPossible, type FieldConfig } from './config.ts'
import { fits } from './pattern.ts'

/**
 * One value as everything but the database knows it: of a text the text, of a choice its key, of a box '1' or '0', of a date
 * '2026-12-04', of a moment '2026-12-04T08:00:00Z'. A field that has none has an empty list.
 */
export type FieldValues = readonly string[]

export interface FieldRoom {
  language: Language
  zone: string
  now: Date
}

/** What a type is told of the field. */
export interface Typed {
  name: string
  type: string
  config: FieldConfig
}

/** What a form of the field's own settings asks for. */
export type ConfigPart = 'initial' | 'initial box' | 'initial seconds' | 'values' | 'none' | 'tree' | 'patterns' | 'rows' | 'years' | 'only'

export interface FieldType {
  /** The column of `field_value` that holds its values. */
  column: 'text' | 'at' | 'number'
  /** What a form has for it; null: it is kept and shown, and changed nowhere here. */
  control: 'line' | 'area' | 'box' | 'choice' | 'choices' | 'day' | 'moment' | null
  config: readonly ConfigPart[]
  /** How lists are narrowed by it. */
  narrows: 'words' | 'choice' | 'box' | 'days'
  /** Its values are short. */
  narrow?: true
  /** What a form has at first. `required`: whether it must be filled in. */
  initial(field: Typed, room: FieldRoom, required: boolean): FieldValues
  /**
   * What somebody typed or chose, or a program handed over; nothing where all is empty. `stands`: what may stay though nobody could
   * choose it today. Errors, at `field.<name>`: what is wrong with it.
   */
  read(typed: readonly string[], field: Typed, room: FieldRoom, stands?: FieldValues): FieldValues
  /** One value in words. */
  say(value: string, field: Typed, room: FieldRoom): string
  /** One value for a form, where that is not the value itself. */
  form?(value: string, room: FieldRoom): string
}

/** Characters of a text, as OTRS's column has them. */
export const LONGEST_TEXT = 3800
/** Of one field. */
const MOST_VALUES = 200

const at = ({ name }: Typed): string => `field.${name}`
const asItStands = (value: string): string => value
const whatIsSet = ({ config }: Typed): FieldValues => config.initial

function readText(typed: readonly string[], field: Typed): FieldValues {
  const text = (typed.at(-1) ?? '').trim()
  if (text === '') return []
  if (text.length > LONGEST_TEXT) throw refused('too-long', { limit: LONGEST_TEXT }, at(field))
  const missed = field.config.patterns.find(({ pattern }) => !fits(pattern, text))
  if (missed)
    throw missed.message ? refused('field.unfit', { message: missed.message }, at(field)) : refused('field.unfit-form', {}, at(field))
  return [text]
}

/** Only what is offered, or stands already. */
function readKeys(typed: readonly string[], field: Typed, _room: FieldRoom, stands: FieldValues = []): FieldValues {
  const keys = [...new Set(typed.filter((key) => key !== ''))]
  const offered = new Set([...field.config.values.map(({ key }) => key), ...stands])
  if (keys.length > MOST_VALUES || keys.some((key) => !offered.has(key))) throw refused('choice-gone', {}, at(field))
  return keys
}

/** What is typed as a date is one, and lies where the field lets it lie. */
function within(moment: DateTime, field: Typed, { zone, now }: FieldRoom): void {
  if (!moment.isValid || moment.year < 1 || moment.year > 9999) throw refused('field.not-a-date', {}, at(field))
  const { years, only } = field.config
  const today = DateTime.fromJSDate(now, { zone })
  if (years && (moment.year < today.year - years.past || moment.year > today.year + years.future))
    throw refused('field.year', { from: today.year - years.past, to: today.year + years.future }, at(field))
  // A day counts whole: today is neither past nor still to come for any of the two.
  if (only === 'past' && moment.startOf('day') > today.startOf('day')) throw refused('field.only-past', {}, at(field))
  if (only === 'future' && moment.startOf('day') < today.startOf('day')) throw refused('field.only-future', {}, at(field))
}

const instant = (moment: DateTime): string => moment.toUTC().toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'")

/** OTRS offers "now" as a default that counts for nothing until somebody ticks the date: only what must be there begins with it. */
function fromNow({ config }: Typed, { zone, now }: FieldRoom, required: boolean): DateTime | undefined {
  const seconds = Number(config.initial[0] ?? '')
  if (!Number.isSafeInteger(seconds) || config.initial.length === 0 || (seconds === 0 && !required)) return undefined
  return DateTime.fromJSDate(now, { zone }).plus({ seconds })
}

const text = {
  column: 'text',
  narrows: 'words',
  initial: whatIsSet,
  read: readText,
  say: asItStands,
} as const
const choice = {
  column: 'text',
  narrows: 'choice',
  initial: ({ config }: Typed) => config.initial.filter((key) => config.values.some((one) => one.key === key)),
  say(key: string, { config }: Typed, { language }: FieldRoom) {
    const words = sayPossible(config, key, language)
    return config.tree ? words.replaceAll('::', ' · ') : words
  },
} as const

/** Of other programs: kept, shown, listed, exported, and left as it is. */
const kept: FieldType = { ...text, control: null, config: [], initial: () => [] }

export const FIELD_TYPES = {
  Text: { ...text, control: 'line', config: ['initial', 'patterns'] },
  TextArea: { ...text, control: 'area', config: ['initial', 'rows', 'patterns'] },
  Checkbox: {
    column: 'number',
    control: 'box',
    config: ['initial box'],
    narrows: 'box',
    narrow: true,
    initial: ({ config }) => (config.initial[0] === '1' ? ['1'] : []),
    read(typed, field) {
      const said = typed.at(-1) ?? ''
      if (said !== '' && said !== '0' && said !== '1') throw refused('choice-gone', {}, at(field))
      return said === '' ? [] : [said]
    },
    say: (value, _field, { language }) => inLanguage(YES_NO, language)[value === '1' ? 1 : 0],
  },
  Dropdown: {
    ...choice,
    control: 'choice',
    config: ['values', 'initial', 'none', 'tree'],
    read: (typed, field, room, stands) => readKeys(typed.slice(-1), field, room, stands),
  },
  Multiselect: { ...choice, control: 'choices', config: ['values', 'initial', 'tree'], read: readKeys },
  Date: {
    column: 'at',
    control: 'day',
    config: ['initial seconds', 'years', 'only'],
    narrows: 'days',
    narrow: true,
    initial(field: Typed, room: FieldRoom, required: boolean) {
      const day = fromNow(field, room, required)?.toISODate()
      return day ? [day] : []
    },
    read(typed, field, room) {
      // OTRS's own form of a date has a time behind it, always midnight.
      const said = (typed.at(-1) ?? '').trim().replace(/[ T]00:00(:00)?$/, '')
      if (said === '') return []
      const day = DateTime.fromFormat(said, 'yyyy-MM-dd', { zone: room.zone })
      within(day, field, room)
      return [day.toISODate()!]
    },
    say: (value, _field, room) => sayDay(value, room),
  },
  DateTime: {
    column: 'at',
    control: 'moment',
    config: ['initial seconds', 'years', 'only'],
    narrows: 'days',
    narrow: true,
    initial(field, room, required) {
      const moment = fromNow(field, room, required)
      return moment ? [instant(moment.startOf('minute'))] : []
    },
    read(typed, field, room) {
      const said = (typed.at(-1) ?? '').trim()
      if (said === '') return []
      const moment = DateTime.fromISO(said.replace(' ', 'T'), { zone: room.zone })
      within(moment, field, room)
      return [instant(moment)]
    },
    say: (value, _field, { language, zone, now }) => sayDateTime(new Date(value), zone, language, now),
    form: (value, { zone }) => DateTime.fromISO(value, { zone }).toFormat("yyyy-MM-dd'T'HH:mm"),
  },
} as const satisfies Record<string, FieldType>

export type NativeType = keyof typeof FIELD_TYPES
export const NATIVE_TYPES = Object.keys(FIELD_TYPES) as NativeType[]
const YES_NO: ByLanguage<readonly [string, string]> = { pl: ['nie', 'tak'], en: ['no', 'yes'] }

function sayDay(value: string, { language, now }: FieldRoom): string {
  const day = DateTime.fromISO(value, { zone: 'UTC' })
  return day.isValid ? sayDate(day.toJSDate(), 'UTC', language, now) : value
}

/** The entry of a type; one that no entry has is kept as it is. */
export const typeOf = (type: string): FieldType => (Object.hasOwn(FIELD_TYPES, type) ? FIELD_TYPES[type as NativeType] : kept)

/** A field for its type, with its Config read. */
export const typed = (field: { name: string; type: string; config: Readonly<Record<string, unknown>> }): Typed => ({
  name: field.name,
  type: field.type,
  config: readConfig(field.config),
})

/** Of how a row of `field_value` reads to how a value stands here: a date has no time. */
export const fromStored = (type: string, value: string): string => (type === 'Date' ? value.slice(0, 10) : value)
