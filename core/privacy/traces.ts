/** Owns by what a person is recognised in texts and bytes – names, login, addresses, telephone – and what is written in its place. */
import iconv from 'iconv-lite'
import type { Id } from '../database/schema.ts'

/** What is known of a person, and what of it others share. */
export interface Traces {
  id: Id
  names: string[]
  login: string | null
  addresses: string[]
  phone: string
  mobile: string
  /** Somebody else has the same name: it is taken out of this person's own tickets only. */
  nameShared: boolean
  /** The login is somebody's name or an everyday word: likewise. */
  loginShared: boolean
  /** Logins besides the main one; `shared`: likewise. */
  furtherLogins: readonly { login: string; shared: boolean }[]
}

export interface Rule {
  /** A regular expression of PostgreSQL (ARE), to be matched whatever the letters' case. */
  pattern: string
  replacement: string
  /** Everywhere, or in tickets that the person had a part in. */
  everywhere: boolean
}

export const REMOVED = '[usunięto]'
/** RFC 2606: nobody has an address there. */
export const removedAddress = (id: Id): string => `usunieto-${id}@usunieto.invalid`

const quote = (text: string): string => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
const words = (text: string): string => text.trim().split(/\s+/).map(quote).join('\\s+')
const LETTER = '[[:alnum:]_]'

/** In the order in which they must be applied: an address holds a login, a login may be a name. */
export function rulesFor({ id, names, login, furtherLogins, addresses, phone, mobile, nameShared, loginShared }: Traces): Rule[] {
  const rules: Rule[] = []
  if (addresses.length > 0) {
    rules.push({
      pattern: `(?<![[:alnum:]._+-])(?:${addresses.map(quote).join('|')})(?![[:alnum:]-]|\\.[[:alnum:]])`,
      replacement: removedAddress(id),
      everywhere: true,
    })
  }
  const alone = (inner: string) => `(?<!${LETTER})(?:${inner})(?!${LETTER})`
  const forms = names
    .filter((name) => name.trim().length > 2)
    .flatMap((name) => {
      const parts = name.trim().split(/\s+/)
      // "Nowak, Jan" and "Nowak Jan" are Jan Nowak too.
      return parts.length < 2 ? [words(name)] : [words(name), `${quote(parts.at(-1)!)},?\\s+${parts.slice(0, -1).map(quote).join('\\s+')}`]
    })
  if (forms.length > 0) rules.push({ pattern: alone([...new Set(forms)].join('|')), replacement: REMOVED, everywhere: !nameShared })
  if (login) rules.push({ pattern: alone(quote(login)), replacement: REMOVED, everywhere: !loginShared })
  for (const { login: further, shared } of furtherLogins)
    rules.push({ pattern: alone(quote(further)), replacement: REMOVED, everywhere: !shared })
  for (const number of [phone, mobile])
    if (number.replace(/\D/g, '').length >= 6) rules.push({ pattern: alone(words(number)), replacement: REMOVED, everywhere: true })
  return rules
}

/**
 * Asks bytes – a raw mail, an attachment – whether they hold any of these texts: as UTF-8, ISO 8859-2, windows-1250, UTF-16, in
 * quoted-printable and, whatever its beginning, in base64. What is packed (an office document, a PDF) shows nothing: such
 * files go with the messages of the person, unread.
 */
export function makeSearcher(texts: readonly string[]): { inBytes(bytes: Buffer): boolean; overlap: number } {
  const lower = new Set<string>()
  const exact = new Set<string>()
  for (const text of texts.filter((one) => one.length > 2)) {
    for (const form of new Set([text, text.toLowerCase(), text.toUpperCase()])) {
      const utf8 = Buffer.from(form)
      for (const bytes of [utf8, iconv.encode(form, 'iso-8859-2'), iconv.encode(form, 'windows-1250'), Buffer.from(form, 'utf16le')])
        lower.add(bytes.toString('latin1').toLowerCase())
      lower.add(quotedPrintable(utf8).toLowerCase())
      lower.add(quotedPrintable(iconv.encode(form, 'iso-8859-2')).toLowerCase())
      for (const shift of [0, 1, 2]) {
        // Of base64 only the middle is the same whatever stands around; too short a middle would be found by chance.
        const middle = Buffer.concat([Buffer.alloc(shift), utf8])
          .toString('base64')
          .replace(/(?<!=)=+$/, '')
          .slice(shift === 0 ? 0 : shift + 1, -1)
        if (middle.length >= 8) exact.add(middle)
      }
    }
  }
  const overlap = Math.max(0, ...[...lower, ...exact].map((needle) => needle.length)) * 2
  return {
    overlap,
    inBytes(bytes) {
      // Base64 is broken into lines anywhere.
      const text = bytes.toString('latin1')
      const folded = text.toLowerCase()
      for (const needle of lower) if (folded.includes(needle)) return true
      const joined = text.replace(/\r?\n/g, '')
      for (const needle of exact) if (joined.includes(needle)) return true
      return false
    },
  }
}

const quotedPrintable = (bytes: Buffer): string =>
  [...bytes]
    .map((byte) => (byte > 126 || byte === 61 ? `=${byte.toString(16).toUpperCase().padStart(2, '0')}` : String.fromCharCode(byte)))
    .join('')
