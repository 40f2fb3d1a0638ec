/** Owns opening a source: which product it is, where its tables are, and rows as everybody may rely on them. */
import { articleFiles } from './article-files.ts'
import { lanesOf, type Lanes } from './lanes.ts'
import { MOST_HELD, noteLong, packedPieces, type Long } from './long.ts'
import { decodeText, fromBase64, isZeroDate, noteMended, twiceEncoded } from './mended.ts'
import { isZone, momentsIn } from './moments.ts'
import { mysqlTrouble, openMysql, schemaOfMysql, SIZES_OF_MYSQL } from './mysql.ts'
import { isBytes, productOf, whereabouts, type Schema, type Where } from './names.ts'
import { openPostgres, schemaOfPostgres, SIZES_OF_POSTGRES } from './postgres.ts'
import { databaseOf, readHome, settingsOf, withRelease, type StoredSettings } from './settings.ts'
import { READERS, SourceError, type Row, type Source, type SourceAddress, type Value, type Wanted } from './source.ts'

/** Opens it; throws a `SourceError` that says what to do where it cannot be read or is none. Close it. */
export async function openSource(address: SourceAddress): Promise<Source> {
  const files = address.home ? await readHome(address.home) : undefined
  const url = address.url || (files && databaseOf(files)) || ''
  const opened = await connected(url)
  const { lanes, schema, dialect } = opened
  try {
    const known = productOf(schema)
    if (!known)
      throw new SourceError(
        `In ${opened.label} there are no tables of an OTRS, Znuny or OTOBO: check the name of the database${dialect === 'postgres' ? ' and the search_path of its account' : ''}.`,
      )
    const where = whereabouts(schema, await articleTypesOf(lanes, schema))
    const reader = readerOf(lanes, schema, dialect, opened.encoding, where)
    const settings = settingsOf(await storedSettings(reader), files)
    const zone = zoneOf(settings.get('OTRSTimeZone'), address.zone, known.major)
    const momentIn = momentsIn(zone)
    return {
      product: withRelease(known, files),
      dialect,
      label: opened.label,
      snapshotAt: opened.snapshotAt,
      oneMoment: opened.oneMoment,
      zone,
      ...reader,
      sizes: async () => {
        const rows = await lanes.all(dialect === 'mysql' ? SIZES_OF_MYSQL : SIZES_OF_POSTGRES)
        return new Map(rows.map((row) => [String(row['table']), { rows: Number(row['rows'] ?? 0), bytes: Number(row['bytes'] ?? 0) }]))
      },
      moment: (text) => (typeof text === 'string' ? momentIn(text) : undefined),
      setting: (name) => settings.get(name),
      settings: () => settings.modified(),
      files: address.articleDir ? articleFiles(address.articleDir) : undefined,
      close: () => lanes.close(),
    }
  } catch (error) {
    await lanes.close()
    throw error
  }
}

interface Opened {
  lanes: Lanes
  schema: Schema
  dialect: Source['dialect']
  label: string
  snapshotAt: Date
  oneMoment: boolean
  /** Of a PostgreSQL server: SQL_ASCII holds bytes of any charset. */
  encoding: string
}

async function connected(url: string): Promise<Opened> {
  const address = addressOf(url)
  const { host, port, socket, database } = address
  const label = `${database} at ${socket ?? `${host}:${port}`}`
  const snapshotAt = new Date()
  try {
    if (address.dialect === 'mysql') {
      const { lanes, oneMoment } = await openMysql(address, READERS)
      const { schema, transactional } = await schemaOfMysql(lanes[0]!)
      return { lanes: lanesOf(lanes), schema, dialect: 'mysql', label, snapshotAt, oneMoment: oneMoment && transactional, encoding: 'UTF8' }
    }
    const lanes = await openPostgres(url, READERS)
    const { schema, encoding } = await schemaOfPostgres(lanes[0]!)
    return { lanes: lanesOf(lanes), schema, dialect: 'postgres', label, snapshotAt, oneMoment: true, encoding }
  } catch (error) {
    if (error instanceof SourceError) throw error
    const { code, message } = error as { code?: string; message?: string }
    if (code === 'ECONNREFUSED' || code === 'ENOENT' || code === 'ENOTFOUND' || code === 'ETIMEDOUT' || code === 'EACCES')
      throw new SourceError(
        `Nobody answers as the source's database at ${socket ?? `${host}:${port}`} (${code}): check host, port and firewall.`,
      )
    throw mysqlTrouble(error) ?? new SourceError(`The source cannot be read: ${message ?? String(error)}`)
  }
}

/** Reads an address apart; a message never holds what stands in it, for that is a password too. */
function addressOf(url: string) {
  const match =
    /^(mysql|mariadb|postgres|postgresql):\/\/(?:([^:@/?]*)(?::([^@/?]*))?@)?([^/?:]*|\[[^\]]*\])(?::(\d+))?\/([^?]+)(?:\?(.*))?$/.exec(url)
  if (!match)
    throw new SourceError(
      'Say where the database of the source is, as mysql://user:password@host:3306/otrs or postgresql://user:password@host:5432/otrs; in user and password write @ as %40, : as %3A, / as %2F and % as %25.',
    )
  const [, kind, user = '', password = '', host, port, database, query] = match
  const dialect = kind!.startsWith('m') ? ('mysql' as const) : ('postgres' as const)
  const parameters = new URLSearchParams(query)
  const [name, typed] = [decoded(user), decoded(password)]
  return {
    dialect,
    host: host || 'localhost',
    port: Number(port ?? (dialect === 'mysql' ? 3306 : 5432)),
    socket: parameters.get('socket') ?? parameters.get('host'),
    user: name,
    password: typed,
    database: decoded(database!),
    tls: ['true', 'yes', '1'].includes(parameters.get('tls') ?? ''),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new SourceError('In the address of the source a % stands alone: write it as %25.')
  }
}

function zoneOf(setting: unknown, told: string | undefined, major: number): string {
  const zone = told ?? (major > 5 && typeof setting === 'string' ? setting : 'UTC')
  if (!isZone(zone)) throw new SourceError(`“${zone}” is no time zone: name one like Europe/Warsaw with --zone.`)
  return zone
}

async function articleTypesOf(lanes: Lanes, schema: Schema): Promise<Map<number, string>> {
  if (!schema.has('article_type')) return new Map()
  return new Map((await lanes.all('select id, name from article_type')).map((row) => [Number(row['id']), String(row['name'])]))
}

async function storedSettings({ rows, has }: Pick<Source, 'rows' | 'has'>): Promise<StoredSettings> {
  const said = (value: Value | undefined) => String(value ?? '')
  const stored = { defaults: new Map<string, string>(), modified: new Map<string, string | undefined>() }
  if (!has('sysconfig_default') || !has('sysconfig_modified')) return stored
  for await (const row of rows('sysconfig_default', { columns: ['name', 'effective_value', 'is_valid'] }))
    if (Number(row['is_valid']) === 1) stored.defaults.set(said(row['name']), said(row['effective_value']))
  // What a person changed for themselves is theirs.
  for await (const row of rows('sysconfig_modified', { columns: ['name', 'effective_value', 'is_valid', 'user_id'], order: ['id'] }))
    if (row['user_id'] === null)
      stored.modified.set(said(row['name']), Number(row['is_valid']) === 1 ? said(row['effective_value']) : undefined)
  return stored
}

/** Of long bytes so much is asked for at once. */
const PIECE = MOST_HELD

type Mend = (value: unknown, row: Row) => Value
const KEEP: Mend = (value) => (value === undefined ? null : (value as Value))

/** Reading of tables by their names of OTRS 6. */
function readerOf(
  lanes: Lanes,
  schema: Schema,
  dialect: Source['dialect'],
  encoding: string,
  where: (table: string) => Where,
): Pick<Source, 'has' | 'rows' | 'count' | 'range'> {
  const quoted = (name: string) => (dialect === 'mysql' ? `\`${name.replaceAll('`', '')}\`` : `"${name.replaceAll('"', '')}"`)
  /** SQL of a column, or undefined where this source has none of that name. */
  const columnOf = ({ table, expressions }: Where, column: string): string | undefined => {
    if (!expressions) return schema.get(table)?.has(column) ? quoted(column) : undefined
    const sql = expressions[column]
    return sql === column ? (schema.get(table)?.has(column) ? quoted(column) : undefined) : sql
  }
  const columnsOf = ({ table, expressions, constant }: Where): string[] =>
    constant ? Object.keys(constant[0] ?? {}) : expressions ? Object.keys(expressions) : [...(schema.get(table)?.keys() ?? [])]
  const has = (table: string, column?: string): boolean => {
    const place = where(table)
    if (place.constant) return column === undefined || columnsOf(place).includes(column)
    return schema.has(place.table) && (column === undefined || columnOf(place, column) !== undefined)
  }
  /** How a value of the column becomes what everybody relies on. */
  const mendOf = (table: string, place: Where, column: string): Mend => {
    const fact = schema.get(place.table)?.get(column)
    if (!fact) return KEEP
    if (isBytes(table, column)) return dialect === 'mysql' ? KEEP : bytes(column)
    if (/^(date|datetime|timestamp)/.test(fact.type)) return moment(column)
    if (dialect === 'postgres' && encoding === 'SQL_ASCII' && isTextType(fact.type)) return anyText(column)
    if (/blob|binary/.test(fact.type)) return anyText(column)
    return isTextType(fact.type) ? text(column) : KEEP
  }

  return {
    has,
    async *rows(table, wanted = {}) {
      const place = where(table)
      if (place.constant) {
        yield* place.constant
        return
      }
      if (!schema.has(place.table)) return
      if (wanted.among?.ids.length === 0) return
      const names = wanted.columns ?? columnsOf(place)
      // Bytes of any charset come as they are.
      const raw = (column: string, sql: string) => {
        const type = schema.get(place.table)?.get(column)?.type ?? ''
        return dialect === 'postgres' && encoding === 'SQL_ASCII' && isTextType(type) ? `convert_to(${sql}::text, 'SQL_ASCII')` : sql
      }
      const cut =
        wanted.atMost !== undefined && names.includes('id') ? names.filter((name) => has(table, name) && isBytes(table, name)) : []
      const isCut = (name: string) => `octet_length(${columnOf(place, name)!}) > ${whole([wanted.atMost!])}`
      const select = [
        ...names.map((name) => {
          const sql = columnOf(place, name)
          const value = sql === undefined ? 'null' : raw(name, sql)
          return `${cut.includes(name) ? `case when ${isCut(name)} then null else ${value} end` : value} as ${quoted(name)}`
        }),
        ...cut.map((name) => `case when ${isCut(name)} then 1 else 0 end as ${quoted(`long ${name}`)}`),
      ].join(', ')
      const long = (name: string, id: number): Long => {
        const piece = `substring(${columnOf(place, name)!} from ${dialect === 'mysql' ? '? for ?' : '$1::int for $2::int'})`
        const statement = `select ${raw(name, piece)} as piece from ${quoted(place.table)} where ${columnOf(place, 'id')!} = ${whole([id])}`
        const read = async function* () {
          for (let from = 1; ; from += PIECE) {
            const piece = (await lanes.all(statement, [from, PIECE]))[0]?.['piece']
            // Behind the end it is empty; a server that may not hand out so much says null.
            if (typeof piece !== 'string' && !Buffer.isBuffer(piece))
              throw new SourceError(
                `The source does not hand out ${PIECE} bytes of ${table} ${id} at once: raise max_allowed_packet of its server.`,
              )
            const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
            if (bytes.length > 0) yield bytes
            if (bytes.length < PIECE) return
          }
        }
        return { pieces: () => (dialect === 'mysql' ? read() : packedPieces(read)) }
      }
      const { sql, values } = conditions(place, wanted)
      const order = (wanted.order ?? (has(table, 'id') ? ['id'] : [])).flatMap((column) => columnOf(place, column) ?? [])
      const mends = names.map((name) => [name, mendOf(table, place, name)] as const)
      const statement = `select ${select} from ${quoted(place.table)}${sql}${order.length > 0 ? ` order by ${order.join(', ')}` : ''}`
      for await (const came of lanes.stream(
        statement,
        values,
        names.some((name) => isBytes(table, name)),
      )) {
        const row: Record<string, Value> = {}
        for (const [name, mend] of mends) row[name] = mend(came[name], row)
        for (const name of cut) if (Number(came[`long ${name}`]) === 1) noteLong(row, long(name, Number(row['id'])))
        yield row
      }
    },
    async count(table) {
      const place = where(table)
      if (place.constant) return place.constant.length
      if (!schema.has(place.table)) return 0
      const [row] = await lanes.all(`select count(*) as n from ${quoted(place.table)}${conditions(place, {}).sql}`)
      return Number(row!['n'])
    },
    async range(table, column) {
      const place = where(table)
      const sql = columnOf(place, column)
      if (sql === undefined) return undefined
      const [row] = await lanes.all(`select min(${sql}) as low, max(${sql}) as high from ${quoted(place.table)}`)
      return row!['low'] === null ? undefined : { from: Number(row!['low']), to: Number(row!['high']) }
    },
  }

  function conditions(place: Where, { between, among, notAmong, since }: Wanted): { sql: string; values: (string | number)[] } {
    const values: (string | number)[] = []
    const value = (one: string | number) => {
      values.push(one)
      return dialect === 'mysql' ? '?' : `$${values.length}`
    }
    const named = (column: string) => columnOf(place, column) ?? 'null'
    const parts = [
      place.only,
      between && `${named(between.column)} between ${value(between.from)} and ${value(between.to)}`,
      since && `${named(since.column)} >= ${value(since.moment)}`,
      // Whole numbers only: they stand in the statement as they are, for there may be thousands.
      among && `${named(among.column)} in (${whole(among.ids)})`,
      notAmong && notAmong.ids.length > 0 && `${named(notAmong.column)} not in (${whole(notAmong.ids)})`,
    ].filter((part) => typeof part === 'string')
    return { sql: parts.length > 0 ? ` where ${parts.join(' and ')}` : '', values }
  }
}

const whole = (ids: readonly number[]): string => ids.map((id) => String(BigInt(id))).join(',')
const isTextType = (type: string): boolean => /char|text|enum/.test(type)

function moment(column: string): Mend {
  return (value, row) => {
    if (value === null || value === undefined) return null
    const said = String(value)
    if (!isZeroDate(said)) return said.length > 19 ? said.slice(0, 19) : said
    noteMended(row, { code: 'zero-date', column })
    return null
  }
}

function text(column: string): Mend {
  return (value, row) => {
    if (typeof value !== 'string') return KEEP(value, row)
    const once = twiceEncoded(value)
    if (once === undefined) return value
    noteMended(row, { code: 'bad-encoding', column })
    return once
  }
}

/** A text that comes as bytes. */
function anyText(column: string): Mend {
  const asText = text(column)
  return (value, row) => {
    if (!(value instanceof Uint8Array)) return asText(value, row)
    const { text: said, mended } = decodeText(value)
    if (!mended) return asText(said, row)
    noteMended(row, { code: 'bad-encoding', column })
    return said
  }
}

function bytes(column: string): Mend {
  return (value, row) => {
    if (value === null || value === undefined) return null
    // Of a database of no charset: what is not base64 stands there as bytes already.
    if (value instanceof Uint8Array) {
      const own = Buffer.from(value)
      return fromBase64(own.toString('latin1')) ?? own
    }
    const said = String(value)
    const decodedBytes = fromBase64(said)
    if (decodedBytes) return decodedBytes
    // Old rows hold a mail as it is: it has blanks, and is no damage. What is neither is told.
    if (!said.includes(' ')) noteMended(row, { code: 'bad-encoding', column })
    return Buffer.from(said, 'utf8')
  }
}
