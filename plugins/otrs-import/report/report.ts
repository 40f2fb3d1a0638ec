/** Owns the comparison of both sides after a run: every part summed up, differing rows named, a thousand tickets field by field, each difference explained or not. */
import type { Kysely } from 'kysely'
import { isId, type Database, type Host, type Id } from '../../../core/index.ts'
import type { Source } from '../source/source.ts'
import { compareSome, Tally, type Explain, type Part, type Some } from './compare.ts'
import { cameBetween, countAside, remarksOf, touched } from './here.store.ts'
import { readSides } from './known.ts'
import { masterParts } from './master-parts.ts'
import { finishReport, insertDifferences, insertReport, type Difference, type PartReport } from './report.store.ts'
import { ticketParts } from './ticket-parts.ts'

/** Tickets of one round: what is held in memory where its sums differ. */
const AT_ONCE = 1000
const SAMPLE = 1000

export interface Compared {
  id: Id
  parts: readonly PartReport[]
  /** Tickets that were laid side by side whatever their sums said. */
  sampled: number
  unexplained: number
}

/** `seed`: which tickets are laid side by side. `said`: called with each part that is done and each round of tickets. */
export async function compareSides(
  host: Pick<Host, 'db' | 'clock'>,
  source: Source,
  { runId, seed, said = () => {} }: { runId: Id; seed: number; said?: (what: string, done: number, of: number) => void },
): Promise<Compared> {
  const { db } = host
  const sides = await readSides(source, db)
  const [master, ofTickets] = [masterParts(sides), ticketParts(sides)]
  const tallies = new Map([...master, ...ofTickets].map((part) => [part.name, new Tally()]))
  const id = await insertReport(db, runId, host.clock())
  let n = 0
  const keep = async (differences: readonly Difference[]): Promise<void> => {
    await insertDifferences(db, id, n, differences)
    n += differences.length
  }
  const explain = explainBy(db)

  for (const part of master) {
    await keep(await compareSome(part, [], tallies.get(part.name)!, explain))
    said(part.name, 1, 1)
  }
  const all = await source.count('ticket')
  const sample = pick(seed, SAMPLE)
  let done = 0
  for await (const some of rounds(db, source)) {
    for (const part of ofTickets) await keep(await compareSome(part, some, tallies.get(part.name)!, explain))
    for (const one of some) sample.see(one)
    done += some.length
    said('ticket', Math.min(done, all), all)
  }
  for (const part of ofTickets) {
    const { rows, differences } = await ofNothing(db, source, part, tallies.get(part.name)!)
    await keep(differences)
    if (rows > 0) said(part.name, rows, rows)
  }
  // Laid side by side by another way than the sums: what these say is counted in no part twice.
  const chosen = sample.chosen()
  const again: Tally = new Tally()
  for (let at = 0; at < chosen.length; at += AT_ONCE)
    for (const part of ofTickets) await compareSome(part, chosen.slice(at, at + AT_ONCE), again, explain, { always: true })
  const parts = [...tallies].map(
    ([name, tally]): PartReport => ({
      name,
      theirs: { rows: tally.theirs.rows, sum: tally.theirs.sum },
      ours: { rows: tally.ours.rows, sum: tally.ours.sum },
      explained: tally.explained,
      unexplained: tally.unexplained,
      groups: tally.groups(),
    }),
  )
  // Sums that agree where rows do not would be a fault of the comparison itself.
  const unexplained = Math.max(
    parts.reduce((sum, part) => sum + part.unexplained, 0),
    again.unexplained,
  )
  await finishReport(db, id, parts, unexplained)
  return { id, parts, sampled: chosen.length, unexplained }
}

/** All tickets of either side, so many at a time: those that came and are gone from the source stand among those around them. */
async function* rounds(db: Kysely<Database>, source: Source): AsyncGenerator<Some> {
  let some: number[] = []
  let from = 0
  const whole = async (to: number) => {
    const round = [...new Set([...some, ...(await cameBetween(db, from, to))])].toSorted((a, b) => a - b)
    from = to + 1
    some = []
    return round
  }
  for await (const row of source.rows('ticket', { columns: ['id'] })) {
    some.push(Number(row['id']))
    if (some.length === AT_ONCE) yield await whole(some.at(-1)!)
  }
  yield await whole(Number.MAX_SAFE_INTEGER)
}

/** Rows of the source that belong to no ticket: as many as were remarked to be set aside. */
async function ofNothing(
  db: Kysely<Database>,
  source: Source,
  part: Part,
  tally: Tally,
): Promise<{ rows: number; differences: readonly Difference[] }> {
  if (!source.has(part.name) || PARTLY.has(part.name)) return { rows: 0, differences: [] }
  const rows = (await source.count(part.name)) - tally.theirs.rows
  if (rows <= 0 || source.files) return { rows: 0, differences: [] }
  const aside = await countAside(db, part.name, ASIDE[part.name] ?? [])
  const explained = rows === aside
  tally[explained ? 'explained' : 'unexplained'] += rows
  const because = explained ? (ASIDE[part.name]?.[0] ?? null) : null
  return { rows, differences: [{ part: part.name, key: '–', field: '', theirs: String(rows), ours: String(aside), because }] }
}
/** Of these only some rows are compared as they stand: flags “Seen” become a moment, values of other things are no ticket's. */
const PARTLY = new Set(['article_flag', 'dynamic_field_value'])
const ASIDE: Readonly<Record<string, readonly string[]>> = {
  article: ['orphan-article'],
  article_data_mime: ['orphan-mime', 'orphan-article'],
  ticket_history: ['orphan-history'],
  article_data_mime_plain: ['orphan-raw', 'orphan-attachment', 'orphan-article'],
  article_data_mime_attachment: ['orphan-attachment'],
  article_data_mime_send_error: ['orphan-send-error'],
  ticket_watcher: ['orphan-watcher'],
  time_accounting: ['orphan-time'],
}

/** A remark about the row explains its differences; so does that people here have worked on the ticket since. */
function explainBy(db: Kysely<Database>): Explain {
  return async (part, differences) => {
    if (differences.length === 0) return []
    const keys = [...new Set(differences.flatMap(({ key }) => [key, key.split(/[:/]/)[0]!]))]
    const remarks = await remarksOf(db, part.tables, keys)
    const tickets = part.byTicket ? await ticketsOf(differences) : new Map<Difference, string>()
    const worked = await touched(db, [...new Set(tickets.values())])
    return differences.map((one) => {
      // Whom only tickets knew, by an address: made a person here, as OTRS lets them be one without a row.
      if (one.part === 'customer_user' && one.theirs === null && one.key.includes('@')) return 'own-customer'
      const said = remarks.get(one.key) ?? remarks.get(one.key.split(/[:/]/)[0]!)
      return said ?? (worked.has(tickets.get(one) ?? '') ? 'touched' : null)
    })
  }
}

/** The ticket that each is of, where it says it: a ticket by its key, another row by the ticket it names. */
async function ticketsOf(differences: readonly Difference[]): Promise<Map<Difference, string>> {
  const found = new Map<Difference, string>()
  for (const one of differences) {
    const id =
      one.part === 'ticket'
        ? one.key
        : one.part === 'ticket_watcher'
          ? one.key.split(':')[0]
          : /"ticket":"(\d+)"/.exec(one.theirs ?? one.ours ?? '')?.[1]
    if (isId(id)) found.set(one, id)
  }
  return found
}

/** So many of a stream of unknown length, each as likely (Vitter's algorithm R), the same for the same seed. */
export function pick(seed: number, most: number) {
  const chosen: number[] = []
  let seen = 0
  let state = seed >>> 0
  // Mulberry32: small, and good enough to choose by.
  const random = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  return {
    see(one: number): void {
      seen++
      if (chosen.length < most) chosen.push(one)
      else {
        const at = Math.floor(random() * seen)
        if (at < most) chosen[at] = one
      }
    },
    chosen: (): readonly number[] => chosen.toSorted((a, b) => a - b),
  }
}
