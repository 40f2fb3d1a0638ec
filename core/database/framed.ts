/**
 * Owns how a statement travels: begin and commit with the first and the last of a transaction, two round trips less for each; and what a prepared one
 * answers with is described once, not each time.
 */
import { isDeepStrictEqual } from 'node:util'
import { Query, type FieldDef, type QueryConfig, type QueryResult } from 'pg'

/** Ends a statement that is the last of its transaction: it is committed with it, or, where the statement fails, not at all. */
export const THEN_COMMIT = '/* then commit */'

/** A connection of pg's as far as it is needed here: one message of the extended protocol each (PostgreSQL 54.2.3). */
interface Wire {
  parsedStatements: Record<string, string>
  bind(what: { statement: string; portal: string }): void
  describe(what: object): void
  execute(what: { portal: string }): void
  sync(): void
}
interface Inner {
  prepare(wire: Wire): void
  handleCommandComplete(message: { text: string }, wire: Wire): void
}
/** Of pg's result what it makes of a description of rows. */
interface Shape {
  fields: FieldDef[]
  _parsers: unknown
  _prebuiltEmptyResultObject: unknown
}
const NO_ROWS: Shape = { fields: [], _parsers: undefined, _prebuiltEmptyResultObject: null }

/** Both are prepared on a connection once, so that nothing but the statement itself is parsed later. */
const NAMES = { begin: 'pomoc_begin', commit: 'pomoc_commit' } as const
const WORDS: Record<string, keyof typeof NAMES> = { BEGIN: 'begin', COMMIT: 'commit' }

/** How `begin` or `commit` is sent by itself. */
export const alone = (word: keyof typeof NAMES): QueryConfig => ({ name: NAMES[word], text: word, values: [] })

/** Has this connection sent it by itself before? */
export const isReady = ({ connection }: { connection: Wire }, word: keyof typeof NAMES): boolean =>
  connection.parsedStatements[NAMES[word]] !== undefined

/** What stands around a statement with parameters: all of it leaves at once, and the server does nothing behind what fails. */
export interface Frame {
  begin: boolean
  commit: boolean
}

/**
 * What each prepared statement of a connection answers with; equal ones are one object in all connections. The server itself refuses a prepared
 * statement whose answer would have another shape than when it was prepared.
 */
const shapes = new WeakMap<Wire, { known: Map<string, Shape>; silent: Wire }>()
const shared = new Map<string, Shape>()

function shapesOf(wire: Wire) {
  const there = shapes.get(wire)
  if (there) return there
  // The same connection, for whom nothing is to be described.
  const silent = Object.create(wire, { describe: { value: () => {} } }) as Wire
  const fresh = { known: new Map<string, Shape>(), silent }
  shapes.set(wire, fresh)
  return fresh
}

function keepShape(wire: Wire, name: string, { fields, _parsers, _prebuiltEmptyResultObject }: Shape): void {
  const one = shared.get(name)
  const shape = one && isDeepStrictEqual(one.fields, fields) ? one : { fields, _parsers, _prebuiltEmptyResultObject }
  shared.set(name, shape)
  shapesOf(wire).known.set(name, shape)
}

class FramedQuery extends Query {
  readonly #frame: Frame
  readonly #name: string | undefined
  /** Undefined: the server is to say it. */
  #shape: Shape | undefined
  declare _result: Shape
  constructor(frame: Frame, { name, text, values }: QueryConfig, done: (error: Error | null, result: QueryResult) => void) {
    super(text as never, values as never)
    Object.assign(this, { name, callback: done })
    this.#frame = frame
    this.#name = name
  }
  /** Called by pg when it is this query's turn. */
  prepare(wire: Wire): void {
    if (this.#frame.begin) run(wire, 'begin')
    const { known, silent } = shapesOf(wire)
    this.#shape = this.#name !== undefined && wire.parsedStatements[this.#name] !== undefined ? known.get(this.#name) : undefined
    if (this.#shape) {
      Object.assign(this._result, this.#shape)
      Object.assign(this, { _accumulateRows: true })
    }
    ;(Query.prototype as unknown as Inner).prepare.call(this, this.#shape ? silent : wire)
  }
  _getRows(wire: Wire): void {
    wire.execute({ portal: '' })
    if (this.#frame.commit) run(wire, 'commit')
    wire.sync()
  }
  handleCommandComplete(message: { text: string }, wire: Wire): void {
    const word = WORDS[message.text]
    if (word !== undefined && this.#frame[word]) return
    if (this.#name !== undefined && !this.#shape) keepShape(wire, this.#name, this._result.fields.length > 0 ? this._result : NO_ROWS)
    ;(Query.prototype as unknown as Inner).handleCommandComplete.call(this, message, wire)
  }
}

function run(wire: Wire, word: keyof typeof NAMES): void {
  wire.bind({ statement: NAMES[word], portal: '' })
  wire.execute({ portal: '' })
}

/** Sends a statement with its frame by `submit`, which is the client's own `query`. */
export const sendFramed = (submit: (query: Query) => unknown, config: QueryConfig, frame: Frame): Promise<QueryResult> =>
  new Promise((resolve, reject) => {
    submit(new FramedQuery(frame, config, (error, result) => (error ? reject(error) : resolve(result))))
  })
