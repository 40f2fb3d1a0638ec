/** Owns what a ticket's page shows of what it is joined with: the tickets that were merged into it, and its links. */
import type { Child } from 'hono/jsx'
import {
  linksSeen,
  mayAct,
  mergedInto,
  openChildren,
  type Id,
  type LinkedTicket,
  type PageContext,
  type ShownThing,
  type Ticket,
} from '../../../core/index.ts'
import { ActButton, Card, StateBadge, Time } from '../../../core/pages.ts'
import { words } from '../words.ts'
import type { Visit } from './frame.tsx'

export interface Joined {
  merged: Awaited<ReturnType<typeof mergedInto>>
  tickets: LinkedTicket[]
  things: (ShownThing & { linkId: Id })[]
  /** How many of its children are open, seen or not. */
  openChildren: number
}

export async function readJoined(c: PageContext, visit: Visit, ticket: Ticket): Promise<Joined> {
  const { db, linkKinds } = c.get('host')
  const [merged, { tickets, others }] = await Promise.all([mergedInto(db, ticket.id), linksSeen(db, visit.actor.access, ticket.id)])
  const reader = { actor: visit.actor, unitId: ticket.unitId, language: c.get('language') }
  const shown =
    others.length === 0
      ? []
      : await linkKinds.show(
          others.map(({ other }) => other),
          reader,
        )
  const things = shown.flatMap((thing) => {
    const link = others.find(({ other }) => other.kind === thing.kind && other.id === thing.id)
    return link ? [{ ...thing, linkId: link.id }] : []
  })
  const children = tickets.some(({ as }) => as === 'child') ? await openChildren(db, ticket.id) : []
  // That it was merged says more than that it is a child.
  return {
    merged,
    tickets: tickets.filter(({ other }) => !merged.some(({ id }) => id === other.id)),
    things,
    openChildren: children.length,
  }
}

/** Beside the ticket: first what it has become of, then what it has to do with. */
export const JoinedCards = ({ c, visit, ticket, joined }: { c: PageContext; visit: Visit; ticket: Ticket; joined: Joined }) => {
  const t = words(c)
  const { merged, tickets, things } = joined
  const parts = mayAct('unmerge', ticket, visit.actor.access)
  return (
    <>
      {merged.length > 0 && (
        <Card title={t('side.merged')} id="side-merged">
          <ul class="joined">
            {merged.map((one) => (
              <li>
                <a href={`/desk/tickets/${one.id}?alone`}>
                  <span class="number">{one.number}</span> {one.title}
                </a>
                {one.at && (
                  <span class="row-quiet">
                    <Time c={c} at={one.at} />
                  </span>
                )}
                {parts && one.known && (
                  <ActButton c={c} action={`/desk/tickets/${one.id}/unmerge`} small>
                    {t('act.unmerge')}
                    <span class="only-heard">: {one.number}</span>
                  </ActButton>
                )}
              </li>
            ))}
          </ul>
        </Card>
      )}
      {tickets.length + things.length > 0 && (
        <Card title={t('side.links')} id="side-links">
          {(['parent', 'child', 'normal'] as const).map((as) => (
            <Links c={c} visit={visit} ticket={ticket} title={t(`side.links.${as}`)}>
              {tickets
                .filter((one) => one.as === as)
                .map((one) => (
                  <Linked c={c} visit={visit} ticket={ticket} linkId={one.id} called={one.ticket.number}>
                    <a href={`/desk/tickets/${one.ticket.id}`}>
                      <span class="number">{one.ticket.number}</span> {one.ticket.title}
                    </a>
                    <span class="row-quiet">
                      <StateBadge c={c} ticket={one.ticket} />
                    </span>
                  </Linked>
                ))}
            </Links>
          ))}
          {[...new Set(things.map(({ label }) => label))].map((label) => (
            <Links c={c} visit={visit} ticket={ticket} title={label}>
              {things
                .filter((one) => one.label === label)
                .map((one) => (
                  <Linked c={c} visit={visit} ticket={ticket} linkId={one.linkId} called={one.title}>
                    <a href={one.url}>{one.title}</a>
                  </Linked>
                ))}
            </Links>
          ))}
        </Card>
      )}
    </>
  )
}

interface LinksProps {
  c: PageContext
  visit: Visit
  ticket: Ticket
  title: string
  children: Child[]
}

const Links = ({ title, children }: LinksProps) =>
  children.length === 0 ? null : (
    <>
      <h3 class="joined-head">{title}</h3>
      <ul class="joined">{children}</ul>
    </>
  )

const Linked = ({
  c,
  visit,
  ticket,
  linkId,
  called,
  children,
}: {
  c: PageContext
  visit: Visit
  ticket: Ticket
  linkId: Id
  called: string
  children?: Child
}) => (
  <li>
    {children}
    {mayAct('unlink', ticket, visit.actor.access) && ticket.stateType !== 'merged' && (
      <ActButton c={c} action={`/desk/tickets/${ticket.id}/unlink`} fields={{ link: linkId }} small>
        {words(c)('side.links.remove')}
        <span class="only-heard">: {called}</span>
      </ActButton>
    )}
  </li>
)
