/** Owns the pages of services: the tree, one service, and for whom it is. */
import type { Hono } from 'hono'
import { listUnits, ROOT_UNIT, type PageContext, type WebEnv, type Work } from '../../../core/index.ts'
import {
  Card,
  Crumb,
  FormCard,
  PageHead,
  readService,
  sayValidity,
  ServiceFields,
  SideList,
  statusOf,
  type FormState,
} from '../../../core/pages.ts'
import {
  createService,
  editService,
  findService,
  listServices,
  personIdsNamed,
  personsOfService,
  servicesAround,
  ticketsBy,
  type AdminService,
} from '../../../core/administration.ts'
import { adminPage, Beside } from '../frame.tsx'
import { Main, type Column, type ListQuery } from '../list.tsx'
import { thingList, thingRoutes } from '../things.tsx'
import { words } from '../words.ts'
import { queueDepth, serviceChoices, unitChoices } from './choices.ts'
import { UseNotice } from './use-notice.tsx'

const PATH = '/admin/services'

export const serviceRoutes = (app: Hono<WebEnv>): void =>
  thingRoutes(app, PATH, { list: servicesPage, find: findService, form: serviceForm, keep })

async function keep(work: Work, values: Record<string, string>, service: AdminService | undefined): Promise<void> {
  const personIds = await personIdsNamed(work.db, values['people'] ?? '', service?.id)
  const form = { ...readService(values), unitId: values['unitId'] ?? '', personIds }
  await (service ? editService(work, service.id, form) : createService(work, form))
}

async function servicesPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const whom = (x: AdminService) => (x.forEverybody ? t('service.for-everybody') : t('service.for-some', { count: x.persons }))
  const columns = (query: ListQuery): Column<AdminService>[] => {
    const inTree = query.sort === 'name' && query.direction === 'asc' && query.search === ''
    return [
      {
        key: 'name',
        label: t('service.service'),
        sort: true,
        text: (x) => x.name,
        cell: (x) => (
          <Main
            href={`${PATH}/${x.id}`}
            name={inTree ? x.name.split('::').at(-1)! : x.name.replaceAll('::', ' · ')}
            below={x.comment}
            depth={inTree ? queueDepth(x.name) : 0}
          />
        ),
      },
      { key: 'comment', label: t('comment'), text: (x) => x.comment },
      { key: 'whom', label: t('service.whom'), text: whom, cell: whom },
      {
        key: 'slas',
        label: t('area.slas'),
        text: (x) => x.slas.map(({ name }) => name).join(', '),
        cell: (x) => x.slas.map(({ name }) => name).join(', ') || <span class="quiet">{t('choose.none')}</span>,
      },
      { key: 'unit', label: t('person.unit'), sort: true, text: (x) => x.unitName, cell: (x) => x.unitName, class: 'cell-wide' },
      { key: 'open', label: t('about.open'), sort: true, text: (x) => String(x.open), cell: (x) => x.open, class: 'cell-narrow' },
    ]
  }
  return thingList(c, {
    area: 'services',
    path: PATH,
    beside: t('service.what'),
    above: <UseNotice c={c} of="services" />,
    sorts: ['name', 'open', 'unit'],
    columns,
    things: await listServices(c.get('host').db),
    add: t('service.new'),
    empty: { title: t('service.none'), text: t('service.none.text') },
  })
}

async function serviceForm(c: PageContext, service: AdminService | undefined, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [services, units, people, all] = await Promise.all([
    listServices(db),
    listUnits(db),
    service ? personsOfService(db, service.id) : [],
    service ? ticketsBy(db, 'service_id', service.id) : 0,
  ])
  const { below, parents } = servicesAround(services, service)
  const title = service?.name.replaceAll('::', ' · ') ?? t('service.new')
  return adminPage(c, {
    title,
    area: 'services',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.services')}</Crumb>
        <PageHead title={title} {...(service && !service.valid ? { beside: sayValidity(c, service) } : {})} />
        <Beside
          aside={
            service && (
              <Card title={t('about.used')} id="used">
                <SideList
                  items={[
                    { name: t('about.open'), value: <a href={`/desk/search?service=${service.id}&state=open`}>{service.open}</a> },
                    { name: t('about.all'), value: <a href={`/desk/search?service=${service.id}`}>{all}</a> },
                    {
                      name: t('area.slas'),
                      value:
                        service.slas.length > 0
                          ? service.slas.map(({ id, name }) => (
                              <div>
                                <a href={`/admin/slas/${id}`}>{name}</a>
                              </div>
                            ))
                          : null,
                    },
                    {
                      name: t('service.below'),
                      value:
                        below.length > 0 ? below.map(({ id, name }) => <a href={`${PATH}/${id}`}>{name.split('::').at(-1)} </a>) : null,
                    },
                  ]}
                />
                <p class="para">
                  <a href={`/admin/slas/new?service=${service.id}`}>{t('sla.new-for')}</a>
                </p>
              </Card>
            )
          }
        >
          <FormCard c={c} form={form} of={service && `service:${service.id}`} cancel={PATH}>
            <ServiceFields
              c={c}
              form={form}
              service={service}
              parents={serviceChoices(parents, service?.parentId)}
              units={{ choices: unitChoices(units, service?.unitId), value: service?.unitId ?? ROOT_UNIT }}
              people={people
                .map(({ login, address }) => login ?? address ?? '')
                .filter(Boolean)
                .join('\n')}
            />
          </FormCard>
        </Beside>
      </>
    ),
  })
}
