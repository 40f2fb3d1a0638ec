/** Owns telling open lists of changes: each list of those only whose ticket its reader sees, or saw until then. */
import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { Database, Id } from '../../database/schema.ts'
import type { Access } from '../../kernel/actor.ts'
import type { Live, Notice } from '../../kernel/live.ts'
import { holdsRight, may } from '../../permission/policy.ts'
import { tiesOf, type TiesOfAll } from '../../ticket/ticket.store.ts'

/** Changes are gathered for so long and looked up at once, for all lists together: one question, however many are open. */
const GATHER_MS = 200
/** What one list takes of the processor when it fetches itself and its counts. That many open lists are told one after the other, not all at once. */
const LIST_MS = 25
const LONGEST_MS = 10_000

export interface LiveLists {
  /** Calls back when something changed that this person's lists may show, until the returned function is called. */
  watch(access: Access, tell: () => void): () => void
  /** How long a list is left alone after it was told, in milliseconds: longer the more there are, so that half of the time is others'. */
  restMs(): number
}

export function makeLiveLists({ db, live, log }: { db: Kysely<Database>; live: Live; log: Logger }): LiveLists {
  const lists = new Map<symbol, { access: Access; tell: () => void }>()
  let changed = new Map<Id, Set<Id>>()
  let gathering: NodeJS.Timeout | undefined
  let unsubscribe: (() => void) | undefined

  /** For how long all lists together keep the program busy once they are told. */
  const busyMs = () => Math.min((lists.size - 1) * LIST_MS, LONGEST_MS / 2)

  const look = async () => {
    gathering = undefined
    const tickets = changed
    changed = new Map()
    try {
      const ties = await tiesOf(db, [...tickets.keys()])
      for (const { access, tell } of lists.values())
        if ([...tickets].some(([id, left]) => sees(access, ties.get(id)) || leaves(access, left)))
          setTimeout(tell, Math.random() * busyMs()).unref()
    } catch (error) {
      // What is away for a moment is told of with the next change.
      log.debug({ err: error }, 'open lists could not be told of changes')
    }
  }
  const listen = (notice: Notice) => {
    if (notice.ticket === undefined) return
    const left = changed.get(notice.ticket) ?? new Set()
    if (notice.left !== undefined) left.add(notice.left)
    changed.set(notice.ticket, left)
    gathering ??= setTimeout(() => void look(), GATHER_MS).unref()
  }

  return {
    watch(access, tell) {
      const list = Symbol('list')
      lists.set(list, { access, tell })
      unsubscribe ??= live.subscribe(listen)
      return () => {
        lists.delete(list)
        if (lists.size > 0) return
        unsubscribe?.()
        unsubscribe = undefined
        clearTimeout(gathering)
        gathering = undefined
        changed.clear()
      }
    },
    restMs: () => 2 * busyMs(),
  }
}

function sees(access: Access, ties: TiesOfAll | undefined): boolean {
  if (!ties) return false
  const own = {
    ...ties,
    watching: ties.watchers.includes(access.personId),
    participation: ties.participants.includes(access.personId) ? ('read' as const) : null,
  }
  return may(access, 'ro', own).allowed || may(access, 'see', own).allowed
}

/** Ids of queues and of persons share no meaning here: one too many is told, never one too few. */
const leaves = (access: Access, left: ReadonlySet<Id>): boolean =>
  left.has(access.personId) || (access.agent && [...left].some((id) => holdsRight(access.queueRights.get(id), 'ro')))
