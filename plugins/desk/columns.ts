/** Owns which columns a list has: all that may be chosen, what a reader chose, and what stands in them. */
import type { Kysely } from 'kysely'
import {
  entryOf,
  fieldColumns,
  findPersonNames,
  isUsed,
  LISTED,
  sayAttribute,
  type AttributeName,
  type Column,
  type ColumnRoom,
  type ColumnSource,
  type Database,
  type Id,
  type Sort,
  type Ticket,
} from '../../core/index.ts'
import { sayValue } from './attribute-values.ts'
import { listName, type ListQuery } from './list-query.ts'
import type { Visit } from './pages/frame.tsx'

/** Names of agents that are not read with the ticket come in one statement. */
const NAMELESS = LISTED.filter((name) => entryOf[name].kind === 'agent' && !entryOf[name].shown)

const attributes: ColumnSource = {
  async columns(used) {
    const about = await used.about()
    return LISTED.filter((name) => isUsed(name, about)).map((name) => ({
      key: name,
      label: (language) => sayAttribute(name, language),
      ...(entryOf[name].sort ? { sort: name as Sort } : {}),
      usual: entryOf[name].list!.usual !== false,
    }))
  },
  async load(db, keys, tickets, room) {
    const nameless = NAMELESS.filter((name) => keys.includes(name))
    const idOf = (name: AttributeName, ticket: Ticket) => (ticket as unknown as Record<string, Id | null>)[entryOf[name].field] ?? null
    const ids = nameless.flatMap((name) => tickets.flatMap((ticket) => idOf(name, ticket) ?? []))
    const names = new Map((await findPersonNames(db, ids)).map(({ id, name }) => [id, name]))
    const say = (name: AttributeName, ticket: Ticket) =>
      nameless.includes(name as never) ? (names.get(idOf(name, ticket) ?? '') ?? '') : sayValue(name, ticket, room)
    return new Map(tickets.map((ticket) => [ticket.id, Object.fromEntries(keys.map((key) => [key, say(key as AttributeName, ticket)]))]))
  },
}

/** In the order in which they are offered. */
const SOURCES: readonly ColumnSource[] = [attributes, fieldColumns]

/** The ticket's name leads to it: no list is without. */
export const ALWAYS = 'title'

/** Under which names columns are kept that were chosen for a view that others may change only, and for every list. */
export const savedName = (id: Id): string => `saved-${id}`
export const EVERY = 'every'

/** A column, and who knows what stands in it. */
export interface OfferedColumn extends Column {
  source: ColumnSource
}

export interface ListColumns {
  /** Those of the list, in its order. */
  shown: readonly OfferedColumn[]
  /** Those that may be added. */
  others: readonly OfferedColumn[]
  /** Somebody chose them; else they are the usual ones. */
  chosen: boolean
}

/** All that this person may choose from. */
export async function allColumns({ actor, used }: Visit): Promise<OfferedColumn[]> {
  const each = await Promise.all(SOURCES.map(async (source) => ({ source, columns: await source.columns(used, actor.access) })))
  return each.flatMap(({ source, columns }) => columns.map((column) => ({ ...column, source })))
}

/** The columns of a list: its reader's own, else those of the saved view, else the usual ones. What there is no more is left out. */
export async function columnsOf(visit: Visit, query: ListQuery, ofView?: readonly string[] | null): Promise<ListColumns> {
  const kept = visit.actor.preferences.columns
  const ofReader = query.saved ? kept[savedName(query.saved)] : undefined
  return arrange(await allColumns(visit), ofReader ?? ofView ?? kept[listName(query.place)] ?? kept[EVERY])
}

/** Chosen keys as columns, and the rest; none: the usual ones. */
export function arrange(all: readonly OfferedColumn[], keys: readonly string[] | undefined): ListColumns {
  const chosen = (keys ?? []).flatMap((key) => all.find((column) => column.key === key) ?? [])
  const usual = chosen.length === 0
  const named = usual ? all.filter((column) => column.usual) : chosen
  const shown = named.some(({ key }) => key === ALWAYS) ? named : [...all.filter(({ key }) => key === ALWAYS), ...named]
  return { shown, others: all.filter((column) => !shown.includes(column)), chosen: !usual }
}

/**
 * Where nobody chose: while no ticket of the page has a deadline nobody reads of any. Where one has, it stands for when the ticket was
 * received; what is put off shows until when instead.
 */
export function usualFor(columns: ListColumns, { place }: ListQuery, tickets: readonly Ticket[]): ListColumns {
  if (columns.chosen) return columns
  const view = place.kind === 'view' ? place.view : undefined
  const due = view !== 'pending' && (view === 'deadlines' || tickets.some(({ dueAt, suspended }) => dueAt || suspended))
  const left = due ? 'received' : 'due'
  return {
    ...columns,
    shown: columns.shown.filter(({ key }) => key !== left),
    others: [...columns.shown.filter(({ key }) => key === left), ...columns.others],
  }
}

/** What stands in these columns, by ticket and key: of each source one statement at most. */
export async function valuesIn(
  db: Kysely<Database>,
  columns: readonly OfferedColumn[],
  tickets: readonly Ticket[],
  room: ColumnRoom,
): Promise<Map<Id, Record<string, string>>> {
  const all = new Map<Id, Record<string, string>>(tickets.map((ticket) => [ticket.id, {}]))
  if (tickets.length === 0) return all
  await Promise.all(
    SOURCES.map(async (source) => {
      const keys = columns.filter((column) => column.source === source).map(({ key }) => key)
      if (keys.length === 0) return
      for (const [id, values] of await source.load(db, keys, tickets, room)) Object.assign(all.get(id) ?? {}, values)
    }),
  )
  return all
}
