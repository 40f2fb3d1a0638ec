/** Owns the controls of an installation's own fields in a form: each by its type, with what stands there. */
import { fieldLabel, type Asked, type Field as OwnField } from '../../field/fields.ts'
import { fieldTexts } from '../../field/field-texts.ts'
import { controlOf, inForm, stoodOf } from '../../field/posted.ts'
import { sayValues, type Filled } from '../../field/values.ts'
import { LONGEST_TEXT, typed, typeOf, type FieldRoom, type FieldValues, type Typed } from '../../field/types.ts'
import { sayPossible } from '../../field/config.ts'
import type { Id } from '../../database/schema.ts'
import type { PageContext } from '../../kernel/contract.ts'
import type { FormState } from '../forms.ts'
import { SideList } from '../parts/layout.tsx'
import { Field, Select, TextArea, type Choice } from '../parts/fields.tsx'

interface OwnFieldsProps {
  c: PageContext
  form: FormState
  asked: readonly Asked[]
  /** Stands before the ids of the controls: a page may have several such forms. */
  id: string
  /** What stands in them; absent where the ticket is only being made: then each begins as it is set to. */
  stands?: ReadonlyMap<Id, FieldValues>
}

export const fieldRoom = (c: PageContext): FieldRoom => ({
  language: c.get('language'),
  zone: c.get('host').config.zone,
  now: c.get('host').clock(),
})

/** Names under which drafts keep them. */
export const ownFieldNames = (asked: readonly Asked[]): string[] => asked.map(({ field }) => controlOf(field))
/** Where a problem leads. */
export const ownFieldIds = (id: string, asked: readonly Asked[]): Record<string, string> =>
  Object.fromEntries(asked.map(({ field }) => [controlOf(field), `${id}-${field.name}`]))
/** What a problem is called above the form. */
export const ownFieldLabels = (c: PageContext, asked: readonly Asked[]): Record<string, string> =>
  Object.fromEntries(asked.map(({ field }) => [controlOf(field), fieldLabel(field, c.get('language'))]))

export const OwnFields = ({ c, form, asked, id, stands }: OwnFieldsProps) => {
  if (asked.length === 0) return null
  const room = fieldRoom(c)
  return (
    <div class="own-fields">
      {asked.map(({ field, required }) => {
        const of = typed(field)
        const own = stands?.get(field.id)
        const before = inForm(field, own ?? [], room)
        const begins = own ?? (stands && !required ? [] : typeOf(field.type).initial(of, room, required))
        const posted = form.values[controlOf(field)]
        const values = posted === undefined ? inForm(field, begins, room) : posted.split('\n').filter((one) => one !== '')
        return (
          <>
            {stands && <input type="hidden" name={stoodOf(field)} value={before.join('\n')} autocomplete="off" />}
            <Control c={c} form={form} id={`${id}-${field.name}`} field={field} of={of} required={required} values={values} />
          </>
        )
      })}
    </div>
  )
}

interface ControlProps {
  c: PageContext
  form: FormState
  id: string
  field: OwnField
  of: Typed
  required: boolean
  values: readonly string[]
}

const Control = ({ c, form, id, field, of, required, values }: ControlProps) => {
  const { control } = typeOf(field.type)
  const name = controlOf(field)
  const shown: FormState = { values: {}, problems: form.problems }
  const all = { c, form: shown, id, name, label: fieldLabel(field, c.get('language')), required, value: values.join('\n') }
  switch (control) {
    case 'area':
      return <TextArea {...all} value={form.values[name] ?? values.join('\n')} rows={of.config.rows || 4} maxlength={LONGEST_TEXT} />
    case 'box':
      return <Box {...all} checked={values.at(-1) === '1'} />
    case 'choice':
      return <Select {...all} value={values.at(-1) ?? ''} choices={choicesOf(of, values, c)} {...emptyChoice(c, of, required, values)} />
    case 'choices':
      return <Boxes {...all} choices={choicesOf(of, values, c)} chosen={values} />
    case 'day':
      return <Field {...all} type="date" />
    case 'moment':
      return <Field {...all} type="datetime-local" />
    default:
      return <Field {...all} maxlength={LONGEST_TEXT} />
  }
}

/** A choice that may be left open can be; one that must be made begins open, so that nobody is taken at a word they never said. */
function emptyChoice(c: PageContext, { config }: Typed, required: boolean, values: readonly string[]): { empty?: string } {
  if (config.none && !required) return { empty: '–' }
  return values.length === 0 ? { empty: fieldTexts.in(c.get('language'))('choose') } : {}
}

/** What is offered, and what stands there though it is offered no longer; levels moved in below what they belong to. */
function choicesOf({ config }: Typed, values: readonly string[], c: PageContext): Choice[] {
  const language = c.get('language')
  const offered = config.values.map(({ key }) => key)
  const keys = [...offered, ...values.filter((one) => !offered.includes(one))]
  return keys.map((key) => {
    const label = sayPossible(config, key, language)
    const parts = config.tree ? label.split('::') : [label]
    return { value: key, label: `${'\u2003'.repeat(parts.length - 1)}${parts.at(-1)}` }
  })
}

interface Tied {
  id: string
  name: string
  label: string
  required: boolean
  form: FormState
  c: PageContext
}

const Problem = ({ id, name, form }: Pick<Tied, 'id' | 'name' | 'form'>) =>
  form.problems[name] ? (
    <p class="field-problem" id={`${id}-problem`}>
      {form.problems[name]}
    </p>
  ) : null

const described = ({ id, name, form }: Pick<Tied, 'id' | 'name' | 'form'>) =>
  form.problems[name] ? { 'aria-describedby': `${id}-problem` } : {}

/** The hidden '0' says that the box was there, ticked or not. */
const Box = (props: Tied & { checked: boolean }) => (
  <div class={`field field-check${props.form.problems[props.name] ? ' field-bad' : ''}`}>
    <input type="hidden" name={props.name} value="0" />
    <input
      type="checkbox"
      id={props.id}
      name={props.name}
      value="1"
      checked={props.checked}
      required={props.required}
      aria-invalid={props.form.problems[props.name] ? 'true' : undefined}
      {...described(props)}
    />
    <label for={props.id}>{props.label}</label>
    <Problem {...props} />
  </div>
)

const Boxes = (props: Tied & { choices: readonly Choice[]; chosen: readonly string[] }) => (
  <fieldset
    class={`field own-boxes${props.form.problems[props.name] ? ' field-bad' : ''}`}
    id={props.id}
    tabindex={-1}
    {...described(props)}
  >
    <legend>
      {props.label}
      {!props.required && <span class="field-optional"> ({fieldTexts.in(props.c.get('language'))('optional')})</span>}
    </legend>
    <input type="hidden" name={props.name} value="" />
    <div class="own-boxes-list">
      {props.choices.map(({ value, label }) => (
        <label class="radio">
          <input type="checkbox" name={props.name} value={value} checked={props.chosen.includes(value)} /> <span>{label}</span>
        </label>
      ))}
    </div>
    <Problem {...props} />
  </fieldset>
)

/** What stands in fields, to read: beside a person or a company, under a message. Nothing where nothing stands. */
export const FieldsOf = ({ c, filled }: { c: PageContext; filled: readonly Filled[] | undefined }) =>
  filled && filled.length > 0 ? (
    <SideList items={filled.map((one) => ({ name: fieldLabel(one.field, c.get('language')), value: sayValues(one, fieldRoom(c)) }))} />
  ) : null
