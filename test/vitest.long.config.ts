/** Owns how `npm run test:long` runs: the kill loops, fuzzing and full matrices of test/long, one file at a time. */
import { defineConfig } from 'vitest/config'
import { common } from './vitest.common.ts'

export default defineConfig({
  ...common,
  test: {
    ...common.test,
    include: ['test/long/**/*.test.{ts,tsx}'],
    maxWorkers: 1,
    testTimeout: 1_800_000,
    hookTimeout: 300_000,
  },
})
