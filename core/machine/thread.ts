/** Owns asking threads beside the program's own: started when needed, ended when idle, replaced when they die or hang, and slower than the pages where they shall be. */
import { existsSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parentPort, Worker } from 'node:worker_threads'

interface Asked<R> {
  id: number
  request: R
}
type Answered<A> = { id: number; answer: A } | { id: number; error: string }

interface Waiting<A> {
  resolve(answer: A): void
  reject(error: Error): void
}
interface Thread<A> {
  worker: Worker
  /** In the order in which they are answered. */
  asked: Map<number, Waiting<A>>
  /** Until it is ended: it answers the first of them, or is asked nothing. */
  timer?: NodeJS.Timeout
}

/**
 * Asks the thread that `worker` (a module's name, without its end) answers in by `answerInThread`; with several, the one that has the least to do, and
 * another is begun as long as all have something. `from`: import.meta.url of who asks, beside whom the module stands. Throws what the
 * thread threw, and when it ends or takes longer than `limitMs` for one: with it whatever else it was asked. What waits for its turn may wait.
 */
export function makeThreads<R, A>({
  worker: module,
  from,
  most = 1,
  heapMb,
  limitMs,
  idleMs,
}: {
  worker: string
  from: string
  most?: number
  heapMb: number
  limitMs: number
  /** Ended when it was asked nothing for so long. Default: never. */
  idleMs?: number
}): (request: R) => Promise<A> {
  const threads = new Set<Thread<A>>()
  let last = 0

  /** Nobody is given to it any more: ending takes a moment. */
  const stop = (thread: Thread<A>): void => {
    threads.delete(thread)
    void thread.worker.terminate()
  }
  const watch = (thread: Thread<A>): void => {
    clearTimeout(thread.timer)
    const idle = thread.asked.size === 0
    if (idle) thread.worker.unref()
    else thread.worker.ref()
    const ms = idle ? idleMs : limitMs
    if (ms !== undefined) thread.timer = setTimeout(() => stop(thread), ms)
    if (idle) thread.timer?.unref()
  }
  const start = (): Thread<A> => {
    const worker = new Worker(workerFile(from, module), { name: module, resourceLimits: { maxOldGenerationSizeMb: heapMb } })
    const started: Thread<A> = { worker, asked: new Map() }
    threads.add(started)
    worker.on('message', (answered: Answered<A>) => {
      const one = started.asked.get(answered.id)
      if (!one) return
      started.asked.delete(answered.id)
      watch(started)
      if ('answer' in answered) one.resolve(answered.answer)
      else one.reject(new Error(answered.error))
    })
    const end = (why: string) => {
      threads.delete(started)
      clearTimeout(started.timer)
      for (const { reject } of started.asked.values()) reject(new Error(why))
      started.asked.clear()
    }
    worker.on('error', (error) => end(String(error instanceof Error ? error.message : error)))
    worker.on('exit', () => end(`the thread of ${module} ended`))
    worker.unref()
    return started
  }

  return (request) => {
    const [least] = [...threads].toSorted((a, b) => a.asked.size - b.asked.size)
    const thread = least && (least.asked.size === 0 || threads.size >= most) ? least : start()
    const id = ++last
    return new Promise((resolve, reject) => {
      thread.asked.set(id, { resolve, reject })
      if (thread.asked.size === 1) watch(thread)
      thread.worker.postMessage({ id, request } satisfies Asked<R>, [])
    })
  }
}

/** In a thread: answers what `makeThreads` asks, one after the other. `polite`: pages and mail go first, wherever processors are short. */
export function answerInThread<R, A>(answer: (request: R) => A | Promise<A>, { polite = false }: { polite?: boolean } = {}): void {
  if (!parentPort) return
  if (polite) giveWay()
  let line = Promise.resolve()
  parentPort.on('message', ({ id, request }: Asked<R>) => {
    line = line.then(async () => {
      const answered: Answered<A> = await Promise.resolve()
        .then(async () => ({ id, answer: await answer(request) }))
        .catch((error: unknown) => ({ id, error: error instanceof Error ? error.message : String(error) }))
      parentPort!.postMessage(answered, [])
    })
  })
}

/** This thread gets what the others leave. Linux counts priority by thread (sched(7), "the nice value"); elsewhere it would be the whole program's. */
export function giveWay(): void {
  if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW)
}

/** Beside whoever asks in the source; in the build, where that stands in a chunk, at the root. */
export function workerFile(from: string, module: string): URL {
  const candidates = from.endsWith('.ts') ? [`./${module}.ts`] : [`./${module}.js`, `../${module}.js`]
  const urls = candidates.map((path) => new URL(path, from))
  return urls.find((url) => existsSync(fileURLToPath(url))) ?? urls[0]!
}
