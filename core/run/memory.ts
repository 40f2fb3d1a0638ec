/** Owns what a process remembers of what is administered: read by whoever needs it first, forgotten with any change of administration. */
import { ACTIVATION_CHANGED } from '../kernel/activation.ts'
import { LIVE_AGAIN, type Live } from '../kernel/live.ts'

/** Should a notice be lost with its connection, an answer is this old at most. */
const KEPT_MS = 30_000
const MOST = 5000

export interface Memory {
  /** What `read` answered for this key, as long as nothing that is administered has changed since. */
  remembered<T>(key: string, read: () => Promise<T>): Promise<T>
  /** At once in this process, when an act of its own has changed something; others hear it by notice. */
  forget(): void
}

export function makeMemory(live: Live): Memory {
  let kept = new Map<string, { value: unknown; at: number }>()
  const forget = () => {
    kept = new Map()
  }
  live.subscribe(({ fact }) => {
    if (fact === 'admin.changed' || fact === ACTIVATION_CHANGED || fact === LIVE_AGAIN) forget()
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
