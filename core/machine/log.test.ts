import pino from 'pino'
import { expect, test } from 'vitest'
import { logOptions, shortLine, withoutPersons } from './log.ts'

test('at a terminal a log line is time, level, message and pairs, an error its stack below', () => {
  const line = shortLine(
    JSON.stringify({ level: 40, time: '2026-11-20T15:01:02.000Z', msg: 'slow', ms: 12, err: { stack: 'Error: x\n  at y' } }),
  )
  expect(line).toMatch(/^\d\d:\d\d:02 WARN {2}slow ms=12\nError: x\n {2}at y\n$/)
})

test('from info on no line tells a mail address, at debug it may', () => {
  const lines: string[] = []
  const log = pino(logOptions('debug'), { write: (line) => void lines.push(withoutPersons(line)) })
  log.info({ from: 'jan.kowalski@uni.pl', to: ['Zażółć+x@wydział.uni.pl'], mail: '17' }, 'mail from <anna@uni.pl> at 10.0.0.1')
  log.debug({ from: 'jan.kowalski@uni.pl' }, 'more')
  expect(lines[0]).toMatch(
    /"from":"\*\*\*@uni\.pl","to":\["\*\*\*@wydział\.uni\.pl"\],"mail":"17","msg":"mail from <\*\*\*@uni\.pl> at 10\.0\.0\.1"/,
  )
  expect(lines[1]).toContain('jan.kowalski@uni.pl')
})

test('an error is told without the rows and addresses that libraries hang on it', () => {
  const lines: string[] = []
  const log = pino(logOptions('info'), { write: (line) => void lines.push(withoutPersons(line)) })
  const error = Object.assign(new Error('duplicate key', { cause: new Error('550 <jan@uni.pl> unknown') }), {
    code: '23505',
    constraint: 'person_login',
    detail: 'Key (login)=(jkowalski) already exists.',
    rejected: ['jan@uni.pl'],
  })
  log.error({ err: error, requestId: 'abc' }, 'a request failed')
  expect(JSON.parse(lines[0]!)).toMatchObject({
    requestId: 'abc',
    err: { message: 'duplicate key', code: '23505', constraint: 'person_login', cause: { message: '550 <***@uni.pl> unknown' } },
  })
  expect(lines[0]).not.toMatch(/jkowalski|jan@/)
})

test('what a stranger can make long is cut, and costs no more than its length', () => {
  const lines: string[] = []
  const log = pino(logOptions('info'), { write: (line) => void lines.push(withoutPersons(line)) })
  log.error({ err: new Error('x'.repeat(80_000)), after: '.'.repeat(80_000) }, 'failed')
  log.warn({ many: Array.from({ length: 10_000 }, () => 'anna@uni.pl') }, 'much')
  expect(lines.every((line) => line.length < 20_000 && line.endsWith('\n'))).toBe(true)
  expect(JSON.parse(lines[0]!)).toMatchObject({ msg: 'failed', after: expect.stringMatching(/^\.{2000}… \(80000 characters\)$/) })
  expect(JSON.parse(lines[1]!)).toMatchObject({ level: 40, msg: 'much' })
  expect(lines[1]).not.toContain('anna@')
})
