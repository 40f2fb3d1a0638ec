/** Owns the order of the doctor's checks, and that one that breaks harms no other. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Config } from '../machine/config.ts'
import { connectDatabase } from '../database/connect.ts'
import type { OpenDatabase } from '../database/database.ts'
import { ownersOf } from '../backup/migrate-all.ts'
import type { AnyPlugin } from '../run/load-plugins.ts'
import { checkBlobs, checkClock, checkIds, checkMigrations, checkNewest, checkServer, type WithDatabase } from './database.ts'
import { checkOurAddresses, checkWhoVouches } from './senders.ts'
import { checkDkim, type TextDns } from './dkim.ts'
import { checkKeys } from './keys.ts'
import { failed, ok, warn, type Finding } from './finding.ts'
import { checkDisk, checkNode, checkPorts } from './machine.ts'
import { checkCertificates, checkDns, checkOwnAddress, checkSmarthost, systemDns, type Dns } from './mail.ts'
import { checkClockStopped, checkFills, checkJobs, checkLimits, checkMails, checkProcesses, checkStalls } from './work.ts'

export interface DoctorRoom {
  config: Config
  loadPlugins: () => Promise<AnyPlugin[]>
  clock: () => Date
  dns?: Dns & TextDns
  /** Whether every stored file is read. */
  blobs?: boolean
}

/** Looks at everything an installation needs; changes nothing. Findings in reading order: machine, database, work, mail. */
export async function examine({ config, loadPlugins, clock, dns = systemDns(), blobs = false }: DoctorRoom): Promise<Finding[]> {
  const now = clock()
  const checked = { config, now }
  const machine = guarded([
    ['node', checkNode],
    ['disk', () => checkDisk(checked)],
    ['ports', () => checkPorts(checked)],
  ])
  const outside = guarded([['certificates', () => checkCertificates(checked)]])

  let plugins: AnyPlugin[] = []
  const loaded = await guarded([
    [
      'plugins',
      async () => {
        plugins = await loadPlugins()
        return [ok('plugins', `All load: ${plugins.map(({ name }) => name).join(', ')}.`)]
      },
    ],
  ])

  let addresses: string[] = []
  const inside: Finding[] = []
  const database = await open(config, inside)
  if (database) {
    try {
      const room: WithDatabase = { ...checked, database, owners: ownersOf(plugins) }
      inside.push(
        ...(await guarded([
          ['database', () => checkServer(room)],
          ['migrations', () => checkMigrations(room)],
          ['clock', () => checkClock(room, clock)],
        ])),
      )
      if (await isMigrated(database)) {
        inside.push(
          ...(await guarded([
            ['clock', () => checkNewest(room)],
            ['processes', () => checkProcesses(room)],
            ['stalls', () => checkStalls(room)],
            ['clock of tickets', () => checkClockStopped(room)],
            ['jobs', () => checkJobs(room)],
            ['new columns', () => checkFills(room)],
            ['ids', () => checkIds(room)],
            ['key file', () => checkKeys(room)],
            ['mails', () => checkMails(room)],
            ['limits', () => checkLimits(room)],
            ['address', () => checkOwnAddress(room, database.db)],
            ['our addresses', () => checkOurAddresses(room)],
            ...(blobs ? [['stored files', () => checkBlobs(room)] as const] : []),
          ])),
        )
        addresses = await mailAddresses(database)
      }
    } catch (error) {
      inside.push(failed('database', error))
    } finally {
      await database.close()
    }
  }
  const domains = [...new Set(addresses.map((address) => address.slice(address.lastIndexOf('@') + 1)))].toSorted()
  const names = guarded([
    ['DNS', () => checkDns(checked, domains, dns)],
    ['DKIM', () => checkDkim(checked, dns)],
    ['senders', async () => checkWhoVouches(checked)],
  ])
  const smarthost = guarded([['smarthost', () => checkSmarthost(checked, addresses)]])
  return [...(await machine), ...loaded, ...inside, ...(await names), ...(await outside), ...(await smarthost)]
}

/** Runs the checks side by side; one that throws becomes a finding of its own. */
async function guarded(checks: (readonly [name: string, check: () => Promise<Finding[]>])[]): Promise<Finding[]> {
  return (await Promise.all(checks.map(([name, check]) => check().catch((error: unknown) => [failed(name, error)])))).flat()
}

async function open(config: Config, findings: Finding[]): Promise<OpenDatabase | undefined> {
  if (!config.databaseUrl && !existsSync(join(config.dataDir, 'postgresql', 'PG_VERSION'))) {
    findings.push(warn('database', `There is none in ${config.dataDir} yet.`, 'Start pomoc, which makes it, or correct POMOC_DATA_DIR.'))
    return undefined
  }
  try {
    return await connectDatabase(config, { share: true })
  } catch (error) {
    findings.push(failed('database', error))
    return undefined
  }
}

async function isMigrated({ db }: OpenDatabase): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select to_regclass('outbound_mail') is not null and to_regclass('graphile_worker._private_jobs') is not null as found`.execute(db)
  return rows[0]?.found ?? false
}

async function mailAddresses({ db }: OpenDatabase): Promise<string[]> {
  const { rows } = await sql<{ address: string }>`
    select distinct address from system_address where valid and address like '%@%' order by 1`.execute(db)
  return rows.map(({ address }) => address)
}
