/** Owns what load balancers and watchdogs ask: is the process alive, can it do its work. */
import type { Hono } from 'hono'
import { sql } from 'kysely'
import type { WebEnv } from '../kernel/contract.ts'

/** GET /health/live: 200 while the process answers. GET /health/ready: 200 when the database does too, else 503. */
export function healthRoutes(app: Hono<WebEnv>, stopping: AbortSignal): void {
  app.get('/health/live', (c) => c.text('live\n', 200, { 'cache-control': 'no-store' }))
  app.get('/health/ready', async (c) => {
    const no = (why: string) => c.text(`not ready: ${why}\n`, 503, { 'cache-control': 'no-store' })
    if (stopping.aborted) return no('stopping')
    try {
      await sql`select 1`.execute(c.get('host').db)
      return c.text('ready\n', 200, { 'cache-control': 'no-store' })
    } catch {
      return no('the database does not answer')
    }
  })
}
