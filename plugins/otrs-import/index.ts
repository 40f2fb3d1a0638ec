/** The plugin otrs-import: takes an OTRS, Znuny or OTOBO over – look first, then all of it, then what changed since, then go live. */
import { definePlugin } from '../../core/index.ts'
import { commands } from './commands.ts'
import * as otrsImport0001 from './migrations/0001_otrs_import.ts'
import * as otrsImport0003 from './migrations/0003_master.ts'
import { texts } from './words.ts'

export default definePlugin({
  name: 'otrs-import',
  api: 1,
  scope: 'installation',
  texts,
  migrations: { '0001_otrs_import': otrsImport0001, '0003_master': otrsImport0003 },
  commands,
})
