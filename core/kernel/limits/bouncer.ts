/** Owns what one process remembers of who has had enough: whoever is refused again costs no database. */

export interface Bouncer {
  /** Counts one more of a key; false, and nothing is counted, where there were `most` within the time already. */
  enter(key: string, most: number, now: number): boolean
  /** Nobody under this key need be looked at before then, after so many. */
  refuseUntil(key: string, until: number, after: number): void
  /** What `refuseUntil` said, while it holds. */
  refuses(key: string, now: number): { until: number; after: number } | undefined
  /** Counts one that was refused under a key: how many there were within the time. */
  refused(key: string, now: number): number
  /** How many that were. */
  refusals(key: string): number
}

/** So many keys are remembered; those that came first are forgotten first, which can only let somebody try again. */
const MOST_KEYS = 50_000

interface Entry {
  since: number
  count: number
  refused: number
  until: number
  after: number
}

/** What is counted begins with a key's first and is forgotten after `windowMs`; all times in milliseconds. Memory is bounded whatever comes. */
export function makeBouncer(windowMs: number): Bouncer {
  const entries = new Map<string, Entry>()
  const entryOf = (key: string, now: number): Entry => {
    const known = entries.get(key)
    if (known && now < Math.max(known.since + windowMs, known.until) && now >= known.since) return known
    entries.delete(key)
    for (const oldest of entries.keys()) {
      if (entries.size < MOST_KEYS) break
      entries.delete(oldest)
    }
    const fresh = { since: now, count: 0, refused: 0, until: 0, after: 0 }
    entries.set(key, fresh)
    return fresh
  }
  return {
    enter(key, most, now) {
      const entry = entryOf(key, now)
      if (entry.count >= most) return false
      entry.count++
      return true
    },
    refuseUntil(key, until, after) {
      Object.assign(entryOf(key, until - windowMs), { until, after })
    },
    refuses(key, now) {
      const entry = entries.get(key)
      return entry && now < entry.until ? { until: entry.until, after: entry.after } : undefined
    },
    refused: (key, now) => ++entryOf(key, now).refused,
    refusals: (key) => entries.get(key)?.refused ?? 0,
  }
}

/** Powers of ten: a flood is told of when it begins and each time it is ten times as large. */
export const worthTelling = (times: number): boolean => /^10*$/.test(String(times))

/** Lets so many of one key go on at a time; the others wait in memory, in their order. */
export function makeTurns(most: number): <T>(key: string, run: () => Promise<T>) => Promise<T> {
  const busy = new Map<string, { running: number; waiting: (() => void)[] }>()
  return async (key, run) => {
    const line = busy.get(key) ?? { running: 0, waiting: [] }
    busy.set(key, line)
    if (line.running >= most) await new Promise<void>((resolve) => line.waiting.push(resolve))
    else line.running++
    try {
      return await run()
    } finally {
      const next = line.waiting.shift()
      if (next) next()
      else if (--line.running === 0) busy.delete(key)
    }
  }
}

/** Lets so many of one key in at a time and turns the others away; whoever is let in gets what to call on leaving. */
export function makeSeats(most: number): (key: string) => (() => void) | undefined {
  const taken = new Map<string, number>()
  return (key) => {
    const others = taken.get(key) ?? 0
    if (others >= most) return undefined
    taken.set(key, others + 1)
    return () => {
      const left = taken.get(key)! - 1
      if (left === 0) taken.delete(key)
      else taken.set(key, left)
    }
  }
}

/** Lets so many begin in one turn of the loop, and the others, in their order, in the turns after it: whatever else comes meanwhile goes between. */
export function makePace(most: number): (run: () => void) => void {
  let begun = 0
  const waiting: (() => void)[] = []
  const turn = () => {
    begun = 0
    for (const run of waiting.splice(0, most)) {
      begun++
      run()
    }
    if (begun > 0) setImmediate(turn)
  }
  return (run) => {
    if (begun === 0) setImmediate(turn)
    if (begun >= most) waiting.push(run)
    else {
      begun++
      run()
    }
  }
}
