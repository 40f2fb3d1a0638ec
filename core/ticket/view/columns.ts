/** Owns what a column of agents' lists is, whoever brings it: an attribute, a field of an installation's own. */
import type { Kysely } from 'kysely'
import type { Database, Id, Language } from '../../database/schema.ts'
import { listFields, type Field } from '../../field/fields.ts'
import type { Access } from '../../kernel/actor.ts'
import type { Host } from '../../kernel/contract.ts'
import { aboutChoices, type AboutChoices } from '../../service/choices.ts'
import type { Sort } from '../attributes.ts'
import { listPriorities, listStates, type StateRow } from '../ticket.store.ts'
import type { Ticket } from '../ticket.ts'

export interface Column {
  /** Of an attribute its name; of others 'field:Room': letters, digits, '-', '_', '.', after one ':' at most. Kept with who chose it. */
  key: string
  label(language: Language): string
  /** Lists may be sorted by it. */
  sort?: Sort
  /** Its values are short, so that it takes no more room than they need. */
  narrow?: boolean
  /** Shown to whoever has chosen no columns. */
  usual?: boolean
}

/** How moments are said: in the words of a page, or as a file has them. */
export interface ColumnRoom {
  language: Language
  /** '' where there is none. */
  moment(at: Date | null): string
}

/** What an installation uses, by its administration: columns, filters and acts of pages read it, and it is remembered. */
export interface InUse {
  about(): Promise<Readonly<AboutChoices>>
  /** Fields of tickets, those switched off too. */
  fields(): Promise<readonly Field[]>
  states(): Promise<readonly StateRow[]>
  priorities(): Promise<readonly { id: Id; name: string }[]>
}

/** For one page: what nobody remembers yet is asked for once, whoever needs it. */
export function inUse({ db, remembered }: Pick<Host, 'db' | 'remembered'>): InUse {
  const once = <T>(what: string, read: () => Promise<T>) => {
    let found: Promise<T> | undefined
    return () => (found ??= remembered(`in use: ${what}`, read))
  }
  return {
    about: once('types, services, SLAs', () => aboutChoices(db)),
    fields: once('fields', () => listFields(db, 'ticket')),
    states: once('states', () => listStates(db)),
    priorities: once('priorities', () => listPriorities(db)),
  }
}

export interface ColumnSource {
  /** What this person may choose from, in the order in which it is offered. */
  columns(used: InUse, access: Access): Promise<Column[]>
  /**
   * Values of a page of tickets in words, by ticket and key; what is missing is nothing. `keys` are some of those that `columns` offered.
   * One statement at most, however many tickets and keys there are.
   */
  load(
    db: Kysely<Database>,
    keys: readonly string[],
    tickets: readonly Ticket[],
    room: ColumnRoom,
  ): Promise<Map<Id, Record<string, string>>>
}
