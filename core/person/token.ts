/** Owns secret tokens: made of 32 random bytes, given away once, kept only as a hash; and the links that end in one. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { LinkPurpose } from '../database/schema.ts'

/** 43 characters of base64url. */
export const newToken = (): string => randomBytes(32).toString('base64url')

/** What the database keeps. SHA-256 is enough for a token that cannot be guessed. */
export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest()

/** Compares without telling by its time how much is equal. */
export function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(hashToken(one), hashToken(other))
}

/** Where on the site a link of each kind leads; the token follows. Whoever has the link needs nothing else. */
const SECRET_PATHS = { login: '/login/link/', device: '/login/device/', 'set-password': '/password/' } as const satisfies Record<
  LinkPurpose,
  string
>

export const secretPath = (purpose: LinkPurpose, token: string): string => `${SECRET_PATHS[purpose]}${token}`

/** Finds every link that ends in a token of ours, for JavaScript and PostgreSQL alike; the first group is what may be shown. */
export const SECRET_LINK = `(${Object.values(SECRET_PATHS).join('|')})[A-Za-z0-9_-]{20,}`
