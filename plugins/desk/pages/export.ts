/** Owns GET /desk/export.csv: the list as it is filtered, whole, written as it is read. */
import { DateTime } from 'luxon'
import {
  entryOf,
  EXPORTED,
  fieldColumns,
  listTickets,
  sayAttribute,
  ticketMarks,
  type PageContext,
  type Ticket,
  type TicketMarks,
} from '../../../core/index.ts'
import { csvAnswer, sayAssurance } from '../../../core/pages.ts'
import { sayValue } from '../attribute-values.ts'
import { fieldsNamed, readListQuery, readPlace, toFilter, toWish } from '../list-query.ts'
import { words } from '../words.ts'
import { enter } from './frame.tsx'

const AT_ONCE = 500

/** Attributes have their places in core's list; these stand among them, and what has no place comes last. */
interface Column {
  place: number | undefined
  name: string
  say(ticket: Ticket, marks: TicketMarks | undefined, own: Record<string, string> | undefined): string
}
const LAST = Number.MAX_SAFE_INTEGER

export async function exportCsv(c: PageContext): Promise<Response> {
  const visit = await enter(c)
  const { db, config, clock } = c.get('host')
  const query = readListQuery(readPlace(c.req.query('place')) ?? { kind: 'search' }, c.req.query())
  const filter = toFilter(query, {
    access: visit.actor.access,
    queues: visit.queues,
    zone: config.zone,
    now: clock(),
    own: await fieldsNamed(db, query),
  })
  const t = words(c)
  const language = c.get('language')
  const moment = (at: Date | null, format = 'yyyy-MM-dd HH:mm') =>
    at ? DateTime.fromJSDate(at, { zone: config.zone }).toFormat(format) : ''
  const own = await fieldColumns.columns(db, visit.actor.access)
  const values = { language, moment: (at: Date | null) => moment(at) }
  const all: Column[] = [
    ...EXPORTED.map(
      (name): Column => ({
        place: entryOf[name].csv!.place,
        name: sayAttribute(name, language),
        say: (ticket) => sayValue(name, ticket, values),
      }),
    ),
    { place: 1, name: t('csv.number'), say: (ticket) => ticket.number },
    { place: 5, name: t('csv.address'), say: (ticket) => ticket.customerAddress ?? '' },
    { place: 6, name: t('csv.assurance'), say: (_ticket, marks) => (marks?.assurance ? sayAssurance(marks.assurance, language) : '') },
    { place: 7, name: t('csv.held'), say: (_ticket, marks) => (marks?.held ? String(marks.held) : '') },
    { place: 8, name: t('side.unit'), say: (ticket) => ticket.customerUnitName ?? '' },
    ...own.map(
      ({ key, label }): Column => ({ place: undefined, name: label(language), say: (_ticket, _marks, words) => words?.[key] ?? '' }),
    ),
  ]
  const columns = all.toSorted((a, b) => (a.place ?? LAST) - (b.place ?? LAST))
  const rows = async function* () {
    let after: string | undefined
    do {
      const found = await listTickets(db, visit.actor.access, 'ro', { ...toWish(query, filter, AT_ONCE), after })
      const ids = found.tickets.map((ticket) => ticket.id)
      const keys = own.map(({ key }) => key)
      const [marks, fields] = await Promise.all([ticketMarks(db, ids), fieldColumns.load(db, keys, found.tickets, values)])
      for (const ticket of found.tickets) yield columns.map(({ say }) => say(ticket, marks.get(ticket.id), fields.get(ticket.id)))
      after = found.after ?? undefined
    } while (after)
  }
  return csvAnswer(
    c,
    `${t('csv.file')}-${moment(clock(), 'yyyy-MM-dd')}.csv`,
    columns.map(({ name }) => name),
    rows(),
  )
}
