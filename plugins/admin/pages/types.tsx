/** Owns the pages of ticket types: the list, one type. */
import type { Hono } from 'hono'
import { refused, sayType, type PageContext, type WebEnv } from '../../../core/index.ts'
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
import { createType, editType, findType, listTypes, ticketsBy, type TicketType } from '../../../core/administration.ts'
import { adminPage, Beside, demandAdministrator } from '../frame.tsx'
import { listPage, Main, pick, readList, type Column, type ListOptions } from '../list.tsx'
import { words } from '../words.ts'
import { UseNotice } from './use-notice.tsx'

const PATH = '/admin/types'

export function typeRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, typesPage)
  app.get(`${PATH}/new`, (c) => typeForm(c, undefined, blankForm()))
  app.post(`${PATH}/new`, (c) => save(c, undefined))
  app.get(`${PATH}/:id`, async (c) => typeForm(c, await demandType(c), blankForm()))
  app.post(`${PATH}/:id`, async (c) => save(c, await demandType(c)))
}

async function demandType(c: PageContext): Promise<TicketType> {
  const type = await findType(c.get('host').db, c.req.param('id') ?? '')
  if (!type) throw refused('not-found')
  return type
}

async function save(c: PageContext, type: TicketType | undefined): Promise<Response> {
  const actor = demandAdministrator(c)
  const values = await readFields(c)
  const form = { name: values['name'] ?? '', ...readValidity(values) }
  return submit(
    c,
    values,
    async () => {
      await c.get('host').work(actor, async (work) => void (await (type ? editType(work, type.id, form) : createType(work, form))))
      return { to: PATH, said: words(c)('said.saved') }
    },
    (again) => typeForm(c, type, again),
  )
}

async function typesPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const options: ListOptions = {
    sorts: ['name', 'open'],
    sort: 'name',
    filters: [{ name: 'valid', label: t('valid'), choices: validityChoices(c) }],
  }
  const query = readList(c, options)
  const columns: Column<TicketType>[] = [
    {
      key: 'name',
      label: t('type.name'),
      sort: true,
      text: (x) => x.name,
      cell: (x) => <Main href={`${PATH}/${x.id}`} name={sayType(x.name, c.get('language'))} />,
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
  const types = (await listTypes(c.get('host').db)).filter((x) => !valid || valid === (x.valid ? 'on' : x.offForNow ? 'for-now' : 'off'))
  return listPage(c, {
    area: 'types',
    title: t('area.types'),
    beside: t('type.what'),
    above: <UseNotice c={c} of="types" />,
    query,
    options,
    columns,
    rows: pick(c, types, query, columns, 'name'),
    searchLabel: t('list.search'),
    empty: { title: t('list.none-found') },
    acts: (
      <ButtonLink kind="primary" href={`${PATH}/new`} shortcut="N">
        {t('type.new')}
      </ButtonLink>
    ),
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
