/** Owns distinguished names as text: comparing them, what lies below what, and putting a login into one. */
import { DN } from 'ldapts'

/** The form in which two names are compared: no spaces around signs, small letters, one way to escape. */
export function plainDn(dn: string): string {
  if (!dn.includes('\\'))
    return dn
      .split(/([,=+])/)
      .map((piece) => piece.trim())
      .join('')
      .toLowerCase()
  return splitAt(dn, ',').map(plainPart).join(',')
}

export const isBelow = (dn: string, above: string): boolean => plainDn(dn) === plainDn(above) || plainDn(dn).endsWith(`,${plainDn(above)}`)

/** The value of the first part: `cn=Helpdesk,ou=…` → `Helpdesk`, as it is written. */
export const firstValue = (dn: string): string => valueOf(splitAt(dn, ',')[0] ?? '')

/** Values of one kind of part as they are written, nearest first: the `ou`s above an entry. */
export function partsOf(dn: string, kind: string): string[] {
  return splitAt(dn, ',')
    .filter((part) => kindOf(part) === kind)
    .map(valueOf)
}

/** The value of the part right below a place, on the way from the entry to it; undefined for what lies elsewhere, or is of another kind. */
export function partBelow(dn: string, above: string, kind: string): string | undefined {
  if (!isBelow(dn, above)) return undefined
  const parts = splitAt(dn, ',')
  const part = parts[parts.length - splitAt(above, ',').length - 1]
  return part !== undefined && kindOf(part) === kind ? valueOf(part) : undefined
}

/** `dc=uni,dc=example` at the end of a name → `uni.example`, in small letters; '' where there is none. */
export const domainOf = (dn: string): string => partsOf(dn, 'dc').join('.').toLowerCase()

/** `uid={login},ou=people` with the login escaped (RFC 4514 2.4); `{login}@domain` takes it as it is, for it is no DN. */
export function withLogin(template: string, login: string): string {
  const isDn = /^[^=@]+=/.test(template)
  return template.replaceAll('{login}', isDn ? new DN().addPairRDN('x', login).toString().slice(2) : login)
}

/** Parts between unescaped signs; quotes (RFC 2253) are no longer written by anybody and count as text. */
function splitAt(text: string, sign: ',' | '+'): string[] {
  const parts: string[] = []
  let from = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === sign) {
      parts.push(text.slice(from, at))
      from = at + 1
    }
  }
  return [...parts, text.slice(from)]
}

const kindOf = (part: string): string =>
  part
    .slice(0, Math.max(0, part.indexOf('=')))
    .trim()
    .toLowerCase()

/** Unescaped (RFC 4514 2.4): `\,` and `\2C` are a comma, `\C4\85` is one letter of two bytes. */
function valueOf(part: string): string {
  const whole = part.slice(part.indexOf('=') + 1).trimStart()
  const cut = whole.trimEnd()
  // A space at the end that is escaped is part of the value.
  const written = cut.length < whole.length && splitAt(`${cut},`, ',').length === 1 ? `${cut} ` : cut
  return written
    .replace(/(?:\\[0-9a-fA-F]{2})+/g, (run) => Buffer.from(run.replaceAll('\\', ''), 'hex').toString('utf8'))
    .replace(/\\([^0-9a-fA-F])/g, '$1')
}

const plainPart = (part: string): string =>
  splitAt(part, '+')
    .map(
      (pair) =>
        `${kindOf(pair)}=${valueOf(pair)
          .replace(/[,+"\\<>;=#]|^ | $/g, '\\$&')
          .toLowerCase()}`,
    )
    .join('+')
