/** Owns the bytes of a mail that is sent on as it came: Resent fields before its head, everything else untouched. */
import { domainToASCII } from 'node:url'
import type { Selectable } from 'kysely'
import type { OutboundMailTable } from '../../database/schema.ts'

/** RFC 5322 3.6.6: the newest block of Resent fields stands first; what stood there before says who sent it on earlier. */
export function resentHead(mail: Pick<Selectable<OutboundMailTable>, 'from_text' | 'to_text' | 'message_id' | 'created_at'>): string {
  const from = bareAddress(mail.from_text)
  return [
    `Resent-From: <${from}>`,
    `Resent-To: ${mail.to_text
      .split(', ')
      .map((address) => `<${bareAddress(address)}>`)
      .join(',\r\n ')}`,
    `Resent-Date: ${mail.created_at.toUTCString().replace('GMT', '+0000')}`,
    `Resent-Message-ID: ${mail.message_id.replace(/[\r\n]/g, '')}`,
  ]
    .map((line) => `${line}\r\n`)
    .join('')
}

/** The whole mail. Bare CR and LF become CRLF: nobody's trick with line ends goes further through us. */
export async function* resent(
  mail: Pick<Selectable<OutboundMailTable>, 'from_text' | 'to_text' | 'message_id' | 'created_at'>,
  raw: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  yield Buffer.from(resentHead(mail))
  let carry = ''
  let begun = false
  for await (const chunk of raw) {
    let text = carry + chunk.toString('latin1')
    // An mbox line, or blank lines before the head, would end the head that we began.
    if (!begun) text = text.replace(/^(?:From [^\r\n]*\r?\n|[\r\n]+)+/, '')
    begun = true
    // What the last CR is followed by is seen with the next chunk.
    carry = text.endsWith('\r') ? '\r' : ''
    yield crlf(carry ? text.slice(0, -1) : text)
  }
  if (carry) yield crlf(carry)
}

const crlf = (text: string): Buffer => Buffer.from(text.replace(/\r\n|\r|\n/g, '\r\n'), 'latin1')

function bareAddress(text: string): string {
  const address = (text.match(/<([^<>]*)>\s*$/)?.[1] ?? text).replace(/[\r\n<>\s]/g, '')
  const at = address.lastIndexOf('@')
  return at === -1 ? address : `${address.slice(0, at)}@${domainToASCII(address.slice(at + 1)) || address.slice(at + 1)}`
}
