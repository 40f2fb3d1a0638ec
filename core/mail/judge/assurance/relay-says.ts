/** Owns what one of our own relays wrote above a mail: its verdict on the sender, and where it got the mail from. */
// A plugin's own type check follows imports and sees no declarations beside them.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./mailauth-parts.d.ts" />
import { isIP } from 'node:net'
import parseResults, { type MethodResult, type ParsedResults } from 'mailauth/lib/parse-dkim-headers.js'
import { getClientAddress, parseReceived } from 'mailauth/lib/parse-received.js'
import { plainAddress } from '../../../machine/networks.ts'
import type { MailHeader } from '../../reading/parsed-mail.ts'
import { domainOf, isWithin } from '../../domains.ts'

export interface Hop {
  address: string
  helo: string
}

export interface RelaySays {
  /** The first hop, from the top, that is no server of ours; null: all are ours, or none is told of. */
  outside: Hop | null
  /** Authentication-Results of the relay's own name, the topmost first. */
  results: ParsedResults[]
}

/**
 * Reads from the top down to the first Received line that tells of a client who is not ours: our own servers wrote it and all
 * above it, a stranger may have written everything below (RFC 8601 section 5). `authservId` undefined: no results are believed.
 */
export function readRelay(headers: readonly MailHeader[], authservId: string | undefined, isOurs: (address: string) => boolean): RelaySays {
  const results: ParsedResults[] = []
  let hops = 0
  for (const { name, value } of headers) {
    if (name === 'authentication-results' && authservId !== undefined) {
      const { parsed } = parseResults(Buffer.from(`Authentication-Results: ${value}`))
      // A version may stand behind the name (RFC 8601 section 2.2).
      if (parsed.value?.split(/\s/)[0]?.toLowerCase() === authservId.toLowerCase()) results.push(parsed)
    } else if (name === 'received') {
      hops++
      const received = parseReceived(`Received: ${value}`)
      const address = received ? plainAddress(getClientAddress(received.from) || '') : ''
      if (isIP(address) && isOurs(address)) continue
      // A line that names no address (a local program, a pipe) is one of ours as long as ours stand above it; what is below is not.
      return { outside: isIP(address) ? { address, helo: received ? (received.from?.value ?? '') : '' } : null, results }
    }
  }
  // Without a single Received line nothing divides what the relay wrote from what came: at most the very first line is the relay's.
  return { outside: null, results: hops > 0 ? results : headers[0]?.name === 'authentication-results' ? results.slice(0, 1) : [] }
}

export interface RelayVerdict {
  result: 'pass' | 'fail' | 'none'
  /** The domain's owner asks others not to take such mail (DMARC: quarantine or reject). */
  enforced: boolean
  detail: string
}

/** What the relay's results say of the domain in From: DMARC where it looked at that, else an aligned DKIM or SPF. */
export function verdictOf(results: readonly ParsedResults[], domain: string): RelayVerdict {
  const all = (method: 'dkim' | 'spf' | 'dmarc') => results.flatMap((one) => one[method] ?? [])
  const dmarc = all('dmarc').find(({ header }) => domainOf(header?.['from'] ?? '-') === domain)
  const said = (method: string, { value = '', header, smtp }: MethodResult) =>
    `${method}=${value} ${header?.['d'] ?? header?.['from'] ?? smtp?.['mailfrom'] ?? ''}`.trim()
  if (dmarc && isResult(dmarc, 'pass')) return { result: 'pass', enforced: false, detail: said('dmarc', dmarc) }
  // Results have no place of their own for the policy; servers tell it in the comment: (p=REJECT dis=NONE), (policy=reject).
  if (dmarc && isResult(dmarc, 'fail'))
    return { result: 'fail', enforced: /\bp(olicy)?=(reject|quarantine)\b/i.test(dmarc.comment ?? ''), detail: said('dmarc', dmarc) }
  // No DMARC record: who signs or sends for the domain, or for one above it, stands for it.
  const dkim = all('dkim').find((one) => isResult(one, 'pass') && isWithin(domain, domainOf(one.header?.['d'] ?? one.header?.['i'] ?? '-')))
  if (dkim) return { result: 'pass', enforced: false, detail: said('dkim', dkim) }
  const spf = all('spf')[0]
  if (spf && isResult(spf, 'pass') && isWithin(domain, domainOf(spf.smtp?.['mailfrom'] ?? '-')))
    return { result: 'pass', enforced: false, detail: said('spf', spf) }
  if (spf && (isResult(spf, 'fail') || isResult(spf, 'softfail'))) return { result: 'fail', enforced: false, detail: said('spf', spf) }
  return {
    result: 'none',
    enforced: false,
    detail: results.length > 0 ? [...all('dkim').map((one) => said('dkim', one)), ...(spf ? [said('spf', spf)] : [])].join(', ') : '',
  }
}

const isResult = ({ value }: MethodResult, result: string): boolean => value?.toLowerCase() === result
