/** Owns that answers are sent compressed: pages as they are made, files once, as small as they get. */
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Context, MiddlewareHandler } from 'hono'
import { accepts } from 'hono/accepts'
import { compress, COMPRESSIBLE_CONTENT_TYPE_REGEX } from 'hono/compress'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { WebEnv } from '../../kernel/contract.ts'

/** Pages, fragments, files of words. Streams of live notices are left alone. What a page keeps secret it masks (csrf.ts). */
export const compressAnswers: MiddlewareHandler<WebEnv> = (c, next) =>
  compressed(c, async () => {
    await next()
    // Said here, else the answer is taken apart and made anew for saying it, which is a fifteenth of what a list costs.
    const { headers } = c.res
    const ofWords = COMPRESSIBLE_CONTENT_TYPE_REGEX.test(headers.get('content-type') ?? '')
    if (ofWords && !/accept-encoding/i.test(headers.get('vary') ?? '')) headers.append('vary', 'Accept-Encoding')
  })
const compressed = compress({ encoding: 'gzip' })

/** Below this many bytes an answer gets no smaller worth the work. */
const SMALL = 1024

/** A page or a part of one. Whole as it is, it is made smaller in one go: half the work of what is done to a stream. */
export async function htmlAnswer(c: Context<WebEnv>, html: string, status: ContentfulStatusCode): Promise<Response> {
  c.header('content-type', 'text/html; charset=UTF-8')
  // Bytes at once: of a string its length is counted first, and then it is made into bytes all the same.
  const bytes = new TextEncoder().encode(html)
  const zipped = bytes.length >= SMALL && encodingFor(c, ['gzip']) !== undefined
  if (zipped) c.header('content-encoding', 'gzip')
  const body = zipped ? new Uint8Array(await zip(bytes)) : bytes
  c.header('content-length', String(body.length))
  return c.body(body, status)
}

export type Encoding = 'br' | 'gzip'

/** The smallest that a browser says it takes (RFC 9110 12.5.3), whichever it names first; undefined: as it is. */
export function encodingFor(c: Context, offered: readonly Encoding[] = ['br', 'gzip']): Encoding | undefined {
  const best = accepts(c, {
    header: 'Accept-Encoding',
    supports: [...offered],
    default: 'identity',
    match: (said, { supports, default: plain }) =>
      supports.find((one) => said.some(({ type, q }) => type.toLowerCase() === one && q > 0)) ?? plain,
  })
  return best === 'identity' ? undefined : (best as Encoding)
}

const brotli = promisify(brotliCompress)
const zip = promisify(gzip)
const made = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()

/** A file under an address that says its content: made smaller when somebody first asks, kept for all. */
export function smaller(address: string, body: Uint8Array, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
  const key = `${encoding} ${address}`
  const known = made.get(key)
  if (known) return known
  const making = (
    encoding === 'br'
      ? brotli(body, {
          params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
        })
      : zip(body, { level: 9 })
  ).then((bytes) => new Uint8Array(bytes))
  made.set(key, making)
  return making
}
