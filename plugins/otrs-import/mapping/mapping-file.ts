/** Owns the mapping file: YAML, for it is read by people first, keeps their comments, and runs nothing. */
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { BootError } from '../../../core/index.ts'
import { unitOfQueue, type Mapping, type QueueDecision } from './mapping.ts'

const name = z.string({ error: 'a name' }).trim().min(1, { error: 'a name' })
const short = (what: string) => z.string({ error: `the short name of a ${what}, in quotes` })
const toUnit = z.record(name, z.strictObject({ unit: short('unit') }, { error: '{ unit: "short name of a unit" }' }))
const toQueue = z.record(
  name,
  z
    .strictObject(
      { unit: short('unit').optional(), topic: short('topic').optional() },
      { error: '{ unit: "short name of a unit", topic: "short name of a topic" }' },
    )
    .refine(({ unit, topic }) => unit !== undefined || topic !== undefined, { error: 'a unit or a topic' }),
)
const person = z.union(
  [z.enum(['new', 'nobody']).transform((as) => ({ as })), z.strictObject({ login: name }).transform((login) => ({ as: login }))],
  {
    error: 'new, nobody, or { login: "login of a person of pomoc" }',
  },
)
const fileSchema = z.strictObject({
  queues: toQueue.default({}),
  groups: toUnit.default({}),
  persons: z.record(name, person).default({}),
  sameLogin: z.record(name, z.enum(['one', 'two'], { error: 'one or two' })).default({}),
  addresses: z.record(name.toLowerCase(), name).default({}),
  states: z.record(name, name).default({}),
  customerGroups: z.enum(['keep', 'ignore'], { error: 'keep or ignore' }).default('keep'),
  cutOff: z
    .record(z.string(), z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'a time of day in quotes, such as "15:00"' }))
    .default({}),
})

export const NO_MAPPING: Mapping = fileSchema.parse({})

/** Reads it; what is wrong is told all at once by a `BootError`, each with its line. An empty file decides nothing. */
export function readMapping(text: string, file: string): Mapping {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, maxAliasCount: 0 } as Parameters<
    typeof parseDocument
  >[1])
  const line = (offset: number | undefined) => (offset === undefined ? '' : `, line ${counter.linePos(offset).line}`)
  if (document.errors.length > 0)
    throw failed(document.errors.map((error) => `${file}${line(error.pos[0])}: ${error.message.split('\n', 1)[0]}`))
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 0 })
  } catch {
    throw failed([`${file}: write each value out, without & and *.`])
  }
  // A part whose lines all stand behind a # is null in YAML: it decides nothing.
  const said =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).filter(([, part]) => part !== null)
      : undefined
  const read = fileSchema.safeParse(said ? Object.fromEntries(said) : (value ?? {}))
  if (read.success) return read.data
  throw failed(
    read.error.issues.map((issue) => {
      const at = document.getIn(issue.path as (string | number)[], true) as { range?: [number, number, number] } | undefined
      const what = issue.code === 'unrecognized_keys' ? `${issue.keys.join(', ')} is nothing that can be decided here` : issue.message
      return `${file}${line(at?.range?.[0])}: ${issue.path.map(String).join(' → ') || 'the file'}: ${what}`
    }),
  )
}

const failed = (faults: string[]): BootError => new BootError(faults.join('\n'))

/** What the names in a mapping file may be. */
export interface KnownNames {
  queues: ReadonlySet<string>
  groups: ReadonlySet<string>
  logins: ReadonlySet<string>
  calendars: ReadonlySet<string>
  states: ReadonlySet<string>
  /** Address in small letters → logins of those who have it. */
  addresses: ReadonlyMap<string, readonly string[]>
  /** Short names of our units. */
  units: ReadonlySet<string>
  /** Short names of our topics. */
  topics: ReadonlySet<string>
  /** Names of our states. */
  ourStates: ReadonlySet<string>
  /** Whether a person of ours has the login. */
  ours: ReadonlySet<string>
}

/** Sentences of what names nobody: a slip in a name would otherwise decide nothing, and nobody would notice. */
export function mappingFaults(mapping: Mapping, known: KnownNames): string[] {
  const faults: string[] = []
  const demand = (part: string, names: Iterable<string>, there: (name: string) => boolean, what: string) => {
    for (const one of names) if (!there(one)) faults.push(`${part} → ${one}: ${what}.`)
  }
  const units = listed(known.units)
  const unit = (part: 'queues' | 'groups') => {
    for (const [one, { unit: slug }] of Object.entries<QueueDecision>(mapping[part]))
      if (slug !== undefined && !known.units.has(slug))
        faults.push(`${part} → ${one}: there is no unit “${slug}”${units ? `; there are ${units}` : ''}.`)
  }
  demand('queues', Object.keys(mapping.queues), (one) => known.queues.has(one), 'the source has no queue of that name')
  unit('queues')
  faults.push(...topicFaults(mapping, known))
  demand('groups', Object.keys(mapping.groups), (one) => known.groups.has(one), 'the source has no group of that name')
  unit('groups')
  demand('persons', Object.keys(mapping.persons), (one) => known.logins.has(one), 'the source has nobody of that login')
  for (const [one, { as }] of Object.entries(mapping.persons))
    if (typeof as === 'object' && !known.ours.has(as.login)) faults.push(`persons → ${one}: pomoc has nobody of the login “${as.login}”.`)
  demand('sameLogin', Object.keys(mapping.sameLogin), (one) => known.logins.has(one), 'the source has nobody of that login')
  for (const [address, login] of Object.entries(mapping.addresses)) {
    const owners = known.addresses.get(address)
    if (!owners) faults.push(`addresses → ${address}: nobody of the source has it.`)
    else if (!owners.includes(login)) faults.push(`addresses → ${address}: it is none of ${login}’s; it belongs to ${owners.join(', ')}.`)
  }
  demand('states', Object.keys(mapping.states), (one) => known.states.has(one), 'the source has no state of that name')
  for (const [one, is] of Object.entries(mapping.states))
    if (!known.ourStates.has(is)) faults.push(`states → ${one}: pomoc has no state “${is}”; it has ${listed(known.ourStates)}.`)
  demand('cutOff', Object.keys(mapping.cutOff), (one) => known.calendars.has(one), 'the source has no calendar of that number')
  return faults
}

const listed = (names: ReadonlySet<string>): string => [...names].filter(Boolean).toSorted().join(', ')

/** In one unit a topic has one queue. */
function topicFaults(mapping: Mapping, known: KnownNames): string[] {
  const faults: string[] = []
  const taken = new Map<string, string>()
  for (const [queue, { topic }] of Object.entries(mapping.queues)) {
    if (topic === undefined) continue
    const topics = listed(known.topics)
    if (!known.topics.has(topic)) faults.push(`queues → ${queue}: there is no topic “${topic}”${topics ? `; there are ${topics}` : ''}.`)
    const place = `${unitOfQueue(mapping, queue) ?? ''} ${topic}`
    const other = taken.get(place)
    if (other !== undefined) faults.push(`queues → ${queue}: the topic “${topic}” of that unit goes to ${other} already.`)
    taken.set(place, queue)
  }
  return faults
}

/** What `check` found to decide; each becomes lines of the file, those that are decided by default behind a #. */
export interface Proposal {
  /** Where the source is, and when it was looked at: for the head of the file. */
  of: string
  queues: readonly string[]
  groups: readonly string[]
  units: readonly { slug: string; name: string }[]
  topics: readonly { slug: string; name: string }[]
  /** States that the source has besides those of every installation, with their type. */
  states: readonly { name: string; type: string }[]
  /** Logins of the source that somebody of ours has too. */
  ours: readonly { login: string; local: boolean }[]
  sameLogin: readonly { login: string; agent: string; customer: string }[]
  addresses: readonly { address: string; logins: readonly string[] }[]
  customerGroups: boolean
  calendars: readonly { number: string; name: string }[]
}

/** The file, with a comment for each part; it reads as what it says even before anybody touched it. */
export function writeMapping(proposal: Proposal, say: (key: MappingWords, params?: Record<string, string | number>) => string): string {
  const quoted = (text: string) => JSON.stringify(text)
  const comment = (text: string) => text.split('\n').map((one) => `# ${one}`.trimEnd())
  // The name of a part always stands: whoever takes a # away below it has decided.
  const part = (key: keyof Mapping, about: string[], lines: string[]) => ['', ...about.flatMap(comment), `${key}:`, ...lines]
  const shorts = (all: Proposal['units']) =>
    all
      .filter(({ slug }) => slug !== '')
      .map(({ slug, name: called }) => `${slug} (${called})`)
      .join(', ') || '–'
  return `${[
    ...comment(say('mapping.head', { of: proposal.of })),
    ...part(
      'queues',
      [
        say('mapping.queues'),
        say('mapping.units', { units: shorts(proposal.units) }),
        say('mapping.topics', { topics: shorts(proposal.topics) }),
      ],
      proposal.queues.map((one) => `  # ${quoted(one)}: { unit: "" }`),
    ),
    ...part(
      'groups',
      [say('mapping.groups')],
      proposal.groups.map((one) => `  # ${quoted(one)}: { unit: "" }`),
    ),
    ...part(
      'persons',
      [say('mapping.persons')],
      proposal.ours.map(
        ({ login, local }) =>
          `  # ${quoted(login)}: { login: ${quoted(login)} }  # ${say(local ? 'mapping.persons.local' : 'mapping.persons.directory')}`,
      ),
    ),
    ...part(
      'sameLogin',
      [say('mapping.same-login')],
      proposal.sameLogin.map(
        ({ login, agent, customer }) => `  ${quoted(login)}: two  # ${say('mapping.same-login.one', { agent, customer })}`,
      ),
    ),
    ...part(
      'addresses',
      [say('mapping.addresses')],
      proposal.addresses.map(({ address, logins }) => `  ${quoted(address)}: ${quoted(logins[0]!)}  # ${logins.join(', ')}`),
    ),
    ...part(
      'states',
      [say('mapping.states')],
      proposal.states.map(({ name: state, type }) => `  # ${quoted(state)}: "open"${type ? `  # ${type}` : ''}`),
    ),
    '',
    ...comment(say(proposal.customerGroups ? 'mapping.customer-groups' : 'mapping.customer-groups.off')),
    'customerGroups: keep',
    ...part(
      'cutOff',
      [say('mapping.cut-off')],
      proposal.calendars.map(({ number, name: calendar }) => `  # ${quoted(number)}: "15:00"${calendar ? `  # ${calendar}` : ''}`),
    ),
  ].join('\n')}\n`
}

export type MappingWords =
  | 'mapping.head'
  | 'mapping.queues'
  | 'mapping.units'
  | 'mapping.topics'
  | 'mapping.states'
  | 'mapping.groups'
  | 'mapping.persons'
  | 'mapping.persons.local'
  | 'mapping.persons.directory'
  | 'mapping.same-login'
  | 'mapping.same-login.one'
  | 'mapping.addresses'
  | 'mapping.customer-groups'
  | 'mapping.customer-groups.off'
  | 'mapping.cut-off'
