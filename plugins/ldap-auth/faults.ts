/** Owns what can be wrong with a directory, as a word with its particulars that any language can say: no bare result codes. */
import { ResultCodeError } from 'ldapts'
import { BootError, reasonOf } from '../../core/index.ts'
import type { Directory } from './options.ts'
import type { LdapKey } from './words.ts'

export const FAULTS = [
  'size-limit',
  'admin-limit',
  'time-limit',
  'base-missing',
  'no-access',
  'needs-encryption',
  'not-anonymous',
  'service-refused',
  'service-locked',
  'service-disabled',
  'service-ended',
  'service-expired',
  'service-rests',
  'busy',
  'refused-connection',
  'no-such-host',
  'silent',
  'closed',
  'certificate-unknown',
  'certificate-name',
  'certificate-expired',
  'no-tls',
  'ranged',
  'only-service',
  'answer',
  'other',
] as const
export type FaultName = (typeof FAULTS)[number]
/** `server` is '' for what no server said. */
export interface Fault {
  server: string
  name: FaultName
  params: Record<string, string | number>
}

/** The directory could not be asked to the end: what each server said, or why none was asked. */
export class Unreachable extends Error {
  constructor(readonly faults: Fault[]) {
    super(faults.map(({ server, name, params }) => [server, name, params['reason']].filter(Boolean).join(' ')).join('; '))
    this.name = 'Unreachable'
  }
}

/** What was asked when a server refused: kept on its error, for the words. */
interface Asked {
  base?: string
  /** Entries that came before. */
  count?: number
}

/** Runs a search; when the server refuses, its error remembers where it looked and how far it came. */
export async function asking<T>(asked: Asked, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof ResultCodeError) Object.assign(error, { asked })
    throw error
  }
}

/** What the words need to know: whose limits they are, whose password. */
export function faultOf(error: unknown, server: string, directory: Pick<Directory, 'service'>): Fault {
  const who = directory.service?.dn ?? '–'
  const fault = (name: FaultName, params: Fault['params'] = {}): Fault => ({
    server,
    name,
    params: { who, reason: textOf(error), ...params },
  })
  if (error instanceof BootError) return fault('other')
  if (error instanceof ResultCodeError) {
    const { base = '', count = 0 } = (error as { asked?: Asked }).asked ?? {}
    const code = BY_CODE[error.code]
    return code ? fault(code, { base, count }) : fault('answer', { what: nameOf(error), base })
  }
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string }
  if (code === 'ECONNREFUSED') return fault('refused-connection')
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return fault('no-such-host')
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return fault('certificate-name')
  if (code === 'CERT_HAS_EXPIRED') return fault('certificate-expired')
  if (/UNABLE_TO|SELF_SIGNED|CERT_/.test(code) || /certificate/i.test(message)) return fault('certificate-unknown')
  if (/ERR_SSL|EPROTO/.test(code) || /wrong version number|before secure TLS/i.test(message)) return fault('no-tls')
  if (code === 'ETIMEDOUT' || /timeout|timed out/i.test(message)) return fault('silent')
  if (code === 'ECONNRESET' || /closed/i.test(message)) return fault('closed')
  return fault('other')
}

/** RFC 4511 appendix A. */
const BY_CODE: Partial<Record<number, FaultName>> = {
  3: 'time-limit',
  4: 'size-limit',
  8: 'needs-encryption',
  11: 'admin-limit',
  13: 'needs-encryption',
  32: 'base-missing',
  48: 'not-anonymous',
  50: 'no-access',
  51: 'busy',
  52: 'busy',
}

/** Why the service account was refused; Active Directory tells by a number in its text. */
export function serviceFault(error: ResultCodeError, server: string, dn: string): Fault {
  const name: FaultName =
    (
      {
        '775': 'service-locked',
        '533': 'service-disabled',
        '701': 'service-ended',
        '532': 'service-expired',
        '773': 'service-expired',
      } as const
    )[dataOf(error) as '775'] ?? 'service-refused'
  return { server, name, params: { who: dn, reason: '' } }
}

/** Active Directory's own number for why a bind failed, in small letters. */
export const dataOf = (error: Error): string | undefined => /\bdata ([0-9a-f]{3,4})\b/i.exec(error.message)?.[1]?.toLowerCase()

/** 'NoSuchAttributeError' → 'no such attribute'. */
const nameOf = (error: Error): string =>
  error.constructor.name
    .replace(/Error$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()

/** What the other side wrote, without numbers that say nothing to a reader. */
const textOf = (error: unknown): string =>
  reasonOf(error)
    .replaceAll('\0', '')
    .trim()
    .replace(/Code: 0x[0-9a-f]+$/i, '')
    .trim()

/** One sentence for each server. */
export const sayFaults = (say: (key: LdapKey, params: Record<string, string | number>) => string, faults: readonly Fault[]): string =>
  faults
    .map(({ server, name, params }) => {
      const words = say(`fault.${name}`, params)
      return server ? `${server}: ${words}` : words
    })
    .join(' ')
