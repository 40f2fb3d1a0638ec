/** The plugin automation: rules that do something to tickets by themselves, woken by what happens or by time, as OTRS's GenericAgent does. */
import { definePlugin, type Fact, type PageContext } from '../../core/index.ts'
import { inProject } from '../../core/pages.ts'
import * as first from './migrations/0001_automation.ts'
import { personData } from './person-data.store.ts'
import { formRoutes } from './pages/form.tsx'
import { listRoutes } from './pages/list.tsx'
import { logRoutes } from './pages/log.tsx'
import { administered } from './rule.ts'
import { look, runRule, tidy, wake, type AutomationHost } from './run.ts'
import { takeRule } from './take-rule.ts'
import { settings, type AutomationSettings } from './settings.ts'
import { WAKING, type WakingFact } from './wakes.ts'
import { texts, words } from './words.ts'

export default definePlugin<AutomationSettings>({
  name: 'automation',
  api: 1,
  scope: 'unit',
  texts,
  settings,
  administered,
  rulesFrom: { job: takeRule },
  personData,
  migrations: { '0001_automation': first },
  on: Object.fromEntries(WAKING.map((name) => [name, (fact: Fact<WakingFact>, host: AutomationHost) => wake(host, fact)])),
  files: { 'automation.css': inProject('plugins/automation/automation.css') },
  routes(app, host) {
    listRoutes(app, host)
    formRoutes(app, host)
    logRoutes(app, host)
  },
  slots: {
    'document.head': {
      order: 60,
      render: (props, c) => (props.frame === 'admin' ? <link rel="stylesheet" href={c.get('asset')('automation.css')} /> : null),
    },
    'admin.rail': { order: 50, render: ({ path }, c) => <Link c={c} href="/admin/automation" path={path} /> },
    'unit.rail': { order: 50, render: ({ path, base }, c) => <Link c={c} href={`${base}/automation`} path={path} /> },
  },
  jobs: {
    'automation/look': { cron: '* * * * *', run: (_payload, host) => look(host) },
    'automation/run': {
      run: async ({ rule, why }, host) => runRule(host, String(rule), why === 'hand' ? 'hand' : 'time'),
    },
    'automation/tidy': { cron: '37 2 * * *', run: (_payload, host) => tidy(host) },
  },
})

const Link = ({ c, href, path }: { c: PageContext; href: string; path: string }) => (
  <ul>
    <li>
      <a href={href} aria-current={path === href || path.startsWith(`${href}/`) ? 'page' : undefined}>
        {words(c)('title')}
      </a>
    </li>
  </ul>
)
