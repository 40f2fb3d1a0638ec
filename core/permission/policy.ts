/** Owns the one policy: who may do what to a ticket, as a decision with its rule and as the SQL of the same branches. */
import { sql, type RawBuilder } from 'kysely'
import type { Id } from '../database/schema.ts'
import type { Access, Actor } from '../kernel/actor.ts'
import { refused } from '../errors.ts'

/**
 * Rights over tickets. OTRS's seven first (System::Permission, rw includes all), then those OTRS offers by name;
 * sites may add to the list. `see` and `answer` are what a customer holds over a ticket of their own.
 */
export const AGENT_RIGHTS = [
  'ro',
  'move_into',
  'create',
  'note',
  'owner',
  'priority',
  'rw',
  'close',
  'pending',
  'customer',
  'move',
  'compose',
  'responsible',
  'forward',
  'bounce',
  'lock',
] as const
export type Right = (typeof AGENT_RIGHTS)[number] | 'see' | 'answer' | (string & {})

/** What the policy must know of a ticket and of its ties to the one who asks. */
export interface TicketTies {
  queueId: Id
  ownerId: Id | null
  responsibleId: Id | null
  customerId: Id | null
  /** The code of the customer's company; '' or null: none. */
  company: string | null
  watching: boolean
  participation: 'read' | 'reply' | null
}

export interface Decision {
  allowed: boolean
  rule: string
}

interface Branch {
  rule: string
  /** Does this branch speak of the right at all, for this person? */
  applies(access: Access, right: Right): boolean
  holds(access: Access, right: Right, ticket: TicketTies): boolean
  /** The same, as a condition on the table `ticket`. */
  condition(access: Access, right: Right): RawBuilder<boolean>
}

const isCustomerRight = (right: Right) => right === 'see' || right === 'answer'
export const isAgentRight = (right: Right): boolean => !isCustomerRight(right)
const agentMay = (access: Access, right: Right) => access.agent && !isCustomerRight(right)
/** OTRS: rw implies every right, and no other right implies another: who holds `note` alone does not read. */
export function holdsRight(rights: ReadonlySet<string> | undefined, right: Right): boolean {
  if (!rights || rights.size === 0) return false
  return right === 'ro' ? rights.has('ro') || rights.has('rw') : rights.has(right) || rights.has('rw')
}

/** Ids of queues in which the person holds a right. */
export function queuesWith(access: Access, right: Right): Id[] {
  return access.agent ? [...access.queueRights].filter(([, rights]) => holdsRight(rights, right)).map(([id]) => id) : []
}

/** Queues whose unit lets people of a company do this to each other's tickets. */
const colleaguesQueues = ({ colleagues }: Access, right: Right): Id[] =>
  [...(colleagues?.queues ?? [])].flatMap(([id, may]) => (right === 'see' || may === 'reply' ? [id] : []))

/** OTRS order: owner, responsible, group, watcher; then a customer's own ties, and at last those of their company. */
const branches: Branch[] = [
  {
    rule: 'owner',
    applies: agentMay,
    holds: (access, _right, ticket) => ticket.ownerId === access.personId,
    condition: (access) => sql`ticket.owner_id = ${access.personId}`,
  },
  {
    rule: 'responsible',
    applies: agentMay,
    holds: (access, _right, ticket) => ticket.responsibleId === access.personId,
    condition: (access) => sql`ticket.responsible_id = ${access.personId}`,
  },
  {
    rule: 'queue',
    applies: agentMay,
    holds: (access, right, ticket) => holdsRight(access.queueRights.get(ticket.queueId), right),
    condition: (access, right) => sql`ticket.queue_id = any(${queuesWith(access, right)}::bigint[])`,
  },
  {
    rule: 'watcher',
    applies: (access, right) => agentMay(access, right) && right === 'ro',
    holds: (_access, _right, ticket) => ticket.watching,
    condition: (access) => sql`ticket.id in (select ticket_id from ticket_watcher where person_id = ${access.personId})`,
  },
  {
    rule: 'customer',
    applies: (_access, right) => isCustomerRight(right),
    holds: (access, _right, ticket) => ticket.customerId === access.personId,
    condition: (access) => sql`ticket.customer_id = ${access.personId}`,
  },
  {
    rule: 'participant',
    applies: (_access, right) => isCustomerRight(right),
    holds: (_access, right, ticket) => ticket.participation === 'reply' || (right === 'see' && ticket.participation === 'read'),
    condition: (access, right) =>
      right === 'answer'
        ? sql`ticket.id in (select ticket_id from ticket_participant where person_id = ${access.personId} and "right" = 'reply')`
        : sql`ticket.id in (select ticket_id from ticket_participant where person_id = ${access.personId})`,
  },
  {
    rule: 'company',
    applies: (access, right) => isCustomerRight(right) && access.colleagues !== undefined,
    holds: (access, right, ticket) =>
      Boolean(ticket.company) &&
      access.colleagues!.companies.includes(ticket.company!) &&
      colleaguesQueues(access, right).includes(ticket.queueId),
    // "<> ''" is what the index on companies holds.
    condition: (access, right) =>
      sql`(ticket.customer_company <> '' and ticket.customer_company = any(${[...access.colleagues!.companies]}::text[])
        and ticket.queue_id = any(${colleaguesQueues(access, right)}::bigint[]))`,
  },
]

/** Decides, and says by which rule: 'owner', 'queue', 'customer' … or 'none'. */
export function may(access: Access, right: Right, ticket: TicketTies): Decision {
  const branch = branches.find((b) => b.applies(access, right) && b.holds(access, right, ticket))
  return branch ? { allowed: true, rule: branch.rule } : { allowed: false, rule: 'none' }
}

/** A way in which tickets are visible: a condition on the table `ticket`, and the queues to walk where it is one on queues. */
export interface VisibleBranch {
  condition: RawBuilder<boolean>
  queues?: Id[]
}

/**
 * The same policy for lists, one branch per rule, to be joined by UNION so that each uses its own index. Empty: nothing is
 * visible. `within`: the list is of these queues only. `also`: it is only of what this right is held on too, so that queues without it
 * need not be walked.
 */
export function visibleBranches(access: Access, right: Right, within?: readonly Id[], also: Right = right): VisibleBranch[] {
  const held = agentMay(access, right) ? queuesWith(access, right).filter((id) => holdsRight(access.queueRights.get(id), also)) : []
  const queues = within ? held.filter((id) => within.includes(id)) : held
  const byQueue = (branch: Branch): VisibleBranch =>
    branch.rule === 'queue' ? { condition: branch.condition(access, right), queues } : { condition: branch.condition(access, right) }
  const all = branches.filter((b) => b.applies(access, right))
  // In queues where the person holds the right anyway, being owner or watcher adds nothing.
  const enough = within !== undefined && agentMay(access, right) && within.every((id) => held.includes(id))
  return (enough ? all.filter((b) => b.rule === 'queue') : all).map(byQueue)
}

/** On what the person holds the right, as one condition on the table `ticket`: for what is narrowed by a second right. */
export const conditionOf = (access: Access, right: Right): RawBuilder<boolean> =>
  sql`(${sql.join([sql`false`, ...branches.filter((b) => b.applies(access, right)).map((b) => b.condition(access, right))], sql` or `)})`

/** Throws unless the actor may: 404 when they may not even see the ticket, 403 when they may see but not do it. */
export function demand(actor: Actor, right: Right, ticket: TicketTies): Decision {
  if (actor.kind === 'system') return { allowed: true, rule: 'system' }
  const decision = may(actor.access, right, ticket)
  if (decision.allowed) return decision
  const sees = may(actor.access, isCustomerRight(right) ? 'see' : 'ro', ticket).allowed
  throw refused(sees ? 'not-allowed' : 'not-found')
}

/** Throws unless the actor administers the installation. */
export function demandAdmin(actor: Actor): void {
  if (actor.kind !== 'system' && !actor.access.admin) throw refused('not-allowed')
}
