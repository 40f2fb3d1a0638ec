/** Owns what X-OTRS headers ask for, looked up: names become rows, times become moments, and what cannot be had says why. */
import { sql, type Kysely } from 'kysely'
import { DateTime } from 'luxon'
import type { Config } from '../../machine/config.ts'
import { Refusal } from '../../errors.ts'
import { isId } from '../../database/id.ts'
import type { Database, Id, SenderType } from '../../database/schema.ts'
import { listFields, isNative } from '../../field/fields.ts'
import type { WantedFields } from '../../field/posted.ts'
import { typed, typeOf } from '../../field/types.ts'
import { findPerson, findPersonByAddress, findPersonByLogin, type Person } from '../../person/persons.ts'
import { findAbout, findNamed } from '../../service/fitting.ts'
import { ENTRIES, entryOf, type Entry, type HeaderValues, type Kind } from '../../ticket/attributes.ts'
import { oneLine } from '../../ticket/line.ts'
import { findState } from '../../ticket/ticket.store.ts'
import { sayOtrsName, type OtrsHeaders } from './otrs-headers.ts'
import type { Decision, MailRule } from '../judge/outcome.ts'

export interface Wanted {
  /** Of the ticket's attributes. */
  values: HeaderValues
  /** Of fields of the installation's own, by name; each was read once, so that the ticket takes it. */
  fields?: WantedFields
  /** OTRS: `X-OTRS-FollowUp-State-Keep`, whatever it says. */
  keepState?: true
  senderType?: SenderType
  visible?: boolean
  /** What was asked for and cannot be had, for the mail's reasons. */
  refused: readonly Decision[]
}

export const NOTHING_WANTED: Wanted = { values: {}, refused: [] }

type Room = { db: Kysely<Database>; config: Pick<Config, 'zone' | 'languages'>; now: Date }
type Draft = { -readonly [K in keyof Wanted]: Wanted[K] }

/** How what a header says of an attribute becomes what stands in it. A rule answered is why the header cannot be obeyed. */
const BY_KIND: { [K in Kind]?: (value: string, room: Room, header: string) => Promise<object | MailRule> | object | MailRule } = {
  queue: async (value, { db }) =>
    (await db.selectFrom('queue').select(['id', 'name']).where('name', '=', value).where('valid', '=', true).executeTakeFirst()) ??
    'header-name-unknown',
  state: async (value, { db }) => {
    const state = await findState(db, { name: value })
    return !state || state.type === 'merged' ? 'header-name-unknown' : state
  },
  date: (value, { now, config }) => pendingTime(value, now, config.zone) ?? 'header-value-invalid',
  priority: async (value, { db }) =>
    (await db
      .selectFrom('ticket_priority')
      .select(['id', 'name'])
      .where('name', '=', value)
      .where('valid', '=', true)
      .executeTakeFirst()) ?? 'header-name-unknown',
  type: async (value, { db }) => (await findNamed(db, 'ticket_type', value)) ?? 'header-name-unknown',
  service: async (value, { db }) => (await findNamed(db, 'service', value)) ?? 'header-name-unknown',
  sla: async (value, { db }) => (await findNamed(db, 'sla', value)) ?? 'header-name-unknown',
  lock: (value) => (value === 'lock' || value === 'unlock' || value === 'tmp_lock' ? { text: value } : 'header-value-invalid'),
  agent: async (value, { db }, header) => {
    const person = header.endsWith('id') ? await agentById(db, value) : await findPersonByLogin(db, value)
    return person?.valid && person.agent ? { id: person.id, name: person.login ?? '' } : 'header-person-unfit'
  },
  customer: async (value, { db }) => {
    const person = (await findPersonByLogin(db, value)) ?? (await findPersonByAddress(db, value.toLowerCase()))
    return person?.valid ? { id: person.id, name: person.login ?? person.address ?? '' } : 'header-name-unknown'
  },
  text: (value) => ({ text: value }),
  // As it is written: OTRS keeps what names no company too.
  company: (value) => ({ id: oneLine(value, entryOf.company.longest), customer: '' }),
}

type Take = (wanted: Draft, value: string, room: Room, header: string) => Promise<MailRule | void> | MailRule | void

/** What else headers say. */
const OTHERS: Record<string, Take> = {
  'state-keep': (wanted) => {
    wanted.keepState = true
  },
  sendertype: (wanted, value) => {
    if (value !== 'agent' && value !== 'system' && value !== 'customer') return 'header-value-invalid'
    wanted.senderType = value
  },
  // OTRS 5 and older; its types became channel and visibility in OTRS 6.
  articletype: (wanted, value) => {
    if (!/^(email|note|chat)-|^(phone|fax|sms|webrequest)$/.test(value)) return 'header-value-invalid'
    wanted.visible = /external|notification-ext|^(phone|fax|sms|webrequest)$/.test(value)
  },
  isvisibleforcustomer: (wanted, value) => {
    if (value !== '0' && value !== '1') return 'header-value-invalid'
    wanted.visible = value === '1'
  },
}

/** By canonical name without `followup-`. */
const TAKES: Record<string, Take> = {
  ...Object.fromEntries(ENTRIES.flatMap((entry) => headersOf(entry).map((header) => [header, taking(entry, header)]))),
  ...OTHERS,
}

function headersOf({ headers }: Entry): string[] {
  return [...new Set([...(headers?.newTicket ?? []), ...(headers?.followUp ?? [])])].map((header) => header.toLowerCase())
}

function taking({ name, kind, longest }: Entry, header: string): Take {
  const find = BY_KIND[kind]
  if (!find) throw new Error(`no header can set an attribute of the kind ${kind}: ${name}`)
  return async (wanted, value, room) => {
    const found = await find(value, room, header)
    if (typeof found === 'string') return found
    Object.assign(wanted.values, {
      [name]: !('text' in found) ? found : kind === 'text' ? oneLine(String(found.text), longest) : found.text,
    })
  }
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
  const wanted: Draft = { values: {}, refused: [] }
  const takeField = await fieldTaker(room, own)
  const refused: Decision[] = []
  const refuse = (bare: string, value: string, rule: MailRule) => {
    refused.push({ decided: 'passed-over', rule, detail: `${sayOtrsName(followUp ? `followup-${bare}` : bare)}: ${value}`.slice(0, 300) })
  }
  for (const [bare, value] of own.toSorted(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b))) {
    if (ELSEWHERE.has(bare)) continue
    const take = TAKES[bare] ?? takeField
    const rule = take ? await take(wanted, value, room, bare) : 'header-not-here'
    if (rule) refuse(bare, value, rule)
  }
  const { state, pending } = wanted.values
  if (
    state?.type.startsWith('pending') &&
    !pending &&
    !(state.type === 'pending reminder' && 'dateOptional' in state && state.dateOptional)
  ) {
    refuse('state', state.name, 'header-pending-needs-date')
    delete wanted.values.state
  }
  const { service, sla } = wanted.values
  // A ticket that is there may have the service already: then the act on it asks this.
  if (sla && !followUp && !(await findAbout(room.db, { serviceId: service?.id, slaId: sla.id }, NOWHERE)).sla) {
    refuse('sla', sla.name, 'header-sla-unfit')
    delete wanted.values.sla
  }
  return { ...wanted, refused }
}
const NOWHERE = { customerId: null, unitId: null }

/**
 * DynamicField-<name>; and TicketKey<n>, TicketValue<n>, TicketTime<n> of old OTRS, for fields that are called as it called those. The
 * fields are read only for mails that have such a header.
 */
async function fieldTaker({ db }: Room, own: readonly (readonly [string, string])[]): Promise<Take | undefined> {
  if (!own.some(([bare]) => fieldNamed(bare) !== undefined)) return undefined
  const fields = (await listFields(db, 'ticket')).filter((field) => field.valid && isNative(field))
  return (wanted, value, { config, now }, header) => {
    const name = fieldNamed(header)
    const field = name === undefined ? undefined : fields.find((one) => one.name.toLowerCase() === name)
    if (!field) return name === undefined ? 'header-not-here' : 'header-name-unknown'
    try {
      typeOf(field.type).read([value], typed(field), { language: config.languages[0]!, zone: config.zone, now })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return 'header-value-invalid'
    }
    wanted.fields = { ...wanted.fields, [field.name]: [value] }
  }
}

/** In small letters; undefined: the header is about no field. */
function fieldNamed(header: string): string | undefined {
  const [, name, free, number] = /^(?:dynamicfield-([a-z0-9]{1,200})|ticket(key|value|time)(\d{1,2}))$/.exec(header) ?? []
  return name ?? (free && `ticketfree${free === 'value' ? 'text' : free}${number}`)
}

/** `2026-11-23 07:00:00` in the site's zone, or from now on: `+30m`, `-1h`, `50` (s, m, h or d; seconds when none is said). */
export function pendingTime(value: string, now: Date, zone: string): Date | undefined {
  const relative = /^([+-]?)\s{0,9}(\d{1,9})\s{0,9}([smhd]?)$/.exec(value.trim())
  if (relative) {
    const seconds = Number(relative[2]) * { s: 1, m: 60, h: 3600, d: 86_400 }[(relative[3] || 's') as 's' | 'm' | 'h' | 'd']
    return new Date(now.getTime() + (relative[1] === '-' ? -1 : 1) * seconds * 1000)
  }
  const absolute = DateTime.fromSQL(value.trim(), { zone })
  return absolute.isValid && /^\d{4}-\d{2}-\d{2} \d{1,2}:\d{2}/.test(value.trim()) ? absolute.toJSDate() : undefined
}

/** OTRS's id where the person came from there, else ours. */
async function agentById(db: Kysely<Database>, id: string): Promise<Person | undefined> {
  return isId(id) ? findPerson(db, id) : undefined
}

/** How often programs' mail has opened a ticket on a day, this time included. */
export async function countReopening(db: Kysely<Database>, ticketId: Id, day: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    insert into automatic_reopening as r (ticket_id, day, count) values (${ticketId}, ${day}::date, 1)
    on conflict (ticket_id, day) do update set count = r.count + 1 returning count`.execute(db)
  return rows[0]!.count
}
