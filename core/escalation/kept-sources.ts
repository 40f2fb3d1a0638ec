/** Owns whose promise the deadlines of a page's tickets are, from memory: queues, SLAs and calendars change seldom, and lists ask with each page. */
import type { Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { LIVE_AGAIN, type Live } from '../kernel/live.ts'
import { listSources, type Source } from './escalation.store.ts'

/** What there is to ask a source of: tickets of a page. */
export type OfSource = { id: Id; queueId: Id; dueAt: Date | null; suspended: boolean | null; slaId?: Id | null }

/** An import loads queues without telling each: nothing is remembered for longer. Milliseconds. */
const LONGEST = 60_000

interface Kept {
  at: number
  sources: Promise<ReadonlyMap<string, Source>>
}
const kept = new WeakMap<Live, { now?: Kept | undefined }>()

/**
 * Of these tickets those that have a deadline, with whose promise it is: the SLA's where SLAs count, else the queue's. Every change in
 * administration clears what is remembered, in each process.
 */
export async function keptSources(
  room: { db: Kysely<Database>; live: Live },
  tickets: readonly OfSource[],
): Promise<ReadonlyMap<Id, Source>> {
  const due = tickets.filter(({ dueAt, suspended }) => dueAt !== null || suspended)
  if (due.length === 0) return new Map()
  return ofTickets(due, await allSources(room))
}

/** By ticket, from sources by `<kind> <id>`. */
export const ofTickets = (tickets: readonly OfSource[], sources: ReadonlyMap<string, Source>): Map<Id, Source> =>
  new Map(
    tickets.flatMap(({ id, queueId, slaId }) => {
      const source = sources.get(`sla ${slaId}`) ?? sources.get(`queue ${queueId}`)
      return source ? [[id, source] as const] : []
    }),
  )

function allSources({ db, live }: { db: Kysely<Database>; live: Live }): Kept['sources'] {
  let room = kept.get(live)
  if (!room) {
    const fresh: { now?: Kept | undefined } = {}
    kept.set(live, (room = fresh))
    live.subscribe(({ fact }) => {
      if (fact === 'admin.changed' || fact === LIVE_AGAIN) fresh.now = undefined
    })
  }
  const now = performance.now()
  if (room.now && now - room.now.at < LONGEST) return room.now.sources
  const asked: Kept = {
    at: now,
    sources: listSources(db).then((all) => new Map(all.map((source) => [`${source.kind} ${source.id}`, source]))),
  }
  room.now = asked
  const forget = room
  asked.sources.catch(() => {
    if (forget.now === asked) forget.now = undefined
  })
  return asked.sources
}
