/** Owns the pages of companies: whom people ask for, with who belongs to each, and which tickets name it. */
import type { Hono } from 'hono'
import { refused, valuesOf, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  ButtonLink,
  Card,
  Crumb,
  Field,
  FormCard,
  PageHead,
  readValidity,
  sayValidity,
  FieldsOf,
  SideList,
  statusOf,
  submit,
  TextArea,
  ValiditySelect,
  type FormState,
} from '../../../core/pages.ts'
import {
  COMPANY_CODE_LENGTH,
  COMPANY_TICKETS_COUNTED,
  createCompany,
  editCompany,
  findCompany,
  listCompanies,
  personsOfCompany,
  removeCompany,
  type Company,
  type CompanyForm,
} from '../../../core/administration.ts'
import { adminPage, Beside, confirmPage, demandAdministrator, Fields } from '../frame.tsx'
import { Main, type Column } from '../list.tsx'
import { thingList, thingRoutes } from '../things.tsx'
import { words } from '../words.ts'

const PATH = '/admin/companies'
/** People named beside a company; the list of persons has all. */
const NAMED = 20

export function companyRoutes(app: Hono<WebEnv>): void {
  thingRoutes(app, PATH, {
    list: companiesPage,
    find: findCompany,
    form: companyForm,
    keep: (work, values, company) => (company ? editCompany(work, company.id, read(values)) : createCompany(work, read(values))),
  })
  app.get(`${PATH}/:id/remove`, async (c) => {
    const t = words(c)
    const company = await demandCompany(c)
    const unused = company.persons === 0 && company.tickets === 0
    return confirmPage(c, {
      area: 'companies',
      title: t('company.remove.title', { name: company.name }),
      text: <p>{unused ? t('company.remove.text') : usedBy(c, company)}</p>,
      yes: t('remove'),
      back: `${PATH}/${company.id}`,
      action: `${PATH}/${company.id}/remove`,
    })
  })
  app.post(`${PATH}/:id/remove`, async (c) => {
    const actor = demandAdministrator(c)
    const company = await demandCompany(c)
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(actor, (work) => removeCompany(work, company.id))
        return { to: PATH, said: words(c)('company.removed', { name: company.name }) }
      },
      (form) => companyForm(c, company, form),
    )
  })
}

async function demandCompany(c: PageContext): Promise<Company> {
  const company = await findCompany(c.get('host').db, c.req.param('id') ?? '')
  if (!company) throw refused('not-found')
  return company
}

/** Counted no further than to a limit. */
const manyTickets = (company: Company): string => `${company.tickets}${company.tickets >= COMPANY_TICKETS_COUNTED ? '+' : ''}`
const usedBy = (c: PageContext, company: Company): string =>
  words(c)('company.used-by', { persons: company.persons, tickets: manyTickets(company) })

async function companiesPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const columns: Column<Company>[] = [
    {
      key: 'name',
      label: t('company.name'),
      sort: true,
      text: (x) => x.name,
      cell: (x) => <Main href={`${PATH}/${x.id}`} name={x.name} below={x.comment || undefined} />,
    },
    { key: 'code', label: t('company.code'), sort: true, text: (x) => x.code, cell: (x) => x.code },
    { key: 'street', label: t('person.street'), text: (x) => x.street },
    { key: 'zip', label: t('person.zip'), text: (x) => x.zip },
    { key: 'city', label: t('person.city'), sort: true, text: (x) => x.city, cell: (x) => x.city },
    { key: 'country', label: t('person.country'), text: (x) => x.country },
    { key: 'url', label: t('company.url'), text: (x) => x.url },
    { key: 'comment', label: t('comment'), text: (x) => x.comment },
    {
      key: 'persons',
      label: t('area.persons'),
      sort: true,
      text: (x) => String(x.persons),
      cell: (x) => x.persons,
      class: 'cell-narrow',
    },
    { key: 'tickets', label: t('company.tickets'), sort: true, text: manyTickets, cell: manyTickets, class: 'cell-narrow' },
  ]
  return thingList(c, {
    area: 'companies',
    path: PATH,
    beside: t('company.what'),
    sorts: ['name', 'code', 'city', 'persons', 'tickets'],
    columns,
    things: await listCompanies(c.get('host').db),
    add: t('company.new'),
    empty: { title: t('company.none'), text: t('company.none.text') },
  })
}

async function companyForm(c: PageContext, company: Company | undefined, form: FormState): Promise<Response> {
  const t = words(c)
  const persons = company ? await personsOfCompany(c.get('host').db, company.id, NAMED) : []
  const own = company ? await valuesOf(c.get('host').db, 'company', company.id) : []
  const field = (name: 'street' | 'zip' | 'city' | 'country', maxlength: number) => (
    <Field c={c} form={form} name={name} label={t(`person.${name}`)} value={company?.[name]} maxlength={maxlength} autocomplete="off" />
  )
  return adminPage(c, {
    title: company?.name ?? t('company.new'),
    area: 'companies',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.companies')}</Crumb>
        <PageHead title={company?.name ?? t('company.new')} {...(company && !company.valid ? { beside: sayValidity(c, company) } : {})}>
          {company && <ButtonLink href={`${PATH}/${company.id}/remove`}>{t('remove')}</ButtonLink>}
        </PageHead>
        <Beside
          aside={
            company && (
              <>
                {own.length > 0 && (
                  <Card title={t('own-fields')} id="own-fields">
                    <FieldsOf c={c} filled={own} />
                  </Card>
                )}
                <Card title={t('company.used')} id="used">
                  <SideList
                    items={[
                      {
                        name: t('company.tickets'),
                        value: <a href={`/desk/search?company=${encodeURIComponent(company.code)}`}>{manyTickets(company)}</a>,
                      },
                      { name: t('area.persons'), value: String(company.persons) },
                    ]}
                  />
                  {persons.length > 0 && (
                    <ul>
                      {persons.map((person) => (
                        <li>
                          <a href={`/admin/persons/${person.id}/companies`}>{person.name}</a>
                          {person.main && <span class="quiet small"> {t('person.main-company')}</span>}
                        </li>
                      ))}
                    </ul>
                  )}
                  {company.persons > persons.length && (
                    <p class="quiet small">{t('company.more', { count: company.persons - persons.length })}</p>
                  )}
                </Card>
              </>
            )
          }
        >
          <FormCard c={c} form={form} of={company && `company:${company.id}`} cancel={PATH}>
            <Field c={c} form={form} name="name" label={t('company.name')} value={company?.name} maxlength={200} required />
            <Field
              c={c}
              form={form}
              name="code"
              label={t('company.code')}
              help={t(company ? 'company.code.change' : 'company.code.help')}
              value={company?.code}
              maxlength={COMPANY_CODE_LENGTH}
              autocomplete="off"
            />
            <Fields title={t('person.postal')}>
              {field('street', 200)}
              <div class="form-row">
                {field('zip', 20)}
                {field('city', 100)}
              </div>
              {field('country', 100)}
            </Fields>
            <Field
              c={c}
              form={form}
              name="url"
              type="url"
              label={t('company.url')}
              value={company?.url}
              maxlength={500}
              autocomplete="off"
            />
            <TextArea c={c} form={form} name="comment" label={t('comment')} value={company?.comment} rows={3} maxlength={1000} />
            <ValiditySelect c={c} form={form} of={company} help={t('company.valid.help')} />
          </FormCard>
        </Beside>
      </>
    ),
  })
}

const read = (values: Record<string, string>): CompanyForm => ({
  code: values['code'] ?? '',
  name: values['name'] ?? '',
  street: values['street'] ?? '',
  zip: values['zip'] ?? '',
  city: values['city'] ?? '',
  country: values['country'] ?? '',
  url: values['url'] ?? '',
  comment: values['comment'] ?? '',
  ...readValidity(values),
})
