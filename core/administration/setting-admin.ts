/** Owns what an administrator does with settings: see the stored ones, write and take back, each change recorded. */
import { sql, type Kysely } from 'kysely'
import type { Saying } from './words.ts'
import { recordChange } from '../audit/change.ts'
import type { Around, CoreSubject, SubjectOwner, Values } from '../audit/subject.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { coreTexts } from '../i18n/core-texts.ts'
import { sayText } from '../i18n/texts.ts'
import { demandUnitAdmin, isCentral } from '../permission/unit-administrators.ts'
import { demandWithin, mayTouchSetting, mayTouchUnitSetting, readLimits, UNIT_LIMITS, unitLimits } from '../unit/limits.ts'
import { ROOT_UNIT } from '../unit/tree.ts'
import { coreSettings } from '../kernel/settings/core-settings.ts'
import { UNIT_SETTINGS, unitSettings } from '../kernel/settings/unit-settings.ts'
import { notify } from '../kernel/facts.ts'
import { SETTINGS_CHANGED, writeSetting, type Setting } from '../kernel/settings/settings.ts'
import type { Work } from '../kernel/work.ts'

/** What is stored for an owner in one unit, by key; a key without an entry has its default, or the value of a unit above. */
export async function storedSettings(db: Kysely<Database>, owner: string, unitId: Id = ROOT_UNIT): Promise<Map<string, unknown>> {
  const rows = await db.selectFrom('setting').select(['key', 'value']).where('owner', '=', owner).where('unit_id', '=', unitId).execute()
  return new Map(rows.map((row) => [row.key, row.value]))
}

/** How many values of its own each unit has for an owner; units without any are left out. */
export async function countSettings(db: Kysely<Database>, owner: string): Promise<Map<Id, number>> {
  const rows = await db
    .selectFrom('setting')
    .select(['unit_id', sql<number>`count(*)::int`.as('count')])
    .where('owner', '=', owner)
    .groupBy('unit_id')
    .execute()
  return new Map(rows.map((row) => [row.unit_id, row.count]))
}

/**
 * Writes several settings of one owner; `undefined` takes a value back. A local administrator writes those of plugins that are
 * switched on per unit, in units of theirs, within the limits. Errors: `input` at the key that does not fit, `unit.limit`.
 */
export async function saveSettings(
  work: Work,
  owner: string,
  declared: Record<string, Setting>,
  values: Record<string, unknown>,
  unitId: Id = ROOT_UNIT,
): Promise<void> {
  await demandUnitAdmin(work, unitId)
  if (!isCentral(work.actor)) {
    if (owner === UNIT_LIMITS || owner === 'core' || !(owner === UNIT_SETTINGS || work.perUnit(owner))) throw refused('not-allowed')
    const limits = await readLimits(work.db, unitId)
    for (const key of Object.keys(values))
      demandWithin(owner === UNIT_SETTINGS ? mayTouchUnitSetting(limits, key) : mayTouchSetting(limits, owner, key), key)
  }
  const before = await storedSettings(work.db, owner, unitId)
  for (const [key, setting] of Object.entries(declared)) {
    if (key in values) await writeSetting(work, owner, key, setting, values[key], unitId)
  }
  const after = await storedSettings(work.db, owner, unitId)
  const changed = recordChange(
    work,
    settingSubject,
    unitId === ROOT_UNIT ? owner : `${owner}/${unitId}`,
    Object.fromEntries(before),
    Object.fromEntries(after),
    { unitId },
  )
  if (changed) await notify(work, SETTINGS_CHANGED)
}

/** Who declares the settings of an object 'faq' or 'faq/12', and in which unit they hold. */
function placeOf(id: string, owners: readonly SubjectOwner[]): { owner: SubjectOwner | undefined; name: string; unitId: Id } {
  const [name = '', unitId = ROOT_UNIT] = id.split('/')
  return { owner: CORE_OWNERS.find((one) => one.name === name) ?? owners.find((one) => one.name === name), name, unitId }
}
/** What a unit says of itself. */
export const OWN_SETTINGS = { name: UNIT_SETTINGS, settings: unitSettings, texts: coreTexts } as const
/** Core as one of those who declare settings. */
export const CORE_SETTINGS = { name: 'core', scope: 'installation', settings: coreSettings, texts: coreTexts } as const

const CORE_OWNERS: readonly SubjectOwner[] = [CORE_SETTINGS, OWN_SETTINGS, { name: UNIT_LIMITS, settings: unitLimits, texts: coreTexts }]
const declaredIn = (id: string, { owners }: Pick<Around, 'owners'>): Record<string, Setting> => placeOf(id, owners).owner?.settings ?? {}

/** Its values are whatever its owner declares; of those that nobody declares any more there is no way back. */
export const settingSubject: CoreSubject<Values, { values: Values }> = {
  type: 'setting',
  kind: 'setting',
  byName: true,
  right: 'unit',
  lies: 'said',
  words: 'subject.setting',
  named: { say: sayOwner },
  seen: pageOf,
  // Where services are not used, SLAs do not count.
  // And whether what is late stays so while the clock stands still.
  deadlines: ['tickets.services', 'deadlines.suspend-cancels'],
  fields: {},
  sayField(key, id, { owners, language }) {
    const { owner } = placeOf(id, owners)
    const setting = owner?.settings?.[key]
    return (setting && sayText(owner.texts, language, setting.label)) ?? key
  },
  sayValue(key, value, id, { owners, language, t }) {
    if (value === null || value === undefined) return t('value.none-of-its-own')
    const { owner } = placeOf(id, owners)
    const setting = owner?.settings?.[key]
    return setting?.kind === 'choice' ? sayText(owner?.texts, language, `${setting.label}.${String(value)}`) : undefined
  },
  way: {
    async read(db, id, of, around) {
      const { name, unitId } = placeOf(id, around.owners)
      const stored = await storedSettings(db, name, unitId)
      return Object.fromEntries(Object.keys(of).map((key) => [key, stored.get(key) ?? null]))
    },
    form: (values) => ({ values }),
    put(work, id, { values }, around) {
      const { name, unitId } = placeOf(id, around.owners)
      return saveSettings(
        work,
        name,
        declaredIn(id, around),
        Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value ?? undefined])),
        unitId,
      )
    },
    refuses({ object, before, after }, owners) {
      const declared = declaredIn(object!.id, { owners })
      return Object.keys({ ...before, ...after }).every((key) => Object.hasOwn(declared, key)) ? undefined : 'no-way.setting'
    },
  },
}

function sayOwner(id: string, saying: Saying): string {
  const { name, unitId } = placeOf(id, saying.owners)
  const who = name === 'core' ? saying.t('owner.core') : name === UNIT_LIMITS ? saying.t('owner.unit-limits') : name
  return unitId === ROOT_UNIT ? who : `${who}, ${saying.nameOf('unit', unitId)}`
}

function pageOf(id: string): string | null {
  const { name, unitId } = placeOf(id, [])
  if (name === UNIT_LIMITS) return unitId === ROOT_UNIT ? null : `/admin/local/${unitId}`
  return unitId === ROOT_UNIT ? `/admin/settings/${name}` : `/admin/settings/${name}?unit=${unitId}`
}
