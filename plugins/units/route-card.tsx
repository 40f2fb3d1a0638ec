/** Owns the card beside a ticket that tells its way through the units. */
import { sayRoute, type PageContext } from '../../core/index.ts'
import { Card, Time } from '../../core/pages.ts'
import { routesOfTicket } from '../../core/administration.ts'
import { words } from './words.ts'

export const RouteCard = async ({ c, ticketId }: { c: PageContext; ticketId: string }) => {
  const { db } = c.get('host')
  const routes = await routesOfTicket(db, ticketId)
  if (routes.length === 0) return null
  const said = await Promise.all(
    routes.map(async (one) => ({ at: one.at, lines: await sayRoute(db, one.why, one.queueId, c.get('language')) })),
  )
  return (
    <Card title={words(c)('why.title')} id="side-route">
      {said.map(({ at, lines }) => (
        <>
          {said.length > 1 && (
            <p class="quiet small">
              <Time c={c} at={at} />
            </p>
          )}
          <ol class="route-way">
            {lines.map((line) => (
              <li>{line}</li>
            ))}
          </ol>
        </>
      ))}
    </Card>
  )
}
