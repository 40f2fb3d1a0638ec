/** Owns how a field is configured: OTRS's Config as it stands in the database, read into what the types of fields ask of it, and back. */
import { z } from 'zod'
import type { Language } from '../database/schema.ts'
import { nameIn } from '../i18n/names.ts'

export interface PossibleValue {
  /** What is stored. With `tree` levels are divided by '::'. */
  key: string
  label: string
  labelEn: string | null
}

export interface FieldConfig {
  /** Of a date or a moment: seconds from now. Of several values all of them. */
  initial: readonly string[]
  values: readonly PossibleValue[]
  /** A choice may be left empty. */
  none: boolean
  tree: boolean
  /** All must fit a text that is not empty; whoever typed another one reads the message. */
  patterns: readonly { pattern: string; message: string }[]
  /** Lines of a text area, as high as it is at first. */
  rows: number
  /** Years before and after this one in which a date may lie; null: any. */
  years: { past: number; future: number } | null
  /** OTRS DateRestriction. */
  only: 'past' | 'future' | null
}

/** OTRS writes numbers and truths as text, as numbers, or not at all. */
const text = z.union([z.string(), z.number().transform(String), z.boolean().transform((yes) => (yes ? '1' : ''))]).catch('')
const truth = text.transform((said) => said !== '' && said !== '0')
const whole = (absent: number) => text.transform((said) => (/^\d{1,4}$/.test(said) ? Number(said) : absent))
const values = z.record(z.string(), text).catch({})

const stored = z.object({
  DefaultValue: z.union([z.array(text), text.transform((one) => (one === '' ? [] : [one]))]).catch([]),
  PossibleValues: values,
  PossibleValuesEn: values,
  PossibleOrder: z.array(z.string()).catch([]),
  PossibleNone: truth,
  TreeView: truth,
  RegExList: z.array(z.object({ Value: text, ErrorMessage: text })).catch([]),
  Rows: whole(0),
  YearsPeriod: truth,
  YearsInPast: whole(5),
  YearsInFuture: whole(5),
  DateRestriction: text,
})

/** Reads a Config, whatever another program left in it: what makes no sense counts as absent. */
export function readConfig(config: Readonly<Record<string, unknown>>): FieldConfig {
  const said = stored.parse(config)
  // A Map: a key may be called as something that every object has.
  const english = new Map(Object.entries(said.PossibleValuesEn))
  const order = new Map(said.PossibleOrder.map((key, place) => [key, place]))
  const place = (key: string) => order.get(key) ?? Infinity
  return {
    initial: said.DefaultValue,
    values: Object.entries(said.PossibleValues)
      .map(([key, label]) => ({ key, label: label || key, labelEn: english.get(key) || null }))
      // A jsonb knows no order: without ours it is that of the words, as in OTRS.
      .toSorted((a, b) => (place(a.key) === place(b.key) ? collator.compare(a.label, b.label) : place(a.key) - place(b.key))),
    none: said.PossibleNone,
    tree: said.TreeView,
    patterns: said.RegExList.filter(({ Value }) => Value !== '').map(({ Value, ErrorMessage }) => ({
      pattern: Value,
      message: ErrorMessage,
    })),
    rows: said.Rows,
    years: said.YearsPeriod ? { past: said.YearsInPast, future: said.YearsInFuture } : null,
    only: said.DateRestriction === 'DisableFutureDates' ? 'past' : said.DateRestriction === 'DisablePastDates' ? 'future' : null,
  }
}
const collator = new Intl.Collator('pl', { numeric: true })

/** The same as OTRS keeps it, beside what a Config had that is not ours to change. */
export function writeConfig(stood: Readonly<Record<string, unknown>>, config: FieldConfig): Record<string, unknown> {
  const translated = config.values.filter(({ labelEn }) => labelEn !== null)
  return {
    ...stood,
    DefaultValue: config.initial.length > 1 ? [...config.initial] : (config.initial[0] ?? ''),
    PossibleValues: Object.fromEntries(config.values.map(({ key, label }) => [key, label])),
    PossibleValuesEn: Object.fromEntries(translated.map(({ key, labelEn }) => [key, labelEn])),
    PossibleOrder: config.values.map(({ key }) => key),
    PossibleNone: config.none ? '1' : '0',
    TranslatableValues: translated.length > 0 ? '1' : '0',
    TreeView: config.tree ? '1' : '0',
    RegExList: config.patterns.map(({ pattern, message }) => ({ Value: pattern, ErrorMessage: message })),
    Rows: config.rows === 0 ? '' : String(config.rows),
    YearsPeriod: config.years ? '1' : '0',
    YearsInPast: String(config.years?.past ?? 5),
    YearsInFuture: String(config.years?.future ?? 5),
    DateRestriction: config.only === 'past' ? 'DisableFutureDates' : config.only === 'future' ? 'DisablePastDates' : 'none',
  }
}

/** A stored key in words; one that is offered no longer is said as it stands. */
export function sayPossible({ values: all }: FieldConfig, key: string, language: Language): string {
  const one = all.find((value) => value.key === key)
  return one ? nameIn({ name: one.label, nameEn: one.labelEn }, language) : key
}
