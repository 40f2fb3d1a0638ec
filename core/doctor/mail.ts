/** Owns the checks of what mail needs around it: DNS, the certificate, the smarthost. */
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { Resolver } from 'node:dns/promises'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { connect as tlsConnect } from 'node:tls'
import { domainToASCII } from 'node:url'
import type { Kysely } from 'kysely'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { Database } from '../database/schema.ts'
import { codeOf, reasonOf } from '../machine/boot-error.ts'
import { ownAddressIsTaken, ownSender } from '../mail/addresses.ts'
import { faultOf, smarthostOptions } from '../mail/outbound/transport.ts'
import { fail, ok, warn, within, type Checked, type Finding } from './finding.ts'

const DAY = 86_400_000
const SOON = 14

/** The questions asked of DNS; an error has a code such as ENOTFOUND. */
export type Dns = Pick<Resolver, 'resolveMx' | 'resolve4' | 'resolve6' | 'reverse'>

export const systemDns = (): Resolver => new Resolver({ timeout: 2000, tries: 2 })

/** RFC 2606 and 6762: names that lead nowhere outside. */
const NOWHERE = /(^|\.)(localhost|test|example|invalid|local|lan|internal)$/

/** Whether the configured address, which people are told and mail is written from, is one that mail is taken for. */
export async function checkOwnAddress({ config }: Pick<Checked, 'config'>, db: Kysely<Database>): Promise<Finding[]> {
  const name = `address ${config.mailAddress}`
  if (await ownAddressIsTaken(db, config)) return [ok(name, 'Mail to it is taken, and mail is written from it.')]
  const { address } = await ownSender(db, config)
  return [
    fail(
      name,
      `Mail to it is refused: it is none of the addresses in Administration → Addresses. Meanwhile pomoc writes from ${address} and tells people that one.`,
      'Add it there, or set POMOC_MAIL_ADDRESS (mailAddress in config/local.ts) to one that stands there.',
    ),
  ]
}

/** Where mail for our domains goes, and whether this machine's name in mail leads here and back. */
export async function checkDns(
  { config }: Pick<Checked, 'config'>,
  domains: readonly string[],
  dns: Dns = systemDns(),
): Promise<Finding[]> {
  const ownDomain = config.mailAddress.slice(config.mailAddress.lastIndexOf('@') + 1)
  const all = [...new Set([ownDomain, ...domains])].map((domain) => domainToASCII(domain) || domain)
  const findings = await Promise.all(all.map((domain) => checkMx(domain, dns)))
  findings.push(await checkHostname(domainToASCII(config.mail.hostname) || config.mail.hostname, dns))
  // Offline every answer is the same: one line is enough.
  const silent = findings.filter(({ says }) => says === SILENT)
  return silent.length > 1 ? [...findings.filter((finding) => !silent.includes(finding)), { ...silent[0]!, name: 'DNS' }] : findings
}

const SILENT = 'DNS does not answer, so nothing can be said about it.'
const dnsSilent = (name: string) => warn(name, SILENT, 'Look at /etc/resolv.conf and the network, then look again.')
const isSilence = (error: unknown) => !['ENOTFOUND', 'ENODATA', 'NXDOMAIN'].includes(codeOf(error))

async function checkMx(domain: string, dns: Dns): Promise<Finding> {
  const name = `MX of ${domain}`
  if (NOWHERE.test(domain)) {
    return warn(
      name,
      `${domain} leads nowhere outside this machine or network.`,
      "Set POMOC_MAIL_ADDRESS and the queues' addresses to ones that others can write to.",
    )
  }
  try {
    const servers = (await within(10_000, dns.resolveMx(domain))).toSorted((a, b) => a.priority - b.priority)
    if (servers.every(({ exchange }) => exchange === '' || exchange === '.')) {
      return fail(name, `DNS says that ${domain} takes no mail (a null MX, RFC 7505).`, 'Let whoever runs DNS name the mail server there.')
    }
    return ok(name, `Mail goes to ${servers.map(({ exchange }) => exchange).join(', ')}.`)
  } catch (error) {
    if (isSilence(error)) return dnsSilent(name)
    return warn(
      name,
      `DNS names no mail server for ${domain}.`,
      'Let whoever runs DNS add an MX record that leads here, or to the server that passes mail on to pomoc.',
    )
  }
}

/** RFC 5321 4.1.4: many servers look whether the name and the address agree; behind a smarthost only that one does. */
async function checkHostname(hostname: string, dns: Dns): Promise<Finding> {
  const name = `PTR of ${hostname}`
  if (NOWHERE.test(hostname))
    return warn(
      name,
      `${hostname}, this machine's name in mail, leads nowhere.`,
      'Set mail.hostname in config/local.ts to the name DNS has for this machine.',
    )
  const addresses: string[] = []
  for (const ask of [() => dns.resolve4(hostname), () => dns.resolve6(hostname)]) {
    try {
      addresses.push(...(await within(10_000, ask())))
    } catch (error) {
      if (isSilence(error)) return dnsSilent(name)
    }
  }
  if (addresses.length === 0) {
    return warn(
      name,
      `DNS knows no address of ${hostname}, this machine's name in mail.`,
      'Set mail.hostname in config/local.ts to the name DNS has for this machine, or let the name be added.',
    )
  }
  for (const address of addresses) {
    const names = await within(10_000, dns.reverse(address)).catch(() => [])
    if (!names.some((found) => found.toLowerCase() === hostname.toLowerCase())) {
      return warn(
        name,
        `${address}, the address of ${hostname}, leads back to ${names.join(', ') || 'no name'}.`,
        `Let whoever runs DNS add a PTR record from ${address} to ${hostname}; behind a smarthost it matters only to that one.`,
      )
    }
  }
  return ok(name, `${hostname} is ${addresses.join(', ')}, and back.`)
}

/** The certificate of the mail listener, and of the site where it is https. */
export async function checkCertificates({ config, now }: Checked): Promise<Finding[]> {
  const findings: Finding[] = []
  if (config.plugins.includes('smtp-receiver')) findings.push(await checkMailCertificate({ config, now }))
  if (config.baseUrl.startsWith('https:')) findings.push(await checkSiteCertificate(config.baseUrl, now))
  return findings
}

async function checkMailCertificate({ config, now }: Checked): Promise<Finding> {
  const name = 'certificate for mail'
  const own = !config.smtp.tlsCert
  const path = config.smtp.tlsCert ?? join(config.dataDir, 'tls', 'smtp-cert.pem')
  if (own && !existsSync(path)) return ok(name, 'pomoc makes its own at the first start.')
  const renew = own
    ? `Delete ${path} and start pomoc again: it makes another.`
    : 'Renew it (certbot, or whoever gives you certificates); pomoc takes the new one into use by itself.'
  try {
    const certificate = new X509Certificate(await readFile(path))
    const key = config.smtp.tlsKey ?? join(config.dataDir, 'tls', 'smtp-key.pem')
    if (!certificate.checkPrivateKey(createPrivateKey(await readFile(key)))) {
      return fail(
        name,
        `The key in ${key} does not belong to the certificate in ${path}.`,
        own ? renew : 'Correct smtp.tlsKey and smtp.tlsCert in config/local.ts.',
      )
    }
    return expiry(name, certificate, now, path, renew)
  } catch (error) {
    return fail(
      name,
      `The certificate in ${path} cannot be read (${reasonOf(error)}).`,
      own ? renew : 'Correct smtp.tlsKey and smtp.tlsCert in config/local.ts, or let pomoc read the files.',
    )
  }
}

function expiry(name: string, certificate: X509Certificate, now: Date, where: string, renew: string): Finding {
  const days = Math.floor((certificate.validToDate.getTime() - now.getTime()) / DAY)
  const until = certificate.validToDate.toISOString().slice(0, 10)
  if (days < 0) return fail(name, `The certificate of ${where} expired on ${until}.`, renew)
  if (certificate.validFromDate > now)
    return fail(
      name,
      `The certificate of ${where} holds only from ${certificate.validFromDate.toISOString().slice(0, 10)} on.`,
      "Set this machine's clock right, or take another certificate.",
    )
  return days < SOON ? warn(name, `The certificate of ${where} expires on ${until}.`, renew) : ok(name, `It holds until ${until}.`)
}

async function checkSiteCertificate(baseUrl: string, now: Date): Promise<Finding> {
  const { hostname, port, host } = new URL(baseUrl)
  const name = `certificate of ${host}`
  const bare = hostname.replace(/^\[|\]$/g, '')
  try {
    const { certificate, fault } = await within(
      5000,
      new Promise<{ certificate: X509Certificate; fault: string | undefined }>((resolve, reject) => {
        const socket = tlsConnect(
          { host: bare, port: Number(port || 443), ...(isIP(bare) ? {} : { servername: bare }), rejectUnauthorized: false, timeout: 5000 },
          () => {
            const found = socket.getPeerX509Certificate()
            socket.end()
            if (found) resolve({ certificate: found, fault: socket.authorized ? undefined : reasonOf(socket.authorizationError) })
            else reject(new Error('it shows no certificate'))
          },
        )
        socket.once('error', reject)
      }),
    )
    const dated = expiry(name, certificate, now, host, 'Renew it at the reverse proxy.')
    if (dated.state === 'fail' || fault === undefined) return dated
    return warn(
      name,
      `Browsers will not trust it (${fault}).`,
      'Give the reverse proxy a certificate of a known authority, with its whole chain.',
    )
  } catch (error) {
    return warn(
      name,
      `${baseUrl} does not answer from here (${reasonOf(error)}).`,
      'Start the reverse proxy, or correct POMOC_BASE_URL; from inside the network it may be out of reach.',
    )
  }
}

/**
 * Greets the smarthost as sending does: encrypted where it can be, logged in where the address says so; sends nothing. Asks how large
 * a mail it takes and whether it takes mail from each of `addresses`, and from none, as automatic mails have it.
 */
export async function checkSmarthost({ config }: Pick<Checked, 'config'>, addresses: readonly string[] = []): Promise<Finding[]> {
  const name = 'smarthost'
  if (!config.smarthostUrl) {
    return [
      warn(
        name,
        'None is set, so outgoing mail waits in the outbox.',
        'Set POMOC_SMARTHOST_URL to your mail server, such as smtp://mail.uni.example:25.',
      ),
    ]
  }
  const where = new URL(config.smarthostUrl).host
  let connection: SMTPConnection | undefined
  try {
    const { auth, ...options } = smarthostOptions(config.smarthostUrl, config.mail.hostname, config.smarthostCa)
    const opened = (connection = new SMTPConnection({
      ...options,
      connectionTimeout: 5000,
      greetingTimeout: 5000,
      socketTimeout: 5000,
      dnsTimeout: 5000,
    }))
    await within(
      15_000,
      new Promise<void>((resolve, reject) => {
        opened.once('error', reject)
        opened.connect((error) => {
          if (error) reject(error)
          else if (auth) opened.login(auth, (refused) => (refused ? reject(refused) : resolve()))
          else resolve()
        })
      }),
    )
    const findings = [
      opened.secure
        ? ok(name, `${where} greets us, encrypted${auth ? ', and takes our password' : ''}.`)
        : warn(name, `${where} greets us, but offers no encryption (STARTTLS).`, 'Switch TLS on there, unless the way to it is your own.'),
      ...checkSize(opened, config),
      ...(await checkSenders(opened, addresses, where)),
    ]
    opened.quit()
    return findings
  } catch (error) {
    const { text } = faultOf(error)
    const fault = error as { code?: string; path?: string }
    return [
      fault.code === 'EAUTH'
        ? fail(name, `${where} refuses user or password (${text}).`, 'Correct them in POMOC_SMARTHOST_URL.')
        : fault.path !== undefined && fault.path === config.smarthostCa
          ? fail(
              name,
              `${fault.path} cannot be read (${reasonOf(error)}).`,
              'Correct smarthostCa in config/local.ts, or let pomoc read the file.',
            )
          : fail(name, `${where} cannot be used (${text}); outgoing mail waits.`, remedyFor(text)),
    ]
  } finally {
    connection?.close()
  }
}

const remedyFor = (text: string): string =>
  /self-signed|unable to (verify|get)|issuer/i.test(text)
    ? 'Write the certificate of the authority that vouches for it into a file and name that in smarthostCa (POMOC_SMARTHOST_CA); where this machine trusts it already, name /etc/ssl/certs/ca-certificates.crt.'
    : /altnames|does not match certificate/i.test(text)
      ? 'Name it in POMOC_SMARTHOST_URL as its certificate does.'
      : /certificate has expired|not yet valid/i.test(text)
        ? 'Let whoever runs that server renew its certificate.'
        : 'Start that server or open the way to it, or correct POMOC_SMARTHOST_URL.'

/** What of nodemailer's connection is not in its types: it sends mails, and we only ask. */
interface Asking {
  _maxAllowedSize?: number
  _responseActions: ((answer: string) => void)[]
  _sendCommand(command: string): void
}

function checkSize(connection: SMTPConnection, config: Checked['config']): Finding[] {
  const takes = (connection as unknown as Asking)._maxAllowedSize ?? 0
  const ours = (config.mail.maxSizeKb ?? config.smtp.maxSizeKb) * 1024
  if (takes === 0 || takes >= ours) return []
  return [
    warn(
      'largest mail out',
      `The smarthost takes mails of ${Math.floor(takes / 1024)} kB, while agents may send ${ours / 1024} kB.`,
      `Set mail.maxSizeKb to ${Math.floor(takes / 1024)} in config/local.ts, so that they are told at once.`,
    ),
  ]
}

/** More addresses say nothing new. */
const SENDERS = 200

async function checkSenders(connection: SMTPConnection, addresses: readonly string[], where: string): Promise<Finding[]> {
  const asking = connection as unknown as Asking
  const ask = (command: string) =>
    within(
      5000,
      new Promise<string>((resolve) => {
        asking._responseActions.push(resolve)
        asking._sendCommand(command)
      }),
    )
  const findings: Finding[] = []
  for (const address of ['', ...addresses.slice(0, SENDERS)]) {
    const answer = await ask(`MAIL FROM:<${address}>`)
    await ask('RSET')
    if (answer.startsWith('2')) continue
    const who = address === '' ? 'an empty return path, which automatic mails have (RFC 3834)' : address
    findings.push(
      (answer.startsWith('5') ? fail : warn)(
        address === '' ? 'sender <>' : `sender ${address}`,
        `${where} refuses mail from ${who} (${answer.replace(/\s+/g, ' ').trim().slice(0, 200)}); such mails wait.`,
        address === ''
          ? 'Let whoever runs that server allow it to pomoc.'
          : 'Let whoever runs that server allow it to pomoc, or lead the queue’s mail by another address.',
      ),
    )
  }
  return findings
}
