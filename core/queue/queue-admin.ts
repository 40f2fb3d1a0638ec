/** Owns what an administrator does with queues: make, place in the tree, edit, switch off. */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import type { AgentMail, AskTime, Database, FollowUpPossible, FollowUpStrangers, Id, Language } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { demandLanguage, demandName, demandShort, isId } from '../kernel/input.ts'
import { validityColumns, type Valid } from '../audit/validity.ts'
import type { Work } from '../kernel/work.ts'
import { addressesChanged } from '../mail/addresses.ts'
import { demandHolds, demandOwnOrAbove, demandUnitAdmin, isCentral } from '../permission/unit-administrators.ts'
import { deadlineFields, sayTime } from '../service/deadline-words.ts'
import { DEADLINES, DEADLINE_MINUTES, deadlineColumns, deadlinesOf, demandMinutes, type Deadlines } from '../service/deadlines.ts'
import { demandWithin, readLimits } from '../unit/limits.ts'

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
  agentMail: AgentMail
  followUpLock: boolean
  language: Language | null
  signature: string
  deadlines: Deadlines
  /** Working minutes after which a lock is let go; null: never. */
  unlockMinutes: number | null
  /** Whether agents are asked how long they worked. */
  askTime: AskTime
  comment: string
  valid: boolean
  offForNow: boolean
  /** Among the unit's own queues. */
  sort: number
  open: number
  /** Addresses in use that lead here. */
  addresses: string[]
}

/** As `Deadlines`. */
const DEADLINES_OF_QUEUE = sql<Deadlines>`json_build_object(${sql.join(
  DEADLINES.map(
    ({ name, minutes, notify }) =>
      sql`${sql.lit(name)}, json_build_object('minutes', ${sql.ref(`q.${minutes}`)}, 'notify', ${sql.ref(`q.${notify}`)})`,
  ),
)})`

function queueQuery(db: Kysely<Database>) {
  return db
    .selectFrom('queue as q')
    .innerJoin('unit as u', 'u.id', 'q.unit_id')
    .innerJoin('permission_group as g', 'g.id', 'q.group_id')
    .leftJoin('calendar as c', 'c.id', 'q.calendar_id')
    .select([
      'q.id',
      'q.name',
      'q.parent_id as parentId',
      'q.unit_id as unitId',
      'u.name as unitName',
      'q.group_id as groupId',
      'g.name as groupName',
      'q.calendar_id as calendarId',
      'c.name as calendarName',
      'q.address_id as addressId',
      'q.follow_up_possible as followUpPossible',
      'q.follow_up_strangers as followUpStrangers',
      'q.agent_mail as agentMail',
      'q.follow_up_lock as followUpLock',
      'q.language',
      'q.signature',
      DEADLINES_OF_QUEUE.as('deadlines'),
      'q.unlock_minutes as unlockMinutes',
      'q.ask_time as askTime',
      'q.comment',
      'q.valid',
      'q.off_for_now as offForNow',
      'q.sort',
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

export interface QueueForm extends Valid {
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
  /** What agents write by mail becomes: a note, or an answer that is sent to the customer; absent: as it was, at first a note. */
  agentMail?: AgentMail
  followUpLock: boolean
  language: Language | null
  signature: string
  /** Absent, as the next two: as it was, at first none. */
  deadlines?: Deadlines
  unlockMinutes?: number | null
  /** At first 'off'. */
  askTime?: AskTime
  comment: string
}

/**
 * Makes a queue. Errors: `queue.name-…`, `queue.parent-off`, `not-found` at the field that names nothing. A local administrator
 * makes it in a unit of theirs, below a queue of it, within the unit's limit (`unit.limit`). `deadline.…` at the field of a time.
 */
export async function createQueue(work: Work, form: QueueForm): Promise<Id> {
  const queues = await lockTree(work)
  await demandLocal(work, form, null, queues)
  const values = { ...(await checked(work, form, null)), name: fullName(queues, form, null) }
  const { id } = await work.db
    .insertInto('queue')
    .values({ ...values, created_at: work.now })
    .returning('id')
    .executeTakeFirstOrThrow()
  recordChange(work, queueSubject, id, null, values, { unitId: values.unit_id })
  await addressesChanged(work)
  return id
}

/**
 * Changes a queue; a new name or place renames every queue below it. It cannot be switched off while it holds open
 * tickets, an address leads to it, or queues below it are in use. Errors: as `createQueue`, and `queue.in-use`,
 * `queue.has-addresses`, `queue.has-children`, `queue.below-itself`.
 */
export async function editQueue(work: Work, id: Id, form: QueueForm): Promise<void> {
  const queues = await lockTree(work)
  const before = queues.find((queue) => queue.id === id)
  if (!before) throw refused(isCentral(work.actor) ? 'not-found' : 'not-allowed')
  await demandLocal(work, form, before, queues)
  const name = fullName(queues, form, id)
  const values = { ...(await checked(work, form, before)), name }
  if (before.valid && !values.valid) demandUnused(await findAdminQueue(work.db, id), queues)
  const below = subtree(queues, id).filter((queue) => queue.id !== id)
  const renamed = below.map((queue) => ({ id: queue.id, name: name + queue.name.slice(before.name.length) }))
  if (name !== before.name) {
    for (const one of renamed) {
      if (one.name.length > QUEUE_NAME_LENGTH) throw refused('queue.name-too-long', { limit: QUEUE_NAME_LENGTH }, 'name')
      if (queues.some((queue) => queue.name === one.name && !below.includes(queue) && queue.id !== id))
        throw refused('queue.name-taken', {}, 'name')
    }
  }
  await work.db.updateTable('queue').set(values).where('id', '=', id).execute()
  if (name !== before.name) {
    for (const one of renamed) await work.db.updateTable('queue').set({ name: one.name }).where('id', '=', one.id).execute()
  }
  // Only what this form holds: order, salutation and signature have acts of their own.
  const stood: Partial<QueueValues> = Object.fromEntries(Object.keys(values).map((key) => [key, before[key as keyof typeof values]]))
  // Where mail goes is kept by queue, names included.
  if (recordChange(work, queueSubject, id, stood, values, { unitId: values.unit_id })) await addressesChanged(work)
}

/** In the order in which the unit's people know them. All of the unit's queues are named, others are left out. */
export async function orderQueues(work: Work, unitId: Id, ids: readonly Id[]): Promise<void> {
  await demandUnitAdmin(work, unitId)
  const own = (await lockTree(work))
    .filter((queue) => queue.unit_id === unitId)
    .sort((a, b) => a.sort - b.sort || Number(a.id) - Number(b.id))
  const wanted = [
    ...ids.filter((id) => own.some((queue) => queue.id === id)),
    ...own.map((queue) => queue.id).filter((id) => !ids.includes(id)),
  ]
  const before = own.map((queue) => queue.id)
  for (const [i, id] of wanted.entries())
    await work.db
      .updateTable('queue')
      .set({ sort: i + 1 })
      .where('id', '=', id)
      .execute()
  recordChange(work, queueOrderSubject, unitId, { queues: before }, { queues: wanted }, { unitId })
}

/**
 * What a local administrator may make of a queue: in units of theirs only, below a queue of such a unit, for a group whose every
 * right they hold, with a calendar and a sender that are the unit's or the installation's.
 */
async function demandLocal(work: Work, form: QueueForm, before: QueueRow | null, queues: readonly QueueRow[]): Promise<void> {
  if (isCentral(work.actor)) return
  for (const unitId of new Set([form.unitId, ...(before ? [before.unit_id] : [])])) await demandUnitAdmin(work, unitId)
  if (!before || before.group_id !== form.groupId)
    for (const id of new Set([form.groupId, ...(before ? [before.group_id] : [])])) await demandHolds(work, id, ['rw'])
  if (!before || before.parent_id !== form.parentId) {
    const parent = queues.find((queue) => queue.id === form.parentId)
    if (!parent) throw refused('choice-gone', {}, 'parentId')
    await demandUnitAdmin(work, parent.unit_id)
  }
  if (form.calendarId !== null && form.calendarId !== before?.calendar_id)
    await demandOwnOrAbove(work, 'calendar', form.calendarId, form.unitId, 'calendarId')
  if (form.addressId !== null && form.addressId !== before?.address_id) {
    const address =
      isId(form.addressId) &&
      (await work.db
        .selectFrom('system_address as a')
        .innerJoin('queue as q', 'q.id', 'a.queue_id')
        .select('q.unit_id')
        .where('a.id', '=', form.addressId)
        .executeTakeFirst())
    if (!address) throw refused('choice-gone', {}, 'addressId')
    await demandUnitAdmin(work, address.unit_id)
  }
  if (form.valid && !before?.valid) {
    const { maxQueues } = await readLimits(work.db, form.unitId)
    const others = queues.filter((queue) => queue.unit_id === form.unitId && queue.valid && queue.id !== before?.id)
    demandWithin(others.length < maxQueues, 'name')
  }
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
  if (queues.some((queue) => queue.name.toLowerCase() === name.toLowerCase() && queue.id !== id))
    throw refused('queue.name-taken', {}, 'name')
  return name
}

function demandUnused(queue: AdminQueue | undefined, queues: QueueRow[]): void {
  if (!queue) throw refused('not-found')
  if (queue.open > 0) throw refused('queue.in-use', { count: queue.open }, 'valid')
  if (queue.addresses[0] !== undefined) throw refused('queue.has-addresses', { address: queue.addresses[0] }, 'valid')
  if (queues.some((other) => other.parent_id === queue.id && other.valid)) throw refused('queue.has-children', {}, 'valid')
}

async function checked(work: Work, form: QueueForm, before: QueueRow | null) {
  const demandOne = async (
    table: 'unit' | 'permission_group' | 'calendar' | 'system_address',
    id: Id | null,
    stands: Id | null | undefined,
    field: string,
  ) => {
    if (id === null || id === stands) return
    const found =
      isId(id) && (await work.db.selectFrom(table).select('id').where('id', '=', id).where('valid', '=', true).executeTakeFirst())
    if (!found) throw refused('choice-gone', {}, field)
  }
  await demandOne('unit', form.unitId, before?.unit_id, 'unitId')
  await demandOne('permission_group', form.groupId, before?.group_id, 'groupId')
  await demandOne('calendar', form.calendarId, before?.calendar_id, 'calendarId')
  await demandOne('system_address', form.addressId, before?.address_id, 'addressId')
  return {
    parent_id: form.parentId,
    unit_id: form.unitId,
    group_id: form.groupId,
    calendar_id: form.calendarId,
    address_id: form.addressId,
    follow_up_possible: form.followUpPossible,
    follow_up_lock: form.followUpLock,
    language: demandLanguage(form.language),
    follow_up_strangers: form.followUpStrangers ?? before?.follow_up_strangers ?? 'hold',
    agent_mail: form.agentMail ?? before?.agent_mail ?? 'note',
    signature: demandShort(form.signature, 'signature', 5000),
    ...deadlineColumns(form.deadlines ?? deadlinesOf(before ?? undefined)),
    unlock_minutes: demandMinutes(
      form.unlockMinutes === undefined ? (before?.unlock_minutes ?? null) : form.unlockMinutes,
      'unlockMinutes',
    ),
    ask_time: form.askTime ?? before?.ask_time ?? 'off',
    comment: demandShort(form.comment, 'comment', 500),
    ...validityColumns(form, before?.off_for_now),
  }
}

type QueueValues = Awaited<ReturnType<typeof checked>> & { name: string }

/** A full name's last level: what the form holds; the levels above it are other queues' names. */
const lastLevel = (name: unknown): string => String(name).split('::').at(-1)!

export const queueSubject: CoreSubject<QueueValues, QueueForm> = {
  type: 'queue',
  right: 'unit',
  lies: 'queue',
  words: 'subject.queue',
  named: 'queue',
  seen: pageAt('/admin/queues'),
  deadlines: ['unit_id', 'calendar_id', ...DEADLINE_MINUTES],
  fields: {
    name: { words: 'field.name' },
    parent_id: { words: 'field.parent-queue', as: 'queue' },
    unit_id: { words: 'field.unit', as: 'unit' },
    group_id: { words: 'field.group', as: 'group' },
    calendar_id: { words: 'field.calendar', as: 'calendar' },
    address_id: { words: 'field.sender', as: 'system address' },
    follow_up_possible: { words: 'field.follow_up_possible', as: { choice: 'follow-up.' } },
    follow_up_strangers: { words: 'field.follow_up_strangers', as: { choice: 'strangers.' } },
    agent_mail: { words: 'field.agent_mail', as: { choice: 'agent-mail.' } },
    follow_up_lock: { words: 'field.follow_up_lock', as: 'yes-no' },
    language: { words: 'field.language', as: 'language' },
    signature: { words: 'field.own-signature' },
    ...deadlineFields,
    unlock_minutes: { words: 'field.unlock_minutes', as: { say: sayTime } },
    ask_time: { words: 'field.ask_time', as: { choice: 'ask-time.' } },
    comment: { words: 'field.comment' },
    valid: { words: 'field.valid', as: 'yes-no' },
    off_for_now: { words: 'field.off-for-now', as: 'yes-no' },
  },
  told: { handedOver: { words: 'field.handed-over' }, to: { words: 'field.handed-to', as: 'queue' } },
  way: {
    async read(db, id) {
      const row = await db.selectFrom('queue').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
      return row && { ...row, name: lastLevel(row.name) }
    },
    today: async (_db, _id, values) => ('name' in values ? { ...values, name: lastLevel(values['name']) } : values),
    form: (values) => ({
      name: values.name,
      parentId: values.parent_id,
      unitId: values.unit_id,
      groupId: values.group_id,
      calendarId: values.calendar_id,
      addressId: values.address_id,
      followUpPossible: values.follow_up_possible,
      followUpStrangers: values.follow_up_strangers,
      agentMail: values.agent_mail,
      followUpLock: values.follow_up_lock,
      language: values.language,
      signature: values.signature,
      deadlines: deadlinesOf(values),
      unlockMinutes: values.unlock_minutes,
      askTime: values.ask_time,
      comment: values.comment,
      valid: values.valid,
      offForNow: values.off_for_now,
    }),
    put: editQueue,
  },
}

/** Of the unit whose queues they are, among whose own values it stands in the log. */
export const queueOrderSubject: CoreSubject<{ queues: Id[] }, { queues: Id[] }> = {
  type: 'unit',
  fits: ({ before, after }) => 'queues' in { ...before, ...after },
  right: 'unit',
  lies: 'unit',
  words: 'subject.queue-order',
  named: 'unit',
  seen: pageAt('/admin/units'),
  fields: { queues: { words: 'field.queues', as: 'queue' } },
  way: {
    async read(db, id, of) {
      const named = of['queues'] as Id[]
      const rows = await db.selectFrom('queue').select('id').where('unit_id', '=', id).orderBy('sort').orderBy('id').execute()
      // A queue that came since has no place in what was ordered then.
      return { queues: rows.map((row) => row.id).filter((one) => named.includes(one)) }
    },
    // Earlier versions wrote names.
    async today(db, id, values) {
      const own = await db.selectFrom('queue').select(['id', 'name']).where('unit_id', '=', id).execute()
      const queues = (values['queues'] as string[]).map((one) => own.find((queue) => queue.id === one || queue.name === one)?.id)
      return queues.includes(undefined) ? undefined : { queues }
    },
    form: ({ queues }) => ({ queues }),
    put: (work, id, { queues }) => orderQueues(work, id, queues),
  },
}
