/** Owns what a source is to everybody who reads one: an OTRS, Znuny or OTOBO of any kept version in MySQL, MariaDB or PostgreSQL. */

/** Integers as numbers, decimals and moments ('2026-11-16 09:12:30', zone of the source) as text, bytes as a Buffer in both databases. */
export type Value = string | number | Buffer | null
export type Row = Readonly<Record<string, Value>>

export type ProductName = 'otrs' | 'znuny' | 'otobo'

export interface Product {
  name: ProductName
  /** As the source says it: '11.0.5'. */
  version: string
  major: number
}

/** Which rows of a table: all, or those whose `column` lies between two whole numbers, both included. Always in the order of `order`. */
export interface Wanted {
  columns?: readonly string[]
  between?: { column: string; from: number; to: number }
  /** Rows of the tickets (or other ids) named. */
  among?: { column: string; ids: readonly number[] }
  /** Rows whose moment is not before this one; rows without a moment are none of them. */
  since?: { column: string; at: Date }
  order?: readonly string[]
}

/** A source, opened for reading only, all of it at one moment. */
export interface Source {
  readonly product: Product
  readonly dialect: 'mysql' | 'postgres'
  /** Whose database: 'otobo at 127.0.0.1:3306', without login or password. */
  readonly label: string
  readonly snapshotAt: Date
  /** The zone moments are written in (`OTRSTimeZone`; the server's own up to version 5). */
  readonly zone: string
  has(table: string, column?: string): boolean
  /** By the name it has from OTRS 6 on: `article_data_mime`, `groups`; an older or newer schema's own names are the source's affair. */
  rows(table: string, wanted?: Wanted): AsyncIterable<Row>
  count(table: string): Promise<number>
  /** Lowest and highest of a numeric column; undefined: no rows. */
  range(table: string, column: string): Promise<{ from: number; to: number } | undefined>
  /** A moment as written; undefined where it is none ('0000-00-00 00:00:00'). */
  moment(text: Value | undefined): Date | undefined
  /** Settings in force by their OTRS names, defaults of the product included where they matter; 'TimeZone::Calendar1'. */
  setting(name: string): unknown
  /** Names of all settings that differ from the product's defaults. */
  settings(): Readonly<Record<string, unknown>>
  /** Bytes of an article's part or raw mail in the file system (`--article-dir`); undefined: not there. */
  readonly files: ArticleFiles | undefined
  close(): Promise<void>
}

export interface ArticleFiles {
  /** Of the folder `content_path/<article id>`: names in byte order, each with what its side files say. Raw mail: 'plain.txt'. */
  parts(contentPath: string, articleId: number): Promise<readonly FilePart[]>
  raw(contentPath: string, articleId: number): Promise<Buffer | undefined>
}
export interface FilePart {
  name: string
  contentType: string
  contentId: string | null
  contentAlternative: string | null
  disposition: string | null
  size: number
  read(): Promise<Buffer>
}
