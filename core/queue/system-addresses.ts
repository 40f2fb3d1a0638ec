/** Owns the addresses of the help desk: what mail to each of them opens a ticket in. */
import type { Kysely } from 'kysely'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { recordChange } from '../kernel/admin-change.ts'
import { demandName, isId } from '../kernel/input.ts'
import type { Work } from '../kernel/work.ts'
import { addressesChanged } from '../mail/addresses.ts'
import { isAddress, normalAddress } from '../person/persons.ts'
import { demandAdmin } from '../permission/policy.ts'

export interface SystemAddress {
  id: Id
  address: string
  /** Stands before the address in mail from it. */
  name: string
  queueId: Id
  queueName: string
  valid: boolean
  /** Queues whose mail goes out under it. */
  senderOf: string[]
}

function addressQuery(db: Kysely<Database>) {
  return db.selectFrom('system_address as a').innerJoin('queue as q', 'q.id', 'a.queue_id').select((eb) => [
    'a.id', 'a.address', 'a.name', 'a.queue_id as queueId', 'q.name as queueName', 'a.valid',
    eb.fn.coalesce(
      eb.selectFrom('queue as s').whereRef('s.address_id', '=', 'a.id').select((sub) => sub.fn.agg<string[]>('array_agg', ['s.name']).as('names')),
      eb.val<string[]>([]),
    ).as('senderOf'),
  ])
}

export function listSystemAddresses(db: Kysely<Database>): Promise<SystemAddress[]> {
  return addressQuery(db).orderBy('a.address').execute()
}

export function findSystemAddress(db: Kysely<Database>, id: Id): Promise<SystemAddress | undefined> {
  return isId(id) ? addressQuery(db).where('a.id', '=', id).executeTakeFirst() : Promise.resolve(undefined)
}

export interface SystemAddressForm { address: string; name: string; queueId: Id; valid: boolean }

/** Makes an address. Errors: `person.address-invalid`, `address.taken`, `address.queue-off`. */
export async function createSystemAddress(work: Work, form: SystemAddressForm): Promise<Id> {
  demandAdmin(work.actor)
  const values = await checked(work, form)
  const row = await work.db.insertInto('system_address').values(values).onConflict((oc) => oc.column('address').doNothing()).returning('id').executeTakeFirst()
  if (!row) throw refused('address.taken', {}, 'address')
  recordChange(work, 'system address', row.id, null, values)
  await addressesChanged(work)
  return row.id
}

/** Changes one, or switches it off: mail to it is then refused at the door. */
export async function editSystemAddress(work: Work, id: Id, form: SystemAddressForm): Promise<void> {
  demandAdmin(work.actor)
  const before = isId(id) && await work.db.selectFrom('system_address').select(['address', 'name', 'queue_id', 'valid']).where('id', '=', id).forUpdate().executeTakeFirst()
  if (!before) throw refused('not-found')
  const values = await checked(work, form)
  const same = await work.db.selectFrom('system_address').select('id').where('address', '=', values.address).executeTakeFirst()
  if (same && same.id !== id) throw refused('address.taken', {}, 'address')
  await work.db.updateTable('system_address').set(values).where('id', '=', id).execute()
  if (recordChange(work, 'system address', id, before, values)) await addressesChanged(work)
}

async function checked(work: Work, form: SystemAddressForm) {
  const address = normalAddress(form.address)
  if (address === '') throw refused('required', {}, 'address')
  if (!isAddress(address)) throw refused('person.address-invalid', { address: form.address.trim() }, 'address')
  const queue = isId(form.queueId) && await work.db.selectFrom('queue').select('valid').where('id', '=', form.queueId).forShare().executeTakeFirst()
  if (!queue) throw refused('required', {}, 'queueId')
  if (form.valid && !queue.valid) throw refused('address.queue-off', {}, 'queueId')
  return { address, name: demandName(form.name, 'name'), queue_id: form.queueId, valid: form.valid }
}
