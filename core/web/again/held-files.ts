/** Owns files that wait with a form until its sender has logged in again: for them alone, a few forms at a time, for a while. */
import type { Id } from '../../database/schema.ts'
import type { Host } from '../../kernel/contract.ts'
import { system } from '../../kernel/actor.ts'
import type { Work } from '../../kernel/work.ts'
import { hashToken, newToken } from '../../person/token.ts'
import type { PostedFile, PostedForm } from '../body.ts'
import { deleteHeld, deleteHeldBefore, findHeld, insertHeld, listHeldKeys } from './held-files.store.ts'

/** After this they are asked for again, by their names. */
export const HELD_MS = 2 * 3600_000
/** Waiting forms of one person with files; each is no larger than one form may be. The oldest goes first. */
const FORMS_PER_PERSON = 3

type Room = Pick<Host, 'db' | 'work' | 'clock'>

/** What a file field sends that was left empty is no file. */
export const realFiles = (files: PostedForm['files']): PostedForm['files'] =>
  files.filter(([, file]) => file.content.length > 0 || file.name !== '')

/** Keeps the files of a person's form; answers the key to them. */
export async function holdFiles({ work }: Room, personId: Id, files: PostedForm['files']): Promise<string> {
  const key = newToken()
  await work(system('waiting form'), async ({ db, now }) => {
    await deleteHeldBefore(db, new Date(now.getTime() - HELD_MS))
    await deleteHeld(db, (await listHeldKeys(db, personId)).slice(FORMS_PER_PERSON - 1))
    await insertHeld(db, { keyHash: hashToken(key), personId, now }, files)
  })
  return key
}

export const heldFiles = ({ db, clock }: Room, key: string, personId: Id): Promise<(readonly [string, PostedFile])[]> =>
  findHeld(db, hashToken(key), personId, new Date(clock().getTime() - HELD_MS))

export const dropFiles = ({ work }: Room, key: string): Promise<void> =>
  work(system('waiting form'), ({ db }) => deleteHeld(db, [hashToken(key)]))

/** For a job once a day. */
export const forgetHeldFiles = ({ db, now }: Work): Promise<void> => deleteHeldBefore(db, new Date(now.getTime() - HELD_MS))
