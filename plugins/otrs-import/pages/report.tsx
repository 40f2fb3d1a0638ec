/** Owns the page of the comparison: each part with its figures on both sides, and every difference with what explains it. */
import type { Hono } from 'hono'
import type { Host, PageContext, WebEnv } from '../../../core/index.ts'
import { Badge, Card, csvAnswer, EmptyState, Notice, Pager, Time } from '../../../core/pages.ts'
import { lastReport, listDifferences, type Difference, type PartReport, type Report } from '../report/report.store.ts'
import { sayFinding, words, type ImportKey } from '../words.ts'
import { chosen, demandAdministrator, importPage, ListTools, sameWith, TABS, typedSearch } from './frame.tsx'

const PAGE = 50

export function reportRoutes(app: Hono<WebEnv>, host: Host): void {
  app.get(TABS.report, async (c) => {
    demandAdministrator(c)
    const t = words(c)
    const report = await lastReport(host.db)
    if (!report)
      return importPage(c, {
        tab: 'report',
        body: (
          <Card>
            <EmptyState title={t('report.none')} text={t('report.none.text')} />
          </Card>
        ),
      })
    const which = [
      { value: 'open', label: t('report.open') },
      { value: 'explained', label: t('report.explained') },
    ]
    const parts = report.parts
      .filter(({ explained, unexplained }) => explained + unexplained > 0)
      .map(({ name }) => ({ value: name, label: name }))
    const [because, part, search] = [chosen(c, 'which', which), chosen(c, 'part', parts), typedSearch(c)]
    const wish = { explained: because === '' ? undefined : because === 'explained', part: part || undefined, search }
    if (c.req.query('format') === 'csv') return exported(c, host, report, wish)
    const after = c.req.query('after')
    const from = after !== undefined && /^\d{1,9}$/.test(after) ? Number(after) : undefined
    const found = await listDifferences(host.db, report.id, { ...wish, ...(from === undefined ? {} : { after: from }), limit: PAGE + 1 })
    const rows = found.slice(0, PAGE)
    return importPage(c, {
      tab: 'report',
      acts: (
        <a class="button button-quiet" href={sameWith(c, { format: 'csv', after: null })} download>
          {t('list.export')}
        </a>
      ),
      body: (
        <>
          <div class="take-over-verdict">
            <Notice tone={report.unexplained === 0 ? 'good' : 'bad'}>
              {report.unexplained === 0 ? t('report.equal') : t('report.unexplained', { count: report.unexplained })}
            </Notice>
            <p class="row-quiet">
              {t('report.at')} <Time c={c} at={report.at} />
            </p>
          </div>
          <Parts c={c} parts={report.parts} />
          <Divisions c={c} parts={report.parts} />
          <h2 class="take-over-head">{t('report.differences')}</h2>
          <ListTools
            c={c}
            action={TABS.report}
            label={t('report.search')}
            search={search}
            filters={[
              { name: 'which', label: t('report.which'), value: because, choices: which },
              { name: 'part', label: t('report.part'), value: part, choices: parts },
            ]}
          />
          {rows.length === 0 ? (
            <Card>
              <EmptyState title={t(because || part || search ? 'list.none-found' : 'report.no-differences')} />
            </Card>
          ) : (
            <Differences c={c} rows={rows} />
          )}
          <Pager
            c={c}
            first={from === undefined ? null : sameWith(c, { after: null })}
            next={found.length > PAGE ? sameWith(c, { after: String(rows.at(-1)!.n) }) : null}
          />
        </>
      ),
    })
  })
}

const Parts = ({ c, parts }: { c: PageContext; parts: readonly PartReport[] }) => {
  const t = words(c)
  const number = (count: number) => count.toLocaleString(c.get('language'))
  return (
    <Card title={t('report.part')} id="parts" plain>
      <div class="scroll" tabindex={0} role="group" aria-label={t('report.part')}>
        <table class="plain take-over-parts">
          <thead>
            <tr>
              <th scope="col">{t('report.part')}</th>
              <th scope="col">{t('report.theirs')}</th>
              <th scope="col">{t('report.ours')}</th>
              <th scope="col">{t('report.sum')}</th>
              <th scope="col">{t('report.explained')}</th>
              <th scope="col">{t('report.open')}</th>
            </tr>
          </thead>
          <tbody>
            {parts.map((part) => {
              const equal = part.theirs.sum === part.ours.sum
              return (
                <tr>
                  <th scope="row">
                    <code>{part.name}</code>
                  </th>
                  <td>{number(part.theirs.rows)}</td>
                  <td>{number(part.ours.rows)}</td>
                  <td>
                    <Badge
                      tone={equal ? 'open' : part.unexplained > 0 ? 'late' : 'waiting'}
                      words={t(equal ? 'report.sum.equal' : 'report.sum.other')}
                    />
                  </td>
                  <td>{number(part.explained)}</td>
                  <td>{part.unexplained > 0 ? <strong>{number(part.unexplained)}</strong> : '0'}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </Card>
  )
}

/** Only divisions that a part has: how many rows each group of it has on both sides. */
const Divisions = ({ c, parts }: { c: PageContext; parts: readonly PartReport[] }) => {
  const t = words(c)
  const all = parts.flatMap((part) => Object.entries(part.groups).map(([by, groups]) => ({ part: part.name, by, groups })))
  if (all.length === 0) return null
  return (
    <div class="take-over-by">
      {all.map(({ part, by, groups }) => (
        <Card title={`${part}: ${t('report.by', { name: t(`report.by.${by}` as ImportKey) })}`} id={`by-${part}-${by}`} plain>
          <table class="plain take-over-parts">
            <thead>
              <tr>
                <th scope="col">{t(`report.by.${by}` as ImportKey)}</th>
                <th scope="col">{t('report.theirs')}</th>
                <th scope="col">{t('report.ours')}</th>
              </tr>
            </thead>
            <tbody>
              {groups.map(({ group, theirs, ours }) => (
                <tr>
                  <th scope="row">{group}</th>
                  <td>{theirs.toLocaleString(c.get('language'))}</td>
                  <td>
                    {theirs === ours ? ours.toLocaleString(c.get('language')) : <strong>{ours.toLocaleString(c.get('language'))}</strong>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Card>
      ))}
    </div>
  )
}

const sayBecause = (c: PageContext, because: string | null): string => {
  if (because === null) return words(c)('report.open')
  const key = `because.${because}` as ImportKey
  const said = words(c)(key)
  return said === key ? sayFinding(c.get('language'), because) : said
}

const Differences = ({ c, rows }: { c: PageContext; rows: readonly Difference[] }) => {
  const t = words(c)
  const value = (text: string | null) =>
    text === null ? <span class="quiet">–</span> : text.length > 200 ? `${text.slice(0, 200)}…` : text
  return (
    <table class="list admin-table take-over-remarks">
      <caption class="only-heard">{t('report.differences')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('report.part')}</th>
          <th scope="col" class="cell-narrow">
            {t('report.field')}
          </th>
          <th scope="col">{t('report.their-value')}</th>
          <th scope="col">{t('report.our-value')}</th>
          <th scope="col" class="cell-time">
            {t('report.because')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr>
            <td class="cell-main">
              <div class="main-cell">
                <span class="line-1">
                  <code>{row.part}</code>
                </span>
                <span class="line-2">{row.key}</span>
              </div>
            </td>
            <td class="cell-narrow" data-label={t('report.field')}>
              {row.field === '' ? t('report.missing') : row.field}
            </td>
            <td class="cell-error" data-label={t('report.their-value')}>
              {value(row.theirs)}
            </td>
            <td class="cell-error" data-label={t('report.our-value')}>
              {value(row.ours)}
            </td>
            <td class="cell-time cell-error" data-label={t('report.because')}>
              {row.because === null ? <strong>{sayBecause(c, null)}</strong> : sayBecause(c, row.because)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function exported(
  c: PageContext,
  host: Host,
  report: Report,
  wish: { explained: boolean | undefined; part: string | undefined; search: string },
): Response {
  const t = words(c)
  return csvAnswer(
    c,
    'take-over-differences.csv',
    [t('report.part'), t('report.key'), t('report.field'), t('report.their-value'), t('report.our-value'), t('report.because')],
    (async function* () {
      for (let after = -1; ; ) {
        const rows = await listDifferences(host.db, report.id, { ...wish, after, limit: 500 })
        for (const { part, key, field, theirs, ours, because } of rows)
          yield [part, key, field, theirs ?? '', ours ?? '', sayBecause(c, because)]
        if (rows.length < 500) return
        after = rows.at(-1)!.n
      }
    })(),
  )
}
