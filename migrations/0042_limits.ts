/** Owns the table that limits are counted in: one row for whoever is counted, however often they come. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table limit_count (
    name text not null,                              -- of the list in core/kernel/limits/limits.ts
    key text not null,                               -- who is counted: a person's id, an address, a client; '' is everybody
    shard smallint not null default 0,               -- what many count at once stands in several rows, so that none waits for another
    began_at timestamptz not null,                   -- of the time that is being counted
    count integer not null default 0,
    refused integer not null default 0,              -- since there was none for a day
    refused_at timestamptz,                          -- the latest
    over boolean not null default false,             -- whether the latest of all was refused
    primary key (name, key, shard)
  )`,
  'create index limit_count_refused on limit_count (refused_at) where refused > 0',
  'create index limit_count_began on limit_count (began_at)',
]
