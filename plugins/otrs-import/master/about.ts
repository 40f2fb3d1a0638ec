/** Owns types, services, SLAs, priorities and states of tickets as they come from the source. */
import { sql } from 'kysely'
import { ROOT_UNIT, UNCLASSIFIED } from '../../../core/index.ts'
import type { Row } from '../source/source.ts'
import { bringNamed, validId, type Master } from './master.ts'
import { parentName } from './names.ts'
import { deadlines, int, name, str, validity } from './read.ts'
import { entriesOf } from './rows.store.ts'

/** The state that only we have; OTRS's own numbers end at 9. */
const OUR_STATE = '20'
const STATE_TYPES = ['new', 'open', 'closed', 'pending reminder', 'pending auto', 'removed', 'merged'] as const
type StateType = (typeof STATE_TYPES)[number]
/** OTRS's own states with their place in lists here. */
const SEEDED: Readonly<Record<string, number>> = { 1: 10, 2: 60, 3: 70, 4: 20, 5: 90, 6: 30, 7: 40, 8: 50, 9: 80 }
/** Ticket::StateAfterPending as OTRS ships it. */
const AFTER: Readonly<Record<string, string>> = { 'pending auto close+': 'closed successful', 'pending auto close-': 'closed unsuccessful' }
const SORT: Record<StateType, number> = {
  new: 10,
  open: 20,
  'pending reminder': 30,
  'pending auto': 40,
  closed: 60,
  merged: 80,
  removed: 90,
}

export async function takeTypes(m: Master): Promise<void> {
  const rows = await m.all('ticket_type', 'id')
  await bringNamed(m, {
    mapped: 'type',
    table: 'ticket_type',
    from: 'ticket_type',
    seeds: new Set([UNCLASSIFIED]),
    rows: rows.map((row) => named(row, (is) => ({ name: is, ...validity(row) }))),
  })
}

export async function takePriorities(m: Master): Promise<void> {
  const rows = await m.all('ticket_priority', 'id')
  await bringNamed(m, {
    mapped: 'priority',
    table: 'ticket_priority',
    from: 'ticket_priority',
    seeds: new Set(['1', '2', '3', '4', '5']),
    rows: rows.map((row) => named(row, (is) => ({ name: is, ...validity(row) }))),
  })
  colours(m, 'ticket_priority', rows)
}

/** Pure: the type of a state by the name of the source's type; one that nobody knows counts as open. */
export const stateType = (typeName: string): StateType | undefined => STATE_TYPES.find((type) => type === typeName)

export async function takeStates(m: Master): Promise<void> {
  const types = new Map((await m.all('ticket_state_type', 'id')).map((row) => [int(row['id']), name(row['name'])]))
  const rows = await m.all('ticket_state', 'id')
  const theirs = rows.find((row) => String(row['id']) === OUR_STATE)
  if (theirs && m.ids.of('state', OUR_STATE) === undefined) await moveOurState(m, name(theirs['name']))
  const after = { ...AFTER, ...(m.source.setting('Ticket::StateAfterPending') as Record<string, unknown> | undefined) }
  const suspending = listOf(m.source.setting('EscalationSuspendStates'))
  const joined = await joinStates(m, rows)
  await bringNamed(m, {
    mapped: 'state',
    table: 'ticket_state',
    from: 'ticket_state',
    seeds: new Set(Object.keys(SEEDED)),
    rows: rows.flatMap((row) => {
      if (joined.has(str(row['id']))) return []
      const said = types.get(int(row['type_id'])) ?? ''
      const type = stateType(said)
      if (type === undefined) m.tell('unknown-state-type', 'ticket_state', str(row['id']), { type: said })
      const then = after[name(row['name'])]
      return named(row, (is) => ({
        name: is,
        type: type ?? 'open',
        sort: SEEDED[String(row['id'])] ?? SORT[type ?? 'open'],
        after_pending: type === 'pending auto' && typeof then === 'string' ? then : null,
        suspends: suspending.includes(is),
        ...validity(row),
      }))
    }),
  })
  colours(m, 'ticket_state', rows)
}

/** States that the mapping file says to be one of ours; answers their ids. One that came by an earlier run stays what it is: its tickets have it. */
async function joinStates(m: Master, rows: readonly Row[]): Promise<ReadonlySet<string>> {
  const came = new Set((await entriesOf(m.db, 'state')).map(({ source_id }) => source_id))
  const { rows: ours } = await sql<{ id: string; name: string }>`select id::text as id, name from ticket_state`.execute(m.db)
  const joined = new Map<string, string>()
  for (const row of rows) {
    const [source, is] = [str(row['id']), m.mapping.states[name(row['name'])]]
    const id = ours.find((one) => one.name === is)?.id
    if (is === undefined || id === undefined) continue
    m.tell(came.has(source) ? 'state-stays' : 'state-joined', 'ticket_state', source, { name: name(row['name']), ours: is })
    if (!came.has(source)) joined.set(source, id)
  }
  await m.ids.putAll(
    m.db,
    'state',
    [...joined].map(([source, id]) => ({ source, id })),
  )
  return new Set(joined.keys())
}

/** Ours makes room: whatever points at it comes along. */
async function moveOurState(m: Master, theirName: string): Promise<void> {
  const { rows } = await sql<{ name: string }>`select name from ticket_state where id = ${OUR_STATE}`.execute(m.db)
  if (!rows[0] || rows[0].name === theirName) return
  const { rows: templates } = await sql<{ id: string }>`
    update answer_template set state_id = null where state_id = ${OUR_STATE} returning id::text as id`.execute(m.db)
  const { rows: moved } = await sql<{ id: string }>`
    update ticket_state set id = nextval(pg_get_serial_sequence('ticket_state', 'id')) where id = ${OUR_STATE} returning id::text as id`.execute(
    m.db,
  )
  const to = moved[0]!.id
  await sql`update answer_template set state_id = ${to} where id = any(${templates.map(({ id }) => id)}::bigint[])`.execute(m.db)
  await sql`update history set state_id = ${to} where state_id = ${OUR_STATE}`.execute(m.db)
  m.tell('state-moved', 'ticket_state', OUR_STATE, { name: rows[0].name, now: to })
}

/** Znuny's colours of states and priorities have no place here. */
function colours(m: Master, table: string, rows: readonly Row[]): void {
  for (const row of rows) if (str(row['color']) !== '') m.tell('colour-left', table, str(row['id']), { colour: str(row['color']) })
}

export async function takeServices(m: Master, calendars: ReadonlyMap<string, string>): Promise<void> {
  const services = await m.all('service', 'id')
  const persons = await m.all('service_customer_user', 'service_id', 'customer_user_login')
  const DEFAULT = '<DEFAULT>'
  const everybody = new Set(persons.filter((row) => str(row['customer_user_login']) === DEFAULT).map((row) => String(row['service_id'])))
  const ids = await bringNamed(m, {
    mapped: 'service',
    table: 'service',
    from: 'service',
    rows: services.map((row) =>
      named(row, (is) => ({
        name: is,
        unit_id: ROOT_UNIT,
        for_everybody: everybody.has(String(row['id'])),
        comment: str(row['comments']),
        ...validity(row),
      })),
    ),
  })
  const byName = new Map(services.map((row) => [name(row['name']), ids.get(String(row['id']))]))
  await m.bring({
    kind: 'service above',
    table: 'service',
    from: 'service',
    rows: services.flatMap((row) => {
      const id = ids.get(String(row['id']))
      const above = parentName(name(row['name']))
      return id === undefined
        ? []
        : [{ source: String(row['id']), key: { id }, values: { parent_id: (above && byName.get(above)) ?? null } }]
    }),
  })

  const slas = await m.all('sla', 'id')
  const slaIds = await bringNamed(m, {
    mapped: 'sla',
    table: 'sla',
    from: 'sla',
    rows: slas.map((row) =>
      named(row, (is) => ({
        name: is,
        unit_id: ROOT_UNIT,
        calendar_id: calendars.get(str(row['calendar_name']).trim()) ?? calendars.get('') ?? null,
        ...deadlines(row),
        comment: str(row['comments']),
        ...validity(row),
      })),
    ),
  })
  await m.bring({
    kind: 'service_sla',
    table: 'service_sla',
    from: 'service_sla',
    meets: 'leave',
    gone: 'remove',
    rows: (await m.all('service_sla', 'service_id', 'sla_id')).flatMap((row) => {
      const [service_id, sla_id] = [ids.get(String(row['service_id'])), slaIds.get(String(row['sla_id']))]
      return service_id && sla_id
        ? [{ source: `${str(row['service_id'])} ${str(row['sla_id'])}`, key: { service_id, sla_id }, values: {} }]
        : []
    }),
  })
  await m.bring({
    kind: 'service_person',
    table: 'service_person',
    from: 'service_customer_user',
    meets: 'leave',
    gone: 'remove',
    rows: persons.flatMap((row) => {
      const [service_id, login] = [ids.get(String(row['service_id'])), str(row['customer_user_login'])]
      if (login === DEFAULT || service_id === undefined) return []
      const person_id = m.ids.of('customer_user', login)
      if (person_id === undefined) {
        m.tell('service-for-nobody', 'service_customer_user', str(row['service_id']), { login })
        return []
      }
      return [{ source: `${str(row['service_id'])} ${person_id}`, key: { service_id, person_id }, values: {} }]
    }),
  })
}

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [])

function named(row: Row, values: (name: string) => Record<string, unknown>) {
  return { id: int(row['id']) ?? 0, name: name(row['name']), values, validId: validId(row) }
}
