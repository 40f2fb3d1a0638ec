/** Owns starting pomoc in reading order, and stopping it in reverse. */
import { unprivilegedAccount } from '../machine/account.ts'
import { assemble } from './assemble.ts'
import { watchClock } from './clock-watch.ts'
import type { Config } from '../machine/config.ts'
import { prepareDataFolder } from '../machine/data-folder.ts'
import { firstRun } from './first-run.ts'
import { system } from '../kernel/actor.ts'
import { keysAtStart } from '../person/secret/keys.ts'
import { releaseOurAddresses } from '../queue/our-addresses.ts'
import { coreJobs } from './jobs.ts'
import type { Host } from '../kernel/contract.ts'
import type { Kernel } from './host.ts'
import { startJobs } from '../kernel/jobs/run-jobs.ts'
import type { Log } from '../machine/log.ts'
import { makeMetrics } from '../metrics/metrics.ts'
import { watchStalls } from '../metrics/stalls.ts'
import { serveMetrics } from '../metrics/serve.ts'
import { makeReadiness } from '../metrics/health.ts'
import { openWebDoor } from '../web/serve.ts'

export interface Program {
  /** What to tell the operator, one line each. */
  notices: string[]
  /** Where it listens: 'web' → http://…, 'mail' → host:port. */
  addresses: ReadonlyMap<string, string>
  host: Host
  kernel: Kernel
  stop(): Promise<void>
}

export interface BootOptions {
  config: Config
  log: Log
  /** The program's clock, given at the edge and nowhere else. */
  clock?: () => Date
  /** Runs once the schema stands, before anything is added or served. */
  prepare?: (kernel: Kernel) => Promise<void>
  /** Called once every port is bound; answers a line for the operator. The command line gives up root's rights here. */
  whenBound?: () => string | undefined
}

/**
 * Starts what `config.only` names, or nothing: at a fault what was started is stopped again and the fault thrown. Plugins and
 * database are there in every process, whatever it serves.
 */
export async function boot({ config: wanted, log, clock = () => new Date(), prepare, whenBound }: BootOptions): Promise<Program> {
  const started: (() => Promise<void>)[] = []
  const stop = async () => {
    for (let end = started.pop(); end; end = started.pop()) await end()
  }
  try {
    const roles = new Set(wanted.only)
    const web = roles.has('web') ? await openWebDoor(wanted) : undefined
    if (web) started.push(web.stop)
    // Links in mails begin with it; a port that the system chose is known only now.
    const config = web?.url && wanted.http.port === 0 && wanted.baseUrl.endsWith(':0') ? { ...wanted, baseUrl: web.url } : wanted
    // Also where the database is elsewhere: mail under way and keys lie here, written after root's rights are given up.
    await prepareDataFolder(config.dataDir, unprivilegedAccount())
    const {
      kernel,
      database: { db, url },
      pools,
      addresses,
      started: assembled,
    } = await assemble(config, { log, clock })
    started.push(...assembled, await watchClock({ db, log, clock }))
    await prepare?.(kernel)
    const firstNotices = await firstRun(kernel.host, { link: web !== undefined })
    const keyNotice = await keysAtStart(kernel.host)
    const released = await kernel.host.work(system('our addresses'), releaseOurAddresses)
    if (released > 0)
      log.warn({ count: released }, 'accounts had addresses of ours, which are no people; "npm run pomoc -- doctor" names them')

    const stalls = watchStalls({ db, log, clock, roles: wanted.only })
    started.push(async () => stalls.stop())
    const metrics = makeMetrics({
      db,
      pools: Object.fromEntries(Object.entries(pools).map(([name, { pool }]) => [name, pool])),
      clock,
      stalls,
    })
    const readiness = makeReadiness(db)
    const figures = await serveMetrics(config, metrics, readiness)
    if (figures) {
      started.push(figures.stop)
      addresses.set('metrics', `http://${config.metrics.host}:${figures.port}/metrics`)
    }
    if (web) {
      // Answers under way need the database: from here on the web stops before it.
      started.splice(started.indexOf(web.stop), 1)
      started.push(web.stop)
      const url = await web.serve(kernel, { metrics, readiness })
      addresses.set('web', wanted.http.port === 0 ? url : config.baseUrl)
    }
    started.push(...(await kernel.start(roles)))
    const notice = whenBound?.()

    if (roles.has('jobs')) {
      const jobs = await startJobs({
        url,
        log,
        concurrency: 4,
        onEnd: metrics.jobEnded,
        jobs: new Map([...coreJobs(kernel.jobHost, kernel.mail), ...kernel.jobs]),
      })
      started.push(jobs.stop)
    }
    // First of all whoever asks hears that this process ends, while everything still works.
    started.push(async () => readiness.end())
    return {
      notices: [
        ...[...addresses].map(([name, address]) => `${name.padEnd(5)} ${address}`),
        ...firstNotices,
        ...keyNotice,
        ...(notice ? [notice] : []),
      ],
      addresses,
      host: kernel.host,
      kernel,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
