/** Owns the parts of a notification's form: when, of which messages, whom, how. */
import type { PropsWithChildren } from 'hono/jsx'
import { EVENTS, fieldEvent, fieldLabel, listRoles, type EventName, type OwnField, type PageContext } from '../../../core/index.ts'
import { Checkbox, Field, Select, TextArea, type FormState } from '../../../core/pages.ts'
import { Fields, groupsOfUnit, listGroups } from '../../../core/administration.ts'
import type { Notification } from '../notifications.ts'
import { ARTICLE_CHANNELS, ARTICLE_EVENTS, ARTICLE_SENDERS, ARTICLE_TEXTS, RECIPIENTS } from '../rule.ts'
import { labels, sayEvent, words } from '../words.ts'
import { sayAgents, WAYS } from './form-values.ts'
import type { Place } from './place.ts'

export interface PartProps {
  c: PageContext
  form: FormState
  notification: Notification | undefined
}

/** Boxes under one heading, where what is wrong is said of all of them. */
export const Group = ({
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

export const Events = ({ c, form, notification, fields }: PartProps & { fields: readonly OwnField[] }) => {
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

export const Articles = ({ c, form, notification }: PartProps) => {
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
const articleEvents = (c: PageContext) => ARTICLE_EVENTS.map((event) => words(c)('quoted', { what: sayEvent(c, event) })).join(', ')

export async function Whom({ c, form, place, notification }: PartProps & { place: Place }) {
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

export const How = ({ c, form, notification }: PartProps) => {
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
