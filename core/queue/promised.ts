/** Owns, as a piece of SQL, whether a queue or an SLA promises anything. */
import { sql, type RawBuilder } from 'kysely'
import { DEADLINE_MINUTES } from '../service/deadlines.ts'

const minutes = (alias: string) => DEADLINE_MINUTES.map((column) => `${alias}.${column}`)

/** A condition: this queue or SLA promises something. */
export const promises = (alias: string): RawBuilder<boolean> => sql<boolean>`(num_nonnulls(${sql.raw(minutes(alias).join(', '))}) > 0)`
