/** Owns the question whether another delivery of a mail was processed behind the back of the one that asks. */
import { sql, type Kysely } from 'kysely'

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql.raw(overtaken).execute(db)
}

/**
 * Ends the act, to be begun anew, where more deliveries of the same mail are processed than it knew of (core/mail/inbound/inbound.store.ts). A
 * statement that waits for a lock goes on seeing what stood there when it began; this one looks again.
 */
const overtaken = `
  create function inbound_mail_overtaken(own bigint, message text, content bytea, minutes integer, most integer, known integer)
  returns boolean language plpgsql as $$
  declare
    mail inbound_mail;
  begin
    select * into strict mail from inbound_mail where id = own;
    if known < (
      select count(*) from inbound_mail m
      where m.id <> own and m.state = 'processed' and (m.blob_id = mail.blob_id or m.content_key = content) and m.id = any(array(
        select id from inbound_mail where blob_id = mail.blob_id
        union all (
          select id from inbound_mail
          where message_id_md5 = md5(message) and content is not null
            and accepted_at between mail.accepted_at - make_interval(mins => minutes) and mail.accepted_at + make_interval(mins => minutes)
          order by id desc limit most))))
    then
      raise serialization_failure using message = 'another delivery of the same mail was processed meanwhile';
    end if;
    return false;
  end $$`
