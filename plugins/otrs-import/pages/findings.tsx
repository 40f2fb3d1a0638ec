/** Owns the page of remarks: what an import mended, set aside, or asks about; searched, filtered, exported. */
import type { Hono } from 'hono'
import { isId, type Host, type PageContext, type WebEnv } from '../../../core/index.ts'
import { everyRow, readList, type ListColumn } from '../../../core/administration.ts'
import { Badge, plainTime, Time, type Tone } from '../../../core/pages.ts'
import { FINDINGS } from '../findings.ts'
import { countRemarks, listRemarks, type FoundRemark } from '../lists.store.ts'
import { lastRun } from '../runs.store.ts'
import { sayFinding, words } from '../words.ts'
import { demandAdministrator, importList, TABS } from './frame.tsx'

const PAGE = 50
type Kind = 'mended' | 'aside' | 'decide' | 'told'
const KINDS: readonly Kind[] = ['decide', 'aside', 'mended', 'told']
const TONES: Record<Kind, Tone> = { decide: 'late', aside: 'waiting', mended: 'open', told: 'done' }
/** What an older or newer pomoc wrote is told, and nothing else is known of it. */
const kindOf = (code: string): Kind => (FINDINGS as Record<string, Kind>)[code] ?? 'told'

export function findingRoutes(app: Hono<WebEnv>, host: Host): void {
  app.get(TABS.findings, async (c) => {
    await demandAdministrator(c)
    const t = words(c)
    const language = c.get('language')
    const run = await lastRun(host.db)
    const counts = run ? await countRemarks(host.db, run.id) : new Map<string, number>()
    const options = {
      sorts: ['at'],
      sort: 'at',
      filters: [
        { name: 'kind', label: t('findings.kind'), choices: KINDS.map((value) => ({ value, label: t(`kind.${value}`) })) },
        {
          name: 'code',
          label: t('findings.what'),
          choices: [...counts].map(([value, count]) => ({
            value,
            label: `${sayFinding(language, value)} (${count.toLocaleString(language)})`,
          })),
        },
      ],
    }
    const query = readList(c, options)
    const { kind, code } = query.filters
    const wish = {
      codes: code ? [code] : kind ? [...counts.keys()].filter((one) => kindOf(one) === kind) : undefined,
      search: query.search,
      newest: query.direction === 'desc',
    }
    const read = async (after: string | undefined, limit = PAGE) => {
      const found = run ? await listRemarks(host.db, run.id, { ...wish, after: isId(after) ? after : undefined, limit: limit + 1 }) : []
      const rows = found.slice(0, limit)
      return { rows, after: found.length > limit ? rows.at(-1)!.id : null }
    }
    const { rows, after } = await read(query.after)
    return importList(c, 'findings', {
      name: 'take-over-findings',
      query,
      options,
      columns: columnsOf(c),
      rows,
      next: after,
      all: () => everyRow((from) => read(from, 500)),
      searchLabel: t('findings.search'),
      empty: { title: t('findings.none'), text: t(run ? 'findings.none.text' : 'run.none.text') },
    })
  })
}

function columnsOf(c: PageContext): ListColumn<FoundRemark>[] {
  const t = words(c)
  const what = (row: FoundRemark) => sayFinding(c.get('language'), row.code)
  const kind = (row: FoundRemark) => t(`kind.${kindOf(row.code)}`)
  return [
    { key: 'what', label: t('findings.what'), text: what, cell: what },
    {
      key: 'kind',
      label: t('findings.kind'),
      text: kind,
      cell: (row) => (
        <span title={t(`kind.${kindOf(row.code)}.help`)}>
          <Badge tone={TONES[kindOf(row.code)]} words={kind(row)} />
        </span>
      ),
      class: 'take-over-kind',
    },
    {
      key: 'table',
      label: t('findings.table'),
      text: (row) => row.table,
      cell: (row) => <code>{row.table}</code>,
      class: 'cell-wide take-over-wrap',
    },
    { key: 'row', label: t('findings.key'), text: (row) => row.key, cell: (row) => row.key, class: 'take-over-wrap' },
    {
      key: 'detail',
      label: t('findings.detail'),
      text: (row) => sayDetail(row.detail),
      cell: (row) => <span class="take-over-few">{sayDetail(row.detail)}</span>,
      class: 'cell-error',
    },
    {
      key: 'at',
      label: t('findings.at'),
      sort: true,
      text: (row) => plainTime(c, row.at),
      cell: (row) => <Time c={c} at={row.at} />,
      class: 'cell-time',
    },
  ]
}

const sayDetail = (detail: FoundRemark['detail']): string =>
  Object.entries(detail)
    .flatMap(([name, value]) => (value === null ? [] : [`${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`]))
    .join('; ')
