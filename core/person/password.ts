/** Owns passwords: which may be chosen, hashing and checking them, so that the time taken tells nothing of who exists. */
import { refused } from '../errors.ts'
import { fitsHash, hash } from './secret/hash.ts'
import { guessesOf } from './secret/strength.ts'

/** ASVS 2.1.1, for new ones; those that were set before go on until they are changed. */
export const MIN_PASSWORD_LENGTH = 12
/** Longer ones are refused, for hashing them is work a stranger can ask for. */
const MAX_PASSWORD_LENGTH = 1000
/** What fewer tries find is too easy: 10^8 is the line of zxcvbn between its scores 2 and 3. */
const MIN_GUESSES = 8

/**
 * Refuses what is too short or too long (Unicode characters are counted, not bytes); returns the hash in PHC form. Whether it is easily guessed
 * is not asked: that is `hashChosenPassword`. Errors: `password.too-short`, `password.too-long`.
 */
export async function hashPassword(password: string): Promise<string> {
  demandLength(password)
  return hash(password.normalize('NFC'))
}

/**
 * The hash of a password that somebody chose for an account whose owner has these words (login, name, address). Errors: those of
 * `hashPassword`; `password.common` for what is easily guessed (ASVS 2.1.7), `password.unjudged`.
 */
export async function hashChosenPassword(password: string, own: readonly string[]): Promise<string> {
  demandLength(password)
  const guesses = await guessesOf(password.normalize('NFC'), own).catch(() => {
    throw refused('password.unjudged', {}, 'password')
  })
  if (guesses < MIN_GUESSES) throw refused('password.common', {}, 'password')
  return hashPassword(password)
}

/**
 * The hash of a password that its owner has had since before pomoc and has just proved: how good it is, is asked when they choose the next.
 * Errors: `password.too-long`.
 */
export async function hashKnownPassword(password: string): Promise<string> {
  demandNotTooLong(password)
  return hash(password.normalize('NFC'))
}

function demandLength(password: string): void {
  const length = [...password].length
  if (length < MIN_PASSWORD_LENGTH) throw refused('password.too-short', { min: MIN_PASSWORD_LENGTH }, 'password')
  demandNotTooLong(password)
}

function demandNotTooLong(password: string): void {
  if ([...password].length > MAX_PASSWORD_LENGTH) throw refused('password.too-long', { max: MAX_PASSWORD_LENGTH }, 'password')
}

let nobodysHash: Promise<string> | undefined

/** Checks a password. Without a hash (unknown person, none set) the same work is done and the answer is no. */
export async function checkPassword(stored: string | null | undefined, password: string): Promise<boolean> {
  if (password === '' || password.length > MAX_PASSWORD_LENGTH) return false
  nobodysHash ??= hash('nobody has this password').catch((error: unknown) => {
    nobodysHash = undefined
    throw error
  })
  // Told to whoever waits for it; that may be nobody.
  nobodysHash.catch(() => {})
  const known = stored ?? (await nobodysHash)
  const fits = await fitsHash(known, password.normalize('NFC'))
  return fits && stored !== null && stored !== undefined
}
