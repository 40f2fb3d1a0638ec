/** Owns recognising and checking passwords as OTRS, Znuny and OTOBO have kept them: the kind is told by the shape of what was kept. */
import { createHash } from 'node:crypto'
import md5Crypt from 'apache-md5'
import { compare, encodeBase64 } from 'bcryptjs'
import desCrypt from 'unix-crypt-td-js'
import { checkPassword, sameSecret } from '../../../core/index.ts'

export const OLD_KINDS = ['crypt', 'bigcrypt', 'md5crypt', 'apr1', 'sha1', 'sha256', 'sha512', 'bcrypt', 'argon2'] as const
export type OldKind = (typeof OLD_KINDS)[number]

/** Higher ones would keep the process busy for seconds with each try: OTRS writes 12 where nothing else is said. */
const MAX_BCRYPT_COST = 15
/** What a hash asks for is taken with each try: a row of the source that asks for gigabytes would end the process. */
const MAX_ARGON2 = { kibibytes: 262_144, passes: 16, lanes: 16 }
const ARGON2 = /^\$argon2(?:id|i|d)\$v=\d{1,3}\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$/
const BCRYPT = /^BCRYPT:(\d{1,2}):(.{16}):([./A-Za-z0-9]{31})$/s

/** In the order in which OTRS asks; undefined: nothing fits what is kept there (a word that switches a password off, for example). */
export function oldKindOf(kept: string): OldKind | undefined {
  if (kept.startsWith('$argon2')) return bearable(kept) ? 'argon2' : undefined
  if (/^.{13}$/s.test(kept)) return 'crypt'
  // OTRS salts with the login, and crypt(3) takes a salt of more than 13 characters for a sign that passwords count beyond the eighth letter.
  if (/^[./A-Za-z0-9]{24,178}$/.test(kept) && (kept.length - 2) % 11 === 0) return 'bigcrypt'
  if (/^\$1\$[^$]+\$/.test(kept)) return 'md5crypt'
  if (/^\$apr1\$[^$]+\$/.test(kept)) return 'apr1'
  if (/^[0-9a-f]{64}$/.test(kept)) return 'sha256'
  if (/^[0-9a-f]{128}$/.test(kept)) return 'sha512'
  if (BCRYPT.test(kept)) return Number(BCRYPT.exec(kept)![1]) <= MAX_BCRYPT_COST ? 'bcrypt' : undefined
  return /^[0-9a-f]{40}$/.test(kept) ? 'sha1' : undefined
}

function bearable(argon2: string): boolean {
  const [, kibibytes, passes, lanes] = ARGON2.exec(argon2)?.map(Number) ?? []
  return kibibytes !== undefined && kibibytes <= MAX_ARGON2.kibibytes && passes! <= MAX_ARGON2.passes && lanes! <= MAX_ARGON2.lanes
}

/** Is this the password? Tried as it was typed and in composed letters: OTRS kept whatever bytes the browser of that day sent. */
export async function fitsOld(kept: string, password: string): Promise<boolean> {
  const kind = oldKindOf(kept)
  if (kind === undefined || password === '') return false
  for (const form of new Set([password, password.normalize('NFC')])) if (await CHECKS[kind](kept, form)) return true
  return false
}

const CHECKS: Readonly<Record<OldKind, (kept: string, password: string) => boolean | Promise<boolean>>> = {
  // The library stops at a zero byte and after eight, as crypt(3) does.
  crypt: (kept, password) => sameSecret(desCrypt([...Buffer.from(password)], kept.slice(0, 2)), kept),
  bigcrypt: (kept, password) => sameSecret(bigCrypt(Buffer.from(password), kept.slice(0, 2)), kept),
  md5crypt: (kept, password) => sameSecret(md5Crypt(asBytes(password), kept), kept),
  apr1: (kept, password) => sameSecret(md5Crypt(asBytes(password), kept), kept),
  sha1: (kept, password) => sameSecret(digest('sha1', password), kept),
  sha256: (kept, password) => sameSecret(digest('sha256', password), kept),
  sha512: (kept, password) => sameSecret(digest('sha512', password), kept),
  bcrypt(kept, password) {
    const [, cost, salt, hash] = BCRYPT.exec(kept)!
    // OTRS takes the sixteen characters of the salt as they are, where others write sixteen bytes in 22 letters.
    const bytes = [...Buffer.from(salt!, 'latin1')]
    return compare(password, `$2a$${cost!.padStart(2, '0')}$${encodeBase64(bytes, 16)}${hash}`)
  },
  // What OTRS kept in clear, as `worthKeeping` made it.
  argon2: (kept, password) => checkPassword(kept, password),
}

/** Eight bytes at a time, sixteen times at most, each salted with how the one before begins (bigcrypt of Digital UNIX, as libxcrypt has it). */
function bigCrypt(password: Buffer, salt: string): string {
  let made = salt
  let next = salt
  for (let at = 0; at < Math.min(password.length, 128); at += 8) {
    const part = desCrypt([...password.subarray(at, at + 8)], next).slice(2)
    made += part
    next = part.slice(0, 2)
  }
  return made
}

const asBytes = (text: string): string => Buffer.from(text).toString('latin1')
const digest = (name: string, text: string): string => createHash(name).update(text).digest('hex')
