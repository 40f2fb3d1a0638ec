/** Owns the pages of who was told and who was not, and why: of all notifications that are administered here, and of one ticket. */
import type { Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { seeTicket, type Here, type Id, type PageContext, type Ticket, type WebEnv } from '../../../core/index.ts'
import { agentPage, Card, Crumb, demandAgent, EmptyState, PageHead, plainTime, Time } from '../../../core/pages.ts'
import {
  administrationPage,
  everyRow,
  listAnswer,
  Main,
  readList,
  type ListColumn,
  type ListFilter,
  type ListOptions,
} from '../../../core/administration.ts'
import type { NotificationSettings } from '../settings.ts'
import type { Way } from '../tables.ts'
import { labels, nameFor, sayEvent, words } from '../words.ts'
import { markBell, unreadOf } from './bell.store.ts'
import { NotificationTabs, OffNotice } from './list.tsx'
import { BASES, enter, notificationsHere, type NotificationHost, type Place } from './place.ts'
import { listTold, toldOf, type ToldRow, type ToldWish } from './told.store.ts'

const PAGE = 50
const WAYS: readonly Way[] = ['mail', 'page', 'digest']

export function toldRoutes(app: Hono<WebEnv>, host: NotificationHost): void {
  for (const base of BASES) app.get(`${base}/told`, async (c) => toldPage(c, await enter(c, host)))
  app.get('/desk/tickets/:id/told', (c) => ticketPage(c, host))
}

/** One page of rows, and where the next begins. */
async function pageOf(host: NotificationHost, wish: Omit<ToldWish, 'limit'>): Promise<{ rows: ToldRow[]; after: string | null }> {
  const found = await listTold(host.db, { ...wish, limit: PAGE })
  const rows = found.slice(0, PAGE)
  return { rows, after: found.length > PAGE ? rows.at(-1)!.id : null }
}

const sayWho = (c: PageContext, { who }: ToldRow): string => who || words(c)('told.gone')

/** "powiadomiono: mail", "nie: nieobecni". */
export function sayOutcome(c: PageContext, { outcome, way, toldAt }: ToldRow): string {
  const said = labels(c)(`outcome.${outcome}`)
  if (outcome !== 'told' || way === null) return said
  return `${said}: ${labels(c)(`way.${way}`)}${way === 'digest' && toldAt === null ? ` (${words(c)('told.digest-waits')})` : ''}`
}

const Outcome = ({ c, row }: { c: PageContext; row: ToldRow }) => (
  <>
    <span class={`notifications-few ${row.outcome === 'told' ? 'good' : 'warn'}`}>{sayOutcome(c, row)}</span>
    {row.detail && <span class="line-2">{row.detail}</span>}
  </>
)

async function toldPage(c: PageContext, place: Place): Promise<Response> {
  const t = words(c)
  const { host, unitId } = place
  const all = await notificationsHere(c, place)
  const filters: ListFilter[] = [
    { name: 'notification', label: t('told.notification'), choices: all.map(({ id, name }) => ({ value: id, label: name })) },
    {
      name: 'told',
      label: t('told.filter'),
      choices: (['yes', 'no'] as const).map((value) => ({ value, label: t(`told.${value}`) })),
    },
    { name: 'way', label: t('told.way'), choices: WAYS.map((value) => ({ value, label: t(`way.${value}`) })) },
  ]
  const options: ListOptions = { sorts: ['when'], sort: 'when', direction: 'desc', filters }
  const query = readList(c, options)
  const { notification, told, way } = query.filters
  const wish: Omit<ToldWish, 'limit'> = {
    search: query.search,
    ...(unitId === null ? {} : { within: unitId }),
    ...(notification ? { notificationId: notification } : {}),
    ...(told ? { told: told as 'yes' | 'no' } : {}),
    ...(way ? { way: way as Way } : {}),
  }
  const { rows, after } = await pageOf(host, { ...wish, before: query.after })
  const columns: ListColumn<ToldRow>[] = [
    {
      key: 'who',
      label: t('told.who'),
      text: (x) => sayWho(c, x),
      cell: (x) => <Main href={`/desk/tickets/${x.ticketId}/told`} name={sayWho(c, x)} below={x.number} />,
    },
    { key: 'outcome', label: t('told.outcome'), text: (x) => sayOutcome(c, x), cell: (x) => <Outcome c={c} row={x} /> },
    { key: 'ticket', label: t('told.ticket'), text: (x) => x.number },
    {
      key: 'notification',
      label: t('told.notification'),
      text: (x) => nameFor(c, { name: x.notificationName }),
      cell: (x) =>
        all.some(({ id }) => id === x.notificationId) ? (
          <a class="notifications-few" href={`${place.path}/${x.notificationId}`}>
            {nameFor(c, { name: x.notificationName })}
          </a>
        ) : (
          nameFor(c, { name: x.notificationName })
        ),
    },
    {
      key: 'event',
      label: t('told.event'),
      text: (x) => sayEvent(c, x.event),
      cell: (x) => <span class="notifications-few">{sayEvent(c, x.event)}</span>,
      class: 'cell-wide',
    },
    { key: 'when', label: t('told.when'), text: (x) => plainTime(c, x.at), cell: (x) => <Time c={c} at={x.at} />, class: 'cell-time' },
  ]
  return listAnswer(
    c,
    {
      name: 'notifications-told',
      title: t('told.title'),
      beside: t('told.lead'),
      above: (
        <>
          <NotificationTabs c={c} place={place} current="told" />
          <OffNotice c={c} place={place} />
        </>
      ),
      query,
      options,
      columns,
      rows,
      next: after,
      all: () => everyRow((before) => pageOf(host, { ...wish, before })),
      searchLabel: t('told.search'),
      empty: { title: t('told.none'), text: t('told.none.text') },
      below: <p class="para quiet small">{t('told.about')}</p>,
    },
    (body) => administrationPage(c, place, { title: t('told.title'), body }),
  )
}

/** How many rows of one ticket are shown at once. */
const MOST_OF_TICKET = 300

async function ticketPage(c: PageContext, host: NotificationHost): Promise<Response> {
  const { access } = demandAgent(c)
  const ticket = await seeTicket(host.db, access, c.req.param('id') ?? '', 'ro')
  const rows = await listTold(host.db, { ticketId: ticket.id, limit: MOST_OF_TICKET })
  const t = words(c)
  const title = t('ticket.title', { number: ticket.number })
  return agentPage(c, {
    title,
    body: (
      <>
        <Crumb href={`/desk/tickets/${ticket.id}`}>{t('ticket.back', { number: ticket.number })}</Crumb>
        <PageHead title={title} beside={ticket.title} />
        {rows.length === 0 ? (
          <Card>
            <EmptyState title={t('ticket.none')} text={t('ticket.none.text')} />
          </Card>
        ) : (
          <table class="list notifications-told">
            <caption class="only-heard">{title}</caption>
            <thead>
              <tr>
                {(['told.who', 'told.outcome', 'told.notification', 'told.event', 'told.when'] as const).map((key) => (
                  <th scope="col">{t(key)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr>
                  <td class="cell-main">{sayWho(c, row)}</td>
                  <td data-label={t('told.outcome')}>
                    <Outcome c={c} row={row} />
                  </td>
                  <td data-label={t('told.notification')}>{nameFor(c, { name: row.notificationName })}</td>
                  <td data-label={t('told.event')}>{sayEvent(c, row.event)}</td>
                  <td data-label={t('told.when')}>
                    <Time c={c} at={row.at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <p class="para quiet small">{t('told.about')}</p>
      </>
    ),
  })
}

/** A card beside the ticket. Whoever opens the ticket has read what the bell says of it. */
export async function besideTicket(c: PageContext, ticket: Ticket, { host }: Here<NotificationSettings>): Promise<Child> {
  const actor = c.get('actor')
  if (!actor) return null
  const [told, unread] = await Promise.all([toldOf(host.db, ticket.id), unreadOf(host.db, actor.id, ticket.id)])
  if (unread) await host.work(actor, (work) => markBell(work, { ticketId: ticket.id as Id }, true))
  const t = words(c)
  return (
    <Card title={t('ticket.card')} id="notifications-card">
      <p>
        {told.count === 0 ? t('ticket.card.nobody') : t('ticket.card.told', { count: told.count })}
        {told.last && (
          <span class="quiet">
            {' · '}
            <Time c={c} at={told.last} />
          </span>
        )}
      </p>
      <p class="para">
        <a href={`/desk/tickets/${ticket.id}/told`}>{t('ticket.card.why')}</a>
      </p>
    </Card>
  )
}
