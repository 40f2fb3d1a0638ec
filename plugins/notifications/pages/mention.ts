/** Owns naming colleagues in notes: what completes `@login` while one types. Without scripts it is plain text, and works the same. */
import type { Hono } from 'hono'
import { agentsOfQueue, seeTicket, type WebEnv } from '../../../core/index.ts'
import { demandAgent } from '../../../core/pages.ts'
import { words } from '../words.ts'
import { mentionable } from './mention.store.ts'
import type { NotificationHost } from './place.ts'

const MOST = 6

export function mentionRoutes(app: Hono<WebEnv>, host: NotificationHost): void {
  // Whoever would be told if they were named: agents who may read the ticket.
  app.get('/desk/tickets/:id/mentions', async (c) => {
    const { access } = demandAgent(c)
    const ticket = await seeTicket(host.db, access, c.req.param('id') ?? '', 'ro')
    const agents = await agentsOfQueue(host.db, ticket.queueId, 'ro')
    const ids = agents.map(({ id }) => id)
    return c.json({ label: words(c)('mention.label'), people: await mentionable(host.db, ids, c.req.query('q') ?? '', MOST) })
  })
}
