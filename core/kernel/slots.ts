/** Owns named places in pages: who fills them, in which order, and that one faulty filling harms no page. */
import { html, raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { Id } from '../database/schema.ts'
import { ROOT_UNIT } from '../unit/tree.ts'
import type { Activation } from './activation.ts'
import type { Here, PageContext } from './contract.ts'
import type { Gate } from './gate.ts'
import type { AnyPlugin } from '../run/load-plugins.ts'
import type { PlaceName, Places } from './places.ts'
import type { Setting } from './settings/settings.ts'

/** What a plugin shows in a place, and after which others: 0 is first. */
export interface SlotFill<S extends Record<string, Setting> = Record<string, Setting>, Props = unknown> {
  order: number
  /** For list places: called once with the rows before they are rendered; the result is handed to `render` as `loaded`. */
  load?(rows: readonly Props[], c: PageContext, here: Here<S>): Promise<unknown>
  render(props: Props, c: PageContext, here: Here<S>, loaded?: unknown): Child | Promise<Child>
}
/** A plugin's fillings by place, each handed what its place hands over. */
export type SlotFills<S extends Record<string, Setting> = Record<string, Setting>> = { [P in PlaceName]?: SlotFill<S, Places[P]> }
export type Fills = ReadonlyMap<string, readonly { plugin: AnyPlugin; fill: SlotFill }[]>

export interface Slots {
  /**
   * Everything that fills a place, in order, of plugins that are on where the page belongs: in `unitId` or the unit of
   * `ticket` among the props, else the page's, else the reader's. A filling that fails is left out.
   */
  fill<P extends PlaceName>(place: P, props: Places[P], c: PageContext): Promise<Child[]>
  /** For rows: one load per filling for the whole list, then a renderer for each row. Each row has its own unit. */
  fillRows<P extends PlaceName>(place: P, rows: readonly Places[P][], c: PageContext): Promise<(row: Places[P]) => Promise<Child[]>>
}

export function makeSlots(fills: Fills, gate: Gate, activation: Activation, hereOf: (plugin: AnyPlugin, unitId: Id) => Here): Slots {
  const call = (plugin: AnyPlugin, name: string, unitId: Id) => ({ plugin: plugin.name, kind: 'slot' as const, name, unitId })
  const rendered = async (
    plugin: AnyPlugin,
    place: string,
    unitId: Id,
    render: (here: Here) => Child | Promise<Child>,
  ): Promise<Child[]> => {
    try {
      const text = await gate.call(call(plugin, place, unitId), async () => markup(await render(hereOf(plugin, unitId))))
      return text === '' ? [] : [raw(text) as unknown as Child]
    } catch {
      return [] // Told by the gate; the page goes on without it.
    }
  }
  // The way to its central pages is there before a plugin is switched on: see `mount.ts`.
  const shows = async (place: string, plugin: AnyPlugin, unitId: Id) =>
    (await activation.active(plugin.name, unitId)) || (place === 'admin.rail' && !(await activation.suspended(plugin.name, unitId)))
  return {
    async fill(place, props, c) {
      const unitId = unitOf(props, c)
      const parts = await Promise.all(
        (fills.get(place) ?? []).map(async ({ plugin, fill }) =>
          (await shows(place, plugin, unitId)) ? rendered(plugin, place, unitId, (here) => fill.render(props, c, here)) : [],
        ),
      )
      return parts.flat()
    },
    async fillRows(place, rows, c) {
      const loaded = await Promise.all(
        (fills.get(place) ?? []).map(async ({ plugin, fill }) => {
          const units = new Set<Id>()
          for (const unitId of new Set(rows.map((row) => unitOf(row, c))))
            if (await activation.active(plugin.name, unitId)) units.add(unitId)
          const [first] = units
          if (first === undefined || !fill.load) return { plugin, fill, units, data: undefined }
          try {
            const own = rows.filter((row) => units.has(unitOf(row, c)))
            const data = await gate.call(call(plugin, `${place}, load`, first), () => fill.load!(own, c, hereOf(plugin, first)))
            return { plugin, fill, units, data }
          } catch {
            return { plugin, fill, units: new Set<Id>(), data: undefined }
          }
        }),
      )
      return async (row) => {
        const unitId = unitOf(row, c)
        const parts = await Promise.all(
          loaded.map(({ plugin, fill, units, data }) =>
            units.has(unitId) ? rendered(plugin, place, unitId, (here) => fill.render(row, c, here, data)) : [],
          ),
        )
        return parts.flat()
      }
    },
  }
}

/** Where no unit is known the installation's is meant. */
function unitOf(props: object, c: PageContext): Id {
  const { unitId, ticket } = props as { unitId?: unknown; ticket?: { unitId?: unknown } | null }
  const known = [unitId, ticket?.unitId, c.get('unitId'), c.get('actor')?.unitId]
  return (known.find((id) => typeof id === 'string') as Id | undefined) ?? ROOT_UNIT
}

/** Made into text here: a component that throws does so only when it is rendered, and then it would break the whole page. */
async function markup(child: Child): Promise<string> {
  demandChild(child)
  return String(await html`${child}`)
}

function demandChild(child: unknown): void {
  if (Array.isArray(child)) return child.forEach(demandChild)
  const given = typeof child
  if (given === 'object' && child !== null) {
    const { isEscaped, then } = child as { isEscaped?: unknown; then?: unknown }
    if (isEscaped === true || typeof then === 'function') return
  } else if (given !== 'function' && given !== 'symbol') return
  throw new Error(`a filling is text or JSX, not ${given === 'object' ? Object.prototype.toString.call(child) : `a ${given}`}`)
}
