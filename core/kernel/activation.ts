/** Owns the answer to "is this plugin on in this unit?": nearest setting up the unit tree wins; cached, cleared by notice. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import type { Live } from './live.ts'
import { recordChange } from './admin-change.ts'
import { notify } from './facts.ts'
import { actorId, type Work } from './work.ts'

export const ACTIVATION_CHANGED = 'plugin.activation-changed'

export interface Activation { active(plugin: string, unitId: Id): Promise<boolean> }

export function makeActivation(db: Kysely<Database>, live: Live, scopes: Map<string, 'unit' | 'installation'>): Activation {
  let cache = new Map<string, Promise<boolean>>()
  live.subscribe((notice) => { if (notice.fact === ACTIVATION_CHANGED) cache = new Map() })
  return {
    active(plugin, unitId) {
      if (scopes.get(plugin) === 'installation') return Promise.resolve(true)
      const key = `${plugin}/${unitId}`
      let answer = cache.get(key)
      if (!answer) {
        answer = nearest(db, plugin, unitId)
        answer.catch(() => cache.delete(key))
        cache.set(key, answer)
      }
      return answer
    },
  }
}

async function nearest(db: Kysely<Database>, plugin: string, unitId: Id): Promise<boolean> {
  const { rows } = await sql<{ active: boolean }>`
    with recursive up as (
      select id, parent_id, 0 as depth from unit where id = ${unitId}
      union all select u.id, u.parent_id, up.depth + 1 from unit u join up on u.id = up.parent_id)
    select a.active from plugin_activation a join up on up.id = a.unit_id
    where a.plugin = ${plugin} order by up.depth limit 1`.execute(db)
  return rows[0]?.active ?? false
}

/** Switches a plugin on or off in a unit and the units below it that do not say otherwise; null: as in the unit above. */
export async function setActivation(work: Work, plugin: string, unitId: Id, active: boolean | null): Promise<void> {
  const before = await work.db.selectFrom('plugin_activation').select('active').where('plugin', '=', plugin).where('unit_id', '=', unitId)
    .forUpdate().executeTakeFirst()
  if (active === null) {
    await work.db.deleteFrom('plugin_activation').where('plugin', '=', plugin).where('unit_id', '=', unitId).execute()
  } else {
    const row = { active, changed_at: work.now, changed_by: actorId(work) }
    await work.db.insertInto('plugin_activation').values({ plugin, unit_id: unitId, ...row })
      .onConflict((oc) => oc.columns(['plugin', 'unit_id']).doUpdateSet(row)).execute()
  }
  if (recordChange(work, 'plugin activation', plugin, { [`unit ${unitId}`]: before?.active ?? null }, { [`unit ${unitId}`]: active })) {
    await notify(work, ACTIVATION_CHANGED)
  }
}

/** What units say themselves, for the table of a plugin: unit id → on or off. */
export async function listActivations(db: Kysely<Database>, plugin: string): Promise<Map<Id, boolean>> {
  const rows = await db.selectFrom('plugin_activation').select(['unit_id', 'active']).where('plugin', '=', plugin).execute()
  return new Map(rows.map((row) => [row.unit_id, row.active]))
}
