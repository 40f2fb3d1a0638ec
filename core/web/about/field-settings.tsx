/** Owns the form in which a field is made: what may be filled in, by its type, and where it is asked for; read back from what was posted. */
import type { FieldUse } from '../../database/schema.ts'
import { readConfig, type FieldConfig } from '../../field/config.ts'
import type { FieldForm } from '../../field/field-admin.ts'
import { fieldTexts } from '../../field/field-texts.ts'
import { SCREENS, isScreen, typeOfField, type Field as OwnField, type FieldRule, type Screen } from '../../field/fields.ts'
import type { ConfigPart } from '../../field/types.ts'
import type { PageContext } from '../../kernel/contract.ts'
import type { FormState } from '../forms.ts'
import { Checkbox, Field, Select, TextArea, type Choice } from '../parts/fields.tsx'
import { OwnFields } from './own-fields.tsx'

export interface FieldSettingsProps {
  c: PageContext
  form: FormState
  /** What it is made as, where it is not there yet. */
  type: string
  field: OwnField | undefined
  queues: readonly Choice[]
  topics: readonly Choice[]
}

/** Rows for further rules, empty. */
const BLANK_RULES = 2
const MOST_RULES = 500

export const FieldSettings = (props: FieldSettingsProps) => {
  const { c, form, type, field } = props
  const t = fieldTexts.in(c.get('language'))
  const { control, config: parts } = typeOfField({ type })
  const config = readConfig(field?.config ?? {})
  return (
    <>
      <Field c={c} form={form} name="label" label={t('label')} help={t('label.help')} value={field?.label} maxlength={200} required />
      <Field c={c} form={form} name="labelEn" label={t('label-en')} value={field?.labelEn} maxlength={200} />
      <Field c={c} form={form} name="name" label={t('name')} help={t('name.help')} value={field?.name} maxlength={200} required />
      {control === null ? (
        <p class="quiet">{t('read-only')}</p>
      ) : (
        <fieldset class="fields">
          <legend>{t('part.what')}</legend>
          {parts.map((part) => PART[part](props, config))}
        </fieldset>
      )}
      <Field c={c} form={form} name="sort" label={t('sort')} help={t('sort.help')} value={field?.sort ?? 0} inputmode="numeric" />
      <Checkbox c={c} form={form} name="valid" label={t('valid')} help={t('valid.help')} checked={field?.valid ?? true} />
      {(field?.object ?? 'ticket') === 'ticket' && <Rules {...props} only={control === null ? ['portal-ticket'] : SCREENS} />}
    </>
  )
}

type DrawPart = (props: FieldSettingsProps, config: FieldConfig) => unknown
const words = (c: PageContext) => fieldTexts.in(c.get('language'))

const PART: Record<ConfigPart, DrawPart> = {
  initial: ({ c, form, type }, { initial }) =>
    type === 'Text' || type === 'TextArea' ? (
      <Field c={c} form={form} name="initial" label={words(c)('initial')} help={words(c)('initial.help')} value={initial[0]} />
    ) : (
      <TextArea
        c={c}
        form={form}
        name="initial"
        label={words(c)('initial')}
        help={words(c)('initial.values.help')}
        value={initial.join('\n')}
        rows={2}
      />
    ),
  'initial box': ({ c, form }, { initial }) => (
    <Checkbox c={c} form={form} name="initial" label={words(c)('initial.box')} value="1" checked={initial[0] === '1'} />
  ),
  'initial seconds': ({ c, form }, { initial }) => (
    <Field
      c={c}
      form={form}
      name="initial"
      label={words(c)('initial.seconds')}
      help={words(c)('initial.seconds.help')}
      value={initial[0]}
      inputmode="numeric"
    />
  ),
  values: ({ c, form }, { values }) => (
    <TextArea
      c={c}
      form={form}
      name="values"
      label={words(c)('values')}
      help={words(c)('values.help')}
      value={values
        .map(({ key, label, labelEn }) =>
          label === key && labelEn === null ? key : `${key} = ${label}${labelEn === null ? '' : ` | ${labelEn}`}`,
        )
        .join('\n')}
      rows={8}
      required
    />
  ),
  none: ({ c, form }, { none }) => <Checkbox c={c} form={form} name="none" label={words(c)('none')} checked={none} />,
  tree: ({ c, form }, { tree }) => <Checkbox c={c} form={form} name="tree" label={words(c)('tree')} checked={tree} />,
  patterns: ({ c, form }, { patterns }) => (
    <TextArea
      c={c}
      form={form}
      name="patterns"
      label={words(c)('patterns')}
      help={words(c)('patterns.help')}
      value={patterns.map(({ pattern, message }) => (message ? `${pattern}${ARROW}${message}` : pattern)).join('\n')}
      rows={3}
    />
  ),
  rows: ({ c, form }, { rows }) => (
    <Field c={c} form={form} name="rows" label={words(c)('rows')} value={rows || ''} inputmode="numeric" maxlength={2} />
  ),
  years: ({ c, form }, { years }) => (
    <Field
      c={c}
      form={form}
      name="years"
      label={words(c)('years')}
      help={words(c)('years.help')}
      value={years ? `${years.past}-${years.future}` : ''}
      maxlength={9}
    />
  ),
  only: ({ c, form }, { only }) => (
    <Select
      c={c}
      form={form}
      name="only"
      label={words(c)('only')}
      value={only ?? ''}
      choices={[
        { value: '', label: words(c)('only.any') },
        { value: 'past', label: words(c)('only.past') },
        { value: 'future', label: words(c)('only.future') },
      ]}
    />
  ),
}

/** What is usual, by form, and below it what is otherwise in some queues and with some topics. */
const Rules = ({ c, form, field, queues, topics, only }: FieldSettingsProps & { only: readonly Screen[] }) => {
  const t = words(c)
  const general = new Map(field?.rules.filter(isGeneral).map(({ screen, use }) => [screen, use]))
  const others = field?.rules.filter((rule) => !isGeneral(rule)) ?? []
  const posted = Object.keys(form.values).flatMap((name) => /^rule\.(\d{1,3})\./.exec(name)?.[1] ?? [])
  const count = posted.length > 0 ? Math.max(...posted.map(Number)) + 1 : others.length + BLANK_RULES
  return (
    <>
      <fieldset class="fields">
        <legend>{t('part.where')}</legend>
        <p class="field-help">
          {t('where.help')} {t('where.portal.help')}
        </p>
        <div class="own-uses">
          {only.map((screen) => (
            <Select
              c={c}
              form={form}
              name={`use.${screen}`}
              id={`use-${screen}`}
              label={t(`screen.${screen}`)}
              value={general.get(screen) ?? ''}
              empty={
                screen === 'portal-ticket'
                  ? t('use.as-asked')
                  : t('use.unsaid', { use: t(screen === 'fields' ? 'use.optional' : 'use.off') })
              }
              choices={usesOf(c, screen)}
            />
          ))}
        </div>
      </fieldset>
      <fieldset class="fields fields-wide">
        <legend>{t('part.but')}</legend>
        <p class="field-help">{t('rule.help')}</p>
        {Array.from({ length: Math.min(count, MOST_RULES) }, (_, n) => {
          const rule = others[n]
          const at = (name: string) => ({ c, form, name: `rule.${n}.${name}`, id: `rule-${n}-${name}` })
          return (
            <div class="form-row own-rule" role="group" aria-label={t('rule.nth', { n: n + 1 })}>
              <Select
                {...at('screen')}
                label={t('rule.screen')}
                value={rule?.screen ?? ''}
                empty={t('rule.none')}
                choices={only.map((value) => ({ value, label: t(`screen.${value}`) }))}
              />
              <Select {...at('queue')} label={t('rule.queue')} value={rule?.queueId ?? ''} empty={t('rule.any-queue')} choices={queues} />
              <Select {...at('topic')} label={t('rule.topic')} value={rule?.topicId ?? ''} empty={t('rule.any-topic')} choices={topics} />
              <Select
                {...at('use')}
                label={t('rule.use')}
                value={rule?.use ?? 'optional'}
                choices={USES.map((value) => ({ value, label: t(`use.${value}`) }))}
              />
            </div>
          )
        })}
      </fieldset>
    </>
  )
}

const isGeneral = ({ queueId, topicId }: FieldRule): boolean => queueId === null && topicId === null
const USES: readonly FieldUse[] = ['required', 'optional', 'off']

const usesOf = (c: PageContext, screen: Screen): Choice[] =>
  screen === 'portal-ticket'
    ? [
        { value: 'optional', label: words(c)('use.shown') },
        { value: 'off', label: words(c)('use.hidden') },
      ]
    : USES.map((value) => ({ value, label: words(c)(`use.${value}`) }))

const ARROW = ' => '
const lines = (text = ''): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** A line's two halves, divided where the mark first stands. */
function halves(line: string, mark: string): [string, string] {
  const at = line.indexOf(mark)
  return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + mark.length).trim()]
}

/** What was posted, as the acts on fields take it. */
export function readFieldSettings(values: Readonly<Record<string, string>>, type: string): FieldForm {
  const years = /^(\d{1,3})\s?[-–]\s?(\d{1,3})$/.exec(values['years']?.trim() ?? '')
  const initial = typeOfField({ type }).config.includes('values') ? lines(values['initial']) : lines(values['initial']).slice(0, 1)
  return {
    name: values['name']?.trim() ?? '',
    label: values['label'] ?? '',
    labelEn: values['labelEn'] ?? '',
    sort: Number.parseInt(values['sort'] ?? '', 10) || 0,
    valid: Boolean(values['valid']),
    config: {
      initial,
      values: lines(values['values']).map((line) => {
        const [key, said] = halves(line, ' = ')
        const [label, labelEn] = halves(said, ' | ')
        return { key, label: label || key, labelEn: labelEn || null }
      }),
      none: Boolean(values['none']),
      tree: Boolean(values['tree']),
      patterns: lines(values['patterns']).map((line) => {
        const [pattern, message] = halves(line, ARROW)
        return { pattern, message }
      }),
      rows: Math.min(Number.parseInt(values['rows'] ?? '', 10) || 0, 40),
      years: years ? { past: Number(years[1]), future: Number(years[2]) } : null,
      only: values['only'] === 'past' || values['only'] === 'future' ? values['only'] : null,
    },
    rules: readRules(values),
  }
}

function readRules(values: Readonly<Record<string, string>>): FieldRule[] {
  const use = (said: string | undefined) => USES.find((one) => one === said)
  const general = SCREENS.flatMap((screen): FieldRule[] => {
    const said = use(values[`use.${screen}`])
    return said ? [{ screen, queueId: null, topicId: null, use: said }] : []
  })
  const others = Object.keys(values).flatMap((name): FieldRule[] => {
    const [, n] = /^rule\.(\d{1,3})\.screen$/.exec(name) ?? []
    const screen = values[name] ?? ''
    const [queueId, topicId, said] = [values[`rule.${n}.queue`] || null, values[`rule.${n}.topic`] || null, use(values[`rule.${n}.use`])]
    return n !== undefined && isScreen(screen) && said && (queueId !== null || topicId !== null)
      ? [{ screen, queueId, topicId, use: said }]
      : []
  })
  return [...general, ...others]
}

/** What a form will have, to look at. */
export const FieldPreview = ({ c, field }: { c: PageContext; field: OwnField }) => (
  <>
    <OwnFields c={c} form={{ values: {}, problems: {} }} asked={[{ field, required: false }]} id="preview" />
    <p class="field-help">{words(c)('preview.help')}</p>
  </>
)

/** The type of a field in words; of one that another program fills its name as that program has it. */
export const sayFieldType = (type: string, c: PageContext): string =>
  typeOfField({ type }).control === null ? words(c)('type.other', { type }) : words(c)(`type.${type as 'Text'}`)
