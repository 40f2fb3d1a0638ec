/** Owns the SQL that finds a person's traces, and the tickets they had a part in. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { isId } from '../kernel/input.ts'
import { readDetails } from '../person/known/details.ts'
import type { Traces } from './traces.ts'

export async function findTraces(db: Kysely<Database>, id: Id): Promise<Traces | undefined> {
  if (!isId(id)) return undefined
  const person = await db
    .selectFrom('person')
    .select(['id', 'name', 'first_name', 'last_name', 'login', 'phone', 'details'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!person) return undefined
  const addresses = await db.selectFrom('person_address').select('address').where('person_id', '=', id).execute()
  const names = [
    ...new Set([person.name, [person.first_name, person.last_name].filter(Boolean).join(' ')].map((name) => name.trim()).filter(Boolean)),
  ]
  const {
    rows: [shared],
  } = await sql<{ name: boolean; login: boolean }>`
    select exists (select from person where id <> ${id} and lower(name) = any(${names.map((name) => name.toLowerCase())}::text[])) as name,
      exists (select from person where id <> ${id} and (lower(first_name) = lower(${person.login}::text) or lower(last_name) = lower(${person.login}::text))) as login`.execute(
    db,
  )
  const { rows: further } = await sql<{ login: string; shared: boolean }>`
    select login, length(login) < 4 or exists (select from person where id <> ${id} and (lower(first_name) = f.login or lower(last_name) = f.login)) as shared
    from further_login f where person_id = ${id} order by login`.execute(db)
  return {
    id,
    names,
    login: person.login,
    furtherLogins: further,
    addresses: addresses.map(({ address }) => address),
    phone: person.phone,
    mobile: readDetails(person.details).mobile,
    nameShared: shared!.name,
    loginShared: shared!.login || (person.login ?? '').length < 4,
  }
}

/** Tickets where the person asked, took part, wrote or was written to. */
export async function ticketsOf(db: Kysely<Database>, { id, addresses }: Pick<Traces, 'id' | 'addresses'>): Promise<Id[]> {
  const { rows } = await sql<{ id: Id }>`
    select id from ticket where customer_id = ${id}
    union select ticket_id from ticket_participant where person_id = ${id}
    union select ticket_id from article where person_id = ${id}
    union select ticket_id from inbound_mail where lower(envelope_from) = any(${addresses}::text[]) and ticket_id is not null
    union select ticket_id from outbound_mail where recipients && ${addresses}::text[] and ticket_id is not null`.execute(db)
  return rows.map((row) => row.id)
}
