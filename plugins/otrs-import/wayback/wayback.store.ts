/** Owns the SQL of the way back: which mails came and left since a moment, in their order. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id, SenderType } from '../../../core/index.ts'

export interface BackMail {
  kind: 'came' | 'left'
  id: Id
  /** Null: its bytes are not kept. */
  blobId: Id | null
  at: Date
  /** Where it was delivered; null for one of ours. */
  to: string | null
  /** Whose it is here. */
  sender: SenderType
  subject: string
}

/** Whose copy only came by another way, and what of ours came back, is left out: it would become a second message. */
export async function mailsSince(db: Kysely<Database>, since: Date): Promise<BackMail[]> {
  const { rows } = await sql<BackMail>`
    select 'came' as kind, id, blob_id as "blobId", accepted_at as at, envelope_to as to, 'customer' as sender, subject from inbound_mail
    where accepted_at >= ${since} and coalesce(outcome, '') not in ('duplicate', 'loop', 'ignored', 'deleted')
    union all
    select 'left', o.id, r.blob_id, o.sent_at, null, a.sender_type, o.subject
    from outbound_mail o join article a on a.id = o.article_id and a.message_id = o.message_id left join article_raw r on r.article_id = a.id
    where o.state = 'sent' and o.sent_at >= ${since}
    order by at, kind, id`.execute(db)
  return rows
}

/** Messages since then that are no mail: written on the portal, as a note, on the telephone. */
export async function countWritten(db: Kysely<Database>, since: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from article where created_at >= ${since} and channel <> 'email' and withdrawn_at is null`.execute(db)
  return rows[0]!.count
}
