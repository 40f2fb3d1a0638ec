/** Owns named places in pages: who fills them, in which order, and that one faulty filling harms no page. */
import type { Logger } from 'pino'
import type { Child } from 'hono/jsx'
import type { PageContext } from './contract.ts'

// What is handed to a place is that place's affair; the place list in core/README.md says what.
export type SlotProps = Record<string, unknown>

export interface SlotFill {
  order: number
  /** For list places: called once with all rows before the rows are rendered; the result is handed to `render` as `loaded`. */
  load?(rows: readonly SlotProps[], c: PageContext): Promise<unknown>
  render(props: SlotProps, c: PageContext, loaded?: unknown): Child | Promise<Child>
}

export interface Slots {
  /** Everything that fills a place, in order. A filling that throws or takes over a second is left out and logged. */
  fill(place: string, props: SlotProps, c: PageContext): Promise<Child[]>
  /** For rows: one load per filling for the whole list, then a renderer for each row. */
  fillRows(place: string, rows: readonly SlotProps[], c: PageContext): Promise<(row: SlotProps) => Promise<Child[]>>
}

const PATIENCE_MS = 1000

export function makeSlots(fills: Map<string, { plugin: string; fill: SlotFill }[]>, log: Logger): Slots {
  const ordered = (place: string) => (fills.get(place) ?? []).toSorted((a, b) => a.fill.order - b.fill.order)
  const guarded = async <T>(plugin: string, place: string, run: () => T | Promise<T>): Promise<T | undefined> => {
    let timer: NodeJS.Timeout | undefined
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS} ms`)), PATIENCE_MS)
      })
      return await Promise.race([Promise.resolve().then(run), late])
    } catch (error) {
      log.error({ plugin, place, err: error }, 'a plugin failed to fill its place; the page goes on without it')
      return undefined
    } finally {
      clearTimeout(timer)
    }
  }
  return {
    async fill(place, props, c) {
      const parts = await Promise.all(ordered(place).map(({ plugin, fill }) => guarded(plugin, place, () => fill.render(props, c))))
      return parts.filter((part) => part !== undefined && part !== null) as Child[]
    },
    async fillRows(place, rows, c) {
      const loaded = await Promise.all(ordered(place).map(async ({ plugin, fill }) => ({
        plugin, fill, data: fill.load ? await guarded(plugin, place, () => fill.load!(rows, c)) : undefined,
      })))
      return async (row) => {
        const parts = await Promise.all(loaded.map(({ plugin, fill, data }) => guarded(plugin, place, () => fill.render(row, c, data))))
        return parts.filter((part) => part !== undefined && part !== null) as Child[]
      }
    },
  }
}
