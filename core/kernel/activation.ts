/** Owns the answer to "is this plugin on in this unit?": nearest setting up the unit tree wins; cached, cleared by notice. */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../administration/change.ts'
import { pageAt, type CoreSubject } from '../administration/subject.ts'
import type { Database, Id } from '../database/schema.ts'
import { notify } from './facts.ts'
import { LIVE_AGAIN, type Live } from './live.ts'
import { demandUnitAdmin, isCentral } from '../permission/unit-administrators.ts'
import { demandWithin, mayTouchPlugin, readLimits } from '../unit/limits.ts'
import { downFrom, up } from '../unit/tree.ts'
import { actorId, type Work } from './work.ts'

export const ACTIVATION_CHANGED = 'plugin.activation-changed'

export interface Activation {
  /** Is the plugin on in the unit, and not suspended there? Null: outside of any unit. From memory, cleared by notice. */
  active(plugin: string, unitId: Id | null): Promise<boolean>
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
  live.subscribe(({ fact }) => { if (fact === ACTIVATION_CHANGED || fact === LIVE_AGAIN || fact === 'admin.changed') cache = new Map() })
  const on = async (from: Kysely<Database>, unitId: Id | null) => {
    const { said, suspended } = await read(from, unitId)
    return new Set([...scopes].filter(([plugin, scope]) => (scope === 'installation' || said[plugin] === true) && !suspended.includes(plugin)).map(([plugin]) => plugin))
  }
  return {
    on,
    async active(plugin, unitId) {
      let answer = cache.get(unitId)
      if (!answer) {
        const asked = on(db, unitId)
        asked.catch(() => { if (cache.get(unitId) === asked) cache.delete(unitId) })
        cache.set(unitId, answer = asked)
      }
      return (await answer).has(plugin)
    },
    units: (plugin) => unitsOf(db, plugin, scopes.get(plugin) === 'installation'),
    scope: (plugin) => scopes.get(plugin) ?? 'unit',
  }
}

/** What the nearest unit upwards says of each plugin, and which are suspended here. Outside of units a plugin is on that is on anywhere. */
async function read(db: Kysely<Database>, unitId: Id | null): Promise<{ said: Record<string, boolean>; suspended: string[] }> {
  const nearest = unitId === null
    ? sql`select plugin, true as active from plugin_activation where active group by plugin`
    : sql`select distinct on (a.plugin) a.plugin, a.active from plugin_activation a join up on up.id = a.unit_id order by a.plugin, up.depth`
  const { rows } = await sql<{ said: Record<string, boolean>; suspended: string[] }>`
    with recursive ${up(unitId)}
    select (select coalesce(json_object_agg(plugin, active), '{}') from (${nearest}) n) as said,
      (select coalesce(json_agg(plugin), '[]') from plugin_suspension where unit_id is not distinct from ${unitId}) as suspended`.execute(db)
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

/**
 * Switches a plugin on or off in a unit and the units below it that do not say otherwise; null: as in the unit above. A local
 * administrator does so in units of theirs, within the unit's limits (`unit.limit`).
 */
export async function setActivation(work: Work, plugin: string, unitId: Id, active: boolean | null): Promise<void> {
  await demandUnitAdmin(work, unitId)
  if (!isCentral(work.actor)) demandWithin(mayTouchPlugin(await readLimits(work.db, unitId), plugin))
  const before = await work.db.selectFrom('plugin_activation').select('active').where('plugin', '=', plugin).where('unit_id', '=', unitId)
    .forUpdate().executeTakeFirst()
  if (active === null) {
    await work.db.deleteFrom('plugin_activation').where('plugin', '=', plugin).where('unit_id', '=', unitId).execute()
  } else {
    const row = { active, changed_at: work.now, changed_by: actorId(work) }
    await work.db.insertInto('plugin_activation').values({ plugin, unit_id: unitId, ...row })
      .onConflict((oc) => oc.columns(['plugin', 'unit_id']).doUpdateSet(row)).execute()
  }
  if (recordChange(work, activationSubject, plugin, { [`unit ${unitId}`]: before?.active ?? null }, { [`unit ${unitId}`]: active }, { unitId })) {
    await notify(work, ACTIVATION_CHANGED)
  }
}

/** What units say themselves, for the table of a plugin: unit id → on or off. */
export async function listActivations(db: Kysely<Database>, plugin: string): Promise<Map<Id, boolean>> {
  const rows = await db.selectFrom('plugin_activation').select(['unit_id', 'active']).where('plugin', '=', plugin).execute()
  return new Map(rows.map((row) => [row.unit_id, row.active]))
}

export const activationSubject: CoreSubject<Record<string, boolean | null>, { units: Map<Id, boolean | null> }> = {
  type: 'plugin activation', kind: 'plugin-activation', byName: true, right: 'unit', lies: 'said', words: 'subject.plugin-activation', seen: pageAt('/admin/plugins'),
  fields: {}, each: [{ prefix: 'unit', of: 'unit', words: 'each.unit', as: 'on-off' }],
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
