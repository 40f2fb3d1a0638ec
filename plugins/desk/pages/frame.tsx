/** Owns the frame of the agents' pages: bar, rail with views and queues, and who is let in. */
import type { Child } from 'hono/jsx'
import {
  ButtonLink, countEach, countOpenByQueue, demandLogin, Key, listQueues, LiveRegion, page, queueTree, queuesWith, refused, type PageContext,
  type PageWish, type PersonActor, type Queue, type QueueNode,
} from '../../../core/index.ts'
import { readPlace, sayPlace, type ListPlace } from '../list-query.ts'
import { VIEWS, views, type ViewName } from '../views.ts'
import { words } from '../words.ts'

/** The agent who asks; not logged in: to the login and back. A customer is told that the desk is not theirs. */
export function demandAgent(c: PageContext): PersonActor {
  const actor = demandLogin(c)
  if (!actor.access.agent) throw refused('not-allowed')
  return actor
}

/** What the rail and the pages beside it both need; read once a request. */
export interface Room {
  actor: PersonActor
  queues: Queue[]
}

export async function enter(c: PageContext): Promise<Room> {
  const actor = demandAgent(c)
  return { actor, queues: await listQueues(c.get('host').db) }
}

/** A whole page in the desk's frame. */
export async function deskPage(c: PageContext, room: Room, wish: Omit<PageWish, 'frame' | 'live'> & { live?: PageWish['live']; place?: ListPlace; q?: string }): Promise<Response> {
  const t = words(c)
  const { place, q, live, ...rest } = wish
  return page(c, {
    ...rest, live: { list: true, ...live },
    frame: {
      name: 'desk', home: '/desk',
      search: { action: '/desk/search', name: 'q', label: t('search.label'), ...(q ? { value: q } : {}) },
      acts: <ButtonLink kind="primary" href="/desk/new" shortcut="N">{t('new.link')}</ButtonLink>,
      rail: await rail(c, room, place),
    },
  })
}

interface RailData { counts: Record<ViewName, number>; tree: QueueNode[] }

async function readRail(c: PageContext, { actor, queues }: Room): Promise<RailData> {
  const { db } = c.get('host')
  const { access } = actor
  const [counts, open] = await Promise.all([
    countEach(db, access, 'ro', Object.fromEntries(VIEWS.map((name) => [name, views[name].filter(access)])) as Record<ViewName, ReturnType<(typeof views)['take']['filter']>>),
    countOpenByQueue(db, access),
  ])
  return { counts, tree: queueTree(queues, new Set(queuesWith(access, 'ro')), open, c.get('language')) }
}

/** The rail's content; it fetches itself again when a ticket changes. */
export async function rail(c: PageContext, room: Room, place: ListPlace | undefined): Promise<Child> {
  const t = words(c)
  const [{ counts, tree }, more] = await Promise.all([readRail(c, room), c.get('host').slots.fill('desk.rail', {}, c)])
  const here = place ? sayPlace(place) : ''
  return (
    <LiveRegion c={c} id="rail-lists" href={`/desk/rail?here=${here}`} on="tickets">
      <ul class="rail-list">
        {VIEWS.map((name) => (
          <li><RailLink c={c} href={`/desk/view/${name}`} current={here === `view-${name}`} count={counts[name]}>{t(`view.${name}`)}</RailLink></li>
        ))}
      </ul>
      {tree.length > 0 && <h2 class="rail-head" id="rail-queues">{t('rail.queues')}</h2>}
      <ul class="rail-list" aria-labelledby="rail-queues">
        {tree.map((node) => (
          <li class={`rail-depth-${Math.min(node.depth, 4)}`}>
            {node.readable
              ? <RailLink c={c} href={`/desk/queue/${node.id}`} current={here === `queue-${node.id}`} count={node.open}>{node.name}</RailLink>
              : <span class="rail-link rail-plain">{node.name}</span>}
          </li>
        ))}
      </ul>
      {more}
    </LiveRegion>
  )
}

const RailLink = ({ c, href, current, count, children }: { c: PageContext; href: string; current: boolean; count: number; children: Child }) => (
  <a class="rail-link" href={href} aria-current={current ? 'page' : undefined}>
    <span class="rail-name">{children}</span>{' '}
    <span class="count" aria-label={words(c)('list.count', { count })}>{count >= 1000 ? '999+' : count}</span>
  </a>
)

/** GET /desk/rail: the rail alone. */
export async function railFragment(c: PageContext): Promise<Response> {
  const room = await enter(c)
  return respondWith(c, await rail(c, room, readPlace(c.req.query('here'))))
}

/** Keys that work on a page, under it; all of them behind '?'. */
export const KeyHints = ({ hints }: { hints: readonly { keys: readonly string[]; what: string }[] }) => (
  <p class="key-hints" aria-hidden="true">
    {hints.map(({ keys, what }, i) => <>{i > 0 && ' · '}{keys.map((key) => <Key>{key}</Key>)} {what}</>)}
  </p>
)

/** A part of a page alone. */
export async function respondWith(c: PageContext, part: Child, status: 200 | 422 = 200): Promise<Response> {
  return c.html(String(await (part as { toString(): string | Promise<string> }).toString()), status)
}
