/** Owns the rows of the university itself: units, people with their rights, queues, addresses. */
import { ROOT_UNIT, type Id } from '../../core/index.ts'
import { AGENTS, CUSTOMERS, fullName, type DemoPerson } from './people.ts'
import type { Rows } from './rows.ts'
import { DOMAIN, GROUPS, QUEUES, ROLES, UNITS, type DemoQueue } from './university.ts'

export interface House {
  person(person: DemoPerson): Id
  queue(name: string): Id
  /** Sender of a queue: its own address, else its parents'. */
  sender(queue: string): { address: string; name: string }
}

/** Ids that every installation has: see migrations/0002_seed.ts. */
const SEEDED_GROUPS: Readonly<Record<string, Id>> = { users: '1', admin: '2', stats: '3' }
const SEEDED_QUEUES: Readonly<Record<string, Id>> = { Postmaster: '1', Raw: '2', Junk: '3', Misc: '4' }
/** Where ids begin in an installation: migrations/0002_seed.ts and 0079_native_ids.ts. */
export const FIRST_IDS = {
  unit: 101,
  permission_group: 10_000_001,
  role: 10_000_001,
  queue: 10_000_001,
  ticket_type: 10_000_001,
  service: 10_000_001,
  sla: 10_000_001,
  field: 10_000_001,
  time_spent: 10_000_001,
  ticket: 10_000_001,
  article: 1_000_000_001,
  article_attachment: 1_000_000_001,
  history: 1_000_000_001,
} as const

export function buildHouse(rows: Rows, since: Date, passwordHash: string): House {
  const units = new Map<string, Id>([['it', ROOT_UNIT]])
  for (const unit of UNITS) {
    units.set(
      unit.slug,
      rows.add('unit', {
        slug: unit.slug,
        name: unit.name,
        name_en: unit.nameEn,
        parent_id: units.get(unit.parent)!,
        calendar_id: null,
        valid: true,
        created_at: since,
      }),
    )
  }
  const persons = new Map<string, Id>()
  for (const person of [...AGENTS, ...CUSTOMERS]) {
    const stranger = person.kind === 'stranger'
    const id = rows.add('person', {
      login: person.login || null,
      first_name: person.firstName,
      last_name: person.lastName,
      name: fullName(person),
      password_hash: stranger ? null : passwordHash,
      agent: person.kind === 'agent',
      language: stranger ? null : person.language,
      phone: person.phone,
      unit_id: stranger ? null : units.get(person.unit)!,
      source: stranger ? 'mail' : 'local',
      valid: true,
      created_at: since,
      last_login_at: null,
      preferences: {},
    })
    persons.set(person.address, id)
    rows.add('person_address', { person_id: id, address: person.address, main: true, verified_at: stranger ? null : since })
  }
  buildRights(rows, units, persons)
  const queues = new Map<string, Id>(Object.entries(SEEDED_QUEUES))
  const groups = groupIds(rows)
  for (const queue of QUEUES) {
    queues.set(
      queue.name,
      rows.add('queue', {
        name: queue.name,
        parent_id: queues.get(queue.name.split('::').slice(0, -1).join('::')) ?? null,
        unit_id: units.get(queue.unit)!,
        group_id: groups(queue.group),
        calendar_id: null,
        address_id: null,
        follow_up_possible: queue.followUp ?? 'possible',
        language: null,
        signature: '',
        comment: '',
        valid: true,
        created_at: since,
      }),
    )
  }
  for (const queue of QUEUES) {
    if (queue.address)
      rows.add('system_address', {
        address: `${queue.address}@${DOMAIN}`,
        name: queue.sender ?? queue.name,
        queue_id: queues.get(queue.name)!,
        valid: true,
      })
  }
  return { person: (person) => persons.get(person.address)!, queue: (name) => queues.get(name)!, sender: senderOf }
}

function groupIds(rows: Rows): (name: string) => Id {
  const made = new Map(rows.tables.permission_group.map((group) => [group.name as string, group.id as Id]))
  return (name) => SEEDED_GROUPS[name] ?? made.get(name)!
}

function buildRights(rows: Rows, units: ReadonlyMap<string, Id>, persons: ReadonlyMap<string, Id>): void {
  for (const name of GROUPS) {
    const queue = QUEUES.find(({ group }) => group === name)!
    rows.add('permission_group', { name, comment: queue.name, unit_id: units.get(queue.unit)!, valid: true })
  }
  const group = groupIds(rows)
  const roles = new Map(
    Object.entries(ROLES).map(([name, { comment, rights }]) => {
      const id = rows.add('role', { name, comment, valid: true })
      for (const [to, held] of Object.entries(rights))
        for (const right of held) rows.tables.group_role.push({ role_id: id, group_id: group(to), right })
      return [name, id]
    }),
  )
  for (const agent of AGENTS) {
    const person_id = persons.get(agent.address)!
    for (const role of agent.roles) rows.tables.role_person.push({ role_id: roles.get(role)!, person_id })
    for (const name of agent.groups) rows.tables.group_person.push({ group_id: group(name), person_id, right: 'rw' })
  }
}

function senderOf(name: string): { address: string; name: string } {
  const own = (wanted: string): DemoQueue | undefined => QUEUES.find((queue) => queue.name === wanted && queue.address)
  for (let at = name; at; at = at.split('::').slice(0, -1).join('::')) {
    const queue = own(at)
    if (queue) return { address: `${queue.address}@${DOMAIN}`, name: queue.sender ?? queue.name }
  }
  return { address: `pomoc@${DOMAIN}`, name: 'Pomoc – Dział Informatyzacji' }
}
