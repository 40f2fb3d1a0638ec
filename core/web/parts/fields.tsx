/** Owns form fields: label, help, problem and value, tied together for eyes and for screen readers. */
import type { Child, PropsWithChildren } from 'hono/jsx'
import type { PageContext } from '../../kernel/contract.ts'
import { FORM_LIMITS } from '../body.ts'
import { formToken } from '../csrf.ts'
import { MAX_FILES, type FormState } from '../forms.ts'
import { webTexts } from '../i18n/web-texts.ts'
import { saySize } from './size.ts'

interface FieldProps {
  c: PageContext
  form: FormState
  name: string
  label: string
  /** One sentence beside the field. */
  help?: Child
  required?: boolean
  /** When a page holds two forms with a field of the same name. */
  id?: string
  /** What stands there at first; what was posted wins. */
  value?: string | number | null | undefined
  autocomplete?: string
  /** Key that leads here, see app.js. */
  shortcut?: string
}

const idOf = (props: { id?: string; name: string }) => props.id ?? `field-${props.name}`
const valueOf = (props: FieldProps) =>
  props.form.values[props.name] ?? (props.value === null || props.value === undefined ? '' : String(props.value))

/** Attributes that tie a control to its help and its problem. */
function ties(props: FieldProps) {
  const id = idOf(props)
  const problem = props.form.problems[props.name]
  const described = [problem ? `${id}-problem` : '', props.help ? `${id}-help` : ''].filter(Boolean).join(' ')
  return {
    id,
    name: props.name,
    ...(props.required ? { required: true } : {}),
    ...(problem ? { 'aria-invalid': 'true' } : {}),
    ...(described ? { 'aria-describedby': described } : {}),
    ...(props.autocomplete ? { autocomplete: props.autocomplete } : {}),
    ...(props.shortcut ? { 'data-key': props.shortcut } : {}),
  }
}

const Around = (props: PropsWithChildren<FieldProps & { hideLabel?: boolean }>) => {
  const id = idOf(props)
  const problem = props.form.problems[props.name]
  return (
    <div class={`field${problem ? ' field-bad' : ''}`}>
      <label for={id} class={props.hideLabel ? 'only-heard' : undefined}>
        {props.label}
        {props.required === false && <span class="field-optional"> ({webTexts.in(props.c.get('language'))('form.optional')})</span>}
      </label>
      {props.children}
      {problem && (
        <p class="field-problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
      {props.help && (
        <p class="field-help" id={`${id}-help`}>
          {props.help}
        </p>
      )}
    </div>
  )
}

export type InputType = 'text' | 'email' | 'password' | 'search' | 'number' | 'date' | 'time' | 'datetime-local' | 'url' | 'tel'

export const Field = (
  props: FieldProps & {
    type?: InputType
    maxlength?: number
    min?: string | number
    max?: string | number
    placeholder?: string
    autofocus?: boolean
    hideLabel?: boolean
    inputmode?: 'numeric' | 'decimal' | 'email' | 'search'
    list?: string
  },
) => (
  <Around {...props}>
    <input
      {...ties(props)}
      type={props.type ?? 'text'}
      value={props.type === 'password' ? '' : valueOf(props)}
      maxlength={props.maxlength}
      min={props.min}
      max={props.max}
      placeholder={props.placeholder}
      autofocus={props.autofocus}
      inputmode={props.inputmode}
      list={props.list}
    />
  </Around>
)

export const TextArea = (
  props: FieldProps & { rows?: number; maxlength?: number; placeholder?: string; hideLabel?: boolean; autofocus?: boolean },
) => (
  <Around {...props}>
    {/* A parser drops the first line break of a textarea: one more keeps what was typed. */}
    <textarea
      {...ties(props)}
      rows={props.rows ?? 6}
      maxlength={props.maxlength}
      placeholder={props.placeholder}
      autofocus={props.autofocus}
    >{`\n${valueOf(props)}`}</textarea>
  </Around>
)

export interface Choice {
  value: string
  label: string /** Options under one heading. */
  group?: string
}

/** With `submits` a change sends the form where scripts run; give the form a button all the same. */
export const Select = (props: FieldProps & { choices: readonly Choice[]; empty?: string; submits?: boolean; hideLabel?: boolean }) => {
  const value = valueOf(props)
  const groups = [...new Set(props.choices.map((choice) => choice.group ?? ''))]
  const option = (choice: Choice) => (
    <option value={choice.value} selected={choice.value === value}>
      {choice.label}
    </option>
  )
  return (
    <Around {...props}>
      <select {...ties(props)} data-submits={props.submits ? '' : undefined}>
        {props.empty !== undefined && (
          <option value="" selected={value === ''}>
            {props.empty}
          </option>
        )}
        {groups.map((group) => {
          const choices = props.choices.filter((choice) => (choice.group ?? '') === group)
          return group === '' ? choices.map(option) : <optgroup label={group}>{choices.map(option)}</optgroup>
        })}
      </select>
    </Around>
  )
}

export const Checkbox = (props: FieldProps & { checked?: boolean }) => {
  const id = idOf(props)
  const posted = Object.keys(props.form.values).length > 0
  const checked = posted ? props.form.values[props.name] !== undefined && props.form.values[props.name] !== '' : (props.checked ?? false)
  const problem = props.form.problems[props.name]
  return (
    <div class={`field field-check${problem ? ' field-bad' : ''}`}>
      <input
        {...ties(props)}
        type="checkbox"
        value={props.value === undefined || props.value === null ? 'on' : String(props.value)}
        checked={checked}
      />
      <label for={id}>{props.label}</label>
      {problem && (
        <p class="field-problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
      {props.help && (
        <p class="field-help" id={`${id}-help`}>
          {props.help}
        </p>
      )}
    </div>
  )
}

/** Of what one form may bring this is left for its texts, so that files within the limit that is told are never refused. */
const roomForFiles = (c: PageContext): number => {
  const all = c.get('host').config.smtp.maxSizeKb * 1024
  return all - Math.min(FORM_LIMITS.textBytes, Math.ceil(all / 8))
}

/**
 * Choice of files. The form needs `enctype="multipart/form-data"`. `limit`: bytes of all together, or what a form may bring if that is
 * less; `most`: how many, 1 for a single one. Told beside the field, checked by app.js before they are sent, and by the server.
 */
export const Files = (props: Omit<FieldProps, 'label'> & { label?: string; limit: number; most?: number; accept?: string }) => {
  const language = props.c.get('language')
  const t = webTexts.in(language)
  const bytes = Math.min(props.limit, roomForFiles(props.c))
  const limit = saySize(bytes, language)
  const most = props.most ?? MAX_FILES
  const help = props.help ?? t(most === 1 ? 'form.file.help' : 'form.files.help', { limit })
  return (
    <Around {...props} label={props.label ?? t('form.files')} required={false} help={help}>
      <input
        {...ties({ ...props, label: '', help })}
        type="file"
        multiple={most > 1}
        accept={props.accept}
        data-bytes={bytes}
        data-most={most}
        data-too-large={t('form.files.too-large', { limit })}
        data-too-large-together={t('form.files.too-large-together', { limit })}
        data-too-many={t('form.files.too-many', { most })}
      />
    </Around>
  )
}

/** What the main button of a form says once that very form was sent before: pressing it again is meant. */
export const sendWords = (c: PageContext, form: FormState, words: string): string =>
  form.problems['again'] ? webTexts.in(c.get('language'))('form.send-again') : words

export const CsrfField = ({ c }: { c: PageContext }) => <input type="hidden" name="_csrf" value={formToken(c)} />

interface ButtonProps {
  kind?: 'primary' | 'quiet' | 'danger'
  name?: string
  value?: string
  /** Key that presses it. */
  shortcut?: string
  formaction?: string
  small?: boolean
  /** Sends the form even when its fields do not fit. */
  unchecked?: boolean
  form?: string
}

const buttonClass = (props: { kind?: 'primary' | 'quiet' | 'danger'; small?: boolean }) =>
  `button button-${props.kind ?? 'quiet'}${props.small ? ' button-small' : ''}`

export const Button = (props: PropsWithChildren<ButtonProps>) => (
  <button
    type="submit"
    class={buttonClass(props)}
    name={props.name}
    value={props.value}
    formaction={props.formaction}
    form={props.form}
    formnovalidate={props.unchecked}
    data-key={props.shortcut}
    aria-keyshortcuts={props.shortcut}
  >
    {props.children}
    {props.shortcut && <Key>{props.shortcut}</Key>}
  </button>
)

/** A link that looks like a button. */
export const ButtonLink = (
  props: PropsWithChildren<{ href: string; kind?: 'primary' | 'quiet' | 'danger'; small?: boolean; shortcut?: string }>,
) => (
  <a class={buttonClass(props)} href={props.href} data-key={props.shortcut} aria-keyshortcuts={props.shortcut}>
    {props.children}
    {props.shortcut && <Key>{props.shortcut}</Key>}
  </a>
)

/** A key's cap; heard only through aria-keyshortcuts. */
export const Key = ({ children }: PropsWithChildren) => <kbd aria-hidden="true">{children}</kbd>

/** A button that does one thing: a whole form around it. */
export const ActButton = (props: PropsWithChildren<ButtonProps & { c: PageContext; action: string; fields?: Record<string, string> }>) => (
  <form method="post" autocomplete="off" action={props.action} class="act">
    <CsrfField c={props.c} />
    {Object.entries(props.fields ?? {}).map(([name, value]) => (
      <input type="hidden" name={name} value={value} />
    ))}
    <Button {...props} />
  </form>
)

/**
 * Summary above a form that was refused: says how many, leads to each field by its label, takes the focus where scripts
 * run. `labels` by field name; `ids` where a field's id is not the usual one. `seen`: fields of a form so short that one
 * problem at its field is seen there, and takes the focus: a summary above it would say the same, and is only heard.
 */
export const FormProblems = ({
  c,
  form,
  labels = {},
  id = 'problems',
  ids = {},
  seen = [],
  children,
}: PropsWithChildren<{
  c: PageContext
  form: FormState
  labels?: Record<string, string>
  id?: string
  ids?: Record<string, string>
  seen?: readonly string[]
}>) => {
  const problems = Object.entries(form.problems)
  if (problems.length === 0) return null
  if (problems.length === 1 && seen.includes(problems[0]![0]))
    return (
      <p class="only-heard" role="alert" id={id}>
        {problems[0]![1]}
      </p>
    )
  const ofAll = (name: string) => name === '' || name === 'again'
  const fields = problems.filter(([name]) => !ofAll(name))
  return (
    <div class="notice notice-bad" role="alert" id={id} tabindex={-1} data-focus="">
      {problems
        .filter(([name]) => ofAll(name))
        .map(([, problem]) => (
          <p>{problem}</p>
        ))}
      {children}
      {fields.length > 0 && (
        <>
          <p>{webTexts.in(c.get('language'))('form.problems', { count: fields.length })}</p>
          <ul>
            {fields.map(([name, problem]) => (
              <li>
                <a href={`#${ids[name] ?? `field-${name}`}`}>{labels[name] ? `${labels[name]}: ${problem}` : problem}</a>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
