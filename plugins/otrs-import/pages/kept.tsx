/** Owns the pages of what pomoc keeps and does not run: a list, each thing whole, and both of its forms to download. */
import type { Hono } from 'hono'
import { fold, refused, sayText, type Host, type PageContext, type WebEnv } from '../../../core/index.ts'
import { ActButton, Card, Crumb, csvAnswer, EmptyState, flash, SideList } from '../../../core/pages.ts'
import { findKept, listKept, type KeptThing } from '../lists.store.ts'
import { turnIntoRules } from '../rules.ts'
import { findBecame, type Became } from '../rules.store.ts'
import { words } from '../words.ts'
import { chosen, demandAdministrator, importPage, ListTools, sameWith, TABS, typedSearch } from './frame.tsx'

const pathOf = ({ kind, sourceId }: KeptThing): string => `${TABS.kept}/${encodeURIComponent(kind)}/${encodeURIComponent(sourceId)}`
/** So many are shown at once; more are found by searching. */
const MOST = 500

export function keptRoutes(app: Hono<WebEnv>, host: Host): void {
  app.get(TABS.kept, async (c) => {
    demandAdministrator(c)
    const t = words(c)
    const all = await listKept(host.db)
    const readable = new Set(host.plugins.flatMap(({ rulesFrom = {} }) => Object.keys(rulesFrom)))
    const kinds = [...new Set(all.map(({ kind }) => kind))].map((value) => ({ value, label: value }))
    const [kind, search] = [chosen(c, 'kind', kinds), typedSearch(c)]
    const wanted = fold(search).split(/\s+/).filter(Boolean)
    const found = all.filter(
      (one) => (kind === '' || one.kind === kind) && wanted.every((word) => fold(`${one.name} ${one.kind} ${one.sourceId}`).includes(word)),
    )
    const byName = c.req.query('sort') === 'name'
    const rows = byName ? found.toSorted((a, b) => a.name.localeCompare(b.name, c.get('language'))) : found
    if (c.req.query('format') === 'csv')
      return csvAnswer(
        c,
        'take-over-kept.csv',
        [t('kept.name'), t('kept.kind'), t('kept.source-id')],
        (async function* () {
          for (const one of rows) yield [one.name, one.kind, one.sourceId]
        })(),
      )
    return importPage(c, {
      tab: 'kept',
      beside: t('kept.what'),
      acts: (
        <>
          {all.some(({ kind, became }) => !became && readable.has(kind)) && (
            <ActButton c={c} action={`${TABS.kept}/rules`} small>
              {t('rules.turn')}
            </ActButton>
          )}
          <a class="button button-quiet" href={sameWith(c, { format: 'csv' })} download>
            {t('list.export')}
          </a>
        </>
      ),
      body: (
        <>
          <ListTools
            c={c}
            action={TABS.kept}
            label={t('kept.search')}
            search={search}
            filters={[{ name: 'kind', label: t('kept.kind'), value: kind, choices: kinds }]}
          />
          {rows.length === 0 ? (
            <Card>
              {all.length > 0 ? (
                <EmptyState title={t('list.none-found')} text={<a href={TABS.kept}>{t('list.clear')}</a>} />
              ) : (
                <EmptyState title={t('kept.none')} text={t('kept.none.text')} />
              )}
            </Card>
          ) : (
            <Things c={c} rows={rows.slice(0, MOST)} byName={byName} />
          )}
        </>
      ),
    })
  })

  app.post(`${TABS.kept}/rules`, async (c) => {
    demandAdministrator(c)
    const turned = await turnIntoRules(host)
    flash(c, { text: words(c)('rules.turned', { count: turned.filter(({ id }) => id !== null).length }) })
    return c.redirect(TABS.kept, 303)
  })

  app.get(`${TABS.kept}/:kind/:id`, async (c) => {
    demandAdministrator(c)
    const t = words(c)
    const one = await findKept(host.db, c.req.param('kind'), c.req.param('id'))
    if (!one) throw refused('not-found')
    const became = await findBecame(host.db, one.kind, one.sourceId)
    const content = JSON.stringify(one.content, undefined, 2)
    const format = c.req.query('format')
    if (format === 'json') return download(c, content, 'application/json', `${one.kind}-${one.sourceId}.json`)
    if (format === 'original') {
      if (one.original === null) throw refused('not-found')
      return download(c, one.original, 'text/plain', `${one.kind}-${one.sourceId}.txt`)
    }
    return importPage(c, {
      tab: 'kept',
      title: one.name,
      beside: one.kind,
      acts: (
        <>
          <a class="button button-quiet" href={sameWith(c, { format: 'json' })} download>
            {t('kept.download')}
          </a>
          {one.original !== null && (
            <a class="button button-quiet" href={sameWith(c, { format: 'original' })} download>
              {t('kept.download-original')}
            </a>
          )}
        </>
      ),
      body: (
        <>
          <Crumb href={TABS.kept}>{t('tab.kept')}</Crumb>
          <Card>
            <SideList items={[{ name: t('kept.source-id'), value: one.sourceId }]} />
          </Card>
          {became && <WhatBecame c={c} host={host} became={became} />}
          <Text title={t('kept.content')} id="content" text={content} />
          {one.original !== null && <Text title={t('kept.original')} id="original" text={one.original} />}
        </>
      ),
    })
  })
}

const WhatBecame = ({ c, host, became: { plugin, id, lost } }: { c: PageContext; host: Host; became: Became }) => {
  const t = words(c)
  const { texts } = host.plugins.find(({ name }) => name === plugin) ?? {}
  return (
    <Card title={t('rules.became')} id="became">
      <p>{id === null ? t('rules.none') : <a href={`/admin/${plugin}/${id}`}>{t('rules.look')}</a>}</p>
      {lost.length > 0 && (
        <>
          <h3>{t('rules.lost.title')}</h3>
          <ul>
            {lost.map(({ what, why }) => (
              <li>
                <code>{what}</code> – {sayText(texts, c.get('language'), why, { at: what }) ?? why}
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  )
}

const Text = ({ title, id, text }: { title: string; id: string; text: string }) => (
  <Card title={title} id={id}>
    <pre class="take-over-text" tabindex={0}>
      {text}
    </pre>
  </Card>
)

/** Never shown by the browser itself: what stands in it is the source's. */
function download(c: PageContext, text: string, type: string, name: string): Response {
  c.header('content-type', `${type}; charset=utf-8`)
  c.header('content-disposition', `attachment; filename="${name.replace(/[^\w.-]/g, '-')}"`)
  return c.body(text)
}

const Things = ({ c, rows, byName }: { c: PageContext; rows: readonly KeptThing[]; byName: boolean }) => {
  const t = words(c)
  const head = (label: string, key: 'name' | 'kind', current: boolean) => (
    <th scope="col" aria-sort={current ? 'ascending' : undefined} class={key === 'kind' ? 'cell-wide' : undefined}>
      <a href={sameWith(c, { sort: key === 'name' ? 'name' : null })}>
        {label}
        {current && <span aria-hidden="true"> ▲</span>}
      </a>
    </th>
  )
  return (
    <table class="list admin-table">
      <caption class="only-heard">{t('tab.kept')}</caption>
      <thead>
        <tr>
          {head(t('kept.name'), 'name', byName)}
          {head(t('kept.kind'), 'kind', !byName)}
          <th scope="col" class="cell-wide">
            {t('kept.source-id')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((one) => (
          <tr>
            <td class="cell-main">
              <a href={pathOf(one)}>{one.name || one.sourceId}</a>
            </td>
            <td class="cell-wide" data-label={t('kept.kind')}>
              {one.kind}
            </td>
            <td class="cell-wide" data-label={t('kept.source-id')}>
              {one.sourceId}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
