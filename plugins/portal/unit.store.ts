/** Owns reading a unit's name. */
import type { Kysely } from 'kysely'
import type { Database, Id, Language } from '../../core/index.ts'

export async function unitName(db: Kysely<Database>, id: Id, language: Language): Promise<string> {
  const unit = await db.selectFrom('unit').select(['name', 'name_en']).where('id', '=', id).executeTakeFirstOrThrow()
  return language === 'en' ? unit.name_en ?? unit.name : unit.name
}
