/** Owns what people send to pages: how much of it is read at all, counted before it is parsed, its texts as they can be stored. */
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { matchedRoutes } from 'hono/route'
import { randomBytes } from 'node:crypto'
import { parse as parsePairs } from 'node:querystring'
import { storable } from '../database/storable.ts'
import { refused, Refusal } from '../errors.ts'
import type { PageContext, WebEnv } from '../kernel/contract.ts'
import { saySize } from './parts/size.ts'

/** How much one form may bring, whoever sends it: what a parser does with it must not keep everybody else waiting. */
export const FORM_LIMITS = {
  /** Text fields. */
  fields: 1000,
  /** The same for agents, url-encoded: the rights of a group are some sixteen boxes for each of its people. */
  fieldsOfAgents: 10_000,
  /** File fields, an empty one included. */
  files: 50,
  /** Bytes of a url-encoded body, and of all text fields of a multipart one together: whatever is larger comes as a file. */
  textBytes: 1024 * 1024,
  /** Bytes of one part's head, where a field's and a file's name stand, and of all of them. */
  head: 4096,
  heads: 512 * 1024,
  /** Characters of a field's name. */
  name: 200,
} as const

/** A form's fields in the order of their names' first appearance; texts with line ends as \n, without NULs and lone surrogates. */
export interface PostedForm {
  fields: readonly (readonly [name: string, value: string])[]
  files: readonly (readonly [name: string, file: PostedFile])[]
}
/** A file as its sender named it: neither name nor type is to be trusted. */
export interface PostedFile {
  name: string
  type: string
  content: Buffer
}

/** What somebody may send who is not logged in, and whose browser holds no session that ended by its age. */
const STRANGER_BYTES = 2 * 1024 * 1024

/** A writing request to an address that no page has is answered before its body is read. */
export const demandPage: MiddlewareHandler<WebEnv> = async (c, next) => {
  const reads = ['GET', 'HEAD', 'OPTIONS'].includes(c.req.method)
  // What stands before every page is none.
  if (!reads && matchedRoutes(c).every(({ method, path }) => method === 'ALL' && /^\/?\*$/.test(path))) throw refused('not-found')
  await next()
}

/** Ends a body that is larger than its sender may send; with a Content-Length, before it is read. `maxSize`: of a person's files, in bytes. */
export function limitBody(maxSize: number): MiddlewareHandler<WebEnv> {
  const [forPersons, forStrangers, forTexts] = [maxSize, Math.min(maxSize, STRANGER_BYTES), FORM_LIMITS.textBytes].map((limit) =>
    bodyLimit({
      maxSize: limit,
      onError: (c) => {
        throw tooLarge(c as unknown as PageContext, limit)
      },
    }),
  )
  return (c, next) => (isUrlencoded(c) ? forTexts : (c.get('actor') ?? c.get('former')) ? forPersons : forStrangers)!(c, next)
}

const tooLarge = (c: PageContext, limit: number): Refusal => refused('too-large', { limit: saySize(limit, c.get('language')) })

const URLENCODED = /^application\/x-www-form-urlencoded\s*(;|$)/i
const MULTIPART = /^multipart\/form-data\s*;/i
/** RFC 2046 5.1.1: what a boundary may be made of. Anything else no browser sends, and two parsers may read it in two ways. */
const BOUNDARY = /;\s*boundary=("?)([\w'()+,./:=? -]{0,69}[\w'()+,./:=?-])\1\s*(;|$)/i

const typeOf = (c: PageContext): string => c.req.header('content-type') ?? ''

export const isUrlencoded = (c: PageContext): boolean => URLENCODED.test(typeOf(c))
export const isForm = (c: PageContext): boolean => isUrlencoded(c) || MULTIPART.test(typeOf(c))

const read = new WeakMap<PageContext['req'], Promise<PostedForm>>()

/**
 * The form of a request, read once however often it is asked for. Errors: `input` for what is no form, `too-large` for too much text,
 * `too-many-parts` for more fields or files than FORM_LIMITS allow; the last two before it is parsed.
 */
export function postedForm(c: PageContext): Promise<PostedForm> {
  let form = read.get(c.req)
  if (!form) {
    form = readForm(c)
    read.set(c.req, form)
  }
  return form
}

/** From here on this is what the request brought. */
export const replaceForm = (c: PageContext, form: PostedForm): void => {
  read.set(c.req, Promise.resolve(form))
}

async function readForm(c: PageContext): Promise<PostedForm> {
  if (!isForm(c)) throw refused('input', { what: 'content-type' })
  const fields = c.get('actor')?.access.agent ? FORM_LIMITS.fieldsOfAgents : FORM_LIMITS.fields
  let bytes: Buffer
  try {
    bytes = Buffer.from(await c.req.arrayBuffer())
  } catch (error) {
    throw error instanceof Refusal ? error : refused('input', { what: 'form' })
  }
  const overText = () => tooLarge(c, FORM_LIMITS.textBytes)
  if (isUrlencoded(c) && bytes.length > FORM_LIMITS.textBytes) throw overText()
  const form = isUrlencoded(c) ? readPairs(bytes, fields) : await readParts(bytes, typeOf(c), overText)
  if ([...form.fields, ...form.files].some(([name]) => name.length > FORM_LIMITS.name)) throw noForm()
  return form
}

const tooMany = (fields: number): Refusal => refused('too-many-parts', { fields, files: FORM_LIMITS.files })

/** Whether `sign` stands in the bytes more than `most` times; looks no further than that. */
function moreThan(most: number, bytes: Buffer, sign: string): boolean {
  let at = -1
  for (let left = most; left >= 0; left--) {
    at = bytes.indexOf(sign, at + 1, 'latin1')
    if (at === -1) return false
  }
  return true
}

/** Where a part's head and content lie in the bytes. */
interface Part {
  head: readonly [from: number, to: number]
  content: readonly [from: number, to: number]
}

/**
 * Goes from one delimiter to the next (RFC 2046 5.1.1) and counts: how many parts there are, and that each has a head of a reasonable
 * length. Nothing in it is read yet.
 */
function divide(bytes: Buffer, boundary: string): Part[] {
  const { fields, files, head, heads } = FORM_LIMITS
  const [delimiter, next] = [Buffer.from(`--${boundary}`), Buffer.from(`\r\n--${boundary}`)]
  const parts: Part[] = []
  let inHeads = 0
  if (!bytes.subarray(0, delimiter.length).equals(delimiter)) throw noForm()
  for (let at = delimiter.length; !bytes.subarray(at, at + 2).equals(END); ) {
    if (parts.length >= fields + files) throw tooMany(fields)
    const length = bytes.subarray(at, at + head).indexOf(HEAD_END)
    if (length < 2 || !bytes.subarray(at, at + 2).equals(LINE_END)) throw noForm()
    inHeads += length
    if (inHeads > heads) throw tooMany(fields)
    const from = at + length + HEAD_END.length
    const to = bytes.indexOf(next, from)
    if (to === -1) throw noForm()
    parts.push({ head: [at + 2, at + length], content: [from, to] })
    at = to + next.length
  }
  return parts
}

const END = Buffer.from('--')
const LINE_END = Buffer.from('\r\n')
const HEAD_END = Buffer.from('\r\n\r\n')
const noForm = (): Refusal => refused('input', { what: 'form' })

/** Not URLSearchParams and not formData(): the time those take grows with the square of the number of pairs. */
function readPairs(bytes: Buffer, most: number): PostedForm {
  if (moreThan(most - 1, bytes, '&')) throw tooMany(most)
  const pairs = parsePairs(bytes.toString('utf8'), '&', '=', { maxKeys: most })
  return {
    fields: Object.entries(pairs).flatMap(([name, value]) => [value ?? []].flat().map((one) => [clean(name), clean(one)] as const)),
    files: [],
  }
}

/**
 * Node's own reader is given the heads alone, with nothing in the parts: it reads sign by sign and copies contents several times, which
 * with thirty megabytes of files is felt by everybody. The contents are where `divide` found them.
 */
async function readParts(bytes: Buffer, type: string, overText: () => Refusal): Promise<PostedForm> {
  const boundary = BOUNDARY.exec(type)?.[2]
  if (boundary === undefined) throw noForm()
  const parts = divide(bytes, boundary)
  // One that no head can hold.
  const own = randomBytes(16).toString('hex')
  const heads = parts.flatMap(({ head: [from, to] }) => [
    Buffer.from(`--${own}\r\n`),
    bytes.subarray(from, to),
    Buffer.from('\r\n\r\n\r\n'),
  ])
  let entries: [string, string | File][]
  try {
    const skeleton = Buffer.concat([...heads, Buffer.from(`--${own}--\r\n`)])
    entries = [...(await new Response(skeleton, { headers: { 'content-type': `multipart/form-data; boundary=${own}` } }).formData())]
  } catch {
    throw noForm()
  }
  if (entries.length !== parts.length) throw noForm()
  const fields: [string, string][] = []
  const files: [string, PostedFile][] = []
  let text = 0
  for (const [n, [name, value]] of entries.entries()) {
    const content = bytes.subarray(...parts[n]!.content)
    if (typeof value === 'string') {
      text += content.length
      if (text > FORM_LIMITS.textBytes) throw overText()
      fields.push([clean(name), clean(content.toString('utf8'))])
    } else files.push([clean(name), { name: value.name, type: value.type, content }])
  }
  if (fields.length > FORM_LIMITS.fields || files.length > FORM_LIMITS.files) throw tooMany(FORM_LIMITS.fields)
  return { fields, files }
}

const clean = (text: string): string => storable(text.replace(/\r\n?/g, '\n'))
