/** Owns the one LISTEN of a process: committed changes, told to open pages as "ticket 123 changed" and to caches. */
import { Client } from 'pg'
import type { Logger } from 'pino'
import type { Id } from '../database/schema.ts'
import type { Role } from '../machine/roles.ts'
import { CHANNEL } from './facts.ts'

/** What a commit told: the fact's name and the ticket it speaks of. */
export interface Notice {
  fact: string
  ticket?: Id
  /** Queue or person that the ticket had a tie to until then: who saw it through that sees it go. */
  left?: Id
  /** Whom it concerns, where it is about a person: whose session ended. */
  person?: Id
}

export interface Live {
  /** Calls back for each notice until the returned function is called. */
  subscribe(listener: (notice: Notice) => void): () => void
  stop(): Promise<void>
}

/** Told to this process's listeners when it hears again after a lost connection: what memory holds may be old. */
export const LIVE_AGAIN = 'live.again'

/** The name of the connection begins with this; a running process adds what it serves: 'pomoc live web,jobs'. */
export const LIVE_CONNECTION = 'pomoc live'

/** Opens the connection and keeps it: a lost one is opened again after a second. */
export async function startLive(url: string, log: Logger, roles: readonly Role[] = []): Promise<Live> {
  const listeners = new Set<(notice: Notice) => void>()
  let client: Client | undefined
  let stopped = false

  const connect = async (): Promise<void> => {
    const next = new Client({
      connectionString: url,
      application_name: [LIVE_CONNECTION, ...(roles.length > 0 ? [roles.join(',')] : [])].join(' '),
      keepAlive: true,
    })
    next.on('error', () => {
      /* 'end' follows and reconnects */
    })
    next.on('notification', (message) => {
      const notice = parseNotice(message.payload)
      if (notice) for (const listener of listeners) listener(notice)
    })
    try {
      await next.connect()
      await next.query(`listen ${CHANNEL}`)
    } catch (error) {
      void next.end().catch(() => {})
      throw error
    }
    // Only now: the end of an attempt that failed is the failure's to handle, or each failure would make two attempts.
    next.once('end', () => {
      if (!stopped) later()
    })
    client = next
    if (stopped) void next.end().catch(() => {})
  }
  const later = () => setTimeout(() => void reconnect(), 1000).unref()
  const reconnect = async (): Promise<void> => {
    if (stopped) return
    try {
      await connect()
      for (const listener of listeners) listener({ fact: LIVE_AGAIN })
    } catch (error) {
      log.warn({ err: error }, 'live updates are off: the database does not answer; trying again')
      later()
    }
  }

  await connect()
  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    async stop() {
      stopped = true
      listeners.clear()
      await client?.end().catch(() => {})
    },
  }
}

function parseNotice(payload: string | undefined): Notice | undefined {
  try {
    const value = JSON.parse(payload ?? '') as Notice
    return typeof value.fact === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
