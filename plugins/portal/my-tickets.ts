/** Owns the list of one's own tickets, and of those of one's company: what can be asked of it, read from the address, and its export. */
import {
  asCustomer,
  listTickets,
  OPEN_TYPES,
  type Host,
  type Language,
  type ListWish,
  type PageContext,
  type PersonActor,
  type Sort,
  type Ticket,
  type TicketPage,
  withoutColleagues,
} from '../../core/index.ts'
import { tellState } from './human-state.ts'
import { words } from './words.ts'

export const WHICH = ['open', 'closed', 'all'] as const
export const WHOSE = ['mine', 'company'] as const
export const ORDERS = ['changed', 'created', 'title'] as const satisfies readonly Sort[]

export interface Wish {
  whose: (typeof WHOSE)[number]
  which: (typeof WHICH)[number]
  search: string
  sort: (typeof ORDERS)[number]
  after: string | undefined
}

const PAGE = 20
const EXPORT_MOST = 10_000

const oneOf = <T extends string>(values: readonly T[], value: string | undefined): T => values.find((one) => one === value) ?? values[0]!

/** Does any unit show this person what colleagues of their company asked? */
export const seesColleagues = (actor: PersonActor | undefined): boolean => actor?.access.colleagues !== undefined

export function readWish(c: PageContext): Wish {
  return {
    // Only for whom a unit shows tickets of their company; to others there is no such list.
    whose: seesColleagues(c.get('actor')) ? oneOf(WHOSE, c.req.query('whose')) : 'mine',
    which: oneOf(WHICH, c.req.query('which')),
    sort: oneOf(ORDERS, c.req.query('sort')),
    search: (c.req.query('search') ?? '').trim().slice(0, 200),
    after: c.req.query('after') || undefined,
  }
}

/** The same wish as an address, with changes; what is as at first is left out. */
export function addressOf(path: string, wish: Wish, change: Partial<Wish> = {}): string {
  const { whose, which, search, sort, after } = { ...wish, after: undefined, ...change }
  const query = new URLSearchParams({
    ...(whose === 'mine' ? {} : { whose }),
    ...(which === 'open' ? {} : { which }),
    ...(search === '' ? {} : { search }),
    ...(sort === 'changed' ? {} : { sort }),
    ...(after ? { after } : {}),
  }).toString()
  return query ? `${path}?${query}` : path
}

function listWish(wish: Wish, limit: number, { access }: PersonActor): ListWish {
  return {
    filter: {
      ...(wish.whose === 'company' ? { askedByColleagues: { of: access.personId, companies: access.colleagues?.companies ?? [] } } : {}),
      ...(wish.which === 'open'
        ? { stateTypes: OPEN_TYPES }
        : wish.which === 'closed'
          ? { stateTypes: ['closed', 'merged'] as const }
          : {}),
      ...(wish.search === '' ? {} : { search: wish.search }),
    },
    sort: wish.sort,
    direction: wish.sort === 'title' ? 'asc' : 'desc',
    limit,
    after: wish.after,
  }
}

/** As whom the list is read: what colleagues asked stands in a list of its own. */
const readerOf = ({ access }: PersonActor, { whose }: Wish) =>
  whose === 'company' ? asCustomer(access) : withoutColleagues(asCustomer(access))

/** Tickets one asked for or takes part in, or those of one's company; an agent's own ones too, seen as a customer sees them. */
export function listMine(host: Host, actor: PersonActor, wish: Wish): Promise<TicketPage> {
  return listTickets(host.db, readerOf(actor, wish), 'see', listWish(wish, PAGE, actor))
}

/** All of them as CSV for Excel as it is set here: UTF-8 with its mark, semicolons, lines end with CRLF (RFC 4180). */
export async function exportMine(host: Host, actor: PersonActor, wish: Wish, language: Language): Promise<string> {
  const t = words.in(language)
  const company = wish.whose === 'company'
  const rows = [
    [
      t('csv.number'),
      t('csv.title'),
      ...(company ? [t('csv.who')] : []),
      t('csv.state'),
      t('csv.unit'),
      t('csv.created'),
      t('csv.changed'),
      t('csv.closed'),
    ],
  ]
  let after: string | undefined
  do {
    const page = await listTickets(host.db, readerOf(actor, wish), 'see', { ...listWish(wish, 500, actor), after })
    rows.push(...page.tickets.map((ticket) => row(ticket, host, language, company)))
    after = page.after ?? undefined
  } while (after && rows.length < EXPORT_MOST)
  return `\uFEFF${rows.map((cells) => cells.map(cell).join(';')).join('\r\n')}\r\n`
}

function row(ticket: Ticket, host: Host, language: Language, company: boolean): string[] {
  const { zone } = host.config
  const moment = (date: Date | null) =>
    date ? new Intl.DateTimeFormat('sv', { dateStyle: 'short', timeStyle: 'short', timeZone: zone }).format(date) : ''
  return [
    ticket.number,
    ticket.title,
    ...(company ? [ticket.customerName ?? ''] : []),
    tellState(ticket, { language, zone, now: host.clock() }).words,
    ticket.unitName,
    moment(ticket.createdAt),
    moment(ticket.changedAt),
    moment(ticket.closedAt),
  ]
}

/** Quoted where needed; what a table program would take for a formula is made text. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[";\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
