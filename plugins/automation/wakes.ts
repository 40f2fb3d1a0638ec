/** Owns what may wake a rule: facts about tickets, and the names by which OTRS's jobs wait for them. */
import { EVENT_FACTS, factOfEvent, type EventFact } from '../../core/index.ts'

export type WakingFact = Exclude<EventFact, 'ticket.act-undone'>
/** In the order in which forms offer them. What was taken back is no event: its rules would do again what somebody undid. */
export const WAKING: readonly WakingFact[] = EVENT_FACTS.filter((name) => name !== 'ticket.act-undone')
export const isWaking = (name: string): name is WakingFact => (WAKING as readonly string[]).includes(name)

/** OTRS's names that are no events of ours, as `EventValues` of a job has them. */
const OTRS: Readonly<Record<string, WakingFact>> = {
  ArticleCustomerNotification: 'article.created',
  TicketSlaveLinkAdd: 'ticket.linked',
  TicketMasterLinkAdd: 'ticket.linked',
  TicketSlaveLinkDelete: 'ticket.unlinked',
  TicketMasterLinkDelete: 'ticket.unlinked',
}

/** Undefined: we have no such fact. */
export function wakingOf(event: string): WakingFact | undefined {
  const fact = Object.hasOwn(OTRS, event) ? OTRS[event] : factOfEvent(event)
  return fact && isWaking(fact) ? fact : undefined
}
