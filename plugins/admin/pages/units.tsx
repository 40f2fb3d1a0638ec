/** Owns the pages of units: the tree and one unit. */
import type { Hono } from 'hono'
import {
  countUnits,
  createUnit,
  findUnit,
  listUnits,
  refused,
  ROOT_UNIT,
  type CountedUnit,
  type PageContext,
  type Unit,
  type WebEnv,
} from '../../../core/index.ts'
import {
  blankForm,
  ButtonLink,
  Card,
  Checkbox,
  Crumb,
  Field,
  FormCard,
  PageHead,
  recountNote,
  readFields,
  Select,
  statusOf,
  submit,
  type FormState,
} from '../../../core/pages.ts'
import { editUnit, listAllQueues, listCalendars, type UnitForm } from '../../../core/administration.ts'
import { adminPage, Beside, demandAdministrator } from '../frame.tsx'
import { listPage, Main, pick, readList, type Column, type ListOptions } from '../list.tsx'
import { words } from '../words.ts'
import { calendarChoices, unitChoices } from './choices.ts'

const PATH = '/admin/units'

export function unitRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, unitsPage)
  app.get(`${PATH}/new`, (c) => unitForm(c, undefined, blankForm()))
  app.post(`${PATH}/new`, async (c) => {
    const actor = demandAdministrator(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        const id = await c.get('host').work(actor, (work) => createUnit(work, read(values)))
        return { to: `${PATH}/${id}`, said: words(c)('unit.added') }
      },
      (form) => unitForm(c, undefined, form),
    )
  })
  app.get(`${PATH}/:id`, async (c) => unitForm(c, await demandUnit(c), blankForm()))
  app.post(`${PATH}/:id`, async (c) => {
    const actor = demandAdministrator(c)
    const unit = await demandUnit(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        await c.get('host').work(actor, (work) => editUnit(work, unit.id, read(values)))
        return { to: `${PATH}/${unit.id}`, said: words(c)('said.saved') }
      },
      (form) => unitForm(c, unit, form),
    )
  })
}

async function demandUnit(c: PageContext): Promise<Unit> {
  const unit = await findUnit(c.get('host').db, c.req.param('id') ?? '')
  if (!unit) throw refused('not-found')
  return unit
}

async function unitsPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [units, calendars] = await Promise.all([countUnits(db), listCalendars(db)])
  const options: ListOptions = { sorts: ['name', 'slug', 'queues', 'persons'], sort: 'name' }
  const query = readList(c, options)
  const inTree = query.sort === 'name' && query.direction === 'asc' && query.search === ''
  const calendarName = (unit: Unit) => calendars.find((calendar) => calendar.id === unit.calendarId)?.name ?? ''
  const columns: Column<CountedUnit>[] = [
    {
      key: 'name',
      label: t('unit.name'),
      sort: true,
      text: (u) => u.name,
      cell: (u) => <Main href={`${PATH}/${u.id}`} name={u.name} below={u.nameEn} depth={inTree ? u.depth : 0} />,
    },
    { key: 'name-en', label: t('unit.name-en'), text: (u) => u.nameEn ?? '' },
    { key: 'slug', label: t('unit.slug'), sort: true, text: (u) => u.slug, cell: (u) => u.slug, class: 'cell-queue' },
    { key: 'queues', label: t('area.queues'), sort: true, text: (u) => String(u.queues), cell: (u) => u.queues, class: 'cell-narrow' },
    {
      key: 'persons',
      label: t('area.persons'),
      sort: true,
      text: (u) => String(u.persons),
      cell: (u) => (u.persons > 0 ? <a href={`/admin/persons?unit=${u.id}`}>{u.persons}</a> : 0),
      class: 'cell-narrow',
    },
    {
      key: 'calendar',
      label: t('queue.calendar'),
      text: calendarName,
      cell: (u) => calendarName(u) || <span class="quiet">{t('unit.calendar.inherited')}</span>,
      class: 'cell-queue',
    },
    {
      key: 'valid',
      label: t('valid'),
      text: (u) => t(u.valid ? 'valid.on' : 'valid.off'),
      cell: (u) => (u.valid ? t('valid.on') : <span class="warn">{t('valid.off')}</span>),
      class: 'cell-narrow',
    },
  ]
  return listPage(c, {
    area: 'units',
    title: t('area.units'),
    beside: t('unit.count', { count: units.length }),
    query,
    options,
    columns,
    rows: pick(c, units, query, columns, 'name'),
    searchLabel: t('list.search'),
    empty: { title: t('list.none-found') },
    acts: (
      <ButtonLink kind="primary" href={`${PATH}/new`} shortcut="N">
        {t('unit.new')}
      </ButtonLink>
    ),
  })
}

async function unitForm(c: PageContext, unit: Unit | undefined, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [units, calendars, queues] = await Promise.all([listUnits(db), listCalendars(db), listAllQueues(db)])
  const recounted = unit && (await recountNote(c, { what: 'unit', id: unit.id }))
  const root = unit?.id === ROOT_UNIT
  const inside = unit ? subtree(units, unit.id) : new Set<string>()
  return adminPage(c, {
    title: unit?.name ?? t('unit.new'),
    area: 'units',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.units')}</Crumb>
        <PageHead title={unit?.name ?? t('unit.new')} {...(unit && !unit.valid ? { beside: t('valid.off') } : {})} />
        <Beside
          aside={
            unit && (
              <>
                {recounted}
                <Card title={t('area.queues')} id="queues">
                  {queues.some((queue) => queue.unitId === unit.id) ? (
                    <ul>
                      {queues
                        .filter((queue) => queue.unitId === unit.id)
                        .map((queue) => (
                          <li>
                            <a href={`/admin/queues/${queue.id}`}>{queue.name}</a>
                            {!queue.valid && <span class="warn"> ({t('valid.off')})</span>}
                          </li>
                        ))}
                    </ul>
                  ) : (
                    <p class="quiet">{t('unit.no-queues')}</p>
                  )}
                </Card>
                <Card title={t('unit.below')} id="below">
                  {units.some((one) => one.parentId === unit.id) ? (
                    <ul>
                      {units
                        .filter((one) => one.parentId === unit.id)
                        .map((one) => (
                          <li>
                            <a href={`${PATH}/${one.id}`}>{one.name}</a>
                          </li>
                        ))}
                    </ul>
                  ) : (
                    <p class="quiet">{t('unit.nothing-below')}</p>
                  )}
                  <p class="para">
                    <a href={`${PATH}/new?parent=${unit.id}`}>{t('unit.new-below')}</a>
                  </p>
                </Card>
              </>
            )
          }
        >
          <FormCard c={c} form={form} of={unit && `unit:${unit.id}`} cancel={PATH}>
            <Field c={c} form={form} name="name" label={t('unit.name')} value={unit?.name} maxlength={200} required />
            <Field
              c={c}
              form={form}
              name="nameEn"
              label={t('unit.name-en')}
              help={t('unit.name-en.help')}
              value={unit?.nameEn}
              maxlength={200}
            />
            <Field
              c={c}
              form={form}
              name="slug"
              label={t('unit.slug')}
              help={t('unit.slug.help')}
              value={unit?.slug}
              maxlength={63}
              required
            />
            {root ? (
              <p class="quiet">{t('unit.root')}</p>
            ) : (
              <Select
                c={c}
                form={form}
                name="parentId"
                label={t('unit.parent')}
                help={t('unit.parent.help')}
                value={unit?.parentId ?? c.req.query('parent') ?? ROOT_UNIT}
                choices={unitChoices(
                  units.filter((one) => !inside.has(one.id)),
                  unit?.parentId,
                )}
              />
            )}
            <Select
              c={c}
              form={form}
              name="calendarId"
              label={t('queue.calendar')}
              help={t('unit.calendar.help')}
              value={unit?.calendarId}
              empty={t('unit.calendar.inherited')}
              choices={calendarChoices(calendars, unit?.calendarId)}
            />
            {root ? (
              <input type="hidden" name="valid" value="on" />
            ) : (
              <Checkbox c={c} form={form} name="valid" label={t('in-use')} help={t('unit.valid.help')} checked={unit?.valid ?? true} />
            )}
          </FormCard>
        </Beside>
      </>
    ),
  })
}

function subtree(units: readonly Unit[], id: string): Set<string> {
  const inside = new Set([id])
  // Parents stand before their children.
  for (const unit of units) if (unit.parentId && inside.has(unit.parentId)) inside.add(unit.id)
  return inside
}

const read = (values: Record<string, string>): UnitForm => ({
  name: values['name'] ?? '',
  nameEn: values['nameEn'] ?? '',
  slug: values['slug'] ?? '',
  parentId: values['parentId'] || null,
  calendarId: values['calendarId'] || null,
  valid: Boolean(values['valid']),
})
