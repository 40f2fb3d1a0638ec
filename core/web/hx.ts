/** Owns how our elements ask htmx: attributes with the page's nonce, and what the request behind a fragment wants. */
import type { Child } from 'hono/jsx'
import type { PageContext } from '../kernel/contract.ts'
import { htmlAnswer } from './wire/compress.ts'

export interface Hx {
  get?: string
  post?: string
  /** For example 'change delay:200ms', 'ticket-5 from:body'. No [filters]: they would need eval. */
  trigger?: string
  /** CSS selector, 'this', 'closest form' … Default: the element itself. */
  target?: string
  swap?: 'outerMorph' | 'innerMorph' | 'outerHTML' | 'innerHTML' | 'beforeend' | 'none'
  /** Takes this part of a whole page; without it the fragment is asked for. */
  select?: string
  pushUrl?: boolean
  replaceUrl?: boolean
  include?: string
  sync?: string
  confirm?: string
  /** While the request runs. */
  disable?: string
}

/** Attributes to spread on an element: `<form {...hx(c, { post: '/x', swap: 'outerMorph' })}>`. hx-csp strips them without the nonce. */
export function hx(c: PageContext, wanted: Hx): Record<string, string> {
  const attributes: Record<string, string> = { 'hx-nonce': c.get('nonce') }
  const names: Record<string, string> = { pushUrl: 'push-url', replaceUrl: 'replace-url' }
  for (const [name, value] of Object.entries(wanted)) attributes[`hx-${names[name] ?? name}`] = String(value)
  return attributes
}

/** Does htmx want only a part of the page? */
export function isFragment(c: PageContext): boolean {
  return c.req.header('hx-request') === 'true' && c.req.header('hx-request-type') !== 'full'
}

/** Id of the element that the fragment is for: 'div#timeline' says 'timeline'. */
export function fragmentTarget(c: PageContext): string | undefined {
  const target = c.req.header('hx-target')
  return target?.includes('#') ? decodeURI(target.slice(target.indexOf('#') + 1)) : undefined
}

type Render = () => Child | Promise<Child>

/**
 * One answer for both: the whole page, or the fragment that htmx asked for. Both render the same component, so that the
 * first paint and the swap cannot differ. Several fragments of one page are given by the id of their element.
 */
export async function respond(
  c: PageContext,
  answer: {
    whole: () => Response | Promise<Response>
    fragment?: Render
    fragments?: Record<string, Render>
    status?: 200 | 409 | 422 | 429
  },
): Promise<Response> {
  if (isFragment(c)) {
    const render = answer.fragments?.[fragmentTarget(c) ?? ''] ?? answer.fragment
    if (render) return fragment(c, await render(), answer.status)
  }
  return answer.whole()
}

/** A part of a page alone, for the element that asked for it; null and undefined are nothing. */
export async function fragment(c: PageContext, part: Child, status: 200 | 409 | 422 | 429 = 200): Promise<Response> {
  const html = part === null || part === undefined ? '' : String(await (part as { toString(): string | Promise<string> }).toString())
  return htmlAnswer(c, html, status)
}
