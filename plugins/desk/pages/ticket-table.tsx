/** Owns the rows of a list: a real table, one ticket a row, and what stands under it. */
import type { Child } from 'hono/jsx'
import {
  Avatar, Badge, EmptyState, isOpen, LiveRegion, Pager, sayPriority, sayStateName, shortName, Time, toneOf, type Id, type PageContext, type Sort, type Ticket,
} from '../../../core/index.ts'
import { filtersSet, firstDirection, listUrl, placePath, type ListQuery } from '../list-query.ts'
import { words } from '../words.ts'
import { BulkBar } from './bulk.tsx'
import type { Room } from './frame.tsx'
import type { Listing } from './list.tsx'

export type RowSlots = Map<Id, Child[]>

/** The list as it refreshes itself. */
export const TicketTable = ({ c, room, listing }: { c: PageContext; room: Room; listing: Listing }) => {
  const { query, found } = listing
  return (
    <LiveRegion c={c} id="list" href={listUrl(query, { after: query.after ?? null })} on="tickets" class="list">
      {found.tickets.length === 0 ? <NothingHere c={c} query={query} /> : (
        <>
          <table class="tickets" aria-label={words(c)('list.label')}>
            <Head c={c} query={query} />
            <tbody>{found.tickets.map((ticket) => <Row c={c} ticket={ticket} seen={listing.seen.get(ticket.id)} more={listing.slots.get(ticket.id) ?? []} />)}</tbody>
          </table>
          <Pager c={c} first={query.after ? listUrl(query) : null} next={found.after ? listUrl(query, { after: found.after }) : null} />
          <BulkBar c={c} room={room} query={query} />
        </>
      )}
    </LiveRegion>
  )
}

const NothingHere = ({ c, query }: { c: PageContext; query: ListQuery }) => {
  const t = words(c)
  const { place } = query
  if (filtersSet(query) > 0) {
    return <EmptyState title={t('list.empty.filtered')} text={<a href={placePath(place)}>{t('filter.clear')}</a>} />
  }
  return place.kind === 'search' ? <EmptyState title={t('list.empty.search')} text={t('list.empty.search.text')} />
    : <EmptyState title={t(place.kind === 'view' ? `list.empty.${place.view}` : 'list.empty.queue')} text={t('list.empty.text')} />
}

const Head = ({ c, query }: { c: PageContext; query: ListQuery }) => {
  const t = words(c)
  const waits = query.place.kind === 'view' && query.place.view === 'pending'
  return (
    <thead>
      <tr>
        <th scope="col" class="col-pick"><span class="only-heard">{t('list.pick')}</span></th>
        <th scope="col" class="col-state">{t('list.state')}</th>
        <SortHead c={c} query={query} sort="title" class="col-subject">{t('list.subject')}</SortHead>
        <th scope="col" class="col-customer">{t('list.customer')}</th>
        <th scope="col" class="col-queue">{t('list.queue')}</th>
        <th scope="col" class="col-owner">{t('list.owner')}</th>
        <SortHead c={c} query={query} sort={waits ? 'pending' : 'received'} class="col-when">{t(waits ? 'list.pending' : 'list.received')}</SortHead>
        {query.sort === 'changed'
          ? <SortHead c={c} query={query} sort="changed" class="col-age">{t('list.changed')}</SortHead>
          : <SortHead c={c} query={query} sort="created" class="col-age">{t('list.age')}</SortHead>}
      </tr>
    </thead>
  )
}

const SortHead = ({ c, query, sort, class: className, children }: { c: PageContext; query: ListQuery; sort: Sort; class: string; children: Child }) => {
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

const Row = ({ c, ticket, seen, more }: { c: PageContext; ticket: Ticket; seen: Date | undefined; more: Child[] }) => {
  const t = words(c)
  const language = c.get('language')
  const unread = isOpen(ticket.stateType) && ticket.lastCustomerAt !== null && (!seen || seen < ticket.lastCustomerAt)
  return (
    <tr id={`row-${ticket.id}`} data-ticket={ticket.id} class={unread ? 'row-unread' : undefined}>
      <td class="col-pick">
        <input type="checkbox" name="ticket" value={ticket.id} form="bulk" class="pick" id={`pick-${ticket.id}`} aria-label={t('list.pick-one', { number: ticket.number })} />
      </td>
      <td class="col-state">
        <Badge tone={toneOf(ticket.stateType)} words={sayStateName(ticket.stateName, ticket.stateType, language)} />
        {ticket.priorityId !== '3' && <span class="row-second">{t('list.priority', { priority: sayPriority(ticket.priorityName, language) })}</span>}
      </td>
      <td class="col-subject">
        <a class="row-link" href={`/desk/tickets/${ticket.id}`} data-preload="">{ticket.title}</a>
        {unread && <span class="row-news">{t(ticket.lastAgentAt ? 'list.new-message' : 'list.unseen')}</span>}
        <span class="row-second"><span class="row-number">{ticket.number}</span> {ticket.preview}</span>
        {more}
      </td>
      <td class="col-customer">
        <span class="row-first">{ticket.customerName ?? <span class="quiet">{t('list.no-customer')}</span>}</span>
        <span class="row-second">{ticket.customerUnitName ?? ticket.customerAddress}</span>
      </td>
      <td class="col-queue">{shortName(ticket.queueName)}</td>
      <td class="col-owner">
        {ticket.ownerName ? <><Avatar name={ticket.ownerName} alone small /><span class="owner-name">{ticket.ownerName}</span></> : <span class="quiet">{t('list.nobody')}</span>}
      </td>
      <td class="col-when"><When c={c} ticket={ticket} /></td>
      <td class="col-age"><Time c={c} at={ticket.createdAt} as="age" /></td>
    </tr>
  )
}

/** When it is to be dealt with: put off until, taken up from, or received. */
const When = ({ c, ticket }: { c: PageContext; ticket: Ticket }) => {
  const t = words(c)
  const now = c.get('host').clock()
  if (ticket.stateType === 'pending reminder' || ticket.stateType === 'pending auto') {
    if (!ticket.pendingUntil) return <span class="quiet">{t('when.no-date')}</span>
    return ticket.pendingUntil < now
      ? <span class="late">{t('when.passed')} <Time c={c} at={ticket.pendingUntil} /></span>
      : <>{t('when.until')} <Time c={c} at={ticket.pendingUntil} /></>
  }
  if (ticket.closedAt) return <span class="quiet">{t('when.closed')} <Time c={c} at={ticket.closedAt} /></span>
  return ticket.receivedAt > now ? <span class="quiet">{t('when.from')} <Time c={c} at={ticket.receivedAt} /></span> : <Time c={c} at={ticket.receivedAt} />
}
