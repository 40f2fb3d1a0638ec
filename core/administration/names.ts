/** Owns what things are called now, by kind, as SQL: one statement for every name that a page of the log needs. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { storableJson } from '../database/json.ts'
import type { Database, Id, Language } from '../database/schema.ts'
import { nameSelected } from '../i18n/names.ts'

/** Given an id as SQL: the name of what has it, in the reader's language where it has one there. */
export type NameSql = (id: RawBuilder<unknown>, language: Language) => RawBuilder<string | null>

const column =
  (table: string, name = 'name'): NameSql =>
  (id) =>
    sql`(select ${sql.ref(name)} from ${sql.table(table)} where id = ${id})`
const inLanguage =
  (table: string): NameSql =>
  (id, language) =>
    sql`(select ${nameSelected(language)} from ${sql.table(table)} where id = ${id})`

export const NAMES = {
  unit: inLanguage('unit'),
  topic: inLanguage('topic'),
  field: column('field', 'label'),
  queue: column('queue'),
  'ticket state': column('ticket_state'),
  person: column('person'),
  group: column('permission_group'),
  role: column('role'),
  company: column('company'),
  calendar: column('calendar'),
  'ticket priority': column('ticket_priority'),
  'ticket type': column('ticket_type'),
  service: column('service'),
  sla: column('sla'),
  'system address': column('system_address', 'address'),
  text: column('auto_response'),
  'postmaster filter': column('postmaster_filter'),
  salutation: column('salutation'),
  signature: column('signature'),
  'answer template': column('answer_template'),
  'unit rule': column('unit_rule', 'value'),
  'inbound mail': column('inbound_mail', 'subject'),
  'outbound mail': column('outbound_mail', 'subject'),
} satisfies Record<string, NameSql>
export type NameKind = keyof typeof NAMES

export interface Wanted {
  sql: NameSql
  ids: ReadonlySet<Id>
}

/** The names of these, by kind and id; what is gone has none. One statement, or none where nothing is wanted. */
export async function readNames(
  db: Kysely<Database>,
  wanted: ReadonlyMap<string, Wanted>,
  language: Language,
): Promise<{ kind: string; id: Id; name: string }[]> {
  const ids = [...wanted].flatMap(([kind, one]) => [...one.ids].map((id) => ({ kind, id })))
  if (ids.length === 0) return []
  const cases = [...wanted].map(([kind, one]) => sql`when ${kind} then ${one.sql(sql`k.id`, language)}`)
  const { rows } = await sql<{ kind: string; id: Id; name: string }>`
    select * from (select k.kind, k.id::text as id, case k.kind ${sql.join(cases, sql` `)} end as name
      from jsonb_to_recordset(${storableJson(ids)}::jsonb) as k(kind text, id bigint)) named where name is not null`.execute(db)
  return rows
}
