/** Owns how `npm run test:long` runs: the kill loops, fuzzing and full matrices, one file at a time. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { common, MANY_STARTS } from './vitest.common.ts'

/** Files of every run that try more here: whoever asks for POMOC_LONG is found by it. */
const TRY_MORE = globSync('{core,plugins,test}/**/*.test.{ts,tsx}', { cwd: common.root }).filter((file) =>
  readFileSync(join(common.root, file), 'utf8').includes('POMOC_LONG'),
)

export default defineConfig({
  ...common,
  test: {
    ...common.test,
    include: ['test/long/**/*.test.{ts,tsx}', 'test/hostile/*.test.ts', ...MANY_STARTS, ...TRY_MORE, '**/*.{look,browser}.test.ts'],
    // What these leave out of every run.
    env: { POMOC_LONG: 'yes' },
    maxWorkers: 1,
    testTimeout: 1_800_000,
    hookTimeout: 300_000,
  },
})
