/** Owns reading rules, their runs and what they did; and the few columns that a run itself writes. */
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { isId, unitsDown, type Database, type Id, type Work } from '../../core/index.ts'
import type { Rule, StopReason } from './rule.ts'
import { automation, type RunWhy } from './tables.ts'

const COLUMNS = sql`r.id::text, r.unit_id::text as "unitId", u.name as "unitName", r.name, r.comment, r.valid, r.wakes, r.filter, r.acts, r.most, r.hourly,
  r.valid_since as "validSince", r.looked_at as "lookedAt", r.stopped_at as "stoppedAt", r.stopped_why as "stoppedWhy",
  r.stopped_detail as "stoppedDetail", r.edited_by::text as "editedBy", p.name as "editorName", r.changed_at as "changedAt"`

/** By name, as OTRS orders jobs: byte by byte. `more`: what a list wants besides. */
async function rulesWhere(db: Kysely<Database>, where: RawBuilder<unknown>, within: Id = '0'): Promise<Rule[]> {
  const { rows } = await sql<Rule>`
    with recursive ${unitsDown(within)}
    select ${COLUMNS} from automation_rule r left join unit u on u.id = r.unit_id left join person p on p.id = r.edited_by
    where ${where} order by r.name collate "C", r.id`.execute(db)
  return rows
}

const AT_WORK = sql`r.valid and r.stopped_at is null`

/** `within`: of this unit and those below it alone; left out: every one. */
export const listRules = (db: Kysely<Database>, within?: Id): Promise<Rule[]> =>
  rulesWhere(db, within === undefined ? sql`true` : sql`r.unit_id in (select id from down)`, within)

export async function findRule(db: Kysely<Database>, id: Id): Promise<Rule | undefined> {
  return isId(id) ? (await rulesWhere(db, sql`r.id = ${id}`))[0] : undefined
}

/** Those at work that this fact wakes, of the installation and of any unit. */
export const rulesOfFact = (db: Kysely<Database>, fact: string): Promise<Rule[]> =>
  rulesWhere(db, sql`${AT_WORK} and r.wakes -> 'facts' ? ${fact}`)

/** Those at work that have a time of their own. */
export const timedRules = (db: Kysely<Database>): Promise<Rule[]> =>
  rulesWhere(db, sql`${AT_WORK} and (r.wakes ? 'schedule' or r.wakes ? 'every')`)

export async function noteLook(db: Kysely<Database>, id: Id, at: Date): Promise<void> {
  await automation(db).updateTable('automation_rule').set({ looked_at: at }).where('id', '=', id).execute()
}

/** Stops a rule that is at work; answers whether this call did. */
export async function putStopped(work: Work, id: Id, why: StopReason, detail: string): Promise<boolean> {
  const { numUpdatedRows } = await automation(work.db)
    .updateTable('automation_rule')
    .set({ stopped_at: work.now, stopped_why: why, stopped_detail: detail })
    .where('id', '=', id)
    .where('stopped_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** The unit and all below it. */
export async function unitsBelow(db: Kysely<Database>, unitId: Id): Promise<Set<Id>> {
  const { rows } = await sql<{ id: Id }>`with recursive ${unitsDown(unitId)} select id::text from down`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

/** Rules that were woken one by the other until this act, itself included; none: no rule did it. */
export async function chainOf(db: Kysely<Database>, act: string): Promise<Id[]> {
  const { rows } = await sql<{ chain: Id[] }>`
    select array(select unnest(chain)::text) || rule_id::text as chain from automation_act where act_id = ${act}`.execute(db)
  return rows.flatMap(({ chain }) => chain)
}

/** What the ticket's row is a version of: another one once the act has written to it. The row is locked. */
export async function versionOf(db: Kysely<Database>, ticketId: Id): Promise<string | undefined> {
  const { rows } = await sql<{ version: string }>`select xmin::text as version from ticket where id = ${ticketId} for update`.execute(db)
  return rows[0]?.version
}

export interface Did {
  ruleId: Id
  runId: Id
  ticketId: Id
  wokenBy: string | null
  chain: readonly Id[]
}

export async function hasAnswered(
  db: Kysely<Database>,
  { ruleId, ticketId, wokenBy }: Pick<Did, 'ruleId' | 'ticketId' | 'wokenBy'>,
): Promise<boolean> {
  if (wokenBy === null) return false
  const { rows } =
    await sql`select 1 from automation_act where rule_id = ${ruleId} and woken_by = ${wokenBy} and ticket_id = ${ticketId}`.execute(db)
  return rows.length > 0
}

/** Keeps what a rule did to a ticket in this act, or with `refused` why it did not. */
export async function noteAct(
  at: { db: Kysely<Database>; act: string; now: Date },
  did: Did,
  refused: string | null = null,
): Promise<void> {
  await automation(at.db)
    .insertInto('automation_act')
    .values({
      act_id: at.act,
      rule_id: did.ruleId,
      run_id: did.runId,
      ticket_id: did.ticketId,
      woken_by: did.wokenBy,
      chain: [...did.chain],
      refused,
      at: at.now,
    })
    .execute()
}

/** How often a rule has changed this ticket since a moment. */
export async function countOnTicket(db: Kysely<Database>, ruleId: Id, ticketId: Id, since: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::integer as count from automation_act
    where ticket_id = ${ticketId} and rule_id = ${ruleId} and at > ${since} and refused is null`.execute(db)
  return rows[0]!.count
}

/** How many tickets it has changed since a moment, woken by facts. */
export async function countWoken(db: Kysely<Database>, ruleId: Id, since: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::integer as count from automation_act
    where rule_id = ${ruleId} and at > ${since} and woken_by is not null`.execute(db)
  return rows[0]!.count
}

export interface Run {
  id: Id
  ruleId: Id
  why: RunWhy
  fact: string | null
  at: Date
  endedAt: Date | null
  /** How many tickets it meant; null: they were not counted. */
  meant: number | null
  done: number
  same: number
  refused: number
  fault: string
  cursor: Id
}
const RUN = sql`id::text, rule_id::text as "ruleId", why, fact, at, ended_at as "endedAt", meant, done, same, refused, fault, cursor::text`

export async function beginRun(
  db: Kysely<Database>,
  run: { ruleId: Id; why: RunWhy; fact?: string; at: Date; meant: number | null },
): Promise<Run> {
  const { rows } = await sql<Run>`insert into automation_run (rule_id, why, fact, at, meant)
    values (${run.ruleId}, ${run.why}, ${run.fact ?? null}, ${run.at}, ${run.meant}) returning ${RUN}`.execute(db)
  return rows[0]!
}

/** What came of some tickets more; `cursor`: the last one. */
export async function goOn(
  db: Kysely<Database>,
  id: Id,
  { done, same, refused }: { done: number; same: number; refused: number },
  { cursor, endedAt, fault = '' }: { cursor?: Id; endedAt?: Date; fault?: string },
): Promise<void> {
  await sql`update automation_run set done = done + ${done}, same = same + ${same}, refused = refused + ${refused},
    fault = left(${fault}, 2000), cursor = coalesce(${cursor ?? null}, cursor), ended_at = ${endedAt ?? null} where id = ${id}`.execute(db)
}

export async function findRun(db: Kysely<Database>, id: Id): Promise<Run | undefined> {
  if (!isId(id)) return undefined
  const { rows } = await sql<Run>`select ${RUN} from automation_run where id = ${id}`.execute(db)
  return rows[0]
}

/** A run over many tickets of this rule that has not ended. */
export async function openRun(db: Kysely<Database>, ruleId: Id): Promise<Run | undefined> {
  const { rows } = await sql<Run>`select ${RUN} from automation_run where rule_id = ${ruleId} and ended_at is null and why <> 'fact'
    order by id desc limit 1`.execute(db)
  return rows[0]
}

/** The newest first. */
export async function listRuns(
  db: Kysely<Database>,
  ruleId: Id,
  { before, limit = 50 }: { before?: Id | undefined; limit?: number } = {},
): Promise<Run[]> {
  const { rows } = await sql<Run>`select ${RUN} from automation_run where rule_id = ${ruleId}
    ${before !== undefined && isId(before) ? sql`and id < ${before}` : sql``} order by id desc limit ${limit}`.execute(db)
  return rows
}

/** When each was at work last. */
export async function lastRuns(db: Kysely<Database>): Promise<Map<Id, Date>> {
  const { rows } = await sql<{ id: Id; at: Date }>`
    select r.id::text, x.at from automation_rule r, lateral (select at from automation_run where rule_id = r.id order by id desc limit 1) x`.execute(
    db,
  )
  return new Map(rows.map(({ id, at }) => [id, at]))
}

/** Tickets of a run: done to, or refused with a code. At most `limit`. */
export async function ticketsOfRun(db: Kysely<Database>, runId: Id, limit: number): Promise<{ ticketId: Id; refused: string | null }[]> {
  const { rows } = await sql<{ ticketId: Id; refused: string | null }>`
    select ticket_id::text as "ticketId", refused from automation_act where run_id = ${runId} order by ticket_id limit ${limit}`.execute(db)
  return rows
}

/** Takes away what rules did before a moment, a piece at a time. */
export async function forgetBefore(db: Kysely<Database>, moment: Date): Promise<void> {
  await sql`delete from automation_run where at < ${moment} and ended_at is not null`.execute(db)
  await sql`delete from automation_act where at < ${moment}`.execute(db)
}
