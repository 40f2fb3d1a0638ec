/** Owns the frame of the agents' pages: bar, rail with views and queues, and who is let in. */
import type { Child } from 'hono/jsx'
import {
  countEach,
  countOpenByQueue,
  inUse,
  listQueues,
  OPEN_TYPES,
  isOpen,
  queueTree,
  queuesWith,
  savedViews,
  type InUse,
  type PageContext,
  type PersonActor,
  type Queue,
  type QueueNode,
  type SavedView,
  type TicketFilter,
} from '../../../core/index.ts'
import { ButtonLink, demandAgent, fragment, Key, LiveRegion, page, webTexts, type PageWish } from '../../../core/pages.ts'
import { readPlace, readSaved, savedUrl, sayPlace, toFilter, type ListPlace } from '../list-query.ts'
import { hasView, RARE, VIEWS, views, type ViewName } from '../views.ts'
import { words, type DeskWord } from '../words.ts'

/** What the rail and the pages beside it both need; read once a request. */
export interface Visit {
  actor: PersonActor
  queues: readonly Queue[]
  /** Saved views that the person has; asked for once. */
  views(): Promise<SavedView[]>
  used: InUse
}

export async function enter(c: PageContext): Promise<Visit> {
  const actor = demandAgent(c)
  const host = c.get('host')
  const { db } = host
  let views: Promise<SavedView[]> | undefined
  return {
    actor,
    queues: await host.remembered('queues', () => listQueues(db)),
    views: () => (views ??= savedViews(db, actor.access)),
    used: inUse(host),
  }
}

/** A whole page in the desk's frame. */
export async function deskPage(
  c: PageContext,
  visit: Visit,
  wish: Omit<PageWish, 'frame' | 'live'> & { live?: PageWish['live']; place?: ListPlace; saved?: string; q?: string },
): Promise<Response> {
  const t = words(c)
  const { place, saved, q, live, ...rest } = wish
  return page(c, {
    ...rest,
    live: { list: true, ...live },
    body: (
      <>
        {wish.body}
        <KeySheet c={c} />
      </>
    ),
    frame: {
      name: 'desk',
      home: '/desk',
      search: { action: '/desk/search', name: 'q', label: t('search.label'), ...(q ? { value: q } : {}) },
      acts: (
        <>
          <span class="live-state">{webTexts.in(c.get('language'))('page.live')}</span>
          <ButtonLink kind="primary" href="/desk/new" shortcut="N">
            {t('new.link')}
          </ButtonLink>
        </>
      ),
      rail: await rail(c, visit, saved ? `saved-${saved}` : place ? sayPlace(place) : ''),
    },
  })
}

interface RailData {
  counts: Record<ViewName, number>
  tree: QueueNode[]
  /** Of a view that shows closed tickets too no figure says how much there is to do: it has none. */
  saved: (SavedView & { count: number | undefined })[]
}

async function readRail(c: PageContext, { actor, queues, views: saved, used }: Visit): Promise<RailData> {
  const { access } = actor
  const mine = await saved()
  const readable = queuesWith(access, 'ro')
  // All that the figures follow from but the tickets and the time.
  const filters = VIEWS.map((name) => hasView(name, access) && views[name].filter(access, new Date(0)))
  const whose = JSON.stringify([actor.id, readable, filters, mine.map(({ address }) => address)])
  const { counts, open } = await c.get('host').whileTicketsStand(`rail ${whose}`, () => readFigures(c, { actor, queues, used }, mine))
  return {
    counts,
    saved: mine.map((view, n) => ({ ...view, count: counts[`saved-${n}`] })),
    tree: queueTree(queues, new Set(readable), open, c.get('language')),
  }
}

async function readFigures(c: PageContext, { actor, queues, used }: Pick<Visit, 'actor' | 'queues' | 'used'>, mine: readonly SavedView[]) {
  const { db, config, clock } = c.get('host')
  const { access } = actor
  const now = clock()
  const lists = mine.map(({ address }) => readSaved(address))
  const own = lists.some((list) => Object.keys(list.own).length > 0) ? await used.fields() : []
  const filters = lists.map((list) => toFilter(list, { access, queues, zone: config.zone, now, own }))
  // Of one state nothing but the list of states knows whether it is open.
  const states = filters.some(({ stateId }) => stateId) ? await used.states() : []
  const ofOpenState = ({ stateId }: TicketFilter) => states.some(({ id, type }) => id === stateId && isOpen(type))
  const waiting = filters.flatMap((filter, n): [`saved-${number}`, TicketFilter][] =>
    filter.stateTypes?.every(isOpen)
      ? [[`saved-${n}`, filter]]
      : ofOpenState(filter)
        ? [[`saved-${n}`, { ...filter, stateTypes: OPEN_TYPES }]]
        : [],
  )
  // Held messages and failed mails lie on closed tickets too, so that they are no part of the one walk over open ones.
  const [counts, open] = await Promise.all([
    countEach(
      db,
      access,
      'ro',
      Object.fromEntries([
        ...VIEWS.filter((name) => hasView(name, access)).map((name) => [name, views[name].filter(access, now)] as const),
        ...waiting,
      ]) as Record<ViewName, TicketFilter> & Record<`saved-${number}`, TicketFilter>,
    ),
    countOpenByQueue(db, access),
  ])
  return { counts, open }
}

/** The rail's content; it fetches itself again when a ticket changes. */
export async function rail(c: PageContext, visit: Visit, here: string): Promise<Child> {
  const t = words(c)
  const [{ counts, tree, saved }, more] = await Promise.all([readRail(c, visit), c.get('host').slots.fill('desk.rail', {}, c)])
  return (
    <LiveRegion c={c} id="rail-lists" href={`/desk/rail?here=${here}`} on="tickets" calm="whole">
      <ul>
        {VIEWS.filter(
          (name) => here === `view-${name}` || (hasView(name, visit.actor.access) && (!RARE.includes(name) || counts[name] > 0)),
        ).map((name) => (
          <li>
            <RailLink c={c} href={`/desk/view/${name}`} current={here === `view-${name}`} count={counts[name]}>
              {t(`view.${name}`)}
            </RailLink>
          </li>
        ))}
      </ul>
      {saved.length > 0 && (
        <>
          <h2 id="rail-saved">
            <a href="/desk/views">{t('views.title')}</a>
          </h2>
          <ul aria-labelledby="rail-saved">
            {saved.map((view) => (
              <li>
                <RailLink c={c} href={savedUrl(view)} current={here === `saved-${view.id}`} count={view.count}>
                  {view.name}
                </RailLink>
              </li>
            ))}
          </ul>
        </>
      )}
      {tree.length > 0 && <h2 id="rail-queues">{t('rail.queues')}</h2>}
      <ul aria-labelledby="rail-queues">
        {tree.map((node) => (
          <li class={node.depth > 0 ? `deep-${Math.min(node.depth, 4)}` : undefined}>
            {node.readable ? (
              <RailLink c={c} href={`/desk/queue/${node.id}`} current={here === `queue-${node.id}`} count={node.open}>
                {node.name}
              </RailLink>
            ) : (
              <span class="rail-plain">{node.name}</span>
            )}
          </li>
        ))}
      </ul>
      {tree.length > 0 && (
        <ul>
          <li>
            <a href="/desk/my-queues">
              <span class="rail-name quiet">{t(visit.actor.access.chosenQueues ? 'chosen.change' : 'chosen.choose')}</span>
            </a>
          </li>
        </ul>
      )}
      {more}
    </LiveRegion>
  )
}

const RailLink = ({
  c,
  href,
  current,
  count,
  children,
}: {
  c: PageContext
  href: string
  current: boolean
  count: number | undefined
  children: Child
}) => (
  <a href={href} aria-current={current ? 'page' : undefined}>
    <span class="rail-name">{children}</span>{' '}
    {count !== undefined && (
      <span class="count" aria-label={words(c)('list.count', { count })}>
        {count >= 1000 ? '999+' : count}
      </span>
    )}
  </a>
)

/** GET /desk/rail: the rail alone. */
export async function railFragment(c: PageContext): Promise<Response> {
  const visit = await enter(c)
  const here = c.req.query('here') ?? ''
  return fragment(c, await rail(c, visit, /^saved-\d{1,18}$/.test(here) || readPlace(here) ? here : ''))
}

const singleKeys = (c: PageContext): boolean => c.get('actor')?.preferences.singleKeys !== false

/** Keys that work in a list, under it; all of them behind '?'. */
export const KeyHints = ({ c }: { c: PageContext }) => {
  const t = words(c)
  if (!singleKeys(c)) return null
  return (
    <p class="keys">
      <Key>J</Key>
      <Key>K</Key> {t('keys.up-down')} <Key>X</Key> {t('keys.pick')} <Key>A</Key> {t('keys.take')} <Key>Enter</Key> {t('keys.open')}{' '}
      <button type="button" class="link-button" popovertarget="keys" aria-keyshortcuts="?">
        {t('keys.all')}
      </button>
      <Key>?</Key>
    </p>
  )
}

const SHEET: readonly { of: DeskWord; keys: readonly (readonly [string, DeskWord])[] }[] = [
  {
    of: 'keys.everywhere',
    keys: [
      ['/', 'keys.search'],
      ['N', 'keys.new'],
      ['Z', 'keys.undo'],
      ['?', 'keys.help'],
    ],
  },
  {
    of: 'keys.list',
    keys: [
      ['J K', 'keys.up-down'],
      ['X', 'keys.pick'],
      ['A', 'keys.take'],
      ['F', 'keys.filter'],
      ['Enter', 'keys.open'],
    ],
  },
  {
    of: 'keys.ticket',
    keys: [
      ['R', 'act.reply'],
      ['I', 'act.note'],
      ['A', 'act.take'],
      ['M', 'act.move'],
      ['P', 'act.pend'],
      ['C', 'act.close'],
      ['Ctrl Enter', 'keys.send'],
    ],
  },
]

/** All keys; the browser opens and closes it by itself. */
const KeySheet = ({ c }: { c: PageContext }) => {
  const t = words(c)
  if (!singleKeys(c)) return null
  return (
    <>
      {/* For the key alone: whoever needs words has those under a list. */}
      <button type="button" hidden popovertarget="keys" data-key="?" />
      <div popover="auto" id="keys" class="keys-sheet" role="dialog" aria-labelledby="keys-title">
        <h2 id="keys-title">{t('keys.title')}</h2>
        {SHEET.map(({ of, keys }) => (
          <>
            <h3>{t(of)}</h3>
            <dl>
              {keys.map(([key, what]) => (
                <div>
                  <dt>
                    {key.split(' ').map((one) => (
                      <kbd>{one}</kbd>
                    ))}
                  </dt>
                  <dd>{t(what)}</dd>
                </div>
              ))}
            </dl>
          </>
        ))}
        <div class="acts">
          <button type="button" class="button button-quiet" popovertarget="keys" popovertargetaction="hide">
            {t('keys.close')}
          </button>
        </div>
      </div>
    </>
  )
}
