/** The plugin `demo`: a made-up university to look around in, served by its command on data of its own. */
// It is a plugin for two reasons: core may know no made-up people, and it shows what a plugin can do with nothing but the door.
import { parseArgs } from 'node:util'
import { BootError, definePlugin, reasonOf, type Config } from '../../core/index.ts'
import { fillUniversity, STORIES } from './fill.ts'
import { AGENTS, CUSTOMERS, fullName, PASSWORD } from './people.ts'
import { UNIVERSITY } from './university.ts'
import { unitName } from './letters.ts'

export { fillUniversity as fill }

/** Who can log in, one line each. */
function logins(): string[] {
  const line = (what: string, person: { login: string; firstName: string; lastName: string; unit: string }) =>
    `  ${what.padEnd(14)} ${person.login.padEnd(14)} ${fullName(person).padEnd(22)} ${unitName(person.unit)}`
  const [administrator, ...agents] = AGENTS
  const pick = (kind: string, count: number) => CUSTOMERS.filter((person) => person.kind === kind).slice(0, count)
  return [
    `${UNIVERSITY}: everybody's password is ${PASSWORD}`,
    line('administrator', administrator!),
    ...agents.map((agent) => line('agent', agent)),
    ...[...pick('staff', 3), ...pick('student', 3)].map((person) => line('customer', person)),
  ]
}

/** The site's configuration, but for what would mix the demo up with the real thing: data, addresses, outgoing mail. */
function demoConfig({ databaseUrl: _real, smarthostUrl: _none, ...config }: Config): Config {
  return {
    ...config,
    dataDir: `${config.dataDir}-demo`,
    mailAddress: 'pomoc@uni.example',
    mail: { ...config.mail, fromName: 'Pomoc', hostname: 'uni.example' },
  }
}

const OPTIONS = { fresh: { type: 'boolean', default: false }, tickets: { type: 'string', default: String(STORIES) } } as const

/** What stands behind `npm run pomoc -- demo`. */
function wishOf(args: readonly string[]): { fresh: boolean; tickets: number } {
  let values: { fresh: boolean; tickets: string }
  try {
    ;({ values } = parseArgs({ args: [...args], options: OPTIONS }))
  } catch (error) {
    throw new BootError(`${reasonOf(error)}. The demo takes --fresh and --tickets NUMBER.`)
  }
  return { fresh: values.fresh, tickets: ticketCount(values.tickets) }
}

/** A number of tickets as somebody typed it. */
function ticketCount(text: string): number {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count >= 1 && count <= 10_000_000) return count
  throw new BootError(`--tickets is ${JSON.stringify(text)}: write a whole number from 1 to 10000000.`)
}

export default definePlugin({
  name: 'demo',
  api: 1,
  scope: 'installation',
  commands: {
    demo: {
      summary: 'serve a made-up university to look around in (--fresh: made anew; --tickets NUMBER: how many, many are for measuring)',
      arguments: '[options...]',
      serve: (args, site) => ({ config: demoConfig(site), fresh: wishOf(args).fresh }),
      async run(args, host, say) {
        const filled = await fillUniversity(host, { tickets: wishOf(args).tickets, now: host.clock() })
        if (!filled) say('The university of the last demo is still there: "npm run demo -- --fresh" makes it anew.')
        logins().forEach(say)
      },
    },
  },
})
