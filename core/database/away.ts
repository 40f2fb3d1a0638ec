/** Owns what an error of the database means: that it is away, so that the same may succeed a little later, or that it cannot read what it was given. */
import { codeOf, reasonOf } from '../machine/boot-error.ts'

/**
 * PostgreSQL's codes (appendix A). 08: connection exceptions, 53: no connections, memory or disk left, 57P: the server stops,
 * crashed or starts, 25006: it is not yet the one that writes.
 */
const PASSING = /^(08|53|57P)/
const READS_ONLY = '25006'
/** A connection that was refused or broke. */
const BROKEN = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE'])
/** None came about: no such socket or host, no way there, no answer. */
const NOT_REACHED = new Set(['ENOENT', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'])
/** What pg itself says, without a code. */
const SAID =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Client was closed)/

/** For errors of statements and of connecting alike. */
export function databaseIsAway(error: unknown): boolean {
  const code = codeOf(error)
  return databaseBrokeOff(error) || code === READS_ONLY || NOT_REACHED.has(code)
}

/**
 * The narrower question, for code that also reads files and speaks to other machines, a plugin's: a file that is not there or a
 * host without a name is its own affair, and so is writing in a transaction that it made for reading.
 */
export function databaseBrokeOff(error: unknown): boolean {
  const code = codeOf(error)
  return PASSING.test(code) || BROKEN.has(code) || SAID.test(reasonOf(error))
}

/** A statement was ended because it took too long (57014, `statement_timeout`). */
export const tookTooLong = (error: unknown): boolean => codeOf(error) === '57014'

/**
 * PostgreSQL's class 22, data exceptions: a text with NUL, a number out of range, a moment that does not exist. On a page that is what
 * somebody typed or put into the address, let through by whoever should have looked at it first.
 */
export const unreadable = (error: unknown): boolean => /^22[0-9A-Z]{3}$/.test(codeOf(error))
