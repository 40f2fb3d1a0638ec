/** Owns reading fields from a form: what somebody changed of those that it asked for. */
import { refused } from '../errors.ts'
import type { Asked, Field } from './fields.ts'
import { typeOf, type FieldRoom, type FieldValues } from './types.ts'

/** What is wanted of each field, by its name, as somebody typed or a program said it. An empty list takes the value away. */
export type WantedFields = Readonly<Record<string, readonly string[]>>

/** In a form: the field's control, and what stood in it when the page was made, so that nobody undoes what came meanwhile. */
export const controlOf = ({ name }: Pick<Field, 'name'>): string => `field.${name}`
export const stoodOf = ({ name }: Pick<Field, 'name'>): string => `was.${name}`

/** Values as a form's control has them. */
export const inForm = (field: Pick<Field, 'type'>, values: FieldValues, room: FieldRoom): string[] => {
  const { form } = typeOf(field.type)
  return values.map((value) => (form ? form(value, room) : value))
}

/**
 * Of the fields asked for those that were answered otherwise than they stood. `posted`: all that came under a name. A field that was
 * not in the form is left as it is, unless it must be filled in. Error: `required` at `field.<name>`.
 */
export function readPosted(asked: readonly Asked[], posted: (name: string) => readonly string[]): WantedFields {
  const wanted: Record<string, readonly string[]> = {}
  for (const { field, required } of asked) {
    const came = posted(controlOf(field))
    const control = typeOf(field.type).control
    const typed = control === 'choices' ? came.filter((one) => one !== '') : came.slice(-1)
    const empty = typed.every((one) => one.trim() === '') || (control === 'box' && typed[0] === '0')
    if (required && empty) throw refused('required', {}, controlOf(field))
    const stood = posted(stoodOf(field)).at(-1)
    // A box that nobody has ever ticked is left alone.
    const same = stood !== undefined && (stood === typed.join('\n') || (control === 'box' && stood === '' && typed[0] === '0'))
    if (came.length > 0 && !same) wanted[field.name] = typed
  }
  return wanted
}
