/** Owns what of an address is believed: signs that no page of ours writes end here, and where somebody is led stays on this site. */
import type { MiddlewareHandler } from 'hono'
import type { WebEnv } from '../kernel/contract.ts'
import { storable } from '../database/storable.ts'
import { refused } from '../errors.ts'

/** As it stands in an address: a bare one is written so by whoever reads the request. */
const NUL = '%00'

/**
 * NUL in a path: there is no such page, for nothing has such a name. In a query it is left out, as it is in forms: what somebody pasted
 * into a search is looked for without it. Half a character cannot come by an address: percent-decoding makes U+FFFD of it or leaves it.
 */
export const cleanAddress: MiddlewareHandler<WebEnv> = async (c, next) => {
  const { url } = c.req.raw
  if (url.includes(NUL)) {
    const query = url.indexOf('?')
    if (query === -1 || url.slice(0, query).includes(NUL)) throw refused('not-found')
    let rest = ''
    // Sign by sign: what is %%0000 before is %00 after.
    for (const sign of url.slice(query)) {
      rest += sign
      if (rest.endsWith(NUL)) rest = rest.slice(0, -NUL.length)
    }
    const { method, headers, body, signal } = c.req.raw
    c.req.raw = new Request(url.slice(0, query) + rest, {
      method,
      headers,
      signal,
      ...(body ? ({ body, duplex: 'half' } as RequestInit) : {}),
    })
  }
  await next()
}

/**
 * The path, query and fragment of a place on this site, as a browser will read it; '/' for whatever leads elsewhere or is no path: '//evil',
 * '/\\evil', '/<TAB>/evil' (browsers drop tabs and line ends, WHATWG URL 4.4), '/.//evil'.
 */
export function ownPath(path: string | undefined): string {
  // oxlint-disable-next-line no-control-regex
  if (!path?.startsWith('/') || /[\u0000-\u001f\u007f\\]/.test(path) || !URL.canParse(path, HERE)) return '/'
  const { origin, pathname, search, hash } = new URL(storable(path), HERE)
  return origin === HERE && !pathname.startsWith('//') ? pathname + search + hash : '/'
}

const HERE = 'http://here.invalid'

/** The address of this very request, to be asked for again: as a link, or as what a form is sent to. */
export const samePage = (c: { req: { url: string } }): string => {
  const { pathname, search } = new URL(c.req.url)
  return ownPath(pathname + search)
}

/** The same address as people write it less exactly: with slashes at its end, or a unit's name in capitals. */
export const tidyPath = (c: { req: { url: string } }): string => {
  const { pathname, search } = new URL(c.req.url)
  let end = pathname.length
  while (end > 1 && pathname[end - 1] === '/') end--
  const [, before = '', unit = '', rest = ''] = /^(\/u\/)([^/]*)(.*)$/s.exec(pathname.slice(0, end)) ?? ['', pathname.slice(0, end)]
  return ownPath(before + (unit.includes('%') ? unit : unit.toLowerCase()) + rest + search)
}
