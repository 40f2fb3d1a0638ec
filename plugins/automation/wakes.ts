/** Owns what may wake a rule: the facts about tickets, and the events of OTRS that they are. */
import type { FactName } from '../../core/index.ts'

/** In the order in which forms offer them. */
export const WAKING = [
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
] as const satisfies readonly FactName[]
export type WakingFact = (typeof WAKING)[number]
export const isWaking = (name: string): name is WakingFact => (WAKING as readonly string[]).includes(name)

/** OTRS's names, as `EventValues` of a job has them. An event of one field wakes by any. */
const OTRS: Readonly<Record<string, WakingFact>> = {
  TicketCreate: 'ticket.created',
  NotificationNewTicket: 'ticket.created',
  ArticleCreate: 'article.created',
  ArticleSend: 'article.created',
  ArticleCustomerNotification: 'article.created',
  NotificationFollowUp: 'article.created',
  NotificationAddNote: 'article.created',
  TicketStateUpdate: 'ticket.state-changed',
  TicketQueueUpdate: 'ticket.moved',
  NotificationMove: 'ticket.moved',
  TicketOwnerUpdate: 'ticket.owner-changed',
  NotificationOwnerUpdate: 'ticket.owner-changed',
  TicketResponsibleUpdate: 'ticket.responsible-changed',
  NotificationResponsibleUpdate: 'ticket.responsible-changed',
  TicketLockUpdate: 'ticket.lock-changed',
  NotificationLockTimeout: 'ticket.lock-changed',
  TicketPriorityUpdate: 'ticket.priority-changed',
  TicketTypeUpdate: 'ticket.type-changed',
  TicketServiceUpdate: 'ticket.service-changed',
  NotificationServiceUpdate: 'ticket.service-changed',
  TicketSLAUpdate: 'ticket.sla-changed',
  TicketTitleUpdate: 'ticket.title-changed',
  TicketCustomerUpdate: 'ticket.customer-changed',
  TicketPendingTimeUpdate: 'ticket.pending-changed',
  TicketArchiveFlagUpdate: 'ticket.archive-changed',
  TicketAccountTime: 'ticket.time-spent',
  NotificationPendingReminder: 'ticket.reminder-due',
  NotificationEscalation: 'ticket.deadline-missed',
  NotificationEscalationNotifyBefore: 'ticket.deadline-near',
  TicketMerge: 'ticket.merged',
  TicketSlaveLinkAdd: 'ticket.linked',
  TicketMasterLinkAdd: 'ticket.linked',
  TicketSlaveLinkDelete: 'ticket.unlinked',
  TicketMasterLinkDelete: 'ticket.unlinked',
  TicketSubscribe: 'ticket.watched',
  TicketUnsubscribe: 'ticket.watched',
  ArticleEmailSendingError: 'article.delivery-changed',
  ArticleEmailSendingSent: 'article.delivery-changed',
  ...Object.fromEntries(
    ['Response', 'Update', 'Solution'].flatMap((of) => [
      [`Escalation${of}TimeStart`, 'ticket.deadline-missed'],
      [`Escalation${of}TimeNotifyBefore`, 'ticket.deadline-near'],
      [`Escalation${of}TimeStop`, 'ticket.deadline-stopped'],
    ]),
  ),
}

/** Undefined: we have no such fact. */
export const wakingOf = (event: string): WakingFact | undefined =>
  /^TicketDynamicFieldUpdate_./.test(event) ? 'ticket.fields-changed' : Object.hasOwn(OTRS, event) ? OTRS[event] : undefined
