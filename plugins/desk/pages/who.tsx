/** Owns the page that tells who sees a ticket and why, for agents who hold every right over it. */
import {
  Card, EmptyState, PageHead, sayBecause, seeTicket, StateBadge, whoSees, type Because, type Onlooker, type PageContext,
} from '../../../core/index.ts'
import { words, type DeskKey } from '../words.ts'
import { deskPage, enter } from './frame.tsx'

const GROUPS = ['owner', 'responsible', 'queue', 'watcher', 'customer', 'participant'] as const

/** GET /desk/tickets/:id/who */
export async function whoPage(c: PageContext): Promise<Response> {
  const room = await enter(c)
  const t = words(c)
  const { db } = c.get('host')
  const ticket = await seeTicket(db, room.actor.access, c.req.param('id') ?? '', 'rw')
  const byRule = Map.groupBy(await whoSees(db, ticket.id), ({ because }) => groupOf(because))
  return deskPage(c, room, {
    title: `${t('who.title')} – ${ticket.number}`,
    body: (
      <>
        <PageHead title={t('who.title')} beside={<><a href={`/desk/tickets/${ticket.id}`}>{ticket.number} {ticket.title}</a> <StateBadge c={c} ticket={ticket} /></>} />
        {byRule.size === 0 && <div class="card"><EmptyState title={t('who.nobody')} /></div>}
        {GROUPS.filter((group) => byRule.has(group)).map((group) => (
          <Card title={t(`who.${group}` as DeskKey)} id={`who-${group}`} plain>
            <Onlookers c={c} people={byRule.get(group)!} why={group === 'queue'} />
          </Card>
        ))}
      </>
    ),
  })
}

const groupOf = ({ code }: Because): (typeof GROUPS)[number] =>
  code === 'participant-reads' || code === 'participant-replies' ? 'participant' : code as (typeof GROUPS)[number]

const Onlookers = ({ c, people, why }: { c: PageContext; people: readonly Onlooker[]; why: boolean }) => {
  const t = words(c)
  return (
    <div class="scroll">
      <table class="plain who">
        <thead><tr><th scope="col">{t('who.person')}</th><th scope="col">{t('who.may')}</th>{why && <th scope="col">{t('who.why')}</th>}</tr></thead>
        <tbody>
          {people.map((person) => (
            <tr>
              <th scope="row">{person.name}</th>
              <td>{t(person.answers ? 'who.answers' : 'who.reads')}</td>
              {why && <td class="quiet">{sayBecause(person.because, c.get('language'))}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
