/** Owns the note of refused access: who asked for what they may not see or do (OWASP ASVS 7.2.2), a bounded number of times. */
import { recordEvent } from '../audit/record.ts'
import type { Refusal } from '../errors.ts'
import type { PersonActor } from '../kernel/actor.ts'
import type { Host } from '../kernel/contract.ts'
import { makeBouncer, worthTelling } from '../kernel/limits/bouncer.ts'

/** So many of one person are noted one by one in this time; of more, each tenfold, with their number. */
const NOTED_EACH = 20
const WINDOW_MS = 3600_000

const counts = new WeakMap<Host['db'], ReturnType<typeof makeBouncer>>()

/** What is refused for want of a right. What is absent and what may not be seen answer alike, so that both are noted alike. */
const isAccess = ({ code }: Refusal): boolean => ['not-allowed', 'not-found', 'right.not-held'].includes(code)

/** Notes in the audit log that a person was refused a page or an act. `page`: its path, without what was searched for. */
export async function noteRefusedAccess(
  room: Pick<Host, 'db' | 'work' | 'clock'>,
  about: { actor: PersonActor; refusal: Refusal; method: string; page: string },
): Promise<void> {
  if (!isAccess(about.refusal)) return
  const count = counts.get(room.db) ?? makeBouncer(WINDOW_MS)
  counts.set(room.db, count)
  const times = count.refused(about.actor.id, room.clock().getTime())
  if (times > NOTED_EACH && !worthTelling(times)) return
  await room.work(about.actor, async (work) =>
    recordEvent(work, {
      kind: 'access-refused',
      object: { type: 'person', id: about.actor.id },
      after: { page: `${about.method} ${about.page}`.slice(0, 200), ...(times > NOTED_EACH ? { attempts: times } : {}) },
    }),
  )
}
