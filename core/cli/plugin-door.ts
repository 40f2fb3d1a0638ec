/** Owns opening the door for a plugin's tests: loaded before them, so that they may import 'pomoc', the other doors and 'pomoc/testing'. */
import { openDoors } from '../kernel/outside.ts'
import * as testing from '../testing.ts'
import { DOORS } from '../run/plugins.ts'

const dir = process.env['POMOC_PLUGIN_DIR'] ?? process.cwd()
openDoors(dir, { ...DOORS, 'pomoc/testing': testing })
