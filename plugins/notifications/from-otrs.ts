/** Owns what OTRS's rows of a notification mean here: pure; off until somebody has looked at it, with all that could not be taken over. */
import { isEvent, type Id } from '../../core/index.ts'
import type { NotificationForm, NotificationTexts } from './notifications.ts'
import { ARTICLE_EVENTS, RECIPIENTS, type ArticleFilter, type RecipientKind, type RuleGiven } from './rule.ts'
import type { ChoiceTable } from './tables.ts'

/** As they stand in notification_event, notification_event_item and notification_event_message. */
export interface OtrsNotification {
  name: string
  comments?: string | null
  items: readonly { event_key: string; event_value: string }[]
  messages: readonly { language: string; subject: string; text: string; content_type: string }[]
}

export type OtrsKind = 'user' | 'group' | 'role' | 'queue' | 'state' | 'priority' | 'type' | 'service' | 'sla' | 'customer_user'
/** What ids and names of OTRS are here. */
export interface Meaning {
  byId(kind: OtrsKind, id: string): Id | undefined
  /** Names as OTRS has them: of queues in full, of persons their login. */
  byName(kind: OtrsKind, name: string): Id | undefined
}

export interface Lost {
  key: string
  value: string
  /** 'unknown': there is no such thing here; 'not-here': notifications have nothing like it. */
  why: 'unknown' | 'not-here'
}

/** No row has it: what is compared with it is never met. */
const NEVER: Id = '0'

const BY_ID: Readonly<Record<string, [is: string, OtrsKind]>> = {
  QueueID: ['queue', 'queue'],
  StateID: ['state', 'state'],
  PriorityID: ['priority', 'priority'],
  TypeID: ['type', 'type'],
  ServiceID: ['service', 'service'],
  SLAID: ['sla', 'sla'],
  OwnerID: ['owner', 'user'],
  ResponsibleID: ['responsible', 'user'],
}
const BY_NAME: Readonly<Record<string, [is: string, OtrsKind]>> = {
  Queue: ['queue', 'queue'],
  State: ['state', 'state'],
  Priority: ['priority', 'priority'],
  Type: ['type', 'type'],
  Service: ['service', 'service'],
  SLA: ['sla', 'sla'],
  Owner: ['owner', 'user'],
  Responsible: ['responsible', 'user'],
  CustomerUserID: ['customer', 'customer_user'],
}
const LOCKS: Readonly<Record<string, string>> = { 1: 'unlock', 2: 'lock', 3: 'tmp_lock' }
const SENDERS: Readonly<Record<string, 'agent' | 'system' | 'customer'>> = { 1: 'agent', 2: 'system', 3: 'customer' }
const CHANNELS: Readonly<Record<string, 'email' | 'phone' | 'internal' | 'chat'>> = { 1: 'email', 2: 'phone', 3: 'internal', 4: 'chat' }
const ARTICLE_WORDS: Readonly<Record<string, 'from' | 'to' | 'cc' | 'bcc' | 'subject' | 'body' | 'attachmentName'>> = {
  MIMEBase_From: 'from',
  MIMEBase_To: 'to',
  MIMEBase_Cc: 'cc',
  MIMEBase_Bcc: 'bcc',
  MIMEBase_Subject: 'subject',
  MIMEBase_Body: 'body',
  MIMEBase_AttachmentName: 'attachmentName',
}
/** They say nothing that has to be kept: how the form of OTRS was filled in. */
const IGNORED = new Set(['LanguageID', 'VisibleForAgentTooltip', 'NotificationType'])

/** `form` undefined: it is of no event that there is here. */
export function fromOtrs(given: OtrsNotification, meaning: Meaning): { form: NotificationForm | undefined; lost: Lost[] } {
  const lost: Lost[] = []
  const lose = (key: string, value: string, why: Lost['why']): void => void lost.push({ key, value, why })
  const keys = Map.groupBy(given.items, ({ event_key }) => event_key)
  const all = (key: string): string[] => (keys.get(key) ?? []).map(({ event_value }) => event_value)
  const yes = (key: string): boolean => all(key).includes('1')
  const known = (key: string, kind: OtrsKind, by: 'byId' | 'byName' = 'byId'): Id[] =>
    all(key).flatMap((value) => {
      const id = meaning[by](kind, value)
      if (id === undefined) lose(key, value, 'unknown')
      return id ?? []
    })

  const here = <T extends string>(key: string, isHere: (value: string) => value is T): T[] => {
    const [found, others] = [all(key).filter(isHere), all(key).filter((value) => !isHere(value))]
    for (const value of others) lose(key, value, 'not-here')
    return found
  }
  const events = here('Events', isEvent)
  const recipients = here('Recipients', (value): value is RecipientKind => (RECIPIENTS as readonly string[]).includes(value))
  const way = (key: string) =>
    all(key).flatMap((value) => {
      if (value === 'Email') return ['mail' as const]
      if (value === 'NotificationView') return ['page' as const]
      lose(key, value, 'not-here')
      return []
    })
  const is: Record<string, string[]> = {}
  const fields: Record<string, { is: string[] }> = {}
  const article: ArticleFilter = {}
  const rule: RuleGiven = {
    events,
    recipients,
    agents: known('RecipientAgents', 'user'),
    groups: known('RecipientGroups', 'group'),
    roles: known('RecipientRoles', 'role'),
    addresses: all('RecipientEmail').join('; '),
    ways: way('Transports'),
    choice: yes('VisibleForAgent') ? 'free' : all('VisibleForAgent').includes('2') ? 'one-at-least' : 'none',
    byDefault: way('AgentEnabledByDefault'),
    oncePerDay: yes('OncePerDay'),
    outOfOffice: yes('SendOnOutOfOffice'),
    hours: all('CalendarFilter').includes('SendWithinHours')
      ? 'within'
      : all('CalendarFilter').includes('SendOutsideHours')
        ? 'outside'
        : null,
    visible: yes('IsVisibleForCustomer'),
    attachments: yes('ArticleAttachmentInclude'),
    template:
      all('TransportEmailTemplate')[0] === 'Alert'
        ? 'Alert'
        : all('TransportEmailTemplate')[0] === 'Unformatted'
          ? 'Unformatted'
          : 'Default',
  }
  for (const key of keys.keys()) {
    const values = all(key)
    if (TAKEN.has(key) || IGNORED.has(key)) continue
    const [attribute, kind] = BY_ID[key] ?? BY_NAME[key] ?? []
    if (attribute !== undefined && kind !== undefined)
      // What OTRS compares with something that is not there is never met; a condition must not become wider by being taken over.
      is[attribute] = [...(is[attribute] ?? []), ...nonEmpty(known(key, kind, key in BY_ID ? 'byId' : 'byName'))]
    else if (key === 'LockID') is['lock'] = nonEmpty(values.flatMap((value) => LOCKS[value] ?? []))
    else if (key === 'Lock') is['lock'] = values
    else if (key === 'StateType') is['stateType'] = nonEmpty(values.filter((value) => STATE_TYPES.has(value)))
    else if (key === 'CustomerID') is['company'] = values
    else if (key.startsWith('Search_DynamicField_'))
      fields[key.slice('Search_DynamicField_'.length)] = { is: values.map((value) => (value === '-1' ? '0' : value)) }
    else if (key === 'ArticleSenderTypeID') article.senderTypes = values.flatMap((value) => SENDERS[value] ?? [])
    else if (key === 'ArticleIsVisibleForCustomer') article.visible = values.includes('1')
    else if (key === 'ArticleCommunicationChannelID') article.channels = values.flatMap((value) => CHANNELS[value] ?? [])
    else if (ARTICLE_WORDS[key]) article[ARTICLE_WORDS[key]] = values.filter((value) => value !== '')
    else {
      for (const value of values) lose(key, value, 'not-here')
      // Security of mails, and what else leaves tickets as they are, narrows nothing.
      if (!/^(Email|Skip|Article|Transport|Recipient)/.test(key)) is['queue'] = [NEVER]
    }
  }
  if (events.length === 0) return { form: undefined, lost }
  const texts: NotificationTexts = Object.fromEntries(
    given.messages.map(({ language, subject, text, content_type }) => [
      language,
      {
        subject: subject.slice(0, 200),
        body: text.replaceAll('\r\n', '\n'),
        contentType: content_type.startsWith('text/html') ? 'text/html' : 'text/plain',
      },
    ]),
  )
  return {
    form: {
      name: given.name,
      comment: (given.comments || all('VisibleForAgentTooltip')[0] || '').slice(0, 250),
      valid: false,
      rule: {
        ...rule,
        // OTRS behaviour: it counts for these two events alone, and elsewhere says nothing.
        article: events.some((event) => ARTICLE_EVENTS.includes(event)) ? article : {},
        filter: { ...(Object.keys(is).length > 0 ? { is } : {}), ...(Object.keys(fields).length > 0 ? { fields } : {}) } as NonNullable<
          RuleGiven['filter']
        >,
      },
      texts,
    },
    lost,
  }
}

const nonEmpty = (values: string[]): string[] => (values.length > 0 ? values : [NEVER])
const STATE_TYPES = new Set(['new', 'open', 'pending reminder', 'pending auto', 'closed', 'merged', 'removed'])
const TAKEN = new Set([
  'Events',
  'Recipients',
  'RecipientAgents',
  'RecipientGroups',
  'RecipientRoles',
  'RecipientEmail',
  'Transports',
  'VisibleForAgent',
  'AgentEnabledByDefault',
  'OncePerDay',
  'SendOnOutOfOffice',
  'CalendarFilter',
  'IsVisibleForCustomer',
  'ArticleAttachmentInclude',
  'TransportEmailTemplate',
])

/** An agent's own choices, OTRS's preference NotificationTransport: `{"Notification-40-Email":0}`. `of`: which notification that id became. */
export function choicesFromOtrs(personId: Id, preference: string, of: (id: string) => Id | undefined): ChoiceTable[] {
  let given: unknown
  try {
    given = JSON.parse(preference)
  } catch {
    return []
  }
  const rows = new Map<Id, ChoiceTable>()
  for (const [key, value] of Object.entries(typeof given === 'object' && given !== null ? given : {})) {
    const [, id = '', transport] = /^Notification-(\d{1,18})-(Email|NotificationView)$/.exec(key) ?? []
    const notification = of(id)
    if (notification === undefined) continue
    const row = rows.get(notification) ?? { person_id: personId, notification_id: notification, queue_id: null, mail: null, page: null }
    const on = String(value) === '1'
    rows.set(notification, transport === 'Email' ? { ...row, mail: on ? 'now' : 'none' } : { ...row, page: on })
  }
  return [...rows.values()]
}
