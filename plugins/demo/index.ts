/** The plugin `demo`: a made-up university to look around in. */
// It is a plugin, though it adds nothing to a program in use, for three reasons: core may know no made-up people; it shows
// what a plugin can do with nothing but the door of core; and it is loaded by the command `demo` alone, which calls `fill`
// on a database of its own (core/demo.ts) – a program in use never reads a line of it.
import { definePlugin } from '../../core/index.ts'
import { AGENTS, CUSTOMERS, fullName, PASSWORD } from './people.ts'
import { UNIVERSITY } from './university.ts'
import { unitName } from './letters.ts'

export { fillUniversity as fill } from './fill.ts'

/** Who can log in, one line each. */
export function logins(): string[] {
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

export default definePlugin({ name: 'demo', api: 1, scope: 'installation' })
