/** Owns the bell: how much is unread, in the bar of every page; its page, on which entries are read, marked and narrowed. */
import type { Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { EVENTS, isId, readableOf, type Here, type Id, type PageContext, type PersonActor, type WebEnv } from '../../../core/index.ts'
import {
  ActButton,
  agentPage,
  Button,
  ButtonLink,
  Card,
  CsrfField,
  demandAgent,
  EmptyState,
  flash,
  fragment,
  LiveRegion,
  ownPath,
  PageHead,
  readFields,
  Tabs,
  Time,
} from '../../../core/pages.ts'
import { administersUnit, pageOfSubject, readerOf, sayObject, sayStopped, saying, type Saying } from '../../../core/administration.ts'
import type { NotificationSettings } from '../settings.ts'
import { STOPPED } from '../tables.ts'
import { sayEvent, words } from '../words.ts'
import { countUnread, listBell, markBell, MOST_UNREAD, type BellEntry, type RuleEntry, type TicketEntry, type Which } from './bell.store.ts'
import { BELL, MINE } from './addresses.ts'
import type { NotificationHost } from './place.ts'

const PAGE = 50

/** What one may look at alone, by events. What is in none of them is the rest. */
const KINDS = {
  new: ['NotificationNewTicket', 'NotificationFollowUp', 'TicketCreate', 'ArticleCreate'],
  notes: ['NotificationAddNote', 'NotificationMention'],
  leading: [
    'NotificationOwnerUpdate',
    'NotificationResponsibleUpdate',
    'NotificationMove',
    'NotificationLockTimeout',
    'TicketOwnerUpdate',
    'TicketResponsibleUpdate',
    'TicketQueueUpdate',
    'TicketLockUpdate',
  ],
  dates: ['NotificationPendingReminder', ...EVENTS.filter((event) => /Escalation/.test(event))],
  mail: ['ArticleEmailSendingError', 'NotificationHeld'],
  rules: [STOPPED],
} as const
type Kind = keyof typeof KINDS | 'rest'
const KIND_NAMES: readonly Kind[] = ['new', 'notes', 'leading', 'dates', 'mail', 'rules', 'rest']

const eventsOfKind = (kind: Kind): readonly string[] => {
  if (kind !== 'rest') return KINDS[kind]
  const others = Object.values(KINDS).flat() as string[]
  return EVENTS.filter((event) => !others.includes(event))
}

export function bellRoutes(app: Hono<WebEnv>, host: NotificationHost): void {
  app.get(BELL, (c) => bellPage(c, host))
  // What the bar fetches again when something new comes.
  app.get(`${BELL}/bell`, async (c) => fragment(c, <Bell c={c} count={await countUnread(host.db, demandAgent(c).id)} />))
  app.post(`${BELL}/read`, async (c) => {
    const actor = demandAgent(c)
    const { id = '', upTo = '', read = 'yes', back = '' } = await readFields(c)
    const which: Which = isId(id) ? { ids: [id] } : { upTo }
    const count = await host.work(actor, (work) => markBell(work, which, read !== 'no'))
    const t = words(c)
    flash(c, { text: read === 'no' ? t('bell.said-unread') : t('bell.said-read', { count }) })
    return c.redirect(ownPath(back || BELL), 303)
  })
}

/** In the bar: for agents, wherever they are. */
export async function barBell(c: PageContext, { host }: Here<NotificationSettings>): Promise<Child> {
  const actor = c.get('actor')
  if (!actor?.access.agent) return null
  return <Bell c={c} count={await countUnread(host.db, actor.id)} />
}

const Bell = ({ c, count }: { c: PageContext; count: number }) => {
  const t = words(c)
  const said = count === 0 ? t('bell.name') : t('bell.unread', { count: Math.min(count, MOST_UNREAD) })
  return (
    <LiveRegion c={c} id="notifications-bell" class="notifications-bell" href={`${BELL}/bell`} on="person">
      <a href={BELL} class="notifications-bell-link" title={said}>
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
          <path
            d="M12 3a6 6 0 0 0-6 6v4l-2 4h16l-2-4V9a6 6 0 0 0-6-6Zm-2 16a2 2 0 0 0 4 0"
            fill="none"
            stroke="currentColor"
            stroke-width="1.8"
            stroke-linejoin="round"
            stroke-linecap="round"
          />
        </svg>
        <span class="only-heard">{said}</span>
        {count > 0 && (
          <span class="notifications-count" aria-hidden="true">
            {count > MOST_UNREAD ? `${MOST_UNREAD}+` : count}
          </span>
        )}
      </a>
    </LiveRegion>
  )
}

async function bellPage(c: PageContext, host: NotificationHost): Promise<Response> {
  const actor = demandAgent(c)
  const t = words(c)
  const query = c.req.query()
  const unread = query['which'] !== 'all'
  const kind = KIND_NAMES.find((one) => one === query['kind'])
  const found = await listBell(host.db, actor.id, {
    unread,
    ...(kind ? { events: eventsOfKind(kind) } : {}),
    before: query['before'],
    limit: PAGE,
  })
  const page = found.slice(0, PAGE)
  const sees = await readersView(host, actor, page)
  // What somebody may read no more is not shown, and is counted no more.
  const lost = page.filter((entry) => entry.readAt === null && !sees(entry))
  if (lost.length > 0) await host.work(actor, (work) => markBell(work, { ids: lost.map(({ id }) => id) }, true))
  const rows = page.filter(sees)
  const rules = await saying(
    host.db,
    readerOf(c),
    rows.flatMap((entry) => (entry.about === null ? [] : changeOf(entry))),
  )
  const url = (change: Record<string, string | undefined>) => {
    const params = new URLSearchParams()
    const all = { which: unread ? undefined : 'all', kind, ...change }
    for (const [name, value] of Object.entries(all)) if (value) params.set(name, value)
    return params.size > 0 ? `${BELL}?${params}` : BELL
  }
  const here = url(query['before'] ? { before: query['before'] } : {})
  const count = await countUnread(host.db, actor.id)
  return agentPage(c, {
    title: t('bell.name'),
    body: (
      <>
        <PageHead title={t('bell.name')} beside={t('bell.lead')}>
          {count > 0 && rows.length > 0 && !query['before'] && (
            <ActButton c={c} action={`${BELL}/read`} fields={{ upTo: found[0]!.id, back: here }}>
              {t('bell.read-all')}
            </ActButton>
          )}
          <ButtonLink href={MINE}>{t('bell.settings')}</ButtonLink>
        </PageHead>
        <Tabs
          label={t('bell.which')}
          tabs={[
            { href: url({ which: undefined }), label: t('bell.tab.unread'), current: unread, ...(count > 0 ? { count } : {}) },
            { href: url({ which: 'all' }), label: t('bell.tab.all'), current: !unread },
          ]}
        />
        <form class="notifications-kinds" method="get" action={BELL}>
          {!unread && <input type="hidden" name="which" value="all" />}
          <div class="field">
            <label for="bell-kind">{t('bell.kind')}</label>
            <select id="bell-kind" name="kind" data-submits="">
              <option value="">{t('bell.kind.any')}</option>
              {KIND_NAMES.map((name) => (
                <option value={name} selected={name === kind}>
                  {t(`kind.${name}`)}
                </option>
              ))}
            </select>
          </div>
          <Button>{t('bell.show')}</Button>
        </form>
        {rows.length === 0 ? (
          <Card>
            <EmptyState
              title={t(unread ? 'bell.none-unread' : 'bell.none')}
              text={t(unread ? 'bell.none-unread.text' : 'bell.none.text')}
            />
          </Card>
        ) : (
          <ol class="card notifications-entries" aria-label={t('bell.name')}>
            {rows.map((entry) => (
              <Entry c={c} entry={entry} back={here} said={entry.about === null ? ofTicket(c, entry) : ofRule(c, rules, actor, entry)} />
            ))}
          </ol>
        )}
        {(query['before'] || found.length > PAGE) && (
          <nav class="pager" aria-label={t('bell.name')}>
            {query['before'] && (
              <a class="button button-quiet" href={url({})}>
                ⇤ {t('bell.first')}
              </a>
            )}
            {found.length > PAGE && (
              <a class="button button-quiet" href={url({ before: page.at(-1)!.id })} rel="next">
                {t('bell.older')} →
              </a>
            )}
          </nav>
        )}
      </>
    ),
  })
}

/** Tickets that they read, and rules that they may take up again. */
async function readersView(host: NotificationHost, actor: PersonActor, page: readonly BellEntry[]): Promise<(entry: BellEntry) => boolean> {
  const readable = await readableOf(
    host.db,
    actor.access,
    page.flatMap(({ ticketId }) => ticketId ?? []),
    'ro',
  )
  const units = new Set(page.flatMap((entry) => (entry.about === null ? [] : (entry.unitId ?? []))))
  const own = new Set<Id>()
  if (!actor.access.admin) for (const unit of units) if (await administersUnit(host.db, actor.id, unit)) own.add(unit)
  return (entry) =>
    entry.about === null ? readable.has(entry.ticketId) : actor.access.admin || (entry.unitId !== null && own.has(entry.unitId))
}

/** Of the log's own kind, so that it is called as there. */
const changeOf = ({ about, aboutId }: RuleEntry) => ({ object: { type: about, id: aboutId }, before: null, after: null })

interface Said {
  href: string | null
  title: string
  parts: readonly Child[]
}

const ofTicket = (c: PageContext, entry: TicketEntry): Said => ({
  href: `/desk/tickets/${entry.ticketId}${entry.articleId ? `#article-${entry.articleId}` : ''}`,
  title: entry.title,
  parts: [sayEvent(c, entry.event), entry.actorName ?? words(c)('actor.program'), entry.number],
})

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

/** Local administrators have the page of the unit, central ones their own. */
function ofRule(c: PageContext, rules: Saying, actor: PersonActor, entry: RuleEntry): Said {
  const change = changeOf(entry)
  const page = pageOfSubject({ kind: 'admin-changed', ...change }, c.get('host').plugins)
  const own = page !== null && !actor.access.admin && entry.unitSlug !== null ? `/u/${entry.unitSlug}${page}` : page
  return {
    href: own,
    title: capital(sayObject(rules, change)),
    parts: [sayStopped(rules, change, entry.why, entry.detail).replace(/\.$/, '')],
  }
}

const Entry = ({ c, entry, back, said: { href, title, parts } }: { c: PageContext; entry: BellEntry; back: string; said: Said }) => {
  const t = words(c)
  const fresh = entry.readAt === null
  return (
    <li class={fresh ? 'notifications-entry notifications-fresh' : 'notifications-entry'}>
      <div>
        <p class="line-1">
          {fresh && <span class="badge badge-new">{t('bell.new')}</span>} {href === null ? title : <a href={href}>{title}</a>}
        </p>
        <p class="row-quiet">
          {parts.map((part) => (
            <>
              {part}
              {' · '}
            </>
          ))}
          <Time c={c} at={entry.at} />
        </p>
      </div>
      <form method="post" action={`${BELL}/read`} autocomplete="off">
        <CsrfField c={c} />
        <input type="hidden" name="id" value={entry.id} />
        <input type="hidden" name="read" value={fresh ? 'yes' : 'no'} />
        <input type="hidden" name="back" value={back} />
        <Button small>
          {t(fresh ? 'bell.read' : 'bell.unread-again')}
          <span class="only-heard">: {title}</span>
        </Button>
      </form>
    </li>
  )
}
