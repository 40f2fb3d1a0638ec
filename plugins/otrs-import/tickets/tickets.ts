/** Owns the taking over of tickets with all that belongs to them: in steps, each whole or not at all; later only those that the source changed. */
import { sql, type Kysely } from 'kysely'
import { settleIds, type Database } from '../../../core/index.ts'
import type { FindingCode } from '../findings.ts'
import type { Finding, Room } from '../room.ts'
import { changedTickets, removeTickets, sumsOf, ticketsHere, ticketsWithLess, touchedTickets, type LastSeen } from './changed.store.ts'
import { lookHere, readWords } from './known.store.ts'
import type { Known } from './known.ts'
import { loadLinks, tieMerged } from './links.store.ts'
import { forBulk, markStep, stepsOf, writeTickets, type Written } from './load.store.ts'
import { tellOrphans } from './orphans.ts'
import { takeOwnCustomers } from './own-customers.ts'
import { sumBytes } from './parts.ts'
import { halvesOf, readTickets, rowsAmong, type TicketRows, type Which } from './read.ts'
import { sumRows } from './sum.ts'
import { idOf, text } from './values.ts'

/** In one transaction, fewer where they are heavy: what a kill costs, and what memory holds twice. */
export const TICKETS_A_STEP = 200

/** As steps and progress call it: what a first run takes, and what changed since. */
const partOf = ({ last }: Pick<TicketRun, 'last'>): string => (last ? 'changed' : 'tickets')

export interface TicketRun {
  /** Stands on all rows that the run writes. */
  act: string
  /** What the last whole run had read; undefined: this is the first. */
  last?: LastSeen
  /** Takes tickets away that are gone from the source, instead of telling of them. */
  removeGone?: boolean
}

/** Everything of every ticket. Runs again after any end, and goes on behind the last whole step. */
export async function loadTickets(room: Room, run: TicketRun): Promise<void> {
  const { source, host } = room
  const words = await readWords(source)
  const { ids, logins } = await scan(room)
  const steps = run.last
    ? await stepsOfChanged(room, words, ids, run.last)
    : stepsOfAll(ids, await stepsOf(host.db, room.run.id, partOf(run)))
  await takeOwnCustomers(room, run.last ? await loginsOf(room, logins, steps) : logins.values())
  const known = await knownOf(room, words)
  room.progress({ part: partOf(run), rows: steps.done.tickets, bytes: steps.done.bytes, of: steps.of })
  await inSteps(room, { known, run }, steps)
  await room.goOn()
  await settle(room, known, run, ids)
  // Of a few that changed the server takes note itself.
  if (steps.of > ids.length / 10) await analyze(room)
}

/** Ids of all tickets in their order, and what they call customers that nobody here is. */
async function scan({ source, ids }: Room): Promise<{ ids: number[]; logins: Map<string, string> }> {
  const known = new Set([...ids.all('customer_user').keys()].map((login) => login.toLowerCase()))
  const logins = new Map<string, string>()
  const found: number[] = []
  for await (const row of source.rows('ticket', { columns: ['id', 'customer_user_id'], order: ['id'] })) {
    const id = idOf(row['id'])
    if (id !== null) found.push(id)
    const login = text(row['customer_user_id']).trim()
    if (login.includes('@') && !known.has(login.toLowerCase())) logins.set(login.toLowerCase(), login)
  }
  return { ids: found, logins }
}

/** Of those customers the ones of tickets that will be written: who was erased here comes by none of theirs again. */
async function loginsOf({ source, host }: Room, logins: ReadonlyMap<string, string>, { list }: Steps): Promise<string[]> {
  if (logins.size === 0) return []
  const wanted = new Set<string>()
  for (const { which } of list) {
    if (!('ids' in which)) continue
    const stay = await touchedTickets(host.db, which.ids)
    for await (const row of rowsAmong(source, 'ticket', 'id', which.ids, ['id'])) {
      const login = text(row['customer_user_id']).trim().toLowerCase()
      if (logins.has(login) && !stay.has(idOf(row['id']) ?? 0)) wanted.add(login)
    }
  }
  return [...wanted].map((login) => logins.get(login)!)
}

interface Teller {
  known: Known
  /** How many findings there are to be taken. */
  waiting(): number
  take(): Finding[]
}

/** What rows may point to, with a place for what is found wrong in them: one finding for all of a kind in a step. */
async function knownOf({ host: { db }, ids, source }: Room, words: Known['words']): Promise<Teller> {
  let found = new Map<string, { code: FindingCode; table: string; keys: string[]; count: number; detail: Finding['detail'] }>()
  const known: Known = {
    ids,
    customers: new Map([...ids.all('customer_user')].map(([login, id]) => [login.toLowerCase(), id])),
    here: await lookHere(db),
    words,
    moment: (value) => source.moment(value) ?? null,
    tell(code, table, key, detail) {
      const same = `${code} ${table} ${JSON.stringify(detail ?? {})}`
      const one = found.get(same)
      if (!one) found.set(same, { code, table, keys: [String(key)], count: 1, detail })
      else if ((one.count += 1) <= MOST_KEYS) one.keys.push(String(key))
    },
  }
  return {
    known,
    waiting: () => found.size,
    take() {
      const list = [...found.values()].map(({ code, table, keys, count, detail }) => ({
        code,
        table,
        key: keys[0]!,
        detail: { ...detail, ...(count > 1 ? { count, keys: keys.join(' ') + (count > MOST_KEYS ? ' …' : '') } : {}) },
      }))
      found = new Map()
      return list
    },
  }
}

/** Of one finding so many keys are told. */
const MOST_KEYS = 1000

interface Step {
  which: Which
  key: { from: number; to: number }
}
interface Steps {
  list: Step[]
  of: number
  done: { tickets: number; bytes: number }
}

/** From the first number to the last that there can be, without a gap, so that rows of tickets that are not there are met too. */
export function stepsOfAll(ids: readonly number[], done: { to: number; bytes: number } | undefined): Steps {
  const rest = done === undefined ? ids : ids.filter((id) => id > done.to)
  const list: Steps['list'] = []
  let from = done === undefined ? 0 : done.to + 1
  for (let at = 0; at < rest.length; at += TICKETS_A_STEP) {
    const isLast = at + TICKETS_A_STEP >= rest.length
    const to = isLast ? Number.MAX_SAFE_INTEGER : rest[at + TICKETS_A_STEP - 1]!
    list.push({ which: { from, to }, key: { from, to } })
    from = to + 1
  }
  return { list, of: ids.length, done: { tickets: ids.length - rest.length, bytes: done?.bytes ?? 0 } }
}

async function stepsOfChanged(room: Room, words: Known['words'], ids: readonly number[], last: LastSeen): Promise<Steps> {
  const { host, source } = room
  const there = new Set(ids)
  const changed = new Set(
    [...(await changedTickets(host.db, source, words, last)), ...(await ticketsWithLess(host.db, source))].filter((id) => there.has(id)),
  )
  const here = new Set<number>()
  for await (const id of ticketsHere(host.db)) here.add(id)
  for (const id of ids) if (!here.has(id)) changed.add(id)
  const wanted = [...changed].toSorted((a, b) => a - b)
  const list: Steps['list'] = []
  for (let at = 0; at < wanted.length; at += TICKETS_A_STEP) {
    const those = wanted.slice(at, at + TICKETS_A_STEP)
    list.push({ which: { ids: those }, key: { from: those[0]!, to: those.at(-1)! } })
  }
  return { list, of: wanted.length, done: { tickets: 0, bytes: 0 } }
}

/** While one step is written the next is read. */
async function inSteps(room: Room, about: { known: Teller; run: TicketRun }, { list, of, done }: Steps): Promise<void> {
  let { tickets, bytes } = done
  const left = [...list]
  const read = () => {
    const rows = readNext(room, about.known.known.words, left)
    // Told where it is waited for.
    rows.catch(() => {})
    return rows
  }
  let next = read()
  for (let step = await next; step; step = await next) {
    await room.goOn()
    next = read()
    const written = await oneStep(room, about, step.rows, step.key)
    tickets += step.rows.tickets.length
    bytes += written.bytes
    room.progress({ part: partOf(about.run), rows: tickets, bytes, of })
  }
}

/** The rows of the next step, which is taken from the list; what is too heavy for one becomes several. */
async function readNext({ source }: Room, words: Known['words'], left: Step[]): Promise<(Step & { rows: TicketRows }) | undefined> {
  for (;;) {
    const step = left.shift()
    if (!step) return undefined
    const rows = await readTickets(source, words, step.which)
    if ('tickets' in rows) return { ...step, rows }
    const [first, second] = halvesOf(step.which, rows)
    left.unshift(
      { which: first, key: { from: step.key.from, to: rows.upTo } },
      { which: second, key: { from: rows.upTo + 1, to: step.key.to } },
    )
  }
}

async function oneStep(
  room: Room,
  { known: { known, take }, run }: { known: Teller; run: TicketRun },
  given: TicketRows,
  key: { from: number; to: number },
): Promise<Written> {
  const now = room.host.clock()
  return room.host.db.transaction().execute(async (db) => {
    // What an attempt before found wrong is found again.
    take()
    await forBulk(db)
    const rows = run.last ? await withoutTouched(room, db, known, given) : given
    const written = await writeTickets(db, { room, known, act: run.act, now, fresh: !run.last }, rows)
    await room.tell(db, ...take())
    if (run.last)
      await sql`delete from otrs_step where run_id = ${room.run.id} and part = ${partOf(run)} and from_key = ${key.from}`.execute(db)
    await markStep(db, room.run.id, partOf(run), key, written, now)
    return written
  })
}

/** Tickets that people here have worked on stay as they are; those of them that the source has changed too are told. */
async function withoutTouched(room: Room, db: Kysely<Database>, known: Known, given: TicketRows): Promise<TicketRows> {
  const touched = await touchedTickets(
    db,
    given.tickets.map((row) => idOf(row['id'])!),
    given.articles,
  )
  if (touched.size === 0) return given
  const sums = sumRows(given, [...touched])
  await sumBytes(room.source, given, sums)
  const before = await sumsOf(db, [...touched])
  for (const row of given.tickets) {
    const id = idOf(row['id'])!
    if (touched.has(id) && before.get(id) !== sums.get(id)!.sum) known.tell('touched', 'ticket', id, { number: text(row['tn']) })
  }
  const left = <T>(rows: Map<number, T>): Map<number, T> => new Map([...rows].filter(([id]) => !touched.has(id)))
  return {
    ...given,
    tickets: given.tickets.filter((row) => !touched.has(idOf(row['id'])!)),
    articles: left(given.articles),
    history: left(given.history),
    watchers: left(given.watchers),
    ticketFlags: left(given.ticketFlags),
    time: left(given.time),
    ticketValues: left(given.ticketValues),
  }
}

/** So many findings wait to be written, at most, where rows of all tickets are looked through. */
const AT_ONCE = 1000

/** What is known only once all tickets are there. */
async function settle(room: Room, { known, waiting, take }: Teller, run: TicketRun, ids: readonly number[]): Promise<void> {
  const { source, host } = room
  const now = host.clock()
  const states = new Map<number, string>()
  if (source.has('link_state')) for await (const row of source.rows('link_state')) states.set(idOf(row['id']) ?? 0, text(row['name']))
  const there = new Set(ids)
  const gone: number[] = []
  for await (const id of ticketsHere(host.db)) if (!there.has(id)) gone.push(id)
  if (!run.last)
    await tellOrphans(source, known, async () => {
      if (waiting() >= AT_ONCE) await room.tell(host.db, ...take())
    })
  await host.db.transaction().execute(async (db) => {
    await forBulk(db)
    await tieMerged(db)
    if (source.has('link_relation')) await loadLinks(db, room, known, states, now)
    if (gone.length > 0 && run.removeGone) {
      // What people here have worked on is theirs.
      const touched = await touchedTickets(db, gone)
      await removeTickets(
        db,
        gone.filter((id) => !touched.has(id)),
      )
    }
    for (const id of gone) known.tell('gone', 'ticket', id)
    await room.tell(db, ...take())
    await settleIds(db, ['ticket', 'article', 'article_attachment', 'history', 'time_spent'])
  })
}

/** What the server's planner knows of tables that have grown. */
async function analyze({ host }: Room): Promise<void> {
  for (const table of ['ticket', 'article', 'article_attachment', 'history', 'field_value', 'blob', 'ticket_seen'])
    await sql`analyze ${sql.table(table)}`.execute(host.db)
}
