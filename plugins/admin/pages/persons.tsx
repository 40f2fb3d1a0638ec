/** Owns the list of persons, and the page of one: data. */
import type { Hono } from 'hono'
import {
  DETAIL_NAMES,
  DETAILS,
  findPerson,
  languageChoices,
  listAgents,
  listUnits,
  refused,
  valuesOf,
  type DetailName,
  type Filled,
  type PageContext,
  type Person,
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
  readFields,
  readValidity,
  sayValidity,
  Select,
  FieldsOf,
  SideList,
  submit,
  Tabs,
  TextArea,
  Time,
  ValidityCell,
  validityChoices,
  ValiditySelect,
  type FormState,
} from '../../../core/pages.ts'
import {
  addPerson,
  asLanguage,
  countPersons,
  editPersonWhoLeads,
  ledByQueue,
  listPersons,
  PERSON_SORTS,
  undoLeaving,
  type HandedOn,
  type HandTo,
  type ListedPerson,
  type PersonForm,
  type PersonSort,
} from '../../../core/administration.ts'
import { adminPage, Beside, demandAdministrator, Fields } from '../frame.tsx'
import { everyRow, listPage, Main, plainTime, readList, type Column, type ListOptions } from '../list.tsx'
import { words } from '../words.ts'
import { unitChoices } from './choices.ts'

const PATH = '/admin/persons'

export function personRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, listPersonsPage)
  app.get(`${PATH}/new`, (c) => personForm(c, undefined, blankForm()))
  app.post(`${PATH}/new`, async (c) => {
    const actor = demandAdministrator(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        const id = await c.get('host').work(actor, (work) => addPerson(work, read(values), values['address'] ?? ''))
        return { to: `${PATH}/${id}`, said: words(c)('person.added') }
      },
      (form) => personForm(c, undefined, form),
    )
  })
  app.get(`${PATH}/:id`, async (c) => personForm(c, await demandPerson(c), blankForm()))
  app.post(`${PATH}/:id`, async (c) => {
    const actor = demandAdministrator(c)
    const person = await demandPerson(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        const { done, act } = await c.get('host').work(actor, async (work) => ({
          done: await editPersonWhoLeads(work, person.id, read(values), handTo(values['handTo'])),
          act: work.act,
        }))
        const to = `${PATH}/${person.id}`
        return done ? { to, said: sayHandedOn(c, done), undo: `${to}/undo/${act}` } : { to, said: words(c)('said.saved') }
      },
      (form) => personForm(c, person, form),
    )
  })
  app.post(`${PATH}/:id/undo/:act`, async (c) => {
    const actor = demandAdministrator(c)
    const person = await demandPerson(c)
    const act = c.req.param('act')
    if (!isUuid(act)) throw refused('not-found')
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(actor, (work) => undoLeaving(work, person.id, act))
        return { to: `${PATH}/${person.id}`, said: words(c)('person.handed-back') }
      },
      (form) => personForm(c, person, form),
    )
  })
}

const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)

/** '': they stay with whoever leaves. */
const handTo = (value = ''): HandTo => (value === '' ? undefined : { to: value === 'nobody' ? null : value })

function sayHandedOn(c: PageContext, { handed, freed, left }: HandedOn): string {
  const t = words(c)
  return [
    t('said.saved'),
    ...(handed > 0 ? [t('person.handed', { count: handed })] : []),
    ...(freed > 0 ? [t('person.freed', { count: freed })] : []),
    ...(left > 0 ? [t('person.kept-by-guard', { count: left })] : []),
  ].join(' ')
}

export async function demandPerson(c: PageContext): Promise<Person> {
  const person = await findPerson(c.get('host').db, c.req.param('id') ?? '')
  if (!person) throw refused('not-found')
  return person
}

async function listPersonsPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const units = await listUnits(db)
  const options: ListOptions = {
    sorts: PERSON_SORTS,
    sort: 'name',
    filters: [
      {
        name: 'hat',
        label: t('person.hat'),
        choices: [
          { value: 'agent', label: t('person.hat.agent') },
          { value: 'customer', label: t('person.hat.customer') },
        ],
      },
      {
        name: 'valid',
        label: t('valid'),
        choices: validityChoices(c),
      },
      { name: 'unit', label: t('person.unit'), choices: unitChoices(units) },
    ],
  }
  const query = readList(c, options)
  const { hat, valid, unit } = query.filters
  const wish = {
    sort: query.sort as PersonSort,
    direction: query.direction,
    filter: {
      search: query.search,
      ...(hat ? { hat: hat as 'agent' | 'customer' } : {}),
      ...(valid ? { valid: valid === 'on' } : {}),
      ...(valid && valid !== 'on' ? { offForNow: valid === 'for-now' } : {}),
      ...(unit ? { unitId: unit } : {}),
    },
  }
  const columns: Column<ListedPerson>[] = [
    {
      key: 'name',
      label: t('person.name'),
      sort: true,
      text: (p) => p.name,
      cell: (p) => <Main href={`${PATH}/${p.id}`} name={p.name} below={p.login ?? undefined} />,
    },
    { key: 'login', label: t('person.login'), text: (p) => p.login ?? '' },
    {
      key: 'address',
      label: t('person.address'),
      sort: true,
      text: (p) => p.address ?? '',
      cell: (p) => p.address ?? '',
      class: 'cell-address',
    },
    {
      key: 'hat',
      label: t('person.hat'),
      text: (p) => t(p.agent ? 'person.hat.agent' : 'person.hat.customer'),
      cell: (p) => t(p.agent ? 'person.hat.agent' : 'person.hat.customer'),
      class: 'cell-narrow',
    },
    { key: 'unit', label: t('person.unit'), sort: true, text: (p) => p.unitName ?? '', cell: (p) => p.unitName ?? '', class: 'cell-wide' },
    { key: 'phone', label: t('person.phone'), text: (p) => p.phone },
    ...DETAIL_NAMES.map((name): Column<ListedPerson> => ({ key: name, label: t(`person.${name}`), text: (p) => p.details[name] })),
    {
      key: 'last-login',
      label: t('person.last-login'),
      sort: true,
      text: (p) => plainTime(c, p.lastLoginAt),
      cell: (p) => (p.lastLoginAt ? <Time c={c} at={p.lastLoginAt} /> : <span class="quiet">{t('person.never')}</span>),
      class: 'cell-time',
    },
    {
      key: 'valid',
      label: t('valid'),
      text: (p) => sayValidity(c, p),
      cell: (p) => <ValidityCell c={c} thing={p} />,
      class: 'cell-narrow',
    },
  ]
  const [page, count] = await Promise.all([
    query.csv ? { rows: [], after: null } : listPersons(db, { ...wish, after: query.after }),
    query.csv ? 0 : countPersons(db, wish.filter),
  ])
  return listPage(c, {
    area: 'persons',
    title: t('area.persons'),
    beside: t('person.count', { count }),
    query,
    options,
    columns,
    rows: page.rows,
    next: page.after,
    all: () => everyRow((after) => listPersons(db, { ...wish, after, limit: 500 })),
    acts: (
      <ButtonLink kind="primary" href={`${PATH}/new`} shortcut="N">
        {t('person.new')}
      </ButtonLink>
    ),
    searchLabel: t('person.search'),
    empty: { title: t('person.none') },
  })
}

/** The tabs of one person. */
export const PersonTabs = ({
  c,
  person,
  current,
}: {
  c: PageContext
  person: Person
  current: 'data' | 'addresses' | 'logins' | 'companies' | 'password' | 'rights' | 'absence' | 'privacy'
}) => {
  const t = words(c)
  const tab = (name: typeof current, path: string) => ({
    href: `${PATH}/${person.id}${path}`,
    label: t(`person.tab.${name}`),
    current: name === current,
  })
  return (
    <Tabs
      label={person.name}
      tabs={[
        tab('data', ''),
        tab('addresses', '/addresses'),
        tab('logins', '/logins'),
        tab('companies', '/companies'),
        tab('rights', '/rights'),
        tab('password', '/password'),
        ...(person.agent ? [tab('absence', '/absence')] : []),
        tab('privacy', '/privacy'),
      ]}
    />
  )
}

async function personForm(c: PageContext, person: Person | undefined, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const units: Unit[] = await listUnits(db)
  const led = person ? await ledByQueue(db, person.id) : []
  const own = person ? await valuesOf(db, 'person', person.id) : []
  const agents = led.length > 0 ? await listAgents(db) : []
  const detail = (name: Exclude<DetailName, 'comment'>) => (
    <Field
      c={c}
      form={form}
      name={name}
      label={t(`person.${name}`)}
      value={person?.details[name]}
      maxlength={DETAILS[name]}
      autocomplete="off"
    />
  )
  const refusedForm = Object.keys(form.problems).length > 0
  return adminPage(c, {
    title: person?.name ?? t('person.new'),
    area: 'persons',
    status: refusedForm ? 422 : 200,
    body: (
      <>
        <Crumb href={PATH}>{t('area.persons')}</Crumb>
        <PageHead title={person?.name ?? t('person.new')} {...(person && !person.valid ? { beside: sayValidity(c, person) } : {})} />
        {person && <PersonTabs c={c} person={person} current="data" />}
        <Beside aside={person && <PersonFacts c={c} person={person} led={led} own={own} />}>
          <FormCard c={c} form={form} of={person && `person:${person.id}`} cancel={PATH} {...(person ? {} : { save: t('person.add') })}>
            <Fields title={t('person.who')}>
              <div class="form-row">
                <Field
                  c={c}
                  form={form}
                  name="firstName"
                  label={t('person.first-name')}
                  value={person?.firstName}
                  maxlength={100}
                  autocomplete="off"
                />
                <Field
                  c={c}
                  form={form}
                  name="lastName"
                  label={t('person.last-name')}
                  value={person?.lastName}
                  maxlength={100}
                  autocomplete="off"
                />
              </div>
              {detail('title')}
              <Field
                c={c}
                form={form}
                name="name"
                label={t('person.shown-name')}
                help={t('person.shown-name.help')}
                value={person?.name}
                maxlength={200}
                autocomplete="off"
              />
              {!person && (
                <Field
                  c={c}
                  form={form}
                  name="address"
                  type="email"
                  label={t('person.address')}
                  help={t('person.address.help')}
                  autocomplete="off"
                />
              )}
              <div class="form-row">
                <Field c={c} form={form} name="phone" label={t('person.phone')} value={person?.phone} maxlength={100} autocomplete="off" />
                {detail('mobile')}
              </div>
              <Select
                c={c}
                form={form}
                name="unitId"
                label={t('person.unit')}
                help={t('person.unit.help')}
                value={person?.unitId}
                empty={t('choose.none')}
                choices={unitChoices(units)}
              />
              <Select
                c={c}
                form={form}
                name="language"
                label={t('person.language')}
                help={t('person.language.help')}
                value={person?.language}
                empty={t('person.language.browser')}
                choices={languageChoices(c.get('host').config, person?.language)}
              />
            </Fields>
            <Fields title={t('person.postal')}>
              {detail('street')}
              <div class="form-row">
                {detail('zip')}
                {detail('city')}
              </div>
              <div class="form-row">
                {detail('country')}
                {detail('fax')}
              </div>
              <TextArea
                c={c}
                form={form}
                name="comment"
                label={t('person.comment')}
                help={t('person.comment.help')}
                value={person?.details.comment}
                rows={2}
                maxlength={DETAILS.comment}
              />
            </Fields>
            <Fields title={t('person.access')}>
              <Field
                c={c}
                form={form}
                name="login"
                label={t('person.login')}
                help={t('person.login.help')}
                value={person?.login}
                maxlength={100}
                autocomplete="off"
              />
              <Checkbox
                c={c}
                form={form}
                name="agent"
                label={t('person.agent')}
                help={t('person.agent.help')}
                checked={person?.agent ?? false}
              />
              <ValiditySelect c={c} form={form} help={t('person.valid.help')} of={person} />
              {person && led.length > 0 && (
                <Select
                  c={c}
                  form={form}
                  name="handTo"
                  label={t('person.hand-to', { count: led.reduce((sum, { count }) => sum + count, 0) })}
                  help={t('person.hand-to.help')}
                  value={person.valid && person.agent ? 'nobody' : ''}
                  empty={t('person.hand-to.keep')}
                  choices={[
                    { value: 'nobody', label: t('person.hand-to.nobody') },
                    ...agents.filter(({ id }) => id !== person.id).map(({ id, name }) => ({ value: id, label: name })),
                  ]}
                />
              )}
            </Fields>
          </FormCard>
        </Beside>
      </>
    ),
  })
}

const PersonFacts = ({
  c,
  person,
  led,
  own,
}: {
  c: PageContext
  person: Person
  led: Awaited<ReturnType<typeof ledByQueue>>
  own: readonly Filled[]
}) => {
  const t = words(c)
  return (
    <>
      <Card title={t('person.facts')} id="facts">
        <SideList
          items={[
            {
              name: t('person.source'),
              value: t(SOURCES.includes(person.source) ? `person.source.${person.source as 'local'}` : 'person.source.other'),
            },
            { name: t('person.address'), value: person.address ?? t('person.no-address') },
            { name: t('person.tab.password'), value: t(person.hasPassword ? 'person.has-password' : 'person.has-no-password') },
            { name: t('person.last-login'), value: person.lastLoginAt ? <Time c={c} at={person.lastLoginAt} /> : t('person.never') },
          ]}
        />
      </Card>
      {own.length > 0 && (
        <Card title={t('own-fields')} id="own-fields">
          <FieldsOf c={c} filled={own} />
        </Card>
      )}
      {led.length > 0 && (
        <Card title={t('person.leads')} id="leads">
          <SideList items={led.map(({ queueName, count }) => ({ name: queueName.replaceAll('::', ' · '), value: String(count) }))} />
        </Card>
      )}
    </>
  )
}
const SOURCES: readonly string[] = ['local', 'mail', 'ldap', 'otrs']

function read(values: Record<string, string>): PersonForm {
  return {
    login: values['login'] ?? '',
    firstName: values['firstName'] ?? '',
    lastName: values['lastName'] ?? '',
    name: values['name'] ?? '',
    language: asLanguage(values['language']),
    phone: values['phone'] ?? '',
    unitId: values['unitId'] || null,
    agent: Boolean(values['agent']),
    details: Object.fromEntries(DETAIL_NAMES.flatMap((name) => (name in values ? [[name, values[name]]] : []))),
    ...readValidity(values),
  }
}
