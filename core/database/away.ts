/** Owns the question whether an error means that the database is away, so that the same may succeed a little later. */
import { codeOf, reasonOf } from '../boot-error.ts'

/**
 * PostgreSQL's codes (appendix A). 08: connection exceptions, 53: no connections, memory or disk left, 57P: the server stops,
 * crashed or starts, 25006: it is not yet the one that writes.
 */
const PASSING = /^(08|53|57P|25006)/
const SOCKET = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'])
/** What pg itself says, without a code. */
const SAID = /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Client was closed)/

/** For errors of statements and of connecting alike. */
export function databaseIsAway(error: unknown): boolean {
  const code = codeOf(error)
  return PASSING.test(code) || SOCKET.has(code) || SAID.test(reasonOf(error))
}
