/** Owns our DKIM signatures (RFC 6376): which key signs a mail, and the record that DNS must hold for it. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Transform } from 'node:stream'
import { domainToASCII } from 'node:url'
import type { DkimSigner } from 'mailauth/lib/dkim/dkim-signer.js'
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
 * Signs a mail that goes through it (CRLF lines, head first): the same bytes, a DKIM-Signature above them. Undefined: no key is for this
 * sender. Read anew for each mail, so that a new key needs no restart. Throws when the key cannot be used: the mail waits, for many
 * servers throw away one that comes without its signature.
 */
export async function signerFor(config: Pick<Config, 'mail'>, fromText: string): Promise<Transform | undefined> {
  const key = keyFor(config.mail.dkim, fromText)
  if (!key) return undefined
  const unusable = (error: unknown) =>
    new Error(`the DKIM key of ${key.domain} in ${key.keyFile} cannot be used: ${reasonOf(error)}`, { cause: error })
  let privateKey: string
  try {
    privateKey = await readFile(key.keyFile, 'utf8')
    createPrivateKey(privateKey)
  } catch (error) {
    throw unusable(error)
  }
  // Few sign themselves; the others need not load it.
  const { DkimSigner } = await import('mailauth/lib/dkim/dkim-signer.js')
  const signer = new DkimSigner({
    headerList: [...SEALED, ...SIGNED],
    signatureData: [{ signingDomain: ascii(key.domain), selector: key.selector, privateKey }],
  })
  seal(signer)
  return signing(signer, unusable)
}

/**
 * Each of these is named as signed once more than the mail has it: a second one that somebody puts in on the way, which many programs show
 * instead of the first, breaks the signature (RFC 6376 8.15: “oversigning”).
 */
const SEALED = [
  'From',
  'Reply-To',
  'To',
  'Cc',
  'Subject',
  'Date',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
]
/** Signed where the mail has them; lists and forwarders may add their own. */
const SIGNED = ['Sender', 'In-Reply-To', 'References', 'Auto-Submitted', 'Precedence']

/**
 * mailauth names the fields that it signs, from the lowest to the topmost. What is named after them and not there any more counts as nothing
 * (RFC 6376 5.4.2), so the names of `SEALED` stand at the end: with that of the topmost field that is signed.
 */
function seal(signer: DkimSigner): void {
  const signed = new Set([...SEALED, ...SIGNED].map((name) => name.toLowerCase()))
  const read = signer.messageHeaders.bind(signer)
  signer.messageHeaders = (headers) => {
    const topmost = headers.parsed.find(({ key }) => key !== null && signed.has(key))
    if (topmost) topmost.casedKey = [topmost.casedKey, ...SEALED].join(': ')
    return read(headers)
  }
}

/** Keeps the mail until it is signed: the signature stands above it. */
function signing(signer: DkimSigner, unusable: (error: unknown) => Error): Transform {
  const chunks: Buffer[] = []
  const stream = new Transform({
    transform(chunk: Buffer, _, done) {
      chunks.push(chunk)
      signer.write(chunk, done)
    },
    flush(done) {
      signer.end(() => {
        const [signature] = signer.signatureHeaders
        if (signature === undefined) return done(unusable(signer.errors[0]?.err))
        this.push(`${signature}\r\n`)
        for (const chunk of chunks) this.push(chunk)
        done()
      })
    },
  })
  signer.on('error', (error) => stream.destroy(error))
  return stream
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
