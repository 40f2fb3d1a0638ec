/** Owns what an administrator does with queues: make, place in the tree, edit, switch off. */
import { sql, type Kysely } from 'kysely'
import type { Database, FollowUpPossible, FollowUpStrangers, Id, Language } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { recordChange } from '../kernel/admin-change.ts'
import { demandName, demandShort, isId } from '../kernel/input.ts'
import type { Work } from '../kernel/work.ts'
import { addressesChanged } from '../mail/addresses.ts'
import { demandAdmin } from '../permission/policy.ts'

/** OTRS: queue.name is varchar(200). */
export const QUEUE_NAME_LENGTH = 200

export interface AdminQueue {
  id: Id
  /** Full name, levels divided by '::'. */
  name: string
  parentId: Id | null
  unitId: Id
  unitName: string
  groupId: Id
  groupName: string
  calendarId: Id | null
  calendarName: string | null
  addressId: Id | null
  followUpPossible: FollowUpPossible
  followUpStrangers: FollowUpStrangers
  followUpLock: boolean
  language: Language | null
  signature: string
  comment: string
  valid: boolean
  open: number
  /** Addresses in use that lead here. */
  addresses: string[]
}

function queueQuery(db: Kysely<Database>) {
  return db.selectFrom('queue as q').innerJoin('unit as u', 'u.id', 'q.unit_id').innerJoin('permission_group as g', 'g.id', 'q.group_id')
    .leftJoin('calendar as c', 'c.id', 'q.calendar_id').select([
      'q.id', 'q.name', 'q.parent_id as parentId', 'q.unit_id as unitId', 'u.name as unitName', 'q.group_id as groupId', 'g.name as groupName',
      'q.calendar_id as calendarId', 'c.name as calendarName', 'q.address_id as addressId', 'q.follow_up_possible as followUpPossible', 'q.follow_up_strangers as followUpStrangers',
      'q.follow_up_lock as followUpLock', 'q.language', 'q.signature', 'q.comment', 'q.valid',
      sql<number>`(select count(*)::int from ticket t where t.queue_id = q.id
        and t.state_type in ('new', 'open', 'pending reminder', 'pending auto'))`.as('open'),
      sql<string[]>`array(select a.address from system_address a where a.queue_id = q.id and a.valid order by a.address)`.as('addresses'),
    ])
}

/** Every queue, switched off ones too, parents before their children. */
export function listAllQueues(db: Kysely<Database>): Promise<AdminQueue[]> {
  return queueQuery(db).orderBy(sql`string_to_array(q.name collate "pl-x-icu", '::')`).execute()
}

export function findAdminQueue(db: Kysely<Database>, id: Id): Promise<AdminQueue | undefined> {
  return isId(id) ? queueQuery(db).where('q.id', '=', id).executeTakeFirst() : Promise.resolve(undefined)
}

export interface QueueForm {
  /** The last level only. */
  name: string
  parentId: Id | null
  unitId: Id
  groupId: Id
  /** null: the unit's. */
  calendarId: Id | null
  /** Sender of mail; null: the address that leads here, else the parent's. */
  addressId: Id | null
  followUpPossible: FollowUpPossible
  /** What becomes of messages by people without a part in the ticket; absent: as it was, at first held. */
  followUpStrangers?: FollowUpStrangers
  followUpLock: boolean
  language: Language | null
  signature: string
  comment: string
  valid: boolean
}

/** Makes a queue. Errors: `queue.name-…`, `queue.parent-off`, `not-found` at the field that names nothing. */
export async function createQueue(work: Work, form: QueueForm): Promise<Id> {
  demandAdmin(work.actor)
  const queues = await lockTree(work)
  const values = { ...await checked(work, form, null), name: fullName(queues, form, null) }
  const { id } = await work.db.insertInto('queue').values({ ...values, created_at: work.now }).returning('id').executeTakeFirstOrThrow()
  recordChange(work, 'queue', id, null, values)
  await addressesChanged(work)
  return id
}

/**
 * Changes a queue; a new name or place renames every queue below it. It cannot be switched off while it holds open
 * tickets, an address leads to it, or queues below it are in use. Errors: as `createQueue`, and `queue.in-use`,
 * `queue.has-addresses`, `queue.has-children`, `queue.below-itself`.
 */
export async function editQueue(work: Work, id: Id, form: QueueForm): Promise<void> {
  demandAdmin(work.actor)
  const queues = await lockTree(work)
  const before = queues.find((queue) => queue.id === id)
  if (!before) throw refused('not-found')
  const name = fullName(queues, form, id)
  const values = { ...await checked(work, form, before), name }
  if (before.valid && !values.valid) demandUnused(await findAdminQueue(work.db, id), queues)
  const below = subtree(queues, id).filter((queue) => queue.id !== id)
  const renamed = below.map((queue) => ({ id: queue.id, name: name + queue.name.slice(before.name.length) }))
  if (name !== before.name) {
    for (const one of renamed) {
      if (one.name.length > QUEUE_NAME_LENGTH) throw refused('queue.name-too-long', { limit: QUEUE_NAME_LENGTH }, 'name')
      if (queues.some((queue) => queue.name === one.name && !below.includes(queue) && queue.id !== id)) throw refused('queue.name-taken', {}, 'name')
    }
  }
  await work.db.updateTable('queue').set(values).where('id', '=', id).execute()
  if (name !== before.name) {
    for (const one of renamed) await work.db.updateTable('queue').set({ name: one.name }).where('id', '=', one.id).execute()
  }
  const { id: _id, created_at: _at, ...stood } = before
  // Where mail goes is kept by queue, names included.
  if (recordChange(work, 'queue', id, stood, values)) await addressesChanged(work)
}

type QueueRow = Awaited<ReturnType<typeof lockTree>>[number]

/** One change of the tree at a time; the rows are few. */
async function lockTree(work: Work) {
  await sql`select pg_advisory_xact_lock(hashtextextended('queue tree', 7005))`.execute(work.db)
  return work.db.selectFrom('queue').selectAll().execute()
}

function subtree(queues: QueueRow[], id: Id): QueueRow[] {
  const own = queues.filter((queue) => queue.id === id)
  return [...own, ...queues.filter((queue) => queue.parent_id === id).flatMap((child) => subtree(queues, child.id))]
}

function fullName(queues: QueueRow[], form: QueueForm, id: Id | null): string {
  const short = demandName(form.name, 'name', QUEUE_NAME_LENGTH)
  if (short.includes('::') || short.startsWith(':') || short.endsWith(':')) throw refused('queue.name-invalid', {}, 'name')
  const parent = form.parentId === null ? undefined : queues.find((queue) => queue.id === form.parentId)
  if (form.parentId !== null && !parent) throw refused('choice-gone', {}, 'parentId')
  if (id !== null && parent && subtree(queues, id).includes(parent)) throw refused('queue.below-itself', {}, 'parentId')
  if (parent && form.valid && !parent.valid) throw refused('queue.parent-off', {}, 'parentId')
  const name = parent ? `${parent.name}::${short}` : short
  if (name.length > QUEUE_NAME_LENGTH) throw refused('queue.name-too-long', { limit: QUEUE_NAME_LENGTH }, 'name')
  if (queues.some((queue) => queue.name.toLowerCase() === name.toLowerCase() && queue.id !== id)) throw refused('queue.name-taken', {}, 'name')
  return name
}

function demandUnused(queue: AdminQueue | undefined, queues: QueueRow[]): void {
  if (!queue) throw refused('not-found')
  if (queue.open > 0) throw refused('queue.in-use', { count: queue.open }, 'valid')
  if (queue.addresses[0] !== undefined) throw refused('queue.has-addresses', { address: queue.addresses[0] }, 'valid')
  if (queues.some((other) => other.parent_id === queue.id && other.valid)) throw refused('queue.has-children', {}, 'valid')
}

async function checked(work: Work, form: QueueForm, before: QueueRow | null) {
  const demandOne = async (table: 'unit' | 'permission_group' | 'calendar' | 'system_address', id: Id | null, stands: Id | null | undefined, field: string) => {
    if (id === null || id === stands) return
    const found = isId(id) && await work.db.selectFrom(table).select('id').where('id', '=', id).where('valid', '=', true).executeTakeFirst()
    if (!found) throw refused('choice-gone', {}, field)
  }
  await demandOne('unit', form.unitId, before?.unit_id, 'unitId')
  await demandOne('permission_group', form.groupId, before?.group_id, 'groupId')
  await demandOne('calendar', form.calendarId, before?.calendar_id, 'calendarId')
  await demandOne('system_address', form.addressId, before?.address_id, 'addressId')
  return {
    parent_id: form.parentId, unit_id: form.unitId, group_id: form.groupId, calendar_id: form.calendarId, address_id: form.addressId,
    follow_up_possible: form.followUpPossible, follow_up_lock: form.followUpLock, language: form.language,
    follow_up_strangers: form.followUpStrangers ?? before?.follow_up_strangers ?? 'hold',
    signature: demandShort(form.signature, 'signature', 5000), comment: demandShort(form.comment, 'comment', 500), valid: form.valid,
  }
}

