/** Owns what becomes of a mail once it is accepted: read outside any transaction, judged and acted upon in one. */
import { DateTime } from 'luxon'
import { storableJson } from '../../database/json.ts'
import type { Id, MailReason } from '../../database/schema.ts'
import type { Host } from '../../kernel/contract.ts'
import { withoutJob } from '../../kernel/jobs/jobs.ts'
import { forVisitor } from '../../kernel/origin.ts'
import type { RunnableJob } from '../../kernel/jobs/run-jobs.ts'
import type { Work } from '../../kernel/work.ts'
import { system } from '../../kernel/actor.ts'
import { personOfMail } from '../../person/persons.ts'
import { Refusal } from '../../errors.ts'
import { addHistory } from '../../ticket/history.ts'
import { numberSettings } from '../../ticket/number.store.ts'
import { cleanSubject, DEFAULT_SUBJECT_SETTINGS } from '../../ticket/subject.ts'
import { holdMessage } from '../../ticket/change/held.ts'
import { prepareAct } from '../../ticket/acts/acts.ts'
import { fieldsOf } from '../../ticket/attributes.ts'
import { createTicket, followUp } from '../../ticket/change/tickets.ts'
import type { NewArticle } from '../../ticket/ticket.ts'
import { listUnitRules, placeBy, placePerson } from '../../unit/placing.ts'
import { readRouting } from '../../unit/routing.ts'
import { canonicalAddress, destinationOf, keepAddressBook, type AddressBook } from '../addresses.ts'
import { judgeSender, type Evidence } from '../judge/assurance/assurance.ts'
import { makeSenderCheck, type SenderCheck } from '../judge/assurance/look-up.ts'
import { loopMark, respond, unfitAddress, type ResponseWanted } from '../texts/auto-response.ts'
import { isProven, ours, whereProgramsWrite } from '../texts/whom.ts'
import { attachBounce } from './bounce.ts'
import { contentKey } from './content-key.ts'
import { noteElsewhere, wroteFrom } from './elsewhere.ts'
import { attachReceipt } from './receipt.ts'
import { writeAsAgent } from '../../ticket/change/agent-mail.ts'
import { forwardSign } from '../judge/forwarded.ts'
import { placeOfDelivery } from '../judge/places.ts'
import { findTicket } from '../judge/steps/follow-up.ts'
import { loadAccess } from '../../permission/access.store.ts'
import { may, type Right } from '../../permission/policy.ts'
import { findTicket as readTicket } from '../../ticket/ticket.store.ts'
import { numbersInMail } from './find-in-mail.ts'
import { readReport } from '../judge/report.ts'
import type { Hand, Verdict } from '../judge/hand.ts'
import { finishInbound, loadInbound, whatIsKnown, type InboundRow } from './inbound.store.ts'
import { giveBack, makeTurns, NEXT_TURN_SECONDS, type Turn } from './large-mails.ts'
import { judge } from '../judge/order.ts'
import type { MailOutcome } from '../judge/outcome.ts'
import { mailOfReturnPath } from '../return-path.ts'
import { parseMail, UnreadableMail } from '../reading/parse.ts'
import { keepAddresses, sayAddresses, type ParsedMail } from '../reading/parsed-mail.ts'
import { carriesMany, relayOf } from '../judge/assurance/relays.ts'
import { askRules } from './rule-headers.ts'
import { keepMailSettings, readMailSettings, type MailSettings } from '../filters/mail-settings.ts'
import { checkedBy, pluginSteps, type CheckAnswers, type MailExtensions } from '../judge/run-extensions.ts'
import { WAITS } from '../judge/steps/waiting.ts'
import { countReopening, lookUpWanted, type Wanted } from '../filters/wanted.ts'

/** Then it is 'failed', its error kept, and waits for a person. graphile-worker backs off e^n seconds: eight take about an hour. */
export const PROCESS_ATTEMPTS = 8

/** The job `mail/process` {id, waits}. */
export function processJob(host: Host, extensions?: MailExtensions): RunnableJob {
  const addressBook = keepAddressBook(host.db, host.config, host.live)
  const senders = makeSenderCheck(host.config)
  const mailRules = keepMailSettings(host.db, host.live)
  return {
    async run(payload, { lastAttempt, attempt }) {
      const id = String(payload['id'])
      try {
        const room = { book: await addressBook(), rules: await mailRules(), senders, extensions }
        await processMail(host, id, Number(payload['waits'] ?? 0), room, Number(payload['looks'] ?? 0))
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

/** What mails are judged with, kept over many of them; `rules` that are not kept are read. */
export interface MailRoom {
  book: AddressBook
  senders: SenderCheck
  rules?: MailSettings
  extensions?: MailExtensions | undefined
}

/** How often a mail has come back: to wait for another one, to look again for its sender. */
interface Again {
  waits: number
  looks: number
}

/** Seconds before each new look for a sender whose DNS did not answer or whose verifier failed: ten minutes in all. Then the mail goes its way. */
export const LOOKS = [15, 30, 60, 120, 180, 195] as const

/** Makes of an accepted mail what it is to become. Doing it again does nothing. */
export async function processMail(host: Host, id: Id, waits: number, room: MailRoom, looks = 0): Promise<void> {
  const again = { waits, looks }
  let turn: Turn | undefined
  let busy = false
  try {
    const row = await loadInbound(host.db, id, (bytes) => {
      turn = turns.begin(bytes)
      busy = turn === undefined
      return !busy
    })
    // A plugin that one sender's mails always upset is not to be switched off by them.
    if (row) await forVisitor(`mail ${row.envelopeFrom}`, () => workUp(host, row, again, room))
  } finally {
    turn?.end()
  }
  if (busy) await comeBack(host, id, again, NEXT_TURN_SECONDS)
}

const comeBack = (host: Host, id: Id, again: Again, delaySeconds: number): Promise<void> =>
  host.enqueue({ task: 'mail/process', payload: { id, ...again }, key: `mail/process/${id}`, delaySeconds })

const turns = makeTurns()

async function workUp(host: Host, row: InboundRow, again: Again, room: MailRoom): Promise<void> {
  const { id } = row
  const looked = await lookAtMail(host, row, room)
  const lookAgain = looked.evidence.proof === 'unknown' ? LOOKS[again.looks] : undefined
  if (lookAgain !== undefined) {
    await tellLookingAgain(host, id, looked.evidence)
    await comeBack(host, id, { ...again, looks: again.looks + 1 }, lookAgain)
    giveBack([row.raw, ...looked.mail.attachments.map(({ content }) => content)])
    return
  }
  let ended: End | undefined
  const later = await host.work(system('postmaster'), async (work) => {
    const settled = await settleMail(work, row, looked, again.waits)
    if (!settled || 'later' in settled) return settled?.later
    const { end, reasons } = settled
    const { mail } = looked
    finishInbound(work, {
      ...end,
      id,
      reasons,
      subject: mail.subject,
      from: sayAddresses(mail.from).slice(0, 500),
      messageId: mail.messageId,
      contentKey: contentKey(mail),
    })
    work.emit('mail.processed', { ...(end.ticketId ? { ticketId: end.ticketId } : {}), data: { mail: id, outcome: end.outcome } })
    ended = end
    return undefined
  })
  giveBack([row.raw, ...looked.mail.attachments.map(({ content }) => content)])
  if (ended) host.log.info({ mail: id, outcome: ended.outcome, ticket: ended.ticketId }, 'mail processed')
  if (later !== undefined) await comeBack(host, id, { ...again, waits: again.waits + 1 }, later)
}

/** The mail's page says why it waits. */
async function tellLookingAgain(host: Host, id: Id, { rule, detail }: Evidence): Promise<void> {
  const reasons: MailReason[] = [{ step: 'assurance', decided: 'looks-again', rule, ...(detail ? { detail } : {}) }]
  await host.db
    .updateTable('inbound_mail')
    .set({ reason: storableJson(reasons) })
    .where('id', '=', id)
    .where('state', '=', 'accepted')
    .execute()
}

/** Everything about a mail that is found out before its transaction: it may take time, ask plugins, leave the machine. */
export interface LookedAt extends Pick<MailRoom, 'book' | 'extensions'> {
  mail: ParsedMail
  answers: CheckAnswers
  evidence: Evidence
  rules: MailSettings
  headers: Hand['headers']
}

export async function lookAtMail(host: Host, row: InboundRow, { book, senders, extensions, rules: kept }: MailRoom): Promise<LookedAt> {
  const rules = kept ?? (await readMailSettings(host.db))
  const mail = await read(row, host.config.zone)
  const [answers, evidence, headers] = await Promise.all([
    checkedBy(extensions, host.db, row, mail, book),
    senders.look(row.raw, mail, row, (address) => destinationOf(book, canonicalAddress(address)) !== undefined),
    askRules(host.config, rules, row, mail),
  ])
  return { book, extensions, rules, mail, answers, evidence, headers }
}

/** Judges a mail and does what follows from it; seconds to wait when it answers one not processed yet; undefined: it is processed already. */
export async function settleMail(
  work: Work,
  row: InboundRow,
  looked: LookedAt,
  waits: number,
): Promise<{ end: End; reasons: MailReason[] } | { later: number } | undefined> {
  const hand = await prepare(work, row, looked, waits)
  if (!hand) return undefined
  const { verdict, reasons } = await judge(hand, looked.extensions && pluginSteps(looked.extensions, work, hand, looked.answers))
  if (verdict.end === 'wait') return { later: WAITS[waits]! }
  return { end: await act(work, row, hand, verdict, reasons, looked.rules), reasons }
}

/** The mail stays as it came, with the plugin's reason, in the list of mails held. */
async function hold(host: Host, id: Id, refusal: Refusal): Promise<void> {
  const { plugin, reason } = refusal.params
  const reasons: MailReason[] = [{ step: String(plugin), decided: 'held', rule: 'plugin-refused', detail: String(reason).slice(0, 500) }]
  await host.db
    .updateTable('inbound_mail')
    .set({ state: 'held', reason: JSON.stringify(reasons) })
    .where('id', '=', id)
    .where('state', '=', 'accepted')
    .execute()
}

/** Each minute: accepted mails that have no job, as after a restore. Usually none. */
export async function processWaiting(host: Host): Promise<void> {
  const rows = await host.db
    .selectFrom('inbound_mail')
    .select('id')
    .where('state', '=', 'accepted')
    .where(withoutJob('mail/process/', 'inbound_mail'))
    .orderBy('id')
    .limit(1000)
    .execute()
  for (const { id } of rows) await host.enqueue({ task: 'mail/process', payload: { id }, key: `mail/process/${id}`, unlessThere: true })
}

/** A mail that no parser can read still becomes a ticket: from its head, the raw mail attached. */
async function read(row: InboundRow, zone: string): Promise<ParsedMail> {
  try {
    return await parseMail(row.raw, undefined, zone)
  } catch (error) {
    if (!(error instanceof UnreadableMail)) throw error
    const bare: ParsedMail = {
      from: [],
      sender: [],
      replyTo: [],
      to: [],
      cc: [],
      subject: '',
      date: null,
      messageId: null,
      inReplyTo: [],
      references: [],
      headers: [],
      text: '',
      html: null,
      attachments: [],
      notes: [],
    }
    const head = await parseMail(row.raw, 'headers').catch(() => bare)
    const raw = {
      name: 'message.eml',
      contentType: 'message/rfc822',
      contentId: null,
      disposition: 'attachment' as const,
      size: row.raw.length,
      content: row.raw,
      raw: true as const,
    }
    return { ...head, attachments: [raw], notes: [{ note: 'unreadable', detail: error.message.slice(0, 300) }] }
  }
}

async function prepare(
  work: Work,
  row: InboundRow,
  { mail: given, evidence, book, rules, headers }: LookedAt,
  waits: number,
): Promise<Hand | undefined> {
  const numbers = numberSettings(work.config)
  // What comes to the return path of a mail of ours is about that mail, whatever it says inside.
  const about = await mailOfReturnPath(work.db, row.envelopeTo)
  const mail: ParsedMail = about ? { ...given, references: [about, ...given.references] } : given
  const report = readReport(mail, row.envelopeFrom)
  const places = { ...numbersInMail(mail, row.raw, rules.places, numbers), references: rules.places.has('references') }
  const known = await whatIsKnown(work.db, {
    delivery: row,
    messageId: mail.messageId,
    references: [...mail.references, ...mail.inReplyTo],
    originals: report?.originals ?? [],
    numbers: [...places.numbers.keys()],
    sender: evidence.author.address,
    sentBy: evidence.sentBy,
    content: contentKey(mail),
  })
  if (!known) return undefined
  const wanted = { fresh: await lookUpWanted(work, headers.values, false), followUp: await lookUpWanted(work, headers.values, true) }
  const hand: Hand = {
    delivery: row,
    mail,
    known,
    book,
    author: evidence.author,
    judgement: judgeSender(evidence, { sender: known.sender?.valid ?? false, samePerson: known.sentBySame }),
    relay: relayOf(work.config, row.peerAddress),
    loopMark: loopMark(work.config),
    numbers,
    report,
    forwarded: '',
    waits,
    places,
    headers,
    wanted,
  }
  const addresses = [...known.recipients, ...known.siblings.map(({ envelopeTo }) => envelopeTo)]
  if (addresses.some((address) => book.byUnit.has(canonicalAddress(address)))) {
    // Whoever is not believed to be the sender belongs to no unit.
    const unitId = hand.judgement.believed ? (known.sender?.unitId ?? (await unitByAddress(work, evidence.author.address))) : null
    hand.routing = { table: await readRouting(work.db), unitId }
  }
  return { ...hand, ...(await aboutItsTicket(work, hand)) }
}

/** What is asked only where a mail seems to go on with a ticket. */
async function aboutItsTicket(work: Work, hand: Hand): Promise<Pick<Hand, 'forwarded' | 'agent'>> {
  const { mail, known } = hand
  const ticket = findTicket(hand)?.ticket
  const none = { forwarded: '', agent: undefined }
  if (!ticket) return none
  const place = placeOfDelivery(hand)
  const sign = place && place.unitId !== ticket.unitId ? forwardSign(mail) : undefined
  const forwarded = sign !== undefined && !(await wroteFrom(work.db, ticket.id, place!.address)) ? sign : ''
  const { sender } = known
  if (!sender?.agent || !sender.valid || sender.id === ticket.customerId) return { ...none, forwarded }
  const [access, full] = await Promise.all([loadAccess(work.db, sender.id, true), readTicket(work.db, ticket.id, sender.id)])
  const allowed = (right: Right) => full !== undefined && may(access, right, full.ties).allowed
  return { forwarded, agent: { id: sender.id, mayNote: allowed('note'), mayAnswer: allowed('compose') } }
}

/** Somebody who writes for the first time belongs where a rule on their mail's domain says. */
async function unitByAddress(work: Work, address: string): Promise<Id | null> {
  if (address === '') return null
  return placeBy(await listUnitRules(work.db), { addresses: [address], dn: null, attributes: {}, groups: [] })?.unitId ?? null
}

export interface End {
  outcome: MailOutcome
  ticketId: Id | null
  articleId: Id | null
}

async function act(work: Work, row: InboundRow, hand: Hand, verdict: Verdict, reasons: MailReason[], rules: MailSettings): Promise<End> {
  const { known, mail } = hand
  if (verdict.end === 'duplicate') return { outcome: 'duplicate', ticketId: verdict.twin!.ticketId, articleId: verdict.twin!.articleId }
  if (verdict.end === 'loop') return { outcome: 'loop', ticketId: null, articleId: null }
  if (verdict.end === 'ignored') return { outcome: 'ignored', ticketId: null, articleId: null }
  if (verdict.end === 'bounce' || verdict.end === 'receipt') {
    const attach = verdict.end === 'bounce' ? attachBounce : attachReceipt
    const articleId = await attach(work, {
      reported: verdict.reported!,
      report: hand.report!,
      article: articleOf(row, mail, null, false),
      reasons,
    })
    return { outcome: `${verdict.end}-attached`, ticketId: verdict.reported!.ticketId, articleId }
  }
  const { address, name } = verdict.sender
  // What is not believed is nobody's: neither the person it claims to be nor a new one.
  const personId = !hand.judgement.believed || address === '' ? null : (known.sender?.id ?? (await personOfMail(work, address, name)))
  if (personId !== null && known.sender === null) await placePerson(work, personId)
  const articleFor = (wanted?: Wanted): NewArticle => ({
    ...articleOf(row, mail, personId, verdict.visible, wanted),
    assurance: { ...hand.judgement, level: hand.judgement.assurance },
  })
  const answer = (type: ResponseWanted['type'], ticketId: Id) => tell(work, hand, verdict, reasons, { type, ticketId })

  if (verdict.ticket && verdict.agent) {
    const { as, articleId } = await writeAsAgent(work, verdict.ticket.id, verdict.agent, {
      // What we attached because the mail is damaged is for those who read it here.
      article: {
        ...articleFor(),
        personId: hand.agent!.id,
        attachments: mail.attachments.filter(({ raw }) => verdict.agent === 'note' || !raw),
      },
      reason: reasons,
    })
    return { outcome: `agent-${as}`, ticketId: verdict.ticket.id, articleId }
  }
  if (verdict.ticket && verdict.apart) {
    const articleId = await holdMessage(work, verdict.ticket.id, { ...articleFor(), held: verdict.apart }, reasons)
    return { outcome: verdict.apart.decision === null ? 'follow-up-held' : 'follow-up-refused', ticketId: verdict.ticket.id, articleId }
  }
  if (verdict.ticket && verdict.follow !== 'new ticket') {
    const wanted = hand.wanted.followUp
    const article = articleFor(wanted)
    const rejected = verdict.follow === 'reject'
    reasons.push(...asReasons(wanted))
    // OTRS behaviour: rejected or not, the message is stored on the ticket; only a rejected one leaves the state alone.
    const keepState = rejected || verdict.keepState || wanted.keepState === true || (await reopenedTooOften(work, verdict, reasons, rules))
    const { articleId } = await followUp(work, verdict.ticket.id, {
      article,
      keepState,
      reason: reasons,
      ...(wanted.values.state
        ? { state: { stateId: wanted.values.state.id, ...(wanted.values.pending ? { pendingUntil: wanted.values.pending } : {}) } }
        : {}),
    })
    if (!rejected) await obeyHeaders(work, verdict.ticket.id, wanted, reasons)
    await answer(rejected ? 'auto reject' : 'auto follow up', verdict.ticket.id)
    return { outcome: rejected ? 'rejected-closed' : 'follow-up', ticketId: verdict.ticket.id, articleId }
  }
  const old = verdict.ticket
  const wanted = hand.wanted.fresh
  const article = articleFor(wanted)
  reasons.push(...asReasons(wanted))
  const { state, title, lock, owner, queue: _queue, pending, ...others } = wanted.values
  if (lock && lock !== 'unlock' && !owner) reasons.push(lockNeedsOwner(wanted))
  const made = await createTicket(work, {
    title: title ?? (old ? cleanSubject(mail.subject, old.number, DEFAULT_SUBJECT_SETTINGS) : mail.subject),
    customerId: personId,
    ...fieldsOf(others),
    queueId: verdict.queueId,
    topicId: verdict.topicId ?? null,
    article,
    reason: reasons,
    arrivedAt: row.acceptedAt,
    ...(state ? { state: state.name } : {}),
    ...(state?.type.startsWith('pending') && pending ? { pendingUntil: pending } : {}),
    // OTRS behaviour: who is named owner by a header has not locked the ticket; X-OTRS-Lock does.
    ...(owner?.id ? { ownerId: owner.id, lock: lock ?? 'unlock' } : {}),
  })
  if (old) {
    addHistory(work, [
      { ticketId: old.id, type: 'Misc', parts: ['follow-up became a new ticket', made.number, made.id] },
      { ticketId: made.id, type: 'Misc', parts: ['follow-up of a closed ticket', old.number, old.id] },
    ])
  }
  await noteElsewhere(work, { ...made, queueId: verdict.queueId }, hand, verdict)
  await answer(old ? 'auto reply/new ticket' : 'auto reply', made.id)
  return { outcome: old ? 'follow-up-new-ticket' : 'new-ticket', ticketId: made.id, articleId: made.articleId }
}

const asReasons = ({ refused }: Wanted): MailReason[] => refused.map((decision) => ({ step: 'headers', ...decision }))
const lockNeedsOwner = ({ values }: Wanted): MailReason => ({
  step: 'headers',
  decided: 'passed-over',
  rule: 'header-lock-needs-owner',
  detail: `Lock: ${values.lock}`,
})

/** Programs that write into a closed ticket again and again (a monitor, another help desk) open it so many times a day only. */
async function reopenedTooOften(
  work: Work,
  { automatic, keepState, ticket }: Verdict,
  reasons: MailReason[],
  { reopenings }: MailSettings,
): Promise<boolean> {
  if (!automatic || keepState || ticket?.stateType !== 'closed' || reopenings === 0) return false
  const day = DateTime.fromJSDate(work.now, { zone: work.config.zone }).toISODate()!
  if ((await countReopening(work.db, ticket.id, day)) <= reopenings) return false
  reasons.push({ step: 'closed', decided: 'stays-closed', rule: 'reopened-too-often', detail: String(reopenings) })
  return true
}

/** What else the headers of a follow-up ask for. A guard's refusal is a reason: the message itself is stored. */
async function obeyHeaders(work: Work, ticketId: Id, wanted: Wanted, reasons: MailReason[]): Promise<void> {
  const { state: _state, ...others } = wanted.values
  if (Object.keys(others).length === 0) return
  try {
    const change = await prepareAct(work, 'by-headers', others)
    const { locked } = await change(work, ticketId)
    if (!locked) reasons.push(lockNeedsOwner(wanted))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    reasons.push({
      step: 'headers',
      decided: 'passed-over',
      rule: 'header-refused',
      detail: String(error.params['reason'] ?? error.code).slice(0, 300),
    })
  }
}

/** The automatic answer, to where programs may write; its fate joins the reasons. */
async function tell(
  work: Work,
  { mail, known, book, delivery, judgement }: Hand,
  verdict: Verdict,
  reasons: MailReason[],
  what: Pick<ResponseWanted, 'type' | 'ticketId'>,
): Promise<void> {
  const author = verdict.sender.address
  // Whoever is named beside From, or instead of it, is no more certain than Reply-To is.
  const byFrom = author === '' || mail.from.some(({ address }) => canonicalAddress(address) === canonicalAddress(author))
  const where = whereProgramsWrite({
    from: byFrom ? author : '',
    replyTo: byFrom ? mail.replyTo : [{ address: author }],
    envelopeFrom: delivery.envelopeFrom,
    proven: isProven(judgement),
    isOurs: ours(book, work.config),
  })
  const address = where.address ?? (where.rule === 'own-address' ? where.detail : author)
  // Where nobody reads the address anyway, that is what is to be said.
  const nobody = where.address === null ? (unfitAddress(address, book) ?? where.rule) : undefined
  const suppressed = verdict.automatic ?? nobody
  if (where.address !== null && where.passedOver && !suppressed)
    reasons.push({ step: 'auto-response', decided: 'passed-over', rule: 'reply-to-not-believed', detail: where.passedOver })
  const result = await respond(work, {
    ...what,
    address,
    language: known.sender?.language ?? null,
    book,
    peer: carriesMany(work.config, delivery.peerAddress) ? (delivery.clientAddress ?? undefined) : delivery.peerAddress,
    ...(suppressed ? { suppressed } : {}),
    answered: {
      from: keepAddresses(mail.from),
      replyTo: keepAddresses(mail.replyTo),
      to: keepAddresses(mail.to),
      subject: mail.subject,
      body: mail.text,
      messageId: mail.messageId,
      references: mail.references,
    },
  })
  reasons.push({
    step: 'auto-response',
    decided: result === 'sent' ? 'sent' : 'not-sent',
    rule: result === 'sent' ? what.type : result,
    detail: address,
  })
}

function articleOf(row: InboundRow, mail: ParsedMail, personId: Id | null, visible: boolean, wanted?: Wanted): NewArticle {
  return {
    channel: 'email',
    senderType: wanted?.senderType ?? 'customer',
    visible: wanted?.visible ?? visible,
    personId,
    from: keepAddresses(mail.from),
    to: keepAddresses(mail.to),
    cc: keepAddresses(mail.cc),
    replyTo: keepAddresses(mail.replyTo),
    subject: mail.subject,
    body: mail.text,
    html: mail.html,
    messageId: mail.messageId,
    inReplyTo: mail.inReplyTo.join(' '),
    references: mail.references.join(' '),
    inboundMailId: row.id,
    attachments: mail.attachments,
  }
}

async function recordFailure(host: Host, id: Id, attempt: number, last: boolean, error: unknown): Promise<void> {
  const said = error instanceof Error ? error.message : String(error)
  const reasons: MailReason[] = [{ step: 'process', decided: last ? 'failed' : 'again', rule: 'error', detail: said.slice(0, 500) }]
  await host.db
    .updateTable('inbound_mail')
    .set({
      attempts: attempt,
      reason: storableJson(reasons),
      ...(last ? { state: 'failed' as const, outcome: 'failed' } : {}),
    })
    .where('id', '=', id)
    .where('state', '=', 'accepted')
    .execute()
}
