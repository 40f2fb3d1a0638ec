/** Owns the types of automation's tables. */
import type { ColumnType, Generated, Kysely } from 'kysely'
import type { Database, Id, RuleFilter } from '../../core/index.ts'
import type { RuleAct, StopReason, Wakes } from './rule.ts'

type Json<T> = ColumnType<T, string, string>

export interface RuleTable {
  id: Generated<Id>
  unit_id: Id | null
  name: string
  comment: Generated<string>
  valid: Generated<boolean>
  wakes: Json<Wakes>
  filter: Json<RuleFilter>
  acts: Json<readonly RuleAct[]>
  most: number
  hourly: number
  valid_since: Date | null
  looked_at: ColumnType<Date | null, Date | null | undefined, Date | null>
  stopped_at: ColumnType<Date | null, Date | null | undefined, Date | null>
  stopped_why: ColumnType<StopReason | null, StopReason | null | undefined, StopReason | null>
  stopped_detail: Generated<string>
  edited_by: Id | null
  created_at: Date
  changed_at: Date
}
export type RunWhy = 'time' | 'fact' | 'hand'
export interface RunTable {
  id: Generated<Id>
  rule_id: Id
  why: RunWhy
  fact: string | null
  at: Date
  ended_at: Date | null
  meant: number | null
  done: Generated<number>
  same: Generated<number>
  refused: Generated<number>
  fault: Generated<string>
  cursor: Generated<Id>
}
export interface ActTable {
  act_id: string
  rule_id: Id
  run_id: Id
  ticket_id: Id
  /** The act whose facts woke the rule. */
  woken_by: string | null
  chain: Id[]
  /** Why nothing was done: the code of a refusal. */
  refused: string | null
  at: Date
}
interface AutomationTables {
  automation_rule: RuleTable
  automation_run: RunTable
  automation_act: ActTable
}

/** The same database with automation's tables in its types. */
export const automation = (db: Kysely<Database>): Kysely<Database & AutomationTables> =>
  db as unknown as Kysely<Database & AutomationTables>
