/** Owns asking the thread of filter-worker.ts: started when needed, started anew when it ends. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { FilterMail, FilterRun, PostmasterFilter } from './filter-run.ts'
import type { FilterAnswer } from './filter-worker.ts'

/** Far above what patterns that are each bounded can take together; only a thread that hangs comes here. */
const TIME_LIMIT_MS = 60_000

interface Asked {
  resolve(run: FilterRun): void
  reject(error: Error): void
  timer: NodeJS.Timeout
}
interface Thread {
  worker: Worker
  asked: Map<number, Asked>
}
let thread: Thread | undefined
let last = 0

/** Runs the filters over a mail, in a thread. Throws when the thread ends: the mail's job tries again. */
export function matchFilters(filters: readonly PostmasterFilter[], mail: FilterMail): Promise<FilterRun> {
  if (filters.length === 0) return Promise.resolve({ results: [], headers: {} })
  thread ??= startThread()
  const { worker, asked } = thread
  const id = ++last
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => void worker.terminate(), TIME_LIMIT_MS)
    asked.set(id, { resolve, reject, timer })
    worker.ref()
    worker.postMessage({ id, filters, mail }, [])
  })
}

function startThread(): Thread {
  const worker = new Worker(workerFile(), { name: 'filters', resourceLimits: { maxOldGenerationSizeMb: 256 } })
  const started: Thread = { worker, asked: new Map() }
  worker.on('message', ({ id, run }: FilterAnswer) => {
    const one = started.asked.get(id)
    if (!one) return
    started.asked.delete(id)
    clearTimeout(one.timer)
    if (started.asked.size === 0) worker.unref()
    one.resolve(run)
  })
  const end = (why: string) => {
    if (thread === started) thread = undefined
    for (const { reject, timer } of started.asked.values()) {
      clearTimeout(timer)
      reject(new Error(why))
    }
    started.asked.clear()
  }
  worker.on('error', (error) => end(String(error instanceof Error ? error.message : error)))
  worker.on('exit', () => end('the thread of the filters ended'))
  worker.unref()
  return started
}

/** Beside this file in the source; in the build, where this module stands in a chunk, at the root. */
function workerFile(): URL {
  const candidates = import.meta.url.endsWith('.ts') ? ['./filter-worker.ts'] : ['./filter-worker.js', '../filter-worker.js']
  const urls = candidates.map((path) => new URL(path, import.meta.url))
  return urls.find((url) => existsSync(fileURLToPath(url))) ?? urls[0]!
}
