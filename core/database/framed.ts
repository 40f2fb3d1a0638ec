/** Owns begin and commit that travel with the first and the last statement of a transaction: two round trips less for each. */
import { Query, type QueryConfig, type QueryResult } from 'pg'

/** Ends a statement that is the last of its transaction: it is committed with it, or, where the statement fails, not at all. */
export const THEN_COMMIT = '/* then commit */'

/** A connection of pg's as far as it is needed here: one message of the extended protocol each (PostgreSQL 54.2.3). */
interface Wire {
  parsedStatements: Record<string, string>
  bind(what: { statement: string; portal: string }): void
  execute(what: { portal: string }): void
  sync(): void
}
interface Inner {
  prepare(wire: Wire): void
  handleCommandComplete(message: { text: string }, wire: Wire): void
}

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

class FramedQuery extends Query {
  readonly #frame: Frame
  constructor(frame: Frame, config: QueryConfig, done: (error: Error | null, result: QueryResult) => void) {
    super(config as never, undefined as never)
    Object.assign(this, { callback: done })
    this.#frame = frame
  }
  /** Called by pg when it is this query's turn. */
  prepare(wire: Wire): void {
    if (this.#frame.begin) run(wire, 'begin')
    ;(Query.prototype as unknown as Inner).prepare.call(this, wire)
  }
  _getRows(wire: Wire): void {
    wire.execute({ portal: '' })
    if (this.#frame.commit) run(wire, 'commit')
    wire.sync()
  }
  handleCommandComplete(message: { text: string }, wire: Wire): void {
    const word = WORDS[message.text]
    if (word === undefined || !this.#frame[word]) (Query.prototype as unknown as Inner).handleCommandComplete.call(this, message, wire)
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
