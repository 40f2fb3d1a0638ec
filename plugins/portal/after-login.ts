/** Owns where one lands after logging in. */
import { findHalfSession, type Host } from '../../core/index.ts'
import { findSessionActor, ownPath } from '../../core/pages.ts'

/** To the page for the code, where one is awaited; else where one wanted to go; else an agent's desk, where there is one; else the portal. */
export async function startOf(host: Host, token: string, next: string | undefined): Promise<string> {
  if (await findHalfSession(host.db, token, host.clock()))
    return `/login/code${next && ownPath(next) !== '/' ? `?next=${encodeURIComponent(ownPath(next))}` : ''}`
  if (next && ownPath(next) !== '/') return ownPath(next)
  const actor = await findSessionActor(host, token)
  return actor?.access.agent && host.config.plugins.includes('desk') ? '/desk' : '/'
}
