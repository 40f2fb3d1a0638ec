/** Owns asking the thread of strength-worker.ts how easily a password is guessed: started when needed, ended when nobody asks for a while. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { StrengthAnswer } from './strength-worker.ts'

/** What more of it might add is not looked at: judging takes longer than in proportion. Characters. */
const JUDGED = 64
/** Far above what so many characters take. */
const TIME_LIMIT_MS = 20_000
/** Its lists take some 40 MB, and passwords are seldom set. */
const IDLE_MS = 60_000

interface Thread {
  worker: Worker
  asked: Map<number, { resolve(guesses: number): void; reject(error: Error): void; timer: NodeJS.Timeout }>
  idle?: NodeJS.Timeout
}
let thread: Thread | undefined
let last = 0

/**
 * How many tries a password takes of somebody who knows lists of common ones, words and names (Polish too), keyboards, dates and the owner's
 * `own` words: as a power of ten. Throws when the thread ends.
 */
export function guessesOf(password: string, own: readonly string[]): Promise<number> {
  thread ??= startThread()
  const { worker, asked, idle } = thread
  clearTimeout(idle)
  const id = ++last
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => void worker.terminate(), TIME_LIMIT_MS)
    asked.set(id, { resolve, reject, timer })
    worker.ref()
    worker.postMessage({ id, password: password.slice(0, JUDGED), own }, [])
  })
}

function startThread(): Thread {
  const worker = new Worker(workerFile(), { name: 'strength', resourceLimits: { maxOldGenerationSizeMb: 256 } })
  const started: Thread = { worker, asked: new Map() }
  worker.on('message', ({ id, guesses }: StrengthAnswer) => {
    const one = started.asked.get(id)
    if (!one) return
    started.asked.delete(id)
    clearTimeout(one.timer)
    if (started.asked.size === 0) {
      worker.unref()
      started.idle = setTimeout(() => void worker.terminate(), IDLE_MS).unref()
    }
    one.resolve(guesses)
  })
  const end = (why: string) => {
    if (thread === started) thread = undefined
    clearTimeout(started.idle)
    for (const { reject, timer } of started.asked.values()) {
      clearTimeout(timer)
      reject(new Error(why))
    }
    started.asked.clear()
  }
  worker.on('error', (error) => end(String(error instanceof Error ? error.message : error)))
  worker.on('exit', () => end('the thread that judges passwords ended'))
  worker.unref()
  return started
}

/** Beside this file in the source; in the build, where this module stands in a chunk, at the root. */
function workerFile(): URL {
  const candidates = import.meta.url.endsWith('.ts') ? ['./strength-worker.ts'] : ['./strength-worker.js', '../strength-worker.js']
  const urls = candidates.map((path) => new URL(path, import.meta.url))
  return urls.find((url) => existsSync(fileURLToPath(url))) ?? urls[0]!
}
