/** Owns what people send to pages: how much of it is read at all, counted before it is parsed, its texts as they can be stored. */
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { matchedRoutes } from 'hono/route'
import { parse as parsePairs } from 'node:querystring'
import { storable } from '../database/storable.ts'
import { refused, Refusal } from '../errors.ts'
import type { PageContext, WebEnv } from '../kernel/contract.ts'
import { saySize } from './parts/size.ts'

/** How much one form may bring, whoever sends it: what a parser does with it must not keep everybody else waiting. */
export const FORM_LIMITS = {
  /** Text fields. */
  fields: 1000,
  /** The same for agents: the rights of a group are some sixteen boxes for each of its people. */
  fieldsOfAgents: 10_000,
  /** File fields, an empty one included. */
  files: 50,
  /** Bytes of a url-encoded body, and of all text fields of a multipart one together: whatever is larger comes as a file. */
  textBytes: 1024 * 1024,
  /** Characters of a field's name. */
  name: 200,
} as const

/** A form's fields in the order of their names' first appearance; texts with line ends as \n, without NULs and lone surrogates. */
export interface PostedForm {
  fields: readonly (readonly [name: string, value: string])[]
  files: readonly (readonly [name: string, file: File])[]
}

/** What somebody not logged in may send: a login, or a form whose session ended meanwhile, to be shown again. */
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
  return (c, next) => (isUrlencoded(c) ? forTexts : c.get('actor') ? forPersons : forStrangers)!(c, next)
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

async function readForm(c: PageContext): Promise<PostedForm> {
  if (!isForm(c)) throw refused('input', { what: 'content-type' })
  const fields = c.get('actor')?.access.agent ? FORM_LIMITS.fieldsOfAgents : FORM_LIMITS.fields
  let bytes: Buffer
  try {
    bytes = Buffer.from(await c.req.arrayBuffer())
  } catch (error) {
    throw error instanceof Refusal ? error : refused('input', { what: 'form' })
  }
  let form: PostedForm
  if (isUrlencoded(c)) {
    if (bytes.length > FORM_LIMITS.textBytes) throw tooLarge(c, FORM_LIMITS.textBytes)
    form = readPairs(bytes, fields)
  } else {
    form = await readParts(bytes, typeOf(c), fields)
    if (form.fields.reduce((sum, [, value]) => sum + value.length, 0) > FORM_LIMITS.textBytes) throw tooLarge(c, FORM_LIMITS.textBytes)
  }
  if ([...form.fields, ...form.files].some(([name]) => name.length > FORM_LIMITS.name)) throw refused('input', { what: 'form' })
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

/** Not URLSearchParams and not formData(): the time those take grows with the square of the number of pairs. */
function readPairs(bytes: Buffer, most: number): PostedForm {
  if (moreThan(most - 1, bytes, '&')) throw tooMany(most)
  const pairs = parsePairs(bytes.toString('utf8'), '&', '=', { maxKeys: most })
  return {
    fields: Object.entries(pairs).flatMap(([name, value]) => [value ?? []].flat().map((one) => [clean(name), clean(one)] as const)),
    files: [],
  }
}

async function readParts(bytes: Buffer, type: string, most: number): Promise<PostedForm> {
  const boundary = BOUNDARY.exec(type)?.[2]
  if (boundary === undefined) throw refused('input', { what: 'form' })
  // One more: the end is marked by it too.
  if (moreThan(most + FORM_LIMITS.files + 1, bytes, `--${boundary}`)) throw tooMany(most)
  let entries: [string, string | File][]
  try {
    // With the boundary that was counted, however else the header can be read.
    entries = [
      ...(await new Response(bytes as Uint8Array<ArrayBuffer>, {
        headers: { 'content-type': `multipart/form-data; boundary="${boundary}"` },
      }).formData()),
    ]
  } catch {
    throw refused('input', { what: 'form' })
  }
  const fields: [string, string][] = []
  const files: [string, File][] = []
  for (const [name, value] of entries)
    if (typeof value === 'string') fields.push([clean(name), clean(value)])
    else files.push([clean(name), value])
  if (fields.length > most || files.length > FORM_LIMITS.files) throw tooMany(most)
  return { fields, files }
}

const clean = (text: string): string => storable(text.replace(/\r\n?/g, '\n'))
