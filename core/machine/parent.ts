/** Owns noticing that npm, which started this program, is gone: it does not hand every signal on. */
import { readFileSync } from 'node:fs'

const EVERY_MS = 500

/**
 * Calls `gone` once when a process between npm and this one has ended: npm itself or its shell. Nothing is watched where npm
 * did not start this process. Answers how to stop watching.
 */
export function watchNpm(gone: () => void, env = process.env): () => void {
  if (env['npm_lifecycle_event'] === undefined) return () => {}
  const shell = process.ppid
  const npm = parentOf(shell)
  const timer = setInterval(() => {
    // Whose parent ends is given to another process.
    if (process.ppid === shell && parentOf(shell) === npm) return
    clearInterval(timer)
    gone()
  }, EVERY_MS).unref()
  return () => clearInterval(timer)
}

/** Undefined where the system does not tell. proc(5): the fourth field of stat, behind a name that may hold anything. */
function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
