/** Owns giving up root's rights once the ports are bound. */
import { flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { obstacle, unprivilegedAccount } from './account.ts'
import { projectDir } from './project.ts'

/**
 * Makes this process an ordinary user's for good, when root started it. Call it after binding ports and reading key files.
 * Answers a line for the operator, or undefined where there was nothing to give up.
 * The process stays root where the account could not read the program, since parts of it load later.
 */
export function dropPrivileges(): string | undefined {
  const account = unprivilegedAccount()
  if (!account) return undefined
  const closed = [import.meta.filename, join(projectDir, 'package.json'), join(projectDir, 'node_modules', 'pg', 'package.json')]
    .map((path) => obstacle(account, path))
    .find(Boolean)
  if (closed) {
    return (
      `pomoc goes on as root, since the user ${account.name} cannot read ${closed}: ` +
      'move the program to a folder that everybody can read, such as /opt/pomoc.'
    )
  }
  flushCompileCache() // its folder belongs to root
  process.setgroups?.([account.gid])
  process.setgid?.(account.gid)
  process.setuid?.(account.uid)
  return `pomoc goes on as the user ${account.name}.`
}
