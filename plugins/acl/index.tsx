/** The plugin acl: rules in OTRS's shape that narrow what may be chosen and done on a ticket. */
import { definePlugin } from '../../core/index.ts'
import { inProject } from '../../core/pages.ts'
import { administered } from './acl.ts'
import * as first from './migrations/0001_acl.ts'
import * as filter from './migrations/0002_filter.ts'
import { concerns, takeAway } from './narrow.ts'
import { personData } from './person-data.store.ts'
import { ruleRoutes } from './pages/rules.tsx'
import { transferRoutes } from './pages/transfer.tsx'
import { tryRoutes } from './pages/try.tsx'
import { takeRule } from './take-rule.ts'
import { texts, words } from './words.ts'

export default definePlugin({
  name: 'acl',
  api: 1,
  scope: 'unit',
  texts,
  migrations: { '0001_acl': first, '0002_filter': filter },
  administered,
  rulesFrom: { acl: takeRule },
  personData,
  files: { 'acl.css': inProject('plugins/acl/acl.css') },
  choices: {
    concerns,
    take: (scene, questions, db, { host }) => takeAway(scene, questions, db, host),
  },
  routes(app) {
    tryRoutes(app)
    transferRoutes(app)
    ruleRoutes(app)
  },
  slots: {
    'document.head': {
      order: 70,
      render: (props, c) => (props.frame === 'admin' ? <link rel="stylesheet" href={c.get('asset')('acl.css')} /> : null),
    },
    'admin.rail': {
      order: 50,
      render: ({ path }, c) => (
        <ul>
          <li>
            <a href="/admin/acl" aria-current={path.startsWith('/admin/acl') ? 'page' : undefined}>
              {words(c)('rail')}
            </a>
          </li>
        </ul>
      ),
    },
    'unit.rail': {
      order: 50,
      render: ({ path, base }, c) => (
        <ul>
          <li>
            <a href={`${base}/acl`} aria-current={path.startsWith(`${base}/acl`) ? 'page' : undefined}>
              {words(c)('rail')}
            </a>
          </li>
        </ul>
      ),
    },
  },
})
