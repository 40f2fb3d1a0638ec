/** Owns how `npm test` runs: everything but test/long, and what starts the whole program dozens of times. */
import { defineConfig } from 'vitest/config'
import { common, MANY_STARTS } from './vitest.common.ts'

export default defineConfig({
  ...common,
  test: {
    ...common.test,
    include: ['core/**/*.test.{ts,tsx}', 'plugins/**/*.test.{ts,tsx}', 'test/**/*.test.{ts,tsx}'],
    exclude: ['test/long/**', ...MANY_STARTS],
  },
})
