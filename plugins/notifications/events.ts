/** Owns the list of events that notifications speak of: OTRS's names, and ours for what OTRS has none for. */

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

/** Only for these OTRS looks at what the article says. */
export const ARTICLE_EVENTS: readonly EventName[] = ['ArticleCreate', 'ArticleSend']
