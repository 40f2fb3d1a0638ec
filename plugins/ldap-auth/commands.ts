/** Owns the commands for the terminal: whether directories answer, one login step by step, the synchronisation, tying an account. */
import {
  BootError,
  COMMAND_LINE_LANGUAGE,
  compareDirectoryPersons,
  findPersonByLogin,
  system,
  takeDirectoryPersons,
  type Host,
  type PluginCommand,
} from '../../core/index.ts'
import { checkDirectory, type Checked } from './check.ts'
import { sayFaults } from './faults.ts'
import { openDirectories, closeDirectories } from './house.ts'
import { explainLogin } from './login.ts'
import { synchronise, type Report, type Told } from './sync.ts'
import { sayWhat, texts, type LdapKey } from './words.ts'

const say = texts.in(COMMAND_LINE_LANGUAGE)
const MARKS: Record<Checked['verdict'], string> = { ok: 'ok   ', warn: 'warn ', bad: 'FAIL ' }

export const commands: Record<string, PluginCommand> = {
  check: {
    summary: 'whether each directory answers, encrypted, shows everybody, and has the groups that rules name; changes nothing',
    async run(_args, host, line) {
      await closing(host, async () => {
        let good = true
        for (const directory of openDirectories(host.config)) {
          for (const { verdict, server, say: what } of await checkDirectory(host, directory)) {
            good &&= verdict !== 'bad'
            const words = Array.isArray(what) ? sayFaults(say, what) : say(`check.${what.key}`, what.params)
            line(`${MARKS[verdict]} ${[directory.name, server].filter(Boolean).join(' ')}: ${words}`)
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
          for (const { step, good, detail, faults } of steps)
            line(
              `  ${good ? 'ok  ' : 'STOP'} ${say(`step.${step}`, { detail: faults ? sayFaults(say, faults) : detail || (step === 'groups' ? say('test.none') : '') })}`,
            )
          if (!person) continue
          line(`  name       ${person.name}`)
          line(`  addresses  ${person.addresses.join(', ') || '–'}`)
          line(`  unit       ${person.unit?.slug ?? '–'}`)
          line(`  agent      ${person.agent ? 'yes' : 'no'}`)
          line(`  roles      ${person.roles.join(', ') || '–'}`)
          line(`  groups     ${person.groups.join('; ') || '–'}`)
          if (change?.kind === 'elsewhere') line(`  =          ${say('test.elsewhere')}`)
          for (const { field, before, after } of change?.what ?? [])
            if (field === 'taken_over') line(`  !          ${say('test.taken-over', { before, after })}`)
          for (const { problem, detail } of change?.problems ?? []) line(`  !          ${say(`problem.${problem}` as LdapKey, { detail })}`)
        }
      })
    },
  },
  sync: {
    summary:
      'takes everybody in the directories over, as each night; --dry-run only tells, --allow-off N lets so many be switched off, --allow-rights N lets so many lose hats and roles',
    arguments: '[options...]',
    async run(args, host, line) {
      const { dry, allowOff, allowRights } = readSync(args)
      await closing(host, async () => {
        let failed = false
        for (const directory of openDirectories(host.config)) {
          const report = await synchronise(host, directory, {
            dry,
            ...(allowOff === undefined ? {} : { allowOff }),
            ...(allowRights === undefined ? {} : { allowRights }),
          })
          sayReport(report, line)
          failed ||= report.faults !== undefined || report.braked || report.rights.braked
        }
        if (failed) throw new BootError('Not everything could be done: see above.')
      })
    },
  },
  tie: {
    summary: 'lets the directory have an account that was made by hand, under the same login; it keeps its tickets and rights',
    arguments: '<login>',
    async run([login = ''], host, line) {
      await closing(host, async () => {
        const local = await findPersonByLogin(host.db, login)
        if (!local) throw new BootError(`There is no person with the login “${login}”.`)
        const { person } = (await explainLogin(host, login, undefined)).find((one) => one.person) ?? {}
        if (!person)
          throw new BootError(`No directory has an entry “${login}”: “npm run pomoc -- ldap-auth test-login ${login}” shows each step.`)
        const options = { tied: new Set([local.id]) }
        const [would] = await compareDirectoryPersons(host.db, [person], { ...options, now: host.clock() })
        if (would!.personId !== local.id || would!.kind === 'clash' || would!.kind === 'off')
          throw new BootError(
            would!.problems[0]?.problem === 'local-account'
              ? `“${login}” has a password of its own, administers, or has a link waiting: such an account stays by itself.`
              : `“${login}” cannot be tied: ${would!.problems.map(({ problem, detail }) => say(`problem.${problem}`, { detail })).join(' ') || 'it was switched off by hand'}`,
          )
        await host.work(system('ldap-auth'), (work) => takeDirectoryPersons(work, [person], options))
        line(`${login} is now ${person.dn} of the directory ${person.directory}.`)
      })
    },
  },
}

function readSync(args: readonly string[]): { dry: boolean; allowOff: number | undefined; allowRights: number | undefined } {
  const read = { dry: false, allowOff: undefined as number | undefined, allowRights: undefined as number | undefined }
  for (let i = 0; i < args.length; i++) {
    const number = /^\d{1,9}$/.test(args[i + 1] ?? '') ? Number(args[i + 1]) : undefined
    if (args[i] === '--dry-run') read.dry = true
    else if (args[i] === '--allow-off' && number !== undefined) [read.allowOff] = [number, i++]
    else if (args[i] === '--allow-rights' && number !== undefined) [read.allowRights] = [number, i++]
    else
      throw new BootError('Write: npm run pomoc -- ldap-auth sync [--dry-run] [--allow-off N] [--allow-rights N], with N a whole number.')
  }
  return read
}

function sayReport(report: Report, line: (text: string) => void): void {
  line(`Directory ${report.directory}${report.dry ? ' (dry run: nothing is stored)' : ''}`)
  if (report.faults) return line(`  ${say('sync.failed', { error: sayFaults(say, report.faults) })}`)
  line(`  ${report.found} entries, ${report.same} unchanged`)
  const list = (title: string, told: readonly Told[]) => {
    line(`  ${title}: ${told.length}`)
    for (const { login, name, what } of told)
      line(`    ${[login, name].filter(Boolean).join(' ')}${what ? ` – ${sayWhat(say, what)}` : ''}`.trimEnd())
  }
  for (const name of ['comes', 'changes', 'returns'] as const) list(say(`sync.${name}`), report[name])
  list(say(report.dry || report.braked ? 'sync.off.would' : 'sync.off'), report.off)
  for (const name of ['clashes', 'problems'] as const) if (report[name].length > 0) list(say(`sync.${name}`), report[name])
  if (report.braked) line(`  ${say('sync.braked', { count: report.off.length, number: String(report.off.length) })}`)
  if (report.rights.braked) line(`  ${say('sync.rights-braked', { count: report.rights.losing, number: String(report.rights.losing) })}`)
}

/** A command ends: nothing may keep its process. */
async function closing(host: Host, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } finally {
    await closeDirectories(host.config)
  }
}
