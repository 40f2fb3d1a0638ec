/** Owns the thread in which passwords are hashed: a flood of logins would take a whole processor from those who read pages. */
import { hashSync, verifySync } from '@node-rs/argon2'
import { answerInThread } from '../../machine/thread.ts'

/** With `hash`: is it this password's? Else: its hash. */
export type HashRequest = { password: string; hash: string } | { password: string; cost: NonNullable<Parameters<typeof hashSync>[1]> }

/** A hash of another kind (imported, switched off by '!') fits no password. */
function fits(hash: string, password: string): boolean {
  try {
    return verifySync(hash, password)
  } catch {
    return false
  }
}

answerInThread<HashRequest, string | boolean>(
  (request) => ('hash' in request ? fits(request.hash, request.password) : hashSync(request.password, request.cost)),
  { polite: true },
)
