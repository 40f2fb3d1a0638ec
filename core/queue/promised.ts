/** Owns, as pieces of SQL, where queues and SLAs keep what they promise. */
import { sql, type RawBuilder } from 'kysely'
import type { DeadlineKind } from '../escalation/deadlines.ts'

/** Columns of each deadline in `queue` and in `sla` alike: working minutes, and from which per cent of them on it is told. */
export const RULE_COLUMNS = {
  response: ['first_response_minutes', 'first_response_notify'],
  update: ['update_minutes', 'update_notify'],
  solution: ['solution_minutes', 'solution_notify'],
} as const satisfies Record<DeadlineKind, readonly [string, string]>

const minutes = (alias: string) => Object.values(RULE_COLUMNS).map(([column]) => `${alias}.${column}`)

/** A condition: this queue or SLA promises something. */
export const promises = (alias: string): RawBuilder<boolean> => sql<boolean>`(num_nonnulls(${sql.raw(minutes(alias).join(', '))}) > 0)`
