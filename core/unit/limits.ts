/** Owns what central administration lets units do: limits as settings, so that a unit takes them over from the units above it. */
import type { Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { integer, readSettings, text, yesNo, type SettingValues } from '../kernel/settings/settings.ts'

/** Owner of the limits among the settings; only a central administrator writes them. */
export const UNIT_LIMITS = 'unit-limits'

export const unitLimits = {
  optIn: yesNo('limit.opt-in', true),
  maxQueues: integer('limit.max-queues', 10, { min: 1, max: 1000 }),
  ownAddresses: yesNo('limit.own-addresses', false),
  ownTopics: yesNo('limit.own-topics', true),
  branding: yesNo('limit.branding', true),
  /** Names of plugins, divided by blanks or commas; '*' is every plugin that is switched on per unit. */
  plugins: text('limit.plugins', '*'),
  /** 'plugin.setting' each, divided the same way: settings a unit takes over as they are. */
  lockedSettings: text('limit.locked-settings', '', { max: 2000 }),
}
export type UnitLimits = SettingValues<typeof unitLimits>

export const readLimits = (db: Kysely<Database>, unitId: Id): Promise<UnitLimits> => readSettings(db, UNIT_LIMITS, unitLimits, unitId)

const list = (words: string): string[] => words.split(/[\s,;]+/).filter(Boolean)

export const mayTouchPlugin = (limits: UnitLimits, plugin: string): boolean =>
  list(limits.plugins).some((name) => name === '*' || name === plugin)
export const mayTouchSetting = (limits: UnitLimits, plugin: string, key: string): boolean =>
  mayTouchPlugin(limits, plugin) && !list(limits.lockedSettings).includes(`${plugin}.${key}`)

/** Settings of core that a unit has a say in are locked by 'unit.setting'; no list of plugins concerns them. */
export const mayTouchUnitSetting = (limits: UnitLimits, key: string): boolean => !list(limits.lockedSettings).includes(`unit.${key}`)

/** Throws `unit.limit` unless the unit's limits allow it. */
export function demandWithin(allowed: boolean, field?: string): void {
  if (!allowed) throw refused('unit.limit', {}, field)
}
