/** Owns where an act came from: the request, the client's address and whoever stands behind it, known to whatever happens inside of it. */
import { AsyncLocalStorage } from 'node:async_hooks'

export interface Origin {
  clientAddress: string
  requestId: string
}

const storage = new AsyncLocalStorage<Origin>()

/** Runs what a request asks for; also what it awaits knows the origin. */
export const withOrigin = <T>(origin: Origin, run: () => T): T => storage.run(origin, run)

/** Undefined in jobs and commands. */
export const currentOrigin = (): Origin | undefined => storage.getStore()

const visitors = new AsyncLocalStorage<string>()

/**
 * Runs what somebody outside asks for; also what it awaits knows for whom. `visitor` tells one from another: 'person 12', 'mail
 * jan@uni.example'; all who are not known are 'stranger', for one of them can look like many.
 */
export const forVisitor = <T>(visitor: string, run: () => T): T => visitors.run(visitor.slice(0, 200), run)

/** Undefined in what nobody outside asked for: jobs of the clock, commands, what follows from facts. */
export const currentVisitor = (): string | undefined => visitors.getStore()
