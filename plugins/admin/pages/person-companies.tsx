/** Owns the page of one person's companies, and that of the further logins they have. */
import type { Hono } from 'hono'
import { companiesOfPerson, refused, type PageContext, type Person, type WebEnv } from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  ButtonLink,
  Card,
  Crumb,
  EmptyState,
  Field,
  FormCard,
  PageHead,
  readFields,
  Select,
  sayValidity,
  statusOf,
  submit,
  type FormState,
} from '../../../core/pages.ts'
import { addFurtherLogin, companyChoices, listFurtherLogins, removeFurtherLogin, setPersonCompanies } from '../../../core/administration.ts'
import { adminPage, Beside, confirmPage, demandAdministrator } from '../frame.tsx'
import { words } from '../words.ts'
import { demandPerson, PersonTabs } from './persons.tsx'

const PATH = '/admin/persons'

export function personCompanyRoutes(app: Hono<WebEnv>): void {
  app.get(`${PATH}/:id/companies`, async (c) => companiesPage(c, await demandPerson(c), blankForm()))
  app.post(`${PATH}/:id/companies`, (c) =>
    changed(c, ({ ids, main }, { company = '' }) => {
      if (company === '') throw refused('required', {}, 'company')
      return { ids: [...ids, company], main }
    }),
  )
  app.post(`${PATH}/:id/companies/:company/main`, (c) => changed(c, ({ ids }) => ({ ids, main: named(c, ids) })))
  app.post(`${PATH}/:id/companies/:company/remove`, (c) =>
    changed(c, ({ ids, main }) => {
      const gone = named(c, ids)
      return { ids: ids.filter((id) => id !== gone), main }
    }),
  )

  app.get(`${PATH}/:id/logins`, async (c) => loginsPage(c, await demandPerson(c), blankForm()))
  app.post(`${PATH}/:id/logins`, async (c) => {
    const actor = demandAdministrator(c)
    const person = await demandPerson(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        const login = await c.get('host').work(actor, (work) => addFurtherLogin(work, person.id, values['login'] ?? ''))
        return { to: `${PATH}/${person.id}/logins`, said: words(c)('person.login-added', { login }) }
      },
      (form) => loginsPage(c, person, form),
    )
  })
  app.get(`${PATH}/:id/logins/:login/remove`, async (c) => {
    const t = words(c)
    const person = await demandPerson(c)
    const login = c.req.param('login') ?? ''
    if (!(await listFurtherLogins(c.get('host').db, person.id)).includes(login)) throw refused('not-found')
    const back = `${PATH}/${person.id}/logins`
    return confirmPage(c, {
      area: 'persons',
      title: t('person.remove-login.title', { login }),
      text: <p>{t('person.remove-login.text', { name: person.name })}</p>,
      yes: t('remove'),
      back,
      action: `${back}/${encodeURIComponent(login)}/remove`,
    })
  })
  app.post(`${PATH}/:id/logins/:login/remove`, async (c) => {
    const actor = demandAdministrator(c)
    const person = await demandPerson(c)
    const login = c.req.param('login') ?? ''
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(actor, (work) => removeFurtherLogin(work, person.id, login))
        return { to: `${PATH}/${person.id}/logins`, said: words(c)('person.login-removed', { login }) }
      },
      (form) => loginsPage(c, person, form),
    )
  })
}

interface Belongs {
  ids: string[]
  main: string | null
}

/** The company that the address names, of those the person belongs to. */
function named(c: PageContext, ids: readonly string[]): string {
  const id = ids.find((one) => one === c.req.param('company'))
  if (id === undefined) throw refused('not-found')
  return id
}

async function changed(c: PageContext, change: (now: Belongs, values: Record<string, string>) => Belongs): Promise<Response> {
  const actor = demandAdministrator(c)
  const person = await demandPerson(c)
  const values = await readFields(c)
  return submit(
    c,
    values,
    async () => {
      await c.get('host').work(actor, async (work) => {
        const now = await companiesOfPerson(work.db, person.id)
        const { ids, main } = change({ ids: now.map(({ id }) => id), main: now.find((one) => one.main)?.id ?? null }, values)
        await setPersonCompanies(work, person.id, ids, main)
      })
      return { to: `${PATH}/${person.id}/companies`, said: words(c)('said.saved') }
    },
    (form) => companiesPage(c, person, form),
  )
}

const shell = (c: PageContext, person: Person, tab: 'companies' | 'logins', form: FormState, body: unknown): Promise<Response> =>
  adminPage(c, {
    title: `${words(c)(`person.tab.${tab}`)} – ${person.name}`,
    area: 'persons',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{words(c)('area.persons')}</Crumb>
        <PageHead title={person.name} {...(person.valid ? {} : { beside: sayValidity(c, person) })} />
        <PersonTabs c={c} person={person} current={tab} />
        {body as string}
      </>
    ),
  })

async function companiesPage(c: PageContext, person: Person, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [own, all] = await Promise.all([companiesOfPerson(db, person.id), companyChoices(db)])
  const base = `${PATH}/${person.id}/companies`
  const others = all.filter(({ id }) => !own.some((one) => one.id === id))
  return shell(
    c,
    person,
    'companies',
    form,
    <Beside
      aside={
        <Card title={t('help')} id="help">
          <p>{t('person.companies.help')}</p>
        </Card>
      }
    >
      {own.length === 0 ? (
        <div class="card">
          <EmptyState title={t('person.no-company')} />
        </div>
      ) : (
        <ul class="rows">
          {own.map((company) => (
            <li>
              <div>
                <p class="row-title">
                  <a href={`/admin/companies/${company.id}`}>{company.name}</a>
                </p>
                <p class="row-quiet">
                  {company.main && `${t('person.main-company')} · `}
                  {company.code}
                  {!company.valid && <span class="warn"> · {sayValidity(c, company)}</span>}
                </p>
              </div>
              <div class="acts">
                {!company.main && (
                  <ActButton c={c} action={`${base}/${company.id}/main`} small>
                    {t('person.make-main')}
                    <span class="only-heard">: {company.name}</span>
                  </ActButton>
                )}
                <ActButton c={c} action={`${base}/${company.id}/remove`} small>
                  {t('remove')}
                  <span class="only-heard">: {company.name}</span>
                </ActButton>
              </div>
            </li>
          ))}
        </ul>
      )}
      <div class="below">
        {others.length > 0 ? (
          <FormCard c={c} form={form} action={base} save={t('person.add-company')}>
            <Select
              c={c}
              form={form}
              name="company"
              label={t('company.one')}
              empty={t('choose')}
              required
              choices={others.map(({ id, code, name }) => ({ value: id, label: code === name ? name : `${name} (${code})` }))}
            />
          </FormCard>
        ) : (
          <ButtonLink href="/admin/companies/new">{t('company.new')}</ButtonLink>
        )}
      </div>
    </Beside>,
  )
}

async function loginsPage(c: PageContext, person: Person, form: FormState): Promise<Response> {
  const t = words(c)
  const further = await listFurtherLogins(c.get('host').db, person.id)
  const base = `${PATH}/${person.id}/logins`
  return shell(
    c,
    person,
    'logins',
    form,
    <Beside
      aside={
        <Card title={t('help')} id="help">
          <p>{t('person.logins.help')}</p>
        </Card>
      }
    >
      <ul class="rows">
        <li>
          <div>
            <p class="row-title">{person.login ?? t('person.no-login')}</p>
            <p class="row-quiet">{t('person.main-login')}</p>
          </div>
          <div class="acts">
            <a class="button button-quiet button-small" href={`${PATH}/${person.id}`}>
              {t('person.change-login')}
            </a>
          </div>
        </li>
        {further.map((login) => (
          <li>
            <div>
              <p class="row-title">{login}</p>
            </div>
            <div class="acts">
              <a class="button button-quiet button-small" href={`${base}/${encodeURIComponent(login)}/remove`}>
                {t('remove')}
                <span class="only-heard">: {login}</span>
              </a>
            </div>
          </li>
        ))}
      </ul>
      <div class="below">
        <FormCard c={c} form={form} action={base} save={t('person.add-login')}>
          <Field
            c={c}
            form={form}
            name="login"
            label={t('person.new-login')}
            help={t('person.new-login.help')}
            maxlength={100}
            autocomplete="off"
            required
          />
        </FormCard>
      </div>
    </Beside>,
  )
}
