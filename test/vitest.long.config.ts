/** Owns how `npm run test:long` runs: the kill loops, fuzzing and full matrices, one file at a time. */
import { defineConfig } from 'vitest/config'
import { common, MANY_STARTS } from './vitest.common.ts'

export default defineConfig({
  ...common,
  test: {
    ...common.test,
    include: [
      'test/long/**/*.test.{ts,tsx}',
      'test/hostile/*.test.ts',
      ...MANY_STARTS,
      'test/start.test.ts',
      'test/plugins/removed.test.ts',
      'core/person/directory/night.test.ts',
      'test/journeys/{payloads,opt-in,working-day}.test.ts',
      '**/*.{look,browser}.test.ts',
    ],
    // What these leave out of every run.
    env: { POMOC_LONG: 'yes' },
    maxWorkers: 1,
    testTimeout: 1_800_000,
    hookTimeout: 300_000,
  },
})
