/** Owns sending: one mail of the outbox to the smarthost, its retries, its giving up, and telling the agent. */
import { pipeline, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { sql, type Selectable } from 'kysely'
import { createTransport, type SendMailOptions } from 'nodemailer'
import { emitArticle, insertArticle, keepingRaw, keepRaw } from '../../article/articles.ts'
import { readBlob } from '../../database/blob.ts'
import type { Id, OutboundMailTable } from '../../database/schema.ts'
import { ROOT_UNIT } from '../../unit/tree.ts'
import { languageFor } from '../../i18n/languages.ts'
import type { Host } from '../../kernel/contract.ts'
import { withoutJob } from '../../kernel/jobs/jobs.ts'
import type { RunnableJob } from '../../kernel/jobs/run-jobs.ts'
import { DEATHS } from '../../kernel/jobs/suspects.ts'
import { alongside, type Alongside, type Work } from '../../kernel/work.ts'
import { system } from '../../kernel/actor.ts'
import { findQueue } from '../../queue/queues.ts'
import { addHistory } from '../../ticket/history.ts'
import { deliveryFailed } from '../../ticket/change/undelivered.ts'
import { findTicket } from '../../ticket/ticket.store.ts'
import type { NewArticle } from '../../ticket/ticket.ts'
import { signerFor } from './dkim.ts'
import { htmlOfText } from './mail-html.ts'
import { mailTexts } from '../mail-texts.ts'
import { deliveryChanged, GIVE_UP_AFTER_MS, mailSize, WITH_FILES } from '../outbound.ts'
import { resent } from './resent.ts'
import { returnPath } from '../return-path.ts'
import { faultOf, IDLE_MS, oneLine, openSmarthost, type SendFault, type Smarthost } from './transport.ts'

type OutboundRow = Selectable<OutboundMailTable>

/** A fault of the mail's own, in nodemailer's word for it. */
class Unsendable extends Error {
  readonly code = 'EMESSAGE'
}

/** So long a mail waits for one before it that is being tried again. */
const IN_ORDER_MS = 3600 * 1000
/** As many mails are woken at once; the next to leave wakes the next. */
const WOKEN = 1000

/** Minutes until the next try; the last one repeats until the mail is given up. */
export const BACKOFF_MINUTES = [1, 2, 5, 15, 30, 60] as const

export const backoffSeconds = (attempts: number): number =>
  60 * (BACKOFF_MINUTES[Math.min(attempts, BACKOFF_MINUTES.length) - 1] ?? BACKOFF_MINUTES[0])

/** The job `mail/send` {id}. Never throws for what a mail server says: the outbox has its own patience. */
export function sendJob(host: Host): RunnableJob {
  let smarthost: Smarthost | undefined
  let idle: NodeJS.Timeout | undefined
  let underWay = 0
  return {
    async run(payload, { deaths = 0 }) {
      const url = host.config.smarthostUrl
      if (!url) return // stays in the outbox; `mail/send-waiting` finds it when there is somewhere to send to
      clearTimeout(idle)
      underWay++
      try {
        // Opened where its faults belong to the mail: a file of authorities that cannot be read is one.
        const open = () => (smarthost ??= openSmarthost(url, host.config.mail.hostname, host.config.smarthostCa))
        await sendMail(host, { sendMail: async (mail) => open().sendMail(mail) }, String(payload['id']), deaths)
      } finally {
        // Connections are kept for a burst, not for the night.
        if (--underWay === 0) {
          idle = setTimeout(() => {
            smarthost?.close()
            smarthost = undefined
          }, IDLE_MS).unref()
        }
      }
    },
  }
}

/**
 * Each minute: mails that wait in the outbox without a job, because there was nowhere to send them, or because they came by
 * import or restore. One that has a job keeps it.
 */
export async function sendWaiting(host: Host): Promise<void> {
  if (!host.config.smarthostUrl) return
  const rows = await host.db
    .selectFrom('outbound_mail')
    .select(['id', 'not_before'])
    .where('state', '=', 'queued')
    .where(withoutJob('mail/send/', 'outbound_mail'))
    .where((eb) => eb.not(heldBack))
    .orderBy('id')
    .limit(1000)
    .execute()
  if (rows.length === 0) return
  const now = host.clock().getTime()
  // Nobody has tried them yet: the time until one is given up begins now.
  await host.db
    .updateTable('outbound_mail')
    .set({ give_up_at: new Date(now + GIVE_UP_AFTER_MS) })
    .where(
      'id',
      'in',
      rows.map(({ id }) => id),
    )
    .where('attempts', '=', 0)
    .where('give_up_at', '<', new Date(now + GIVE_UP_AFTER_MS / 2))
    .execute()
  for (const { id, not_before } of rows) {
    await host.enqueue({
      task: 'mail/send',
      payload: { id },
      key: `mail/send/${id}`,
      unlessThere: true,
      delaySeconds: Math.max(0, (not_before.getTime() - now) / 1000),
    })
  }
}

/**
 * A mail of the same ticket that was written before to one of the same recipients and has not left yet: as SQL, of `outbound_mail`.
 * One that was refused and waits for its next try holds the others up for an hour at most.
 */
const hasOneBefore = (now: Date) => sql<boolean>`(outbound_mail.not_before > ${new Date(now.getTime() - IN_ORDER_MS)} and exists (
  select from outbound_mail before where before.ticket_id = outbound_mail.ticket_id and before.id < outbound_mail.id
    and before.state = 'queued' and before.recipients && outbound_mail.recipients))`

/**
 * A mail about a ticket while the clock is stopped: as SQL, of `outbound_mail`. It waits until the clock is let go, for another help desk still
 * writes to the same people; links to log in and what concerns accounts leave as ever.
 */
const heldBack = sql<boolean>`(outbound_mail.ticket_id is not null and exists (
  select from setting where owner = 'core' and key = 'clock.stopped' and unit_id = ${ROOT_UNIT} and value = 'true'))`

/**
 * Sends one mail. Mails of one ticket to one recipient leave in the order they were written in: one that has another before it leaves
 * with that (`sendNext`), or is found by `sendWaiting`. The attempt is written down first: from then on it cannot be taken back, and a program that dies while
 * sending sends it again (never the other way round: better twice than not at all).
 */
export async function sendMail(host: Host, smarthost: Pick<Smarthost, 'sendMail'>, id: Id, deaths = 0): Promise<void> {
  const mail = await takeUp(host, id)
  if (!mail) return
  let rejected: { address: string; permanent: boolean; text: string }[]
  let left: Buffer | undefined
  try {
    if (deaths >= DEATHS) throw new Unsendable(`the program ended ${deaths} times while it sent this mail`)
    const composed = await compose(host, mail)
    left = composed.kept
    const info = await smarthost.sendMail(composed.mail)
    rejected = rejectedOf(info)
  } catch (error) {
    const fault = faultOf(error)
    host.log.warn(
      { mail: id, attempt: mail.attempts, reason: fault.text },
      fault.permanent ? 'a mail was refused' : 'a mail could not be sent yet',
    )
    await host.work(system('mail'), (work) =>
      fault.permanent ? giveUp(work, mail, mail.recipients, fault.text) : postpone(work, mail, mail.recipients, fault.text, fault.waitsFor),
    )
    return
  }
  await host.work(system('mail'), async (work) => {
    const kept = mail.article_id === null || left === undefined ? undefined : { articleId: mail.article_id, bytes: left }
    const gone = rejected.filter((who) => who.permanent)
    const later = rejected.filter((who) => !who.permanent)
    const text = oneLine(rejected.map((who) => `${who.address}: ${who.text}`).join('; '))
    // Some took it and some may take it later: these alone are tried again.
    if (later.length > 0) {
      alongside(work, await afterwards(work, mail, { kept }))
      await postpone(
        work,
        mail,
        later.map((who) => who.address),
        text,
      )
    } else {
      // What has left has left, also when somebody took it back in the meantime.
      alongside(work, await afterwards(work, mail, { end: { state: 'sent', error: text || null, from: ['queued', 'cancelled'] }, kept }))
      tellDelivery(work, mail, 'sent')
    }
    if (gone.length > 0)
      await tellAgents(
        work,
        mail,
        gone.map((who) => who.address),
        text,
      )
  })
}

/** What a mail is made of: its row, and what its article has for it. */
interface Leaving extends OutboundRow {
  article: { body: string; messageId: string | null } | null
  /** Only of a kind that carries them. */
  files: LeavingFile[]
  /** Of what leaves as it came. */
  blobSize: string | null
  /** Its ticket's. */
  unitId: Id | null
}
interface LeavingFile {
  blobId: Id
  name: string
  size: number
  contentType: string
  contentId: string | null
  disposition: 'attachment' | 'inline'
}

/** Writes down the attempt; undefined where it is not the mail's turn, or it waits no more. */
async function takeUp({ db, clock }: Host, id: Id): Promise<Leaving | undefined> {
  const { rows } = await sql<Leaving>`
    with taken as (
      update outbound_mail set attempts = attempts + 1
      where id = ${id} and state = 'queued' and not ${hasOneBefore(clock())} and not ${heldBack} returning *)
    select taken.*, b.size as "blobSize", (select q.unit_id from ticket t join queue q on q.id = t.queue_id where t.id = taken.ticket_id) as "unitId",
      case when a.id is not null then json_build_object('body', a.body, 'messageId', a.message_id) end as article,
      (select coalesce(json_agg(json_build_object('blobId', f.blob_id::text, 'name', f.name, 'size', f.size, 'contentType', f.content_type,
          'contentId', f.content_id, 'disposition', f.disposition) order by f.id), '[]')
        from article_attachment f where f.article_id = taken.article_id and f.role = 'file' and taken.kind = any(${[...WITH_FILES]}::text[])) as files
    from taken left join article a on a.id = taken.article_id left join blob b on b.id = taken.blob_id`.execute(db)
  return rows[0]
}

function rejectedOf(info: { rejectedErrors?: readonly unknown[] | undefined }): { address: string; permanent: boolean; text: string }[] {
  return (info.rejectedErrors ?? [])
    .map((error) => {
      const { recipient, responseCode } = error as { recipient?: string; responseCode?: number }
      return { address: recipient ?? '', permanent: (responseCode ?? 550) >= 500, text: faultOf(error).text }
    })
    .filter(({ address }) => address !== '')
}

/** Up to this size, in bytes, a mail is kept as it leaves; of a larger one the files stand at its article anyway. */
const KEPT_SIZE = 2 * 1024 * 1024
/** Makes the bytes of a mail: head and parts. */
const builder = createTransport({
  streamTransport: true,
  newline: 'windows',
  disableFileAccess: true,
  disableUrlAccess: true,
})

/**
 * What is handed to the smarthost: a mail made from its article and texts, or one that leaves as it came. `kept` are its bytes where they are to
 * stand at the article: those of the mail that the article is, not of what else tells of it.
 */
async function compose(host: Host, mail: Leaving): Promise<{ mail: SendMailOptions; kept?: Buffer }> {
  const path = { from: returnPath(host.config, mail), to: mail.recipients }
  if (mail.blob_id !== null) {
    const size = Number(mail.blobSize)
    return { mail: { envelope: { ...path, size }, raw: Readable.from(resent(mail, readBlob(host.db, mail.blob_id))) } }
  }
  const signer = await signerFor(host.config, mail.from_text)
  const { article, files } = mail
  const text = mail.body ?? article?.body ?? ''
  // Told before a byte of it goes over the wire (RFC 1870 6.1: an estimate is enough), so that what is too large is refused at once.
  const size = mailSize(
    files.map((file) => file.size),
    Buffer.byteLength(text),
  )
  const made: SendMailOptions = {
    envelope: { ...path, size },
    from: mail.from_text,
    to: mail.to_text,
    ...(mail.cc_text ? { cc: mail.cc_text } : {}),
    subject: mail.subject,
    date: mail.created_at,
    messageId: mail.message_id,
    ...(mail.in_reply_to ? { inReplyTo: mail.in_reply_to } : {}),
    ...(mail.reference_ids ? { references: shortened(mail.reference_ids) } : {}),
    headers: mail.headers,
    text,
    html: mail.html ?? htmlOfText(text),
    attachments: files.map((file) => ({
      filename: file.name,
      contentType: file.contentType,
      content: Readable.from(readBlob(host.db, file.blobId)),
      contentDisposition: file.disposition,
      ...(file.contentId ? { cid: file.contentId } : {}),
    })),
  }
  const isKept = article !== null && article.messageId === mail.message_id && size <= KEPT_SIZE
  if (!isKept && !signer) return { mail: made }
  const bytes = (await builder.sendMail(made)).message as Readable
  // A fault ends what is read, and so is told by whoever reads.
  const signed = signer ? pipeline(bytes, signer, () => {}) : bytes
  if (!isKept) return { mail: { envelope: { ...path, size }, raw: signed } }
  const kept = await buffer(signed)
  return { mail: { envelope: { ...path, size: kept.length }, raw: kept }, kept }
}

/** A long thread is told by its first and its newest mails: that is what mail programs look for. */
function shortened(references: string): string {
  const ids = references.split(/\s+/).filter(Boolean)
  return (ids.length > 20 ? [ids[0]!, ...ids.slice(-19)] : ids).join(' ')
}

async function postpone(
  work: Work,
  mail: Leaving,
  recipients: string[],
  error: string,
  waitsFor: SendFault['waitsFor'] = null,
): Promise<void> {
  if (work.now >= mail.give_up_at) return giveUp(work, mail, recipients, error)
  const delaySeconds = backoffSeconds(mail.attempts)
  await work.db
    .updateTable('outbound_mail')
    .set({ recipients, last_error: error, waits_for: waitsFor, not_before: new Date(work.now.getTime() + delaySeconds * 1000) })
    .where('id', '=', mail.id)
    .where('state', '=', 'queued')
    .execute()
  work.enqueue('mail/send', { id: mail.id }, { key: `mail/send/${mail.id}`, delaySeconds })
}

/** The bytes that a mail left in, for its article. */
interface KeptBytes {
  articleId: Id
  bytes: Buffer
}

/**
 * What follows once a mail has left or is given up, as tables of one statement; without `end` it left to some, and waits for the others. Where it left,
 * `kept` is stored, and mails that waited for the smarthost, or for it to take the same address of ours, need wait no longer. Where it ended (`ended`), mails of
 * its ticket that waited for it have their turn.
 */
async function afterwards(
  work: Work,
  mail: OutboundRow,
  { end, kept }: { end?: { state: 'sent' | 'failed'; error: string | null; from: string[] }; kept?: KeptBytes | undefined },
): Promise<Alongside> {
  const left = end?.state !== 'failed'
  const storing = kept && keepingRaw(work, kept.articleId, kept.bytes)
  if (kept && !storing) await keepRaw(work, kept.articleId, kept.bytes)
  return {
    tables: sql`${storing ? sql`${storing},` : sql``}
    woken as (
      update outbound_mail set not_before = ${work.now}, waits_for = null
      where ${left} and id in (
        select id from outbound_mail
        where state = 'queued' and waits_for is not null and id <> ${mail.id} and (waits_for = 'smarthost' or envelope_from = ${mail.envelope_from})
        order by id limit ${sql.lit(WOKEN)} for update skip locked)
      returning id),
    ended as (
      update outbound_mail set state = ${end?.state ?? mail.state}, last_error = ${end?.error ?? null}, sent_at = ${end?.state === 'sent' ? work.now : null}
      where id = ${mail.id} and state = any(${end?.from ?? []}::text[])
      returning id),
    next as (
      select o.id, o.not_before from outbound_mail o
      where exists (select from ended) and o.ticket_id = ${mail.ticket_id} and o.id > ${mail.id} and o.state = 'queued' and o.attempts = 0
        and o.recipients && ${mail.recipients}),
    called as materialized (
      select (graphile_worker.add_job(identifier => 'mail/send', payload => json_build_object('id', m.id::text), job_key => 'mail/send/' || m.id,
        run_at => now() + greatest(m.not_before - ${work.now}::timestamptz, interval '0'))).id
      from (select id, ${work.now}::timestamptz as not_before from woken
        union all select id, not_before from next where id not in (select id from woken)) m)`,
    asked: sql`(select count(id) from called)`,
  }
}

const tellDelivery = (work: Work, mail: Leaving, state: 'sent' | 'failed'): void => {
  if (mail.ticket_id !== null) deliveryChanged(work, { ticketId: mail.ticket_id, unitId: mail.unitId!, articleId: mail.article_id }, state)
}

/** Nothing where it ended otherwise meanwhile. */
async function giveUp(work: Work, mail: Leaving, recipients: string[], error: string): Promise<void> {
  const { tables, asked } = await afterwards(work, mail, { end: { state: 'failed', error, from: ['queued'] } })
  const { rows } = await sql<{ changed: boolean }>`
    with ${tables} select exists (select from ended) as changed, ${asked} as asked`.execute(work.db)
  if (!rows[0]!.changed) return
  tellDelivery(work, mail, 'failed')
  await tellAgents(work, mail, recipients, error)
}

/** A note on the ticket, for agents only: who did not get the mail and what the other server said. */
async function tellAgents(work: Work, mail: OutboundRow, recipients: string[], error: string): Promise<void> {
  const ticket = mail.ticket_id ? await findTicket(work.db, mail.ticket_id, null) : undefined
  if (!ticket) return
  const t = mailTexts.in(languageFor(work.config, (await findQueue(work.db, ticket.queueId))?.language))
  const note: NewArticle = {
    channel: 'internal',
    senderType: 'system',
    visible: false,
    subject: t('mail.not-delivered.subject'),
    body: t('mail.not-delivered.body', { who: recipients.join(', '), subject: mail.subject, error }),
  }
  const articleId = await insertArticle(work, ticket.id, note)
  addHistory(work, {
    ticketId: ticket.id,
    type: 'Misc',
    parts: ['mail not delivered', recipients.join(', ')],
    articleId,
    reason: { rule: 'not-delivered', detail: error },
  })
  emitArticle(work, ticket, articleId, note)
  await deliveryFailed(work, mail, recipients, error)
}
