/** Owns the page that tells everything that happened to a ticket: when, who, what, why. */
import { listHistory, personsInHistory, seeTicket, type HistoryRow, type PageContext } from '../../../core/index.ts'
import { PageHead, StateBadge, Time } from '../../../core/pages.ts'
import { sayHistory, type HistoryRoom } from '../history-words.ts'
import { sayStored } from '../reason-words.ts'
import { words } from '../words.ts'
import { deskPage, enter } from './frame.tsx'

export async function historyPage(c: PageContext): Promise<Response> {
  const visit = await enter(c)
  const { db, config, clock } = c.get('host')
  const t = words(c)
  const ticket = await seeTicket(db, visit.actor.access, c.req.param('id') ?? '', 'ro')
  const [rows, states] = await Promise.all([listHistory(db, ticket.id), visit.used.states()])
  const say: HistoryRoom = {
    language: c.get('language'),
    zone: config.zone,
    now: clock(),
    names: await personsInHistory(db, rows),
    stateTypes: new Map(states.map((state) => [state.name, state.type])),
  }
  return deskPage(c, visit, {
    title: `${t('history.title')} – ${ticket.number}`,
    body: (
      <>
        <PageHead
          title={t('history.title')}
          beside={
            <>
              <a href={`/desk/tickets/${ticket.id}`}>
                {ticket.number} {ticket.title}
              </a>{' '}
              <StateBadge c={c} ticket={ticket} />
            </>
          }
        />
        <div class="scroll">
          <table class="plain history">
            <thead>
              <tr>
                <th scope="col">{t('history.when')}</th>
                <th scope="col">{t('history.who')}</th>
                <th scope="col">{t('history.what')}</th>
              </tr>
            </thead>
            <tbody>
              {grouped(rows).map((group) => group.map((row, i) => <Row c={c} row={row} say={say} first={i === 0} ticketId={ticket.id} />))}
            </tbody>
          </table>
        </div>
      </>
    ),
  })
}

/** Rows of one act stand together: when and who are said once. All rows of a take-over have one act, though they tell of many. */
function grouped(rows: readonly HistoryRow[]): HistoryRow[][] {
  const groups: HistoryRow[][] = []
  for (const row of rows) {
    const last = groups.at(-1)
    const first = last?.[0]
    if (first?.actId === row.actId && first.createdAt.getTime() === row.createdAt.getTime() && first.personName === row.personName)
      last!.push(row)
    else groups.push([row])
  }
  return groups
}

const Row = ({ c, row, say, first, ticketId }: { c: PageContext; row: HistoryRow; say: HistoryRoom; first: boolean; ticketId: string }) => {
  const t = words(c)
  const why = sayStored(row.reason, say.language)
  return (
    <tr class={first ? 'act-first' : 'act-more'}>
      <td>
        {first ? (
          <Time c={c} at={row.createdAt} />
        ) : (
          <span class="only-heard">
            <Time c={c} at={row.createdAt} />
          </span>
        )}
      </td>
      <td>{first ? (row.personName ?? t('history.program')) : <span class="only-heard">{row.personName ?? t('history.program')}</span>}</td>
      <td>
        {sayHistory(row, say)}
        {row.articleId && (
          <>
            {' '}
            <a href={`/desk/tickets/${ticketId}#article-${row.articleId}`}>{t('history.article')}</a>
          </>
        )}
        {why.length > 0 && (
          <details class="why">
            <summary>{t('side.why')}</summary>
            <ul>
              {why.map((line) => (
                <li>{line}</li>
              ))}
            </ul>
          </details>
        )}
      </td>
    </tr>
  )
}
