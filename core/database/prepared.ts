/** Owns the preparing of statements, one that comes again is parsed and planned once per connection; and COPY among them. */
import { Client, type QueryConfig } from 'pg'
import { CopySource, runCopy } from './copy.ts'
import { alone, isReady, sendFramed, THEN_COMMIT } from './framed.ts'

/** Prepared from its third time on: migrations, imports and odd searches pass by unprepared. */
const FROM = 3
/** Different statements, at most, per process; each costs the server some kilobytes per connection. */
const MOST = 400
/** Longer ones are lists with one parameter per row: they hardly come twice. */
const LONGEST = 10_000

const seen = new Map<string, number>()
const names = new Map<string, string>()

function nameOf(text: string): string | undefined {
  const name = names.get(text)
  if (name !== undefined) return name
  if (names.size >= MOST || text.length > LONGEST) return undefined
  const times = (seen.get(text) ?? 0) + 1
  if (times < FROM) {
    // Odd statements that never come again are forgotten in turn.
    if (seen.size >= 4 * MOST) seen.clear()
    seen.set(text, times)
    return undefined
  }
  seen.delete(text)
  const fresh = `pomoc_${names.size}`
  names.set(text, fresh)
  return fresh
}

type Query = (...args: unknown[]) => unknown
type State = { begun?: boolean; committed?: boolean }

/**
 * A client whose statements with parameters are prepared once they have come a few times, which runs COPY where its rows are the parameter, and
 * sends begin and commit together with a statement where it can: `begin` waits for the first one, `commit` has been done by one that says so.
 */
export class PreparingClient extends Client {}

const plain = Client.prototype.query as unknown as Query
const states = new WeakMap<Client, State>()
const stateOf = (client: Client): State => {
  const known = states.get(client) ?? {}
  states.set(client, known)
  return known
}
const UNFRAMED = { begin: false, commit: false }
const nothing = (command: string) => Promise.resolve({ command, rowCount: null, rows: [], fields: [], oid: 0 })

Object.defineProperty(PreparingClient.prototype, 'query', {
  value(this: Client, text: unknown, values?: unknown, ...rest: unknown[]): unknown {
    const state = stateOf(this)
    if (typeof text !== 'string' || !Array.isArray(values)) {
      states.delete(this)
      // What is no plain statement, as a cursor, waits its turn behind.
      if (state.begun) (plain.call(this, alone('begin')) as Promise<unknown>).catch(() => {})
      return plain.call(this, text, values, ...rest)
    }
    const wire = this as unknown as Parameters<typeof isReady>[0]
    if (text === 'begin') {
      if (!isReady(wire, 'begin')) return plain.call(this, alone('begin'))
      state.begun = true
      return nothing('BEGIN')
    }
    const { begun = false, committed = false } = state
    states.delete(this)
    if (text === 'commit') return begun || committed ? nothing('COMMIT') : plain.call(this, alone('commit'))
    if (text === 'rollback' && begun) return nothing('ROLLBACK')
    const send = () => sendStatement(this, text, values, rest)
    if (values.length === 0 || values[0] instanceof CopySource || rest.length > 0)
      return begun ? (plain.call(this, alone('begin')) as Promise<unknown>).then(send) : send()
    const commit = text.endsWith(THEN_COMMIT) && isReady(wire, 'commit')
    if (!begun && !commit) return send()
    const name = nameOf(text)
    const answer = sendFramed(
      (query) => plain.call(this, query),
      { text, values, ...(name === undefined ? {} : { name }) },
      { begin: begun, commit },
    )
    return commit ? answer.then((result) => ((stateOf(this).committed = true), result)) : answer
  },
})

function sendStatement(client: Client, text: string, values: unknown[], rest: readonly unknown[]): unknown {
  if (values[0] instanceof CopySource) return runCopy({ query: (stream) => plain.call(client, stream) }, text, values[0])
  const name = nameOf(text)
  return name === undefined
    ? plain.call(client, text, values, ...rest)
    : rest.length > 0
      ? plain.call(client, { name, text, values } satisfies QueryConfig, ...rest)
      : sendFramed((query) => plain.call(client, query), { name, text, values }, UNFRAMED)
}
