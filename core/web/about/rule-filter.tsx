/** Owns the form of a condition: what it may speak of, and at once how many tickets it means today. */
import type { Child } from 'hono/jsx'
import { readConfig, sayPossible } from '../../field/config.ts'
import { fieldLabel } from '../../field/fields.ts'
import { typed, typeOf } from '../../field/types.ts'
import type { PageContext } from '../../kernel/contract.ts'
import { DISTANCE_UNITS, fieldAsks, inForm, MEANT_KEYS, MOST_TIMES, type MeantKey } from '../../ticket/rule/rule-filter.ts'
import { TIME_NAMES } from '../../ticket/rule/time-names.ts'
import { ARTICLE_PARTS, TEXT_NAMES } from '../../ticket/ticket-filter.ts'
import { postedForm } from '../body.ts'
import type { FormState } from '../forms.ts'
import { hx } from '../hx.ts'
import { Checkbox, Field, Select, TextArea, type Choice } from '../parts/fields.tsx'
import { fieldRoom } from './own-fields.tsx'
import { ruleTexts } from './rule-texts.ts'
import { choicesFor, sayMeant, sayTimeName, type RuleChoices } from './rule-words.ts'

/** What was typed, several values of one name a line each: for `readRuleForm`, and to be shown again. */
export async function readRuleValues(c: PageContext): Promise<Record<string, string>> {
  const values: Record<string, string> = {}
  for (const [name, value] of (await postedForm(c)).fields)
    values[name] = values[name] === undefined || value === '' ? value || (values[name] ?? '') : `${values[name]}\n${value}`
  return values
}

/** Ids of its controls where they are not the usual ones, for the summary of problems. */
export const ruleFieldId = (name: string): string => name.replaceAll('.', '-')

/**
 * The fields of a condition. `form.values` holds all of it (`formOfRule`, or what was posted). What is used is open, the rest folded
 * away.
 */
export const RuleFilterFields = ({ c, form, choices }: { c: PageContext; form: FormState; choices: RuleChoices }) => {
  const t = ruleTexts.in(c.get('language'))
  const said = (name: string) => (form.values[name] ?? '') !== ''
  const line = (name: string, label: string) => <Field c={c} form={form} name={name} id={ruleFieldId(name)} label={label} maxlength={250} />
  return (
    <div class="own-fields">
      {MEANT_KEYS.map((key) => (
        <MeantPart c={c} form={form} choices={choices} name={key} />
      ))}
      <Times c={c} form={form} />
      <Part label={t('texts')} open={TEXT_NAMES.some((name) => said(inForm.text(name)))} help={t('texts.help')}>
        {TEXT_NAMES.map((name) => line(inForm.text(name), t(`text.${name}`)))}
      </Part>
      <Part label={t('articles')} open={ARTICLE_PARTS.some((part) => said(inForm.article(part)))} help={t('articles.help')}>
        {ARTICLE_PARTS.map((part) => line(inForm.article(part), t(`article.${part}`)))}
      </Part>
      <OwnParts c={c} form={form} choices={choices} />
      <Part label={t('more')} open={['if.search', 'if.held', 'if.undelivered', 'if.archived'].some(said)}>
        {line('if.search', t('search'))}
        {(['held', 'undelivered'] as const).map((name) => (
          <Checkbox c={c} form={form} name={`if.${name}`} id={`if-${name}`} label={t(name)} checked={said(`if.${name}`)} />
        ))}
        <Select
          c={c}
          form={form}
          name="if.archived"
          id="if-archived"
          label={t('archived')}
          empty={t('archived.without')}
          choices={(['with', 'only'] as const).map((value) => ({ value, label: t(`archived.${value}`) }))}
        />
      </Part>
    </div>
  )
}

const Part = ({
  label,
  open,
  count,
  help,
  children,
}: {
  label: string
  open: boolean
  count?: number
  help?: string
  children?: Child
}) => (
  <details class="more-act" open={open}>
    <summary>
      {label}
      {count ? <span class="count"> {count}</span> : null}
    </summary>
    {help && <p class="field-help">{help}</p>}
    <div class="form">{children}</div>
  </details>
)

interface PartProps {
  c: PageContext
  form: FormState
  choices: RuleChoices
}

const MeantPart = ({ c, form, choices, name: key }: PartProps & { name: MeantKey }) => {
  const name = inForm.is(key)
  const t = ruleTexts.in(c.get('language'))
  const chosen = (form.values[name] ?? '').split('\n').filter(Boolean)
  const offered = choicesFor(key, choices, c.get('language'))
  const label = sayMeant(key, c.get('language'))
  // Whom a ticket is of is chosen by login or company; what an import brought stays.
  if (key === 'customer') return <>{chosen.map((value) => <input type="hidden" name={name} value={value} />)}</> // biome-ignore format: one line
  if (!offered)
    return (
      <Part label={label} open={chosen.length > 0} count={chosen.length}>
        <TextArea c={c} form={form} name={name} id={ruleFieldId(name)} label={label} help={t('company.help')} rows={3} maxlength={5000} />
      </Part>
    )
  if (offered.length === 0 && chosen.length === 0) return null
  const gone = chosen.filter((value) => !offered.some((choice) => choice.value === value)).map((value) => ({ value, label: value }))
  return (
    <Part label={label} open={chosen.length > 0} count={chosen.length}>
      <Boxes name={name} label={label} choices={[...offered, ...gone]} chosen={chosen} />
      {key === 'queue' && (
        <Checkbox c={c} form={form} name="if.below" id="if-below" label={t('below')} checked={form.values['if.below'] !== ''} />
      )}
    </Part>
  )
}

/** Some of several, as boxes to tick. */
export const Boxes = ({
  name,
  label,
  choices,
  chosen,
}: {
  name: string
  label: string
  choices: readonly Choice[]
  chosen: readonly string[]
}) => (
  <fieldset class="field own-boxes" id={ruleFieldId(name)} tabindex={-1}>
    <legend class="only-heard">{label}</legend>
    <div class="own-boxes-list">
      {choices.map(({ value, label: words }) => (
        <label class="radio">
          <input type="checkbox" name={name} value={value} checked={chosen.includes(value)} /> <span>{words}</span>
        </label>
      ))}
    </div>
  </fieldset>
)

/** Units are offered as they are called after a number above one. */
const MANY = 5

/** What stands, and two empty rows more. */
const Times = ({ c, form }: Omit<PartProps, 'choices'>) => {
  const language = c.get('language')
  const t = ruleTexts.in(language)
  const used = Array.from({ length: MOST_TIMES }, (_, n) => n).filter((n) => (form.values[inForm.time(n, 'of')] ?? '') !== '')
  const rows = Math.min(MOST_TIMES, (used.at(-1) ?? -1) + 3)
  return (
    <Part label={t('times')} open={used.length > 0} count={used.length} help={t('times.help')}>
      {Array.from({ length: rows }, (_, row) => {
        const n = row + 1
        const name = (part: Parameters<typeof inForm.time>[1]) => inForm.time(row, part)
        const all = (part: Parameters<typeof inForm.time>[1]) => ({
          c,
          form,
          name: name(part),
          id: ruleFieldId(name(part)),
          label: t(`time.${part}`, { n }),
        })
        return (
          <div class="form-row own-rule" role="group" aria-label={t('times.nth', { n })}>
            <Select
              {...all('of')}
              empty={t('time.no')}
              choices={TIME_NAMES.map((time) => ({ value: time, label: sayTimeName(time, language) }))}
            />
            <Select
              {...all('is')}
              choices={(['before', 'last', 'next', 'between', 'some', 'none'] as const).map((is) => ({ value: is, label: t(`is.${is}`) }))}
            />
            <Field {...all('count')} inputmode="numeric" maxlength={9} />
            <Select
              {...all('unit')}
              value="day"
              choices={DISTANCE_UNITS.map((unit) => ({ value: unit, label: t(`unit.${unit}`, { count: MANY }) }))}
            />
            <Field {...all('from')} type="date" />
            <Field {...all('to')} type="date" />
          </div>
        )
      })}
    </Part>
  )
}

const OwnParts = ({ c, form, choices }: PartProps) => {
  const language = c.get('language')
  const t = ruleTexts.in(language)
  if (choices.own.length === 0) return null
  const open = Object.entries(form.values).some(([name, value]) => name.startsWith('if.field.') && value !== '')
  return (
    <Part label={t('fields')} open={open}>
      {choices.own.map((field) => {
        const label = fieldLabel(field, language)
        const name = (part: Parameters<typeof inForm.field>[1]) => inForm.field(field.name, part)
        const of = (part: Parameters<typeof inForm.field>[1], said: string) => (
          <Field
            c={c}
            form={form}
            name={name(part)}
            id={ruleFieldId(name(part))}
            label={said}
            {...(part === 'words' ? { maxlength: 250 } : { type: 'date' })}
          />
        )
        const asks = fieldAsks(field)
        if (asks === 'words') return of('words', label)
        if (asks === 'days')
          return (
            <>
              {of('from', t('field.from', { label }))}
              {of('to', t('field.to', { label }))}
            </>
          )
        const config = readConfig(field.config)
        const keys =
          typeOf(field.type).narrows === 'box'
            ? ['1', '0'].map((value) => ({ value, label: typeOf(field.type).say(value, typed(field), fieldRoom(c)) }))
            : config.values.map(({ key }) => ({ value: key, label: sayPossible(config, key, language) }))
        return (
          <div class="field">
            <span aria-hidden="true">{label}</span>
            <Boxes name={name('is')} label={label} choices={keys} chosen={(form.values[name('is')] ?? '').split('\n')} />
          </div>
        )
      })}
    </Part>
  )
}

/** What a condition means at this moment: how many, undefined where the condition is none; `most`: more were not counted. */
export interface Meaning {
  count: number | undefined
  most: number
  all?: boolean
}

/**
 * One sentence: how many tickets it means today. `live`: where it is asked again as the form around it changes – by POST with the whole
 * form; the answer is `MeaningWords` alone.
 */
export const MeaningLine = ({ c, meaning, live, which }: { c: PageContext; meaning: Meaning; live?: string; which?: string }) => (
  <p
    id="meaning"
    role="status"
    {...(live
      ? hx(c, {
          post: live,
          trigger: 'change from:"closest form" delay:300ms',
          include: 'closest form',
          swap: 'innerHTML',
          sync: 'replace',
        })
      : {})}
  >
    <MeaningWords c={c} meaning={meaning} {...(which ? { which } : {})} />
  </p>
)

export const MeaningWords = ({ c, meaning: { count, most, all }, which }: { c: PageContext; meaning: Meaning; which?: string }) => {
  const t = ruleTexts.in(c.get('language'))
  const said =
    count === undefined
      ? t('means.wrong')
      : all
        ? t('means.all')
        : count === 0
          ? t('means.none')
          : count > most
            ? t('means.more', { count: most })
            : t('means', { count })
  return (
    <>
      {said}
      {which && count ? (
        <>
          {' '}
          <a href={which}>{t('means.which')}</a>
        </>
      ) : null}
    </>
  )
}
