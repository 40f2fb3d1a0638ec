/** Owns GET /desk/time and its export: the time one has booked oneself, day by day. */
import { DateTime } from 'luxon'
import {
  ownTime,
  ownTimeSum,
  sayDate,
  sayTime,
  sayUnits,
  shortName,
  timeUnit,
  type OwnTime,
  type PageContext,
} from '../../../core/index.ts'
import { blankForm, Button, ButtonLink, Card, csvAnswer, demandAgent, EmptyState, Field, PageHead, plainTime } from '../../../core/pages.ts'
import { words } from '../words.ts'
import { deskPage, enter } from './frame.tsx'

const SHOWN = 500
const EXPORTED = 100_000

/** Days in the site's zone, both included: as the address says, else this month up to today. */
function readPeriod(c: PageContext): { from: DateTime; to: DateTime } {
  const { config, clock } = c.get('host')
  const today = DateTime.fromJSDate(clock(), { zone: config.zone }).startOf('day')
  const day = (name: string) => {
    const date = DateTime.fromFormat(c.req.query(name) ?? '', 'yyyy-MM-dd', { zone: config.zone })
    return date.isValid ? date : undefined
  }
  const to = day('to') ?? today
  const from = day('from') ?? to.startOf('month')
  return from <= to ? { from, to } : { from: to, to: from }
}

export async function myTimePage(c: PageContext): Promise<Response> {
  const visit = await enter(c)
  const t = words(c)
  const { db, config, clock } = c.get('host')
  const language = c.get('language')
  const { from, to } = readPeriod(c)
  const [begin, end] = [from.toJSDate(), to.plus({ days: 1 }).toJSDate()]
  const [rows, sum, unit] = await Promise.all([
    ownTime(db, visit.actor.access, begin, end, SHOWN),
    ownTimeSum(db, visit.actor.id, begin, end),
    timeUnit(db),
  ])
  const say = (units: number) => sayUnits(units, unit, language)
  const days = Map.groupBy(rows, ({ at }) => DateTime.fromJSDate(at, { zone: config.zone }).toISODate()!)
  const period = { from: from.toISODate()!, to: to.toISODate()! }
  const total = (list: readonly OwnTime[]) => say(list.reduce((all, { units }) => Math.round((all + units) * 100) / 100, 0))
  return deskPage(c, visit, {
    title: t('time.mine'),
    body: (
      <>
        <PageHead title={t('time.mine')} beside={t('time.mine.sum', { sum: say(sum) })}>
          <ButtonLink href={`/desk/time.csv?${new URLSearchParams(period)}`}>{t('list.export')}</ButtonLink>
        </PageHead>
        <form method="get" action="/desk/time" class="time-period" autocomplete="off">
          <Field c={c} form={blankForm(period)} name="from" id="time-from" type="date" label={t('time.from')} />
          <Field c={c} form={blankForm(period)} name="to" id="time-to" type="date" label={t('time.to')} />
          <Button>{t('filter.apply')}</Button>
        </form>
        {rows.length === 0 && (
          <div class="card">
            <EmptyState title={t('time.mine.empty')} text={t('time.mine.empty.text')} />
          </div>
        )}
        <div class="time-days">
          {[...days].map(([day, list]) => (
            <Card
              title={sayDate(list[0]!.at, config.zone, language, clock())}
              id={`day-${day}`}
              acts={<span class="quiet">{total(list)}</span>}
              plain
            >
              <table class="list time-list" aria-labelledby={`day-${day}-title`}>
                <thead class="only-heard">
                  <tr>
                    <th scope="col">{t('history.when')}</th>
                    <th scope="col">{t('side.ticket')}</th>
                    <th scope="col">{t('time.card')}</th>
                  </tr>
                </thead>
                <tbody>
                  {list.map((row) => (
                    <tr>
                      <td>
                        <time datetime={row.at.toISOString()}>{sayTime(row.at, config.zone)}</time>
                      </td>
                      <td>
                        {row.ticket ? (
                          <>
                            <a href={`/desk/tickets/${row.ticket.id}${row.articleId ? `#article-${row.articleId}` : ''}`}>
                              {row.ticket.title}
                            </a>{' '}
                            <span class="small quiet">
                              {row.ticket.number} · {shortName(row.ticket.queue)}
                            </span>
                          </>
                        ) : (
                          <span class="quiet">{t('time.mine.unseen')}</span>
                        )}
                      </td>
                      <td class="time-units">{say(row.units)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Card>
          ))}
        </div>
        {rows.length === SHOWN && <p class="quiet">{t('time.mine.more', { count: SHOWN })}</p>}
      </>
    ),
  })
}

export async function exportMyTime(c: PageContext): Promise<Response> {
  const actor = demandAgent(c)
  const t = words(c)
  const { db } = c.get('host')
  const { from, to } = readPeriod(c)
  const [rows, unit] = await Promise.all([
    ownTime(db, actor.access, from.toJSDate(), to.plus({ days: 1 }).toJSDate(), EXPORTED),
    timeUnit(db),
  ])
  const lines = async function* () {
    for (const { at, ticket, units } of rows)
      yield [plainTime(c, at), ticket?.number ?? '', ticket?.title ?? '', ticket ? ticket.queue : '', sayPlain(units, c.get('language'))]
  }
  return csvAnswer(
    c,
    `${t('time.csv.file')}-${from.toISODate()}-${to.toISODate()}.csv`,
    [t('history.when'), t('csv.number'), t('list.subject'), t('list.queue'), t(`time.label.${unit}`)],
    lines(),
  )
}

/** A number as spreadsheets of the country read it: without a unit, without marks between thousands. */
export const sayPlain = (units: number, language: string): string =>
  new Intl.NumberFormat(language, { useGrouping: false, maximumFractionDigits: 2 }).format(units)
