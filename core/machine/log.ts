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

/** Longer texts in a line are cut: an error may quote what a stranger sent. Characters. */
const LONGEST_TEXT = 2000
/** Shorter lines are not looked into for long texts. Characters. */
const LONG_LINE = 16_000

/** From info on a line tells no mail address: the domain stays, who it is does not. Ids tell the rest to who may look. */
export function withoutPersons(whole: string): string {
  const line = whole.length > LONG_LINE ? shortened(whole) : whole
  const level = /^\{"level":(\d+)/.exec(line)
  if (level && Number(level[1]) <= DEBUG) return line
  // Tried only where a run of such characters begins, else each of its characters would begin another try.
  return line.replace(/(?<![\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-])[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]+(?=@[\p{L}\p{N}-]+\.)/gu, '***')
}

/** The same line with its long texts cut; of one that is long for another reason only what every line has. */
function shortened(line: string): string {
  const cut = (_key: string, value: unknown) =>
    typeof value === 'string' && value.length > LONGEST_TEXT
      ? `${value.slice(0, LONGEST_TEXT).toWellFormed()}… (${value.length} characters)`
      : value
  const told = JSON.parse(line, cut) as Record<string, unknown>
  const text = JSON.stringify(told)
  const { level, time, msg } = told
  return `${text.length <= LONG_LINE ? text : JSON.stringify({ level, time, msg, left: `${line.length} characters` })}\n`
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
