/** Owns how many connections one address may hold, so that a single peer cannot take them all. */

export interface PeerLimit {
  /** Counts a connection; false when its address holds enough already. */
  enter(session: string, address: string): boolean
  leave(session: string): void
}

export function makePeerLimit(max: number): PeerLimit {
  const sessions = new Map<string, string>()
  const counts = new Map<string, number>()
  return {
    enter(session, address) {
      const count = counts.get(address) ?? 0
      if (count >= max) return false
      counts.set(address, count + 1)
      sessions.set(session, address)
      return true
    },
    leave(session) {
      const address = sessions.get(session)
      if (address === undefined) return
      sessions.delete(session)
      const count = (counts.get(address) ?? 1) - 1
      if (count > 0) counts.set(address, count)
      else counts.delete(address)
    },
  }
}
