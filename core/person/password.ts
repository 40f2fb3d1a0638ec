/** Owns passwords: hashing and checking them, so that the time taken tells nothing of who exists. */
import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import { refused } from '../errors.ts'
import { makeTurns } from '../kernel/limits/bouncer.ts'

export const MIN_PASSWORD_LENGTH = 10
/** Longer ones are refused, for hashing them is work a stranger can ask for. */
const MAX_PASSWORD_LENGTH = 1000

// OWASP Password Storage Cheat Sheet: Argon2id (the package's default algorithm), 19 MiB, 2 passes, 1 lane.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Hashing takes a core for some 30 ms: one core is left to whoever reads pages meanwhile. */
const turns = makeTurns(Math.max(1, availableParallelism() - 1))

/** Refuses what is too short (Unicode characters are counted, not bytes); returns the hash in PHC form. */
export function hashPassword(password: string): Promise<string> {
  if ([...password].length < MIN_PASSWORD_LENGTH || password.length > MAX_PASSWORD_LENGTH) {
    throw refused('password.too-short', { min: MIN_PASSWORD_LENGTH }, 'password')
  }
  return turns('', () => hash(password.normalize('NFC'), COST))
}

let nobodysHash: Promise<string> | undefined

/** Checks a password. Without a hash (unknown person, none set) the same work is done and the answer is no. */
export async function checkPassword(stored: string | null | undefined, password: string): Promise<boolean> {
  if (password === '' || password.length > MAX_PASSWORD_LENGTH) return false
  nobodysHash ??= hash('nobody has this password', COST)
  try {
    const known = stored ?? (await nobodysHash)
    const fits = await turns('', () => verify(known, password.normalize('NFC')))
    return fits && stored !== null && stored !== undefined
  } catch {
    // A hash of another kind (imported, switched off by '!'): it fits no password.
    return false
  }
}
