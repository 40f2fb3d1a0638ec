/** Owns the running order of all mail steps: core's as they stand, a plugin's where it asked to be; made once, at start. */
import { BootError } from '../../machine/boot-error.ts'
import type { AnyPlugin } from '../../run/load-plugins.ts'
import type { MailStep } from './extensions.ts'
import { ORDER } from './order.ts'

const CORE_STEPS: readonly string[] = ORDER.map((step) => step.name)

/** A step of core by its name, or a plugin's: 'faq/suggest'. */
export type PlacedStep = { name: string; plugin: null } | { name: string; plugin: AnyPlugin; own: string; step: MailStep }

/**
 * Core's order never changes. A plugin's step comes right behind what it names in `after`, or right ahead of what it names in
 * `before`; several at one spot in the order in which they are loaded; one that names nothing comes last. Unknown names and
 * circles are refused with a sentence.
 */
export function orderSteps(plugins: readonly AnyPlugin[]): PlacedStep[] {
  const core: PlacedStep[] = CORE_STEPS.map((name) => ({ name, plugin: null }))
  const added: PlacedStep[] = plugins.flatMap((plugin) =>
    Object.entries(plugin.mailSteps ?? {}).map(([own, step]) => ({ name: `${plugin.name}/${own}`, plugin, own, step: step as MailStep })),
  )
  const all = [...core, ...added]
  const before = new Map<string, Set<string>>(all.map(({ name }) => [name, new Set()]))
  CORE_STEPS.forEach((name, i) => {
    if (i > 0) before.get(name)!.add(CORE_STEPS[i - 1]!)
  })
  for (const placed of added) {
    if (placed.plugin === null) continue
    const find = (wanted: string) => {
      if (before.has(wanted)) return wanted
      throw new BootError(
        `Plugin “${placed.plugin.name}” puts its mail step “${placed.own}” next to “${wanted}”, which there is not (${[...before.keys()].join(', ')}).`,
      )
    }
    const [after, ahead] = [list(placed.step.after), list(placed.step.before)]
    for (const name of after) before.get(placed.name)!.add(find(name))
    for (const name of ahead) before.get(find(name))!.add(placed.name)
    if (after.length > 0) continue
    const next = Math.min(...ahead.map((name) => CORE_STEPS.indexOf(name)).filter((i) => i !== -1))
    const behind = next === Infinity ? (ahead.length === 0 ? CORE_STEPS.at(-1) : undefined) : CORE_STEPS[next - 1]
    if (behind !== undefined) before.get(placed.name)!.add(behind)
  }
  const ordered: PlacedStep[] = []
  const left = [...added, ...core]
  while (left.length > 0) {
    const i = left.findIndex(({ name }) => [...before.get(name)!].every((earlier) => ordered.some((done) => done.name === earlier)))
    if (i === -1) {
      const stuck = left.filter(({ plugin }) => plugin !== null).map(({ name }) => name)
      throw new BootError(
        `The mail steps ${stuck.map((name) => `“${name}”`).join(', ')} wait for each other in a circle: correct their “after” and “before”.`,
      )
    }
    ordered.push(...left.splice(i, 1))
  }
  return ordered
}

const list = (names: string | readonly string[] | undefined): readonly string[] => (typeof names === 'string' ? [names] : (names ?? []))
