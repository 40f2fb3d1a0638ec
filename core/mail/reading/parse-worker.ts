/** Owns the thread in which mails are read: one at a time, so that no mail, however made, holds up the program. */
import { parentPort } from 'node:worker_threads'
import type { ParsedMail } from './parsed-mail.ts'
import { HTML_LIMIT } from './body.ts'
import { decodeText } from './charset.ts'
import { storable } from './lines.ts'
import { nestsTooDeep } from './nesting.ts'
import { readHeaders, readMail } from './read-mail.ts'
import { sanitizeMailHtml } from './sanitize.ts'

export interface ParseRequest {
  raw: Uint8Array
  /** The bytes go back with the answer. */
  lent?: boolean
  only?: 'headers'
  zone?: string
}
/** HTML as it stood in mails that were read elsewhere, each with the charset that was said of it. */
export interface SafeRequest {
  html: readonly { content: Uint8Array; charset: string | null }[]
}
/** Null: too long, or nested too deep, to be shown. */
export type SafeAnswer = { html: (string | null)[] } | { error: string }
/** Contents come as plain bytes: a Buffer does not survive the way between threads. */
export type ParseAnswer =
  | {
      mail: Omit<ParsedMail, 'attachments'> & {
        attachments: (Omit<ParsedMail['attachments'][number], 'content'> & { content: Uint8Array })[]
      }
      /** What was lent. */
      raw?: Uint8Array
    }
  | { error: string }

parentPort?.on('message', (request: ParseRequest | SafeRequest) => void ('html' in request ? makeSafe(request) : answer(request)))

function makeSafe({ html }: SafeRequest): void {
  const safe = html.map(({ content, charset }) => {
    const { text } = decodeText(Buffer.from(content.buffer, content.byteOffset, content.byteLength), charset)
    return text.length > HTML_LIMIT || nestsTooDeep(text) ? null : sanitizeMailHtml(storable(text))
  })
  parentPort!.postMessage({ html: safe } satisfies SafeAnswer, [])
}

async function answer({ raw, lent, only, zone }: ParseRequest): Promise<void> {
  try {
    const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
    const mail = await (only === 'headers' ? readHeaders(bytes) : readMail(bytes, zone === undefined ? {} : { zone }))
    // A damaged mail is its own attachment: the same memory, moved once.
    const moved = new Set(lent ? [raw.buffer as ArrayBuffer] : [])
    const attachments = mail.attachments.map((part) => {
      // A small Buffer shares its memory with others; only memory of its own can be handed over.
      const content = part.content.buffer.byteLength === part.content.length ? part.content : new Uint8Array(part.content)
      if (content.length > 0) moved.add(content.buffer as ArrayBuffer)
      return { ...part, content: new Uint8Array(content.buffer, content.byteOffset, content.byteLength) }
    })
    parentPort!.postMessage({ mail: { ...mail, attachments }, ...(lent ? { raw } : {}) } satisfies ParseAnswer, [...moved])
  } catch (error) {
    parentPort!.postMessage({ error: error instanceof Error ? error.message : String(error) } satisfies ParseAnswer, [])
  }
}
