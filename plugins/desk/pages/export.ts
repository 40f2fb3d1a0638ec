/** Owns GET /desk/export.csv: the list as it is filtered, whole, written as it is read. */
import { DateTime } from 'luxon'
import {
  entryOf,
  EXPORTED,
  isUsed,
  listTickets,
  sayAttribute,
  sortsNewest,
  ticketMarks,
  timeOfTickets,
  timeUnit,
  type ListWish,
  type PageContext,
  type Ticket,
  type TicketMarks,
} from '../../../core/index.ts'
import { csvAnswer, sayAssurance } from '../../../core/pages.ts'
import { sayValue } from '../attribute-values.ts'
import { allColumns, columnsOf, valuesIn, type OfferedColumn } from '../columns.ts'
import { fieldsNamed, readListQuery, readPlace, toFilter, toWish } from '../list-query.ts'
import { words } from '../words.ts'
import { enter } from './frame.tsx'
import { sayPlain } from './my-time.tsx'

const AT_ONCE = 500

/** Attributes have their places in core's list; these stand among them, and what has no place comes last. */
interface FileColumn {
  place: number | undefined
  name: string
  say(ticket: Ticket, marks: TicketMarks | undefined, values: Record<string, string>, time: number | undefined): string
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
    own: await fieldsNamed(visit.used, query),
  })
  const about = await visit.used.about()
  const t = words(c)
  const language = c.get('language')
  const moment = (at: Date | null, format = 'yyyy-MM-dd HH:mm') =>
    at ? DateTime.fromJSDate(at, { zone: config.zone }).toFormat(format) : ''
  const values = { language, moment: (at: Date | null) => moment(at) }
  const number: FileColumn = { place: 1, name: t('csv.number'), say: (ticket) => ticket.number }
  const lookedUp = (column: OfferedColumn): FileColumn => ({
    place: undefined,
    name: column.label(language),
    say: (_ticket, _marks, found) => found[column.key] ?? '',
  })
  // As the list stands; else all there is: attributes that lists have no column for, and columns that are no attributes.
  const asShown = c.req.query('columns') === 'shown'
  const view = asShown && query.saved ? (await visit.views()).find(({ id }) => id === query.saved) : undefined
  const wanted = asShown
    ? (await columnsOf(visit, query, view?.columns)).shown
    : (await allColumns(visit)).filter(({ key }) => !Object.hasOwn(entryOf, key))
  const all: FileColumn[] = asShown
    ? [number, ...wanted.map(lookedUp)]
    : [
        ...EXPORTED.filter((name) => isUsed(name, about)).map(
          (name): FileColumn => ({
            place: entryOf[name].csv!.place,
            name: sayAttribute(name, language),
            say: (ticket) => sayValue(name, ticket, values),
          }),
        ),
        number,
        { place: 5, name: t('csv.address'), say: (ticket) => ticket.customerAddress ?? '' },
        { place: 6, name: t('csv.assurance'), say: (_ticket, marks) => (marks?.assurance ? sayAssurance(marks.assurance, language) : '') },
        { place: 7, name: t('csv.held'), say: (_ticket, marks) => (marks?.held ? String(marks.held) : '') },
        { place: 8, name: t('side.unit'), say: (ticket) => ticket.customerUnitName ?? '' },
        {
          place: undefined,
          name: t(`time.label.${await timeUnit(db)}`),
          say: (_ticket, _marks, _values, time) => (time ? sayPlain(time, language) : ''),
        },
        ...wanted.map(lookedUp),
      ]
  const columns = all.toSorted((a, b) => (a.place ?? LAST) - (b.place ?? LAST))
  const listed = toWish(query, filter, AT_ONCE)
  // A file holds the whole list, however long: in the order that an index has.
  const wish: ListWish = sortsNewest(listed) ? { ...listed, sort: 'created', direction: 'desc' } : listed
  const rows = async function* () {
    let after: string | undefined
    do {
      const found = await listTickets(db, visit.actor.access, 'ro', { ...wish, after })
      const ids = found.tickets.map((ticket) => ticket.id)
      const [marks, time, said] = await Promise.all([
        ticketMarks(db, ids),
        asShown ? undefined : timeOfTickets(db, ids),
        valuesIn(db, wanted, found.tickets, values),
      ])
      for (const ticket of found.tickets)
        yield columns.map(({ say }) => say(ticket, marks.get(ticket.id), said.get(ticket.id) ?? {}, time?.get(ticket.id)))
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
