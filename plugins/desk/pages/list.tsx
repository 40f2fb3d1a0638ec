/** Owns the ticket list: by view, by queue, by search; filtered, sorted, paged. */
import type { Child } from 'hono/jsx'
import {
  absentNow,
  countTickets,
  findPerson,
  findQueue,
  keptSources,
  listTickets,
  onlyShortWords,
  refused,
  seeTicketByNumber,
  seenTimes,
  SHORT_WORD_TICKETS,
  shortName,
  SORTED_TICKETS,
  sortsNewest,
  ticketMarks,
  ticketMeant,
  type AboutChoices,
  type Id,
  type ListWish,
  type PageContext,
  type Absence,
  type DeadlineSource,
  type SavedView,
  type TicketMarks,
  type TicketPage,
} from '../../../core/index.ts'
import { findBeside, FoundBeside, PageHead, respond, type Flash, type FormState } from '../../../core/pages.ts'
import { Refusal } from '../../../core/index.ts'
import { columnsOf, valuesIn, type ListColumns, usualFor } from '../columns.ts'
import { sayMoment } from '../attribute-values.ts'
import { fieldsNamed, listUrl, readListAddress, readListQuery, toFilter, toWish, type ListPlace, type ListQuery } from '../list-query.ts'
import { isView } from '../views.ts'
import { words } from '../words.ts'
import { deskPage, enter, KeyHints, type Visit } from './frame.tsx'
import { FilterChips, ListFilter, readChoices } from './list-filter.tsx'
import { ColumnMenu } from './column-menu.tsx'
import { ListMore, SavedLine } from './list-more.tsx'
import { hasLook, ListNews, TicketTable, type RowSlots } from './ticket-table.tsx'

const PAGE = 50

export interface Listing {
  query: ListQuery
  wish: ListWish
  found: TicketPage
  total: number
  about: AboutChoices
  seen: Map<Id, Date>
  slots: RowSlots
  marks: Map<Id, TicketMarks>
  /** Owners who are away. */
  away: Map<Id, Absence>
  /** Whose promise a ticket's deadline is. */
  sources: ReadonlyMap<Id, DeadlineSource>
  columns: ListColumns
  /** What stands in the columns that have to be looked up, by ticket and key. */
  values: Map<Id, Record<string, string>>
}

/** GET /desk: what waits to be taken. */
export const home = (c: PageContext) => listPage(c, { kind: 'view', view: 'take' })

export function viewPage(c: PageContext): Promise<Response> {
  const name = c.req.param('name') ?? ''
  if (!isView(name)) throw refused('not-found')
  return listPage(c, { kind: 'view', view: name })
}

export const queuePage = (c: PageContext) => listPage(c, { kind: 'queue', queueId: c.req.param('id') ?? '' })

/** GET /desk/search: a ticket's number leads straight to it, anything else to the list. */
export async function searchPage(c: PageContext): Promise<Response> {
  const { actor } = await enter(c)
  const id = await ticketMeant(c.get('host').db, actor.access, 'ro', c.req.query('q') ?? '')
  return id ? c.redirect(`/desk/tickets/${id}`, 302) : listPage(c, { kind: 'search' })
}

/** GET /desk/number/:number, as links in old mails and notes have it. */
export async function numberPage(c: PageContext): Promise<Response> {
  const id = await ticketOfNumber(c, c.req.param('number') ?? '')
  if (!id) throw refused('not-found')
  return c.redirect(`/desk/tickets/${id}`, 302)
}

async function ticketOfNumber(c: PageContext, number: string): Promise<Id | undefined> {
  const { actor } = await enter(c)
  try {
    return (await seeTicketByNumber(c.get('host').db, actor.access, number, 'ro')).id
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

/** A list that is shown again because of what was done, or was not done, to some of its tickets. */
export interface ShownAgain {
  /** They stay chosen. */
  picked: ReadonlySet<Id>
  /** What was chosen beside the acts, and what was wrong with it. */
  form?: FormState
  said?: Child
  message?: Flash
  status?: 409 | 422
}

/** The list of an address of ours, in the answer to a form that stood in it. */
export async function showListAgain(c: PageContext, address: string, again: ShownAgain): Promise<Response> {
  const { place, query } = readListAddress(address)
  return listPage(c, place, { ...again, query })
}

async function listPage(
  c: PageContext,
  place: ListPlace,
  again: Partial<ShownAgain> & { query?: Record<string, string> } = {},
): Promise<Response> {
  const visit = await enter(c)
  const t = words(c)
  const query = readListQuery(place, again.query ?? c.req.query())
  if (place.kind === 'queue' && !visit.actor.access.queueRights.has(place.queueId)) throw refused('not-found')
  const view = query.saved ? (await visit.views()).find(({ id }) => id === query.saved) : undefined
  if (!view) query.saved = ''
  const listing = await read(c, visit, query, view)
  const list = <TicketTable c={c} visit={visit} listing={listing} picked={again.picked} form={again.form} />
  const count = listing.total >= CAP ? t('list.count-capped', { count: CAP }) : t('list.count', { count: listing.total })
  return respond(c, {
    // The count beside the title comes along: it stands outside of what refreshes itself.
    fragments: {
      list: () => (
        <>
          {list}
          <span id="list-count" hx-swap-oob="innerHTML">
            {count}
          </span>
        </>
      ),
    },
    whole: async () => {
      // Beside the tickets found, on the first page of them: what plugins' own searches find.
      const words = place.kind === 'search' && !query.after ? query.fields.q : ''
      const [title, choices, beside] = await Promise.all([
        titleOf(c, visit, query, view),
        readChoices(c, visit),
        findBeside(c, words, visit.actor),
      ])
      return deskPage(c, visit, {
        title,
        place,
        saved: query.saved,
        ...(again.message ? { message: again.message } : {}),
        ...(again.status ? { status: again.status } : {}),
        ...(again.picked ? { address: listUrl(query, { after: query.after ?? null }) } : {}),
        q: place.kind === 'search' ? query.fields.q : '',
        body: (
          <>
            <PageHead
              title={title}
              beside={
                <>
                  <span id="list-count">{count}</span> <ListNews c={c} />
                </>
              }
            >
              <ListFilter c={c} visit={visit} query={query} choices={choices} />
              <ColumnMenu c={c} query={query} columns={listing.columns} open={c.req.query('columns') === 'open'} />
              <ListMore c={c} query={query} />
            </PageHead>
            <FilterChips c={c} visit={visit} query={query} choices={choices} />
            {view && <SavedLine c={c} query={query} view={view} />}
            {onlyShortWords(query.fields.q) && (
              <p class="quiet" role="note">
                {t('list.short-words', { count: SHORT_WORD_TICKETS })}
              </p>
            )}
            {listing.total >= CAP && sortsNewest(listing.wish) && (
              <p class="quiet" role="note">
                {t('list.sorted-newest', { count: SORTED_TICKETS })}
              </p>
            )}
            {again.said}
            {list}
            <FoundBeside c={c} results={beside} />
            {listing.found.tickets.length > 0 && <KeyHints c={c} />}
          </>
        ),
      })
    },
  })
}

const CAP = 1000

/** Six queries whatever the length: the page of tickets, how many in all, what the person has seen of them, what is to be said of senders, who is away, what they may be about; and one for each source of columns that has to look. */
async function read(c: PageContext, visit: Visit, query: ListQuery, view: SavedView | undefined): Promise<Listing> {
  const { db, config, slots, clock } = c.get('host')
  const { access } = visit.actor
  const filter = toFilter(query, {
    access,
    queues: visit.queues,
    zone: config.zone,
    now: clock(),
    own: await fieldsNamed(visit.used, query),
  })
  const wish = toWish(query, filter, PAGE)
  const [found, total, about, all] = await Promise.all([
    listTickets(db, access, 'ro', wish),
    countTickets(db, access, 'ro', filter, CAP),
    visit.used.about(),
    columnsOf(visit, query, view?.columns),
  ])
  const columns = usualFor(all, query, found.tickets)
  const rows = found.tickets.map((ticket) => ({ ticket }))
  const ids = found.tickets.map((ticket) => ticket.id)
  const [seen, marks, away, fill, sources, values] = await Promise.all([
    seenTimes(db, access.personId, ids),
    ticketMarks(db, ids),
    absentNow(
      db,
      found.tickets.map((ticket) => ticket.ownerId),
      clock(),
    ),
    slots.fillRows('desk.list.row', rows, c),
    keptSources(c.get('host'), found.tickets),
    valuesIn(
      db,
      columns.shown.filter((column) => !hasLook(column)),
      found.tickets,
      { language: c.get('language'), moment: (at) => sayMoment(c, at) },
    ),
  ])
  const filled = new Map(await Promise.all(rows.map(async (row) => [row.ticket.id, await fill(row)] as const)))
  return { query, wish, found, total, about, seen, marks, away, sources, columns, values, slots: filled }
}

export async function titleOf(c: PageContext, visit: Visit, query: ListQuery, view?: SavedView): Promise<string> {
  const t = words(c)
  if (view) return view.name
  const { place, fields } = query
  if (fields.customer) {
    const person = await findPerson(c.get('host').db, fields.customer)
    if (person) return t('list.of-customer', { who: person.name })
  }
  if (place.kind === 'view') return t(`view.${place.view}`)
  if (place.kind === 'search') return fields.q ? t('list.found', { words: fields.q }) : t('list.all')
  const queue = visit.queues.find((q) => q.id === place.queueId) ?? (await findQueue(c.get('host').db, place.queueId))
  return queue ? shortName(queue.name) : '?'
}
