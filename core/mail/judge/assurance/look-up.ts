/** Owns looking up what is known of a mail's sender: relays' words, SPF, DKIM, DMARC. Outside any transaction; never throws. */
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { AuthenticateResult } from 'mailauth'
import type { Config } from '../../../machine/config.ts'
import { makeTrust, plainAddress } from '../../../machine/networks.ts'
import type { Delivery } from '../hand.ts'
import type { MailRule } from '../outcome.ts'
import type { ParsedMail } from '../../reading/parsed-mail.ts'
import { relayOf, type Relay } from './relays.ts'
import type { Evidence } from './assurance.ts'
import { authorOf, type Author } from './author.ts'
import { makeResolve, within, type Resolve } from './dns.ts'
import { domainOf, isAmong, isWithin } from '../../domains.ts'
import { readRelay, relayVerdict, type Hop } from './relay-says.ts'

/** All DNS questions about one mail together. */
const LIMIT_MS = 6000
/** Each signature may make us hash the whole body once more: what has more than these is read without its body, so that none holds. */
const SIGNATURES = 10
const PIECE = 16 * 1024
/** The verifier is much to load: with the first mail that has to be looked up, for most commands and starts read none. */
const verifier = () => import('mailauth')

/** A mail's way to us, as far as it matters here. */
export type Arrival = Pick<Delivery, 'envelopeFrom' | 'peerAddress' | 'peerName' | 'clientAddress' | 'clientName'>

export interface SenderCheck {
  /** `ours`: is this an address of the help desk? */
  look(raw: Buffer, mail: ParsedMail, arrival: Arrival, ours: (address: string) => boolean): Promise<Evidence>
}

export function makeSenderCheck(config: Pick<Config, 'mail'>): SenderCheck {
  const resolve = makeResolve(config.mail.dnsServers)
  return { look: (raw, mail, arrival, ours) => look(config, resolve, raw, mail, arrival, authorOf(mail, ours)) }
}

/** Has the installation said who vouches for senders? Where it has not, nobody is proven. */
export const checksSenders = ({ mail: { ownDomains, relays } }: Pick<Config, 'mail'>): boolean => ownDomains.length > 0 || relays.length > 0

export type Found = Pick<Evidence, 'proof' | 'rule' | 'detail'>
const none = (rule: MailRule, detail: string): Found => ({ proof: 'none', rule, detail })

async function look(
  config: Pick<Config, 'mail'>,
  resolve: Resolve,
  raw: Buffer,
  mail: ParsedMail,
  arrival: Arrival,
  author: Author,
): Promise<Evidence> {
  const known = evidenceOf(config, mail, arrival, author)
  if (known) return known
  const relay = relayOf(config, arrival.peerAddress)
  const found = await byLookUp(config, relay, within(resolve, LIMIT_MS), raw, mail, domainOf(author.from), arrival)
  return evidenceOf(config, mail, arrival, author, found)!
}

/** All that is known of a sender; undefined: the mail must be looked up, and is asked about again with what was found. Pure. */
export function evidenceOf(
  config: Pick<Config, 'mail'>,
  mail: Pick<ParsedMail, 'from' | 'headers'>,
  arrival: Arrival,
  author: Author,
  lookedUp?: Found,
): Evidence | undefined {
  const isOwn = (domain: string) => isAmong(domain, config.mail.ownDomains)
  const domain = domainOf(author.from)
  // Whichever of several authors is of our own makes it a claim. Sender does not: our own lists put themselves there.
  const ownDomain = isOwn(domain) || isOwn(domainOf(author.address)) || mail.from.some(({ address }) => isOwn(domainOf(address)))
  const envelope = arrival.envelopeFrom.toLowerCase()
  const sentBy = ownDomain && isOwn(domainOf(envelope)) && !sameAddress(envelope, author.from) ? envelope : ''
  const about = { author, ownDomain, sentBy }
  if (!checksSenders(config)) return { ...about, proof: 'off', rule: 'senders-not-checked', detail: '' }
  if (author.shape === 'nobody') return { ...about, proof: 'none', rule: author.rule, detail: '' }
  const relay = relayOf(config, arrival.peerAddress)
  const found = (relay && byRelay(config, relay, mail, domain, arrival)) ?? lookedUp
  return found && { ...about, ...found }
}

const sameAddress = (one: string, other: string): boolean =>
  domainOf(one) === domainOf(other) &&
  one.slice(0, one.lastIndexOf('@')).toLowerCase() === other.slice(0, other.lastIndexOf('@')).toLowerCase()

/**
 * What the relay itself stands for or says; undefined: it says nothing, and the mail is looked up like anybody's. It vouches for its
 * domains by a pass it wrote, or for a client that is inside: in a network named for it, or logged in.
 */
function byRelay(
  config: Pick<Config, 'mail'>,
  relay: Relay,
  mail: Pick<ParsedMail, 'headers'>,
  domain: string,
  arrival: Arrival,
): Found | undefined {
  const says = readRelay(mail.headers, relay.authservId, ours(config))
  const verdict = relayVerdict(says, domain, relay.stripsForeign ?? false)
  const name = relay.authservId ?? plainAddress(arrival.peerAddress)
  const detail = `${name}: ${verdict.detail || domain}`
  const vouches = isAmong(domain, relay.vouchesFor)
  if (verdict.result === 'pass') return { proof: 'pass', rule: vouches ? 'vouched-by-relay' : 'relay-says-pass', detail }
  if (verdict.result === 'fail') {
    if (vouches || verdict.enforced) return { proof: 'fail', rule: 'relay-says-fail', detail }
    return none(isList(mail) ? 'changed-by-list' : 'relay-says-nothing', detail)
  }
  if (!vouches) return undefined
  // Without a single Received line the mail began on the peer itself.
  const client = plainAddress(arrival.clientAddress || (says.traced ? (says.client?.address ?? '') : arrival.peerAddress))
  if (makeTrust(relay.inside ?? [])(client)) return { proof: 'pass', rule: 'vouched-by-relay', detail: `${name}: ${client}` }
  if (says.authenticated) return { proof: 'pass', rule: 'vouched-by-relay', detail: `${name}: ${client}, ESMTPA` }
  return undefined
}

async function byLookUp(
  config: Pick<Config, 'mail'>,
  relay: Relay | undefined,
  resolve: Resolve,
  raw: Buffer,
  mail: ParsedMail,
  domain: string,
  arrival: Arrival,
): Promise<Found> {
  const client = clientOf(config, relay, mail, arrival)
  let answer: AuthenticateResult
  try {
    const { authenticate } = await verifier()
    answer = await authenticate(piecewise(tooManySignatures(raw) ? unsignedHead(raw) : raw), {
      ...(client.address ? { ip: client.address } : {}),
      ...(client.helo ? { helo: client.helo } : {}),
      sender: arrival.envelopeFrom,
      mta: 'pomoc',
      trustReceived: false,
      resolver: resolve,
      disableArc: true,
      disableBimi: true,
    })
  } catch (error) {
    return { proof: 'unknown', rule: 'verifier-failed', detail: error instanceof Error ? error.message.slice(0, 200) : '' }
  }
  return weigh(answer, domain, client, isList(mail))
}

/** Who brought the mail to us or to our relay: the relay's XCLIENT or XFORWARD, else the first hop that is not ours. */
function clientOf(config: Pick<Config, 'mail'>, relay: Relay | undefined, mail: ParsedMail, arrival: Arrival): Hop {
  if (arrival.clientAddress) return { address: plainAddress(arrival.clientAddress), helo: arrival.clientName ?? '' }
  if (!relay) return { address: plainAddress(arrival.peerAddress), helo: arrival.peerName }
  // The relay's own address proves nothing about who wrote: without a hop outside SPF is not asked.
  const { client, outside } = readRelay(mail.headers, relay.authservId, ours(config))
  return (outside && client) || { address: '', helo: '' }
}

/** A relay of ours, or a program on the relay itself that passes mail on (a virus scanner). */
function ours(config: Pick<Config, 'mail'>): (address: string) => boolean {
  const loopback = makeTrust(['127.0.0.0/8', '::1'])
  return (address) => relayOf(config, address) !== undefined || loopback(address)
}

/** What mailauth found, weighed for the domain that people will read as the sender's. */
export function weigh(answer: Pick<AuthenticateResult, 'dkim' | 'spf' | 'dmarc'>, domain: string, client: Hop, list: boolean): Found {
  const { dmarc, spf } = answer
  const signatures = answer.dkim.results ?? []
  const spfDomain = spf ? domainOf(spf.domain ?? '') : ''
  // Without a client the verifier calls its own lack of an address a fault of the DNS.
  const spfResult = (client.address && spf && spf.status.result) || 'none'
  // Whatever a stranger's own DNS does, only what could have stood for this domain counts as unknown.
  const aligned = signatures.filter(
    ({ signingDomain = '' }) => isWithin(domain, domainOf(signingDomain)) || isWithin(domainOf(signingDomain), domain),
  )
  const unknown = aligned.some(({ status }) => status.result === 'temperror') || (spfResult === 'temperror' && isWithin(domain, spfDomain))
  const seen = [
    ...(client.address ? [client.address, `spf=${spfResult} ${spfDomain}`.trim()] : []),
    ...aligned.slice(0, 3).map((one) => `dkim=${one.status.result} ${one.signingDomain}`),
  ].join(', ')

  if (dmarc && domainOf(String(dmarc.status.header?.['from'] ?? '')) === domain) {
    const { result } = dmarc.status
    if (result === 'pass') {
      // A signature over the beginning only (l=) leaves the rest to whoever passed the mail on.
      const whole = dmarc.alignment.spf.result || !dmarc.alignment.dkim.underSized
      return whole ? { proof: 'pass', rule: 'dmarc-pass', detail: seen } : none('signed-in-part', seen)
    }
    if (result === 'temperror') return { proof: 'unknown', rule: 'dns-unavailable', detail: seen }
    if (result === 'fail') {
      if (unknown) return { proof: 'unknown', rule: 'dns-unavailable', detail: seen }
      const policy = String(dmarc.policy ?? 'none')
      if (policy !== 'none') return { proof: 'fail', rule: 'dmarc-fail', detail: `p=${policy}, ${seen}` }
      return none(list ? 'changed-by-list' : 'nothing-proves', seen)
    }
    // The domain has no DMARC record: a whole signature in its name, or a client it names for itself, proves as much.
    const signed = signatures.find(({ status }) => status.result === 'pass' && status.aligned && !status.underSized)
    if (signed) return { proof: 'pass', rule: 'dkim-aligned', detail: seen }
    if (spfResult === 'pass' && isWithin(domain, spfDomain)) return { proof: 'pass', rule: 'spf-aligned', detail: seen }
    if (unknown) return { proof: 'unknown', rule: 'dns-unavailable', detail: seen }
    return none(list && aligned.length > 0 ? 'changed-by-list' : 'nothing-proves', seen)
  }
  // Several authors, several From lines, or one that other programs read otherwise than we do: nothing can stand for it.
  return { proof: 'unclear', rule: 'author-unclear', detail: seen }
}

const isList = (mail: Pick<ParsedMail, 'headers'>): boolean =>
  mail.headers.some(({ name }) => name === 'list-id' || name === 'list-post' || name === 'mailing-list')
/** Counted in the mail itself: of its fields only the first few hundred are kept. */
const tooManySignatures = (raw: Buffer): boolean =>
  (headOf(raw)
    .toString('latin1')
    .match(/^dkim-signature[ \t]*:/gim)?.length ?? 0) > SIGNATURES

/** The head without its signatures: each would be worked on before it is known to be one too many. */
const unsignedHead = (raw: Buffer): Buffer =>
  Buffer.from(
    headOf(raw)
      .toString('latin1')
      .replace(/^dkim-signature[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*/gim, ''),
    'latin1',
  )

function headOf(raw: Buffer): Buffer {
  const end = raw.indexOf('\r\n\r\n')
  return end === -1 ? raw.subarray(0, PIECE) : raw.subarray(0, end + 4)
}

/** The mail in pieces with a turn for others between them: hashing 30 MB at once would hold up every page. */
function piecewise(raw: Buffer): Readable {
  return Readable.from(
    (async function* pieces() {
      for (let at = 0; at < raw.length; at += PIECE) {
        if (at > 0) await turn()
        yield raw.subarray(at, at + PIECE)
      }
    })(),
    { objectMode: false },
  )
}
