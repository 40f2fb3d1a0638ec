/** Owns the answer to "is this plugin on in this unit?": nearest setting up the unit tree wins; cached, cleared by notice. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import type { Live } from './live.ts'
import { CHANNEL } from './facts.ts'
import { actorId, type Work } from './work.ts'

const NOTICE = 'plugin.activation-changed'

export interface Activation { active(plugin: string, unitId: Id): Promise<boolean> }

export function makeActivation(db: Kysely<Database>, live: Live, scopes: Map<string, 'unit' | 'installation'>): Activation {
  let cache = new Map<string, Promise<boolean>>()
  live.subscribe((notice) => { if (notice.fact === NOTICE) cache = new Map() })
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

/** Switches a plugin on or off in a unit and, unless they say otherwise, the units below it. */
export async function setActivation(work: Work, plugin: string, unitId: Id, active: boolean): Promise<void> {
  const row = { active, changed_at: work.now, changed_by: actorId(work) }
  await work.db.insertInto('plugin_activation').values({ plugin, unit_id: unitId, ...row })
    .onConflict((oc) => oc.columns(['plugin', 'unit_id']).doUpdateSet(row)).execute()
  await sql`select pg_notify(${CHANNEL}, ${JSON.stringify({ fact: NOTICE })})`.execute(work.db)
}
