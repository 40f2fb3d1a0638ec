/** Owns the page that tells who sees a ticket and why, for agents who hold every right over it. */
import { sayBecause, seeTicket, whoSees, type Because, type Onlooker, type PageContext } from '../../../core/index.ts'
import { EmptyState, PageHead, StateBadge } from '../../../core/pages.ts'
import { words, type DeskKey } from '../words.ts'
import { deskPage, enter } from './frame.tsx'

const GROUPS = ['owner', 'responsible', 'queue', 'watcher', 'customer', 'participant'] as const

/** GET /desk/tickets/:id/who */
export async function whoPage(c: PageContext): Promise<Response> {
  const visit = await enter(c)
  const t = words(c)
  const { db } = c.get('host')
  const ticket = await seeTicket(db, visit.actor.access, c.req.param('id') ?? '', 'rw')
  const byRule = Map.groupBy(await whoSees(db, ticket.id), ({ because }) => groupOf(because))
  return deskPage(c, visit, {
    title: `${t('who.title')} – ${ticket.number}`,
    body: (
      <>
        <PageHead
          title={t('who.title')}
          beside={
            <>
              <a href={`/desk/tickets/${ticket.id}`}>
                {ticket.number} {ticket.title}
              </a>{' '}
              <StateBadge c={c} ticket={ticket} />
            </>
          }
        />
        {byRule.size === 0 ? (
          <div class="card">
            <EmptyState title={t('who.nobody')} />
          </div>
        ) : (
          <table class="plain who">
            <thead>
              <tr>
                <th scope="col">{t('who.person')}</th>
                <th scope="col">{t('who.may')}</th>
                <th scope="col">{t('who.why')}</th>
              </tr>
            </thead>
            {GROUPS.filter((group) => byRule.has(group)).map((group) => (
              <tbody>
                <tr>
                  <th scope="rowgroup" colspan={3}>
                    {t(`who.${group}` as DeskKey)}
                  </th>
                </tr>
                {byRule.get(group)!.map((person) => (
                  <Row c={c} person={person} />
                ))}
              </tbody>
            ))}
          </table>
        )}
      </>
    ),
  })
}

const groupOf = ({ code }: Because): (typeof GROUPS)[number] =>
  code === 'participant-reads' || code === 'participant-replies' ? 'participant' : (code as (typeof GROUPS)[number])

const Row = ({ c, person }: { c: PageContext; person: Onlooker }) => (
  <tr>
    <td>{person.name}</td>
    <td>{words(c)(person.answers ? 'who.answers' : 'who.reads')}</td>
    <td class="quiet">{sayBecause(person.because, c.get('language'))}</td>
  </tr>
)
