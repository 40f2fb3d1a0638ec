/** Owns sending: one mail of the outbox to the smarthost, its retries, its giving up, and telling the agent. */
import { pipeline, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { sql, type Selectable } from 'kysely'
import { createTransport, type SendMailOptions } from 'nodemailer'
import { emitArticle, insertArticle, keepRaw } from '../../article/articles.ts'
import { readBlob } from '../../database/blob.ts'
import type { Id, OutboundMailTable } from '../../database/schema.ts'
import { ROOT_UNIT } from '../../unit/tree.ts'
import { languageFor } from '../../i18n/languages.ts'
import type { Host } from '../../kernel/contract.ts'
import { withoutJob } from '../../kernel/jobs/jobs.ts'
import type { RunnableJob } from '../../kernel/jobs/run-jobs.ts'
import type { Work } from '../../kernel/work.ts'
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
    async run(payload) {
      const url = host.config.smarthostUrl
      if (!url) return // stays in the outbox; `mail/send-waiting` finds it when there is somewhere to send to
      clearTimeout(idle)
      underWay++
      try {
        // Opened where its faults belong to the mail: a file of authorities that cannot be read is one.
        const open = () => (smarthost ??= openSmarthost(url, host.config.mail.hostname, host.config.smarthostCa))
        await sendMail(host, { sendMail: async (mail) => open().sendMail(mail) }, String(payload['id']))
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

/** Mails of the ticket that waited for this one to leave, or to fail: their turn has come. */
async function sendNext(work: Work, mail: OutboundRow): Promise<void> {
  if (mail.ticket_id === null) return
  const rows = await work.db
    .selectFrom('outbound_mail')
    .select(['id', 'not_before'])
    .where('ticket_id', '=', mail.ticket_id)
    .where('id', '>', mail.id)
    .where('state', '=', 'queued')
    .where('attempts', '=', 0)
    .where(sql<boolean>`recipients && ${mail.recipients}`)
    .orderBy('id')
    .execute()
  for (const { id, not_before } of rows) {
    const delaySeconds = Math.max(0, (not_before.getTime() - work.now.getTime()) / 1000)
    work.enqueue('mail/send', { id }, { key: `mail/send/${id}`, ...(delaySeconds > 0 ? { delaySeconds } : {}) })
  }
}

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
export async function sendMail(host: Host, smarthost: Pick<Smarthost, 'sendMail'>, id: Id): Promise<void> {
  const mail = await host.db
    .updateTable('outbound_mail')
    .set({ attempts: sql`attempts + 1` })
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .where((eb) => eb.not(hasOneBefore(host.clock())))
    .where((eb) => eb.not(heldBack))
    .returningAll()
    .executeTakeFirst()
  if (!mail) return
  let rejected: { address: string; permanent: boolean; text: string }[]
  let left: Buffer | undefined
  try {
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
    await wake(work, mail)
    if (left && mail.article_id !== null) await keepRaw(work, mail.article_id, left)
    const gone = rejected.filter((who) => who.permanent)
    const later = rejected.filter((who) => !who.permanent)
    const text = oneLine(rejected.map((who) => `${who.address}: ${who.text}`).join('; '))
    // Some took it and some may take it later: these alone are tried again.
    if (later.length > 0)
      await postpone(
        work,
        mail,
        later.map((who) => who.address),
        text,
      )
    else await finish(work, mail, 'sent', text || null)
    if (gone.length > 0)
      await tellAgents(
        work,
        mail,
        gone.map((who) => who.address),
        text,
      )
  })
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
async function compose(host: Host, mail: OutboundRow): Promise<{ mail: SendMailOptions; kept?: Buffer }> {
  const path = { from: returnPath(host.config, mail), to: mail.recipients }
  if (mail.blob_id !== null) {
    const { size } = await host.db.selectFrom('blob').select('size').where('id', '=', mail.blob_id).executeTakeFirstOrThrow()
    return { mail: { envelope: { ...path, size: Number(size) }, raw: Readable.from(resent(mail, readBlob(host.db, mail.blob_id))) } }
  }
  const signer = await signerFor(host.config, mail.from_text)
  const article =
    mail.article_id === null
      ? undefined
      : await host.db.selectFrom('article').select(['body', 'message_id']).where('id', '=', mail.article_id).executeTakeFirst()
  const files =
    mail.article_id === null || !WITH_FILES.has(mail.kind)
      ? []
      : await host.db
          .selectFrom('article_attachment')
          .select(['blob_id', 'name', 'size', 'content_type', 'content_id', 'disposition'])
          .where('article_id', '=', mail.article_id)
          .where('role', '=', 'file')
          .orderBy('id')
          .execute()
  const text = mail.body ?? article?.body ?? ''
  // Told before a byte of it goes over the wire (RFC 1870 6.1: an estimate is enough), so that what is too large is refused at once.
  const size = mailSize(
    files.map((file) => Number(file.size)),
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
      contentType: file.content_type,
      content: Readable.from(readBlob(host.db, file.blob_id)),
      contentDisposition: file.disposition,
      ...(file.content_id ? { cid: file.content_id } : {}),
    })),
  }
  const isKept = article !== undefined && article.message_id === mail.message_id && size <= KEPT_SIZE
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
  mail: OutboundRow,
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

/** A mail has left: those that waited for the smarthost, or for it to take the same address of ours, need wait no longer. */
async function wake(work: Work, mail: OutboundRow): Promise<void> {
  const woken = await work.db
    .updateTable('outbound_mail')
    .set({ not_before: work.now, waits_for: null })
    .where('id', 'in', (waiting) =>
      waiting
        .selectFrom('outbound_mail')
        .select('id')
        // Said, not given: whose plan is kept must be seen to fit the index of those that wait.
        .where('state', '=', sql.lit('queued'))
        .where('waits_for', 'is not', null)
        .where('id', '<>', mail.id)
        .where((eb) => eb.or([eb('waits_for', '=', 'smarthost'), eb('envelope_from', '=', mail.envelope_from)]))
        .orderBy('id')
        .limit(WOKEN)
        .forUpdate()
        .skipLocked(),
    )
    .returning('id')
    .execute()
  for (const { id } of woken) work.enqueue('mail/send', { id }, { key: `mail/send/${id}` })
}

async function giveUp(work: Work, mail: OutboundRow, recipients: string[], error: string): Promise<void> {
  if (!(await finish(work, mail, 'failed', error))) return
  await tellAgents(work, mail, recipients, error)
}

async function finish(work: Work, mail: OutboundRow, state: 'sent' | 'failed', error: string | null): Promise<boolean> {
  const changed = await work.db
    .updateTable('outbound_mail')
    .set({ state, last_error: error, ...(state === 'sent' ? { sent_at: work.now } : {}) })
    // What has left has left, also when somebody took it back in the meantime.
    .where('id', '=', mail.id)
    .where('state', 'in', state === 'sent' ? ['queued', 'cancelled'] : ['queued'])
    .returning('id')
    .executeTakeFirst()
  if (changed && mail.ticket_id) {
    await deliveryChanged(work, mail.ticket_id, mail.article_id, state)
    await sendNext(work, mail)
  }
  return Boolean(changed)
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
