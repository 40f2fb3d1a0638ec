/** Owns the question which addresses are ours and where their mail goes; answered from memory, cleared by notice. */
import { domainToUnicode } from 'node:url'
import { sql, type Kysely } from 'kysely'
import type { Config } from '../machine/config.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { notify } from '../kernel/facts.ts'
import type { Live } from '../kernel/live.ts'
import type { Work } from '../kernel/work.ts'
import { withoutEndDot } from './look-alike.ts'
import { withoutTag } from './return-path.ts'

const NOTICE = 'mail.addresses-changed'
/** Should a notice be lost with its connection, an answer is this old at most. */
const KEPT_MS = 5000
/** RFC 5321 4.5.1 and RFC 2142: every domain that takes mail has these. */
const ALWAYS = new Set(['postmaster', 'abuse'])
/** OTRS's PostmasterDefaultQueue. */
const DEFAULT_QUEUE = 'Raw'
const POSTMASTER_QUEUE = 'Postmaster'

export interface AddressBook {
  /** Address in canonical form → queue. */
  queues: ReadonlyMap<string, Id>
  domains: ReadonlySet<string>
  /** Queue in use → its unit. */
  units: ReadonlyMap<Id, Id>
  postmasterQueue: Id
  defaultQueue: Id
  /** Addresses whose mail goes by the sender's unit: what it is about, or null. */
  byUnit: ReadonlyMap<string, { topicId: Id | null }>
}

/** One form for all ways to write an address: lower case, the domain in Unicode, no dot after it. */
export function canonicalAddress(address: string): string {
  const lower = withoutEndDot(address.trim().toLowerCase())
  const at = lower.lastIndexOf('@')
  if (at === -1) return lower
  const domain = lower.slice(at + 1)
  return `${lower.slice(0, at)}@${domainToUnicode(domain) || domain}`
}

export interface Destination {
  queueId: Id
  rule: 'address' | 'postmaster'
}

/** Where mail for an address goes; undefined: it is not ours (RCPT answers 550). */
export function destinationOf(book: AddressBook, address: string): Destination | undefined {
  const canonical = withoutTag(canonicalAddress(address))
  const queueId = book.queues.get(canonical)
  if (queueId) return { queueId, rule: 'address' }
  const at = canonical.lastIndexOf('@')
  const local = at === -1 ? canonical : canonical.slice(0, at)
  // RFC 5321 4.1.1.3: `postmaster` alone, without a domain, is taken too.
  if (ALWAYS.has(local) && (at === -1 ? local === 'postmaster' : book.domains.has(canonical.slice(at + 1)))) {
    return { queueId: book.postmasterQueue, rule: 'postmaster' }
  }
  return undefined
}

/** Whether mail to the configured address is taken: people are told it, and what no queue writes leaves under it. */
export async function ownAddressIsTaken(db: Kysely<Database>, config: Pick<Config, 'mailAddress' | 'mail'>): Promise<boolean> {
  return destinationOf(await readAddressBook(db, config), config.mailAddress)?.rule === 'address'
}

export interface SenderAddress {
  address: string
  name: string
}

/**
 * Whom mail is from that no queue writes, and which address people are told: the configured one, or, while mail to that one is
 * refused, one that leads to the queue of all else, so that answers arrive. The name stays that of the site.
 */
export async function ownSender(db: Kysely<Database>, config: Pick<Config, 'mailAddress' | 'mail'>): Promise<SenderAddress> {
  const own = { address: config.mailAddress, name: config.mail.fromName }
  const book = await readAddressBook(db, config)
  if (destinationOf(book, own.address)?.rule === 'address') return own
  const taken = await db
    .selectFrom('system_address as a')
    .innerJoin('queue as q', 'q.id', 'a.queue_id')
    .select('a.address')
    .where('a.valid', '=', true)
    .where('q.valid', '=', true)
    .orderBy(sql`q.id = ${book.defaultQueue}`, 'desc')
    .orderBy('a.id')
    .limit(1)
    .executeTakeFirst()
  return taken ? { ...own, address: taken.address } : own
}

/**
 * Refuses addresses of ours: people have none, and what is written to one would come back as a new mail; that is what moving is for.
 * Error: `person.address-is-ours` at the field.
 */
export async function demandForeign(work: Work, addresses: readonly string[], field: string): Promise<void> {
  if (addresses.length === 0) return
  const book = await readAddressBook(work.db, work.config)
  if (addresses.some((address) => destinationOf(book, address))) throw refused('person.address-is-ours', {}, field)
}

/** Is mail for this domain ours at all? Tells "no such address" from "we relay for nobody". */
export const isOurDomain = (book: AddressBook, address: string): boolean => book.domains.has(canonicalAddress(address).replace(/^.*@/s, ''))

export async function readAddressBook(db: Kysely<Database>, config: Pick<Config, 'mailAddress' | 'mail'>): Promise<AddressBook> {
  const { rows } = await sql<{
    address: string | null
    queue_id: Id
    unit_id: Id
    name: string
    by_unit: boolean | null
    topic_id: Id | null
  }>`
    select a.address, q.id as queue_id, q.unit_id, q.name, a.by_unit, a.topic_id
    from queue q left join system_address a on a.queue_id = q.id and a.valid
    where q.valid order by q.id`.execute(db)
  const queues = new Map(rows.flatMap((row) => (row.address ? [[canonicalAddress(row.address), row.queue_id] as const] : [])))
  const byUnit = new Map(
    rows.flatMap((row) => (row.address && row.by_unit ? [[canonicalAddress(row.address), { topicId: row.topic_id }] as const] : [])),
  )
  const named = (name: string) => rows.find((row) => row.name === name)?.queue_id
  const defaultQueue = named(DEFAULT_QUEUE) ?? rows[0]?.queue_id ?? '1'
  const domains = [...queues.keys(), canonicalAddress(config.mailAddress), canonicalAddress(`@${config.mail.hostname}`)].map((address) =>
    address.slice(address.lastIndexOf('@') + 1),
  )
  const units = new Map(rows.map((row) => [row.queue_id, row.unit_id]))
  return { queues, units, domains: new Set(domains), postmasterQueue: named(POSTMASTER_QUEUE) ?? defaultQueue, defaultQueue, byUnit }
}

/** The address table of a process: read once, again after `addressesChanged` anywhere, and when it is some seconds old. */
export function keepAddressBook(
  db: Kysely<Database>,
  config: Pick<Config, 'mailAddress' | 'mail'>,
  live: Live,
): () => Promise<AddressBook> {
  let kept: { book: Promise<AddressBook>; since: number } | undefined
  live.subscribe((notice) => {
    if (notice.fact === NOTICE) kept = undefined
  })
  return () => {
    const now = performance.now()
    if (!kept || now - kept.since > KEPT_MS) {
      const fresh = { book: readAddressBook(db, config), since: now }
      fresh.book.catch(() => {
        if (kept === fresh) kept = undefined
      })
      kept = fresh
    }
    return kept.book
  }
}

/** Tells every process that addresses or queues have changed. Called by the acts that change them. */
export async function addressesChanged(work: Work): Promise<void> {
  await notify(work, NOTICE)
}
