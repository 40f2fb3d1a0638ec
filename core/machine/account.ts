/** Owns the unprivileged system account that pomoc and its PostgreSQL use when root starts them, and what it can reach. */
import { execFileSync } from 'node:child_process'
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { BootError, reasonOf } from './boot-error.ts'
import { systemDir } from './data-dir.ts'

export interface Account {
  name: string
  uid: number
  gid: number
}

export const accountName = 'pomoc'

export const isRoot = (): boolean => process.getuid?.() === 0

/**
 * The account to work under: undefined where this process is not root, for then it is whoever started it.
 * As root the system user `pomoc`, made with useradd where it does not exist yet.
 */
export function unprivilegedAccount(): Account | undefined {
  if (!isRoot()) return undefined
  const found = findAccount(accountName)
  if (found) return found
  try {
    execFileSync(
      'useradd',
      ['--system', '--user-group', '--no-create-home', '--home-dir', systemDir, '--shell', '/usr/sbin/nologin', accountName],
      { stdio: 'pipe', env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` } },
    )
  } catch (error) {
    // Another start may have made it at the same moment.
    const made = findAccount(accountName)
    if (made) return made
    throw new BootError(
      `PostgreSQL does not run as root and the system user ${accountName} could not be made (${reasonOf(error)}): ` +
        `make it with "useradd --system ${accountName}", or start pomoc as an ordinary user.`,
    )
  }
  const made = findAccount(accountName)
  if (!made) throw new BootError(`The system user ${accountName} was made but cannot be found: start pomoc as an ordinary user.`)
  return made
}

function findAccount(name: string): Account | undefined {
  const fields = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([login]) => login === name)
  if (fields) return { name, uid: Number(fields[2]), gid: Number(fields[3]) }
  try {
    // Users kept elsewhere, such as in LDAP.
    const id = (option: string) => Number(execFileSync('id', [option, name], { stdio: 'pipe' }).toString())
    return { name, uid: id('-u'), gid: id('-g') }
  } catch {
    return undefined
  }
}

/**
 * The first path on the way to `path` that the account cannot enter or read, by owner, group and mode; undefined when it
 * can read the file or list the folder at the end.
 */
export function obstacle(account: Account, path: string): string | undefined {
  const real = realpathSync(path)
  for (let at = real; ; at = dirname(at)) {
    const { mode, uid, gid } = statSync(at)
    const bits = uid === account.uid ? mode >> 6 : gid === account.gid ? mode >> 3 : mode
    const needed = at === real ? (statSync(at).isDirectory() ? 0o5 : 0o4) : 0o1
    if ((bits & needed) !== needed) return at
    if (at === dirname(at)) return undefined
  }
}
