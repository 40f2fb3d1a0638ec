/** Owns reading an installation's own fields from a posted form. */
import type { Asked } from '../field/fields.ts'
import { readPosted, type WantedFields } from '../field/posted.ts'
import type { PageContext } from '../kernel/contract.ts'
import { postedForm } from './body.ts'

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
