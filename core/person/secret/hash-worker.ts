/** Owns the thread in which passwords are hashed: a flood of logins would take a whole processor from those who read pages. */
import { hashSync, verifySync } from '@node-rs/argon2'
import { answerInThread } from '../../machine/thread.ts'

/** With `hash`: is it this password's? Else: its hash. */
export type HashRequest = { password: string; hash: string } | { password: string; cost: NonNullable<Parameters<typeof hashSync>[1]> }

answerInThread<HashRequest, string | boolean>(
  (request) => ('hash' in request ? verifySync(request.hash, request.password) : hashSync(request.password, request.cost)),
  { polite: true },
)
