/** Owns the files of drafts: chosen before the words are sent, kept with them, and attached from there. */
import { sql, type Kysely } from 'kysely'
import { readWholeBlob, storeBlob } from '../../database/blob.ts'
import { isId } from '../../database/id.ts'
import { storable } from '../../database/storable.ts'
import type { Database, Id } from '../../database/schema.ts'
import type { Work } from '../../kernel/work.ts'
import { refused } from '../../errors.ts'
import type { NewAttachment } from '../ticket.ts'

export interface DraftFile {
  id: Id
  name: string
  contentType: string
  /** Bytes. */
  size: number
}

/** All files in one person's drafts together, in MB: ten large mails. */
const MOST_MB = 300

/** Keeps files that were chosen. Returns their ids, in order. Error: `draft.files-full`. */
export async function keepFiles(work: Work, files: readonly NewAttachment[]): Promise<Id[]> {
  if (files.length === 0) return []
  if (work.actor.kind !== 'person') throw refused('not-allowed')
  const personId = work.actor.id
  const { kept } = await work.db
    .selectFrom('draft_file')
    .select(sql<string>`coalesce(sum(size), 0)`.as('kept'))
    .where('person_id', '=', personId)
    .executeTakeFirstOrThrow()
  const size = files.reduce((sum, file) => sum + file.content.length, Number(kept))
  if (size > MOST_MB * 1024 * 1024) throw refused('draft.files-full', { limit: MOST_MB }, 'files')
  const ids: Id[] = []
  for (const file of files) {
    const blob = await storeBlob(work.db, file.content, work.now)
    const { id } = await work.db
      .insertInto('draft_file')
      .values({
        person_id: personId,
        blob_id: blob.id,
        name: storable(file.name).slice(0, 250) || 'file',
        content_type: storable(file.contentType).slice(0, 200),
        size: file.content.length,
        created_at: work.now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    ids.push(id)
  }
  return ids
}

/** The same bytes as files that are kept elsewhere, for the actor's draft; whoever calls has asked whether they may have them. */
export async function borrowFiles(
  work: Work,
  from: 'article_attachment' | 'answer_template_attachment',
  ids: readonly Id[],
): Promise<Id[]> {
  const known = ids.filter(isId)
  if (known.length === 0 || work.actor.kind !== 'person') return []
  const { rows } = await sql<{ id: Id }>`
    insert into draft_file (person_id, blob_id, name, content_type, size, created_at)
    select ${work.actor.id}, blob_id, name, content_type, size, ${work.now} from ${sql.table(from)} where id = any(${known}::bigint[]) order by id
    returning id`.execute(work.db)
  return rows.map(({ id }) => id)
}

/** What is known of these files of a person's drafts, in the order in which they were chosen. */
export async function draftFiles(db: Kysely<Database>, personId: Id, ids: readonly Id[]): Promise<DraftFile[]> {
  return (await rowsOf(db, personId, ids)).map(({ id, name, content_type, size }) => ({
    id,
    name,
    contentType: content_type,
    size: Number(size),
  }))
}

/** These files of a person's drafts, ready to be attached. Error: `draft.file-gone`: nothing leaves without what it speaks of. */
export async function attachDraftFiles(db: Kysely<Database>, personId: Id, ids: readonly Id[]): Promise<NewAttachment[]> {
  const rows = await rowsOf(db, personId, ids)
  if (rows.length < new Set(ids).size) throw refused('draft.file-gone', {}, 'files')
  return Promise.all(
    rows.map(async (row) => ({ name: row.name, contentType: row.content_type, content: await readWholeBlob(db, row.blob_id) })),
  )
}

async function rowsOf(db: Kysely<Database>, personId: Id, ids: readonly Id[]) {
  const known = ids.filter(isId)
  if (known.length === 0) return []
  return db.selectFrom('draft_file').selectAll().where('person_id', '=', personId).where('id', 'in', known).orderBy('id').execute()
}

/** They were sent or thrown away: those that no draft holds any more go. */
export async function forgetFiles(work: Work, personId: Id, ids: readonly Id[]): Promise<void> {
  const known = ids.filter(isId)
  if (known.length === 0) return
  await sql`delete from draft_file f where f.person_id = ${personId} and f.id = any(${known}::bigint[])
    and not exists (select from draft d where d.person_id = f.person_id and f.id = any(d.files))`.execute(work.db)
}
