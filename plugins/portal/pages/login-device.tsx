/** Owns making a browser known to an account at which strangers guess: asking for the link, opening it. */
import type { Hono } from 'hono'
import { openDeviceLink, peekDeviceLink, Refusal, sendDeviceLink, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  blankForm,
  Button,
  ButtonLink,
  clientOf,
  CsrfField,
  flash,
  floodAnswer,
  page,
  PageHead,
  readFields,
  sayRefusal,
  siteOf,
} from '../../../core/pages.ts'
import { portalFrame } from '../frame.tsx'
import type { PortalHost } from '../host.ts'
import { LoginForms } from '../parts/login-forms.tsx'
import { words } from '../words.ts'

export function loginDeviceRoutes(app: Hono<WebEnv>, host: PortalHost): void {
  app.post('/login/device', async (c) => {
    const { login = '' } = await readFields(c)
    const t = words.in(c.get('language'))
    try {
      await sendDeviceLink(host, { login, language: c.get('language'), client: clientOf(c), site: siteOf(c) })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const flood = floodAnswer(c, error)
      if (flood) return flood
      // More links than one needs were sent already: any of them will do.
      if (error.code !== 'login-guarded') {
        return page(c, {
          title: t('login.title'),
          status: 429,
          frame: await portalFrame(c),
          body: (
            <>
              <PageHead title={t('login.title')} />
              <LoginForms c={c} form={{ ...blankForm({ login }), problems: { '': sayRefusal(error, c.get('language')) } }} />
            </>
          ),
        })
      }
    }
    return page(c, {
      title: t('login.device.sent'),
      frame: await portalFrame(c),
      body: (
        <>
          <PageHead title={t('login.device.sent')} />
          <p class="lead">{t('login.device.sent.text')}</p>
          <ButtonLink href="/login">{t('login.title')}</ButtonLink>
        </>
      ),
    })
  })

  // Mail scanners follow links: looking uses nothing up.
  app.get('/login/device/:token', async (c) => {
    const person = await peekDeviceLink(host, c.req.param('token'))
    if (!person) return dead(c)
    const t = words.in(c.get('language'))
    return page(c, {
      title: t('login.device.title'),
      frame: await portalFrame(c),
      body: (
        <>
          <PageHead title={t('login.device.title')} />
          <form method="post" autocomplete="on" class="form">
            <CsrfField c={c} />
            <p>{t('login.device.confirm.text', { name: person.name })}</p>
            <Button kind="primary">{t('login.device.confirm')}</Button>
          </form>
        </>
      ),
    })
  })

  app.post('/login/device/:token', async (c) => {
    try {
      await openDeviceLink(host, { token: c.req.param('token'), client: clientOf(c) })
    } catch (error) {
      if (error instanceof Refusal && error.code === 'link-expired') return dead(c)
      throw error
    }
    flash(c, { text: words.in(c.get('language'))('login.device.done') })
    return c.redirect('/login', 303)
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
        <ButtonLink kind="primary" href="/login">
          {t('login.title')}
        </ButtonLink>
      </>
    ),
  })
}
