/** Owns the commands about plugins: what is loaded and where it is on, a new one, its tests, switching, faults, resuming. */
import type { Command } from 'commander'
import type { Id } from '../database/schema.ts'
import { Refusal } from '../errors.ts'
import { setActivation } from '../administration/plugin-admin.ts'
import { resumePlugin } from '../administration/plugin-admin.ts'
import { listFaults, listSuspensions } from '../kernel/faults.ts'
import type { Kernel } from '../run/host.ts'
import { system } from '../kernel/actor.ts'
import { ROOT_UNIT } from '../unit/tree.ts'
import { newPlugin } from './new-plugin.ts'
import { describePlugins } from './plugin-list.ts'
import { testPlugin } from './test-plugin.ts'
import { fail, say } from './open.ts'
import { withProgram } from './with-program.ts'

export function pluginCommands(program: Command): void {
  const plugins = program
    .command('plugins')
    .description('what is loaded, its order at every place, and where it is on')
    .action(() =>
      withProgram(async ({ kernel }) => {
        for (const line of await describePlugins(kernel)) say(line)
      }),
    )

  plugins
    .command('new <name>')
    .description('write a new plugin with its test, in a folder of its own')
    .option('--dir <folder>', 'where to put it; otherwise a folder of its name, here')
    .action(async (name: string, options: { dir?: string }) => {
      for (const line of await newPlugin(name, options.dir)) say(line)
    })

  plugins
    .command('test [folder]')
    .description('run the tests of a plugin, on a pomoc of their own')
    .action(async (folder: string = '.') => {
      process.exitCode = await testPlugin(folder)
    })

  for (const [word, active] of [
    ['on', true],
    ['off', false],
    ['inherit', null],
  ] as const) {
    plugins
      .command(`${word} <name>`)
      .description(active === null ? 'let a unit follow the unit above it' : `switch a plugin ${word} in a unit and those below it`)
      .option('--unit <slug>', 'the unit; otherwise the whole installation')
      .action((name: string, options: { unit?: string }) =>
        withProgram(async ({ kernel }) => {
          const plugin =
            kernel.host.registry.find(name) ?? fail(`There is no plugin “${name}”: “npm run pomoc -- plugins” lists those that are loaded.`)
          if (plugin.scope === 'installation')
            fail(`Plugin “${name}” belongs to the whole installation and is always on: take it out of “plugins” in config/local.ts.`)
          const unitId = (await unitBySlug(kernel, options.unit)) ?? ROOT_UNIT
          await kernel.host.work(system('command line'), (work) => setActivation(work, name, unitId, active))
          const { name: unit } = await kernel.host.db.selectFrom('unit').select('name').where('id', '=', unitId).executeTakeFirstOrThrow()
          say(
            active === null
              ? `${name} is in ${unit} as in the unit above it.`
              : `${name} is ${word} in ${unit}, and below it where nobody said otherwise.`,
          )
        }),
      )
  }

  plugins
    .command('faults [name]')
    .description('what went wrong in plugins, the latest first')
    .action((name?: string) =>
      withProgram(async ({ kernel }) => {
        const faults = await listFaults(kernel.host.db, name === undefined ? {} : { plugin: name })
        for (const fault of faults) {
          say(
            `${stamp(fault.lastAt)}  ${fault.plugin}, ${fault.kind} ${fault.name}, ${fault.unitName ?? 'outside of units'}: ${fault.error} (${fault.times}×)`,
          )
        }
        for (const { plugin, unitName, since } of await listSuspensions(kernel.host.db)) {
          if (name === undefined || name === plugin)
            say(`${stamp(since)}  ${plugin} is suspended in ${unitName ?? 'whatever belongs to no unit'}`)
        }
        if (faults.length === 0) say('No plugin has failed.')
      }),
    )

  plugins
    .command('resume <name>')
    .description('end the suspension of a plugin')
    .option('--unit <slug>', 'only in this unit; otherwise wherever it is suspended')
    .option('--missed', 'and tell it what happened since its first fault', false)
    .action((name: string, options: { unit?: string; missed: boolean }) =>
      withProgram(async ({ kernel }) => {
        const only = options.unit === undefined ? undefined : await unitBySlug(kernel, options.unit)
        const where = (await listSuspensions(kernel.host.db)).filter(
          (one) => one.plugin === name && (only === undefined || one.unitId === only),
        )
        if (where.length === 0)
          fail(
            `Plugin “${name}” is not suspended ${only === undefined ? 'anywhere' : 'there'}: “npm run pomoc -- plugins faults” lists suspensions.`,
          )
        for (const { unitId, unitName } of where) {
          await kernel.host.work(system('command line'), (work) => resumePlugin(work, name, unitId, { missed: options.missed })).catch(gone)
          say(`${name} goes on in ${unitName ?? 'whatever belongs to no unit'}.`)
        }
      }),
    )
}

/** Somebody else was faster. */
function gone(error: unknown): void {
  if (!(error instanceof Refusal)) throw error
}

const stamp = (date: Date): string => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`

async function unitBySlug({ host }: Kernel, slug: string | undefined): Promise<Id | undefined> {
  if (slug === undefined) return undefined
  const unit = await host.db.selectFrom('unit').select('id').where('slug', '=', slug).executeTakeFirst()
  return unit?.id ?? fail(`There is no unit “${slug}”: write its short name, as in the addresses of its pages.`)
}
