/** Owns asking plugins of the things of theirs that tickets are linked with: what somebody means, how each is called, who may see it. */
import { z } from 'zod'
import type { Id, Language } from '../database/schema.ts'
import { sayText } from '../i18n/texts.ts'
import type { AnyPlugin } from '../run/load-plugins.ts'
import type { PersonActor } from '../kernel/actor.ts'
import type { Activation } from '../kernel/activation.ts'
import type { Here } from '../kernel/contract.ts'
import type { Gate } from '../kernel/gate.ts'
import type { Setting } from '../kernel/settings/settings.ts'

/** Who looks, and where. */
export interface LinkReader {
  /** Nothing is shown or found that this person may not see. */
  actor: PersonActor
  unitId: Id
  language: Language
}

/** A kind of things that can be linked. Its name stands in each link for good: 'faq'. */
export interface LinkKind<S extends Record<string, Setting> = Record<string, Setting>> {
  /** Text key: what one of them is called. */
  label: string
  /** The id of the one that somebody means by what they typed, its address for example. */
  meant(typed: string, reader: LinkReader, here: Here<S>): Promise<string | undefined>
  /** Title and address by id; those that this person may not see, or that are gone, are left out. */
  show(ids: readonly string[], reader: LinkReader, here: Here<S>): Promise<ReadonlyMap<string, { title: string; url: string }>>
}

export interface ShownThing {
  kind: string
  id: string
  title: string
  url: string
  /** What a thing of its kind is called. */
  label: string
}

export interface LinkKinds {
  /** Of these things those that the reader may see, in the same order. */
  show(things: readonly { kind: string; id: string }[], reader: LinkReader): Promise<ShownThing[]>
  /** The thing that is meant by what was typed; the first plugin that knows it says so. */
  meant(typed: string, reader: LinkReader): Promise<{ kind: string; id: string } | undefined>
}

const shown = z.map(z.string(), z.object({ title: z.string().min(1), url: z.string().regex(/^(\/(?!\/)|https:\/\/)/) }))

/** A plugin that is off where the reader is, or fails, knows nothing. */
export function makeLinkKinds(room: {
  plugins: readonly AnyPlugin[]
  gate: Gate
  activation: Activation
  here(plugin: AnyPlugin, unitId: Id): Here
}): LinkKinds {
  const kinds = room.plugins.flatMap((plugin) =>
    Object.entries(plugin.linkKinds ?? {}).map(([name, kind]) => ({ plugin, name, kind: kind as LinkKind })),
  )
  const ask = async <T>(one: (typeof kinds)[number], { unitId }: LinkReader, run: (here: Here) => Promise<T>): Promise<T | undefined> => {
    if (!(await room.activation.active(one.plugin.name, unitId))) return undefined
    const call = { plugin: one.plugin.name, kind: 'search' as const, name: one.name, unitId }
    return room.gate.call(call, () => run(room.here(one.plugin, unitId))).catch(() => undefined)
  }
  return {
    async show(things, reader) {
      const found = await Promise.all(
        kinds.map(async (one) => {
          const ids = things.filter(({ kind }) => kind === one.name).map(({ id }) => id)
          if (ids.length === 0) return []
          const answer = await ask(one, reader, async (here) => shown.parse(await one.kind.show(ids, reader, here)))
          const label = sayText(one.plugin.texts, reader.language, one.kind.label) ?? one.kind.label
          return [...(answer ?? [])].map(([id, { title, url }]) => ({ kind: one.name, id, title, url, label }))
        }),
      )
      const all = found.flat()
      return things.flatMap(({ kind, id }) => all.find((one) => one.kind === kind && one.id === id) ?? [])
    },
    async meant(typed, reader) {
      for (const one of kinds) {
        const id = await ask(one, reader, async (here) =>
          z
            .string()
            .max(100)
            .optional()
            .parse(await one.kind.meant(typed, reader, here)),
        )
        if (id !== undefined) return { kind: one.name, id }
      }
      return undefined
    },
  }
}
