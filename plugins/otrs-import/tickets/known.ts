/** Owns what rows of tickets may point to here: queues, states, people …, looked up once for a run. */
import type { Id, StateType } from '../../../core/index.ts'
import type { FindingCode } from '../findings.ts'
import type { Finding, Ids, MappedKind } from '../room.ts'
import type { Row, Value } from '../source/source.ts'
import { idOf, text } from './values.ts'

/** What is here, by id. */
export interface Here {
  queues: ReadonlySet<Id>
  states: ReadonlyMap<Id, StateType>
  priorities: ReadonlySet<Id>
  types: ReadonlySet<Id>
  services: ReadonlySet<Id>
  slas: ReadonlySet<Id>
  fields: ReadonlySet<Id>
  /** Codes of companies. */
  companies: ReadonlySet<string>
  /** Address in small letters → person, of those who came by an import. */
  addresses: ReadonlyMap<string, Id>
}

/** Names of the source's numbered words, by number. */
export interface Words {
  channels: ReadonlyMap<number, string>
  senders: ReadonlyMap<number, string>
  historyTypes: ReadonlyMap<number, string>
  locks: ReadonlyMap<number, string>
  linkTypes: ReadonlyMap<number, string>
  linkObjects: ReadonlyMap<number, string>
  /** What each field is of: 'Ticket', 'Article' … */
  fields: ReadonlyMap<number, string>
  fieldTypes: ReadonlyMap<number, string>
}

export interface Known {
  ids: Ids
  /** Login in small letters → person: a ticket's customer is meant however it is written (OTRS behaviour). */
  customers: ReadonlyMap<string, Id>
  here: Here
  words: Words
  moment(value: Value | undefined): Date | null
  tell(code: FindingCode, table: string, key: string | number, detail?: Finding['detail']): void
}

/** Ours of a numbered thing: its own number unless the map says another. Undefined: there is none here. */
export function ours(known: Known, kind: MappedKind, there: { has(id: Id): boolean }, value: Value | undefined): Id | undefined {
  const id = idOf(value)
  if (id === null) return undefined
  const own = known.ids.of(kind, id) ?? String(id)
  return there.has(own) ? own : undefined
}

/** The person that an agent of the source became. OTRS's user 1 is the system: nobody here. */
export const agentOf = ({ ids }: Known, value: Value | undefined): Id | null => {
  const id = idOf(value)
  return id === null ? null : (ids.of('user', id) ?? null)
}

/** The person whom a ticket names as its customer. */
export const customerOf = ({ customers }: Pick<Known, 'customers'>, value: Value | undefined): Id | null =>
  customers.get(text(value).trim().toLowerCase()) ?? null

/** When a row was written; where it does not say, the moment given, and it is told. */
export function writtenAt(known: Known, table: string, row: Row, column: string, otherwise: Date): Date {
  const at = known.moment(row[column])
  if (at) return at
  known.tell('zero-date', table, text(row['id']), { column })
  return otherwise
}
