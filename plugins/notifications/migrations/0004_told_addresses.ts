/** Owns finding what was told to an address, for what is said, handed over and erased of its owner. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('create index notification_told_address on notification_told (lower(address)) where address is not null').execute(db)
}
