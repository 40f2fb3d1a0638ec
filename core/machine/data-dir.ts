/** Owns where pomoc keeps its data when nobody says: beside the program, or below /var/lib when root starts it. */
import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { basename, join } from 'node:path'

/** The machine-wide folder used when root starts pomoc. */
export const systemDir = '/var/lib/pomoc'

/** As this process began: a command of root's gives root's rights up before it asks where the data lie. */
const startedByRoot = process.getuid?.() === 0

/** data/ in the program's folder; for root a folder of its own for each program folder, named after it. */
export function defaultDataDir(projectDir: string, isRoot = startedByRoot): string {
  if (!isRoot) return join(projectDir, 'data')
  const path = realpathSync(projectDir)
  const name = basename(path)
    .replace(/[^\w.-]/g, '_')
    .slice(0, 32)
  return join(systemDir, `${name}-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`)
}
