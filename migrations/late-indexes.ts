/** Owns the indexes that core's migrations leave to a job where the table is large: see core/database/late-index.ts. */
import type { LateIndexes } from '../core/database/late-index.ts'

/** What a ticket is about; tickets of a company, the newest first. */
export const aboutIndexes: LateIndexes = {
  ticket_service: { table: 'ticket', on: '(service_id) where service_id is not null' },
  ticket_sla: { table: 'ticket', on: '(sla_id) where sla_id is not null' },
  ticket_type_of: { table: 'ticket', on: '(type_id) where type_id <> 1' },
  ticket_company: { table: 'ticket', on: `(customer_company, created_at desc, id desc) where customer_company <> ''` },
}

/** For lists that read or sorted a whole table: mail in and out by time, a queue's tickets of any state by priority and by change. */
export const listIndexes: LateIndexes = {
  inbound_mail_accepted: { table: 'inbound_mail', on: '(accepted_at desc, id desc)' },
  outbound_mail_created: { table: 'outbound_mail', on: '(created_at desc, id desc)' },
  ticket_queue_priority: { table: 'ticket', on: '(queue_id, priority_id, created_at desc, id desc)' },
  ticket_queue_changed: { table: 'ticket', on: '(queue_id, changed_at desc, id desc)' },
}

/** What one person wrote, and mails from and to their addresses; the list of persons by name, login and age, and by a part of what is said of them. */
export const personIndexes: LateIndexes = {
  article_person: { table: 'article', on: '(person_id) where person_id is not null' },
  inbound_mail_from: { table: 'inbound_mail', on: '(lower(envelope_from))' },
  outbound_mail_recipients: { table: 'outbound_mail', on: 'using gin (recipients)' },
  person_by_name: { table: 'person', on: '((name collate "pl-x-icu"), id)' },
  person_by_login: { table: 'person', on: `((coalesce(lower(login), '')), id)` },
  person_by_age: { table: 'person', on: '(created_at, id)' },
  person_words: { table: 'person', on: `using gin (login gin_trgm_ops, phone gin_trgm_ops, (details ->> 'mobile') gin_trgm_ops)` },
  person_full_name: { table: 'person', on: '(lower(name))' },
  person_first_name: { table: 'person', on: '(lower(first_name))' },
  person_last_name: { table: 'person', on: '(lower(last_name))' },
  further_login_words: { table: 'further_login', on: 'using gin (login gin_trgm_ops)' },
}

/** Of a queue, its tickets of one owner, and what was closed in a time. New tickets stand in neither, as a rule. */
export const queueIndexes: LateIndexes = {
  ticket_owner_queue: { table: 'ticket', on: '(owner_id, queue_id, created_at desc, id desc) where owner_id is not null' },
  ticket_queue_closed: { table: 'ticket', on: '(queue_id, closed_at) where closed_at is not null' },
}

export const coreIndexes: LateIndexes = { ...aboutIndexes, ...listIndexes, ...personIndexes, ...queueIndexes }
