/** Owns what becomes of OTRS's flags “Seen”: until when each agent had seen a ticket. Pure. */
import type { Id } from '../../../core/index.ts'
import type { Row } from '../source/source.ts'
import { agentOf, type Known } from './known.ts'
import type { NewRow } from './ticket-rows.ts'
import { latest, text } from './values.ts'

export const SEEN_COLUMNS = ['ticket_id', 'person_id', 'seen_at'] as const

/**
 * Of one ticket: the moment of the flag where a person has seen every article, else just before the first that they have not; nothing where that is
 * the very first. `articles` in the order of time, by id.
 */
export function seenOf(
  known: Known,
  ticketId: string,
  articles: readonly { id: string; at: Date }[],
  flags: { ticket: readonly Row[]; article: readonly Row[] },
): NewRow[] {
  const whole = new Map<Id, Date>()
  const read = new Map<Id, Map<string, Date>>()
  for (const flag of flags.ticket) {
    const person = flag['ticket_key'] === 'Seen' ? agentOf(known, flag['create_by']) : null
    const at = known.moment(flag['create_time'])
    if (person !== null && at) whole.set(person, at)
  }
  for (const flag of flags.article) {
    const person = flag['article_key'] === 'Seen' ? agentOf(known, flag['create_by']) : null
    if (person === null) continue
    const own = read.get(person) ?? new Map<string, Date>()
    read.set(person, own.set(text(flag['article_id']), known.moment(flag['create_time']) ?? new Date(0)))
  }
  const rows: NewRow[] = []
  for (const person of new Set([...whole.keys(), ...read.keys()])) {
    const own = read.get(person)
    const unread = own === undefined ? undefined : articles.find(({ id }) => !own.has(id))
    // OTRS takes the ticket's flag away with each new article: where it stands, all was seen.
    const at =
      unread && !whole.has(person)
        ? unread === articles[0]
          ? undefined
          : new Date(unread.at.getTime() - 1)
        : latest(whole.get(person), ...(own?.values() ?? []), articles.at(-1)?.at)
    if (at) rows.push({ ticket_id: ticketId, person_id: person, seen_at: at })
  }
  return rows
}
