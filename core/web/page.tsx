/** Owns the whole page: document, frame (bar, rail, content, footer), theme, and the places plugins fill in it. */
import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Id } from '../database/schema.ts'
import type { PageContext } from '../kernel/contract.ts'
import type { FrameName } from '../kernel/places.ts'
import { takeFlash, type Flash } from './flash.ts'
import { webTexts } from './i18n/web-texts.ts'
import { Toast } from './parts/layout.tsx'
import { LiveSource } from './parts/live-region.tsx'
import { TopBar, type TopBarProps } from './parts/top-bar.tsx'
import { htmlAnswer } from './wire/compress.ts'

/** What stands around the content. A plugin writes one function that makes its own: `deskFrame(c)`. */
export interface Frame {
  /** Class of the body: how wide, and what else the style sheet knows of it. */
  name: FrameName
  home?: string
  /** Where one is, beside the brand: a unit, an area. */
  area?: Child
  search?: TopBarProps['search']
  /** In the bar: links, one primary button. */
  acts?: Child
  /** Navigation beside the content; under 900 px behind the word "Menu". */
  rail?: Child
}

export interface PageWish {
  /** Without the site's name: it is added. */
  title: string
  body: Child
  frame?: Frame
  status?: ContentfulStatusCode
  /** The page listens to changes of this ticket, or of any ticket. */
  live?: { ticket?: Id; list?: boolean }
  /** Said on this very page; else what was left for the next one (`flash`). */
  message?: Flash
  /** Where this page stands by itself, when it is the answer to a form: there a reload leads, which asks nothing again. */
  address?: string
}

/** Answers with a whole page. */
export async function page(
  c: PageContext,
  { title, body, frame = { name: 'plain' }, status = 200, live, message: said, address }: PageWish,
): Promise<Response> {
  const {
    slots,
    config: { theme },
  } = c.get('host')
  const [head, footer, bar, menu] = await Promise.all([
    slots.fill('document.head', { frame: frame.name }, c),
    slots.fill('page.footer', { frame: frame.name }, c),
    slots.fill('page.bar', {}, c),
    slots.fill('person.menu', {}, c),
  ])
  const t = webTexts.in(c.get('language'))
  const asset = c.get('asset')
  const message = said ?? takeFlash(c)
  const document = (
    <html
      lang={c.get('language')}
      data-colours={c.get('colours')}
      data-keys={c.get('actor')?.preferences.singleKeys === false ? 'off' : undefined}
    >
      <head>
        <meta charset="utf-8" />
        <title>{`${title} – ${c.get('host').config.mail.fromName}`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content={c.get('colours') === 'auto' ? 'light dark' : c.get('colours')} />
        <meta name="theme-color" content={theme.tokens.card.light} media="(prefers-color-scheme: light)" />
        <meta name="theme-color" content={theme.tokens.card.dark} media="(prefers-color-scheme: dark)" />
        <meta name="htmx-config" content={HTMX_CONFIG} />
        {theme.fonts.map((font) => (
          <link rel="preload" href={asset(font)} as="font" type="font/woff2" crossorigin="" />
        ))}
        <link rel="stylesheet" href={asset('style.css')} />
        <link rel="icon" href={asset('logo.svg')} type="image/svg+xml" />
        <script src={asset('app.js')} nonce={c.get('nonce')} defer />
        {head}
      </head>
      <body
        class={[`frame-${frame.name}`, c.get('plugin') && `page-of-${c.get('plugin')}`].filter(Boolean).join(' ')}
        data-address={address}
      >
        <a class="skip" href="#main">
          {t('page.skip')}
        </a>
        <TopBar
          c={c}
          home={frame.home ?? '/'}
          area={frame.area}
          bar={bar}
          menu={menu}
          rail={Boolean(frame.rail)}
          acts={frame.acts}
          {...(frame.search ? { search: frame.search } : {})}
        />
        <div class="frame">
          {frame.rail && (
            <nav class="rail" aria-label={t('page.navigation')}>
              {frame.rail}
            </nav>
          )}
          <main id="main" tabindex={-1}>
            <div id="notices" aria-live="polite" data-offline={t('page.offline')}>
              {message && <Toast c={c} message={message} />}
            </div>
            {body}
          </main>
        </div>
        {footer.length > 0 && <footer class="page-footer">{footer}</footer>}
        {live && <LiveSource c={c} {...live} />}
      </body>
    </html>
  )
  return htmlAnswer(c, String(await html`<!doctype html>${document}`), status)
}

// Only our extensions; no style element of htmx's own; no history of its own: each address is a real page.
const HTMX_CONFIG = JSON.stringify({
  extensions: 'hx-csp,sse,pomoc',
  includeIndicatorCSS: false,
  mode: 'same-origin',
  defaultTimeout: 20_000,
})
