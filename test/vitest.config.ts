/** Owns how `npm test` runs: everything but test/long, two files at a time. */
import { defineConfig } from 'vitest/config'
import { common } from './vitest.common.ts'

export default defineConfig({
  ...common,
  test: {
    ...common.test,
    include: ['core/**/*.test.{ts,tsx}', 'plugins/**/*.test.{ts,tsx}', 'test/**/*.test.{ts,tsx}'],
    exclude: ['test/long/**'],
  },
})
