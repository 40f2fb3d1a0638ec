/** Owns all entries of a unit as those see them who edit: whatever their state, searched, sorted, exported. */
import type { Hono } from 'hono'
import type { PageContext, WebEnv } from '../../../core/index.ts'
import { ButtonLink, Card, Crumb, csvAnswer, EmptyState, page, PageHead, Time } from '../../../core/pages.ts'
import { listItems, type ItemWish, type ListedItem } from '../faq.store.ts'
import { demandEdits } from '../rights.ts'
import type { FaqHost } from '../settings.ts'
import { AUDIENCES } from '../tables.ts'
import { words } from '../words.ts'
import { numberOf } from './item.tsx'
import { categoryName } from './list.tsx'
import { itemUrl, Marks } from './parts.tsx'
import { enter, frame, type Visit } from './visit.tsx'

const PAGE = 50
const STATUSES = ['published', 'waiting', 'withdrawn'] as const
const SORTS = ['title', 'changed', 'rate'] as const
const pick = <T extends string>(all: readonly T[], value: string | undefined): T | undefined => all.find((one) => one === value)

export function manageRoutes(app: Hono<WebEnv>, host: FaqHost): void {
  app.get('/u/:unit/faq/manage', async (c) => {
    const visit = await enter(c, host)
    demandEdits(c, visit.standing)
    const query = c.req.query()
    const search = (query['search'] ?? '').replaceAll('\u0000', '').trim().slice(0, 200)
    const [status, audience, sort] = [
      pick(STATUSES, query['status']),
      pick(AUDIENCES, query['audience']),
      pick(SORTS, query['sort']) ?? 'title',
    ]
    const number = Math.min(Math.max(Number(query['page']) || 1, 1), 10_000)
    const wish: ItemWish = {
      units: [visit.unit.id],
      reading: { reads: AUDIENCES, internalIn: null, groups: null },
      editor: true,
      sort,
      limit: PAGE + 1,
      offset: (number - 1) * PAGE,
      language: c.get('language'),
      ...(search ? { search } : {}),
      ...(status ? { status } : {}),
      ...(audience ? { audience } : {}),
    }
    if (query['format'] === 'csv') return csvAnswer(c, `faq-${visit.unit.slug}.csv`, heads(c), rows(c, host, wish))
    const items = await listItems(host.db, wish)
    const url = (change: Record<string, string>) =>
      `${visit.path}/manage?${new URLSearchParams({ search, status: status ?? '', audience: audience ?? '', sort, ...change })}`
    return managePage(c, { visit, items, search, status, audience, sort, number, url })
  })
}

const heads = (c: PageContext): string[] => {
  const t = words(c)
  return [
    t('manage.number'),
    t('revisions.subject'),
    t('edit.category'),
    t('manage.status'),
    t('manage.audience'),
    t('edit.language'),
    t('revisions.when'),
    t('manage.rate'),
  ]
}

async function* rows(c: PageContext, host: FaqHost, wish: ItemWish): AsyncGenerator<string[]> {
  for (let offset = 0; ; offset += 500) {
    const items = await listItems(host.db, { ...wish, limit: 500, offset })
    for (const item of items) yield line(c, host, item)
    if (items.length < 500) return
  }
}

const line = (c: PageContext, host: FaqHost, item: ListedItem): string[] => {
  const t = words(c)
  return [
    numberOf(host, item),
    item.title,
    categoryName(c, { name: item.categoryName, nameEn: item.categoryNameEn }),
    t(`status.${statusOf(item)}`),
    t(`audience.${item.audience}`),
    item.language,
    item.changedAt.toISOString(),
    item.rate === null ? '' : String(item.rate),
  ]
}

const statusOf = (item: ListedItem) =>
  item.valid ? (item.waiting ? ('waiting' as const) : ('published' as const)) : ('withdrawn' as const)

function managePage(
  c: PageContext,
  view: {
    visit: Visit
    items: ListedItem[]
    search: string
    status: string | undefined
    audience: string | undefined
    sort: string
    number: number
    url(change: Record<string, string>): string
  },
): Promise<Response> {
  const { visit, items, search, url, number } = view
  const t = words(c)
  const select = (
    name: string,
    label: string,
    value: string | undefined,
    choices: readonly { value: string; label: string }[],
    any?: string,
  ) => (
    <div class="field">
      <label for={`filter-${name}`} class="only-heard">
        {label}
      </label>
      <select id={`filter-${name}`} name={name} data-submits="">
        {any && (
          <option value="">
            {label}: {any}
          </option>
        )}
        {choices.map((choice) => (
          <option value={choice.value} selected={choice.value === value}>
            {choice.label}
          </option>
        ))}
      </select>
    </div>
  )
  return page(c, {
    title: `${t('manage.title')} – ${t('faq.title')}`,
    frame: frame(c, visit),
    body: (
      <>
        <Crumb href={visit.path}>{t('faq.title')}</Crumb>
        <PageHead title={t('manage.title')}>
          <ButtonLink href={`${visit.path}/new`} kind="primary">
            {t('edit.new')}
          </ButtonLink>
          <a class="button button-quiet" href={url({ format: 'csv' })} download>
            {t('manage.export')}
          </a>
        </PageHead>
        <form class="faq-tools" role="search" method="get" action={`${visit.path}/manage`} aria-label={t('manage.title')}>
          <div class="field faq-tools-search">
            <label for="manage-search" class="only-heard">
              {t('manage.search')}
            </label>
            <input type="search" id="manage-search" name="search" value={search} placeholder={t('manage.search')} />
          </div>
          {select(
            'status',
            t('manage.status'),
            view.status,
            STATUSES.map((value) => ({ value, label: t(`status.${value}`) })),
            t('manage.any'),
          )}
          {select(
            'audience',
            t('manage.audience'),
            view.audience,
            AUDIENCES.map((value) => ({ value, label: t(`audience.${value}`) })),
            t('manage.any'),
          )}
          {select(
            'sort',
            t('manage.sort'),
            view.sort,
            SORTS.map((value) => ({ value, label: t(`manage.sort.${value}`) })),
          )}
          <button class="button button-quiet" type="submit">
            {t('manage.show')}
          </button>
        </form>
        {items.length === 0 ? (
          <Card>
            <EmptyState title={t('manage.none')} />
          </Card>
        ) : (
          <ul class="rows faq-rows">
            {items.slice(0, PAGE).map((item) => (
              <li>
                <a href={itemUrl(item)} lang={item.language}>
                  {item.title}
                </a>
                <p class="faq-marks">
                  <Marks c={c} item={item} />
                </p>
                <p class="row-quiet">
                  {categoryName(c, { name: item.categoryName, nameEn: item.categoryNameEn })} · {t('item.changed')}{' '}
                  <Time c={c} at={item.changedAt} as="day" />
                  {item.rate !== null && <> · {t('item.helped.sum', { percent: item.rate, count: item.votes })}</>}
                </p>
              </li>
            ))}
          </ul>
        )}
        {(number > 1 || items.length > PAGE) && (
          <nav class="pager" aria-label={t('faq.pages')}>
            {number > 1 && (
              <a class="button button-quiet" href={url({ page: String(number - 1) })} rel="prev">
                ← {t('faq.previous')}
              </a>
            )}
            {items.length > PAGE && (
              <a class="button button-quiet" href={url({ page: String(number + 1) })} rel="next">
                {t('faq.next')} →
              </a>
            )}
          </nav>
        )}
      </>
    ),
  })
}
