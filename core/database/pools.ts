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

/** Opens the pools beside that of pages, which is open already. */
export async function openPools(pages: OpenDatabase, share: Record<PoolName, number>, log: Log): Promise<Record<PoolName, OpenDatabase>> {
  const open = (name: 'mail' | 'logins') => openDatabase(pages.url, { max: share[name], log, name: `pomoc ${name}` })
  const mail = await open('mail')
  try {
    return { pages, mail, logins: await open('logins') }
  } catch (error) {
    await mail.close()
    throw error
  }
}
