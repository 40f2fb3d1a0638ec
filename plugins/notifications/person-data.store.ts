/** Owns what notifications hold of a person, as they are handed it. */
import { sql, type Kysely } from 'kysely'
import type { Database, PersonData, PersonNamed } from '../../core/index.ts'

const rowsOf =
  (query: (person: PersonNamed) => ReturnType<typeof sql<object>>) =>
  async (db: Kysely<Database>, person: PersonNamed): Promise<readonly object[]> =>
    (await query(person).execute(db)).rows

export const personData: PersonData = {
  notification: rowsOf(
    ({ id, addresses }) => sql<object>`
      select name, edited_by = ${id} is true as "editedByMe", rule -> 'agents' ? ${id} as "tellsMe", changed_at as "changedAt" from notification
      where edited_by = ${id} or rule -> 'agents' ? ${id}
        or exists (select from unnest(${addresses}::text[]) a where strpos(lower(rule ->> 'addresses'), lower(a)) > 0) order by id`,
  ),
  notification_choice: rowsOf(
    ({ id }) => sql<object>`
      select n.name as notification, q.name as queue, c.mail, c.page from notification_choice c
        left join notification n on n.id = c.notification_id left join queue q on q.id = c.queue_id
      where c.person_id = ${id} order by n.name nulls first, q.name nulls first`,
  ),
  notification_person: rowsOf(({ id }) => sql<object>`select digest_hour as "digestHour" from notification_person where person_id = ${id}`),
  // What somebody did, others read under their bells: by the name that the person has.
  notification_bell: rowsOf(
    ({ id }) => sql<object>`
      select t.number as ticket, b.event, b.subject, b.at, b.read_at as "readAt" from notification_bell b left join ticket t on t.id = b.ticket_id
      where b.person_id = ${id} order by b.id`,
  ),
  notification_told: rowsOf(
    ({ id, addresses }) => sql<object>`
      select t.number as ticket, n.name as notification, d.event, d.way, d.outcome, d.subject, d.at, d.told_at as "toldAt"
      from notification_told d join notification n on n.id = d.notification_id join ticket t on t.id = d.ticket_id
      where d.person_id = ${id} or lower(d.address) = any(${addresses.map((one) => one.toLowerCase())}::text[]) order by d.id`,
  ),
}
