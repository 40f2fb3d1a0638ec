/** Owns the SQL of what an import meets in this installation. */
import { sql, type Kysely } from 'kysely'
import type { Database } from '../../../core/index.ts'

export interface OursByLogin {
  /** No directory knows them. */
  local: boolean
  /** An earlier run brought them. */
  came: boolean
}

/** Everybody with a login here. */
export async function personsByLogin(db: Kysely<Database>): Promise<Map<string, OursByLogin>> {
  const { rows } = await sql<OursByLogin & { login: string }>`
    select p.login, not exists (select 1 from person_directory d where d.person_id = p.id) as local,
      p.source = 'otrs' as came
    from person p where p.login is not null`.execute(db)
  return new Map(rows.map(({ login, ...person }) => [login.toLowerCase(), person]))
}

export async function stateNames(db: Kysely<Database>): Promise<string[]> {
  return (await sql<{ name: string }>`select name from ticket_state order by sort, id`.execute(db)).rows.map(({ name }) => name)
}

/** Those that no run brought; a million counts as all there are. */
export async function countTickets(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{
    count: number
  }>`select count(*)::integer as count from (
      select 1 from ticket t where not exists (select 1 from otrs_ticket o where o.ticket_id = t.id) limit 1000000) as tickets`.execute(db)
  return rows[0]!.count
}
