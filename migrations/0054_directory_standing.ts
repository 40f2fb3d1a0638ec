/** Owns the columns by which a directory's own order decides who of two accounts gets an address that both list. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table person_directory
    add column listed_addresses text[] not null default '{}', -- all that the entry lists, the main one first, had or not
    add column standing smallint                              -- the lower goes first; null: taken over before there was an order
  `.execute(db)
}
