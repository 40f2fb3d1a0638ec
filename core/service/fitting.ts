/** Owns what fits together: the type, service and SLA that a ticket may have, looked up by id or by name. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { isId } from '../database/id.ts'
import type { Database, Id } from '../database/schema.ts'
import { upWhere } from '../unit/tree.ts'

export interface Named {
  id: Id
  name: string
}

/** Types that OTRS seeds: what a ticket is that nobody sorted. */
export const UNCLASSIFIED = '1'

/** What a ticket shall be about, as far as it is said: null for none. */
export interface AboutIds {
  typeId?: Id | undefined
  serviceId?: Id | null | undefined
  slaId?: Id | null | undefined
}

/** Whose ticket, and where it lies: a service is offered in the units it belongs to. */
export interface ForWhom {
  customerId: Id | null
  /** Of the ticket's queue. */
  unitId: Id | null
}

export interface FoundAbout {
  type: Named | null
  /** `offered`: to this customer, in this unit. */
  service: (Named & { offered: boolean }) | null
  /** Null too where the service does not have it. */
  sla: Named | null
}

/** What is in use of what is named, in one statement. */
export async function findAbout(db: Kysely<Database>, { typeId, serviceId, slaId }: AboutIds, whom: ForWhom): Promise<FoundAbout> {
  const one = (id: Id | null | undefined) => (id && isId(id) ? id : null)
  const service = one(serviceId)
  const { rows } = await sql<FoundAbout>`
    with recursive ${unitsOf(whom)}
    select
      (select json_build_object('id', t.id::text, 'name', t.name) from ticket_type t where t.id = ${one(typeId)} and t.valid) as type,
      (select json_build_object('id', s.id::text, 'name', s.name, 'offered', ${offered(whom)})
        from service s where s.id = ${service} and s.valid) as service,
      (select json_build_object('id', l.id::text, 'name', l.name) from sla l
        where l.id = ${one(slaId)} and l.valid and l.id in (select sla_id from service_sla where service_id = ${service})) as sla`.execute(
    db,
  )
  return rows[0]!
}

/** By its name, in full and as it is written. */
export async function findNamed(db: Kysely<Database>, table: 'ticket_type' | 'service' | 'sla', name: string): Promise<Named | undefined> {
  return db.selectFrom(table).select(['id', 'name']).where('name', '=', name).where('valid', '=', true).executeTakeFirst()
}

/** Units whose services are offered: that of the queue and of the customer, and those above. As `up`. */
export const unitsOf = ({ customerId, unitId }: ForWhom): RawBuilder<unknown> =>
  upWhere(sql`id = ${unitId} or id = (select unit_id from person where id = ${customerId})`)

/** A condition on service `s`, beside `unitsOf`. */
export const offered = ({ customerId }: ForWhom): RawBuilder<boolean> => sql`(s.unit_id in (select id from up) and
  (s.for_everybody or exists (select 1 from service_person p where p.service_id = s.id and p.person_id = ${customerId})))`
