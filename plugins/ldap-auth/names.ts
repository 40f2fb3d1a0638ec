/** Owns distinguished names as text: comparing them, what lies below what, and putting a login into one. */
import { DN } from 'ldapts'

/** The form in which two names are compared: no spaces around signs, small letters, one way to escape. */
export function plainDn(dn: string): string {
  return dn
    .replace(/\\([0-9a-fA-F]{2})/g, (whole, hex: string) => {
      const sign = String.fromCharCode(Number.parseInt(hex, 16))
      return /[,+"\\<>;=# ]/.test(sign) ? `\\${sign}` : whole
    })
    .replace(/(?:(?<!\\|(?<!\\)\s)\s+)?(?<!\\)([,=+])\s*/g, '$1')
    .trim()
    .toLowerCase()
}

export const isBelow = (dn: string, above: string): boolean => plainDn(dn) === plainDn(above) || plainDn(dn).endsWith(`,${plainDn(above)}`)

/** The value of the first part: `cn=helpdesk,ou=…` → `helpdesk`, as it is compared. */
export const firstValue = (dn: string): string => (/^[^=]+=((?:\\.|[^,\\])*)/.exec(plainDn(dn))?.[1] ?? '').replace(/\\(.)/g, '$1')

/** Values of one kind of part, nearest first: the `ou`s above an entry. */
export function partsOf(dn: string, kind: string): string[] {
  return [...plainDn(dn).matchAll(/(?:^|,)([^=,]+)=((?:\\.|[^,\\])*)/g)]
    .filter(([, name]) => name === kind)
    .map(([, , value]) => value!.replace(/\\(.)/g, '$1'))
}

/** `uid={login},ou=people` with the login escaped (RFC 4514 2.4); `{login}@domain` takes it as it is, for it is no DN. */
export function withLogin(template: string, login: string): string {
  const isDn = /^[^=@]+=/.test(template)
  return template.replaceAll('{login}', isDn ? new DN().addPairRDN('x', login).toString().slice(2) : login)
}
