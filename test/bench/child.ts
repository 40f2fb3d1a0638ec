/** Owns the bench's other processes: the floors and pomoc's bare listener, each in a process of its own as pomoc is. */
import { fork, type ChildProcess } from 'node:child_process'

export interface Child {
  pid: number
  /** Ports it listens on, by name. */
  ports: Record<string, number>
  /** Sends a message; the child has dealt with it when this resolves. */
  tell(message: unknown): Promise<void>
  /** It has not ended by itself. */
  runs(): boolean
  stop(): Promise<void>
}

/** Starts this very program again as `role`; see main.ts. */
export async function startChild(role: string, options: Record<string, string>): Promise<Child> {
  const child = fork(process.argv[1]!, ['--role', role], {
    serialization: 'advanced',
    env: { ...process.env, MALLOC_ARENA_MAX: '2', ...options },
    // As the scripts of package.json start it.
    execArgv: [...process.execArgv, '--max-semi-space-size=8'],
  })
  const ports = await answer<Record<string, number>>(child)
  return {
    pid: child.pid!,
    ports,
    async tell(message) {
      child.send(message as object)
      await answer(child)
    },
    runs: () => child.exitCode === null && child.signalCode === null,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise<void>((resolve) => {
        child.once('exit', () => resolve())
      })
      child.kill('SIGTERM')
      await gone
    },
  }
}

function answer<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (code: number | null) => reject(new Error(`a process of the bench ended with ${code}`))
    child.once('exit', fail)
    child.once('message', (message) => {
      child.off('exit', fail)
      resolve(message as T)
    })
  })
}
