/** Owns how long a connection is borne with: too long without a mail, too slow with one, too long in all. */

export interface PatienceLimits {
  maxConnectionSeconds: number
  maxSecondsWithoutMail: number
  minBytesPerSecond: number
  slowSeconds: number
}

/** One connection as it stands; milliseconds of the monotonic clock. */
export interface Talk {
  connectedAt: number
  /** When it last gave us a whole mail, else when it came. */
  lastMailAt: number
  /** The mail that is coming in, from DATA to its last byte. */
  incoming?: { bytes(): number; since: number; seen: number } | undefined
  /** We are storing what it gave: the wait is ours. */
  storing: boolean
}

/**
 * Why a connection has to end now; undefined: it may stay. `crowded`: hardly a place is left, so that waiting costs others
 * their turn; then a tenth of the patience is enough.
 */
export function impatience(talk: Talk, now: number, limits: PatienceLimits, crowded: boolean): string | undefined {
  if (talk.storing) return undefined
  const seconds = (from: number) => (now - from) / 1000
  const share = crowded ? 0.1 : 1
  if (talk.incoming) {
    const { incoming } = talk
    const took = seconds(incoming.since)
    if (took >= limits.slowSeconds * share) {
      const came = incoming.bytes() - incoming.seen
      if (came < took * limits.minBytesPerSecond) return 'This mail comes too slowly'
      incoming.since = now
      incoming.seen = incoming.bytes()
    }
    return seconds(talk.connectedAt) > limits.maxConnectionSeconds * 2 ? 'This connection has lasted too long' : undefined
  }
  if (seconds(talk.lastMailAt) > limits.maxSecondsWithoutMail * share) return 'Too long without a mail'
  return seconds(talk.connectedAt) > limits.maxConnectionSeconds ? 'This connection has lasted long enough, come again' : undefined
}
