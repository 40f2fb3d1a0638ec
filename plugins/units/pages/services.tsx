/** Owns the pages of a unit's services and SLAs: its own ones; those of the units above are seen to there. */
import type { Child } from 'hono/jsx'
import type { Hono } from 'hono'
import { refused, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  blankForm,
  ButtonLink,
  Card,
  Crumb,
  EmptyState,
  FormCard,
  PageHead,
  readAll,
  readFields,
  readService,
  readSla,
  sayDeadlines,
  ServiceFields,
  SlaFields,
  statusOf,
  submit,
  ValidityCell,
  type FormState,
} from '../../../core/pages.ts'
import {
  calendarsOffered,
  createService,
  createSla,
  editService,
  editSla,
  findService,
  findSla,
  listServices,
  listSlas,
  personIdsNamed,
  personsOfService,
  servicesAround,
  servicesOffered,
  type AdminService,
  type AdminSla,
} from '../../../core/administration.ts'
import { enter, unitPage, type Visit } from '../frame.tsx'
import { words } from '../words.ts'

export function serviceRoutes(app: Hono<WebEnv>): void {
  const services = '/u/:unit/admin/services'
  app.get(services, async (c) => servicesPage(c, await enter(c)))
  app.get(`${services}/new`, async (c) => serviceForm(c, await enter(c), undefined, blankForm()))
  app.post(`${services}/new`, async (c) => saveService(c, await enter(c), undefined))
  app.get(`${services}/:id`, async (c) => {
    const visit = await enter(c)
    return serviceForm(c, visit, await demandOwn(c, visit, findService), blankForm())
  })
  app.post(`${services}/:id`, async (c) => {
    const visit = await enter(c)
    return saveService(c, visit, await demandOwn(c, visit, findService))
  })
  const slas = '/u/:unit/admin/slas'
  app.get(slas, async (c) => slasPage(c, await enter(c)))
  app.get(`${slas}/new`, async (c) => slaForm(c, await enter(c), undefined, blankForm()))
  app.post(`${slas}/new`, async (c) => saveSla(c, await enter(c), undefined))
  app.get(`${slas}/:id`, async (c) => {
    const visit = await enter(c)
    return slaForm(c, visit, await demandOwn(c, visit, findSla), blankForm())
  })
  app.post(`${slas}/:id`, async (c) => {
    const visit = await enter(c)
    return saveSla(c, visit, await demandOwn(c, visit, findSla))
  })
}

/** Of this very unit; another unit's is not there. */
async function demandOwn<T extends { unitId: string }>(
  c: PageContext,
  visit: Visit,
  find: (db: ReturnType<typeof dbOf>, id: string) => Promise<T | undefined>,
): Promise<T> {
  const found = await find(dbOf(c), c.req.param('id') ?? '')
  if (!found || found.unitId !== visit.unit.id) throw refused('not-found')
  return found
}
const dbOf = (c: PageContext) => c.get('host').db

async function saveService(c: PageContext, visit: Visit, service: AdminService | undefined): Promise<Response> {
  const values = await readFields(c)
  return submit(
    c,
    values,
    async () => {
      await c.get('host').work(visit.actor, async (work) => {
        const personIds = await personIdsNamed(work.db, values['people'] ?? '', service?.id)
        const form = { ...readService(values), unitId: visit.unit.id, personIds }
        await (service ? editService(work, service.id, form) : createService(work, form))
      })
      return { to: `${visit.path}/services`, said: words(c)('said.saved') }
    },
    (form) => serviceForm(c, visit, service, form),
  )
}

async function saveSla(c: PageContext, visit: Visit, sla: AdminSla | undefined): Promise<Response> {
  const values = await readFields(c)
  const ticked = await readAll(c, 'service')
  return submit(
    c,
    values,
    async () => {
      await c.get('host').work(visit.actor, async (work) => {
        // Services of other units that have it are seen to by those; here they are not shown, and stay.
        const own = new Set((await listServices(work.db)).filter(({ unitId }) => unitId === visit.unit.id).map(({ id }) => id))
        const others = (sla?.services ?? []).map(({ id }) => id).filter((id) => !own.has(id))
        const form = { ...readSla(values, [...ticked, ...others]), unitId: visit.unit.id }
        await (sla ? editSla(work, sla.id, form) : createSla(work, form))
      })
      return { to: `${visit.path}/slas`, said: words(c)('said.saved') }
    },
    (form) => slaForm(c, visit, sla, form, ticked),
  )
}

/** A table of the unit's own things: name and place, what there is to say, open tickets, validity. */
const Own = <T extends { id: string; name: string; comment: string; open: number; valid: boolean; offForNow: boolean }>({
  c,
  path,
  title,
  rows,
  says,
  what,
}: {
  c: PageContext
  path: string
  title: string
  rows: readonly T[]
  /** The heading of what is said of each. */
  says: string
  what: (row: T) => Child
}) => {
  const t = words(c)
  return (
    <table class="list admin-table">
      <caption class="only-heard">{title}</caption>
      <thead>
        <tr>
          <th scope="col">{t('service.name')}</th>
          <th scope="col">{says}</th>
          <th scope="col" class="cell-narrow">
            {t('queue.open')}
          </th>
          <th scope="col" class="cell-narrow">
            {t('service.valid')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr>
            <td class="cell-main">
              <div class="main-cell">
                <span class="line-1">
                  <a href={`${path}/${row.id}`}>{row.name.replaceAll('::', ' · ')}</a>
                </span>
                {row.comment && <span class="line-2">{row.comment}</span>}
              </div>
            </td>
            <td data-label={says}>{what(row)}</td>
            <td class="cell-narrow" data-label={t('queue.open')}>
              {row.open}
            </td>
            <td class="cell-narrow" data-label={t('service.valid')}>
              <ValidityCell c={c} thing={row} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

async function servicesPage(c: PageContext, visit: Visit): Promise<Response> {
  const t = words(c)
  const services = (await listServices(dbOf(c))).filter(({ unitId }) => unitId === visit.unit.id)
  const path = `${visit.path}/services`
  return unitPage(c, visit, {
    title: t('area.services'),
    area: 'services',
    body: (
      <>
        <PageHead title={t('area.services')} beside={t('service.what')}>
          <ButtonLink kind="primary" href={`${path}/new`} shortcut="N">
            {t('service.new')}
          </ButtonLink>
        </PageHead>
        {services.length === 0 ? (
          <Card>
            <EmptyState title={t('service.none')} text={t('service.none.text')} />
          </Card>
        ) : (
          <Own
            c={c}
            path={path}
            title={t('area.services')}
            rows={services}
            says={t('area.slas')}
            what={({ slas }) => slas.map(({ name }) => name).join(', ') || '–'}
          />
        )}
      </>
    ),
  })
}

async function serviceForm(c: PageContext, visit: Visit, service: AdminService | undefined, form: FormState): Promise<Response> {
  const t = words(c)
  const db = dbOf(c)
  const [services, people] = await Promise.all([servicesOffered(db, visit.unit.id), service ? personsOfService(db, service.id) : []])
  const title = service?.name.replaceAll('::', ' · ') ?? t('service.new')
  return unitPage(c, visit, {
    title,
    area: 'services',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={`${visit.path}/services`}>{t('area.services')}</Crumb>
        <PageHead title={title} />
        <div class="admin-one">
          <FormCard c={c} form={form} of={service && `service:${service.id}`} cancel={`${visit.path}/services`}>
            <ServiceFields
              c={c}
              form={form}
              service={service}
              parents={servicesAround(services, service)
                .parents.filter(({ valid, id }) => valid || id === service?.parentId)
                .map(({ id, name }) => ({ value: id, label: name.replaceAll('::', ' · ') }))}
              people={people
                .map(({ login, address }) => login ?? address ?? '')
                .filter(Boolean)
                .join('\n')}
            />
          </FormCard>
        </div>
      </>
    ),
  })
}

async function slasPage(c: PageContext, visit: Visit): Promise<Response> {
  const t = words(c)
  const slas = (await listSlas(dbOf(c))).filter(({ unitId }) => unitId === visit.unit.id)
  const path = `${visit.path}/slas`
  return unitPage(c, visit, {
    title: t('area.slas'),
    area: 'slas',
    body: (
      <>
        <PageHead title={t('area.slas')} beside={t('sla.what')}>
          <ButtonLink kind="primary" href={`${path}/new`} shortcut="N">
            {t('sla.new')}
          </ButtonLink>
        </PageHead>
        {slas.length === 0 ? (
          <Card>
            <EmptyState title={t('sla.none')} text={t('sla.none.text')} />
          </Card>
        ) : (
          <Own
            c={c}
            path={path}
            title={t('area.slas')}
            rows={slas}
            says={t('queue.deadlines')}
            what={({ deadlines }) => sayDeadlines(c, deadlines)}
          />
        )}
      </>
    ),
  })
}

async function slaForm(
  c: PageContext,
  visit: Visit,
  sla: AdminSla | undefined,
  form: FormState,
  ticked?: readonly string[],
): Promise<Response> {
  const t = words(c)
  const db = dbOf(c)
  const [services, calendars] = await Promise.all([listServices(db), calendarsOffered(db, visit.unit.id)])
  const chosen = new Set(ticked ?? sla?.services.map(({ id }) => id) ?? [])
  const title = sla?.name ?? t('sla.new')
  return unitPage(c, visit, {
    title,
    area: 'slas',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={`${visit.path}/slas`}>{t('area.slas')}</Crumb>
        <PageHead title={title} />
        <div class="admin-one">
          <FormCard c={c} form={form} of={sla && `sla:${sla.id}`} cancel={`${visit.path}/slas`}>
            <SlaFields
              c={c}
              form={form}
              sla={sla}
              calendars={calendars
                .filter(({ valid, id }) => valid || id === sla?.calendarId)
                .map(({ id, name }) => ({ value: id, label: name }))}
              services={services.filter(({ unitId, valid, id }) => unitId === visit.unit.id && (valid || chosen.has(id)))}
              chosen={chosen}
            />
          </FormCard>
        </div>
      </>
    ),
  })
}
