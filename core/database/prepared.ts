/** Owns the preparing of statements, one that comes again is parsed and planned once per connection; and COPY among them. */
import { Client, type QueryConfig } from 'pg'
import { CopySource, runCopy } from './copy.ts'

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

/** A client whose statements with parameters are prepared once they have come a few times, and which runs COPY where its rows are the parameter. */
export class PreparingClient extends Client {}

const plain = Client.prototype.query as unknown as Query
Object.defineProperty(PreparingClient.prototype, 'query', {
  value(this: Client, text: unknown, values?: unknown, ...rest: unknown[]): unknown {
    if (typeof text !== 'string' || !Array.isArray(values)) return plain.call(this, text, values, ...rest)
    if (values[0] instanceof CopySource) return runCopy({ query: (stream) => plain.call(this, stream) }, text, values[0])
    const name = nameOf(text)
    return name === undefined
      ? plain.call(this, text, values, ...rest)
      : plain.call(this, { name, text, values } satisfies QueryConfig, ...rest)
  },
})
