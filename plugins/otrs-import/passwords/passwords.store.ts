/** Owns the SQL of old passwords. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../../../core/index.ts'

/** Of a two-hat person there may be two: either lets them in. */
export async function oldPasswordsOf(db: Kysely<Database>, personId: Id): Promise<string[]> {
  const { rows } = await sql<{ hash: string }>`
    select o.hash from otrs_password o join person p on p.id = o.person_id
    where o.person_id = ${personId} and p.password_hash is null
      and not exists (select from person_directory d where d.person_id = p.id) order by o.kind`.execute(db)
  return rows.map(({ hash }) => hash)
}

export async function deleteOldPasswords(db: Kysely<Database>, personId: Id): Promise<void> {
  await sql`delete from otrs_password where person_id = ${personId}`.execute(db)
}

export async function deleteSettled(db: Kysely<Database>): Promise<void> {
  await sql`delete from otrs_password o using person p where p.id = o.person_id
    and (p.password_hash is not null or exists (select from person_directory d where d.person_id = p.id))`.execute(db)
}

/** How many people still have only what they logged in with before. */
export async function countOldPasswords(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(distinct person_id)::int as count from otrs_password`.execute(db)
  return rows[0]!.count
}
