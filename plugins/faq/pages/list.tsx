/** Owns finding an entry: the front page, a category, a search. */
import type { Hono } from 'hono'
import { nameIn, ROOT_UNIT, type PageContext, type WebEnv } from '../../../core/index.ts'
import { ButtonLink, Card, Crumb, EmptyState, page, PageHead } from '../../../core/pages.ts'
import { listCategories, listItems, slugOf, type Category } from '../faq.store.ts'
import type { FaqHost } from '../settings.ts'
import { words } from '../words.ts'
import { ItemLines } from './parts.tsx'
import { enter, frame, unitName, type Visit } from './visit.tsx'

const PAGE = 30

export function listRoutes(app: Hono<WebEnv>, host: FaqHost): void {
  // The reader's own unit; somebody not logged in is sent to the installation's.
  app.get('/faq', async (c) => {
    const query = new URL(c.req.url).search
    return c.redirect(`/u/${await slugOf(host.db, c.get('unitId') ?? ROOT_UNIT)}/faq${query}`, 302)
  })
  app.get('/u/:unit/faq', async (c) => {
    const visit = await enter(c, host)
    const search = (c.req.query('search') ?? '').replaceAll('\u0000', '').trim().slice(0, 200)
    const wanted = c.req.query('category')
    const categories = await listCategories(host.db, visit.units, visit.standing)
    const category = categories.find(({ id }) => id === wanted)
    const body = search
      ? await found(c, host, visit, search)
      : category
        ? await inCategory(c, host, visit, categories, category)
        : await front(c, host, visit, categories)
    const t = words(c)
    return page(c, {
      title: search ? `${search} – ${t('faq.title')}` : category ? `${categoryName(c, category)} – ${t('faq.title')}` : t('faq.title'),
      frame: frame(c, visit),
      body: (
        <>
          <PageHead title={t('faq.of', { unit: unitName(c, visit.unit) })}>
            {visit.standing.edits && (
              <ButtonLink href={`${visit.path}/new`} kind="primary">
                {t('edit.new')}
              </ButtonLink>
            )}
            {visit.standing.edits && <ButtonLink href={`${visit.path}/manage`}>{t('manage.title')}</ButtonLink>}
            {visit.standing.edits && <ButtonLink href={`${visit.path}/categories`}>{t('faq.categories')}</ButtonLink>}
          </PageHead>
          <form class="faq-search" role="search" method="get" action={visit.path}>
            <label for="faq-search">{t('faq.search')}</label>
            <div>
              <input type="search" id="faq-search" name="search" value={search} maxlength={200} aria-describedby="faq-search-help" />
              <button class="button button-primary" type="submit">
                {t('faq.search.button')}
              </button>
            </div>
            <p class="field-help" id="faq-search-help">
              {t('faq.search.help')}
            </p>
          </form>
          {body}
        </>
      ),
    })
  })
}

export const categoryName = (c: PageContext, category: Pick<Category, 'name' | 'nameEn'>): string => nameIn(category, c.get('language'))

async function found(c: PageContext, host: FaqHost, visit: Visit, search: string) {
  const t = words(c)
  const items = await listItems(host.db, {
    units: visit.units,
    reading: visit.standing,
    search,
    language: c.get('language'),
    limit: 50,
  })
  if (items.length === 0) {
    return (
      <Card>
        <EmptyState title={t('faq.none-found', { search })} text={t('faq.none-found.text')}>
          <ButtonLink href="/#ask" kind="primary">
            {t('faq.ask')}
          </ButtonLink>
          <ButtonLink href={visit.path}>{t('faq.clear')}</ButtonLink>
        </EmptyState>
      </Card>
    )
  }
  return (
    <section>
      <Crumb href={visit.path}>{t('faq.clear')}</Crumb>
      <h2>{t('faq.found', { count: items.length })}</h2>
      <ItemLines c={c} items={items} here={visit.unit.id} />
      <p class="faq-end">
        <a href="/#ask">{t('item.not-helped')}</a>
      </p>
    </section>
  )
}

async function inCategory(c: PageContext, host: FaqHost, visit: Visit, categories: Category[], category: Category) {
  const t = words(c)
  const number = Math.min(Math.max(Number(c.req.query('page')) || 1, 1), 1000)
  const items = await listItems(host.db, {
    units: visit.units,
    reading: visit.standing,
    categoryId: category.id,
    limit: PAGE + 1,
    offset: (number - 1) * PAGE,
  })
  const url = (to: number) => `${visit.path}?category=${category.id}&page=${to}`
  return (
    <section>
      <Crumb href={visit.path}>{t('faq.clear')}</Crumb>
      <h2>{t('faq.in-category', { name: categoryName(c, category) })}</h2>
      <CategoryLinks c={c} visit={visit} categories={categories} parentId={category.id} />
      {items.length === 0 ? <EmptyState title={t('faq.empty')} /> : <ItemLines c={c} items={items.slice(0, PAGE)} here={visit.unit.id} />}
      {(number > 1 || items.length > PAGE) && (
        <nav class="pager" aria-label={t('faq.pages')}>
          {number > 1 && (
            <a class="button button-quiet" href={url(number - 1)} rel="prev">
              ← {t('faq.previous')}
            </a>
          )}
          {items.length > PAGE && (
            <a class="button button-quiet" href={url(number + 1)} rel="next">
              {t('faq.next')} →
            </a>
          )}
        </nav>
      )}
    </section>
  )
}

async function front(c: PageContext, host: FaqHost, visit: Visit, categories: Category[]) {
  const t = words(c)
  const wish = { units: visit.units, reading: visit.standing }
  const [rated, newest] = await Promise.all([
    listItems(host.db, { ...wish, sort: 'rate', limit: 5 }),
    listItems(host.db, { ...wish, sort: 'changed', limit: 8 }),
  ])
  if (newest.length === 0) {
    return (
      <Card>
        <EmptyState title={t('faq.empty')} text={t(visit.standing.edits ? 'faq.empty.editor' : 'faq.empty.text')}>
          {visit.standing.edits && <ButtonLink href={`${visit.path}/categories/new`}>{t('categories.new')}</ButtonLink>}
        </EmptyState>
      </Card>
    )
  }
  const helpful = rated.filter((item) => item.votes > 0 && (item.rate ?? 0) >= 50)
  const seen = new Set(helpful.map(({ id }) => id))
  const others = newest.filter(({ id }) => !seen.has(id))
  return (
    <>
      <section aria-labelledby="faq-categories">
        <h2 id="faq-categories">{t('faq.categories')}</h2>
        <CategoryLinks c={c} visit={visit} categories={categories} parentId={null} />
      </section>
      {helpful.length > 0 && (
        <section aria-labelledby="faq-helpful">
          <h2 id="faq-helpful">{t('faq.helpful')}</h2>
          <ItemLines c={c} items={helpful} here={visit.unit.id} />
        </section>
      )}
      {others.length > 0 && (
        <section aria-labelledby="faq-newest">
          <h2 id="faq-newest">{t('faq.newest')}</h2>
          <ItemLines c={c} items={others} here={visit.unit.id} />
        </section>
      )}
    </>
  )
}

/** Categories with something to read in them or below them. */
const CategoryLinks = ({
  c,
  visit,
  categories,
  parentId,
}: {
  c: PageContext
  visit: Visit
  categories: readonly Category[]
  parentId: string | null
}) => {
  const count = (id: string): number =>
    categories.reduce((sum, one) => sum + (one.id === id ? one.items : one.parentId === id ? count(one.id) : 0), 0)
  const shown = categories.filter((one) => one.parentId === parentId && count(one.id) > 0)
  if (shown.length === 0) return null
  return (
    <ul class="faq-categories">
      {shown.map((one) => (
        <li>
          <a href={`${visit.path}?category=${one.id}`}>
            {categoryName(c, one)} <span class="count">{words(c)('faq.count', { count: count(one.id) })}</span>
          </a>
        </li>
      ))}
    </ul>
  )
}
