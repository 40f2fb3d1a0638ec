/** Owns the file of numbered keys that secrets in the database are sealed with: reading it, making it, a further key; sealing and opening. */
import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto'
import { chown, link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BootError, codeOf, reasonOf } from './boot-error.ts'
import type { Config } from './config.ts'

/** By number; secrets are sealed with the highest, the others are for what was sealed before. */
export type KeyRing = ReadonlyMap<number, Buffer>

export interface Sealed {
  key: number
  /** Nonce (12 bytes), tag (16), ciphertext: AES-256-GCM, NIST SP 800-38D. */
  bytes: Buffer
}

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD = `# Keys of pomoc: a number and 32 bytes in base64. Who has this file and the database knows every secret in it.
# Keep a copy apart from the backups, which do not hold it. Lines stay: what was sealed with a key needs that key.
`

/** Where the keys are: as configured, else in the data folder. */
export const keyFileOf = ({ secretKeys, dataDir }: KeyPlace): string => secretKeys ?? join(dataDir, 'secret.keys')
export type KeyPlace = Pick<Config, 'secretKeys' | 'dataDir'>

/** The keys of the file; undefined where it is not there. A BootError says why it cannot be read. Read anew each time: another process may add one. */
export async function readKeyRing(path: string): Promise<KeyRing | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new BootError(`The key file ${path} cannot be read (${reasonOf(error)}): let the user under whom pomoc runs read it.`)
  }
  const keys = new Map<number, Buffer>()
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [, number = '', key = ''] = /^(\d{1,9}) ([A-Za-z0-9+/]{43}=)\s*$/.exec(line) ?? []
    const bytes = Buffer.from(key, 'base64')
    if (bytes.length !== KEY_BYTES || keys.has(Number(number))) {
      throw new BootError(`Line ${at + 1} of the key file ${path} is no key: bring the file back from your copy.`)
    }
    keys.set(Number(number), bytes)
  }
  if (keys.size === 0) throw new BootError(`The key file ${path} holds no key: bring it back from your copy.`)
  return keys
}

/**
 * Makes the file with a first key, for its owner alone. Of several processes that do so at once one wins, and all read what it wrote.
 * `owner`: whose it is, where root makes it.
 */
export async function makeKeyFile(path: string, number: number, owner?: { uid: number; gid: number }): Promise<KeyRing> {
  await write(path, `${HEAD}${lineOf(number)}`, owner, (half) =>
    link(half, path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error
    }),
  )
  return (await readKeyRing(path))!
}

/** Adds a key under a number that is not taken; the file keeps its owner. */
export async function addKey(path: string, number: number): Promise<KeyRing> {
  const before = await readFile(path, 'utf8')
  const { uid, gid } = await stat(path)
  await write(path, `${before.trimEnd()}\n${lineOf(number)}`, { uid, gid }, (half) => rename(half, path))
  return (await readKeyRing(path))!
}

const lineOf = (number: number): string => `${number} ${randomBytes(KEY_BYTES).toString('base64')}\n`

async function write(path: string, text: string, owner: { uid: number; gid: number } | undefined, name: (half: string) => Promise<void>) {
  const half = `${path}.${randomUUID()}`
  try {
    await writeFile(half, text, { mode: 0o600, flush: true })
    if (owner && process.getuid?.() === 0) await chown(half, owner.uid, owner.gid)
    await name(half)
  } catch (error) {
    throw new BootError(
      `The key file ${path} cannot be written (${reasonOf(error)}): let pomoc write there, or name another in “secretKeys” (POMOC_SECRET_KEYS).`,
    )
  } finally {
    await rm(half, { force: true })
  }
}

export const newestKey = (ring: KeyRing): number => Math.max(...ring.keys())

/** What may be told of a key: 16 hexadecimal digits, from which nobody finds it. */
export const fingerprint = (key: Buffer): string => createHash('sha256').update('pomoc key ').update(key).digest('hex').slice(0, 16)

/** Seals a text for one holder (`of`, such as 'second factor of person 12'): with another's it does not open. */
export function seal(ring: KeyRing, text: string, of: string): Sealed {
  const key = newestKey(ring)
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', ring.get(key)!, nonce).setAAD(Buffer.from(of))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return { key, bytes: Buffer.concat([nonce, cipher.getAuthTag(), body]) }
}

/** The text; undefined where its key is not in the ring, or is another one of the same number. */
export function unseal(ring: KeyRing | undefined, { key, bytes }: Sealed, of: string): string | undefined {
  const secret = ring?.get(key)
  if (!secret) return undefined
  const [nonce, tag, body] = [
    bytes.subarray(0, NONCE_BYTES),
    bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES),
    bytes.subarray(NONCE_BYTES + TAG_BYTES),
  ]
  try {
    const cipher = createDecipheriv('aes-256-gcm', secret, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(of)).setAuthTag(tag)
    return Buffer.concat([cipher.update(body), cipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}
