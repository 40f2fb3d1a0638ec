/** Owns the lending of a transaction: what was lent can be taken back, and a savepoint keeps what went wrong in it to itself. */
import {
  CompiledQuery,
  DefaultQueryExecutor,
  PostgresAdapter,
  PostgresQueryCompiler,
  Transaction,
  type DatabaseConnection,
  type Dialect,
  type Driver,
} from 'kysely'
import type { Database } from '../database/schema.ts'

export interface Lease {
  db: Transaction<Database>
  /** Takes the transaction back: waits for the statement under way, refuses every later one. */
  end(): Promise<void>
}

/**
 * Lends a transaction. Statements run one after another in the order they were asked for, so that none which waits its turn
 * can slip in behind the end: Kysely alone would send it after the rollback, into the open. `first` is done before the first of them.
 */
export function lend(db: Transaction<Database>, first: () => Promise<void> = async () => {}): Lease {
  let over = false
  let turn: Promise<unknown> = Promise.resolve()
  // A transaction has one connection all its life: asked for once, not once a statement.
  let below: DatabaseConnection | undefined
  let begun = false
  const connection: DatabaseConnection = {
    executeQuery<R>(query: CompiledQuery) {
      const result = turn.then(async () => {
        if (over) throw new Error('this transaction is over: nothing more can be asked of it')
        if (!ours.has(query) && endsTransaction(query))
          throw new Error('a transaction is begun and ended where the act begins, nowhere else')
        if (!begun) await first()
        begun = true
        below ??= await db.getExecutor().provideConnection(async (found) => found)
        return below.executeQuery<R>(query)
      })
      turn = result.catch(() => {})
      return result
    },
    // oxlint-disable-next-line require-yield
    async *streamQuery() {
      throw new Error('streams are read outside of acts')
    },
  }
  const executor = new DefaultQueryExecutor(new PostgresQueryCompiler(), new PostgresAdapter(), {
    provideConnection: (consumer) => consumer(connection),
  })
  return {
    db: new Transaction<Database>({ config: { dialect: noDialect }, dialect: noDialect, driver: noDriver, executor }),
    async end() {
      over = true
      await turn
    },
  }
}

/** Only statements without parameters can hold several. */
const endsTransaction = ({ sql, parameters }: CompiledQuery): boolean =>
  /^\s*(begin|start\s+transaction|commit|rollback|abort|end|savepoint|release|prepare\s+transaction)\b/i.test(sql) ||
  (parameters.length === 0 && /;\s*(begin|start\s+transaction|commit|rollback|abort|savepoint|release|prepare\s+transaction)\b/i.test(sql))

/**
 * Runs `run` in a savepoint of the transaction. When it fails, for whatever reason, everything it wrote is undone, the
 * transaction goes on as if it had never begun, and the reason is thrown. Where `run` asks the database nothing there is no savepoint, and
 * nothing is sent. `limitMs` bounds each statement inside; `outerMs` is the bound to go back to, when there is one.
 */
export async function inSavepoint<T>(
  db: Transaction<Database>,
  { limitMs, outerMs }: { limitMs: number; outerMs?: number },
  run: (db: Transaction<Database>) => Promise<T>,
): Promise<T> {
  const say = (statement: string) => {
    const query = CompiledQuery.raw(statement)
    ours.add(query)
    return db.executeQuery(query)
  }
  const name = `lent_${++count}`
  let made = false
  const lease = lend(db, async () => {
    await say(`savepoint ${name}; set local statement_timeout = ${Math.ceil(limitMs)}`)
    made = true
  })
  try {
    const value = await run(lease.db)
    await lease.end()
    // Fails when a statement inside failed and its error was swallowed.
    if (made)
      await say(`release savepoint ${name}; set local statement_timeout = ${outerMs === undefined ? 'default' : Math.ceil(outerMs)}`)
    return value
  } catch (error) {
    await lease.end()
    if (made) await say(`rollback to savepoint ${name}; release savepoint ${name}`)
    throw error
  }
}

let count = 0
/** Statements of `inSavepoint` itself, which pass through leases further out. */
const ours = new WeakSet<CompiledQuery>()

const never = (): never => {
  throw new Error('a lent transaction has no connections of its own')
}
const noDriver: Driver = {
  init: async () => {},
  acquireConnection: never,
  beginTransaction: never,
  commitTransaction: never,
  rollbackTransaction: never,
  releaseConnection: never,
  destroy: async () => {},
}
const noDialect: Dialect = {
  createDriver: () => noDriver,
  createAdapter: () => new PostgresAdapter(),
  createQueryCompiler: () => new PostgresQueryCompiler(),
  createIntrospector: never,
}
