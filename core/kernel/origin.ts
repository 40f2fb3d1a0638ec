/** Owns where an act came from: the request and the client's address, known to whatever happens inside of it. */
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
