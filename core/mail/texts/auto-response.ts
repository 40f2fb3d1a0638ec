/** Owns automatic answers: which text, in which language, and why one is not sent. */
import { sql, type Kysely } from 'kysely'
import { DateTime } from 'luxon'
import type { Calendar } from '../../calendar/calendar.ts'
import { dayIn } from '../../calendar/day.ts'
import { sayAge, sayDateTime, sayReceipt } from '../../calendar/words.ts'
import type { AutoResponseType, Database, Id, Language } from '../../database/schema.ts'
import { coreTexts, type CoreKey } from '../../i18n/core-texts.ts'
import type { Asked } from '../../kernel/limits/limits.ts'
import { undoSeconds } from '../../kernel/actor.ts'
import { actorId, type Work } from '../../kernel/work.ts'
import type { Config } from '../../machine/config.ts'
import { clientKey } from '../../machine/networks.ts'
import { findPerson, isAddress, type Person } from '../../person/persons.ts'
import { emitArticle, forAllHere, gatherArticle, inTicket, insertArticle } from '../../article/articles.ts'
import { inLanguage, languagesToTry, type ByLanguage } from '../../i18n/languages.ts'
import { sayType } from '../../service/type-words.ts'
import { ENTRIES, type PlainTags } from '../../ticket/attributes.ts'
import { addHistory, type NamedType } from '../../ticket/history.ts'
import { buildSubject, DEFAULT_SUBJECT_SETTINGS } from '../../ticket/subject.ts'
import type { NewArticle } from '../../ticket/ticket.ts'
import { customerTicketUrl } from '../../ticket/url.ts'
import { readAddressList } from '../address-list.ts'
import { canonicalAddress, destinationOf, ownSender, readAddressBook, type AddressBook } from '../addresses.ts'
import { findAnswered, findWording, type Counting, type Found, type Response, type Wording } from './auto-response.store.ts'
import type { MailRule } from '../judge/outcome.ts'
import { isProgramAddress } from '../program-address.ts'
import { newMessageId, queueMail, sayAddress } from '../outbound.ts'
import type { FieldRoom } from '../../field/types.ts'
import { sayValues, valuesOf } from '../../field/values.ts'
import { AGENT_ARTICLE, expandTags, siteWords, type TagWords } from './smart-tags.ts'
import { isProven, ours, whereProgramsWrite, type WhereTo } from './whom.ts'

/** What our automatic mails say in X-Loop: no other program writes it by chance. */
export const loopMark = (config: { mailAddress: string }): string => `pomoc:${config.mailAddress.toLowerCase()}`

const FINISHED: readonly string[] = ['closed', 'removed', 'merged']

const HISTORY: Record<AutoResponseType, NamedType> = {
  'auto reply': 'SendAutoReply',
  'auto reject': 'SendAutoReject',
  'auto follow up': 'SendAutoFollowUp',
  'auto reply/new ticket': 'SendAutoReply',
  'auto remove': 'SendCustomerNotification',
  closed: 'SendCustomerNotification',
  waiting: 'SendCustomerNotification',
}

/** The mail or message that is answered. */
export interface Answered {
  from: string
  /** '' or absent: it asks for its answers where it came from. */
  replyTo?: string
  to: string
  subject: string
  body: string
  messageId: string | null
  references: readonly string[]
}

export interface ResponseWanted {
  type: Exclude<AutoResponseType, 'closed' | 'waiting'>
  ticketId: Id
  /** The queue that the ticket is in; absent: it is looked up. */
  queueId?: Id | undefined
  /** Where it goes. */
  address: string
  /** Who reads it. */
  language: Language | null
  answered: Answered
  /** Who brought the mail that is answered; absent: nobody did, or a relay that does not tell. */
  peer?: string | undefined
  /** Why it must not be sent, when that is known already. */
  suppressed?: MailRule
  book: AddressBook
}

/** A rule that kept an answer back ('loop-limit', 'auto-submitted' …), 'sent', or 'no-text': the queue has none to send. */
export type ResponseResult = MailRule | 'sent'

/** What is known of an answer before its ticket: its text, whether it may be sent, how it is counted. */
export interface ResponsePlan {
  wording: Wording | undefined
  why: MailRule | undefined
  counting: Counting
  hourly: readonly (Asked & { rule: MailRule })[]
}

export async function planResponse(work: Work, wanted: Omit<ResponseWanted, 'ticketId'> & { queueId: Id }): Promise<ResponsePlan> {
  const { address } = wanted
  const why = wanted.suppressed ?? unfitAddress(address, wanted.book)
  const limit = work.config.mail.autoResponsesPerDay
  const hourly = why === undefined ? hourlyLimits(work.config, wanted) : []
  // Counted before it is sent, as OTRS does: two mails at once cannot both be the last one allowed.
  const counted = why === undefined && limit > 0
  return {
    wording: await wordingFor(work, wanted.queueId, wanted.type, wanted.language),
    why,
    hourly,
    counting: {
      ...(counted ? { daily: { address: canonicalAddress(address), day: dayIn(work.config.zone, work.now), most: limit } } : {}),
      hourly,
      now: work.now,
      unless: wanted.type === 'auto reply' ? FINISHED : [],
    },
  }
}

/**
 * Sends an automatic answer, or says why not: history shows either. RFC 3834: never to a null return path, to programs, to
 * lists; marked so that no program answers it; the return path empty.
 */
export async function respond(work: Work, wanted: ResponseWanted): Promise<ResponseResult> {
  const queueId = wanted.queueId ?? (await queueOf(work.db, wanted.ticketId))
  const plan = await planResponse(work, { ...wanted, queueId })
  return finishResponse(work, wanted, plan, plan.wording && (await findAnswered(work.db, wanted.ticketId, plan.counting)))
}

/** The same with what is known of the answer, and of its ticket. */
export async function finishResponse(
  work: Work,
  wanted: ResponseWanted,
  { wording, why, counting, hourly }: ResponsePlan,
  found: Found | undefined,
): Promise<ResponseResult> {
  const { ticketId, address } = wanted
  if (!wording || !found) return 'no-text'
  const response = { ...wording, ...found }
  // OTRS behaviour: who opened a ticket that is done with needs no confirmation.
  if (!why && wanted.type === 'auto reply' && FINISHED.includes(response.ticket.stateType)) {
    addHistory(work, {
      ticketId,
      type: 'Misc',
      parts: ['no automatic answer', 'ticket-finished'],
      reason: { rule: 'ticket-finished', detail: address },
    })
    return 'ticket-finished'
  }
  if (why) {
    addHistory(work, { ticketId, type: 'Misc', parts: ['no automatic answer', why], reason: { rule: why, detail: address } })
    return why
  }
  const limit = counting.daily?.most ?? 0
  if (limit > 0 && (response.count ?? 0) > limit) {
    addHistory(work, { ticketId, type: 'LoopProtection', parts: [address], reason: { rule: 'loop-limit', detail: `${limit}` } })
    return 'loop-limit'
  }
  // The first limit that it would pass.
  const over = hourly.find((_, n) => response.hourly?.[n]!.over)
  if (over) {
    const reason = { rule: over.rule, detail: `${over.most}` }
    if (over.rule === 'hour-limit') addHistory(work, { ticketId, type: 'LoopProtection', parts: [address], reason })
    else addHistory(work, { ticketId, type: 'Misc', parts: ['no automatic answer', over.rule], reason })
    return over.rule
  }
  // Nothing in an act that confirms looks at what it sends: it goes into the act's last statement.
  await send(work, wanted, response, { ids: response.ids })
  return 'sent'
}

/** The text in force, from memory: mail after mail is answered with it. */
const wordingFor = (work: Work, queueId: Id, type: AutoResponseType, language: Language | null): Promise<Wording | undefined> =>
  work.remembered(`answer ${type} ${queueId} ${language ?? ''}`, () =>
    findWording(work.db, queueId, type, language, languagesToTry(work.config)),
  )

const queueOf = async (db: Kysely<Database>, ticketId: Id): Promise<Id> =>
  (await db.selectFrom('ticket').select('queue_id').where('id', '=', ticketId).executeTakeFirstOrThrow()).queue_id

/** By the hour an answer is counted to this address, of this peer, in all. */
function hourlyLimits(
  { mail }: Config,
  { address, peer }: Pick<ResponseWanted, 'address' | 'peer'>,
): readonly (Asked & { rule: MailRule })[] {
  return [
    { rule: 'hour-limit', name: 'answers-to', key: canonicalAddress(address), most: mail.autoResponsesPerHour },
    ...(peer ? [{ rule: 'peer-limit', name: 'answers-peer', key: clientKey(peer), most: mail.autoResponsesPerPeerAndHour } as const] : []),
    { rule: 'total-limit', name: 'answers', key: '', most: mail.autoResponsesInAllPerHour },
  ]
}

/** What leaves with the act that closes a ticket. */
export interface BesideClosing {
  /** Whom the answer goes to that closes it. */
  to: readonly string[]
}

/**
 * Tells the customer that the ticket was closed, where their receipt went; leaves after ten seconds, so that closing can be undone.
 * Who gets an answer by the same click gets one mail: the words are returned, to stand below that answer.
 */
export async function queueClosingMail(work: Work, ticketId: Id, beside?: BesideClosing): Promise<string | undefined> {
  const told = await customerToTell(work, ticketId, 'closed')
  if (!told) return undefined
  const { response, ...wanted } = told
  if (beside?.to.some((one) => canonicalAddress(one) === canonicalAddress(wanted.address)))
    return (await write(work, wanted, response)).body
  await send(work, wanted, response, { delaySeconds: undoSeconds(work) })
  return undefined
}

/** Reminds the customer whose answer is waited for, where their receipt went. Undefined: they cannot be, or the queue wants no reminder. */
export async function queueReminderMail(work: Work, ticketId: Id): Promise<string | undefined> {
  const told = await customerToTell(work, ticketId, 'waiting')
  if (!told) return undefined
  const { response, ...wanted } = told
  await send(work, wanted, response)
  return wanted.address
}

/** The words of a person as texts speak of them. */
export const personWords = (found: Person) => ({
  name: found.name,
  firstName: found.firstName,
  lastName: found.lastName,
  login: found.login ?? '',
  address: found.address ?? '',
  phone: found.phone,
})

type CustomerTold = { address: string; last: Awaited<ReturnType<typeof lastOfCustomer>> } | { why: MailRule; detail: string }

/**
 * Where a program tells a ticket's customer of it: where their receipt went. `last` is what they wrote last; `why` a rule that forbids it
 * ('no-valid-address', 'own-address', 'address-of-a-program', that the address is not proven …).
 */
export async function customerAddress(
  db: Kysely<Database>,
  config: Config,
  ticket: { id: Id; customerId: Id | null; lastAgentAt: Date | null },
): Promise<CustomerTold & { customer: Person | undefined }> {
  const customer = ticket.customerId ? await findPerson(db, ticket.customerId) : undefined
  if (!customer?.address || !customer.valid) return { customer, why: 'no-valid-address', detail: '' }
  return { customer, ...(await addressOfCustomer(db, config, ticket, customer.id, customer.address)) }
}

async function addressOfCustomer(
  db: Kysely<Database>,
  config: Config,
  ticket: { id: Id; lastAgentAt: Date | null },
  customerId: Id,
  main: string,
): Promise<CustomerTold> {
  const last = await lastOfCustomer(db, ticket.id, customerId)
  const book = await readAddressBook(db, config)
  const where = closingAddress(last?.person_id === customerId ? last : undefined, main, ticket.lastAgentAt !== null, ours(book, config))
  if (where.address === null) return { why: where.rule, detail: where.detail }
  const why = unfitAddress(where.address, book)
  return why === undefined ? { address: where.address, last } : { why, detail: where.address }
}

/** Where and with which text a ticket's customer is told of it by a program; history says why where they are not. */
async function customerToTell<T extends 'closed' | 'waiting'>(
  work: Work,
  ticketId: Id,
  type: T,
): Promise<{ type: T; address: string; answered: Answered; response: Response } | undefined> {
  const ticket = await work.db
    .selectFrom('ticket')
    .select(['queue_id', 'customer_id', 'last_agent_at'])
    .where('id', '=', ticketId)
    .executeTakeFirstOrThrow()
  const customer = ticket.customer_id ? await findPerson(work.db, ticket.customer_id) : undefined
  // Who closed it knows; who has no address cannot be told.
  if (!customer?.address || !customer.valid || customer.id === actorId(work)) return undefined
  const wording = await wordingFor(work, ticket.queue_id, type, customer.language)
  const found = wording && (await findAnswered(work.db, ticketId))
  if (!found) return undefined
  const response = { ...wording, ...found }
  const where = await addressOfCustomer(
    work.db,
    work.config,
    { id: ticketId, lastAgentAt: ticket.last_agent_at },
    customer.id,
    customer.address,
  )
  if ('why' in where) {
    const { why, detail } = where
    addHistory(work, { ticketId, type: 'Misc', parts: ['no automatic answer', why], reason: { rule: why, detail } })
    return undefined
  }
  const { address, last } = where
  const answered: Answered = {
    from: last?.from_text ?? '',
    replyTo: last?.reply_to ?? '',
    to: last?.to_text ?? '',
    subject: last?.subject ?? response.ticket.title,
    body: last?.body ?? '',
    messageId: last?.message_id ?? null,
    references: last?.reference_ids.split(/\s+/).filter(Boolean) ?? [],
  }
  return { type, address, answered, response }
}

/**
 * A ticket that is open again tells nobody that it was closed: what still waits to say so does not leave, and an answer that would have
 * said it leaves without those words.
 */
export async function withdrawClosingMail(work: Work, ticket: { id: Id; unitId: Id }): Promise<void> {
  const waits = sql`ticket_id = ${ticket.id} and state = 'queued' and attempts = 0`
  // The only answers with words of their own are those that close.
  const { rows: articles } = await sql<{ id: Id }>`
    with told as (update outbound_mail set state = 'cancelled' where ${waits} and kind = 'closed' returning act_id),
      added as (update outbound_mail set body = null where ${waits} and kind = 'reply' and body is not null returning act_id)
    update article set withdrawn_at = ${work.now}
    where ticket_id = ${ticket.id} and sender_type = 'system' and withdrawn_at is null
      and act_id in (select act_id from told union all select act_id from added)
    returning id`.execute(work.db)
  for (const { id } of articles) work.emit('article.withdrawn', { ticketId: ticket.id, unitId: ticket.unitId, data: { article: id } })
}

/** What the customer, and nobody else, wrote last: what is answered when the ticket is closed. */
function lastOfCustomer(db: Kysely<Database>, ticketId: Id, customerId: Id) {
  return db
    .selectFrom('article')
    .leftJoin('inbound_mail', 'inbound_mail.id', 'article.inbound_mail_id')
    .select([
      'article.person_id',
      'article.from_text',
      'article.reply_to',
      'article.to_text',
      'article.subject',
      'article.body',
      'article.message_id',
      'article.reference_ids',
      'article.assurance',
      'article.assurance_rule',
      'inbound_mail.envelope_from',
    ])
    .where('article.ticket_id', '=', ticketId)
    .where('article.sender_type', '=', 'customer')
    .where('article.visible', '=', true)
    .where('article.withdrawn_at', 'is', null)
    .where(inTicket)
    .where(forAllHere)
    .orderBy(sql`article.person_id = ${customerId}`, (order) => order.desc().nullsLast())
    .orderBy('article.id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/**
 * Where the receipt of the customer's last mail went, or would have; what did not come by mail is answered at their main address.
 * An agent who has answered has believed them.
 */
function closingAddress(
  last: Awaited<ReturnType<typeof lastOfCustomer>>,
  main: string,
  agentAnswered: boolean,
  isOurs: (address: string) => boolean,
): WhereTo {
  if (last?.envelope_from === null || last?.envelope_from === undefined) return { address: main }
  const from = readAddressList(last.from_text).at(-1)?.address.toLowerCase() ?? ''
  const where = whereProgramsWrite({
    from: isAddress(from) ? from : main,
    replyTo: readAddressList(last.reply_to),
    envelopeFrom: last.envelope_from,
    proven: isProven({ assurance: last.assurance, rule: last.assurance_rule }),
    isOurs,
  })
  return where.address === null && agentAnswered ? { address: main } : where
}

/** The article of an automatic answer, its tags filled in. */
async function write(
  work: Work,
  wanted: { type: AutoResponseType; address: string; answered: Answered },
  response: Response,
  messageId?: string,
  id?: Id,
): Promise<NewArticle & { articleId: Id; sender: { address: string; name: string } }> {
  const { answered } = wanted
  const { ticket } = response
  const sender = response.sender ?? (await ownSender(work.db, work.config))
  const words = await wordsFor(work, response, answered, sender, recipientOf(answered, wanted.address))
  // OTRS: the format of a new mail, the subject not cleaned.
  const subject = buildSubject(
    { number: ticket.number, subject: expandTags(response.subject, words), kind: 'new', clean: false },
    DEFAULT_SUBJECT_SETTINGS,
  )
  const article: NewArticle = {
    channel: 'email',
    senderType: 'system',
    visible: true,
    from: sayAddress(sender),
    to: wanted.address,
    subject,
    body: expandTags(response.body, words),
    ...(messageId === undefined ? {} : { messageId }),
    inReplyTo: answered.messageId ?? '',
    references: answered.messageId ? [...answered.references.slice(-50), answered.messageId].join(' ') : '',
  }
  if (id !== undefined) gatherArticle(work, id, ticket.id, article)
  const articleId = id ?? (await insertArticle(work, ticket.id, article))
  addHistory(work, { ticketId: ticket.id, type: HISTORY[wanted.type], parts: [wanted.address], articleId })
  emitArticle(work, ticket, articleId, article)
  return { ...article, articleId, sender }
}

async function send(
  work: Work,
  wanted: { type: AutoResponseType; address: string; answered: Answered },
  response: Response,
  { delaySeconds = 0, ids }: { delaySeconds?: number; ids?: Response['ids'] } = {},
): Promise<void> {
  const messageId = newMessageId(work.config, response.ticket.id)
  const { articleId, sender, subject, inReplyTo, references } = await write(work, wanted, response, messageId, ids?.article)
  await queueMail(work, {
    ...(ids ? { id: ids.mail } : {}),
    kind: wanted.type === 'auto remove' || wanted.type === 'waiting' ? 'notification' : wanted.type,
    from: sender,
    envelopeFrom: '',
    to: [wanted.address],
    subject,
    ticketId: response.ticket.id,
    articleId,
    messageId,
    inReplyTo: inReplyTo!,
    references: references!,
    delaySeconds,
    headers: {
      'Auto-Submitted': wanted.type === 'closed' || wanted.type === 'waiting' ? 'auto-generated' : 'auto-replied',
      'X-Loop': loopMark(work.config),
      Precedence: 'bulk',
      'X-Auto-Response-Suppress': 'All',
    },
  })
}

/** Why nothing automatic goes to an address; undefined: it may. */
export function unfitAddress(address: string, book: AddressBook): MailRule | undefined {
  if (!isAddress(address)) return 'no-valid-address'
  if (destinationOf(book, address)) return 'own-address'
  return isProgramAddress(address) ? 'address-of-a-program' : undefined
}

/**
 * Confirms a ticket that its customer wrote on the web, as a mailed one is confirmed (OTRS: `auto reply` for the portal
 * too): number and time of receipt stand in their mail. Who has no address gets none.
 */
export async function confirmRequest(work: Work, ticketId: Id, language: Language): Promise<ResponseResult> {
  const row = await work.db
    .selectFrom('ticket')
    .innerJoin('article', 'article.ticket_id', 'ticket.id')
    .select(['ticket.queue_id', 'ticket.customer_id', 'article.subject', 'article.body', 'article.from_text'])
    .where('ticket.id', '=', ticketId)
    .orderBy('article.id')
    .limit(1)
    .executeTakeFirstOrThrow()
  const customer = row.customer_id ? await findPerson(work.db, row.customer_id) : undefined
  if (!customer?.address) return 'no-valid-address'
  return respond(work, {
    type: 'auto reply',
    ticketId,
    queueId: row.queue_id,
    address: customer.address,
    language: customer.language ?? language,
    book: await readAddressBook(work.db, work.config),
    answered: { from: row.from_text, to: '', subject: row.subject, body: row.body, messageId: null, references: [] },
  })
}

/** Who reads an answer that goes to Reply-To: somebody else than the mail says to come from, or the same person elsewhere. */
export function recipientOf({ from, replyTo = '' }: Pick<Answered, 'from' | 'replyTo'>, address: string) {
  const said = (text: string) => readAddressList(text).find((one) => canonicalAddress(one.address) === canonicalAddress(address))
  const asked = said(from) ? undefined : said(replyTo)
  return asked && { address: asked.address, name: asked.name || asked.address }
}

/** What a text's tags stand for, for this ticket, this answered mail and, where it is not the customer, who gets the text. */
export async function wordsFor(
  work: Pick<Work, 'config' | 'now' | 'actor'> & { db: Kysely<Database> },
  response: Pick<Response, 'subject' | 'body' | 'language' | 'calendar' | 'ticket'>,
  answered: Answered,
  sender: { address: string; name: string },
  recipient?: { address: string; name: string },
): Promise<TagWords> {
  const { language, calendar, ticket } = response
  const both = response.subject + response.body
  // Persons are read only for texts that speak of them.
  const person = async (id: Id | null, spoken: RegExp) => {
    const found = id !== null && spoken.test(both) ? await findPerson(work.db, id) : undefined
    return found ? personWords(found) : null
  }
  const login = async (id: Id | null, spoken: RegExp) => {
    const found = id !== null && spoken.test(both) ? await findPerson(work.db, id) : undefined
    return found?.login ?? found?.address ?? ''
  }
  return {
    language,
    senderAddress: sender.address,
    senderName: sender.name,
    ticketUrl: customerTicketUrl(work.config, ticket.id),
    // Getters: dates are said only where a text asks for them.
    get receipt() {
      return receiptSentence(ticket.receivedAt, calendar, language, work.now)
    },
    customer: await person(
      ticket.customerId,
      /_(CUSTOMER_(?!SUBJECT|BODY|FROM|TO\b|CC\b)|FIRST_NAME|LAST_NAME|USER|NOTIFICATION_RECIPIENT)/i,
    ),
    recipient: recipient ? { firstName: '', lastName: '', login: '', ...recipient } : null,
    owner: await person(ticket.ownerId, /_OWNER_/i),
    responsible: await person(ticket.responsibleId, /_RESPONSIBLE_/i),
    current: await person(actorId(work), /_(CURRENT|AGENT)_/i),
    customerArticle: { from: answered.from, to: answered.to, cc: '', subject: answered.subject, body: answered.body },
    agentArticle: AGENT_ARTICLE.test(both) ? await lastAgentArticle(work.db, ticket.id) : null,
    comment: null,
    site: siteWords(work.config),
    emailDate: (zone) => {
      const moment = DateTime.fromJSDate(work.now, { zone: zone ?? calendar.zone })
      return moment.isValid ? `${moment.toRFC2822()} (${moment.zoneName})` : undefined
    },
    ownField: await ownFields(work, ticket.id, both, { language, zone: calendar.zone, now: work.now }),
    ticket: {
      ...plainTags(ticket, (at) => sayDateTime(at, calendar.zone, language, work.now)),
      id: ticket.id,
      number: ticket.number,
      title: ticket.title,
      queue: ticket.queue,
      state: sayState(ticket.state, language),
      stateType: ticket.stateType,
      priority: ticket.priority,
      lock: ticket.lock,
      queueId: ticket.queueId,
      stateId: ticket.stateId,
      priorityId: ticket.priorityId,
      type: sayType(ticket.typeName, language),
      typeId: ticket.typeId,
      service: ticket.serviceName ?? '',
      serviceId: ticket.serviceId ?? '',
      sla: ticket.slaName ?? '',
      slaId: ticket.slaId ?? '',
      ownerId: ticket.ownerId ?? '',
      responsibleId: ticket.responsibleId ?? '',
      customerCompany: ticket.customerCompany ?? '',
      owner: await login(ticket.ownerId, /_TICKET_Owner>/i),
      responsible: await login(ticket.responsibleId, /_TICKET_Responsible>/i),
      customerUser: await login(ticket.customerId, /_TICKET_CustomerUserID>/i),
      get pendingUntil() {
        return ticket.pendingUntil ? sayDateTime(ticket.pendingUntil, calendar.zone, language, work.now) : ''
      },
      get created() {
        return sayDateTime(ticket.createdAt, calendar.zone, language, work.now)
      },
      get changed() {
        return sayDateTime(ticket.changedAt, calendar.zone, language, work.now)
      },
      get age() {
        return sayAge(ticket.createdAt, work.now, language, calendar.zone)
      },
    },
  }
}

/** Fields are read only for texts that speak of them. */
async function ownFields(
  work: { db: Kysely<Database> },
  ticketId: Id,
  text: string,
  room: FieldRoom,
): Promise<(name: string) => string | undefined> {
  if (!/_TICKET_DynamicField_/i.test(text)) return () => undefined
  const words = new Map(
    (await valuesOf(work.db, 'ticket', ticketId)).flatMap((filled) => [
      [filled.field.name.toLowerCase(), filled.values.join(', ')],
      [`${filled.field.name.toLowerCase()}_value`, sayValues(filled, room)],
    ]),
  )
  return (name) => words.get(name)
}

/** Attributes that are plain text or a date, as texts speak of them. */
function plainTags(ticket: object, sayMoment: (at: Date) => string): PlainTags {
  const values = ticket as Record<string, string | Date | null | undefined>
  const said = (value: string | Date | null | undefined) => (value instanceof Date ? sayMoment(value) : (value ?? ''))
  return Object.fromEntries(PLAIN.flatMap(({ field, tags = {} }) => Object.values(tags).map((word) => [word, said(values[field])])))
}
const PLAIN = ENTRIES.filter(({ kind, tags }) => (kind === 'text' || kind === 'company' || kind === 'date') && tags)

/** What an agent wrote last; `notes`: the reader is an agent, who reads those too. */
export async function lastAgentArticle(
  db: Kysely<Database>,
  ticketId: Id,
  { notes = false }: { notes?: boolean } = {},
): Promise<TagWords['agentArticle']> {
  const row = await db
    .selectFrom('article')
    .select(['id', 'from_text as from', 'to_text as to', 'cc_text as cc', 'subject', 'body'])
    .select((eb) =>
      eb
        .selectFrom('article_send_error as e')
        .select('e.text')
        .whereRef('e.article_id', '=', 'article.id')
        .orderBy('e.at', 'desc')
        .limit(1)
        .as('problem'),
    )
    .where('ticket_id', '=', ticketId)
    .where('sender_type', '=', 'agent')
    .where((eb) => (notes ? eb.lit(true) : eb('visible', '=', true)))
    .where('withdrawn_at', 'is', null)
    .where(forAllHere)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ?? null
}

/** `Przyjmiemy je w poniedziałek 23 listopada od 7:00.`: a sentence about the ticket just named. */
export function receiptSentence(receivedAt: Date, calendar: Calendar, language: Language, now: Date): string {
  const words = inLanguage(RECEIPT, language)
  return receivedAt <= now ? words.now : words.later(sayReceipt({ receivedAt, reason: 'after-cut-off' }, calendar, language, now))
}

/** `later`: the sentence that a clause of `sayReceipt` becomes. */
const RECEIPT: ByLanguage<{ now: string; later(clause: string): string }> = {
  pl: { now: 'Właśnie je przyjęliśmy.', later: (clause) => `${clause.replace(/^przyjmiemy /, 'Przyjmiemy je ')}.` },
  en: { now: 'We have just taken it in.', later: (clause) => `${clause[0]!.toUpperCase()}${clause.slice(1)}.` },
}

/** A state in the reader's language; a site's own state by its name. */
function sayState(name: string, language: Language): string {
  const key = `state.${name.replaceAll(' ', '-')}`
  return key in coreTexts.pl && !/\{/.test(JSON.stringify(coreTexts.pl[key as CoreKey])) ? coreTexts.in(language)(key as CoreKey) : name
}
