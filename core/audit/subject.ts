/**
 * Owns what an administered thing declares of itself: whose affair it is, its words, where it is seen, what stands there now and
 * how it is put back. One such entry stands beside the acts on the thing; `subjects.ts` lists them all, and the record of changes,
 * both logs and going back read nothing else.
 */
import type { Kysely } from 'kysely'
import type { NameKind, NameSql } from '../administration/names.ts'
import type { Saying } from '../administration/words.ts'
import type { Database, Id } from '../database/schema.ts'
import type { TextTables } from '../i18n/texts.ts'
import type { Setting } from '../kernel/settings/settings.ts'
import type { Work } from '../kernel/work.ts'
import type { AdministrationKey } from './administration-texts.ts'
import type { Lies } from './audit.store.ts'
import type { AuditKind } from './record.ts'

/** As the log keeps them. */
export type Values = Record<string, unknown>

/** What the log says of a change: of what, and what differs before and after. Null: it was not there. */
export interface Change {
  kind: string
  object: { type: string; id: string } | null
  before: Values | null
  after: Values | null
}

/** Who brings settings and administered things: core, or a plugin. Their words are keys of its texts. */
export interface SubjectOwner {
  name: string
  texts?: TextTables
  settings?: Record<string, Setting>
  permissions?: Record<string, string>
  administered?: Administered
}

/** How a value reads; left out, as it stands. */
export type Reads =
  | 'yes-no'
  /** Switched on, off, or as above. */
  | 'on-off'
  | 'moment'
  /** A language, as those who speak it call it. */
  | 'language'
  /** A date without a time, as '2026-12-04'. */
  | 'day'
  /** Rights in a group, by their names. */
  | 'rights'
  /** The id of such a thing, or a list of ids, by its name. */
  | NameKind
  | { named: NameSql }
  /** One of a few, each in words: the key is this with the value at its end. */
  | { choice: string }
  | { say: (value: unknown, saying: Saying) => string }
  /** With what `read` found in the database, asked once for a whole page of the log: made by `saidWith`. */
  | Found

export interface Found {
  read: (db: Kysely<Database>) => Promise<unknown>
  sayWith: (value: unknown, saying: Saying, found: never) => string
}

/** A value that only what stands in the database has words for: ids of many kinds of things, in one. */
export const saidWith = <T>(
  read: (db: Kysely<Database>) => Promise<T>,
  say: (value: unknown, saying: Saying, found: T) => string,
): Found => ({
  read,
  sayWith: say,
})

export interface SubjectField<K extends string> {
  /** Null: kept for going back, and shown to nobody. */
  words: K | null
  as?: Reads
  /** Its value never reaches the log; that it changed does. */
  secret?: true
}

/** Keys such as 'group 5': one for each of many things of a kind. */
export interface EachField<K extends string> {
  /** Stands before the id. */
  prefix: string
  of: NameKind | { named: NameSql }
  /** With the placeholder {name}. */
  words: K
  as?: Reads
}

/** What a way back needs besides the database. */
export interface Around {
  /** Of the installation's clock. */ zone: string
  owners: readonly SubjectOwner[]
}

/**
 * How a thing is read and put back. `F` is the form of the act that changes it: `form` makes the whole of it, so that a field
 * which the form has and the way back leaves out does not compile.
 */
export interface Way<V extends object, F extends object> {
  /**
   * What stands now; undefined where there is no such thing. `of`: the values that the log speaks of, where the id alone does not
   * say which (one of a person's addresses, the groups in which rights changed).
   */
  read(db: Kysely<Database>, id: string, of: Values, around: Around): Promise<V | undefined>
  form(values: V): Required<F>
  /** Through the act that makes such a change, with its rules and its demands of rights. */
  put(work: Work, id: string, form: Required<F>, around: Around): Promise<unknown>
  /** Makes again what was taken away whole. Left out, there is no way back from that. */
  make?(work: Work, id: string, form: Required<F>): Promise<unknown>
  /** Takes away what was made whole. Left out, there is no way back from that. */
  remove?(work: Work, id: string, form: Required<F>): Promise<unknown>
  /** The log's values as the thing has them today, where earlier versions wrote them otherwise; undefined: what they name is gone. */
  today?(db: Kysely<Database>, id: string, values: Values): Promise<Values | undefined>
  /** Why this change cannot be put back, though others of its kind can. */
  refuses?(change: Change, owners: readonly SubjectOwner[]): string | undefined
}

// oxlint-disable-next-line typescript/no-explicit-any
export interface Subject<V extends object = any, F extends object = any, K extends string = string> {
  /** Names it in the log and in the fact `admin.changed`. */
  type: string
  /** Which changes of the type are this subject's, where several have it. */
  fits?(change: Change): boolean
  /** Where the log looks for it; left out, among the changes of administration. */
  kind?: AuditKind
  /** Who may change it, and so put it back: central administration alone, or the unit's administrators too. The act asks again. */
  right: 'installation' | 'unit'
  /** Where its unit stands; 'said': whoever records a change says it; null: it is no unit's. */
  lies: Lies | 'said' | null
  words: K
  /** Its id is a name ('faq', 'auto reply'), not a number. */
  byName?: true
  /** What it is called; left out, by its id. */
  named?: NameKind | { named: NameSql } | { say: (id: string, saying: Saying) => string }
  /** Its page in the administration. */
  seen?(id: string): string | null
  /** Those of its values that deadlines of tickets count of: when one changes, a job counts them again (escalation/recount-job.ts). */
  deadlines?: readonly (keyof V & string)[]
  /** Every value the log may have of it, each in words. */
  fields: { readonly [key in keyof V]-?: SubjectField<K> }
  /** Values that tell of the act and are no part of the thing: how many tickets went elsewhere. */
  told?: { readonly [key: string]: SubjectField<K> }
  each?: readonly EachField<K>[]
  /** Words for keys that no list can name: a plugin's settings. */
  sayField?(key: string, id: string, saying: Saying): string | undefined
  sayValue?(key: string, value: unknown, id: string, saying: Saying): string | undefined
  way: Way<V, F> | { noWayBack: K }
}

/** A subject of core: its words are of core's. */
export type CoreSubject<V extends object, F extends object = never> = Subject<V, F, AdministrationKey>

/** What a plugin brings, by name: 'faq/entry'. The name begins with the plugin's. */
export type Administered = Record<string, Subject>

/** A name for an id as the pages of most things have it. */
export const pageAt =
  (path: string) =>
  (id: Id): string =>
    `${path}/${id}`

/** Every key of texts that a subject names. */
export function subjectWords(subject: Subject): string[] {
  const { words, fields, told = {}, each = [], way } = subject
  return [
    words,
    ...[...Object.values<SubjectField<string>>(fields), ...Object.values(told)].flatMap((field) => field.words ?? []),
    ...each.map((one) => one.words),
    ...('noWayBack' in way ? [way.noWayBack] : []),
  ]
}
