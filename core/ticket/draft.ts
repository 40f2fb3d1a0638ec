/** Owns drafts: what a person typed into a form and has not sent yet, one per person and form. */
import type { Kysely } from 'kysely'
import { storable } from '../database/storable.ts'
import type { Database, Id } from '../database/schema.ts'
import type { Work } from '../kernel/work.ts'
import { refused } from '../errors.ts'

export interface Draft {
  fields: Record<string, string>
  updatedAt: Date
}

const FORM = /^[a-z]+(\/[a-z0-9-]+)*$/
const MOST_CHARACTERS = 200_000

/** The draft of a form such as 'ticket/123/reply', if there is one. */
export async function findDraft(db: Kysely<Database>, personId: Id, form: string): Promise<Draft | undefined> {
  const row = await db
    .selectFrom('draft')
    .select(['fields', 'updated_at'])
    .where('person_id', '=', personId)
    .where('form', '=', form)
    .executeTakeFirst()
  return row && { fields: row.fields, updatedAt: row.updated_at }
}

/** Keeps what was typed; with every field empty there is no draft. Returns whether one is kept. Error: `too-large`. */
export async function saveDraft(work: Work, form: string, fields: Record<string, string>): Promise<boolean> {
  if (work.actor.kind !== 'person' || !FORM.test(form)) throw refused('not-allowed')
  const typed = Object.entries(fields)
    .filter(([, value]) => value.trim() !== '')
    .map(([name, value]) => [name, storable(value)] as const)
  if (typed.length === 0) {
    await dropDraft(work, form)
    return false
  }
  if (typed.reduce((sum, [, value]) => sum + value.length, 0) > MOST_CHARACTERS) throw refused('too-large', { limit: MOST_CHARACTERS })
  const row = { fields: JSON.stringify(Object.fromEntries(typed)), updated_at: work.now }
  await work.db
    .insertInto('draft')
    .values({ person_id: work.actor.id, form, ...row })
    .onConflict((oc) => oc.columns(['person_id', 'form']).doUpdateSet(row))
    .execute()
  return true
}

/** Forgets the draft: it was sent, or thrown away. */
export async function dropDraft(work: Work, form: string): Promise<void> {
  if (work.actor.kind !== 'person') return
  await work.db.deleteFrom('draft').where('person_id', '=', work.actor.id).where('form', '=', form).execute()
}
