/** Owns queues with their addresses, calendars, salutations and signatures. */
import { sql } from 'kysely'
import { isAddress, listTopics, normalAddress, ROOT_UNIT, type Id } from '../../../core/index.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { Row } from '../source/source.ts'
import { calendarNumber, calendarOf, type CalendarNumber } from './calendars.ts'
import { bringNamed, validId, type Master } from './master.ts'
import { parentName } from './names.ts'
import { amount, deadlines, int, isHtml, name, str, validity, yes } from './read.ts'
import { plainOfHtml } from './html.ts'
import { keep } from './kept.ts'

const SEEDED = new Set(['1', '2', '3', '4'])

/** One calendar for each number that a queue or an SLA names, and the default one. Answers ours by what the source writes. */
export async function takeCalendars(m: Master): Promise<Map<string, Id>> {
  const setting = (named: string) => m.source.setting(named)
  const written = new Set([''])
  for (const table of ['queue', 'sla']) for (const row of await m.all(table, 'id')) written.add(str(row['calendar_name']).trim())
  const numberOf = new Map<string, CalendarNumber>([...written].map((one) => [one, calendarNumber(one, setting)]))
  for (const [one, number] of numberOf) if (one !== '' && one !== '0' && number === '') m.tell('unknown-calendar', 'queue', one)
  const found = new Map(
    [...new Set(numberOf.values())].map((number) => [
      number,
      calendarOf(number, setting, { zone: m.source.zone, cutOff: m.mapping.cutOff[number] }),
    ]),
  )
  for (const [number, { refused }] of found)
    for (const day of refused) m.tell('no-such-day', 'sysconfig_modified', `calendar ${number || 'default'}`, { day })
  // The default one has no number: 0 stands for it.
  const ids = await bringNamed(m, {
    mapped: 'calendar',
    table: 'calendar',
    from: 'sysconfig_modified',
    keepIds: false,
    rows: [...found].map(([number, { definition }]) => ({
      id: number || 0,
      name: definition.name,
      values: (is: string) => ({ name: is, definition: { ...definition, name: is }, unit_id: ROOT_UNIT, valid: true }),
    })),
  })
  return new Map([...numberOf].map(([one, number]) => [one, ids.get(number || '0')!]))
}

/** Texts before and behind an answer. HTML becomes its text here; as it came it is kept. */
export async function takeAnswerParts(m: Master): Promise<void> {
  for (const table of ['salutation', 'signature'] as const) {
    const rows = await m.all(table, 'id')
    await bringNamed(m, {
      mapped: table,
      table,
      from: table,
      keepIds: false,
      rows: rows.map((row) => ({
        id: int(row['id']) ?? 0,
        name: name(row['name']),
        validId: validId(row),
        values: (is) => ({
          name: is,
          body: isHtml(row['content_type']) ? plainOfHtml(str(row['text'])) : str(row['text']),
          valid: validity(row).valid,
        }),
      })),
    })
    for (const row of rows) {
      if (!isHtml(row['content_type'])) continue
      m.tell('html-as-text', table, str(row['id']), { name: name(row['name']) })
      keep(m, table, str(row['id']), name(row['name']), row, str(row['text']))
    }
  }
}

export async function takeQueues(m: Master, calendars: ReadonlyMap<string, Id>, units: ReadonlyMap<string, Id>): Promise<void> {
  const rows = await m.all('queue', 'id')
  const followUp = new Map((await m.all('follow_up_possible', 'id')).map((row) => [int(row['id']), name(row['name'])]))
  const ids = await bringNamed(m, {
    mapped: 'queue',
    table: 'queue',
    from: 'queue',
    seeds: SEEDED,
    rows: rows.map((row) => {
      const group = m.ids.of('group', int(row['group_id']))
      if (group === undefined) m.tell('unknown-group', 'queue', str(row['id']), { group: str(row['group_id']) })
      const possible = followUp.get(int(row['follow_up_id'])) ?? ''
      for (const column of ['first_response_time', 'update_time', 'solution_time', 'unlock_timeout'])
        if ((int(row[column]) ?? 0) < 0) m.tell('negative-minutes', 'queue', str(row['id']), { column, minutes: str(row[column]) })
      return {
        id: int(row['id']) ?? 0,
        name: name(row['name']),
        validId: validId(row),
        values: (is) => ({
          name: is,
          unit_id: unitOf(name(row['name']), m.mapping.queues, units),
          group_id: group ?? '1',
          // Said of each queue: where nothing is said a queue here takes its unit's, in OTRS always the default one.
          calendar_id: calendars.get(str(row['calendar_name']).trim()) ?? calendars.get('') ?? null,
          follow_up_possible: ['possible', 'reject', 'new ticket'].includes(possible) ? possible : 'possible',
          follow_up_lock: yes(row['follow_up_lock']),
          salutation_id: m.ids.of('salutation', int(row['salutation_id'])) ?? null,
          signature_id: m.ids.of('signature', int(row['signature_id'])) ?? null,
          unlock_minutes: amount(row['unlock_timeout']),
          ...deadlines(row),
          sign_key: str(row['default_sign_key']).trim(),
          comment: str(row['comments']),
          ...validity(row),
          created_at: m.source.moment(row['create_time']) ?? m.source.snapshotAt,
        }),
      }
    }),
  })
  const byName = new Map(rows.map((row) => [name(row['name']), ids.get(String(row['id']))]))
  await m.bring({
    kind: 'queue above',
    table: 'queue',
    from: 'queue',
    gone: 'leave',
    rows: rows.flatMap((row) => {
      const id = ids.get(String(row['id']))
      const above = parentName(name(row['name']))
      return id === undefined
        ? []
        : [{ source: String(row['id']), key: { id }, values: { parent_id: (above && byName.get(above)) ?? null } }]
    }),
  })
  await takeRoutes(m, rows, ids, units)
  await takeAddresses(m)
  await m.bring({
    kind: 'queue address',
    table: 'queue',
    from: 'queue',
    gone: 'leave',
    rows: rows.flatMap((row) => {
      const id = ids.get(String(row['id']))
      const address_id = m.ids.of('address', int(row['system_address_id'])) ?? null
      return id === undefined ? [] : [{ source: String(row['id']), key: { id }, values: { address_id } }]
    }),
  })
}

/** The unit of the queue, or of the nearest one above it that the mapping file names; else the root. */
export function unitOf(queue: string, mapped: Mapping['queues'], units: ReadonlyMap<string, Id>): Id {
  for (let at: string | undefined = queue; at !== undefined; at = parentName(at)) {
    const unit = units.get(mapped[at]?.unit ?? '')
    if (unit !== undefined) return unit
  }
  return ROOT_UNIT
}

/** What is asked about a topic in a unit goes to the queue that the mapping file names; where that unit sends it elsewhere already, it goes there. */
async function takeRoutes(m: Master, rows: readonly Row[], ids: ReadonlyMap<string, Id>, units: ReadonlyMap<string, Id>): Promise<void> {
  const topics = new Map((await listTopics(m.db)).map(({ slug, id }) => [slug, id]))
  await m.bring({
    kind: 'route',
    table: 'route',
    from: 'queue',
    meets: 'leave',
    gone: 'remove',
    rows: rows.flatMap((row) => {
      const queue = name(row['name'])
      const [topic_id, queue_id] = [topics.get(m.mapping.queues[queue]?.topic ?? ''), ids.get(String(row['id']))]
      return topic_id === undefined || queue_id === undefined
        ? []
        : [{ source: str(row['id']), key: { unit_id: unitOf(queue, m.mapping.queues, units), topic_id }, values: { queue_id } }]
    }),
  })
}

/** Written twice, in capitals for one: one address here, of the first row in use. */
async function takeAddresses(m: Master): Promise<void> {
  const { rows: has } = await sql<{ address: string; id: Id }>`select address, id::text as id from system_address`.execute(m.db)
  const there = new Map(has.map(({ address, id }) => [address, id]))
  const rows = (await m.all('system_address', 'id')).toSorted((a, b) => Number(validity(b).valid) - Number(validity(a).valid))
  const first = new Map<string, string>()
  const twins: [source: string, of: string][] = []
  const { keys } = await m.bring({
    kind: 'address',
    table: 'system_address',
    from: 'system_address',
    rows: rows.flatMap((row) => {
      const source = str(row['id'])
      const address = normalAddress(str(row['value0']))
      const queue_id = m.ids.of('queue', int(row['queue_id']))
      if (!isAddress(address) || queue_id === undefined) {
        m.tell(queue_id === undefined ? 'address-without-queue' : 'bad-address', 'system_address', source, { address: str(row['value0']) })
        return []
      }
      const twin = first.get(address)
      if (twin !== undefined) {
        twins.push([source, twin])
        m.tell('double-system-address', 'system_address', source, { address, first: twin })
        return []
      }
      first.set(address, source)
      const id = there.get(address)
      return [
        {
          source,
          ...(id === undefined ? {} : { key: { id } }),
          values: { address, name: name(row['value1']), queue_id, valid: validity(row).valid },
        },
      ]
    }),
  })
  const idOf = (source: string) => String(keys.get(source)!['id'])
  await m.ids.putAll(m.db, 'address', [
    ...[...first.values()].map((source) => ({ source, id: idOf(source) })),
    ...twins.map(([source, of]) => ({ source, id: idOf(of) })),
  ])
}
