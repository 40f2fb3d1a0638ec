/** Owns mailparser at work: the mail as a tree of parts, with its errors mended where mailparser lets one in. */
import { PassThrough, Transform, type TransformCallback } from 'node:stream'
import type { MimeNode } from '@zone-eu/mailsplit'
import { MailParser, type Attachment, type EmailAddress, type MailParserOptions } from 'mailparser'
import { ADDRESS_COUNT, ADDRESS_FIELDS, readAddresses } from './addresses.ts'
import { decodeText } from './charset.ts'
import { isUuencoded } from './uuencode.ts'
import { headerAsUtf8, Words } from './words.ts'

/** mailparser's node of the tree; its `textContent` is there for texts only. */
export interface Part {
  node: MimeNode
  contentType: string | false
  disposition?: string
  isAttachment?: boolean
  charset?: string
  textContent?: string
  children: Part[]
  parent?: Part
  headers: Map<string, unknown>
  /** The transfer encoding as it was written. */
  saidEncoding?: string
}

export interface ReadParts {
  root: Part | undefined
  headers: Map<string, unknown>
  headerLines: { key: string; line: string }[]
  attachments: Attachment[]
  /** Charsets were found out, not named. */
  guessed: boolean
  /** Some bytes of a text mean nothing in its charset. */
  damaged: boolean
  /** Words stand before the first or behind the last boundary, where mail programs show nothing. */
  outside: boolean
  /** The parser gave up before the end; what it had read until then is here. */
  stopped: string | undefined
}

/** What of mailparser is not in its types: its own hooks. */
interface Hooks {
  decoder: { decodeStream(charset: string): Transform }
  libmime: Words
  tree: Part | false
  curnode: (Part & { decoder?: { writable: boolean } }) | false
  headerLines: { key: string; line: string }[] | false
  headers: Map<string, unknown> | false
  createNode(node: MimeNode): Part
  processChunk(chunk: { type: string; value?: Buffer }, done: (error?: Error) => void): void
  processHeaders(lines: { key: string; line: string }[]): Map<string, unknown>
  decodeAddresses(addresses: EmailAddress[]): void
}

const options: MailParserOptions & Record<string, unknown> = {
  // Embedded messages and delivery reports stay parts of their own: a forwarded mail is an attachment, not text of the sender.
  keepDeliveryStatus: true,
  ignoreEmbedded: true,
  skipTextLinks: true,
  skipTextToHtml: true,
  skipHtmlToText: true,
}

const Base = MailParser as unknown as new (options: object) => MailParser & Hooks

/** The name mailparser hands on, so that it asks for a decoder even where a text has no charset or says UTF-8. */
const LOOK = 'x-look:'

const MIME_SENTENCE = /multi-?part|mime|wielocz|mail (reader|client|program)/i

class Reader extends Base {
  guessed = false
  damaged = false
  outside = false
  /** Words were met already. */
  private spoke = false
  private hint: string | undefined

  constructor() {
    super(options)
    this.libmime = new Words()
    this.decoder = { decodeStream: (charset) => this.decodeStream(charset) }
  }

  get wordsGuessed(): boolean {
    return this.libmime.guessed
  }

  private decodeStream(charset: string): Transform {
    return new WholeText((bytes) => {
      const { text, guessed, damaged } = decodeText(bytes, charset.replace(LOOK, ''))
      this.guessed ||= guessed
      this.damaged ||= damaged
      return text
    })
  }

  /**
   * What stands between the parts is no part; only sentences about MIME belong there (RFC 2046 5.1.1). And where a text names a
   * boundary like a multipart, mailparser leaves out what follows the last one.
   */
  override processChunk(chunk: { type: string; value?: Buffer }, done: (error?: Error) => void): void {
    if (chunk.type === 'data' && !this.outside) {
      this.outside = chunk
        .value!.toString('latin1')
        .split(/\r?\n/)
        .some((line) => line.trim() !== '' && !line.startsWith('--') && !MIME_SENTENCE.test(line))
    }
    if (chunk.type === 'body' && this.curnode && this.curnode.decoder?.writable === false)
      this.outside ||= chunk.value!.toString('latin1').trim() !== ''
    super.processChunk(chunk, done)
  }

  override processHeaders(lines: { key: string; line: string }[]): Map<string, unknown> {
    for (const entry of lines) {
      const { line, guessed } = headerAsUtf8(entry.line, this.hint)
      entry.line = line
      this.guessed ||= guessed
    }
    const fields = oneOfEach(lines)
    const headers = super.processHeaders(fields.filter(({ key }) => !ADDRESS_FIELDS.has(key)))
    for (const { key, line } of fields) {
      if (!ADDRESS_FIELDS.has(key)) continue
      const said = [headers.get(key) ?? []].flat() as EmailAddress[]
      if (said.length > ADDRESS_COUNT) continue
      const read = readAddresses(Buffer.from(line.slice(line.indexOf(':') + 1), 'latin1').toString())
      this.decodeAddresses(read)
      headers.set(key, [...said, ...read])
    }
    return headers
  }

  override createNode(node: MimeNode): Part {
    // Of a name of its own a text is a file; nameless it is what was written. The first part of an alternative is written too.
    if (node.root) this.hint = node.charset || undefined
    const parent = node.parentNode || undefined
    const type = node.contentType || 'text/plain'
    if (parent?.contentType === 'multipart/digest' && node.headers && !node.headers.hasHeader('content-type'))
      node.contentType = 'message/rfc822'
    // `multipart/*`: its parts are read whatever it is called (RFC 2046 5.1.3).
    else if (node.multipart && !/^multipart\/[\w.+-]+$/.test(type)) node.contentType = 'multipart/mixed'
    else if (!/^[\w.+-]+\/[\w.+-]+$/.test(type))
      node.contentType = /^text\b/.test(type) && !node.filename ? 'text/plain' : 'application/octet-stream'
    const isText = node.contentType === 'text/plain' || node.contentType === 'text/html'
    const isBody =
      !parent ||
      parent.contentType === 'multipart/alternative' ||
      (parent.contentType === 'multipart/related' && parent.childPartNumbers === 1) ||
      // Said to be shown, and nothing was said before it: that is what was written, whatever its name.
      (node.disposition === 'inline' && !this.spoke)
    if (isText && isBody && node.disposition !== 'attachment') node.disposition = 'inline'
    else if (isText && node.filename) node.disposition = 'attachment'
    this.spoke ||= isText && node.disposition !== 'attachment'
    const saidEncoding = String(node.encoding || '')
    // Joining broken lines comes after reading (see flowed.ts): with it, letters would be read byte by byte.
    node.encoding = transferEncoding(node.encoding)
    const part = withoutFlow(node, () => super.createNode(node))
    // What is encoded in a way that mailparser does not know is bytes still, whatever its charset.
    if (isText) part.charset = isUuencoded(saidEncoding) ? 'latin1' : LOOK + (node.charset || '')
    part.saidEncoding = saidEncoding
    return part
  }
}

/**
 * Fields that stand there several times although they must not (RFC 5322 3.6), of which mailparser takes the last: the first
 * subject is what people see elsewhere; of senders none is left out, for which one is shown would be the forger's choice.
 */
function oneOfEach(lines: { key: string; line: string }[]): { key: string; line: string }[] {
  const value = (line: string) => line.slice(line.indexOf(':') + 1).trim()
  const all = (key: string) => lines.filter((entry) => entry.key === key && value(entry.line) !== '')
  const [subjects, senders] = [all('subject'), all('from')]
  if (subjects.length <= 1 && senders.length <= 1) return lines
  const kept = lines.filter(({ key }) => key !== 'subject' && key !== 'from')
  return [
    ...kept,
    ...subjects.slice(0, 1),
    ...(senders.length > 0 ? [{ key: 'from', line: `From: ${senders.map(({ line }) => value(line)).join(', ')}` }] : []),
  ]
}

/** As written by people: "base-64", "8 bit", "Quoted-Printable;". */
function transferEncoding(said: string | false): string {
  const name = String(said || '')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
  return name.startsWith('base64')
    ? 'base64'
    : name.startsWith('quotedprintable') || name === 'qp'
      ? 'quoted-printable'
      : String(said || '')
}

/** Which texts are to be put together again, told apart from mailsplit's own field, which mailparser would act upon. */
const flows = new WeakMap<MimeNode, { delSp: boolean }>()
export const flowOf = (part: Part): { delSp: boolean } | undefined => flows.get(part.node)

function withoutFlow(node: MimeNode, create: () => Part): Part {
  if (node.flowed) flows.set(node, { delSp: node.delSp })
  node.flowed = false
  return create()
}

/** Hands on the text once all its bytes are there: only then can one tell what they are. */
class WholeText extends Transform {
  private chunks: Buffer[] = []
  private decode: (bytes: Buffer) => string
  constructor(decode: (bytes: Buffer) => string) {
    super()
    this.decode = decode
  }
  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.chunks.push(chunk)
    done()
  }
  override _flush(done: TransformCallback): void {
    done(null, Buffer.from(this.decode(Buffer.concat(this.chunks))))
  }
}

/** Reads the parts. Where the parser gives up (too many parts, a head without end) what it read stays; throws when that is nothing. */
export async function readParts(raw: Buffer): Promise<ReadParts> {
  const reader = new Reader()
  const attachments: Attachment[] = []
  const stopped = await new Promise<string | undefined>((resolve) => {
    reader.on('data', (data: { type: string } & Attachment & { content: unknown; release(): void }) => {
      if (data.type !== 'attachment') return
      const chunks: Buffer[] = []
      const content = data.content as unknown as PassThrough
      content.on('data', (chunk: Buffer) => chunks.push(chunk))
      content.on('end', () => {
        attachments.push(Object.assign(data, { content: Buffer.concat(chunks) }))
        data.release()
      })
    })
    reader.on('error', (error: Error) => resolve(error.message || 'not readable'))
    reader.on('end', () => resolve(undefined))
    reader.on('close', () => resolve('ended early'))
    reader.end(raw)
  })
  if (!reader.headers) throw new Error(stopped ?? 'no head')
  return {
    root: reader.tree || undefined,
    headers: reader.headers,
    headerLines: reader.headerLines || [],
    attachments,
    guessed: reader.guessed || reader.wordsGuessed,
    damaged: reader.damaged,
    outside: reader.outside,
    stopped,
  }
}

/** Addresses of a field, one more than `ADDRESS_COUNT` at most where there are more; of a field that came several times all. */
export const addressesIn = (headers: Map<string, unknown>, name: string): EmailAddress[] =>
  ((headers.get(name) ?? []) as EmailAddress[]).flatMap((entry) => entry.group ?? [entry])
