/** Owns the two ways in: an account, or a link sent to one's address. */
import type { Child } from 'hono/jsx'
import type { PageContext } from '../../../core/index.ts'
import { ActButton, Button, Card, CsrfField, Field, FormProblems, ownPath, type FormState } from '../../../core/pages.ts'
import { words } from '../words.ts'

/** `next` is where to go afterwards; a refused form shows its reason above it. */
export const LoginForms = ({
  c,
  form,
  next,
  linkForm,
  below,
  guarded = false,
}: {
  c: PageContext
  form: FormState
  next?: string | undefined
  linkForm?: FormState /** What plugins add under the account's form. */
  below?: Child
  guarded?: boolean
}) => {
  const t = words.in(c.get('language'))
  const campus = c.get('host').logins.any
  const link = linkForm ?? { values: {}, problems: {} }
  return (
    <div class="columns">
      <Card title={t(campus ? 'login.account.campus' : 'login.account')} id="login-account">
        <form method="post" autocomplete="on" action="/login" class="form">
          <CsrfField c={c} />
          {next && <input type="hidden" name="next" value={ownPath(next)} />}
          {campus && <p>{t('login.account.campus.text')}</p>}
          <FormProblems c={c} form={form} labels={{ login: t('login.login'), password: t('login.password') }} />
          <Field c={c} form={form} name="login" label={t('login.login')} required autocomplete="username" maxlength={250} />
          <Field
            c={c}
            form={form}
            name="password"
            label={t('login.password')}
            required
            type="password"
            autocomplete="current-password"
            maxlength={1000}
          />
          <Button kind="primary">{t('login.send')}</Button>
        </form>
        {guarded && (
          <div class="below">
            <p>{t('login.device.text')}</p>
            <ActButton c={c} action="/login/device" fields={{ login: form.values['login'] ?? '' }}>
              {t('login.device.send')}
            </ActButton>
          </div>
        )}
        {/* Whose campus password is lost finds help below, where there is any. */}
        {!campus && (
          <p class="row-quiet">
            <a href="#login-link">{t('login.forgot')}</a>
          </p>
        )}
        {below}
      </Card>
      <Card title={t('login.no-account')} id="login-link">
        <form method="post" autocomplete="on" action="/login/link" class="form">
          <CsrfField c={c} />
          {next && <input type="hidden" name="next" value={ownPath(next)} />}
          <p>{t('login.no-account.text')}</p>
          <FormProblems c={c} form={link} id="link-problems" labels={{ address: t('login.address') }} />
          <Field c={c} form={link} name="address" label={t('login.address')} required type="email" autocomplete="email" maxlength={254} />
          <Button>{t('login.link.send')}</Button>
        </form>
      </Card>
    </div>
  )
}
