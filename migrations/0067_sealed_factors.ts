/** Owns sealing secrets of second factors: the columns of what is sealed, and which keys it was sealed with. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table secret_key (                          -- the keys themselves stand in a file, never here
    number integer primary key,
    fingerprint text not null,
    since timestamptz not null
  )`,
  `alter table second_factor
    alter column secret drop not null,               -- base32 in clear: of before, until a job has sealed it
    add column sealed bytea,
    add column key_number integer references secret_key,
    add constraint second_factor_kept check (num_nonnulls(secret, sealed) = 1 and (sealed is null) = (key_number is null))`,
]
