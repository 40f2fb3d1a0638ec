/** Owns, as pieces of SQL, what a queue or an SLA promises, and whether it promises anything. */
import { sql, type RawBuilder } from 'kysely'
import { DEADLINE_MINUTES, DEADLINES } from '../service/deadlines.ts'

const minutes = (alias: string) => DEADLINE_MINUTES.map((column) => `${alias}.${column}`)

/** A condition: this queue or SLA promises something. */
export const promises = (alias: string): RawBuilder<boolean> => sql<boolean>`(num_nonnulls(${sql.raw(minutes(alias).join(', '))}) > 0)`

/** What it promises, as JSON: the escalation's `Rule`. */
export const promised = (alias: string): RawBuilder<unknown> =>
  sql`json_build_object(${sql.join(
    DEADLINES.flatMap(({ kind, minutes, notify }) => [
      sql.lit(kind),
      sql`json_build_object('minutes', ${sql.ref(`${alias}.${minutes}`)}, 'notify', ${sql.ref(`${alias}.${notify}`)})`,
    ]),
  )})`
