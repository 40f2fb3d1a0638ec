/** Owns the rows of a list: a real table, one ticket a row, and what stands under it. */
import type { Child } from 'hono/jsx'
import {
  AssuranceMark, Avatar, Badge, EmptyState, isOpen, LiveRegion, may, Pager, sayPriority, sayStateName, shortName, Time, toneOf, type Id, type PageContext, type Sort,
  type Absence, type Ticket, type TicketMarks,
} from '../../../core/index.ts'
import { filtersSet, firstDirection, listUrl, placePath, type ListQuery } from '../list-query.ts'
import { words } from '../words.ts'
import { sayAway } from '../away-words.ts'
import { BulkBar, BulkFields } from './bulk.tsx'
import type { Room } from './frame.tsx'
import type { Listing } from './list.tsx'

export type RowSlots = Map<Id, Child[]>

/** The list as it refreshes itself. The form around it is for acts on several tickets. */
export const TicketTable = ({ c, room, listing }: { c: PageContext; room: Room; listing: Listing }) => {
  const { query, found } = listing
  return (
    <LiveRegion c={c} id="list" href={listUrl(query, { after: query.after ?? null })} on="tickets">
      {found.tickets.length === 0 ? <NothingHere c={c} query={query} /> : (
        <form id="bulk" method="post" action="/desk/bulk" data-rows="">
          <BulkFields c={c} query={query} />
          <table class="list tickets" aria-label={words(c)('list.label')}>
            <Head c={c} query={query} />
            <tbody>
              {found.tickets.map((ticket) => (
                <Row c={c} room={room} ticket={ticket} seen={listing.seen.get(ticket.id)} marks={listing.marks.get(ticket.id)} away={ticket.ownerId ? listing.away.get(ticket.ownerId) : undefined} more={listing.slots.get(ticket.id) ?? []} />
              ))}
            </tbody>
          </table>
          <BulkBar c={c} room={room} />
          <Pager c={c} first={query.after ? listUrl(query) : null} next={found.after ? listUrl(query, { after: found.after }) : null} />
        </form>
      )}
    </LiveRegion>
  )
}

const NothingHere = ({ c, query }: { c: PageContext; query: ListQuery }) => {
  const t = words(c)
  const { place } = query
  if (filtersSet(query) > 0) return <div class="card"><EmptyState title={t('list.empty.filtered')} text={<a href={placePath(place)}>{t('filter.clear')}</a>} /></div>
  const title = place.kind === 'search' ? t('list.empty.search') : t(place.kind === 'view' ? `list.empty.${place.view}` : 'list.empty.queue')
  return <div class="card"><EmptyState title={title} text={t(place.kind === 'search' ? 'list.empty.search.text' : 'list.empty.text')} /></div>
}

const Head = ({ c, query }: { c: PageContext; query: ListQuery }) => {
  const t = words(c)
  const waits = query.place.kind === 'view' && query.place.view === 'pending'
  return (
    <thead>
      <tr>
        <th scope="col" class="cell-check">
          <span class="only-heard">{t('list.pick')}</span>
          <input type="checkbox" class="pick-all" hidden aria-label={t('list.pick-all')} />
        </th>
        <th scope="col" class="cell-state">{t('list.state')}</th>
        <SortHead c={c} query={query} sort="title">{t('list.subject')}</SortHead>
        <th scope="col" class="cell-person">{t('list.customer')}</th>
        <th scope="col" class="cell-queue col-wide">{t('list.queue')}</th>
        <th scope="col" class="cell-owner">{t('list.owner')}</th>
        <SortHead c={c} query={query} sort={waits ? 'pending' : 'received'} class="cell-time">{t(waits ? 'list.pending' : 'list.received')}</SortHead>
        {query.sort === 'changed'
          ? <SortHead c={c} query={query} sort="changed" class="cell-narrow">{t('list.changed')}</SortHead>
          : <SortHead c={c} query={query} sort="created" class="cell-narrow">{t('list.age')}</SortHead>}
      </tr>
    </thead>
  )
}

const SortHead = ({ c, query, sort, class: className, children }: { c: PageContext; query: ListQuery; sort: Sort; class?: string; children: Child }) => {
  const current = query.sort === sort
  const next = current ? (query.direction === 'asc' ? 'desc' : 'asc') : firstDirection(sort)
  return (
    <th scope="col" class={className} aria-sort={current ? (query.direction === 'asc' ? 'ascending' : 'descending') : undefined}>
      <a href={listUrl(query, { sort, dir: next })} title={words(c)(next === 'asc' ? 'list.sort-up' : 'list.sort-down')}>
        {children}{current && <span aria-hidden="true"> {query.direction === 'asc' ? '▲' : '▼'}</span>}
      </a>
    </th>
  )
}

interface RowProps { c: PageContext; room: Room; ticket: Ticket; seen: Date | undefined; marks: TicketMarks | undefined; away: Absence | undefined; more: Child[] }

const Row = ({ c, room, ticket, seen, marks, away, more }: RowProps) => {
  const t = words(c)
  const language = c.get('language')
  const news = isOpen(ticket.stateType) && ticket.lastCustomerAt !== null && (!seen || seen < ticket.lastCustomerAt)
  const takes = !ticket.ownerId && isOpen(ticket.stateType) && may(room.actor.access, 'lock', ticket.ties).allowed
  const { access } = room.actor
  const awayWords = away && sayAway(c, away)
  return (
    <tr id={`row-${ticket.id}`} data-row="" class={news ? 'row-news' : undefined}>
      <td class="cell-check">
        <input type="checkbox" name="ticket" value={ticket.id} aria-label={t('list.pick-one', { number: ticket.number })} />
      </td>
      <td class="cell-state">
        <Badge tone={toneOf(ticket.stateType)} words={sayStateName(ticket.stateName, ticket.stateType, language)} />
        {ticket.priorityId !== '3' && <Priority c={c} ticket={ticket} />}
      </td>
      <td class="cell-main">
        <span class="line-1">
          <a href={`/desk/tickets/${ticket.id}`} data-ahead="">{ticket.title}</a>
          {news && !ticket.lastAgentAt && <span class="only-heard">{t('list.unseen')}</span>}
        </span>
        <span class="line-2">{news && ticket.lastAgentAt && <span class="row-mark">{t('list.new-message')}</span>}{marks && marks.held > 0 && <span class="row-held">{t('held.row', { count: marks.held })}</span>}<span class="number">{ticket.number}</span> {ticket.preview}</span>
        {more}
      </td>
      <td class="cell-person" data-label={t('list.customer')}>
        <span class="row-name">{ticket.customerName ?? <span class="quiet">{t('list.no-customer')}</span>}</span>
        <span class="line-2">{ticket.customerUnitName ?? (ticket.customerAddress === ticket.customerName ? '' : ticket.customerAddress)}</span>
        {(marks?.assurance === 'failed' || marks?.assurance === 'unverified') && <span class="line-2"><AssuranceMark c={c} level={marks.assurance} /></span>}
      </td>
      <td class="cell-queue col-wide" data-label={t('list.queue')} title={ticket.queueName.replaceAll('::', ' · ')}>{shortName(ticket.queueName)}</td>
      <td class="cell-owner" data-label={t('list.owner')}>
        {ticket.ownerName
          ? <span class={ticket.ownerId === access.personId ? 'row-owner row-owner-me' : 'row-owner'} title={awayWords ? `${ticket.ownerName}: ${awayWords}` : ticket.ownerName}>
              <Avatar name={ticket.ownerName} small /><span class="row-owner-name">{ticket.ownerId === access.personId ? t('list.me') : ticket.ownerName}</span>
            </span>
          : <span class="quiet row-nobody">{t('list.nobody')}</span>}
        {awayWords && <span class="line-2 row-away">{t('away.row')}<span class="only-heard">: {awayWords}</span></span>}
        {takes && (
          <button type="submit" class="link-button row-take" formaction={`/desk/tickets/${ticket.id}/take`} data-row-key="A" aria-label={t('list.take-one', { number: ticket.number })}>
            {t('act.take')}
          </button>
        )}
      </td>
      <td class="cell-time" data-label={t(ticket.stateType.startsWith('pending') ? 'list.pending' : ticket.closedAt ? 'side.closed' : 'list.received')}><When c={c} ticket={ticket} /></td>
      <td class="cell-narrow" data-label={t('list.age')}><Time c={c} at={ticket.createdAt} as="age" /></td>
    </tr>
  )
}

/** Said when it is not the normal one, OTRS's 3. */
const Priority = ({ c, ticket }: { c: PageContext; ticket: Ticket }) => {
  const said = sayPriority(ticket.priorityName, c.get('language'))
  return <span class="line-2"><span aria-hidden="true">{Number(ticket.priorityId) > 3 ? '▲' : '▼'}</span><span class="only-heard"> {words(c)('side.priority')}</span> {said}</span>
}

/** When it is to be dealt with: put off until, taken up from, or received. */
const When = ({ c, ticket }: { c: PageContext; ticket: Ticket }) => {
  const t = words(c)
  const now = c.get('host').clock()
  if (ticket.stateType === 'pending reminder' || ticket.stateType === 'pending auto') {
    if (!ticket.pendingUntil) return <span class="quiet">{t('when.no-date')}</span>
    const passed = ticket.pendingUntil < now
    return passed
      ? <><span class="bad">{t('when.passed')}</span><span class="line-2"><Time c={c} at={ticket.pendingUntil} /></span></>
      : <><span class="only-heard">{t('when.until')} </span><Time c={c} at={ticket.pendingUntil} /></>
  }
  if (ticket.closedAt) return <><Time c={c} at={ticket.closedAt} /><span class="line-2 when-closed">{t('when.closed')}</span></>
  return <><Time c={c} at={ticket.receivedAt} />{ticket.receivedAt > now && <span class="line-2">{t('when.from')}</span>}</>
}
