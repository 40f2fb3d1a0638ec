/** Owns asking the thread of strength-worker.ts how easily a password is guessed. */
import { makeThreads } from '../../machine/thread.ts'
import type { StrengthRequest } from './strength-worker.ts'

/** What more of it might add is not looked at: judging takes longer than in proportion. Characters. */
const JUDGED = 64

const ask = makeThreads<StrengthRequest, number>({
  worker: 'strength-worker',
  from: import.meta.url,
  heapMb: 256,
  // Far above what so many characters take.
  limitMs: 20_000,
  // Its lists take some 40 MB, and passwords are seldom set.
  idleMs: 60_000,
})

/**
 * How many tries a password takes of somebody who knows lists of common ones, words and names (Polish too), keyboards, dates and the owner's
 * `own` words: as a power of ten. Throws when the thread ends.
 */
export const guessesOf = (password: string, own: readonly string[]): Promise<number> => ask({ password: password.slice(0, JUDGED), own })
