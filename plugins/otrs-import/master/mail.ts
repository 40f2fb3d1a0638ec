/** Owns rules for incoming mail, the count against loops, and where ticket numbers go on. */
import { sql } from 'kysely'
import { DateTime } from 'luxon'
import { filtersChanged, toPattern } from '../../../core/index.ts'
import type { Row } from '../source/source.ts'
import { bringNamed, type Master } from './master.ts'
import { int, name, str, yes } from './read.ts'

export interface FilterRow {
  kind: 'Match' | 'Set'
  key: string
  value: string
  negated: boolean
}
export interface SourceFilter {
  name: string
  stop: boolean
  rows: FilterRow[]
}

/** Pure: rows of the source, in its order, as filters with their rows. Headers bear one prefix here. */
export function filtersOf(rows: readonly Row[]): SourceFilter[] {
  const filters = new Map<string, SourceFilter>()
  for (const row of rows) {
    const named = name(row['f_name'])
    const kind = name(row['f_type'])
    if (kind !== 'Match' && kind !== 'Set') continue
    const filter = filters.get(named) ?? { name: named, stop: false, rows: [] }
    filters.set(named, filter)
    filter.stop ||= yes(row['f_stop'])
    filter.rows.push({
      kind,
      key: name(row['f_key'])
        .replace(/:$/, '')
        .replace(/^x-otobo-/i, 'X-OTRS-'),
      value: str(row['f_value']),
      negated: kind === 'Match' && yes(row['f_not']),
    })
  }
  return [...filters.values()]
}

/** A pattern that this program cannot read would hold nothing: such a filter waits for somebody to look at it. */
export const readable = ({ rows }: SourceFilter): boolean =>
  rows.every(({ kind, value }) => {
    if (kind === 'Set') return true
    try {
      return Boolean(toPattern(value.replace(/^EMAILADDRESS:/, '')))
    } catch {
      return false
    }
  })

export async function takeFilters(m: Master): Promise<void> {
  const filters = filtersOf(await m.all('postmaster_filter', 'f_name', 'f_type', 'f_key'))
  const ids = await bringNamed(m, {
    mapped: 'filter',
    table: 'postmaster_filter',
    from: 'postmaster_filter',
    keepIds: false,
    rows: filters.map((filter) => {
      const valid = readable(filter)
      if (!valid) m.tell('bad-pattern', 'postmaster_filter', filter.name)
      return { id: filter.name, name: filter.name, values: (is) => ({ name: is, stop: filter.stop, valid }) }
    }),
  })
  const { made, changed, removed } = await m.bring({
    kind: 'filter row',
    table: 'postmaster_filter_row',
    from: 'postmaster_filter',
    gone: 'remove',
    rows: filters.flatMap((filter) => {
      const filter_id = ids.get(filter.name)
      if (filter_id === undefined) return []
      return (['Match', 'Set'] as const).flatMap((kind) =>
        filter.rows
          .filter((row) => row.kind === kind)
          .map(({ key, value, negated }, place) => ({
            source: `${filter.name} ${kind} ${place}`,
            key: { filter_id, kind, place },
            values: { key, value, negated },
          })),
      )
    }),
  })
  if (made + changed + removed > 0) await filtersChanged(m.work)
}

/** Today's automatic answers, so that nobody gets twice as many on the day of the move. */
export async function takeLoopCounts(m: Master): Promise<void> {
  if (!m.source.has('ticket_loop_protection')) return
  const today = DateTime.fromJSDate(m.source.snapshotAt, { zone: m.source.zone }).toFormat('yyyy-MM-dd')
  const counts = new Map<string, number>()
  for await (const row of m.source.rows('ticket_loop_protection', { order: ['sent_date', 'sent_to'] })) {
    if (!str(row['sent_date']).startsWith(today)) continue
    const address = str(row['sent_to']).trim().toLowerCase()
    if (address !== '') counts.set(address, (counts.get(address) ?? 0) + 1)
  }
  const rows = JSON.stringify([...counts].map(([address, count]) => ({ address, count })))
  await sql`insert into loop_protection as l (address, day, count)
    select address, ${today}::date, count from jsonb_to_recordset(${rows}::jsonb) as r(address text, count integer)
    on conflict (address, day) do update set count = greatest(l.count, excluded.count)`.execute(m.db)
}

const GENERATORS: Readonly<Record<string, string>> = {
  AutoIncrement: 'AutoIncrement',
  Date: 'Date',
  DateChecksum: 'DateChecksum',
  Random: 'Random',
}

/** Pure: the generator by what the source's setting ends with; OTRS's default is ours. */
export const generatorOf = (setting: unknown): string | undefined => {
  const last = typeof setting === 'string' && setting !== '' ? (setting.split('::').at(-1) ?? '') : 'DateChecksum'
  return GENERATORS[last]
}

/**
 * The highest counter in force: of generators by date today's, else the last one. Of a source whose counter stands in a file the numbers of
 * its tickets tell. Undefined: none of today.
 */
export function counterInForce(
  generator: string,
  counters: readonly Row[],
  numbers: readonly string[],
  { systemId, today, dayOf }: { systemId: string; today: string; dayOf(row: Row): string },
): number | undefined {
  const used = counters.flatMap((row) => {
    const counter = int(row['counter']) ?? 0
    return counter > 0 && (generator === 'AutoIncrement' || dayOf(row) === today) ? [counter] : []
  })
  const read = numbers.flatMap((number) => {
    if (generator === 'AutoIncrement') {
      // Numbers that begin with a day were made by another generator.
      if (/^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])/.test(number) || !number.startsWith(systemId)) return []
      const counter = Number(number.slice(systemId.length))
      return Number.isSafeInteger(counter) ? [counter] : []
    }
    const head = `${today}${systemId}`
    if (!number.startsWith(head)) return []
    const rest = number.slice(head.length)
    const counter = Number(generator === 'DateChecksum' ? rest.slice(0, -1) : rest)
    return Number.isSafeInteger(counter) && rest !== '' ? [counter] : []
  })
  const all = [...used, ...read]
  return all.length === 0 ? undefined : all.reduce((a, b) => Math.max(a, b))
}

/** Numbers go on where the source stops: today's next one is free. */
export async function takeCounters(m: Master): Promise<void> {
  const { config } = m.work
  const generator = generatorOf(m.source.setting('Ticket::NumberGenerator'))
  const systemId = str((m.source.setting('SystemID') as string | number | undefined) ?? '10')
  if (generator !== config.ticketNumber.generator || systemId !== config.systemId)
    m.tell('number-generator', 'sysconfig_modified', 'Ticket::NumberGenerator', {
      theirs: `${generator ?? String(m.source.setting('Ticket::NumberGenerator'))}, ${systemId}`,
      ours: `${config.ticketNumber.generator}, ${config.systemId}`,
    })
  const ours = config.ticketNumber.generator
  if (ours === 'Random') return
  const day = (at: Date | undefined, zone: string) => (at ? DateTime.fromJSDate(at, { zone }).toFormat('yyyyLLdd') : '')
  const today = day(m.work.now, config.zone)
  const numbers: string[] = []
  // The youngest tickets have the highest numbers, or nearly: more than that many are not made on a day.
  const last = (await m.source.range('ticket', 'id'))?.to
  if (last !== undefined) {
    const between = { column: 'id', from: Math.max(1, last - 20_000), to: last }
    for await (const row of m.source.rows('ticket', { columns: ['tn'], between, order: ['id'] })) numbers.push(str(row['tn']))
  }
  const counter = counterInForce(ours, await m.all('ticket_number_counter', 'id'), numbers, {
    systemId: config.systemId,
    today,
    dayOf: (row) => day(m.source.moment(row['create_time']), m.source.zone),
  })
  if (counter === undefined) return
  // A lower base is a higher counter: what was given out here since is never given out again.
  await sql`insert into ticket_number_base as b (key, base) values (${ours === 'AutoIncrement' ? 'all' : today}, nextval('ticket_number_seq') - ${counter}::bigint)
    on conflict (key) do update set base = least(b.base, excluded.base)`.execute(m.db)
}
