/** Owns who goes first when there is much to do: who works here, before what refreshes itself and before strangers, who come all the same after a while, in their turn. */

/** One after whom others wait holds them up for so long at most: what takes longer waits for something else than the processor. */
const HELD_MS = 250
/** People are at work for so long after one of theirs ended. */
const AT_WORK_MS = 200
const TICK_MS = 5
/** Of each line so many begin in one turn of the loop where nobody is at work. */
const PER_TURN = 16

export interface Precedence {
  /** Somebody who goes first begins now. Call what is given back at the end, which may be twice. */
  enter(): () => void
  /** A line of those who let others go first. `run` gets what to call at its end, which may be twice. */
  line(manners: Manners): (run: (done: () => void) => void) => void
}

export interface Manners {
  /** Whoever has waited for so long comes as soon as nobody of the same line is under way. */
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

/** Where nobody is at work nobody waits. */
export function makePrecedence(): Precedence {
  const now = () => performance.now()
  const first = new Set<{ began: number }>()
  const lines: Line[] = []
  let lastEnd = Number.NEGATIVE_INFINITY
  let tick: NodeJS.Timeout | undefined
  let soon: NodeJS.Immediate | undefined

  const isHeld = (at: number): boolean => [...first].some(({ began }) => at - began < HELD_MS)
  const isAtWork = (at: number): boolean => isHeld(at) || at - lastEnd < AT_WORK_MS
  const hasSeat = (line: Line, at: number): boolean => [...line.seats].every(({ began }) => at - began >= line.seatMs)

  const begin = (line: Line, run: (done: () => void) => void): void => {
    const seat = { began: now() }
    line.seats.add(seat)
    run(() => {
      if (line.seats.delete(seat)) lookSoon()
    })
  }
  const mayBegin = (line: Line, since: number): boolean => {
    const at = now()
    return !isAtWork(at) || (hasSeat(line, at) && (!isHeld(at) || at - since >= line.patienceMs))
  }
  const look = (): void => {
    // What begins now is not begun together with all that waited: whoever comes goes between.
    const most = isAtWork(now()) ? 1 : PER_TURN
    for (const line of lines)
      for (let begun = 0; begun < most && line.waiting[0] && mayBegin(line, line.waiting[0].since); begun++)
        begin(line, line.waiting.shift()!.run)
    if (lines.every(({ waiting }) => waiting.length === 0)) return
    tick ??= setTimeout(() => {
      tick = undefined
      look()
    }, TICK_MS)
  }
  /** In the loop's next turn: answers that are quickly given would else follow on each other without end, and nobody else be heard. */
  const lookSoon = (): void => {
    soon ??= setImmediate(() => {
      soon = undefined
      look()
    })
  }

  return {
    enter() {
      const one = { began: now() }
      first.add(one)
      return () => {
        if (!first.delete(one)) return
        lastEnd = now()
        if (first.size === 0) lookSoon()
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
