/** Owns the row types of core's tables. Plugins add theirs by augmenting `Database`. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { Language } from '../i18n/languages.ts'
import type { Lock, StateType } from '../ticket/state-machine.ts'

export type Id = string
type GeneratedId = ColumnType<Id, Id | undefined, never>
type Json<T> = ColumnType<T, string, string>
/** A column that may be left out, and is null then. */
type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>
type DefaultJson<T> = ColumnType<T, string | undefined, string>

export type { Lock, StateType } from '../ticket/state-machine.ts'
export type { Language } from '../i18n/languages.ts'
export type Channel = 'email' | 'phone' | 'internal' | 'chat' | 'web' | 'sms'
export type SenderType = 'agent' | 'system' | 'customer'
export type FollowUpPossible = 'possible' | 'reject' | 'new ticket'
export type FollowUpStrangers = 'accept' | 'hold' | 'reject'
export type AgentMail = 'note' | 'answer'
/** How far it is proven who wrote an article. */
export type Assurance = 'login' | 'confirmed' | 'address' | 'unverified' | 'failed'
export type HeldDecision = 'accepted' | 'rejected'
export type AutoResponseType =
  | 'auto reply'
  | 'auto reject'
  | 'auto follow up'
  | 'auto reply/new ticket'
  | 'auto remove'
  | 'closed'
  | 'waiting'
export type InboundState = 'accepted' | 'processed' | 'failed' | 'held'
/** Who said to which unit a person belongs. */
export type UnitSaidBy = 'self' | 'rule' | 'administrator'
export type OutboundState = 'queued' | 'sent' | 'failed' | 'cancelled'

export interface CalendarTable {
  id: GeneratedId
  name: string
  definition: JSONColumnType<object>
  valid: Generated<boolean>
  unit_id: Generated<Id>
}
export interface UnitTable {
  id: GeneratedId
  parent_id: Id | null
  slug: string
  name: string
  name_en: string | null
  calendar_id: Id | null
  valid: Generated<boolean>
  created_at: Date
  opted_in_at: ColumnType<Date | null, Date | null | undefined, Date | null>
}
export interface PersonTable {
  id: GeneratedId
  login: string | null
  first_name: Generated<string>
  last_name: Generated<string>
  name: string
  password_hash: string | null
  agent: Generated<boolean>
  /** The hat came with a right that a unit gave, and goes with the last one. */
  hat_by_unit: Generated<boolean>
  language: Language | null
  phone: Generated<string>
  unit_id: Id | null
  source: Generated<string>
  valid: Generated<boolean>
  created_at: Date
  last_login_at: Date | null
  preferences: DefaultJson<Record<string, unknown>>
  details: DefaultJson<Record<string, unknown>>
  off_for_now: Generated<boolean>
  unit_by: ColumnType<UnitSaidBy | null, UnitSaidBy | null | undefined, UnitSaidBy | null>
  unit_rule_id: ColumnType<Id | null, Id | null | undefined, Id | null>
}
export interface PersonAddressTable {
  id: GeneratedId
  person_id: Id
  address: string
  main: Generated<boolean>
  verified_at: Date | null
}
export interface SessionTable {
  token_hash: Buffer
  person_id: Id
  csrf: string
  created_at: Date
  last_used_at: Date
  expires_at: Date
  client_address: Generated<string>
  user_agent: Generated<string>
  waits_for_code: Generated<boolean>
  /** Null: when it was opened. */
  proved_at: ColumnType<Date | null, Date | null | undefined, Date>
}
export interface HeldFileTable {
  id: GeneratedId
  key_hash: Buffer
  person_id: Id
  field: string
  name: string
  content_type: string
  content: Buffer
  held_at: Date
}
export interface LoginLinkTable {
  token_hash: Buffer
  person_id: Id
  purpose: LinkPurpose
  created_at: Date
  expires_at: Date
  used_at: Date | null
}
export type LinkPurpose = 'login' | 'set-password' | 'device'
export interface LoginAttemptTable {
  id: GeneratedId
  login: string
  client_address: string
  at: Date
  refused: Generated<boolean>
}
export interface PersonDirectoryTable {
  person_id: Id
  directory: string
  entry_id: string
  dn: string
  attributes: Json<Record<string, string[]>>
  groups: string[]
  given_addresses: string[]
  given_agent: Generated<boolean>
  given_roles: Id[]
  listed_addresses: Generated<string[]>
  standing: number | null
  off_since: Date | null
  seen_at: Date
}
export interface PersonAbsenceTable {
  person_id: Id
  from_at: Date
  until_at: Date
  substitute_id: Id | null
  note: Generated<string>
}
export interface PersonDeviceTable {
  person_id: Id
  token_hash: Buffer
  last_used_at: Date
}
export interface SecretKeyTable {
  number: number
  fingerprint: string
  since: Date
}
export interface SecondFactorTable {
  person_id: Id
  /** In clear, of before there were keys; else null. */
  secret: string | null
  sealed: Buffer | null
  key_number: number | null
  confirmed_at: Date | null
  last_step: Generated<string>
  created_at: Date
}
export interface RecoveryCodeTable {
  person_id: Id
  code_hash: Buffer
  used_at: Date | null
}
export interface PermissionGroupTable {
  id: GeneratedId
  name: string
  comment: Generated<string>
  unit_id: Generated<Id>
  valid: Generated<boolean>
  off_for_now: Generated<boolean>
}
export interface RoleTable {
  id: GeneratedId
  name: string
  comment: Generated<string>
  valid: Generated<boolean>
  second_factor: Generated<boolean>
  off_for_now: Generated<boolean>
}
export interface GroupPersonTable {
  group_id: Id
  person_id: Id
  right: string
}
export interface RolePersonTable {
  role_id: Id
  person_id: Id
}
export interface GroupRoleTable {
  group_id: Id
  role_id: Id
  right: string
}
/** Deadlines in working minutes (null: none), each with the per cent of it from which it is told of. */
export interface DeadlineColumns {
  first_response_minutes: Optional<number>
  first_response_notify: Optional<number>
  update_minutes: Optional<number>
  update_notify: Optional<number>
  solution_minutes: Optional<number>
  solution_notify: Optional<number>
}
export type AskTime = 'off' | 'optional' | 'required'
export interface QueueTable extends DeadlineColumns {
  id: GeneratedId
  name: string
  parent_id: Id | null
  unit_id: Id
  group_id: Id
  calendar_id: Id | null
  address_id: Id | null
  follow_up_possible: Generated<FollowUpPossible>
  follow_up_strangers: Generated<FollowUpStrangers>
  agent_mail: Generated<AgentMail>
  follow_up_lock: Generated<boolean>
  language: Language | null
  signature: Generated<string>
  comment: Generated<string>
  valid: Generated<boolean>
  created_at: Date
  sort: Generated<number>
  salutation_id: Optional<Id>
  signature_id: Optional<Id>
  unlock_minutes: Optional<number>
  ask_time: Generated<AskTime>
  sign_key: Generated<string>
  off_for_now: Generated<boolean>
}
export interface SystemAddressTable {
  id: GeneratedId
  address: string
  name: string
  queue_id: Id
  valid: Generated<boolean>
  by_unit: Generated<boolean>
  topic_id: ColumnType<Id | null, Id | null | undefined, Id | null>
}
export interface TopicTable {
  id: GeneratedId
  slug: string
  name: string
  name_en: string | null
  unit_id: Generated<Id>
  sort: Generated<number>
  valid: Generated<boolean>
}
export interface RouteTable {
  unit_id: Id
  topic_id: Id | null
  queue_id: Id
}
export type NominationEnd = 'accepted' | 'declined' | 'withdrawn' | 'expired'
export interface UnitNominationTable {
  id: GeneratedId
  unit_id: Id
  person_id: Id
  nominated_by: Id
  administrator: boolean
  rights: ColumnType<Record<Id, string[]>, string, never>
  nominated_at: Date
  expires_at: Date
  ended_at: Date | null
  ended: NominationEnd | null
}
export interface UnitAdministratorTable {
  unit_id: Id
  person_id: Id
  since: Date
  given_by: Id | null
}
export interface UnitRuleTable {
  id: GeneratedId
  sort: Generated<number>
  kind: 'attribute' | 'dn' | 'group' | 'mail-domain'
  name: Generated<string>
  value: string
  unit_id: Id
  valid: Generated<boolean>
}
export interface UnitBrandTable {
  unit_id: Id
  name: Generated<string>
  colour: string | null
  logo_blob_id: Id | null
  logo_type: string | null
}
export interface UnitRestTable {
  unit_id: Id
  since: Date
  queues: Id[]
  addresses: Json<{ id: Id; from: Id; to: Id }[]>
}
export interface TicketStateTable {
  id: GeneratedId
  name: string
  type: StateType
  date_optional: Generated<boolean>
  after_pending: string | null
  sort: Generated<number>
  valid: Generated<boolean>
  suspends: Generated<boolean>
  off_for_now: Generated<boolean>
}
export interface TicketPriorityTable {
  id: GeneratedId
  name: string
  valid: Generated<boolean>
  off_for_now: Generated<boolean>
}
export interface TicketTypeTable {
  id: GeneratedId
  name: string
  valid: Generated<boolean>
  off_for_now: Generated<boolean>
}
export interface ServiceTable {
  id: GeneratedId
  name: string
  parent_id: Optional<Id>
  unit_id: Generated<Id>
  for_everybody: Generated<boolean>
  comment: Generated<string>
  valid: Generated<boolean>
  off_for_now: Generated<boolean>
}
export interface SlaTable extends DeadlineColumns {
  id: GeneratedId
  name: string
  unit_id: Generated<Id>
  calendar_id: Optional<Id>
  comment: Generated<string>
  valid: Generated<boolean>
  off_for_now: Generated<boolean>
}
export interface ServiceSlaTable {
  service_id: Id
  sla_id: Id
}
export interface ServicePersonTable {
  service_id: Id
  person_id: Id
}
export interface FurtherLoginTable {
  login: string
  person_id: Id
}
export interface CompanyTable {
  id: GeneratedId
  code: string
  name: string
  address: DefaultJson<Record<string, string>>
  url: Generated<string>
  comment: Generated<string>
  valid: Generated<boolean>
  off_for_now: Generated<boolean>
}
export interface PersonCompanyTable {
  person_id: Id
  company_id: Id
  main: Generated<boolean>
}
export interface PersonQueueTable {
  person_id: Id
  queue_id: Id
}
export interface PersonServiceTable {
  person_id: Id
  service_id: Id
}
export interface TicketNumberBaseTable {
  key: string
  base: string
}
/** Attributes that bring their own column add it to `TicketTable` (ticket/attributes.ts). */
export interface TicketTable extends CoreTicketTable {}
export interface CoreTicketTable {
  id: GeneratedId
  number: string
  title: string
  queue_id: Id
  state_id: Id
  state_type: StateType
  priority_id: Id
  lock: Generated<Lock>
  owner_id: Id | null
  responsible_id: Id | null
  customer_id: Id | null
  customer_company: ColumnType<string | null, string | null | undefined, string | null>
  customer_login: Optional<string>
  preview: Generated<string>
  pending_until: Date | null
  received_at: Date
  created_at: Date
  created_by: Id | null
  changed_at: Date
  closed_at: Date | null
  last_customer_at: Date | null
  last_agent_at: Date | null
  undelivered_at: Optional<Date>
  archived: Generated<boolean>
  topic_id: Optional<Id>
  type_id: Generated<Id>
  service_id: Optional<Id>
  sla_id: Optional<Id>
  merged_into_id: Optional<Id>
  locked_at: Optional<Date>
  first_response_at: Optional<Date>
  first_closed_at: Optional<Date>
  response_due_at: Optional<Date>
  update_due_at: Optional<Date>
  solution_due_at: Optional<Date>
  due_at: Optional<Date>
  suspended: Optional<boolean>
  reminded_for: Optional<Date>
}
export interface DeadlineRecountTable {
  what: string
  thing_id: string
  act_id: string
  asked_at: Date
  after: Generated<Id>
  looked: Generated<number>
  moved: Generated<number>
  done_at: Optional<Date>
}
export interface TicketWatcherTable {
  ticket_id: Id
  person_id: Id
  since: Optional<Date>
  added_by: Optional<Id>
}
export interface TicketParticipantTable {
  ticket_id: Id
  person_id: Id
  right: 'read' | 'reply'
}
export interface TicketInvitationTable {
  id: GeneratedId
  ticket_id: Id
  address: string
  right: 'read' | 'reply'
  person_id: Id | null
  invited_at: Date
  ended_at: Date | null
}
export interface TicketSeenTable {
  ticket_id: Id
  person_id: Id
  seen_at: Date
}
export interface DraftTable {
  person_id: Id
  form: string
  fields: Json<Record<string, string>>
  updated_at: Date
  page: Generated<string>
  version: Generated<string>
  files: Generated<Id[]>
  ticket_id: Generated<Id | null>
  act_id: Generated<string | null>
}
/** A list of tickets under a name: of one person, of a unit and those below, or of whoever holds a right in a group. */
export interface SavedViewTable {
  id: GeneratedId
  person_id: Optional<Id>
  unit_id: Optional<Id>
  group_id: Optional<Id>
  made_by: Optional<Id>
  name: string
  address: string
  columns: Optional<string[]>
}
export interface DraftFileTable {
  id: GeneratedId
  person_id: Id
  blob_id: Id
  name: string
  content_type: string
  size: string | number
  created_at: Date
}
export interface BlobTable {
  id: GeneratedId
  sha256: Buffer
  size: string | number
  created_at: Date
}
export interface BlobChunkTable {
  blob_id: Id
  seq: number
  data: Buffer
}
export interface ArticleTable {
  id: GeneratedId
  ticket_id: Id
  channel: Channel
  sender_type: SenderType
  visible: boolean
  person_id: Id | null
  from_text: Generated<string>
  to_text: Generated<string>
  cc_text: Generated<string>
  reply_to: Generated<string>
  subject: Generated<string>
  body: Generated<string>
  html: string | null
  message_id: string | null
  message_id_md5: ColumnType<string | null, never, never>
  in_reply_to: Generated<string>
  reference_ids: Generated<string>
  inbound_mail_id: Id | null
  act_id: string
  created_at: Date
  withdrawn_at: Date | null
  assurance: Generated<Assurance | null>
  assurance_rule: Generated<string>
  assurance_detail: Generated<string>
  held_at: Generated<Date | null>
  held_rule: Generated<string>
  held_decision: Generated<HeldDecision | null>
  bcc_text: Generated<string>
  content_type: Generated<string>
  incoming_at: Optional<Date>
  changed_at: Optional<Date>
  changed_by: Optional<Id>
  colour: Optional<string>
}
export interface ArticleRawTable {
  article_id: Id
  blob_id: Id
  at: Generated<Date>
}
export interface ArticleSendErrorTable {
  id: GeneratedId
  article_id: Id
  at: Date | null
  message_id: string | null
  text: string
}
export interface ArticleRevisionTable {
  article_id: Id
  n: number
  at: Date
  by_id: Id | null
  visible: boolean
  from_text: Generated<string>
  to_text: Generated<string>
  cc_text: Generated<string>
  subject: Generated<string>
  body: Generated<string>
  html: string | null
  deleted: Generated<boolean>
}
export interface ArticleFlagTable {
  article_id: Id
  person_id: Id
  key: string
  value: Generated<string>
}
export type PartRole = 'file' | 'body-plain' | 'body-html'
export interface ArticleAttachmentTable {
  id: GeneratedId
  article_id: Id
  blob_id: Id
  name: string
  content_type: string
  content_id: string | null
  disposition: Generated<'attachment' | 'inline'>
  size: string | number
  place: Optional<number>
  role: Generated<PartRole>
  alternative: Generated<boolean>
}
export interface HistoryTable {
  id: GeneratedId
  ticket_id: Id
  article_id: Id | null
  type: string
  name: Generated<string>
  before: ColumnType<Record<string, unknown> | null, string | null | undefined, string | null>
  after: ColumnType<Record<string, unknown> | null, string | null | undefined, string | null>
  reason: ColumnType<unknown, string | null | undefined, string | null>
  person_id: Id | null
  act_id: string
  created_at: Date
  queue_id: Optional<number>
  owner_id: Optional<number>
  priority_id: Optional<number>
  state_id: Optional<number>
  type_id: Optional<number>
}
export interface LinkTable {
  id: GeneratedId
  from_kind: string
  from_id: string
  to_kind: string
  to_id: string
  type: string
  at: Date
  by_id: Id | null
}
export interface MergeTable {
  id: GeneratedId
  ticket_id: Id
  into_id: Id
  shared: boolean
  before: ColumnType<MergeBefore, string, never>
  at: Date
  by_id: Id | null
  act_id: string
  note_id: Id | null
  undone_at: Optional<Date>
  undone_by: Optional<Id>
}
/** Columns as they were: of the merged ticket, and of the main one with what the merge made of them. */
export interface MergeBefore {
  merged: Record<string, unknown>
  main: Record<string, unknown>
  mainAfter: Record<string, unknown>
}
export type MovedKind = 'time' | 'link' | 'watcher' | 'participant' | 'parent' | 'field'
export interface MergeMovedTable {
  merge_id: Id
  kind: MovedKind
  row_id: Id
}
export interface ArticleThreadTable {
  article_id: Id
  ticket_id: Id
  shared: boolean
}
export interface TimeSpentTable {
  id: GeneratedId
  ticket_id: Id
  article_id: Id | null
  /** As PostgreSQL writes a numeric: '0.25'. */
  units: ColumnType<string, string | number, string | number>
  person_id: Id | null
  at: Date
  act_id: Optional<string>
}
export type DeadlineName = 'response' | 'update' | 'solution'
export interface DeadlineToldTable {
  ticket_id: Id
  deadline: DeadlineName
  due_at: Date
  near_at: Optional<Date>
  missed_at: Optional<Date>
}
export type FieldObject = 'ticket' | 'article' | 'person' | 'company' | 'faq'
export interface FieldTable {
  id: GeneratedId
  name: string
  label: string
  label_en: string | null
  object: FieldObject
  type: string
  config: DefaultJson<Record<string, unknown>>
  unit_id: Generated<Id>
  internal: Generated<boolean>
  sort: Generated<number>
  valid: Generated<boolean>
  off_for_now: Generated<boolean>
}
export interface FieldValueTable {
  object_id: Id
  field_id: Id
  set_place: Generated<number>
  place: Generated<number>
  text: Optional<string>
  at: Optional<Date>
  number: Optional<Id>
}
export type FieldUse = 'required' | 'optional' | 'off'
export interface FieldUseTable {
  field_id: Id
  screen: string
  queue_id: Id | null
  topic_id: Id | null
  use: FieldUse
}
export interface FactTable {
  id: GeneratedId
  name: string
  ticket_id: Id | null
  unit_id: Id | null
  person_id: Id | null
  act_id: string
  data: DefaultJson<Record<string, unknown>>
  created_at: Date
  plugin: ColumnType<string | null, string | null | undefined, never>
}
export interface InboundMailTable {
  id: GeneratedId
  key: Buffer
  blob_id: Id | null
  envelope_from: string
  envelope_to: string
  peer_address: Generated<string>
  peer_name: Generated<string>
  client_address: Generated<string>
  client_name: Generated<string>
  client_helo: Generated<string>
  encrypted: Generated<boolean>
  accepted_at: Date
  state: Generated<InboundState>
  outcome: string | null
  reason: ColumnType<MailReason[] | null, string | null | undefined, string | null>
  subject: Generated<string>
  from_text: Generated<string>
  message_id_md5: string | null
  ticket_id: Id | null
  article_id: Id | null
  attempts: Generated<number>
  processed_at: Date | null
  to_queue_id: ColumnType<Id | null, Id | null | undefined, Id | null>
  content_key: ColumnType<Buffer | null, Buffer | null | undefined, Buffer | null>
}
/** One step's decision on a mail: which step, what it decided, by which rule, in words for a person. */
export interface MailReason {
  step: string
  decided: string
  rule: string
  detail?: string /** Which way through the units it went. */
  route?: RouteWhy
}
/** Why routing chose as it did: from whose unit, about what, and what each unit on the way said. */
export interface RouteWhy {
  unitId: Id | null
  topicId: Id | null
  via: { unitId: Id; said: 'taken' | 'takes-all' | 'not-opted-in' | 'not-taken' }[]
}
export interface OutboundMailTable {
  id: GeneratedId
  kind: string
  ticket_id: Id | null
  article_id: Id | null
  from_text: string
  envelope_from: string
  recipients: string[]
  to_text: string
  cc_text: Generated<string>
  subject: string
  body: string | null
  html: string | null
  message_id: string
  in_reply_to: Generated<string>
  reference_ids: Generated<string>
  headers: DefaultJson<Record<string, string>>
  state: Generated<OutboundState>
  attempts: Generated<number>
  not_before: Date
  give_up_at: Date
  last_error: string | null
  /** What would let it leave: the smarthost as a whole, or that it takes our address. */
  waits_for: Generated<'smarthost' | 'sender' | null>
  act_id: string
  created_at: Date
  sent_at: Date | null
  blob_id: Id | null
}
export interface PostmasterFilterTable {
  id: GeneratedId
  name: string
  comment: Generated<string>
  stop: Generated<boolean>
  valid: Generated<boolean>
}
export interface PostmasterFilterRowTable {
  filter_id: Id
  place: number
  kind: 'Match' | 'Set'
  key: string
  value: Generated<string>
  negated: Generated<boolean>
}
export interface AutomaticReopeningTable {
  ticket_id: Id
  day: string
  count: number
}
export interface AnswerPartTable {
  id: GeneratedId
  name: string
  body: string
  valid: Generated<boolean>
}
export type AnswerTemplateType = 'Answer' | 'Create' | 'Email' | 'Forward' | 'Note' | 'PhoneCall' | 'ProcessManagement' | 'Snippet'
export interface AnswerTemplateTable {
  id: GeneratedId
  name: string
  type: AnswerTemplateType
  body: Generated<string>
  valid: Generated<boolean>
  html: Optional<string>
  state_id: Optional<Id>
  comment: Generated<string>
  off_for_now: Generated<boolean>
}
export interface AnswerTemplateAttachmentTable {
  id: GeneratedId
  template_id: Id
  blob_id: Id
  name: string
  content_type: string
  size: string | number
}
export interface QueueAnswerTemplateTable {
  queue_id: Id
  template_id: Id
}
export interface LimitCountTable {
  name: string
  key: string
  shard: Generated<number>
  began_at: Date
  count: Generated<number>
  refused: Generated<number>
  refused_at: Date | null
  over: Generated<boolean>
}
export interface LoopProtectionTable {
  address: string
  day: string
  count: number
}
export interface AutoResponseTable {
  id: GeneratedId
  name: string
  type: AutoResponseType
  standard: Generated<boolean>
  valid: Generated<boolean>
  unit_id: Generated<Id>
}
export interface AutoResponseTextTable {
  auto_response_id: Id
  language: Language
  subject: string
  body: string
}
export interface QueueAutoResponseTable {
  queue_id: Id
  type: AutoResponseType
  auto_response_id: Id | null
}
export interface SettingTable {
  owner: string
  key: string
  unit_id: Generated<Id>
  value: Json<unknown>
  changed_at: Date
  changed_by: Id | null
}
export interface PluginActivationTable {
  plugin: string
  unit_id: Id
  active: boolean
  changed_at: Date
  changed_by: Id | null
}
export interface PluginFaultTable {
  id: GeneratedId
  plugin: string
  unit_id: Id | null
  kind: string
  name: string
  sort: string
  error: string
  detail: Generated<string>
  times: Generated<number>
  first_at: Date
  last_at: Date
}
export interface PluginStrikeTable {
  plugin: string
  unit_id: Id | null
  at: Date
  /** Who brought it about, see kernel/origin.ts; null: nobody outside. */
  visitor: string | null
}
/** The longest time of a minute in which a process answered nobody, where it was long. */
export interface ProcessStallTable {
  at: Date
  /** What the process serves: 'web,smtp,jobs'. */
  roles: string
  ms: number
}
export interface PluginSuspensionTable {
  plugin: string
  unit_id: Id | null
  since: Date
  first_fault_at: Date
  fault_id: Id | null
}
export interface DatabaseFillTable {
  name: string
  at_key: Id
  until_key: Id
  filled: Generated<Id>
  begun_at: Date
  done_at: Date | null
  last_error: string | null
}
export interface PersonHoldTable {
  person_id: Id
  reason: string
  since: Date
  set_by: Id | null
}
export interface PersonReleasedTable {
  person_id: Id
  address: string
  login: string | null
  released_at: Date
}
export interface PersonErasureTable {
  person_id: Id
  asked_at: Date
  asked_by: Id | null
  done_at: Date | null
  counts: ColumnType<Record<string, number> | null, string | null | undefined, string | null>
  error: string | null
}

export interface AuditEventTable {
  id: GeneratedId
  at: Date
  kind: string
  person_id: Id | null
  on_behalf_of: Id | null
  program: string | null
  client_address: string | null
  request_id: string | null
  object_type: Generated<string>
  object_id: Generated<string>
  unit_id: Id | null
  before: ColumnType<Record<string, unknown> | null, string | null, string | null>
  after: ColumnType<Record<string, unknown> | null, string | null, string | null>
  act_id: string
}

export interface AuditBlobTable {
  blob_id: Id
  at: Date
}

export interface AccessChangeTable {
  id: GeneratedId
  at: ColumnType<Date, never, never>
}

export interface Database {
  calendar: CalendarTable
  unit: UnitTable
  person: PersonTable
  person_address: PersonAddressTable
  session: SessionTable
  held_file: HeldFileTable
  login_link: LoginLinkTable
  login_attempt: LoginAttemptTable
  person_directory: PersonDirectoryTable
  person_device: PersonDeviceTable
  person_absence: PersonAbsenceTable
  secret_key: SecretKeyTable
  second_factor: SecondFactorTable
  recovery_code: RecoveryCodeTable
  permission_group: PermissionGroupTable
  role: RoleTable
  group_person: GroupPersonTable
  role_person: RolePersonTable
  group_role: GroupRoleTable
  queue: QueueTable
  system_address: SystemAddressTable
  ticket_state: TicketStateTable
  ticket_priority: TicketPriorityTable
  ticket_type: TicketTypeTable
  service: ServiceTable
  sla: SlaTable
  service_sla: ServiceSlaTable
  service_person: ServicePersonTable
  further_login: FurtherLoginTable
  company: CompanyTable
  person_company: PersonCompanyTable
  person_queue: PersonQueueTable
  person_service: PersonServiceTable
  article_raw: ArticleRawTable
  article_send_error: ArticleSendErrorTable
  article_revision: ArticleRevisionTable
  article_flag: ArticleFlagTable
  link: LinkTable
  merge: MergeTable
  merge_moved: MergeMovedTable
  article_thread: ArticleThreadTable
  time_spent: TimeSpentTable
  deadline_told: DeadlineToldTable
  field: FieldTable
  field_value: FieldValueTable
  field_use: FieldUseTable
  ticket_number_base: TicketNumberBaseTable
  ticket: TicketTable
  ticket_watcher: TicketWatcherTable
  deadline_recount: DeadlineRecountTable
  ticket_participant: TicketParticipantTable
  ticket_invitation: TicketInvitationTable
  ticket_seen: TicketSeenTable
  draft: DraftTable
  draft_file: DraftFileTable
  saved_view: SavedViewTable
  blob: BlobTable
  blob_chunk: BlobChunkTable
  article: ArticleTable
  article_attachment: ArticleAttachmentTable
  history: HistoryTable
  fact: FactTable
  inbound_mail: InboundMailTable
  outbound_mail: OutboundMailTable
  postmaster_filter: PostmasterFilterTable
  postmaster_filter_row: PostmasterFilterRowTable
  automatic_reopening: AutomaticReopeningTable
  salutation: AnswerPartTable
  signature: AnswerPartTable
  answer_template: AnswerTemplateTable
  answer_template_attachment: AnswerTemplateAttachmentTable
  queue_answer_template: QueueAnswerTemplateTable
  limit_count: LimitCountTable
  loop_protection: LoopProtectionTable
  auto_response: AutoResponseTable
  auto_response_text: AutoResponseTextTable
  queue_auto_response: QueueAutoResponseTable
  setting: SettingTable
  plugin_activation: PluginActivationTable
  plugin_fault: PluginFaultTable
  plugin_strike: PluginStrikeTable
  plugin_suspension: PluginSuspensionTable
  process_stall: ProcessStallTable
  person_hold: PersonHoldTable
  person_erasure: PersonErasureTable
  audit_event: AuditEventTable
  audit_blob: AuditBlobTable
  topic: TopicTable
  route: RouteTable
  unit_administrator: UnitAdministratorTable
  unit_nomination: UnitNominationTable
  unit_rule: UnitRuleTable
  unit_brand: UnitBrandTable
  unit_rest: UnitRestTable
  database_fill: DatabaseFillTable
  person_released: PersonReleasedTable
  access_change: AccessChangeTable
}
