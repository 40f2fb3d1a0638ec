/** Owns the first page of administration: how the installation is, and what waits for the administrator. */
import type { Child } from 'hono/jsx'
import type { Hono } from 'hono'
import { ownSender, type PageContext, type Plugin, type WebEnv } from '../../../core/index.ts'
import { Card, Notice, PageHead, saySize, SideList, Time } from '../../../core/pages.ts'
import { checksSenders, ledByGone, listSuspensions, ownAddressIsTaken, readStatus, version } from '../../../core/administration.ts'
import { areas, areaTitle, areaWords } from '../areas.ts'
import { adminPage } from '../frame.tsx'
import { words } from '../words.ts'

export function overviewRoutes(app: Hono<WebEnv>): void {
  app.get('/admin', overviewPage)
}

async function overviewPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const language = c.get('language')
  const { db, config, plugins } = c.get('host')
  const status = await readStatus(db)
  const link = (count: number, href: string): Child => (count > 0 ? <a href={href}>{count}</a> : '0')
  const alarms: { text: string; href?: string }[] = []
  if (!(await ownAddressIsTaken(db, config)))
    alarms.push({
      text: t('overview.address-refused', { address: config.mailAddress, other: (await ownSender(db, config)).address }),
      href: '/admin/addresses',
    })
  if (status.inbound.failed > 0)
    alarms.push({ text: t('overview.inbound-failed', { count: status.inbound.failed }), href: '/admin/mail/in?state=failed' })
  if (status.inbound.held > 0)
    alarms.push({ text: t('overview.inbound-held', { count: status.inbound.held }), href: '/admin/mail/in?state=held' })
  if (status.outbound.failed > 0)
    alarms.push({ text: t('overview.outbound-failed', { count: status.outbound.failed }), href: '/admin/mail/out?state=failed' })
  // Under way for the first time is not yet failing.
  if (status.outbound.retrying > 0 && status.outbound.lastError !== null) {
    alarms.push({
      text: t('overview.outbound-retrying', { count: status.outbound.retrying, error: status.outbound.lastError }),
      href: '/admin/mail/out?state=queued',
    })
  }
  if (status.jobs.givenUp > 0) alarms.push({ text: t('overview.jobs-given-up', { count: status.jobs.givenUp }), href: '/admin/jobs' })
  for (const { id, name, count } of await ledByGone(db))
    alarms.push({ text: t('overview.led-by-gone', { name, count }), href: `/admin/persons/${id}` })
  const suspended = new Set((await listSuspensions(db)).map(({ plugin }) => plugin)).size
  if (suspended > 0) alarms.push({ text: t('overview.suspended', { count: suspended }), href: '/admin/faults' })
  return adminPage(c, {
    title: t('area.overview'),
    body: (
      <>
        <PageHead title={t('area.overview')} beside={t('overview.version', { version })} />
        {!config.smarthostUrl && (
          <Notice tone="warn">
            <p>
              {t('outbound.no-smarthost')} <a href="/admin/mail/out?state=queued">{t('area.outbound')}</a>
            </p>
          </Notice>
        )}
        {!checksSenders(config) && (
          <Notice tone="warn">
            <p>{t('overview.senders-not-checked')}</p>
          </Notice>
        )}
        {alarms.length > 0 ? (
          <Notice tone="bad">
            <p>{t('overview.waits')}</p>
            <ul>
              {alarms.map((alarm) => (
                <li>{alarm.href ? <a href={alarm.href}>{alarm.text}</a> : alarm.text}</li>
              ))}
            </ul>
          </Notice>
        ) : (
          <Notice tone="good">
            <p>{t('overview.all-well')}</p>
          </Notice>
        )}
        <div class="glance">
          <Card title={t('area.inbound')} id="inbound">
            <SideList
              items={[
                { name: t('overview.waiting'), value: link(status.inbound.accepted, '/admin/mail/in?state=accepted') },
                { name: t('inbound.state.failed'), value: link(status.inbound.failed, '/admin/mail/in?state=failed') },
                { name: t('inbound.state.held'), value: link(status.inbound.held, '/admin/mail/in?state=held') },
                {
                  name: t('overview.last'),
                  value: status.inbound.lastAt ? <Time c={c} at={status.inbound.lastAt} /> : t('overview.never'),
                },
              ]}
            />
          </Card>
          <Card title={t('area.outbound')} id="outbound">
            <SideList
              items={[
                { name: t('overview.waiting'), value: link(status.outbound.queued, '/admin/mail/out?state=queued') },
                { name: t('overview.retrying'), value: String(status.outbound.retrying) },
                { name: t('overview.failed-30'), value: link(status.outbound.failed, '/admin/mail/out?state=failed') },
                {
                  name: t('overview.last'),
                  value: status.outbound.lastSentAt ? <Time c={c} at={status.outbound.lastSentAt} /> : t('overview.never'),
                },
                { name: t('overview.smarthost'), value: config.smarthostUrl ? sayHost(config.smarthostUrl) : t('overview.no-smarthost') },
              ]}
            />
          </Card>
          <Card title={t('overview.jobs')} id="jobs">
            <SideList
              items={[
                { name: t('overview.waiting'), value: String(status.jobs.waiting) },
                { name: t('overview.running'), value: String(status.jobs.running) },
                { name: t('overview.retrying'), value: String(status.jobs.retrying) },
                { name: t('overview.given-up'), value: String(status.jobs.givenUp) },
                {
                  name: t('overview.oldest'),
                  value: status.jobs.oldestWaitingAt ? <Time c={c} at={status.jobs.oldestWaitingAt} as="age" /> : '',
                },
              ]}
            />
          </Card>
          <Card title={t('overview.installation')} id="installation">
            <SideList
              items={[
                { name: 'pomoc', value: version },
                {
                  name: t('overview.database'),
                  value: `PostgreSQL ${status.database.version}`,
                  help: t(config.databaseUrl ? 'overview.own-server' : 'overview.embedded'),
                },
                { name: t('overview.size'), value: saySize(status.database.bytes, language) },
                { name: t('overview.tickets'), value: t('overview.open-of', { open: status.tickets.open, all: status.tickets.all }) },
                { name: t('area.persons'), value: t('overview.agents-of', { agents: status.people.agents, all: status.people.all }) },
                { name: t('overview.address'), value: config.baseUrl },
                { name: t('overview.zone'), value: config.zone },
                { name: t('overview.plugins'), value: (plugins as readonly Plugin[]).map((plugin) => plugin.name).join(', ') },
              ]}
            />
          </Card>
        </div>
        <section class="section" aria-labelledby="areas">
          <h2 id="areas">{t('overview.areas')}</h2>
          <ul class="area-cards">
            {areas.map((area) => (
              <li class="card">
                <a href={area.path}>{t(areaTitle(area.name))}</a>
                <p class="quiet small">{t(areaWords(area.name))}</p>
              </li>
            ))}
          </ul>
        </section>
      </>
    ),
  })
}

/** Without the password that a smarthost's address may hold. */
const sayHost = (url: string): string => {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}
