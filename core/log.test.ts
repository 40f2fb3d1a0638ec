import { expect, test } from 'vitest'
import { shortLine } from './log.ts'

test('at a terminal a log line is time, level, message and pairs, an error its stack below', () => {
  const line = shortLine(JSON.stringify({ level: 40, time: '2026-11-20T15:01:02.000Z', msg: 'slow', ms: 12, err: { stack: 'Error: x\n  at y' } }))
  expect(line).toMatch(/^\d\d:\d\d:02 WARN {2}slow ms=12\nError: x\n {2}at y\n$/)
})
