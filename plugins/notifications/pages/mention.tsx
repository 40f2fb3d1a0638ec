/** Owns naming colleagues in notes: what completes `@login` while one types. Without scripts it is plain text, and works the same. */
import type { Hono } from 'hono'
import { agentsOfQueue, seeTicket, type WebEnv } from '../../../core/index.ts'
import { demandAgent, fragment } from '../../../core/pages.ts'
import { words } from '../words.ts'
import { mentionable } from './mention.store.ts'
import type { NotificationHost } from './place.ts'

const MOST = 6

export function mentionRoutes(app: Hono<WebEnv>, host: NotificationHost): void {
  // Whoever would be told if they were named: agents who may read the ticket. As options of a list; nothing where nobody fits.
  app.get('/desk/tickets/:id/mentions', async (c) => {
    const { access } = demandAgent(c)
    const ticket = await seeTicket(host.db, access, c.req.param('id') ?? '', 'ro')
    const agents = await agentsOfQueue(host.db, ticket.queueId, 'ro')
    const found = await mentionable(
      host.db,
      agents.map(({ id }) => id),
      c.req.query('q') ?? '',
      MOST,
    )
    return fragment(
      c,
      found.length === 0 ? null : (
        <ul id="notifications-mentions" class="notifications-mentions" role="listbox" aria-label={words(c)('mention.label')}>
          {found.map(({ id, login, name }) => (
            <li id={`mention-${id}`} role="option" aria-selected="false" data-login={login}>
              <b>{name}</b> <span class="quiet">@{login}</span>
            </li>
          ))}
        </ul>
      ),
    )
  })
}
