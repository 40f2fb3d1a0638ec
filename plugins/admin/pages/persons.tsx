/** Owns the list of persons, and the page of one: data. */
import type { Hono } from 'hono'
import {
  findPerson,
  languageChoices,
  listUnits,
  refused,
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
  Select,
  SideList,
  submit,
  Tabs,
  Time,
  type FormState,
} from '../../../core/pages.ts'
import {
  addPerson,
  asLanguage,
  countPersons,
  editPerson,
  listPersons,
  PERSON_SORTS,
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
        await c.get('host').work(actor, (work) => editPerson(work, person.id, read(values)))
        return { to: `${PATH}/${person.id}`, said: words(c)('said.saved') }
      },
      (form) => personForm(c, person, form),
    )
  })
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
        choices: [
          { value: 'on', label: t('valid.on') },
          { value: 'off', label: t('valid.off') },
        ],
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
      text: (p) => t(p.valid ? 'valid.on' : 'valid.off'),
      cell: (p) => (p.valid ? t('valid.on') : <span class="warn">{t('valid.off')}</span>),
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
  current: 'data' | 'addresses' | 'password' | 'rights' | 'absence' | 'privacy'
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
  const refusedForm = Object.keys(form.problems).length > 0
  return adminPage(c, {
    title: person?.name ?? t('person.new'),
    area: 'persons',
    status: refusedForm ? 422 : 200,
    body: (
      <>
        <Crumb href={PATH}>{t('area.persons')}</Crumb>
        <PageHead title={person?.name ?? t('person.new')} {...(person && !person.valid ? { beside: t('valid.off') } : {})} />
        {person && <PersonTabs c={c} person={person} current="data" />}
        <Beside aside={person && <PersonFacts c={c} person={person} />}>
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
              <Field c={c} form={form} name="phone" label={t('person.phone')} value={person?.phone} maxlength={100} autocomplete="off" />
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
              <Checkbox
                c={c}
                form={form}
                name="valid"
                label={t('person.valid')}
                help={t('person.valid.help')}
                checked={person?.valid ?? true}
              />
            </Fields>
          </FormCard>
        </Beside>
      </>
    ),
  })
}

const PersonFacts = ({ c, person }: { c: PageContext; person: Person }) => {
  const t = words(c)
  return (
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
    valid: Boolean(values['valid']),
  }
}
