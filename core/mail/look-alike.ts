/** Owns how names and addresses that strangers chose are read and shown, so that none passes for another. */
import { domainToASCII, domainToUnicode } from 'node:url'

/** `jan@uni.example.` is `jan@uni.example`: the dot of the root says nothing (RFC 1034 3.1), and SMTP writes none (RFC 5321 2.3.5). */
export function withoutEndDot(address: string): string {
  let end = address.length
  while (address[end - 1] === '.') end--
  return address.includes('@') ? address.slice(0, end) : address
}

/** Does a name look like an address, also in letters that only look like its own? */
export const looksLikeAddress = (name: string): boolean => /[^\s@]\s*@\s*[^\s@]/.test(name.normalize('NFKC'))

/** The name that stands before an address; the address itself where the name is empty or poses as an address, which may be somebody else's. */
export const honestName = (name: string, address: string): string => {
  const said = name.trim()
  return said === '' || looksLikeAddress(said) ? address || said : said
}

/** Scripts whose letters pass for Latin ones. */
const OTHER_LETTERS = /[\p{L}--\p{Script=Latin}]/v

/**
 * An address or a domain once more in letters that nobody takes for others (punycode, RFC 3492), where it has letters of another script than
 * Latin: `biuro@xn--un-7lc.example`. Undefined: it is what it looks like.
 */
export function plainAddressForm(address: string): string | undefined {
  const at = address.lastIndexOf('@')
  const domain = address.slice(at + 1)
  const shown = domainToUnicode(domain) || domain
  const local = address.slice(0, Math.max(0, at))
  if (!OTHER_LETTERS.test(shown) && !OTHER_LETTERS.test(local)) return undefined
  const plain = [...(at === -1 ? [] : [domainToASCII(local) || local]), domainToASCII(domain) || domain].join('@')
  return plain === address ? undefined : plain
}

/** The same of a name: each word in which scripts are mixed, such as `Аnna` with a Cyrillic А. A name in one script is what it is. */
export function plainNameForm(name: string): string | undefined {
  const mixed = name.split(/[\s.,;:()"'„”–-]+/).filter((word) => OTHER_LETTERS.test(word) && /\p{Script=Latin}/u.test(word))
  const plain = mixed.map((word) => domainToASCII(word)).filter(Boolean)
  return plain.length > 0 ? plain.join(' ') : undefined
}
