/** Owns what a reader sees when something did not work: a designed page with a next step, or its fragment. */
import type { ErrorHandler, NotFoundHandler } from 'hono'
import type { Child } from 'hono/jsx'
import { HTTPException } from 'hono/http-exception'
import { databaseIsAway, tookTooLong, unreadable } from '../database/away.ts'
import type { PageContext, WebEnv } from '../kernel/contract.ts'
import { codeOf } from '../machine/boot-error.ts'
import { coreTexts } from '../i18n/core-texts.ts'
import { refused, Refusal } from '../errors.ts'
import { routeOf } from '../metrics/serve.ts'
import { noteRefusedAccess } from '../permission/refusals.ts'
import { ownPath, samePage, tidyPath } from './address.ts'
import { PROOF_PATH, cameFrom, waitingForm, waitingPage } from './again/waiting-form.tsx'
import { isForm, isUrlencoded } from './body.ts'
import { sayRefusal } from './forms.ts'
import { isFragment } from './hx.ts'
import { webTexts, type WebKey } from './i18n/web-texts.ts'
import { page } from './page.tsx'
import { ButtonLink } from './parts/fields.tsx'

export const handleError: ErrorHandler<WebEnv> = async (error, c) => {
  const refusal = refusalOf(error)
  if (!refusal || refusal.code === 'unreadable' || refusal.code === 'too-slow') logFailure(c, error)
  const actor = c.get('actor')
  if (refusal && actor)
    await noteRefusedAccess(c.get('host'), { actor, refusal, method: c.req.method, page: c.req.path }).catch((failed: unknown) =>
      logFailure(c, failed),
    )
  try {
    return await show(c, refusal ?? refused('internal', { id: c.get('requestId') }))
  } catch (second) {
    c.get('host').log.error({ err: second, requestId: c.get('requestId') }, 'the error page failed too')
    return c.text(coreTexts.in(c.get('language'))('error.internal', { id: c.get('requestId') }), 500)
  }
}

export const handleNotFound: NotFoundHandler<WebEnv> = (c) => show(c, refused('not-found'))

/** Tells the operator of what nobody expected; of odd input only that it came so far: whoever asks may ask for it a thousand times. */
export function logFailure(c: PageContext, error: unknown): void {
  const request = { requestId: c.get('requestId'), route: routeOf(c) }
  if (unreadable(error)) c.get('host').log.warn({ ...request, code: codeOf(error) }, 'a request asked for what the database cannot read')
  else c.get('host').log.error({ err: error, ...request }, 'a request failed')
}

/** What is no failure: a rule said no, too much was sent, what was asked for is nothing that the database reads or takes too long, or it is away. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error
  if (unreadable(error)) return refused('unreadable')
  if (tookTooLong(error)) return refused('too-slow')
  if (error instanceof HTTPException && error.status === 413) return refused('too-large', { limit: '' })
  return databaseIsAway(error) ? refused('unavailable') : undefined
}

async function show(c: PageContext, error: Refusal): Promise<Response> {
  const words = sayRefusal(error, c.get('language'))
  const status = error.status as 404
  if (error.status === 503) c.header('retry-after', '5')
  if (error.code === 'login-too-many') c.header('retry-after', String(Number(error.params['minutes'] ?? 1) * 60))
  const accept = c.req.header('accept') ?? ''
  if (accept.includes('application/json') && !accept.includes('text/html')) return c.json({ code: error.code, message: words }, status)
  if (c.req.header('hx-request') === 'true' && isFragment(c)) {
    c.header('HX-Retarget', '#notices')
    c.header('HX-Reswap', 'innerHTML')
    return c.html(<ErrorNotice c={c} error={error} words={words} />, status)
  }
  if (error.status === 404 && c.req.method === 'GET' && tidyPath(c) !== samePage(c)) return c.redirect(tidyPath(c), 302)
  if (error.code === 'login-needed' && c.req.method === 'GET') {
    return c.redirect(`/login?next=${encodeURIComponent(samePage(c))}`, 303)
  }
  if (error.code === 'csrf' || error.code === 'login-needed' || error.code === 'proof-needed') {
    const waiting = await waitingForm(c, error)
    if (waiting) return waitingPage(c, waiting, error.status as 401 | 403)
  }
  if (error.code === 'proof-needed') return c.redirect(proofFor(c), 303)
  const t = webTexts.in(c.get('language'))
  return page(c, {
    title: t(titleOf(error)),
    status,
    body: (
      <section class="error-page">
        <p class="error-number">{status}</p>
        <h1>{t(titleOf(error))}</h1>
        <p>{error.code === 'csrf' && !error.params['stale'] ? t('error.other-site') : words}</p>
        {error.code === 'too-large' && isForm(c) && !isUrlencoded(c) && <p>{t('error.too-large.back')}</p>}
        <NextStep c={c} error={error} />
      </section>
    ),
  })
}

/** Where one says again who one is, to come back to this page, or to the one whose form holds a password and is filled in anew. */
const proofFor = (c: PageContext): string =>
  `${PROOF_PATH}?next=${encodeURIComponent(c.req.method === 'GET' && !isFragment(c) ? samePage(c) : (currentPage(c) ?? cameFrom(c) ?? '/'))}`

/** The page in which htmx runs. */
function currentPage(c: PageContext): string | undefined {
  const url = c.req.header('hx-current-url')
  if (!url || !URL.canParse(url)) return undefined
  const { pathname, search } = new URL(url)
  return ownPath(pathname + search)
}

function titleOf(error: Refusal): WebKey {
  switch (error.status) {
    case 401:
      return 'error.title.login'
    case 403:
      if (error.code === 'cookies-needed') return 'error.title.refused'
      return error.code === 'csrf' && error.params['stale'] ? 'error.title.stale' : 'error.title.not-allowed'
    case 404:
      return 'error.title.not-found'
    case 429:
      return 'error.title.too-many'
    case 500:
      return 'error.title.internal'
    case 503:
      return 'error.title.unavailable'
    default:
      return 'error.title.refused'
  }
}

const ErrorNotice = ({ c, error, words }: { c: PageContext; error: Refusal; words: string }) => (
  <div class="notice notice-bad" role="alert">
    <p>{words}</p>
    {(error.code === 'login-needed' || (error.code === 'csrf' && !c.get('actor'))) && (
      <p>
        <a href={`/login?next=${encodeURIComponent(currentPage(c) ?? '/')}`}>{webTexts.in(c.get('language'))('page.log-in')}</a>
      </p>
    )}
    {error.code === 'proof-needed' && (
      <p>
        <a href={proofFor(c)}>{webTexts.in(c.get('language'))('again.proof.title')}</a>
      </p>
    )}
  </div>
)

const NextStep = ({ c, error }: { c: PageContext; error: Refusal }): Child => {
  const t = webTexts.in(c.get('language'))
  const again = c.req.method === 'GET' && (error.status >= 500 || error.status === 429)
  const back = cameFrom(c)
  return (
    <>
      {error.status === 500 && <p class="quiet">{t('error.next.number', { id: c.get('requestId') })}</p>}
      <div class="acts">
        {again ? (
          <ButtonLink kind="primary" href={samePage(c)}>
            {t('error.next.again')}
          </ButtonLink>
        ) : error.status === 401 ? (
          <ButtonLink kind="primary" href="/login">
            {t('page.log-in')}
          </ButtonLink>
        ) : back ? (
          <ButtonLink kind="primary" href={back}>
            {t('error.next.back')}
          </ButtonLink>
        ) : null}
        <ButtonLink href="/">{t('error.next.home')}</ButtonLink>
      </div>
    </>
  )
}
