/** Owns the certificate for STARTTLS: the operator's, else one of our own, made once. */
import { X509Certificate } from 'node:crypto'
import { chmod, chown, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { BootError, reasonOf, type Config } from '../../core/index.ts'

export interface Certificate {
  key: string
  cert: string
}

/** Where the pair stands: the operator's files, else our own. */
export function certificateFiles(config: Pick<Config, 'dataDir' | 'smtp'>): Certificate {
  const { tlsKey, tlsCert } = config.smtp
  if (tlsKey && tlsCert) return { key: tlsKey, cert: tlsCert }
  return { key: join(config.dataDir, 'tls', 'smtp-key.pem'), cert: join(config.dataDir, 'tls', 'smtp-cert.pem') }
}

/**
 * Reads the files the configuration names, or the pair in `dataDir/tls`, which is made when it is missing or has expired:
 * enough to encrypt (senders do not check names of mail servers, RFC 7435), not to prove who we are. `now` begins its ten
 * years. `tell` hears the sentence about a named certificate that has expired: an old one still encrypts, so mail goes on.
 */
export async function certificateFor(
  config: Pick<Config, 'dataDir' | 'smtp' | 'mail'>,
  now: Date,
  tell: (sentence: string) => void = () => {},
): Promise<Certificate> {
  const { tlsKey, tlsCert } = config.smtp
  if (tlsKey && tlsCert) {
    const named = { key: await readNamed(tlsKey, 'smtp.tlsKey'), cert: await readNamed(tlsCert, 'smtp.tlsCert') }
    try {
      createSecureContext(named)
    } catch (error) {
      throw new BootError(
        `The certificate ${tlsCert} and the key ${tlsKey} are of no use (${reasonOf(error)}): correct smtp.tlsCert and smtp.tlsKey in config/local.ts.`,
      )
    }
    const until = endOf(named.cert)
    if (until && until <= now) {
      tell(
        `The certificate for mail ${tlsCert} expired on ${until.toISOString().slice(0, 10)}: renew it, pomoc takes the new one into use by itself; ` +
          'until then mail is taken as before, but a peer that checks certificates stays away.',
      )
    }
    return named
  }
  const { key, cert } = certificateFiles(config)
  try {
    const own = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') }
    const until = endOf(own.cert)
    if (!until || until > now) return own
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new BootError(
        `The certificate for mail in ${dirname(key)} cannot be read (${reasonOf(error)}): make it readable for pomoc, or delete it and pomoc makes another.`,
      )
    }
  }
  // Much to load, and needed once in ten years.
  const { generate } = await import('selfsigned')
  const made = await generate([{ name: 'commonName', value: config.mail.hostname }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now.getTime() - 86_400_000),
    notAfterDate: new Date(now.getTime() + 3652 * 86_400_000),
  })
  try {
    await mkdir(dirname(key), { recursive: true, mode: 0o700 })
    // The key first, whole or not at all: a crash between the two makes both again.
    await writeWhole(key, made.private)
    await writeWhole(cert, made.cert)
    await giveTo(config.dataDir, [dirname(key), key, cert])
  } catch (error) {
    throw new BootError(`The certificate for mail cannot be written to ${dirname(key)} (${reasonOf(error)}): let pomoc write there.`)
  }
  return { key: made.private, cert: made.cert }
}

/** Until when a certificate holds; undefined for what is none. */
function endOf(cert: string): Date | undefined {
  try {
    return new X509Certificate(cert).validToDate
  } catch {
    return undefined
  }
}

/** Root makes it for whoever owns the data: a later start may be theirs. */
async function giveTo(dataDir: string, paths: string[]): Promise<void> {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = await stat(dataDir)
  for (const path of paths) await chown(path, uid, gid)
}

async function readNamed(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new BootError(`The file ${path}, named by ${name}, cannot be read (${reasonOf(error)}): correct the name, or let pomoc read it.`)
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 })
  await chmod(`${path}.new`, 0o600)
  await rename(`${path}.new`, path)
}
