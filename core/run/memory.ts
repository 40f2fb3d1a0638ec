/** Owns what a process remembers until something changes: of what is administered, and figures of tickets. Read by whoever needs it first. */
import { ACTIVATION_CHANGED } from '../kernel/activation.ts'
import { LIVE_AGAIN, type Live, type Notice } from '../kernel/live.ts'

const MOST = 5000

/** What makes an answer untrue, and how old it gets where nothing is heard: a notice may be lost with its connection. */
interface Forgetting {
  at(notice: Notice): boolean
  keptMs: number
}
const isAdministration = ({ fact }: Notice): boolean => fact === 'admin.changed' || fact === ACTIVATION_CHANGED || fact === LIVE_AGAIN
export const ADMINISTERED: Forgetting = { at: isAdministration, keptMs: 30_000 }
/** Some figures change with time alone, as of what will be due soon. */
export const TICKETS: Forgetting = { at: (notice) => notice.ticket !== undefined || isAdministration(notice), keptMs: 10_000 }

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
    if (forgetting.at(notice)) forget()
  })
  return {
    forget,
    async remembered<T>(key: string, read: () => Promise<T>): Promise<T> {
      // What was being read while something changed belongs to what is forgotten.
      const here = kept
      const at = performance.now()
      const found = here.get(key)
      if (found && at - found.at < forgetting.keptMs) return found.value as T
      // Each reads for itself: whoever waited for another's transaction would fail with it.
      const value = await read()
      if (here.size >= MOST) here.clear()
      here.set(key, { value, at })
      return value
    },
  }
}
