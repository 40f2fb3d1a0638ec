/** Owns whom a fact tells: its events, the notifications that know them, and the verdict on everybody they mean. It reads and writes nothing. */
import { DateTime } from 'luxon'
import {
  agentsOfQueue,
  calendarOfQueue,
  canonicalAddress,
  destinationOf,
  eventsOf,
  factsOfAct,
  findArticle,
  findTicket,
  historyRows,
  isProgramAddress,
  isWorkingTime,
  listArticles,
  listFields,
  loadActor,
  may,
  possibleEvents,
  ruleRoom,
  sourcesOf,
  system,
  textForTold,
  whichMatch,
  whoSees,
  type Actor,
  type Article,
  type EventFact,
  type EventName,
  type Fact,
  type Host,
  type Id,
  type Ticket,
} from '../../core/index.ts'
import { administersUnit, readAddressBook } from '../../core/administration.ts'
import { articleFits } from './article-filter.ts'
import { agentsMeant, outsideMeant, type Scene } from './candidates.ts'
import { mentionsIn } from './mentions.ts'
import { judgeAgents, type Verdict } from './judge.ts'
import { judgeOutside, type Found, type OutsideVerdict } from './judge-outside.ts'
import type { Notification } from './notifications.ts'
import { peopleAt } from './people.ts'
import { ARTICLE_EVENTS } from './rule.ts'
import type { NotificationSettings } from './settings.ts'
import { toldInPageSince, woken } from './told.store.ts'

export type Room = Host<NotificationSettings>

/** What one notification does about a fact. */
export interface Planned {
  notification: Notification
  event: EventName
  /** It tells nobody at this hour. */
  offHours: boolean
  /** Nobody stands behind it any more: it is stopped. */
  editorGone: boolean
  agents: Verdict[]
  outside: OutsideVerdict[]
}

export interface Plan {
  ticket: Ticket
  actor: Actor
  article: Article | undefined
  /** What was said with the act, where it is no event of its own. */
  comment: string | undefined
  planned: Planned[]
}

/**
 * Judged as it stands now. Undefined: it tells nobody – the ticket is gone, or lies where the plugin is off, or the act was taken back.
 * `only`: these, whether they are on or not, for a trial.
 */
export async function plan(fact: Fact<EventFact>, host: Room, only?: readonly Notification[]): Promise<Plan | undefined> {
  const ticket = await findTicket(host.db, fact.ticketId, null)
  if (!ticket || !(only || (await host.active(ticket.unitId)))) return undefined
  const notifications =
    only ??
    (await woken(host.db, {
      unitId: ticket.unitId,
      events: possibleEvents(fact.name),
      fields: fact.name === 'ticket.fields-changed',
      at: fact.createdAt,
      factId: fact.id,
      ticketId: ticket.id,
    }))
  if (notifications.length === 0) return undefined
  const { facts, undone } = await factsOfAct(host.db, ticket.id, fact.act)
  if (undone) return undefined
  // Nobody was told of what is taken back, so nobody is told that all is as before.
  if (fact.name !== 'ticket.act-undone' && facts.some(({ name }) => name === 'ticket.act-undone')) return undefined
  const articleId = 'article' in fact.data ? fact.data.article : null
  const article = articleId === null ? undefined : await findArticle(host.db, ticket.id, articleId)
  if (article?.withdrawnAt) return undefined
  const mentioned = fact.name === 'article.created' && article?.senderType === 'agent' ? mentionsIn(article.body) : []
  const events = eventsOf(fact, {
    facts: facts.map(({ name }) => name),
    rows: NEEDS_ROWS.has(fact.name) ? await historyRows(host.db, ticket.id, { act: fact.act }) : [],
    closed: ticket.stateType === 'closed',
    fields:
      fact.name === 'ticket.fields-changed' ? new Map((await listFields(host.db, 'ticket')).map(({ id, name }) => [id, name])) : new Map(),
    mentions: mentioned.length > 0,
  })
  const about = notifications.flatMap((notification) => {
    const event = notification.rule.events.find((one) => events.includes(one))
    return event ? [{ notification, event }] : []
  })
  const now = host.clock()
  const zone = host.config.zone
  const fitting = new Set(
    about.length === 0
      ? []
      : await whichMatch(
          host.db,
          about.map(({ notification }) => ({
            key: notification.id,
            // The archive is the lists' affair.
            filter: { archived: 'with' as const, ...notification.rule.filter },
          })),
          await ruleRoom(host.db, { now, zone }),
          ticket.id,
        ),
  )
  const left = about.filter(
    ({ notification, event }) =>
      fitting.has(notification.id) &&
      (!ARTICLE_EVENTS.includes(event) || (article !== undefined && articleFits(notification.rule.article, article))),
  )
  if (left.length === 0) return undefined
  const actor = (fact.personId !== null && (await loadActor(host.db, fact.personId))) || system('notifications')
  const view = await lookAround({ host, ticket, mentioned, article, fact, actor, now })
  const planned: Planned[] = []
  for (const one of left) planned.push(await judge(one, view))
  return { ticket, actor, article, comment: await commentOf(facts, host, ticket), planned }
}

const NEEDS_ROWS: ReadonlySet<string> = new Set(['ticket.created', 'article.created'])

/** The note that was written with a change. */
async function commentOf(
  facts: readonly { name: string; data: Record<string, unknown> }[],
  { db }: Room,
  ticket: Ticket,
): Promise<string | undefined> {
  const written = facts.find(({ name, data }) => name === 'article.created' && data['channel'] === 'internal')
  const handed = facts.some(({ name }) => name === 'ticket.owner-changed' || name === 'ticket.responsible-changed')
  if (!written || !handed) return undefined
  return (await findArticle(db, ticket.id, String(written.data['article'])))?.body
}

interface Given {
  host: Room
  ticket: Ticket
  mentioned: readonly string[]
  article: Article | undefined
  fact: Fact<EventFact>
  actor: Actor
  now: Date
}

/** What several notifications of one fact ask alike, each looked up once and only when it is asked. */
async function lookAround(given: Given) {
  const { host, ticket, fact, actor, now } = given
  const once = <T>(read: () => Promise<T>): (() => Promise<T>) => {
    let found: Promise<T> | undefined
    return () => (found ??= read())
  }
  const settings = await host.settings(ticket.unitId)
  const book = await readAddressBook(host.db, host.config)
  const onlookers = await whoSees(host.db, ticket.id)
  const articles = once(() => listArticles(host.db, ticket.id, { visibleOnly: false }))
  const scene: Scene = {
    host,
    ticket,
    mentioned: given.mentioned,
    meant: new Map(),
    outside: new Map(),
    articles,
    fill: async (text) => {
      const room = { db: host.db, config: host.config, now, actor }
      const filled = await textForTold(room, ticket, { subject: '', body: text, contentType: 'text/plain' }, 'en', { outside: true })
      return filled(null).body
    },
  }
  const midnight = DateTime.fromJSDate(now, { zone: host.config.zone }).startOf('day').toJSDate()
  return {
    ...given,
    settings,
    scene,
    midnight,
    readers: new Set(onlookers.filter(({ hat }) => hat === 'agent').map(({ id }) => id)),
    onlookers: new Set(onlookers.map(({ id }) => id)),
    // OTRS behaviour: who may write notes is told of them.
    noters: once(async () => new Set((await agentsOfQueue(host.db, ticket.queueId, 'note')).map(({ id }) => id))),
    working: once(async () => {
      const source = (await sourcesOf(host.db, [{ ...ticket, dueAt: now, suspended: null }])).get(ticket.id)
      return isWorkingTime(source?.calendar ?? (await calendarOfQueue(host.db, ticket.queueId)), now)
    }),
    told: once(() => historyRows(host.db, ticket.id, { types: ['SendAgentNotification', 'SendCustomerNotification'], since: midnight })),
    unfit: (address: string) =>
      destinationOf(book, address) ? ('own-address' as const) : isProgramAddress(address) ? ('program-address' as const) : undefined,
    people: peopleAt(host.db, now),
    actorId: fact.personId,
  }
}
type View = Awaited<ReturnType<typeof lookAround>>

async function judge({ notification, event }: { notification: Notification; event: EventName }, view: View): Promise<Planned> {
  const { ticket, scene, settings } = view
  const { rule } = notification
  const nobody: Planned = { notification, event, offHours: false, editorGone: false, agents: [], outside: [] }
  if (rule.hours !== null && (await view.working()) !== (rule.hours === 'within')) return { ...nobody, offHours: true }
  const editor = await editorOf(notification, view.host)
  if (editor === undefined) return { ...nobody, editorGone: true }
  const candidates = await agentsMeant(rule, scene)
  await view.people.meet(candidates)
  const verdicts = judgeAgents(rule, candidates, {
    actorId: view.actorId,
    selfNotify: settings.selfNotify,
    agents: view.people.agents,
    readers: event === 'NotificationAddNote' ? new Set([...view.readers, ...(await view.noters())]) : view.readers,
    absent: view.people.absent,
    choices: view.people.choices,
    queueId: ticket.queueId,
    notificationId: notification.id,
    toldToday: rule.oncePerDay ? await toldToday(notification, view) : new Set(),
    unfit: view.unfit,
    lastHour: view.people.lastHour,
    perHour: settings.perHour,
  })
  const told = new Set(verdicts.filter(({ outcome }) => outcome === 'told').map(({ personId }) => personId))
  return { ...nobody, agents: verdicts, outside: await judgeOthers(notification, event, editor, told, view) }
}

async function judgeOthers(
  notification: Notification,
  event: EventName,
  editor: Actor,
  told: ReadonlySet<Id>,
  view: View,
): Promise<OutsideVerdict[]> {
  const { rule } = notification
  if (!rule.ways.includes('mail')) return []
  // Of what a program wrote – this plugin too –, and whether that arrived, nobody outside is told: it would go round in circles.
  if (view.article?.senderType === 'system') return []
  const found = await outsideMeant(rule, view.scene)
  if (found.length === 0) return []
  const held = await rightsOf(editor, view)
  const today = rule.oncePerDay ? (await view.told()).filter(({ type }) => type === 'SendCustomerNotification') : []
  return judgeOutside(found, {
    actorId: view.actorId,
    selfNotify: view.settings.selfNotify,
    readers: view.onlookers,
    told,
    canonical: canonicalAddress,
    unfit: view.unfit,
    toldToday: new Set(today.map(({ parts }) => canonicalAddress(parts[0] ?? ''))),
    oncePerDay: rule.oncePerDay,
    forbidden: (kind: Found['kind']) => !held(kind === 'addresses' ? 'forward' : 'compose'),
  })
}

/** What an editor could do by hand: the system anything, a person what they hold on the ticket now. */
async function rightsOf(editor: Actor, { host, ticket }: View): Promise<(right: string) => boolean> {
  if (editor.kind === 'system') return () => true
  const seen = await findTicket(host.db, ticket.id, editor.id)
  return (right) => seen !== undefined && may(editor.access, right, seen.ties).allowed
}

/** With whose rights it works: the installation's with all, a unit's with its last editor's. Undefined: they administer the unit no more. */
async function editorOf({ unitId, editedBy }: Notification, { db }: Room): Promise<Actor | undefined> {
  if (unitId === null) return system('notifications')
  const editor = editedBy === null ? undefined : await loadActor(db, editedBy)
  return editor && (editor.access.admin || (await administersUnit(db, editor.id, unitId))) ? editor : undefined
}

/** OTRS behaviour: by the history of the day, where the notification stands by its name and the agent by their login. */
async function toldToday(notification: Notification, view: View): Promise<Set<string>> {
  const logins = new Map([...view.people.agents.values()].map(({ id, login }) => [login, id]))
  const mails = (await view.told()).flatMap(({ type, parts: [name, login = '', way] }) =>
    type === 'SendAgentNotification' && name === notification.name && way === EMAIL && logins.has(login)
      ? [`${logins.get(login)} mail`]
      : [],
  )
  const pages = await toldInPageSince(view.host.db, notification.id, view.ticket.id, view.midnight)
  return new Set([...mails, ...pages.map((id) => `${id} page`)])
}
/** What OTRS calls the way by mail. */
export const EMAIL = 'Email'
