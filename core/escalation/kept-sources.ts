/** Owns whose promise the deadlines of a page's tickets are, from memory: queues, SLAs and calendars change seldom, and lists ask with each page. */
import type { Id } from '../database/schema.ts'
import type { Host } from '../kernel/contract.ts'
import { listSources, type Source } from './escalation.store.ts'

/** What there is to ask a source of: tickets of a page. */
export type OfSource = { id: Id; queueId: Id; dueAt: Date | null; suspended: boolean | null; slaId?: Id | null }

/**
 * Of these tickets those that have a deadline, with whose promise it is: the SLA's where SLAs count, else the queue's. All of
 * them are read at once, and again with any change in administration.
 */
export async function keptSources(
  { db, remembered }: Pick<Host, 'db' | 'remembered'>,
  tickets: readonly OfSource[],
): Promise<ReadonlyMap<Id, Source>> {
  const due = tickets.filter(({ dueAt, suspended }) => dueAt !== null || suspended)
  if (due.length === 0) return new Map()
  return ofTickets(
    due,
    await remembered(
      'deadline sources',
      async () => new Map((await listSources(db)).map((source) => [`${source.kind} ${source.id}`, source])),
    ),
  )
}

/** By ticket, from sources by `<kind> <id>`. */
export const ofTickets = (tickets: readonly OfSource[], sources: ReadonlyMap<string, Source>): Map<Id, Source> =>
  new Map(
    tickets.flatMap(({ id, queueId, slaId }) => {
      const source = sources.get(`sla ${slaId}`) ?? sources.get(`queue ${queueId}`)
      return source ? [[id, source] as const] : []
    }),
  )
