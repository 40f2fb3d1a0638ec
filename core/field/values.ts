/** Owns the values of fields: read for many objects at once, written for one, and asked for by lists. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { storableJson } from '../database/json.ts'
import { containing } from '../database/key-page.ts'
import type { Database, FieldObject, Id } from '../database/schema.ts'
import { upWhere } from '../unit/tree.ts'
import { askedOn, FIELD_COLUMNS, listFields, type Asked, type Field, type Screen } from './fields.ts'
import { fromStored, typed, typeOf, type FieldRoom, type FieldValues } from './types.ts'

/** As text, whichever column holds it; moments in UTC, to the second. */
const VALUE = sql`coalesce(v.text, v.number::text, to_char(v.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))`

interface Row {
  objectId: Id
  fieldId: Id
  value: string
}

/** Values of some fields on some objects, by object and field, in their order. One statement, however many there are. */
export async function loadValues(
  db: Kysely<Database>,
  fields: readonly Pick<Field, 'id' | 'type'>[],
  objectIds: readonly Id[],
): Promise<Map<Id, Map<Id, FieldValues>>> {
  if (fields.length === 0 || objectIds.length === 0) return new Map()
  const { rows } = await sql<Row>`
    select v.object_id::text as "objectId", v.field_id::text as "fieldId", ${VALUE} as value from field_value v
    where v.object_id = any(${[...objectIds]}::bigint[]) and v.field_id = any(${fields.map(({ id }) => id)}::bigint[]) and ${VALUE} is not null
    order by v.object_id, v.field_id, v.set_place, v.place`.execute(db)
  const types = new Map(fields.map(({ id, type }) => [id, type]))
  const found = new Map<Id, Map<Id, string[]>>()
  for (const { objectId, fieldId, value } of rows) {
    const of = found.get(objectId) ?? new Map<Id, string[]>()
    found.set(objectId, of.set(fieldId, [...(of.get(fieldId) ?? []), fromStored(types.get(fieldId)!, value)]))
  }
  return found
}

/** What some fields of tickets, by their names, have on some tickets; those that no ticket has are left out. One statement. */
export async function loadByName(
  db: Kysely<Database>,
  names: readonly string[],
  ticketIds: readonly Id[],
): Promise<{ field: Pick<Field, 'name' | 'type' | 'config'>; values: Map<Id, FieldValues> }[]> {
  const { rows } = await sql<Pick<Field, 'name' | 'type' | 'config'> & { found: { id: Id; value: string }[] }>`
    select f.name, f.type, f.config, found.found from field f
    join lateral (
      select json_agg(json_build_object('id', v.object_id::text, 'value', ${VALUE}) order by v.object_id, v.set_place, v.place) as found
      from field_value v where v.object_id = any(${[...ticketIds]}::bigint[]) and v.field_id = f.id and ${VALUE} <> '') found on found.found is not null
    where f.object = 'ticket' and f.name = any(${[...names]}::text[])`.execute(db)
  return rows.map(({ found, ...field }) => {
    const values = new Map<Id, string[]>()
    for (const { id, value } of found) values.set(id, [...(values.get(id) ?? []), fromStored(field.type, value)])
    return { field, values }
  })
}

/** A field with what stands in it. */
export interface Filled {
  field: Field
  values: FieldValues
  /** Of a field of a set (OTOBO): to which repetition of the set each value belongs, where there are several. */
  sets?: readonly number[]
}

/** Every field that has a value on this object, fields out of use included: nothing that stands is hidden. */
export async function valuesOf(db: Kysely<Database>, object: FieldObject, objectId: Id): Promise<Filled[]> {
  const fields = await listFields(db, object)
  if (fields.length === 0) return []
  const values = (await loadValues(db, fields, [objectId])).get(objectId)
  return fields.flatMap((field) => {
    const own = (values?.get(field.id) ?? []).filter((value) => value !== '')
    return own.length === 0 ? [] : [{ field, values: own }]
  })
}

/** A ticket's fields: what each form asks for here, and what stands in them. */
export interface TicketFields {
  asked(screen: Screen): Asked[]
  /** Every field with a value, those out of use or of another unit included. */
  filled: Filled[]
  /** By field. */
  stands: ReadonlyMap<Id, FieldValues>
  /** What stands in fields of its messages, by message. */
  ofArticles: ReadonlyMap<Id, readonly Filled[]>
}

/** All that a ticket's page says of its fields, with one statement. */
export async function readTicketFields(
  db: Kysely<Database>,
  ticket: { id: Id; queueId: Id; queueName: string; topicId: Id | null },
): Promise<TicketFields> {
  const { rows } = await sql<
    Field & { here: boolean; found: [value: string, set: number][] | null; articles: { id: Id; value: string }[] | null }
  >`
    with recursive ${upWhere(sql`id = (select unit_id from queue where id = ${ticket.queueId})`)}
    select * from (
      select ${FIELD_COLUMNS}, f.object = 'ticket' and f.valid and f.unit_id in (select id from up) as here,
        (select json_agg(json_build_array(${VALUE}, v.set_place) order by v.set_place, v.place) from field_value v
          where f.object = 'ticket' and v.object_id = ${ticket.id} and v.field_id = f.id and ${VALUE} <> '') as found,
        case when f.object = 'article' then (select json_agg(json_build_object('id', a.id::text, 'value', ${VALUE}) order by a.id, v.set_place, v.place)
          from article a join field_value v on v.object_id = a.id and v.field_id = f.id
          where a.ticket_id = ${ticket.id} and ${VALUE} <> '') end as articles
      from field f where f.object in ('ticket', 'article')) x
    where here or found is not null or articles is not null order by sort, name`.execute(db)
  const here = rows.filter((row) => row.here)
  const filled = rows.flatMap(({ found, here: _here, articles: _articles, ...field }) =>
    found ? [{ field, values: found.map(([value]) => fromStored(field.type, value)), ...inSets(found) }] : [],
  )
  return {
    asked: (screen) => askedOn(here, screen, ticket),
    filled,
    stands: new Map(filled.map(({ field, values }) => [field.id, values])),
    ofArticles: byArticle(rows),
  }
}

const inSets = (found: readonly [string, number][]): Pick<Filled, 'sets'> =>
  found.some(([, set]) => set !== found[0]![1]) ? { sets: found.map(([, set]) => set) } : {}

function byArticle(rows: readonly (Field & { articles: { id: Id; value: string }[] | null })[]): Map<Id, Filled[]> {
  const found = new Map<Id, Filled[]>()
  for (const { articles, ...field } of rows) {
    for (const [id, values] of Map.groupBy(articles ?? [], (one) => one.id)) {
      const filled = { field, values: values.map(({ value }) => fromStored(field.type, value)) }
      found.set(id, [...(found.get(id) ?? []), filled])
    }
  }
  return found
}

/** In words, several divided by commas; those of a repeated set by its repetitions: "(1) a, b; (2) c". */
export function sayValues({ field, values, sets }: Filled, room: FieldRoom): string {
  const of = typed(field)
  const said = values.map((value) => typeOf(field.type).say(value, of, room))
  if (!sets) return said.join(', ')
  const groups = Map.groupBy(said.keys(), (n) => sets[n]!)
  return [...groups].map(([set, places]) => `(${set + 1}) ${places.map((n) => said[n]).join(', ')}`).join('; ')
}

/** Puts these values in place of what stood; an empty list takes all away. One statement. */
export async function writeValues(
  db: Kysely<Database>,
  objectId: Id,
  wanted: readonly { field: Pick<Field, 'id' | 'type'>; values: FieldValues }[],
): Promise<void> {
  if (wanted.length === 0) return
  const rows = wanted.flatMap(({ field, values }) =>
    values.map((value, place) => ({
      field: field.id,
      place,
      [typeOf(field.type).column]: field.type === 'Date' ? `${value}T00:00:00Z` : value,
    })),
  )
  await sql`
    with wanted as (
      select * from jsonb_to_recordset(${storableJson(rows)}::jsonb) as w(field bigint, place integer, text text, at timestamptz, number bigint)),
    put as (
      insert into field_value (object_id, field_id, place, text, at, number)
      select ${objectId}::bigint, field, place, text, at, number from wanted
      on conflict (object_id, field_id, set_place, place) do update set text = excluded.text, at = excluded.at, number = excluded.number)
    delete from field_value v where v.object_id = ${objectId} and v.field_id = any(${wanted.map(({ field }) => field.id)}::bigint[])
      and not exists (select 1 from wanted w where w.field = v.field_id and w.place = v.place and v.set_place = 0)`.execute(db)
}

/** How many objects have a value of each field; counted no further than `most` of each column, where that is given. */
export async function countUsed(db: Kysely<Database>, fieldIds: readonly Id[], most?: number): Promise<Map<Id, number>> {
  const held = (column: string) => sql`(select v.object_id from field_value v
    where v.field_id = f.id and v.${sql.raw(column)} is not null ${most === undefined ? sql`` : sql`limit ${most}`})`
  const { rows } = await sql<{ id: Id; count: number }>`
    select f.id::text, (select count(*)::integer from (${held('text')} union ${held('at')} union ${held('number')}) of) as count
    from unnest(${[...fieldIds]}::bigint[]) as f(id)`.execute(db)
  return new Map(rows.map(({ id, count }) => [id, count]))
}

/** By what lists are narrowed: words in the text, one key or one of several, a box, days from and to (the second one not included). */
export type FieldFilter = { field: Pick<Field, 'id' | 'type'> } & (
  | { words: string }
  | { is: string | readonly string[] }
  | { from?: Date; to?: Date }
)

/** Whether an object has such a value; `id` says which object. A box that nobody ever ticked is not ticked. */
export function fieldCondition(id: RawBuilder<unknown>, filter: FieldFilter): RawBuilder<unknown> {
  const such = (condition: RawBuilder<unknown>) =>
    sql`${id} in (select v.object_id from field_value v where v.field_id = ${filter.field.id} and ${condition})`
  if ('words' in filter) return such(sql`v.text ilike ${containing(filter.words)}`)
  if ('is' in filter) {
    const { is } = filter
    if (typeof is !== 'string') {
      if (is.length === 0) return sql`false`
      return sql`(${sql.join(
        is.map((one) => fieldCondition(id, { field: filter.field, is: one })),
        sql` or `,
      )})`
    }
    if (typeOf(filter.field.type).column !== 'number')
      return such(sql`lower(left(v.text, 100)) = lower(left(${is}, 100)) and v.text = ${is}`)
    return is === '0' ? sql`not ${such(sql`v.number = 1`)}` : such(sql`v.number = ${is}::bigint`)
  }
  const bounds = [filter.from && sql`v.at >= ${filter.from}`, filter.to && sql`v.at < ${filter.to}`].filter((bound) => bound !== undefined)
  return bounds.length === 0 ? sql`true` : such(sql.join(bounds, sql` and `))
}
