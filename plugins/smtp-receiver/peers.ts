/** Owns how many connections one peer may hold, so that a single one cannot take them all. */
import { clientKey } from '../../core/index.ts'

export interface PeerLimit {
  /** Counts a connection; false when its peer holds enough already. */
  enter(session: string, address: string): boolean
  leave(session: string): void
}

export function makePeerLimit(max: number): PeerLimit {
  const sessions = new Map<string, string>()
  const counts = new Map<string, number>()
  return {
    enter(session, address) {
      const peer = clientKey(address)
      const count = counts.get(peer) ?? 0
      if (count >= max) return false
      counts.set(peer, count + 1)
      sessions.set(session, peer)
      return true
    },
    leave(session) {
      const peer = sessions.get(session)
      if (peer === undefined) return
      sessions.delete(session)
      const count = (counts.get(peer) ?? 1) - 1
      if (count > 0) counts.set(peer, count)
      else counts.delete(peer)
    },
  }
}
