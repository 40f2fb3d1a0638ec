/** Owns the page of remarks: what an import mended, set aside, or asks about; searched, filtered, exported. */
import type { Hono } from 'hono'
import { isId, type Host, type Id, type PageContext, type WebEnv } from '../../../core/index.ts'
import { Badge, Card, csvAnswer, EmptyState, Pager, plainTime, Time, type Tone } from '../../../core/pages.ts'
import { FINDINGS } from '../findings.ts'
import { countRemarks, listRemarks, type FoundRemark, type RemarkWish } from '../lists.store.ts'
import { lastRun } from '../runs.store.ts'
import { sayFinding, words } from '../words.ts'
import { chosen, demandAdministrator, importPage, ListTools, sameWith, TABS, typedSearch } from './frame.tsx'

const PAGE = 50
type Kind = 'mended' | 'aside' | 'decide' | 'told'
const KINDS: readonly Kind[] = ['decide', 'aside', 'mended', 'told']
const TONES: Record<Kind, Tone> = { decide: 'late', aside: 'waiting', mended: 'open', told: 'done' }
/** What an older or newer pomoc wrote is told, and nothing else is known of it. */
const kindOf = (code: string): Kind => (FINDINGS as Record<string, Kind>)[code] ?? 'told'

export function findingRoutes(app: Hono<WebEnv>, host: Host): void {
  app.get(TABS.findings, async (c) => {
    demandAdministrator(c)
    const t = words(c)
    const language = c.get('language')
    const run = await lastRun(host.db)
    const counts = run ? await countRemarks(host.db, run.id) : new Map<string, number>()
    const kinds = KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))
    const codes = [...counts].map(([value, count]) => ({
      value,
      label: `${sayFinding(language, value)} (${count.toLocaleString(language)})`,
    }))
    const [kind, code, search] = [chosen(c, 'kind', kinds), chosen(c, 'code', codes), typedSearch(c)]
    const newest = c.req.query('dir') === 'desc'
    const after = c.req.query('after')
    const wish: Omit<RemarkWish, 'limit'> = {
      codes: code ? [code] : kind ? [...counts.keys()].filter((one) => kindOf(one) === kind) : undefined,
      search,
      newest,
      after: isId(after) ? after : undefined,
    }
    if (c.req.query('format') === 'csv') return exported(c, host, run?.id, { ...wish, after: undefined })
    const found = run ? await listRemarks(host.db, run.id, { ...wish, limit: PAGE + 1 }) : []
    const rows = found.slice(0, PAGE)
    const narrowed = search !== '' || kind !== '' || code !== ''
    return importPage(c, {
      tab: 'findings',
      acts: (
        <a class="button button-quiet" href={sameWith(c, { format: 'csv', after: null })} download>
          {t('list.export')}
        </a>
      ),
      body: (
        <>
          <ListTools
            c={c}
            action={TABS.findings}
            label={t('findings.search')}
            search={search}
            filters={[
              { name: 'kind', label: t('findings.kind'), value: kind, choices: kinds },
              { name: 'code', label: t('findings.what'), value: code, choices: codes },
            ]}
          />
          {rows.length === 0 ? (
            <Card>
              {narrowed ? (
                <EmptyState title={t('list.none-found')} text={<a href={TABS.findings}>{t('list.clear')}</a>} />
              ) : (
                <EmptyState title={t('findings.none')} text={t(run ? 'findings.none.text' : 'run.none.text')} />
              )}
            </Card>
          ) : (
            <Remarks c={c} rows={rows} newest={newest} />
          )}
          <Pager
            c={c}
            first={wish.after === undefined ? null : sameWith(c, { after: null })}
            next={found.length > PAGE ? sameWith(c, { after: rows.at(-1)!.id }) : null}
          />
        </>
      ),
    })
  })
}

const sayDetail = (detail: FoundRemark['detail']): string =>
  Object.entries(detail)
    .flatMap(([name, value]) => (value === null ? [] : [`${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`]))
    .join('; ')

const Remarks = ({ c, rows, newest }: { c: PageContext; rows: readonly FoundRemark[]; newest: boolean }) => {
  const t = words(c)
  return (
    <table class="list admin-table take-over-remarks">
      <caption class="only-heard">{t('tab.findings')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('findings.what')}</th>
          <th scope="col" class="cell-narrow">
            {t('findings.kind')}
          </th>
          <th scope="col" class="cell-wide">
            {t('findings.table')}
          </th>
          <th scope="col" class="cell-narrow">
            {t('findings.key')}
          </th>
          <th scope="col">{t('findings.detail')}</th>
          <th scope="col" class="cell-time" aria-sort={newest ? 'descending' : 'ascending'}>
            <a href={sameWith(c, { dir: newest ? null : 'desc', after: null })}>
              {t('findings.at')}
              <span aria-hidden="true">{newest ? ' ▼' : ' ▲'}</span>
            </a>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr>
            <td class="cell-main">{sayFinding(c.get('language'), row.code)}</td>
            <td class="cell-narrow" data-label={t('findings.kind')} title={t(`kind.${kindOf(row.code)}.help`)}>
              <Badge tone={TONES[kindOf(row.code)]} words={t(`kind.${kindOf(row.code)}`)} />
            </td>
            <td class="cell-wide" data-label={t('findings.table')}>
              <code>{row.table}</code>
            </td>
            <td class="cell-narrow" data-label={t('findings.key')}>
              {row.key}
            </td>
            <td class="cell-error" data-label={t('findings.detail')}>
              {sayDetail(row.detail)}
            </td>
            <td class="cell-time" data-label={t('findings.at')}>
              <Time c={c} at={row.at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function exported(c: PageContext, host: Host, runId: Id | undefined, wish: Omit<RemarkWish, 'limit'>): Response {
  const t = words(c)
  const language = c.get('language')
  return csvAnswer(
    c,
    'take-over-findings.csv',
    ['findings.what', 'findings.kind', 'findings.table', 'findings.key', 'findings.detail', 'findings.at'].map((key) =>
      t(key as 'findings.what'),
    ),
    (async function* () {
      for (let after: Id | undefined; runId !== undefined; ) {
        const rows = await listRemarks(host.db, runId, { ...wish, after, limit: 500 })
        for (const { code, table, key, detail, at } of rows)
          yield [sayFinding(language, code), t(`kind.${kindOf(code)}`), table, key, sayDetail(detail), plainTime(c, at)]
        if (rows.length < 500) return
        after = rows.at(-1)!.id
      }
    })(),
  )
}
