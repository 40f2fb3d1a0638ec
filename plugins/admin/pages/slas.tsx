/** Owns the pages of SLAs: the list, one SLA with its times and its services. */
import type { Hono } from 'hono'
import { listUnits, refused, ROOT_UNIT, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  blankForm,
  Card,
  Crumb,
  FormCard,
  PageHead,
  readAll,
  readFields,
  readSla,
  sayDeadlines,
  sayValidity,
  SideList,
  SlaFields,
  statusOf,
  submit,
  type FormState,
} from '../../../core/pages.ts'
import {
  createSla,
  editSla,
  findSla,
  listCalendars,
  listServices,
  listSlas,
  ticketsBy,
  type AdminSla,
} from '../../../core/administration.ts'
import { adminPage, Beside, demandAdministrator } from '../frame.tsx'
import { Main, type Column } from '../list.tsx'
import { thingList } from '../things.tsx'
import { words } from '../words.ts'
import { calendarChoices, unitChoices } from './choices.ts'
import { UseNotice } from './use-notice.tsx'

const PATH = '/admin/slas'

export function slaRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, slasPage)
  app.get(`${PATH}/new`, (c) => slaForm(c, undefined, blankForm()))
  app.post(`${PATH}/new`, (c) => save(c, undefined))
  app.get(`${PATH}/:id`, async (c) => slaForm(c, await demandSla(c), blankForm()))
  app.post(`${PATH}/:id`, async (c) => save(c, await demandSla(c)))
}

async function demandSla(c: PageContext): Promise<AdminSla> {
  const sla = await findSla(c.get('host').db, c.req.param('id') ?? '')
  if (!sla) throw refused('not-found')
  return sla
}

async function save(c: PageContext, sla: AdminSla | undefined): Promise<Response> {
  const actor = demandAdministrator(c)
  const values = await readFields(c)
  const ticked = await readAll(c, 'service')
  const form = { ...readSla(values, ticked), unitId: values['unitId'] ?? '' }
  return submit(
    c,
    values,
    async () => {
      await c.get('host').work(actor, async (work) => void (await (sla ? editSla(work, sla.id, form) : createSla(work, form))))
      return { to: PATH, said: words(c)('said.saved') }
    },
    (again) => slaForm(c, sla, again, ticked),
  )
}

async function slasPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const services = (x: AdminSla) => x.services.map(({ name }) => name.replaceAll('::', ' · ')).join(', ')
  const columns: Column<AdminSla>[] = [
    {
      key: 'name',
      label: t('sla.sla'),
      sort: true,
      text: (x) => x.name,
      cell: (x) => <Main href={`${PATH}/${x.id}`} name={x.name} below={x.comment} />,
    },
    { key: 'times', label: t('queue.deadlines'), text: (x) => sayDeadlines(c, x.deadlines), cell: (x) => sayDeadlines(c, x.deadlines) },
    {
      key: 'services',
      label: t('area.services'),
      text: services,
      cell: (x) => services(x) || <span class="quiet">{t('choose.none')}</span>,
    },
    {
      key: 'calendar',
      label: t('queue.calendar'),
      text: (x) => x.calendarName ?? '',
      cell: (x) => x.calendarName ?? <span class="quiet">{t('sla.calendar.default')}</span>,
      class: 'cell-wide',
    },
    { key: 'unit', label: t('person.unit'), sort: true, text: (x) => x.unitName, cell: (x) => x.unitName, class: 'cell-wide' },
    { key: 'open', label: t('about.open'), sort: true, text: (x) => String(x.open), cell: (x) => x.open, class: 'cell-narrow' },
  ]
  return thingList(c, {
    area: 'slas',
    path: PATH,
    beside: t('sla.what'),
    above: <UseNotice c={c} of="services" />,
    sorts: ['name', 'open', 'unit'],
    columns,
    things: await listSlas(c.get('host').db),
    add: t('sla.new'),
    empty: { title: t('sla.none'), text: t('sla.none.text') },
  })
}

async function slaForm(c: PageContext, sla: AdminSla | undefined, form: FormState, ticked?: readonly string[]): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [services, calendars, units, all] = await Promise.all([
    listServices(db),
    listCalendars(db),
    listUnits(db),
    sla ? ticketsBy(db, 'sla_id', sla.id) : 0,
  ])
  const asked = c.req.query('service')
  const chosen = new Set(ticked ?? sla?.services.map(({ id }) => id) ?? (asked ? [asked] : []))
  const title = sla?.name ?? t('sla.new')
  return adminPage(c, {
    title,
    area: 'slas',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.slas')}</Crumb>
        <PageHead title={title} {...(sla && !sla.valid ? { beside: sayValidity(c, sla) } : {})} />
        <Beside
          aside={
            sla && (
              <Card title={t('about.used')} id="used">
                <SideList
                  items={[
                    { name: t('about.open'), value: <a href={`/desk/search?sla=${sla.id}&state=open`}>{sla.open}</a> },
                    { name: t('about.all'), value: <a href={`/desk/search?sla=${sla.id}`}>{all}</a> },
                    { name: t('area.services'), value: String(sla.services.length) },
                  ]}
                />
              </Card>
            )
          }
        >
          <FormCard c={c} form={form} of={sla && `sla:${sla.id}`} cancel={PATH}>
            <SlaFields
              c={c}
              form={form}
              sla={sla}
              calendars={calendarChoices(calendars, sla?.calendarId)}
              services={services.filter(({ valid, id }) => valid || chosen.has(id))}
              chosen={chosen}
              units={{ choices: unitChoices(units, sla?.unitId), value: sla?.unitId ?? ROOT_UNIT }}
            />
          </FormCard>
        </Beside>
      </>
    ),
  })
}
