/** Owns which events a fact is: OTRS's names for what core tells. */
import type { Fact, FactName, Id } from '../../core/index.ts'
import { fieldEvent, type EventName } from './events.ts'

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

/** One entry a fact that has events. A fact that has none is not listened to. */
export const SAYS = {
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
export type ToldFact = keyof typeof SAYS

export const mayBe = (name: ToldFact): readonly EventName[] => SAYS[name].may
export const eventsOf = (fact: Fact<ToldFact>, around: Around): readonly EventName[] =>
  (SAYS[fact.name].is as (data: unknown, around: Around) => readonly EventName[])(fact.data, around)

/** Logins that a text names as `@login`, each once and in small letters; at most so many as anybody means. */
export function mentionsIn(body: string): string[] {
  const named = new Set<string>()
  // What stands behind a letter is an address.
  for (const [, login = ''] of body.matchAll(/(?<![\p{L}\p{N}._@+-])@([\p{L}\p{N}]+(?:[._-]+[\p{L}\p{N}]+)*)/gu)) {
    named.add(login.toLowerCase())
    if (named.size === MOST_MENTIONS) break
  }
  return [...named]
}
const MOST_MENTIONS = 20
