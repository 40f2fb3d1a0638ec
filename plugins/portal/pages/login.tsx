/** Owns logging in with an account, and logging out. */
import type { Hono } from 'hono'
import { z } from 'zod'
import { logIn, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  blankForm,
  clientOf,
  flash,
  floodAnswer,
  keepSession,
  logOut,
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
import { LoginForms } from '../parts/login-forms.tsx'
import { words } from '../words.ts'

const loginSchema = z.object({
  login: z.string().trim().min(1).max(250),
  password: z.string().min(1).max(1000),
  next: z.string().optional(),
})

export function loginRoutes(app: Hono<WebEnv>, host: PortalHost): void {
  app.get('/login', async (c) => {
    if (c.get('actor')) return c.redirect(ownPath(c.req.query('next')), 303)
    return loginPage(c, blankForm(), c.req.query('next'))
  })

  app.post('/login', async (c) => {
    const form = await readForm(c, loginSchema)
    if (!form.ok) return loginPage(c, form, form.values['next'], 422)
    try {
      const token = await logIn(host, {
        login: form.value.login,
        password: form.value.password,
        client: clientOf(c),
        previousToken: sessionToken(c),
      })
      keepSession(c, token)
      return c.redirect(await startOf(host, token, form.value.next), 303)
    } catch (error) {
      const flood = floodAnswer(c, error)
      if (flood) return flood
      const { code, status } = error as { code?: string; status?: number }
      return loginPage(
        c,
        withRefusal(c, form, error),
        form.values['next'],
        status === 429 || status === 503 ? status : 422,
        code === 'login-guarded',
      )
    }
  })

  app.post('/logout', async (c) => {
    await logOut(c)
    flash(c, { text: words.in(c.get('language'))('login.done') })
    return c.redirect('/', 303)
  })
}

/** `guarded`: this browser is new to an account at which strangers guess; a mailed link makes it known. */
async function loginPage(
  c: PageContext,
  form: FormState,
  next: string | undefined,
  status: 200 | 422 | 429 | 503 = 200,
  guarded = false,
): Promise<Response> {
  const t = words.in(c.get('language'))
  const below = await c.get('host').slots.fill('portal.login', {}, c)
  return page(c, {
    title: t('login.title'),
    status,
    frame: await portalFrame(c),
    body: (
      <>
        <PageHead title={t('login.title')} />
        <LoginForms c={c} form={form} next={next} below={below} guarded={guarded} />
      </>
    ),
  })
}
