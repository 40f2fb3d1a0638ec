/** Owns the pages of priorities: the list, one priority. */
import type { Hono } from 'hono'
import { sayPriority, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  Card,
  Crumb,
  Field,
  FormCard,
  PageHead,
  readValidity,
  sayValidity,
  SideList,
  statusOf,
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
import { adminPage, Beside } from '../frame.tsx'
import { Main, type Column } from '../list.tsx'
import { thingList, thingRoutes } from '../things.tsx'
import { words } from '../words.ts'

const PATH = '/admin/priorities'

export const priorityRoutes = (app: Hono<WebEnv>): void =>
  thingRoutes(app, PATH, {
    list: prioritiesPage,
    find: findPriority,
    form: priorityForm,
    keep: (work, values, priority) => (priority ? editPriority(work, priority.id, read(values)) : createPriority(work, read(values))),
  })

const read = (values: Record<string, string>) => ({ name: values['name'] ?? '', ...readValidity(values) })

async function prioritiesPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const columns: Column<TicketPriority>[] = [
    {
      key: 'name',
      label: t('priority.name'),
      sort: true,
      text: (x) => x.name,
      cell: (x) => <Main href={`${PATH}/${x.id}`} name={sayPriority(x.name, c.get('language'))} />,
    },
    { key: 'open', label: t('about.open'), sort: true, text: (x) => String(x.open), cell: (x) => x.open, class: 'cell-narrow' },
  ]
  return thingList(c, {
    area: 'priorities',
    path: PATH,
    beside: t('priority.what'),
    sorts: ['name', 'open'],
    columns,
    things: await listAllPriorities(c.get('host').db),
    add: t('priority.new'),
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
