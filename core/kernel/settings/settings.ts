/** Owns settings of core and plugins: their declaration, their check, and the value in force (default ← installation ← unit). */
import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import type { Database, Id } from '../../database/schema.ts'
import { actorId, type Work } from '../work.ts'
import { refused } from '../../errors.ts'
import { ROOT_UNIT, up } from '../../unit/tree.ts'

/** Told when a stored value changes. */
export const SETTINGS_CHANGED = 'settings.changed'

export interface Setting<T = unknown> {
  kind: 'integer' | 'text' | 'boolean' | 'choice' | 'long-text'
  /** Key of the label in the owner's texts; the help stands under '<label>.help'. */
  label: string
  fallback: T
  schema: z.ZodType<T>
  choices?: readonly string[]
  /** What an integer may be, how long a text: said beside the field. */
  min?: number
  max?: number
}
export type SettingValues<S extends Record<string, Setting>> = { [K in keyof S]: S[K] extends Setting<infer T> ? T : never }

export const integer = (
  label: string,
  fallback: number,
  { min = 0, max = 2 ** 31 - 1 }: { min?: number; max?: number } = {},
): Setting<number> => ({
  kind: 'integer',
  label,
  fallback,
  min,
  max,
  // Not z.coerce: it makes 0 of an empty field.
  schema: z
    .union([
      z.number(),
      z
        .string()
        .trim()
        .regex(/^[+-]?\d+$/)
        .transform(Number),
    ])
    .pipe(z.number().int().min(min).max(max)),
})
export const text = (label: string, fallback: string, { max = 1000 }: { max?: number } = {}): Setting<string> => ({
  kind: 'text',
  label,
  fallback,
  max,
  schema: z.string().max(max),
})
export const longText = (label: string, fallback: string, { max = 20_000 }: { max?: number } = {}): Setting<string> => ({
  kind: 'long-text',
  label,
  fallback,
  max,
  schema: z.string().max(max),
})
export const yesNo = (label: string, fallback: boolean): Setting<boolean> => ({
  kind: 'boolean',
  label,
  fallback,
  schema: z.union([z.boolean(), z.enum(['on', 'off', 'true', 'false']).transform((v) => v === 'on' || v === 'true')]),
})
export const choice = <const C extends readonly [string, ...string[]]>(
  label: string,
  choices: C,
  fallback: C[number],
): Setting<C[number]> => ({
  kind: 'choice',
  label,
  fallback,
  choices,
  schema: z.enum(choices) as unknown as z.ZodType<C[number]>,
})

/** The values in force in a unit (the root unit, id 1, is the installation). A stored value that no longer fits falls back. */
export async function readSettings<S extends Record<string, Setting>>(
  db: Kysely<Database>,
  owner: string,
  declared: S,
  unitId: Id = ROOT_UNIT,
): Promise<SettingValues<S>> {
  const { rows } = await sql<{ key: string; value: unknown }>`
    with recursive ${up(unitId)}
    select distinct on (s.key) s.key, s.value from setting s join up on up.id = s.unit_id
    where s.owner = ${owner} order by s.key, up.depth`.execute(db)
  const stored = new Map(rows.map((row) => [row.key, row.value]))
  return Object.fromEntries(
    Object.entries(declared).map(([key, setting]) => {
      const parsed = stored.has(key) ? setting.schema.safeParse(stored.get(key)) : undefined
      return [key, parsed?.success ? parsed.data : setting.fallback]
    }),
  ) as SettingValues<S>
}

/** Stores one value after checking it; `undefined` takes the unit's own value away, so that the parent's counts again. */
export async function writeSetting(
  work: Work,
  owner: string,
  key: string,
  setting: Setting,
  value: unknown,
  unitId: Id = ROOT_UNIT,
): Promise<void> {
  if (value === undefined) {
    await work.db.deleteFrom('setting').where('owner', '=', owner).where('key', '=', key).where('unit_id', '=', unitId).execute()
    return
  }
  const parsed = setting.schema.safeParse(value)
  if (!parsed.success) throw refused('input', { what: key }, key)
  const row = { value: JSON.stringify(parsed.data), changed_at: work.now, changed_by: actorId(work) }
  await work.db
    .insertInto('setting')
    .values({ owner, key, unit_id: unitId, ...row })
    .onConflict((oc) => oc.columns(['owner', 'key', 'unit_id']).doUpdateSet(row))
    .execute()
}
