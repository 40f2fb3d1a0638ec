/** Owns secret tokens: made of 32 random bytes, given away once, kept only as a hash. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 43 characters of base64url. */
export const newToken = (): string => randomBytes(32).toString('base64url')

/** What the database keeps. SHA-256 is enough for a token that cannot be guessed. */
export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest()

/** Compares without telling by its time how much is equal. */
export function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(hashToken(one), hashToken(other))
}
