/** Owns that the data folder is there and belongs to the account pomoc works under, with or without a database in it. */
import { accessSync, constants, existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { chmod, chown, mkdir, rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { obstacle } from './account.ts'
import type { Account } from './account.ts'
import { BootError, codeOf, reasonOf } from './boot-error.ts'

/**
 * Makes sure that the account pomoc works under can use the data folder, making it where it is not there; answers its real
 * path. `account` is undefined where that is this process's own user. A BootError says what is in the way.
 */
export async function prepareDataFolder(dataDir: string, account: Account | undefined): Promise<string> {
  let made = false
  try {
    made = await makeFolder(dataDir)
    const owner = statSync(dataDir).uid
    if (account && owner !== account.uid && (made || (owner === 0 && readdirSync(dataDir).length === 0))) {
      await chown(dataDir, account.uid, account.gid)
    }
    if (made) await chmod(dataDir, 0o700)
    if (!account) accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new BootError(
      `The data folder ${dataDir} cannot be used (${reasonOf(error)}): give access to it, or set POMOC_DATA_DIR to another folder.`,
    )
  }
  const folder = realpathSync(dataDir)
  if (!account) return folder
  const closed = obstacle(account, folder)
  if (closed) {
    if (made) await rmdir(folder)
    throw new BootError(
      `The data folder ${folder} is of no use, since pomoc works as the user ${account.name}, who cannot enter ${closed}: ` +
        'set POMOC_DATA_DIR to a folder that this user can reach, such as one below /var/lib.',
    )
  }
  if (statSync(folder).uid !== account.uid) {
    throw new BootError(
      `The data folder ${folder} belongs to another user than ${account.name}: run "chown -R ${account.name}: ${folder}", ` +
        'or set POMOC_DATA_DIR to another folder.',
    )
  }
  return folder
}

/** Makes the folder and those above it; answers whether it was not there. (Node's own recursive mkdir never ends below /proc.) */
async function makeFolder(dir: string): Promise<boolean> {
  const make = () => mkdir(dir, { mode: 0o755 }).then(() => true)
  try {
    return await make()
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && statSync(dir).isDirectory()) return false
    if (codeOf(error) !== 'ENOENT' || dir === dirname(dir) || existsSync(dirname(dir))) throw error
    await makeFolder(dirname(dir))
    return make()
  }
}
