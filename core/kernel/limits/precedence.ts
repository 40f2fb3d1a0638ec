/** Owns who goes first when there is much to do: who works here, before what refreshes itself and before strangers, who still wait no longer than a moment. */

/** One after whom others wait holds them up for so long at most: what takes longer waits for something else than the processor. */
const HELD_MS = 250
/** People are at work for so long after one of theirs ended. */
const AT_WORK_MS = 200
const TICK_MS = 5

export interface Precedence {
  /** Somebody who goes first begins now. Call what is given back at the end, which may be twice. */
  enter(): () => void
  /** A line of those who let others go first. `run` gets what to call at its end, which may be twice. */
  line(manners: Manners): (run: (done: () => void) => void) => void
}

export interface Manners {
  /** Nobody lets others go first for longer. */
  patienceMs: number
  /**
   * While people are at work one is under way at a time, and keeps the next waiting for so long at most: who waits for something slow, as a directory, takes
   * no processor meanwhile.
   */
  seatMs: number
}

interface Line extends Manners {
  waiting: { since: number; run: (done: () => void) => void }[]
  /** When each that is under way began. */
  seats: Set<{ began: number }>
}

/** Where nobody is at work nobody waits. `now`: milliseconds, never going back. */
export function makePrecedence(now: () => number = () => performance.now()): Precedence {
  const first = new Set<{ began: number }>()
  const lines: Line[] = []
  let lastEnd = Number.NEGATIVE_INFINITY
  let tick: NodeJS.Timeout | undefined

  const isHeld = (at: number): boolean => [...first].some(({ began }) => at - began < HELD_MS)
  const isAtWork = (at: number): boolean => isHeld(at) || at - lastEnd < AT_WORK_MS
  const hasSeat = (line: Line, at: number): boolean => [...line.seats].every(({ began }) => at - began >= line.seatMs)

  const begin = (line: Line, run: (done: () => void) => void): void => {
    const seat = { began: now() }
    line.seats.add(seat)
    run(() => {
      if (line.seats.delete(seat)) look()
    })
  }
  const look = (): void => {
    for (const line of lines) {
      for (let next = line.waiting[0]; next; next = line.waiting[0]) {
        const at = now()
        const free = !isAtWork(at) || (hasSeat(line, at) && (!isHeld(at) || at - next.since >= line.patienceMs))
        if (!free) break
        line.waiting.shift()
        begin(line, next.run)
        // What begins now is not begun together with all that waited: whoever comes goes between.
        if (!isAtWork(at)) break
      }
    }
    if (lines.every(({ waiting }) => waiting.length === 0)) return
    tick ??= setTimeout(() => {
      tick = undefined
      look()
    }, TICK_MS)
  }

  return {
    enter() {
      const one = { began: now() }
      first.add(one)
      return () => {
        if (!first.delete(one)) return
        lastEnd = now()
        if (first.size === 0) look()
      }
    },
    line(manners) {
      const line: Line = { ...manners, waiting: [], seats: new Set() }
      lines.push(line)
      return (run) => {
        if (line.waiting.length === 0 && !isAtWork(now())) begin(line, run)
        else {
          line.waiting.push({ since: now(), run })
          look()
        }
      }
    },
  }
}
