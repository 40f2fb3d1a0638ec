/** Owns what load balancers and watchdogs ask: is the process alive, can it do its work. */
import type { Hono } from 'hono'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../database/schema.ts'
import type { WebEnv } from '../kernel/contract.ts'

export interface Readiness {
  /** Why the process can do no work now; undefined: it can. */
  obstacle(): Promise<string | undefined>
  /** From now on it is stopping. */
  end(): void
}

export function makeReadiness(db: Kysely<Database>): Readiness {
  let ended = false
  return {
    async obstacle() {
      if (ended) return 'stopping'
      return sql`select 1`.execute(db).then(
        () => undefined,
        () => 'the database does not answer',
      )
    },
    end: () => {
      ended = true
    },
  }
}

/** The answers to /health/live and /health/ready, by path: 200 or 503, and a line of text. */
export const healthAnswers: Record<string, (readiness: Readiness) => Promise<{ status: 200 | 503; text: string }>> = {
  '/health/live': async () => ({ status: 200, text: 'live\n' }),
  async '/health/ready'(readiness) {
    const obstacle = await readiness.obstacle()
    return obstacle === undefined ? { status: 200, text: 'ready\n' } : { status: 503, text: `not ready: ${obstacle}\n` }
  },
}

/** GET /health/live: 200 while the process answers. GET /health/ready: 200 when the database does too, else 503. */
export function healthRoutes(app: Hono<WebEnv>, readiness: Readiness, stopping: AbortSignal): void {
  stopping.addEventListener('abort', () => readiness.end())
  for (const [path, answer] of Object.entries(healthAnswers)) {
    app.get(path, async (c) => {
      const { status, text } = await answer(readiness)
      return c.text(text, status, { 'cache-control': 'no-store' })
    })
  }
}
