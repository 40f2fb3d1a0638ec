/** Owns the mails that the bench sends: made once as templates, each one different by its id and sender. */
import { randomBytes } from 'node:crypto'
import MailComposer from 'nodemailer/lib/mail-composer/index.js'

export interface Delivery {
  from: string
  to: string
  raw: Buffer
}

const TO = 'pomoc@uni.example'
const SENDERS = 500
const ID = 'ID-0000000000-ID'
const WHO = 'WHO-000'
/** Twelve bytes after the nine of `%PDF-1.4\n`: in base64 they stand by themselves, so that every attachment is another one. */
const FILE_ID = 'attachment-1'
const base64 = (text: string) => Buffer.from(text).toString('base64')

export type Size = '5 kB' | '56 kB' | '100 kB' | '10 MB' | '30 MB'
/** Bytes of the attachment; base64 makes a third more of them. */
const ATTACHED: Record<Size, number> = { '5 kB': 0, '56 kB': 37_000, '100 kB': 69_000, '10 MB': 7_300_000, '30 MB': 22_000_000 }

/** Mails of about 5 kB (text) or more (text and an attachment), with Polish letters. */
export async function makeMails(size: Size, count: number): Promise<Delivery[]> {
  const paragraph =
    'Dzień dobry, od wczoraj nie działa drukarka w pokoju 214, a sieć zrywa się co kilka minut. Proszę o pomoc, bo zbliża się termin. '
  const template = await compose({
    from: { name: 'Zażółć Gęślą', address: `osoba${WHO}@klient.example` },
    to: TO,
    subject: 'Nie działa drukarka w pokoju 214',
    messageId: `<${ID}@klient.example>`,
    date: new Date('2026-11-17T09:15:00Z'),
    text: `${paragraph.repeat(size === '5 kB' ? 25 : 20)}\n\nPozdrawiam\nJan Nowak`,
    textEncoding: 'quoted-printable',
    attachments:
      ATTACHED[size] === 0
        ? []
        : [
            {
              filename: 'załącznik.pdf',
              contentType: 'application/pdf',
              content: Buffer.concat([Buffer.from(`%PDF-1.4\n${FILE_ID}`), randomBytes(ATTACHED[size])]),
            },
          ],
  })
  const start = template.subarray(0, 20_000).toString('latin1')
  const rest = template.subarray(20_000)
  const mark = randomBytes(4).readUInt32BE() // another run sends other mails
  return Array.from({ length: count }, (_, i) => {
    const who = String(i % SENDERS).padStart(WHO.length, '0')
    const id = String((mark * 1000 + i) % 1e10).padStart(10, '0')
    // What differs stands in the first kilobytes: the rest of a large mail is copied as it is.
    const own = start
      .replaceAll(ID, `ID-${id}-ID`)
      .replaceAll(WHO, who)
      .replace(base64(FILE_ID), base64(`no${id}`))
    const raw = Buffer.concat([Buffer.from(own, 'latin1'), rest])
    return { from: `osoba${who}@klient.example`, to: TO, raw }
  })
}

function compose(mail: Record<string, unknown>): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    new MailComposer(mail as never).compile().build((error: Error | null, raw: Buffer) => (error ? reject(error) : resolve(raw)))
  })
}
