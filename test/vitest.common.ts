/** Owns what both test runs share. */
import { dirname, join } from 'node:path'
import type { ViteUserConfig } from 'vitest/config'
import LongestFirst from './sequencer.ts'

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(`The tests need Node 24 and this is ${process.versions.node}: run them with npm test after npm ci.\n`)
  process.exit(1)
}

/** They start the whole program in each of their tests, and take a fifth of a run: `npm run test:long` has them. */
export const MANY_STARTS = ['test/broken-environments.test.ts', 'test/processes.test.ts']

// What Node has compiled, or stripped of types, is kept: each thread that reads mails would do it anew.
process.env['NODE_COMPILE_CACHE'] ??= join(dirname(import.meta.dirname), 'node_modules', '.cache', 'node')

export const common = {
  root: dirname(import.meta.dirname),
  test: {
    pool: 'forks',
    // Files share a worker one after the other, and with it the program's modules: they hold no state but caches, each file
    // has its own database, and what a file leaves behind fails it (test/leaks.ts). Loading all anew for each was a third of a run.
    isolate: false,
    setupFiles: ['test/leaks.ts'],
    sequence: { sequencer: LongestFirst },
    // Plugins from outside are loaded by Node itself, through the program's own hooks (test/plugins/house.ts).
    server: { deps: { external: [/\/pomoc-plugin-[^/]*\//] } },
    // A third file computes while others wait for pages and programs; a fourth only makes each slower.
    maxWorkers: 3,
    // Tests that are marked as concurrent mostly wait for programs or pages; more at a time would only make each slower.
    maxConcurrency: 3,
    globalSetup: 'test/global.ts',
    reporters: ['default', './test/ci-reporter.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    passWithNoTests: false,
    // A browser on a busy machine misses a key now and then; what needed its second chance is named at the end.
    retry: process.env['CI'] === 'true' ? 1 : 0,
  },
} satisfies ViteUserConfig
