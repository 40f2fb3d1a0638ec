/** Owns the mails that the bench sends: letters of real words, each another one, signed by the domain that they come from. */
import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto'
import { createTransport } from 'nodemailer'
import { SCENARIOS } from '../../plugins/demo/scenarios/index.ts'
import { startDns, type DnsServer } from '../servers/dns.ts'

export interface Delivery {
  from: string
  to: string
  raw: Buffer
}

const TO = 'pomoc@uni.example'
const DOMAIN = 'klient.example'
const SELECTOR = 'bench'
/** Each is a person who has written before (place.ts). */
export const SENDERS: readonly { address: string; name: string }[] = Array.from({ length: 500 }, (_, n) => ({
  address: `osoba${String(n).padStart(3, '0')}@${DOMAIN}`,
  name: `Żaneta Gęś ${n}`,
}))

export type Size = '5 kB' | '56 kB' | '100 kB' | '10 MB' | '30 MB'
/** Bytes of the attachment; base64 makes a third more of them. */
const ATTACHED: Record<Size, number> = { '5 kB': 0, '56 kB': 37_000, '100 kB': 69_000, '10 MB': 7_300_000, '30 MB': 22_000_000 }
/** Of the letter; quoted-printable makes some more of them. */
const CHARACTERS = 2800

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const composer = createTransport({
  streamTransport: true,
  buffer: true,
  newline: 'windows',
  dkim: { domainName: DOMAIN, keySelector: SELECTOR, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
})

/** A server that knows the senders' domain: it sends from here, is signed, and says that what is neither is to be refused. */
export async function startSendersDns(): Promise<DnsServer> {
  const dns = await startDns()
  dns.txt.set(DOMAIN, 'v=spf1 ip4:127.0.0.1 -all')
  dns.txt.set(`_dmarc.${DOMAIN}`, 'v=DMARC1; p=reject')
  dns.txt.set(
    `${SELECTOR}._domainkey.${DOMAIN}`,
    `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`,
  )
  return dns
}

const SENTENCES = textsIn(SCENARIOS).flatMap((text) => text.match(/[^.?!]{25,300}[.?!]/g) ?? [])

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value.replace(/\{[^}]*\}/g, 'to')]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

function letter(): string {
  let text = 'Dzień dobry,\n\n'
  while (text.length < CHARACTERS) text += `${SENTENCES[randomInt(SENTENCES.length)]!.trim()}${randomInt(5) === 0 ? '\n\n' : ' '}`
  return `${text}\n\nPozdrawiam\nJan Nowak`
}

/** Mails of about 5 kB (text) or more (text and an attachment), no two alike. */
export async function makeMails(size: Size, count: number): Promise<Delivery[]> {
  const mails: Delivery[] = []
  for (let n = 0; n < count; n++) {
    const from = SENDERS[n % SENDERS.length]!
    const composed = await composer.sendMail({
      from,
      to: TO,
      subject: SENTENCES[randomInt(SENTENCES.length)]!.trim().slice(0, 70),
      messageId: `<${randomBytes(12).toString('hex')}@${DOMAIN}>`,
      text: letter(),
      textEncoding: 'quoted-printable',
      attachments:
        ATTACHED[size] === 0
          ? []
          : [
              {
                filename: 'załącznik.pdf',
                contentType: 'application/pdf',
                content: Buffer.concat([Buffer.from('%PDF-1.4\n'), randomBytes(ATTACHED[size])]),
              },
            ],
    })
    mails.push({ from: from.address, to: TO, raw: composed.message as Buffer })
  }
  return mails
}
