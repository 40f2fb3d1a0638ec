/** Owns static files: read into memory at start, served under the hash of their content, for ever. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import type { Handler } from 'hono'
import { COMPRESSIBLE_CONTENT_TYPE_REGEX } from 'hono/utils/compress'
import { projectDir } from '../../machine/project.ts'
import type { WebEnv } from '../../kernel/contract.ts'
import { encodingFor, smaller } from './compress.ts'
import { ownStyles } from './plugin-styles.ts'

export interface StaticFiles {
  /** Address of a file by its name. An unknown name is a programming error. */
  url(name: string): string
  serve: Handler<WebEnv>
}

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
}

/** Where a file is kept: in the project, or in one of its packages. */
export const inProject = (path: string): string => join(projectDir, path)
const fromHere = createRequire(join(projectDir, 'package.json'))
export const inPackage = (path: string): string => fromHere.resolve(path)

/**
 * Reads the files now, for the program may lose the right to read them later. In a style sheet `url(name)` of another
 * file in the list becomes that file's address; list a style sheet after what it names. Several paths make one file. `owners`: the
 * plugin that a file belongs to; its style sheets reach no further than that.
 */
export function loadStatic(files: Record<string, string | string[]>, owners: Readonly<Record<string, string>> = {}): StaticFiles {
  const addresses = new Map<string, string>()
  const contents = new Map<string, { body: Uint8Array<ArrayBuffer>; type: string }>()
  for (const [name, path] of Object.entries(files)) {
    let body = Buffer.concat(
      [path]
        .flat()
        .flatMap((part) => [readPart(part), Buffer.from('\n')])
        .slice(0, -1),
    )
    if (name.endsWith('.css')) {
      const text = body.toString('utf8').replace(/url\((["']?)([^"'()]+)\1\)/g, (whole, _quote, target: string) => {
        const address = addresses.get(target)
        return address ? `url(${address})` : whole
      })
      const owner = owners[name]
      body = Buffer.from(owner === undefined ? text : ownStyles(text, owner))
    }
    const address = `/static/${createHash('sha256').update(body).digest('hex').slice(0, 16)}/${name}`
    addresses.set(name, address)
    contents.set(address, { body: new Uint8Array(body), type: TYPES[extname(name)] ?? 'application/octet-stream' })
  }
  return {
    url(name) {
      const address = addresses.get(name)
      if (!address) throw new Error(`there is no static file “${name}”`)
      return address
    },
    serve: async (c) => {
      const file = contents.get(c.req.path)
      if (!file) return c.notFound()
      // The address says the content: whoever asks again, as browsers do on a reload, has it.
      const tag = `"${c.req.param('hash')}"`
      const cached = { etag: `W/${tag}`, vary: 'accept-encoding', 'cache-control': 'public, max-age=31536000, immutable' }
      if (c.req.header('if-none-match')?.includes(tag)) return c.body(null, 304, cached)
      // Fonts and pictures are compressed by their own making.
      const encoding = COMPRESSIBLE_CONTENT_TYPE_REGEX.test(file.type) ? encodingFor(c) : undefined
      return c.body(encoding ? await smaller(c.req.path, file.body, encoding) : file.body, 200, {
        ...(encoding ? { 'content-encoding': encoding } : {}),
        ...cached,
        'content-type': file.type,
        // A drawing opened by itself must not run anything either.
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      })
    },
  }
}

/** Source maps are not served: their mention would only make the browser ask. */
function readPart(path: string): Buffer {
  const body = readFileSync(path)
  return extname(path) === '.js' ? Buffer.from(body.toString('utf8').replace(/^\/\/# sourceMappingURL=.*$/gm, '')) : body
}
