/** Owns doing what was judged of a mail: tickets, messages and notes made of it, its headers obeyed, its sender answered. */
import { dayIn } from '../../calendar/day.ts'
import type { Id, MailReason } from '../../database/schema.ts'
import type { Work } from '../../kernel/work.ts'
import { personOfMail } from '../../person/persons.ts'
import { Refusal } from '../../errors.ts'
import { addHistory } from '../../ticket/history.ts'
import { cleanSubject, DEFAULT_SUBJECT_SETTINGS } from '../../ticket/subject.ts'
import { holdMessage } from '../../ticket/change/held.ts'
import { prepareAct } from '../../ticket/acts/acts.ts'
import { fieldsOf } from '../../ticket/attributes.ts'
import { setFields } from '../../ticket/change/fields.ts'
import { threadFor } from '../../ticket/change/merged.ts'
import { tieTickets } from '../../link/links.ts'
import { createTicket, followUp } from '../../ticket/change/tickets.ts'
import type { NewArticle } from '../../ticket/ticket.ts'
import { MADE } from '../../ticket/ticket.store.ts'
import { placePerson } from '../../unit/placing.ts'
import { canonicalAddress } from '../addresses.ts'
import { finishResponse, planResponse, respond, unfitAddress, type ResponseResult, type ResponseWanted } from '../texts/auto-response.ts'
import { answering } from '../texts/auto-response.store.ts'
import { isProven, ours, whereProgramsWrite } from '../texts/whom.ts'
import { attachBounce } from './bounce.ts'
import { noteElsewhere } from './elsewhere.ts'
import { attachReceipt } from './receipt.ts'
import { writeAsAgent } from '../../ticket/change/agent-mail.ts'
import type { Hand, Verdict } from '../judge/hand.ts'
import { type InboundRow } from './inbound.store.ts'
import type { MailOutcome } from '../judge/outcome.ts'
import { keepAddresses, type ParsedMail } from '../reading/parsed-mail.ts'
import { carriesMany } from '../judge/assurance/relays.ts'
import { type MailSettings } from '../filters/mail-settings.ts'
import { countReopening, type Wanted } from '../filters/wanted.ts'

/** What became of a mail. */
export interface End {
  outcome: MailOutcome
  ticketId: Id | null
  articleId: Id | null
}

/** Does what was judged, in the judgement's own transaction; what happened on the way joins `reasons`. */
export async function carryOut(
  work: Work,
  row: InboundRow,
  hand: Hand,
  verdict: Verdict,
  reasons: MailReason[],
  rules: MailSettings,
): Promise<End> {
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
  const named = verdict.ticket?.writtenTo
  const thread =
    verdict.ticket && named && !verdict.agent && verdict.follow !== 'new ticket'
      ? await threadFor(work.db, verdict.ticket, named, personId)
      : undefined
  const articleFor = (wanted?: Wanted): NewArticle => ({
    ...articleOf(row, mail, personId, verdict.visible, wanted),
    ...(thread ? { thread } : {}),
    assurance: { ...hand.judgement, level: hand.judgement.assurance },
  })

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
    // A header may have moved it.
    const queueId = wanted.values.queue ? undefined : verdict.ticket.queueId
    const told = whomToTell(work, hand, verdict, { type: rejected ? 'auto reject' : 'auto follow up', queueId })
    noteTold(told, reasons, await respond(work, { ...told.wanted, ticketId: verdict.ticket.id }))
    return { outcome: rejected ? 'rejected-closed' : 'follow-up', ticketId: verdict.ticket.id, articleId }
  }
  const old = verdict.ticket
  const wanted = hand.wanted.fresh
  const article = articleFor(wanted)
  reasons.push(...asReasons(wanted))
  const { state, title, lock, owner, queue: _queue, pending, ...others } = wanted.values
  if (lock && lock !== 'unlock' && !owner) reasons.push(lockNeedsOwner(wanted))
  // The company is that of whom it is believed to come from.
  const drawn = known.drawn ? { ...known.drawn, company: personId === known.sender?.id ? known.drawn.company : null } : undefined
  const fresh = {
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
  }
  const confirmation = whomToTell(work, hand, verdict, { type: old ? 'auto reply/new ticket' : 'auto reply', queueId: verdict.queueId })
  const plan = await planResponse(work, confirmation.wanted)
  const beside = plan.wording && answering(plan.counting, MADE)
  const made = await createTicket(work, fresh, { drawn, beside })
  await obeyFields(work, made.id, wanted, reasons)
  if (old) {
    addHistory(work, [
      { ticketId: old.id, type: 'Misc', parts: ['follow-up became a new ticket', made.number, made.id] },
      { ticketId: made.id, type: 'Misc', parts: ['follow-up of a closed ticket', old.number, old.id] },
    ])
    // OTRS behaviour.
    await tieTickets(work, old, made, 'normal')
  }
  await noteElsewhere(work, { ...made, queueId: verdict.queueId }, hand, verdict)
  noteTold(confirmation, reasons, await finishResponse(work, { ...confirmation.wanted, ticketId: made.id }, plan, made.beside))
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
  const day = dayIn(work.config.zone, work.now)
  if ((await countReopening(work.db, ticket.id, day)) <= reopenings) return false
  reasons.push({ step: 'closed', decided: 'stays-closed', rule: 'reopened-too-often', detail: String(reopenings) })
  return true
}

/** What else the headers of a follow-up ask for. A guard's refusal is a reason: the message itself is stored. */
async function obeyHeaders(work: Work, ticketId: Id, wanted: Wanted, reasons: MailReason[]): Promise<void> {
  const { state: _state, ...others } = wanted.values
  await obeyFields(work, ticketId, wanted, reasons)
  if (Object.keys(others).length === 0) return
  try {
    const change = await prepareAct(work, 'by-headers', others)
    const { locked, unfit } = await change(work, ticketId)
    if (!locked) reasons.push(lockNeedsOwner(wanted))
    if (unfit !== null) reasons.push({ step: 'headers', decided: 'passed-over', rule: 'header-sla-unfit', detail: unfit })
  } catch (error) {
    reasons.push(headerRefused(error))
  }
}

/** Fields of the installation's own: what the unit of its queue does not have, or another program fills, is a reason. */
async function obeyFields(work: Work, ticketId: Id, { fields = {} }: Wanted, reasons: MailReason[]): Promise<void> {
  for (const [name, values] of Object.entries(fields)) {
    try {
      await setFields(work, ticketId, { [name]: values })
    } catch (error) {
      reasons.push(headerRefused(error))
    }
  }
}

function headerRefused(error: unknown): MailReason {
  if (!(error instanceof Refusal)) throw error
  return {
    step: 'headers',
    decided: 'passed-over',
    rule: 'header-refused',
    detail: String(error.params['reason'] ?? error.params['name'] ?? error.code).slice(0, 300),
  }
}

/** The automatic answer, to where programs may write. */
function whomToTell<W extends Pick<ResponseWanted, 'type' | 'queueId'>>(
  work: Work,
  { mail, known, book, delivery, judgement }: Hand,
  verdict: Verdict,
  what: W,
): { wanted: Omit<ResponseWanted, 'ticketId'> & W; passedOver: string | undefined } {
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
  return {
    wanted: {
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
    },
    passedOver: where.address !== null && !suppressed ? where.passedOver : undefined,
  }
}

/** The fate of the answer joins the reasons. */
function noteTold(
  { wanted: { type, address }, passedOver }: ReturnType<typeof whomToTell>,
  reasons: MailReason[],
  result: ResponseResult,
): void {
  if (passedOver) reasons.push({ step: 'auto-response', decided: 'passed-over', rule: 'reply-to-not-believed', detail: passedOver })
  reasons.push({
    step: 'auto-response',
    decided: result === 'sent' ? 'sent' : 'not-sent',
    rule: result === 'sent' ? type : result,
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
    bcc: keepAddresses(mail.bcc),
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
