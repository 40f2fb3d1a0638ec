/** Owns the limits of guessing: who is stopped, that no stranger can keep an account's owner out, and the note of it. */
import { isIPv6 } from 'node:net'
import { countEvents } from '../audit/audit.store.ts'
import { recordEvent } from '../audit/record.ts'
import type { Id } from '../database/schema.ts'
import { refused } from '../errors.ts'
import type { Host } from '../kernel/contract.ts'
import { system } from '../kernel/actor.ts'
import { countAttempts, insertAttempt, lockAttempts } from './attempts.store.ts'

/** Attempts are counted over this time. */
export const WINDOW_MS = 15 * 60_000
/** Of one client at one account. */
export const ATTEMPTS_PER_LOGIN = 10
/** Of one client at any accounts. */
export const ATTEMPTS_PER_CLIENT = 50
/** Of all strangers together at one account: from here on it is guarded, and only browsers its owner has used may try. */
export const ATTEMPTS_BEFORE_GUARD = 100
/** Failed logins that the audit log notes in a window; a flood of more is seen in its last entry, and cannot fill the disk. */
export const NOTED_PER_WINDOW = 1000

/** Who tries, as attempts are counted. A browser in which the account's owner has logged in before counts by itself. */
export interface Trier {
  key: string
  known: boolean
}

export interface Try {
  /** At what: the attempts of one account are counted under one name, however it was typed. */
  account: string
  trier: Trier
  /** For the audit log. */
  login: string
  personId: Id | undefined
  clientAddress: string
}

/** A stranger counts by address; of IPv6 the network of 64 bits, which one household or server has all to itself. */
export const stranger = (address: string): Trier => ({ key: isIPv6(address) ? networkOf(address) : address, known: false })

/** A browser known to the account counts apart from everybody else behind the same address. */
export const knownDevice = (tokenHash: Buffer): Trier => ({ key: `device ${tokenHash.toString('hex')}`, known: true })

/**
 * Notes an attempt, committed before anything is looked at, so that no failure takes it back; or refuses it when there were
 * too many: `login-too-many` with the minutes left, or `login-guarded` for a stranger at an account that many strangers have
 * tried. What was refused counts as refused only: one client alone never makes an account guarded.
 */
export async function countAttempt(
  room: Pick<Host, 'work'>,
  attempt: Try,
  limits: { perLogin?: number /** All strangers together; more of them find it guarded. */; strangersTogether?: number } = {},
): Promise<void> {
  const { account, trier } = attempt
  const perLogin = limits.perLogin ?? ATTEMPTS_PER_LOGIN
  const said = await room.work(system('login'), async (work) => {
    await lockAttempts(work.db, account, trier.key)
    const count = await countAttempts(work.db, account, trier.key, new Date(work.now.getTime() - WINDOW_MS), limits.strangersTogether ?? 0)
    const first = count.client >= ATTEMPTS_PER_CLIENT ? count.client_first : count.both >= perLogin ? count.both_first : null
    const guarded = !first && limits.strangersTogether !== undefined && !trier.known && count.strangers >= limits.strangersTogether
    const no = first !== null || guarded
    await insertAttempt(work.db, account, trier.key, work.now, no)
    return {
      over: no ? count.refused + 1 : 0,
      attempts: count.refused + 1 + (count.client >= ATTEMPTS_PER_CLIENT ? count.client : count.both),
      refusal: first
        ? refused('login-too-many', { minutes: Math.max(1, Math.ceil((first.getTime() + WINDOW_MS - work.now.getTime()) / 60_000)) })
        : guarded
          ? refused('login-guarded')
          : undefined,
    }
  })
  // Once when the limit is passed, then at each tenfold: a flood is one line, and how large it was stands there too.
  if (/^10*$/.test(String(said.over))) await noteFailure(room, 'login-blocked', attempt, said.attempts)
  if (said.refusal) throw said.refusal
}

/**
 * Writes a failed login to the audit log. What was typed as the login of nobody may be somebody's password in the wrong field,
 * so only its beginning is kept.
 */
export async function noteFailure(
  room: Pick<Host, 'work'>,
  kind: 'login-failed' | 'login-blocked',
  { login, personId, clientAddress }: Try,
  attempts?: number,
): Promise<void> {
  await room.work(system('login'), async (work) => {
    const noted = await countEvents(work.db, ['login-failed', 'login-blocked'], new Date(work.now.getTime() - WINDOW_MS), NOTED_PER_WINDOW)
    if (noted >= NOTED_PER_WINDOW) return
    recordEvent(work, {
      kind,
      clientAddress,
      ...(personId ? { object: { type: 'person', id: personId } } : {}),
      after: {
        ...(personId ? {} : { login: `${login.slice(0, 2)}…` }),
        ...(attempts ? { attempts } : {}),
        ...(noted + 1 === NOTED_PER_WINDOW ? { more: 'not noted' } : {}),
      },
    })
  })
}

function networkOf(address: string): string {
  const [head = '', tail] = address.split('%')[0]!.toLowerCase().split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups =
    tail === undefined ? before : [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after]
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}
