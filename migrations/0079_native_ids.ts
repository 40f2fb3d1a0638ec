/** Owns where ids of rows made here begin: above those that a take-over of OTRS keeps. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [first, tables] of FIRST) for (const table of tables) await beginAt(db, table, first)
}

const FIRST: readonly (readonly [first: string, tables: readonly string[]])[] = [
  [
    '10000001',
    [
      'ticket',
      'queue',
      'permission_group',
      'role',
      'ticket_state',
      'ticket_priority',
      'ticket_type',
      'service',
      'sla',
      'field',
      'time_spent',
      'answer_template',
    ],
  ],
  ['1000000001', ['article', 'article_attachment', 'history']],
]

/**
 * The sequence says itself where it begins (pg_sequences.start_value), for `settleIds` and for whoever examines the database. It only moves on:
 * rows that stand below keep their ids, since these stand in mails that were sent.
 */
async function beginAt(db: Kysely<unknown>, table: string, first: string): Promise<void> {
  await sql.raw(`alter table ${table} alter column id set start with ${first}`).execute(db)
  await sql
    .raw(
      `select setval(s, ${first}, false) from (select pg_get_serial_sequence('${table}', 'id')::regclass as s) t
       where coalesce(pg_sequence_last_value(s), 0) < ${first}`,
    )
    .execute(db)
}
