/** Owns the list of notifications, switching one on and off from there, and taking one away. */
import type { Hono } from 'hono'
import type { PageContext, WebEnv } from '../../../core/index.ts'
import {
  blankForm,
  ButtonLink,
  Crumb,
  FormCard,
  Notice,
  PageHead,
  readFields,
  statusOf,
  submit,
  Tabs,
  Time,
  plainTime,
  type FormState,
} from '../../../core/pages.ts'
import {
  administrationPage,
  listAnswer,
  Main,
  pick,
  readList,
  switchColumn,
  type ListColumn,
  type ListOptions,
} from '../../../core/administration.ts'
import { removeNotification, switchNotification, type Notification } from '../notifications.ts'
import { labels, nameFor, sayEvent, words } from '../words.ts'
import { BASES, demandNotification, enter, notificationsHere, type NotificationHost, type Place } from './place.ts'

export function listRoutes(app: Hono<WebEnv>, host: NotificationHost): void {
  for (const base of BASES) {
    app.get(base, async (c) => listPage(c, await enter(c, host)))
    app.post(`${base}/:id/switch`, async (c) => {
      const place = await enter(c, host)
      const notification = await demandNotification(c, place)
      const values = await readFields(c)
      const valid = values['valid'] === 'on'
      return submit(
        c,
        values,
        async () => {
          await host.work(place.actor, (work) => switchNotification(work, notification.id, valid))
          return {
            to: values['back'] === 'form' ? `${place.path}/${notification.id}` : place.path,
            said: words(c)(valid ? 'said.on' : 'said.off', { name: nameFor(c, notification) }),
          }
        },
        () => listPage(c, place),
      )
    })
    app.get(`${base}/:id/remove`, async (c) => {
      const place = await enter(c, host)
      return removePage(c, place, await demandNotification(c, place), blankForm())
    })
    app.post(`${base}/:id/remove`, async (c) => {
      const place = await enter(c, host)
      const notification = await demandNotification(c, place)
      return submit(
        c,
        {},
        async () => {
          await host.work(place.actor, (work) => removeNotification(work, notification.id))
          return { to: place.path, said: words(c)('said.removed', { name: nameFor(c, notification) }) }
        },
        (form) => removePage(c, place, notification, form),
      )
    })
  }
}

/** The pages beside each other: what there is, what it would do, what it did. */
export const NotificationTabs = ({ c, place, current }: { c: PageContext; place: Place; current: 'list' | 'yesterday' | 'told' }) => {
  const t = words(c)
  return (
    <Tabs
      label={t('title')}
      tabs={[
        { href: place.path, label: t('tab.list'), current: current === 'list' },
        { href: `${place.path}/yesterday`, label: t('tab.yesterday'), current: current === 'yesterday' },
        { href: `${place.path}/told`, label: t('tab.told'), current: current === 'told' },
      ]}
    />
  )
}

/** Where the plugin is not switched on nothing of this reaches anybody: says so, and where it is done. */
export async function OffNotice({ c, place }: { c: PageContext; place: Place }) {
  const { host, unitId } = place
  const on = unitId === null ? (await host.units()).length > 0 : await host.active(unitId)
  if (on) return null
  const t = words(c)
  return (
    <Notice tone="warn">
      <p>{t('off')}</p>
      <p class="acts">
        <ButtonLink href={`${place.path}/yesterday`} small>
          {t('off.yesterday')}
        </ButtonLink>
        <ButtonLink href={`${place.base}/plugins`} small>
          {t('off.switch')}
        </ButtonLink>
      </p>
    </Notice>
  )
}

async function listPage(c: PageContext, place: Place): Promise<Response> {
  const t = words(c)
  const say = labels(c)
  const central = place.unitId === null
  const filters = [
    {
      name: 'valid',
      label: t('list.state'),
      choices: [
        { value: 'on', label: t('state.on') },
        { value: 'off', label: t('state.off') },
        { value: 'stopped', label: t('state.stopped') },
      ],
    },
  ]
  const options: ListOptions = { sorts: ['name', 'unit', 'state', 'changed'], sort: 'name', filters }
  const query = readList(c, options)
  const all = (await notificationsHere(c, place)).filter((one) => !query.filters['valid'] || stateOf(one) === query.filters['valid'])
  const when = ({ rule }: Notification) => rule.events.map((event) => sayEvent(c, event)).join(', ')
  const whom = ({ rule }: Notification) =>
    [
      ...rule.recipients.map((kind) => say(`recipient.${kind}`)),
      ...(rule.agents.length > 0 ? [t('list.agents', { count: rule.agents.length })] : []),
      ...(rule.groups.length > 0 ? [t('list.groups', { count: rule.groups.length })] : []),
      ...(rule.roles.length > 0 ? [t('list.roles', { count: rule.roles.length })] : []),
      ...(rule.addresses ? [rule.addresses] : []),
    ].join(', ')
  const where = (one: Notification) => one.unitName ?? t('unit.all')
  const columns: ListColumn<Notification>[] = [
    {
      key: 'name',
      label: t('form.name'),
      sort: true,
      text: (x) => x.name,
      cell: (x) => <Main href={`${place.path}/${x.id}`} name={x.name} below={x.comment} />,
    },
    { key: 'when', label: t('form.events'), text: when, cell: (x) => <FewWords text={when(x)} /> },
    { key: 'whom', label: t('form.recipients'), text: whom, cell: (x) => <FewWords text={whom(x)} /> },
    { key: 'unit', label: t('list.unit'), sort: true, text: where, ...(central ? { cell: where } : {}), class: 'cell-wide' },
    switchColumn<Notification>(c, { label: t('list.state'), path: place.path, stateOf, say: t }),
    {
      key: 'changed',
      label: t('list.changed'),
      sort: true,
      text: (x) => plainTime(c, x.changedAt),
      cell: (x) => <Time c={c} at={x.changedAt} />,
      class: 'cell-time',
    },
  ]
  return listAnswer(
    c,
    {
      name: 'notifications',
      title: t('title'),
      beside: t('lead'),
      above: (
        <>
          <NotificationTabs c={c} place={place} current="list" />
          <OffNotice c={c} place={place} />
        </>
      ),
      query,
      options,
      columns,
      rows: pick(c, all, query, columns, 'name'),
      searchLabel: t('list.search'),
      empty: { title: t('list.none'), text: t(central ? 'list.none.text' : 'list.none.unit') },
      acts: (
        <ButtonLink kind="primary" href={`${place.path}/new`} shortcut="N">
          {t('new')}
        </ButtonLink>
      ),
    },
    (body) => administrationPage(c, place, { title: t('title'), body }),
  )
}

/** A long enumeration in its cell: its beginning; all of it stands in the form. */
const FewWords = ({ text }: { text: string }) => (
  <span class="notifications-few" title={text}>
    {text}
  </span>
)

export const stateOf = ({ valid, stopped }: Pick<Notification, 'valid' | 'stopped'>): 'on' | 'off' | 'stopped' =>
  !valid ? 'off' : stopped === null ? 'on' : 'stopped'

function removePage(c: PageContext, place: Place, notification: Notification, form: FormState): Promise<Response> {
  const t = words(c)
  const { id } = notification
  const name = nameFor(c, notification)
  const title = t('remove.title', { name })
  return administrationPage(c, place, {
    title,
    status: statusOf(form),
    body: (
      <>
        <Crumb href={`${place.path}/${id}`}>{name}</Crumb>
        <PageHead title={title} />
        <div class="admin-one">
          <FormCard c={c} form={form} save={t('remove')} danger cancel={`${place.path}/${id}`}>
            <p>{t('remove.text')}</p>
          </FormCard>
        </div>
      </>
    ),
  })
}
