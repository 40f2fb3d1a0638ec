/** Owns setting a password by a link: the first administrator's, and whomever an administrator sends one. */
import type { Hono } from 'hono'
import { z } from 'zod'
import { MIN_PASSWORD_LENGTH, peekSetPasswordLink, Refusal, setPasswordByLink, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  blankForm,
  Button,
  ButtonLink,
  clientOf,
  CsrfField,
  Field,
  flash,
  FormProblems,
  keepSession,
  page,
  PageHead,
  readForm,
  sessionToken,
  withRefusal,
  type FormState,
} from '../../../core/pages.ts'
import { startOf } from '../after-login.ts'
import { portalFrame } from '../frame.tsx'
import type { PortalHost } from '../host.ts'
import { words } from '../words.ts'

const passwordSchema = z.object({ password: z.string().min(1).max(1000), password2: z.string() })

export function passwordRoutes(app: Hono<WebEnv>, host: PortalHost): void {
  app.get('/password/:token', async (c) => {
    const person = await peekSetPasswordLink(host, c.req.param('token'))
    return person ? setPage(c, person, blankForm()) : dead(c)
  })

  app.post('/password/:token', async (c) => {
    const person = await peekSetPasswordLink(host, c.req.param('token'))
    if (!person) return dead(c)
    const form = await readForm(c, passwordSchema)
    if (!form.ok) return setPage(c, person, form, 422)
    const t = words.in(c.get('language'))
    if (form.value.password !== form.value.password2)
      return setPage(c, person, { values: {}, problems: { password2: t('password.differ') } }, 422)
    try {
      const token = await setPasswordByLink(host, {
        token: c.req.param('token'),
        password: form.value.password,
        client: clientOf(c),
        previousToken: sessionToken(c),
      })
      keepSession(c, token)
      flash(c, { text: t('password.done') })
      return c.redirect(await startOf(host, token, undefined), 303)
    } catch (error) {
      if (error instanceof Refusal && error.code === 'link-expired') return dead(c)
      return setPage(c, person, withRefusal(c, form, error), 422)
    }
  })
}

async function setPage(
  c: PageContext,
  person: { name: string; login: string | null },
  form: FormState,
  status: 200 | 422 = 200,
): Promise<Response> {
  const t = words.in(c.get('language'))
  const login = person.login ?? person.name
  return page(c, {
    title: t('password.title'),
    status,
    frame: await portalFrame(c),
    body: (
      <>
        <PageHead title={t('password.title')} />
        <form method="post" autocomplete="on" class="form">
          <CsrfField c={c} />
          <p>{t('password.text', { login })}</p>
          <FormProblems
            c={c}
            form={form}
            labels={{ current_password: t('account.password.current'), password: t('password.new'), password2: t('password.repeat') }}
          />
          {/* For password keepers: whose password this is. */}
          <input type="text" name="username" value={login} autocomplete="username" hidden />
          <Field
            c={c}
            form={form}
            name="password"
            label={t('password.new')}
            type="password"
            required
            autocomplete="new-password"
            help={t('password.new.help', { min: MIN_PASSWORD_LENGTH })}
          />
          <Field c={c} form={form} name="password2" label={t('password.repeat')} type="password" required autocomplete="new-password" />
          <Button kind="primary">{t('password.save')}</Button>
        </form>
      </>
    ),
  })
}

async function dead(c: PageContext): Promise<Response> {
  const t = words.in(c.get('language'))
  return page(c, {
    title: t('password.dead'),
    status: 422,
    frame: await portalFrame(c),
    body: (
      <>
        <PageHead title={t('password.dead')} />
        <p class="lead">{t('password.dead.text')}</p>
        <ButtonLink href="/login">{t('login.title')}</ButtonLink>
      </>
    ),
  })
}
