/** Owns what the desk says when a ticket is no longer what an agent had before their eyes, and the way to act all the same. */
import type { Child } from 'hono/jsx'
import { actOf, saySeen, sinceSeen, type Article, type PageContext, type Ticket } from '../../../core/index.ts'
import { Button, CsrfField, Notice, sayAnyway, SeenField, SinceList, StateBadge, TextArea } from '../../../core/pages.ts'
import { words } from '../words.ts'
import type { RefusedAct } from './ticket.tsx'

/**
 * For a form: what its next press says was seen. After a refusal that showed what is new, that; after any other what was seen before, for
 * whoever mends a field has not looked up.
 */
export const seenNow = (ticket: Ticket, articles: readonly Article[], bad?: Pick<RefusedAct, 'form' | 'status'>): string =>
  bad && bad.status !== 409 ? (bad.form.values['seen'] ?? '') : saySeen('ticket', ticket, articles)

/** What is new on the ticket, below the sentence of the refusal. */
export const SinceSeen = ({
  c,
  ticket,
  articles,
  bad,
}: {
  c: PageContext
  ticket: Ticket
  articles: readonly Article[]
  bad: Pick<RefusedAct, 'form' | 'status'> | undefined
}) => {
  const seen = bad?.status === 409 ? bad.form.values['seen'] : undefined
  if (!seen) return null
  const t = words(c)
  const { articles: news, changed } = sinceSeen(seen, ticket, articles, c.get('actor')!.id)
  const others: Child[] = [
    changed.includes('owner') && (ticket.ownerName === null ? t('since.nobody') : t('since.owner', { who: ticket.ownerName })),
    changed.includes('state') && (
      <>
        {t('since.state')} <StateBadge c={c} ticket={ticket} />
      </>
    ),
    changed.includes('queue') && t('since.queue', { queue: ticket.queueName }),
  ].filter(Boolean)
  return <SinceList c={c} articles={news} others={others} />
}

/** Was it refused for what came since? Then its button says so. */
export const doAnyway = (c: PageContext, bad: Pick<RefusedAct, 'status'> | undefined, act: string): string =>
  bad?.status === 409 ? sayAnyway(c, act) : act

/** A refused act that has no form on the page: why, what is new, what was typed, and a way to do it all the same. */
export const RefusedAbove = ({
  c,
  ticket,
  articles,
  bad,
}: {
  c: PageContext
  ticket: Ticket
  articles: readonly Article[]
  bad: RefusedAct
}) => {
  const { act, form, status } = bad
  const typed = Object.entries(form.values).filter(([name, value]) => value !== '' && !['_csrf', 'seen', ...TEXTS].includes(name))
  const texts = TEXTS.filter((name) => form.values[name])
  const again = status === 409 && Boolean(form.values['seen'])
  return (
    <Notice tone="bad">
      {Object.values(form.problems).map((problem) => (
        <p>{problem}</p>
      ))}
      <SinceSeen c={c} ticket={ticket} articles={articles} bad={bad} />
      {(again || texts.length > 0) && (
        <form class="form" method="post" action={`/desk/tickets/${ticket.id}/${act}`}>
          <CsrfField c={c} />
          <SeenField seen={seenNow(ticket, articles, bad)} />
          {typed.map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          {texts.map((name) => (
            <TextArea
              c={c}
              form={{ values: form.values, problems: {} }}
              name={name}
              id={`again-${name}`}
              label={words(c)('since.text')}
              rows={5}
            />
          ))}
          <Button>{doAnyway(c, bad, words(c)(actOf(act).words.button))}</Button>
        </form>
      )}
    </Notice>
  )
}
/** Fields that hold what somebody wrote. */
const TEXTS = ['body', 'note'] as const
