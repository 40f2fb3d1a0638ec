/** Owns a unit's stepping in and out: its first queue and group, the hand-over of open tickets, and the way back. */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import type { Config } from '../machine/config.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { isId } from '../kernel/input.ts'
import { actorId, type Work } from '../kernel/work.ts'
import { addressesChanged } from '../mail/addresses.ts'
import { groupSubject } from '../permission/groups.ts'
import { personRightSubject } from '../permission/rights.ts'
import { demandHolds, demandUnitAdmin, isCentral } from '../permission/unit-administrators.ts'
import { queueSubject } from '../queue/queue-admin.ts'
import { handOver } from '../ticket/change/move.ts'
import { OPEN_TYPES } from '../ticket/ticket.ts'
import { demandWithin, readLimits } from '../unit/limits.ts'
import { route, type RoutingTable } from '../unit/route.ts'
import { readRouting, receptionQueue, routeReason, settle } from '../unit/routing.ts'
import { ROOT_UNIT } from '../unit/tree.ts'

/** The unit's topmost queue in use, under which its others lie; null: it has none yet. */
export async function mainQueueOf(db: Kysely<Database>, unitId: Id): Promise<{ id: Id; name: string; groupId: Id } | null> {
  const row = await db
    .selectFrom('queue as q')
    .leftJoin('queue as up', 'up.id', 'q.parent_id')
    .select(['q.id', 'q.name', 'q.group_id as groupId'])
    .where('q.unit_id', '=', unitId)
    .where('q.valid', '=', true)
    .orderBy(sql`up.unit_id is not distinct from q.unit_id`)
    .orderBy(sql`array_length(string_to_array(q.name, '::'), 1)`)
    .orderBy('q.sort')
    .orderBy('q.id')
    .limit(1)
    .executeTakeFirst()
  return row ?? null
}

/**
 * The unit answers its people itself from now on, as far as it takes topics. The first time it gets a group, whose every
 * right its administrators hold, and a queue of its own name; after a time out it gets back its queues and addresses as they
 * were. Errors: `unit.opted-in`, `unit.limit`.
 */
export async function optIn(work: Work, unitId: Id): Promise<{ restored: number }> {
  await demandUnitAdmin(work, unitId)
  const unit = await lockUnit(work, unitId)
  if (unit.opted_in_at) throw refused('unit.opted-in')
  if (!isCentral(work.actor)) demandWithin((await readLimits(work.db, unitId)).optIn)
  await work.db.updateTable('unit').set({ opted_in_at: work.now }).where('id', '=', unitId).execute()
  const restored = await giveBack(work, unitId)
  if (!(await mainQueueOf(work.db, unitId))) await openFirst(work, unit)
  recordChange(work, optedInSubject, unitId, { since: null }, { since: work.now }, { unitId })
  await addressesChanged(work)
  return { restored }
}

async function lockUnit(work: Work, unitId: Id) {
  const unit =
    isId(unitId) &&
    (await work.db
      .selectFrom('unit')
      .select(['id', 'name', 'opted_in_at', 'valid'])
      .where('id', '=', unitId)
      .forUpdate()
      .executeTakeFirst())
  if (!unit || !unit.valid) throw refused('not-found')
  if (unit.id === ROOT_UNIT) throw refused('unit.root-stays')
  return unit
}

async function giveBack(work: Work, unitId: Id): Promise<number> {
  const rest = await work.db.deleteFrom('unit_rest').where('unit_id', '=', unitId).returning(['queues', 'addresses']).executeTakeFirst()
  if (!rest) return 0
  // A queue whose parent is off meanwhile stays off: it would have no place in the tree.
  const back = await work.db
    .updateTable('queue')
    .set({ valid: true })
    .where('id', 'in', rest.queues.length > 0 ? rest.queues : ['0'])
    .where('unit_id', '=', unitId)
    .where((eb) =>
      eb.or([
        eb('parent_id', 'is', null),
        eb('parent_id', 'in', rest.queues),
        eb.exists(eb.selectFrom('queue as up').select('up.id').whereRef('up.id', '=', 'queue.parent_id').where('up.valid', '=', true)),
      ]),
    )
    .returning('id')
    .execute()
  for (const { id, from, to } of rest.addresses) {
    if (back.some((queue) => queue.id === from))
      await work.db.updateTable('system_address').set({ queue_id: from }).where('id', '=', id).where('queue_id', '=', to).execute()
  }
  return back.length
}

async function openFirst(work: Work, unit: { id: Id; name: string }): Promise<void> {
  const groupId = (
    await work.db
      .insertInto('permission_group')
      .values({ name: await freeName(work, 'permission_group', unit.name), unit_id: unit.id })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id
  const values = {
    name: await freeName(work, 'queue', unit.name.replaceAll('::', ' ').replace(/^:+|(?<!:):+$/g, '')),
    parent_id: null,
    unit_id: unit.id,
    group_id: groupId,
    calendar_id: null,
    address_id: null,
    language: null,
  }
  const { id } = await work.db
    .insertInto('queue')
    .values({ ...values, created_at: work.now })
    .returning('id')
    .executeTakeFirstOrThrow()
  recordChange(work, groupSubject, groupId, null, { name: unit.name }, { unitId: unit.id })
  recordChange(work, queueSubject, id, null, values, { unitId: unit.id })
  // A group that opens nothing yet: whoever runs the unit holds every right in it, and so may give them.
  const administrators = await work.db
    .selectFrom('unit_administrator')
    .innerJoin('person', 'person.id', 'unit_administrator.person_id')
    .select('person.id')
    .where('unit_administrator.unit_id', '=', unit.id)
    .where('person.agent', '=', true)
    .where('person.valid', '=', true)
    .execute()
  const own = actorId(work)
  const holders = new Set([...administrators.map((one) => one.id), ...(own !== null && !isCentral(work.actor) ? [own] : [])])
  for (const personId of holders) {
    await work.db.insertInto('group_person').values({ group_id: groupId, person_id: personId, right: 'rw' }).execute()
    recordChange(work, personRightSubject, personId, { [`group ${groupId}`]: [] }, { [`group ${groupId}`]: ['rw'] }, { unitId: unit.id })
  }
}

/** The name itself, or with the first number that makes it unique. */
async function freeName(work: Work, table: 'permission_group' | 'queue', name: string): Promise<string> {
  const { rows } = await sql<{
    name: string
  }>`select lower(name) as name from ${sql.table(table)} where lower(name) like ${`${name.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`}`.execute(
    work.db,
  )
  const taken = new Set(rows.map((row) => row.name))
  for (let n = 1; ; n++) {
    const wanted = n === 1 ? name.slice(0, 190) : `${name.slice(0, 190)} (${n})`
    if (!taken.has(wanted.toLowerCase())) return wanted
  }
}

/** Where the open tickets of a unit would go if it opted out now. */
export interface HandOver {
  tickets: { id: Id; queueId: Id }[]
  to: { queueId: Id; queueName: string; unitName: string; count: number }[]
}

export async function planHandOver(db: Kysely<Database>, config: Pick<Config, 'mailAddress' | 'mail'>, unitId: Id): Promise<HandOver> {
  const table = without(await readRouting(db), unitId)
  const fallback = await fallbackBeside(db, config, unitId)
  const open = await db
    .selectFrom('ticket')
    .innerJoin('queue', 'queue.id', 'ticket.queue_id')
    .leftJoin('person', 'person.id', 'ticket.customer_id')
    .select(['ticket.id', 'ticket.topic_id as topicId', 'person.unit_id as from'])
    .where('queue.unit_id', '=', unitId)
    .where('ticket.state_type', 'in', OPEN_TYPES)
    .orderBy('ticket.id')
    .execute()
  const own = await queuesOf(db, unitId)
  const tickets = open.map((ticket) => {
    // Whoever's ticket the unit took is its affair: it goes where the unit's own people go now.
    const found = settle(
      route(table, ticket.from !== null && below(table, ticket.from, unitId) ? ticket.from : unitId, ticket.topicId),
      fallback,
    )
    return { id: ticket.id, queueId: own.has(found.queueId) ? fallback : found.queueId, routed: found }
  })
  const ids = [...new Set(tickets.map((ticket) => ticket.queueId))]
  const queues =
    ids.length === 0
      ? []
      : await db
          .selectFrom('queue')
          .innerJoin('unit', 'unit.id', 'queue.unit_id')
          .select(['queue.id as queueId', 'queue.name as queueName', 'unit.name as unitName'])
          .where('queue.id', 'in', ids)
          .orderBy('queue.name')
          .execute()
  return { tickets, to: queues.map((queue) => ({ ...queue, count: tickets.filter((ticket) => ticket.queueId === queue.queueId).length })) }
}

/** The table as it is once the unit has opted out, and none of its queues takes anything. */
const without = ({ units, routes }: RoutingTable, unitId: Id): RoutingTable => ({
  units: new Map([...units].map(([id, unit]) => [id, id === unitId ? { ...unit, optedIn: false } : unit])),
  routes,
})

const queuesOf = async (db: Kysely<Database>, unitId: Id): Promise<Set<Id>> =>
  new Set((await db.selectFrom('queue').select('id').where('unit_id', '=', unitId).execute()).map((queue) => queue.id))

/** The reception, unless it is the unit's own: then the first queue in use of central IT. */
async function fallbackBeside(db: Kysely<Database>, config: Pick<Config, 'mailAddress' | 'mail'>, unitId: Id): Promise<Id> {
  const reception = await receptionQueue(db, config)
  if (!(await queuesOf(db, unitId)).has(reception)) return reception
  return (
    await db
      .selectFrom('queue')
      .select('id')
      .where('unit_id', '=', ROOT_UNIT)
      .where('valid', '=', true)
      .orderBy('id')
      .limit(1)
      .executeTakeFirstOrThrow()
  ).id
}

function below({ units }: RoutingTable, unitId: Id, above: Id): boolean {
  for (let at: Id | null = unitId; at !== null; at = units.get(at)?.parentId ?? null) if (at === above) return true
  return false
}

/**
 * The units above answer again. Every open ticket goes where routing leads now; queues rest; addresses lead on, so that no mail
 * is refused. What the unit had comes back with `optIn`; tickets that were handed over stay with whoever works on them.
 */
export async function optOut(work: Work, unitId: Id): Promise<{ handedOver: number }> {
  await demandUnitAdmin(work, unitId)
  const unit = await lockUnit(work, unitId)
  if (!unit.opted_in_at) throw refused('unit.not-opted-in')
  const own = await work.db
    .selectFrom('queue')
    .select(['id', 'parent_id'])
    .where('unit_id', '=', unitId)
    .where('valid', '=', true)
    .forUpdate()
    .execute()
  await work.db.updateTable('unit').set({ opted_in_at: null }).where('id', '=', unitId).execute()
  const { tickets } = await planHandOver(work.db, work.config, unitId)
  const table = without(await readRouting(work.db), unitId)
  const fallback = await fallbackBeside(work.db, work.config, unitId)
  const addresses = await work.db
    .selectFrom('system_address')
    .select(['id', 'queue_id', 'topic_id'])
    .where('queue_id', 'in', own.length > 0 ? own.map((queue) => queue.id) : ['0'])
    .execute()
  const redirected = addresses.map((address) => {
    const to = route(table, unitId, address.topic_id).queueId
    return { id: address.id, from: address.queue_id, to: to === null || own.some((queue) => queue.id === to) ? fallback : to }
  })
  for (const { id, to } of redirected) await work.db.updateTable('system_address').set({ queue_id: to }).where('id', '=', id).execute()
  for (const ticket of tickets) {
    const { topic_id } = await work.db.selectFrom('ticket').select('topic_id').where('id', '=', ticket.id).executeTakeFirstOrThrow()
    await handOver(work, ticket.id, ticket.queueId, [
      { ...routeReason({ ...route(table, unitId, topic_id), queueId: ticket.queueId }, 'hand-over'), detail: unit.name },
    ])
  }
  const resting = await restQueues(work, own)
  await work.db
    .insertInto('unit_rest')
    .values({ unit_id: unitId, since: work.now, queues: resting, addresses: JSON.stringify(redirected) })
    .onConflict((oc) => oc.column('unit_id').doUpdateSet({ since: work.now, queues: resting, addresses: JSON.stringify(redirected) }))
    .execute()
  recordChange(work, optedInSubject, unitId, { since: unit.opted_in_at }, { since: null }, { unitId, told: { handedOver: tickets.length } })
  await addressesChanged(work)
  return { handedOver: tickets.length }
}

/** Switches the queues off, but for those below which another unit's queue is in use: these stand empty. */
async function restQueues(work: Work, own: readonly { id: Id; parent_id: Id | null }[]): Promise<Id[]> {
  const all = await work.db.selectFrom('queue').select(['id', 'parent_id']).where('valid', '=', true).execute()
  const ids = new Set(own.map((queue) => queue.id))
  const carries = (id: Id): boolean => all.some((queue) => queue.parent_id === id && (!ids.has(queue.id) || carries(queue.id)))
  const resting = own.map((queue) => queue.id).filter((id) => !carries(id))
  if (resting.length > 0) await work.db.updateTable('queue').set({ valid: false }).where('id', 'in', resting).execute()
  return resting
}

/**
 * Closes one queue: its open tickets go to another queue of the unit, addresses and routes that led to it lead there too.
 * Error: `choice-gone` at 'to'.
 */
export async function closeQueue(work: Work, queueId: Id, to: Id): Promise<number> {
  const queue =
    isId(queueId) &&
    (await work.db
      .selectFrom('queue')
      .select(['id', 'unit_id', 'group_id', 'valid', 'name'])
      .where('id', '=', queueId)
      .forUpdate()
      .executeTakeFirst())
  if (!queue) throw refused('not-allowed')
  await demandUnitAdmin(work, queue.unit_id)
  const target =
    isId(to) &&
    (await work.db.selectFrom('queue').select(['id', 'unit_id', 'group_id', 'valid']).where('id', '=', to).forShare().executeTakeFirst())
  if (!target || !target.valid || target.id === queue.id || target.unit_id !== queue.unit_id) throw refused('choice-gone', {}, 'to')
  // Into another group's queue its tickets would bring rights that only those who hold them may pass on.
  if (target.group_id !== queue.group_id) await demandHolds(work, queue.group_id, ['rw'])
  if (
    await work.db.selectFrom('queue').select('id').where('parent_id', '=', queue.id).where('valid', '=', true).limit(1).executeTakeFirst()
  )
    throw refused('queue.has-children')
  const open = await work.db
    .selectFrom('ticket')
    .select('id')
    .where('queue_id', '=', queue.id)
    .where('state_type', 'in', OPEN_TYPES)
    .orderBy('id')
    .execute()
  for (const ticket of open)
    await handOver(work, ticket.id, target.id, [{ step: 'hand-over', decided: target.id, rule: 'queue-closed', detail: queue.name }])
  await work.db.updateTable('system_address').set({ queue_id: target.id }).where('queue_id', '=', queue.id).execute()
  await work.db.updateTable('route').set({ queue_id: target.id }).where('queue_id', '=', queue.id).execute()
  await work.db.updateTable('queue').set({ valid: false }).where('id', '=', queue.id).execute()
  recordChange(
    work,
    queueSubject,
    queue.id,
    { valid: true },
    { valid: false },
    { unitId: queue.unit_id, told: { handedOver: open.length, to: target.id } },
  )
  await addressesChanged(work)
  return open.length
}

/** Stepping out hands tickets to others, with whom they stay: it is done where the plan of it is shown, never by taking a line of the log back. */
export const optedInSubject: CoreSubject<{ since: Date | null }> = {
  type: 'unit opted in',
  right: 'unit',
  lies: 'said',
  words: 'subject.unit-opted-in',
  named: 'unit',
  seen: pageAt('/admin/local'),
  fields: { since: { words: 'field.since', as: 'moment' } },
  told: { handedOver: { words: 'field.handed-over' } },
  way: { noWayBack: 'no-way.opting' },
}
