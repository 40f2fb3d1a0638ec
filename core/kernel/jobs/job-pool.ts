/** Owns the database connections of the job workers: they wait out a database that is away instead of failing. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, Pool, type PoolClient } from 'pg'
import { databaseIsAway } from '../../database/away.ts'

/** The code that graphile-worker knows as "cannot connect now": whatever it was doing it does again some seconds later. */
const AGAIN = '57P03'

export interface JobPool {
  pool: Pool
  /** Whether the last connection asked for could not be made. */
  away(): boolean
  /** How many times a connection or its making was lost to a database that was away. */
  losses(): number
  /** Does it with a connection, and again with another where the database went away under it. */
  withClient(what: (client: PoolClient) => Promise<unknown>): Promise<void>
  /** Connections asked for from now on are refused when the database is away. */
  stopWaiting(): void
  /** Ends all connections, each when it is free. Who asks for one after that hears nothing any more. */
  end(): Promise<void>
}

/**
 * graphile-worker does not wait for the end of a job to be written down, and nobody hears when that fails: an unhandled
 * rejection, which ends the program. So nothing here fails because the database is away. `lost` is called when a statement's
 * answer was lost with its connection: it may have been carried out.
 */
export function openJobPool(url: string, max: number, lost: () => void): JobPool {
  let waiting = true
  let away = false
  let ended = false
  let losses = 0
  const again = (error: unknown): never => {
    throw databaseIsAway(error) ? Object.assign(error as Error, { code: AGAIN }) : error
  }

  class JobClient extends Client {}
  const plain = Client.prototype.query as unknown as (...args: unknown[]) => unknown
  Object.defineProperty(JobClient.prototype, 'query', {
    value(this: Client, ...args: unknown[]): unknown {
      const answer = plain.apply(this, args)
      if (!(answer instanceof Promise)) return answer
      return answer.catch((error: unknown) => {
        if (databaseIsAway(error)) {
          losses++
          lost()
        }
        return again(error)
      })
    },
  })

  const pool = new Pool({
    connectionString: url,
    Client: JobClient,
    max,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: 'pomoc jobs',
  })
  // Who used the connection hears of it; without listeners it would end the program.
  pool.on('error', () => {
    losses++
  })
  pool.on('connect', (client) => client.on('error', () => {}))

  const connect = pool.connect.bind(pool)
  const patient = async (): Promise<PoolClient> => {
    while (!ended) {
      try {
        const client = await connect()
        away = false
        return client
      } catch (error) {
        away = databaseIsAway(error)
        if (away) losses++
        if (!waiting || !away) return again(error)
        await sleep(500)
      }
    }
    return new Promise(() => {})
  }
  Object.defineProperty(pool, 'connect', { value: (done?: Parameters<typeof connect>[0]) => (done ? connect(done) : patient()) })
  const withClient = async (what: (client: PoolClient) => Promise<unknown>): Promise<void> => {
    for (;;) {
      const client = await patient()
      try {
        await what(client)
        client.release()
        return
      } catch (error) {
        client.release(true)
        if (!waiting || !databaseIsAway(error)) throw error
      }
    }
  }
  return {
    pool,
    withClient,
    away: () => away,
    losses: () => losses,
    stopWaiting() {
      waiting = false
    },
    end() {
      ended = true
      return pool.end()
    },
  }
}
