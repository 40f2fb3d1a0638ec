/** Owns the pages of roles: list, one role, its rights by group, who wears it. */
import type { Hono } from 'hono'
import { listRoles, refused, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Button,
  ButtonLink,
  Card,
  Checkbox,
  Crumb,
  CsrfField,
  EmptyState,
  Field,
  FormCard,
  FormProblems,
  PageHead,
  readFields,
  readValidity,
  sayValidity,
  statusOf,
  submit,
  Tabs,
  ValidityCell,
  ValiditySelect,
  type FormState,
} from '../../../core/pages.ts'
import {
  createRole,
  editRole,
  findRole,
  listGroups,
  personsOfRole,
  rightsOfRole,
  setPersonRole,
  setRoleRights,
  type Role,
} from '../../../core/administration.ts'
import { adminPage, Beside, demandAdministrator } from '../frame.tsx'
import { listPage, Main, pick, readList, type Column, type ListOptions } from '../list.tsx'
import { words } from '../words.ts'
import { findSomebody } from './groups.tsx'
import { readRights, RightsHelp, RightsTable } from './rights-table.tsx'

const PATH = '/admin/roles'

export function roleRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, rolesPage)
  app.get(`${PATH}/new`, (c) => roleForm(c, undefined, blankForm()))
  app.post(`${PATH}/new`, async (c) => {
    const actor = demandAdministrator(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        const id = await c.get('host').work(actor, (work) => createRole(work, read(values)))
        return { to: `${PATH}/${id}/rights`, said: words(c)('role.added') }
      },
      (form) => roleForm(c, undefined, form),
    )
  })
  app.get(`${PATH}/:id`, async (c) => roleForm(c, await demandRole(c), blankForm()))
  app.post(`${PATH}/:id`, async (c) => {
    const actor = demandAdministrator(c)
    const role = await demandRole(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        await c.get('host').work(actor, (work) => editRole(work, role.id, read(values)))
        return { to: `${PATH}/${role.id}`, said: words(c)('said.saved') }
      },
      (form) => roleForm(c, role, form),
    )
  })
  app.get(`${PATH}/:id/rights`, async (c) => rightsPage(c, await demandRole(c), blankForm()))
  app.post(`${PATH}/:id/rights`, async (c) => {
    const actor = demandAdministrator(c)
    const role = await demandRole(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        await c.get('host').work(actor, (work) => setRoleRights(work, role.id, readRights(values)))
        return { to: `${PATH}/${role.id}/rights`, said: words(c)('said.saved') }
      },
      (form) => rightsPage(c, role, form),
    )
  })
  app.get(`${PATH}/:id/persons`, async (c) => personsPage(c, await demandRole(c), blankForm()))
  app.post(`${PATH}/:id/persons`, async (c) => {
    const actor = demandAdministrator(c)
    const role = await demandRole(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        const person = await findSomebody(c.get('host'), (values['add'] ?? '').trim())
        await c.get('host').work(actor, (work) => setPersonRole(work, person.id, role.id, true))
        return { to: `${PATH}/${role.id}/persons`, said: words(c)('role.person-added', { name: person.name }) }
      },
      (form) => personsPage(c, role, form),
    )
  })
  app.post(`${PATH}/:id/persons/:person`, async (c) => {
    const actor = demandAdministrator(c)
    const role = await demandRole(c)
    const { wears } = await readFields(c)
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(actor, (work) => setPersonRole(work, c.req.param('person'), role.id, wears === 'on'))
        return { to: `${PATH}/${role.id}/persons`, said: words(c)('role.person-removed') }
      },
      (form) => personsPage(c, role, form),
    )
  })
}

async function demandRole(c: PageContext): Promise<Role> {
  const role = await findRole(c.get('host').db, c.req.param('id') ?? '')
  if (!role) throw refused('not-found')
  return role
}

async function rolesPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const options: ListOptions = { sorts: ['name', 'persons', 'groups'], sort: 'name' }
  const query = readList(c, options)
  const columns: Column<Role>[] = [
    {
      key: 'name',
      label: t('role.name'),
      sort: true,
      text: (r) => r.name,
      cell: (r) => <Main href={`${PATH}/${r.id}`} name={r.name} below={r.comment} />,
    },
    { key: 'comment', label: t('comment'), text: (r) => r.comment },
    {
      key: 'persons',
      label: t('area.persons'),
      sort: true,
      text: (r) => String(r.persons),
      cell: (r) => <a href={`${PATH}/${r.id}/persons`}>{r.persons}</a>,
      class: 'cell-narrow',
    },
    {
      key: 'groups',
      label: t('area.groups'),
      sort: true,
      text: (r) => String(r.groups),
      cell: (r) => <a href={`${PATH}/${r.id}/rights`}>{r.groups}</a>,
      class: 'cell-narrow',
    },
    {
      key: 'second-factor',
      label: t('role.second-factor'),
      text: (r) => t(r.secondFactor ? 'role.second-factor.on' : 'role.second-factor.off'),
      class: 'cell-narrow',
    },
    {
      key: 'valid',
      label: t('valid'),
      text: (r) => sayValidity(c, r),
      cell: (r) => <ValidityCell c={c} thing={r} />,
      class: 'cell-narrow',
    },
  ]
  const rows = pick(c, await listRoles(c.get('host').db), query, columns, 'name')
  return listPage(c, {
    area: 'roles',
    title: t('area.roles'),
    beside: t('role.what'),
    query,
    options,
    columns,
    rows,
    searchLabel: t('list.search'),
    empty: { title: t('role.none'), text: t('role.what') },
    acts: (
      <ButtonLink kind="primary" href={`${PATH}/new`} shortcut="N">
        {t('role.new')}
      </ButtonLink>
    ),
  })
}

async function shell(
  c: PageContext,
  role: Role | undefined,
  current: 'data' | 'rights' | 'persons',
  form: FormState,
  body: unknown,
): Promise<Response> {
  const t = words(c)
  return adminPage(c, {
    title: role?.name ?? t('role.new'),
    area: 'roles',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.roles')}</Crumb>
        <PageHead title={role?.name ?? t('role.new')} {...(role && !role.valid ? { beside: sayValidity(c, role) } : {})} />
        {role && (
          <Tabs
            label={role.name}
            tabs={[
              { href: `${PATH}/${role.id}`, label: t('role.tab.data'), current: current === 'data' },
              { href: `${PATH}/${role.id}/rights`, label: t('role.tab.rights'), current: current === 'rights', count: role.groups },
              { href: `${PATH}/${role.id}/persons`, label: t('role.tab.persons'), current: current === 'persons', count: role.persons },
            ]}
          />
        )}
        {body as string}
      </>
    ),
  })
}

const roleForm = (c: PageContext, role: Role | undefined, form: FormState): Promise<Response> => {
  const t = words(c)
  return shell(
    c,
    role,
    'data',
    form,
    <Beside>
      <FormCard c={c} form={form} of={role && `role:${role.id}`} cancel={PATH}>
        <Field
          c={c}
          form={form}
          name="name"
          label={t('role.name')}
          help={t('role.name.help')}
          value={role?.name}
          maxlength={200}
          required
        />
        <Field c={c} form={form} name="comment" label={t('comment')} help={t('comment.help')} value={role?.comment} maxlength={500} />
        <ValiditySelect c={c} form={form} help={t('role.valid.help')} of={role} />
        <Checkbox
          c={c}
          form={form}
          name="secondFactor"
          label={t('role.second-factor')}
          help={t('role.second-factor.help')}
          checked={role?.secondFactor ?? false}
        />
      </FormCard>
    </Beside>,
  )
}

async function rightsPage(c: PageContext, role: Role, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [groups, own] = await Promise.all([listGroups(db), rightsOfRole(db, role.id)])
  return shell(
    c,
    role,
    'rights',
    form,
    <form class="form" method="post" autocomplete="off" action={`${PATH}/${role.id}/rights`}>
      <CsrfField c={c} />
      <FormProblems c={c} form={form} />
      <Card plain>
        <RightsTable
          c={c}
          form={form}
          caption={t('role.tab.rights')}
          head={t('group.name')}
          rows={groups
            .filter((group) => group.valid || own.has(group.id))
            .map((group) => ({
              id: group.id,
              name: group.name,
              href: `/admin/groups/${group.id}/rights`,
              rights: own.get(group.id) ?? [],
            }))}
        />
      </Card>
      <div class="form-foot plain-foot">
        <Button kind="primary">{t('form.save')}</Button>
      </div>
      <RightsHelp c={c} />
    </form>,
  )
}

async function personsPage(c: PageContext, role: Role, form: FormState): Promise<Response> {
  const t = words(c)
  const persons = await personsOfRole(c.get('host').db, role.id)
  return shell(
    c,
    role,
    'persons',
    form,
    <div class="admin-one">
      {form.problems[''] && <FormProblems c={c} form={form} />}
      {persons.length === 0 ? (
        <div class="card">
          <EmptyState title={t('role.no-persons')} />
        </div>
      ) : (
        <ul class="rows">
          {persons.map((person) => (
            <li>
              <div class="row-title">
                <a href={`/admin/persons/${person.id}/rights`}>{person.name}</a>
              </div>
              <ActButton c={c} action={`${PATH}/${role.id}/persons/${person.id}`} small fields={{ wears: 'off' }}>
                {t('role.take')}
                <span class="only-heard">: {person.name}</span>
              </ActButton>
            </li>
          ))}
        </ul>
      )}
      <div class="below">
        <FormCard c={c} form={form.problems[''] ? blankForm() : form} action={`${PATH}/${role.id}/persons`} save={t('role.give')}>
          <Field c={c} form={form} name="add" label={t('group.add-person')} help={t('role.add-person.help')} autocomplete="off" required />
        </FormCard>
      </div>
    </div>,
  )
}

const read = (values: Record<string, string>) => ({
  name: values['name'] ?? '',
  comment: values['comment'] ?? '',
  ...readValidity(values),
  secondFactor: Boolean(values['secondFactor']),
})
