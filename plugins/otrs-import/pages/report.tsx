/** Owns the page of the comparison: each part with its figures on both sides, and every difference with what explains it. */
import type { Hono } from 'hono'
import type { Host, PageContext, WebEnv } from '../../../core/index.ts'
import { everyRow, readList, type ListColumn } from '../../../core/administration.ts'
import { Badge, Card, EmptyState, Notice, Time } from '../../../core/pages.ts'
import { lastReport, listDifferences, type Difference, type PartReport } from '../report/report.store.ts'
import { sayFinding, words, type ImportKey } from '../words.ts'
import { demandAdministrator, importList, importPage, TABS } from './frame.tsx'

const PAGE = 50
type Row = Difference & { n: number }

export function reportRoutes(app: Hono<WebEnv>, host: Host): void {
  app.get(TABS.report, async (c) => {
    await demandAdministrator(c)
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
    const options = {
      sorts: ['part'],
      sort: 'part',
      filters: [
        {
          name: 'which',
          label: t('report.which'),
          choices: [
            { value: 'open', label: t('report.open') },
            { value: 'explained', label: t('report.explained') },
          ],
        },
        {
          name: 'part',
          label: t('report.part'),
          choices: report.parts
            .filter(({ explained, unexplained }) => explained + unexplained > 0)
            .map(({ name }) => ({ value: name, label: name })),
        },
      ],
    }
    const query = readList(c, options)
    const { which, part } = query.filters
    const wish = { explained: which ? which === 'explained' : undefined, part: part || undefined, search: query.search }
    const read = async (after: string | undefined, limit = PAGE) => {
      const from = after !== undefined && /^\d{1,9}$/.test(after) ? { after: Number(after) } : {}
      const found = await listDifferences(host.db, report.id, { ...wish, ...from, limit: limit + 1 })
      const rows = found.slice(0, limit)
      return { rows, after: found.length > limit ? String(rows.at(-1)!.n) : null }
    }
    const { rows, after } = await read(query.after)
    return importList(c, 'report', {
      name: 'take-over-differences',
      query,
      options,
      columns: columnsOf(c),
      rows,
      next: after,
      all: () => everyRow((from) => read(from, 500)),
      searchLabel: t('report.search'),
      empty: { title: t('report.no-differences') },
      above: (
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

function columnsOf(c: PageContext): ListColumn<Row>[] {
  const t = words(c)
  const value = (text: string | null) =>
    text === null ? <span class="quiet">–</span> : text.length > 200 ? `${text.slice(0, 200)}…` : text
  return [
    {
      key: 'part',
      label: t('report.part'),
      text: (row) => row.part,
      cell: (row) => (
        <div class="main-cell">
          <span class="line-1">
            <code>{row.part}</code>
          </span>
          <span class="line-2">{row.key}</span>
        </div>
      ),
    },
    { key: 'key', label: t('report.key'), text: (row) => row.key },
    {
      key: 'field',
      label: t('report.field'),
      text: (row) => row.field,
      cell: (row) => (row.field === '' ? t('report.missing') : row.field),
      class: 'cell-narrow',
    },
    {
      key: 'theirs',
      label: t('report.their-value'),
      text: (row) => row.theirs ?? '',
      cell: (row) => value(row.theirs),
      class: 'cell-error',
    },
    { key: 'ours', label: t('report.our-value'), text: (row) => row.ours ?? '', cell: (row) => value(row.ours), class: 'cell-error' },
    {
      key: 'because',
      label: t('report.because'),
      text: (row) => sayBecause(c, row.because),
      cell: (row) => (row.because === null ? <strong>{sayBecause(c, null)}</strong> : sayBecause(c, row.because)),
      class: 'cell-error',
    },
  ]
}
