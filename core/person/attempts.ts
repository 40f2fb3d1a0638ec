/** Owns the limits of guessing: who is stopped, and that no stranger can keep an account's owner out. */
import { isIPv6 } from 'node:net'
import { refused } from '../errors.ts'
import type { Host } from '../kernel/contract.ts'
import { system } from '../permission/actor.ts'
import { countAttempts, insertAttempt, lockAttempts } from './attempts.store.ts'

/** Attempts are counted over this time. */
export const WINDOW_MS = 15 * 60_000
/** Of one client at one account. */
export const ATTEMPTS_PER_LOGIN = 10
/** Of one client at any accounts. */
export const ATTEMPTS_PER_CLIENT = 50
/** Of all strangers together at one account: from here on it is guarded, and only browsers its owner has used may try. */
export const ATTEMPTS_BEFORE_GUARD = 100

/** Who tries, as attempts are counted. A browser in which the account's owner has logged in before counts by itself. */
export interface Trier { key: string; known: boolean }

/** A stranger counts by address; of IPv6 the network of 64 bits, which one household or server has all to itself. */
export const stranger = (address: string): Trier => ({ key: isIPv6(address) ? networkOf(address) : address, known: false })

/** A browser known to the account counts apart from everybody else behind the same address. */
export const knownDevice = (tokenHash: Buffer): Trier => ({ key: `device ${tokenHash.toString('hex')}`, known: true })

/**
 * Notes an attempt, committed before anything is looked at, so that no failure takes it back; or refuses it when there were
 * too many: `login-too-many` with the minutes left, or `login-guarded` for a stranger at an account that many strangers have
 * tried. What was refused does not count: one client alone never makes an account guarded.
 */
export function countAttempt(
  room: Pick<Host, 'work'>, account: string, trier: Trier, limits: { perLogin?: number; /** All strangers together; more of them find it guarded. */ strangersTogether?: number } = {},
): Promise<void> {
  return room.work(system('login'), async (work) => {
    await lockAttempts(work.db, account, trier.key)
    const count = await countAttempts(work.db, account, trier.key, new Date(work.now.getTime() - WINDOW_MS), limits.strangersTogether ?? 0)
    const first = count.client >= ATTEMPTS_PER_CLIENT ? count.client_first : count.both >= (limits.perLogin ?? ATTEMPTS_PER_LOGIN) ? count.both_first : null
    if (first) throw refused('login-too-many', { minutes: Math.max(1, Math.ceil((first.getTime() + WINDOW_MS - work.now.getTime()) / 60_000)) })
    if (limits.strangersTogether !== undefined && !trier.known && count.strangers >= limits.strangersTogether) throw refused('login-guarded')
    await insertAttempt(work.db, account, trier.key, work.now)
  })
}

function networkOf(address: string): string {
  const [head = '', tail] = address.split('%')[0]!.toLowerCase().split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = tail === undefined ? before : [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after]
  return `${groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`
}
