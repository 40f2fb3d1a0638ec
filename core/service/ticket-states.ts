/** Owns the states a ticket may be in, as an installation keeps them: their names, order, whether the clock of deadlines stands still. */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import { pageAt, type CoreSubject } from '../audit/subject.ts'
import { validityColumns } from '../audit/validity.ts'
import type { Database, Id, StateType } from '../database/schema.ts'
import { refused } from '../errors.ts'
import { demandName, isId } from '../kernel/input.ts'
import type { Work } from '../kernel/work.ts'
import { demandAdmin } from '../permission/policy.ts'
import { OPEN_NOW } from './used-by.ts'

/** OTRS: ticket_state.name is varchar(200). */
const NAME_LENGTH = 200

/** Types of which an installation may have states of its own: merging and removing lead to the program's only. */
export const STATE_TYPES_TO_MAKE = ['new', 'open', 'pending reminder', 'pending auto', 'closed'] as const satisfies readonly StateType[]

/** The program goes to these by name: they keep it, and stay in use. */
const NEEDED: ReadonlySet<string> = new Set([
  'new',
  'open',
  'pending reminder',
  'waiting for customer',
  'closed successful',
  'closed unsuccessful',
  'merged',
  'removed',
])
export const isNeededState = (name: string): boolean => NEEDED.has(name)

export interface TicketState {
  id: Id
  name: string
  type: StateType
  /** Of a 'pending reminder': it may lack a date. */
  dateOptional: boolean
  /** Of a 'pending auto': the name of the state that it ends in. */
  afterPending: string | null
  /** States are offered by it, the least first. */
  sort: number
  /** No deadline runs meanwhile. */
  suspends: boolean
  valid: boolean
  offForNow: boolean
  /** Open tickets that are in it. */
  open: number
}

const stateQuery = (db: Kysely<Database>) =>
  db
    .selectFrom('ticket_state as x')
    .leftJoin(OPEN_NOW('state_id').as('o'), 'o.id', 'x.id')
    .select([
      'x.id',
      'x.name',
      'x.type',
      'x.date_optional as dateOptional',
      'x.after_pending as afterPending',
      'x.sort',
      'x.suspends',
      'x.valid',
      'x.off_for_now as offForNow',
      sql<number>`coalesce(o.count, 0)`.as('open'),
    ])

/** Every state, switched off ones too, in the order in which they are offered. */
export function listAllStates(db: Kysely<Database>): Promise<TicketState[]> {
  return stateQuery(db).orderBy('x.sort').orderBy('x.id').execute()
}

export function findAnyState(db: Kysely<Database>, id: Id): Promise<TicketState | undefined> {
  return isId(id) ? stateQuery(db).where('x.id', '=', id).executeTakeFirst() : Promise.resolve(undefined)
}

export interface StateForm {
  name: string
  /** Of one that is made: it stays. */
  type: string
  dateOptional: boolean
  /** '' where the type has none. */
  afterPending: string
  sort: number
  suspends: boolean
  valid: boolean
  /** Of one that is not in use: it comes back. Absent: as it was. */
  offForNow?: boolean
}

/** Makes a state. Errors: `required`, `too-long`, `state.name-taken` at 'name', `state.type` at 'type', `state.after` at 'afterPending', `state.sort` at 'sort'. */
export async function createState(work: Work, form: StateForm): Promise<Id> {
  demandAdmin(work.actor)
  const type = STATE_TYPES_TO_MAKE.find((one) => one === form.type)
  if (!type) throw refused('state.type', {}, 'type')
  const values = { type, ...(await checked(work, form, type, null)) }
  const { id } = await work.db.insertInto('ticket_state').values(values).returning('id').executeTakeFirstOrThrow()
  recordChange(work, stateSubject, id, null, values)
  return id
}

/**
 * Changes a state; tickets that are in it stay in it. Whether deadlines run in it is counted again for all open tickets. A 'pending auto' that
 * ends in it goes with its name. Errors: as `createState`, `state.needed` at 'name' or 'valid', `state.ends-in` at 'valid'.
 */
export async function editState(work: Work, id: Id, form: StateForm): Promise<void> {
  demandAdmin(work.actor)
  const before = isId(id) ? await stateRow(work.db, id) : undefined
  if (!before) throw refused('not-found')
  const values = { type: before.type, ...(await checked(work, form, before.type, { id, ...before })) }
  if (isNeededState(before.name)) {
    if (values.name !== before.name) throw refused('state.needed', {}, 'name')
    if (!values.valid) throw refused('state.needed', {}, 'valid')
  }
  if (!values.valid) {
    const waits = await work.db
      .selectFrom('ticket_state')
      .select('name')
      .where('after_pending', '=', before.name)
      .where('valid', '=', true)
      .executeTakeFirst()
    if (waits) throw refused('state.ends-in', { state: waits.name }, 'valid')
  }
  await work.db.updateTable('ticket_state').set(values).where('id', '=', id).execute()
  if (values.name !== before.name)
    await work.db.updateTable('ticket_state').set({ after_pending: values.name }).where('after_pending', '=', before.name).execute()
  recordChange(work, stateSubject, id, before, values)
}

const stateRow = (db: Kysely<Database>, id: Id) =>
  db
    .selectFrom('ticket_state')
    .select(['name', 'type', 'date_optional', 'after_pending', 'sort', 'suspends', 'valid', 'off_for_now'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()

async function checked(work: Work, form: StateForm, type: StateType, before: { id: Id; off_for_now: boolean } | null) {
  const name = demandName(form.name, 'name', NAME_LENGTH)
  if (!Number.isInteger(form.sort) || form.sort < 0 || form.sort > 9999) throw refused('state.sort', {}, 'sort')
  await sql`select pg_advisory_xact_lock(hashtextextended('ticket states', 7011))`.execute(work.db)
  const all = await work.db.selectFrom('ticket_state').select(['id', 'name', 'type', 'valid']).execute()
  if (all.some((one) => one.id !== before?.id && one.name.toLowerCase() === name.toLowerCase()))
    throw refused('state.name-taken', {}, 'name')
  const ends = all.find((one) => one.name === form.afterPending && one.type === 'closed' && one.valid)
  if (type === 'pending auto' && !ends) throw refused('state.after', {}, 'afterPending')
  return {
    name,
    date_optional: type === 'pending reminder' && form.dateOptional,
    after_pending: type === 'pending auto' ? ends!.name : null,
    sort: form.sort,
    suspends: form.suspends,
    ...validityColumns(form, before?.off_for_now),
  }
}

type StateValues = NonNullable<Awaited<ReturnType<typeof stateRow>>>

export const stateSubject: CoreSubject<StateValues, StateForm> = {
  type: 'ticket state',
  right: 'installation',
  lies: null,
  words: 'subject.ticket-state',
  named: 'ticket state',
  seen: pageAt('/admin/states'),
  deadlines: ['suspends'],
  fields: {
    name: { words: 'field.name' },
    type: { words: 'field.type', as: { choice: 'state-type.' } },
    date_optional: { words: 'field.date-optional', as: 'yes-no' },
    after_pending: { words: 'field.after-pending' },
    sort: { words: 'field.order' },
    suspends: { words: 'field.suspends', as: 'yes-no' },
    valid: { words: 'field.valid', as: 'yes-no' },
    off_for_now: { words: 'field.off-for-now', as: 'yes-no' },
  },
  way: {
    read: stateRow,
    form: ({ name, type, date_optional, after_pending, sort, suspends, valid, off_for_now }) => ({
      name,
      type,
      dateOptional: date_optional,
      afterPending: after_pending ?? '',
      sort,
      suspends,
      valid,
      offForNow: off_for_now,
    }),
    put: editState,
  },
}
