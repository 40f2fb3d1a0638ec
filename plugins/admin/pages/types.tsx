/** Owns the pages of ticket types: the list, one type. */
import type { Hono } from 'hono'
import { sayType, type PageContext, type WebEnv } from '../../../core/index.ts'
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
import { createType, editType, findType, listTypes, ticketsBy, type TicketType } from '../../../core/administration.ts'
import { adminPage, Beside } from '../frame.tsx'
import { Main, type Column } from '../list.tsx'
import { thingList, thingRoutes } from '../things.tsx'
import { words } from '../words.ts'
import { UseNotice } from './use-notice.tsx'

const PATH = '/admin/types'

export const typeRoutes = (app: Hono<WebEnv>): void =>
  thingRoutes(app, PATH, {
    list: typesPage,
    find: findType,
    form: typeForm,
    keep: (work, values, type) => (type ? editType(work, type.id, read(values)) : createType(work, read(values))),
  })

const read = (values: Record<string, string>) => ({ name: values['name'] ?? '', ...readValidity(values) })

async function typesPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const columns: Column<TicketType>[] = [
    {
      key: 'name',
      label: t('type.name'),
      sort: true,
      text: (x) => x.name,
      cell: (x) => <Main href={`${PATH}/${x.id}`} name={sayType(x.name, c.get('language'))} />,
    },
    { key: 'open', label: t('about.open'), sort: true, text: (x) => String(x.open), cell: (x) => x.open, class: 'cell-narrow' },
  ]
  return thingList(c, {
    area: 'types',
    path: PATH,
    beside: t('type.what'),
    above: <UseNotice c={c} of="types" />,
    sorts: ['name', 'open'],
    columns,
    things: await listTypes(c.get('host').db),
    add: t('type.new'),
  })
}

async function typeForm(c: PageContext, type: TicketType | undefined, form: FormState): Promise<Response> {
  const t = words(c)
  const title = type ? sayType(type.name, c.get('language')) : t('type.new')
  const all = type && (await ticketsBy(c.get('host').db, 'type_id', type.id))
  return adminPage(c, {
    title,
    area: 'types',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.types')}</Crumb>
        <PageHead title={title} {...(type && !type.valid ? { beside: sayValidity(c, type) } : {})} />
        <Beside
          aside={
            type && (
              <Card title={t('about.used')} id="used">
                <SideList
                  items={[
                    { name: t('about.open'), value: <a href={`/desk/search?type=${type.id}&state=open`}>{type.open}</a> },
                    { name: t('about.all'), value: <a href={`/desk/search?type=${type.id}`}>{all}</a> },
                  ]}
                />
              </Card>
            )
          }
        >
          <FormCard c={c} form={form} of={type && `ticket type:${type.id}`} cancel={PATH}>
            <Field
              c={c}
              form={form}
              name="name"
              label={t('type.name')}
              help={t('type.name.help')}
              value={type?.name}
              maxlength={200}
              required
            />
            <ValiditySelect c={c} form={form} help={t('type.valid.help')} of={type} />
          </FormCard>
        </Beside>
      </>
    ),
  })
}
