/** Owns lists on pages of administration: search, filters, order, paging, export; all of it in the address. */
import type { Child } from 'hono/jsx'
import { DateTime } from 'luxon'
import type { KeyPage } from '../../database/key-page.ts'
import type { Id } from '../../database/schema.ts'
import type { PageContext } from '../../kernel/contract.ts'
import { plainWord } from '../../search/fold.ts'
import { csvAnswer } from '../csv.ts'
import { webTexts } from '../i18n/web-texts.ts'
import { ActButton, type Choice } from '../parts/fields.tsx'
import { EmptyState, PageHead } from '../parts/layout.tsx'

const words = (c: PageContext) => webTexts.in(c.get('language'))

export interface ListColumn<Row> {
  key: string
  label: string
  /** As shown; without it the column stands in the export only. The first column leads to the row's own page. */
  cell?(row: Row): Child
  /** As exported and, in short lists, searched and sorted by. */
  text(row: Row): string
  sort?: boolean
  class?: string
}

export type SwitchState = 'on' | 'off' | 'stopped'

/** The column of things that are switched on and off from their list; what was stopped by itself is taken up again. `say`: a state, and what its button does. */
export function switchColumn<Row extends { id: Id; name: string }>(
  c: PageContext,
  at: { label: string; path: string; stateOf(row: Row): SwitchState; say(key: `state.${SwitchState}` | `switch.${SwitchState}`): string },
): ListColumn<Row> {
  return {
    key: 'state',
    label: at.label,
    sort: true,
    text: (row) => at.say(`state.${at.stateOf(row)}`),
    class: 'cell-switch',
    cell: (row) => {
      const state = at.stateOf(row)
      return (
        <div class="switch">
          <span class={state === 'on' ? undefined : 'warn'}>{at.say(`state.${state}`)}</span>
          <ActButton c={c} action={`${at.path}/${row.id}/switch`} small fields={{ valid: state === 'on' ? 'off' : 'on' }}>
            {at.say(`switch.${state}`)}
            <span class="only-heard"> {row.name}</span>
          </ActButton>
        </div>
      )
    },
  }
}

export interface ListFilter {
  name: string
  label: string
  choices: readonly Choice[]
  type?: 'select' | 'date'
}

export interface ListQuery {
  search: string
  sort: string
  direction: 'asc' | 'desc'
  after: string | undefined
  filters: Record<string, string>
  csv: boolean
}

export interface ListOptions {
  sorts: readonly string[]
  sort: string
  direction?: 'asc' | 'desc'
  filters?: readonly ListFilter[]
}

/** Reads the address; what makes no sense there is left out. */
export function readList(c: PageContext, options: ListOptions): ListQuery {
  const query = c.req.query()
  const sort = options.sorts.includes(query['sort'] ?? '') ? query['sort']! : options.sort
  const usual = options.direction ?? 'asc'
  const filters: Record<string, string> = {}
  for (const filter of options.filters ?? []) {
    const value = query[filter.name] ?? ''
    filters[filter.name] =
      filter.type === 'date'
        ? DateTime.fromFormat(value, 'yyyy-MM-dd').isValid
          ? value
          : ''
        : filter.choices.some((choice) => choice.value === value)
          ? value
          : ''
  }
  return {
    search: (query['search'] ?? '').replaceAll('\u0000', '').trim().slice(0, 200),
    sort,
    direction: query['dir'] === 'asc' || query['dir'] === 'desc' ? query['dir'] : sort === options.sort ? usual : 'asc',
    after: query['after'] || undefined,
    filters,
    csv: query['format'] === 'csv',
  }
}

/** The address of the same list with something changed. */
function listUrl(
  path: string,
  query: ListQuery,
  change: { sort?: string; dir?: string; after?: string | null; format?: string } = {},
): string {
  const params = new URLSearchParams()
  if (query.search) params.set('search', query.search)
  for (const [name, value] of Object.entries(query.filters)) if (value) params.set(name, value)
  params.set('sort', change.sort ?? query.sort)
  params.set('dir', change.dir ?? query.direction)
  if (change.after) params.set('after', change.after)
  if (change.format) params.set('format', change.format)
  return `${path}?${params}`
}

export interface List<Row> {
  /** Begins the name of the file that an export makes. */
  name: string
  title: string
  beside?: Child
  acts?: Child
  /** Above the list: tabs, a notice. */
  above?: Child
  below?: Child
  query: ListQuery
  options: ListOptions
  columns: readonly ListColumn<Row>[]
  /** One page of rows, and where the next begins. */
  rows: readonly Row[]
  next?: string | null
  /** Every row, for the export; default: the rows given. */
  all?: () => AsyncIterable<Row>
  /** What a search goes through, as words in its field. */
  searchLabel: string
  empty: { title: string; text?: string; acts?: Child }
}

/** Answers with the list as a page, in the frame that `page` makes, or, with ?format=csv, as a file. */
export async function listAnswer<Row>(c: PageContext, list: List<Row>, page: (body: Child) => Promise<Response>): Promise<Response> {
  const t = words(c)
  const { query, columns } = list
  const path = new URL(c.req.url).pathname
  if (query.csv) {
    const all = list.all?.() ?? fromArray(list.rows)
    const day = new Intl.DateTimeFormat('sv', { timeZone: c.get('host').config.zone }).format(c.get('host').clock())
    return csvAnswer(
      c,
      `${list.name}-${day}.csv`,
      columns.map((column) => column.label),
      texts(all, columns),
    )
  }
  const narrowed = query.search !== '' || Object.values(query.filters).some(Boolean)
  return page(
    <>
      <PageHead title={list.title} {...(list.beside ? { beside: list.beside } : {})}>
        {list.acts}
        <a class="button button-quiet" href={listUrl(path, query, { format: 'csv' })} download>
          {t('list.export')}
        </a>
      </PageHead>
      {list.above}
      <form class="list-tools" role="search" method="get" action={path} aria-label={list.title}>
        <div class="field list-search">
          <label for="list-search" class="only-heard">
            {list.searchLabel}
          </label>
          <input type="search" id="list-search" name="search" value={query.search} placeholder={list.searchLabel} />
        </div>
        {(list.options.filters ?? []).map((filter) => (
          <div class="field">
            <label for={`filter-${filter.name}`} class={filter.type === 'date' ? 'list-date' : 'only-heard'}>
              {filter.label}
            </label>
            {filter.type === 'date' ? (
              <input type="date" id={`filter-${filter.name}`} name={filter.name} value={query.filters[filter.name]} />
            ) : (
              <select id={`filter-${filter.name}`} name={filter.name} data-submits="">
                <option value="">
                  {filter.label}: {t('list.any')}
                </option>
                {filter.choices.map((choice) => (
                  <option value={choice.value} selected={choice.value === query.filters[filter.name]}>
                    {choice.label}
                  </option>
                ))}
              </select>
            )}
          </div>
        ))}
        <input type="hidden" name="sort" value={query.sort} />
        <input type="hidden" name="dir" value={query.direction} />
        <button class="button button-quiet" type="submit">
          {t('list.show')}
        </button>
        {narrowed && <a href={path}>{t('list.clear')}</a>}
      </form>
      {list.rows.length === 0 ? (
        <div class="card">
          {narrowed || query.after ? (
            <EmptyState title={t('list.none-found')} text={<a href={path}>{t('list.clear')}</a>} />
          ) : (
            <EmptyState title={list.empty.title} {...(list.empty.text ? { text: list.empty.text } : {})}>
              {list.empty.acts}
            </EmptyState>
          )}
        </div>
      ) : (
        <Table path={path} query={query} options={list.options} columns={columns} rows={list.rows} caption={list.title} />
      )}
      <Pages c={c} first={query.after ? listUrl(path, query) : null} next={list.next ? listUrl(path, query, { after: list.next }) : null} />
      {list.below}
    </>,
  )
}

/** Paging by key goes on, or back to the beginning. */
const Pages = ({ c, first, next }: { c: PageContext; first: string | null; next: string | null }) => {
  if (!first && !next) return null
  const t = words(c)
  return (
    <nav class="pager" aria-label={t('list.pages')}>
      {first && (
        <a class="button button-quiet" href={first}>
          ⇤ {t('list.first')}
        </a>
      )}
      {next && (
        <a class="button button-quiet" href={next} rel="next">
          {t('list.next')} →
        </a>
      )}
    </nav>
  )
}

function Table<Row>({
  path,
  query,
  options,
  columns,
  rows,
  caption,
}: {
  path: string
  query: ListQuery
  options: ListOptions
  columns: readonly ListColumn<Row>[]
  rows: readonly Row[]
  caption: string
}) {
  const shown = columns.filter((column) => column.cell)
  return (
    <table class="list admin-table">
      <caption class="only-heard">{caption}</caption>
      <thead>
        <tr>
          {shown.map((column) => {
            const sorts = column.sort && options.sorts.includes(column.key)
            const current = query.sort === column.key
            const dir = current && query.direction === 'asc' ? 'desc' : 'asc'
            return (
              <th
                scope="col"
                class={column.class}
                aria-sort={current ? (query.direction === 'asc' ? 'ascending' : 'descending') : undefined}
              >
                {sorts ? (
                  <a href={listUrl(path, query, { sort: column.key, dir })}>
                    {column.label}
                    {current && <span aria-hidden="true">{query.direction === 'asc' ? ' ▲' : ' ▼'}</span>}
                  </a>
                ) : (
                  column.label
                )}
              </th>
            )
          })}
        </tr>
      </thead>
      <tbody data-rows="">
        {rows.map((row) => (
          <tr data-row="">
            {shown.map((column, i) => (
              <td class={i === 0 ? `cell-main ${column.class ?? ''}` : column.class} data-label={i === 0 ? undefined : column.label}>
                {column.cell!(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** A first cell: a link and, below it, a quiet second line. */
export const Main = ({ href, name, below, depth = 0 }: { href: string; name: Child; below?: Child; depth?: number }) => (
  <div class={`main-cell depth-${Math.min(depth, 5)}`}>
    <span class="line-1">
      <a href={href}>{name}</a>
    </span>
    {below && <span class="line-2">{below}</span>}
  </div>
)

/** Searches and sorts a list that stands in memory whole: each word must be found somewhere in the row. */
export function pick<Row>(
  c: PageContext,
  rows: readonly Row[],
  query: ListQuery,
  columns: readonly ListColumn<Row>[],
  usual: string,
): Row[] {
  const wanted = plainWord(query.search).split(/\s+/).filter(Boolean)
  const found = rows.filter((row) => {
    const all = plainWord(columns.map((column) => column.text(row)).join('\n'))
    return wanted.every((word) => all.includes(word))
  })
  const column = columns.find((one) => one.key === query.sort)
  if (!column || (query.sort === usual && query.direction === 'asc')) return found
  const collator = new Intl.Collator(c.get('language'), { numeric: true })
  const sign = query.direction === 'asc' ? 1 : -1
  return found.toSorted((a, b) => sign * collator.compare(column.text(a), column.text(b)))
}

/** Every row of a list that is read page by page. */
export async function* everyRow<Row>(read: (after: string | undefined) => Promise<KeyPage<Row>>): AsyncGenerator<Row> {
  let after: string | undefined
  do {
    const one = await read(after)
    yield* one.rows
    after = one.after ?? undefined
  } while (after)
}

async function* texts<Row>(rows: AsyncIterable<Row>, columns: readonly ListColumn<Row>[]): AsyncGenerator<string[]> {
  for await (const row of rows) yield columns.map((column) => column.text(row))
}

async function* fromArray<Row>(rows: readonly Row[]): AsyncGenerator<Row> {
  yield* rows
}
