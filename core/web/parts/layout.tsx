/** Owns the plain building blocks of pages: cards, lists beside, tabs, empty states, notices, paging, what was done. */
import type { Child, PropsWithChildren } from 'hono/jsx'
import type { PageContext } from '../../kernel/contract.ts'
import type { Flash } from '../flash.ts'
import { webTexts } from '../i18n/web-texts.ts'
import { Button, CsrfField, Key } from './fields.tsx'

/** The page's one h1, words beside it, acts at the end of the line. */
export const PageHead = ({ title, beside, children }: PropsWithChildren<{ title: Child; beside?: Child }>) => (
  <div class="page-head">
    <h1>{title}</h1>
    {beside && <p class="page-head-beside">{beside}</p>}
    {children && <div class="acts">{children}</div>}
  </div>
)

export const Card = ({
  title,
  acts,
  id,
  plain,
  children,
}: PropsWithChildren<{ title?: Child; acts?: Child; id?: string; plain?: boolean }>) => (
  <section class="card" id={id} aria-labelledby={title && id ? `${id}-title` : undefined}>
    {title && (
      <header class="card-head">
        <h2 id={id ? `${id}-title` : undefined}>{title}</h2>
        {acts}
      </header>
    )}
    <div class={plain ? 'card-plain' : 'card-body'}>{children}</div>
  </section>
)

/** Name and value, line by line: facts about a ticket or a person. Empty values are left out. */
export const SideList = ({ items }: { items: readonly { name: Child; value: Child; help?: Child }[] }) => (
  <dl class="side-list">
    {items
      .filter(({ value }) => value !== null && value !== undefined && value !== '')
      .map(({ name, value, help }) => (
        <div>
          <dt>{name}</dt>
          <dd>
            {value}
            {help && <p class="side-list-help">{help}</p>}
          </dd>
        </div>
      ))}
  </dl>
)

export interface Tab {
  href: string
  label: Child
  current: boolean
  count?: number | undefined
}

/** Ways to see the same thing: real links, the current one said. */
export const Tabs = ({ label, tabs }: { label: string; tabs: readonly Tab[] }) => (
  <nav class="tabs" aria-label={label}>
    <ul>
      {tabs.map((tab) => (
        <li>
          <a href={tab.href} aria-current={tab.current ? 'page' : undefined}>
            {tab.label}
            {tab.count !== undefined && <span class="count">{tab.count}</span>}
          </a>
        </li>
      ))}
    </ul>
  </nav>
)

/** Nothing here: says why, and what can be done about it. */
export const EmptyState = ({ title, text, children }: PropsWithChildren<{ title: string; text?: Child }>) => (
  <div class="empty">
    <p class="empty-title">{title}</p>
    {text && <p>{text}</p>}
    {children && <div class="acts">{children}</div>}
  </div>
)

/** `focus`: what came of an act, where the keyboard goes on from; without scripts the browser leads there too. */
export const Notice = ({
  tone = 'info',
  id,
  focus,
  children,
}: PropsWithChildren<{ tone?: 'info' | 'good' | 'warn' | 'bad'; id?: string; focus?: boolean }>) => (
  <div class={`notice notice-${tone}`} id={id} role={tone === 'bad' ? 'alert' : undefined} {...(focus ? FOCUSED : {})}>
    {children}
  </div>
)

/** Paging by key: to the first page again, and on. */
export const Pager = ({ c, first, next }: { c: PageContext; first: string | null; next: string | null }) => {
  if (!first && !next) return null
  const t = webTexts.in(c.get('language'))
  return (
    <nav class="pager" aria-label={t('pager.label')}>
      {first && (
        <a class="button button-quiet" href={first} rel="prev">
          ← {t('pager.newer')}
        </a>
      )}
      {next && (
        <a class="button button-quiet" href={next} rel="next">
          {t('pager.older')} →
        </a>
      )}
    </nav>
  )
}

const FOCUSED = { tabindex: -1, autofocus: true, 'data-focus': '' }

/** What only says that something went well goes by itself after so long; whoever needs longer says so for undoing. */
const READ_SECONDS = 20

/** What is said of what was done: it lies over the page, moves nothing of it, and has the keyboard, so that what it offers is next. */
export const Toast = ({ c, message }: { c: PageContext; message: Flash }) => {
  const { undo, tone = 'good', text } = message
  const seconds = c.get('actor')?.preferences.undoSeconds
  return undo === undefined || seconds === undefined ? (
    <div
      class={`notice notice-${tone} toast`}
      data-expires={tone === 'good' ? String(Math.max(READ_SECONDS, seconds ?? 0)) : undefined}
      {...FOCUSED}
    >
      <p role="status">{text}</p>
      <CloseToast c={c} />
    </div>
  ) : (
    <form
      class={`notice notice-${tone} toast undo`}
      method="post"
      action={undo}
      autocomplete="off"
      data-expires={String(seconds)}
      {...FOCUSED}
    >
      <CsrfField c={c} />
      <p role="status">
        {text} <span class="quiet">{webTexts.in(c.get('language'))('undo.hint', { seconds })}</span>
      </p>
      <Button small shortcut="Z">
        {webTexts.in(c.get('language'))('undo.label')}
      </Button>
      <CloseToast c={c} />
    </form>
  )
}

const CloseToast = ({ c }: { c: PageContext }) => (
  <button type="button" class="toast-close" aria-label={webTexts.in(c.get('language'))('notice.close')}>
    ×
  </button>
)

/** A menu that opens under its word: rare acts. Closed by Escape or a click elsewhere where scripts run. */
export const Menu = ({
  label,
  kind = 'quiet',
  shortcut,
  open = false,
  id,
  children,
}: PropsWithChildren<{
  label: Child
  kind?: 'primary' | 'quiet'
  shortcut?: string
  open?: boolean
  id?: string
}>) => (
  <details class="menu" open={open} id={id}>
    <summary class={`button button-${kind}`} data-key={shortcut} aria-keyshortcuts={shortcut}>
      {label} <span aria-hidden="true">▾</span>
      {shortcut && <Key>{shortcut}</Key>}
    </summary>
    <div class="menu-sheet">{children}</div>
  </details>
)
