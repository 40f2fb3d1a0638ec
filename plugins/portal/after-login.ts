/** Owns where one lands after logging in. */
import { findHalfSession, findUnit, queuesWith, type Host } from '../../core/index.ts'
import { findSessionActor, ownPath } from '../../core/pages.ts'

/**
 * To the page for the code, where one is awaited; else where one wanted to go; else to what one was appointed to, if there is nothing to read
 * on the desk; else an agent's desk, where there is one; else the portal. `first`: somebody sets their password, as the first administrator does.
 */
export async function startOf(host: Host, token: string, next: string | undefined, { first = false } = {}): Promise<string> {
  if (await findHalfSession(host.db, token, host.clock()))
    return `/login/code${next && ownPath(next) !== '/' ? `?next=${encodeURIComponent(ownPath(next))}` : ''}`
  if (next && ownPath(next) !== '/') return ownPath(next)
  const access = (await findSessionActor(host, token))?.access
  if (!access?.agent) return '/'
  const { plugins } = host.config
  if (first && access.admin && plugins.includes('admin')) return '/admin'
  const [runs] = access.units ?? []
  if (runs !== undefined && queuesWith(access, 'ro').length === 0 && plugins.includes('units')) {
    const unit = await findUnit(host.db, runs)
    if (unit?.valid) return `/u/${unit.slug}/admin`
  }
  return plugins.includes('desk') ? '/desk' : '/'
}
