/** Owns reading a unit's name. */
import type { Kysely } from 'kysely'
import { nameIn, type Database, type Id, type Language } from '../../core/index.ts'

export async function unitName(db: Kysely<Database>, id: Id, language: Language): Promise<string> {
  const unit = await db.selectFrom('unit').select(['name', 'name_en']).where('id', '=', id).executeTakeFirstOrThrow()
  return nameIn({ name: unit.name, nameEn: unit.name_en }, language)
}
