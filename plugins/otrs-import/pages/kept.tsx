/** Owns the pages of what pomoc keeps and does not run: a list, each thing whole, and both of its forms to download. */
import type { Hono } from 'hono'
import { refused, sayText, type Host, type PageContext, type WebEnv } from '../../../core/index.ts'
import { pick, readList, type ListColumn } from '../../../core/administration.ts'
import { ActButton, Card, Crumb, flash, SideList } from '../../../core/pages.ts'
import { findKept, listKept, type KeptThing } from '../lists.store.ts'
import { turnIntoRules } from '../rules.ts'
import { findBecame, type Became } from '../rules.store.ts'
import { words } from '../words.ts'
import { demandAdministrator, importList, importPage, TABS } from './frame.tsx'

const pathOf = ({ kind, sourceId }: KeptThing): string => `${TABS.kept}/${encodeURIComponent(kind)}/${encodeURIComponent(sourceId)}`
/** So many are shown at once; more are found by searching. */
const MOST = 500

export function keptRoutes(app: Hono<WebEnv>, host: Host): void {
  app.get(TABS.kept, async (c) => {
    await demandAdministrator(c)
    const t = words(c)
    const all = await listKept(host.db)
    const readable = new Set(host.plugins.flatMap(({ rulesFrom = {} }) => Object.keys(rulesFrom)))
    const kinds = [...new Set(all.map(({ kind }) => kind))].map((value) => ({ value, label: value }))
    const options = { sorts: ['name', 'kind'], sort: 'kind', filters: [{ name: 'kind', label: t('kept.kind'), choices: kinds }] }
    const query = readList(c, options)
    const columns = columnsOf(c)
    const found = pick(
      c,
      all.filter((one) => !query.filters['kind'] || one.kind === query.filters['kind']),
      query,
      columns,
      'kind',
    )
    return importList(c, 'kept', {
      name: 'take-over-kept',
      beside: t('kept.what'),
      query,
      options,
      columns,
      rows: found.slice(0, MOST),
      all: async function* () {
        yield* found
      },
      searchLabel: t('kept.search'),
      empty: { title: t('kept.none'), text: t('kept.none.text') },
      acts: all.some(({ kind, became }) => !became && readable.has(kind)) ? (
        <ActButton c={c} action={`${TABS.kept}/rules`} small>
          {t('rules.turn')}
        </ActButton>
      ) : undefined,
    })
  })

  app.post(`${TABS.kept}/rules`, async (c) => {
    await demandAdministrator(c)
    const turned = await turnIntoRules(host)
    flash(c, { text: words(c)('rules.turned', { count: turned.filter(({ id }) => id !== null).length }) })
    return c.redirect(TABS.kept, 303)
  })

  app.get(`${TABS.kept}/:kind/:id`, async (c) => {
    await demandAdministrator(c)
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
          <a class="button button-quiet" href={`${pathOf(one)}?format=json`} download>
            {t('kept.download')}
          </a>
          {one.original !== null && (
            <a class="button button-quiet" href={`${pathOf(one)}?format=original`} download>
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

function columnsOf(c: PageContext): ListColumn<KeptThing>[] {
  const t = words(c)
  return [
    {
      key: 'name',
      label: t('kept.name'),
      sort: true,
      text: (one) => one.name,
      cell: (one) => <a href={pathOf(one)}>{one.name || one.sourceId}</a>,
    },
    { key: 'kind', label: t('kept.kind'), sort: true, text: (one) => one.kind, cell: (one) => one.kind, class: 'cell-wide' },
    { key: 'id', label: t('kept.source-id'), text: (one) => one.sourceId, cell: (one) => one.sourceId, class: 'cell-wide' },
  ]
}
