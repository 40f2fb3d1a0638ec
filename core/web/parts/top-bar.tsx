/** Owns the bar above every page: brand, where one is, search, acts, and the person's menu. */
import type { Child } from 'hono/jsx'
import { LANGUAGES } from '../../i18n/languages.ts'
import type { PageContext } from '../../kernel/contract.ts'
import { samePage } from '../address.ts'
import { webTexts } from '../i18n/web-texts.ts'
import { Avatar } from './avatar.tsx'
import { CsrfField } from './fields.tsx'

export interface TopBarProps {
  c: PageContext
  home: string
  area?: Child
  search?: { action: string; label: string; value?: string; name?: string }
  acts?: Child
  /** Beside the person's menu, from plugins. */
  bar: Child[]
  /** Links in the person's menu, from plugins. */
  menu: Child[]
  /** A rail stands beside the page: on narrow screens the word "Menu" opens it. */
  rail: boolean
}

export const TopBar = ({ c, home, area, search, acts, bar, menu, rail }: TopBarProps) => {
  const t = webTexts.in(c.get('language'))
  return (
    <header class="topbar">
      {rail && (
        <details class="rail-toggle">
          <summary class="button button-quiet">{t('page.menu')}</summary>
        </details>
      )}
      <a class="brand" href={home}>
        <img src={c.get('asset')('logo.svg')} alt="" width="24" height="24" />
        {c.get('host').config.mail.fromName}
      </a>
      {area && <span class="topbar-area">{area}</span>}
      {search && (
        <form class="topbar-search" role="search" action={search.action}>
          <input
            type="search"
            name={search.name ?? 'search'}
            value={search.value ?? ''}
            aria-label={search.label}
            placeholder={search.label}
            data-key="/"
            aria-keyshortcuts="/"
          />
          <kbd aria-hidden="true">/</kbd>
        </form>
      )}
      <div class="topbar-end">
        {acts}
        {bar}
        <PersonMenu c={c} links={menu} />
      </div>
    </header>
  )
}

const PersonMenu = ({ c, links }: { c: PageContext; links: Child[] }) => {
  const t = webTexts.in(c.get('language'))
  const actor = c.get('actor')
  return (
    <details class="menu menu-end">
      <summary class="person-menu">
        {actor ? (
          <>
            <Avatar name={actor.name} />
            <span class="only-heard">{t('page.person-menu', { name: actor.name })}</span>
          </>
        ) : (
          <span class="button button-quiet">
            {t('page.language')} · {t('page.colours')}
          </span>
        )}
      </summary>
      <div class="menu-sheet">
        {actor && (
          <p class="menu-name">
            <b>{actor.name}</b>
            {actor.login && <span class="quiet"> {actor.login}</span>}
          </p>
        )}
        {links.length > 0 && (
          <ul class="menu-links">
            {links.map((link) => (
              <li>{link}</li>
            ))}
          </ul>
        )}
        <Preferences c={c} />
        {actor && (
          <form method="post" autocomplete="off" action="/logout" class="menu-foot">
            <CsrfField c={c} />
            <button class="button button-quiet" type="submit">
              {t('page.log-out')}
            </button>
          </form>
        )}
      </div>
    </details>
  )
}

/** Language and colours, each choice a button of one form: works without scripts. */
export const Preferences = ({ c }: { c: PageContext }) => {
  const t = webTexts.in(c.get('language'))
  const back = c.req.method === 'GET' ? samePage(c) : '/'
  return (
    <form method="post" autocomplete="off" action="/preferences" class="preferences">
      <CsrfField c={c} />
      <input type="hidden" name="back" value={back} />
      <fieldset>
        <legend>{t('page.language')}</legend>
        {c.get('host').config.languages.map((language) => (
          <button
            type="submit"
            name="language"
            value={language}
            lang={language}
            class="segment"
            aria-pressed={c.get('language') === language ? 'true' : 'false'}
          >
            {LANGUAGES[language].name}
          </button>
        ))}
      </fieldset>
      <fieldset>
        <legend>{t('page.colours')}</legend>
        {(['auto', 'light', 'dark'] as const).map((colours) => (
          <button
            type="submit"
            name="colours"
            value={colours}
            class="segment"
            aria-pressed={c.get('colours') === colours ? 'true' : 'false'}
          >
            {t(`page.colours.${colours}`)}
          </button>
        ))}
      </fieldset>
    </form>
  )
}
