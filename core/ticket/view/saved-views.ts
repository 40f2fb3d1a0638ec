/** Owns saved views: a list of tickets that somebody named, for themselves or for all of a unit or group. It shows each reader what they may see. */
import { sql, type Kysely } from 'kysely'
import type { Database, Id } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import { readColumns, type PersonActor } from '../../kernel/actor.ts'
import { demandName, isId } from '../../kernel/input.ts'
import type { Work } from '../../kernel/work.ts'
import { mayShareWith, savedViews, type Holder, type SavedView } from './saved-views.store.ts'

export { mayShareWith, savedViews, type Holder, type SavedView }

export interface ViewForm {
  /** 60 characters at most. */
  name: string
  /** A path of ours with what it asks for, as the list writes it; 2,000 characters at most. */
  address: string
  columns: readonly string[] | null
  holder: Holder
}

const LONGEST_NAME = 60
const LONGEST_ADDRESS = 2000
/** Of one holder: what is longer is no rail any more. */
const MOST = 50

/** A view that the person has; 404 otherwise, the same as absent. */
export async function findView(db: Kysely<Database>, actor: PersonActor, id: Id): Promise<SavedView> {
  const [view] = isId(id) ? await savedViews(db, actor.access, { id, all: true }) : []
  if (!view) throw refused('not-found')
  return view
}

/** Errors: `required`, `too-long`, `view.name-taken` at `name`; `view.too-many`; `choice-gone` at `holder`: not to be shared with these. */
export async function saveView(work: Work, form: ViewForm): Promise<Id> {
  const row = await checked(work, form)
  const { rows } = await sql<{ id: Id; count: number }>`
    insert into saved_view (person_id, unit_id, group_id, made_by, name, address, columns)
    values (${row.person_id}, ${row.unit_id}, ${row.group_id}, ${row.made_by}, ${row.name}, ${row.address}, ${row.columns})
    on conflict do nothing returning id, (select count(*)::int from saved_view v where (v.person_id, v.unit_id, v.group_id)
      is not distinct from (${row.person_id}::bigint, ${row.unit_id}::bigint, ${row.group_id}::bigint)) as count`.execute(work.db)
  if (!rows[0]) throw refused('view.name-taken', {}, 'name')
  if (rows[0].count >= MOST) throw refused('view.too-many', { limit: MOST })
  return rows[0].id
}

/** What is not said stays. Errors as `saveView`; `not-allowed` where others may change it only. */
export async function editView(work: Work, id: Id, change: Partial<ViewForm>): Promise<void> {
  const view = await demandEditable(work, id)
  const { made_by: _, ...row } = await checked(work, { ...view, ...change }, view.holder)
  const { rows } = await sql`
    select from saved_view v where v.id <> ${id} and lower(v.name) = lower(${row.name}) and (v.person_id, v.unit_id, v.group_id)
      is not distinct from (${row.person_id}::bigint, ${row.unit_id}::bigint, ${row.group_id}::bigint)`.execute(work.db)
  if (rows.length > 0) throw refused('view.name-taken', {}, 'name')
  await work.db.updateTable('saved_view').set(row).where('id', '=', id).execute()
}

/** Nobody has it any more. Errors: `not-found`, `not-allowed`. */
export async function removeView(work: Work, id: Id): Promise<void> {
  await demandEditable(work, id)
  await work.db.deleteFrom('saved_view').where('id', '=', id).execute()
}

async function demandEditable(work: Work, id: Id): Promise<SavedView> {
  const view = await findView(work.db, demandPerson(work), id)
  if (!view.mayEdit) throw refused('not-allowed')
  return view
}

function demandPerson({ actor }: Work): PersonActor {
  if (actor.kind !== 'person' || !actor.access.agent) throw refused('not-allowed')
  return actor
}

async function checked(work: Work, form: ViewForm, stood?: Holder) {
  const actor = demandPerson(work)
  const name = demandName(form.name, 'name', LONGEST_NAME)
  if (!/^\/[^/\\]/.test(form.address)) throw refused('input', { what: 'address' }, 'address')
  if (form.address.length > LONGEST_ADDRESS) throw refused('too-long', { limit: LONGEST_ADDRESS }, 'address')
  const { holder } = form
  const same = (one: { kind: string; id: Id }) => holder.kind === one.kind && 'id' in holder && holder.id === one.id
  if (holder.kind !== 'own' && !(stood && stood.kind !== 'own' && same(stood)) && !(await mayShareWith(work.db, actor.access)).some(same))
    throw refused('choice-gone', {}, 'holder')
  const columns = form.columns && readColumns(form.columns)
  return {
    person_id: holder.kind === 'own' ? actor.id : null,
    unit_id: holder.kind === 'unit' ? holder.id : null,
    group_id: holder.kind === 'group' ? holder.id : null,
    made_by: actor.id,
    name,
    address: form.address,
    columns: columns && columns.length > 0 ? columns : null,
  }
}
