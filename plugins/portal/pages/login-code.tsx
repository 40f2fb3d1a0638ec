/** Owns the second step of logging in: the code after the password. */
import type { Hono } from 'hono'
import { z } from 'zod'
import { logInByCode, ownSender, Refusal, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  blankForm,
  Button,
  clientOf,
  CsrfField,
  Field,
  FormProblems,
  halfSession,
  keepSession,
  ownPath,
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

const codeSchema = z.object({ code: z.string().trim().min(1).max(40), next: z.string().optional() })

export function loginCodeRoutes(app: Hono<WebEnv>, host: PortalHost): void {
  app.get('/login/code', async (c) => ((await halfSession(c)) ? codePage(c, blankForm(), c.req.query('next')) : c.redirect('/login', 303)))

  app.post('/login/code', async (c) => {
    const held = sessionToken(c)
    if (!held || !(await halfSession(c))) return c.redirect('/login', 303)
    const form = await readForm(c, codeSchema)
    if (!form.ok) return codePage(c, form, form.values['next'], 422)
    try {
      const token = await logInByCode(host, { token: held, code: form.value.code, client: clientOf(c) })
      keepSession(c, token)
      return c.redirect(await startOf(host, token, form.value.next), 303)
    } catch (error) {
      if (error instanceof Refusal && error.code === 'login-needed') return c.redirect('/login', 303)
      return codePage(
        c,
        withRefusal(c, { values: {}, problems: {} }, error),
        form.values['next'],
        error instanceof Refusal && error.status === 429 ? 429 : 422,
      )
    }
  })
}

async function codePage(c: PageContext, form: FormState, next: string | undefined, status: 200 | 422 | 429 = 200): Promise<Response> {
  const t = words.in(c.get('language'))
  const { db, config } = c.get('host')
  const own = await ownSender(db, config)
  return page(c, {
    title: t('login.code.title'),
    status,
    frame: await portalFrame(c),
    body: (
      <>
        <PageHead title={t('login.code.title')} />
        <form method="post" autocomplete="on" action="/login/code" class="form">
          <CsrfField c={c} />
          {next && <input type="hidden" name="next" value={ownPath(next)} />}
          <p>{t('login.code.text')}</p>
          <FormProblems c={c} form={form} labels={{ code: t('login.code.code') }} />
          <Field
            c={c}
            form={{ values: {}, problems: form.problems }}
            name="code"
            label={t('login.code.code')}
            help={t('login.code.help')}
            required
            maxlength={40}
            autocomplete="one-time-code"
            autofocus
          />
          <Button kind="primary">{t('login.code.send')}</Button>
        </form>
        <p class="below row-quiet">
          {t('login.code.lost', { address: own.address })} <a href="/login">{t('login.code.other')}</a>
        </p>
      </>
    ),
  })
}
