/** Owns the rows of a list: a real table, one ticket a row, and what stands under it. */
import type { Child, FC } from 'hono/jsx'
import {
  isFree,
  isOpen,
  may,
  pluralForm,
  sayAttribute,
  sayNextDeadline,
  sayPriority,
  saySeen,
  shortName,
  type Absence,
  type AttributeName,
  type DeadlineSource,
  type Id,
  type PageContext,
  type Sort,
  type Ticket,
  type TicketMarks,
} from '../../../core/index.ts'
import {
  AssuranceMark,
  Avatar,
  Badge,
  DeadlineWords,
  EmptyState,
  LiveRegion,
  Pager,
  sayRoomOf,
  sayStateName,
  Time,
  toneOf,
  type FormState,
} from '../../../core/pages.ts'
import type { OfferedColumn } from '../columns.ts'
import { filtersSet, firstDirection, listUrl, placePath, type ListQuery } from '../list-query.ts'
import { words } from '../words.ts'
import { sayAway } from '../away-words.ts'
import { BulkBar, BulkFields } from './bulk-bar.tsx'
import type { Visit } from './frame.tsx'
import type { Listing } from './list.tsx'

export type RowSlots = Map<Id, Child[]>

interface TableProps {
  c: PageContext
  visit: Visit
  listing: Listing
  /** Chosen already, when the list is shown again. */
  picked?: ReadonlySet<Id> | undefined
  /** What was chosen beside the acts, and what was wrong with it. */
  form?: FormState | undefined
}

/** The list as it refreshes itself. The form around it is for acts on several tickets. */
export const TicketTable = ({ c, visit, listing, picked, form }: TableProps) => {
  const { query, found, columns } = listing
  return (
    <LiveRegion c={c} id="list" href={listUrl(query, { after: query.after ?? null })} on="tickets" calm="rows">
      {found.tickets.length === 0 ? (
        <NothingHere c={c} query={query} />
      ) : (
        <form id="bulk" method="post" action="/desk/bulk" data-rows="" autocomplete="off">
          <BulkFields c={c} query={query} />
          <div class="list-wide">
            <table class={columns.chosen ? 'list tickets tickets-chosen' : 'list tickets'} aria-label={words(c)('list.label')}>
              <Head c={c} query={query} columns={columns.shown} />
              <tbody>
                {found.tickets.map((ticket) => (
                  <Row
                    c={c}
                    visit={visit}
                    query={query}
                    columns={columns.shown}
                    values={listing.values.get(ticket.id) ?? {}}
                    source={listing.sources.get(ticket.id)}
                    picked={picked?.has(ticket.id)}
                    ticket={ticket}
                    seen={listing.seen.get(ticket.id)}
                    marks={listing.marks.get(ticket.id)}
                    away={ticket.ownerId ? listing.away.get(ticket.ownerId) : undefined}
                    more={listing.slots.get(ticket.id) ?? []}
                    toTake={query.place.kind === 'view' && query.place.view === 'take'}
                  />
                ))}
              </tbody>
            </table>
          </div>
          <BulkBar c={c} visit={visit} query={query} about={listing.about} form={form} />
          <Pager c={c} first={query.after ? listUrl(query) : null} next={found.after ? listUrl(query, { after: found.after }) : null} />
        </form>
      )}
    </LiveRegion>
  )
}

const NothingHere = ({ c, query }: { c: PageContext; query: ListQuery }) => {
  const t = words(c)
  const { place } = query
  if (filtersSet(query) > 0)
    return (
      <div class="card">
        <EmptyState title={t('list.empty.filtered')} text={<a href={placePath(place)}>{t('filter.clear')}</a>} />
      </div>
    )
  const title =
    place.kind === 'search' ? t('list.empty.search') : t(place.kind === 'view' ? `list.empty.${place.view}` : 'list.empty.queue')
  return (
    <div class="card">
      <EmptyState title={title} text={t(place.kind === 'search' ? 'list.empty.search.text' : 'list.empty.text')} />
    </div>
  )
}

const Head = ({ c, query, columns }: HeadProps & { columns: readonly OfferedColumn[] }) => {
  const t = words(c)
  return (
    <thead>
      <tr>
        <th scope="col" class="cell-check">
          <span class="only-heard">{t('list.pick')}</span>
          <label class="pick" hidden>
            <input type="checkbox" class="pick-all" aria-label={t('list.pick-all')} />
          </label>
        </th>
        {columns.map((column) => {
          const { className, Head: Own } = lookOf(column)
          return Own ? (
            <Own c={c} query={query} />
          ) : (
            <ColumnHead c={c} query={query} sort={column.sort} class={className}>
              {column.label(c.get('language'))}
            </ColumnHead>
          )
        })}
      </tr>
    </thead>
  )
}

interface HeadProps {
  c: PageContext
  query: ListQuery
}

/** What it is called, and the way to sort by it where lists can be. */
const ColumnHead = ({
  c,
  query,
  sort,
  class: className,
  children,
}: HeadProps & { sort: Sort | undefined; class?: string | undefined; children: Child }) => {
  if (sort === undefined)
    return (
      <th scope="col" class={className}>
        {children}
      </th>
    )
  const current = query.sort === sort
  const next = current ? (query.direction === 'asc' ? 'desc' : 'asc') : firstDirection(sort)
  return (
    <th scope="col" class={className} aria-sort={current ? (query.direction === 'asc' ? 'ascending' : 'descending') : undefined}>
      <a href={listUrl(query, { sort, dir: next })} title={words(c)(next === 'asc' ? 'list.sort-up' : 'list.sort-down')}>
        {children}
        {current && <span aria-hidden="true"> {query.direction === 'asc' ? '▲' : '▼'}</span>}
      </a>
    </th>
  )
}

/** In the view of what is put off, until when; elsewhere when it was received. */
const TimeHead = ({ c, query }: HeadProps) => {
  const waits = query.place.kind === 'view' && query.place.view === 'pending'
  return (
    <ColumnHead c={c} query={query} sort={waits ? 'pending' : 'received'} class="cell-time">
      {words(c)(waits ? 'list.pending' : 'list.received')}
    </ColumnHead>
  )
}

const AgeHead = ({ c, query }: HeadProps) => {
  const sort = query.sort === 'changed' ? 'changed' : 'created'
  return (
    <ColumnHead c={c} query={query} sort={sort} class="cell-narrow">
      {words(c)(sort === 'changed' ? 'list.changed' : 'list.age')}
    </ColumnHead>
  )
}

interface RowProps {
  c: PageContext
  visit: Visit
  query: ListQuery
  columns: readonly OfferedColumn[]
  /** What stands in columns without a look of their own, by key. */
  values: Record<string, string>
  /** Whose promise its deadline is. */
  source: DeadlineSource | undefined
  picked: boolean | undefined
  ticket: Ticket
  seen: Date | undefined
  marks: TicketMarks | undefined
  away: Absence | undefined
  more: Child[]
  /** Of a list of what is to be taken. */
  toTake: boolean
}

const Row = (props: RowProps) => {
  const { c, ticket, columns, values } = props
  return (
    <tr id={`row-${ticket.id}`} data-row="" class={hasNews(props) ? 'row-news' : undefined}>
      <td class="cell-check">
        <input type="hidden" name={`seen.${ticket.id}`} value={saySeen('row', ticket)} autocomplete="off" />
        <label class="pick">
          <input
            type="checkbox"
            name="ticket"
            value={ticket.id}
            checked={props.picked}
            aria-label={words(c)('list.pick-one', { number: ticket.number })}
          />
        </label>
      </td>
      {columns.map((column) => {
        const { className, Cell } = lookOf(column)
        // Called, not made into an element each: of four hundred cells a twentieth of the page's time.
        return Cell ? (
          Cell(props)
        ) : (
          <td class={className} data-label={column.label(c.get('language'))}>
            {values[column.key]}
          </td>
        )
      })}
    </tr>
  )
}

/** A message of the customer that the reader has not seen. */
const hasNews = ({ ticket, seen }: RowProps): boolean =>
  isOpen(ticket.stateType) && ticket.lastCustomerAt !== null && (!seen || seen < ticket.lastCustomerAt)

const StateCell = ({ c, ticket }: RowProps) => (
  <td class="cell-state">
    <Badge tone={toneOf(ticket.stateType)} words={sayStateName(ticket.stateName, ticket.stateType, c.get('language'))} />
    {ticket.priorityId !== '3' && <Priority c={c} ticket={ticket} />}
  </td>
)

const TitleCell = (props: RowProps) => {
  const { c, ticket, marks, more } = props
  const t = words(c)
  const news = hasNews(props)
  return (
    <th scope="row" class="cell-main">
      <span class="line-1">
        <a href={`/desk/tickets/${ticket.id}`} data-ahead="">
          {ticket.title}
        </a>
        {news && !ticket.lastAgentAt && <span class="only-heard">{t('list.unseen')}</span>}
      </span>
      <span class="line-2">
        {news && ticket.lastAgentAt && <span class="row-mark">{t('list.new-message')}</span>}
        {ticket.undeliveredAt && <span class="row-undelivered">{t('undelivered.row')}</span>}
        {marks && marks.held > 0 && <span class="row-held">{t('held.row', { count: marks.held })}</span>}
        <span class="number">{ticket.number}</span> {inOneLine(ticket.preview)}
      </span>
      {more}
    </th>
  )
}

const CustomerCell = ({ c, ticket, marks }: RowProps) => {
  const t = words(c)
  return (
    <td class="cell-person" data-label={t('list.customer')}>
      <span class="row-name">{ticket.customerName ?? <span class="quiet">{t('list.no-customer')}</span>}</span>
      <span class="line-2">
        {ticket.customerUnitName ?? (ticket.customerAddress === ticket.customerName ? '' : ticket.customerAddress)}
      </span>
      {(marks?.assurance === 'failed' || marks?.assurance === 'unverified') && (
        <span class="line-2">
          <AssuranceMark c={c} level={marks.assurance} />
        </span>
      )}
    </td>
  )
}

const QueueCell = ({ c, ticket }: RowProps) => (
  <td class="cell-queue col-wide" data-label={words(c)('list.queue')} title={ticket.queueName.replaceAll('::', ' · ')}>
    {shortName(ticket.queueName)}
  </td>
)

const OwnerCell = ({ c, visit, ticket, away, toTake }: RowProps) => {
  const t = words(c)
  const { access } = visit.actor
  // What the view says of all its rows; elsewhere what a row tells by itself.
  const free = toTake || isFree(ticket, away ? 'away' : 'at-work')
  const takes = free && ticket.ownerId !== access.personId && isOpen(ticket.stateType) && may(access, 'lock', ticket.ties).allowed
  const awayWords = away && sayAway(c, away)
  return (
    <td class="cell-owner" data-label={t('list.owner')}>
      {ticket.ownerName ? (
        <span
          class={ticket.ownerId === access.personId ? 'row-owner row-owner-me' : 'row-owner'}
          title={awayWords ? `${ticket.ownerName}: ${awayWords}` : ticket.ownerName}
        >
          <Avatar name={ticket.ownerName} small />
          <span class="row-owner-name">{ticket.ownerId === access.personId ? t('list.me') : ticket.ownerName}</span>
        </span>
      ) : (
        <span class="quiet row-nobody">{t('list.nobody')}</span>
      )}
      {awayWords && (
        <span class="line-2 row-away">
          <span aria-hidden="true">{t('away.row')}</span>
          <span class="only-heard">{awayWords}</span>
        </span>
      )}
      {takes && (
        <button
          type="submit"
          class="link-button row-take"
          formaction={`/desk/tickets/${ticket.id}/take`}
          data-row-key="A"
          aria-label={t('list.take-one', { number: ticket.number })}
        >
          {t('act.take')}
        </button>
      )}
    </td>
  )
}

const TimeCell = ({ c, ticket }: RowProps) => (
  <td
    class="cell-time"
    data-label={words(c)(ticket.stateType.startsWith('pending') ? 'list.pending' : ticket.closedAt ? 'side.closed' : 'list.received')}
  >
    <When c={c} ticket={ticket} />
  </td>
)

const DueCell = ({ c, ticket, source }: RowProps) => {
  const said = sayNextDeadline(ticket, source, sayRoomOf(c))
  return (
    <td
      class="cell-due"
      data-label={sayAttribute('due', c.get('language'))}
      title={said ? [said.what, said.rest].filter(Boolean).join(' – ') : undefined}
    >
      {said && <DeadlineWords said={said} />}
    </td>
  )
}

/** How long ago: what the list is sorted by, or when it was made. */
const AgeCell = ({ c, query, ticket }: RowProps) => (
  <td class="cell-narrow" data-label={words(c)(query.sort === 'changed' ? 'list.changed' : 'list.age')}>
    <Time c={c} at={query.sort === 'changed' ? ticket.changedAt : ticket.createdAt} as="age" />
  </td>
)

/** As many signs of a message as a wide row shows: who hears the row hears no more than others see. */
const PREVIEW = 100
const inOneLine = (preview: string): string =>
  preview.length <= PREVIEW ? preview : `${preview.slice(0, PREVIEW).replace(/\s\S{0,30}$/, '')}…`

/**
 * Where it is said that the list has changed while somebody works in it: what would move a row waits until it is asked for. Scripts
 * count and fill it; a count's form is chosen by its language.
 */
export const ListNews = ({ c }: { c: PageContext }) => {
  const forms = Object.fromEntries(
    SAMPLES.map((count) => [pluralForm(c.get('language'), count), words(c)('list.news', { count }).replace(String(count), '#')]),
  )
  return (
    <span
      role="status"
      data-news="list"
      data-forms={JSON.stringify(forms)}
      data-moved={words(c)('list.moved')}
      data-show={words(c)('list.show')}
    />
  )
}

/** One count of every plural form there is among whole numbers. */
const SAMPLES = [1, 2, 5]

/** Said when it is not the normal one, OTRS's 3. */
const Priority = ({ c, ticket }: { c: PageContext; ticket: Ticket }) => {
  const said = sayPriority(ticket.priorityName, c.get('language'))
  return (
    <span class="line-2">
      <span aria-hidden="true">{Number(ticket.priorityId) > 3 ? '▲' : '▼'}</span>
      <span class="only-heard"> {words(c)('side.priority')}</span> {said}
    </span>
  )
}

/** When it is to be dealt with: put off until, taken up from, or received. */
const When = ({ c, ticket }: { c: PageContext; ticket: Ticket }) => {
  const t = words(c)
  const now = c.get('host').clock()
  if (ticket.stateType === 'pending reminder' || ticket.stateType === 'pending auto') {
    if (!ticket.pendingUntil) return <span class="quiet">{t('when.no-date')}</span>
    const passed = ticket.pendingUntil < now
    return passed ? (
      <>
        <span class="bad">{t('when.passed')}</span>
        <span class="line-2">
          <Time c={c} at={ticket.pendingUntil} />
        </span>
      </>
    ) : (
      <>
        <span class="only-heard">{t('when.until')} </span>
        <Time c={c} at={ticket.pendingUntil} />
      </>
    )
  }
  if (ticket.closedAt)
    return (
      <>
        <Time c={c} at={ticket.closedAt} />
        <span class="line-2 when-closed">{t('when.closed')}</span>
      </>
    )
  return (
    <>
      <Time c={c} at={ticket.receivedAt} />
      {ticket.receivedAt > now && <span class="line-2">{t('when.from')}</span>}
    </>
  )
}

interface Look {
  className?: string | undefined
  Head?: FC<HeadProps>
  Cell?: (props: RowProps) => Child
}

/** How some attributes look in a row; all others say their value. */
const LOOKS: { [A in AttributeName]?: Look } = {
  state: { className: 'cell-state', Cell: StateCell },
  title: { Cell: TitleCell },
  customer: { className: 'cell-person', Cell: CustomerCell },
  queue: { className: 'cell-queue col-wide', Cell: QueueCell },
  owner: { className: 'cell-owner', Cell: OwnerCell },
  received: { Head: TimeHead, Cell: TimeCell },
  created: { Head: AgeHead, Cell: AgeCell },
  due: { className: 'cell-due', Cell: DueCell },
}
const lookOf = ({ key, narrow }: OfferedColumn): Look =>
  (LOOKS as Record<string, Look>)[key] ?? (narrow ? { className: 'cell-narrow' } : {})

/** Columns of which the rows tell by themselves: nothing has to be looked up for them. */
export const hasLook = ({ key }: OfferedColumn): boolean => Object.hasOwn(LOOKS, key)
