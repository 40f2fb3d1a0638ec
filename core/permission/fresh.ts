/** Owns the demand that whoever does something grave has said not long ago who they are: no session alone is enough for it. */
import { refused } from '../errors.ts'
import type { Work } from '../kernel/work.ts'

/**
 * Asked by acts on rights, second factors, passwords, addresses by which somebody logs in, exports and erasure (OWASP ASVS 3.7.1). Acts that come by no session –
 * commands, jobs, mail – are not asked. Error: `proof-needed`, which a page answers by asking and then doing what was wanted.
 */
export function demandFresh({ actor, now }: Pick<Work, 'actor' | 'now'>): void {
  if (actor.kind === 'person' && actor.provedUntil !== undefined && actor.provedUntil <= now) throw refused('proof-needed')
}
