/** Owns what happens to tickets, as rules and notifications speak of it: facts, and the events that each is – OTRS's names, and ours for what OTRS has none for. */
import type { Id, Language } from '../../database/schema.ts'
import type { Fact, FactName } from '../../kernel/facts.ts'
import { eventTexts } from './event-texts.ts'

/** In the order in which a form shows them. Events of fields are `TicketDynamicFieldUpdate_<name>`. */
export const EVENTS = [
  'NotificationNewTicket',
  'NotificationFollowUp',
  'NotificationAddNote',
  'NotificationMention',
  'NotificationHeld',
  'NotificationOwnerUpdate',
  'NotificationResponsibleUpdate',
  'NotificationMove',
  'NotificationServiceUpdate',
  'NotificationLockTimeout',
  'NotificationPendingReminder',
  'NotificationEscalation',
  'NotificationEscalationNotifyBefore',
  'ArticleEmailSendingError',
  'TicketCreate',
  'TicketStateUpdate',
  'TicketQueueUpdate',
  'TicketOwnerUpdate',
  'TicketResponsibleUpdate',
  'TicketLockUpdate',
  'TicketPriorityUpdate',
  'TicketTypeUpdate',
  'TicketServiceUpdate',
  'TicketSLAUpdate',
  'TicketTitleUpdate',
  'TicketCustomerUpdate',
  'TicketPendingTimeUpdate',
  'TicketArchiveFlagUpdate',
  'TicketAccountTime',
  'TicketMerge',
  'TicketSubscribe',
  'TicketUnsubscribe',
  'TicketParticipantUpdate',
  'TicketLinkAdd',
  'TicketLinkDelete',
  'TicketActUndone',
  'ArticleCreate',
  'ArticleSend',
  'ArticleEmailSendingSent',
  'EscalationResponseTimeStart',
  'EscalationResponseTimeNotifyBefore',
  'EscalationResponseTimeStop',
  'EscalationUpdateTimeStart',
  'EscalationUpdateTimeNotifyBefore',
  'EscalationUpdateTimeStop',
  'EscalationSolutionTimeStart',
  'EscalationSolutionTimeNotifyBefore',
  'EscalationSolutionTimeStop',
] as const
export type FieldEvent = `TicketDynamicFieldUpdate_${string}`
export type EventName = (typeof EVENTS)[number] | FieldEvent

const FIELD_EVENT = 'TicketDynamicFieldUpdate_'
export const fieldEvent = (name: string): FieldEvent => `${FIELD_EVENT}${name}`
/** The field's name, of an event of one. */
export const fieldOfEvent = (event: string): string | undefined =>
  event.startsWith(FIELD_EVENT) && event.length > FIELD_EVENT.length ? event.slice(FIELD_EVENT.length) : undefined

export const isEvent = (value: string): value is EventName =>
  (EVENTS as readonly string[]).includes(value) || fieldOfEvent(value) !== undefined

/** What stands around a fact, as far as its events depend on it. */
export interface Around {
  /** Facts of the same act on the ticket. */
  facts: readonly FactName[]
  /** Rows of history of the same act: types and, for Misc, the kind. */
  rows: readonly { type: string; parts: readonly string[]; articleId: Id | null }[]
  /** Of what type the ticket's state is now. */
  closed: boolean
  /** Names of fields by their ids. */
  fields: ReadonlyMap<Id, string>
  /** Logins named in the article that the fact is about. */
  mentions: boolean
}

type Says<N extends FactName> = { may: readonly EventName[]; is(data: Fact<N>['data'], around: Around): readonly EventName[] }
const always = <N extends FactName>(...events: EventName[]): Says<N> => ({ may: events, is: () => events })

/** OTRS raises NotificationNewTicket by these types of its first row. */
const BEGINS = new Set(['EmailAgent', 'EmailCustomer', 'PhoneCallCustomer', 'WebRequestCustomer', 'SystemRequest'])
/** What leaves by mail, as an agent's doing. */
const LEAVES = new Set(['SendAnswer', 'EmailAgent', 'Forward', 'Bounce', 'EmailResend'])

const DEADLINE = { response: 'Response', update: 'Update', solution: 'Solution' } as const
const each = (what: 'Start' | 'Stop' | 'NotifyBefore'): EventName[] =>
  (['Response', 'Update', 'Solution'] as const).map((name): EventName => `Escalation${name}Time${what}`)

/** One entry a fact that rules speak of, with the events that it is. */
const EVENTS_OF = {
  'ticket.created': {
    may: ['TicketCreate', 'NotificationNewTicket'],
    is: (_data, { rows }) => ['TicketCreate', ...(rows.some(({ type }) => BEGINS.has(type)) ? (['NotificationNewTicket'] as const) : [])],
  },
  'ticket.state-changed': always('TicketStateUpdate'),
  'ticket.moved': {
    may: ['TicketQueueUpdate', 'NotificationMove'],
    // OTRS behaviour: who takes a finished ticket over has nothing to do in it.
    is: (_data, { closed }) => ['TicketQueueUpdate', ...(closed ? [] : (['NotificationMove'] as const))],
  },
  'ticket.owner-changed': always('TicketOwnerUpdate', 'NotificationOwnerUpdate'),
  'ticket.responsible-changed': always('TicketResponsibleUpdate', 'NotificationResponsibleUpdate'),
  'ticket.pending-changed': always('TicketPendingTimeUpdate'),
  'ticket.lock-changed': {
    may: ['TicketLockUpdate', 'NotificationLockTimeout'],
    // OTRS behaviour: every unlock is told, but that of a move.
    is: ({ lock }, { facts }) => [
      'TicketLockUpdate',
      ...(lock === 'unlock' && !facts.includes('ticket.moved') ? (['NotificationLockTimeout'] as const) : []),
    ],
  },
  'ticket.priority-changed': always('TicketPriorityUpdate'),
  'ticket.type-changed': always('TicketTypeUpdate'),
  'ticket.service-changed': always('TicketServiceUpdate', 'NotificationServiceUpdate'),
  'ticket.sla-changed': always('TicketSLAUpdate'),
  'ticket.title-changed': always('TicketTitleUpdate'),
  'ticket.customer-changed': always('TicketCustomerUpdate'),
  'ticket.company-changed': always('TicketCustomerUpdate'),
  'ticket.archive-changed': always('TicketArchiveFlagUpdate'),
  'ticket.time-spent': always('TicketAccountTime'),
  'ticket.reminder-due': always('NotificationPendingReminder'),
  'ticket.deadline-near': {
    may: ['NotificationEscalationNotifyBefore', ...each('NotifyBefore')],
    is: ({ deadline: name }) => ['NotificationEscalationNotifyBefore', `Escalation${DEADLINE[name]}TimeNotifyBefore`],
  },
  'ticket.deadline-missed': {
    may: ['NotificationEscalation', ...each('Start')],
    is: ({ deadline: name }) => ['NotificationEscalation', `Escalation${DEADLINE[name]}TimeStart`],
  },
  'ticket.deadline-stopped': { may: each('Stop'), is: ({ deadline: name }) => [`Escalation${DEADLINE[name]}TimeStop`] },
  'ticket.fields-changed': {
    // Which ones is asked of the fields.
    may: [],
    is: ({ fields: ids }, { fields }) => ids.flatMap((id) => fields.get(id) ?? []).map(fieldEvent),
  },
  'ticket.watched': {
    may: ['TicketSubscribe', 'TicketUnsubscribe'],
    is: ({ watching }) => [watching ? 'TicketSubscribe' : 'TicketUnsubscribe'],
  },
  'ticket.participants-changed': always('TicketParticipantUpdate'),
  'ticket.act-undone': always('TicketActUndone'),
  'ticket.merged': always('TicketMerge'),
  'ticket.linked': always('TicketLinkAdd'),
  'ticket.unlinked': always('TicketLinkDelete'),
  'article.created': {
    may: ['ArticleCreate', 'ArticleSend', 'NotificationAddNote', 'NotificationFollowUp', 'NotificationMention', 'ArticleEmailSendingError'],
    is: ({ article, senderType, channel }, { rows, mentions }) => {
      const own = rows.filter(({ articleId }) => articleId === article)
      const has = (...types: string[]) => own.some(({ type }) => types.includes(type))
      return [
        'ArticleCreate',
        ...(channel === 'email' && senderType === 'agent' && own.some(({ type }) => LEAVES.has(type)) ? (['ArticleSend'] as const) : []),
        ...(has('AddNote') ? (['NotificationAddNote'] as const) : []),
        ...(has('FollowUp') ? (['NotificationFollowUp'] as const) : []),
        ...(mentions ? (['NotificationMention'] as const) : []),
        // Of several recipients some took it: the mail itself has left.
        ...(own.some(({ type, parts }) => type === 'Misc' && parts[0] === 'mail not delivered')
          ? (['ArticleEmailSendingError'] as const)
          : []),
      ]
    },
  },
  'article.delivery-changed': {
    may: ['ArticleEmailSendingSent', 'ArticleEmailSendingError'],
    is: ({ article, state }) => (article === null ? [] : [state === 'sent' ? 'ArticleEmailSendingSent' : 'ArticleEmailSendingError']),
  },
  'article.held': { may: ['NotificationHeld'], is: ({ decision }) => (decision === null ? ['NotificationHeld'] : []) },
} as const satisfies { [N in FactName]?: Says<N> }
export type EventFact = keyof typeof EVENTS_OF

/** All that a fact of this name may be; of fields each has its own. */
export const possibleEvents = (name: EventFact): readonly EventName[] => EVENTS_OF[name].may
/** What a fact is. */
export const eventsOf = (fact: Fact<EventFact>, around: Around): readonly EventName[] =>
  (EVENTS_OF[fact.name].is as (data: unknown, around: Around) => readonly EventName[])(fact.data, around)

/** Facts that rules speak of, in the order in which forms offer them. */
export const EVENT_FACTS = [
  'ticket.created',
  'article.created',
  'ticket.state-changed',
  'ticket.moved',
  'ticket.owner-changed',
  'ticket.responsible-changed',
  'ticket.lock-changed',
  'ticket.priority-changed',
  'ticket.type-changed',
  'ticket.service-changed',
  'ticket.sla-changed',
  'ticket.title-changed',
  'ticket.customer-changed',
  'ticket.company-changed',
  'ticket.pending-changed',
  'ticket.fields-changed',
  'ticket.archive-changed',
  'ticket.time-spent',
  'ticket.reminder-due',
  'ticket.deadline-near',
  'ticket.deadline-missed',
  'ticket.deadline-stopped',
  'ticket.merged',
  'ticket.linked',
  'ticket.unlinked',
  'ticket.watched',
  'ticket.participants-changed',
  'article.held',
  'article.delivery-changed',
  'ticket.act-undone',
] as const satisfies readonly EventFact[]

/** By an event the fact that it is; of events of fields any. Undefined: we have no such event. */
export function factOfEvent(event: string): EventFact | undefined {
  if (fieldOfEvent(event) !== undefined) return 'ticket.fields-changed'
  return FACTS_BY_EVENT.get(event)
}
const FACTS_BY_EVENT: ReadonlyMap<string, EventFact> = factsByEvent()
/** Of several facts that are an event the one that is least besides; of these the first. */
function factsByEvent(): Map<string, EventFact> {
  const facts = new Map<string, EventFact>()
  for (const fact of EVENT_FACTS.toSorted((a, b) => possibleEvents(a).length - possibleEvents(b).length))
    for (const event of possibleEvents(fact)) if (!facts.has(event)) facts.set(event, fact)
  return facts
}

export const sayFact = (fact: EventFact, language: Language): string => eventTexts.in(language)(`fact.${fact}`)

/** `field`: what the installation calls a field of this name. An event that nobody knows is said as it stands. */
export function sayEvent(event: string, language: Language, field: (name: string) => string = (name) => name): string {
  const name = fieldOfEvent(event)
  if (name !== undefined) return eventTexts.in(language)('event.field', { name: field(name) })
  return (EVENTS as readonly string[]).includes(event) ? eventTexts.in(language)(`event.${event as (typeof EVENTS)[number]}`) : event
}
