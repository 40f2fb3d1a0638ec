/** Owns the acts on tickets: create, follow up, answer, note, take, release, move, state, priority, title, watch. */
import { sql } from 'kysely'
import { isId } from '../../database/id.ts'
import type { Id } from '../../database/schema.ts'
import { receive } from '../../calendar/receipt.ts'
import { undoSeconds } from '../../kernel/actor.ts'
import { actorId, type Work } from '../../kernel/work.ts'
import { refused } from '../../errors.ts'
import { holdsRight } from '../../permission/policy.ts'
import { loadAccess } from '../../permission/access.store.ts'
import { deadlinesOfNew, touchDeadlines } from '../../escalation/recount.ts'
import { companyOfCode } from '../../company/companies.ts'
import { companyForTicket, usesCompanies } from '../../company/main-company.ts'
import { findQueue, senderOfQueue } from '../../queue/queues.ts'
import { findPerson } from '../../person/persons.ts'
import { findAbout, UNCLASSIFIED } from '../../service/fitting.ts'
import { NORMAL_PRIORITY } from '../../service/ticket-priorities.ts'
import { emitArticle, firstWords, inTicket, keepBeside } from '../../article/articles.ts'
import { demandForeign } from '../../mail/addresses.ts'
import { newMessageId, queueMail, sayAddress } from '../../mail/outbound.ts'
import { partsForTicket } from '../../mail/texts/answer-parts.ts'
import { queueClosingMail } from '../../mail/texts/auto-response.ts'
import { tellParticipants } from './tell-participants.ts'
import { recipientsFor } from '../../mail/texts/whom.ts'
import {
  ATTRIBUTES,
  changeable,
  ENTRIES,
  type ChangeableText,
  type Kind,
  type NewTicketFields,
  type RowFields,
  type TicketRowColumns,
} from '../attributes.ts'
import { agent, addArticle, askAboutArticle, change, nextOrRefuse, ownerRule, shallAfterReply, shallOf, ticketFor } from './change.ts'
import { addHistory, type NamedType, type Said } from '../history.ts'
import { oneLine } from '../line.ts'
import { counterKey, drawForTicket, withNumber, type Drawn } from '../counter.ts'
import { placeOfMessage } from './merged.ts'
import { leaveClosedQueue } from './move.ts'
import { buildSubject, DEFAULT_SUBJECT_SETTINGS } from '../subject.ts'
import type { NewArticle, NewAttachment, Ticket } from '../ticket.ts'
import { closingSettles, deliverySettled } from './undelivered.ts'
import { bookSaid, bookTime, demandSaid, type SaidTime } from '../../time/time.ts'
import { findPlace, findState, insertTicket, type Beside, type StateRow } from '../ticket.store.ts'
import { ownerStands } from '../../permission/to-take.ts'

/** Besides: the queue's id, `ownerId` (from the start; then the ticket is locked, as in OTRS, unless `lock` says otherwise), and all else that can be said. */
export interface NewTicket extends NewTicketFields {
  title: string
  queueId: Id
  customerId: Id | null
  article: NewArticle
  /** By name; default `new`. */
  state?: string
  /** When it reached us, where that was before now: a mail is taken in first and worked up later. */
  arrivedAt?: Date
  /** Why this queue: shown on the ticket. */
  reason?: unknown
  time?: SaidTime
}

/**
 * Makes a ticket with its first article. The receipt clock is asked here, once: what an agent enters is received at once,
 * everything else when the queue's calendar says. `drawn`: what was drawn for it already; `beside`: what is asked and written with the same statement. Errors: `ticket.queue-unknown`, `article.empty`, `not-allowed`, `time.needed`.
 */
export async function createTicket<R = never>(
  work: Work,
  wanted: NewTicket,
  { drawn, beside }: { drawn?: Drawn | undefined; beside?: Beside<R> | undefined } = {},
): Promise<{ id: Id; number: string; articleId: Id; receivedAt: Date; beside: R | undefined }> {
  const stateName = wanted.state ?? 'new'
  const place = await work.remembered(`place ${wanted.queueId} ${stateName}`, () => findPlace(work.db, wanted.queueId, stateName))
  if (!place?.queue.valid) throw refused('ticket.queue-unknown', {}, 'queue')
  await work.demandReach(place.queue.unitId)
  demandCreate(work, wanted)
  const { queue, state, calendar } = place
  if (!state || state.type === 'merged') throw refused('ticket.state-unknown')
  demandSaid(queue, wanted.time)
  if (!calendar) throw new Error('there is no calendar named “default”: restore it in the admin pages')
  const about = await aboutNew(work, wanted, queue.unitId)
  await askAboutTicket(work, wanted, queue, state)
  const receivedAt = wanted.article.senderType === 'agent' ? work.now : receive(calendar, wanted.arrivedAt ?? work.now).receivedAt
  const title = oneLine(wanted.title, ATTRIBUTES.title.longest) || firstWords(wanted.article.body).slice(0, 80) || '–'
  const lock = wanted.lock ?? (wanted.ownerId ? 'lock' : 'unlock')
  const answered = wanted.article.senderType === 'agent' && wanted.article.visible ? work.now : null
  // OTRS: a ticket is written down under its customer's company, unless whoever makes it names another.
  const { counter, company: main } = drawn ?? (await drawForTicket(work.db, counterKey(work.config, work.now), wanted.customerId))
  const company = main !== null && (await usesCompanies(work.db, queue.unitId)) ? main : ''
  // By an SLA, or while the clock stands still, they are counted once the ticket stands.
  const countNow = queue.promises !== null && !wanted.slaId && !state.suspends && !wanted.article.held
  const due =
    countNow &&
    deadlinesOfNew({ rule: queue.promises!, calendar }, { receivedAt, at: work.now, stateType: state.type, article: wanted.article })
  const row = rowOf({
    customerCompany: company,
    ...wanted,
    title,
    queueId: queue.id,
    stateId: state.id,
    stateType: state.type,
    priorityId: wanted.priorityId ?? NORMAL_PRIORITY,
    typeId: wanted.typeId ?? UNCLASSIFIED,
    lock,
    lockedAt: lock === 'unlock' ? null : work.now,
    preview: firstWords(wanted.article.body),
    receivedAt,
    createdAt: work.now,
    createdBy: actorId(work),
    changedAt: work.now,
    closedAt: state.type === 'closed' ? work.now : null,
    lastCustomerAt: wanted.article.senderType === 'customer' ? work.now : null,
    lastAgentAt: answered,
    firstResponseAt: answered,
    firstClosedAt: state.type === 'closed' ? work.now : null,
    ...(due && {
      dueAt: due.due_at,
      responseDueAt: due.response_due_at,
      updateDueAt: due.update_due_at,
      solutionDueAt: due.solution_due_at,
      suspended: due.suspended,
    }),
  })
  const {
    id,
    number,
    articleId,
    beside: found,
  } = await withNumber(work.db, work.config, work.now, counter, (fresh) =>
    insertTicket(work, { number: fresh, ...row }, wanted.article, beside),
  )
  await keepBeside(work, articleId, wanted.article)
  addHistory(work, [
    {
      ticketId: id,
      type: 'NewTicket',
      parts: [number, queue.name, await priorityName(work, wanted.priorityId), state.name, id],
      ...(wanted.reason === undefined ? {} : { reason: wanted.reason }),
    },
    ...about.map((row) => ({ ticketId: id, ...row })),
    { ticketId: id, type: articleHistory(wanted.article), parts: [], articleId },
  ])
  if (!due && (queue.promises || row.sla_id)) touchDeadlines(work, id)
  const made = { id, unitId: queue.unitId }
  work.emit('ticket.created', { ticketId: id, unitId: queue.unitId, data: { queue: queue.id, channel: wanted.article.channel } })
  emitArticle(work, made, articleId, wanted.article)
  await bookSaid(work, { ...made, askTime: queue.askTime }, wanted.time, articleId)
  return { id, number, articleId, receivedAt, beside: found }
}

/** The columns of a new ticket, in the order of the list; '' or nobody where nothing is said. */
function rowOf(fields: RowFields): TicketRowColumns {
  const said = fields as Record<string, unknown>
  return Object.fromEntries(ENTRIES.map(({ kind, column, field }) => [column, said[field] ?? EMPTY[kind] ?? null])) as TicketRowColumns
}

/**
 * OTRS's rows of what a new ticket is about, as far as it is said: type, service, SLA; of the last two nothing stood before. People
 * are held to what the service is offered for; programs are not. Errors: as `classifyTicket`.
 */
async function aboutNew(work: Work, { typeId, serviceId, slaId, customerId }: NewTicket, unitId: Id): Promise<Said[]> {
  if (!typeId && !serviceId && !slaId) return []
  const { type, service, sla } = await findAbout(work.db, { typeId, serviceId, slaId }, { customerId, unitId })
  if (typeId && !type) throw refused('choice-gone', {}, 'type')
  if (serviceId && !service) throw refused('choice-gone', {}, 'service')
  if (service?.offered === false && work.actor.kind === 'person') throw refused('service.not-offered', { service: service.name }, 'service')
  if (slaId && !sla) throw refused('sla.not-of-service', {}, 'sla')
  return [
    ...(type ? [{ type: changeable.type.history.type, parts: [type.name, type.id] } as Said] : []),
    ...[
      { entry: changeable.service, found: service },
      { entry: changeable.sla, found: sla },
    ].flatMap(({ entry, found }) =>
      found ? [{ type: entry.history.type, parts: entry.history.parts({ id: null, name: '' }, found) } as Said] : [],
    ),
  ]
}
/** What stands in a column where nothing is said; anything else is nobody. */
const EMPTY: Partial<Record<Kind, unknown>> = { text: '', company: '', 'yes-no': false }

async function askAboutTicket(work: Work, wanted: NewTicket, queue: { id: Id; unitId: Id }, state: StateRow): Promise<void> {
  const where = { queueId: queue.id, unitId: queue.unitId }
  await work.ask('ticket.create', [queue.unitId], {
    ...where,
    title: wanted.title,
    customerId: wanted.customerId,
    ownerId: wanted.ownerId ?? null,
    state: { name: state.name, type: state.type },
    article: Object.freeze({ ...wanted.article }),
  })
  await askAboutArticle(work, { ticket: null, ...where }, wanted.article)
}

async function priorityName(work: Work, id: Id | undefined): Promise<string> {
  if (id === undefined || id === NORMAL_PRIORITY) return '3 normal'
  return (await work.db.selectFrom('ticket_priority').select('name').where('id', '=', id).executeTakeFirst())?.name ?? ''
}

function demandCreate(work: Work, wanted: NewTicket): void {
  if (work.actor.kind === 'system') return
  if (wanted.article.senderType === 'customer' && wanted.customerId === work.actor.id) return
  const { access } = work.actor
  if (access.agent && holdsRight(access.queueRights.get(wanted.queueId), 'create')) return
  throw refused('not-allowed')
}

function articleHistory(article: NewArticle): NamedType {
  if (article.channel === 'email') return article.senderType === 'customer' ? 'EmailCustomer' : 'EmailAgent'
  if (article.channel === 'phone') return article.senderType === 'customer' ? 'PhoneCallCustomer' : 'PhoneCallAgent'
  if (article.channel === 'web') return 'WebRequestCustomer'
  return 'AddNote'
}

export interface FollowUp {
  article: NewArticle
  /** The state stays: automatic mail, or a header that asks for it. */
  keepState?: boolean
  /** Another state than the one that would follow, as a header may ask for. */
  state?: ChosenState
  reason?: unknown
}

/**
 * What a customer writes to a ticket that exists, by mail or on the web: the article, and the state that follows (OTRS
 * behaviour: new stays new, closed opens again). What is written to a merged ticket goes on in the one that it is part of. The queue's `follow_up_possible` is the caller's affair for mail; on the web a
 * closed ticket of a queue that rejects or wants a new ticket refuses with `ticket.closed-for-customer`.
 */
export async function followUp(work: Work, ticketId: Id, what: FollowUp): Promise<{ articleId: Id; ticket: Ticket }> {
  const { ticket, thread } = await placeOfMessage(work, await ticketFor(work, ticketId, 'answer'), what.article.personId ?? null)
  const queue = (await findQueue(work.db, ticket.queueId))!
  const article = thread ? { ...what.article, thread } : what.article
  if (work.actor.kind === 'person') {
    if (what.article.body.trim() === '' && !what.article.attachments?.length) throw refused('article.empty', {}, 'body')
    if (ticket.stateType === 'closed' && queue.followUpPossible !== 'possible') throw refused('ticket.closed-for-customer')
  }
  const articleId = await addArticle(work, ticket, article)
  // A removed or merged ticket keeps its state: the message is stored all the same, nothing sent is lost.
  const done = ticket.stateType === 'removed' || ticket.stateType === 'merged'
  const given = done ? undefined : what.state && (await chosenState(work, what.state))
  const { shall, reasons } = done
    ? NOTHING_FOLLOWS
    : await shallAfterReply(work, ticket, queue, {
        keepState: what.keepState ?? false,
        ...(given ? { given, pendingUntil: what.state!.pendingUntil } : {}),
      })
  await change(work, ticket, shall, {
    reasons,
    columns: { last_customer_at: work.now },
    rows: [{ type: 'FollowUp', parts: [ticket.number, ''], articleId, ...(what.reason === undefined ? {} : { reason: what.reason }) }],
  })
  emitArticle(work, ticket, articleId, article)
  if (!queue.valid) await leaveClosedQueue(work, ticket)
  return { articleId, ticket }
}

const NOTHING_FOLLOWS = { shall: {}, reasons: {} }

export interface ChosenState {
  stateId: Id
  pendingUntil?: Date | null
  /** Why, where a program chose it. */
  reason?: unknown
}

export interface Answer {
  /** The customer's message that is answered; by default their newest. */
  answers?: Id
  /** By default who wrote that message, and the customer (mail/texts/whom.ts). */
  to?: string[]
  cc?: string[]
  subject?: string
  body: string
  attachments?: NewAttachment[]
  /** The state to go to with the answer; without it a new ticket becomes open. */
  state?: ChosenState
  /** It came by mail: who wrote it, which mail that was, how far its sender is proven. */
  byMail?: Pick<NewArticle, 'personId' | 'inboundMailId' | 'assurance'>
  /** Why it is one, where a program decided. */
  reason?: unknown
  time?: SaidTime
}

/**
 * An agent's answer: an article the customer sees, and a mail that leaves after ten seconds. The ticket is taken if nobody leads it.
 * `stillClosed`: it answered a closed ticket, which an answer alone does not open. Not to addresses of ours: that is what moving is for. Errors: `article.empty`, `person.address-is-ours` at 'to' or 'cc', `time.needed`.
 */
export async function answerTicket(
  work: Work,
  ticketId: Id,
  answer: Answer,
): Promise<{ articleId: Id; mailId: Id | null; stillClosed: boolean }> {
  const ticket = await ticketFor(work, ticketId, 'compose')
  const { salutation, signature } = await partsForTicket(work, ticket)
  // A salutation alone says nothing.
  if (answer.body.trim() === '' || answer.body.trim() === salutation.trim()) throw refused('article.empty', {}, 'body')
  demandSaid(ticket, answer.time)
  const to = (answer.to ?? (await recipientsFor(work, ticket, answer.answers)).to).map((a) => a.trim()).filter(Boolean)
  await demandForeign(work, to, 'to')
  await demandForeign(work, answer.cc ?? [], 'cc')
  const given = answer.state && (await chosenState(work, answer.state))
  const outcome = nextOrRefuse(ticket, {
    kind: 'agent-reply',
    ...(given ? { state: { to: given.type, dateOptional: given.dateOptional, ...pendingOf(work, given, answer.state!) } } : {}),
  })
  const sender = await senderOfQueue(work.db, work.config, ticket.queueId)
  const parent = await answeredMail(work, ticket.id, answer.answers)
  const messageId = newMessageId(work.config, ticket.id)
  const subject = buildSubject(
    { number: ticket.number, subject: answer.subject?.trim() || ticket.title, kind: 'reply' },
    DEFAULT_SUBJECT_SETTINGS,
  )
  const article: NewArticle = {
    channel: to.length > 0 ? 'email' : 'web',
    senderType: 'agent',
    visible: true,
    personId: actorId(work),
    from: sayAddress(sender),
    to: to.join(', '),
    cc: (answer.cc ?? []).join(', '),
    subject,
    body: withSignature(answer.body, signature),
    messageId,
    inReplyTo: parent.messageId,
    references: parent.references,
    attachments: answer.attachments ?? [],
    ...(parent.thread ? { thread: parent.thread } : {}),
    ...answer.byMail,
  }
  const articleId = await addArticle(work, ticket, article)
  const shall = await shallOf(work, ticket, outcome, given)
  if (work.actor.kind === 'person' && ticket.ownerId === null && !shall.owner?.id) {
    shall.owner = { id: work.actor.id, name: work.actor.login ?? '' }
    if (!shall.lock && given?.type !== 'closed') shall.lock = 'lock'
  }
  await change(work, ticket, shall, {
    rows: [
      {
        type: 'SendAnswer',
        parts: [to.join(', ')],
        articleId,
        ...deliverySettled(ticket),
        ...(answer.reason === undefined ? {} : { reason: answer.reason }),
      },
    ],
    columns: { last_agent_at: work.now },
  })
  emitArticle(work, ticket, articleId, article)
  await bookSaid(work, ticket, answer.time, articleId)
  const closing =
    given?.type === 'closed' && ticket.stateType !== 'closed'
      ? await queueClosingMail(work, ticket.id, { to: [...to, ...(answer.cc ?? [])] })
      : undefined
  const mailId =
    to.length === 0
      ? null
      : await queueMail(work, {
          kind: 'reply',
          from: sender,
          to,
          cc: answer.cc ?? [],
          subject,
          ticketId: ticket.id,
          articleId,
          ...(closing === undefined ? {} : { body: withClosing(answer.body, signature, closing) }),
          messageId,
          inReplyTo: article.inReplyTo!,
          references: article.references!,
          delaySeconds: undoSeconds(work),
        })
  // Whoever does not read the answer is not told of it.
  if (!article.thread || given?.type === 'closed')
    await tellParticipants(work, ticket, given?.type === 'closed' ? 'closed' : 'answered', [...to, ...(answer.cc ?? [])])
  return { articleId, mailId, stillClosed: ticket.stateType === 'closed' && (given?.type ?? 'closed') === 'closed' }
}

/** The queue's signature below an answer, after the line that mail programs know it by (RFC 3676 4.3); never twice. */
export function withSignature(body: string, signature: string): string {
  const text = signature.trim()
  return text === '' || body.trimEnd().endsWith(text) ? body : `${body.trimEnd()}\n\n-- \n${text}\n`
}

const RULE = '-'.repeat(40)

/** An answer with the words about closing below it: above the signature, below which mail programs show nothing. */
function withClosing(body: string, signature: string, closing: string): string {
  const sign = signature.trim()
  const answer = body.trimEnd()
  const bare = sign !== '' && answer.endsWith(sign) ? answer.slice(0, -sign.length).replace(/\n-- \n$/, '') : answer
  return withSignature(`${bare.trimEnd()}\n\n${RULE}\n\n${closing.trim()}\n`, signature)
}

export interface Note {
  subject?: string
  body: string
  visible?: boolean
  attachments?: NewAttachment[]
  channel?: 'internal' | 'phone'
  time?: SaidTime
}

/** A note by an agent; the customer sees it only when `visible` is said. */
export async function addNote(work: Work, ticketId: Id, note: Note): Promise<Id> {
  const ticket = await ticketFor(work, ticketId, 'note')
  if (note.body.trim() === '' && !note.attachments?.length) throw refused('article.empty', {}, 'body')
  demandSaid(ticket, note.time)
  const article: NewArticle = {
    channel: note.channel ?? 'internal',
    senderType: 'agent',
    visible: note.visible ?? false,
    personId: actorId(work),
    from: work.actor.name,
    subject: note.subject?.trim() || ticket.title,
    body: note.body,
    attachments: note.attachments ?? [],
  }
  const articleId = await addArticle(work, ticket, article)
  await change(
    work,
    ticket,
    {},
    { rows: [{ type: 'AddNote', parts: [], articleId }], columns: article.visible ? { last_agent_at: work.now } : {} },
  )
  emitArticle(work, ticket, articleId, article)
  await bookSaid(work, ticket, note.time, articleId)
  return articleId
}

/** Lock and own. `fromOther` takes it even from somebody who holds it and works on it. Error: `ticket.locked-by-other`. */
export async function takeTicket(work: Work, ticketId: Id, options: { fromOther?: boolean } = {}): Promise<void> {
  if (work.actor.kind !== 'person') throw refused('not-allowed')
  const ticket = await ticketFor(work, ticketId, 'lock')
  const held = ticket.ownerId !== null && ticket.ownerId !== work.actor.id && ticket.lock !== 'unlock'
  const { stands, name } = held ? await ownerStands(work.db, ticket, work.now) : { stands: 'at-work' as const, name: '' }
  const idle = stands !== 'at-work'
  const outcome = nextOrRefuse(ticket, { kind: 'take', by: work.actor.id, ...(options.fromOther || idle ? { fromOther: true } : {}) })
  await change(work, ticket, await shallOf(work, ticket, outcome), {
    reasons: idle ? { owner: { step: 'owner', decided: 'taken', rule: ownerRule(stands), detail: name } } : {},
  })
}

/** Gives the ticket back: unlocked, and nobody leads it. */
export async function releaseTicket(work: Work, ticketId: Id): Promise<void> {
  const ticket = await ticketFor(work, ticketId, 'lock')
  const outcome = nextOrRefuse(ticket, { kind: 'set-owner', ownerId: null })
  await change(work, ticket, await shallOf(work, ticket, outcome))
}

/** Hands the ticket to another agent, who must be able to work in its queue. Errors: `ticket.owner-unfit`. */
export async function setOwner(work: Work, ticketId: Id, ownerId: Id): Promise<{ name: string }> {
  const ticket = await ticketFor(work, ticketId, ATTRIBUTES.owner.right)
  const owner = await findPerson(work.db, ownerId)
  const access = owner?.valid && owner.agent ? await loadAccess(work.db, owner.id, true) : undefined
  // OTRS offers as owner who holds the right `owner` in the queue's group.
  if (!access || !holdsRight(access.queueRights.get(ticket.queueId), 'owner')) throw refused('ticket.owner-unfit', {}, 'owner')
  const outcome = nextOrRefuse(ticket, { kind: 'set-owner', ownerId })
  const locked = nextOrRefuse({ ...ticket, ownerId }, { kind: 'set-lock', lock: 'lock' })
  await change(work, ticket, await shallOf(work, ticket, { ...outcome, state: locked.state }))
  return { name: owner!.name }
}

/** Who answers for the ticket: an agent who may be responsible in its queue, or nobody. Error: `ticket.owner-unfit` at 'responsible'. */
export async function setResponsible(work: Work, ticketId: Id, personId: Id | null): Promise<void> {
  const ticket = await ticketFor(work, ticketId, ATTRIBUTES.responsible.right)
  const person = personId === null ? undefined : await findPerson(work.db, personId)
  const access = person?.valid && person.agent ? await loadAccess(work.db, person.id, true) : undefined
  if (personId !== null && (!access || !holdsRight(access.queueRights.get(ticket.queueId), 'responsible')))
    throw refused('ticket.owner-unfit', {}, 'responsible')
  await change(work, ticket, { responsible: await agent(work, personId) })
}

/** Locks a ticket that somebody leads, or unlocks it; the owner stays (OTRS behaviour). Error: `ticket.lock-needs-owner`. */
export async function setLock(work: Work, ticketId: Id, lock: 'lock' | 'unlock'): Promise<void> {
  const ticket = await ticketFor(work, ticketId, ATTRIBUTES.lock.right)
  await change(work, ticket, await shallOf(work, ticket, nextOrRefuse(ticket, { kind: 'set-lock', lock })))
}

/** Another date for a ticket that is put off; on any other nothing is done (OTRS behaviour). Error: `ticket.pending-in-past`. */
export async function setPendingDate(work: Work, ticketId: Id, until: Date): Promise<void> {
  const { stateId, stateType } = await ticketFor(work, ticketId, ATTRIBUTES.pending.right)
  if (stateType.startsWith('pending')) await setState(work, ticketId, { stateId, pendingUntil: until })
}

/** To another queue: `move` in this one (rw), `move_into` in that one. OTRS ForceUnlockOnMove: unlocked. */
export async function moveTicket(work: Work, ticketId: Id, queueId: Id): Promise<void> {
  const ticket = await ticketFor(work, ticketId, ATTRIBUTES.queue.right)
  const queue = await findQueue(work.db, queueId)
  const allowed = work.actor.kind === 'system' || holdsRight(work.actor.access.queueRights.get(queueId), 'move_into')
  if (!queue || !queue.valid || !allowed) throw refused('ticket.queue-unknown', {}, 'queue')
  await work.demandReach(queue.unitId)
  await change(work, ticket, { queue })
}

/** Another state: pending ones with their date, closing included. Closing tells the customer (after ten seconds). */
export async function setState(work: Work, ticketId: Id, chosen: ChosenState, note?: Note, time?: SaidTime): Promise<void> {
  const given = await chosenState(work, chosen)
  const ticket = await ticketFor(work, ticketId, ATTRIBUTES.state.right(given))
  const outcome = nextOrRefuse(ticket, {
    kind: 'set-state',
    to: given.type,
    dateOptional: given.dateOptional,
    ...pendingOf(work, given, chosen),
  })
  demandSaid(ticket, time)
  const noted = note && note.body.trim() !== '' ? await addNote(work, ticketId, note) : null
  await change(work, ticket, await shallOf(work, ticket, outcome, given), {
    ...closingSettles(work, ticket, given.type),
    ...(chosen.reason === undefined ? {} : { reasons: { state: chosen.reason } }),
  })
  await bookSaid(work, ticket, time, noted)
  if (given.type === 'closed' && ticket.stateType !== 'closed') await tellClosed(work, ticket)
}

/** Elapsed pending time, asked by the job each minute: 'pending auto' closes (OTRS PendingCheck), 'pending reminder' only reminds. */
export async function pendingElapsed(work: Work, ticketId: Id): Promise<boolean> {
  const ticket = await ticketFor(work, ticketId, 'rw')
  const outcome = nextOrRefuse(ticket, { kind: 'pending-elapsed', at: work.now })
  const shall = await shallOf(work, ticket, outcome)
  if (Object.keys(shall).length === 0) return false
  await change(work, ticket, shall)
  if (outcome.state.type === 'closed') await tellClosed(work, ticket)
  return true
}

async function tellClosed(work: Work, ticket: Ticket): Promise<void> {
  await queueClosingMail(work, ticket.id)
  await tellParticipants(work, ticket, 'closed')
}

/** Books time by itself. Errors: `time.units` where nothing is said. */
export async function spendTime(work: Work, ticketId: Id, said: SaidTime): Promise<void> {
  const ticket = await ticketFor(work, ticketId, 'note')
  if (!said) throw refused('time.units', {}, 'time')
  await bookTime(work, ticket, said)
}

export async function setPriority(work: Work, ticketId: Id, priorityId: Id): Promise<void> {
  const ticket = await ticketFor(work, ticketId, ATTRIBUTES.priority.right)
  const priority = await work.db
    .selectFrom('ticket_priority')
    .select(['id', 'name'])
    .where('id', '=', priorityId)
    .where('valid', '=', true)
    .executeTakeFirst()
  if (!priority) throw refused('input', { what: 'priority' }, 'priority')
  await change(work, ticket, { priority })
}

export async function setTitle(work: Work, ticketId: Id, title: string): Promise<void> {
  const ticket = await ticketFor(work, ticketId, ATTRIBUTES.title.right)
  const clean = oneLine(title, ATTRIBUTES.title.longest)
  if (!clean) throw refused('article.empty', {}, 'title')
  await change(work, ticket, { title: clean })
}

/** Sets an attribute that is a text and has no act of its own; '' empties it. The right stands in its entry. */
export async function setText(work: Work, ticketId: Id, name: ChangeableText, text: string): Promise<void> {
  const { right, longest } = changeable[name]
  const value = oneLine(text, longest)
  const ticket = await ticketFor(work, ticketId, typeof right === 'string' ? right : right(value))
  await change(work, ticket, { [name]: value })
}

export async function setCustomer(work: Work, ticketId: Id, customerId: Id): Promise<void> {
  const ticket = await ticketFor(work, ticketId, ATTRIBUTES.customer.right)
  const person = await findPerson(work.db, customerId)
  if (!person?.valid) throw refused('input', { what: 'customer' }, 'customer')
  const company = await companyForTicket(work.db, ticket.unitId, person.id)
  await change(work, ticket, {
    customer: {
      id: person.id,
      name: person.login ?? person.address ?? '',
      ...(company === (ticket.customerCompany ?? '') ? { beside: company } : { company }),
    },
  })
}

/**
 * Another company than the customer's main one: by its code, '' for none. Only one that is in use here, or that the customer belongs to; what
 * came from elsewhere and names no company stays until then. Error: `company.unknown` at 'company'.
 */
export async function setCompany(work: Work, ticketId: Id, code: string): Promise<void> {
  const ticket = await ticketFor(work, ticketId, ATTRIBUTES.company.right)
  if (code !== '' && code !== ticket.customerCompany && !(await companyOfCode(work.db, code))?.valid)
    throw refused('company.unknown', { code }, 'company')
  const customer = ticket.customerId === null ? undefined : await findPerson(work.db, ticket.customerId)
  await change(work, ticket, { company: { id: code, customer: customer?.login ?? customer?.address ?? '' } })
}

export async function watchTicket(work: Work, ticketId: Id, watching: boolean): Promise<void> {
  if (work.actor.kind !== 'person') throw refused('not-allowed')
  const ticket = await ticketFor(work, ticketId, 'ro')
  if (ticket.ties.watching === watching) return
  const row = { ticket_id: ticket.id, person_id: work.actor.id }
  if (watching)
    await work.db
      .insertInto('ticket_watcher')
      .values(row)
      .onConflict((oc) => oc.doNothing())
      .execute()
  else await work.db.deleteFrom('ticket_watcher').where('ticket_id', '=', row.ticket_id).where('person_id', '=', row.person_id).execute()
  addHistory(work, { ticketId: ticket.id, type: watching ? 'Subscribe' : 'Unsubscribe', parts: [work.actor.name] })
  work.emit('ticket.watched', { ticketId: ticket.id, unitId: ticket.unitId, data: { watching } })
}

async function chosenState(work: Work, chosen: ChosenState): Promise<StateRow> {
  const row = isId(chosen.stateId) ? await findState(work.db, { id: chosen.stateId }) : undefined
  if (!row || row.type === 'merged') throw refused('ticket.state-unknown', {}, 'state')
  return row
}

function pendingOf(work: Work, given: StateRow, chosen: ChosenState): { pendingUntil?: Date | null } {
  if (!given.type.startsWith('pending') || chosen.pendingUntil === undefined) return {}
  if (chosen.pendingUntil && chosen.pendingUntil <= work.now) throw refused('ticket.pending-in-past', {}, 'pendingUntil')
  return { pendingUntil: chosen.pendingUntil }
}

interface Answered {
  /** '' where nothing came by mail. */
  messageId: string
  /** For the answer's References. */
  references: string
  /** Of another ticket that was merged into this one, whose customers alone read it: so they do with the answer. */
  thread?: NonNullable<NewArticle['thread']>
}

/** What an answer refers to: the message it answers, else the customer's last, so that their mail program shows one thread. */
async function answeredMail(work: Work, ticketId: Id, answers?: Id): Promise<Answered> {
  const chosen = answers !== undefined && isId(answers) ? answers : '0'
  const said = sql`article where article.ticket_id = ${ticketId} and sender_type = 'customer' and visible and ${inTicket}`
  const order = sql`order by article.id = ${chosen} desc, article.id desc limit 1`
  const { rows } = await sql<{ message_id: string | null; references: string | null; written_in: Id | null; shared: boolean | null }>`
    select mail.message_id, mail.reference_ids as references, thread.ticket_id as written_in, thread.shared from (values (1)) as one
      left join lateral (select message_id, reference_ids from ${said} and message_id is not null ${order}) as mail on true
      left join lateral (select id from ${said} ${order}) as answered on true
      left join article_thread as thread on thread.article_id = answered.id`.execute(work.db)
  const { message_id, references, written_in, shared } = rows[0]!
  return {
    messageId: message_id ?? '',
    references: message_id === null ? '' : `${references} ${message_id}`.trim(),
    ...(written_in !== null && shared === false ? { thread: { ticketId: written_in, shared } } : {}),
  }
}
