/** Owns giving up root's rights: at once where a command needs no port, else once the ports are bound. There is no way on as root. */
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { obstacle, unprivilegedAccount, type Account } from './account.ts'
import { BootError } from './boot-error.ts'
import { projectDir } from './project.ts'

/**
 * Refuses, with a BootError that says what to do, where root started this process and the account it is to work under cannot read
 * the program: parts of it load later, when nobody is root any more. Call it before anything is opened. Answers that account;
 * undefined where this process is an ordinary user's.
 */
export function demandAccount(): Account | undefined {
  const account = unprivilegedAccount()
  if (!account) return undefined
  const closed = obstacleInProgram(account, projectDir)
  if (closed) {
    const remedy = closed.startsWith(realpathSync(projectDir))
      ? `give access with "chmod -R a+rX ${closed}"`
      : 'move the program to a folder that everybody can read, such as /opt/pomoc'
    throw new BootError(`pomoc does not work as root but as the user ${account.name}, who cannot read ${closed}: ${remedy}.`)
  }
  return account
}

/** The first path in the program in `project` that the account cannot read: its folders, this module, its packages. */
export function obstacleInProgram(account: Account, project: string): string | undefined {
  const { dependencies = {} } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { dependencies?: Record<string, string> }
  return [
    import.meta.filename,
    join(project, 'package.json'),
    ...['core', 'dist', 'plugins', 'themes', 'config'].map((name) => join(project, name)),
    ...Object.keys(dependencies).map((name) => join(project, 'node_modules', name, 'package.json')),
  ]
    .filter((path) => existsSync(path))
    .map((path) => obstacle(account, path))
    .find(Boolean)
}

/**
 * Makes this process an ordinary user's for good, when root started it. Call it after binding ports and reading key files.
 * Answers a line for the operator, or undefined where there was nothing to give up. Throws as `demandAccount`.
 */
export function dropPrivileges(): string | undefined {
  const account = demandAccount()
  if (!account) return undefined
  flushCompileCache() // its folder belongs to root
  process.setgroups?.([account.gid])
  process.setgid?.(account.gid)
  process.setuid?.(account.uid)
  delete process.env['XDG_RUNTIME_DIR'] // root's, closed to everybody else
  return `pomoc goes on as the user ${account.name}.`
}
