/** Owns where one lands after logging in. */
import { findSessionActor, ownPath, type Host } from '../../core/index.ts'

/** Where one wanted to go; else an agent's desk, where there is one; else the portal. */
export async function startOf(host: Host, token: string, next: string | undefined): Promise<string> {
  if (next && ownPath(next) !== '/') return ownPath(next)
  const actor = await findSessionActor(host, token)
  return actor?.access.agent && host.config.plugins.includes('desk') ? '/desk' : '/'
}
