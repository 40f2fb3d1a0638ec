/** Owns fields as columns of agents' lists and exports: one statement for a page, however many fields are shown. */
import type { Id } from '../database/schema.ts'
import { fieldLabel, typeOfField } from './fields.ts'
import { typed, type Typed } from './types.ts'
import { loadByName } from './values.ts'
import type { ColumnRoom, ColumnSource } from '../ticket/view/columns.ts'

/** Before a field's name, where columns are named. */
const FIELD = 'field:'

/**
 * Fields of tickets that are in use, whatever unit they are for: an agent's list goes over several. What is shown is looked up together
 * with the fields that it is asked for by name.
 */
export const fieldColumns: ColumnSource = {
  async columns(used) {
    const fields = (await used.fields()).filter(({ valid }) => valid)
    return fields.map((field) => ({
      key: `${FIELD}${field.name}`,
      label: (language) => fieldLabel(field, language),
      ...(typeOfField(field).narrow ? { narrow: true } : {}),
    }))
  },
  async load(db, keys, tickets, room) {
    const names = keys.flatMap((key) => (key.startsWith(FIELD) ? [key.slice(FIELD.length)] : []))
    const found = new Map<Id, Record<string, string>>()
    if (names.length === 0 || tickets.length === 0) return found
    for (const { field, values } of await loadByName(
      db,
      names,
      tickets.map(({ id }) => id),
    )) {
      const of = typed(field)
      for (const [ticketId, own] of values) {
        const words = found.get(ticketId) ?? {}
        words[FIELD + field.name] = own.map((value) => sayIn(of, value, room)).join(', ')
        found.set(ticketId, words)
      }
    }
    return found
  },
}

/** As lists and files say it: a moment as they say all moments, a day as it sorts. */
function sayIn(field: Typed, value: string, { language, moment }: ColumnRoom): string {
  if (field.type === 'DateTime') return moment(new Date(value))
  if (field.type === 'Date') return value
  return typeOfField(field).say(value, field, { language, zone: 'UTC', now: new Date(0) })
}
