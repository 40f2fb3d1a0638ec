/** Owns a throw-away MariaDB server of Debian's: empty, on a Unix socket, without accounts. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createConnection, type Connection } from 'mysql2/promise'
import { unprivilegedAccount } from '../../core/machine/account.ts'
import { debianProgram } from './debian.ts'

export interface MariaDb {
  /** `mysql://root@localhost/?socket=…`, without a database. */
  url: string
  stop(): Promise<void>
}

/** Whether it can be had here; says loudly what is missing. */
export const mariaDbIsThere = (): boolean => debianProgram('/usr/sbin/mariadbd', ['mariadb-server']) !== undefined

/** Starts one in half a second: the tables of accounts, whose making takes longer than all else, are left out. */
export async function startMariaDb(): Promise<MariaDb> {
  const dir = mkdtempSync(join(tmpdir(), 'pomoc-maria-'))
  const account = unprivilegedAccount()
  const data = join(dir, 'data')
  mkdirSync(data)
  if (account) for (const path of [dir, data]) chownSync(path, account.uid, account.gid)
  const socket = join(dir, 'sock')
  const child = spawn(
    '/usr/sbin/mariadbd',
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${socket}`,
      `--pid-file=${join(dir, 'pid')}`,
      `--log-error=${join(dir, 'log')}`,
      '--skip-networking',
      '--skip-grant-tables',
      // Files of a database that lives for seconds: small, and flushed by nobody.
      '--innodb-flush-log-at-trx-commit=0',
      '--innodb-doublewrite=0',
      '--innodb-file-per-table=0',
      '--debug-no-sync',
      '--sync-frm=0',
      '--innodb-log-file-size=32M',
      '--innodb-buffer-pool-size=64M',
      '--max-allowed-packet=64M',
    ],
    { cwd: dir, stdio: 'ignore', ...(account && { uid: account.uid, gid: account.gid }) },
  )
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
    rmSync(dir, { recursive: true, force: true })
  }
  for (const begun = performance.now(); !(await answers(socket)); await sleep(25)) {
    if (child.exitCode === null && performance.now() - begun < 30_000) continue
    const log = existsSync(join(dir, 'log')) ? readFileSync(join(dir, 'log'), 'utf8').slice(-2000) : ''
    await stop()
    throw new Error(`mariadbd does not answer: ${log}`)
  }
  return { url: `mysql://root@localhost/?socket=${encodeURIComponent(socket)}`, stop }
}

async function answers(socket: string): Promise<boolean> {
  let connection: Connection | undefined
  try {
    connection = await createConnection({ socketPath: socket, user: 'root' })
    return true
  } catch {
    return false
  } finally {
    await connection?.end()
  }
}
