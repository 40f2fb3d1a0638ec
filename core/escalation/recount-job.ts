/** Owns counting deadlines again after what they count of was edited – a queue, an SLA, a calendar, a unit –, and how far that is. */
import { z } from 'zod'
import { system } from '../kernel/actor.ts'
import type { Host } from '../kernel/contract.ts'
import { recount } from './recount.ts'
import { beginRecount, lockAffected, sayRecounted, type Recounted } from './recount.store.ts'

export { findRecount, type Recounted } from './recount.store.ts'

/** So many tickets are locked at once, for less than a second. */
const AT_ONCE = 500

const payloadSchema = z.object({ what: z.string(), id: z.coerce.string(), act: z.uuid(), at: z.iso.datetime() })

/**
 * Counts the open tickets again that go by what was edited, in steps of their own: one that is cut off goes on where it stood. In the end
 * the fact `deadlines.recounted` tells how many were looked at and how many have another deadline.
 */
export async function runRecount(host: Host, payload: unknown): Promise<void> {
  const { what, id, act, at } = payloadSchema.parse(payload)
  let stands: Recounted | undefined
  do {
    stands = await host.work(system('deadlines'), async (work) => {
      const begun = await beginRecount(work.db, { what, id, act, at: new Date(at) })
      if (begun.doneAt) return begun
      const ids = await lockAffected(work.db, { what, id, after: begun.after, limit: AT_ONCE })
      const moved = ids.length === 0 ? 0 : await recount(work.db, ids, work.now)
      const done = ids.length < AT_ONCE
      const now = await sayRecounted(work.db, {
        what,
        id,
        after: ids.at(-1) ?? begun.after,
        looked: begun.looked + ids.length,
        moved: begun.moved + moved,
        doneAt: done ? work.now : null,
      })
      if (done) work.emit('deadlines.recounted', { data: { what, id, looked: now.looked, moved: now.moved } })
      return now
    })
  } while (!stands.doneAt)
}
