/** Owns where ids of entries made here begin: above those that a take-over of OTRS keeps, as core's own do. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['faq_category', 'faq_item', 'faq_file']) {
    await sql.raw(`alter table ${table} alter column id set start with 10000001`).execute(db)
    await sql
      .raw(
        `select setval(s, 10000001, false) from (select pg_get_serial_sequence('${table}', 'id')::regclass as s) t
         where coalesce(pg_sequence_last_value(s), 0) < 10000001`,
      )
      .execute(db)
  }
}
