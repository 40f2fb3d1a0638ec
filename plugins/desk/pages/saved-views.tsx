/** Owns the pages of saved views: naming a list, for oneself or for others; changing, removing it. */
import type { Hono } from 'hono'
import {
  editView,
  findView,
  mayShareWith,
  refused,
  removeView,
  saveView,
  type PageContext,
  type SavedView,
  type ViewHolder,
  type WebEnv,
} from '../../../core/index.ts'
import {
  blankForm,
  ButtonLink,
  Crumb,
  EmptyState,
  Field,
  flash,
  FormCard,
  Notice,
  ownPath,
  PageHead,
  readFields,
  Select,
  SideList,
  statusOf,
  submit,
  type FormState,
} from '../../../core/pages.ts'
import { columnsOf } from '../columns.ts'
import { addressOf, listUrl, readListAddress, readListQuery, readSaved, savedUrl, type ListQuery } from '../list-query.ts'
import { words } from '../words.ts'
import { deskPage, enter, type Visit } from './frame.tsx'
import { readChoices, sayFilters, saySort } from './list-filter.tsx'
import { titleOf } from './list.tsx'

const PATH = '/desk/views'

export function savedViewRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, viewsPage)
  app.get(`${PATH}/new`, async (c) => newPage(c, await enter(c), c.req.query('from') ?? '', blankForm()))
  app.post(`${PATH}/new`, saveNew)
  app.get(`${PATH}/:id`, async (c) => editPage(c, ...(await demandView(c)), blankForm()))
  app.post(`${PATH}/:id`, saveEdited)
  app.post(`${PATH}/:id/list`, keepList)
  app.get(`${PATH}/:id/remove`, removePage)
  app.post(`${PATH}/:id/remove`, remove)
}

async function demandView(c: PageContext): Promise<[Visit, SavedView]> {
  const visit = await enter(c)
  return [visit, await findView(c.get('host').db, visit.actor, c.req.param('id') ?? '')]
}

async function demandEditable(c: PageContext): Promise<[Visit, SavedView]> {
  const [visit, view] = await demandView(c)
  if (!view.mayEdit) throw refused('not-allowed')
  return [visit, view]
}

/** GET /desk/views: those one has, and whom each is for. */
async function viewsPage(c: PageContext): Promise<Response> {
  const visit = await enter(c)
  const t = words(c)
  const views = await visit.views()
  return deskPage(c, visit, {
    title: t('views.title'),
    body: (
      <>
        <PageHead title={t('views.title')} beside={t('views.what')} />
        {views.length === 0 ? (
          <div class="card">
            <EmptyState title={t('views.none')} text={t('views.none.text')} />
          </div>
        ) : (
          <table class="list views" aria-label={t('views.title')}>
            <thead>
              <tr>
                <th scope="col">{t('views.name')}</th>
                <th scope="col">{t('views.for')}</th>
                <th scope="col" class="cell-acts">
                  <span class="only-heard">{t('views.change')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {views.map((view) => (
                <tr>
                  <th scope="row" class="cell-main">
                    <a href={savedUrl(view)}>{view.name}</a>
                  </th>
                  <td data-label={t('views.for')}>{sayHolder(c, view)}</td>
                  <td class="cell-acts">
                    {view.mayEdit && (
                      <a href={`${PATH}/${view.id}`} aria-label={t('views.change-one', { name: view.name })}>
                        {t('views.change')}
                      </a>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </>
    ),
  })
}

function sayHolder(c: PageContext, { holder, holderName }: Pick<SavedView, 'holder' | 'holderName'>): string {
  return holder.kind === 'own' ? words(c)('views.own') : words(c)(`views.of-${holder.kind}`, { name: holderName })
}

/** What is saved, and under which name; as `from` shows it now. */
async function newPage(c: PageContext, visit: Visit, from: string, form: FormState): Promise<Response> {
  const t = words(c)
  const query = readQuery(from)
  return deskPage(c, visit, {
    title: t('views.new'),
    status: statusOf(form),
    body: (
      <div class="narrow">
        <Crumb href={listUrl(query)}>{t('views.back')}</Crumb>
        <PageHead title={t('views.new')} />
        <FormCard c={c} form={form} action={`${PATH}/new`} save={t('views.save-it')} cancel={listUrl(query)} labels={labels(c)}>
          <input type="hidden" name="from" value={listUrl(query)} />
          <ViewFields c={c} form={form} sharers={await mayShareWith(c.get('host').db, visit.actor.access)} />
          {await saved(c, visit, query)}
        </FormCard>
      </div>
    ),
  })
}

const readQuery = (from: string): ListQuery => {
  const { place, query } = readListAddress(ownPath(from))
  return readListQuery(place, query)
}
const labels = (c: PageContext) => ({ name: words(c)('views.name'), holder: words(c)('views.for') })

/** What the list is narrowed to, its order, its columns. */
async function saved(c: PageContext, visit: Visit, query: ListQuery) {
  const t = words(c)
  const [choices, title, { shown }] = await Promise.all([readChoices(c, visit), titleOf(c, visit, query), columnsNow(c, visit, query)])
  const filters = sayFilters({ c, visit, query, choices })
  return (
    <SideList
      items={[
        { name: t('views.list'), value: title },
        { name: t('filter.open'), value: filters.map(({ said }) => said).join(' · ') },
        { name: t('filter.sort'), value: `${saySort(c, query.sort)}, ${t(query.direction === 'asc' ? 'filter.up' : 'filter.down')}` },
        { name: t('columns.open'), value: shown.map((column) => column.label(c.get('language'))).join(' · ') },
      ]}
    />
  )
}

const columnsNow = async (c: PageContext, visit: Visit, query: ListQuery) =>
  columnsOf(visit, query, (await visit.views()).find(({ id }) => id === query.saved)?.columns)

interface ViewFieldsProps {
  c: PageContext
  form: FormState
  sharers: { kind: 'unit' | 'group'; id: string; name: string }[]
  view?: SavedView
}

const ViewFields = ({ c, form, sharers, view }: ViewFieldsProps) => {
  const t = words(c)
  const value = (holder: ViewHolder) => (holder.kind === 'own' ? 'own' : `${holder.kind} ${holder.id}`)
  // Whoever may change it only where it stands sees where that is.
  const now = view && view.holder.kind !== 'own' ? [{ ...view.holder, name: view.holderName }] : []
  const places = [...now.filter((one) => !sharers.some(({ kind, id }) => kind === one.kind && id === one.id)), ...sharers]
  return (
    <>
      <Field c={c} form={form} name="name" label={t('views.name')} value={view?.name} maxlength={60} required autofocus />
      {places.length > 0 && (
        <Select
          c={c}
          form={form}
          name="holder"
          label={t('views.for')}
          help={t('views.for.help')}
          value={view ? value(view.holder) : 'own'}
          choices={[
            { value: 'own', label: t('views.own') },
            ...places.map(({ kind, id, name }) => ({ value: `${kind} ${id}`, label: name, group: t(`views.${kind}s`) })),
          ]}
        />
      )}
    </>
  )
}

function readHolder(typed: string | undefined): ViewHolder {
  const [, kind, id] = /^(unit|group) (\d{1,18})$/.exec(typed ?? '') ?? []
  return id ? { kind: kind as 'unit' | 'group', id } : { kind: 'own' }
}

async function saveNew(c: PageContext): Promise<Response> {
  const visit = await enter(c)
  const values = await readFields(c)
  const query = readQuery(values['from'] ?? '')
  return submit(
    c,
    values,
    async () => {
      const columns = await columnsNow(c, visit, query)
      const address = addressOf(query)
      const form = {
        name: values['name'] ?? '',
        holder: readHolder(values['holder']),
        address,
        columns: columns.chosen ? columns.shown.map(({ key }) => key) : null,
      }
      const id = await c.get('host').work(visit.actor, (work) => saveView(work, form))
      return { to: savedUrl({ id, address }), said: words(c)('views.said.saved', { name: form.name.trim() }) }
    },
    (form) => newPage(c, visit, values['from'] ?? '', form),
  )
}

async function editPage(c: PageContext, visit: Visit, view: SavedView, form: FormState): Promise<Response> {
  const t = words(c)
  if (!view.mayEdit) throw refused('not-allowed')
  return deskPage(c, visit, {
    title: view.name,
    saved: view.id,
    status: statusOf(form),
    body: (
      <div class="narrow">
        <Crumb href={PATH}>{t('views.title')}</Crumb>
        <PageHead title={view.name} />
        <FormCard
          c={c}
          form={form}
          cancel={PATH}
          labels={labels(c)}
          acts={
            <ButtonLink kind="danger" href={`${PATH}/${view.id}/remove`}>
              {t('views.remove')}
            </ButtonLink>
          }
        >
          <ViewFields c={c} form={form} view={view} sharers={await mayShareWith(c.get('host').db, visit.actor.access)} />
          {await saved(c, visit, { ...readSaved(view.address), saved: view.id })}
          <p class="small quiet">{t('views.how')}</p>
        </FormCard>
      </div>
    ),
  })
}

async function saveEdited(c: PageContext): Promise<Response> {
  const [visit, view] = await demandEditable(c)
  const values = await readFields(c)
  return submit(
    c,
    values,
    async () => {
      const change = { name: values['name'] ?? '', holder: values['holder'] === undefined ? view.holder : readHolder(values['holder']) }
      await c.get('host').work(visit.actor, (work) => editView(work, view.id, change))
      return { to: PATH, said: words(c)('views.said.saved', { name: change.name.trim() }) }
    },
    (form) => editPage(c, visit, view, form),
  )
}

/** POST /desk/views/:id/list with `back`: the list of this address is the view's from now on. */
async function keepList(c: PageContext): Promise<Response> {
  const [visit, view] = await demandEditable(c)
  const query = { ...readQuery((await readFields(c))['back'] ?? ''), saved: view.id }
  await c.get('host').work(visit.actor, (work) => editView(work, view.id, { address: addressOf(query) }))
  flash(c, { text: words(c)('views.said.saved', { name: view.name }) })
  return c.redirect(listUrl(query), 303)
}

async function removePage(c: PageContext): Promise<Response> {
  const [visit, view] = await demandEditable(c)
  const t = words(c)
  return deskPage(c, visit, {
    title: t('views.remove-one', { name: view.name }),
    saved: view.id,
    body: (
      <div class="narrow">
        <Crumb href={`${PATH}/${view.id}`}>{view.name}</Crumb>
        <PageHead title={t('views.remove-one', { name: view.name })} />
        <FormCard c={c} form={blankForm()} save={t('views.remove-it')} danger cancel={`${PATH}/${view.id}`}>
          <Notice tone={view.holder.kind === 'own' ? 'info' : 'warn'}>
            {view.holder.kind === 'own' ? t('views.remove.own') : t('views.remove.shared', { who: sayHolder(c, view) })}
          </Notice>
        </FormCard>
      </div>
    ),
  })
}

async function remove(c: PageContext): Promise<Response> {
  const [visit, view] = await demandEditable(c)
  await c.get('host').work(visit.actor, (work) => removeView(work, view.id))
  flash(c, { text: words(c)('views.said.removed', { name: view.name }) })
  return c.redirect(PATH, 303)
}
