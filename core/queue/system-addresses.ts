/** Owns the addresses of the help desk: what mail to each of them opens a ticket in. */
import { oneAddress } from '../mail/address-list.ts'
import type { Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { demandName, isId } from '../kernel/input.ts'
import type { Work } from '../kernel/work.ts'
import { canonicalAddress, addressesChanged, isOurDomain, readAddressBook } from '../mail/addresses.ts'
import { demandUnitAdmin, isCentral } from '../permission/unit-administrators.ts'
import { listOurAddressesOfPersons, releaseOurAddresses } from './our-addresses.ts'
import { isAddress, normalAddress } from '../person/persons.ts'
import { demandWithin, readLimits } from '../unit/limits.ts'

export interface SystemAddress {
  id: Id
  address: string
  /** Stands before the address in mail from it. */
  name: string
  queueId: Id
  queueName: string
  unitId: Id
  valid: boolean
  /** Mail goes where the sender's unit takes it; the queue is the end of that way. */
  byUnit: boolean
  /** What such mail is about; null: nothing in particular. */
  topicId: Id | null
  /** Queues whose mail goes out under it. */
  senderOf: string[]
}

function addressQuery(db: Kysely<Database>) {
  return db
    .selectFrom('system_address as a')
    .innerJoin('queue as q', 'q.id', 'a.queue_id')
    .select((eb) => [
      'a.id',
      'a.address',
      'a.name',
      'a.queue_id as queueId',
      'q.name as queueName',
      'q.unit_id as unitId',
      'a.valid',
      'a.by_unit as byUnit',
      'a.topic_id as topicId',
      eb.fn
        .coalesce(
          eb
            .selectFrom('queue as s')
            .whereRef('s.address_id', '=', 'a.id')
            .select((sub) => sub.fn.agg<string[]>('array_agg', ['s.name']).as('names')),
          eb.val<string[]>([]),
        )
        .as('senderOf'),
    ])
}

export function listSystemAddresses(db: Kysely<Database>): Promise<SystemAddress[]> {
  return addressQuery(db).orderBy('a.address').execute()
}

export function findSystemAddress(db: Kysely<Database>, id: Id): Promise<SystemAddress | undefined> {
  return isId(id) ? addressQuery(db).where('a.id', '=', id).executeTakeFirst() : Promise.resolve(undefined)
}

export interface SystemAddressForm {
  address: string
  name: string
  queueId: Id
  valid: boolean
  byUnit?: boolean
  topicId?: Id | null
}

/** Makes an address. Errors: `person.address-invalid`, `person.address-taken`, `address.taken`, `address.queue-off`. */
export async function createSystemAddress(work: Work, form: SystemAddressForm): Promise<Id> {
  const values = await checked(work, form)
  await demandLocal(work, values, null)
  const row = await work.db
    .insertInto('system_address')
    .values(values)
    .onConflict((oc) => oc.column('address').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!row) throw refused('address.taken', {}, 'address')
  await takeFromPersons(work, values.address)
  recordChange(work, systemAddressSubject, row.id, null, values, { unitId: await unitOfQueue(work, values.queue_id) })
  await addressesChanged(work)
  return row.id
}

/** Changes one, or switches it off: mail to it is then refused at the door. */
export async function editSystemAddress(work: Work, id: Id, form: SystemAddressForm): Promise<void> {
  const before =
    isId(id) &&
    (await work.db
      .selectFrom('system_address')
      .select(['address', 'name', 'queue_id', 'valid', 'by_unit', 'topic_id'])
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst())
  if (!before) throw refused(isCentral(work.actor) ? 'not-found' : 'not-allowed')
  const values = await checked(work, { byUnit: before.by_unit, topicId: before.topic_id, ...form })
  await demandLocal(work, values, before)
  const same = await work.db.selectFrom('system_address').select('id').where('address', '=', values.address).executeTakeFirst()
  if (same && same.id !== id) throw refused('address.taken', {}, 'address')
  await work.db.updateTable('system_address').set(values).where('id', '=', id).execute()
  if (!before.valid || before.address !== values.address) await takeFromPersons(work, values.address)
  if (recordChange(work, systemAddressSubject, id, before, values, { unitId: await unitOfQueue(work, values.queue_id) }))
    await addressesChanged(work)
}

/** What mail alone made of it is released; an account that somebody uses keeps its address, and the help desk takes another. */
async function takeFromPersons(work: Work, address: string): Promise<void> {
  const ours = await listOurAddressesOfPersons(work.db, work.config)
  const owners = ours.filter((one) => canonicalAddress(one.address) === canonicalAddress(address))
  if (owners.some(({ login, agent }) => login !== null || agent)) throw refused('person.address-taken', {}, 'address')
  if (owners.length > 0) await releaseOurAddresses(work)
}

const unitOfQueue = async (work: Work, queueId: Id): Promise<Id> =>
  (await work.db.selectFrom('queue').select('unit_id').where('id', '=', queueId).executeTakeFirstOrThrow()).unit_id

async function checked(work: Work, form: SystemAddressForm) {
  const address = normalAddress(oneAddress(form.address))
  if (address === '') throw refused('required', {}, 'address')
  if (!isAddress(address)) throw refused('person.address-invalid', { address: form.address.trim() }, 'address')
  const queue =
    isId(form.queueId) && (await work.db.selectFrom('queue').select('valid').where('id', '=', form.queueId).forShare().executeTakeFirst())
  if (!queue) throw refused('required', {}, 'queueId')
  if (form.valid && !queue.valid) throw refused('address.queue-off', {}, 'queueId')
  if (form.topicId) {
    const topic = isId(form.topicId) && (await work.db.selectFrom('topic').select('id').where('id', '=', form.topicId).executeTakeFirst())
    if (!topic) throw refused('choice-gone', {}, 'topicId')
  }
  return {
    address,
    name: demandName(form.name, 'name'),
    queue_id: form.queueId,
    valid: form.valid,
    by_unit: form.byUnit ?? false,
    topic_id: form.byUnit ? (form.topicId ?? null) : null,
  }
}

type Values = Awaited<ReturnType<typeof checked>>

export const systemAddressSubject: CoreSubject<Values, SystemAddressForm> = {
  type: 'system address',
  right: 'unit',
  lies: 'address',
  words: 'subject.system-address',
  named: 'system address',
  seen: pageAt('/admin/addresses'),
  fields: {
    address: { words: 'field.address' },
    name: { words: 'field.name' },
    queue_id: { words: 'field.queue', as: 'queue' },
    valid: { words: 'field.valid', as: 'yes-no' },
    by_unit: { words: 'field.by_unit', as: 'yes-no' },
    topic_id: { words: 'field.topic', as: 'topic' },
  },
  way: {
    read: (db, id) =>
      db
        .selectFrom('system_address')
        .select(['address', 'name', 'queue_id', 'valid', 'by_unit', 'topic_id'])
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst(),
    form: ({ address, name, queue_id, valid, by_unit, topic_id }) => ({
      address,
      name,
      queueId: queue_id,
      valid,
      byUnit: by_unit,
      topicId: topic_id,
    }),
    put: editSystemAddress,
  },
}

/** A local administrator leads addresses of our own domains to queues of their units, where the limits allow it. */
async function demandLocal(work: Work, values: Values, before: Values | null): Promise<void> {
  if (isCentral(work.actor)) return
  for (const queueId of new Set([values.queue_id, ...(before ? [before.queue_id] : [])])) {
    const { unit_id } = await work.db.selectFrom('queue').select('unit_id').where('id', '=', queueId).executeTakeFirstOrThrow()
    await demandUnitAdmin(work, unit_id)
    demandWithin((await readLimits(work.db, unit_id)).ownAddresses, 'address')
  }
  // Which unit a shared address asks first is no unit's own affair.
  if (values.by_unit || before?.by_unit) throw refused('not-allowed')
  if (!isOurDomain(await readAddressBook(work.db, work.config), values.address)) throw refused('unit.limit', {}, 'address')
}
