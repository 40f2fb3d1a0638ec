/** Owns asking every source of a search at once, so that none which fails or dawdles keeps the others back. */
import { z } from 'zod'
import type { Id, Language } from '../database/schema.ts'
import { sayText } from '../i18n/texts.ts'
import type { PersonActor } from './actor.ts'
import type { Activation } from './activation.ts'
import type { Here } from './contract.ts'
import type { Gate } from './gate.ts'
import type { AnyPlugin } from '../run/load-plugins.ts'
import type { Setting } from './settings/settings.ts'

export interface Search {
  text: string
  /** Who asks: the source shows nothing that this person may not see. Undefined: somebody who is not logged in. */
  actor: PersonActor | undefined
  unitId: Id
  language: Language
  /** From each source. */
  limit: number
}

export interface Found {
  title: string
  url: string
  note?: string | undefined
  at?: Date | undefined
}

export interface SearchSource<S extends Record<string, Setting> = Record<string, Setting>> {
  /** Text key of the heading over what it found. */
  label: string
  find(search: Search, here: Here<S>): Promise<Found[]>
}

export interface SearchResult {
  plugin: string
  source: string
  label: string
  found: Found[]
  failed: boolean
}
export type SearchAll = (search: Search) => Promise<SearchResult[]>

const answer = z.array(
  z.object({
    title: z.string().min(1),
    url: z.string().regex(/^(\/(?!\/)|https:\/\/)/),
    note: z.string().optional(),
    at: z.date().optional(),
  }),
)

export function makeSearch(room: {
  plugins: readonly AnyPlugin[]
  gate: Gate
  activation: Activation
  here(plugin: AnyPlugin, unitId: Id): Here
}): SearchAll {
  return async (search) => {
    const sources = room.plugins.flatMap((plugin) =>
      Object.entries(plugin.search ?? {}).map(([name, source]) => ({ plugin, name, source: source as SearchSource })),
    )
    const results = await Promise.all(
      sources.map(async ({ plugin, name, source }): Promise<SearchResult | undefined> => {
        if (!(await room.activation.active(plugin.name, search.unitId))) return undefined
        const found = await room.gate
          .call({ plugin: plugin.name, kind: 'search', name, unitId: search.unitId }, async () =>
            answer.parse(await source.find({ ...search }, room.here(plugin, search.unitId))).slice(0, search.limit),
          )
          .catch(() => undefined)
        return {
          plugin: plugin.name,
          source: name,
          label: sayText(plugin.texts, search.language, source.label) ?? source.label,
          found: found ?? [],
          failed: !found,
        }
      }),
    )
    return results.filter((result) => result !== undefined)
  }
}
