/** Owns the limits of guessing: who is stopped, that no stranger can keep an account's owner out, and the note of it. */
import { countEvents } from '../audit/audit.store.ts'
import { recordEvent } from '../audit/record.ts'
import type { Id } from '../database/schema.ts'
import { refused, type Refusal } from '../errors.ts'
import type { Host } from '../kernel/contract.ts'
import { system } from '../kernel/actor.ts'
import { makeBouncer, makeSeats, makeTurns, worthTelling, type Bouncer } from '../kernel/limits/bouncer.ts'
import { noteRefused } from '../kernel/limits/limits.ts'
import { clientKey } from '../machine/networks.ts'
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
  /** The same as it was typed, before anybody looked whose it is: where the account is refused, this is. */
  typed?: string
  trier: Trier
  /** For the audit log. */
  login: string
  personId: Id | undefined
  clientAddress: string
}

/** A stranger counts by address; of IPv6 the network of 64 bits, which one household or server has all to itself. */
export const stranger = (address: string): Trier => ({ key: clientKey(address), known: false })

/** A browser known to the account counts apart from everybody else behind the same address. */
export const knownDevice = (tokenHash: Buffer): Trier => ({ key: `device ${tokenHash.toString('hex')}`, known: true })

/** So many attempts of one client are looked up at a time; more wait in memory, where the answer is often known by then. */
const AT_ONCE = 4
/** More requests of one client under way than people behind one address make at the beginning of a lecture are not even read. */
const UNDER_WAY = 60

type Room = Pick<Host, 'db' | 'work' | 'clock'>

/** What a process remembers of the attempts that its database has refused. */
interface Door {
  bouncer: Bouncer
  turns: ReturnType<typeof makeTurns>
  seats: ReturnType<typeof makeSeats>
}
const doors = new WeakMap<Host['db'], Door>()
function doorOf({ db }: Pick<Room, 'db'>): Door {
  const known = doors.get(db)
  if (known) return known
  const door = { bouncer: makeBouncer(WINDOW_MS), turns: makeTurns(AT_ONCE), seats: makeSeats(UNDER_WAY) }
  doors.set(db, door)
  return door
}

const together = (trier: Trier, account: string): string => `${trier.key} ${account}`

/** Runs what is done of an attempt before it may be refused: a few at a time for each client. */
export const inTurn = <T>(room: Pick<Room, 'db'>, clientAddress: string, run: () => Promise<T>): Promise<T> =>
  doorOf(room).turns(stranger(clientAddress).key, run)

/**
 * Refuses an attempt without asking the database, where that has refused this client not long ago: at this account, or at all. A flood
 * costs others nothing so. Called before anything is looked up; whose browser may be a known one is not asked here.
 */
export async function turnAway(room: Room, attempt: Try): Promise<void> {
  const { bouncer } = doorOf(room)
  const now = room.clock().getTime()
  const known = bouncer.refuses(attempt.trier.key, now) ?? bouncer.refuses(together(attempt.trier, attempt.account), now)
  if (!known) return
  await noteBlocked(room, attempt, known.after)
  throw tooMany(known.until, now)
}

/** A client's request comes in: what to call when it is answered, or the refusal where too many of the client's are under way. */
export const takeSeat = (room: Pick<Room, 'db'>, clientAddress: string): (() => void) | Refusal =>
  doorOf(room).seats(stranger(clientAddress).key) ?? refused('login-too-many', { minutes: 1 })

/** So many refusals of one client are explained on the page they came from; more of them are a flood. */
const EXPLAINED = 20

/** Is this client's flood so large that its refusals are no longer explained? */
export const isFlood = (room: Pick<Room, 'db'>, clientAddress: string): boolean =>
  doorOf(room).bouncer.refusals(stranger(clientAddress).key) >= EXPLAINED

/**
 * Does this client flood? Then counts this request among what was refused, and answers the refusal: nobody need read what it brings.
 * Only for requests without any browser's secret: a browser that an account knows comes through.
 */
export function turnFloodAway(room: Room, clientAddress: string): Refusal | undefined {
  const { bouncer } = doorOf(room)
  const trier = stranger(clientAddress)
  const now = room.clock().getTime()
  const known = bouncer.refuses(trier.key, now)
  if (!known || !isFlood(room, clientAddress)) return undefined
  noteBlocked(room, { account: '?', login: '?', personId: undefined, clientAddress, trier }, known.after).catch(() => {})
  return tooMany(known.until, now)
}

const tooMany = (until: number, now: number): Refusal =>
  refused('login-too-many', { minutes: Math.max(1, Math.ceil((until - now) / 60_000)) })

/** Noted once when the limit is passed, then at each tenfold: a flood is a few lines and one row, and how large it was stands there too. */
async function noteBlocked(room: Room, attempt: Try, after: number): Promise<void> {
  const now = room.clock()
  const times = doorOf(room).bouncer.refused(attempt.trier.key, now.getTime())
  if (!worthTelling(times)) return
  await noteRefused(room.db, 'login', attempt.trier.known ? 'known browsers' : attempt.trier.key, now, times === 1 ? 1 : times - times / 10)
  await noteFailure(room, 'login-blocked', attempt, times + after)
}

/**
 * Notes an attempt, committed before anything is looked at, so that no failure takes it back; or refuses it when there were
 * too many: `login-too-many` with the minutes left, or `login-guarded` for a stranger at an account that many strangers have
 * tried. What was refused is no attempt: one client alone never makes an account guarded.
 */
export async function countAttempt(
  room: Room,
  attempt: Try,
  limits: {
    perLogin?: number
    /** Of all strangers together; more of them find it guarded. */
    strangersTogether?: number
    /** The same, for what nobody guesses: more of them are asked to wait. */
    together?: number
  } = {},
): Promise<void> {
  await turnAway(room, attempt)
  const { account, trier } = attempt
  const perLogin = limits.perLogin ?? ATTEMPTS_PER_LOGIN
  const enough = limits.strangersTogether ?? limits.together ?? 0
  const here = [account, ...(attempt.typed === undefined ? [] : [attempt.typed])].map((name) => together(trier, name))
  interface Said {
    after: number
    /** When it may be tried again; absent: the account is guarded. */
    wait?: { until: number; now: number }
    /** This client is refused everywhere, or at this account; absent: others have used up what there was. */
    where?: readonly string[]
  }
  const said = await room.work(system('login'), async (work): Promise<Said | undefined> => {
    await lockAttempts(work.db, account, trier.key)
    const count = await countAttempts(work.db, account, trier.key, new Date(work.now.getTime() - WINDOW_MS), enough)
    const [first, after] =
      count.client >= ATTEMPTS_PER_CLIENT
        ? [count.client_first, count.client]
        : count.both >= perLogin
          ? [count.both_first, count.both]
          : [null, 0]
    const crowded = !first && enough > 0 && !trier.known && count.strangers >= enough
    if (!first && !crowded) await insertAttempt(work.db, account, trier.key, work.now)
    const wait = (since: Date) => ({ until: since.getTime() + WINDOW_MS, now: work.now.getTime() })
    if (first) return { after, wait: wait(first), where: count.client >= ATTEMPTS_PER_CLIENT ? [trier.key] : here }
    if (!crowded) return undefined
    return limits.together === undefined ? { after: 0 } : { after: count.strangers, wait: wait(count.strangers_first!) }
  })
  if (!said) return
  for (const where of said.where ?? []) doorOf(room).bouncer.refuseUntil(where, said.wait!.until, said.after)
  await noteBlocked(room, attempt, said.after)
  throw said.wait ? tooMany(said.wait.until, said.wait.now) : refused('login-guarded')
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
