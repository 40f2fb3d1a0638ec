/** Owns GET /desk/export.csv: the list as it is filtered, whole, written as it is read. */
import { DateTime } from 'luxon'
import { csvAnswer, listTickets, sayAssurance, sayPriority, sayStateName, ticketMarks, type PageContext, type Ticket, type TicketMarks } from '../../../core/index.ts'
import { readListQuery, readPlace, toFilter, toWish } from '../list-query.ts'
import { words } from '../words.ts'
import { enter } from './frame.tsx'

const AT_ONCE = 500

export async function exportCsv(c: PageContext): Promise<Response> {
  const room = await enter(c)
  const { db, config, clock } = c.get('host')
  const query = readListQuery(readPlace(c.req.query('place')) ?? { kind: 'search' }, c.req.query())
  const filter = toFilter(query, { access: room.actor.access, queues: room.queues, zone: config.zone, now: clock() })
  const t = words(c)
  const language = c.get('language')
  const moment = (at: Date | null, format = 'yyyy-MM-dd HH:mm') => at ? DateTime.fromJSDate(at, { zone: config.zone }).toFormat(format) : ''
  const columns: [string, (ticket: Ticket, marks: TicketMarks | undefined) => string][] = [
    [t('csv.number'), (ticket) => ticket.number], [t('list.state'), (ticket) => sayStateName(ticket.stateName, ticket.stateType, language)],
    [t('list.subject'), (ticket) => ticket.title], [t('list.customer'), (ticket) => ticket.customerName ?? ''], [t('csv.address'), (ticket) => ticket.customerAddress ?? ''],
    [t('csv.assurance'), (_ticket, marks) => marks?.assurance ? sayAssurance(marks.assurance, language) : ''], [t('csv.held'), (_ticket, marks) => marks?.held ? String(marks.held) : ''],
    [t('side.unit'), (ticket) => ticket.customerUnitName ?? ''], [t('list.queue'), (ticket) => ticket.queueName], [t('list.owner'), (ticket) => ticket.ownerName ?? ''],
    [t('side.priority'), (ticket) => sayPriority(ticket.priorityName, language)], [t('side.created'), (ticket) => moment(ticket.createdAt)],
    [t('list.received'), (ticket) => moment(ticket.receivedAt)], [t('csv.pending'), (ticket) => moment(ticket.pendingUntil)], [t('csv.changed'), (ticket) => moment(ticket.changedAt)],
    [t('csv.closed'), (ticket) => moment(ticket.closedAt)],
  ]
  const rows = async function* () {
    let after: string | undefined
    do {
      const found = await listTickets(db, room.actor.access, 'ro', { ...toWish(query, filter, AT_ONCE), after })
      const marks = await ticketMarks(db, found.tickets.map((ticket) => ticket.id))
      for (const ticket of found.tickets) yield columns.map(([, say]) => say(ticket, marks.get(ticket.id)))
      after = found.after ?? undefined
    } while (after)
  }
  return csvAnswer(c, `${t('csv.file')}-${moment(clock(), 'yyyy-MM-dd')}.csv`, columns.map(([name]) => name), rows())
}
