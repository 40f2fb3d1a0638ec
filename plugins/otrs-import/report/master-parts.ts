/** Owns how people, queues and all other lists are compared: by the source's own numbers, names and validity first. */
import { sql, type RawBuilder } from 'kysely'
import type { MappedKind } from '../room.ts'
import type { Row } from '../source/source.ts'
import type { Line, Part } from './compare.ts'
import { name, text, type Sides } from './known.ts'
import { bytesOf, hashOf } from './bytes.ts'
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

/** Rows that only tie two things together: which there are, and nothing else. Rights that were taken away stand with 0. */
const given = (row: Row): boolean =>
  row['permission_value'] === undefined || row['permission_value'] === null || Number(row['permission_value']) !== 0

interface Tie {
  from: string
  table: string
  columns: readonly string[]
  /** The same as the source has it; null: a side of it is nobody here. */
  of: (sides: Sides, row: Row) => readonly (string | null)[]
}

const TIES: readonly Tie[] = [
  {
    from: 'group_user',
    table: 'group_person',
    columns: ['group_id', 'person_id', 'right'],
    of: (sides, row) => [
      sides.ours('group', row['group_id']),
      sides.agent(row['user_id']),
      given(row) ? name(row['permission_key']) : null,
    ],
  },
  {
    from: 'group_role',
    table: 'group_role',
    columns: ['group_id', 'role_id', 'right'],
    of: (sides, row) => [
      sides.ours('group', row['group_id']),
      sides.ours('role', row['role_id']),
      given(row) ? name(row['permission_key']) : null,
    ],
  },
  {
    from: 'role_user',
    table: 'role_person',
    columns: ['role_id', 'person_id'],
    of: (sides, row) => [sides.ours('role', row['role_id']), sides.agent(row['user_id'])],
  },
  {
    from: 'service_sla',
    table: 'service_sla',
    columns: ['service_id', 'sla_id'],
    of: (sides, row) => [sides.ours('service', row['service_id']), sides.ours('sla', row['sla_id'])],
  },
  {
    from: 'personal_queues',
    table: 'person_queue',
    columns: ['person_id', 'queue_id'],
    of: (sides, row) => [sides.agent(row['user_id']), sides.ours('queue', row['queue_id'])],
  },
  {
    from: 'personal_services',
    table: 'person_service',
    columns: ['person_id', 'service_id'],
    of: (sides, row) => [sides.agent(row['user_id']), sides.ours('service', row['service_id'])],
  },
  {
    from: 'queue_standard_template',
    table: 'queue_answer_template',
    columns: ['queue_id', 'template_id'],
    of: (sides, row) => [sides.ours('queue', row['queue_id']), sides.ours('template', row['standard_template_id'])],
  },
]

/** OTRS's own user 1 is the system, and nobody here. */
const SYSTEM = '1'

export function masterParts(sides: Sides): Part[] {
  return [...lists(sides), ...TIES.map((tie) => tied(sides, tie)), links(sides), ...(sides.knowledge ? knowledge(sides) : [])]
}

const tied = (sides: Sides, { from, table, columns, of }: Tie): Part => ({
  name: from,
  tables: [from],
  ours: [table],
  byTicket: false,
  async *theirs() {
    for await (const row of sides.source.rows(from)) {
      const key = of(sides, row)
      if (!key.includes(null)) yield { key: key.join(' '), values: {} }
    }
  },
  async *here() {
    for (const key of await here.pairs(sides.db, table, columns)) yield { key, values: {} }
  },
})

const KINDS: Readonly<Record<string, string>> = { Ticket: 'ticket', FAQ: 'faq' }

/** What is linked with what; a link that only stood in a form which was not sent is none. */
const links = (sides: Sides): Part => ({
  name: 'link_relation',
  tables: ['link_relation'],
  ours: ['link'],
  byTicket: false,
  async *theirs() {
    for await (const row of sides.source.rows('link_relation')) {
      if (sides.word('link_state', row['state_id']) === 'Temporary') continue
      const side = (object: string, key: string) => {
        const kind = sides.word('link_object', row[object]) ?? ''
        return `${KINDS[kind] ?? kind.toLowerCase()} ${kind === 'FAQ' ? (sides.ours('faq_item', row[key]) ?? '') : text(row[key])}`
      }
      const type = sides.word('link_type', row['type_id']) ?? 'Normal'
      const values = {
        from: side('source_object_id', 'source_key'),
        to: side('target_object_id', 'target_key'),
        type: type === 'ParentChild' ? 'parent-child' : type.toLowerCase(),
      }
      yield { key: `${text(row['source_key'])}-${text(row['target_key'])}`, values }
    }
  },
  here: () => here.links(sides.db),
})

function knowledge(sides: Sides): Part[] {
  const part = (from: string, ours: string[], theirs: (row: Row) => Line, read: () => AsyncIterable<Line>): Part => ({
    name: from,
    tables: [from],
    ours,
    byTicket: false,
    async *theirs() {
      for await (const row of sides.source.rows(from)) yield theirs(row)
    },
    here: read,
  })
  const lineOfId = (row: Row, values: Line['values']): Line => ({ key: text(row['id']), values })
  return [
    part(
      'faq_category',
      ['faq_category'],
      (row) =>
        lineOfId(row, {
          name: name(row['name']),
          above: sides.ours('faq_category', row['parent_id']),
          valid: String(Number(row['valid_id']) === 1),
        }),
      () => here.faqCategories(sides.db),
    ),
    part(
      'faq_item',
      ['faq_item', 'faq_revision'],
      (row) =>
        lineOfId(row, {
          category: sides.ours('faq_category', row['category_id']),
          number: name(row['f_number']) || null,
          title: (name(row['f_subject']) || name(row['f_name']) || '?').slice(0, 200),
          valid: String(Number(row['valid_id']) === 1),
        }),
      () => here.faqItems(sides.db),
    ),
    part(
      'faq_attachment',
      ['faq_file', 'blob', 'blob_chunk'],
      (row) => lineOfId(row, { item: sides.ours('faq_item', row['faq_id']), ...bytesOf(row['content']) }),
      () => here.faqFiles(sides.db, hashOf),
    ),
  ]
}

const lists = (sides: Sides): Part[] =>
  LISTS.map(({ from, kind, table, key = 'id', cells }): Part => {
    const both = cells(sides)
    return {
      name: from,
      tables: [from],
      ours: [table],
      byTicket: false,
      async *theirs() {
        for await (const row of sides.source.rows(from)) {
          // Logins of customers are the same in capitals.
          const is = kind === 'customer_user' ? text(row[key]).toLowerCase() : text(row[key])
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

const lineOf = (key: string, values: readonly (readonly [string, string | null])[]): Line => ({ key, values: Object.fromEntries(values) })
