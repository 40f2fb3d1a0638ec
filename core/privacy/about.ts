/** Owns what is said before a person is erased: who it is, and how much hangs on them. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { findTraces, ticketsOf } from './traces.store.ts'

export interface ErasureAbout {
  name: string
  login: string | null
  addresses: string[]
  /** In which they asked, took part, wrote or were written to; they stay, without them. */
  tickets: number
  /** Messages and notes that they wrote; they stay too. */
  articles: number
  /** Files that came with these: they go. */
  files: number
}

/** Quick to ask: what else holds a trace is known only once all is read. Undefined: no such person. */
export async function aboutErasure(db: Kysely<Database>, id: Id): Promise<ErasureAbout | undefined> {
  const traces = await findTraces(db, id)
  if (!traces) return undefined
  const tickets = await ticketsOf(db, traces)
  const { rows } = await sql<{ articles: number; files: number }>`
    select (select count(*)::int from article where person_id = ${id}) as articles,
      (select count(*)::int from article_attachment where article_id in (select id from article where person_id = ${id})) as files`.execute(
    db,
  )
  return { name: traces.names[0] ?? '', login: traces.login, addresses: traces.addresses, tickets: tickets.length, ...rows[0]! }
}
