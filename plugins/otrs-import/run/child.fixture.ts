/** A process that takes a seeded source over, to be killed: `child.fixture.ts <database url> <tickets> <data folder>`. */
import { loadConfig } from '../../../core/machine/config.ts'
import { makeLog } from '../../../core/machine/log.ts'
import { openDatabase } from '../../../core/database/database.ts'
import { makeActivation } from '../../../core/kernel/activation.ts'
import { startLive } from '../../../core/kernel/live.ts'
import { makeKernel } from '../../../core/run/host.ts'
import { seededSource } from '../source/made/seeded.fixture.ts'
import { runImport } from './take-over.ts'

const [url = '', tickets = '0', dataDir = ''] = process.argv.slice(2)
const config = await loadConfig({ env: { POMOC_MAIL_ADDRESS: 'pomoc@uni.example', POMOC_DATA_DIR: dataDir, POMOC_LOG_LEVEL: 'silent' } })
const log = makeLog('silent')
const { db } = await openDatabase(url)
const live = await startLive(url, log)
const kernel = makeKernel({
  config,
  db,
  log,
  clock: () => new Date(),
  live,
  plugins: [],
  activation: makeActivation(db, live, new Map()),
  announce: () => {},
})
const mapping = {
  queues: {},
  groups: {},
  persons: {},
  sameLogin: {},
  addresses: {},
  states: {},
  customerGroups: 'keep' as const,
  cutOff: {},
}
const ended = await runImport(kernel.host, { source: seededSource({ tickets: Number(tickets), slim: true }), mapping })
process.stdout.write(`${ended.state} ${Math.round(process.resourceUsage().maxRSS / 1024)} MB\n`)
process.exit(0)
