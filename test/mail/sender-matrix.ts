/** Owns the matrix of who is believed: sixty shapes of From, Sender, Reply-To and envelope, by domain, DNS and what the relay says. */
import type { Config } from '../../core/machine/config.ts'
import { judgeSender, type Judgement } from '../../core/mail/judge/assurance/assurance.ts'
import { authorOf } from '../../core/mail/judge/assurance/author.ts'
import { evidenceOf, type Found } from '../../core/mail/judge/assurance/look-up.ts'
import { readMail } from '../../core/mail/reading/read-mail.ts'

/** Whose name is used: of a domain of our own, of one whose owner forbids it to others (p=reject), of one that says nothing. */
export const DOMAINS = ['own', 'reject', 'none'] as const
export const DNS = ['up', 'away'] as const
/** How it reaches us: from a stranger's machine, or through our relay, which says pass, fail above or below its Received line, or nothing. */
export const RELAY = ['no relay', 'pass', 'fail above', 'fail below', 'nothing said'] as const
export interface Case {
  domain: (typeof DOMAINS)[number]
  dns: (typeof DNS)[number]
  relay: (typeof RELAY)[number]
}

/** V is the person whose name is used, at the domain D; E the stranger, proven by a domain of their own; O an address of ours. */
const FROM: Record<string, string> = {
  'From: V': 'From: V',
  'From: "name" <V>': 'From: Jan Nowak <V>',
  'From: "V" <E>': 'From: "V" <E>',
  'From: V <E>': 'From: V <E>',
  'From: <two words V>': 'From: <dzial kadr V>',
  'From: v(x)@D': 'From: ofiara(x)@D',
  'From: E, V': 'From: E, V',
  'From: V, E': 'From: V, E',
  'From: E / From: V': 'From: E\r\nFrom: V',
  'From: V / From: E': 'From: V\r\nFrom: E',
  'From: group: V;': 'From: Zespol: V;',
  'no From': 'X-None: x',
  'From: nobody': 'From: nobody',
  'From: "v" <>': 'From: "ofiara" <>',
  'From: O': 'From: O',
}
/** What stands beside it: other fields, and the envelope. */
const BESIDE: Record<string, { head: string; envelope: string }> = {
  'sent as V': { head: '', envelope: 'V' },
  'Sender: V, sent as E': { head: 'Sender: V\r\n', envelope: 'E' },
  'Reply-To: E, sent as E': { head: 'Reply-To: E\r\n', envelope: 'E' },
  'Reply-To: V, sent as W': { head: 'Reply-To: V\r\n', envelope: 'W' },
}
export interface Shape {
  name: string
  head: string
  envelope: string
}
export const SHAPES: readonly Shape[] = Object.entries(FROM).flatMap(([from, field]) =>
  Object.entries(BESIDE).map(([beside, { head, envelope }]) => ({ name: `${from} · ${beside}`, head: `${field}\r\n${head}`, envelope })),
)

/** The name of the domain: what DNS says of it is settled by it, so that no answer needs to change. */
export const domainName = ({ domain, dns }: Pick<Case, 'domain' | 'dns'>): string =>
  `${domain === 'own' ? 'uni' : domain === 'reject' ? 'bank' : 'klient'}${dns === 'away' ? '-away' : ''}.example`
export const STRANGER = 'obcy@evil.example'
export const OURS = 'pomoc@help.example'
const OUTSIDE = '203.0.113.66'
export const RELAY_ADDRESS = '127.0.0.2'
export const PEER_ADDRESS = '127.0.0.1'

export const matrixConfig = (dnsServers: string[]): Pick<Config['mail'], 'ownDomains' | 'relays' | 'dnsServers'> => ({
  ownDomains: ['uni.example', 'uni-away.example'],
  dnsServers,
  relays: [
    {
      addresses: [RELAY_ADDRESS],
      vouchesFor: ['uni.example', 'uni-away.example'],
      authservId: 'mx.uni.example',
      inside: ['10.0.0.0/8'],
      xclient: false,
      trustHeaders: false,
    },
  ],
})

/** A mail of this shape, as it reaches us. */
export function mailOf(shape: Shape, at: Case, subject: string): { raw: string; envelopeFrom: string; peer: string } {
  const domain = domainName(at)
  const put = (text: string) =>
    text
      .replaceAll('ofiara(x)@D', `ofiara(x)@${domain}`)
      .replaceAll(/\bV\b/g, `ofiara@${domain}`)
      .replaceAll(/\bW\b/g, `kolega@${domain}`)
      .replaceAll(/\bE\b/g, STRANGER)
      .replaceAll(/\bO\b/g, OURS)
  const result = (verdict: string) => `Authentication-Results: mx.uni.example; dmarc=${verdict} (p=REJECT) header.from=${domain}\r\n`
  const received = `Received: from evil.example (evil.example [${OUTSIDE}]) by mx.uni.example with ESMTPS id 1; Tue, 17 Nov 2026 10:00:00 +0100\r\n`
  const above = {
    'no relay': '',
    pass: result('pass') + received,
    'fail above': result('fail') + received,
    'fail below': received + result('fail'),
    'nothing said': received,
  }
  return {
    raw: `${above[at.relay]}${put(shape.head)}To: ${OURS}\r\nSubject: ${subject}\r\n\r\nx\r\n`,
    envelopeFrom: put(shape.envelope),
    peer: at.relay === 'no relay' ? PEER_ADDRESS : RELAY_ADDRESS,
  }
}

/** What looking up would find: no shape is signed, and none comes from a machine of its domain. */
const lookedUp = ({ domain, dns }: Case): Found =>
  dns === 'away'
    ? { proof: 'unknown', rule: 'dns-unavailable', detail: '' }
    : domain === 'none'
      ? { proof: 'none', rule: 'nothing-proves', detail: '' }
      : { proof: 'fail', rule: 'dmarc-fail', detail: '' }

export interface Decided {
  judgement: Judgement
  author: string
  /** A second mail, of the stranger's own and proven, joins the ticket into which the first came. */
  second: boolean
}

/** Decides by the pure functions alone. The person whose name is used is known here. */
export async function decide(shape: Shape, at: Case): Promise<Decided> {
  const { raw, envelopeFrom, peer } = mailOf(shape, at, 'x')
  const mail = await readMail(Buffer.from(raw))
  const author = authorOf(mail, (address) => address === OURS)
  const config = { mail: matrixConfig([]) } as unknown as Pick<Config, 'mail'>
  const arrival = { envelopeFrom, peerAddress: peer, peerName: '' }
  // From is of another domain than the one the case is about: what looking up finds is that domain's word, which proves the stranger's only by SPF.
  const found: Found = author.from.endsWith('@evil.example')
    ? strangersProof(at, envelopeFrom)
    : author.from === OURS
      ? { proof: 'none', rule: 'nothing-proves', detail: '' }
      : lookedUp(at)
  const evidence = evidenceOf(config, mail, arrival, author) ?? evidenceOf(config, mail, arrival, author, found)!
  const judgement = judgeSender(evidence, { sender: author.address.startsWith('ofiara@'), samePerson: false })
  const named = [...mail.from, ...mail.replyTo, ...mail.cc].some(({ address }) => address === STRANGER)
  return { judgement, author: author.address, second: joins({ judgement, author: author.address }) && named }
}

/** The stranger's domain names 127.0.0.1, so it proves what comes from there under its own envelope. */
const strangersProof = ({ relay }: Case, envelopeFrom: string): Found =>
  relay === 'no relay' && envelopeFrom === STRANGER
    ? { proof: 'pass', rule: 'spf-aligned', detail: '' }
    : { proof: 'none', rule: 'nothing-proves', detail: '' }

/** The mail becomes a message of V's ticket: its author is proven, and V. */
export const joins = ({ judgement, author }: Pick<Decided, 'judgement' | 'author'>): boolean =>
  judgement.proven && author.startsWith('ofiara@')

/** 'V' the victim, 'E' the stranger, '–' nobody; then how far: '+' proven, '?' believed but not proven, '' not believed; '2': the second mail joins. */
export function say({ judgement, author, second }: Pick<Decided, 'judgement' | 'author' | 'second'>): string {
  const who = !judgement.believed || author === '' ? '–' : author === STRANGER ? 'E' : 'V'
  return `${who}${judgement.proven ? '+' : judgement.believed ? '?' : ''}${second ? '2' : ''} ${judgement.assurance}`
}
