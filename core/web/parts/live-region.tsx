/** Owns how a page keeps itself true: one stream a page, and parts that fetch themselves again when told. */
import type { PropsWithChildren } from 'hono/jsx'
import type { Id } from '../../database/schema.ts'
import type { PageContext } from '../../kernel/contract.ts'
import { hx } from '../hx.ts'

/** The header by which a part says that it refreshes itself: whoever waits for a page goes first. */
export const REFRESH = 'x-refresh'

/** The stream: once a page. A hidden tab lets go of it and is told afterwards that it may have missed something. */
export const LiveSource = ({ c, ticket, list }: { c: PageContext; ticket?: Id | undefined; list?: boolean | undefined }) => {
  const query = new URLSearchParams({ ...(ticket ? { ticket } : {}), ...(list ? { list: '1' } : {}) })
  return <div id="live" hidden {...{ 'hx-sse:connect': `/live?${query}`, 'hx-nonce': c.get('nonce') }} />
}

/**
 * A part that refreshes itself: on the event ('ticket-5', 'tickets') it GETs `href` as a fragment, which must answer with
 * this same part, and morphs into it: what is typed, opened and focused inside stays. An error leaves it as it is.
 * `calm`: while pointer or focus is in it nothing may move there. Its 'rows' (data-row) keep their order and others wait to be shown, which
 * an element with data-news=ID says; or the 'whole' waits until they have left.
 */
export const LiveRegion = ({
  c,
  id,
  href,
  on,
  calm,
  class: className,
  children,
}: PropsWithChildren<{ c: PageContext; id: string; href: string; on: string; calm?: 'rows' | 'whole'; class?: string }>) => (
  <div
    id={id}
    class={className}
    data-live={on}
    data-calm={calm}
    {...hx(c, { get: href, trigger: `${on} from:body`, swap: 'outerMorph', sync: 'queue last' })}
    hx-headers={JSON.stringify({ [REFRESH]: '1' })}
    {...{ 'hx-status:4xx': 'swap:none', 'hx-status:5xx': 'swap:none' }}
  >
    {children}
  </div>
)
