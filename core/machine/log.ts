/** Owns the program's log: JSON lines for machines, short lines for a person at a terminal. */
import { Writable } from 'node:stream'
import pino from 'pino'

export type Log = pino.Logger

/** The levels an operator may choose, most words first. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** Makes the log. It goes to standard error, so that standard output keeps what a person or a script asked for. */
export function makeLog(level: string): Log {
  const out = process.stderr.isTTY ? terminal(process.stderr) : pino.destination({ fd: 2, sync: true })
  return pino(logOptions(level), { write: (line) => void out.write(withoutPersons(line)) })
}

export const logOptions = (level: string): pino.LoggerOptions => ({
  level,
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  serializers: { err: sayError },
})

/** An error without what libraries hang on it: PostgreSQL's `detail` has whole rows, nodemailer's `rejected` addresses. */
function sayError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { code, constraint, responseCode, cause } = error as Error & Record<'code' | 'constraint' | 'responseCode', unknown>
  return {
    type: error.name,
    message: error.message,
    code,
    constraint,
    responseCode,
    stack: error.stack,
    ...(cause ? { cause: sayError(cause) } : {}),
  }
}

const DEBUG = 20

/** From info on a line tells no mail address: the domain stays, who it is does not. Ids tell the rest to who may look. */
export function withoutPersons(line: string): string {
  const level = /^\{"level":(\d+)/.exec(line)
  return level && Number(level[1]) <= DEBUG ? line : line.replace(/[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]+(?=@[\p{L}\p{N}-]+\.)/gu, '***')
}

const NAMES: Record<number, string> = { 10: 'trace', 20: 'debug', 30: 'info ', 40: 'WARN ', 50: 'ERROR', 60: 'FATAL' }

/** `12:03:04 info  message key=value …`, and an error's stack on the lines below. */
export function shortLine(json: string): string {
  const { time, level, msg, err, ...rest } = JSON.parse(json) as Record<string, unknown> & { err?: { stack?: string } }
  const clock = new Date(String(time)).toTimeString().slice(0, 8)
  const pairs = Object.entries(rest).map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const stack = err?.stack ? `\n${err.stack}` : ''
  return `${clock} ${NAMES[Number(level)] ?? String(level)} ${String(msg ?? '')}${pairs.join('')}${stack}\n`
}

function terminal(out: NodeJS.WritableStream): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      out.write(chunk.toString('utf8').split('\n').filter(Boolean).map(shortLine).join(''))
      done()
    },
  })
}
