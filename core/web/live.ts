/** Owns GET /live: the stream that tells an open page "ticket 123 changed", never what; the page fetches its part itself. */
import type { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Id } from '../database/schema.ts'
import type { PageContext, WebEnv } from '../kernel/contract.ts'
import type { Access } from '../kernel/actor.ts'
import { demandLogin } from './session.ts'

const HEARTBEAT_MS = 25_000
/** A page is told of changes at most this often; the last one is never lost. */
const THROTTLE_MS = 1000
/** A stream ends after this and the browser comes back: so a right taken away, or a session ended, is noticed. */
const LIFE_MS = 10 * 60_000

/** May this person be told of changes of the ticket, as agent or as customer? */
export type MaySee = (c: PageContext, access: Access, ticketId: Id) => Promise<boolean>

/**
 * `?ticket=ID` tells `ticket-ID`; `?list=1` tells `tickets` for any change: a list asks what it may see by itself. After a
 * break (Last-Event-ID is there) everything is told once, for something may have been missed.
 */
export function liveRoute(app: Hono<WebEnv>, room: { maySee: MaySee; stopping: AbortSignal }): void {
  app.get('/live', async (c) => {
    const { access } = demandLogin(c)
    const ticket = c.req.query('ticket')
    const list = c.req.query('list') !== undefined
    const seen = ticket !== undefined && (await room.maySee(c, access, ticket))
    if (!seen && !list) return c.notFound()
    const names = [...(seen ? [`ticket-${ticket}`] : []), ...(list ? ['tickets'] : [])]
    const again = c.req.header('last-event-id') !== undefined
    c.header('x-accel-buffering', 'no')
    return streamSSE(c, async (stream) => {
      const pending = new Set<string>(again ? names : [])
      let wake: (() => void) | undefined
      const state = { open: !room.stopping.aborted, quiet: false }
      const end = () => {
        state.open = false
        wake?.()
      }
      const unsubscribe = c.get('host').live.subscribe((notice) => {
        if (notice.ticket === undefined) return
        if (seen && notice.ticket === ticket) pending.add(`ticket-${ticket}`)
        if (list) pending.add('tickets')
        if (pending.size > 0 && !state.quiet) wake?.()
      })
      const life = setTimeout(end, LIFE_MS)
      stream.onAbort(end)
      room.stopping.addEventListener('abort', end)
      try {
        // An id at once: the browser shows it when it comes back.
        await stream.writeSSE({ event: 'live-connected', data: '', id: c.get('requestId') })
        while (state.open) {
          if (pending.size === 0)
            await rest(HEARTBEAT_MS, (call) => {
              wake = call
            })
          if (!state.open) break
          if (pending.size === 0) {
            await stream.write(': still here\n\n')
            continue
          }
          const told = [...pending]
          pending.clear()
          for (const event of told) await stream.writeSSE({ event, data: '' })
          state.quiet = true
          await rest(THROTTLE_MS, (call) => {
            wake = call
          })
          state.quiet = false
        }
      } finally {
        clearTimeout(life)
        unsubscribe()
        room.stopping.removeEventListener('abort', end)
      }
    })
  })
}

/** Waits, or until the function handed to `keep` is called. */
function rest(ms: number, keep: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    keep(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
