/** Owns what is read of a source before anything is taken over: how much there is, and what wants a word. Reads only. */
import { commonName, fateOf } from '../source/fates.ts'
import type { Row, Setting, Source } from '../source/source.ts'
import { readStored } from '../source/settings.ts'
import type { SourcePerson } from './people.ts'
import { holdsSecret } from './secrets.ts'

/** What the mapping file speaks of. */
export interface SourceNames {
  people: readonly SourcePerson[]
  queues: readonly string[]
  groups: readonly string[]
  /** Number ('' is the default one) and name of each calendar that a queue or SLA names, and of the default one. */
  calendars: readonly { number: string; name: string }[]
  /** All states, with the name of their type; '' where there is none. */
  states: readonly { name: string; type: string }[]
}

export interface SourceFacts extends SourceNames {
  /** Rows by the common name of each table that has any; those of big tables are the server's estimate. */
  tables: ReadonlyMap<string, { rows: number; bytes: number }>
  bytes: number
  /** Fields of a type that no version has, and how many values they hold. */
  fieldTypes: readonly { name: string; type: string }[]
  /** States of a type that no version has. */
  stateTypes: readonly { name: string; type: string }[]
  channels: readonly string[]
  mailAccounts: readonly {
    login: string
    host: string
    kind: string
    folder: string
    queue: string
    trusted: boolean
    valid: boolean
    addresses: readonly string[]
  }[]
  /** Web services whose configuration holds something secret. */
  webServices: readonly string[]
  chatTickets: number
  /** Names of GenericAgent jobs. */
  jobs: readonly string[]
  /** Tickets whose articles may lie in files. */
  filesExpected: boolean
  settings: Readonly<Record<string, Setting>>
}

/** Below this many rows a table is counted, above it its server's estimate is told. */
const COUNTED = 2_000_000

/** Types of fields that some version has, under the names that stand in the table. */
export const FIELD_TYPES = new Set(
  (
    'Text TextArea RichText Checkbox Dropdown Multiselect Date DateTime Agent Ticket CustomerUser CustomerCompany Database WebService WebserviceDropdown ' +
    'WebserviceMultiselect WebserviceText ContactWD Contact Set Lens Script Title ProcessID ActivityID Reference ConfigItem ConfigItemVersion FAQ ITSMConfigItemReference'
  ).split(' '),
)
const STATE_TYPES = new Set(['new', 'open', 'closed', 'pending reminder', 'pending auto', 'removed', 'merged'])
const CHANNELS = new Set(['Email', 'Phone', 'Internal', 'Chat', 'Web'])

/** `said` is called with each table that was counted. */
export async function readFacts(source: Source, said: (done: number, of: number) => Promise<void> = async () => {}): Promise<SourceFacts> {
  const sizes = await source.sizes()
  let done = 0
  const tables = new Map<string, { rows: number; bytes: number }>()
  for (const [name, { rows, bytes }] of sizes) {
    const common = commonName(name)
    // Tables of older versions under their own names, and what no one reads, are told as the server estimates them.
    const counted = (fateOf(common) !== 'passed' || common === 'form_draft') && rows < COUNTED ? await counting(source, common, rows) : rows
    if (counted > 0) tables.set(common, { rows: counted, bytes })
    await said(++done, sizes.size)
  }
  const byQueue = new Map((await all(source, 'queue', ['id', 'name'])).map((queue) => [queue['id'], text(queue['name'])]))
  const settings = source.settings()
  const names = await readNames(source)
  return {
    tables,
    bytes: [...sizes.values()].reduce((sum, table) => sum + table.bytes, 0),
    ...names,
    fieldTypes: (await all(source, 'dynamic_field', ['name', 'field_type']))
      .map((field) => ({ name: text(field['name']), type: text(field['field_type']) }))
      .filter(({ type }) => !FIELD_TYPES.has(type)),
    stateTypes: names.states.filter(({ type }) => !STATE_TYPES.has(type)),
    channels: (await all(source, 'communication_channel', ['name']))
      .map((channel) => text(channel['name']))
      .filter((name) => !CHANNELS.has(name)),
    mailAccounts: await mailAccountsOf(source, byQueue),
    webServices: await webServicesOf(source),
    jobs: [...new Set((await all(source, 'generic_agent_jobs', ['job_name'])).map((row) => text(row['job_name'])))],
    chatTickets: tables.get('article_data_otrs_chat')?.rows ?? 0,
    filesExpected: text(
      source.setting('Ticket::Article::Backend::MIMEBase::ArticleStorage') ?? source.setting('Ticket::StorageModule'),
    ).endsWith('FS'),
    settings,
  }
}

export async function readNames(source: Source): Promise<SourceNames> {
  const queues = await all(source, 'queue', ['name', 'calendar_name'])
  return {
    people: await peopleOf(source),
    queues: queues.map((queue) => text(queue['name'])).toSorted(),
    groups: (await all(source, 'groups', ['name'])).map((group) => text(group['name'])).toSorted(),
    calendars: await calendarsOf(source, queues),
    states: await statesOf(source),
  }
}

async function counting(source: Source, table: string, estimate: number): Promise<number> {
  return source.has(table) ? source.count(table) : estimate
}

async function all(source: Source, table: string, columns: readonly string[]): Promise<Row[]> {
  const rows: Row[] = []
  for await (const row of source.rows(table, { columns })) rows.push(row)
  return rows
}

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

async function peopleOf(source: Source): Promise<SourcePerson[]> {
  const addresses = new Map<number, string>()
  for await (const row of source.rows('user_preferences', { columns: ['user_id', 'preferences_key', 'preferences_value'] }))
    if (row['preferences_key'] === 'UserEmail') addresses.set(Number(row['user_id']), text(row['preferences_value']))
  const agents = (await all(source, 'users', ['id', 'login']))
    // The first is the program itself.
    .filter((user) => user['id'] !== 1)
    .map((user): SourcePerson => ({ kind: 'agent', login: text(user['login']), address: addresses.get(Number(user['id'])) ?? '' }))
  const customers = (await all(source, 'customer_user', ['login', 'email'])).map(
    (customer): SourcePerson => ({ kind: 'customer', login: text(customer['login']), address: text(customer['email']) }),
  )
  return [...agents, ...customers]
}

async function calendarsOf(source: Source, queues: readonly Row[]): Promise<{ number: string; name: string }[]> {
  const numbers = new Set<string>([''])
  for (const row of [...queues, ...(await all(source, 'sla', ['calendar_name']))])
    if (Number(row['calendar_name']) > 0) numbers.add(text(row['calendar_name']))
  return [...numbers]
    .toSorted()
    .map((number) => ({ number, name: number === '' ? '' : text(source.setting(`TimeZone::Calendar${number}Name`)) }))
}

async function statesOf(source: Source): Promise<{ name: string; type: string }[]> {
  const types = new Map((await all(source, 'ticket_state_type', ['id', 'name'])).map((row) => [row['id'], text(row['name'])]))
  return (await all(source, 'ticket_state', ['name', 'type_id'])).map((state) => ({
    name: text(state['name']),
    type: types.get(state['type_id']!) ?? '',
  }))
}

/** Without their passwords: that column is never read. */
async function mailAccountsOf(source: Source, queues: ReadonlyMap<Row[string] | undefined, string>): Promise<SourceFacts['mailAccounts']> {
  const addresses = await all(source, 'system_address', ['value0', 'queue_id', 'valid_id'])
  return (await all(source, 'mail_account', ['login', 'host', 'account_type', 'imap_folder', 'queue_id', 'trusted', 'valid_id'])).map(
    (account) => ({
      login: text(account['login']),
      host: text(account['host']),
      kind: text(account['account_type']),
      folder: text(account['imap_folder']),
      queue: queues.get(account['queue_id']) ?? '',
      trusted: Number(account['trusted']) === 1,
      valid: Number(account['valid_id']) === 1,
      addresses: addresses
        .filter((address) => Number(address['valid_id']) === 1 && address['queue_id'] === account['queue_id'])
        .map((address) => text(address['value0'])),
    }),
  )
}

async function webServicesOf(source: Source): Promise<string[]> {
  const names: string[] = []
  for await (const row of source.rows('gi_webservice_config', { columns: ['name', 'config'] }))
    if (isSecret(text(row['config']))) names.push(text(row['name']))
  return names
}

/** What cannot be read might hold anything. */
function isSecret(config: string): boolean {
  try {
    return holdsSecret('', readStored(config))
  } catch {
    return true
  }
}
