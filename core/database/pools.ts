/** Owns how the database connections of a process are shared out, so that a flood of one kind of work never starves another. */
import type { Log } from '../machine/log.ts'
import { openDatabase, type OpenDatabase } from './database.ts'

/** Pages and what they call; mail in and out with all jobs; logging in. */
export const POOLS = ['pages', 'mail', 'logins'] as const
export type PoolName = (typeof POOLS)[number]

/**
 * How many connections each kind may open, of `connections` in all (five at least): half for pages, a third for mail and jobs, the rest
 * for logging in. A process that serves no pages needs few of theirs.
 */
export function shareOut(connections: number, { web }: { web: boolean }): Record<PoolName, number> {
  const logins = web ? Math.max(1, Math.floor(connections / 7)) : 1
  const rest = connections - logins
  const mail = Math.max(2, web ? Math.floor(rest * 0.4) : rest - 4)
  return { pages: Math.max(2, rest - mail), mail, logins }
}

/** Opens all of them. What a page asks ends after so many seconds (57014), so that a few questions never hold all connections. */
export async function openPools(
  url: string,
  share: Record<PoolName, number>,
  { log, pageSeconds }: { log: Log; pageSeconds: number },
): Promise<Record<PoolName, OpenDatabase>> {
  const opened: OpenDatabase[] = []
  const open = async (name: PoolName, more: { statementSeconds?: number } = {}) => {
    const pool = await openDatabase(url, { max: share[name], log, name: `pomoc ${name}`, ...more })
    opened.push(pool)
    return pool
  }
  try {
    return { pages: await open('pages', { statementSeconds: pageSeconds }), mail: await open('mail'), logins: await open('logins') }
  } catch (error) {
    await Promise.all(opened.map((one) => one.close()))
    throw error
  }
}
