/** Owns the page that tries deadlines: a ticket received then, in any queue or with any SLA. Nothing is stored. */
import type { Hono } from 'hono'
import { listQueues, slaChoices, type PageContext, type WebEnv } from '../../../core/index.ts'
import { PageHead, tryingDeadlines } from '../../../core/pages.ts'
import { adminPage } from '../frame.tsx'
import { words } from '../words.ts'

const PATH = '/admin/deadlines'

export function deadlineRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, tryPage)
}

async function tryPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const { db } = c.get('host')
  const [queues, slas] = await Promise.all([listQueues(db), slaChoices(db)])
  const { status, body } = await tryingDeadlines(c, { path: PATH, queues, slas })
  return adminPage(c, {
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
