/** Owns what a process remembers until something changes: of what is administered, and figures of tickets. Read by whoever needs it first. */
import { ACTIVATION_CHANGED } from '../kernel/activation.ts'
import { LIVE_AGAIN, type Live, type Notice } from '../kernel/live.ts'

const MOST = 5000

/** Should a notice be lost with its connection, an answer is this old at most; and some figures change with time alone, as of what will be due soon. */
const KEPT_MS = 30_000

/** Does this make an answer untrue? */
type Forgetting = (notice: Notice) => boolean
const isAdministration = ({ fact }: Notice): boolean => fact === 'admin.changed' || fact === ACTIVATION_CHANGED || fact === LIVE_AGAIN
export const ADMINISTERED: Forgetting = isAdministration
export const TICKETS: Forgetting = (notice) => notice.ticket !== undefined || isAdministration(notice)

export interface Memory {
  /** What `read` answered for this key, as long as nothing has changed since. */
  remembered<T>(key: string, read: () => Promise<T>): Promise<T>
  /** At once in this process, when an act of its own has changed something; others hear it by notice. */
  forget(): void
}

export function makeMemory(live: Live, forgetting: Forgetting): Memory {
  let kept = new Map<string, { value: unknown; at: number }>()
  const forget = () => {
    kept = new Map()
  }
  live.subscribe((notice) => {
    if (forgetting(notice)) forget()
  })
  return {
    forget,
    async remembered<T>(key: string, read: () => Promise<T>): Promise<T> {
      // What was being read while something changed belongs to what is forgotten.
      const here = kept
      const at = performance.now()
      const found = here.get(key)
      if (found && at - found.at < KEPT_MS) return found.value as T
      // Each reads for itself: whoever waited for another's transaction would fail with it.
      const value = await read()
      if (here.size >= MOST) here.clear()
      here.set(key, { value, at })
      return value
    },
  }
}
