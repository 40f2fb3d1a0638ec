/** Owns saying once more who one is, within a session: by a code, a password, or a fresh link. */
import type { Id } from '../../database/schema.ts'
import { refused, Refusal } from '../../errors.ts'
import { system } from '../../kernel/actor.ts'
import { attemptAt, ownerOf, type LoginRoom } from '../login.ts'
import { findCredentialsOf } from '../login.store.ts'
import { countAttempt, noteFailure } from '../attempts.ts'
import { normalLogin } from '../login-name.ts'
import { checkCode, hasSecondFactor } from '../second-factor.ts'
import { proveSession, type Client, type Session } from '../sessions.ts'

/** How somebody says once more who they are. 'link': by nothing but a fresh one, which opens a new session. */
export type ProofBy = 'code' | 'password' | 'link'

/** A code where there is an app for it – the browser may know the password –, else the password, else a link. */
export async function proofBy(room: Pick<LoginRoom, 'db'>, personId: Id): Promise<ProofBy> {
  if (await hasSecondFactor(room.db, personId)) return 'code'
  return (await passwordFrom(room, personId)) === 'nowhere' ? 'link' : 'password'
}

/** Where the password is kept by which a person logs in. */
export async function passwordFrom({ db }: Pick<LoginRoom, 'db'>, personId: Id): Promise<'here' | 'directory' | 'nowhere'> {
  const person = await findCredentialsOf(db, personId)
  return person?.password_hash ? 'here' : person?.in_directory ? 'directory' : 'nowhere'
}

/**
 * Checks what the session's person gave – a code or a password, as `proofBy` says – and answers the session as it holds from then on.
 * Errors: `proof-failed`, `code-wrong`, `login-expired`, `login-unavailable`, `login-too-many`, `login-guarded`.
 */
export async function proveAgain(room: LoginRoom, ask: { session: Session; given: string; client: Client }): Promise<Session> {
  const { personId } = ask.session
  const by = await proofBy(room, personId)
  if (by === 'code') await checkCode(room, { personId, code: ask.given, client: ask.client })
  else await checkOwnPassword(room, { personId, password: ask.given, client: ask.client })
  return room.work(system('login'), (work) => proveSession(work, ask.session))
}

async function checkOwnPassword(room: LoginRoom, { personId, password, client }: { personId: Id; password: string; client: Client }) {
  const attempt = await attemptAt(room, personId, client)
  await countAttempt(room, attempt)
  const person = await findCredentialsOf(room.db, personId)
  const login = normalLogin(person?.login ?? person?.address ?? '')
  try {
    const owner = await ownerOf(room, login, password, person)
    if (owner.personId !== personId) throw refused('login-failed')
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'login-unavailable') throw error
    await noteFailure(room, 'login-failed', attempt)
    throw error.code === 'login-failed' ? refused('proof-failed') : error
  }
}
