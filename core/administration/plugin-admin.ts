/** Owns what administrators do with plugins: switch them on and off in units, resume them, put their faults away. */
import { sql, type Kysely } from 'kysely'
import { recordEvent } from '../audit/record.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { ACTIVATION_CHANGED } from '../kernel/activation.ts'
import { notify } from '../kernel/facts.ts'
import { forgetStrikes } from '../kernel/faults.ts'
import { replayFacts } from './replay.ts'
import { actorId, type Work } from '../kernel/work.ts'
import { demandAdmin } from '../permission/policy.ts'
import { demandUnitAdmin, isCentral } from '../permission/unit-administrators.ts'
import { demandWithin, mayTouchPlugin, readLimits } from '../unit/limits.ts'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'

/**
 * Switches a plugin on or off in a unit and the units below it that do not say otherwise; null: as in the unit above. A local
 * administrator does so in units of theirs, within the unit's limits (`unit.limit`).
 */
export async function setActivation(work: Work, plugin: string, unitId: Id, active: boolean | null): Promise<void> {
  await demandUnitAdmin(work, unitId)
  if (!isCentral(work.actor)) demandWithin(mayTouchPlugin(await readLimits(work.db, unitId), plugin))
  const before = await work.db
    .selectFrom('plugin_activation')
    .select('active')
    .where('plugin', '=', plugin)
    .where('unit_id', '=', unitId)
    .forUpdate()
    .executeTakeFirst()
  if (active === null) {
    await work.db.deleteFrom('plugin_activation').where('plugin', '=', plugin).where('unit_id', '=', unitId).execute()
  } else {
    const row = { active, changed_at: work.now, changed_by: actorId(work) }
    await work.db
      .insertInto('plugin_activation')
      .values({ plugin, unit_id: unitId, ...row })
      .onConflict((oc) => oc.columns(['plugin', 'unit_id']).doUpdateSet(row))
      .execute()
  }
  if (
    recordChange(
      work,
      activationSubject,
      plugin,
      { [`unit ${unitId}`]: before?.active ?? null },
      { [`unit ${unitId}`]: active },
      { unitId },
    )
  ) {
    await notify(work, ACTIVATION_CHANGED)
  }
}

/** What units say themselves, for the table of a plugin: unit id → on or off. */
export async function listActivations(db: Kysely<Database>, plugin: string): Promise<Map<Id, boolean>> {
  const rows = await db.selectFrom('plugin_activation').select(['unit_id', 'active']).where('plugin', '=', plugin).execute()
  return new Map(rows.map((row) => [row.unit_id, row.active]))
}

export const activationSubject: CoreSubject<Record<string, boolean | null>, { units: Map<Id, boolean | null> }> = {
  type: 'plugin activation',
  kind: 'plugin-activation',
  byName: true,
  right: 'unit',
  lies: 'said',
  words: 'subject.plugin-activation',
  seen: pageAt('/admin/plugins'),
  fields: {},
  each: [{ prefix: 'unit', of: 'unit', words: 'each.unit', as: 'on-off' }],
  way: {
    async read(db, id, of) {
      const said = await listActivations(db, id)
      return Object.fromEntries(Object.keys(of).map((key) => [key, said.get(key.slice('unit '.length)) ?? null]))
    },
    form: (values) => ({ units: new Map(Object.entries(values).map(([key, active]) => [key.slice('unit '.length), active])) }),
    async put(work, id, { units }) {
      for (const [unitId, active] of units) await setActivation(work, id, unitId, active)
    },
  },
}

/**
 * Ends a suspension (an administrator's act). With `missed`, the plugin is told what happened in the unit from its first
 * fault on. Error: `not-found` when it is not suspended there.
 */
export async function resumePlugin(work: Work, plugin: string, unitId: Id | null, options: { missed?: boolean } = {}): Promise<void> {
  demandAdmin(work.actor)
  const { rows } = await sql<{ first_fault_at: Date }>`
    delete from plugin_suspension where plugin = ${plugin} and unit_id is not distinct from ${unitId} returning first_fault_at`.execute(
    work.db,
  )
  const from = rows[0]?.first_fault_at
  if (!from) throw refused('not-found')
  await forgetStrikes(work, plugin, unitId)
  await notify(work, ACTIVATION_CHANGED)
  recordEvent(work, {
    kind: 'plugin-activation',
    object: { type: 'plugin', id: plugin },
    unitId,
    before: { suspended: true },
    after: { suspended: false },
  })
  work.emit('plugin.resumed', { ...(unitId ? { unitId } : {}), data: { plugin } })
  if (options.missed) await replayFacts(work, { to: plugin, from, unitId })
}

/** Takes a plugin's faults off the list: they are dealt with. */
export async function forgetFaults(work: Work, plugin: string): Promise<void> {
  demandAdmin(work.actor)
  await work.db.deleteFrom('plugin_fault').where('plugin', '=', plugin).execute()
}
