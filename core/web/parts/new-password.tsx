/** Owns the field of a new password: what it must be, and how far it has come, said while it is typed. */
import type { PageContext } from '../../kernel/contract.ts'
import { MIN_PASSWORD_LENGTH } from '../../person/password.ts'
import type { FormState } from '../forms.ts'
import { webTexts } from '../i18n/web-texts.ts'
import { Field } from './fields.tsx'

/** What app.js shows looks at length and variety alone; whether it is easily guessed the program says when it is sent. Without scripts there is the help. */
export const NewPassword = (props: { c: PageContext; form: FormState; label: string; help: string }) => {
  const t = webTexts.in(props.c.get('language'))
  return (
    <div data-strength={String(MIN_PASSWORD_LENGTH)}>
      <Field {...props} name="password" type="password" required autocomplete="new-password" />
      <div class="strength" hidden>
        <meter min="0" max="3" low={1.5} high={2.5} optimum={3} value="0" aria-hidden="true" />
        <p
          role="status"
          data-words={[
            t('strength.short', { min: MIN_PASSWORD_LENGTH }),
            t('strength.same'),
            t('strength.enough'),
            t('strength.long'),
          ].join('|')}
        />
      </div>
    </div>
  )
}
