/** Owns the pieces of SQL that say who asks: what of a person's own row an actor is made of, and whether rights are as they were. */
import { sql, type RawBuilder } from 'kysely'
import type { Id, Language } from '../database/schema.ts'

/** Rights come from many tables; all else of an actor stands here. */
export interface ActorRow {
  id: Id
  name: string
  login: string | null
  language: Language | null
  unit_id: Id | null
  agent: boolean
  preferences: Record<string, unknown>
  /** Codes of their companies. */
  companies: string[]
  /** "My queues". */
  queues: Id[]
  /** "My services". */
  services: Id[]
}

/** Codes of the companies in use that a person belongs to. */
export const companiesOf = (personId: RawBuilder<unknown>): RawBuilder<string[]> =>
  sql<
    string[]
  >`array(select c.code from person_company pc join company c on c.id = pc.company_id and c.valid where pc.person_id = ${personId})`

/** The columns of an `ActorRow` but for `id` and `agent`, of a person `p`. */
export const actorColumns: RawBuilder<unknown> = sql`p.name, p.login, p.language, p.unit_id, p.preferences, ${companiesOf(sql`p.id`)} as companies,
  array(select queue_id::text from person_queue where person_id = p.id) as queues,
  array(select service_id::text from person_service where person_id = p.id) as services`

/**
 * Says something else as soon as anything has changed that rights follow from, in the very moment in which the change is seen: how many
 * changes are kept, and the sum of their numbers. Old ones that go never make up for new ones that came.
 */
export const rightsStamp: RawBuilder<string> = sql<string>`(select count(*) || '/' || coalesce(sum(id), 0) from access_change)`
