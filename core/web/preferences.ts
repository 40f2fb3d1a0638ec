/** Owns what a reader chose: language and colours, kept in cookies and, for the language, on the person too; keys and the time to undo, on the person. */
import type { Hono, MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { COMPLETE_LANGUAGES, languageFor, type Language } from '../i18n/languages.ts'
import type { PageContext, WebEnv } from '../kernel/contract.ts'
import { UNDO_CHOICES } from '../kernel/actor.ts'
import { setLanguage, setPreferences } from '../person/persons.ts'
import { ownPath } from './address.ts'
import { flash } from './flash.ts'
import { readFields } from './forms.ts'
import { webTexts } from './i18n/web-texts.ts'

const COLOURS = ['auto', 'light', 'dark'] as const
const YEAR_S = 365 * 24 * 3600

const isColours = (value: unknown): value is (typeof COLOURS)[number] => COLOURS.includes(value as 'auto')

/** The first of these languages that an Accept-Language header asks for, by quality (RFC 9110 12.5.4). */
export function languageWanted(header: string | undefined, languages: readonly Language[] = COMPLETE_LANGUAGES): Language | undefined {
  return (header ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...params] = part.trim().split(';')
      const quality = Number(
        params
          .find((param) => param.trim().startsWith('q='))
          ?.trim()
          .slice(2) ?? 1,
      )
      return { language: tag.trim().toLowerCase().split('-')[0], quality }
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality)
    .map(({ language }) => language as Language)
    .find((language) => languages.includes(language))
}

function keep(c: PageContext, name: 'language' | 'colours', value: string): void {
  setCookie(c, name, value, { path: '/', maxAge: YEAR_S, sameSite: 'Lax', httpOnly: true, secure: c.get('secure') })
}

/** `?lang=` (kept from then on) → the person's own → cookie → what the browser asks for → the installation's first. */
export const chooseLanguage: MiddlewareHandler<WebEnv> = async (c, next) => {
  const asked = c.req.query('lang')
  const cookie = getCookie(c, 'language')
  const { config } = c.get('host')
  if (asked !== undefined && languageFor(config, asked) === asked) keep(c, 'language', asked)
  c.set(
    'language',
    languageFor(config, asked, c.get('actor')?.language, cookie, languageWanted(c.req.header('accept-language'), config.languages)),
  )
  const colours = getCookie(c, 'colours')
  if (isColours(colours)) c.set('colours', colours)
  await next()
}

/**
 * POST /preferences with `language` and/or `colours`, or `hands` with `keys` (a box) and `undo` (seconds), and `back`: where to return, a
 * path of ours.
 */
export function preferenceRoutes(app: Hono<WebEnv>): void {
  app.post('/preferences', async (c) => {
    const { language, colours, back, hands, keys, undo } = await readFields(c)
    if (isColours(colours)) keep(c, 'colours', colours)
    const chosen = languageFor(c.get('host').config, language)
    if (language === chosen) {
      keep(c, 'language', chosen)
      const actor = c.get('actor')
      if (actor) await c.get('host').work(actor, (work) => setLanguage(work, actor.id, chosen))
    }
    const actor = c.get('actor')
    if (hands && actor) {
      const undoSeconds = UNDO_CHOICES.find((seconds) => String(seconds) === undo)
      await c
        .get('host')
        .work(actor, (work) => setPreferences(work, actor.id, { singleKeys: Boolean(keys), ...(undoSeconds ? { undoSeconds } : {}) }))
      flash(c, { text: webTexts.in(c.get('language'))('preferences.saved') })
    }
    return c.redirect(ownPath(back), 303)
  })
}
