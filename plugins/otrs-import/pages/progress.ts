/** Owns reading how far a run is for its page: what it wrote down of itself, and whether its process still lives. */
import type { RunProgress } from '../run/progress.ts'
import type { Run } from '../runs.store.ts'

export interface PartDone {
  part: string
  rows: number
  bytes: number
  /** How many there are in the source; null: it was not counted. */
  of: number | null
}

export interface Standing extends Pick<RunProgress, 'rate' | 'bytesRate' | 'secondsLeft'> {
  parts: readonly PartDone[]
}

const count = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0)

/** What makes no sense there is left out: it may be of another version of pomoc. The part at work comes first. */
export function standingOf({ progress }: Pick<Run, 'progress'>): Standing {
  const said = progress as Partial<RunProgress>
  const parts = Object.entries(said.parts ?? {}).map(([part, one]) => ({
    part,
    rows: count(one?.rows),
    bytes: count(one?.bytes),
    of: typeof one?.of === 'number' ? count(one.of) : null,
  }))
  return {
    parts: [...parts.filter(({ part }) => part === said.part), ...parts.filter(({ part }) => part !== said.part)],
    rate: count(said.rate),
    bytesRate: count(said.bytesRate),
    secondsLeft: typeof said.secondsLeft === 'number' ? count(said.secondsLeft) : null,
  }
}

/** As it stands now: a process whose lease is over works no more, whatever the row says. */
export function stateNow({ state, leaseUntil }: Pick<Run, 'state' | 'leaseUntil'>, now: Date): Run['state'] | 'silent' {
  return state === 'running' && leaseUntil !== null && leaseUntil < now ? 'silent' : state
}
