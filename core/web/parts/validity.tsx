/** Owns how it is shown and chosen whether an administered thing is in use, off for now, or off. */
import type { PageContext } from '../../kernel/contract.ts'
import { validityOf, type Valid } from '../../audit/validity.ts'
import type { FormState } from '../forms.ts'
import { webTexts } from '../i18n/web-texts.ts'
import { Select, type Choice } from './fields.tsx'

export const sayValidity = (c: PageContext, thing: Valid): string => webTexts.in(c.get('language'))(`validity.${validityOf(thing)}`)

/** As a cell of a list: what is not in use stands out. */
export const ValidityCell = ({ c, thing }: { c: PageContext; thing: Valid }) =>
  thing.valid ? <>{sayValidity(c, thing)}</> : <span class={thing.offForNow ? 'quiet' : 'warn'}>{sayValidity(c, thing)}</span>

/** The three as options: of a form, or of a list's filter. */
export const validityChoices = (c: PageContext): Choice[] =>
  (['on', 'for-now', 'off'] as const).map((value) => ({ value, label: webTexts.in(c.get('language'))(`validity.${value}`) }))

/** The field `valid` of a form, read by `readValidity`. What is new is in use. */
export const ValiditySelect = ({ c, form, help, of }: { c: PageContext; form: FormState; help?: string; of?: Valid | undefined }) => {
  const t = webTexts.in(c.get('language'))
  // A form that was sent may have left it out, as a box that is not ticked does: then it is off.
  const posted = Object.keys(form.values).length > 0 ? validityOf(readValidity(form.values)) : undefined
  return (
    <Select
      c={c}
      form={posted === undefined ? form : { ...form, values: { ...form.values, valid: posted } }}
      name="valid"
      label={t('validity')}
      help={help ? `${help} ${t('validity.help')}` : t('validity.help')}
      value={of ? validityOf(of) : 'on'}
      choices={validityChoices(c)}
    />
  )
}

/** Left out or empty: off, as of a box that is not ticked. */
export const readValidity = ({ valid = '' }: Readonly<Record<string, string>>): Required<Valid> => ({
  valid: valid !== '' && valid !== 'off' && valid !== 'for-now',
  offForNow: valid === 'for-now',
})
