/** Owns reading of MySQL and MariaDB: connections that all see the same moment, and write nothing. */
import { once } from 'node:events'
import { createConnection, type Connection } from 'mysql2'
import type { Lane } from './lanes.ts'
import type { ColumnFact, Schema } from './names.ts'
import { SourceError } from './source.ts'

export interface MysqlAddress {
  host: string
  port: number
  socket: string | null
  user: string
  password: string
  database: string
  /** Encrypted, by a certificate that this machine trusts. */
  tls: boolean
}

export async function openMysql(address: MysqlAddress, readers: number): Promise<{ lanes: Lane[]; oneMoment: boolean }> {
  const connections: Connection[] = []
  try {
    for (let n = 0; n < readers; n++) connections.push(await connect(address))
    const held = await holdStill(connections[0]!)
    for (const connection of connections) {
      await connection.promise().query('set transaction isolation level repeatable read')
      await connection.promise().query('start transaction with consistent snapshot, read only')
    }
    if (held) await connections[0]!.promise().query('unlock tables')
    return { lanes: connections.map(laneOf), oneMoment: held }
  } catch (error) {
    for (const connection of connections) connection.destroy()
    throw error
  }
}

async function connect({ host, port, socket, user, password, database, tls }: MysqlAddress): Promise<Connection> {
  const connection = createConnection({
    ...(socket ? { socketPath: socket } : { host, port }),
    user,
    password,
    database,
    ...(tls && { ssl: { rejectUnauthorized: true } }),
    charset: 'utf8mb4',
    // Moments are facts of the source's zone, and ids beyond 2^53 no numbers.
    dateStrings: true,
    supportBigNumbers: true,
    connectTimeout: 15_000,
  })
  // Without a listener a server that goes down ends this process; the next statement tells of it all the same.
  connection.on('error', () => {})
  // A reader that waits for the target's disk must not be thrown out meanwhile.
  await connection
    .promise()
    .query('set session net_write_timeout = 7200, net_read_timeout = 7200, wait_timeout = 604800, lock_wait_timeout = 10')
  await connection.promise().query(`set session sql_mode = ''`)
  return connection
}

/** Stops all writing for the moment that the snapshots take; answers false where the account may not. */
async function holdStill(connection: Connection): Promise<boolean> {
  try {
    await connection.promise().query('flush tables with read lock')
    return true
  } catch {
    return false
  }
}

function laneOf(connection: Connection): Lane {
  return {
    async *stream(sql, values, large) {
      const rows = connection.query({ sql, values: [...values] }).stream({ highWaterMark: large ? 2 : 64 })
      let ended = false
      rows.once('end', () => (ended = true))
      try {
        for await (const row of rows.iterator({ destroyOnReturn: false })) yield row as Record<string, unknown>
      } finally {
        // Whoever stops early leaves rows on the line: they are read away, for the next statement of this connection.
        if (!ended && !rows.destroyed && !rows.errored) {
          const done = Promise.race([once(rows, 'end'), once(rows, 'error')])
          rows.resume()
          await done
        }
      }
    },
    async all(sql, values = []) {
      const [rows] = await connection.promise().query(sql, [...values])
      return rows as Record<string, unknown>[]
    },
    async close() {
      // Not `end`: a statement under way would be waited for.
      connection.destroy()
    },
  }
}

export async function schemaOfMysql(lane: Lane): Promise<{ schema: Schema; transactional: boolean }> {
  const schema = new Map<string, Map<string, ColumnFact>>()
  const columns = await lane.all(
    `select table_name as \`table\`, column_name as \`column\`, data_type as type, character_set_name as charset
     from information_schema.columns where table_schema = database() order by table_name, ordinal_position`,
  )
  for (const { table, column, type, charset } of columns as Record<string, string>[]) {
    const known = schema.get(table!) ?? new Map<string, ColumnFact>()
    schema.set(table!, known.set(column!, { type: type!, charset: charset ?? null }))
  }
  const engines = await lane.all(
    `select count(*) as other from information_schema.tables where table_schema = database() and table_type = 'BASE TABLE' and engine <> 'InnoDB'`,
  )
  return { schema, transactional: Number(engines[0]?.['other'] ?? 0) === 0 }
}

export const SIZES_OF_MYSQL = `select table_name as \`table\`, table_rows as \`rows\`, data_length + index_length as bytes
  from information_schema.tables where table_schema = database()`

/** An error of the driver as a sentence that says what to do. */
export function mysqlTrouble(error: unknown): SourceError | undefined {
  const { code, message = '' } = error as { code?: string; message?: string }
  switch (code) {
    case 'ER_ACCESS_DENIED_ERROR':
    case 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR':
      return new SourceError(
        'The database of the source refuses the login or its password. The account needs SELECT on the database, and RELOAD for one moment of all tables.',
      )
    case 'ER_DBACCESS_DENIED_ERROR':
      return new SourceError('The account may not read the database of the source: grant select on it.')
    case 'ER_BAD_DB_ERROR':
      return new SourceError('The server of the source has no database of that name.')
    default:
      return /ER_|PROTOCOL_|E[A-Z]+/.test(code ?? '') ? new SourceError(`The database of the source: ${message}`) : undefined
  }
}
