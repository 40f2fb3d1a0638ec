/** Owns what is offered to sort a ticket by: types, services and SLAs in use, as far as the installation uses them at all. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { coreSettings } from '../kernel/settings/core-settings.ts'
import { readSettings } from '../kernel/settings/settings.ts'
import { ROOT_UNIT } from '../unit/tree.ts'
import { offered, unitsOf, type ForWhom, type Named } from './fitting.ts'

export interface AboutChoices {
  /** By name; none where types are not used. */
  types: Named[]
  /** Parents before their children; none where services are not used. */
  services: Named[]
  /** Of these services, by name. */
  slas: (Named & { serviceIds: Id[] })[]
  /** Whether customers choose a service when they ask. */
  portal: 'off' | 'optional' | 'required'
}

/** In one statement. With `whom` only the services for this customer, in this unit; else all. */
export async function aboutChoices(db: Kysely<Database>, whom?: ForWhom): Promise<AboutChoices> {
  const { rows } = await sql<Omit<AboutChoices, 'portal'> & { portal: unknown }>`
    with recursive ${unitsOf(whom ?? EVERYWHERE)},
    stands as materialized (select s.key, s.value from setting s where s.owner = 'core' and s.unit_id = ${ROOT_UNIT}),
    offered as materialized (select s.id, s.name from service s where ${isOn('tickets.services')} and s.valid and ${whom ? offered(whom) : sql`true`})
    select
      coalesce((select json_agg(json_build_object('id', t.id::text, 'name', t.name) order by t.name collate "pl-x-icu")
        from ticket_type t where t.valid and ${isOn('tickets.types')}), '[]') as types,
      coalesce((select json_agg(json_build_object('id', s.id::text, 'name', s.name) order by string_to_array(s.name collate "pl-x-icu", '::'))
        from offered s), '[]') as services,
      coalesce((select json_agg(json_build_object('id', l.id::text, 'name', l.name,
          'serviceIds', array(select x.service_id::text from service_sla x join offered o on o.id = x.service_id where x.sla_id = l.id))
          order by l.name collate "pl-x-icu")
        from sla l where l.valid and l.id in (select x.sla_id from service_sla x join offered o on o.id = x.service_id)), '[]') as slas,
      (select value from stands where key = 'portal.service') as portal`.execute(db)
  const { portal, ...found } = rows[0]!
  const read = coreSettings['portal.service'].schema.safeParse(portal)
  return { ...found, portal: read.success ? read.data : coreSettings['portal.service'].fallback }
}

/** Whether the installation uses this attribute of a ticket at all: those that are not about types, services and SLAs always. */
export const isUsed = (attribute: string, { types, services, slas }: AboutChoices): boolean =>
  attribute === 'type' ? types.length > 0 : attribute === 'service' ? services.length > 0 : attribute === 'sla' ? slas.length > 0 : true

const EVERYWHERE: ForWhom = { customerId: null, unitId: null }

/** Is it used here? */
export async function coreSettingOn(db: Kysely<Database>, key: 'tickets.types' | 'tickets.services'): Promise<boolean> {
  return (await readSettings(db, 'core', coreSettings))[key]
}

/** Both are off unless somebody switched them on. */
const isOn = (key: 'tickets.types' | 'tickets.services'): RawBuilder<boolean> =>
  sql`coalesce((select value = 'true'::jsonb from stands where key = ${key}), false)`
