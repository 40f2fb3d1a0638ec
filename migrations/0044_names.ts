/** Owns taking names that pose as addresses from people whom only mail made known: they are called by their own address. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    update person p set name = a.address from person_address a
    where a.person_id = p.id and a.main and p.source = 'mail' and normalize(p.name, NFKC) ~ '[^[:space:]@][[:space:]]*@[[:space:]]*[^[:space:]@]'
      and p.name <> a.address`.execute(db)
}
