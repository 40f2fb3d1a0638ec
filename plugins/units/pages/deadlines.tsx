/** Owns the page that tries deadlines of a unit: a ticket received then, in one of its queues or with one of its SLAs. Nothing is stored. */
import type { Hono } from 'hono'
import { listQueues, type PageContext, type WebEnv } from '../../../core/index.ts'
import { PageHead, tryingDeadlines } from '../../../core/pages.ts'
import { listSlas } from '../../../core/administration.ts'
import { enter, unitPage } from '../frame.tsx'
import { words } from '../words.ts'

export function deadlineRoutes(app: Hono<WebEnv>): void {
  app.get('/u/:unit/admin/deadlines', tryPage)
}

async function tryPage(c: PageContext): Promise<Response> {
  const visit = await enter(c)
  const t = words(c)
  const { db } = c.get('host')
  const [queues, slas] = await Promise.all([listQueues(db), listSlas(db)])
  const own = <T extends { unitId: string; valid?: boolean }>(all: readonly T[]) =>
    all.filter(({ unitId, valid }) => unitId === visit.unit.id && valid !== false)
  const { status, body } = await tryingDeadlines(c, { path: `${visit.path}/deadlines`, queues: own(queues), slas: own(slas) })
  return unitPage(c, visit, {
    title: t('area.deadlines'),
    area: 'deadlines',
    status,
    body: (
      <>
        <PageHead title={t('area.deadlines')} />
        <div class="admin-one">{body}</div>
      </>
    ),
  })
}
