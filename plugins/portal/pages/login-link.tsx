/** Owns logging in by a link sent by mail: asking for one, looking at it, using it up. */
import type { Hono } from 'hono'
import { z } from 'zod'
import { logInByLink, ownSender, peekLoginLink, Refusal, sendLoginLink, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  blankForm,
  Button,
  ButtonLink,
  clientOf,
  CsrfField,
  floodAnswer,
  keepSession,
  page,
  PageHead,
  readForm,
  sessionToken,
  siteOf,
  withRefusal,
  type FormState,
} from '../../../core/pages.ts'
import { startOf } from '../after-login.ts'
import { portalFrame } from '../frame.tsx'
import type { PortalHost } from '../host.ts'
import { LoginForms } from '../parts/login-forms.tsx'
import { words } from '../words.ts'

const addressSchema = z.object({ address: z.string().trim().min(1).max(254) })

export function loginLinkRoutes(app: Hono<WebEnv>, host: PortalHost): void {
  app.post('/login/link', async (c) => {
    const form = await readForm(c, addressSchema)
    const again = async (state: FormState, status: 422 | 429) =>
      page(c, {
        title: words.in(c.get('language'))('login.title'),
        status,
        frame: await portalFrame(c),
        body: (
          <>
            <PageHead title={words.in(c.get('language'))('login.title')} />
            <LoginForms c={c} form={blankForm()} linkForm={state} below={await c.get('host').slots.fill('portal.login', {}, c)} />
          </>
        ),
      })
    if (!form.ok) return again(form, 422)
    try {
      await sendLoginLink(host, { address: form.value.address, language: c.get('language'), client: clientOf(c), site: siteOf(c) })
    } catch (error) {
      const flood = floodAnswer(c, error)
      if (flood) return flood
      return again(withRefusal(c, form, error), error instanceof Refusal && error.status === 429 ? 429 : 422)
    }
    return sent(c, form.value.address)
  })

  // Mail scanners follow links: looking uses nothing up.
  app.get('/login/link/:token', async (c) => {
    const person = await peekLoginLink(host, c.req.param('token'))
    return person ? enter(c, person.name) : dead(c)
  })

  app.post('/login/link/:token', async (c) => {
    try {
      const token = await logInByLink(host, { token: c.req.param('token'), client: clientOf(c), previousToken: sessionToken(c) })
      keepSession(c, token)
      return c.redirect(await startOf(host, token, undefined), 303)
    } catch (error) {
      if (error instanceof Refusal && error.code === 'link-expired') return dead(c)
      throw error
    }
  })
}

/** The same whether the address is known or not. */
async function sent(c: PageContext, address: string): Promise<Response> {
  const t = words.in(c.get('language'))
  const { db, config } = c.get('host')
  const own = await ownSender(db, config)
  return page(c, {
    title: t('login.link.sent'),
    frame: await portalFrame(c),
    body: (
      <>
        <PageHead title={t('login.link.sent')} />
        <p>{t('login.link.sent.text', { address })}</p>
        <p class="lead">{t('login.link.sent.help', { address: own.address })}</p>
        <ButtonLink href="/">{t('home.title')}</ButtonLink>
      </>
    ),
  })
}

async function enter(c: PageContext, name: string): Promise<Response> {
  const t = words.in(c.get('language'))
  return page(c, {
    title: t('login.link.title'),
    frame: await portalFrame(c),
    body: (
      <>
        <PageHead title={t('login.link.title')} />
        <form method="post" autocomplete="on" class="form">
          <CsrfField c={c} />
          <p>{t('login.link.text', { name })}</p>
          <Button kind="primary">{t('login.link.enter')}</Button>
        </form>
      </>
    ),
  })
}

async function dead(c: PageContext): Promise<Response> {
  const t = words.in(c.get('language'))
  return page(c, {
    title: t('login.link.dead'),
    status: 422,
    frame: await portalFrame(c),
    body: (
      <>
        <PageHead title={t('login.link.dead')} />
        <p class="lead">{t('login.link.dead.text')}</p>
        <ButtonLink kind="primary" href="/login#login-link">
          {t('login.link.again')}
        </ButtonLink>
      </>
    ),
  })
}
