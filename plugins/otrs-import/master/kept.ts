/**
 * Owns what is kept whole because pomoc does not run it, or not yet: the rows as they came, by the name of their table, with secrets blanked.
 * Rules (notifications, ACL, jobs of the GenericAgent) are read from here by whoever turns them into rules of ours.
 */
import { sql } from 'kysely'
import type { Row, Value } from '../source/source.ts'
import { blank, blankText, blankYaml } from './blank.ts'
import { namesErased, type Master } from './master.ts'
import { name, str } from './read.ts'

type Tables = Readonly<Record<string, readonly Row[]>>

export interface KeptRow {
  kind: string
  source_id: string
  name: string
  content: unknown
  original: string | null
}

/** The only way into `otrs_kept`. `original`: the text of its own that it came as. */
export function keep(
  m: Pick<Master, 'kept'>,
  kind: string,
  source: string,
  called: string,
  content: Row | Tables,
  original?: string,
): void {
  m.kept.push({
    kind,
    source_id: source,
    name: blankText(called),
    content: blank(plain(content)),
    original: original === undefined ? null : blankYaml(original),
  })
}

/** Writes what was collected; later runs bring it up to date. */
export async function writeKept(m: Master): Promise<void> {
  const rows = new Map(m.kept.filter((row) => !namesErased(m, row)).map((row) => [`${row.kind} ${row.source_id}`, row]))
  await sql`insert into otrs_kept as k (kind, source_id, name, content, original)
    select kind, source_id, name, coalesce(content, 'null'), original
    from jsonb_to_recordset(${JSON.stringify([...rows.values()])}::jsonb) as r(kind text, source_id text, name text, content jsonb, original text)
    on conflict (kind, source_id) do update set name = excluded.name, content = excluded.content, original = excluded.original
      where (k.name, k.content, k.original) is distinct from (excluded.name, excluded.content, excluded.original)`.execute(m.db)
}

/** Bytes of a column that holds text are that text. NUL has no place in a jsonb. */
function plain(content: Row | Tables): unknown {
  return Object.fromEntries(
    Object.entries(content).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.map((row: Row) => plain(row)) : plainValue(value as Value),
    ]),
  )
}
const plainValue = (value: Value): unknown => (Buffer.isBuffer(value) || typeof value === 'string' ? str(value) : value)

/** One thing of a table with the rows of other tables that hang on it. */
interface Keeping {
  kind: string
  table: string
  /** Which column says which thing a row belongs to: the table's key, or what several rows share. */
  by: readonly string[]
  called: string
  /** Tables whose rows come along, with their column that names the thing. */
  with?: Readonly<Record<string, string>>
  /** Only these. */
  only?(row: Row): boolean
  /** Columns that are no affair of anybody's. */
  without?: readonly string[]
  /** Columns of YAML, joined as the original. */
  yaml?: readonly string[]
}

export const KEPT: readonly Keeping[] = [
  {
    kind: 'notification',
    table: 'notification_event',
    by: ['id'],
    called: 'name',
    with: { notification_event_item: 'notification_id', notification_event_message: 'notification_id' },
  },
  { kind: 'acl', table: 'acl', by: ['id'], called: 'name', yaml: ['config_match', 'config_change'] },
  { kind: 'job', table: 'generic_agent_jobs', by: ['job_name'], called: 'job_name' },
  { kind: 'process', table: 'pm_process', by: ['entity_id'], called: 'name', yaml: ['config', 'layout'] },
  { kind: 'process-activity', table: 'pm_activity', by: ['entity_id'], called: 'name', yaml: ['config'] },
  { kind: 'process-dialog', table: 'pm_activity_dialog', by: ['entity_id'], called: 'name', yaml: ['config'] },
  { kind: 'process-transition', table: 'pm_transition', by: ['entity_id'], called: 'name', yaml: ['config'] },
  { kind: 'process-action', table: 'pm_transition_action', by: ['entity_id'], called: 'name', yaml: ['config'] },
  { kind: 'process-transition', table: 'pm_sequence_flow', by: ['entity_id'], called: 'name', yaml: ['config'] },
  { kind: 'process-action', table: 'pm_sequence_flow_action', by: ['entity_id'], called: 'name', yaml: ['config'] },
  {
    kind: 'web-service',
    table: 'gi_webservice_config',
    by: ['id'],
    called: 'name',
    with: { gi_webservice_config_history: 'config_id' },
    yaml: ['config'],
  },
  // salt_string protects the address of the calendar's public feed.
  {
    kind: 'appointments',
    table: 'calendar',
    by: ['id'],
    called: 'name',
    with: { calendar_appointment: 'calendar_id' },
    without: ['salt_string'],
  },
  { kind: 'statistic', table: 'xml_storage', by: ['xml_key'], called: 'xml_key', only: (row) => str(row['xml_type']) === 'Stats' },
  { kind: 'statistic-report', table: 'stats_report', by: ['id'], called: 'name', yaml: ['config'] },
  { kind: 'search', table: 'search_profile', by: ['login', 'profile_name'], called: 'profile_name' },
  { kind: 'mail-account', table: 'mail_account', by: ['id'], called: 'host', without: ['pw', 'login'] },
  { kind: 'translation', table: 'translation_item', by: ['id'], called: 'content' },
  { kind: 'field-script', table: 'dynamic_field_script_event', by: ['id'], called: 'event' },
  { kind: 'mask', table: 'frontend_mask_definition', by: ['id'], called: 'mask', yaml: ['definition'] },
  { kind: 'queue-preferences', table: 'queue_preferences', by: ['queue_id'], called: 'queue_id' },
  { kind: 'service-preferences', table: 'service_preferences', by: ['service_id'], called: 'service_id' },
  { kind: 'sla-preferences', table: 'sla_preferences', by: ['sla_id'], called: 'sla_id' },
  {
    kind: 'user-preferences',
    table: 'user_preferences',
    by: ['user_id'],
    called: 'user_id',
    only: (row) => !TAKEN.has(str(row['preferences_key'])),
  },
  { kind: 'customer-groups', table: 'group_customer', by: ['customer_id'], called: 'customer_id' },
  { kind: 'customer-user-groups', table: 'group_customer_user', by: ['user_id'], called: 'user_id' },
  { kind: 'faq-history', table: 'faq_history', by: ['item_id'], called: 'item_id' },
  { kind: 'faq-service', table: 'faq_service', by: ['id'], called: 'id' },
  { kind: 'certificates', table: 'smime_signer_cert_relations', by: ['id'], called: 'id' },
]

/** Preferences that became something here, or that are worth nothing outside of OTRS. */
const TAKEN = new Set([
  'UserEmail',
  'UserLanguage',
  'UserMobile',
  'UserPhone',
  'UserComment',
  'UserTimeZone',
  'UserLastLogin',
  'UserLoginFailed',
  'UserLastPw',
  'UserLastPwChangeTime',
  'UserAuthBackend',
  'UserGoogleAuthenticatorSecretKey',
  'UserTwoFactorAuthenticatorSecretKey',
  'UserToken',
  'OutOfOffice',
  'OutOfOfficeStartYear',
  'OutOfOfficeStartMonth',
  'OutOfOfficeStartDay',
  'OutOfOfficeEndYear',
  'OutOfOfficeEndMonth',
  'OutOfOfficeEndDay',
])

/** What customers' groups allow is not asked here; the mapping file may say not to keep it either. */
const CUSTOMER_GROUPS = new Set(['customer-groups', 'customer-user-groups'])

export async function takeKept(m: Master): Promise<void> {
  for (const what of KEPT) {
    if (CUSTOMER_GROUPS.has(what.kind) && m.mapping.customerGroups === 'ignore') continue
    await keepTable(m, what)
  }
  if (m.mapping.customerGroups === 'keep' && String(m.source.setting('CustomerGroupSupport') ?? '0') === '1')
    m.tell('customer-groups', 'group_customer', 'CustomerGroupSupport')
  // The program's own storage of Perl: nobody else reads it.
  for (const row of await m.all('form_draft', 'id'))
    m.tell('draft-not-read', 'form_draft', str(row['id']), { ticket: str(row['object_id']) })
  for (const [named, value] of Object.entries(m.source.settings())) keepSetting(m, named, value)
}

async function keepTable(
  m: Master,
  { kind, table, by, called, with: along = {}, only = () => true, without = [], yaml = [] }: Keeping,
): Promise<void> {
  const rows = (await m.all(table)).filter(only)
  const things = Map.groupBy(rows, (row) => by.map((column) => str(row[column])).join(' '))
  const others = new Map<string, ReadonlyMap<string, Row[]>>()
  if (things.size > 0)
    for (const [other, column] of Object.entries(along))
      others.set(
        other,
        Map.groupBy(await m.all(other), (row) => str(row[column])),
      )
  for (const [source, own] of things) {
    const content = {
      [table]: own.map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => !without.includes(column)))),
      ...Object.fromEntries([...others].map(([other, bySource]) => [other, bySource.get(source) ?? []])),
    }
    const texts = yaml.map((column) => str(own[0]![column])).filter((text) => text.trim() !== '')
    keep(m, kind, source, name(own[0]![called]) || source, content, texts.length > 0 ? texts.map(blankYaml).join('\n') : undefined)
  }
}

/** By its name a setting may be a secret itself: 'AuthModule::LDAP::SearchUserPw'. */
function keepSetting(m: Master, named: string, value: unknown): void {
  m.kept.push({ kind: 'setting', source_id: named, name: named, content: { value: blank(value, named) ?? null }, original: null })
}
