/** Owns old passwords: what is kept of them, the login that proves one and makes it a password of pomoc's own, and their end. */
import { adoptPassword, hashKnownPassword, system, type Host, type Id, type LoginAnswer, type LoginAsked } from '../../../core/index.ts'
import { fitsOld, oldKindOf } from './old-hashes.ts'
import { deleteOldPasswords, deleteSettled, oldPasswordsOf } from './passwords.store.ts'

/**
 * What may be kept of a password column of the source until its owner has logged in once; undefined: it fits no password. `cryptType`: the
 * setting `AuthModule::DB::CryptType` or `Customer::AuthModule::DB::CryptType`; what 'plain' kept in clear is never kept so here.
 */
export async function worthKeeping(kept: string | null, cryptType: unknown): Promise<string | undefined> {
  if (kept === null || kept === '') return undefined
  if (cryptType === 'plain') return hashKnownPassword(kept).catch(() => undefined)
  return oldKindOf(kept) === undefined ? undefined : kept
}

/**
 * Is this what they logged in with before? Then it is a password of pomoc's own from now on. Asked only of whoever has none and is in no
 * directory, and after directories: whose password is there now, has none of the old ones.
 */
export async function checkOld({ personId, password }: LoginAsked, host: Host): Promise<LoginAnswer> {
  if (personId === undefined) return 'unknown'
  const kept = await oldPasswordsOf(host.db, personId)
  if (kept.length === 0) return 'unknown'
  for (const one of kept) if (await fitsOld(one, password)) return adopt(host, personId, password)
  return 'refused'
}

async function adopt(host: Host, personId: Id, password: string): Promise<LoginAnswer> {
  const hash = await hashKnownPassword(password)
  return host.work(system('otrs-import'), async (work) => {
    // Of two logins at once the second finds it done; both were right.
    await adoptPassword(work, personId, hash)
    await deleteOldPasswords(work.db, personId)
    return { personId, adopted: true }
  })
}

/** Deletes what can let nobody in any more: of those who have a password here, or in a directory. For a job once a day. */
export const forgetSettled = (host: Host): Promise<void> => host.work(system('otrs-import'), (work) => deleteSettled(work.db))
