/** Owns reading how far a run is: what it wrote down of itself, its pace, and the time that is left. */
import type { Pace } from './lists.store.ts'
import type { Run } from './runs.store.ts'

export interface PartDone {
  part: string
  rows: number
  /** How many there are in the source; undefined: it was not counted. */
  of?: number | undefined
  bytes?: number | undefined
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0

/** The parts in the order in which they were begun. What makes no sense there is left out: it may be of another version of pomoc. */
export function partsOf({ progress }: Pick<Run, 'progress'>): PartDone[] {
  const parts = (typeof progress['parts'] === 'object' && progress['parts']) || progress
  return Object.entries(parts as Record<string, unknown>).flatMap(([part, said]) => {
    const { rows, of, bytes } = (said ?? {}) as Partial<Record<'rows' | 'of' | 'bytes', unknown>>
    return isCount(rows) ? [{ part, rows, of: isCount(of) ? of : undefined, bytes: isCount(bytes) ? bytes : undefined }] : []
  })
}

/** Seconds that the counted rest takes at this pace; undefined: nothing is counted, or nothing moves. */
export function secondsLeft(parts: readonly PartDone[], { rowsPerSecond }: Pick<Pace, 'rowsPerSecond'>): number | undefined {
  const rest = parts.reduce((sum, { rows, of }) => sum + Math.max(0, (of ?? rows) - rows), 0)
  return rowsPerSecond > 0 && rest > 0 ? rest / rowsPerSecond : undefined
}

/** As it stands now: a process whose lease is over works no more, whatever the row says. */
export function stateNow({ state, leaseUntil }: Pick<Run, 'state' | 'leaseUntil'>, now: Date): Run['state'] | 'silent' {
  return state === 'running' && leaseUntil !== null && leaseUntil < now ? 'silent' : state
}
