/** Owns that answers are sent compressed: pages as they are made, files once, as small as they get. */
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Context, MiddlewareHandler } from 'hono'
import { accepts } from 'hono/accepts'
import { compress } from 'hono/compress'
import type { WebEnv } from '../../kernel/contract.ts'

/** Pages, fragments, files of words. Streams of live notices are left alone. What a page keeps secret it masks (csrf.ts). */
export const compressAnswers: MiddlewareHandler<WebEnv> = compress({ encoding: 'gzip' })

export type Encoding = 'br' | 'gzip'

/** The smallest that a browser says it takes (RFC 9110 12.5.3), whichever it names first; undefined: as it is. */
export function encodingFor(c: Context): Encoding | undefined {
  const best = accepts(c, {
    header: 'Accept-Encoding',
    supports: ['br', 'gzip'],
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
