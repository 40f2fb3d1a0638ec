/** Owns the list of the commands: what the command line takes, without running any of it. */
import { Command } from 'commander'
import { backupCommands } from './backup.ts'
import { configFaults } from './check-config.ts'
import { dkimCommand } from './dkim.ts'
import { doctorCommand } from './doctor.ts'
import { beginAnewCommand } from './begin-anew.ts'
import { jobsCommand } from './jobs.ts'
import { mailCommands } from './mail.ts'
import { migrateCommand } from './migrate.ts'
import { factCommands } from './facts.ts'
import { bindsPorts, workAsUser } from './as-user.ts'
import { personCommand } from './persons/person.ts'
import { pluginCommands } from './plugins.ts'
import { userCommands } from './persons/user.ts'
import { loadConfig, wordsOf } from '../machine/config.ts'
import { makeLog } from '../machine/log.ts'
import { boot } from '../run/main.ts'
import { demandAccount, dropPrivileges } from '../machine/privileges.ts'
import { ROLES, sayRoles } from '../machine/roles.ts'
import { runUntilSignal } from '../run/run.ts'
import { version } from '../machine/project.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)

/** The program with all commands of its own; those of plugins are added by `addOwnCommands`. */
export function makeProgram(): Command {
  const program = new Command('pomoc').description('A help desk: mail in, tickets, answers out.').version(version)

  program.hook('preAction', (_program, command) => workAsUser(command))

  const start = program
    .command('start', { isDefault: true })
    .description('serve web pages and mail until stopped (Ctrl-C)')
    .option(
      '--only <roles>',
      `only some of it, where several processes share one database: ${ROLES.join(', ')}; repeat it, or divide by commas`,
      (words: string, before: string[] = []) => [...before, ...wordsOf(words)],
    )
    .action(async (options: { only?: string[] }) => {
      const config = await loadConfig({ options })
      demandAccount()
      const log = makeLog(config.logLevel)
      await runUntilSignal(log, async () => {
        const running = await boot({ config, log, whenBound: dropPrivileges })
        say(['pomoc is ready.', ...running.notices].join('\n  '))
        return running
      })
    })

  bindsPorts.add(start)

  program
    .command('check-config')
    .description('check the configuration without starting anything')
    .action(async () => {
      const { config, faults } = await configFaults()
      if (!config || faults.length > 0) {
        for (const fault of faults) process.stderr.write(`${fault}\n`)
        process.exitCode = 1
        return
      }
      say('The configuration is right.')
      if (config.only.length < ROLES.length) say(`  only      ${sayRoles(config.only)}`)
      say(
        `  web       ${config.http.host}:${config.http.port}, reached as ${config.baseUrl ?? `http://${config.http.host}:${config.http.port}`}`,
      )
      say(`  mail in   ${config.smtp.host}:${config.smtp.port}, for ${config.mailAddress}`)
      say('            whether that address leads to a queue stands in the database: “npm run pomoc -- doctor” looks')
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
  beginAnewCommand(program)
  personCommand(program)
  userCommands(program)
  mailCommands(program)

  pluginCommands(program)
  factCommands(program)
  return program
}
