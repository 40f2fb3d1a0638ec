/** Owns our DKIM signatures (RFC 6376): which key signs a mail, and the record that DNS must hold for it. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { domainToASCII } from 'node:url'
import type { Config } from '../../machine/config.ts'
import { reasonOf } from '../../machine/boot-error.ts'

export type DkimKey = Config['mail']['dkim'][number]

/** The key for an address: its domain's own, else that of the nearest domain above, for DMARC takes that too (RFC 7489 3.1.1). */
export function keyFor(keys: readonly DkimKey[], fromText: string): DkimKey | undefined {
  const domain = ascii((fromText.match(/<([^<>]*)>\s*$/)?.[1] ?? fromText).trim().replace(/^.*@/s, ''))
  return keys
    .filter((key) => domain === ascii(key.domain) || domain.endsWith(`.${ascii(key.domain)}`))
    .toSorted((a, b) => b.domain.length - a.domain.length)[0]
}

/**
 * What nodemailer signs a mail with; undefined: no key is for this sender. Read anew for each mail, so that a new key needs no
 * restart. Throws when the key cannot be used: the mail waits, for many servers throw away one that comes without its signature.
 */
export async function signingKey(
  config: Pick<Config, 'mail'>,
  fromText: string,
): Promise<{ domainName: string; keySelector: string; privateKey: string } | undefined> {
  const key = keyFor(config.mail.dkim, fromText)
  if (!key) return undefined
  try {
    const privateKey = await readFile(key.keyFile, 'utf8')
    createPrivateKey(privateKey)
    return { domainName: ascii(key.domain), keySelector: key.selector, privateKey }
  } catch (error) {
    throw new Error(`the DKIM key of ${key.domain} in ${key.keyFile} cannot be used: ${reasonOf(error)}`, { cause: error })
  }
}

/** A new key: RSA of 2048 bits, which every server understands (RFC 8301; Ed25519 is not checked everywhere). */
export const makeDkimKey = (): KeyObject => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey

export const dkimRecordName = (domain: string, selector: string): string => `${selector}._domainkey.${ascii(domain)}`

/** The value of the TXT record: `v=DKIM1; k=rsa; p=…` (RFC 6376 3.6.1). */
export function dkimRecord(privateKey: KeyObject): string {
  return `v=DKIM1; k=${privateKey.asymmetricKeyType === 'ed25519' ? 'ed25519' : 'rsa'}; p=${publicPart(privateKey)}`
}

/** Whether a TXT record is for this key; blanks within `p=` do not count. */
export function recordFits(record: string, privateKey: KeyObject): boolean {
  const tags = Object.fromEntries(
    record.split(';').map((tag) => [tag.slice(0, tag.indexOf('=')).trim(), tag.slice(tag.indexOf('=') + 1).replace(/\s/g, '')]),
  )
  return (tags['v'] ?? 'DKIM1') === 'DKIM1' && tags['p'] === publicPart(privateKey)
}

function publicPart(privateKey: KeyObject): string {
  const publicKey = createPublicKey(privateKey)
  if (privateKey.asymmetricKeyType === 'ed25519') return publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')
  return publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
}

const ascii = (domain: string): string => domainToASCII(domain.toLowerCase()) || domain.toLowerCase()
