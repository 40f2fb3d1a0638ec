/** Owns what a page does once it is on its way to its reader. */
import type { PageContext } from '../kernel/contract.ts'

/** Nobody waits for it, and nothing on the page tells of it. What goes wrong with it stands in the log. */
export function afterwards(c: PageContext, run: () => Promise<unknown>): void {
  const { log } = c.get('host')
  setImmediate(() => {
    run().catch((error: unknown) => log.warn({ err: error, requestId: c.get('requestId') }, 'what follows a page could not be done'))
  })
}
