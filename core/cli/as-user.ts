/** Owns that root's commands work as the user `pomoc`: whatever reads a stranger's text has no rights of root's. */
import type { Command } from 'commander'
import { BootError } from '../machine/boot-error.ts'
import { loadConfig } from '../machine/config.ts'
import { prepareDataFolder } from '../machine/data-folder.ts'
import { demandAccount, dropPrivileges } from '../machine/privileges.ts'

/** Commands that give root's rights up by themselves, once their ports are bound. */
export const bindsPorts = new WeakSet<Command>()

/** These touch no data folder; one that is missing stays so. */
const WITHOUT_DATA = ['pomoc check-config', 'pomoc doctor', 'plugins test']
/** Writes an author's files where the author says, and reads nothing of anybody's. */
const WRITES_ONLY = ['plugins new']
const nameOf = (command: Command): string => `${command.parent?.name()} ${command.name()}`

let user: string | undefined

/**
 * Called before a command acts. Where root started it: makes the data folder ready as a start does, then goes on as the user
 * `pomoc`. Throws a BootError where that user cannot read the program.
 */
export async function workAsUser(command: Command): Promise<void> {
  if (bindsPorts.has(command) || WRITES_ONLY.includes(nameOf(command))) return
  const account = demandAccount()
  if (!account) return
  // A configuration that is wrong is told by the command itself.
  const config = await loadConfig().catch(() => undefined)
  if (config && !WITHOUT_DATA.includes(nameOf(command))) await prepareDataFolder(config.dataDir, account)
  dropPrivileges()
  user = account.name
}

/** A fault's words; where root's command was not let at a file, with the reason, which root will not guess. */
export function sayFault(error: unknown): string {
  if (!(error instanceof BootError)) return error instanceof Error ? (error.stack ?? error.message) : String(error)
  return user !== undefined && /EACCES|permission denied/i.test(error.message)
    ? `${error.message} Commands of root work as the user ${user}: name a place that this user may use.`
    : error.message
}
