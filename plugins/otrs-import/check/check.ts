/** Owns the judgement of a source before it is taken over: lines of what comes, what is kept, what wants a decision, what it takes. */
import type { ImportKey } from '../words.ts'
import { fateOf } from '../source/fates.ts'
import { isKept } from '../source/names.ts'
import type { Source } from '../source/source.ts'
import type { SourceFacts } from './facts.ts'
import { whoIsWhom, type Meeting } from './people.ts'
import { secretSettings } from './secrets.ts'
import type { OursByLogin } from './target.store.ts'

export type Verdict = 'ok' | 'told' | 'decide' | 'bad'
export interface Line {
  part: Part
  verdict: Verdict
  /** Of the words `check.<key>`. */
  key: CheckKey
  params: Record<string, string | number>
}
export type CheckKey = ImportKey extends infer K ? (K extends `check.${infer Rest}` ? Rest : never) : never
export const PARTS = ['source', 'comes', 'kept', 'decide', 'mail', 'secrets', 'effort'] as const
export type Part = (typeof PARTS)[number]

/** What of ours an import meets. */
export interface Target {
  /** Logins of persons who are here already; `local`: with a password of pomoc's own or made by hand, not of a directory. */
  persons: ReadonlyMap<string, OursByLogin>
  /** Bytes free where pomoc keeps its data; undefined: a server elsewhere. */
  freeBytes: number | undefined
  /** Bytes of articles in files, as far as they were counted. */
  fileBytes: number
  tickets: number
}

/** While it is loaded a database needs this much of the source's own size: rows, indexes, and what is written ahead. */
const SPACE = 2.5
/** Of a machine with two cores and an ordinary disk; told as “about”. */
const ROWS_PER_SECOND = 12_000
const BYTES_PER_SECOND = 12_000_000
/** Order of what comes, each with the tables that are counted for it. */
const COMES: readonly (readonly [CheckKey, string])[] = [
  ['tickets', 'ticket'],
  ['articles', 'article'],
  ['history', 'ticket_history'],
  ['raw-mails', 'article_data_mime_plain'],
  ['parts', 'article_data_mime_attachment'],
  ['customers', 'customer_user'],
  ['companies', 'customer_company'],
  ['queues', 'queue'],
  ['fields', 'dynamic_field'],
  ['values', 'dynamic_field_value'],
  ['links', 'link_relation'],
  ['time', 'time_accounting'],
  ['faq', 'faq_item'],
]
const KEPT: readonly (readonly [CheckKey, string])[] = [
  ['acl', 'acl'],
  ['processes', 'pm_process'],
  ['web-services', 'gi_webservice_config'],
  ['appointments', 'calendar_appointment'],
  ['notifications', 'notification_event'],
  ['search-profiles', 'search_profile'],
]

export function judge(source: Source, facts: SourceFacts, target: Target): { lines: Line[]; meeting: Meeting } {
  const lines: Line[] = []
  const add = (part: Part, verdict: Verdict, key: CheckKey, params: Line['params'] = {}) => lines.push({ part, verdict, key, params })
  const rows = (table: string) => facts.tables.get(table)?.rows ?? 0

  const { product } = source
  const kept = isKept(product)
  add('source', kept ? 'ok' : 'bad', kept ? 'version' : 'version.other', {
    product: PRODUCTS[product.name],
    version: product.version,
    label: source.label,
  })
  add('source', source.oneMoment ? 'ok' : 'told', source.oneMoment ? 'moment' : 'moment.several')
  add('source', product.major > 5 ? 'ok' : 'decide', product.major > 5 ? 'zone' : 'zone.server', { zone: source.zone })
  if (facts.filesExpected && !source.files) add('source', 'bad', 'files.missing')
  if (target.tickets > 0) add('source', 'told', 'target.tickets', { count: target.tickets })

  for (const [key, table] of COMES) if (rows(table) > 0) add('comes', 'ok', key, { count: rows(table) })
  const agents = facts.people.filter(({ kind }) => kind === 'agent').length
  if (agents > 0) add('comes', 'ok', 'agents', { count: agents })
  for (const { name, type } of facts.fieldTypes) add('comes', 'told', 'field-type', { name, type })
  for (const name of facts.channels) add('comes', 'told', 'channel', { name })
  if (facts.chatTickets > 0) add('comes', 'told', 'chat', { count: facts.chatTickets })

  for (const [key, table] of KEPT) if (rows(table) > 0) add('kept', 'told', key, { count: rows(table) })
  if (facts.jobs.length > 0) add('kept', 'told', 'jobs', { count: facts.jobs.length })
  if (rows('form_draft') > 0) add('kept', 'told', 'drafts', { count: rows('form_draft') })
  if (rows('xml_storage') > 0 || rows('stats_report') > 0) add('kept', 'told', 'statistics')
  for (const [name, { rows: count }] of [...facts.tables].toSorted(([a], [b]) => a.localeCompare(b, 'en')))
    if (fateOf(name) === undefined) add('kept', 'told', 'table-unknown', { name, count })

  const meeting = whoIsWhom(facts.people)
  if (meeting.one.length > 0) add('decide', 'ok', 'two-hats', { count: meeting.one.length })
  for (const one of meeting.ask)
    add('decide', 'decide', 'same-login', { login: one.login, agent: one.agent || '–', customer: one.customer || '–' })
  for (const { address, logins } of meeting.doubled) add('decide', 'decide', 'address', { address, logins: logins.join(', ') })
  for (const login of metBy(facts, target))
    add(
      'decide',
      target.persons.get(login)!.local ? 'decide' : 'ok',
      target.persons.get(login)!.local ? 'login-local' : 'login-directory',
      { login },
    )
  for (const { name, type } of facts.stateTypes) add('decide', 'told', 'state-type', { name, type: type || '–' })
  if (isOn(source.setting('CustomerGroupSupport')))
    add('decide', 'decide', 'customer-groups', { count: rows('group_customer') + rows('group_customer_user') })

  for (const account of facts.mailAccounts)
    add(
      'mail',
      account.valid ? 'decide' : 'told',
      account.valid ? (account.addresses.length > 0 ? 'account' : 'account.no-address') : 'account.off',
      {
        account: `${account.kind} ${account.login}@${account.host}${account.folder && account.folder !== 'INBOX' ? `/${account.folder}` : ''}`,
        queue: account.queue || '–',
        addresses: account.addresses.join(', '),
      },
    )
  if (facts.mailAccounts.some(({ trusted, valid }) => trusted && valid)) add('mail', 'decide', 'account.trusted')

  const secrets = secretSettings(facts.settings)
  if (secrets.length > 0) add('secrets', 'told', 'secret-settings', { names: secrets.join(', ') })
  if (facts.mailAccounts.length > 0) add('secrets', 'told', 'secret-accounts', { count: facts.mailAccounts.length })
  if (facts.webServices.length > 0) add('secrets', 'told', 'secret-services', { names: facts.webServices.join(', ') })
  if (rows('smime_keys') + rows('pgp_keys') + rows('smime_signer_cert_relations') > 0) add('secrets', 'told', 'secret-keys')
  if (secrets.length + facts.mailAccounts.length + facts.webServices.length === 0) add('secrets', 'ok', 'secret-none')

  const needed = Math.ceil((facts.bytes + target.fileBytes) * SPACE)
  if (target.freeBytes === undefined) add('effort', 'told', 'space.server', { needed: megabytes(needed) })
  else
    add('effort', needed < target.freeBytes ? 'ok' : 'bad', needed < target.freeBytes ? 'space' : 'space.short', {
      needed: megabytes(needed),
      free: megabytes(target.freeBytes),
    })
  const total = [...facts.tables].reduce((sum, [name, table]) => sum + (fateOf(name) === 'taken' ? table.rows : 0), 0)
  const seconds = total / ROWS_PER_SECOND + (facts.bytes + target.fileBytes) / BYTES_PER_SECOND
  add('effort', 'ok', 'minutes', { count: Math.max(1, Math.ceil(seconds / 60)), rows: total })
  return { lines, meeting }
}

/** Logins of the source that somebody of ours has, too, whom it did not bring. */
export const metBy = (facts: SourceFacts, target: Target): string[] =>
  [...new Set(facts.people.map(({ login }) => login.trim().toLowerCase()))]
    .filter((login) => target.persons.get(login)?.came === false)
    .toSorted()

export const isOn = (value: unknown): boolean => value === '1'
const megabytes = (bytes: number): number => Math.ceil(bytes / 1_000_000)
export const PRODUCTS = { otrs: 'OTRS', znuny: 'Znuny', otobo: 'OTOBO' } as const
