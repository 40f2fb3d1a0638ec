/** Owns the list of commands of a take-over, in the order in which they are used; each stands in a file of its own. */
import type { PluginCommand } from '../../core/index.ts'
import { check } from './commands/check.ts'
import { goLive, wayBack } from './commands/go-live.ts'
import { report } from './commands/report.ts'
import { run } from './commands/run.ts'

export const commands: Record<string, PluginCommand> = { check, run, report, 'go-live': goLive, 'way-back': wayBack }
