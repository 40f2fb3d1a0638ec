/** Owns how far a run is: what is done of each part, how fast it goes, how long the rest takes. Pure. */

export interface PartProgress {
  rows: number
  bytes: number
  /** Of how many rows; null: nobody knows. */
  of: number | null
}
export interface RunProgress {
  /** The part that is at work. */
  part: string | null
  parts: Record<string, PartProgress>
  /** Rows and bytes in a second, over the last minute. */
  rate: number
  bytesRate: number
  /** Of the part at work; null: nobody knows. */
  secondsLeft: number | null
}

const MINUTE = 60_000

/** `now` in milliseconds of a clock that only goes on. */
export function makeProgress(now: () => number = () => performance.now()) {
  const parts: Record<string, PartProgress> = {}
  let part: string | null = null
  let seen: { at: number; rows: number; bytes: number }[] = []
  return {
    add(done: { part: string; rows: number; bytes?: number; of?: number }): void {
      if (done.part !== part) seen = []
      part = done.part
      parts[done.part] = { rows: done.rows, bytes: done.bytes ?? 0, of: done.of ?? null }
      const at = now()
      seen = [...seen.filter((one) => at - one.at <= MINUTE), { at, rows: done.rows, bytes: done.bytes ?? 0 }]
    },
    read(): RunProgress {
      const [first, last] = [seen[0], seen.at(-1)]
      const seconds = first && last ? (last.at - first.at) / 1000 : 0
      const rate = seconds > 0 ? (last!.rows - first!.rows) / seconds : 0
      const of = part === null ? null : parts[part]!.of
      return {
        part,
        parts: structuredClone(parts),
        rate: Math.round(rate * 10) / 10,
        bytesRate: seconds > 0 ? Math.round((last!.bytes - first!.bytes) / seconds) : 0,
        secondsLeft: of === null || rate <= 0 ? null : Math.max(0, Math.round((of - last!.rows) / rate)),
      }
    },
  }
}
