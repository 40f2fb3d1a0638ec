/** Owns the question whether another delivery of a mail was processed behind the back of the one that asks. */
import { sql, type Kysely } from 'kysely'

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql.raw(overtaken).execute(db)
}

/**
 * Ends the act, to be begun anew, where more deliveries of the same mail are processed than it knew of (core/mail/inbound/inbound.store.ts). A
 * statement that waits for a lock goes on seeing what stood there when it began; this one looks again. A function keeps its plan.
 */
const overtaken = `
  create function inbound_mail_overtaken(
    own bigint, of_blob bigint, message text, content bytea, since timestamptz, until timestamptz, from_id bigint, known integer
  ) returns boolean language plpgsql as $$
  begin
    if known < (
      select count(*) from inbound_mail m
      where m.id <> own and m.state = 'processed' and (m.blob_id = of_blob
        or m.message_id_md5 = md5(message) and m.content_key = content and m.accepted_at between since and until and m.id >= from_id))
    then
      raise serialization_failure using message = 'another delivery of the same mail was processed meanwhile';
    end if;
    return false;
  end $$`
