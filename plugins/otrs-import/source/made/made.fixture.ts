/** Owns small sources for tests: a database of a product and version as its own program leaves it, in a real MariaDB or PostgreSQL. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { Client } from 'pg'
import { lively } from './lively.fixture.ts'
import {
  ARTICLE_TYPES,
  createIndexes,
  createTable,
  quoted,
  tablesOf,
  type Dialect,
  type MadeProduct,
  type Table,
} from './tables.fixture.ts'

export type { Dialect, MadeProduct } from './tables.fixture.ts'
export type MadeValue = string | number | Buffer | null
/** Rows by the names of OTRS 6; what a row does not say is null, nothing, 0, or the usual moment and person. */
export type MadeRow = Readonly<Record<string, MadeValue>>
export type MadeRows = Readonly<Record<string, readonly MadeRow[]>>

export interface MadeSource {
  /** For `openSource`. */
  url: string
  product: MadeProduct
  dialect: Dialect
  /** Where articles lie in files, or undefined. */
  articleDir: string | undefined
  /** Adds rows, named as in OTRS 6, whatever the product calls them. */
  add(rows: MadeRows): Promise<void>
  /** Any statement in the source's own names. */
  run(statement: string, values?: readonly MadeValue[]): Promise<unknown[]>
  remove(): Promise<void>
}

export interface Made {
  product?: MadeProduct
  /** Of a server where databases may be made: `startMariaDb().url`, or the test server's own (`inject('serverUrl')`). */
  server: string
  /** Parts and raw mails of articles lie in files. */
  files?: boolean
  /** Of MySQL: as old installations have it. With latin1 the program spoke latin1 too, and wrote the bytes of UTF-8. */
  charset?: 'utf8mb4' | 'utf8mb3' | 'latin1'
  /** Of PostgreSQL: a database of no charset, which holds whatever bytes it is given. */
  bare?: boolean
}

/** What each row has that says nothing of it. */
const USUAL: MadeRow = {
  create_time: '2024-01-10 08:00:00',
  change_time: '2024-01-10 08:00:00',
  created: '2024-01-10 08:00:00',
  changed: '2024-01-10 08:00:00',
  create_by: 1,
  change_by: 1,
  created_by: 1,
  changed_by: 1,
  valid_id: 1,
}

let count = 0

/** Makes a source with `rows`; without them with one of everything (`lively`). Remove it in afterAll. */
export async function makeSource(
  { product = 'otobo11', server, files = false, charset = 'utf8mb4', bare = false }: Made,
  rows: MadeRows = lively(),
): Promise<MadeSource> {
  const dialect = server.startsWith('mysql:') ? 'mysql' : 'postgres'
  const name = `pomoc_made_${process.pid}_${(count += 1)}`
  const url = withDatabase(server, name)
  await once(
    server,
    `create database ${name}${dialect === 'mysql' ? ` character set ${charset}` : ` template template0 encoding ${bare ? "'SQL_ASCII' locale_provider libc locale 'C'" : "'UTF8'"}`}`,
  )
  const tables = tablesOf(product).filter((table) => table.name !== '')
  const articleDir = files ? mkdtempSync(join(tmpdir(), 'pomoc-article-')) : undefined
  const { run, close } = await connected(url)
  // Bytes of UTF-8, each of which the server took for a letter.
  const written = (value: MadeValue): MadeValue =>
    charset === 'latin1' && typeof value === 'string' ? new TextDecoder('windows-1252').decode(Buffer.from(value)) : value
  const insert = async (table: Table, added: readonly MadeRow[]) => {
    const columns = table.columns
    const chunk = Math.max(1, Math.min(500, Math.floor(30_000 / columns.length)))
    for (let from = 0; from < added.length; from += chunk) {
      const values = added.slice(from, from + chunk).map((row) => columns.map((column) => written(valueOf(row, column, dialect))))
      const names = columns.map((column) => quoted(column.name, dialect)).join(', ')
      const places = values.map(
        (line, y) => `(${line.map((_, x) => (dialect === 'mysql' ? '?' : `$${y * columns.length + x + 1}`)).join(',')})`,
      )
      await run(`insert into ${quoted(table.name, dialect)} (${names}) values ${places.join(',')}`, values.flat())
    }
  }
  const source: MadeSource = {
    url,
    product,
    dialect,
    articleDir,
    run,
    async add(more) {
      const own = inOwnNames(product, articleDir ? intoFiles(articleDir, more, rows) : more)
      for (const table of tables) await insert(table, own.get(table.name) ?? [])
    },
    async remove() {
      await close()
      if (articleDir) rmSync(articleDir, { recursive: true, force: true })
      await once(server, `drop database ${name}`)
    },
  }
  await run(tables.flatMap((table) => [createTable(table, dialect), ...createIndexes(table, dialect)]).join(';\n'))
  if (product === 'otrs5') {
    await run('create table article_type (id smallint primary key, name varchar(200) not null)')
    for (const [n, [type]] of ARTICLE_TYPES.entries()) await run(`insert into article_type values (${n + 1}, '${type}')`)
  }
  await source.add(rows)
  return source
}

/** A product's own tables with the rows meant for them: those of version 5 are put together from article and mime. */
function inOwnNames(product: MadeProduct, rows: MadeRows): Map<string, readonly MadeRow[]> {
  const named: Record<string, string> =
    product === 'otrs5'
      ? { article_data_mime_plain: 'article_plain', article_data_mime_attachment: 'article_attachment' }
      : product === 'znuny7'
        ? { groups: 'permission_groups' }
        : product === 'otrs6'
          ? {}
          : { groups: 'groups_table', article_data_otrs_chat: 'article_data_otobo_chat' }
  const own = new Map(Object.entries(rows).map(([table, list]) => [named[table] ?? table, list]))
  if (product.startsWith('otobo'))
    for (const table of ['sysconfig_default', 'sysconfig_modified'])
      own.set(
        table,
        (own.get(table) ?? []).map((row) => (row['name'] === 'OTRSTimeZone' ? { ...row, name: 'OTOBOTimeZone' } : row)),
      )
  if (product !== 'otrs5') return own
  const channels = ['', 'Email', 'Phone', 'Internal', 'Chat']
  const mime = new Map(rows['article_data_mime']?.map((row) => [row['article_id'], row]))
  own.set(
    'article',
    (rows['article'] ?? []).map((row) => ({
      ...mime.get(row['id']!),
      ...row,
      article_type_id:
        ARTICLE_TYPES.findIndex(
          ([, channel, visible]) =>
            channel === channels[Number(row['communication_channel_id'])] && visible === row['is_visible_for_customer'],
        ) + 1,
    })),
  )
  own.set(
    'group_user',
    (rows['group_user'] ?? []).map((row) => ({ permission_value: 1, ...row })),
  )
  return own
}

/** Parts and raw mails as files beside the database, each in the folder that its article's `content_path` names. */
function intoFiles(dir: string, rows: MadeRows, all: MadeRows): MadeRows {
  const path = new Map(
    [...(all['article_data_mime'] ?? []), ...(rows['article_data_mime'] ?? [])].map((row) => [
      row['article_id'],
      String(row['content_path']),
    ]),
  )
  const folder = (row: MadeRow) => {
    const made = join(dir, path.get(row['article_id']!) ?? '', String(row['article_id']))
    mkdirSync(made, { recursive: true })
    return made
  }
  for (const row of rows['article_data_mime_plain'] ?? []) writeFileSync(join(folder(row), 'plain.txt'), row['body'] as Buffer)
  for (const row of rows['article_data_mime_attachment'] ?? []) {
    const name = join(folder(row), String(row['filename']))
    writeFileSync(name, row['content'] as Buffer)
    for (const side of ['content_type', 'content_id', 'content_alternative', 'disposition'] as const)
      if (row[side] !== undefined && row[side] !== null) writeFileSync(`${name}.${side}`, String(row[side]))
  }
  return { ...rows, article_data_mime_plain: [], article_data_mime_attachment: [] }
}

function valueOf(row: MadeRow, { name, type, nullable }: Table['columns'][number], dialect: Dialect): MadeValue {
  let value = row[name]
  if (value === undefined && name === 'a_message_id_md5' && row['a_message_id'])
    value = createHash('md5').update(String(row['a_message_id'])).digest('hex')
  if (value === undefined && name in USUAL) value = USUAL[name]!
  if (value === undefined) value = nullable ? null : /^(small|int|big|dec)$/.test(type) ? 0 : ''
  if (value === null) return null
  if (type === 'blob') {
    const bytes = Buffer.isBuffer(value) ? value : Buffer.from(String(value))
    // As the product's own program writes it: broken into lines.
    return dialect === 'mysql' ? bytes : bytes.toString('base64').replace(/.{76}/g, '$&\n')
  }
  if (type === 'lob') return dialect === 'mysql' ? Buffer.from(String(value)) : String(value)
  return value
}

function withDatabase(server: string, name: string): string {
  return server.replace(/^(\w+:\/\/[^/?]*)(\/[^?]*)?/, `$1/${name}`)
}

async function once(url: string, statement: string): Promise<void> {
  const { run, close } = await connected(url)
  await run(statement).finally(close)
}

async function connected(url: string): Promise<Pick<MadeSource, 'run'> & { close(): Promise<void> }> {
  if (!url.startsWith('mysql:')) {
    const client = new Client({ connectionString: url })
    await client.connect()
    return { run: async (statement, values = []) => (await client.query(statement, [...values])).rows, close: () => client.end() }
  }
  const { pathname, searchParams, username, password, hostname, port } = new URL(url)
  const socket = searchParams.get('socket')
  const connection = await createConnection({
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    ...(pathname.length > 1 && { database: pathname.slice(1) }),
    ...(socket ? { socketPath: socket } : { host: hostname, port: Number(port || 3306) }),
    charset: 'utf8mb4',
    dateStrings: true,
    multipleStatements: true,
  })
  // As an old server was: it takes zero dates.
  await connection.query(`set sql_mode = ''`)
  return {
    run: async (statement, values = []) => {
      const [rows] = await connection.query(statement, [...values])
      return Array.isArray(rows) ? rows : []
    },
    close: () => connection.end(),
  }
}
