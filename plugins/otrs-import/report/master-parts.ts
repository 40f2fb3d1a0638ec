/** Owns how people, queues and all other lists are compared: by the source's own numbers, names and validity first. */
import { sql, type RawBuilder } from 'kysely'
import type { MappedKind } from '../room.ts'
import type { Row } from '../source/source.ts'
import type { Line, Part } from './compare.ts'
import { name, text, type Sides } from './known.ts'
import * as here from './here.store.ts'

type Cell = readonly [theirs: (row: Row) => string | null, ours: RawBuilder<unknown>]
type Cells = Readonly<Record<string, Cell>>

const col = (column: string): RawBuilder<unknown> => sql.raw(`t.${column}`)
const valid: Cell = [(row) => String(Number(row['valid_id'] ?? 1) === 1), col('valid')]
const named: Cell = [(row) => name(row['name']), col('name')]
/** 0 and nothing are no deadline; so is what makes no sense. */
const minutes = (theirs: string, ours: string): Cell => [(row) => (Number(row[theirs] ?? 0) > 0 ? text(row[theirs]) : null), col(ours)]
const deadlines: Cells = {
  'first response': minutes('first_response_time', 'first_response_minutes'),
  update: minutes('update_time', 'update_minutes'),
  solution: minutes('solution_time', 'solution_minutes'),
}

interface List {
  /** The source's table. */
  from: string
  kind: MappedKind
  table: string
  /** By what the source names a row; its id. */
  key?: string
  cells: (sides: Sides) => Cells
}

const LISTS: readonly List[] = [
  { from: 'groups', kind: 'group', table: 'permission_group', cells: () => ({ name: named, valid }) },
  { from: 'roles', kind: 'role', table: 'role', cells: () => ({ name: named, valid }) },
  { from: 'customer_company', kind: 'company', table: 'company', key: 'customer_id', cells: () => ({ name: named, valid }) },
  { from: 'ticket_state', kind: 'state', table: 'ticket_state', cells: () => ({ name: named, valid }) },
  { from: 'ticket_priority', kind: 'priority', table: 'ticket_priority', cells: () => ({ name: named, valid }) },
  { from: 'ticket_type', kind: 'type', table: 'ticket_type', cells: () => ({ name: named, valid }) },
  { from: 'service', kind: 'service', table: 'service', cells: () => ({ name: named, valid }) },
  { from: 'sla', kind: 'sla', table: 'sla', cells: () => ({ name: named, valid, ...deadlines }) },
  {
    from: 'queue',
    kind: 'queue',
    table: 'queue',
    cells: (sides) => ({
      name: named,
      valid,
      group: [(row) => sides.ours('group', row['group_id']), col('group_id')],
      unlock: minutes('unlock_timeout', 'unlock_minutes'),
      ...deadlines,
    }),
  },
  { from: 'salutation', kind: 'salutation', table: 'salutation', cells: () => ({ name: named, valid }) },
  { from: 'signature', kind: 'signature', table: 'signature', cells: () => ({ name: named, valid }) },
  { from: 'standard_template', kind: 'template', table: 'answer_template', cells: () => ({ name: named, valid }) },
  { from: 'auto_response', kind: 'auto_response', table: 'auto_response', cells: () => ({ name: named, valid }) },
  { from: 'dynamic_field', kind: 'field', table: 'field', cells: () => ({ name: named, valid }) },
  {
    from: 'users',
    kind: 'user',
    table: 'person',
    cells: () => ({
      // Who is met in the directory is called as it says.
      'is here': [() => 'true', sql`true`],
      agent: [(row) => (Number(row['valid_id'] ?? 1) === 1 ? 'true' : null), sql`case when t.agent and t.valid then true end`],
    }),
  },
  { from: 'customer_user', kind: 'customer_user', table: 'person', key: 'login', cells: () => ({ 'is here': [() => 'true', sql`true`] }) },
]

/** OTRS's own user 1 is the system, and nobody here. */
const SYSTEM = '1'

export function masterParts(sides: Sides): Part[] {
  return LISTS.map(({ from, kind, table, key = 'id', cells }): Part => {
    const both = cells(sides)
    return {
      name: from,
      tables: [from],
      ours: [table],
      byTicket: false,
      async *theirs() {
        for await (const row of sides.source.rows(from)) {
          const is = text(row[key])
          if (is.trim() === '' || (from === 'users' && is === SYSTEM)) continue
          yield lineOf(
            is,
            Object.entries(both).map(([field, [theirs]]) => [field, theirs(row)]),
          )
        }
      },
      async *here() {
        const columns = Object.fromEntries(Object.entries(both).map(([field, [, ours]]) => [field, ours]))
        for (const { key: is, ...values } of await here.named(sides.db, kind, table, columns)) yield { key: is, values }
      },
    }
  })
}

const lineOf = (key: string, values: readonly (readonly [string, string | null])[]): Line => ({ key, values: Object.fromEntries(values) })
