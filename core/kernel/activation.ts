/** Owns the answer to "is this plugin on in this unit?": nearest setting up the unit tree wins; cached, cleared by notice. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { LIVE_AGAIN, type Live } from './live.ts'
import { downFrom, up } from '../unit/tree.ts'

export const ACTIVATION_CHANGED = 'plugin.activation-changed'

export interface Activation {
  /** Is the plugin on in the unit, and not suspended there? Null: outside of any unit. From memory, cleared by notice. */
  active(plugin: string, unitId: Id | null): Promise<boolean>
  /** Is it suspended there? Asked of the database. */
  suspended(plugin: string, unitId: Id | null): Promise<boolean>
  /** All that are on in a unit, as the given transaction sees it. */
  on(db: Kysely<Database>, unitId: Id | null): Promise<ReadonlySet<string>>
  /** Units in which the plugin is on, from the database. */
  units(plugin: string): Promise<Id[]>
  /** Whether a plugin is switched on per unit at all. */
  scope(plugin: string): 'unit' | 'installation'
}

export function makeActivation(db: Kysely<Database>, live: Live, scopes: ReadonlyMap<string, 'unit' | 'installation'>): Activation {
  let cache = new Map<Id | null, Promise<ReadonlySet<string>>>()
  // Moving a unit in the tree changes what it inherits; that is told as an administrator's change.
  live.subscribe(({ fact }) => {
    if (fact === ACTIVATION_CHANGED || fact === LIVE_AGAIN || fact === 'admin.changed') cache = new Map()
  })
  const on = async (from: Kysely<Database>, unitId: Id | null) => {
    const { said, suspended } = await read(from, unitId)
    return new Set(
      [...scopes]
        .filter(([plugin, scope]) => (scope === 'installation' || said[plugin] === true) && !suspended.includes(plugin))
        .map(([plugin]) => plugin),
    )
  }
  return {
    on,
    async active(plugin, unitId) {
      let answer = cache.get(unitId)
      if (!answer) {
        const asked = on(db, unitId)
        asked.catch(() => {
          if (cache.get(unitId) === asked) cache.delete(unitId)
        })
        cache.set(unitId, (answer = asked))
      }
      return (await answer).has(plugin)
    },
    suspended: async (plugin, unitId) => (await read(db, unitId)).suspended.includes(plugin),
    units: (plugin) => unitsOf(db, plugin, scopes.get(plugin) === 'installation'),
    scope: (plugin) => scopes.get(plugin) ?? 'unit',
  }
}

/** What the nearest unit upwards says of each plugin, and which are suspended here. Outside of units a plugin is on that is on anywhere. */
async function read(db: Kysely<Database>, unitId: Id | null): Promise<{ said: Record<string, boolean>; suspended: string[] }> {
  const nearest =
    unitId === null
      ? sql`select plugin, true as active from plugin_activation where active group by plugin`
      : sql`select distinct on (a.plugin) a.plugin, a.active from plugin_activation a join up on up.id = a.unit_id order by a.plugin, up.depth`
  const { rows } = await sql<{ said: Record<string, boolean>; suspended: string[] }>`
    with recursive ${up(unitId)}
    select (select coalesce(json_object_agg(plugin, active), '{}') from (${nearest}) n) as said,
      (select coalesce(json_agg(plugin), '[]') from plugin_suspension where unit_id is not distinct from ${unitId}) as suspended`.execute(
    db,
  )
  return rows[0]!
}

async function unitsOf(db: Kysely<Database>, plugin: string, everywhere: boolean): Promise<Id[]> {
  const says = (unit: string) => sql`(select a.active from plugin_activation a where a.plugin = ${plugin} and a.unit_id = ${sql.ref(unit)})`
  const { rows } = await sql<{ id: Id }>`
    with recursive ${downFrom(sql`select id, coalesce(${says('unit.id')}, false) as active from unit where parent_id is null`, {
      each: sql`u.id, coalesce(${says('u.id')}, down.active)`,
    })}
    select id from down where (active or ${everywhere})
      and not exists (select 1 from plugin_suspension s where s.plugin = ${plugin} and s.unit_id = down.id) order by id`.execute(db)
  return rows.map((row) => row.id)
}
