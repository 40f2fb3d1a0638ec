/** Owns the few connections that a source is read by: each is lent to one reader at a time. */

export interface Lane {
  /** Rows of a statement as they come; what is not asked for is not held. `large`: each may be many megabytes, so that few are fetched ahead. */
  stream(sql: string, values: readonly (string | number)[], large: boolean): AsyncIterable<Record<string, unknown>>
  all(sql: string, values?: readonly (string | number)[]): Promise<Record<string, unknown>[]>
  close(): Promise<void>
}

export interface Lanes {
  stream: Lane['stream']
  all: Lane['all']
  close(): Promise<void>
}

export function lanesOf(lanes: readonly Lane[]): Lanes {
  const free = [...lanes]
  const waiting: ((lane: Lane) => void)[] = []
  const take = (): Promise<Lane> | Lane => free.pop() ?? new Promise((resolve) => void waiting.push(resolve))
  const give = (lane: Lane) => {
    const next = waiting.shift()
    if (next) next(lane)
    else free.push(lane)
  }
  return {
    async *stream(sql, values, large) {
      const lane = await take()
      try {
        yield* lane.stream(sql, values, large)
      } finally {
        give(lane)
      }
    },
    async all(sql, values) {
      const lane = await take()
      try {
        return await lane.all(sql, values)
      } finally {
        give(lane)
      }
    },
    async close() {
      for (const lane of lanes) await lane.close()
    },
  }
}
