/** Owns what the knowledge base shows on other pages: a link, suggestions while one asks, entries beside a ticket. */
import type { Child } from 'hono/jsx'
import { offersAct, type Here, type Id, type Language, type PageContext, type PersonActor, type Ticket } from '../../../core/index.ts'
import { ActButton, fragment, hx, isFragment } from '../../../core/pages.ts'
import { listItems, slugOf, unitsAbove, type ListedItem } from '../faq.store.ts'
import { standingIn } from '../rights.ts'
import type { settings } from '../settings.ts'
import type { FaqHost } from '../settings.ts'
import { words } from '../words.ts'
import { itemUrl } from './parts.tsx'

type FaqHere = Here<typeof settings>

/** The entries that fit words, as this person may read them in this unit. */
export async function entriesFor(
  host: FaqHost,
  unitId: Id,
  actor: PersonActor | undefined,
  search: string,
  limit: number,
  language: Language,
): Promise<ListedItem[]> {
  if (search.trim().length < 3 || limit === 0) return []
  const [standing, above, on] = await Promise.all([
    standingIn(host.db, actor, unitId, false),
    host.remembered(`above ${unitId}`, () => unitsAbove(host.db, unitId)),
    host.units(),
  ])
  return listItems(host.db, {
    units: above.filter((id) => on.includes(id)),
    reading: standing,
    search: search.slice(0, 300),
    limit,
    language,
  })
}

export async function barLink(c: PageContext, { unitId, host }: FaqHere): Promise<Child> {
  return <a href={`/u/${await slugOf(host.db, unitId)}/faq`}>{words(c)('faq.link')}</a>
}

/** Under the subject of a new ticket: asked again while one types. */
export async function suggestions(c: PageContext, subject: string, { unitId, host, settings }: FaqHere): Promise<Child> {
  const { suggestions: limit } = await settings()
  if (limit === 0) return null
  return (
    <div
      id="faq-suggestions"
      class="faq-suggestions"
      aria-live="polite"
      {...hx(c, {
        get: '/faq/suggestions',
        trigger: 'input from:#field-subject delay:400ms',
        include: '#field-subject',
        swap: 'outerMorph',
        sync: 'replace',
      })}
      {...{ 'hx-status:4xx': 'swap:none', 'hx-status:5xx': 'swap:none' }}
    >
      <SuggestionList c={c} items={await entriesFor(host, unitId, c.get('actor'), subject, limit, c.get('language'))} />
    </div>
  )
}

/** GET /faq/suggestions?subject=…: the same part again. Without scripts nobody asks for it. */
export async function suggestionsAnswer(c: PageContext, host: FaqHost): Promise<Response> {
  const unitId = c.get('unitId')!
  if (!isFragment(c))
    return c.redirect(`/u/${await slugOf(host.db, unitId)}/faq?search=${encodeURIComponent(c.req.query('subject') ?? '')}`, 302)
  const part = await suggestions(c, c.req.query('subject') ?? '', { unitId, host, settings: () => host.settings(unitId) })
  return fragment(c, part)
}

const SuggestionList = ({ c, items }: { c: PageContext; items: readonly ListedItem[] }) =>
  items.length === 0 ? null : (
    <>
      <p class="faq-suggestions-title">{words(c)('suggest.title')}</p>
      <ul>
        {items.map((item) => (
          <li>
            <a href={itemUrl(item)} target="_blank" lang={item.language}>
              {item.title}
            </a>
          </li>
        ))}
      </ul>
    </>
  )

/** Beside a ticket: what the knowledge base says to its subject. */
export async function besideTicket(c: PageContext, ticket: Ticket, { unitId, host }: FaqHere): Promise<Child> {
  const items = await entriesFor(host, unitId, c.get('actor'), ticket.title, 3, c.get('language'))
  if (items.length === 0) return null
  const actor = c.get('actor')
  const links = actor !== undefined && offersAct('link', ticket, actor.access)
  return (
    <section class="card" aria-labelledby="faq-side">
      <header class="card-head">
        <h2 id="faq-side">{words(c)('desk.side')}</h2>
      </header>
      <ul class="card-body faq-side">
        {items.map((item) => (
          <li>
            <a href={itemUrl(item)} target="_blank" lang={item.language}>
              {item.title}
            </a>
            {links && (
              <ActButton c={c} action={`/desk/tickets/${ticket.id}/link`} fields={{ to: `faq:${item.id}` }} small>
                {words(c)('desk.side.link')}
                <span class="only-heard">: {item.title}</span>
              </ActButton>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
