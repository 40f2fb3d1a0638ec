/** Owns a long run's end: signals, uncaught errors, the exit code. */
import { blame } from '../kernel/gate.ts'
import type { Log } from '../machine/log.ts'
import { watchNpm } from '../machine/parent.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Starts, waits for a signal and stops; then ends the process with code 0. A second signal ends it at once with code 1,
 * unless it comes within a second: npm passes on the Ctrl-C which the terminal has sent already. The end of npm, where npm
 * started this, counts as a signal: npm passes on none that only it was sent.
 * An error that nobody caught is a plugin's fault where it comes from one; else it is logged, what runs is stopped within ten seconds, and the exit code is 1.
 */
export async function runUntilSignal(log: Log, start: () => Promise<{ stop(): Promise<void> }>): Promise<void> {
  let first = 0
  let asked: () => void = () => {}
  const signal = new Promise<void>((resolve) => (asked = resolve))
  const stop = (why: { signal: string }) => {
    first = performance.now()
    log.info(why, 'stopping')
    asked()
  }
  for (const name of SIGNALS) {
    process.on(name, () => {
      if (first === 0) stop({ signal: name })
      else if (performance.now() - first > 1000) {
        log.warn('stopped at once at a second signal')
        process.exit(1)
      }
    })
  }
  watchNpm(() => {
    if (first === 0) stop({ signal: 'npm ended' })
  })

  let running: { stop(): Promise<void> } | undefined
  let failing = false
  const fail = (err: unknown) => {
    if (blame(err)) return
    log.fatal({ err }, 'an error that nobody handled')
    if (failing) return
    failing = true
    setTimeout(() => process.exit(1), 10_000).unref()
    void (running?.stop() ?? Promise.resolve()).catch(() => {}).finally(() => process.exit(1))
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)

  running = await start()
  await signal
  await running.stop()
  log.info('stopped')
  process.exit(failing ? 1 : 0)
}
