/** Owns the form of one notification: when, of which tickets, whom, how, in which words; its preview on a real ticket. */
import type { Hono } from 'hono'
import type { PropsWithChildren } from 'hono/jsx'
import {
  countMatching,
  fieldLabel,
  findPerson,
  formOfRule,
  isLanguage,
  languageChoices,
  listFields,
  listQueues,
  listRoles,
  listUnits,
  matchingTickets,
  narrows,
  readRuleForm,
  Refusal,
  ruleRoom,
  seeTicket,
  seeTicketByNumber,
  textForTold,
  type OwnField,
  type Id,
  type PageContext,
  type RuleFilter,
  type Ticket,
  type WebEnv,
} from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Button,
  ButtonLink,
  Card,
  Checkbox,
  Crumb,
  Field,
  FormCard,
  fragment,
  MeaningLine,
  MeaningWords,
  Notice,
  PageHead,
  readRuleValues,
  ruleChoices,
  ruleFieldId,
  RuleFilterFields,
  Select,
  statusOf,
  submit,
  TagList,
  TextArea,
  withRefusal,
  type FormState,
  type Meaning,
} from '../../../core/pages.ts'
import { administrationPage, Beside, Fields, groupsOfUnit, listGroups, unitsBelow } from '../../../core/administration.ts'
import { ARTICLE_EVENTS, EVENTS, fieldEvent, type EventName } from '../events.ts'
import { BODY_LENGTH, createNotification, editNotification, SUBJECT_LENGTH, type Notification } from '../notifications.ts'
import { ARTICLE_CHANNELS, ARTICLE_SENDERS, ARTICLE_TEXTS, RECIPIENTS } from '../rule.ts'
import { labels, sayEvent, words } from '../words.ts'
import { readNotification, sayAgents, WAYS } from './form-values.ts'
import { stateOf } from './list.tsx'
import { BASES, demandNotification, enter, type NotificationHost, type Place } from './place.ts'

export function formRoutes(app: Hono<WebEnv>, host: NotificationHost): void {
  for (const base of BASES) {
    // How many tickets the condition in the form means now: asked again as it is filled in.
    app.post(`${base}/meaning`, async (c) => {
      const place = await enter(c, host)
      return fragment(c, <MeaningWords c={c} meaning={await meaningOf(place, await readRuleValues(c))} />)
    })
    app.get(`${base}/new`, async (c) => formPage(c, await enter(c, host), undefined, blankForm()))
    app.post(`${base}/new`, async (c) => save(c, await enter(c, host), undefined))
    app.get(`${base}/:id`, async (c) => {
      const place = await enter(c, host)
      return formPage(c, place, await demandNotification(c, place), blankForm())
    })
    app.post(`${base}/:id`, async (c) => {
      const place = await enter(c, host)
      return save(c, place, await demandNotification(c, place))
    })
  }
}

/** Queues of tickets that a unit's notifications may speak of; undefined: all. */
async function within({ host, unitId }: Place): Promise<Id[] | undefined> {
  if (unitId === null) return undefined
  const [queues, units] = await Promise.all([listQueues(host.db), listUnits(host.db)])
  const below = unitsBelow(units, unitId)
  return queues.filter((queue) => below.has(queue.unitId)).map(({ id }) => id)
}

const MOST_COUNTED = 10_000

async function meaningOf(place: Place, values: Readonly<Record<string, string>>): Promise<Meaning> {
  const { host } = place
  const filter = readOrNot(values)
  if (!filter) return { count: undefined, most: MOST_COUNTED }
  const queues = await within(place)
  if (!queues && !narrows(filter)) return { count: 0, most: MOST_COUNTED, all: true }
  const room = await ruleRoom(host.db, { now: host.clock(), zone: host.config.zone })
  const scope = { cap: MOST_COUNTED + 1, ...(queues ? { within: queues } : {}) }
  return { count: await countMatching(host.db, filter, room, scope), most: MOST_COUNTED }
}

/** A condition that cannot be read yet is none. */
function readOrNot(values: Readonly<Record<string, string>>): RuleFilter | undefined {
  try {
    return readRuleForm(values)
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

const MOST_SHOWN = 25

/** Of the tickets meant those that the reader sees too, the newest first. */
async function ticketsMeant(place: Place, filter: RuleFilter): Promise<Ticket[]> {
  const { host, actor } = place
  const queues = await within(place)
  const room = await ruleRoom(host.db, { now: host.clock(), zone: host.config.zone })
  const ids = await matchingTickets(host.db, filter, room, {
    access: actor.access,
    limit: MOST_SHOWN,
    ...(queues ? { within: queues } : {}),
  })
  return Promise.all(ids.map((id) => seeTicket(host.db, actor.access, id, 'ro')))
}

/** Saves; with the buttons "which" and "preview" shows what it means and what it would say, and saves nothing. */
async function save(c: PageContext, place: Place, notification: Notification | undefined): Promise<Response> {
  const values = await readRuleValues(c)
  if (values['act'] === 'preview') return preview(c, place, notification, values)
  if (values['act'] === 'which') return which(c, place, notification, values)
  const { host, actor, unitId, path } = place
  return submit(
    c,
    values,
    async () => {
      const form = await readNotification(host, values)
      const id = await host.work(actor, async (work) => {
        if (!notification) return createNotification(work, unitId, form)
        await editNotification(work, notification.id, form)
        return notification.id
      })
      return { to: `${path}/${id}`, said: words(c)(form.valid ? 'said.saved' : 'said.saved-off') }
    },
    (form) => formPage(c, place, notification, form),
  )
}

async function which(
  c: PageContext,
  place: Place,
  notification: Notification | undefined,
  values: Record<string, string>,
): Promise<Response> {
  try {
    return formPage(c, place, notification, { values, problems: {} }, { tickets: await ticketsMeant(place, readRuleForm(values)) })
  } catch (error) {
    return formPage(c, place, notification, withRefusal(c, { values, problems: {} }, error))
  }
}

/** What was asked for beside the form. */
interface Shown {
  previews?: readonly Previewed[]
  tickets?: readonly Ticket[]
}

interface Previewed {
  language: string
  subject: string
  body: string
}

async function preview(
  c: PageContext,
  place: Place,
  notification: Notification | undefined,
  values: Record<string, string>,
): Promise<Response> {
  const t = words(c)
  const { host, actor } = place
  const number = (values['previewTicket'] ?? '').replace(/\D/g, '')
  let ticket: Ticket
  try {
    ticket = await seeTicketByNumber(host.db, actor.access, number, 'ro')
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const problem = t(number === '' ? 'preview.which' : 'preview.no-ticket')
    return formPage(c, place, notification, { values, problems: { previewTicket: problem } })
  }
  const shown: Previewed[] = []
  const agent = (await findPerson(host.db, actor.id)) ?? null
  for (const { value: language, label } of languageChoices(host.config)) {
    if (!isLanguage(language)) continue
    const contentType = values[`${language}.contentType`] === 'text/html' ? ('text/html' as const) : ('text/plain' as const)
    const text = { subject: values[`${language}.subject`] ?? '', body: values[`${language}.body`] ?? '', contentType }
    if (text.subject.trim() === '' && text.body.trim() === '') continue
    const room = { db: host.db, config: host.config, now: host.clock(), actor }
    const { subject, body } = (await textForTold(room, ticket, text, language, { outside: false }))(agent)
    shown.push({ language: label, subject, body })
  }
  if (shown.length === 0) return formPage(c, place, notification, { values, problems: { texts: t('preview.no-text') } })
  return formPage(c, place, notification, { values, problems: {} }, { previews: shown })
}

async function formPage(
  c: PageContext,
  place: Place,
  notification: Notification | undefined,
  form: FormState,
  shown?: Shown,
): Promise<Response> {
  const t = words(c)
  const { path } = place
  const posted = Object.keys(form.values).length > 0
  // What stands in the condition is in its fields' values, whether it was posted or is kept.
  const condition = posted ? form : { ...form, values: formOfRule(notification?.rule.filter ?? {}) }
  const queues = await within(place)
  const choices = await ruleChoices(place.host.db, queues && new Set(queues))
  const title = notification?.name ?? t('new')
  return administrationPage(c, place, {
    title,
    status: statusOf(form),
    body: (
      <>
        <Crumb href={path}>{t('title')}</Crumb>
        <PageHead title={title} beside={notification?.unitName ?? (place.unitId === null ? t('unit.all') : place.area)}>
          {notification && (
            <>
              <ButtonLink href={`${path}/told?notification=${notification.id}`}>{t('form.told')}</ButtonLink>
              <ButtonLink kind="danger" href={`${path}/${notification.id}/remove`}>
                {t('remove')}
              </ButtonLink>
            </>
          )}
        </PageHead>
        {notification?.stopped && <Stopped c={c} place={place} notification={notification} />}
        <Beside
          first={shown !== undefined}
          aside={
            <>
              {shown?.previews && <PreviewCard c={c} shown={shown.previews} />}
              {shown?.tickets && <TicketsCard c={c} tickets={shown.tickets} />}
              <Help c={c} />
              <TagList c={c} />
            </>
          }
        >
          <FormCard
            c={c}
            form={form}
            of={notification && `notifications/notification:${notification.id}`}
            cancel={path}
            labels={labelsOf(c, form)}
            ids={Object.fromEntries(
              Object.keys(form.problems).flatMap((name) => (name.startsWith('if.') ? [[name, ruleFieldId(name)]] : [])),
            )}
            acts={
              <Button name="act" value="preview" unchecked>
                {t('preview.show')}
              </Button>
            }
          >
            <Fields title={t('form.about')}>
              <Field
                c={c}
                form={form}
                name="name"
                label={t('form.name')}
                help={t('form.name.help')}
                value={notification?.name}
                maxlength={191}
                required
              />
              <Field
                c={c}
                form={form}
                name="comment"
                label={t('form.comment')}
                help={t('form.comment.help')}
                value={notification?.comment}
                maxlength={250}
              />
              <Checkbox
                c={c}
                form={form}
                name="valid"
                label={t('form.valid')}
                help={t('form.valid.help')}
                checked={notification?.valid ?? false}
              />
            </Fields>
            <Events c={c} form={form} notification={notification} fields={await listFields(place.host.db, 'ticket')} />
            <Group form={form} name="filter" title={t('form.filter')} help={t('form.filter.help')}>
              <RuleFilterFields c={c} form={condition} choices={choices} />
              <MeaningLine c={c} meaning={await meaningOf(place, condition.values)} live={`${path}/meaning`} />
              <Button name="act" value="which" unchecked small>
                {t('form.which')}
              </Button>
            </Group>
            <Articles c={c} form={form} notification={notification} />
            <Whom c={c} form={form} place={place} notification={notification} />
            <How c={c} form={form} notification={notification} />
            <Texts c={c} form={form} notification={notification} />
            <Fields title={t('preview')}>
              <Field
                c={c}
                form={form}
                name="previewTicket"
                label={t('preview.ticket')}
                help={t('preview.help')}
                inputmode="numeric"
                autocomplete="off"
              />
            </Fields>
          </FormCard>
        </Beside>
      </>
    ),
  })
}

interface PartProps {
  c: PageContext
  form: FormState
  notification: Notification | undefined
}

/** What was refused, by the heading of its part. */
function labelsOf(c: PageContext, form: FormState): Record<string, string> {
  const t = words(c)
  const of: Record<string, string> = {
    name: t('form.name'),
    comment: t('form.comment'),
    events: t('form.events'),
    recipients: t('form.recipients'),
    agents: t('form.agents'),
    addresses: t('form.addresses'),
    ways: t('form.ways'),
    byDefault: t('form.by-default'),
    filter: t('form.filter'),
    texts: t('form.texts'),
    previewTicket: t('preview.ticket'),
  }
  return Object.fromEntries(Object.keys(form.problems).map((name) => [name, of[name] ?? textLabel(c, name) ?? '']))
}

/** 'pl.subject': "Polski – temat". */
function textLabel(c: PageContext, name: string): string | undefined {
  const [language = '', part = ''] = name.split('.')
  const label = languageChoices(c.get('host').config).find(({ value }) => value === language)?.label
  return label && (part === 'subject' || part === 'body') ? `${label} – ${words(c)(`form.${part}`)}` : undefined
}

/** Boxes under one heading, where what is wrong is said of all of them. */
const Group = ({
  form,
  name,
  title,
  help,
  children,
}: PropsWithChildren<{ form: FormState; name: string; title: string; help?: string }>) => (
  <fieldset
    class="fields fields-wide"
    id={`field-${name}`}
    tabindex={-1}
    aria-describedby={form.problems[name] ? `field-${name}-problem` : undefined}
  >
    <legend>{title}</legend>
    {help && <p class="quiet small">{help}</p>}
    {form.problems[name] && (
      <p class="field-problem" id={`field-${name}-problem`}>
        {form.problems[name]}
      </p>
    )}
    {children}
  </fieldset>
)

interface Box {
  name: string
  label: string
  on: boolean
}

const Boxes = ({ c, form, boxes }: { c: PageContext; form: FormState; boxes: readonly Box[] }) => (
  <div class="notifications-boxes">
    {boxes.map(({ name, label, on }) => (
      <Checkbox c={c} form={form} name={name} id={`field-${name.replace(/[^\w-]/g, '-')}`} label={label} checked={on} />
    ))}
  </div>
)

/** Boxes that are rarely wanted: folded, unless one of them is ticked. */
const Folded = ({ title, form, boxes, children }: PropsWithChildren<{ title: string; form: FormState; boxes: readonly Box[] }>) => {
  const posted = Object.keys(form.values).length > 0
  const count = boxes.filter(({ name, on }) => (posted ? Boolean(form.values[name]) : on)).length
  return (
    <details class="notifications-folded" open={count > 0}>
      <summary>
        {title}
        {count > 0 && <span class="count">{count}</span>}
      </summary>
      {children}
    </details>
  )
}

const USUAL = EVENTS.slice(0, EVENTS.indexOf('TicketCreate'))
const KINDS: readonly { key: 'events.changes' | 'events.articles' | 'events.deadlines'; of(event: EventName): boolean }[] = [
  { key: 'events.changes', of: (event) => event.startsWith('Ticket') },
  { key: 'events.articles', of: (event) => event.startsWith('Article') },
  { key: 'events.deadlines', of: (event) => event.startsWith('Escalation') },
]

const Events = ({ c, form, notification, fields }: PartProps & { fields: readonly OwnField[] }) => {
  const t = words(c)
  const named = (name: string) => {
    const field = fields.find((one) => one.name === name)
    return field ? fieldLabel(field, c.get('language')) : name
  }
  const chosen = notification?.rule.events ?? []
  const box = (event: EventName): Box => ({ name: `event.${event}`, label: sayEvent(c, event, named), on: chosen.includes(event) })
  const rest = EVENTS.filter((event) => !USUAL.includes(event))
  // A field that is there no more stays chosen until somebody takes its tick away.
  const ofFields = [...new Set([...fields.map(({ name }) => fieldEvent(name)), ...chosen.filter((event) => !isListed(event))])]
  return (
    <Group form={form} name="events" title={t('form.events')} help={t('form.events.help')}>
      <Boxes c={c} form={form} boxes={USUAL.map(box)} />
      {KINDS.map(({ key, of }) => {
        const boxes = rest.filter(of).map(box)
        return (
          <Folded title={t(key)} form={form} boxes={boxes}>
            <Boxes c={c} form={form} boxes={boxes} />
          </Folded>
        )
      })}
      {ofFields.length > 0 && (
        <Folded title={t('events.fields')} form={form} boxes={ofFields.map(box)}>
          <Boxes c={c} form={form} boxes={ofFields.map(box)} />
        </Folded>
      )}
    </Group>
  )
}
const isListed = (event: string): boolean => (EVENTS as readonly string[]).includes(event)

const Articles = ({ c, form, notification }: PartProps) => {
  const t = words(c)
  const article = notification?.rule.article ?? {}
  const senders = ARTICLE_SENDERS.map((one) => ({
    name: `article.sender.${one}`,
    label: t(`sender.${one}`),
    on: article.senderTypes?.includes(one) ?? false,
  }))
  const channels = ARTICLE_CHANNELS.map((one) => ({
    name: `article.channel.${one}`,
    label: t(`channel.${one}`),
    on: article.channels?.includes(one) ?? false,
  }))
  const said = ARTICLE_TEXTS.some((name) => (form.values[`article.${name}`] ?? article[name]?.join('\n') ?? '') !== '')
  const visible = article.visible === undefined ? '' : article.visible ? 'yes' : 'no'
  const boxes = [
    ...senders,
    ...channels,
    { name: 'article.visible', label: '', on: visible !== '' },
    { name: 'article', label: '', on: said },
  ]
  return (
    <Group form={form} name="article" title={t('form.article')} help={t('form.article.help', { events: articleEvents(c) })}>
      <Folded title={t('form.article.narrow')} form={form} boxes={boxes}>
        <p class="notifications-part">{t('article.senders')}</p>
        <Boxes c={c} form={form} boxes={senders} />
        <p class="notifications-part">{t('article.channels')}</p>
        <Boxes c={c} form={form} boxes={channels} />
        <Select
          c={c}
          form={form}
          name="article.visible"
          label={t('article.visible')}
          value={visible}
          empty={t('article.visible.any')}
          choices={(['yes', 'no'] as const).map((value) => ({ value, label: t(`article.visible.${value}`) }))}
        />
        <p class="quiet small">{t('article.texts.help')}</p>
        {ARTICLE_TEXTS.map((name) => (
          <TextArea
            c={c}
            form={form}
            name={`article.${name}`}
            label={t(`article.${name}`)}
            value={article[name]?.join('\n')}
            rows={2}
            maxlength={10_000}
          />
        ))}
      </Folded>
    </Group>
  )
}
const articleEvents = (c: PageContext) => ARTICLE_EVENTS.map((event) => `„${sayEvent(c, event)}”`).join(', ')

async function Whom({ c, form, place, notification }: PartProps & { place: Place }) {
  const t = words(c)
  const say = labels(c)
  const { host, unitId } = place
  const unit = notification ? notification.unitId : unitId
  const [groups, roles, agents] = await Promise.all([
    unit === null ? listGroups(host.db) : groupsOfUnit(host.db, unit),
    unit === null ? listRoles(host.db) : [],
    sayAgents(host, notification?.rule.agents ?? []),
  ])
  const rule = notification?.rule
  const boxesOf = (kind: 'group' | 'role', all: readonly { id: string; name: string; valid?: boolean }[], on: readonly string[]): Box[] =>
    all
      .filter(({ id, valid }) => valid !== false || on.includes(id))
      .map(({ id, name }) => ({ name: `${kind}.${id}`, label: name, on: on.includes(id) }))
  const groupBoxes = boxesOf('group', groups, rule?.groups ?? [])
  const roleBoxes = boxesOf('role', roles, rule?.roles ?? [])
  return (
    <Group form={form} name="recipients" title={t('form.recipients')} help={t('form.recipients.help')}>
      <Boxes
        c={c}
        form={form}
        boxes={RECIPIENTS.map((kind) => ({
          name: `recipient.${kind}`,
          label: say(`recipient.${kind}`),
          on: rule?.recipients.includes(kind) ?? false,
        }))}
      />
      {groupBoxes.length > 0 && (
        <Folded title={t('form.groups')} form={form} boxes={groupBoxes}>
          <p class="quiet small">{t('form.groups.help')}</p>
          <Boxes c={c} form={form} boxes={groupBoxes} />
        </Folded>
      )}
      {roleBoxes.length > 0 && (
        <Folded title={t('form.roles')} form={form} boxes={roleBoxes}>
          <Boxes c={c} form={form} boxes={roleBoxes} />
        </Folded>
      )}
      <TextArea c={c} form={form} name="agents" label={t('form.agents')} help={t('form.agents.help')} value={agents} rows={2} />
      <Field
        c={c}
        form={form}
        name="addresses"
        label={t('form.addresses')}
        help={t('form.addresses.help')}
        value={rule?.addresses}
        maxlength={200}
      />
    </Group>
  )
}

const How = ({ c, form, notification }: PartProps) => {
  const t = words(c)
  const say = labels(c)
  const rule = notification?.rule
  return (
    <>
      <Group form={form} name="ways" title={t('form.ways')}>
        <Boxes
          c={c}
          form={form}
          boxes={WAYS.map((way) => ({ name: `way.${way}`, label: t(`way.${way}`), on: rule?.ways.includes(way) ?? true }))}
        />
        <Select
          c={c}
          form={form}
          name="choice"
          label={t('form.choice')}
          help={t('form.choice.help')}
          value={rule?.choice ?? 'free'}
          choices={(['none', 'free', 'one-at-least'] as const).map((value) => ({ value, label: say(`choice.${value}`) }))}
        />
        <Group form={form} name="byDefault" title={t('form.by-default')}>
          <Boxes
            c={c}
            form={form}
            boxes={WAYS.map((way) => ({ name: `byDefault.${way}`, label: t(`way.${way}`), on: rule?.byDefault.includes(way) ?? true }))}
          />
        </Group>
      </Group>
      <Fields title={t('form.limits')}>
        <Checkbox
          c={c}
          form={form}
          name="oncePerDay"
          label={t('form.once')}
          help={t('form.once.help')}
          checked={rule?.oncePerDay ?? false}
        />
        <Checkbox c={c} form={form} name="outOfOffice" label={t('form.away')} checked={rule?.outOfOffice ?? false} />
        <Checkbox
          c={c}
          form={form}
          name="substitutes"
          label={t('form.substitutes')}
          help={t('form.substitutes.help')}
          checked={rule?.substitutes ?? true}
        />
        <Select
          c={c}
          form={form}
          name="hours"
          label={t('form.hours')}
          help={t('form.hours.help')}
          value={rule?.hours ?? ''}
          empty={say('hours.any')}
          choices={(['within', 'outside'] as const).map((value) => ({ value, label: say(`hours.${value}`) }))}
        />
      </Fields>
      <Fields title={t('form.mail')}>
        <Checkbox
          c={c}
          form={form}
          name="visible"
          label={t('form.visible')}
          help={t('form.visible.help')}
          checked={rule?.visible ?? false}
        />
        <Checkbox
          c={c}
          form={form}
          name="attachments"
          label={t('form.attachments')}
          help={t('form.article.help', { events: articleEvents(c) })}
          checked={rule?.attachments ?? false}
        />
        <Select
          c={c}
          form={form}
          name="template"
          label={t('form.template')}
          value={rule?.template ?? 'Default'}
          choices={(['Default', 'Alert', 'Unformatted'] as const).map((value) => ({ value, label: say(`template.${value}`) }))}
        />
      </Fields>
    </>
  )
}

const Texts = ({ c, form, notification }: PartProps) => {
  const t = words(c)
  const { config } = c.get('host')
  const texts = notification?.texts ?? {}
  return (
    <Group form={form} name="texts" title={t('form.texts')} help={t('form.texts.help')}>
      {languageChoices(config, ...(Object.keys(texts) as never[])).map(({ value: language, label }) => (
        <fieldset class="notifications-text">
          <legend lang={language}>{label}</legend>
          <Field
            c={c}
            form={form}
            name={`${language}.subject`}
            label={t('form.subject')}
            value={texts[language as 'pl']?.subject}
            maxlength={SUBJECT_LENGTH}
          />
          <TextArea
            c={c}
            form={form}
            name={`${language}.body`}
            label={t('form.body')}
            value={texts[language as 'pl']?.body}
            rows={8}
            maxlength={BODY_LENGTH}
          />
          <Select
            c={c}
            form={form}
            name={`${language}.contentType`}
            label={t('form.content-type')}
            value={texts[language as 'pl']?.contentType ?? 'text/plain'}
            choices={(['text/plain', 'text/html'] as const).map((value) => ({ value, label: t(`content.${value}`) }))}
          />
        </fieldset>
      ))}
    </Group>
  )
}

const PreviewCard = ({ c, shown }: { c: PageContext; shown: readonly Previewed[] }) => (
  <Card title={words(c)('preview')} id="preview">
    {shown.map(({ language, subject, body }) => (
      <div class="notifications-preview">
        <p class="quiet small">{language}</p>
        <p class="preview-subject">
          <b>{subject}</b>
        </p>
        <div class="message-text">{body}</div>
      </div>
    ))}
    <p class="para quiet small">{words(c)('preview.nothing-sent')}</p>
  </Card>
)

const TicketsCard = ({ c, tickets }: { c: PageContext; tickets: readonly Ticket[] }) => {
  const t = words(c)
  return (
    <Card title={t('which')} id="preview">
      {tickets.length === 0 ? (
        <p class="quiet">{t('which.none')}</p>
      ) : (
        <ul>
          {tickets.map((ticket) => (
            <li>
              <a href={`/desk/tickets/${ticket.id}`}>{ticket.number}</a> {ticket.title}
            </li>
          ))}
        </ul>
      )}
      <p class="para quiet small">{t('which.help', { count: MOST_SHOWN })}</p>
    </Card>
  )
}

const Help = ({ c }: { c: PageContext }) => {
  const t = words(c)
  return (
    <Card title={t('help')} id="help">
      <ul>
        <li>{t('help.readers')}</li>
        <li>{t('help.once')}</li>
        <li>{t('help.self')}</li>
        <li>{t('help.before')}</li>
      </ul>
    </Card>
  )
}

/** It is switched on, and tells nothing: says why, and takes it up again with a press. */
const Stopped = ({ c, place, notification }: { c: PageContext; place: Place; notification: Notification }) => {
  const why = labels(c)
  return (
    <Notice tone="bad" id="stopped">
      <p>{why(`stopped.${notification.stopped}` as 'stopped.broken')}</p>
      <ActButton c={c} action={`${place.path}/${notification.id}/switch`} fields={{ valid: 'on', back: 'form' }}>
        {words(c)(`switch.${stateOf(notification)}`)}
      </ActButton>
    </Notice>
  )
}
