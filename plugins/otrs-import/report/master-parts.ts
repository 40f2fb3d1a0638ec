/** Owns how people, queues and all other lists are compared: by the source's own numbers, names and validity first. */
import { sql, type RawBuilder } from 'kysely'
import { normalAddress } from '../../../core/index.ts'
import { calendarNumber, calendarOf } from '../master/calendars.ts'
import { filtersOf } from '../master/mail.ts'
import type { MappedKind } from '../room.ts'
import type { Row } from '../source/source.ts'
import type { Line, Part } from './compare.ts'
import { peopleParts } from './people-parts.ts'
import { moment, name, text, type Sides } from './known.ts'
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

const words = (theirs: string, ours: string): Cell => [(row) => text(row[theirs]), col(ours)]
/** In the language that it came as. */
const textThatCame = (column: string): RawBuilder<unknown> => sql`(
  select x.${sql.ref(column)} from auto_response_text x join otrs_row r on r.kind = 'auto_response_text' and r.source_id = o.source_id
    and r.key ->> 'language' = x.language where x.auto_response_id = t.id)`

interface List {
  /** The source's table. */
  from: string
  kind: MappedKind
  table: string
  /** Tables of ours that it reads besides. */
  also?: readonly string[]
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
  {
    from: 'system_address',
    kind: 'address',
    table: 'system_address',
    cells: (sides) => ({
      address: [(row) => normalAddress(text(row['value0'])), col('address')],
      name: [(row) => name(row['value1']), col('name')],
      queue: [(row) => sides.ours('queue', row['queue_id']), col('queue_id')],
      valid,
    }),
  },
  { from: 'salutation', kind: 'salutation', table: 'salutation', cells: () => ({ name: named, valid, text: words('text', 'body') }) },
  { from: 'signature', kind: 'signature', table: 'signature', cells: () => ({ name: named, valid, text: words('text', 'body') }) },
  {
    from: 'standard_template',
    kind: 'template',
    table: 'answer_template',
    cells: () => ({ name: named, valid, text: [(row) => text(row['text']), sql`coalesce(t.html, t.body)`] }),
  },
  {
    from: 'auto_response',
    kind: 'auto_response',
    table: 'auto_response',
    also: ['auto_response_text'],
    cells: () => ({
      name: named,
      valid,
      subject: [(row) => name(row['text1']), textThatCame('subject')],
      text: [(row) => text(row['text0']), textThatCame('body')],
    }),
  },
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
  /** Which rows of ours say something that the source would, too. */
  where?: RawBuilder<boolean>
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
  {
    from: 'queue_auto_response',
    table: 'queue_auto_response',
    columns: ['queue_id', 'auto_response_id'],
    // That a queue answers nothing stands here, and in the source nowhere. Answers of ours are no affair of its.
    where: sql`auto_response_id in (select id from otrs_id where kind = 'auto_response')`,
    of: (sides, row) => [sides.mapped('queue', row['queue_id']), sides.mapped('auto_response', row['auto_response_id'])],
  },
]

/** OTRS's own user 1 is the system, and nobody here. */
const SYSTEM = '1'

export function masterParts(sides: Sides): Part[] {
  return [
    ...lists(sides),
    ...TIES.map((tie) => tied(sides, tie)),
    ...peopleParts(sides),
    filters(sides),
    calendars(sides),
    templateFiles(sides),
    links(sides),
    ...(sides.knowledge ? knowledge(sides) : []),
  ]
}

const tied = (sides: Sides, { from, table, columns, of, where }: Tie): Part => ({
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
  here: () => here.pairs(sides.db, table, columns, 'user', where),
})

const filters = (sides: Sides): Part => ({
  name: 'postmaster_filter',
  tables: ['postmaster_filter'],
  ours: ['postmaster_filter', 'postmaster_filter_row'],
  byTicket: false,
  async *theirs() {
    const rows: Row[] = []
    for await (const row of sides.source.rows('postmaster_filter', { order: ['f_name', 'f_type', 'f_key'] })) rows.push(row)
    for (const { name: key, stop, rows: own } of filtersOf(rows)) {
      const inOrder = (['Match', 'Set'] as const).flatMap((kind) => own.filter((row) => row.kind === kind))
      yield { key, values: { stop: String(stop), rows: JSON.stringify(inOrder.map((row) => [row.kind, row.key, row.value, row.negated])) } }
    }
  },
  here: () => here.filters(sides.db),
})

/** Of a calendar all but its cut-off, which only the mapping file says. */
const calendars = (sides: Sides): Part => {
  const line = (key: string, definition: Record<string, unknown>): Line => ({
    key,
    values: Object.fromEntries(
      Object.entries(definition).flatMap(([part, value]) => (part === 'cutOff' ? [] : [[part, JSON.stringify(sorted(value))]])),
    ),
  })
  return {
    name: 'sysconfig_modified',
    tables: ['sysconfig_modified'],
    ours: ['calendar'],
    byTicket: false,
    async *theirs() {
      const setting = (named: string) => sides.source.setting(named)
      const numbers = new Set([''])
      for (const table of ['queue', 'sla'])
        for await (const row of sides.source.rows(table)) numbers.add(calendarNumber(text(row['calendar_name']), setting))
      for (const number of numbers)
        yield line(number || '0', { ...calendarOf(number, setting, { zone: sides.source.zone, cutOff: undefined }).definition })
    },
    async *here() {
      for (const { key, definition } of await here.calendars(sides.db)) yield line(key, definition)
    },
  }
}

/** Keys of objects in one order, whatever order a database keeps them in. */
const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : value !== null && typeof value === 'object'
      ? Object.fromEntries(
          Object.entries(value)
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, one]) => [key, sorted(one)]),
        )
      : value

const templateFiles = (sides: Sides): Part => ({
  name: 'standard_template_attachment',
  tables: ['standard_template_attachment'],
  ours: ['answer_template_attachment', 'blob', 'blob_chunk'],
  byTicket: false,
  async *theirs() {
    const files = new Map<string, Line['values'] & { called: string }>()
    for await (const row of sides.source.rows('standard_attachment'))
      files.set(text(row['id']), { called: name(row['filename']) || name(row['name']) || 'file', ...bytesOf(row['content']) } as never)
    for await (const row of sides.source.rows('standard_template_attachment', {
      order: ['standard_attachment_id', 'standard_template_id'],
    })) {
      const { called, ...values } = files.get(text(row['standard_attachment_id'])) ?? { called: '?' }
      yield { key: `${text(row['standard_template_id'])} ${called}`, values }
    }
  },
  here: () => here.templateFiles(sides.db, hashOf),
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
    part(
      'faq_voting',
      ['faq_vote'],
      (row) =>
        lineOfId(row, {
          item: sides.ours('faq_item', row['item_id']),
          interface: name(row['interface']) || 'public',
          rate: String(Math.min(100, Math.max(0, Number(row['rate'] ?? 0)))),
        }),
      () => here.faqVotes(sides.db),
    ),
    part(
      'faq_log',
      ['faq_view'],
      (row) =>
        lineOfId(row, {
          item: sides.ours('faq_item', row['item_id']),
          interface: name(row['interface']) || 'public',
          at: moment(sides.source, row['created']),
        }),
      () => here.faqViews(sides.db),
    ),
    {
      name: 'faq_category_group',
      tables: ['faq_category_group'],
      ours: ['faq_category_group'],
      byTicket: false,
      async *theirs() {
        for await (const row of sides.source.rows('faq_category_group', { order: ['category_id', 'group_id'] })) {
          const [category, group] = [sides.mapped('faq_category', row['category_id']), sides.mapped('group', row['group_id'])]
          if (category !== null && group !== null) yield { key: `${category} ${group}`, values: {} }
        }
      },
      here: () =>
        here.pairs(
          sides.db,
          'faq_category_group',
          ['category_id', 'group_id'],
          'user',
          sql`category_id in (select id from otrs_id where kind = 'faq_category')`,
        ),
    },
  ]
}

const lists = (sides: Sides): Part[] =>
  LISTS.map(({ from, kind, table, also = [], key = 'id', cells }): Part => {
    const both = cells(sides)
    return {
      name: from,
      tables: [from],
      ours: [table, ...also],
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
