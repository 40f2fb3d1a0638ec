/** Owns what X-OTRS headers ask for, looked up: names become rows, times become moments, and what cannot be had says why. */
import { sql, type Kysely } from 'kysely'
import { DateTime } from 'luxon'
import type { Config } from '../config.ts'
import { isId } from '../database/id.ts'
import type { Database, Id, Lock, SenderType } from '../database/schema.ts'
import { findPerson, findPersonByAddress, findPersonByLogin } from '../person/persons.ts'
import { findState, type StateRow } from '../ticket/ticket.store.ts'
import { sayOtrsName, type OtrsHeaders } from './otrs-headers.ts'
import type { Decision, MailRule } from './outcome.ts'

export interface Wanted {
  queue?: { id: Id; name: string }
  state?: StateRow
  pendingUntil?: Date
  /** OTRS: `X-OTRS-FollowUp-State-Keep`, whatever it says. */
  keepState?: true
  priority?: { id: Id; name: string }
  lock?: Lock
  ownerId?: Id
  responsibleId?: Id
  customerId?: Id
  customerCompany?: string
  title?: string
  senderType?: SenderType
  visible?: boolean
  /** What was asked for and cannot be had, for the mail's reasons. */
  refused: readonly Decision[]
}

export const NOTHING_WANTED: Wanted = { refused: [] }

type Room = { db: Kysely<Database>; config: Pick<Config, 'zone'>; now: Date }
type Take = (wanted: Draft, value: string, room: Room) => Promise<MailRule | void> | MailRule | void
type Draft = { -readonly [K in keyof Wanted]: Wanted[K] }

/** By canonical name without `followup-`. A rule answered is why the header cannot be obeyed. */
const TAKES: Record<string, Take> = {
  'queue': async (wanted, value, { db }) => {
    const queue = await db.selectFrom('queue').select(['id', 'name']).where('name', '=', value).where('valid', '=', true).executeTakeFirst()
    if (!queue) return 'header-name-unknown'
    wanted.queue = queue
  },
  'state': async (wanted, value, { db }) => {
    const state = await findState(db, { name: value })
    if (!state || state.type === 'merged') return 'header-name-unknown'
    wanted.state = state
  },
  'state-pendingtime': (wanted, value, { now, config }) => {
    const until = pendingTime(value, now, config.zone)
    if (!until) return 'header-value-invalid'
    wanted.pendingUntil = until
  },
  'state-keep': (wanted) => { wanted.keepState = true },
  'priority': async (wanted, value, { db }) => {
    const priority = await db.selectFrom('ticket_priority').select(['id', 'name']).where('name', '=', value).where('valid', '=', true).executeTakeFirst()
    if (!priority) return 'header-name-unknown'
    wanted.priority = priority
  },
  'lock': (wanted, value) => {
    if (value !== 'lock' && value !== 'unlock' && value !== 'tmp_lock') return 'header-value-invalid'
    wanted.lock = value
  },
  // The login beats the id, as in OTRS: ids come first in the order below.
  'ownerid': async (wanted, value, { db }) => { const id = await agentById(db, value); if (!id) return 'header-person-unfit'; wanted.ownerId = id },
  'owner': async (wanted, value, { db }) => { const id = await agentByLogin(db, value); if (!id) return 'header-person-unfit'; wanted.ownerId = id },
  'responsibleid': async (wanted, value, { db }) => { const id = await agentById(db, value); if (!id) return 'header-person-unfit'; wanted.responsibleId = id },
  'responsible': async (wanted, value, { db }) => { const id = await agentByLogin(db, value); if (!id) return 'header-person-unfit'; wanted.responsibleId = id },
  'customeruser': async (wanted, value, { db }) => {
    const person = await findPersonByLogin(db, value) ?? await findPersonByAddress(db, value.toLowerCase())
    if (!person?.valid) return 'header-name-unknown'
    wanted.customerId = person.id
  },
  'customerno': (wanted, value) => { wanted.customerCompany = value.slice(0, 150) },
  'title': (wanted, value) => { wanted.title = value },
  'sendertype': (wanted, value) => {
    if (value !== 'agent' && value !== 'system' && value !== 'customer') return 'header-value-invalid'
    wanted.senderType = value
  },
  // OTRS 5 and older; its types became channel and visibility in OTRS 6.
  'articletype': (wanted, value) => {
    if (!/^(email|note|chat)-|^(phone|fax|sms|webrequest)$/.test(value)) return 'header-value-invalid'
    wanted.visible = /external|notification-ext|^(phone|fax|sms|webrequest)$/.test(value)
  },
  'isvisibleforcustomer': (wanted, value) => {
    if (value !== '0' && value !== '1') return 'header-value-invalid'
    wanted.visible = value === '1'
  },
}

/** Said elsewhere: by the steps `ignored` and `automatic`. */
const ELSEWHERE = new Set(['ignore', 'loop'])
const ORDER = Object.keys(TAKES)

/** Looks up the headers for a new ticket, or (`followUp`) those that begin with FollowUp-. Few mails have any. */
export async function lookUpWanted(room: Room, headers: OtrsHeaders, followUp: boolean): Promise<Wanted> {
  const own = [...headers].flatMap(([name, value]) => {
    const bare = name.replace(/^followup-/, '')
    return (bare !== name) === followUp && value !== '' ? [[bare, value] as const] : []
  })
  if (own.length === 0) return NOTHING_WANTED
  const wanted: Draft = { refused: [] }
  const refused: Decision[] = []
  const refuse = (bare: string, value: string, rule: MailRule) => {
    refused.push({ decided: 'passed-over', rule, detail: `${sayOtrsName(followUp ? `followup-${bare}` : bare)}: ${value}`.slice(0, 300) })
  }
  for (const [bare, value] of own.toSorted(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b))) {
    if (ELSEWHERE.has(bare)) continue
    const take = TAKES[bare]
    const rule = take ? await take(wanted, value, room) : 'header-not-here'
    if (rule) refuse(bare, value, rule)
  }
  const { state } = wanted
  if (state?.type.startsWith('pending') && !wanted.pendingUntil && !(state.type === 'pending reminder' && state.dateOptional)) {
    refuse('state', state.name, 'header-pending-needs-date')
    delete wanted.state
  }
  return { ...wanted, refused }
}

/** `2026-11-23 07:00:00` in the site's zone, or from now on: `+30m`, `-1h`, `50` (s, m, h or d; seconds when none is said). */
export function pendingTime(value: string, now: Date, zone: string): Date | undefined {
  const relative = /^\s*([+-]?)\s*(\d{1,9})\s*([smhd]?)\s*$/.exec(value)
  if (relative) {
    const seconds = Number(relative[2]) * { s: 1, m: 60, h: 3600, d: 86_400 }[(relative[3] || 's') as 's' | 'm' | 'h' | 'd']
    return new Date(now.getTime() + (relative[1] === '-' ? -1 : 1) * seconds * 1000)
  }
  const absolute = DateTime.fromSQL(value.trim(), { zone })
  return absolute.isValid && /^\d{4}-\d{2}-\d{2} \d{1,2}:\d{2}/.test(value.trim()) ? absolute.toJSDate() : undefined
}

async function agentByLogin(db: Kysely<Database>, login: string): Promise<Id | undefined> {
  const person = await findPersonByLogin(db, login)
  return person?.valid && person.agent ? person.id : undefined
}

/** OTRS's id where the person came from there, else ours. */
async function agentById(db: Kysely<Database>, id: string): Promise<Id | undefined> {
  if (!isId(id)) return undefined
  const person = await findPerson(db, id)
  return person?.valid && person.agent ? person.id : undefined
}

/** How often programs' mail has opened a ticket on a day, this time included. */
export async function countReopening(db: Kysely<Database>, ticketId: Id, day: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    insert into automatic_reopening as r (ticket_id, day, count) values (${ticketId}, ${day}::date, 1)
    on conflict (ticket_id, day) do update set count = r.count + 1 returning count`.execute(db)
  return rows[0]!.count
}
