/** Owns the pages of local administration: every unit with its state, and for each who runs it and what it may touch. */
import type { Hono } from 'hono'
import {
  addUnitAdministrator,
  findUnit,
  listUnits,
  lookUpPerson,
  refused,
  ROOT_UNIT,
  type PageContext,
  type Unit,
  type WebEnv,
} from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Button,
  Card,
  Crumb,
  CsrfField,
  EmptyState,
  Field,
  FormCard,
  PageHead,
  readFields,
  SettingFields,
  statusOf,
  submit,
  Time,
  typedSettings,
  type FormState,
} from '../../../core/pages.ts'
import {
  appoint,
  groupsOfUnit,
  listAllQueues,
  listAllUnitAdministrators,
  listUnitAdministrators,
  OWN_SETTINGS,
  removeUnitAdministrator,
  saveSettingsForm,
  setPersonRights,
  settingsForm,
  UNIT_LIMITS,
  unitLimits,
} from '../../../core/administration.ts'
import { adminPage, Beside, demandAdministrator } from '../frame.tsx'
import { listPage, Main, pick, readList, type Column, type ListOptions } from '../list.tsx'
import { words } from '../words.ts'

const PATH = '/admin/local'
const LIMITS = { name: UNIT_LIMITS, settings: unitLimits }

export function localRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, overviewPage)
  app.get(`${PATH}/:id`, async (c) => unitPage(c, await demandUnit(c), blankForm()))
  app.post(`${PATH}/:id/limits`, (c) => saveOf(c, LIMITS))
  app.post(`${PATH}/:id/own`, (c) => saveOf(c, OWN_SETTINGS))
  app.post(`${PATH}/:id/administrators`, async (c) => {
    const actor = demandAdministrator(c)
    const unit = await demandUnit(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        const { work } = c.get('host')
        const who = (values['who'] ?? '').trim()
        if (who === '') throw refused('required', {}, 'who')
        const person = await lookUpPerson(c.get('host'), who)
        if (!person) throw refused('person.unknown', { who }, 'who')
        await work(actor, (act) => appoint(act, unit.id, person.id, { administrator: true, rights: new Map() }))
        return { to: `${PATH}/${unit.id}`, said: words(c)('local.named', { name: person.name }) }
      },
      (form) => unitPage(c, unit, form),
    )
  })
  app.post(`${PATH}/:id/administrators/:person/remove`, async (c) => {
    const actor = demandAdministrator(c)
    const unit = await demandUnit(c)
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(actor, (work) => removeUnitAdministrator(work, unit.id, c.req.param('person') ?? ''))
        return { to: `${PATH}/${unit.id}`, said: words(c)('said.saved') }
      },
      (form) => unitPage(c, unit, form),
    )
  })
  app.post(`${PATH}/:id/take-over`, async (c) => {
    const actor = demandAdministrator(c)
    const unit = await demandUnit(c)
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(actor, async (work) => {
          await addUnitAdministrator(work, unit.id, actor.id)
          await setPersonRights(work, actor.id, new Map((await groupsOfUnit(work.db, unit.id)).map((group) => [group.id, ['rw']])))
        })
        return { to: `${PATH}/${unit.id}`, said: words(c)('local.taken-over', { unit: unit.name }) }
      },
      (form) => unitPage(c, unit, form),
    )
  })
}

/** Saves settings that a unit has, of the owner they belong to. */
async function saveOf(c: PageContext, owner: typeof LIMITS | typeof OWN_SETTINGS): Promise<Response> {
  const actor = demandAdministrator(c)
  const unit = await demandUnit(c)
  const values = await readFields(c)
  const fields = await settingsForm(c.get('host').db, owner, unit.id, c.get('language'))
  const typed = typedSettings(values, fields)
  return submit(
    c,
    values,
    async () => {
      const problems = await c.get('host').work(actor, (work) => saveSettingsForm(work, owner, unit.id, typed, c.get('language')))
      const [key] = Object.keys(problems)
      if (key !== undefined) throw refused('input', { what: problems[key]! }, key)
      return { to: `${PATH}/${unit.id}`, said: words(c)('said.saved') }
    },
    (form) => unitPage(c, unit, form),
  )
}

async function demandUnit(c: PageContext): Promise<Unit> {
  const unit = await findUnit(c.get('host').db, c.req.param('id') ?? '')
  if (!unit) throw refused('not-found')
  return unit
}

async function overviewPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [units, queues, admins] = await Promise.all([listUnits(db), listAllQueues(db), listAllUnitAdministrators(db)])
  const options: ListOptions = {
    sorts: ['name', 'state', 'queues', 'open'],
    sort: 'name',
    filters: [
      {
        name: 'state',
        label: t('local.state'),
        choices: [
          { value: 'in', label: t('local.in') },
          { value: 'out', label: t('local.out') },
        ],
      },
    ],
  }
  const query = readList(c, options)
  const inTree = query.sort === 'name' && query.direction === 'asc' && query.search === ''
  const state = (unit: Unit) => (unit.id === ROOT_UNIT ? t('local.central') : t(unit.optedInAt ? 'local.in' : 'local.out'))
  const open = (unit: Unit) => queues.filter((queue) => queue.unitId === unit.id).reduce((sum, queue) => sum + queue.open, 0)
  const runs = (unit: Unit) =>
    admins
      .filter((one) => one.unitId === unit.id)
      .map((one) => one.name)
      .join(', ')
  const columns: Column<Unit>[] = [
    {
      key: 'name',
      label: t('unit.name'),
      sort: true,
      text: (u) => u.name,
      cell: (u) => <Main href={`${PATH}/${u.id}`} name={u.name} depth={inTree ? u.depth : 0} />,
    },
    {
      key: 'state',
      label: t('local.state'),
      sort: true,
      text: state,
      cell: (u) => (u.optedInAt ? <span class="good">{state(u)}</span> : <span class="quiet">{state(u)}</span>),
      class: 'cell-outcome',
    },
    {
      key: 'admins',
      label: t('local.who'),
      text: runs,
      cell: (u) => runs(u) || (u.optedInAt ? <span class="warn">{t('local.nobody')}</span> : ''),
    },
    { key: 'queues', label: t('area.queues'), sort: true, text: (u) => String(u.queues), cell: (u) => u.queues, class: 'cell-narrow' },
    { key: 'open', label: t('queue.open'), sort: true, text: (u) => String(open(u)), cell: (u) => open(u), class: 'cell-narrow' },
  ]
  const wanted = query.filters['state']
  return listPage(c, {
    area: 'local',
    title: t('area.local'),
    beside: t('local.count', { count: units.filter((unit) => unit.optedInAt).length }),
    query,
    options,
    columns,
    rows: pick(
      c,
      units.filter((unit) => unit.valid && (!wanted || (unit.optedInAt !== null) === (wanted === 'in'))),
      query,
      columns,
      'name',
    ),
    searchLabel: t('list.search'),
    empty: { title: t('list.none-found') },
  })
}

async function unitPage(c: PageContext, unit: Unit, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const root = unit.id === ROOT_UNIT
  const [fields, own, admins] = await Promise.all([
    settingsForm(db, LIMITS, unit.id, c.get('language')),
    settingsForm(db, OWN_SETTINGS, unit.id, c.get('language')),
    listUnitAdministrators(db, unit.id),
  ])
  const named = admins.filter((one) => one.unitId === unit.id)
  return adminPage(c, {
    title: unit.name,
    area: 'local',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.local')}</Crumb>
        <PageHead title={unit.name} beside={root ? t('local.central') : t(unit.optedInAt ? 'local.in' : 'local.out')}>
          {!root && c.get('host').plugins.some((plugin) => plugin.name === 'units') && (
            <a class="button button-quiet" href={`/u/${unit.slug}/admin`}>
              {t('local.pages')}
            </a>
          )}
        </PageHead>
        <Beside
          aside={
            !root && (
              <Card title={t('local.who')} id="administrators">
                {named.length === 0 ? (
                  <EmptyState title={t('local.nobody')} />
                ) : (
                  <ul>
                    {named.map((one) => (
                      <li>
                        {one.name}{' '}
                        <span class="quiet small">
                          <Time c={c} at={one.since} as="day" />
                        </span>{' '}
                        <ActButton c={c} small action={`${PATH}/${unit.id}/administrators/${one.personId}/remove`}>
                          {t('local.remove')}
                          <span class="only-heard">: {one.name}</span>
                        </ActButton>
                      </li>
                    ))}
                  </ul>
                )}
                <form class="form" method="post" autocomplete="off" action={`${PATH}/${unit.id}/administrators`}>
                  <CsrfField c={c} />
                  <Field c={c} form={form} name="who" label={t('local.add')} help={t('local.add.help')} autocomplete="off" required />
                  <Button>{t('local.name')}</Button>
                </form>
                <div class="below">
                  <p class="quiet small">{t('local.take-over.help')}</p>
                  <ActButton c={c} small action={`${PATH}/${unit.id}/take-over`}>
                    {t('local.take-over')}
                  </ActButton>
                </div>
              </Card>
            )
          }
        >
          <FormCard c={c} form={form} action={`${PATH}/${unit.id}/limits`} cancel={PATH}>
            <h2>{t('local.limits')}</h2>
            <p class="quiet">{t(root ? 'local.limits.root' : 'local.limits.unit')}</p>
            <SettingFields c={c} form={form} fields={fields} />
          </FormCard>
          <div class="below">
            <FormCard c={c} form={form} action={`${PATH}/${unit.id}/own`} cancel={PATH}>
              <h2>{t('local.own')}</h2>
              <p class="quiet">{t('local.own.help')}</p>
              <SettingFields c={c} form={form} fields={own} />
            </FormCard>
          </div>
        </Beside>
      </>
    ),
  })
}
