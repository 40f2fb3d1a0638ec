/** Owns the routing table: what is stored of it, who changes it, and the queue that takes a question in the end. */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import type { CoreSubject } from '../audit/subject.ts'
import type { Config } from '../machine/config.ts'
import type { Database, Id, MailReason } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { isId } from '../kernel/input.ts'
import type { Work } from '../kernel/work.ts'
import { destinationOf, readAddressBook } from '../mail/addresses.ts'
import { demandUnitAdmin, isCentral } from '../permission/unit-administrators.ts'
import { route, type Route, type Routed, type RoutedUnit, type RoutingTable } from './route.ts'
import { listTopics, topicsOffered } from './topics.ts'

/** All of it: units are some dozens, routes some hundreds. A route to a queue that is switched off counts as none. */
export async function readRouting(db: Kysely<Database>): Promise<RoutingTable> {
  const { rows } = await sql<{ units: RoutedUnit[]; routes: Route[] }>`
    select (select json_agg(json_build_object('id', id::text, 'parentId', parent_id::text, 'optedIn', opted_in_at is not null and valid)) from unit) as units,
      (select coalesce(json_agg(json_build_object('unitId', r.unit_id::text, 'topicId', r.topic_id::text, 'queueId', r.queue_id::text)), '[]')
        from route r join queue q on q.id = r.queue_id and q.valid left join topic t on t.id = r.topic_id where t.id is null or t.valid) as routes`.execute(
    db,
  )
  return { units: new Map(rows[0]!.units.map((unit) => [unit.id, unit])), routes: rows[0]!.routes }
}

/** Central IT's reception, where what nobody took ends: the queue of the site's first address. */
export async function receptionQueue(db: Kysely<Database>, config: Pick<Config, 'mailAddress' | 'mail'>): Promise<Id> {
  const book = await readAddressBook(db, config)
  return destinationOf(book, config.mailAddress)?.queueId ?? book.defaultQueue
}

/** Which unit of the table a person's questions start in, and where they go. `fallback` takes what no unit took. */
export async function routeFor(
  db: Kysely<Database>,
  unitId: Id | null,
  topicId: Id | null,
  fallback: Id,
): Promise<Routed & { queueId: Id }> {
  return settle(route(await readRouting(db), unitId, topicId), fallback)
}

export const settle = (routed: Routed, fallback: Id): Routed & { queueId: Id } => ({ ...routed, queueId: routed.queueId ?? fallback })

/** Routing's decision as tickets keep it: `step` says who asked ('destination' of a mail, 'form', 'hand-over'). */
export const routeReason = (routed: Routed & { queueId: Id }, step: string): MailReason => ({
  step,
  decided: routed.queueId,
  rule: routed.rule,
  route: routed.why,
})

/** What a unit's rows say: by topic, null for everything else. */
export async function routesOf(db: Kysely<Database>, unitId: Id): Promise<Map<Id | null, Id>> {
  const rows = await db.selectFrom('route').select(['topic_id', 'queue_id']).where('unit_id', '=', unitId).execute()
  return new Map(rows.map((row) => [row.topic_id, row.queue_id]))
}

/**
 * The unit takes a topic into a queue, or no longer takes it (null). A local administrator names a queue of the unit or of one
 * below it; central administration any. Error: `choice-gone`.
 */
export async function setRoute(work: Work, unitId: Id, topicId: Id | null, queueId: Id | null): Promise<void> {
  await demandUnitAdmin(work, unitId)
  const { units } = await readRouting(work.db)
  if (!units.has(unitId)) throw refused('not-found')
  if (
    topicId !== null &&
    !topicsOffered(
      (await listTopics(work.db)).map((topic) => ({ ...topic, valid: true })),
      units,
      unitId,
    ).some((topic) => topic.id === topicId)
  ) {
    throw refused('choice-gone', {}, 'topicId')
  }
  if (queueId !== null) {
    const queue =
      isId(queueId) &&
      (await work.db.selectFrom('queue').select(['unit_id', 'valid']).where('id', '=', queueId).forShare().executeTakeFirst())
    if (!queue || !queue.valid) throw refused('choice-gone', {}, 'queueId')
    if (!isCentral(work.actor) && !isBelow(units, queue.unit_id, unitId)) throw refused('choice-gone', {}, 'queueId')
  }
  const before = (await routesOf(work.db, unitId)).get(topicId) ?? null
  if (before === queueId) return
  await work.db
    .deleteFrom('route')
    .where('unit_id', '=', unitId)
    .where('topic_id', topicId === null ? 'is' : '=', topicId)
    .execute()
  if (queueId !== null) await work.db.insertInto('route').values({ unit_id: unitId, topic_id: topicId, queue_id: queueId }).execute()
  const key = topicId === null ? 'rest' : `topic ${topicId}`
  recordChange(work, routeSubject, unitId, { [key]: before }, { [key]: queueId }, { unitId })
}

export const routeSubject: CoreSubject<Record<string, Id | null>, { routes: Map<Id | null, Id | null> }> = {
  type: 'route',
  right: 'unit',
  lies: 'said',
  words: 'subject.route',
  named: 'unit',
  seen: () => '/admin/routing',
  fields: { rest: { words: 'field.rest', as: 'queue' } },
  each: [{ prefix: 'topic', of: 'topic', words: 'each.topic', as: 'queue' }],
  way: {
    async read(db, id, of) {
      const own = await routesOf(db, id)
      return Object.fromEntries(Object.keys(of).map((key) => [key, own.get(topicOf(key)) ?? null]))
    },
    form: (values) => ({ routes: new Map(Object.entries(values).map(([key, queueId]) => [topicOf(key), queueId])) }),
    async put(work, id, { routes }) {
      for (const [topicId, queueId] of routes) await setRoute(work, id, topicId, queueId)
    },
  },
}

/** 'topic 5' → '5'; everything else → null. */
const topicOf = (key: string): Id | null => (key === 'rest' ? null : key.slice('topic '.length))

function isBelow(units: ReadonlyMap<Id, RoutedUnit>, unitId: Id, above: Id): boolean {
  for (let at: Id | null = unitId; at !== null; at = units.get(at)?.parentId ?? null) if (at === above) return true
  return false
}
