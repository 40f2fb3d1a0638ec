/** Owns the commands for the terminal: whether directories answer, one login step by step, the synchronisation. */
import { BootError, COMMAND_LINE_LANGUAGE, listRoles, type Host, type PluginCommand } from '../../core/index.ts'
import { readGroups } from './groups.ts'
import { openDirectories, closeDirectories } from './house.ts'
import { explainLogin } from './login.ts'
import { synchronise, type Report, type Told } from './sync.ts'
import { texts, type LdapKey } from './words.ts'

const say = texts.in(COMMAND_LINE_LANGUAGE)

export const commands: Record<string, PluginCommand> = {
  check: {
    summary: 'whether each directory answers, encrypted, and lets its people and groups be read',
    async run(_args, host, line) {
      await closing(host, async () => {
        let good = true
        for (const directory of openDirectories(host.config)) {
          for (const server of directory.servers) {
            const [one] = openDirectories({ ...host.config, pluginOptions: only(host, directory.name, server) })
            try {
              if (directory.service) {
                const people = await one!.connections.asService(async (client) => {
                  await readGroups(client, one!)
                  const pages = await Promise.all(
                    one!.people.base.map((base) =>
                      client.search(base, { filter: one!.people.filter, attributes: ['1.1'], sizeLimit: 1 }).catch((error: Error) => {
                        if (error.name === 'SizeLimitExceededError') return { searchEntries: [1] }
                        throw error
                      }),
                    ),
                  )
                  return pages.some(({ searchEntries }) => searchEntries.length > 0)
                })
                line(
                  `${people ? 'ok   ' : 'EMPTY'} ${directory.name} ${server}: ${people ? 'the service account reads people' + (one!.groups ? ' and groups' : '') : 'there is nobody below people.base that fits people.filter'}`,
                )
                good &&= people
              } else {
                await one!.connections.asNobody(async () => {})
                line(`ok    ${directory.name} ${server}: answers`)
              }
            } catch (error) {
              good = false
              line(`FAIL  ${directory.name} ${(error as Error).message}`)
            } finally {
              await one!.connections.close()
            }
          }
          const roles = new Set((await listRoles(host.db)).filter(({ valid }) => valid).map(({ name }) => name))
          for (const name of new Set(directory.rules.flatMap((rule) => rule.roles))) {
            if (roles.has(name)) continue
            good = false
            line(`FAIL  ${directory.name}: a rule gives the role “${name}”, which is not there`)
          }
        }
        if (!good) throw new BootError('Something is to be put right: see above.')
      })
    },
  },
  'test-login': {
    summary: 'each step of a login, without storing anything; the password is read from POMOC_TEST_PASSWORD, and not tried without it',
    arguments: '<login>',
    async run([login = ''], host, line) {
      await closing(host, async () => {
        for (const { directory, steps, person, change } of await explainLogin(host, login, process.env['POMOC_TEST_PASSWORD'])) {
          if (directory) line(`Directory ${directory}`)
          for (const { step, good, detail } of steps) line(`  ${good ? 'ok  ' : 'STOP'} ${say(`step.${step}`, { detail })}`)
          if (!person) continue
          line(`  name       ${person.name}`)
          line(`  addresses  ${person.addresses.join(', ') || '–'}`)
          line(`  unit       ${person.unit?.slug ?? '–'}`)
          line(`  agent      ${person.agent ? 'yes' : 'no'}`)
          line(`  roles      ${person.roles.join(', ') || '–'}`)
          line(`  groups     ${person.groups.join('; ') || '–'}`)
          for (const { problem, detail } of change?.problems ?? []) line(`  !          ${say(`problem.${problem}` as LdapKey, { detail })}`)
        }
      })
    },
  },
  sync: {
    summary: 'takes everybody in the directories over, as each night; --dry-run only tells, --allow-off N lets so many be switched off',
    arguments: '[options...]',
    async run(args, host, line) {
      const dry = args.includes('--dry-run')
      const at = args.indexOf('--allow-off')
      const allowOff = at >= 0 ? Number(args[at + 1]) : undefined
      const unknown = args.find((arg, i) => !['--dry-run', '--allow-off'].includes(arg) && i !== at + 1)
      if (unknown !== undefined || (allowOff !== undefined && !(Number.isInteger(allowOff) && allowOff >= 0))) {
        throw new BootError('Write: pomoc ldap-auth sync [--dry-run] [--allow-off N], with N a whole number.')
      }
      await closing(host, async () => {
        let failed = false
        for (const directory of openDirectories(host.config)) {
          const report = await synchronise(host, directory, { dry, ...(allowOff === undefined ? {} : { allowOff }) })
          sayReport(report, line)
          failed ||= report.error !== undefined || report.braked
        }
        if (failed) throw new BootError('Not everything could be done: see above.')
      })
    },
  },
}

function sayReport(report: Report, line: (text: string) => void): void {
  line(`Directory ${report.directory}${report.dry ? ' (dry run: nothing is stored)' : ''}`)
  if (report.error) return line(`  ${say('sync.failed', { error: report.error })}`)
  line(`  ${report.found} entries, ${report.same} unchanged`)
  const list = (title: string, told: readonly Told[]) => {
    line(`  ${title}: ${told.length}`)
    for (const { login, name, what } of told) line(`    ${[login, name].filter(Boolean).join(' ')}${what ? ` – ${what}` : ''}`)
  }
  for (const name of ['comes', 'changes', 'returns'] as const) list(say(`sync.${name}`), report[name])
  list(say(report.dry || report.braked ? 'sync.off.would' : 'sync.off'), report.off)
  for (const name of ['clashes', 'problems'] as const) if (report[name].length > 0) list(say(`sync.${name}`), report[name])
  if (report.braked) line(`  ${say('sync.braked', { count: report.off.length })}`)
}

/** The options of one directory with one of its servers. */
function only(host: Host, name: string, server: string): Host['config']['pluginOptions'] {
  const { directories } = host.config.pluginOptions['ldap-auth'] as { directories: { name: string }[] }
  return { 'ldap-auth': { directories: directories.filter((one) => one.name === name).map((one) => ({ ...one, servers: [server] })) } }
}

/** A command ends: nothing may keep its process. */
async function closing(host: Host, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } finally {
    await closeDirectories(host.config)
  }
}
