/** Owns the last line of a test run, and that nothing is skipped where CI runs. */
import { stripVTControlCharacters } from 'node:util'
import type { Reporter, TestModule } from 'vitest/node'

/** Prints `tests: N passed, N failed, N skipped`. A file that does not load counts as one failure. */
export default class CiReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0 }
    const skipped: string[] = []
    const again: string[] = []
    for (const module of modules) {
      if (module.errors().length > 0) count.failed++
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) count.failed++
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'pending') count.failed++
        else count[state]++
        if (test.diagnostic()?.flaky) again.push(`${module.relativeModuleId}: ${test.fullName}${why(test.result().errors)}`)
        if (state === 'skipped') skipped.push(`${module.relativeModuleId}: ${test.fullName}`)
      }
    }
    if (process.env['CI'] === 'true' && skipped.length > 0) {
      process.exitCode = 1
      process.stdout.write(`\nNothing may be skipped where CI=true:\n${skipped.map((name) => `  ${name}\n`).join('')}`)
    }
    if (again.length > 0) process.stdout.write(`\nPassed only when tried again:\n${again.map((name) => `  ${name}\n`).join('')}`)
    process.stdout.write(`\ntests: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`)
  }
}

interface Failure {
  message: string
  diff?: string | undefined
  cause?: unknown
}

/** What went wrong the first time, what differed, a property's seed and what did not hold for it: it would be lost otherwise. */
const why = (errors: readonly Failure[] | undefined): string =>
  (errors ?? [])
    .flatMap((error) => [error, ...(isFailure(error.cause) ? [error.cause] : [])])
    .flatMap(({ message, diff }) => [message, ...(diff ? [stripVTControlCharacters(diff)] : [])])
    .map((message) => `\n    ${message.slice(0, 2000).replaceAll('\n', '\n    ')}`)
    .join('')

const isFailure = (cause: unknown): cause is Failure => typeof (cause as Failure | undefined)?.message === 'string'
