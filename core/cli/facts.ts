/** Owns the command about facts: telling a plugin again what happened. What could not be told is among the jobs given up. */
import type { Command } from 'commander'
import { BootError } from '../machine/boot-error.ts'
import { replayFacts } from '../administration/replay.ts'
import { system } from '../kernel/actor.ts'
import { fail, say } from './open.ts'
import { withProgram } from './with-program.ts'

export function factCommands(program: Command): void {
  const facts = program.command('facts').description('what happened, and who is told of it')

  facts
    .command('replay')
    .description('tell one plugin again what happened from a moment on')
    .requiredOption('--to <plugin>', 'who is told')
    .requiredOption('--from <time>', 'such as 2026-11-17 or 2026-11-17T08:00+01:00', time)
    .option('--until <time>', 'up to this moment', time)
    .action((options: { to: string; from: Date; until?: Date }) =>
      withProgram(async ({ kernel: { host } }) => {
        if (!host.registry.find(options.to))
          fail(`There is no plugin “${options.to}”: “npm run pomoc -- plugins” lists those that are loaded.`)
        const names = host.registry.factsOf(options.to)
        if (names.length === 0) fail(`Plugin “${options.to}” listens to no facts.`)
        const count = await host.work(system('command line'), (work) => replayFacts(work, { ...options, names }))
        say(`${options.to} is told of ${count} facts again, as far as it is on in their units.`)
      }),
    )
}

function time(text: string): Date {
  const date = new Date(text)
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(date.getTime())) return date
  throw new BootError(`“${text}” is no time: write it as 2026-11-17 or 2026-11-17T08:00+01:00.`)
}
