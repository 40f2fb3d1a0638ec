/** Owns beginning anew: a pilot's tickets go, with all that belongs to them; people, units, queues and texts stay. */
import { sql } from 'kysely'
import { recordEvent } from '../audit/record.ts'
import { refused } from '../errors.ts'
import type { Work } from '../kernel/work.ts'

export interface Gone {
  tickets: number
  articles: number
  mails: number
}

/**
 * Takes away every ticket with its articles, history, files and mails, and what names one: links, drafts, facts. Ids and numbers go on. Mails that
 * no ticket came of yet stay and become tickets; files go by night, as whatever nobody owns. For the command line, where a person is asked first;
 * in one transaction, with nothing else at work; the log keeps how much went. Errors: `not-allowed` to everybody but the program.
 */
export async function beginAnew(work: Work): Promise<Gone> {
  if (work.actor.kind !== 'system') throw refused('not-allowed')
  const { db } = work
  const {
    rows: [gone],
  } = await sql<Gone>`
    select (select count(*)::int from ticket) as tickets, (select count(*)::int from article) as articles,
      (select count(*)::int from inbound_mail where state = 'processed') + (select count(*)::int from outbound_mail where ticket_id is not null) as mails`.execute(
    db,
  )
  await sql`delete from fact where ticket_id is not null`.execute(db)
  await sql`delete from link where from_kind = 'ticket' or to_kind = 'ticket'`.execute(db)
  await sql`delete from draft where ticket_id is not null`.execute(db)
  await sql`delete from inbound_mail where state = 'processed'`.execute(db)
  await sql`delete from outbound_mail where ticket_id is not null`.execute(db)
  // All else has a foreign key that goes with its ticket.
  await sql`delete from ticket`.execute(db)
  recordEvent(work, { kind: 'admin-changed', object: { type: 'tickets', id: 'all' }, before: { ...gone! }, after: null })
  return gone!
}
