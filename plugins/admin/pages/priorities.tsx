/** Owns the pages of priorities: the list, one priority. */
import type { Hono } from 'hono'
import { refused, sayPriority, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  blankForm,
  ButtonLink,
  Card,
  Crumb,
  Field,
  FormCard,
  PageHead,
  readFields,
  readValidity,
  sayValidity,
  SideList,
  statusOf,
  submit,
  validityChoices,
  ValidityCell,
  ValiditySelect,
  type FormState,
} from '../../../core/pages.ts'
import {
  createPriority,
  editPriority,
  findPriority,
  listAllPriorities,
  NORMAL_PRIORITY,
  type TicketPriority,
} from '../../../core/administration.ts'
import { adminPage, Beside, demandAdministrator } from '../frame.tsx'
import { listPage, Main, pick, readList, type Column, type ListOptions } from '../list.tsx'
import { words } from '../words.ts'

const PATH = '/admin/priorities'

export function priorityRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, prioritiesPage)
  app.get(`${PATH}/new`, (c) => priorityForm(c, undefined, blankForm()))
  app.post(`${PATH}/new`, (c) => save(c, undefined))
  app.get(`${PATH}/:id`, async (c) => priorityForm(c, await demandPriority(c), blankForm()))
  app.post(`${PATH}/:id`, async (c) => save(c, await demandPriority(c)))
}

async function demandPriority(c: PageContext): Promise<TicketPriority> {
  const priority = await findPriority(c.get('host').db, c.req.param('id') ?? '')
  if (!priority) throw refused('not-found')
  return priority
}

async function save(c: PageContext, priority: TicketPriority | undefined): Promise<Response> {
  const actor = demandAdministrator(c)
  const values = await readFields(c)
  const form = { name: values['name'] ?? '', ...readValidity(values) }
  return submit(
    c,
    values,
    async () => {
      await c
        .get('host')
        .work(actor, async (work) => void (await (priority ? editPriority(work, priority.id, form) : createPriority(work, form))))
      return { to: PATH, said: words(c)('said.saved') }
    },
    (again) => priorityForm(c, priority, again),
  )
}

async function prioritiesPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const options: ListOptions = {
    sorts: ['name', 'open'],
    sort: 'name',
    filters: [{ name: 'valid', label: t('valid'), choices: validityChoices(c) }],
  }
  const query = readList(c, options)
  const columns: Column<TicketPriority>[] = [
    {
      key: 'name',
      label: t('priority.name'),
      sort: true,
      text: (x) => x.name,
      cell: (x) => <Main href={`${PATH}/${x.id}`} name={sayPriority(x.name, c.get('language'))} />,
    },
    { key: 'open', label: t('about.open'), sort: true, text: (x) => String(x.open), cell: (x) => x.open, class: 'cell-narrow' },
    {
      key: 'valid',
      label: t('valid'),
      text: (x) => sayValidity(c, x),
      cell: (x) => <ValidityCell c={c} thing={x} />,
      class: 'cell-narrow',
    },
  ]
  const valid = query.filters['valid']
  const priorities = (await listAllPriorities(c.get('host').db)).filter(
    (x) => !valid || valid === (x.valid ? 'on' : x.offForNow ? 'for-now' : 'off'),
  )
  return listPage(c, {
    area: 'priorities',
    title: t('area.priorities'),
    beside: t('priority.what'),
    query,
    options,
    columns,
    rows: pick(c, priorities, query, columns, 'name'),
    searchLabel: t('list.search'),
    empty: { title: t('list.none-found') },
    acts: (
      <ButtonLink kind="primary" href={`${PATH}/new`} shortcut="N">
        {t('priority.new')}
      </ButtonLink>
    ),
  })
}

async function priorityForm(c: PageContext, priority: TicketPriority | undefined, form: FormState): Promise<Response> {
  const t = words(c)
  const title = priority ? sayPriority(priority.name, c.get('language')) : t('priority.new')
  return adminPage(c, {
    title,
    area: 'priorities',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.priorities')}</Crumb>
        <PageHead title={title} {...(priority && !priority.valid ? { beside: sayValidity(c, priority) } : {})} />
        <Beside
          aside={
            priority && (
              <Card title={t('about.used')} id="used">
                <SideList
                  items={[
                    { name: t('about.open'), value: <a href={`/desk/search?priority=${priority.id}&state=open`}>{priority.open}</a> },
                    { name: t('about.all'), value: <a href={`/desk/search?priority=${priority.id}&state=any`}>{t('about.show')}</a> },
                  ]}
                />
              </Card>
            )
          }
        >
          <FormCard c={c} form={form} of={priority && `ticket priority:${priority.id}`} cancel={PATH}>
            <Field
              c={c}
              form={form}
              name="name"
              label={t('priority.name')}
              help={t(priority?.id === NORMAL_PRIORITY ? 'priority.default' : 'priority.name.help')}
              value={priority?.name}
              maxlength={200}
              required
            />
            <ValiditySelect c={c} form={form} help={t('priority.valid.help')} of={priority} />
          </FormCard>
        </Beside>
      </>
    ),
  })
}
