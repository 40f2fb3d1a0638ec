/** Owns what the made-up tickets are about: type, service, SLA, fields, deadlines, time spent, links; two that are one, old ones archived. */
import { sql } from 'kysely'
import {
  addWorkingTime,
  DEFAULT_CALENDAR,
  mergeTicket,
  OPEN_TYPES,
  ROOT_UNIT,
  touchDeadlines,
  type Id,
  type Work,
} from '../../core/index.ts'
import {
  ASK_TIME,
  COMPANIES,
  FIELDS,
  NO_DEADLINES,
  QUEUE_DEADLINES,
  SERVICES,
  SLAS,
  TYPES,
  type Deadlines,
  type DemoField,
} from './catalogue.ts'
import type { House } from './house.ts'
import { CUSTOMERS } from './people.ts'
import type { Random } from './random.ts'
import type { Row, Rows } from './rows.ts'
import { QUEUES } from './university.ts'
import { DAY } from './when.ts'

type TicketRow = Row<'ticket'>
const idOf = ({ id }: { id?: unknown }): Id => String(id)
const UNCLASSIFIED = '1'
/** After so long a closed ticket is of no more use in lists. */
const ARCHIVED_DAYS = 60

/** After all stories are told: rows of these tables, and columns of the tickets. The same for the same stories and chance. */
export function addAbout(rows: Rows, house: House, random: Random, now: Date): void {
  const { tables } = rows
  const units = new Map([['it', ROOT_UNIT], ...tables.unit.map((unit) => [unit.slug, unit.id] as [string, Id])])
  const queueName = new Map<Id, string>(QUEUES.map(({ name }) => [house.queue(name), name]))
  for (const queue of tables.queue)
    Object.assign(queue, { ...(QUEUE_DEADLINES[String(queue.name)] ?? NO_DEADLINES), ask_time: ASK_TIME[String(queue.name)] ?? 'off' })

  const types = TYPES.map(({ name, fits }) => ({ fits, id: rows.add('ticket_type', { name }) }))
  const slas = new Map(
    SLAS.map(({ name, comment, deadlines }) => [
      name,
      { id: rows.add('sla', { name, comment, unit_id: ROOT_UNIT, ...deadlines }), deadlines },
    ]),
  )
  const services = addServices(rows, house, units, slas)
  const companyOf = addCompanies(rows, house, random)
  const fields = addFields(rows, house, units)

  const articlesOf = Map.groupBy(tables.article, (article) => article.ticket_id as Id)
  const historyOf = Map.groupBy(tables.history, (row) => row.ticket_id as Id)
  for (const ticket of tables.ticket) {
    const articles = articlesOf.get(idOf(ticket)) ?? []
    const queue = queueName.get(String(ticket.queue_id)) ?? ''
    const service = services.find(({ of }) => of === queue)
    // What nobody sorted yet has neither.
    const sorted = ticket.owner_id !== null || random.chance(0.4)
    const chosen = sorted && service && random.chance(0.8) ? service : undefined
    const sla = chosen && random.chance(0.7) ? slas.get(random.pick(chosen.slas)) : undefined
    Object.assign(ticket, {
      type_id: (sorted && types.find(({ fits }) => fits.test(String(ticket.title)))?.id) || UNCLASSIFIED,
      service_id: chosen?.id ?? null,
      sla_id: sla?.id ?? null,
      customer_company: companyOf.get(String(ticket.customer_id)) ?? '',
      merged_into_id: null,
      archived: ticket.closed_at !== null && (ticket.closed_at as Date).getTime() < now.getTime() - ARCHIVED_DAYS * DAY,
      ...firsts(ticket, articles, historyOf.get(idOf(ticket)) ?? []),
    })
    Object.assign(ticket, dates(ticket, sla?.deadlines ?? QUEUE_DEADLINES[queue] ?? NO_DEADLINES))
    for (const field of fields) if (field.queues.includes(queue) && random.chance(0.7)) addValue(rows, random, field, ticket)
    for (const article of articles) if (article.sender_type === 'agent' && random.chance(0.65)) addTime(rows, random, article)
  }
  addLinks(rows)
  addViews(rows, house)
}

function addServices(
  rows: Rows,
  house: House,
  units: ReadonlyMap<string, Id>,
  slas: ReadonlyMap<string, { id: Id }>,
): { id: Id; of: string | undefined; slas: readonly string[] }[] {
  const ids = new Map<string, Id>()
  const some = CUSTOMERS.filter(({ kind }) => kind === 'staff').slice(0, 3)
  return SERVICES.map((service) => {
    const id = rows.add('service', {
      name: service.name,
      parent_id: ids.get(service.name.split('::').slice(0, -1).join('::')) ?? null,
      unit_id: units.get(service.unit ?? 'it')!,
      for_everybody: service.for !== 'some',
    })
    ids.set(service.name, id)
    for (const name of service.slas) rows.tables.service_sla.push({ service_id: id, sla_id: slas.get(name)!.id })
    if (service.for === 'some')
      for (const person of some) rows.tables.service_person.push({ service_id: id, person_id: house.person(person) })
    return { id, of: service.of, slas: service.slas }
  })
}

/** Answers the code of each person's main company. */
function addCompanies(rows: Rows, house: House, random: Random): ReadonlyMap<Id, string> {
  const companyOf = new Map<Id, string>()
  const ids = new Map(
    COMPANIES.map(({ code, name, address, url, comment }) => [code, rows.add('company', { code, name, address, url, comment })]),
  )
  for (const person of CUSTOMERS) {
    const person_id = house.person(person)
    const main = COMPANIES.find(({ of }) => of === person.kind || (of.startsWith('@') && person.address.endsWith(of)))
    if (!main) continue
    companyOf.set(person_id, main.code)
    rows.tables.person_company.push({ person_id, company_id: ids.get(main.code)!, main: true })
    if (person.kind !== 'staff') continue
    if (random.chance(0.1)) rows.tables.person_company.push({ person_id, company_id: ids.get('INKUBATOR')!, main: false })
    const row = rows.tables.person.find(({ id }) => id === person_id)!
    row.details = { title: random.pick(['dr', 'dr inż.', 'mgr', 'mgr inż.', 'prof.']), street: 'ul. Akademicka 7', city: 'Nadwiśle' }
  }
  for (const row of rows.tables.person) row.details ??= {}
  return companyOf
}

function addFields(rows: Rows, house: House, units: ReadonlyMap<string, Id>): (DemoField & { id: Id })[] {
  return FIELDS.map((field, sort) => {
    const id = rows.add('field', {
      name: field.name,
      label: field.label,
      label_en: field.labelEn,
      object: 'ticket',
      type: field.type,
      config: field.config,
      unit_id: units.get(field.unit ?? 'it')!,
      sort,
    })
    for (const queue of field.queues)
      for (const [screen, use] of Object.entries(field.asked))
        rows.tables.field_use.push({ field_id: id, screen, queue_id: house.queue(queue), topic_id: null, use })
    return { ...field, id }
  })
}

function addValue(rows: Rows, random: Random, field: DemoField & { id: Id }, ticket: TicketRow): void {
  const value = random.pick(field.values)
  const add = (columns: Partial<Row<'field_value'>>, place = 0) =>
    rows.tables.field_value.push({
      object_id: ticket.id!,
      field_id: field.id,
      set_place: 0,
      place,
      text: null,
      at: null,
      number: null,
      ...columns,
    })
  if (typeof value === 'number') {
    const day = new Date((ticket.created_at as Date).getTime() + value * DAY)
    // OTRS keeps a day as its midnight; a visit is at a full hour of the morning.
    day.setUTCHours(field.type === 'Date' ? 0 : 9, 0, 0, 0)
    add({ at: day })
  } else if (typeof value !== 'string') value.forEach((text, place) => add({ text }, place))
  else if (field.type === 'Checkbox') add({ number: value })
  else add({ text: value })
}

function addTime(rows: Rows, random: Random, article: Row<'article'>): void {
  rows.add('time_spent', {
    ticket_id: article.ticket_id,
    article_id: article.id!,
    units: random.pick(['5', '10', '15', '15', '20', '30', '45', '60']),
    person_id: article.person_id ?? null,
    at: article.created_at,
  })
}

/** When it was first answered, first closed, last locked. */
function firsts(ticket: TicketRow, articles: readonly Row<'article'>[], history: readonly Row<'history'>[]) {
  const closed = history.find((row) => (row.after as { state_type?: string } | null)?.state_type === 'closed')
  return {
    first_response_at: articles.find((article) => article.sender_type === 'agent' && article.visible)?.created_at ?? null,
    first_closed_at: closed?.created_at ?? null,
    locked_at: ticket.lock === 'unlock' ? null : (history.findLast(({ type }) => type === 'Lock')?.created_at ?? null),
  }
}

/** Until when what is to be done; while it waits for the customer the clock stands still, and there is no date. */
function dates(ticket: TicketRow, { first_response_minutes: response, update_minutes: update, solution_minutes: solution }: Deadlines) {
  const none = { response_due_at: null, update_due_at: null, solution_due_at: null, due_at: null, suspended: null as boolean | null }
  if (ticket.state_type === 'closed') return none
  const from = (at: unknown, minutes: number | null) =>
    minutes === null || !at ? null : addWorkingTime(DEFAULT_CALENDAR, at as Date, minutes)
  if (ticket.state_id === '20') return (response ?? update ?? solution) ? { ...none, suspended: true } : none
  const talked = [ticket.last_customer_at, ticket.last_agent_at].filter(Boolean).map((at) => (at as Date).getTime())
  const due = {
    response_due_at: ticket.first_response_at ? null : from(ticket.received_at, response),
    update_due_at: ticket.state_type === 'pending reminder' || talked.length === 0 ? null : from(new Date(Math.max(...talked)), update),
    solution_due_at: ticket.first_closed_at ? null : from(ticket.received_at, solution),
  }
  const all = Object.values(due).flatMap((at) => at ?? [])
  if (all.length === 0) return none
  return { ...due, due_at: new Date(Math.min(...all.map((at) => at.getTime()))), suspended: false }
}

/** The trouble of a whole building, and whoever wrote of it too; questions of one person that belong together. */
function addLinks(rows: Rows): void {
  const open = rows.tables.ticket.filter(({ state_type }) => state_type !== 'closed')
  const link = (from: TicketRow, to: TicketRow, type: 'normal' | 'parent-child') =>
    rows.add('link', {
      from_kind: 'ticket',
      from_id: from.id!,
      to_kind: 'ticket',
      to_id: to.id!,
      type,
      at: new Date(Math.max((from.created_at as Date).getTime(), (to.created_at as Date).getTime()) + 5 * 60_000),
      by_id: from.owner_id ?? to.owner_id ?? null,
    })
  const outage = open.findLast(({ title }) => /awaria/i.test(String(title)))
  if (outage) {
    const same = open.filter((ticket) => ticket !== outage && ticket.queue_id === outage.queue_id).slice(-3)
    for (const child of same) link(outage, child, 'parent-child')
  }
  for (const [, [first, second]] of Map.groupBy(open, ({ customer_id, queue_id }) => `${customer_id} ${queue_id}`))
    if (first && second && first !== outage && second !== outage) link(first, second, 'normal')
}

/** Lists that people of central IT named, for themselves and for each other. */
function addViews({ tables, add }: Rows, house: House): void {
  const group = tables.permission_group.find(({ name }) => name === 'it')!.id!
  const chief = tables.person.find(({ login }) => login === 'akowalska')!.id!
  const queue = house.queue('Dział Informatyzacji')
  const view = (name: string, address: string, columns: string[] | null, shared: boolean) =>
    add('saved_view', {
      person_id: shared ? null : chief,
      unit_id: null,
      group_id: shared ? group : null,
      made_by: chief,
      name,
      address,
      columns,
    })
  view('Pilne', '/desk/view/open?priority=5', null, true)
  view(
    'Niczyje w dziale',
    `/desk/queue/${queue}?owner=nobody&sort=received&dir=asc`,
    ['priority', 'title', 'customer', 'queue', 'received'],
    true,
  )
  view(
    'Moje, po priorytecie',
    '/desk/view/mine?sort=priority&dir=desc',
    ['priority', 'state', 'title', 'customer', 'changed', 'pending'],
    false,
  )
}

/** Somebody asked twice: the later ticket is merged into the earlier one. */
export async function mergeTwins(work: Work): Promise<void> {
  const { rows } = await sql<{ main: Id; twin: Id }>`
    select main.id as main, twin.id as twin from ticket main join ticket twin on twin.queue_id = main.queue_id and twin.created_at > main.created_at
    where main.state_type = 'open' and main.owner_id is not null and twin.state_type = 'new'
    order by twin.customer_id = main.customer_id desc, main.id, twin.id limit 1`.execute(work.db)
  if (rows[0]) await mergeTicket(work, rows[0].twin, rows[0].main)
}

/** All that is shown is in use: types, services and companies are off in an installation until somebody wants them. */
export async function switchOn(work: Work): Promise<void> {
  const said: [owner: string, key: string, value: unknown][] = [
    ['core', 'tickets.types', true],
    ['core', 'tickets.services', true],
    ['core', 'portal.service', 'optional'],
    ['unit', 'companies', 'named'],
  ]
  await work.db
    .insertInto('setting')
    .values(said.map(([owner, key, value]) => ({ owner, key, value: JSON.stringify(value), changed_at: work.now, changed_by: null })))
    .execute()
}

/** What was told by a simple rule is counted by the real one. */
export async function countDeadlines(work: Work): Promise<void> {
  const open = await work.db.selectFrom('ticket').select('id').where('state_type', 'in', OPEN_TYPES).execute()
  for (const { id } of open) touchDeadlines(work, id)
}
