/** Owns the page that tells why a ticket's deadlines are what they are. */
import { deadlinesOfTicket, refused, seeTicket, type PageContext } from '../../../core/index.ts'
import { Card, DeadlineTable, PageHead, StateBadge } from '../../../core/pages.ts'
import { words } from '../words.ts'
import { deskPage, enter } from './frame.tsx'

/** GET /desk/tickets/:id/deadlines */
export async function deadlinesPage(c: PageContext): Promise<Response> {
  const visit = await enter(c)
  const t = words(c)
  const { db, clock } = c.get('host')
  const ticket = await seeTicket(db, visit.actor.access, c.req.param('id') ?? '', 'ro')
  const found = await deadlinesOfTicket(db, ticket.id, clock())
  if (!found) throw refused('not-found')
  return deskPage(c, visit, {
    title: `${t('due.title')} – ${ticket.number}`,
    body: (
      <>
        <PageHead
          title={t('due.title')}
          beside={
            <>
              <a href={`/desk/tickets/${ticket.id}`}>
                {ticket.number} {ticket.title}
              </a>{' '}
              <StateBadge c={c} ticket={ticket} />
            </>
          }
        />
        <Card>
          <DeadlineTable c={c} source={found.source} deadlines={found.deadlines} arrivedAt={found.course.arrivedAt} />
        </Card>
      </>
    ),
  })
}
