/** Owns comparing mail domains: one form for all ways to write them, and whether one lies below another. */
import { domainToASCII } from 'node:url'

/** Lower case, in ASCII (IDNA), no dot at the end; '' where there is none. Takes a domain or an address. */
export function domainOf(address: string): string {
  const domain = address
    .slice(address.lastIndexOf('@') + 1)
    .trim()
    .toLowerCase()
    .replace(/\.$/, '')
  return domainToASCII(domain) || domain
}

/** The domain itself or one below it. */
export const isWithin = (domain: string, above: string): boolean => domain !== '' && (domain === above || domain.endsWith(`.${above}`))

export const isAmong = (domain: string, list: readonly string[]): boolean => list.some((one) => isWithin(domain, domainOf(one)))
