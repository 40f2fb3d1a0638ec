/** Owns what an administrator does with settings: see the stored ones, write and take back, each change recorded. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { demandUnitAdmin, isCentral } from '../permission/unit-administrators.ts'
import { demandWithin, mayTouchSetting, readLimits, UNIT_LIMITS } from '../unit/limits.ts'
import { ROOT_UNIT } from '../unit/tree.ts'
import { recordChange } from './admin-change.ts'
import { notify } from './facts.ts'
import { writeSetting, type Setting } from './settings.ts'
import type { Work } from './work.ts'

export const SETTINGS_CHANGED = 'settings.changed'

/** What is stored for an owner in one unit, by key; a key without an entry has its default, or the value of a unit above. */
export async function storedSettings(db: Kysely<Database>, owner: string, unitId: Id = ROOT_UNIT): Promise<Map<string, unknown>> {
  const rows = await db.selectFrom('setting').select(['key', 'value']).where('owner', '=', owner).where('unit_id', '=', unitId).execute()
  return new Map(rows.map((row) => [row.key, row.value]))
}

/** How many values of its own each unit has for an owner; units without any are left out. */
export async function countSettings(db: Kysely<Database>, owner: string): Promise<Map<Id, number>> {
  const rows = await db.selectFrom('setting').select(['unit_id', sql<number>`count(*)::int`.as('count')]).where('owner', '=', owner).groupBy('unit_id').execute()
  return new Map(rows.map((row) => [row.unit_id, row.count]))
}

/**
 * Writes several settings of one owner; `undefined` takes a value back. A local administrator writes those of plugins that are
 * switched on per unit, in units of theirs, within the limits. Errors: `input` at the key that does not fit, `unit.limit`.
 */
export async function saveSettings(
  work: Work, owner: string, declared: Record<string, Setting>, values: Record<string, unknown>, unitId: Id = ROOT_UNIT,
): Promise<void> {
  await demandUnitAdmin(work, unitId)
  if (!isCentral(work.actor)) {
    if (owner === UNIT_LIMITS || owner === 'core' || !work.perUnit(owner)) throw refused('not-allowed')
    const limits = await readLimits(work.db, unitId)
    for (const key of Object.keys(values)) demandWithin(mayTouchSetting(limits, owner, key), key)
  }
  const before = await storedSettings(work.db, owner, unitId)
  for (const [key, setting] of Object.entries(declared)) {
    if (key in values) await writeSetting(work, owner, key, setting, values[key], unitId)
  }
  const after = await storedSettings(work.db, owner, unitId)
  const changed = recordChange(work, 'setting', unitId === ROOT_UNIT ? owner : `${owner}/${unitId}`, Object.fromEntries(before), Object.fromEntries(after), { unitId })
  if (changed) await notify(work, SETTINGS_CHANGED)
}
