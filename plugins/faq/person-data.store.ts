/** Owns what the knowledge base holds of a person, as they are handed it: what they wrote, approved and thought of it. */
import { sql, type Kysely } from 'kysely'
import type { Database, PersonData, PersonNamed } from '../../core/index.ts'

const rowsOf =
  (query: (person: PersonNamed) => ReturnType<typeof sql<object>>) =>
  async (db: Kysely<Database>, person: PersonNamed): Promise<readonly object[]> =>
    (await query(person).execute(db)).rows

export const personData: PersonData = {
  faq_item: rowsOf(
    ({ id }) => sql<object>`
      select i.id, r.title, i.created_at as "createdAt" from faq_item i left join faq_revision r on r.id = i.latest_id
      where i.created_by = ${id} order by i.id`,
  ),
  faq_revision: rowsOf(
    ({ id }) => sql<object>`
      select item_id as item, title, created_by = ${id} is true as "writtenByMe", approved_by = ${id} is true as "approvedByMe", created_at as "createdAt",
        approved_at as "approvedAt" from faq_revision where created_by = ${id} or approved_by = ${id} order by id`,
  ),
  faq_file: rowsOf(
    ({ id }) => sql<object>`select item_id as item, name, created_at as "createdAt" from faq_file where created_by = ${id} order by id`,
  ),
  faq_vote: rowsOf(
    ({ id, login }) => sql<object>`
      select item_id as item, rate, created_at as "createdAt" from faq_vote where person_id = ${id} or voter = ${login} order by created_at, id`,
  ),
}
