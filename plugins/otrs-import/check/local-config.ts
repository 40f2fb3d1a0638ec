/** Owns the proposal for config/local.ts: what a source's settings become in ours. Pure; holds no secret. */
import { COMPLETE_LANGUAGES, isLanguage } from '../../../core/index.ts'
import { secretSettings } from './secrets.ts'
import type { Setting } from '../source/source.ts'

export interface LocalProposal {
  text: string
  /** Settings of the source that it does not use. */
  unused: string[]
}

/** What the import itself takes over, or decides in the mapping file. */
const TAKEN =
  /^((OTRS|OTOBO)TimeZone$|Time(WorkingHours|VacationDays|Zone)|CustomerGroupSupport$|Ticket::(Service|Type|Watcher|Responsible|ArchiveSystem)$)/

const GENERATORS = ['DateChecksum', 'Date', 'AutoIncrement', 'Random'] as const

/** The file as text; `setting` is what holds in the source, `modified` what differs from its product's defaults, `plugins` what is loaded here. */
export function proposeLocal(
  setting: (name: string) => Setting | undefined,
  modified: Readonly<Record<string, Setting>>,
  of: string,
  plugins: readonly string[],
): LocalProposal {
  const used = new Set<string>()
  const read = (name: string): string | undefined => {
    used.add(name)
    const value = setting(name)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const yes = (name: string): boolean | undefined => {
    const value = read(name)
    return value === undefined ? undefined : value !== '0'
  }
  const lines: string[] = []
  const add = (line: string, from: string) => lines.push(`  ${line} // ${from}`)

  const host = read('FQDN')
  if (host && /^[\w.-]+$/.test(host))
    lines.push(
      `  // baseUrl: '${read('HttpType') === 'http' ? 'http' : 'https'}://${host}', // FQDN, HttpType: from the day on which this name leads here`,
    )
  const systemId = read('SystemID')
  if (systemId && /^\d{1,10}$/.test(systemId)) add(`systemId: '${systemId}',`, 'SystemID')
  const generator = read('Ticket::NumberGenerator')?.split('::').at(-1)
  const size = read('Ticket::NumberGenerator::AutoIncrement::MinCounterSize') ?? read('Ticket::NumberGenerator::MinCounterSize')
  const number = [
    GENERATORS.some((one) => one === generator) ? `generator: '${generator}'` : undefined,
    size && /^\d{1,2}$/.test(size) && Number(size) >= 1 && Number(size) <= 20 ? `minCounterSize: ${size}` : undefined,
    yes('Ticket::NumberGenerator::Date::UseFormattedCounter') ? 'formattedCounter: true' : undefined,
    yes('Ticket::NumberGenerator::CheckSystemID') === false ? 'checkSystemId: false' : undefined,
  ].filter((part) => part !== undefined)
  if (number.length > 0) add(`ticketNumber: { ${number.join(', ')} },`, 'Ticket::NumberGenerator…')
  const zone = read('UserDefaultTimeZone') ?? read('OTRSTimeZone') ?? read('OTOBOTimeZone')
  if (zone && zone !== 'UTC' && /^[\w+/-]+$/.test(zone)) add(`zone: '${zone}',`, 'UserDefaultTimeZone')
  const language = read('DefaultLanguage')
  if (language && isLanguage(language))
    add(`languages: [${[...new Set([language, ...COMPLETE_LANGUAGES])].map((one) => `'${one}'`).join(', ')}],`, 'DefaultLanguage')
  const sender = read('AdminEmail')
  if (sender && 'AdminEmail' in modified && /^[^\s@<>']+@[^\s@<>']+$/.test(sender))
    lines.push(`  // AdminEmail was ${sender}; mailAddress is the address that people write to: one of those of the queues.`)
  const mails = read('PostmasterMaxEmails')
  if (mails && /^\d{1,6}$/.test(mails)) add(`mail: { autoResponsesPerDay: ${Number(mails)} },`, 'PostmasterMaxEmails')
  const size32 = read('PostMasterMaxEmailSize')
  if (size32 && /^\d{2,7}$/.test(size32)) add(`smtp: { maxSizeKb: ${Number(size32)} },`, 'PostMasterMaxEmailSize')
  const smarthost = read('SendmailModule::Host')
  const [port, user] = [read('SendmailModule::Port'), read('SendmailModule::AuthUser')]
  if (smarthost && 'SendmailModule::Host' in modified && /^[\w.-]+$/.test(smarthost)) {
    const secure = (read('SendmailModule') ?? '').endsWith('SMTPS')
    const login = user && /^[^\s'/:@%]+$/.test(user) ? `${user}:PASSWORD@` : ''
    lines.push(
      `  ${login ? '// ' : ''}smarthostUrl: '${secure ? 'smtps' : 'smtp'}://${login}${smarthost}:${port ?? (secure ? '465' : '25')}', // SendmailModule${login ? ': put the password in, it is not copied' : ''}`,
    )
  }
  lines.push(...directories(read))

  const secret = new Set(secretSettings(modified))
  const unused = Object.keys(modified)
    .filter((name) => !used.has(name) && !secret.has(name) && !TAKEN.test(name))
    .toSorted()
  const text = [
    `// What ${of.replace(/[\r\n]+/g, ' ')} has set, as lines for config/local.ts. Look at each; nothing reads this file.`,
    `import type { PartialConfig } from '../core/machine/config.ts'`,
    '',
    'export default {',
    `  plugins: [${[...new Set([...plugins, 'otrs-import'])].map((one) => JSON.stringify(one).replaceAll('"', "'")).join(', ')}],`,
    ...lines,
    '} satisfies PartialConfig',
    '',
  ].join('\n')
  return { text, unused }
}

/** What Kernel/Config.pm says of LDAP, as words: the campus login is written down with its own examples. */
function directories(read: (name: string) => string | undefined): string[] {
  const lines: string[] = []
  for (const number of ['', ...Array.from({ length: 10 }, (_, n) => String(n + 1))]) {
    for (const [module, whom] of [
      ['AuthModule', 'agents'],
      ['Customer::AuthModule', 'customers'],
    ] as const) {
      if (!(read(`${module}${number}`) ?? '').endsWith('LDAP')) continue
      const part = (key: string) => read(`${module}::LDAP::${key}${number}`)
      const said = ['Host', 'BaseDN', 'UID', 'SearchUserDN', 'AlwaysFilter', 'GroupDN', 'AccessAttr']
        .flatMap((key) => {
          const value = part(key)
          return value === undefined ? [] : [`${key} ${value.replace(/[\r\n]+/g, ' ')}`]
        })
        .join('; ')
      lines.push(
        `  // ${whom} logged in by LDAP (${said}): describe that directory as plugins/ldap-auth/README.md shows, with its password in a file.`,
      )
    }
  }
  return lines
}
