/** Owns the pages of ticket states: the list, one state. */
import type { Hono } from 'hono'
import type { PageContext, WebEnv } from '../../../core/index.ts'
import {
  Card,
  Checkbox,
  Crumb,
  Field,
  FormCard,
  PageHead,
  readValidity,
  sayStateName,
  sayValidity,
  Select,
  SideList,
  statusOf,
  ValiditySelect,
  type FormState,
} from '../../../core/pages.ts'
import {
  createState,
  editState,
  findAnyState,
  isNeededState,
  listAllStates,
  STATE_TYPES_TO_MAKE,
  type TicketState,
} from '../../../core/administration.ts'
import { adminPage, Beside } from '../frame.tsx'
import { Main, type Column } from '../list.tsx'
import { thingList, thingRoutes } from '../things.tsx'
import { words } from '../words.ts'

const PATH = '/admin/states'

export const stateRoutes = (app: Hono<WebEnv>): void =>
  thingRoutes(app, PATH, {
    list: statesPage,
    find: findAnyState,
    form: stateForm,
    keep: (work, values, state) => (state ? editState(work, state.id, read(values, state)) : createState(work, read(values, state))),
  })

const read = (values: Record<string, string>, state: TicketState | undefined) => ({
  name: values['name'] ?? '',
  type: state?.type ?? values['type'] ?? '',
  dateOptional: values['dateOptional'] === 'on',
  afterPending: values['afterPending'] ?? '',
  sort: /^\d{1,4}$/.test(values['sort']?.trim() ?? '') ? Number(values['sort']) : Number.NaN,
  suspends: values['suspends'] === 'on',
  ...readValidity(values),
})

async function statesPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const typeOf = (x: TicketState) => t(`state.type.${x.type}`)
  const deadlinesIn = (x: TicketState) => (x.suspends ? t('state.deadlines.stop') : '')
  const columns: Column<TicketState>[] = [
    {
      key: 'name',
      label: t('state.name'),
      sort: true,
      text: (x) => x.name,
      cell: (x) => <Main href={`${PATH}/${x.id}`} name={sayStateName(x.name, x.type, c.get('language'))} />,
    },
    { key: 'type', label: t('state.type'), text: typeOf, cell: typeOf },
    {
      key: 'suspends',
      label: t('state.deadlines'),
      text: deadlinesIn,
      cell: deadlinesIn,
    },
    { key: 'sort', label: t('state.sort'), sort: true, text: (x) => String(x.sort), cell: (x) => x.sort, class: 'cell-narrow' },
    { key: 'open', label: t('about.open'), sort: true, text: (x) => String(x.open), cell: (x) => x.open, class: 'cell-narrow' },
  ]
  return thingList(c, {
    area: 'states',
    path: PATH,
    beside: t('state.what'),
    sorts: ['sort', 'name', 'open'],
    columns,
    things: await listAllStates(c.get('host').db),
    add: t('state.new'),
  })
}

async function stateForm(c: PageContext, state: TicketState | undefined, form: FormState): Promise<Response> {
  const t = words(c)
  const ends = (await listAllStates(c.get('host').db)).filter(({ type, valid }) => type === 'closed' && valid)
  const title = state ? sayStateName(state.name, state.type, c.get('language')) : t('state.new')
  return adminPage(c, {
    title,
    area: 'states',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.states')}</Crumb>
        <PageHead title={title} {...(state && !state.valid ? { beside: sayValidity(c, state) } : {})} />
        <Beside
          aside={
            state && (
              <Card title={t('about.used')} id="used">
                <SideList
                  items={[
                    { name: t('about.open'), value: <a href={`/desk/search?state=${state.id}&state=open`}>{state.open}</a> },
                    { name: t('about.all'), value: <a href={`/desk/search?state=${state.id}&state=any`}>{t('about.show')}</a> },
                  ]}
                />
              </Card>
            )
          }
        >
          <FormCard c={c} form={form} of={state && `ticket state:${state.id}`} cancel={PATH}>
            <Field
              c={c}
              form={form}
              name="name"
              label={t('state.name')}
              help={t(state && isNeededState(state.name) ? 'state.needed' : 'state.name.help')}
              value={state?.name}
              maxlength={200}
              required
            />
            {!state && (
              <Select
                c={c}
                form={form}
                name="type"
                label={t('state.type')}
                help={t('state.type.help')}
                empty={t('state.type.choose')}
                choices={STATE_TYPES_TO_MAKE.map((one) => ({ value: one, label: t(`state.type.${one}`) }))}
                required
              />
            )}
            {(!state || state.type === 'pending auto') && (
              <Select
                c={c}
                form={form}
                name="afterPending"
                label={t('state.after')}
                {...(state ? {} : { help: t('state.after.help') })}
                value={state?.afterPending ?? ''}
                empty={t('state.after.choose')}
                choices={ends.map((one) => ({ value: one.name, label: sayStateName(one.name, one.type, c.get('language')) }))}
              />
            )}
            {(!state || state.type === 'pending reminder') && (
              <Checkbox
                c={c}
                form={form}
                name="dateOptional"
                label={t(state ? 'state.date-optional' : 'state.date-optional.new')}
                checked={state?.dateOptional ?? false}
              />
            )}
            <Checkbox
              c={c}
              form={form}
              name="suspends"
              label={t('state.suspends')}
              help={t('state.suspends.help')}
              checked={state?.suspends ?? false}
            />
            <Field
              c={c}
              form={form}
              name="sort"
              label={t('state.sort')}
              help={t('state.sort.help')}
              value={String(state?.sort ?? 100)}
              maxlength={4}
              inputmode="numeric"
              required
            />
            <ValiditySelect c={c} form={form} help={t('state.valid.help')} of={state} />
          </FormCard>
        </Beside>
      </>
    ),
  })
}
