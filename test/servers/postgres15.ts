/** Owns a throw-away server of Debian's PostgreSQL 15, the oldest that pomoc works on. */
import { execFile } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { unprivilegedAccount } from '../../core/machine/account.ts'
import { debianProgram } from './debian.ts'

export interface TestServer {
  /** The database `postgres` over a Unix socket, as a superuser. */
  url: string
  stop(): Promise<void>
}

/** Starts it, or answers undefined where it is not installed (and says so). */
export async function startPostgres15(): Promise<TestServer | undefined> {
  const postgres = debianProgram('/usr/lib/postgresql/15/bin/postgres', ['postgresql-15'])
  if (!postgres) return undefined
  const dir = mkdtempSync(join(tmpdir(), 'pomoc-pg15-'))
  const account = unprivilegedAccount()
  if (account) chownSync(dir, account.uid, account.gid)
  const pgdata = join(dir, 'data')
  const run = (name: string, ...args: string[]) =>
    promisify(execFile)(join(dirname(postgres), name), args, {
      cwd: dir,
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC' },
      ...(account && { uid: account.uid, gid: account.gid }),
    })
  await run('initdb', '--pgdata', pgdata, '--username=pomoc', '--auth=trust', '--encoding=UTF8', '--no-sync')
  const settings = `-c listen_addresses= -c unix_socket_directories=${dir} -c fsync=off -c max_connections=200 -c jit=off`
  await run('pg_ctl', 'start', '--pgdata', pgdata, '--wait', '--silent', '--log', join(dir, 'log'), '--options', settings)
  return {
    url: `postgresql://pomoc@/postgres?host=${encodeURIComponent(dir)}&port=5432`,
    stop: async () => {
      await run('pg_ctl', 'stop', '--pgdata', pgdata, '--wait', '--silent', '--mode=fast')
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
