/** Owns what becomes of a mail once it is accepted: read outside any transaction, judged and acted upon in one. */
import { storableJson } from '../database/json.ts'
import type { Id, MailReason } from '../database/schema.ts'
import type { Host } from '../kernel/contract.ts'
import { withoutJob } from '../kernel/jobs.ts'
import type { RunnableJob } from '../kernel/run-jobs.ts'
import type { Work } from '../kernel/work.ts'
import { system } from '../permission/actor.ts'
import { personOfMail } from '../person/persons.ts'
import { Refusal } from '../errors.ts'
import { addHistory } from '../ticket/history.ts'
import { findNumbers } from '../ticket/number.ts'
import { numberSettings } from '../ticket/number.store.ts'
import { cleanSubject, DEFAULT_SUBJECT_SETTINGS } from '../ticket/subject.ts'
import { holdMessage } from '../ticket/held.ts'
import { createTicket, followUp } from '../ticket/tickets.ts'
import type { NewArticle } from '../ticket/ticket.ts'
import { listUnitRules, placeBy, placePerson } from '../unit/placing.ts'
import { readRouting } from '../unit/routing.ts'
import { canonicalAddress, keepAddressBook, type AddressBook } from './addresses.ts'
import { judgeSender, type Evidence } from './assurance/assurance.ts'
import { makeSenderCheck, type SenderCheck } from './assurance/look-up.ts'
import { loopMark, respond, type ResponseWanted } from './auto-response.ts'
import { attachBounce } from './bounce.ts'
import { readReport } from './delivery-report.ts'
import type { Hand, Verdict } from './hand.ts'
import { finishInbound, loadInbound, whatIsKnown, type InboundRow } from './inbound.store.ts'
import { judge } from './order.ts'
import type { MailOutcome } from './outcome.ts'
import { parseMail, UnreadableMail } from './parse.ts'
import { sayAddresses, type ParsedMail } from './parsed-mail.ts'
import { relayOf } from './relays.ts'
import { checkedBy, pluginSteps, type MailExtensions } from './run-extensions.ts'
import { senderOf } from './steps/sender.ts'
import { WAITS } from './steps/waiting.ts'

/** Then it is 'failed', its error kept, and waits for a person. graphile-worker backs off e^n seconds: eight take about an hour. */
export const PROCESS_ATTEMPTS = 8

/** The job `mail/process` {id, waits}. */
export function processJob(host: Host, extensions?: MailExtensions): RunnableJob {
  const addressBook = keepAddressBook(host.db, host.config, host.live)
  const senders = makeSenderCheck(host.config)
  return {
    async run(payload, { lastAttempt, attempt }) {
      const id = String(payload['id'])
      try {
        await processMail(host, id, Number(payload['waits'] ?? 0), { book: await addressBook(), senders, extensions })
      } catch (error) {
        // A plugin's word, not a fault: trying again would hear it again. A person decides.
        if (error instanceof Refusal && error.code === 'plugin.refused') return hold(host, id, error)
        await recordFailure(host, id, attempt, lastAttempt || attempt >= PROCESS_ATTEMPTS, error).catch(() => {})
        // The last attempt ends the job quietly: the mail stands in the list of failed ones and is started from there.
        if (!lastAttempt && attempt < PROCESS_ATTEMPTS) throw error
        host.log.error({ err: error, mail: id }, 'a mail could not be processed; it is kept and listed as failed')
      }
    },
  }
}

/** What mails are judged with, kept over many of them. */
export interface MailRoom { book: AddressBook; senders: SenderCheck; extensions?: MailExtensions | undefined }

/** Makes of an accepted mail what it is to become. Doing it again does nothing. */
export async function processMail(host: Host, id: Id, waits: number, room: MailRoom): Promise<void> {
  const { book, senders, extensions } = room
  const row = await loadInbound(host.db, id)
  if (!row || row.state === 'processed') return
  const mail = await read(row)
  const [answers, evidence] = await Promise.all([checkedBy(extensions, host.db, row, mail, book), senders.look(row.raw, mail, row)])
  let ended: End | undefined
  const later = await host.work(system('postmaster'), async (work) => {
    const hand = await prepare(work, row, mail, evidence, book, waits)
    if (!hand) return undefined
    const { verdict, reasons } = await judge(hand, extensions && pluginSteps(extensions, work, hand, answers))
    if (verdict.end === 'wait') return WAITS[waits]
    const end = await act(work, row, hand, verdict, reasons)
    finishInbound(work, { ...end, id, reasons, subject: mail.subject, from: sayAddresses(mail.from).slice(0, 500), messageId: mail.messageId })
    work.emit('mail.processed', { ...(end.ticketId ? { ticketId: end.ticketId } : {}), data: { mail: id, outcome: end.outcome } })
    ended = end
    return undefined
  })
  if (ended) host.log.info({ mail: id, outcome: ended.outcome, ticket: ended.ticketId }, 'mail processed')
  if (later !== undefined) await host.enqueue({ task: 'mail/process', payload: { id, waits: waits + 1 }, key: `mail/process/${id}`, delaySeconds: later })
}

/** The mail stays as it came, with the plugin's reason, in the list of mails held. */
async function hold(host: Host, id: Id, refusal: Refusal): Promise<void> {
  const { plugin, reason } = refusal.params
  const reasons: MailReason[] = [{ step: String(plugin), decided: 'held', rule: 'plugin-refused', detail: String(reason).slice(0, 500) }]
  await host.db.updateTable('inbound_mail').set({ state: 'held', reason: JSON.stringify(reasons) })
    .where('id', '=', id).where('state', '=', 'accepted').execute()
}

/** Each minute: accepted mails that have no job, as after a restore. Usually none. */
export async function processWaiting(host: Host): Promise<void> {
  const rows = await host.db.selectFrom('inbound_mail').select('id').where('state', '=', 'accepted')
    .where(withoutJob('mail/process/', 'inbound_mail')).orderBy('id').limit(1000).execute()
  for (const { id } of rows) await host.enqueue({ task: 'mail/process', payload: { id }, key: `mail/process/${id}`, unlessThere: true })
}

/** A mail that no parser can read still becomes a ticket: from its head, the raw mail attached. */
async function read(row: InboundRow): Promise<ParsedMail> {
  try {
    return await parseMail(row.raw)
  } catch (error) {
    if (!(error instanceof UnreadableMail)) throw error
    const bare: ParsedMail = {
      from: [], sender: [], replyTo: [], to: [], cc: [], subject: '', date: null, messageId: null, inReplyTo: [], references: [], headers: [],
      text: '', html: null, attachments: [], notes: [],
    }
    const head = await parseMail(row.raw, 'headers').catch(() => bare)
    const raw = { name: 'message.eml', contentType: 'message/rfc822', contentId: null, disposition: 'attachment' as const, size: row.raw.length, content: row.raw }
    return { ...head, attachments: [raw], notes: [{ note: 'unreadable', detail: error.message.slice(0, 300) }] }
  }
}

async function prepare(
  work: Work, row: InboundRow, mail: ParsedMail, evidence: Evidence, book: AddressBook, waits: number,
): Promise<Hand | undefined> {
  const numbers = numberSettings(work.config)
  const report = readReport(mail, row.envelopeFrom)
  const known = await whatIsKnown(work.db, {
    delivery: row, messageId: mail.messageId, references: [...mail.references, ...mail.inReplyTo], originals: report?.originals ?? [],
    numbers: findNumbers(mail.subject, numbers).slice(0, 10), sender: senderOf(mail, row.envelopeFrom).address,
  })
  if (!known) return undefined
  const hand: Hand = {
    delivery: row, mail, known, book, judgement: judgeSender(evidence, known.sender?.valid ?? false), relay: relayOf(work.config, row.peerAddress),
    loopMark: loopMark(work.config), numbers, report, waits,
  }
  if (!known.recipients.some((address) => book.byUnit.has(canonicalAddress(address)))) return hand
  // Whoever is not believed to be the sender belongs to no unit.
  const unitId = hand.judgement.believed ? known.sender?.unitId ?? await unitByAddress(work, senderOf(mail, row.envelopeFrom).address) : null
  return { ...hand, routing: { table: await readRouting(work.db), unitId } }
}

/** Somebody who writes for the first time belongs where a rule on their mail's domain says. */
async function unitByAddress(work: Work, address: string): Promise<Id | null> {
  if (address === '') return null
  return placeBy(await listUnitRules(work.db), { addresses: [address], dn: null, attributes: {}, groups: [] })?.unitId ?? null
}

interface End { outcome: MailOutcome; ticketId: Id | null; articleId: Id | null }

async function act(work: Work, row: InboundRow, hand: Hand, verdict: Verdict, reasons: MailReason[]): Promise<End> {
  const { known, mail } = hand
  if (verdict.end === 'duplicate') return { outcome: 'duplicate', ticketId: known.twin!.ticketId, articleId: known.twin!.articleId }
  if (verdict.end === 'loop') return { outcome: 'loop', ticketId: null, articleId: null }
  if (verdict.end === 'bounce') {
    const articleId = await attachBounce(work, { reported: verdict.bounced!, report: hand.report!, article: articleOf(row, mail, null, false), reasons })
    return { outcome: 'bounce-attached', ticketId: verdict.bounced!.ticketId, articleId }
  }
  const { address, name } = verdict.sender
  // What is not believed is nobody's: neither the person it claims to be nor a new one.
  const personId = !hand.judgement.believed || address === '' ? null : known.sender?.id ?? await personOfMail(work, address, name)
  if (personId !== null && known.sender === null) await placePerson(work, personId)
  const article: NewArticle = { ...articleOf(row, mail, personId, verdict.visible), assurance: { ...hand.judgement, level: hand.judgement.assurance } }
  const answer = (type: ResponseWanted['type'], ticketId: Id) => tell(work, hand, verdict, reasons, { type, ticketId })

  if (verdict.ticket && verdict.apart) {
    const articleId = await holdMessage(work, verdict.ticket.id, { ...article, held: verdict.apart }, reasons)
    return { outcome: verdict.apart.decision === null ? 'follow-up-held' : 'follow-up-refused', ticketId: verdict.ticket.id, articleId }
  }
  if (verdict.ticket && verdict.follow !== 'new ticket') {
    const rejected = verdict.follow === 'reject'
    // OTRS behaviour: rejected or not, the message is stored on the ticket; only a rejected one leaves the state alone.
    const { articleId } = await followUp(work, verdict.ticket.id, { article, keepState: rejected || verdict.keepState, reason: reasons })
    await answer(rejected ? 'auto reject' : 'auto follow up', verdict.ticket.id)
    return { outcome: rejected ? 'rejected-closed' : 'follow-up', ticketId: verdict.ticket.id, articleId }
  }
  const old = verdict.ticket
  const made = await createTicket(work, {
    title: old ? cleanSubject(mail.subject, old.number, DEFAULT_SUBJECT_SETTINGS) : mail.subject,
    queueId: verdict.queueId, customerId: personId, topicId: verdict.topicId ?? null, article, reason: reasons, arrivedAt: row.acceptedAt,
  })
  if (old) {
    addHistory(work, [
      { ticketId: old.id, type: 'Misc', parts: ['follow-up became a new ticket', made.number, made.id] },
      { ticketId: made.id, type: 'Misc', parts: ['follow-up of a closed ticket', old.number, old.id] },
    ])
  }
  await answer(old ? 'auto reply/new ticket' : 'auto reply', made.id)
  return { outcome: old ? 'follow-up-new-ticket' : 'new-ticket', ticketId: made.id, articleId: made.articleId }
}

/** The automatic answer, to Reply-To where the mail names one; its fate joins the reasons. */
async function tell(
  work: Work, { mail, known, book }: Hand, verdict: Verdict, reasons: MailReason[], what: Pick<ResponseWanted, 'type' | 'ticketId'>,
): Promise<void> {
  const address = mail.replyTo.at(-1)?.address || verdict.sender.address
  const result = await respond(work, {
    ...what, address, language: known.sender?.language ?? null, book,
    ...(verdict.automatic ? { suppressed: verdict.automatic } : {}),
    answered: {
      from: sayAddresses(mail.from), to: sayAddresses(mail.to), subject: mail.subject, body: mail.text, messageId: mail.messageId, references: mail.references,
    },
  })
  reasons.push({ step: 'auto-response', decided: result === 'sent' ? 'sent' : 'not-sent', rule: result === 'sent' ? what.type : result, detail: address })
}

function articleOf(row: InboundRow, mail: ParsedMail, personId: Id | null, visible: boolean): NewArticle {
  return {
    channel: 'email', senderType: 'customer', visible, personId, from: sayAddresses(mail.from), to: sayAddresses(mail.to), cc: sayAddresses(mail.cc),
    replyTo: sayAddresses(mail.replyTo), subject: mail.subject, body: mail.text, html: mail.html, messageId: mail.messageId,
    inReplyTo: mail.inReplyTo.join(' '), references: mail.references.join(' '), inboundMailId: row.id, attachments: mail.attachments,
  }
}

async function recordFailure(host: Host, id: Id, attempt: number, last: boolean, error: unknown): Promise<void> {
  const said = error instanceof Error ? error.message : String(error)
  const reasons: MailReason[] = [{ step: 'process', decided: last ? 'failed' : 'again', rule: 'error', detail: said.slice(0, 500) }]
  await host.db.updateTable('inbound_mail').set({
    attempts: attempt, reason: storableJson(reasons), ...(last ? { state: 'failed' as const, outcome: 'failed' } : {}),
  }).where('id', '=', id).where('state', '=', 'accepted').execute()
}
