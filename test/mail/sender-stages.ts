/** Owns running cases of the matrix by SMTP, end to end: a first mail into somebody's ticket, and the stranger's own second one. */
import { createTransport } from 'nodemailer'
import { startDns, type DnsServer } from '../servers/dns.ts'
import { decide, domainName, DOMAINS, joins, mailOf, matrixConfig, OURS, STRANGER, type Case, type Shape } from './sender-matrix.ts'
import { startStation, type Station } from './station.ts'

export interface Stages {
  station: Station
  /** Both stages of a case: what the table says, and what came of it. */
  run(shape: Shape, at: Case): Promise<{ expected: Seen; seen: Seen }>
  stop(): Promise<void>
}

interface Seen {
  name: string
  first: string
  assurance: string | null
  tied: boolean
  second: string
}

export async function startStages(): Promise<Stages> {
  const dns: DnsServer = await startDns()
  dns.txt.set('evil.example', 'v=spf1 ip4:127.0.0.1 -all')
  for (const domain of ['uni.example', 'bank.example']) {
    dns.txt.set(domain, 'v=spf1 -all')
    dns.txt.set(`_dmarc.${domain}`, 'v=DMARC1; p=reject')
  }
  for (const domain of DOMAINS) dns.failing.add(domainName({ domain, dns: 'away' }))
  const station = await startStation({ address: OURS, mail: matrixConfig([dns.address]) })
  const { make } = station
  const persons = new Map<string, string>()
  for (const domain of DOMAINS) {
    for (const state of ['up', 'away'] as const) {
      const name = domainName({ domain, dns: state })
      persons.set(name, await make.person({ name: 'Ofiara', address: `ofiara@${name}` }))
    }
  }
  const hurrying = setInterval(() => void station.hurry().catch(() => {}), 100)
  let count = 0
  const deliver = async (raw: string, from: string, peer: string, subject: string) => {
    const transport = createTransport({ host: '127.0.0.1', port: station.port, secure: false, ignoreTLS: true, localAddress: peer })
    await transport.sendMail({ envelope: { from, to: OURS }, raw })
    return (await station.processed(subject))[0]!
  }
  return {
    station,
    async run(shape, at) {
      const name = `${shape.name} | ${Object.values(at).join(', ')}`
      const { number } = await make.ticket({ customerId: persons.get(domainName(at))! })
      const [one, two] = [`[Ticket#${number}] stage ${++count}a`, `[Ticket#${number}] stage ${count}b`]
      const { raw, envelopeFrom, peer } = mailOf(shape, at, one)
      const first = await deliver(raw, envelopeFrom, peer, one)
      const article = await station.database.db
        .selectFrom('article')
        .select(['assurance', 'person_id'])
        .where('id', '=', first.article_id!)
        .executeTakeFirstOrThrow()
      const second = await deliver(`From: ${STRANGER}\r\nTo: ${OURS}\r\nSubject: ${two}\r\n\r\nx\r\n`, STRANGER, '127.0.0.1', two)
      const decided = await decide(shape, at)
      // The stranger is nobody known only once: after that the same mail of theirs is confirmed.
      const known = article.assurance === 'confirmed' && decided.author === STRANGER ? 'confirmed' : decided.judgement.assurance
      const outcome = (joined: boolean) => (joined ? 'follow-up' : 'follow-up-held')
      return {
        expected: {
          name,
          first: outcome(joins(decided)),
          assurance: decided.author === STRANGER && article.assurance === 'address' ? 'address' : known,
          tied: decided.judgement.believed,
          second: outcome(decided.second),
        },
        seen: { name, first: first.outcome!, assurance: article.assurance, tied: article.person_id !== null, second: second.outcome! },
      }
    },
    async stop() {
      clearInterval(hurrying)
      await station.stop()
      await dns.stop()
    },
  }
}
