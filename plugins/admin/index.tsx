/** The plugin admin: the pages of the central administrator. */
import { definePlugin } from '../../core/index.ts'
import { inProject } from '../../core/pages.ts'
import { demandAdministrator, Rail } from './frame.tsx'
import { addressRoutes } from './pages/addresses.tsx'
import { answerRoutes } from './pages/answers.tsx'
import { auditRoutes } from './pages/audit.tsx'
import { calendarRoutes } from './pages/calendars.tsx'
import { deadlineRoutes } from './pages/deadlines.tsx'
import { faultRoutes } from './pages/faults.tsx'
import { fieldRoutes } from './pages/fields.tsx'
import { companyRoutes } from './pages/companies.tsx'
import { filterRoutes } from './pages/filters.tsx'
import { groupRoutes } from './pages/groups.tsx'
import { inboundRoutes } from './pages/inbound.tsx'
import { jobRoutes } from './pages/jobs.tsx'
import { localRoutes } from './pages/local.tsx'
import { outboundRoutes } from './pages/outbound.tsx'
import { overviewRoutes } from './pages/overview.tsx'
import { personAbsenceRoutes } from './pages/person-absence.tsx'
import { personAccessRoutes } from './pages/person-access.tsx'
import { personCompanyRoutes } from './pages/person-companies.tsx'
import { personRoutes } from './pages/persons.tsx'
import { pluginRoutes } from './pages/plugins.tsx'
import { priorityRoutes } from './pages/priorities.tsx'
import { privacyRoutes } from './pages/privacy.tsx'
import { queueRoutes } from './pages/queues.tsx'
import { roleRoutes } from './pages/roles.tsx'
import { routingRoutes } from './pages/routing.tsx'
import { searchRoutes } from './pages/search.tsx'
import { serviceRoutes } from './pages/services.tsx'
import { settingRoutes } from './pages/settings.tsx'
import { slaRoutes } from './pages/slas.tsx'
import { stateRoutes } from './pages/states.tsx'
import { textRoutes } from './pages/texts.tsx'
import { tryMailRoutes } from './pages/try-mail.tsx'
import { topicRoutes } from './pages/topics.tsx'
import { typeRoutes } from './pages/types.tsx'
import { unitRoutes } from './pages/units.tsx'
import { whyRoutes } from './pages/why.tsx'
import { adminTexts, words } from './words.ts'

export default definePlugin({
  name: 'admin',
  api: 1,
  scope: 'installation',
  texts: adminTexts,
  files: { 'admin.css': inProject('plugins/admin/admin.css') },
  routes(app) {
    // Every address below /admin, known or not: first who asks.
    for (const path of ['/admin', '/admin/*']) {
      app.use(path, async (c, next) => {
        demandAdministrator(c)
        await next()
      })
    }
    overviewRoutes(app)
    searchRoutes(app)
    personRoutes(app)
    personAccessRoutes(app)
    personAbsenceRoutes(app)
    personCompanyRoutes(app)
    companyRoutes(app)
    privacyRoutes(app)
    whyRoutes(app)
    groupRoutes(app)
    roleRoutes(app)
    queueRoutes(app)
    addressRoutes(app)
    calendarRoutes(app)
    deadlineRoutes(app)
    textRoutes(app)
    answerRoutes(app)
    unitRoutes(app)
    localRoutes(app)
    topicRoutes(app)
    typeRoutes(app)
    stateRoutes(app)
    priorityRoutes(app)
    serviceRoutes(app)
    slaRoutes(app)
    fieldRoutes(app)
    routingRoutes(app)
    inboundRoutes(app)
    outboundRoutes(app)
    filterRoutes(app)
    tryMailRoutes(app)
    settingRoutes(app)
    pluginRoutes(app)
    faultRoutes(app)
    jobRoutes(app)
    auditRoutes(app)
  },
  slots: {
    'admin.rail': { order: 10, render: (props, c) => <Rail c={c} path={props.path} current={props.area} /> },
    'document.head': {
      order: 20,
      render: (props, c) => (props.frame === 'admin' ? <link rel="stylesheet" href={c.get('asset')('admin.css')} /> : null),
    },
    'desk.rail': {
      order: 60,
      render: (_props, c) =>
        c.get('actor')?.access.admin ? (
          <ul>
            <li>
              <a href="/admin">
                <span class="rail-name">{words(c)('admin.title')}</span>
              </a>
            </li>
          </ul>
        ) : null,
    },
    'person.menu': {
      order: 30,
      render: (_props, c) => (c.get('actor')?.access.admin ? <a href="/admin">{words(c)('admin.title')}</a> : null),
    },
  },
})
