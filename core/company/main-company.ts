/** Owns which company a person's tickets are written down under, where the unit that answers uses companies. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { readSettings } from '../kernel/settings/settings.ts'
import { UNIT_SETTINGS, unitSettings } from '../kernel/settings/unit-settings.ts'

/** A select of its code: of the main one, while it is in use. */
export const mainCompanyOf = (personId: Id | RawBuilder<unknown> | null): RawBuilder<string | null> =>
  sql`select c.code from person_company pc join company c on c.id = pc.company_id where pc.person_id = ${personId} and pc.main and c.valid`

/** Does this unit use companies? */
export async function usesCompanies(db: Kysely<Database>, unitId: Id): Promise<boolean> {
  return (await readSettings(db, UNIT_SETTINGS, unitSettings, unitId)).companies !== 'off'
}

/** What a ticket of this unit says of its customer's company; '' where there is none, or the unit uses none. */
export async function companyForTicket(db: Kysely<Database>, unitId: Id, customerId: Id): Promise<string> {
  const { rows } = await sql<{ code: string | null }>`select (${mainCompanyOf(customerId)}) as code`.execute(db)
  const code = rows[0]?.code
  return code && (await usesCompanies(db, unitId)) ? code : ''
}
