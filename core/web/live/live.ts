/** Owns GET /live: the stream that tells an open page "ticket 123 changed", never what; the page fetches its part itself. */
import type { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Id } from '../../database/schema.ts'
import type { PageContext, WebEnv } from '../../kernel/contract.ts'
import type { Access } from '../../kernel/actor.ts'
import { refused } from '../../errors.ts'
import { PERSON_TOLD } from '../../kernel/facts.ts'
import type { Config } from '../../machine/config.ts'
import { SESSION_ENDED, sessionStands } from '../../person/sessions.ts'
import type { LiveLists } from './lists.ts'
import { demandLogin } from '../session.ts'

const HEARTBEAT_MS = 25_000
/** A page is told of changes at most this often; the last one is never lost. */
const THROTTLE_MS = 1000
/** A stream ends after this and the browser comes back: so a right taken away, or a session ended, is noticed. */
const LIFE_MS = 10 * 60_000

/** May this person be told of changes of the ticket, as agent or as customer? */
export type MaySee = (c: PageContext, access: Access, ticketId: Id) => Promise<boolean>

/**
 * `?ticket=ID` tells `ticket-ID`; `?list=1` tells `tickets` when a ticket changed that the reader sees, or saw until then; either tells
 * `person` when something of the reader's own changed. After a break
 * (Last-Event-ID is there) everything is told once, for something may have been missed. A stream ends with its session.
 * Error: `too-many-streams`.
 */
export function liveRoute(
  app: Hono<WebEnv>,
  room: { maySee: MaySee; stopping: AbortSignal; lists: LiveLists; limits: Pick<Config['http'], 'maxStreams' | 'maxStreamsPerPerson'> },
): void {
  const streams = countStreams(room.limits)
  app.get('/live', async (c) => {
    const { access } = demandLogin(c)
    const session = c.get('session')!
    const ticket = c.req.query('ticket')
    const list = c.req.query('list') !== undefined
    const seen = ticket !== undefined && (await room.maySee(c, access, ticket))
    if (!seen && !list) return c.notFound()
    const { db, live } = c.get('host')
    const leave = streams.enter(access.personId)
    const names = [...(seen ? [`ticket-${ticket}`] : []), ...(list ? ['tickets'] : []), 'person']
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
      const tell = (name: string) => {
        pending.add(name)
        if (!state.quiet) wake?.()
      }
      const unsubscribe = live.subscribe((notice) => {
        if (seen && notice.ticket === ticket) tell(`ticket-${ticket}`)
        if (notice.fact === PERSON_TOLD && notice.person === access.personId) tell('person')
        if (notice.fact === SESSION_ENDED && notice.person === access.personId)
          void sessionStands(db, session).then(
            (stands) => stands || end(),
            // Where that cannot be found out the browser comes back and is asked who it is.
            end,
          )
      })
      const unwatch = list ? room.lists.watch(access, () => tell('tickets')) : () => {}
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
        leave()
        clearTimeout(life)
        unsubscribe()
        unwatch()
        room.stopping.removeEventListener('abort', end)
      }
    })
  })
}

/** Each stream holds a connection and memory: so many in this process, and so many of one person. */
function countStreams({ maxStreams, maxStreamsPerPerson }: Pick<Config['http'], 'maxStreams' | 'maxStreamsPerPerson'>) {
  const open = new Map<Id, number>()
  let all = 0
  return {
    enter(personId: Id): () => void {
      const own = open.get(personId) ?? 0
      if (all >= maxStreams || own >= maxStreamsPerPerson) throw refused('too-many-streams')
      all++
      open.set(personId, own + 1)
      return () => {
        all--
        const left = open.get(personId)! - 1
        if (left > 0) open.set(personId, left)
        else open.delete(personId)
      }
    },
  }
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
