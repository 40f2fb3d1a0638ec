/** Owns the SQL of files that wait with a form until its sender has logged in again. */
import type { Kysely, Transaction } from 'kysely'
import type { Database, Id } from '../../database/schema.ts'
import type { PostedFile } from '../body.ts'

type NamedFile = readonly [field: string, file: PostedFile]

export async function insertHeld(
  db: Transaction<Database>,
  held: { keyHash: Buffer; personId: Id; now: Date },
  files: readonly NamedFile[],
): Promise<void> {
  for (const [field, { name, type, content }] of files)
    await db
      .insertInto('held_file')
      .values({ key_hash: held.keyHash, person_id: held.personId, field, name, content_type: type, content, held_at: held.now })
      .execute()
}

/** The keys of a person's waiting forms, the newest first. */
export async function listHeldKeys(db: Kysely<Database>, personId: Id): Promise<Buffer[]> {
  const rows = await db
    .selectFrom('held_file')
    .select('key_hash')
    .where('person_id', '=', personId)
    .groupBy('key_hash')
    .orderBy((eb) => eb.fn.max('id'), 'desc')
    .execute()
  return rows.map((row) => row.key_hash)
}

export async function findHeld(db: Kysely<Database>, keyHash: Buffer, personId: Id, since: Date): Promise<NamedFile[]> {
  const rows = await db
    .selectFrom('held_file')
    .select(['field', 'name', 'content_type', 'content'])
    .where('key_hash', '=', keyHash)
    .where('person_id', '=', personId)
    .where('held_at', '>', since)
    .orderBy('id')
    .execute()
  return rows.map((row) => [row.field, { name: row.name, type: row.content_type, content: row.content }] as const)
}

export async function deleteHeld(db: Transaction<Database>, keyHashes: readonly Buffer[]): Promise<void> {
  if (keyHashes.length > 0) await db.deleteFrom('held_file').where('key_hash', 'in', keyHashes).execute()
}

export async function deleteHeldBefore(db: Transaction<Database>, before: Date): Promise<void> {
  await db.deleteFrom('held_file').where('held_at', '<', before).execute()
}
