/** Owns what a source is to everybody who reads one: an OTRS, Znuny or OTOBO of any kept version in MySQL, MariaDB or PostgreSQL. */

import type { Long } from './long.ts'

/** Integers as numbers, decimals and moments ('2026-11-16 09:12:30', zone of the source) as text, bytes as a Buffer in both databases. */
export type Value = string | number | Buffer | null
export type Row = Readonly<Record<string, Value>>

export type ProductName = 'otrs' | 'znuny' | 'otobo'

export interface Product {
  name: ProductName
  /** As its file RELEASE says it ('11.0.5'), else what its tables show: '11'. */
  version: string
  major: number
}

/** Which rows of a table: all, or those whose `column` lies between two whole numbers, both included. Always in the order of `order`, else of `id` where there is one. */
export interface Wanted {
  /** Default: all. One that this source's version does not have is null. */
  columns?: readonly string[]
  between?: { column: string; from: number; to: number }
  /** Rows of the tickets (or other ids) named. */
  among?: { column: string; ids: readonly number[] }
  /** Rows of none of them. */
  notAmong?: { column: string; ids: readonly number[] }
  /** Bytes longer than this are left out of a row that has an `id`: null there, `longOf(row)` reads them (long.ts). About: PostgreSQL counts letters of base64. */
  atMost?: number
  /** Rows at or after this moment, as the source writes it ('2026-11-16 09:12:30'). */
  since?: { column: string; moment: string }
  order?: readonly string[]
}

/** How many tables can be read at the same time, each by a `rows` that has not ended; who asks for more waits. */
export const READERS = 4

/** Where a source is. */
export interface SourceAddress {
  /** `mysql://user:password@host:3306/otrs` (`?socket=/run/mysqld/mysqld.sock`, `?tls=yes`), `postgresql://user:password@host:5432/otrs`. */
  url: string
  /** The folder of articles in files: var/article. */
  articleDir?: string | undefined
  /** The program's own folder, /opt/otrs: RELEASE and Kernel/Config.pm are read there as text. */
  home?: string | undefined
  /** The zone of moments where the source does not say it: up to version 5 its server's own. Default UTC. */
  zone?: string | undefined
}

/** A source, opened for reading only, all of it at one moment. */
export interface Source {
  readonly product: Product
  readonly dialect: 'mysql' | 'postgres'
  /** Whose database: 'otobo at 127.0.0.1:3306', without login or password. */
  readonly label: string
  readonly snapshotAt: Date
  /** False: its server lets nobody hold all of it still, or tables are of a kind that cannot; the next run settles what was written meanwhile. */
  readonly oneMoment: boolean
  /** The zone moments are written in (`OTRSTimeZone`; the server's own up to version 5). */
  readonly zone: string
  has(table: string, column?: string): boolean
  /** Tables as the source names them, with their rows as its server estimates them, and bytes on its disk. */
  sizes(): Promise<ReadonlyMap<string, { rows: number; bytes: number }>>
  /**
   * By the name it has from OTRS 6 on: `article_data_mime`, `groups`, `article_data_otrs_chat`; an older or newer schema's own names are
   * the source's affair. A table that is not there has no rows. What was mended of a row as it was read: `mendedOf(row)` (mended.ts).
   */
  rows(table: string, wanted?: Wanted): AsyncIterable<Row>
  count(table: string): Promise<number>
  /** Lowest and highest of a numeric column; undefined: no rows. */
  range(table: string, column: string): Promise<{ from: number; to: number } | undefined>
  /** A moment as written; undefined where it is none ('0000-00-00 00:00:00' is null already). */
  moment(text: Value | undefined): Date | undefined
  /** Settings in force by their OTRS names, defaults of the product included where they matter; 'TimeZone::Calendar1'. Scalars are text. */
  setting(name: string): Setting | undefined
  /** All settings that differ from the product's defaults, by their names; parts of one setting by 'Name###Part'. */
  settings(): Readonly<Record<string, Setting>>
  /** Bytes of an article's part or raw mail in the file system (`--article-dir`); undefined: not there. */
  readonly files: ArticleFiles | undefined
  close(): Promise<void>
}

export type Setting = string | null | readonly Setting[] | { readonly [key: string]: Setting }

export interface ArticleFiles {
  /** Of the folder `content_path/<article id>`: names in byte order, each with what its side files say. Raw mail: 'plain.txt'. */
  parts(contentPath: string, articleId: number): Promise<readonly FilePart[]>
  raw(contentPath: string, articleId: number): Promise<FileBytes | undefined>
}
export interface FileBytes extends Long {
  size: number
  /** All of it at once. */
  read(): Promise<Buffer>
}
export interface FilePart extends FileBytes {
  name: string
  contentType: string
  contentId: string | null
  contentAlternative: string | null
  disposition: string | null
}

/** A source that cannot be read: the message says what to do, and holds no password. */
export class SourceError extends Error {}
