/** Owns smart tags: `<OTRS_…>`, `<OTOBO_…>` and our `<POMOC_…>` in texts, and what each stands for. */
import type { Language } from '../database/schema.ts'
import { cleanSubject, DEFAULT_SUBJECT_SETTINGS } from '../ticket/subject.ts'

interface PersonWords { name: string; firstName: string; lastName: string; login: string; address: string }
interface ArticleWords { from: string; to: string; cc: string; subject: string; body: string }

/** What texts may speak of. Everything is ready text: dates are said, states are in the reader's language. */
export interface TagWords {
  language: Language
  ticket: {
    id: string; number: string; title: string; queue: string; state: string; stateType: string; priority: string; lock: string
    created: string; changed: string; age: string
  }
  customer: PersonWords | null
  owner: PersonWords | null
  responsible: PersonWords | null
  /** Who acts now: the agent, or the system. */
  current: PersonWords | null
  customerArticle: ArticleWords | null
  agentArticle: ArticleWords | null
  /** A whole sentence. */
  receipt: string
  ticketUrl: string
  senderAddress: string
  senderName: string
}

const TAG = /<(OTRS|OTOBO|POMOC)_([A-Za-z][A-Za-z0-9_]*?)(?:\[(\d{1,6})\])?>/gi

/** OTRS wraps what it quotes after 2500 lines when no number is said. */
const QUOTED_LINES = 2500

type Words = (words: TagWords, count: number | undefined, name: string) => string | undefined

const person = (pick: (words: TagWords) => PersonWords | null): Words => (words, _count, key) => {
  const who = pick(words)
  if (!who) return undefined
  const values: Record<string, string> = {
    userfullname: who.name, fullname: who.name, userfirstname: who.firstName, userlastname: who.lastName, userlogin: who.login, useremail: who.address,
    firstname: who.firstName, lastname: who.lastName, realname: who.name,
  }
  return values[key]
}

const quoted = (body: string, lines = QUOTED_LINES) => body.split('\n').slice(0, lines).map((line) => `> ${line}`).join('\n')

const article = (pick: (words: TagWords) => ArticleWords | null): Words => (words, count, key) => {
  const mail = pick(words)
  if (!mail) return undefined
  switch (key) {
    case 'subject': {
      const size = count ?? 0
      return cleanSubject(mail.subject, words.ticket.number, { ...DEFAULT_SUBJECT_SETTINGS, size })
    }
    case 'body': case 'email': case 'note': return quoted(mail.body, count)
    case 'from': return mail.from
    case 'to': return mail.to
    case 'cc': return mail.cc
    default: return undefined
  }
}

/** Families by prefix, the longest first; what stands behind the prefix is the key, in lower case. */
const FAMILIES: readonly { prefix: string; words: Words }[] = [
  { prefix: 'ticket_owner_', words: person((words) => words.owner) },
  { prefix: 'ticket_responsible_', words: person((words) => words.responsible) },
  { prefix: 'ticket_', words: ({ ticket }, _count, key) => TICKET[key]?.(ticket) },
  { prefix: 'owner_', words: person((words) => words.owner) },
  { prefix: 'responsible_', words: person((words) => words.responsible) },
  { prefix: 'current_', words: person((words) => words.current) },
  { prefix: 'notification_recipient_', words: person((words) => words.customer) },
  { prefix: 'customer_data_', words: person((words) => words.customer) },
  {
    prefix: 'customer_',
    words: (words, count, key) => (key === 'realname'
      ? words.customer?.name ?? words.customerArticle?.from.replace(/\s*<[^>]*>/, '')
      : article(({ customerArticle }) => customerArticle)(words, count, key) ?? person(({ customer }) => customer)(words, count, key)),
  },
  {
    prefix: 'agent_',
    words: (words, count, key) => article(({ agentArticle }) => agentArticle)(words, count, key) ?? person(({ current }) => current)(words, count, key),
  },
  // Settings may hold secrets, and ours are named differently: none is told.
  { prefix: 'config_', words: () => undefined },
  { prefix: 'queue', words: ({ ticket }, _count, key) => (key === '' ? ticket.queue : undefined) },
  { prefix: 'first_name', words: ({ customer }) => customer?.firstName },
  { prefix: 'last_name', words: ({ customer }) => customer?.lastName },
  { prefix: 'user', words: (words, count, key) => person(({ customer }) => customer)(words, count, `user${key}`) },
]

const TICKET: Record<string, (ticket: TagWords['ticket']) => string> = {
  ticketnumber: ({ number }) => number, number: ({ number }) => number, ticketid: ({ id }) => id, id: ({ id }) => id,
  title: ({ title }) => title, queue: ({ queue }) => queue, state: ({ state }) => state, statetype: ({ stateType }) => stateType,
  priority: ({ priority }) => priority, lock: ({ lock }) => lock, created: ({ created }) => created, changed: ({ changed }) => changed,
  age: ({ age }) => age,
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
  return text.replace(TAG, (whole, prefix: string, name: string, count: string | undefined) => {
    const value = lookUp(prefix, name, words, count === undefined ? undefined : Number(count))
    return value === NO_FAMILY ? whole : value || '-'
  })
}

const NO_FAMILY = Symbol('no such family')

function lookUp(prefix: string, name: string, words: TagWords, count?: number): string | undefined | typeof NO_FAMILY {
  const key = name.toLowerCase()
  if (prefix.toUpperCase() === 'POMOC') return OURS[key]?.(words)
  const family = FAMILIES.find((entry) => key.startsWith(entry.prefix))
  return family ? family.words(words, count, key.slice(family.prefix.length)) : NO_FAMILY
}

/** Tags that nothing stands behind, for the form in which texts are edited. */
export function unknownTags(text: string): string[] {
  return [...text.matchAll(TAG)].filter(([, prefix, name]) => !isKnown(prefix!.toUpperCase(), name!.toLowerCase())).map(([whole]) => whole)
}

function isKnown(prefix: string, key: string): boolean {
  const known = lookUp(prefix, key, SAMPLE)
  return known !== undefined && known !== NO_FAMILY
}

const someone: PersonWords = { name: 'x', firstName: 'x', lastName: 'x', login: 'x', address: 'x' }
const something: ArticleWords = { from: 'x', to: 'x', cc: 'x', subject: 'x', body: 'x' }
const SAMPLE: TagWords = {
  language: 'pl', customer: someone, owner: someone, responsible: someone, current: someone, customerArticle: something, agentArticle: something,
  receipt: 'x', ticketUrl: 'x', senderAddress: 'x', senderName: 'x',
  ticket: {
    id: '1', number: '1', title: 'x', queue: 'x', state: 'x', stateType: 'x', priority: 'x', lock: 'x', created: 'x', changed: 'x', age: 'x',
  },
}
