/** Owns reading posted forms: fields, files, their check against a schema, and problems said in the reader's language. */
import type { z } from 'zod'
import type { Asked } from '../field/fields.ts'
import { readPosted, type WantedFields } from '../field/posted.ts'
import type { PageContext } from '../kernel/contract.ts'
import type { Language } from '../database/schema.ts'
import { coreTexts, type CoreKey } from '../i18n/core-texts.ts'
import { refused, Refusal } from '../errors.ts'
import { storable } from '../database/storable.ts'
import type { NewAttachment } from '../ticket/ticket.ts'
import { postedForm } from './body.ts'
import { webTexts, type WebKey } from './i18n/web-texts.ts'

/** A form as it is shown: what stands in its fields and what is wrong with them, by field name; '' is the whole form. */
export interface FormState {
  values: Readonly<Record<string, string>>
  problems: Readonly<Record<string, string>>
}

export type Posted<T> =
  | { ok: true; value: T; values: Record<string, string>; problems: Record<string, string> }
  | { ok: false; values: Record<string, string>; problems: Record<string, string> }

export const MAX_FILES = 20

/** A form to begin with. */
export const blankForm = (values: Record<string, string> = {}): FormState => ({ values, problems: {} })

/** Text fields by name; of several values of one name the last counts. As they can be stored: line ends become \n, NULs go. */
export async function readFields(c: PageContext): Promise<Record<string, string>> {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [name, value] of (await postedForm(c)).fields) fields[name] = value
  return fields
}

/** All values of one name: checkboxes of a list. */
export async function readAll(c: PageContext, name: string): Promise<string[]> {
  return (await postedForm(c)).fields.filter(([field]) => field === name).map(([, value]) => value)
}

/** Of the fields asked for those answered otherwise than they stood; for an act's `fields`. Error: `required` at the field. */
export async function readOwnFields(c: PageContext, asked: readonly Asked[]): Promise<WantedFields> {
  if (asked.length === 0) return {}
  const { fields } = await postedForm(c)
  return readPosted(asked, (name) => fields.filter(([field]) => field === name).map(([, value]) => value))
}

/** What was typed, with all that was ticked in a field of several values: a line each, as drafts keep it. */
export async function withOwnFields(c: PageContext, typed: Record<string, string>): Promise<Record<string, string>> {
  const { fields } = await postedForm(c)
  const all = Map.groupBy(
    fields.filter(([name]) => name.startsWith('field.')),
    ([name]) => name,
  )
  return { ...typed, ...Object.fromEntries([...all].map(([name, values]) => [name, values.map(([, value]) => value).join('\n')])) }
}

/** Files of a form, ready to be attached. An empty file field (browsers send one) is none. */
export async function readFiles(c: PageContext, name = 'files'): Promise<NewAttachment[]> {
  const files = (await postedForm(c)).files
    .filter(([field, file]) => field === name && (file.content.length > 0 || file.name !== ''))
    .map(([, file]) => file)
  if (files.length > MAX_FILES) throw refused('article.too-many-files', { limit: MAX_FILES }, name)
  return files.map(({ name: given, type, content }) => ({
    name: fileName(given),
    contentType: type.length <= MAX_TYPE ? type || OCTETS : OCTETS,
    content,
  }))
}

const OCTETS = 'application/octet-stream'
/** RFC 6838 4.2: 127 characters on each side of the slash. */
const MAX_TYPE = 255

/** Never a path, 250 characters at most, no sign of it cut in two. */
const fileName = (given: string): string => {
  const own = given.slice(Math.max(given.lastIndexOf('/'), given.lastIndexOf('\\')) + 1).slice(0, 250)
  return storable(/[\ud800-\udbff]$/.test(own) ? own.slice(0, -1) : own) || 'file'
}

/**
 * Reads a form and checks it. Problems are sentences for the reader; a schema's own message that is a text key of core is
 * translated, any other is shown as it is. What was typed stays in `values` either way.
 */
export async function readForm<S extends z.ZodType>(c: PageContext, schema: S): Promise<Posted<z.output<S>>> {
  const values = await readFields(c)
  const language = c.get('language')
  const parsed = schema.safeParse(values, { error: (issue) => sayIssue(issue, language) })
  if (parsed.success) return { ok: true, value: parsed.data, values, problems: {} }
  const problems: Record<string, string> = {}
  for (const issue of parsed.error.issues) problems[issue.path.map(String).join('.')] ??= sayMessage(issue.message, language)
  return { ok: false, values, problems }
}

/** The same form again with a refusal's reason at its field. Thrown on: what is no refusal, and what a page of its own asks for (`proof-needed`). */
export function withRefusal(c: PageContext, form: FormState, error: unknown): FormState {
  if (!(error instanceof Refusal) || error.code === 'proof-needed') throw error
  return { values: form.values, problems: { ...form.problems, [error.field ?? '']: sayRefusal(error, c.get('language')) } }
}

/** A refusal in words. */
export const sayRefusal = (error: Pick<Refusal, 'code' | 'params'>, language: Language): string =>
  coreTexts.in(language)(`error.${error.code}`, error.params)

function sayMessage(message: string, language: Language): string {
  return Object.hasOwn(coreTexts.pl, message) ? coreTexts.in(language)(message as CoreKey) : message
}

type Issue = z.core.$ZodRawIssue

/** What is wrong with one value, as a sentence. */
export function sayIssue(issue: Issue, language: Language): string {
  const t = webTexts.in(language)
  const say = (key: WebKey, params?: Record<string, string | number>) => t(key, params)
  switch (issue.code) {
    case 'too_small':
      return issue.origin === 'string'
        ? Number(issue.minimum) <= 1
          ? say('form.required')
          : say('form.too-short', { count: Number(issue.minimum) })
        : say('form.too-low', { min: Number(issue.minimum) })
    case 'too_big':
      return issue.origin === 'string'
        ? say('form.too-long', { count: Number(issue.maximum) })
        : say('form.too-high', { max: Number(issue.maximum) })
    case 'invalid_type':
      return issue.input === undefined
        ? say('form.required')
        : say(issue.expected === 'number' || issue.expected === 'int' ? 'form.number' : 'form.invalid')
    case 'invalid_format':
      return say(issue.format === 'email' ? 'form.email' : 'form.invalid')
    case 'invalid_value':
      return say('form.choice')
    default:
      return say('form.invalid')
  }
}
