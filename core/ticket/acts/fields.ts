/** Owns the fields of acts: the kinds there are, with their limits, and reading what a form or a program hands over. */
import { z } from 'zod'
import { isId } from '../../database/id.ts'
import { refused, type Refusal } from '../../errors.ts'
import type { WantedFields } from '../../field/posted.ts'
import { LONGEST_TEXT } from '../../field/types.ts'
import { readAddressList } from '../../mail/address-list.ts'
import { isAddress } from '../../person/persons.ts'
import { readUnits, type SaidTime } from '../../time/time.ts'
import type { NewAttachment } from '../ticket.ts'

/** Characters of a line, a subject for example; the domain cuts what it stores by itself. */
export const LINE = 1000
/** Characters of a text that somebody writes. */
export const TEXT = 1_000_000
/** Characters of a text that a customer writes on the web. */
export const MESSAGE = 100_000
const MOST_FILES = 60
/** Said by a check of ours, and the code it becomes. */
const GONE = 'choice-gone'
const MOST_ADDRESSES = 200

export const line = (most = LINE) => z.string().max(most).default('')
export const text = (most = TEXT) => z.string().max(most).default('')
/** An id as it comes; the domain says in its own words that there is no such thing. */
export const id = () => z.string().max(40).default('')
/** An id of something that a page offered to choose. Error: `choice-gone`. */
export const chosenId = () => z.string().refine(isId, GONE)
export const ids = () => z.array(z.string().max(40)).max(MOST_FILES).default([])

/** Somebody in the list of those let in: a person, or `i` and the id of an invitation. Error: `choice-gone`. */
export const chosenPerson = () => z.string().refine((value) => isId(value.replace(/^i/, '')), GONE)

/** Yes or no: a box that is ticked, a button's 'yes', a program's true. */
export const flag = (absent = false) =>
  z
    .union([z.boolean(), z.string().max(10)])
    .default(absent)
    .transform((value) => (typeof value === 'boolean' ? value : value !== '' && value !== 'no'))

/** One of a few; a form's empty choice is none. */
export const oneOf = <const T extends readonly [string, ...string[]]>(choices: T) =>
  z.union([z.enum(choices), z.literal('').transform(() => undefined)]).optional()

/** Addresses as a list, or as somebody types them. Error: `person.address-invalid` at this field. */
export const addressList = (field: string) =>
  z
    .union([z.string().max(50_000), z.array(z.string().max(400)).max(MOST_ADDRESSES)])
    .transform((given) => addresses(typeof given === 'string' ? given : given.join('\n'), field))

/** Files ready to be attached; how many a form may bring is the form's affair. */
export const files = () =>
  z
    .array(z.custom<NewAttachment>((value) => Buffer.isBuffer((value as { content?: unknown } | null)?.content)))
    .max(MOST_FILES)
    .default([])

/** Time spent, as a number or as somebody types it; '' where a form asked and was left empty, nothing where it did not ask. Error: `time.units`. */
export const spent = () =>
  z
    .union([z.number(), z.string().max(20)])
    .optional()
    .transform((value): SaidTime => (value === undefined ? undefined : readUnits(String(value))))

/** A moment with its zone, or null. */
export const moment = () => z.union([z.date(), z.iso.datetime({ offset: true }).transform((value) => new Date(value)), z.null()])

/** Addresses as somebody types them (mail/address-list.ts); 'Name <address>' counts as its address. Error: `person.address-invalid`. */
export function addresses(typed: string, field: string): string[] {
  const list = readAddressList(typed).map(({ address }) => address)
  const wrong = list.find((address) => !isAddress(address))
  if (wrong !== undefined) throw refused('person.address-invalid', { address: wrong.slice(0, 300) }, field)
  return list
}

/** Reads what was handed over. Errors, each at its field: `required`, `too-long`, `choice-gone`, `input`. */
export function readFields<S extends z.ZodObject>(schema: S, given: Readonly<Record<string, unknown>>): z.output<S> {
  const read = schema.safeParse(given)
  if (read.success) return read.data
  const issue = read.error.issues[0]!
  throw refusalOf(issue, String(issue.path[0] ?? ''), given)
}

function refusalOf(issue: z.core.$ZodIssue, field: string, given: Readonly<Record<string, unknown>>): Refusal {
  if (issue.code === 'too_big') return refused('too-long', { limit: Number(issue.maximum) }, field)
  if (issue.code === 'too_small' || given[field] === undefined) return refused('required', {}, field)
  if (issue.code === 'invalid_value' || issue.code === 'invalid_union' || issue.message === GONE) return refused(GONE, {}, field)
  return refused('input', { what: field }, field)
}

const wantedFields = z.record(
  z.string().max(200),
  z.union([
    z.array(z.string().max(2 * LONGEST_TEXT)).max(400),
    z
      .string()
      .max(2 * LONGEST_TEXT)
      .transform((one) => [one]),
  ]),
)

/** A ticket's own fields as an act is handed them; undefined where there are none. Errors, at `field.<name>`: `too-long`, `input`. */
export function readWantedFields(given: unknown): WantedFields | undefined {
  if (given === undefined || given === null) return undefined
  const read = wantedFields.safeParse(given)
  if (!read.success) throw refused('input', { what: 'fields' }, `field.${String(read.error.issues[0]?.path[0] ?? '')}`)
  return Object.keys(read.data).length === 0 ? undefined : read.data
}

/** What a page needs to draw a field that it knows nothing of. */
export interface FieldShape {
  name: string
  kind: 'line' | 'text' | 'choice' | 'yes-no'
  required: boolean
  most: number
  choices: readonly string[]
}

/** The fields of an act as kinds of fields on a page; those that no page can draw by itself (files, lists) are left out. */
export function shapesOf(schema: z.ZodObject): FieldShape[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return Object.entries(json.properties ?? {}).flatMap(([name, property]) => {
    if (typeof property === 'boolean') return []
    const kinds = [property, ...(property.anyOf ?? [])].filter((one) => typeof one !== 'boolean')
    const choices = kinds.find((one) => one.enum)?.enum?.map(String) ?? []
    const most = Math.min(...kinds.map((one) => one.maxLength ?? Infinity))
    const kind =
      choices.length > 0
        ? 'choice'
        : kinds.some((one) => one.type === 'boolean')
          ? 'yes-no'
          : !kinds.some((one) => one.type === 'string')
            ? undefined
            : most > LINE
              ? 'text'
              : 'line'
    return kind ? [{ name, kind, required: json.required?.includes(name) ?? false, most, choices }] : []
  })
}
