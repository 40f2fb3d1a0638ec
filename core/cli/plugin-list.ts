/** Owns the text of "npm run pomoc -- plugins": what is loaded, where each is on, and the order at every place. */
import type { Kernel } from '../run/host.ts'
import { listSuspensions } from '../kernel/faults.ts'
import type { PluginInfo } from '../run/registry.ts'

export async function describePlugins({ host }: Kernel): Promise<string[]> {
  const { registry } = host
  const places = registry.places()
  const filled = places.filter(({ filledBy }) => filledBy.length > 0)
  const empty = places.filter(({ filledBy }) => filledBy.length === 0)
  return [
    'Plugins, in the order in which they are asked',
    '',
    ...(await Promise.all(registry.list().map((plugin) => describe(host, plugin)))).flat(),
    'Places in pages, and who fills them',
    '',
    ...filled.map(({ name, filledBy }) => `  ${name}: ${filledBy.map(({ plugin, order }) => `${plugin} (${order})`).join(', ')}`),
    ...(empty.length > 0 ? [`  empty: ${empty.map(({ name }) => name).join(', ')}`] : []),
    '',
    'Steps a mail goes through',
    '',
    `  ${registry
      .mailSteps()
      .map(({ name }) => name)
      .join(' → ')}`,
    '',
    'Guards of acts',
    '',
    ...registry.guards().map(({ name, plugins }) => `  ${name}: ${plugins.length > 0 ? plugins.join(', ') : '–'}`),
  ]
}

async function describe(host: Kernel['host'], plugin: PluginInfo): Promise<string[]> {
  const brings = Object.entries({
    pages: plugin.routes.length,
    'routes for programs': plugin.api.length,
    settings: plugin.settings.length,
    guards: plugin.guards.length,
    'mail checks': plugin.mailChecks.length,
    facts: plugin.facts.length,
    jobs: plugin.jobs.length,
    searches: plugin.search.length,
    commands: plugin.commands.length,
  })
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`)
  return [
    `  ${plugin.name}${plugin.needs.length > 0 ? `, needs ${plugin.needs.join(', ')}` : ''}`,
    `    ${await where(host, plugin)}`,
    ...(brings.length > 0 ? [`    ${brings.join(', ')}`] : []),
    ...plugin.commands.map(
      ({ name, arguments: takes, summary }) => `    npm run pomoc -- ${[plugin.name, name, takes].filter(Boolean).join(' ')} – ${summary}`,
    ),
    '',
  ]
}

async function where({ db, registry }: Kernel['host'], { name, scope }: PluginInfo): Promise<string> {
  const suspended = (await listSuspensions(db))
    .filter((one) => one.plugin === name)
    .map(({ unitName }) => unitName ?? 'whatever belongs to no unit')
  const but = suspended.length > 0 ? `; suspended in ${suspended.join(', ')}` : ''
  if (scope === 'installation') return `on everywhere${but}`
  const on = new Set(await registry.unitsOf(name))
  const units = await db.selectFrom('unit').select(['id', 'parent_id', 'name']).orderBy('id').execute()
  // A unit is named where its answer differs from the one above it.
  const differs = units.filter(({ id, parent_id }) => on.has(id) !== (parent_id !== null && on.has(parent_id)))
  if (on.size === 0) return `off everywhere${but}`
  if (on.size === units.length) return `on in every unit${but}`
  const say = (wanted: boolean) =>
    differs
      .filter(({ id }) => on.has(id) === wanted)
      .map((unit) => unit.name)
      .join(', ')
  return `on in ${say(true)} and below${say(false) ? `, but not in ${say(false)}` : ''}${but}`
}
