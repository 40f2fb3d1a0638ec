/** Owns plugins' faults: counted by plugin and unit, shown to administrators, and the suspension that follows from many. */
import { sql, type Kysely } from 'kysely'
import type { Logger } from 'pino'
import { unreadable } from '../database/away.ts'
import type { Database, Id } from '../database/schema.ts'
import { ROOT_UNIT } from '../unit/tree.ts'
import { ACTIVATION_CHANGED } from './activation.ts'
import { coreSettings } from './settings/core-settings.ts'
import { notify } from './facts.ts'
import type { Call, CallKind, Gate } from './gate.ts'
import { readSettings } from './settings/settings.ts'
import { currentVisitor } from './origin.ts'
import { liesOutside } from './outside.ts'
import type { Work } from './work.ts'

/** Plugins of the project without which nobody could work, or switch anything on again. */
export const NEVER_SUSPENDED: readonly string[] = ['desk', 'portal', 'admin', 'smtp-receiver']

/** One of them, and the project's own: a plugin from outside that takes such a name is a plugin from outside. */
export const vital = (plugin: { name: string }): boolean => NEVER_SUSPENDED.includes(plugin.name) && !liesOutside(plugin)

/** What is called with whatever somebody typed or put into an address: data that PostgreSQL cannot read is theirs, not the plugin's. */
const ASKED: ReadonlySet<CallKind> = new Set(['page', 'api', 'search', 'login'])

/** Faults that wait to be written; more than these are only logged. */
const WAITING = 500

export interface Faults {
  tell: Gate['tell']
  /** When everything told so far is written. */
  settled(): Promise<void>
}

/** Writes faults one after another on a connection of its own: the transaction in which one happened may be rolled back. */
export function keepFaults(room: {
  log: Logger
  work<T>(run: (work: Work) => Promise<T>): Promise<T>
  /** May it be suspended? By its name. */
  mortal(plugin: string): boolean
}): Faults {
  let waiting = 0
  let written: Promise<void> = Promise.resolve()
  return {
    tell(call, error) {
      if (ASKED.has(call.kind) && unreadable(error)) {
        room.log.warn({ plugin: call.plugin, kind: call.kind, name: call.name, err: error }, 'a plugin was asked for what cannot be read')
        return
      }
      const visitor = currentVisitor() ?? null
      room.log.error(
        { plugin: call.plugin, kind: call.kind, name: call.name, unit: call.unitId, err: error },
        'a plugin failed; pomoc goes on without it',
      )
      if (waiting >= WAITING) return
      waiting++
      written = written
        .then(() => room.work((work) => record(work, call, error, room.mortal(call.plugin) ? { visitor } : undefined)))
        .catch((fault: unknown) => {
          room.log.warn({ err: fault }, "a plugin's fault could not be written down")
        })
        .finally(() => {
          waiting--
        })
    },
    settled: () => written,
  }
}

async function record(work: Work, call: Call, error: unknown, counted: { visitor: string | null } | undefined): Promise<void> {
  const said = words(error)
  const { id } = await work.db
    .insertInto('plugin_fault')
    .values({
      plugin: call.plugin,
      unit_id: call.unitId,
      kind: call.kind,
      name: call.name.slice(0, 200),
      sort: said.error.replace(/\d+/g, '#').slice(0, 200),
      ...said,
      first_at: work.now,
      last_at: work.now,
    })
    .onConflict((oc) =>
      oc.columns(['plugin', 'unit_id', 'kind', 'name', 'sort']).doUpdateSet({
        ...said,
        times: sql<number>`plugin_fault.times + 1`,
        last_at: work.now,
      }),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  if (counted) await strike(work, call, id, counted.visitor)
}

/**
 * As many as the setting allows within its minutes: the plugin is off in that unit until an administrator resumes it. However often one
 * visitor brings it about, it counts once: nobody shall be able to switch off what everybody uses.
 */
async function strike(work: Work, { plugin, unitId }: Call, faultId: Id, visitor: string | null): Promise<void> {
  const { 'faults.count': count, 'faults.minutes': minutes } = await readSettings(work.db, 'core', coreSettings, unitId ?? ROOT_UNIT)
  // Two processes count the same strikes one after the other.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${plugin}/${unitId ?? ''}`}, 7002))`.execute(work.db)
  const since = new Date(work.now.getTime() - minutes * 60_000)
  const { numInsertedOrUpdatedRows: counted } = await work.db
    .insertInto('plugin_strike')
    .columns(['plugin', 'unit_id', 'at', 'visitor'])
    .expression(
      sql`select ${plugin}, ${unitId}::bigint, ${work.now}::timestamptz, ${visitor}::text where not exists (
        select from plugin_strike where plugin = ${plugin} and unit_id is not distinct from ${unitId} and at > ${since} and visitor = ${visitor})`,
    )
    .executeTakeFirstOrThrow()
  if (!counted) return
  const { rows } = await sql<{ count: number; first: Date }>`
    select count(*)::integer as count, min(at) as first from plugin_strike
    where plugin = ${plugin} and unit_id is not distinct from ${unitId} and at > ${since}`.execute(work.db)
  const { count: strikes, first } = rows[0]!
  if (strikes < count) return
  await forgetStrikes(work, plugin, unitId)
  const row = await work.db
    .insertInto('plugin_suspension')
    .values({ plugin, unit_id: unitId, since: work.now, first_fault_at: first, fault_id: faultId })
    .onConflict((oc) => oc.columns(['plugin', 'unit_id']).doNothing())
    .returning('plugin')
    .executeTakeFirst()
  if (!row) return
  work.emit('plugin.suspended', { ...(unitId ? { unitId } : {}), data: { plugin } })
  await notify(work, ACTIVATION_CHANGED)
}

/** What was counted against a plugin in a unit counts no more. */
export const forgetStrikes = (work: Work, plugin: string, unitId: Id | null) =>
  sql`delete from plugin_strike where plugin = ${plugin} and unit_id is not distinct from ${unitId}`.execute(work.db)

function words(thrown: unknown): { error: string; detail: string } {
  const clean = (text: string, length: number) => text.replaceAll('\u0000', '').slice(0, length)
  if (!(thrown instanceof Error)) return { error: clean(`threw ${typeof thrown}: ${saying(thrown)}`, 500), detail: '' }
  return { error: clean(thrown.message || thrown.name, 500), detail: clean(thrown.stack ?? '', 4000) }
}

/** What was thrown need not be printable. */
function saying(value: unknown): string {
  try {
    return String(value)
  } catch {
    return '?'
  }
}

export interface FaultRow {
  id: Id
  plugin: string
  unitId: Id | null
  unitName: string | null
  kind: CallKind
  name: string
  error: string
  detail: string
  times: number
  firstAt: Date
  lastAt: Date
}

/** The latest faults first, 200 at most: what, where, when, how often. */
export async function listFaults(db: Kysely<Database>, of: { plugin?: string } = {}): Promise<FaultRow[]> {
  let query = db
    .selectFrom('plugin_fault as f')
    .leftJoin('unit', 'unit.id', 'f.unit_id')
    .select([
      'f.id',
      'f.plugin',
      'f.unit_id as unitId',
      'unit.name as unitName',
      'f.kind',
      'f.name',
      'f.error',
      'f.detail',
      'f.times',
      'f.first_at as firstAt',
      'f.last_at as lastAt',
    ])
  if (of.plugin !== undefined) query = query.where('f.plugin', '=', of.plugin)
  return (await query.orderBy('f.last_at', 'desc').orderBy('f.id', 'desc').limit(200).execute()) as FaultRow[]
}

export interface Suspension {
  plugin: string
  unitId: Id | null
  unitName: string | null
  since: Date
  firstFaultAt: Date
  lastError: string | null
}

/** Where which plugin is suspended, the latest first. */
export function listSuspensions(db: Kysely<Database>): Promise<Suspension[]> {
  return db
    .selectFrom('plugin_suspension as s')
    .leftJoin('unit', 'unit.id', 's.unit_id')
    .leftJoin('plugin_fault as f', 'f.id', 's.fault_id')
    .select([
      's.plugin',
      's.unit_id as unitId',
      'unit.name as unitName',
      's.since',
      's.first_fault_at as firstFaultAt',
      'f.error as lastError',
    ])
    .orderBy('s.since', 'desc')
    .orderBy('s.plugin')
    .execute()
}
