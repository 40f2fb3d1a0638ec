/** Owns the page that tells, before notifications are switched on, who would have got what on a day. */
import type { Hono } from 'hono'
import { DateTime } from 'luxon'
import { findPersonNames, isId, type Id, type PageContext, type WebEnv } from '../../../core/index.ts'
import { Button, ButtonLink, Card, EmptyState, Notice, PageHead } from '../../../core/pages.ts'
import { administrationPage } from '../../../core/administration.ts'
import { listNotifications, type Notification } from '../notifications.ts'
import { tryDay, yesterday, type Would } from '../trial.ts'
import { labels, sayEvent, words } from '../words.ts'
import { NotificationTabs, OffNotice } from './list.tsx'
import { BASES, enter, namedFor, notificationsHere, type NotificationHost, type Place } from './place.ts'

export function yesterdayRoutes(app: Hono<WebEnv>, host: NotificationHost): void {
  for (const base of BASES) app.get(`${base}/yesterday`, async (c) => yesterdayPage(c, await enter(c, host)))
}

/** In a unit those of the installation too: they tell of its tickets as well. */
async function reaching(c: PageContext, place: Place): Promise<Notification[]> {
  const own = await notificationsHere(c, place)
  return place.unitId === null
    ? own
    : [...(await namedFor(c, listNotifications(place.host.db))).filter(({ unitId }) => unitId === null), ...own]
}

async function yesterdayPage(c: PageContext, place: Place): Promise<Response> {
  const t = words(c)
  const { host, unitId, path } = place
  const query = c.req.query()
  const latest = DateTime.fromJSDate(host.clock(), { zone: host.config.zone }).toFormat('yyyy-MM-dd')
  const asked = query['day'] ?? ''
  const day = DateTime.fromFormat(asked, 'yyyy-MM-dd').isValid && asked <= latest ? asked : yesterday(host)
  const all = await reaching(c, place)
  const which = query['notification'] ?? 'all'
  const notifications = all.filter(({ id, valid, stopped }) =>
    which === 'all' ? true : which === 'valid' ? valid && stopped === null : id === which,
  )
  const after = isId(query['after'] ?? '') ? query['after'] : undefined
  const trial = await tryDay(host, { notifications, day, ...(unitId === null ? {} : { within: unitId }), after })
  const told = trial.would.filter(({ outcome }) => outcome === 'told')
  const persons = await findPersonNames(
    host.db,
    trial.would.flatMap(({ personId }) => personId ?? []),
  )
  const names = new Map(persons.map(({ id, name }) => [id, name]))
  const who = ({ personId, address }: Would) => (personId === null ? address : names.get(personId)) ?? t('told.gone')
  const further = new URLSearchParams({ day, notification: which, ...(trial.after ? { after: trial.after } : {}) })
  return administrationPage(c, place, {
    title: t('yesterday.title'),
    body: (
      <>
        <PageHead title={t('yesterday.title')} beside={t('yesterday.lead')} />
        <NotificationTabs c={c} place={place} current="yesterday" />
        <OffNotice c={c} place={place} />
        <form class="list-tools" method="get" action={`${path}/yesterday`}>
          <div class="field">
            <label for="trial-day" class="list-date">
              {t('yesterday.day')}
            </label>
            <input type="date" id="trial-day" name="day" value={day} max={latest} />
          </div>
          <div class="field">
            <label for="trial-which" class="only-heard">
              {t('yesterday.one')}
            </label>
            <select id="trial-which" name="notification">
              <option value="all" selected={which === 'all'}>
                {t('yesterday.all')}
              </option>
              <option value="valid" selected={which === 'valid'}>
                {t('yesterday.valid')}
              </option>
              {all.map(({ id, name }) => (
                <option value={id} selected={which === id}>
                  {name}
                </option>
              ))}
            </select>
          </div>
          <Button>{t('yesterday.try')}</Button>
        </form>
        <p class="notifications-sum">
          <b>{t('yesterday.sum', { count: told.length })}</b> <span class="quiet">{t('yesterday.facts', { count: trial.facts })}</span>
        </p>
        {trial.after && (
          <Notice>
            <p>{t('yesterday.more', { count: trial.facts })}</p>
            <ButtonLink href={`${path}/yesterday?${further}`} small>
              {t('yesterday.on')}
            </ButtonLink>
          </Notice>
        )}
        {told.length === 0 ? (
          <Card>
            <EmptyState title={t('yesterday.none')} text={t('yesterday.none.text')} />
          </Card>
        ) : (
          <WhoWould c={c} told={told} who={who} names={new Map(all.map(({ id, name }) => [id, name]))} />
        )}
        <WhoNot c={c} not={trial.would.filter(({ outcome }) => outcome !== 'told')} who={who} />
        <p class="para quiet small">{t('yesterday.now')}</p>
      </>
    ),
  })
}

interface PartProps {
  c: PageContext
  who(would: Would): string
}

const WhoWould = ({ c, told, who, names }: PartProps & { told: readonly Would[]; names: ReadonlyMap<Id, string> }) => {
  const t = words(c)
  const people = [...Map.groupBy(told, who)].toSorted(([, a], [, b]) => b.length - a.length)
  const count = (rows: readonly Would[], way: Would['way']) => rows.filter((row) => row.way === way).length || ''
  return (
    <table class="list admin-table notifications-trial">
      <caption class="only-heard">{t('yesterday.title')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('yesterday.who')}</th>
          <th scope="col" class="cell-narrow">
            {t('yesterday.mails')}
          </th>
          <th scope="col" class="cell-narrow">
            {t('yesterday.digests')}
          </th>
          <th scope="col" class="cell-narrow">
            {t('yesterday.pages')}
          </th>
          <th scope="col">{t('yesterday.what')}</th>
        </tr>
      </thead>
      <tbody>
        {people.map(([name, rows]) => (
          <tr>
            <td class="cell-main">{name}</td>
            <td class="cell-narrow" data-label={t('yesterday.mails')}>
              {count(rows, 'mail')}
            </td>
            <td class="cell-narrow" data-label={t('yesterday.digests')}>
              {count(rows, 'digest')}
            </td>
            <td class="cell-narrow" data-label={t('yesterday.pages')}>
              {count(rows, 'page')}
            </td>
            <td data-label={t('yesterday.what')}>
              <What c={c} rows={rows} names={names} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** So many of one person are named; the figures count all. */
const MOST_NAMED = 50

const What = ({ c, rows, names }: { c: PageContext; rows: readonly Would[]; names: ReadonlyMap<Id, string> }) => {
  const kinds = [...Map.groupBy(rows, ({ notificationId }) => notificationId)]
  const once = [...new Map(rows.map((row) => [`${row.notificationId} ${row.ticketId} ${row.event}`, row])).values()].slice(0, MOST_NAMED)
  return (
    <details class="notifications-more">
      <summary>{kinds.map(([id]) => names.get(id) ?? '').join(', ')}</summary>
      <ul>
        {once.map((row) => (
          <li>
            <a href={`/desk/tickets/${row.ticketId}`}>{row.number}</a> {names.get(row.notificationId)} – {sayEvent(c, row.event)}
          </li>
        ))}
      </ul>
    </details>
  )
}

const WhoNot = ({ c, not, who }: PartProps & { not: readonly Would[] }) => {
  if (not.length === 0) return null
  const t = words(c)
  return (
    <Card title={t('yesterday.not')} id="not">
      <ul class="plain-rows">
        {[...Map.groupBy(not, ({ outcome }) => outcome)].map(([outcome, rows]) => (
          <li>
            <details class="notifications-more">
              <summary>
                {labels(c)(`outcome.${outcome}`)} <span class="quiet">{t('yesterday.not.count', { count: rows.length })}</span>
              </summary>
              {[...new Set(rows.map(who))].join(', ')}
            </details>
          </li>
        ))}
      </ul>
    </Card>
  )
}
