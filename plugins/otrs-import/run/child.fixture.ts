/** A process that takes a seeded source over, to be killed: `child.fixture.ts <database url> <tickets> <data folder>`. */
import { hostOn } from '../../../core/testing.ts'
import { NO_MAPPING } from '../mapping/mapping-file.ts'
import { seededSource } from '../source/made/seeded.fixture.ts'
import { runImport } from './take-over.ts'

const [url = '', tickets = '0', dataDir = ''] = process.argv.slice(2)
const { host } = await hostOn(url, { dataDir })
const ended = await runImport(host, { source: seededSource({ tickets: Number(tickets), slim: true }), mapping: NO_MAPPING })
process.stdout.write(`${ended.state} ${Math.round(process.resourceUsage().maxRSS / 1024)} MB\n`)
process.exit(0)
