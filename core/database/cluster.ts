/** Owns the embedded PostgreSQL's files: socket folder, settings, and its creation by initdb. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { chown, mkdir, mkdtemp, readdir, rename, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Account } from '../machine/account.ts'
import { BootError, codeOf, reasonOf } from '../machine/boot-error.ts'
import { prepareDataFolder } from '../machine/data-folder.ts'
import { postgresBinaries } from './binaries.ts'

export const majorVersion = '18'
export const superuser = 'pomoc'
export const port = 5432

export interface Cluster {
  /** PostgreSQL's own data folder, inside pomoc's. */
  pgdata: string
  /** Folder with bin/. */
  binaries: string
  /** Folder of the Unix socket, open to the server's account alone: being able to enter it is the only password. */
  runDir: string
  /** The account the server runs under; undefined when it is this process's own user. */
  account: Account | undefined
}

export interface ClusterOptions {
  /** false only for data that may be lost: PostgreSQL then leaves writing to disk to the operating system. */
  durable: boolean
  /** The most connections that the server takes. */
  connections: number
}

/** Makes sure that there is a cluster in `dataDir` which this program can run, and lays its settings down. */
export async function prepareCluster(dataDir: string, account: Account | undefined, options: ClusterOptions): Promise<Cluster> {
  const folder = await prepareDataFolder(dataDir, account)
  const pgdata = join(folder, 'postgresql')
  const binaries = await postgresBinaries(account)
  if (!isCluster(pgdata, account)) await createCluster(folder, pgdata, binaries, account, options)
  const found = readFileSync(join(pgdata, 'PG_VERSION'), 'utf8').trim()
  if (found !== majorVersion) {
    throw new BootError(
      `The data in ${pgdata} was made by PostgreSQL ${found} and this pomoc brings PostgreSQL ${majorVersion}: start it with the ` +
        'pomoc that made it and use "npm run pomoc -- dump", then load the dump into a new data folder.',
    )
  }
  const runDir = await prepareRunDir(folder, account)
  const cluster = { pgdata, binaries, runDir, account }
  try {
    await writeAs(account, join(pgdata, 'pomoc.conf'), settings(runDir, options))
  } catch (error) {
    throw new BootError(
      `The data folder ${folder} cannot be written (${reasonOf(error)}): ${codeOf(error) === 'ENOSPC' ? 'make room on its disk' : 'give access to it'}, then start again.`,
    )
  }
  return cluster
}

/** Runs one of PostgreSQL's programs as the server's account, with nothing of this process's PG… variables. */
export async function runProgram(cluster: Omit<Cluster, 'runDir' | 'pgdata'>, cwd: string, name: string, args: string[]) {
  const { account, binaries } = cluster
  return promisify(execFile)(join(binaries, 'bin', name), args, {
    cwd,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    ...(account && process.getuid?.() === 0 && { uid: account.uid, gid: account.gid }),
  })
}

/** Keeps the newest ten server logs (each at most 10 MB, see settings). */
export async function pruneLogs(pgdata: string): Promise<void> {
  const dir = join(pgdata, 'log')
  const names = await readdir(dir).catch(() => [])
  for (const name of names.sort().slice(0, -10)) await unlink(join(dir, name)).catch(() => {})
}

function settings(runDir: string, { durable, connections }: ClusterOptions): string {
  return [
    '# Written by pomoc at every start. Your own settings go into postgresql.conf, below the include.',
    `listen_addresses = ''`,
    `port = ${port}`,
    `unix_socket_directories = '${runDir.replaceAll("'", "''")}'`,
    `unix_socket_permissions = 0700`,
    `max_connections = ${connections}`,
    `shared_buffers = '128MB'`,
    `jit = off`,
    // Lists walk indexes in their order as far as a page needs. As for disks that turn, the planner would sooner sort all of a queue.
    `random_page_cost = 1.1`,
    `timezone = 'UTC'`,
    `log_timezone = 'UTC'`,
    `logging_collector = on`,
    `log_directory = 'log'`,
    `log_filename = 'postgresql-%Y-%m-%d_%H%M%S.log'`,
    `log_rotation_age = '1d'`,
    `log_rotation_size = '10MB'`,
    `log_min_messages = warning`,
    `log_line_prefix = '%m [%p] %a '`,
    ...(durable ? [] : ['fsync = off', 'synchronous_commit = off', 'full_page_writes = off', 'autovacuum = off']),
    '',
  ].join('\n')
}

function isCluster(pgdata: string, account: Account | undefined): boolean {
  if (!existsSync(pgdata)) return false
  const { uid } = statSync(pgdata)
  const expected = account?.uid ?? process.getuid?.()
  if (uid !== expected) {
    throw new BootError(
      `The database in ${pgdata} belongs to another user (number ${uid}): start pomoc as that user, or give it over with ` +
        `"chown -R ${account?.name ?? String(expected)} ${pgdata}".`,
    )
  }
  if (existsSync(join(pgdata, 'PG_VERSION'))) return true
  if (readdirSync(pgdata).length === 0) return false
  throw new BootError(`The folder ${pgdata} holds something that is not a database: move it away, or set POMOC_DATA_DIR to another folder.`)
}

/** initdb works in a folder beside, which takes its name only when whole: a first start that was killed leaves no half. */
async function createCluster(
  folder: string,
  pgdata: string,
  binaries: string,
  account: Account | undefined,
  options: ClusterOptions,
): Promise<void> {
  await removeHalves(folder)
  let half = ''
  try {
    half = await mkdtemp(join(folder, '.postgresql-'))
    if (account) await chown(half, account.uid, account.gid)
    await runProgram({ binaries, account }, folder, 'initdb', [
      '--pgdata',
      half,
      '--username',
      superuser,
      '--auth-local',
      'trust',
      '--auth-host',
      'reject',
      '--encoding',
      'UTF8',
      '--locale-provider',
      'builtin',
      '--builtin-locale',
      'C.UTF-8',
      '--locale',
      'C',
      '--lc-ctype',
      'C.UTF-8',
      '--data-checksums',
      ...(options.durable ? [] : ['--no-sync']),
    ])
    await writeAs(account, join(half, 'postgresql.conf'), "include_if_exists = 'pomoc.conf'\n\n# Your own settings:\n")
    await rename(half, pgdata)
  } catch (error) {
    if (half) await rm(half, { recursive: true, force: true })
    // Another start was quicker; this one goes on with what that made.
    if (existsSync(join(pgdata, 'PG_VERSION'))) return
    throw new BootError(
      `A database cannot be created in ${folder} (${initdbReason(error)}): put that right, or set POMOC_DATA_DIR to another folder.`,
    )
  }
}

function initdbReason(error: unknown): string {
  const lines = ((error as { stderr?: string }).stderr ?? '').split('\n')
  const line = lines.find((text) => /(FATAL|PANIC|error):/i.test(text))
  return line?.replace(/^.*?(FATAL|PANIC|error):\s*/i, '') ?? reasonOf(error)
}

async function removeHalves(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith('.postgresql-')) continue
    const path = join(folder, name)
    const { mtimeMs } = await stat(path)
    if (Date.now() - mtimeMs > 600_000) await rm(path, { recursive: true, force: true })
  }
}

/** run/ in the data folder, or a folder with a shorter path where the socket's would exceed what Linux allows (107 bytes). */
async function prepareRunDir(folder: string, account: Account | undefined): Promise<string> {
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 12)
  const near = join(folder, 'run')
  const far = account
    ? join('/run', `pomoc-${hash}`)
    : join(process.env['XDG_RUNTIME_DIR'] || tmpdir(), `pomoc-${process.getuid?.()}-${hash}`)
  const fits = (dir: string) => Buffer.byteLength(join(dir, `.s.PGSQL.${port}`)) <= 107
  const runDir = [near, far].find(fits)
  if (!runDir) throw new BootError(`The path ${folder} is too long for a Unix socket: set POMOC_DATA_DIR to a folder with a shorter path.`)
  try {
    await mkdir(runDir, { mode: 0o700 })
    if (account) await chown(runDir, account.uid, account.gid)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') {
      throw new BootError(`The folder ${runDir} for the database's socket cannot be made (${reasonOf(error)}): give access to it.`)
    }
  }
  const { uid, mode } = lstatSync(runDir)
  // A folder in /tmp could be somebody else's trap.
  if (!lstatSync(runDir).isDirectory() || uid !== (account?.uid ?? process.getuid?.()) || mode & 0o077) {
    throw new BootError(`The folder ${runDir} for the database's socket is open to other users or belongs to one: remove it.`)
  }
  return runDir
}

async function writeAs(account: Account | undefined, path: string, text: string): Promise<void> {
  const half = `${path}.${process.pid}`
  try {
    await writeFile(half, text, { mode: 0o600 })
    if (account) await chown(half, account.uid, account.gid)
    await rename(half, path)
  } catch (error) {
    await rm(half, { force: true })
    throw error
  }
}
