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
  /** The first hop, from the top, that is no server of ours; else the last of those that are; null: none is told of. */
  client: Hop | null
  /** Is that hop a stranger's? */
  outside: boolean
  /** There is a Received line at all. */
  traced: boolean
  /** Our server's Received line, or its results, say that this client logged in (RFC 3848; RFC 8601 section 2.7.4). */
  authenticated: boolean
  /** Authentication-Results of the relay's own name above its Received line, the topmost first: nobody else can have written them. */
  above: ParsedResults[]
  /** Those directly below it, where rspamd writes: a stranger may have written them too. */
  below: ParsedResults[]
}

/**
 * Reads from the top down to the first Received line that tells of a client who is not ours: our own servers wrote it and all
 * above it, a stranger may have written everything below (RFC 8601 section 5). Programs that filter for a server put their results above that
 * server's line (OpenDKIM, OpenDMARC) or directly below it (rspamd). `authservId` undefined: no results are read.
 */
export function readRelay(headers: readonly MailHeader[], authservId: string | undefined, isOurs: (address: string) => boolean): RelaySays {
  const says: RelaySays = { client: null, outside: false, traced: false, authenticated: false, above: [], below: [] }
  let results = says.above
  for (const { name, value } of headers) {
    if (name === 'authentication-results' && authservId !== undefined) {
      const { parsed } = parseResults(Buffer.from(`Authentication-Results: ${value}`))
      // A version may stand behind the name (RFC 8601 section 2.2).
      if (parsed.value?.split(/\s/)[0]?.toLowerCase() === authservId.toLowerCase()) results.push(parsed)
    } else if (name === 'received') {
      if (results === says.below) break
      says.traced = true
      const received = parseReceived(`Received: ${value}`)
      const address = received ? plainAddress(getClientAddress(received.from) || '') : ''
      const ours = isIP(address) !== 0 && isOurs(address)
      // A line that names no address (a local program, a pipe) is one of ours as long as ours stand above it; what is below is not.
      if (isIP(address)) says.client = { address, helo: received ? (received.from?.value ?? '') : '' }
      else says.client = null
      if (ours) continue
      says.outside = says.client !== null
      says.authenticated = received !== false && AUTHENTICATED.test(received.with?.value ?? '')
      results = says.below
    }
  }
  // Without a single Received line nothing divides what the relay wrote from what came: at most the very first line is the relay's.
  if (!says.traced) {
    says.below = headers[0]?.name === 'authentication-results' ? says.above.slice(1) : says.above
    says.above = headers[0]?.name === 'authentication-results' ? says.above.slice(0, 1) : []
  }
  says.authenticated ||= says.above.some(({ auth }) => [auth ?? []].flat().some((one) => isResult(one, 'pass')))
  return says
}

/** RFC 3848, RFC 6531 section 4.3, as the first word behind `with`. */
const AUTHENTICATED = /^(?:utf8)?(?:e?smtp|lmtp)s?a\b/i

export interface RelayVerdict {
  result: 'pass' | 'fail' | 'none'
  /** The domain's owner asks others not to take such mail (DMARC: quarantine or reject). */
  enforced: boolean
  detail: string
}

/**
 * The relay's word on the domain in From. A fail counts wherever it stands, for nobody writes one against himself; a pass from below only where
 * `strips` says that the relay takes such lines of its own name out of what strangers send.
 */
export function relayVerdict({ above, below }: Pick<RelaySays, 'above' | 'below'>, domain: string, strips: boolean): RelayVerdict {
  const [sure, perhaps] = [verdictOf(above, domain), verdictOf(below, domain)]
  const failed = [sure, perhaps].filter(({ result }) => result === 'fail')
  if (failed.length > 0) return failed.find(({ enforced }) => enforced) ?? failed[0]!
  if (sure.result === 'pass' || !strips) return sure
  return perhaps.result === 'pass' ? perhaps : sure
}

/** What results say of the domain in From: DMARC where it was looked at, else an aligned DKIM or SPF. One fail among them is a fail. */
export function verdictOf(results: readonly ParsedResults[], domain: string): RelayVerdict {
  const all = (method: 'dkim' | 'spf' | 'dmarc') => results.flatMap((one) => one[method] ?? [])
  // Some programs name the domain above (sub-domains under its policy), or none: a fail counts all the same.
  const about = (from: string | undefined) => from === undefined || isWithin(domain, domainOf(from))
  const dmarc =
    all('dmarc').find((one) => isResult(one, 'fail') && about(one.header?.['from'])) ??
    all('dmarc').find(({ header }) => domainOf(header?.['from'] ?? '-') === domain)
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
