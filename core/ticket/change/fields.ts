/** Owns setting fields of a ticket: values are read by their types, written, told in history with before and after, and put back by undo. */
import type { Kysely } from 'kysely'
import type { Database, Id } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import { fieldsOfQueue, isNative, useOf, type Field } from '../../field/fields.ts'
import { inForm, type WantedFields } from '../../field/posted.ts'
import { typed, typeOf, type FieldRoom, type FieldValues } from '../../field/types.ts'
import { loadValues, writeValues } from '../../field/values.ts'
import { languageFor } from '../../i18n/languages.ts'
import type { Work } from '../../kernel/work.ts'
import { change, ticketFor } from './change.ts'
import type { Ticket } from '../ticket.ts'

/** Keys under which history keeps what stood in a field. */
const KEPT = 'field:'
/** OTRS's column for a row's text; long values are cut so that both fit. */
const ROW = 200

/** Sets fields by their names. Errors: those of `putFields`; `not-found`, `not-allowed`. */
export async function setFields(work: Work, ticketId: Id, wanted: WantedFields): Promise<void> {
  await putFields(work, await ticketFor(work, ticketId, 'rw'), wanted)
}

/**
 * The same on a ticket that is locked; whoever calls it has asked for the right. What differs from what stands is written, and
 * nothing where nothing differs. Errors: `field.unknown`, `field.read-only`; what the type says is wrong with a value.
 */
export async function putFields(work: Work, ticket: Ticket, wanted: WantedFields): Promise<void> {
  const names = Object.keys(wanted)
  if (names.length === 0) return
  const { fields } = await fieldsOfQueue(work.db, ticket.queueId)
  const chosen = names.map((name) => {
    const field = fields.find((one) => one.name.toLowerCase() === name.toLowerCase())
    if (!field) throw refused('field.unknown', { name: name.slice(0, 100) }, `field.${name}`)
    if (!isNative(field)) throw refused('field.read-only', { name: field.name }, `field.${field.name}`)
    return { field, given: wanted[name]! }
  })
  const stood = (await loadValues(work.db, chosen.map(({ field }) => field), [ticket.id])).get(ticket.id) // biome-ignore format: one look-up
  const room = roomOf(work)
  const changes = chosen.flatMap(({ field, given }) => {
    const before = stood?.get(field.id) ?? []
    // What comes back from a form as it stood there is no change, even where the form knows less of it.
    if (same(inForm(field, before, room), given)) return []
    const after = typeOf(field.type).read(given, typed(field), room, before)
    return same(before, after) ? [] : [{ field, before, values: after }]
  })
  await store(work, ticket, changes)
}

/**
 * Fields that stand empty get what stands in those of another ticket, as far as they are for this one and people may set them (OTRS:
 * MergeDynamicFields). What customers would be shown here is taken only where they were shown it there: `sameReaders`, all of this
 * ticket's customers are that one's. Answers which.
 */
export async function fillEmptyFields(work: Work, ticket: Ticket, from: Ticket, { sameReaders }: { sameReaders: boolean }): Promise<Id[]> {
  const isShown = (field: Field, where: Ticket) => useOf(field, 'portal-ticket', where) !== 'off'
  const fields = (await fieldsOfQueue(work.db, ticket.queueId)).fields.filter(
    (field) => isNative(field) && (!isShown(field, ticket) || (sameReaders && isShown(field, from))),
  )
  const stood = await loadValues(work.db, fields, [ticket.id, from.id])
  const changes = fields.flatMap((field) => {
    const [before, values] = [ticket.id, from.id].map((id) => stood.get(id)?.get(field.id) ?? []) as [FieldValues, FieldValues]
    return isEmpty(before) && !isEmpty(values) ? [{ field, before, values }] : []
  })
  await store(work, ticket, changes)
  return changes.map(({ field }) => field.id)
}

/** Takes that back, where it still stands as it came. */
export async function emptyFilledFields(work: Work, ticket: Ticket, ids: readonly Id[], from: Id): Promise<void> {
  if (ids.length === 0) return
  const fields = await work.db
    .selectFrom('field')
    .select(['id', 'name', 'type'])
    .where('id', 'in', [...ids])
    .execute()
  const stood = await loadValues(work.db, fields, [ticket.id, from])
  const changes = fields.flatMap((field) => {
    const [before, came] = [ticket.id, from].map((id) => stood.get(id)?.get(field.id) ?? []) as [FieldValues, FieldValues]
    return !isEmpty(before) && same(before, came) ? [{ field, before, values: [] }] : []
  })
  await store(work, ticket, changes)
}

const isEmpty = (values: FieldValues): boolean => values.every((value) => value === '')

const roomOf = (work: Pick<Work, 'now' | 'config'>): FieldRoom => ({
  language: languageFor(work.config),
  zone: work.config.zone,
  now: work.now,
})

const same = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((one, n) => one === b[n])

async function store(
  work: Work,
  ticket: Ticket,
  changes: readonly { field: Pick<Field, 'id' | 'name' | 'type'>; before: FieldValues; values: FieldValues }[],
): Promise<void> {
  if (changes.length === 0) return
  await writeValues(work.db, ticket.id, changes)
  await change(
    work,
    ticket,
    {},
    {
      rows: changes.map(({ field, before, values }) => ({
        type: 'TicketDynamicFieldUpdate',
        parts: rowParts(field.name, values, before),
        beside: { before: { [KEPT + field.id]: before }, after: { [KEPT + field.id]: values } },
      })),
    },
  )
  tell(work, ticket, changes.map(({ field }) => field.id)) // biome-ignore format: one fact
}

function tell(work: Work, ticket: Ticket, fields: readonly Id[]): void {
  work.emit('ticket.fields-changed', { ticketId: ticket.id, unitId: ticket.unitId, data: { fields: [...fields] } })
}

/** `%%FieldName%%f%%Value%%v%%OldValue%%o`, as OTRS writes it. */
function rowParts(name: string, values: FieldValues, before: FieldValues): string[] {
  const room = Math.max(10, Math.floor((ROW - '%%FieldName%%%%Value%%%%OldValue%%'.length - name.length) / 2))
  const cut = (of: FieldValues) => {
    const text = of.join(', ').replaceAll('%%', '%').replace(/\s/g, ' ')
    return text.length <= room ? text : `${text.slice(0, room - 1).toWellFormed()}…`
  }
  return ['FieldName', name, 'Value', cut(values), 'OldValue', cut(before)]
}

/** Takes out of a history row's columns what stood in fields, and puts it back. Called by undo. */
export async function putBackFields<C extends object>(work: Work, ticket: Ticket, columns: C): Promise<C> {
  const kept = Object.entries(columns).filter(([key]) => key.startsWith(KEPT))
  if (kept.length === 0) return columns
  const stood = new Map(kept.map(([key, values]) => [key.slice(KEPT.length), values as FieldValues]))
  const known = await fieldTypes(work.db, [...stood.keys()])
  await writeValues(work.db, ticket.id, known.map((field) => ({ field, values: stood.get(field.id)! }))) // biome-ignore format: one list
  tell(work, ticket, known.map(({ id }) => id)) // biome-ignore format: one fact
  return Object.fromEntries(Object.entries(columns).filter(([key]) => !key.startsWith(KEPT))) as C
}

/** A field that was removed since has nothing to put back. */
const fieldTypes = (db: Kysely<Database>, ids: readonly Id[]): Promise<{ id: Id; type: string }[]> =>
  db.selectFrom('field').select(['id', 'type']).where('id', 'in', ids).execute()
