/** Owns the pages of groups: list, one group, who holds which right in it. */
import type { Hono } from 'hono'
import { lookUpPerson, listUnits, refused, ROOT_UNIT, type PageContext, type Person, type WebEnv } from '../../../core/index.ts'
import {
  blankForm,
  Button,
  ButtonLink,
  Card,
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
  Select,
  statusOf,
  submit,
  Tabs,
  ValidityCell,
  ValiditySelect,
  type FormState,
} from '../../../core/pages.ts'
import {
  ADMIN_GROUP,
  createGroup,
  editGroup,
  findGroup,
  holdersInGroup,
  listGroups,
  setPersonRights,
  setRoleRights,
  type Group,
} from '../../../core/administration.ts'
import { adminPage, Beside, demandAdministrator } from '../frame.tsx'
import { listPage, Main, pick, readList, type Column, type ListOptions } from '../list.tsx'
import { words } from '../words.ts'
import { unitChoices } from './choices.ts'
import { readRights, RightsHelp, RightsTable } from './rights-table.tsx'

const PATH = '/admin/groups'

export function groupRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, groupsPage)
  app.get(`${PATH}/new`, (c) => groupForm(c, undefined, blankForm()))
  app.post(`${PATH}/new`, async (c) => {
    const actor = demandAdministrator(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        const id = await c.get('host').work(actor, (work) => createGroup(work, read(values)))
        return { to: `${PATH}/${id}/rights`, said: words(c)('group.added') }
      },
      (form) => groupForm(c, undefined, form),
    )
  })
  app.get(`${PATH}/:id`, async (c) => groupForm(c, await demandGroup(c), blankForm()))
  app.post(`${PATH}/:id`, async (c) => {
    const actor = demandAdministrator(c)
    const group = await demandGroup(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        await c.get('host').work(actor, (work) => editGroup(work, group.id, read(values)))
        return { to: `${PATH}/${group.id}`, said: words(c)('said.saved') }
      },
      (form) => groupForm(c, group, form),
    )
  })
  app.get(`${PATH}/:id/rights`, async (c) => holdersPage(c, await demandGroup(c), blankForm()))
  app.post(`${PATH}/:id/rights`, async (c) => {
    const actor = demandAdministrator(c)
    const group = await demandGroup(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        const { work } = c.get('host')
        const { persons, roles } = split(values)
        await work(actor, async (act) => {
          for (const [id, rights] of readRights(persons)) await setPersonRights(act, id, new Map([[group.id, rights]]))
          for (const [id, rights] of readRights(roles)) await setRoleRights(act, id, new Map([[group.id, rights]]))
        })
        const wanted = (values['add'] ?? '').trim()
        if (wanted !== '') {
          const person = await findSomebody(c.get('host'), wanted)
          await work(actor, (act) => setPersonRights(act, person.id, new Map([[group.id, ['ro']]])))
          return { to: `${PATH}/${group.id}/rights`, said: words(c)('group.person-added', { name: person.name }) }
        }
        return { to: `${PATH}/${group.id}/rights`, said: words(c)('said.saved') }
      },
      (form) => holdersPage(c, group, form),
    )
  })
}

/** By login or address, in the directories too; `person.unknown` at the field 'add'. */
export async function findSomebody(host: Parameters<typeof lookUpPerson>[0], typed: string, field = 'add'): Promise<Person> {
  const person = await lookUpPerson(host, typed)
  if (!person) throw refused('person.unknown', { who: typed }, field)
  return person
}

/** Role rows are named `role-row.` and `role-right.` on this form. */
function split(values: Record<string, string>) {
  const roles = Object.fromEntries(
    Object.entries(values)
      .filter(([name]) => name.startsWith('role-'))
      .map(([name, value]) => [name.slice(5), value]),
  )
  const persons = Object.fromEntries(Object.entries(values).filter(([name]) => !name.startsWith('role-')))
  return { persons, roles }
}

async function demandGroup(c: PageContext): Promise<Group> {
  const group = await findGroup(c.get('host').db, c.req.param('id') ?? '')
  if (!group) throw refused('not-found')
  return group
}

async function groupsPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const options: ListOptions = { sorts: ['name', 'persons', 'roles'], sort: 'name' }
  const query = readList(c, options)
  const columns: Column<Group>[] = [
    {
      key: 'name',
      label: t('group.name'),
      sort: true,
      text: (g) => g.name,
      cell: (g) => <Main href={`${PATH}/${g.id}`} name={g.name} below={g.comment} />,
    },
    { key: 'comment', label: t('comment'), text: (g) => g.comment },
    {
      key: 'queues',
      label: t('area.queues'),
      text: (g) => g.queues.join(', '),
      cell: (g) => (g.queues.length === 0 ? '' : <span title={g.queues.join('\n')}>{g.queues.join(', ')}</span>),
    },
    {
      key: 'persons',
      label: t('area.persons'),
      sort: true,
      text: (g) => String(g.persons),
      cell: (g) => <a href={`${PATH}/${g.id}/rights`}>{g.persons}</a>,
      class: 'cell-narrow',
    },
    { key: 'roles', label: t('area.roles'), sort: true, text: (g) => String(g.roles), cell: (g) => g.roles, class: 'cell-narrow' },
    { key: 'unit', label: t('person.unit'), text: (g) => g.unitName, cell: (g) => g.unitName, class: 'cell-wide' },
    {
      key: 'valid',
      label: t('valid'),
      text: (g) => sayValidity(c, g),
      cell: (g) => <ValidityCell c={c} thing={g} />,
      class: 'cell-narrow',
    },
  ]
  const rows = pick(c, await listGroups(c.get('host').db), query, columns, 'name')
  return listPage(c, {
    area: 'groups',
    title: t('area.groups'),
    beside: t('group.what'),
    query,
    options,
    columns,
    rows,
    searchLabel: t('list.search'),
    empty: { title: t('list.none-found') },
    acts: (
      <ButtonLink kind="primary" href={`${PATH}/new`} shortcut="N">
        {t('group.new')}
      </ButtonLink>
    ),
  })
}

const GroupTabs = ({ c, group, current }: { c: PageContext; group: Group; current: 'data' | 'rights' }) => {
  const t = words(c)
  return (
    <Tabs
      label={group.name}
      tabs={[
        { href: `${PATH}/${group.id}`, label: t('group.tab.data'), current: current === 'data' },
        {
          href: `${PATH}/${group.id}/rights`,
          label: t('group.tab.rights'),
          current: current === 'rights',
          count: group.persons + group.roles,
        },
      ]}
    />
  )
}

async function groupForm(c: PageContext, group: Group | undefined, form: FormState): Promise<Response> {
  const t = words(c)
  const units = await listUnits(c.get('host').db)
  const fixed = group?.name === ADMIN_GROUP
  return adminPage(c, {
    title: group?.name ?? t('group.new'),
    area: 'groups',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.groups')}</Crumb>
        <PageHead title={group?.name ?? t('group.new')} {...(group && !group.valid ? { beside: sayValidity(c, group) } : {})} />
        {group && <GroupTabs c={c} group={group} current="data" />}
        <Beside
          aside={
            group && (
              <Card title={t('used-by')} id="used">
                {group.queues.length === 0 ? (
                  <p class="quiet">{t('group.no-queues')}</p>
                ) : (
                  <ul>
                    {group.queues.map((queue) => (
                      <li>{queue}</li>
                    ))}
                  </ul>
                )}
              </Card>
            )
          }
        >
          <FormCard c={c} form={form} of={group && `group:${group.id}`} cancel={PATH}>
            <Field
              c={c}
              form={form}
              name="name"
              label={t('group.name')}
              help={fixed ? t('group.admin-stays') : t('group.name.help')}
              value={group?.name}
              maxlength={200}
              required
            />
            <Field c={c} form={form} name="comment" label={t('comment')} help={t('comment.help')} value={group?.comment} maxlength={500} />
            <Select
              c={c}
              form={form}
              name="unitId"
              label={t('person.unit')}
              help={t('group.unit.help')}
              value={group?.unitId ?? ROOT_UNIT}
              choices={unitChoices(units, group?.unitId)}
            />
            <ValiditySelect c={c} form={form} help={t('group.valid.help')} of={group} />
          </FormCard>
        </Beside>
      </>
    ),
  })
}

async function holdersPage(c: PageContext, group: Group, form: FormState): Promise<Response> {
  const t = words(c)
  const { persons, roles } = await holdersInGroup(c.get('host').db, group.id)
  const { persons: personValues, roles: roleValues } = split(form.values as Record<string, string>)
  return adminPage(c, {
    title: `${t('group.tab.rights')} – ${group.name}`,
    area: 'groups',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.groups')}</Crumb>
        <PageHead title={group.name} {...(group.valid ? {} : { beside: sayValidity(c, group) })} />
        <GroupTabs c={c} group={group} current="rights" />
        <form class="form" method="post" autocomplete="off" action={`${PATH}/${group.id}/rights`}>
          <CsrfField c={c} />
          <FormProblems c={c} form={form} />
          <Card title={t('group.persons')} id="persons" plain>
            {persons.length === 0 ? (
              <EmptyState title={t('group.no-persons')} />
            ) : (
              <RightsTable
                c={c}
                form={{ ...form, values: personValues }}
                caption={t('group.persons')}
                head={t('person.name')}
                rows={persons.map((p) => ({ ...p, href: `/admin/persons/${p.id}/rights` }))}
              />
            )}
            <div class="card-body">
              <Field c={c} form={form} name="add" label={t('group.add-person')} help={t('group.add-person.help')} autocomplete="off" />
            </div>
          </Card>
          <Card title={t('area.roles')} id="roles" plain>
            {roles.length === 0 ? (
              <EmptyState title={t('group.no-roles')} />
            ) : (
              <RightsTable
                c={c}
                form={{ ...form, values: roleValues }}
                caption={t('area.roles')}
                head={t('role.name')}
                prefix="role-"
                rows={roles.map((r) => ({ ...r, href: `/admin/roles/${r.id}` }))}
              />
            )}
          </Card>
          <div class="form-foot plain-foot">
            <Button kind="primary">{t('form.save')}</Button>
          </div>
          <RightsHelp c={c} />
        </form>
      </>
    ),
  })
}

const read = (values: Record<string, string>) => ({
  name: values['name'] ?? '',
  comment: values['comment'] ?? '',
  ...readValidity(values),
  ...(values['unitId'] ? { unitId: values['unitId'] } : {}),
})
