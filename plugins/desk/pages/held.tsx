/** Owns messages held apart on a ticket's page: those that wait for a decision, and those that were rejected. */
import { offersAct, type Article, type PageContext, type Ticket } from '../../../core/index.ts'
import { ArticleCard, AssuranceLine, Button, CsrfField, Notice, sayMailRule } from '../../../core/pages.ts'
import { words } from '../words.ts'
import type { Visit } from './frame.tsx'

interface Props {
  c: PageContext
  visit: Visit
  ticket: Ticket
  articles: readonly Article[]
}

/** Is it a message of the ticket, for its timeline? */
export const isPart = (article: Article): boolean => article.held === null || article.held.decision === 'accepted'

/** What waits, above the conversation: the first thing to decide. */
export const HeldMessages = ({ c, visit, ticket, articles }: Props) => {
  const waiting = articles.filter((article) => article.held?.decision === null)
  if (waiting.length === 0) return null
  const t = words(c)
  return (
    <section class="held" id="held" aria-labelledby="held-title">
      <Notice tone="warn">
        <h2 id="held-title">{t('held.title', { count: waiting.length })}</h2>
        <p>{t('held.text', { count: waiting.length })}</p>
      </Notice>
      {waiting.map((article) => (
        <Held c={c} visit={visit} ticket={ticket} article={article} />
      ))}
    </section>
  )
}

/** What was rejected, folded, behind the conversation. */
export const RejectedMessages = ({ c, visit, ticket, articles }: Props) => {
  const rejected = articles.filter((article) => article.held?.decision === 'rejected')
  if (rejected.length === 0) return null
  return (
    <details class="held-rejected" id="rejected">
      <summary>{words(c)('held.rejected', { count: rejected.length })}</summary>
      {rejected.map((article) => (
        <Held c={c} visit={visit} ticket={ticket} article={article} />
      ))}
    </details>
  )
}

const Held = ({ c, visit, ticket, article }: Omit<Props, 'articles'> & { article: Article }) => {
  const t = words(c)
  const waits = article.held?.decision === null
  const decides = offersAct('accept-message', ticket, visit.actor.access)
  return (
    <ArticleCard
      c={c}
      article={article}
      audience="agent"
      attachmentHref={(file) => `/desk/tickets/${ticket.id}/attachments/${file.id}`}
      beside={
        <>
          {waits && <p class="held-why">{sayMailRule(article.held?.rule ?? '', c.get('language'))}</p>}
          <AssuranceLine c={c} article={article} />
        </>
      }
      below={
        decides && (
          <form class="acts held-acts" method="post" autocomplete="off" action={`/desk/tickets/${ticket.id}/accept-message`}>
            <CsrfField c={c} />
            <input type="hidden" name="article" value={article.id} />
            <Button kind={waits ? 'primary' : 'quiet'}>{t('act.accept-message')}</Button>
            {article.personId !== null && (
              <button type="submit" class="button button-quiet" formaction={`/desk/tickets/${ticket.id}/accept-sender`}>
                {t('act.accept-sender')}
              </button>
            )}
            {waits && (
              <button type="submit" class="button button-quiet" formaction={`/desk/tickets/${ticket.id}/reject-message`}>
                {t('act.reject-message')}
              </button>
            )}
          </form>
        )
      }
    />
  )
}
