/** Owns the threads that read mails and make HTML of mails safe: at most two, started when needed, ended when idle, replaced when they die or hang. */
import { Worker } from 'node:worker_threads'
import { workerFile } from '../../machine/thread.ts'
import type { ParseAnswer, ParseRequest, SafeAnswer, SafeRequest } from './parse-worker.ts'
import type { ParsedMail } from './parsed-mail.ts'

const THREADS = 2
/** An honest mail of 32 MB takes about two seconds. */
const TIME_LIMIT_MS = 30_000
/** An idle thread costs some 30 MB. */
const IDLE_MS = 30_000
/** What a thread took for a larger mail it gives back only when it ends; starting another costs less than reading such a mail. Bytes. */
const ONCE = 2 * 1024 * 1024

interface Reader {
  worker: Worker
  busy: boolean
  idle: NodeJS.Timeout | undefined
}
type Answer = ParseAnswer | SafeAnswer
interface Waiting {
  request: ParseRequest | SafeRequest
  settle(answer: Answer): void
}

const readers = new Set<Reader>()
const waiting: Waiting[] = []

/** A mail that could not be read: the parser gave up, took too long or ate its memory. */
export class UnreadableMail extends Error {}

/**
 * Reads a raw mail in a thread of its own. `raw` is copied. Throws `UnreadableMail`; `only: 'headers'` reads the head alone; `zone` (IANA)
 * is that of the times which the mail's labels tell.
 */
export async function parseMail(raw: Buffer, only?: 'headers', zone?: string): Promise<ParsedMail> {
  return (await parse({ raw: new Uint8Array(raw), ...(only ? { only } : {}), ...(zone ? { zone } : {}) })).mail
}

/**
 * Reads a mail as `parseMail` does, but the bytes of a large one are lent to the thread, never copied: what `holder.raw` was is empty from then on, and
 * `holder.raw` is those bytes again when this answers. When it throws they are gone with the thread, and `holder.raw` is empty.
 */
export async function parseLent(holder: { raw: Buffer }, zone?: string): Promise<ParsedMail> {
  const { raw } = holder
  if (raw.length <= ONCE || raw.length !== raw.buffer.byteLength) return parseMail(raw, undefined, zone)
  holder.raw = Buffer.alloc(0)
  const read = await parse({ raw, lent: true, ...(zone ? { zone } : {}) })
  holder.raw = buffer(read.raw!)
  return read.mail
}

async function parse(request: ParseRequest): Promise<{ mail: ParsedMail; raw?: Uint8Array }> {
  const answer = (await ask(request)) as ParseAnswer
  if ('error' in answer) throw new UnreadableMail(answer.error)
  return {
    ...answer,
    mail: { ...answer.mail, attachments: answer.mail.attachments.map((part) => ({ ...part, content: buffer(part.content) })) },
  }
}

const buffer = ({ buffer: memory, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(memory, byteOffset, byteLength)

/** A part of a mail that is HTML, and its Content-Type as it was said. */
export interface HtmlPart {
  content: Buffer
  contentType: string
}

/**
 * HTML of mails that were taken apart elsewhere, as it may be shown, in a thread: pictures of the mail by their Content-ID, as when a mail is read
 * here. Null where a part is too long or nests too deep to be shown, or could not be read in time.
 */
export async function safeHtml(parts: readonly HtmlPart[]): Promise<(string | null)[]> {
  if (parts.length === 0) return []
  const html = parts.map(({ content, contentType }) => ({
    content: new Uint8Array(content),
    charset: /charset\s*=\s*"?([^\s";]{1,60})/i.exec(contentType)?.[1] ?? null,
  }))
  const answer = (await ask({ html })) as SafeAnswer
  if ('html' in answer) return answer.html
  // One of them was too much for the thread: the others shall not suffer for it.
  if (parts.length === 1) return [null]
  const half = parts.length >> 1
  return [...(await safeHtml(parts.slice(0, half))), ...(await safeHtml(parts.slice(half)))]
}

const ask = (request: Waiting['request']): Promise<Answer> =>
  new Promise((resolve) => {
    waiting.push({ request, settle: resolve })
    next()
  })

/** Ends the threads; what still waits is answered as unreadable and comes again with its job. */
export async function stopParsing(): Promise<void> {
  for (const { settle } of waiting.splice(0)) settle({ error: 'stopped' })
  const all = [...readers]
  // Whoever reads mails after this gets a fresh thread: one that has ended answers nobody.
  for (const { idle } of all) clearTimeout(idle)
  readers.clear()
  await Promise.all(all.map(({ worker }) => worker.terminate()))
}

function next(): void {
  if (waiting.length === 0) return
  const free = [...readers].find((reader) => !reader.busy) ?? (readers.size < THREADS ? startReader() : undefined)
  if (free) run(free, waiting.shift()!)
}

function run(reader: Reader, { request, settle }: Waiting): void {
  reader.busy = true
  const bytes = 'html' in request ? request.html.map(({ content }) => content) : [request.raw]
  const large = bytes.reduce((sum, { byteLength }) => sum + byteLength, 0) > ONCE
  clearTimeout(reader.idle)
  reader.worker.ref()
  let done = false
  const finish = (answer: Answer) => {
    if (done) return
    done = true
    clearTimeout(timer)
    // All of them: each would keep what was read for as long as the thread lives.
    reader.worker.off('message', finish).off('error', failed).off('exit', ended)
    reader.busy = false
    reader.worker.unref()
    settle(answer)
    if (large) end(reader)
    if (readers.has(reader)) reader.idle = setTimeout(() => end(reader), IDLE_MS).unref()
    next()
  }
  const timer = setTimeout(() => {
    end(reader)
    finish({ error: `not read within ${TIME_LIMIT_MS / 1000} s` })
  }, TIME_LIMIT_MS)
  // Out of memory, a fault in the parser, an exit: this mail is unreadable, the next one gets a fresh thread.
  const failed = (error: unknown) => {
    end(reader)
    finish({ error: String(error instanceof Error ? error.message : error) })
  }
  const ended = () => {
    end(reader)
    finish({ error: 'the reading thread ended' })
  }
  reader.worker.once('message', finish).once('error', failed).once('exit', ended)
  reader.worker.postMessage(
    request,
    bytes.map(({ buffer }) => buffer as ArrayBuffer),
  )
}

function startReader(): Reader {
  const worker = new Worker(workerFile(import.meta.url, 'parse-worker'), {
    name: 'mail',
    resourceLimits: { maxOldGenerationSizeMb: 512 },
    stdout: false,
    stderr: false,
  })
  worker.on('error', () => {
    /* told to the mail being read */
  })
  const reader: Reader = { worker, busy: false, idle: undefined }
  readers.add(reader)
  worker.once('exit', () => end(reader))
  return reader
}

function end(reader: Reader): void {
  clearTimeout(reader.idle)
  if (!readers.delete(reader)) return
  void reader.worker.terminate()
}
