/** Owns opening the door for a plugin's tests: loaded before them, so that they may import 'pomoc' and 'pomoc/testing'. */
import * as door from '../index.ts'
import { openDoor } from '../kernel/outside.ts'
import * as testing from './plugin-testing.ts'

const dir = process.env['POMOC_PLUGIN_DIR'] ?? process.cwd()
openDoor(dir, 'pomoc', door)
openDoor(dir, 'pomoc/testing', testing)
