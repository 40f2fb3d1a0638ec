/** Owns what an administrator does with persons: make, edit, addresses, passwords. */
import { oneAddress } from '../mail/address-list.ts'
import type { Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject, type Values } from '../audit/subject.ts'
import type { Database, Id, Language } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { languageFor } from '../i18n/languages.ts'
import type { Host } from '../kernel/contract.ts'
import { demandLanguage, demandName, demandShort, isId } from '../kernel/input.ts'
import { validityColumns, type Valid } from '../audit/validity.ts'
import type { Work } from '../kernel/work.ts'
import { demandForeign, ownSender } from '../mail/addresses.ts'
import { queueMail } from '../mail/outbound.ts'
import type { Actor } from '../kernel/actor.ts'
import { demandAdminLeft } from '../permission/administrators.ts'
import { demandAdmin } from '../permission/policy.ts'
import { tellAppointed } from '../permission/tell-appointed.ts'
import { createSetPasswordLink, SET_PASSWORD_LINK_MS } from './login-links.ts'
import { ownWords, takePassword } from './login.ts'
import { hashChosenPassword } from './password.ts'
import { personTexts } from './person-texts.ts'
import { DETAIL_NAMES, keepDetails, readDetails, type Details } from './known/details.ts'
import { dropFurtherLogin, ownerOfLogin } from './known/further-logins.ts'
import { createPerson, findPerson, isAddress, normalAddress } from './persons.ts'
import { secretPath } from './token.ts'
import { demandFresh } from '../permission/fresh.ts'

export interface PersonAddress {
  id: Id
  address: string
  main: boolean
  verifiedAt: Date | null
}

/** Addresses of a person, the main one first. */
export function listAddresses(db: Kysely<Database>, personId: Id): Promise<PersonAddress[]> {
  return db
    .selectFrom('person_address')
    .select(['id', 'address', 'main', 'verified_at as verifiedAt'])
    .where('person_id', '=', personId)
    .orderBy('main', 'desc')
    .orderBy('address')
    .execute()
}

export interface PersonForm extends Valid {
  login: string
  firstName: string
  lastName: string
  /** As shown; empty: first and last name, else the login. */
  name: string
  language: Language | null
  phone: string
  unitId: Id | null
  agent: boolean
  /** What is left out stays as it was. */
  details?: Partial<Details>
}

const COLUMNS = ['login', 'first_name', 'last_name', 'name', 'language', 'phone', 'unit_id', 'agent', 'valid', 'off_for_now'] as const

/** A person's values as the log has them; undefined: no such person. Locks the row. */
async function readValues(db: Kysely<Database>, id: Id) {
  if (!isId(id)) return undefined
  const row = await db
    .selectFrom('person')
    .select([...COLUMNS, 'details'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) return undefined
  const { details: kept, ...values } = row
  return { kept, values: { ...values, ...readDetails(kept) } }
}

/** Makes a person, with a first address when one is given. Errors: `required`, `person.login-taken`, `person.address-…`. */
export async function addPerson(work: Work, form: PersonForm, address: string): Promise<Id> {
  demandAdmin(work.actor)
  const values = await checked(work, form, null, address)
  const id = await createPerson(work, {
    login: values.login,
    firstName: values.first_name,
    lastName: values.last_name,
    name: values.name,
    address: address.trim() || null,
    agent: form.agent,
    language: form.language,
    phone: values.phone,
    unitId: form.unitId,
    source: 'local',
  })
  const { details, valid, off_for_now } = values
  if (!valid || Object.keys(details).length > 0)
    await work.db
      .updateTable('person')
      .set({ valid, off_for_now, details: JSON.stringify(details) })
      .where('id', '=', id)
      .execute()
  recordChange(work, personSubject, id, null, asLogged(values), { told: { address: address.trim() || null } })
  if (form.agent) await tellAppointed(work, id, { what: 'hat' })
  return id
}

/** Changes a person. Switching off ends every session. `told`: what the act did besides, for the log. Errors: as `addPerson`, and `admin.last`. */
export async function editPerson(work: Work, id: Id, form: PersonForm, told: Values = {}): Promise<void> {
  demandAdmin(work.actor)
  const found = await readValues(work.db, id)
  if (!found) throw refused('not-found')
  const before = found.values
  const main = (await listAddresses(work.db, id))[0]?.address ?? ''
  const values = await checked(work, form, id, main, { kept: found.kept, login: before.login, offForNow: before.off_for_now })
  if (before.agent !== values.agent || before.valid !== values.valid || before.login !== values.login) demandFresh(work)
  // Whose unit an administrator wrote down, no rule changes again.
  const placed =
    before.unit_id === values.unit_id ? {} : { unit_by: values.unit_id === null ? null : ('administrator' as const), unit_rule_id: null }
  await work.db
    .updateTable('person')
    // A hat given here, or taken, is no unit's any more.
    .set({
      ...values,
      details: JSON.stringify(values.details),
      ...placed,
      ...(before.agent === values.agent ? {} : { hat_by_unit: false }),
    })
    .where('id', '=', id)
    .execute()
  if ((before.valid && !values.valid) || (before.agent && !values.agent)) await demandAdminLeft(work)
  if (before.valid && !values.valid) await work.db.deleteFrom('session').where('person_id', '=', id).execute()
  if (before.login !== values.login) await dropFurtherLogin(work, id, values.login)
  recordChange(work, personSubject, id, before, asLogged(values), { told })
  if (before.agent !== values.agent) await tellAppointed(work, id, { what: values.agent ? 'hat' : 'no-hat' })
}

interface Stood {
  kept: Record<string, unknown>
  login: string | null
  offForNow: boolean
}

async function checked(work: Work, form: PersonForm, id: Id | null, address: string, stood?: Stood) {
  const login = form.login.trim() === '' ? null : demandName(form.login.normalize('NFKC'), 'login', 100)
  const first_name = demandShort(form.firstName, 'firstName', 100)
  const last_name = demandShort(form.lastName, 'lastName', 100)
  const name = demandName(form.name.trim() || `${first_name} ${last_name}`.trim() || login || address, 'name')
  if (login !== null && login !== stood?.login) {
    const owner = await ownerOfLogin(work.db, login)
    if (owner && owner !== id) throw refused('person.login-taken', {}, 'login')
  }
  if (form.unitId !== null) {
    const unit = isId(form.unitId) && (await work.db.selectFrom('unit').select('id').where('id', '=', form.unitId).executeTakeFirst())
    if (!unit) throw refused('choice-gone', {}, 'unitId')
  }
  return {
    login,
    first_name,
    last_name,
    name,
    language: demandLanguage(form.language),
    phone: demandShort(form.phone, 'phone', 100),
    unit_id: form.unitId,
    agent: form.agent,
    ...validityColumns(form, stood?.offForNow),
    details: keepDetails(form.details ?? {}, stood?.kept),
  }
}

const asLogged = ({ details, ...values }: Awaited<ReturnType<typeof checked>>) => ({ ...values, ...readDetails(details) })

/** Adds an address; the first one is the main one. Errors: `person.address-invalid`, `-taken`, `-is-ours`. */
export async function addAddress(work: Work, personId: Id, typed: string): Promise<void> {
  demandAdmin(work.actor)
  demandFresh(work)
  const address = normalAddress(oneAddress(typed))
  if (!isAddress(address)) throw refused('person.address-invalid', { address: typed.trim() }, 'address')
  await demandForeign(work, [address], 'address')
  const person =
    isId(personId) && (await work.db.selectFrom('person').select('id').where('id', '=', personId).forUpdate().executeTakeFirst())
  if (!person) throw refused('not-found')
  const first = (await listAddresses(work.db, personId)).length === 0
  const added = await work.db
    .insertInto('person_address')
    .values({ person_id: personId, address, main: first, verified_at: null })
    .onConflict((oc) => oc.column('address').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!added) throw refused('person.address-taken', {}, 'address')
  recordChange(work, personAddressSubject, personId, null, { address, main: first })
}

/** Takes an address away; when it was the main one, the next becomes it. Mail from it makes a new person from now on. */
export async function removeAddress(work: Work, personId: Id, addressId: Id): Promise<string> {
  demandAdmin(work.actor)
  demandFresh(work)
  const one = await lockAddress(work, personId, addressId)
  await work.db.deleteFrom('person_address').where('id', '=', addressId).execute()
  if (one.main) {
    const next = (await listAddresses(work.db, personId))[0]
    if (next) await work.db.updateTable('person_address').set({ main: true }).where('id', '=', next.id).execute()
  }
  recordChange(work, personAddressSubject, personId, { address: one.address, main: one.main }, null)
  return one.address
}

/** Mail of ours goes to the main address. */
export async function makeMainAddress(work: Work, personId: Id, addressId: Id): Promise<void> {
  demandAdmin(work.actor)
  demandFresh(work)
  const one = await lockAddress(work, personId, addressId)
  const before = (await listAddresses(work.db, personId)).find((address) => address.main)
  await work.db.updateTable('person_address').set({ main: false }).where('person_id', '=', personId).where('main', '=', true).execute()
  await work.db.updateTable('person_address').set({ main: true }).where('id', '=', addressId).execute()
  recordChange(work, personAddressSubject, personId, { main: before?.address ?? null }, { main: one.address })
}

async function lockAddress(work: Work, personId: Id, addressId: Id): Promise<{ address: string; main: boolean }> {
  const person =
    isId(personId) && (await work.db.selectFrom('person').select('id').where('id', '=', personId).forUpdate().executeTakeFirst())
  const one =
    person &&
    isId(addressId) &&
    (await work.db
      .selectFrom('person_address')
      .select(['address', 'main'])
      .where('id', '=', addressId)
      .where('person_id', '=', personId)
      .executeTakeFirst())
  if (!one) throw refused('not-found')
  return one
}

/**
 * Sets a password for somebody, from the administration or the command line; every session of theirs ends. Hashing, which takes a while, holds
 * no transaction. Errors: `not-found`, those of `hashChosenPassword`.
 */
export async function setPasswordOf(room: Pick<Host, 'db' | 'work'>, actor: Actor, personId: Id, password: string): Promise<void> {
  demandAdmin(actor)
  const hash = await hashChosenPassword(password, await ownWords(room.db, personId))
  await room.work(actor, async (work) => {
    if (!(await findPerson(work.db, personId))) throw refused('not-found')
    demandFresh(work)
    await takePassword(work, personId, hash)
    recordChange(work, personPasswordSubject, personId, null, { by: actor.kind === 'system' ? 'command' : 'administrator' })
  })
}

/** Mails a person a link with which they set their password themselves, once, within a day. Returns the address it goes to. */
export async function sendPasswordLink(work: Work, personId: Id): Promise<string> {
  demandAdmin(work.actor)
  const person = await findPerson(work.db, personId)
  if (!person || !person.valid) throw refused('not-found')
  if (!person.address) throw refused('person.no-address')
  demandFresh(work)
  const t = personTexts.in(languageFor(work.config, person.language))
  const from = await ownSender(work.db, work.config)
  const params = {
    url: `${work.config.baseUrl}${secretPath('set-password', await createSetPasswordLink(work, personId))}`,
    login: person.login ?? person.address,
    site: from.name,
    hours: SET_PASSWORD_LINK_MS / 3600_000,
  }
  await queueMail(work, {
    kind: 'login link',
    from,
    envelopeFrom: '',
    to: [person.address],
    subject: t('password-link.subject', params),
    body: t('password-link.body', params),
    headers: { 'Auto-Submitted': 'auto-generated' },
  })
  recordChange(work, personPasswordSubject, personId, null, { link: person.address }, { kind: 'password-link' })
  return person.address
}

type PersonValues = ReturnType<typeof asLogged>

export const personSubject: CoreSubject<PersonValues, PersonForm> = {
  type: 'person',
  right: 'installation',
  lies: 'person',
  words: 'subject.person',
  named: 'person',
  seen: pageAt('/admin/persons'),
  fields: {
    login: { words: 'field.login' },
    first_name: { words: 'field.first_name' },
    last_name: { words: 'field.last_name' },
    name: { words: 'field.name' },
    language: { words: 'field.language', as: 'language' },
    phone: { words: 'field.phone' },
    unit_id: { words: 'field.unit', as: 'unit' },
    agent: { words: 'field.agent', as: 'yes-no' },
    valid: { words: 'field.valid', as: 'yes-no' },
    off_for_now: { words: 'field.off-for-now', as: 'yes-no' },
    title: { words: 'field.person-title' },
    mobile: { words: 'field.mobile' },
    fax: { words: 'field.fax' },
    street: { words: 'field.street' },
    zip: { words: 'field.zip' },
    city: { words: 'field.city' },
    country: { words: 'field.country' },
    comment: { words: 'field.remark' },
  },
  // What a directory says besides, the address a person begins with, and who has the tickets of one who left.
  told: {
    address: { words: 'field.address' },
    addresses: { words: 'field.addresses' },
    'main address': { words: 'field.main' },
    roles: { words: 'field.roles' },
    handedOver: { words: 'field.handed-over' },
    handedTo: { words: 'field.handed-to-person', as: 'person' },
    unit: { words: 'field.unit' },
    from: {
      words: 'field.told-by',
      as: { say: (value, { t }) => (value ? t('value.directory', { name: String(value).replace(/^directory /, '') }) : t('value.none')) },
    },
  },
  way: {
    read: async (db, id) => (await readValues(db, id))?.values,
    form: (values) => ({
      login: values.login ?? '',
      firstName: values.first_name,
      lastName: values.last_name,
      name: values.name,
      language: values.language,
      phone: values.phone,
      unitId: values.unit_id,
      agent: values.agent,
      valid: values.valid,
      offForNow: values.off_for_now,
      details: Object.fromEntries(DETAIL_NAMES.map((name) => [name, values[name] ?? ''])) as Details,
    }),
    put: (work, id, form) => editPerson(work, id, form),
    refuses: ({ after }) => (after && 'from' in after ? 'no-way.directory' : undefined),
  },
}

interface AddressValues {
  address?: string
  main: boolean | string | null
}

/** One of a person's addresses came or went; or another became the main one: then `main` is that address. */
export const personAddressSubject: CoreSubject<AddressValues, { address: string; main: boolean | string | null }> = {
  type: 'person address',
  right: 'installation',
  lies: 'person',
  words: 'subject.person-address',
  named: 'person',
  seen: pageAt('/admin/persons'),
  fields: { address: { words: 'field.address' }, main: { words: 'field.main' } },
  way: {
    async read(db, id, of) {
      const addresses = await listAddresses(db, id)
      if (!('address' in of)) return { main: addresses.find((one) => one.main)?.address ?? null }
      const one = addresses.find(({ address }) => address === of['address'])
      return one && { address: one.address, main: one.main }
    },
    form: ({ address, main }) => ({ address: address ?? '', main }),
    async put(work, id, { main }) {
      await makeMainAddress(work, id, (await listAddresses(work.db, id)).find((one) => one.address === main)?.id ?? '')
    },
    async make(work, id, { address, main }) {
      await addAddress(work, id, address)
      const one = (await listAddresses(work.db, id)).find((other) => other.address === address)
      if (main === true && one && !one.main) await makeMainAddress(work, id, one.id)
    },
    async remove(work, id, { address }) {
      await removeAddress(work, id, (await listAddresses(work.db, id)).find((one) => one.address === address)?.id ?? '')
    },
  },
}

export const personPasswordSubject: CoreSubject<{ by: string; link: string }> = {
  type: 'person password',
  kind: 'password-set',
  right: 'installation',
  lies: 'person',
  words: 'subject.person-password',
  named: 'person',
  seen: pageAt('/admin/persons'),
  fields: { by: { words: 'field.by', as: { choice: 'by.' } }, link: { words: 'field.link' } },
  way: { noWayBack: 'no-way.secret' },
}
