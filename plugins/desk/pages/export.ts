/** Owns GET /desk/export.csv: the list as it is filtered, whole, written as it is read. */
import { stream } from 'hono/streaming'
import { DateTime } from 'luxon'
import { listTickets, sayPriority, sayStateName, type PageContext, type Ticket } from '../../../core/index.ts'
import { BYTE_ORDER_MARK, csvLine } from '../csv.ts'
import { readListQuery, readPlace, toFilter, toWish } from '../list-query.ts'
import { words } from '../words.ts'
import { enter } from './frame.tsx'

const AT_ONCE = 500

export async function exportCsv(c: PageContext): Promise<Response> {
  const room = await enter(c)
  const { db, config, clock } = c.get('host')
  const query = readListQuery(readPlace(c.req.query('place')) ?? { kind: 'search' }, c.req.query())
  const filter = toFilter(query, { access: room.actor.access, queues: room.queues, zone: config.zone })
  const t = words(c)
  const language = c.get('language')
  // Spreadsheets split at the list separator of their country.
  const separator = language === 'pl' ? ';' : ','
  const day = (at: Date | null) => at ? DateTime.fromJSDate(at, { zone: config.zone }).toFormat('yyyy-MM-dd HH:mm') : ''
  const columns: [string, (ticket: Ticket) => string][] = [
    [t('csv.number'), (ticket) => ticket.number], [t('list.state'), (ticket) => sayStateName(ticket.stateName, ticket.stateType, language)],
    [t('list.subject'), (ticket) => ticket.title], [t('list.customer'), (ticket) => ticket.customerName ?? ''], [t('csv.address'), (ticket) => ticket.customerAddress ?? ''],
    [t('side.unit'), (ticket) => ticket.customerUnitName ?? ''], [t('list.queue'), (ticket) => ticket.queueName], [t('list.owner'), (ticket) => ticket.ownerName ?? ''],
    [t('side.priority'), (ticket) => sayPriority(ticket.priorityName, language)], [t('side.created'), (ticket) => day(ticket.createdAt)],
    [t('list.received'), (ticket) => day(ticket.receivedAt)], [t('csv.pending'), (ticket) => day(ticket.pendingUntil)], [t('csv.changed'), (ticket) => day(ticket.changedAt)],
    [t('csv.closed'), (ticket) => day(ticket.closedAt)],
  ]
  c.header('content-type', 'text/csv; charset=utf-8')
  c.header('content-disposition', `attachment; filename="${t('csv.file')}-${DateTime.fromJSDate(clock(), { zone: config.zone }).toFormat('yyyy-MM-dd')}.csv"`)
  return stream(c, async (out) => {
    await out.write(BYTE_ORDER_MARK + csvLine(columns.map(([name]) => name), separator))
    let after: string | null | undefined
    do {
      const found = await listTickets(db, room.actor.access, 'ro', { ...toWish(query, filter, AT_ONCE), after: after ?? undefined })
      await out.write(found.tickets.map((ticket) => csvLine(columns.map(([, say]) => say(ticket)), separator)).join(''))
      after = found.after
    } while (after && !out.aborted)
  })
}
