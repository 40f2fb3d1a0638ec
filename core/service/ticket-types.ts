/** Owns ticket types: what kind of thing a ticket is; the installation's own list, and what an administrator does with it. */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { demandName, isId } from '../kernel/input.ts'
import { validityColumns } from '../audit/validity.ts'
import type { Work } from '../kernel/work.ts'
import { demandAdmin } from '../permission/policy.ts'
import { OPEN_NOW } from './used-by.ts'
import { UNCLASSIFIED } from './fitting.ts'

/** OTRS: ticket_type.name is varchar(200). */
const NAME_LENGTH = 200

export interface TicketType {
  id: Id
  name: string
  valid: boolean
  offForNow: boolean
  /** Open tickets that have it. */
  open: number
}

const typeQuery = (db: Kysely<Database>) =>
  db
    .selectFrom('ticket_type as x')
    .leftJoin(OPEN_NOW('type_id').as('o'), 'o.id', 'x.id')
    .select(['x.id', 'x.name', 'x.valid', 'x.off_for_now as offForNow', sql<number>`coalesce(o.count, 0)`.as('open')])

/** Every type, switched off ones too, by name. */
export function listTypes(db: Kysely<Database>): Promise<TicketType[]> {
  return typeQuery(db).orderBy(sql`x.name collate "pl-x-icu"`).execute()
}

export function findType(db: Kysely<Database>, id: Id): Promise<TicketType | undefined> {
  return isId(id) ? typeQuery(db).where('x.id', '=', id).executeTakeFirst() : Promise.resolve(undefined)
}

export interface TypeForm {
  name: string
  valid: boolean
  /** Of one that is not in use: it comes back. Absent: as it was. */
  offForNow?: boolean
}

/** Makes a type. Errors: `required`, `too-long`, `type.name-taken` at 'name'. */
export async function createType(work: Work, form: TypeForm): Promise<Id> {
  demandAdmin(work.actor)
  const values = await checked(work, form, null)
  const { id } = await work.db.insertInto('ticket_type').values(values).returning('id').executeTakeFirstOrThrow()
  recordChange(work, typeSubject, id, null, values)
  return id
}

/** Renames it or switches it off: tickets keep it, nobody is offered it. Errors: as `createType`, `type.default-stays`. */
export async function editType(work: Work, id: Id, form: TypeForm): Promise<void> {
  demandAdmin(work.actor)
  const before = isId(id) ? await typeSubjectRow(work.db, id) : undefined
  if (!before) throw refused('not-found')
  if (id === UNCLASSIFIED && !form.valid) throw refused('type.default-stays', {}, 'valid')
  const values = await checked(work, form, { id, ...before })
  await work.db.updateTable('ticket_type').set(values).where('id', '=', id).execute()
  recordChange(work, typeSubject, id, before, values)
}

const typeSubjectRow = (db: Kysely<Database>, id: Id) =>
  db.selectFrom('ticket_type').select(['name', 'valid', 'off_for_now']).where('id', '=', id).forUpdate().executeTakeFirst()

async function checked(work: Work, form: TypeForm, before: { id: Id; off_for_now: boolean } | null) {
  const name = demandName(form.name, 'name', NAME_LENGTH)
  await sql`select pg_advisory_xact_lock(hashtextextended('ticket types', 7011))`.execute(work.db)
  const same = await work.db.selectFrom('ticket_type').select('id').where(sql`lower(name)`, '=', name.toLowerCase()).executeTakeFirst()
  if (same && same.id !== before?.id) throw refused('type.name-taken', {}, 'name')
  return { name, ...validityColumns(form, before?.off_for_now) }
}

export const typeSubject: CoreSubject<Awaited<ReturnType<typeof checked>>, TypeForm> = {
  type: 'ticket type',
  right: 'installation',
  lies: null,
  words: 'subject.ticket-type',
  named: 'ticket type',
  seen: pageAt('/admin/types'),
  fields: {
    name: { words: 'field.name' },
    valid: { words: 'field.valid', as: 'yes-no' },
    off_for_now: { words: 'field.off-for-now', as: 'yes-no' },
  },
  way: {
    read: typeSubjectRow,
    form: ({ name, valid, off_for_now }) => ({ name, valid, offForNow: off_for_now }),
    put: editType,
  },
}
