/** Owns the types of the tables of notifications. */
import type { Generated, Kysely } from 'kysely'
import type { Database, EventName, Id } from '../../core/index.ts'
import type { Outcome } from './outcomes.ts'
import type { NotificationRule } from './rule.ts'

/** How an agent is told: by mail at once, in the page, or in one mail with others. */
export type Way = 'mail' | 'page' | 'digest'
/** What a person wants of mails. */
export type MailChoice = 'now' | 'digest' | 'none'
export const MAIL_CHOICES: readonly MailChoice[] = ['now', 'digest', 'none']

/** The event of entries under the bell that are about a rule. */
export const STOPPED = 'admin.stopped'

export interface NotificationTable {
  id: Generated<Id>
  unit_id: Id | null
  name: string
  comment: Generated<string>
  valid: boolean
  rule: NotificationRule
  since: Date | null
  stopped: string | null
  edited_by: Id | null
  created_at: Date
  changed_at: Date
}
export interface TextTable {
  notification_id: Id
  language: string
  subject: string
  body: string
  content_type: Generated<'text/plain' | 'text/html'>
}
export interface ChoiceTable {
  person_id: Id
  notification_id: Id | null
  queue_id: Id | null
  mail: MailChoice | null
  page: boolean | null
}
export interface PersonTable {
  person_id: Id
  digest_hour: number | null
}
export interface BellTable {
  id: Generated<Id>
  person_id: Id
  /** Null: it is `about` something else. */
  ticket_id: Id | null
  notification_id: Id | null
  event: EventName | typeof STOPPED
  subject: string
  article_id: Id | null
  actor_id: Id | null
  act_id: string
  at: Date
  read_at: Date | null
  /** What stopped, as the log names it; of which unit, null the installation's; and why. */
  about: string | null
  about_id: Id | null
  unit_id: Id | null
  why: Generated<string>
  detail: Generated<string>
}
export interface ToldTable {
  id: Generated<Id>
  notification_id: Id
  ticket_id: Id
  person_id: Id | null
  address: string | null
  way: Way | null
  outcome: Outcome
  detail: Generated<string>
  event: EventName
  subject: Generated<string>
  act_id: string
  fact_id: Id
  mail_id: Id | null
  at: Date
  told_at: Date | null
}

export type NotificationTables = {
  notification: NotificationTable
  notification_text: TextTable
  notification_choice: ChoiceTable
  notification_person: PersonTable
  notification_bell: BellTable
  notification_told: ToldTable
}

/** The same handle, knowing these tables too. */
export const tell = (db: Kysely<Database>) => db.withTables<NotificationTables>()
