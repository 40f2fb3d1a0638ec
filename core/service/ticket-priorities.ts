/** Owns the priorities of tickets, as an installation keeps them: their names, and which are chosen from. */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import { validityColumns } from '../audit/validity.ts'
import type { Database, Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { demandName, isId } from '../kernel/input.ts'
import type { Work } from '../kernel/work.ts'
import { demandAdmin } from '../permission/policy.ts'
import { OPEN_NOW } from './used-by.ts'

/** OTRS: ticket_priority.name is varchar(200). */
const NAME_LENGTH = 200
/** What tickets get that nobody gave another one. */
export const NORMAL_PRIORITY: Id = '3'

export interface TicketPriority {
  id: Id
  name: string
  valid: boolean
  offForNow: boolean
  /** Open tickets that have it. */
  open: number
}

const priorityQuery = (db: Kysely<Database>) =>
  db
    .selectFrom('ticket_priority as x')
    .leftJoin(OPEN_NOW('priority_id').as('o'), 'o.id', 'x.id')
    .select(['x.id', 'x.name', 'x.valid', 'x.off_for_now as offForNow', sql<number>`coalesce(o.count, 0)`.as('open')])

/** Every priority, switched off ones too, the least urgent first: by id, as lists sort tickets and OTRS does. */
export function listAllPriorities(db: Kysely<Database>): Promise<TicketPriority[]> {
  return priorityQuery(db).orderBy('x.id').execute()
}

export function findPriority(db: Kysely<Database>, id: Id): Promise<TicketPriority | undefined> {
  return isId(id) ? priorityQuery(db).where('x.id', '=', id).executeTakeFirst() : Promise.resolve(undefined)
}

export interface PriorityForm {
  name: string
  valid: boolean
  /** Of one that is not in use: it comes back. Absent: as it was. */
  offForNow?: boolean
}

/** Makes a priority, more urgent than all that there are. Errors: `required`, `too-long`, `priority.name-taken` at 'name'. */
export async function createPriority(work: Work, form: PriorityForm): Promise<Id> {
  demandAdmin(work.actor)
  const values = await checked(work, form, null)
  const { id } = await work.db.insertInto('ticket_priority').values(values).returning('id').executeTakeFirstOrThrow()
  recordChange(work, prioritySubject, id, null, values)
  return id
}

/** Renames it or switches it off: tickets keep it, nobody is offered it. Errors: as `createPriority`, `priority.default-stays` at 'name' or 'valid'. */
export async function editPriority(work: Work, id: Id, form: PriorityForm): Promise<void> {
  demandAdmin(work.actor)
  const before = isId(id) ? await priorityRow(work.db, id) : undefined
  if (!before) throw refused('not-found')
  const values = await checked(work, form, { id, ...before })
  // Tickets that nobody gave another one are made with its name, unasked.
  if (id === NORMAL_PRIORITY && values.name !== before.name) throw refused('priority.default-stays', {}, 'name')
  if (id === NORMAL_PRIORITY && !values.valid) throw refused('priority.default-stays', {}, 'valid')
  await work.db.updateTable('ticket_priority').set(values).where('id', '=', id).execute()
  recordChange(work, prioritySubject, id, before, values)
}

const priorityRow = (db: Kysely<Database>, id: Id) =>
  db.selectFrom('ticket_priority').select(['name', 'valid', 'off_for_now']).where('id', '=', id).forUpdate().executeTakeFirst()

async function checked(work: Work, form: PriorityForm, before: { id: Id; off_for_now: boolean } | null) {
  const name = demandName(form.name, 'name', NAME_LENGTH)
  await sql`select pg_advisory_xact_lock(hashtextextended('ticket priorities', 7011))`.execute(work.db)
  const same = await work.db.selectFrom('ticket_priority').select('id').where(sql`lower(name)`, '=', name.toLowerCase()).executeTakeFirst()
  if (same && same.id !== before?.id) throw refused('priority.name-taken', {}, 'name')
  return { name, ...validityColumns(form, before?.off_for_now) }
}

export const prioritySubject: CoreSubject<Awaited<ReturnType<typeof checked>>, PriorityForm> = {
  type: 'ticket priority',
  right: 'installation',
  lies: null,
  words: 'subject.ticket-priority',
  named: 'ticket priority',
  seen: pageAt('/admin/priorities'),
  fields: {
    name: { words: 'field.name' },
    valid: { words: 'field.valid', as: 'yes-no' },
    off_for_now: { words: 'field.off-for-now', as: 'yes-no' },
  },
  way: {
    read: priorityRow,
    form: ({ name, valid, off_for_now }) => ({ name, valid, offForNow: off_for_now }),
    put: editPriority,
  },
}
