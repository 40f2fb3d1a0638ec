/** Owns reading tickets for a plugin that acts by itself: those of the units where it is on, and none else. */
import type { Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { listArticles, type Article } from '../article/articles.ts'
import { refused } from '../errors.ts'
import type { Ticket } from './ticket.ts'
import { findTicket, findTicketByNumber } from './ticket.store.ts'

/** A ticket that does not exist and one of a unit where the plugin is off give the same `not-found`; the second is also told as a fault. */
export interface TicketReader {
  find(id: Id): Promise<Ticket>
  findByNumber(number: string): Promise<Ticket>
  /** Everything written on it, the first first. */
  articles(id: Id): Promise<Article[]>
}

export function makeTicketReader(db: Kysely<Database>, demandReach: (unitId: Id) => Promise<void>): TicketReader {
  const within = async (ticket: Ticket | undefined): Promise<Ticket> => {
    if (!ticket) throw refused('not-found')
    await demandReach(ticket.unitId)
    return ticket
  }
  const reader: TicketReader = {
    find: async (id) => within(await findTicket(db, id, null)),
    findByNumber: async (number) => within(await findTicketByNumber(db, number, null)),
    articles: async (id) => listArticles(db, (await reader.find(id)).id, { visibleOnly: false }),
  }
  return reader
}
