/** Owns looking up what rows of tickets may point to here, and the source's names of numbered words. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id, StateType } from '../../../core/index.ts'
import type { Source } from '../source/source.ts'
import type { Here, Words } from './known.ts'
import { idOf, text } from './values.ts'

export async function lookHere(db: Kysely<Database>): Promise<Here> {
  const ids = async (table: string): Promise<Set<Id>> =>
    new Set(
      (await sql<{ id: Id }>`select id::text from ${sql.table(table)} order by ${sql.table(table)}.id`.execute(db)).rows.map(
        ({ id }) => id,
      ),
    )
  const { rows: states } = await sql<{ id: Id; type: StateType }>`select id::text, type from ticket_state`.execute(db)
  const { rows: companies } = await sql<{ code: string }>`select code from company`.execute(db)
  const { rows: addresses } = await sql<{ address: string; person: Id }>`
    select a.address, a.person_id::text as person from person_address a
    where exists (select from otrs_id i where i.kind in ('user', 'customer_user') and i.id = a.person_id)`.execute(db)
  return {
    queues: await ids('queue'),
    states: new Map(states.map(({ id, type }) => [id, type])),
    priorities: await ids('ticket_priority'),
    types: await ids('ticket_type'),
    services: await ids('service'),
    slas: await ids('sla'),
    fields: await ids('field'),
    companies: new Set(companies.map(({ code }) => code)),
    addresses: new Map(addresses.map(({ address, person }) => [address, person])),
  }
}

/** OTRS's seeds, for what a source of version 5 has no table for. */
const CHANNELS: readonly (readonly [number, string])[] = [
  [1, 'Email'],
  [2, 'Phone'],
  [3, 'Internal'],
  [4, 'Chat'],
  [5, 'Web'],
]

export async function readWords(source: Source): Promise<Words> {
  const words = async (table: string, column = 'name'): Promise<Map<number, string>> => {
    const found = new Map<number, string>()
    if (!source.has(table)) return found
    for await (const row of source.rows(table)) found.set(idOf(row['id']) ?? 0, text(row[column]))
    return found
  }
  const channels = await words('communication_channel')
  return {
    channels: channels.size > 0 ? channels : new Map(CHANNELS),
    senders: await words('article_sender_type'),
    historyTypes: await words('ticket_history_type'),
    locks: await words('ticket_lock_type'),
    linkTypes: await words('link_type'),
    linkObjects: await words('link_object'),
    fields: await words('dynamic_field', 'object_type'),
    fieldTypes: await words('dynamic_field', 'field_type'),
  }
}
