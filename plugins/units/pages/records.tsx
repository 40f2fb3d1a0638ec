/** Owns what a unit's administrators read: its mail and what became of it, its figures, its log of changes. */
import type { Hono } from 'hono'
import {
  listEvents,
  listUnits,
  mailTexts,
  shortName,
  type MailKey,
  type PageContext,
  type Plugin,
  type WebEnv,
} from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Card,
  csvAnswer,
  EmptyState,
  PageHead,
  plainTime,
  readFields,
  statusOf,
  submit,
  Time,
  type FormState,
} from '../../../core/pages.ts'
import {
  canRevert,
  CHANGE_KINDS,
  flatLines,
  isUnitsAffair,
  learnNames,
  listInbound,
  NEWEST_MAILS,
  OUTCOMES,
  readerOf,
  revertChange,
  sayLines,
  sayObject,
  sayWho,
  saying,
  unitFigures,
  unitsBelow,
  type AuditEvent,
  type Saying,
} from '../../../core/administration.ts'
import { enter, unitName, unitPage, type Visit } from '../frame.tsx'
import { words } from '../words.ts'

const PAGE = 50

export function recordRoutes(app: Hono<WebEnv>): void {
  app.get('/u/:unit/admin/mail', async (c) => mailPage(c, await enter(c)))
  app.get('/u/:unit/admin/figures', async (c) => figuresPage(c, await enter(c)))
  app.get('/u/:unit/admin/log', async (c) => logPage(c, await enter(c), blankForm()))
  app.post('/u/:unit/admin/log', async (c) => {
    const visit = await enter(c)
    const { id = '' } = await readFields(c)
    return submit(
      c,
      {},
      async () => {
        const units = unitsBelow(await listUnits(c.get('host').db), visit.unit.id)
        await c.get('host').work(visit.actor, (work) => revertChange(work, id, units, c.get('host').plugins as readonly Plugin[]))
        return { to: `${visit.path}/log`, said: words(c)('log.reverted') }
      },
      (form) => logPage(c, visit, form),
    )
  })
}

async function mailPage(c: PageContext, visit: Visit): Promise<Response> {
  const t = words(c)
  const say = mailTexts.in(c.get('language'))
  const { db } = c.get('host')
  const query = c.req.query()
  const search = (query['search'] ?? '').replaceAll('\u0000', '').trim().slice(0, 200)
  const outcome = OUTCOMES.find((one) => one === query['outcome'])
  const filter = { unitId: visit.unit.id, ...(search ? { search } : {}), ...(outcome ? { outcome } : {}) }
  const sayOutcome = (name: string | null) => (name === null ? t('mail.waiting') : say(`mail.outcome.${name}` as MailKey))
  if (query['format'] === 'csv') {
    const lines = async function* () {
      let after: string | undefined
      do {
        const page = await listInbound(db, { filter, ...(after ? { after } : {}) })
        for (const row of page.rows)
          yield [
            row.acceptedAt.toISOString(),
            row.envelopeFrom,
            row.envelopeTo,
            row.subject,
            sayOutcome(row.outcome),
            row.ticketNumber ?? '',
          ]
        after = page.after ?? undefined
      } while (after)
    }
    return csvAnswer(
      c,
      `mail-${visit.unit.slug}.csv`,
      [t('mail.when'), t('mail.from'), t('mail.to'), t('mail.subject'), t('mail.outcome'), t('mail.ticket')],
      lines(),
    )
  }
  const page = await listInbound(db, { filter, ...(query['after'] ? { after: query['after'] } : {}) })
  const more = new URLSearchParams({ ...(search ? { search } : {}), ...(outcome ? { outcome } : {}) })
  return unitPage(c, visit, {
    title: t('area.mail'),
    area: 'mail',
    body: (
      <>
        <PageHead title={t('area.mail')} beside={t('mail.what')}>
          <a class="button button-quiet" href={`${visit.path}/mail?${new URLSearchParams([...more, ['format', 'csv']])}`} download>
            {t('list.export')}
          </a>
        </PageHead>
        <form class="list-tools" role="search" method="get" action={`${visit.path}/mail`} aria-label={t('area.mail')}>
          <div class="field list-search">
            <label for="list-search" class="only-heard">
              {t('mail.search')}
            </label>
            <input type="search" id="list-search" name="search" value={search} placeholder={t('mail.search')} />
          </div>
          <div class="field">
            <label for="filter-outcome" class="only-heard">
              {t('mail.outcome')}
            </label>
            <select id="filter-outcome" name="outcome" data-submits="">
              <option value="">{t('mail.any')}</option>
              {OUTCOMES.map((one) => (
                <option value={one} selected={one === outcome}>
                  {sayOutcome(one)}
                </option>
              ))}
            </select>
          </div>
          <button class="button button-quiet" type="submit">
            {t('list.show')}
          </button>
          {more.size > 0 && <a href={`${visit.path}/mail`}>{t('list.clear')}</a>}
        </form>
        <p class="quiet" role="note">
          {t('mail.newest', { count: NEWEST_MAILS })}
        </p>
        {page.rows.length === 0 ? (
          <Card>
            <EmptyState title={t('mail.none')} />
          </Card>
        ) : (
          <table class="list admin-table">
            <caption class="only-heard">{t('area.mail')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('mail.subject')}</th>
                <th scope="col" class="cell-address">
                  {t('mail.to')}
                </th>
                <th scope="col" class="cell-outcome">
                  {t('mail.outcome')}
                </th>
                <th scope="col" class="cell-number">
                  {t('mail.ticket')}
                </th>
                <th scope="col" class="cell-time">
                  {t('mail.when')}
                </th>
              </tr>
            </thead>
            <tbody>
              {page.rows.map((row) => (
                <tr>
                  <td class="cell-main">
                    <div class="main-cell">
                      <span class="line-1">{row.subject || t('mail.no-subject')}</span>
                      <span class="line-2">{row.envelopeFrom}</span>
                    </div>
                  </td>
                  <td class="cell-address" data-label={t('mail.to')}>
                    {row.envelopeTo}
                  </td>
                  <td class="cell-outcome" data-label={t('mail.outcome')}>
                    {sayOutcome(row.outcome)}
                  </td>
                  <td class="cell-number" data-label={t('mail.ticket')}>
                    {row.ticketId && <a href={`/desk/tickets/${row.ticketId}`}>{row.ticketNumber}</a>}
                  </td>
                  <td class="cell-time" data-label={t('mail.when')}>
                    <Time c={c} at={row.acceptedAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {page.after && (
          <nav class="pager" aria-label={t('list.pages')}>
            <a class="button button-quiet" href={`${visit.path}/mail?${new URLSearchParams([...more, ['after', page.after]])}`} rel="next">
              {t('list.next')} →
            </a>
          </nav>
        )}
      </>
    ),
  })
}

async function figuresPage(c: PageContext, visit: Visit): Promise<Response> {
  const t = words(c)
  const days = [7, 30, 90].includes(Number(c.req.query('days'))) ? Number(c.req.query('days')) : 30
  const rows = await unitFigures(c.get('host').db, visit.unit.id, new Date(c.get('host').clock().getTime() - days * 86_400_000))
  const head = [t('queue.name'), t('queue.open'), t('queue.unowned'), t('figures.received'), t('figures.closed'), t('figures.first')]
  const sayFirst = (minutes: number | null) =>
    minutes === null
      ? '–'
      : minutes < 90
        ? t('figures.minutes', { count: Math.round(minutes) })
        : t('figures.hours', { count: Math.round(minutes / 60) })
  if (c.req.query('format') === 'csv') {
    const lines = async function* () {
      for (const row of rows)
        yield [
          row.name,
          String(row.open),
          String(row.unowned),
          String(row.received),
          String(row.closed),
          row.firstAnswer === null ? '' : String(Math.round(row.firstAnswer)),
        ]
    }
    return csvAnswer(c, `figures-${visit.unit.slug}.csv`, head, lines())
  }
  return unitPage(c, visit, {
    title: t('area.figures'),
    area: 'figures',
    body: (
      <>
        <PageHead title={t('area.figures')} beside={t('figures.what', { count: days })}>
          <a class="button button-quiet" href={`${visit.path}/figures?days=${days}&format=csv`} download>
            {t('list.export')}
          </a>
        </PageHead>
        <form class="list-tools" method="get" action={`${visit.path}/figures`}>
          <div class="field">
            <label for="days" class="only-heard">
              {t('figures.days')}
            </label>
            <select id="days" name="days" data-submits="">
              {[7, 30, 90].map((one) => (
                <option value={String(one)} selected={one === days}>
                  {t('figures.last', { count: one })}
                </option>
              ))}
            </select>
          </div>
          <button class="button button-quiet" type="submit">
            {t('list.show')}
          </button>
        </form>
        {rows.length === 0 ? (
          <Card>
            <EmptyState title={t('queue.none')} />
          </Card>
        ) : (
          <table class="list admin-table">
            <caption class="only-heard">{t('area.figures')}</caption>
            <thead>
              <tr>
                {head.map((label, i) => (
                  <th scope="col" class={i === 0 ? undefined : 'cell-narrow'}>
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr>
                  <td class="cell-main">
                    <div class="main-cell">
                      <span class="line-1">{shortName(row.name)}</span>
                      {!row.valid && <span class="line-2 warn">{t('queue.is-closed')}</span>}
                    </div>
                  </td>
                  {[row.open, row.unowned, row.received, row.closed, sayFirst(row.firstAnswer)].map((value, i) => (
                    <td class="cell-narrow" data-label={head[i + 1]}>
                      {value}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </>
    ),
  })
}

async function logPage(c: PageContext, visit: Visit, form: FormState): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const reader = readerOf(c)
  const units = [...unitsBelow(await listUnits(db), visit.unit.id)]
  const said = await saying(db, reader)
  const read = async (after: string | undefined, limit: number) => {
    const page = await listEvents(db, units, {
      filter: { kinds: CHANGE_KINDS },
      after,
      limit,
      language: reader.language,
      owners: reader.owners,
    })
    await learnNames(db, said, page.rows)
    return page
  }
  if (c.req.query('format') === 'csv') {
    const lines = async function* () {
      let after: string | undefined
      do {
        const page = await read(after, 500)
        for (const event of page.rows)
          yield [plainTime(c, event.at), sayWho(said, event), sayObject(said, event), flatLines(sayLines(said, event))]
        after = page.after ?? undefined
      } while (after)
    }
    return csvAnswer(c, `log-${visit.unit.slug}.csv`, [t('log.when'), t('log.who'), t('log.what'), t('log.difference')], lines())
  }
  const { rows: changes, after } = await read(c.req.query('after') || undefined, PAGE)
  return unitPage(c, visit, {
    title: t('area.log'),
    area: 'log',
    status: statusOf(form),
    body: (
      <>
        <PageHead title={t('area.log')} beside={t('log.about', { unit: unitName(c, visit.unit) })}>
          <a class="button button-quiet" href={`${visit.path}/log?format=csv`} download>
            {t('list.export')}
          </a>
        </PageHead>
        {Object.values(form.problems).map((problem) => (
          <p class="bad para">{problem}</p>
        ))}
        {changes.length === 0 ? (
          <Card>
            <EmptyState title={t('log.none')} />
          </Card>
        ) : (
          <div class="scroll" role="region" aria-label={t('area.log')} tabindex={0}>
            <table class="plain unit-log">
              <caption class="only-heard">{t('area.log')}</caption>
              <thead>
                <tr>
                  <th scope="col">{t('log.when')}</th>
                  <th scope="col">{t('log.who')}</th>
                  <th scope="col">{t('log.what')}</th>
                  <th scope="col">{t('log.difference')}</th>
                  <th scope="col">
                    <span class="only-heard">{t('log.revert')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {changes.map((change) => (
                  <Row c={c} visit={visit} change={change} said={said} />
                ))}
              </tbody>
            </table>
          </div>
        )}
        {after && (
          <nav class="pager" aria-label={t('list.pages')}>
            <a class="button button-quiet" href={`${visit.path}/log?${new URLSearchParams({ after })}`} rel="next">
              {t('list.next')} →
            </a>
          </nav>
        )}
      </>
    ),
  })
}

const Row = ({ c, visit, change, said }: { c: PageContext; visit: Visit; change: AuditEvent; said: Saying }) => {
  const t = words(c)
  const back = canRevert(change, said.owners) && (visit.actor.access.admin || isUnitsAffair(change, said.owners))
  return (
    <tr>
      <td>
        <Time c={c} at={change.at} />
      </td>
      <td>{sayWho(said, change)}</td>
      <td>{sayObject(said, change)}</td>
      <td>
        {sayLines(said, change).map(({ field, before, after }) => (
          <p class="small">
            {field}:{' '}
            {before && (
              <>
                <span class="quiet">{before}</span> →{' '}
              </>
            )}
            {after}
          </p>
        ))}
      </td>
      <td>
        {back && (
          <ActButton c={c} small action={`${visit.path}/log`} fields={{ id: change.id }}>
            {t('log.revert')}
          </ActButton>
        )}
      </td>
    </tr>
  )
}
