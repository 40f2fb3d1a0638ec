/** Owns turning kept rules – notifications, ACLs, jobs – into rules of the plugins that can read them, each once, off until somebody has looked. */
import { reasonOf, Refusal, system, type ForeignNames, type ForeignRule, type Host } from '../../core/index.ts'
import { sayRefusal } from '../../core/pages.ts'
import { loadIds } from './master/ids.store.ts'
import type { MappedKind } from './room.ts'
import { findNames, keptRules, noteBecame, type Became } from './rules.store.ts'

export type Turned = Became & { kind: string; sourceId: string; name: string }

/** Every kept rule that no plugin has read yet and one of those that are loaded can: one transaction each, so that one that fails costs no other. */
export async function turnIntoRules(host: Host): Promise<Turned[]> {
  const readers = host.plugins.flatMap(({ name, rulesFrom = {} }) =>
    Object.entries(rulesFrom).map(([kind, read]) => ({ kind, plugin: name, read })),
  )
  const names = await namesOf(host)
  const turned: Turned[] = []
  for (const { kind, sourceId, name, content } of await keptRules(
    host.db,
    readers.map((one) => one.kind),
  )) {
    const { plugin, read } = readers.find((one) => one.kind === kind)!
    const kept = { kind, sourceId, name }
    try {
      turned.push(
        await host.work(system('otrs-import'), async (work) => {
          const became = { plugin, ...(await read(work, { name, rows: content as ForeignRule['rows'] }, names)) }
          await noteBecame(work.db, kept, became)
          return { ...kept, ...became }
        }),
      )
    } catch (error) {
      const why = error instanceof Refusal ? sayRefusal(error, host.config.languages[0]!) : reasonOf(error)
      const became = { plugin, id: null, lost: [{ what: name, why }], failed: true as const }
      await noteBecame(host.db, kept, became)
      turned.push({ ...kept, ...became })
    }
  }
  return turned
}

async function namesOf(host: Host): Promise<ForeignNames> {
  const [ids, byName] = [await loadIds(host.db), await findNames(host.db)]
  return {
    byId: (kind, id) => ids.of(kind as MappedKind, id),
    byName: (kind, name) => byName.get(`${kind} ${name}`),
  }
}
