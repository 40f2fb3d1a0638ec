/** Owns how many connections one peer may hold, so that a single one cannot take them all. */
import { isIPv6 } from 'node:net'

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
      const peer = networkOf(address)
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

/** One machine has a whole /64 of IPv6 addresses to come from: they count as one. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.toLowerCase().split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups =
    tail === undefined ? left : [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0'), ...right]
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}
