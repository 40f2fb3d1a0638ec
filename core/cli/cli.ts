/** Owns the command line: its commands, the program's signals, and how faults are told. */
import { Command } from 'commander'
import { BootError } from '../machine/boot-error.ts'
import { backupCommands } from './backup.ts'
import { dkimCommand } from './dkim.ts'
import { doctorCommand } from './doctor.ts'
import { jobsCommand } from './jobs.ts'
import { mailCommands } from './mail.ts'
import { migrateCommand } from './migrate.ts'
import { factCommands } from './facts.ts'
import { addOwnCommands } from './own-commands.ts'
import { personCommand } from './person.ts'
import { pluginCommands } from './plugins.ts'
import { loadConfig, wordsOf } from '../machine/config.ts'
import { makeLog } from '../machine/log.ts'
import { loadPlugins } from '../run/load-plugins.ts'
import { boot } from '../run/main.ts'
import { findPlugin } from '../run/plugins.ts'
import { dropPrivileges } from '../machine/privileges.ts'
import { ROLES, sayRoles } from '../machine/roles.ts'
import { runUntilSignal } from '../run/run.ts'
import { version } from '../machine/project.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)

const program = new Command('pomoc').description('A help desk: mail in, tickets, answers out.').version(version)

program
  .command('start', { isDefault: true })
  .description('serve web pages and mail until stopped (Ctrl-C)')
  .option(
    '--only <roles>',
    `only some of it, where several processes share one database: ${ROLES.join(', ')}; repeat it, or divide by commas`,
    (words: string, before: string[] = []) => [...before, ...wordsOf(words)],
  )
  .action(async (options: { only?: string[] }) => {
    const config = await loadConfig({ options })
    const log = makeLog(config.logLevel)
    await runUntilSignal(log, async () => {
      const running = await boot({ config, log, whenBound: dropPrivileges })
      say(['pomoc is ready.', ...running.notices].join('\n  '))
      return running
    })
  })

program
  .command('check-config')
  .description('check the configuration without starting anything')
  .action(async () => {
    const config = await loadConfig()
    for (const plugin of await loadPlugins(config.plugins, (name) => findPlugin(name, config.dir))) plugin.checkOptions?.(config)
    say('The configuration is right.')
    if (config.only.length < ROLES.length) say(`  only      ${sayRoles(config.only)}`)
    say(
      `  web       ${config.http.host}:${config.http.port}, reached as ${config.baseUrl ?? `http://${config.http.host}:${config.http.port}`}`,
    )
    say(`  mail in   ${config.smtp.host}:${config.smtp.port}, for ${config.mailAddress}`)
    say(
      `  mail out  ${config.smarthostUrl ? `through ${new URL(config.smarthostUrl).host}` : 'waits in the outbox, since smarthostUrl is unset'}`,
    )
    say(`  database  ${config.databaseUrl ? 'the server in databaseUrl' : `its own, in ${config.dataDir}`}`)
    say(`  plugins   ${config.plugins.join(', ')}`)
  })

migrateCommand(program)
backupCommands(program)
doctorCommand(program)
dkimCommand(program)
jobsCommand(program)
personCommand(program)
mailCommands(program)

pluginCommands(program)
factCommands(program)

// A reader that goes away (npm start | head) must not end the program.
process.stdout.on('error', () => {})

try {
  await addOwnCommands(program, process.argv.slice(2))
  await program.parseAsync()
} catch (error) {
  process.stderr.write(error instanceof BootError ? `${error.message}\n` : `${error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
}
