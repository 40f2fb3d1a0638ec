/** Owns the fields of a settings form: each takes over what holds above, or has a value of its own; with and without scripts. */
import type { PageContext } from '../../kernel/contract.ts'
import type { SettingField } from '../../administration/settings-form.ts'
import type { FormState } from '../forms.ts'
import { webTexts } from '../i18n/web-texts.ts'
import { Field, Select, TextArea } from './fields.tsx'

/** Largest number a setting may have where nobody sets a limit: not worth telling. */
const ENDLESS = 2 ** 31 - 1

interface Props {
  c: PageContext
  form: FormState
  fields: readonly SettingField[]
}

/** The fields of `settingsForm`, one below the other; put them into a form whose post goes through `typedSettings`. */
export const SettingFields = ({ c, form, fields }: Props) => (
  <>
    {fields.map((field) => (
      <Setting c={c} form={form} field={field} />
    ))}
  </>
)

const Setting = ({ c, form, field }: Omit<Props, 'fields'> & { field: SettingField }) => {
  const t = webTexts.in(c.get('language'))
  const { key, inherited } = field
  // A value that was refused was meant as an own one, whatever was chosen above it.
  const own =
    form.problems[key] !== undefined ||
    (form.values[`from.${key}`] === undefined ? field.value !== null : form.values[`from.${key}`] === 'own')
  const above = inherited.words || t('settings.empty')
  return (
    <fieldset class="setting fields-wide">
      <legend>{field.label}</legend>
      {field.help && <p class="field-help">{field.help}</p>}
      <label class="setting-from">
        <input type="radio" name={`from.${key}`} value="above" checked={!own} />
        <span>
          {inherited.from ? t('settings.from', { unit: inherited.from.name, value: above }) : t('settings.default', { value: above })}
        </span>
      </label>
      <label class="setting-from">
        <input type="radio" name={`from.${key}`} value="own" checked={own} />
        <span>{t('settings.own')}</span>
      </label>
      <Control c={c} form={form} field={field} />
      {/* What stood here: who types another value while "as above" is chosen means an own one. */}
      <input type="hidden" name={`was.${key}`} value={field.value === null ? 'above' : 'own'} />
    </fieldset>
  )
}

const Control = ({ c, form, field }: Omit<Props, 'fields'> & { field: SettingField }) => {
  const t = webTexts.in(c.get('language'))
  const props = {
    c,
    form,
    name: field.key,
    label: t('settings.value', { label: field.label }),
    hideLabel: true,
    value: field.value ?? field.inherited.value,
  }
  switch (field.kind) {
    case 'boolean':
    case 'choice':
      return <Select {...props} choices={field.choices.map(({ value, words }) => ({ value, label: words }))} />
    case 'long-text':
      return <TextArea {...props} rows={6} {...(field.max ? { maxlength: field.max } : {})} />
    case 'integer':
      return <Field {...props} inputmode="numeric" help={sayLimits(t, field)} />
    default:
      return <Field {...props} {...(field.max ? { maxlength: field.max } : {})} />
  }
}

function sayLimits(
  t: (key: 'settings.between' | 'settings.at-least', params: Record<string, number>) => string,
  { min, max }: SettingField,
): string {
  return max === null || max >= ENDLESS ? t('settings.at-least', { min: min ?? 0 }) : t('settings.between', { min: min ?? 0, max })
}

/** What a posted form with `SettingFields` asks of `saveSettingsForm`: null takes over what holds above. A field that did not come stays. */
export function typedSettings(values: Readonly<Record<string, string>>, fields: readonly SettingField[]): Record<string, string | null> {
  return Object.fromEntries(
    fields.flatMap(({ key, inherited }) => {
      const from = values[`from.${key}`]
      if (from === undefined) return []
      const typed = (values[key] ?? '').replaceAll('\r\n', '\n')
      const meansOwn = from === 'own' || (values[`was.${key}`] === 'above' && typed !== inherited.value)
      return [[key, meansOwn ? typed : null]]
    }),
  )
}
