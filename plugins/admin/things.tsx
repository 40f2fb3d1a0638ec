/** Owns what pages of things with a validity share: their routes, and their list, which is read whole and narrowed to what is in use. */
import type { Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { refused, type Host, type PageContext, type WebEnv, type Work } from '../../core/index.ts'
import {
  blankForm,
  ButtonLink,
  readFields,
  readValidity,
  sayValidity,
  submit,
  validityChoices,
  ValidityCell,
  validityOf,
  type FormState,
} from '../../core/pages.ts'
import type { AreaName } from './areas.ts'
import { demandAdministrator } from './frame.tsx'
import { listPage, pick, readList, type Column, type ListOptions, type ListQuery } from './list.tsx'
import { words } from './words.ts'

interface ThingRoutes<Thing> {
  list(c: PageContext): Promise<Response>
  find(db: Host['db'], id: string): Promise<Thing | undefined>
  /** Of a new one where there is no thing. */
  form(c: PageContext, thing: Thing | undefined, form: FormState): Promise<Response>
  /** Keeps what the form says. */
  keep(work: Work, values: Record<string, string>, thing: Thing | undefined): Promise<unknown>
}

/** The list, and each thing below it with its form. */
export function thingRoutes<Thing>(app: Hono<WebEnv>, path: string, { list, find, form, keep }: ThingRoutes<Thing>): void {
  const demand = async (c: PageContext): Promise<Thing> => {
    const thing = await find(c.get('host').db, c.req.param('id') ?? '')
    if (!thing) throw refused('not-found')
    return thing
  }
  const save = async (c: PageContext, thing: Thing | undefined): Promise<Response> => {
    const actor = demandAdministrator(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        await c.get('host').work(actor, async (work) => void (await keep(work, values, thing)))
        return { to: path, said: words(c)('said.saved') }
      },
      (again) => form(c, thing, again),
    )
  }
  app.get(path, list)
  app.get(`${path}/new`, (c) => form(c, undefined, blankForm()))
  app.post(`${path}/new`, (c) => save(c, undefined))
  app.get(`${path}/:id`, async (c) => form(c, await demand(c), blankForm()))
  app.post(`${path}/:id`, async (c) => save(c, await demand(c)))
}

type Valid = ReturnType<typeof readValidity>

interface ThingList<Thing> {
  area: AreaName
  path: string
  beside: Child
  above?: Child
  /** The first is the usual order, in which the things come. */
  sorts: readonly [string, ...string[]]
  /** Whether it is in use stands behind them. */
  columns: readonly Column<Thing>[] | ((query: ListQuery) => readonly Column<Thing>[])
  things: readonly Thing[]
  /** What the button for a new one says. */
  add: string
  empty?: { title: string; text: string }
}

export function thingList<Thing extends Valid>(
  c: PageContext,
  { area, path, beside, above, sorts, columns, things, add, empty }: ThingList<Thing>,
): Promise<Response> {
  const t = words(c)
  const options: ListOptions = { sorts, sort: sorts[0], filters: [{ name: 'valid', label: t('valid'), choices: validityChoices(c) }] }
  const query = readList(c, options)
  const all: Column<Thing>[] = [
    ...(typeof columns === 'function' ? columns(query) : columns),
    {
      key: 'valid',
      label: t('valid'),
      text: (thing) => sayValidity(c, thing),
      cell: (thing) => <ValidityCell c={c} thing={thing} />,
      class: 'cell-narrow',
    },
  ]
  const { valid } = query.filters
  const meant = things.filter((thing) => !valid || valid === validityOf(thing))
  return listPage(c, {
    area,
    title: t(`area.${area}`),
    beside,
    ...(above ? { above } : {}),
    query,
    options,
    columns: all,
    rows: pick(c, meant, query, all, sorts[0]),
    searchLabel: t('list.search'),
    empty: empty ?? { title: t('list.none-found') },
    acts: (
      <ButtonLink kind="primary" href={`${path}/new`} shortcut="N">
        {add}
      </ButtonLink>
    ),
  })
}
