/** Owns the life of the embedded PostgreSQL: started or adopted, held against a second pomoc, revived, stopped. */
import { readFileSync } from 'node:fs'
import { rm, rmdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { unprivilegedAccount } from '../machine/account.ts'
import { BootError, codeOf, reasonOf } from '../machine/boot-error.ts'
import type { Log } from '../machine/log.ts'
import { databaseIsAway } from './away.ts'
import { port, prepareCluster, pruneLogs, runProgram, superuser } from './cluster.ts'
import type { Cluster } from './cluster.ts'
import { handOver, hasProgramRole, makeProgramRole, programRole } from './program-role.ts'

const DATABASE = 'pomoc'
/** The advisory lock that a running pomoc holds in the database `postgres`; the letters of its name. */
const LOCK = 0x706f6d6f63

export interface Embedded {
  /** Connects to the database `pomoc` over the Unix socket, as a role that owns it and is no superuser. */
  url: string
  /** Whether the server was running already, left behind by a pomoc that was killed. */
  adopted: boolean
  /** Whether the server belongs to another pomoc that is running; then `stop` leaves it alone. */
  shared: boolean
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  dataDir: string
  /** false only for data that may be lost; see ClusterOptions. */
  durable?: boolean
  connections?: number
  /** Whether the server of a pomoc that is running may be used; otherwise that is a BootError. */
  share?: boolean
  log?: Log
}

/**
 * Starts PostgreSQL on the data in `dataDir`, creating it at the first time, or adopts the server that runs there.
 * A server that dies later is started again until `stop` is called.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { dataDir, durable = true, connections = 60, share = false, log } = options
  const cluster = await prepareCluster(dataDir, unprivilegedAccount(), { durable, connections })
  let held = await startAndHold(cluster, share)
  let role = programRole
  try {
    // Beside a program of an earlier version, which has not made it, a command works as that does.
    if (held.shared && !(await hasProgramRole(held.client))) role = superuser
    else {
      await makeProgramRole(held.client)
      await createDatabase(held.client)
      if (!held.shared) await handOver({ host: held.socketDir, port, ssl: false }, DATABASE)
    }
  } catch (error) {
    if (!held.shared) await stopServer(cluster)
    await held.client.end().catch(() => {})
    throw error
  }
  if (held.shared) await held.client.end()
  await pruneLogs(cluster.pgdata)
  const pruning = setInterval(() => void pruneLogs(cluster.pgdata), 86_400_000).unref()

  const state = { stopping: false }
  let reviving: Promise<void> | undefined
  const watch = (client: Client) =>
    client.once('end', () => {
      if (!state.stopping && !reviving) reviving = revive().finally(() => (reviving = undefined))
    })
  if (!held.shared) watch(held.client)

  async function revive(): Promise<void> {
    log?.error('the database server is gone, starting it again')
    for (let wait = 200; !state.stopping; wait = Math.min(wait * 2, 10_000)) {
      try {
        held = await startAndHold(cluster, false)
        watch(held.client)
        log?.info('the database server runs again')
        return
      } catch (error) {
        log?.error({ err: error }, 'the database server cannot be started, trying again')
        await sleep(wait)
      }
    }
  }

  return {
    url: `postgresql://${role}@/${DATABASE}?host=${encodeURIComponent(held.socketDir)}&port=${port}`,
    adopted: held.adopted,
    shared: held.shared,
    async stop() {
      state.stopping = true
      clearInterval(pruning)
      await reviving
      if (held.shared) return
      await stopServer(cluster)
      await held.client.end().catch(() => {})
      // One beside the data stays: the next server may be on its way into it.
      if (dirname(held.socketDir) !== dirname(cluster.pgdata)) await rmdir(held.socketDir).catch(() => {})
    },
  }
}

interface Held {
  client: Client
  socketDir: string
  adopted: boolean
  shared: boolean
}

/** Runs until the server is up and this process holds its lock; the lock dies with the process, however that ends. */
async function startAndHold(cluster: Cluster, share: boolean): Promise<Held> {
  const giveUp = Date.now() + 300_000
  for (;;) {
    let running = findServer(cluster)
    const adopted = running !== undefined
    if (!running) {
      const fault = await startServer(cluster)
      running = findServer(cluster)
      if (!running && fault) throw fault
    }
    const socketDir = running?.socketDir ?? cluster.runDir
    const client = new Client({
      host: socketDir,
      port,
      user: superuser,
      database: 'postgres',
      application_name: `pomoc ${process.pid}`,
      ssl: false,
    })
    client.on('error', () => {}) // 'end' follows
    try {
      await client.connect()
      const locked = await hold(client, share ? 2 : 20)
      if (!locked && !share) {
        const holder = await holderOf(client)
        await client.end()
        throw new BootError(
          `Another pomoc${holder} is using the data in ${cluster.pgdata}: stop it first, or set POMOC_DATA_DIR to another folder; ` +
            'several processes side by side need a server of their own, named in POMOC_DATABASE_URL.',
        )
      }
      return { client, socketDir, adopted: adopted && locked, shared: !locked }
    } catch (error) {
      await client.end().catch(() => {})
      // Starting up, shutting down, or gone between two looks: look again.
      if (!databaseIsAway(error)) throw error
      if (Date.now() > giveUp) {
        throw new BootError(
          `The database server in ${cluster.pgdata} runs but takes no connections (${reasonOf(error)}): see its log in ` +
            `${join(cluster.pgdata, 'log')}.`,
        )
      }
      await sleep(100)
    }
  }
}

/** Tries each tenth of a second, for the lock of a pomoc killed just now is freed when the server notices. */
async function hold(client: Client, times: number): Promise<boolean> {
  for (let tries = times; ; tries--) {
    const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [LOCK])
    if (rows[0]?.held || tries === 0) return rows[0]?.held ?? false
    await sleep(100)
  }
}

async function holderOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ application_name: string }>(
    `select a.application_name from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.granted and a.datname = 'postgres'`,
  )
  const pid = /^pomoc (\d+)$/.exec(rows[0]?.application_name ?? '')?.[1]
  return pid ? ` (process ${pid})` : ''
}

async function createDatabase(client: Client): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE])
  if (rowCount) return
  try {
    await client.query(`create database ${DATABASE} owner ${programRole}`)
  } catch (error) {
    if (!['42P04', '23505'].includes(codeOf(error))) throw error
  }
}

/** The server that runs on the cluster, by its postmaster.pid and the process of that number. */
function findServer({ pgdata }: Cluster): { pid: number; socketDir: string } | undefined {
  try {
    const lines = readFileSync(join(pgdata, 'postmaster.pid'), 'utf8').split('\n')
    const pid = Number(lines[0])
    return isServer(pid, pgdata) ? { pid, socketDir: lines[4] ?? '' } : undefined
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new BootError(`The database in ${pgdata} cannot be read (${reasonOf(error)}): start pomoc as the user who owns it.`)
  }
}

function isServer(pid: number, pgdata: string): boolean {
  try {
    const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return program.endsWith('postgres') && args.includes(pgdata)
  } catch {
    return false
  }
}

/** Answers the fault as an error, for another start at the same moment may have won. */
async function startServer(cluster: Cluster): Promise<BootError | undefined> {
  const { pgdata } = cluster
  const startLog = join(pgdata, 'start.log')
  try {
    await removeStalePids(cluster)
    await rm(startLog, { force: true })
    await runProgram(cluster, pgdata, 'pg_ctl', ['start', '--pgdata', pgdata, '--wait', '--timeout=300', '--silent', '--log', startLog])
    return undefined
  } catch (error) {
    let reason = reasonOf(error)
    try {
      const lines = readFileSync(startLog, 'utf8')
        .split('\n')
        .filter((line) => /(FATAL|PANIC):/.test(line))
      reason = lines.at(-1)?.replace(/^.*?(FATAL|PANIC):\s*/, '') ?? reason
    } catch {
      // Nothing was logged: the reason is pg_ctl's own.
    }
    return new BootError(
      `The database in ${pgdata} does not start (${reason}): put that right, details are in ${startLog} and ${join(pgdata, 'log')}.`,
    )
  }
}

/**
 * PostgreSQL itself sees through a dead server's pid file, but not when the number has since gone to another process
 * of the same user, as happens after a reboot.
 */
async function removeStalePids({ pgdata, runDir }: Cluster): Promise<void> {
  for (const path of [join(pgdata, 'postmaster.pid'), join(runDir, `.s.PGSQL.${port}.lock`)]) {
    try {
      const pid = Number(readFileSync(path, 'utf8').split('\n')[0])
      if (!isServer(pid, pgdata)) await unlink(path)
    } catch {
      // There is none, or it is PostgreSQL's to judge.
    }
  }
}

/** For how long a server has time to end what it is at, and then to break it off. */
const STOP_MS = 60_000

/**
 * Ends this very server (PostgreSQL's "fast", then "immediate" shutdown). pg_ctl waits for the pid file to go: where another pomoc, or one that
 * watches over the server, had started the next by then, it waited for that one, and ended it.
 */
async function stopServer(cluster: Cluster): Promise<void> {
  const running = findServer(cluster)
  if (!running) return
  const runs = () => isServer(running.pid, cluster.pgdata)
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    try {
      process.kill(running.pid, signal)
    } catch {
      // Already gone.
    }
    for (const until = performance.now() + STOP_MS; runs(); await sleep(20)) if (performance.now() > until) break
    if (!runs()) return
  }
}
