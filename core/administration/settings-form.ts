/** Owns the form of settings that pages of administration show: what holds in a unit and why, and the check of what was typed. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id, Language } from '../database/schema.ts'
import { coreTexts } from '../i18n/core-texts.ts'
import { nameColumn } from '../i18n/names.ts'
import { sayText, type TextTables } from '../i18n/texts.ts'
import { up } from '../unit/tree.ts'
import { saveSettings } from './setting-admin.ts'
import type { Setting } from '../kernel/settings/settings.ts'
import type { Work } from '../kernel/work.ts'

/** Core, or a plugin: who declares settings and has words for them. */
export interface SettingsOwner {
  name: string
  settings?: Record<string, Setting>
  texts?: TextTables
}

export interface SettingField {
  /** Name of the form field, too. */
  key: string
  kind: Setting['kind']
  label: string
  help: string | null
  /** What is stored in this unit, as a form has it ('on' and 'off' for yes and no); null when it takes over what holds above. */
  value: string | null
  /** An empty text is a value too: only such a field needs a box to tick for taking over what holds above. */
  mayBeEmpty: boolean
  /** What holds when the unit says nothing: the value, and from which unit; null: the plugin's own default. */
  inherited: { value: string; words: string; from: { id: Id; name: string } | null }
  choices: { value: string; words: string }[]
  min: number | null
  max: number | null
}

/** The settings of one owner in one unit; the root unit, id 1, is the installation. */
export async function settingsForm(db: Kysely<Database>, owner: SettingsOwner, unitId: Id, language: Language): Promise<SettingField[]> {
  const { rows } = await sql<{ key: string; value: unknown; id: Id; name: string; depth: number }>`
    with recursive ${up(unitId, { more: ['name', 'name_en'] })}
    select s.key, s.value, up.id, up.depth, ${nameColumn('up', language)} as name
    from setting s join up on up.id = s.unit_id where s.owner = ${owner.name} order by up.depth`.execute(db)
  return Object.entries(owner.settings ?? {}).map(([key, setting]) => {
    const valid = rows
      .filter((row) => row.key === key)
      .flatMap((row) => {
        const parsed = setting.schema.safeParse(row.value)
        return parsed.success ? [{ ...row, typed: asTyped(setting, parsed.data) }] : []
      })
    const own = valid.find((row) => row.depth === 0)
    const above = valid.find((row) => row.depth > 0)
    const say = (typed: string) => sayValue(owner, setting, typed, language)
    const inherited = above?.typed ?? asTyped(setting, setting.fallback)
    return {
      key,
      kind: setting.kind,
      label: wordsOf(owner, setting.label, language) ?? key,
      help: wordsOf(owner, `${setting.label}.help`, language),
      value: own?.typed ?? null,
      mayBeEmpty: isText(setting),
      inherited: { value: inherited, words: say(inherited), from: above ? { id: above.id, name: above.name } : null },
      choices: (setting.kind === 'boolean' ? ['on', 'off'] : (setting.choices ?? [])).map((value) => ({ value, words: say(value) })),
      min: setting.min ?? null,
      max: setting.max ?? null,
    }
  })
}

/**
 * Stores what was typed in the fields that came along (an administrator's act). Null, and nothing typed where a text is not
 * meant, take the unit's own value away. Answers the problems by key, in words; when there is one, nothing is stored.
 */
export async function saveSettingsForm(
  work: Work,
  owner: SettingsOwner,
  unitId: Id,
  typed: Readonly<Record<string, string | null>>,
  language: Language,
): Promise<Record<string, string>> {
  const wanted = Object.entries(owner.settings ?? {})
    .filter(([key]) => Object.hasOwn(typed, key))
    .map(([key, setting]) => {
      const value = typed[key] ?? null
      return { key, setting, value: value === '' && !isText(setting) ? null : value }
    })
  const wrong = wanted.filter(({ setting, value }) => value !== null && !setting.schema.safeParse(value).success)
  if (wrong.length > 0) return Object.fromEntries(wrong.map(({ key, setting }) => [key, sayProblem(setting, language)]))
  await saveSettings(
    work,
    owner.name,
    owner.settings ?? {},
    Object.fromEntries(wanted.map(({ key, value }) => [key, value ?? undefined])),
    unitId,
  )
  return {}
}

const isText = (setting: Setting): boolean => setting.kind === 'text' || setting.kind === 'long-text'

const asTyped = (setting: Setting, value: unknown): string => (setting.kind === 'boolean' ? (value ? 'on' : 'off') : String(value))

function sayValue(owner: SettingsOwner, setting: Setting, typed: string, language: Language): string {
  const t = coreTexts.in(language)
  if (setting.kind === 'boolean') return t(typed === 'on' ? 'setting.yes' : 'setting.no')
  if (setting.kind === 'choice') return wordsOf(owner, `${setting.label}.${typed}`, language) ?? typed
  return typed
}

function sayProblem(setting: Setting, language: Language): string {
  const t = coreTexts.in(language)
  if (setting.kind === 'integer') return t('setting.problem.integer', { min: setting.min ?? 0, max: setting.max ?? 2 ** 31 - 1 })
  if (isText(setting)) return t('setting.problem.text', { max: setting.max ?? 1000 })
  return t('setting.problem.choice')
}

const wordsOf = (owner: SettingsOwner, key: string, language: Language): string | null =>
  sayText(owner.texts ?? coreTexts, language, key) ?? null
