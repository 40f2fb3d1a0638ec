/** Owns a unit's one calm page: stepping in, what is still to be done, the areas at a glance; and stepping out. */
import type { Child } from 'hono/jsx'
import type { Hono } from 'hono'
import {
  calendarOfQueue,
  listTopics,
  listEvents,
  listUnits,
  optIn,
  readRouting,
  ROOT_UNIT,
  route,
  sayHours,
  shortName,
  topicName,
  topicsOffered,
  type PageContext,
  type Plugin,
  type WebEnv,
} from '../../../core/index.ts'
import {
  blankForm,
  Button,
  ButtonLink,
  Card,
  Crumb,
  CsrfField,
  EmptyState,
  Notice,
  PageHead,
  submit,
  Time,
  type FormState,
} from '../../../core/pages.ts'
import {
  CHANGE_KINDS,
  colleaguesIn,
  groupsOfUnit,
  listActivations,
  listUnitAdministrators,
  mainQueueOf,
  optOut,
  planHandOver,
  readerOf,
  readLimits,
  routesOf,
  saying,
  sayObject,
  unitFigures,
  unitsBelow,
} from '../../../core/administration.ts'
import { enter, unitName, unitPage, type Visit } from '../frame.tsx'
import { words } from '../words.ts'

export function homeRoutes(app: Hono<WebEnv>): void {
  app.get('/u/:unit/admin', async (c) => homePage(c, await enter(c), blankForm()))
  app.post('/u/:unit/admin/opt-in', async (c) => {
    const visit = await enter(c)
    return submit(
      c,
      {},
      async () => {
        const { restored } = await c.get('host').work(visit.actor, (work) => optIn(work, visit.unit.id))
        return { to: visit.path, said: restored > 0 ? words(c)('in.back', { count: restored }) : words(c)('in.done') }
      },
      (form) => homePage(c, visit, form),
    )
  })
  app.get('/u/:unit/admin/opt-out', async (c) => outPage(c, await enter(c)))
  app.post('/u/:unit/admin/opt-out', async (c) => {
    const visit = await enter(c)
    return submit(
      c,
      {},
      async () => {
        const { handedOver } = await c.get('host').work(visit.actor, (work) => optOut(work, visit.unit.id))
        return { to: visit.path, said: words(c)('out.done', { count: handedOver }) }
      },
      (form) => homePage(c, visit, form),
    )
  })
}

async function homePage(c: PageContext, visit: Visit, form: FormState): Promise<Response> {
  const t = words(c)
  const problem = Object.values(form.problems)[0]
  return unitPage(c, visit, {
    title: t('area.overview'),
    status: problem ? 422 : 200,
    body: (
      <>
        <PageHead title={unitName(c, visit.unit)} beside={t(visit.unit.optedInAt ? 'state.in' : 'state.out')} />
        {problem && (
          <Notice tone="bad">
            <p>{problem}</p>
          </Notice>
        )}
        {visit.unit.optedInAt ? await Running({ c, visit }) : await NotYet({ c, visit })}
      </>
    ),
  })
}

/** Who answers now, what stepping in means, one button. */
async function NotYet({ c, visit }: { c: PageContext; visit: Visit }) {
  const t = words(c)
  const { db } = c.get('host')
  const [units, table, limits, queues] = await Promise.all([
    listUnits(db),
    readRouting(db),
    readLimits(db, visit.unit.id),
    unitFigures(db, visit.unit.id, c.get('host').clock()),
  ])
  const answers = units.find(
    (unit) => unit.id === (route(table, visit.unit.id, null).why.via.find(({ said }) => said === 'takes-all')?.unitId ?? ROOT_UNIT),
  )
  const may = limits.optIn || visit.actor.access.admin
  return (
    <div class="admin-one">
      <Card>
        <div class="prose">
          <p>{t('not.now', { unit: answers ? unitName(c, answers) : '' })}</p>
          <ul>
            <li>{t('not.queue')}</li>
            <li>{t('not.topics')}</li>
            <li>{t('not.back')}</li>
          </ul>
          {queues.some((queue) => !queue.valid) && <p>{t('not.returns', { count: queues.filter((queue) => !queue.valid).length })}</p>}
        </div>
        {may ? (
          <form method="post" action={`${visit.path}/opt-in`} class="acts ask">
            <CsrfField c={c} />
            <Button kind="primary">{t('in.do')}</Button>
          </form>
        ) : (
          <Notice tone="warn">
            <p>{t('not.limit')}</p>
          </Notice>
        )}
      </Card>
    </div>
  )
}

interface Step {
  done: boolean
  label: string
  href: string
  /** What holds while it is not done, where that is good as well. */
  else?: string
}

async function Running({ c, visit }: { c: PageContext; visit: Visit }) {
  const t = words(c)
  const { db, clock } = c.get('host')
  const { unit, path } = visit
  const month = new Date(clock().getTime() - 30 * 86_400_000)
  const [figures, topics, table, own, groups, admins, units, main] = await Promise.all([
    unitFigures(db, unit.id, month),
    listTopics(db),
    readRouting(db),
    routesOf(db, unit.id),
    groupsOfUnit(db, unit.id),
    listUnitAdministrators(db, unit.id),
    listUnits(db),
    mainQueueOf(db, unit.id),
  ])
  const queues = figures.filter((queue) => queue.valid)
  const offered = topicsOffered(topics, table.units, unit.id)
  const taken = offered.filter((topic) => own.has(topic.id))
  const [people, calendar, { rows: changes }, plugins] = await Promise.all([
    colleaguesIn(
      db,
      groups.map((group) => group.id),
    ),
    main ? calendarOfQueue(db, main.id) : null,
    listEvents(db, [...unitsBelow(units, unit.id)], { filter: { kinds: CHANGE_KINDS }, limit: 3, language: c.get('language') }),
    switchedOn(c, unit.id),
  ])
  const said = await saying(db, readerOf(c), changes)
  const steps: Step[] = [
    { done: queues.length > 0, label: t('step.queues'), href: `${path}/queues` },
    { done: taken.length > 0 || own.has(null), label: t('step.topics'), href: `${path}/topics` },
    { done: people.filter((one) => one.valid).length > 1, label: t('step.people'), href: `${path}/people` },
    // Whoever is content with the hours above has nothing to do.
    { done: unit.calendarId !== null, label: t('step.hours'), href: `${path}/hours`, else: t('glance.inherited-hours') },
    {
      done: admins.filter((one) => one.unitId === unit.id && one.active).length > 1,
      label: t('step.second'),
      href: `${path}/administrators`,
    },
  ]
  const open = queues.reduce((sum, queue) => sum + queue.open, 0)
  return (
    <>
      {steps.some((step) => !step.done && !step.else) && (
        <Card title={t('steps.title')} id="steps">
          <ol class="unit-steps">
            {steps.map((step) => (
              <li class={step.done ? 'step-done' : undefined}>
                <span aria-hidden="true">{step.done ? '✓' : '○'}</span> <a href={step.href}>{step.label}</a>{' '}
                <span class="quiet">{step.done ? t('step.done') : (step.else ?? t('step.open'))}</span>
              </li>
            ))}
          </ol>
        </Card>
      )}
      <div class="unit-cards">
        <Glance title={t('area.queues')} href={`${path}/queues`} more={t('glance.queues', { count: queues.length })}>
          <ul>
            {queues.slice(0, 6).map((queue) => (
              <li>
                <a href={`${path}/queues/${queue.id}`}>{shortName(queue.name)}</a>{' '}
                <span class="quiet">{t('glance.open', { count: queue.open })}</span>
              </li>
            ))}
          </ul>
        </Glance>
        <Glance title={t('area.topics')} href={`${path}/topics`} more={t('glance.topics', { taken: taken.length, all: offered.length })}>
          <p>{taken.length > 0 ? taken.map((topic) => topicName(topic, c.get('language'))).join(', ') : t('glance.no-topics')}</p>
        </Glance>
        <Glance title={t('area.people')} href={`${path}/people`} more={t('glance.people', { count: people.length })}>
          <p>
            {people
              .slice(0, 6)
              .map((one) => one.name)
              .join(', ')}
          </p>
        </Glance>
        <Glance title={t('area.hours')} href={`${path}/hours`} more={t(unit.calendarId ? 'glance.own-hours' : 'glance.inherited-hours')}>
          <p>{calendar && sayHours(calendar, c.get('language'))}</p>
        </Glance>
        <Glance title={t('area.plugins')} href={`${path}/plugins`} more={t('glance.plugins', { count: plugins.length })}>
          <p>{plugins.join(', ') || t('glance.no-plugins')}</p>
        </Glance>
        <Glance title={t('area.figures')} href={`${path}/figures`} more={t('glance.month')}>
          <p>
            {t('glance.figures', {
              open,
              received: queues.reduce((sum, queue) => sum + queue.received, 0),
              closed: queues.reduce((sum, queue) => sum + queue.closed, 0),
            })}
          </p>
        </Glance>
        <Glance
          title={t('area.administrators')}
          href={`${path}/administrators`}
          more={t('glance.admins', { count: admins.filter((one) => one.unitId === unit.id).length })}
        >
          <p>
            {admins
              .filter((one) => one.unitId === unit.id)
              .map((one) => one.name)
              .join(', ') || t('glance.no-admins')}
          </p>
        </Glance>
        <Glance title={t('area.log')} href={`${path}/log`} more={t('glance.log')}>
          <ul>
            {changes.map((change) => (
              <li>
                <Time c={c} at={change.at} /> {sayObject(said, change)}
              </li>
            ))}
          </ul>
        </Glance>
      </div>
      <p class="unit-out">
        <a href={`${path}/opt-out`}>{t('out.link')}</a>
      </p>
    </>
  )
}

const Glance = ({ title, href, more, children }: { title: string; href: string; more: string; children: Child }) => (
  <section class="card glance-card">
    <h2>
      <a href={href}>{title}</a>
    </h2>
    <p class="quiet small">{more}</p>
    {children}
  </section>
)

/** Names of the plugins that count as on here, among those that are switched per unit. */
export async function switchedOn(c: PageContext, unitId: string): Promise<string[]> {
  const { db } = c.get('host')
  const units = await listUnits(db)
  const on: string[] = []
  for (const plugin of (c.get('host').plugins as readonly Plugin[]).filter((one) => one.scope === 'unit')) {
    const said = await listActivations(db, plugin.name)
    let at: string | null = unitId
    while (at !== null && !said.has(at)) at = units.find((unit) => unit.id === at)?.parentId ?? null
    if (at !== null && said.get(at)) on.push(plugin.name)
  }
  return on
}

/** Asks first, with counts: which tickets go where. */
async function outPage(c: PageContext, visit: Visit): Promise<Response> {
  const t = words(c)
  const { db, config } = c.get('host')
  if (!visit.unit.optedInAt) return homePage(c, visit, blankForm())
  const plan = await planHandOver(db, config, visit.unit.id)
  return unitPage(c, visit, {
    title: t('out.title'),
    body: (
      <>
        <Crumb href={visit.path}>{t('area.overview')}</Crumb>
        <PageHead title={t('out.title')} />
        <div class="admin-one">
          <Card>
            <div class="prose">
              <p>{t('out.text')}</p>
              <p>
                <b>{t('out.open', { count: plan.tickets.length })}</b>
              </p>
            </div>
            {plan.to.length === 0 ? (
              <EmptyState title={t('out.none')} />
            ) : (
              <table class="plain">
                <caption class="only-heard">{t('out.where')}</caption>
                <thead>
                  <tr>
                    <th scope="col">{t('out.queue')}</th>
                    <th scope="col">{t('out.unit')}</th>
                    <th scope="col">{t('out.count')}</th>
                  </tr>
                </thead>
                <tbody>
                  {plan.to.map((row) => (
                    <tr>
                      <th scope="row">{row.queueName.replaceAll('::', ' · ')}</th>
                      <td>{row.unitName}</td>
                      <td>{row.count}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
            <div class="prose">
              <ul>
                <li>{t('out.mail')}</li>
                <li>{t('out.return')}</li>
              </ul>
            </div>
            <form method="post" action={`${visit.path}/opt-out`} class="acts ask">
              <CsrfField c={c} />
              <Button kind="danger">{t('out.do')}</Button>
              <ButtonLink href={visit.path}>{t('form.cancel')}</ButtonLink>
            </form>
          </Card>
        </div>
      </>
    ),
  })
}
