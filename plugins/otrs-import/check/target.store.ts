/** Owns the SQL of what an import meets in this installation. */
import { sql, type Kysely } from 'kysely'
import type { Database } from '../../../core/index.ts'

/** Everybody with a login here; `local`: no directory knows them. */
export async function personsByLogin(db: Kysely<Database>): Promise<Map<string, { local: boolean }>> {
  const { rows } = await sql<{ login: string; local: boolean }>`
    select p.login, not exists (select 1 from person_directory d where d.person_id = p.id) as local
    from person p where p.login is not null`.execute(db)
  return new Map(rows.map(({ login, local }) => [login.toLowerCase(), { local }]))
}

export async function stateNames(db: Kysely<Database>): Promise<string[]> {
  return (await sql<{ name: string }>`select name from ticket_state order by sort, id`.execute(db)).rows.map(({ name }) => name)
}

export async function countTickets(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{
    count: number
  }>`select count(*)::integer as count from (select 1 from ticket limit 1000000) as tickets`.execute(db)
  return rows[0]!.count
}
