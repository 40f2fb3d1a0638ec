/** Owns asking the threads of hash-worker.ts for hashes of passwords, one processor being left to whoever reads pages. */
import { availableParallelism } from 'node:os'
import { makeThreads } from '../../machine/thread.ts'
import type { HashRequest } from './hash-worker.ts'

// OWASP Password Storage Cheat Sheet: Argon2id (the package's default algorithm), 19 MiB, 2 passes, 1 lane.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

const ask = makeThreads<HashRequest, string | boolean>({
  worker: 'hash-worker',
  from: import.meta.url,
  most: Math.max(1, availableParallelism() - 1),
  heapMb: 32,
  // Some 30 ms each where nobody else works, and hundreds may wait for their turn.
  limitMs: 120_000,
  idleMs: 60_000,
})

/** The hash in PHC form, with a salt of its own. */
export const hash = async (password: string): Promise<string> => (await ask({ password, cost: COST })) as string

/** False for a hash of another kind. Throws when the thread ends: whether it fits is not known then. */
export const fitsHash = async (kept: string, password: string): Promise<boolean> => (await ask({ password, hash: kept })) as boolean
