/** Owns what the take-over shows in administration: its pages, its line in the navigation, its sheet. */
import type { SlotFills } from '../../core/index.ts'
import { inProject } from '../../core/pages.ts'
import { checkRoutes } from './pages/check.tsx'
import { findingRoutes } from './pages/findings.tsx'
import { PATH } from './pages/frame.tsx'
import { keptRoutes } from './pages/kept.tsx'
import { liveRoutes } from './pages/live.tsx'
import { reportRoutes } from './pages/report.tsx'
import { runRoutes } from './pages/runs.tsx'
import { words } from './words.ts'

export const files = { 'otrs-import.css': inProject('plugins/otrs-import/otrs-import.css') }

export const routes = [checkRoutes, runRoutes, findingRoutes, keptRoutes, reportRoutes, liveRoutes]

export const slots: SlotFills = {
  'document.head': {
    order: 40,
    render: (props, c) =>
      props.frame === 'admin' && c.req.path.startsWith(PATH) ? <link rel="stylesheet" href={c.get('asset')('otrs-import.css')} /> : null,
  },
  'admin.rail': {
    order: 50,
    render: (props, c) => (
      <ul>
        <li>
          <a href={PATH} aria-current={props.path === PATH ? 'page' : undefined}>
            {words(c)('title')}
          </a>
        </li>
      </ul>
    ),
  },
}
