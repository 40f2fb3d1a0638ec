/** Owns dynamic fields with their Config, on which forms they are asked for, and their values of people, companies and knowledge. */
import { sql } from 'kysely'
import { isNative, isScreen, ROOT_UNIT, type Screen } from '../../../core/index.ts'
import type { Row, Value } from '../source/source.ts'
import { blank } from './blank.ts'
import { keep } from './kept.ts'
import { bringNamed, validId, type Master } from './master.ts'
import { int, name, str, validity, yamlOf, yes } from './read.ts'

const OBJECTS: Readonly<Record<string, string>> = {
  Ticket: 'ticket',
  Article: 'article',
  CustomerUser: 'person',
  CustomerCompany: 'company',
  FAQ: 'faq',
}
/** What OTRS itself keeps in fields, and computes: not for people to set. */
const SILENT = new Set(['ProcessID', 'ActivityID', 'Title'])

/** Forms of OTRS and ours, by the setting that says which fields they ask for. */
export const FORMS: readonly (readonly [setting: string, screen: Screen])[] = [
  ['Ticket::Frontend::AgentTicketPhone###DynamicField', 'new'],
  ['Ticket::Frontend::AgentTicketEmail###DynamicField', 'new'],
  ['Ticket::Frontend::AgentTicketFreeText###DynamicField', 'fields'],
  ['Ticket::Frontend::AgentTicketNote###DynamicField', 'note'],
  ['Ticket::Frontend::AgentTicketCompose###DynamicField', 'reply'],
  ['Ticket::Frontend::AgentTicketClose###DynamicField', 'close'],
  ['Ticket::Frontend::AgentTicketPending###DynamicField', 'pend'],
  ['Ticket::Frontend::AgentTicketMove###DynamicField', 'move'],
  ['Ticket::Frontend::CustomerTicketMessage###DynamicField', 'portal'],
  ['Ticket::Frontend::CustomerTicketZoom###DynamicField', 'portal-ticket'],
]

export async function takeFields(m: Master): Promise<void> {
  const rows: Row[] = []
  for (const row of await m.all('dynamic_field', 'id')) {
    if (OBJECTS[name(row['object_type'])] !== undefined) rows.push(row)
    else {
      m.tell('field-of-other-kind', 'dynamic_field', str(row['id']), { name: name(row['name']), object: name(row['object_type']) })
      keep(m, 'field', str(row['id']), name(row['name']), { dynamic_field: [row] })
    }
  }
  const ids = await bringNamed(m, {
    mapped: 'field',
    table: 'field',
    from: 'dynamic_field',
    rows: rows.map((row) => {
      const type = name(row['field_type'])
      if (!isNative({ type }) && !SILENT.has(type))
        m.tell('field-read-only', 'dynamic_field', str(row['id']), { name: name(row['name']), type })
      const config = yamlOf(row['config'])
      if (str(row['config']).trim() !== '' && (typeof config !== 'object' || config === null))
        m.tell('bad-config', 'dynamic_field', str(row['id']), { name: name(row['name']) })
      return {
        id: int(row['id']) ?? 0,
        name: name(row['name']),
        validId: validId(row),
        values: (is) => ({
          name: is,
          label: name(row['label']) || is,
          object: OBJECTS[name(row['object_type'])],
          type,
          // A field that looks things up elsewhere has that place's login in its Config.
          config: typeof config === 'object' && config !== null && !Array.isArray(config) ? blank(config) : {},
          unit_id: ROOT_UNIT,
          internal: yes(row['internal_field']),
          sort: int(row['field_order']) ?? 0,
          ...validity(row),
        }),
      }
    }),
  })
  await takeUses(m, new Map(rows.map((row) => [name(row['name']), ids.get(str(row['id']))])))
}

const USES = ['off', 'optional', 'required'] as const

/** Pure: what OTRS's settings say of each field and form; of two that are one form here the stronger word counts. */
export function usesOf(setting: (name: string) => unknown): { field: string; screen: Screen; use: (typeof USES)[number] }[] {
  const uses = new Map<string, number>()
  for (const [named, screen] of FORMS) {
    const said = setting(named)
    if (said === null || typeof said !== 'object') continue
    for (const [field, use] of Object.entries(said)) {
      const key = `${screen}\n${field}`
      const level = Number(use)
      if (level === 0 || level === 1 || level === 2) uses.set(key, Math.max(uses.get(key) ?? 0, level))
    }
  }
  return [...uses].map(([key, level]) => {
    const [screen = '', field = ''] = key.split('\n')
    return { field, screen: screen as Screen, use: USES[level]! }
  })
}

async function takeUses(m: Master, ids: ReadonlyMap<string, string | undefined>): Promise<void> {
  const { rows: has } = await sql<{ field: string; screen: string }>`
    select field_id::text as field, screen from field_use where queue_id is null and topic_id is null`.execute(m.db)
  const there = new Set(has.map(({ field, screen }) => `${field} ${screen}`))
  const { rows: mine } = await sql<{ source_id: string }>`select source_id from otrs_row where kind = 'field_use'`.execute(m.db)
  const known = new Set(mine.map(({ source_id }) => source_id))
  await m.bring({
    kind: 'field_use',
    table: 'field_use',
    from: 'sysconfig_modified',
    gone: 'remove',
    rows: usesOf((named) => m.source.setting(named)).flatMap(({ field, screen, use }) => {
      const field_id = ids.get(field)
      if (field_id === undefined || !isScreen(screen)) return []
      const source = `${field} ${screen}`
      // What was said here of the same form stands.
      if (!known.has(source) && there.has(`${field_id} ${screen}`)) return []
      return [{ source, key: { field_id, screen }, values: { queue_id: null, topic_id: null, use } }]
    }),
  })
}

export interface FieldValue {
  text: string | null
  at: Date | null
  number: string | null
}

/** Pure: one row of values as it stands in the column of its type; undefined where the row holds nothing. A text that is empty is one. */
export function fieldValue(type: string, row: Row, moment: (written: Value | undefined) => Date | undefined): FieldValue | undefined {
  const none = { text: null, at: null, number: null }
  const [words, date, number] = [row['value_text'], row['value_date'], row['value_int']]
  if (type === 'Date' || type === 'DateTime') {
    // A day is the same day wherever it is read: no zone moves it.
    const day = /^(\d{4}-\d{2}-\d{2})/.exec(str(date))?.[1]
    const at = type === 'Date' ? (day && moment(date) ? new Date(`${day}T00:00:00Z`) : undefined) : moment(date)
    return at ? { ...none, at } : undefined
  }
  if (type === 'Checkbox') return int(number) === undefined ? undefined : { ...none, number: String(int(number)) }
  if (words !== null && words !== undefined) return { ...none, text: str(words) }
  if (int(number) !== undefined) return { ...none, text: String(int(number)) }
  const at = moment(date)
  return at ? { ...none, text: at.toISOString() } : undefined
}

/** Of people, companies and knowledge; those of tickets and articles come with their tickets. */
export async function takeOtherValues(m: Master): Promise<void> {
  const fields = new Map((await m.all('dynamic_field', 'id')).map((row) => [str(row['id']), row]))
  const wanted = [...fields.values()].filter((row) => ['CustomerUser', 'CustomerCompany', 'FAQ'].includes(name(row['object_type'])))
  if (wanted.length === 0) return
  const names = new Map((await m.all('dynamic_field_obj_id_name', 'object_id')).map((row) => [str(row['object_id']), row]))
  const values: { source: string; key: Record<string, string | number>; values: FieldValue & Record<string, unknown> }[] = []
  const places = new Map<string, number>()
  const among = { column: 'field_id', ids: wanted.map((row) => int(row['id']) ?? 0) }
  for await (const row of m.source.rows('dynamic_field_value', { among, order: ['id'] })) {
    const field = fields.get(str(row['field_id']))!
    const object_id = objectOf(m, name(field['object_type']), row, names)
    const field_id = m.ids.of('field', str(row['field_id']))
    const value = fieldValue(name(field['field_type']), row, (written) => m.source.moment(written))
    if (field_id === undefined || value === undefined) continue
    if (object_id === undefined) {
      m.tell('value-of-nobody', 'dynamic_field_value', str(row['id']), { field: name(field['name']), object: str(row['object_id']) })
      continue
    }
    const set_place = int(row['index_set']) ?? 0
    const at = `${object_id} ${field_id} ${set_place}`
    const place = int(row['index_value']) ?? places.get(at) ?? 0
    places.set(at, place + 1)
    values.push({ source: str(row['id']), key: { object_id, field_id, set_place, place }, values: { ...value } })
  }
  await m.bring({ kind: 'field_value', table: 'field_value', from: 'dynamic_field_value', rows: values, gone: 'remove' })
}

/** A person or company stands in the source by a number of its own that leads to their login or code. */
function objectOf(m: Master, type: string, row: Row, names: ReadonlyMap<string, Row>): string | undefined {
  if (type === 'FAQ') return m.ids.of('faq_item', int(row['object_id']))
  const named = name(names.get(str(row['object_id']))?.['object_name'])
  return type === 'CustomerUser' ? m.ids.of('customer_user', named) : m.ids.of('company', named)
}
