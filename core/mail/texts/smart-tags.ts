/** Owns smart tags: `<OTRS_…>`, `<OTOBO_…>` and our `<POMOC_…>` in texts, and what each stands for. */
import type { Language } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import { ENTRIES, type PlainTags } from '../../ticket/attributes.ts'
import { DEFAULT_NUMBER_SETTINGS } from '../../ticket/number.ts'
import { cleanSubject, DEFAULT_SUBJECT_SETTINGS } from '../../ticket/subject.ts'
import { readAddressList } from '../address-list.ts'

interface PersonWords {
  name: string
  firstName: string
  lastName: string
  login: string
  address: string
  phone?: string
}
interface ArticleWords {
  /** Absent where a text answers what is no message here yet. */
  id?: string
  from: string
  to: string
  cc: string
  subject: string
  body: string
  /** What the mail server said when it could not be delivered. */
  problem?: string | null
}

type TicketWords = TagWords['ticket']

/** What texts may speak of. Everything is ready text: dates are said, states are in the reader's language. */
export interface TagWords {
  language: Language
  ticket: {
    id: string
    number: string
    title: string
    queue: string
    state: string
    stateType: string
    priority: string
    lock: string
    created: string
    changed: string
    age: string
    queueId: string
    stateId: string
    priorityId: string
    type: string
    typeId: string
    /** '' where there is none, as of the SLA. */
    service: string
    serviceId: string
    sla: string
    slaId: string
    ownerId: string
    responsibleId: string
    /** Logins, as OTRS has them; '' when there is nobody. */
    owner: string
    responsible: string
    customerUser: string
    /** OTRS's CustomerID: the customer's company or unit. */
    customerCompany: string
    pendingUntil: string
  } & PlainTags
  /** A field of the installation's own, by its name in small letters: what is stored and, with `_value` behind the name, how that reads. */
  ownField?(name: string): string | undefined
  customer: PersonWords | null
  /** Who gets the text, where that is not the customer as known here: they asked to be answered elsewhere. */
  recipient: PersonWords | null
  /** Whom a notification tells, where that is not the customer: an agent. */
  reader?: PersonWords | null
  owner: PersonWords | null
  responsible: PersonWords | null
  /** Who acts now: the agent, or the system. */
  current: PersonWords | null
  customerArticle: ArticleWords | null
  agentArticle: ArticleWords | null
  /** What somebody wrote with the act that this text is about. */
  comment: string | null
  /** The moment in the way of mail headers, in a zone; undefined: there is no such zone. */
  emailDate(zone: string | undefined): string | undefined
  /** What OTRS's settings of these names are here, keys in lower case. */
  site: Readonly<Record<string, string>>
  /** A whole sentence. */
  receipt: string
  ticketUrl: string
  senderAddress: string
  senderName: string
}

const TAG = /<(OTRS|OTOBO|POMOC)_([A-Za-z][A-Za-z0-9_:.-]*?)(?:\[([\w/+-]{1,60})\])?>/gi

/** OTRS wraps what it quotes after 2500 lines when no number is said. */
const QUOTED_LINES = 2500

type Words = (words: TagWords, count: number | undefined, name: string, bracket?: string) => string | undefined

const person =
  (pick: (words: TagWords) => PersonWords | null): Words =>
  (words, _count, key) => {
    // OTRS behaviour: whatever may be a secret is never told, dynamic fields apart.
    if (SECRET.test(key) && !key.startsWith('dynamicfield_')) return HIDDEN
    const who = pick(words)
    if (!who) return undefined
    const values: Record<string, string> = {
      userfullname: who.name,
      fullname: who.name,
      userfirstname: who.firstName,
      userlastname: who.lastName,
      userlogin: who.login,
      useremail: who.address,
      firstname: who.firstName,
      lastname: who.lastName,
      realname: who.name,
      userphone: who.phone ?? '',
      usertitle: '',
    }
    return values[key]
  }

/** OTRS breaks what it quotes in automatic answers where lines are longer; quotes in it stay as they are. */
const LONG_LINE = /(.{4,86})(?:\s|$)/g
const wrapped = (body: string): string =>
  body
    .split('\n')
    .map((line) => (line.length <= 86 || line.startsWith('>') ? line : line.replace(LONG_LINE, '$1\n').trimEnd()))
    .join('\n')

const quoted = (body: string, lines = QUOTED_LINES) =>
  wrapped(body)
    .split('\n')
    .slice(0, lines)
    .map((line) => `> ${line}`)
    .join('\n')

const article =
  (pick: (words: TagWords) => ArticleWords | null): Words =>
  (words, count, key) => {
    const mail = pick(words)
    if (!mail) return undefined
    switch (key) {
      case 'subject': {
        const size = count ?? 0
        return cleanSubject(mail.subject, words.ticket.number, { ...DEFAULT_SUBJECT_SETTINGS, size })
      }
      case 'body':
      case 'email':
      case 'note':
        return quoted(mail.body, count)
      case 'from':
        return mail.from
      case 'to':
        return mail.to
      case 'cc':
        return mail.cc
      case 'articleid':
        return mail.id ?? ''
      case 'transmissionstatusmessage':
        return mail.problem ?? ''
      default:
        return undefined
    }
  }

/** A text that speaks of what an agent wrote last: it is read for such texts only. */
export const AGENT_ARTICLE = /_AGENT_(SUBJECT|BODY|EMAIL|NOTE|FROM|TO|CC|ARTICLEID|TRANSMISSIONSTATUSMESSAGE)\b/i

const HIDDEN = 'xxx'
const SECRET = /config|secret|passw|userpw|auth|token/
const SECRET_SETTING = /(password|pw\d*)$/

/** What stands here for OTRS's settings that texts name; undefined: the names alone, for the check of texts. */
export function siteWords(
  config: { baseUrl: string; mailAddress: string; systemId: string; mail: { fromName: string } } | undefined,
): Record<string, string> {
  const url = new URL(config?.baseUrl ?? 'https://pomoc.example')
  const name = config?.mail.fromName ?? 'x'
  return {
    httptype: url.protocol.replace(':', ''),
    fqdn: url.host,
    scriptalias: 'otrs/',
    organization: name,
    'ticket::hook': DEFAULT_NUMBER_SETTINGS.hook,
    'ticket::hookdivider': DEFAULT_NUMBER_SETTINGS.divider,
    adminemail: config?.mailAddress ?? 'x',
    notificationsendername: name,
    notificationsenderemail: config?.mailAddress ?? 'x',
    systemid: config?.systemId ?? 'x',
    producttitle: 'pomoc',
    product: 'pomoc',
    customerheadline: name,
  }
}

/** Families by prefix, the longest first; what stands behind the prefix is the key, in lower case. */
const FAMILIES: readonly { prefix: string; words: Words }[] = [
  { prefix: 'ticket_owner_', words: person((words) => words.owner) },
  { prefix: 'ticket_responsible_', words: person((words) => words.responsible) },
  { prefix: 'ticket_dynamicfield_', words: ({ ownField }, _count, key) => ownField?.(key) },
  { prefix: 'ticket_', words: ({ ticket }, _count, key) => TICKET[key]?.(ticket) },
  { prefix: 'owner_', words: person((words) => words.owner) },
  { prefix: 'responsible_', words: person((words) => words.responsible) },
  { prefix: 'current_', words: person((words) => words.current) },
  { prefix: 'notification_recipient_', words: person((words) => words.reader ?? words.recipient ?? words.customer) },
  { prefix: 'customer_data_', words: person((words) => words.customer) },
  {
    prefix: 'customer_',
    words: (words, count, key) =>
      key === 'realname'
        ? (words.recipient?.name ?? words.customer?.name ?? nameIn(words.customerArticle?.from))
        : (article(({ customerArticle }) => customerArticle)(words, count, key) ?? person(({ customer }) => customer)(words, count, key)),
  },
  {
    prefix: 'agent_',
    words: (words, count, key) =>
      article(({ agentArticle }) => agentArticle)(words, count, key) ?? person(({ current }) => current)(words, count, key),
  },
  // Of OTRS's settings those that texts speak of; ours are named differently, and some are secrets.
  {
    prefix: 'config_',
    words: ({ site }, _count, key) => (SECRET_SETTING.test(key) ? HIDDEN : Object.hasOwn(site, key) ? site[key] : undefined),
  },
  { prefix: 'comment', words: ({ comment }, count, key) => (key !== '' ? undefined : comment === null ? '' : quoted(comment, count)) },
  { prefix: 'email_date', words: ({ emailDate }, _count, key, zone) => (key === '' ? emailDate(zone) : undefined) },
  { prefix: 'queue', words: ({ ticket }, _count, key) => (key === '' ? ticket.queue : undefined) },
  { prefix: 'first_name', words: ({ reader, customer }) => (reader ?? customer)?.firstName },
  { prefix: 'last_name', words: ({ reader, customer }) => (reader ?? customer)?.lastName },
  { prefix: 'user', words: (words, count, key) => person(({ reader, customer }) => reader ?? customer)(words, count, `user${key}`) },
]

/** Who wrote, by name where one is said. */
function nameIn(from: string | undefined): string | undefined {
  const who = from === undefined ? undefined : readAddressList(from)[0]
  return who && (who.name || who.address)
}

const nothing = () => ''

/** Tags of a ticket's attributes stand in their list. */
const TICKET: Record<string, (ticket: TicketWords) => string> = {
  ticketnumber: ({ number }) => number,
  number: ({ number }) => number,
  ticketid: ({ id }) => id,
  id: ({ id }) => id,
  ...Object.fromEntries(
    ENTRIES.flatMap(({ tags = {} }) => Object.entries(tags)).map(([tag, word]) => [
      tag,
      (ticket: TicketWords) => ticket[word as keyof TicketWords] ?? '',
    ]),
  ),
  // OTRS says how long it is until then, which is wrong by the time somebody reads it: here it is when.
  escalationdestinationin: ({ due }) => due ?? '',
  // Known in OTRS and without a meaning here: texts that name them are good all the same.
  archiveflag: nothing,
}

const OURS: Record<string, (words: TagWords) => string> = {
  receipt: ({ receipt }) => receipt,
  ticket_url: ({ ticketUrl }) => ticketUrl,
  address: ({ senderAddress }) => senderAddress,
  address_name: ({ senderName }) => senderName,
}

/**
 * Replaces every tag. Keys are case-insensitive; an unknown tag of a known family becomes `-` (OTRS behaviour), any other
 * text in angle brackets stays. Values are plain text: what a stranger wrote is never read as a tag again.
 */
export function expandTags(text: string, words: TagWords): string {
  return text.replace(TAG, (whole, prefix: string, name: string, bracket: string | undefined) => {
    const value = lookUp(prefix, name, words, bracket)
    return value === NO_FAMILY ? whole : value || '-'
  })
}

/**
 * The same in HTML: tags stand there as `&lt;OTRS_…&gt;` (or as they are), what they stand for is escaped, and lines break. In the address
 * of a link to write a mail it is written as addresses are (OTRS behaviour).
 */
export function expandTagsInHtml(html: string, words: TagWords): string {
  const tags = (text: string, say: (value: string) => string) =>
    text.replace(HTML_TAG, (whole, prefix: string, name: string, bracket: string | undefined) => {
      const value = lookUp(prefix, name, words, bracket)
      return value === NO_FAMILY ? whole : say(value || '-')
    })
  return tags(
    html.replace(MAILTO, (link) => tags(link, encodeURIComponent)),
    (value) => escapeHtml(value).replaceAll('\n', '<br>\n'),
  )
}
const HTML_TAG = /(?:<|&lt;)(OTRS|OTOBO|POMOC)_([A-Za-z][A-Za-z0-9_:.-]*?)(?:\[([\w/+-]{1,60})\])?(?:>|&gt;)/gi
const MAILTO = /href="mailto:[^"]*"/gi
const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPED[character]!)

const NO_FAMILY = Symbol('no such family')

function lookUp(prefix: string, name: string, words: TagWords, bracket?: string): string | undefined | typeof NO_FAMILY {
  const key = name.toLowerCase()
  if (prefix.toUpperCase() === 'POMOC') return OURS[key]?.(words)
  const family = FAMILIES.find((entry) => key.startsWith(entry.prefix))
  const count = bracket !== undefined && /^\d{1,6}$/.test(bracket) ? Number(bracket) : undefined
  return family ? family.words(words, count, key.slice(family.prefix.length), bracket) : NO_FAMILY
}

/** Tags that nothing stands behind, for the form in which texts are edited. */
export function unknownTags(text: string): string[] {
  return [...text.matchAll(TAG)].filter(([, prefix, name]) => !isKnown(prefix!.toUpperCase(), name!.toLowerCase())).map(([whole]) => whole)
}

/** Throws `text.unknown-tag` at the field for the first such tag. */
export function demandKnownTags(text: string, field: string): void {
  const tag = unknownTags(text)[0]
  if (tag !== undefined) throw refused('text.unknown-tag', { tag }, field)
}

function isKnown(prefix: string, key: string): boolean {
  const known = lookUp(prefix, key, SAMPLE)
  return known !== undefined && known !== NO_FAMILY
}

const someone: PersonWords = { name: 'x', firstName: 'x', lastName: 'x', login: 'x', address: 'x' }
const something: ArticleWords = { from: 'x', to: 'x', cc: 'x', subject: 'x', body: 'x' }
const SAMPLE: TagWords = {
  language: 'pl',
  ownField: () => 'x',
  customer: someone,
  recipient: null,
  owner: someone,
  responsible: someone,
  current: someone,
  customerArticle: something,
  agentArticle: something,
  receipt: 'x',
  ticketUrl: 'x',
  senderAddress: 'x',
  senderName: 'x',
  comment: 'x',
  emailDate: () => 'x',
  site: siteWords(undefined),
  ticket: {
    ...Object.fromEntries(ENTRIES.flatMap(({ tags = {} }) => Object.values(tags)).map((word) => [word, 'x'])),
    id: '1',
    number: '1',
  } as TicketWords,
}
