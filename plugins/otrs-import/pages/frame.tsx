/** Owns what the pages of the take-over share: who is let in, the frame of administration, the tabs between them, lists with tools. */
import type { Child, PropsWithChildren } from 'hono/jsx'
import { refused, type PageContext, type PersonActor } from '../../../core/index.ts'
import { demandLogin, page, PageHead, Tabs, type Choice } from '../../../core/pages.ts'
import { words, type ImportKey } from '../words.ts'

export const PATH = '/admin/take-over'
export const TABS = {
  runs: PATH,
  findings: `${PATH}/findings`,
  kept: `${PATH}/kept`,
  report: `${PATH}/report`,
  live: `${PATH}/go-live`,
} as const
export type TabName = keyof typeof TABS

/** As everywhere in administration: to whoever is no agent the page does not exist. */
export function demandAdministrator(c: PageContext): PersonActor {
  const actor = demandLogin(c)
  if (!actor.access.admin) throw refused(actor.access.agent ? 'not-allowed' : 'not-found')
  return actor
}

export async function importPage(
  c: PageContext,
  {
    tab,
    title,
    beside,
    acts,
    status = 200,
    body,
  }: { tab: TabName; title?: string; beside?: Child; acts?: Child; status?: 200 | 422; body: Child },
): Promise<Response> {
  const t = words(c)
  const rail = await c.get('host').slots.fill('admin.rail', { path: PATH }, c)
  return page(c, {
    title: `${title ?? t(`tab.${tab}`)} – ${t('title')}`,
    status,
    frame: { name: 'admin', home: '/admin', ...(rail.length > 0 ? { rail } : {}) },
    body: (
      <>
        <PageHead title={title ?? t('title')} beside={beside ?? t('lead')}>
          {acts}
        </PageHead>
        <Tabs
          label={t('tab.label')}
          tabs={(Object.keys(TABS) as TabName[]).map((name) => ({
            href: TABS[name],
            label: t(`tab.${name}` satisfies ImportKey),
            current: name === tab,
          }))}
        />
        {body}
      </>
    ),
  })
}

/** Search and filters of a list; all of it stands in the address. */
export const ListTools = ({
  c,
  action,
  label,
  search,
  filters,
  children,
}: PropsWithChildren<{
  c: PageContext
  action: string
  label: string
  search: string
  filters: readonly { name: string; label: string; value: string; choices: readonly Choice[] }[]
}>) => {
  const t = words(c)
  const narrowed = search !== '' || filters.some(({ value }) => value !== '')
  return (
    <form class="list-tools" role="search" method="get" action={action} aria-label={label}>
      <div class="field list-search">
        <label for="list-search" class="only-heard">
          {label}
        </label>
        <input type="search" id="list-search" name="search" value={search} placeholder={label} />
      </div>
      {filters.map((filter) => (
        <div class="field">
          <label for={`filter-${filter.name}`} class="only-heard">
            {filter.label}
          </label>
          <select id={`filter-${filter.name}`} name={filter.name} data-submits="">
            <option value="">
              {filter.label}: {t('list.any')}
            </option>
            {filter.choices.map((choice) => (
              <option value={choice.value} selected={choice.value === filter.value}>
                {choice.label}
              </option>
            ))}
          </select>
        </div>
      ))}
      <button class="button button-quiet" type="submit">
        {t('list.show')}
      </button>
      {narrowed && <a href={action}>{t('list.clear')}</a>}
      {children}
    </form>
  )
}

/** What was typed into a search, without what no database takes. */
export const typedSearch = (c: PageContext): string => (c.req.query('search') ?? '').replaceAll('\u0000', '').trim().slice(0, 200)
/** One of the choices, or ''. */
export const chosen = (c: PageContext, name: string, choices: readonly Choice[]): string => {
  const value = c.req.query(name) ?? ''
  return choices.some((choice) => choice.value === value) ? value : ''
}
/** The same address with something changed; null takes it out. */
export function sameWith(c: PageContext, change: Record<string, string | null>): string {
  const url = new URL(c.req.url)
  for (const [name, value] of Object.entries(change)) {
    if (value === null) url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  }
  return `${url.pathname}${url.search}`
}
