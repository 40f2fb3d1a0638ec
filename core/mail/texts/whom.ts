/** Owns whom we answer: where an agent's answer goes, whom "reply to all" adds, and where what programs write may go. */
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import { inTicket } from '../../article/articles.ts'
import { isId } from '../../database/id.ts'
import type { Assurance, Database, Id } from '../../database/schema.ts'
import type { Work } from '../../kernel/work.ts'
import type { Config } from '../../machine/config.ts'
import { isAddress, normalAddress } from '../../person/persons.ts'
import type { Ticket } from '../../ticket/ticket.ts'
import { readAddressList } from '../address-list.ts'
import { canonicalAddress, destinationOf, readAddressBook, type AddressBook } from '../addresses.ts'
import { domainOf, isWithin } from '../domains.ts'
import type { MailRule } from '../judge/outcome.ts'
import type { MailAddress } from '../reading/parsed-mail.ts'

/** A message, as far as it says who is to be answered: its fields as our rows keep them. */
export interface Message {
  from: string
  replyTo: string
  to: string
  cc: string
  /** Who is known to have written it. */
  personId: Id | null
  /** All addresses of that person, the main one first. */
  personAddresses: readonly string[]
}

export interface Recipients {
  /** Who wrote the message, where they asked to be answered; then the ticket's customer, where that is somebody else. */
  to: string[]
  /** Whom "reply to all" adds: who else had the message, or is to have answers to it, but we ourselves. */
  others: string[]
  /** The message asks for its answers at another address than it says to come from. Whoever answers is to see that. */
  elsewhere: { from: string; replyTo: string } | null
  /** Nobody is known to have written and the ticket has no customer: `to` is what the message claims. */
  claimed: boolean
  /** What the writer is called there, where the message says it. */
  name: string
}

/**
 * Whom an answer to a message goes to (OTRS AgentTicketCompose): Reply-To (RFC 5322 3.6.2; of several the first: a list that rewrites
 * From puts itself behind), else From while it is an address of whoever wrote, else their main address; and the customer. None of our
 * own is among them. Without a message: the customer.
 */
export function whomToAnswer(
  message: Message | undefined,
  customer: { id: Id | null; address: string | null },
  isOurs: (address: string) => boolean,
): Recipients {
  const fit = (text: string) => readAddressList(text).filter(({ address }) => isAddress(address) && !isOurs(address))
  const known = [customer.address].filter((address) => address !== null).filter((address) => !isOurs(address))
  if (!message) return { to: known, others: [], elsewhere: null, claimed: false, name: '' }
  const from = fit(message.from).at(-1)
  const [reply, ...moreReplies] = fit(message.replyTo)
  const own = message.personAddresses.filter((address) => !isOurs(address))
  const theirs = from && (message.personId === null || own.some((address) => same(address, from.address)))
  const wrote = reply?.address ?? (theirs ? from.address : (own[0] ?? from?.address))
  const byCustomer =
    (message.personId !== null && message.personId === customer.id) ||
    known.some((address) => same(address, from?.address ?? '') || same(address, wrote ?? ''))
  const to = each([...(wrote ? [wrote] : []), ...(byCustomer && wrote ? [] : known)])
  const said = readAddressList(message.from).at(-1)?.address ?? ''
  return {
    to,
    others: each([...moreReplies, ...fit(message.to), ...fit(message.cc)].map(({ address }) => address)).filter(
      (address) => ![...to, ...(reply ? [said] : [])].some((one) => same(one, address)),
    ),
    elsewhere: reply && isAddress(said) && !same(reply.address, said) ? { from: said, replyTo: reply.address } : null,
    claimed: customer.id === null && message.personId === null && to.length > 0,
    name: (reply ?? (theirs ? from : undefined))?.name ?? '',
  }
}

const same = (a: string, b: string): boolean => canonicalAddress(a) === canonicalAddress(b)

/** Each address once, as it was first written. */
const each = (addresses: readonly string[]): string[] =>
  addresses.filter((address, n) => addresses.findIndex((other) => same(other, address)) === n)

/**
 * The same for a ticket: for the message named, if it is one that an answer may be to (a customer's, that the customer sees); else for
 * the newest such. `remembered`: where addresses of ours may be as of a moment ago, as on a page.
 */
export async function recipientsFor(
  { db, config }: { db: Kysely<Database>; config: Pick<Config, 'mailAddress' | 'mail'> },
  ticket: Pick<Ticket, 'id' | 'customerId' | 'customerAddress'>,
  articleId?: Id,
  remembered: Work['remembered'] = (_key, read) => read(),
): Promise<Recipients> {
  const [book, message] = await Promise.all([
    remembered('our addresses', () => readAddressBook(db, config)),
    messageToAnswer(db, ticket.id, articleId),
  ])
  // What was written in a ticket that was merged into this one is its customer's affair, and not that of this one's.
  const customer = message?.threadCustomer ?? { id: ticket.customerId, address: ticket.customerAddress }
  return whomToAnswer(message, customer, ours(book, config))
}

/** Whether an address is ours: mail to it comes to a queue, or all that we write names it. */
export const ours =
  (book: AddressBook, { mailAddress }: Pick<Config, 'mailAddress'>) =>
  (address: string): boolean =>
    destinationOf(book, address) !== undefined || same(address, mailAddress)

async function messageToAnswer(
  db: Kysely<Database>,
  ticketId: Id,
  articleId?: Id,
): Promise<(Message & { threadCustomer: { id: Id | null; address: string | null } | null }) | undefined> {
  const row = await db
    .selectFrom('article')
    .select([
      'from_text as from',
      'reply_to as replyTo',
      'to_text as to',
      'cc_text as cc',
      'person_id as personId',
      sql<string[]>`array(select a.address from person_address a where a.person_id = article.person_id order by a.main desc, a.address)`.as(
        'personAddresses',
      ),
      sql<{ id: Id | null; address: string | null } | null>`(
        select json_build_object('id', t.customer_id::text, 'address', a.address) from article_thread th join ticket t on t.id = th.ticket_id
          left join person_address a on a.person_id = t.customer_id and a.main
        where th.article_id = article.id and not th.shared)`.as('threadCustomer'),
    ])
    .where('ticket_id', '=', ticketId)
    .where('sender_type', '=', 'customer')
    .where('visible', '=', true)
    .where('withdrawn_at', 'is', null)
    .where(inTicket)
    .orderBy(sql`article.id = ${articleId !== undefined && isId(articleId) ? articleId : '0'}`, 'desc')
    .orderBy('article.id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row
}

/** What a mail says of itself, and how far it is believed. */
export interface Claim {
  /** Who wrote, by From; '' where From names nobody: then Reply-To alone says it. */
  from: string
  replyTo: readonly Pick<MailAddress, 'address'>[]
  /** '' is the null return path. */
  envelopeFrom: string
  /** From is proven: its domain's owner or a relay of ours stands for it. */
  proven: boolean
  /** Mail to it comes back to us: whoever asks for that is answered by nobody. */
  isOurs(address: string): boolean
}

export type WhereTo =
  | { address: string /** Reply-To that is not believed. */; passedOver?: string }
  | { address: null; rule: MailRule /** What was looked at. */; detail: string }

/**
 * Where an automatic answer goes. Anybody can write anything into From and Reply-To, so that a program answers whoever they name only
 * where something else agrees (RFC 3834 4: the return path): Reply-To where From is proven or both lie in one domain; else From where
 * it is proven or lies in the domain of the return path; else nobody.
 */
export function whereProgramsWrite({ from: said, replyTo, envelopeFrom, proven, isOurs }: Claim): WhereTo {
  // A web form that writes as us names a person in Reply-To alone.
  const from = said !== '' && isOurs(said) ? '' : said
  const asked = replyTo.find(({ address }) => isAddress(address))?.address
  if (asked !== undefined && isOurs(asked)) return { address: null, rule: 'own-address', detail: asked }
  if (asked !== undefined && (proven || agree(asked, from === '' ? envelopeFrom : from))) return { address: normalAddress(asked) }
  const passedOver = asked !== undefined && !same(asked, from) ? { passedOver: asked } : {}
  if (from === '' && asked === undefined) return { address: null, rule: said === '' ? 'no-valid-address' : 'own-address', detail: said }
  if (from !== '' && (proven || agree(from, envelopeFrom))) return { address: from, ...passedOver }
  return { address: null, rule: 'envelope-differs', detail: `${from || asked} ≠ ${envelopeFrom || '<>'}` }
}

/** Both lie in one domain, or one below that of the other: bounces@mail.uni.example speaks for anna@uni.example. */
function agree(one: string, other: string): boolean {
  const [a, b] = [domainOf(one), domainOf(other)]
  return other.includes('@') && (isWithin(a, b) || isWithin(b, a))
}

/** Whether a kept judgement says that From is proven: the author's, or an address of ours that a web form of ours writes under. */
export const isProven = ({ assurance, rule }: { assurance: Assurance | null; rule: string }): boolean =>
  assurance === 'confirmed' || (assurance === 'unverified' && (rule === 'proven-but-unknown' || rule === 'sender-beside-our-address'))
