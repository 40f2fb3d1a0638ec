/** The plugin otrs-import: takes an OTRS, Znuny or OTOBO over – look first, then all of it, then what changed since, then go live. */
import { definePlugin } from '../../core/index.ts'
import { commands } from './commands.ts'
import * as otrsImport0001 from './migrations/0001_otrs_import.ts'
import * as otrsImport0003 from './migrations/0003_master.ts'
import * as otrsImport0004 from './migrations/0004_tickets.ts'
import * as otrsImport0005 from './migrations/0005_go_live.ts'
import * as otrsImport0006 from './migrations/0006_rules.ts'
import * as otrsImport0020 from './migrations/0020_check.ts'
import { personData } from './person-data.store.ts'
import { checkOld, forgetSettled } from './passwords/passwords.ts'
import { files, routes, slots } from './take-over.tsx'
import { texts } from './words.ts'

export default definePlugin({
  name: 'otrs-import',
  api: 1,
  scope: 'installation',
  texts,
  migrations: {
    '0001_otrs_import': otrsImport0001,
    '0003_master': otrsImport0003,
    '0004_tickets': otrsImport0004,
    '0005_go_live': otrsImport0005,
    '0006_rules': otrsImport0006,
    '0020_check': otrsImport0020,
  },
  files,
  personData,
  // After directories: whose password is kept there now, has none of the old ones.
  logins: { old: { order: 30, check: checkOld } },
  jobs: { 'otrs-import/passwords': { cron: '35 2 * * *', run: (_payload, host) => forgetSettled(host) } },
  commands,
  routes(app, host) {
    for (const add of routes) add(app, host)
  },
  slots,
})
