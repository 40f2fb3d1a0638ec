/** Owns the pages of queues: the tree, one queue, its automatic answers. */
import type { Hono } from 'hono'
import {
  calendarOfQueue,
  languageChoices,
  listSystemAddresses,
  listUnits,
  refused,
  ROOT_UNIT,
  sayHours,
  senderOfQueue,
  type PageContext,
  type WebEnv,
} from '../../../core/index.ts'
import {
  blankForm,
  Button,
  ButtonLink,
  Card,
  Checkbox,
  Crumb,
  CsrfField,
  DeadlineFields,
  Field,
  FormCard,
  FormProblems,
  Notice,
  PageHead,
  QueueTimeFields,
  recountNote,
  readFields,
  readQueueTimes,
  readValidity,
  sayValidity,
  Select,
  SideList,
  statusOf,
  submit,
  Tabs,
  TextArea,
  ValidityCell,
  validityChoices,
  ValiditySelect,
  type FormState,
} from '../../../core/pages.ts'
import {
  asLanguage,
  createQueue,
  editQueue,
  findAdminQueue,
  listAllQueues,
  listCalendars,
  listGroups,
  listQueueTexts,
  listTexts,
  setQueueText,
  TEXT_TYPES,
  type AdminQueue,
  type FollowUpPossible,
  type AgentMail,
  type FollowUpStrangers,
  type QueueForm,
} from '../../../core/administration.ts'
import { adminPage, Beside, demandAdministrator, Fields } from '../frame.tsx'
import { listPage, Main, pick, readList, type Column, type ListOptions } from '../list.tsx'
import { words, type AdminKey } from '../words.ts'
import { calendarChoices, queueChoices, queueDepth, unitChoices } from './choices.ts'

const PATH = '/admin/queues'
const shortName = (name: string) => name.slice(name.lastIndexOf('::') + 1).replace(/^:/, '')

export function queueRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, queuesPage)
  app.get(`${PATH}/new`, (c) => queueForm(c, undefined, blankForm()))
  app.post(`${PATH}/new`, async (c) => {
    const actor = demandAdministrator(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        const id = await c.get('host').work(actor, (work) => createQueue(work, read(values)))
        return { to: `${PATH}/${id}`, said: words(c)('queue.added') }
      },
      (form) => queueForm(c, undefined, form),
    )
  })
  app.get(`${PATH}/:id`, async (c) => queueForm(c, await demandQueue(c), blankForm()))
  app.post(`${PATH}/:id`, async (c) => {
    const actor = demandAdministrator(c)
    const queue = await demandQueue(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        await c.get('host').work(actor, (work) => editQueue(work, queue.id, read(values)))
        return { to: `${PATH}/${queue.id}`, said: words(c)('said.saved') }
      },
      (form) => queueForm(c, queue, form),
    )
  })
  app.get(`${PATH}/:id/texts`, async (c) => queueTextsPage(c, await demandQueue(c), blankForm()))
  app.post(`${PATH}/:id/texts`, async (c) => {
    const actor = demandAdministrator(c)
    const queue = await demandQueue(c)
    const values = await readFields(c)
    return submit(
      c,
      values,
      async () => {
        await c.get('host').work(actor, async (work) => {
          for (const type of TEXT_TYPES) if (values[type] !== undefined) await setQueueText(work, queue.id, type, values[type])
        })
        return { to: `${PATH}/${queue.id}/texts`, said: words(c)('said.saved') }
      },
      (form) => queueTextsPage(c, queue, form),
    )
  })
}

export async function demandQueue(c: PageContext): Promise<AdminQueue> {
  const queue = await findAdminQueue(c.get('host').db, c.req.param('id') ?? '')
  if (!queue) throw refused('not-found')
  return queue
}

async function queuesPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const options: ListOptions = {
    sorts: ['name', 'open', 'unit', 'group'],
    sort: 'name',
    filters: [
      {
        name: 'valid',
        label: t('valid'),
        choices: validityChoices(c),
      },
    ],
  }
  const query = readList(c, options)
  const inTree = query.sort === 'name' && query.direction === 'asc' && query.search === ''
  const columns: Column<AdminQueue>[] = [
    {
      key: 'name',
      label: t('queue.name'),
      sort: true,
      text: (q) => q.name,
      cell: (q) => (
        <Main
          href={`${PATH}/${q.id}`}
          name={inTree ? shortName(q.name) : q.name}
          below={q.comment}
          depth={inTree ? queueDepth(q.name) : 0}
        />
      ),
    },
    { key: 'comment', label: t('comment'), text: (q) => q.comment },
    { key: 'open', label: t('queue.open'), sort: true, text: (q) => String(q.open), cell: (q) => q.open, class: 'cell-narrow' },
    { key: 'unit', label: t('person.unit'), sort: true, text: (q) => q.unitName, cell: (q) => q.unitName },
    {
      key: 'group',
      label: t('queue.group'),
      sort: true,
      text: (q) => q.groupName,
      cell: (q) => <a href={`/admin/groups/${q.groupId}/rights`}>{q.groupName}</a>,
      class: 'cell-queue',
    },
    { key: 'addresses', label: t('area.addresses'), text: (q) => q.addresses.join(' '), cell: (q) => q.addresses.join(', ') },
    {
      key: 'calendar',
      label: t('queue.calendar'),
      text: (q) => q.calendarName ?? '',
      cell: (q) => q.calendarName ?? <span class="quiet">{t('queue.calendar.inherited')}</span>,
      class: 'cell-wide',
    },
    {
      key: 'valid',
      label: t('valid'),
      text: (q) => sayValidity(c, q),
      cell: (q) => <ValidityCell c={c} thing={q} />,
      class: 'cell-narrow',
    },
  ]
  const all = await listAllQueues(c.get('host').db)
  const valid = query.filters['valid']
  const rows = pick(
    c,
    all.filter((queue) => !valid || valid === (queue.valid ? 'on' : queue.offForNow ? 'for-now' : 'off')),
    query,
    columns,
    'name',
  )
  return listPage(c, {
    area: 'queues',
    title: t('area.queues'),
    beside: t('queue.count', { count: all.filter((queue) => queue.valid).length }),
    query,
    options,
    columns,
    rows,
    searchLabel: t('queue.search'),
    empty: { title: t('list.none-found') },
    acts: (
      <ButtonLink kind="primary" href={`${PATH}/new`} shortcut="N">
        {t('queue.new')}
      </ButtonLink>
    ),
  })
}

export const QueueTabs = ({ c, queue, current }: { c: PageContext; queue: AdminQueue; current: 'data' | 'texts' | 'answers' }) => {
  const t = words(c)
  return (
    <Tabs
      label={queue.name}
      tabs={[
        { href: `${PATH}/${queue.id}`, label: t('queue.tab.data'), current: current === 'data' },
        { href: `${PATH}/${queue.id}/texts`, label: t('queue.tab.texts'), current: current === 'texts' },
        { href: `${PATH}/${queue.id}/answers`, label: t('queue.tab.answers'), current: current === 'answers' },
      ]}
    />
  )
}

const AGENT_MAIL: readonly AgentMail[] = ['note', 'answer']
const STRANGERS: readonly FollowUpStrangers[] = ['hold', 'accept', 'reject']
const FOLLOW_UPS: readonly FollowUpPossible[] = ['possible', 'new ticket', 'reject']
const followUpKey = (value: FollowUpPossible): AdminKey => `queue.follow-up.${value === 'new ticket' ? 'new-ticket' : value}`

async function queueForm(c: PageContext, queue: AdminQueue | undefined, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [queues, units, groups, calendars, addresses] = await Promise.all([
    listAllQueues(db),
    listUnits(db),
    listGroups(db),
    listCalendars(db),
    listSystemAddresses(db),
  ])
  const below = queue ? queues.filter((one) => one.name.startsWith(`${queue.name}::`)) : []
  const parents = queues.filter((one) => one.id !== queue?.id && !below.includes(one))
  const asked = c.req.query('parent')
  return adminPage(c, {
    title: queue?.name ?? t('queue.new'),
    area: 'queues',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.queues')}</Crumb>
        <PageHead title={queue?.name ?? t('queue.new')} {...(queue && !queue.valid ? { beside: sayValidity(c, queue) } : {})} />
        {queue && <QueueTabs c={c} queue={queue} current="data" />}
        <Beside aside={queue && <QueueFacts c={c} queue={queue} below={below} />}>
          <FormCard c={c} form={form} of={queue && `queue:${queue.id}`} cancel={PATH}>
            <Fields title={t('queue.place')}>
              <Field
                c={c}
                form={form}
                name="name"
                label={t('queue.name')}
                value={queue && shortName(queue.name)}
                maxlength={200}
                required
                help={below.length > 0 ? t('queue.rename', { count: below.length }) : t('queue.name.help')}
              />
              <Select
                c={c}
                form={form}
                name="parentId"
                label={t('queue.parent')}
                help={t('queue.parent.help')}
                value={queue ? queue.parentId : asked}
                empty={t('queue.parent.none')}
                choices={queueChoices(parents, queue?.parentId)}
              />
              <Select
                c={c}
                form={form}
                name="unitId"
                label={t('person.unit')}
                help={t('queue.unit.help')}
                value={queue?.unitId ?? ROOT_UNIT}
                choices={unitChoices(units, queue?.unitId)}
              />
              <Select
                c={c}
                form={form}
                name="groupId"
                label={t('queue.group')}
                help={t('queue.group.help')}
                value={queue?.groupId ?? '1'}
                choices={groups
                  .filter((group) => group.valid || group.id === queue?.groupId)
                  .map((group) => ({ value: group.id, label: group.name }))}
              />
              <Field
                c={c}
                form={form}
                name="comment"
                label={t('comment')}
                help={t('comment.help')}
                value={queue?.comment}
                maxlength={500}
              />
            </Fields>
            <Fields title={t('queue.times')}>
              <Select
                c={c}
                form={form}
                name="calendarId"
                label={t('queue.calendar')}
                help={t('queue.calendar.help')}
                value={queue?.calendarId}
                empty={t('queue.calendar.inherited')}
                choices={calendarChoices(calendars, queue?.calendarId)}
              />
              <QueueTimeFields c={c} form={form} stands={queue} />
            </Fields>
            <Fields title={t('queue.deadlines')} wide>
              <DeadlineFields c={c} form={form} stands={queue?.deadlines} />
            </Fields>
            <Fields title={t('queue.mail')}>
              <Select
                c={c}
                form={form}
                name="addressId"
                label={t('queue.sender')}
                help={t('queue.sender.help')}
                value={queue?.addressId}
                empty={t('queue.sender.inherited')}
                choices={addresses
                  .filter((address) => address.valid || address.id === queue?.addressId)
                  .map((address) => ({ value: address.id, label: `${address.name} <${address.address}>` }))}
              />
              <Select
                c={c}
                form={form}
                name="language"
                label={t('queue.language')}
                help={t('queue.language.help')}
                value={queue?.language}
                empty={t('choose.none')}
                choices={languageChoices(c.get('host').config, queue?.language)}
              />
              <Select
                c={c}
                form={form}
                name="followUpStrangers"
                label={t('queue.strangers')}
                help={t('queue.strangers.help')}
                value={queue?.followUpStrangers ?? 'hold'}
                choices={STRANGERS.map((value) => ({ value, label: t(`queue.strangers.${value}`) }))}
              />
              <Select
                c={c}
                form={form}
                name="agentMail"
                label={t('queue.agent-mail')}
                help={t('queue.agent-mail.help')}
                value={queue?.agentMail ?? 'note'}
                choices={AGENT_MAIL.map((value) => ({ value, label: t(`queue.agent-mail.${value}`) }))}
              />
              <TextArea
                c={c}
                form={form}
                name="signature"
                label={t('queue.signature')}
                help={t('queue.signature.help')}
                value={queue?.signature}
                rows={4}
                maxlength={5000}
              />
            </Fields>
            <Fields title={t('queue.closed')}>
              <Select
                c={c}
                form={form}
                name="followUpPossible"
                label={t('queue.follow-up')}
                help={t('queue.follow-up.help')}
                value={queue?.followUpPossible ?? 'possible'}
                choices={FOLLOW_UPS.map((value) => ({ value, label: t(followUpKey(value)) }))}
              />
              <Checkbox
                c={c}
                form={form}
                name="followUpLock"
                label={t('queue.follow-up-lock')}
                help={t('queue.follow-up-lock.help')}
                checked={queue?.followUpLock ?? false}
              />
            </Fields>
            <Fields title={t('valid')}>
              <ValiditySelect c={c} form={form} help={t('queue.valid.help')} of={queue} />
            </Fields>
          </FormCard>
        </Beside>
      </>
    ),
  })
}

async function QueueFacts({ c, queue, below }: { c: PageContext; queue: AdminQueue; below: AdminQueue[] }) {
  const t = words(c)
  const { db, config } = c.get('host')
  const [calendar, sender, recounted] = await Promise.all([
    calendarOfQueue(db, queue.id),
    senderOfQueue(db, config, queue.id),
    recountNote(c, { what: 'queue', id: queue.id }),
  ])
  return (
    <>
      <Card title={t('queue.in-force')} id="in-force">
        <SideList
          items={[
            { name: t('queue.open'), value: String(queue.open) },
            { name: t('queue.hours'), value: sayHours(calendar, c.get('language')), help: calendar.name },
            { name: t('queue.sender'), value: sender.address, help: sender.name },
            { name: t('queue.mail-from'), value: queue.addresses.length > 0 ? queue.addresses.join(', ') : t('queue.no-address') },
          ]}
        />
        <p class="para">
          <a href={`/admin/addresses/new?queue=${queue.id}`}>{t('queue.add-address')}</a>
        </p>
        <p class="para">
          <a href={`/admin/deadlines?queue=${queue.id}`}>{t('queue.try-deadlines')}</a>
        </p>
        {recounted}
      </Card>
      <Card title={t('queue.below')} id="below">
        {below.length === 0 ? (
          <p class="quiet">{t('queue.nothing-below')}</p>
        ) : (
          <ul>
            {below.map((one) => (
              <li>
                <a href={`${PATH}/${one.id}`}>{one.name.slice(queue.name.length + 2)}</a>
              </li>
            ))}
          </ul>
        )}
        <p class="para">
          <a href={`${PATH}/new?parent=${queue.id}`}>{t('queue.new-below')}</a>
        </p>
      </Card>
    </>
  )
}

async function queueTextsPage(c: PageContext, queue: AdminQueue, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [texts, all] = await Promise.all([listTexts(db), listQueueTexts(db)])
  const own = all.find((one) => one.queueId === queue.id)
  const parent = all.find((one) => one.queueId === queue.parentId)
  const inherited = (type: (typeof TEXT_TYPES)[number]): string => {
    const from = parent?.inForce.get(type) ?? {
      textId: texts.find((text) => text.type === type && text.standard)?.id ?? null,
      from: 'standard',
    }
    const name = texts.find((text) => text.id === from.textId)?.name ?? t('text.none')
    return t('text.inherit', { name, from: from.from === 'standard' ? t('text.is-standard') : from.from })
  }
  return adminPage(c, {
    title: `${t('queue.tab.texts')} – ${queue.name}`,
    area: 'queues',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.queues')}</Crumb>
        <PageHead title={queue.name} />
        <QueueTabs c={c} queue={queue} current="texts" />
        {!own && (
          <Notice tone="warn">
            <p>{t('queue.off-texts')}</p>
          </Notice>
        )}
        <div class="admin-one">
          <form class="form card form-beside" method="post" autocomplete="off" action={`${PATH}/${queue.id}/texts`}>
            <CsrfField c={c} />
            <div class="card-body">
              <FormProblems c={c} form={form} />
              {TEXT_TYPES.map((type) => (
                <Select
                  c={c}
                  form={form}
                  name={type}
                  id={`field-${type.replace(/\W/g, '-')}`}
                  label={t(`text.type.${type}`)}
                  help={t(`text.type.${type}.help`)}
                  value={own?.own.get(type) ?? 'inherit'}
                  choices={[
                    { value: 'inherit', label: inherited(type) },
                    { value: 'none', label: t('text.send-none') },
                    ...texts.filter((text) => text.type === type && text.valid).map((text) => ({ value: text.id, label: text.name })),
                  ]}
                />
              ))}
            </div>
            <div class="form-foot">
              <Button kind="primary">{t('form.save')}</Button>
              <a class="button button-quiet" href="/admin/texts">
                {t('area.texts')}
              </a>
            </div>
          </form>
        </div>
      </>
    ),
  })
}

function read(values: Record<string, string>): QueueForm {
  return {
    name: values['name'] ?? '',
    parentId: values['parentId'] || null,
    unitId: values['unitId'] ?? '',
    groupId: values['groupId'] ?? '',
    calendarId: values['calendarId'] || null,
    addressId: values['addressId'] || null,
    followUpPossible: FOLLOW_UPS.find((value) => value === values['followUpPossible']) ?? 'possible',
    followUpLock: Boolean(values['followUpLock']),
    followUpStrangers: STRANGERS.find((value) => value === values['followUpStrangers']) ?? 'hold',
    agentMail: AGENT_MAIL.find((value) => value === values['agentMail']) ?? 'note',
    language: asLanguage(values['language']),
    signature: values['signature'] ?? '',
    ...readQueueTimes(values),
    comment: values['comment'] ?? '',
    ...readValidity(values),
  }
}
