/** Owns the note in the audit log that somebody has reached a limit. */
import { recordEvent } from '../audit/record.ts'
import { isId } from '../database/id.ts'
import { worthTelling } from '../kernel/limits/bouncer.ts'
import { noteRefused, type OverLimit } from '../kernel/limits/limits.ts'
import { actorId, type Work } from '../kernel/work.ts'

/** Counts what was refused; the log has the first of a day and each tenfold, so that nobody can fill it. */
export async function noteOver(work: Work, { limit }: OverLimit): Promise<void> {
  const refused = await noteRefused(work.db, limit.name, limit.key, work.now)
  if (!worthTelling(refused)) return
  const personId = actorId(work) ?? (isId(limit.key) ? limit.key : null)
  recordEvent(work, {
    kind: 'limit-reached',
    ...(personId === null ? {} : { object: { type: 'person', id: personId } }),
    after: { limit: limit.name, refused },
  })
}
