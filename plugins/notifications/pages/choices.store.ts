/** Owns the SQL of what a person chose: by which way they are told, of which notification and queue, and when the digest comes. */
import type { Kysely } from 'kysely'
import { actorId, isId, refused, type Database, type Id, type Work } from '../../../core/index.ts'
import { MAIL_CHOICES, tell, type MailChoice } from '../tables.ts'

export interface Chosen {
  /** Null: of every notification. */
  notificationId: Id | null
  /** Null: of every queue. */
  queueId: Id | null
  /** Null: not said here. */
  mail: MailChoice | null
  page: boolean | null
}

export interface OwnChoices {
  rows: Chosen[]
  /** Hour of the installation's clock; null: every hour. */
  digestHour: number | null
}

export async function choicesOf(db: Kysely<Database>, personId: Id): Promise<OwnChoices> {
  const [rows, person] = await Promise.all([
    tell(db)
      .selectFrom('notification_choice')
      .select(['notification_id as notificationId', 'queue_id as queueId', 'mail', 'page'])
      .where('person_id', '=', personId)
      .execute(),
    tell(db).selectFrom('notification_person').select('digest_hour').where('person_id', '=', personId).executeTakeFirst(),
  ])
  return { rows, digestHour: person?.digest_hour ?? null }
}

/** One person's queues with words of their own, at most. */
const MOST_ROWS = 1000

/**
 * Puts these in place of all that the actor chose. Rows that say nothing are left out. Errors: `choice-gone` at 'digestHour', or where a row names
 * a queue or notification that is gone.
 */
export async function saveChoices(work: Work, { rows, digestHour }: OwnChoices): Promise<void> {
  const person = actorId(work)!
  if (digestHour !== null && !(Number.isInteger(digestHour) && digestHour >= 0 && digestHour <= 23))
    throw refused('choice-gone', {}, 'digestHour')
  const said = rows.filter(({ mail, page }) => mail !== null || page !== null).slice(0, MOST_ROWS)
  for (const { notificationId, queueId, mail } of said) {
    if (mail !== null && !MAIL_CHOICES.includes(mail)) throw refused('choice-gone')
    if ((notificationId !== null && !isId(notificationId)) || (queueId !== null && !isId(queueId))) throw refused('choice-gone')
  }
  const own = tell(work.db)
  await own.deleteFrom('notification_choice').where('person_id', '=', person).execute()
  if (said.length > 0)
    await own
      .insertInto('notification_choice')
      .values(
        said.map(({ notificationId, queueId, mail, page }) => ({
          person_id: person,
          notification_id: notificationId,
          queue_id: queueId,
          mail,
          page,
        })),
      )
      .execute()
  await own
    .insertInto('notification_person')
    .values({ person_id: person, digest_hour: digestHour })
    .onConflict((conflict) => conflict.column('person_id').doUpdateSet({ digest_hour: digestHour }))
    .execute()
}
