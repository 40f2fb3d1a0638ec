/** Owns writing down how long each test file took, for the order of the next runs: `npm run test:seconds`. */
import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'
import { secondsFile } from './sequencer.ts'

/** Longer than this no file should take by itself. Seconds. */
const LONG = 30

export default class SecondsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], _errors: readonly unknown[], reason: string): void {
    if (reason !== 'passed') return
    const took = modules
      .map((module) => {
        const { duration, collectDuration, setupDuration } = module.diagnostic()
        return [module.relativeModuleId, Math.round((duration + collectDuration + setupDuration) / 100) / 10] as const
      })
      .sort(([a], [b]) => a.localeCompare(b))
    writeFileSync(secondsFile, `${JSON.stringify(Object.fromEntries(took), undefined, 2)}\n`)
    const long = took.filter(([, seconds]) => seconds > LONG)
    if (long.length > 0)
      process.stdout.write(
        `\nLonger than ${LONG} s beside another file; look at each alone:\n${long.map(([name, seconds]) => `  ${seconds} s  ${name}\n`).join('')}`,
      )
  }
}
