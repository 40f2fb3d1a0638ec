/** Owns the list of what a ticket has: one entry an attribute; whatever knows of attributes reads it. */
import type { CoreTicketTable, Id, Language, Lock, StateType } from '../database/schema.ts'
import type { CoreFacts } from '../kernel/facts.ts'
import type { Right } from '../permission/policy.ts'

/** What stands in the column, by kind. A text is never null. */
export interface Values {
  text: string
  queue: Id
  state: Id
  'state type': StateType
  priority: Id
  type: Id
  service: Id | null
  sla: Id | null
  lock: Lock
  agent: Id | null
  customer: Id | null
  /** The code of a company, or what somebody wrote for one; '' or null: none. */
  company: string | null
  topic: Id | null
  /** Another ticket. */
  ticket: Id | null
  date: Date | null
  moment: Date
  'yes-no': boolean
  /** Null: it is not asked. */
  'yes-no-null': boolean | null
}
export type Kind = keyof Values

/** What is handed over to be set: where the column holds an id, the names come along that history writes. */
interface Named {
  /** `deadlines`: it promises some; left out: nobody looked. */
  queue: { id: Id; name: string; unitId: Id; language: Language | null; deadlines?: boolean }
  state: { id: Id; name: string; type: StateType }
  priority: { id: Id; name: string }
  type: { id: Id; name: string }
  /** Named whole, levels divided by '::'; null: none, named ''. */
  service: { id: Id | null; name: string }
  sla: { id: Id | null; name: string }
  /** Named by the login, as in OTRS; null: nobody, named ''. */
  agent: { id: Id | null; name: string }
  /** Named by the login, else the address; with the company that the ticket has from then on, where that is another one. */
  customer: { id: Id | null; name: string; company?: string; beside?: string | null }
  /** Named by its code; OTRS writes the customer's login beside it. */
  company: { id: string; customer: string }
}
export type Given<K extends Kind> = K extends keyof Named ? Named[K] : Values[K]
/** What stood. */
export type Stood<K extends Kind> = K extends Exclude<keyof Named, 'company'> ? { id: Values[K]; name: string } : Values[K]

interface Part<K extends Kind> {
  kind: K
  column: string
  /** What it is called in `Ticket` and where a ticket is made. */
  field: string
  /** Of a text: in characters; 250 where nothing is said. */
  longest?: number
  /** It is not read with the ticket: nothing but its column is known of it. */
  read?: false
  /**
   * Names read along with it, by their field in `Ticket`: columns of the tables that `ticketQuery` joins, or a select of one value in
   * brackets: more joins than eight the planner orders no longer by itself.
   */
  shown?: Readonly<Record<string, string>>
  /** X-OTRS-… and X-OTRS-FollowUp-… that set it; of several the last one found wins. */
  headers?: { newTicket?: readonly string[]; followUp?: readonly string[] }
  /** <OTRS_TICKET_…> in small letters → what stands for it in `TagWords`. */
  tags?: Readonly<Record<string, string>>
  /** Lists and rules may be narrowed by it: under which name `TicketFilter` says so, and how it is compared. */
  filter?: {
    field: string
    by: 'queues' | 'id' | 'id or nobody' | 'text' | 'words' | 'time'
    place?: number
    /** Lists do not offer it: rules alone may mean it (rule/rule-filter.ts). */
    rules?: true
  }
  /** Lists may be sorted by it: an expression that is never null (default: the column), its type, and the order it is first sorted in. */
  sort?: { by?: string; type: 'text' | 'timestamptz' | 'bigint'; first: 'asc' | 'desc'; place?: number }
  /** It has a column in the agents' lists, or in the export: at which place. Without a place it comes after those that have one. */
  list?: {
    place?: number
    /** false: shown only to whoever has chosen it. */
    usual?: false
  }
  csv?: { place?: number }
  /** Said beside the ticket on its page; what has a look of its own there is not. */
  side?: { place?: number }
  /** Undo puts its column back. */
  undo?: boolean
}

/** What of a ticket is asked for what goes along with a change. */
export interface WasState {
  stateType: StateType
  closedAt: Date | null
  firstClosedAt: Date | null
}

/** Whatever can be changed says who may, what history tells of it, and which fact. */
interface Changed<K extends Kind> {
  right: Right | ((is: Given<K>) => Right)
  history: {
    /** OTRS's type, or one for each value. */
    type: string | Readonly<Record<string, string>>
    /** OTRS's text of the row, as it stands between the %%. */
    parts(was: Stood<K>, is: Given<K>): readonly (string | number)[]
  }
  /** Told when the column changed; `data` is made of what stood there and what stands, of `column` if that is another one. */
  fact: { name: `ticket.${string}`; column?: string; data(from: never, to: never): object }
  guard?: 'ticket.state-change' | 'ticket.move' | 'ticket.owner-change'
  /** Columns that go with it. */
  along?(was: WasState, is: Given<K>, now: Date): Record<string, unknown>
  undo: boolean
  readOnly?: never
}

/** What nobody changes says why: it is given when the ticket is made, or kept by the program. */
interface ReadOnly {
  readOnly: 'given once' | 'kept'
  right?: never
  history?: never
  fact?: never
  guard?: never
  along?: never
}

export type Attribute<K extends Kind = Kind> = { [One in K]: Part<One> & (Changed<One> | ReadOnly) }[K]

/** OTRS writes a date to the minute in UTC, and this where there is none. */
const minute = (date: Date | null): string => date?.toISOString().slice(0, 16).replace('T', ' ') ?? '00-00-00 00:00'
const fromTo = <V>(from: V, to: V) => ({ from, to })
const iso = (date: Date | null): string | null => date?.toISOString() ?? null
/** OTRS of types, services and SLAs: the new one first, and this where there is none. */
const newThenOld = (was: { id: Id | null; name: string }, is: { id: Id | null; name: string }) => [
  is.name || NONE,
  is.id ?? '',
  was.name || NONE,
  was.id ?? '',
]
const NONE = 'NULL'

/** In the order in which they are read, stored and offered. The words of each are `attribute.<name>` in core's texts. */
export const ATTRIBUTES = {
  title: {
    kind: 'text',
    column: 'title',
    field: 'title',
    longest: 250,
    right: 'rw',
    undo: true,
    history: { type: 'TitleUpdate', parts: (was, is) => [was, is] },
    fact: { name: 'ticket.title-changed', data: () => ({}) },
    headers: { newTicket: ['Title'], followUp: ['Title'] },
    tags: { title: 'title' },
    sort: { by: 'lower(ticket.title)', type: 'text', first: 'asc', place: 6 },
    list: { place: 2 },
    csv: { place: 3 },
  },
  queue: {
    kind: 'queue',
    column: 'queue_id',
    field: 'queueId',
    shown: {
      queueName: 'queue.name as queue_name',
      unitId: 'queue.unit_id',
      unitName: 'unit.name as unit_name',
      askTime: 'queue.ask_time',
    },
    right: 'move',
    undo: true,
    guard: 'ticket.move',
    history: { type: 'Move', parts: (was, is) => [is.name, is.id, was.name, was.id] },
    fact: { name: 'ticket.moved', data: fromTo<Id> },
    headers: { newTicket: ['Queue'], followUp: ['Queue'] },
    tags: { queue: 'queue', queueid: 'queueId' },
    filter: { field: 'queueIds', by: 'queues', place: 4 },
    list: { place: 4 },
    csv: { place: 9 },
  },
  state: {
    kind: 'state',
    column: 'state_id',
    field: 'stateId',
    shown: { stateName: 'state.name as state_name' },
    right: (is) => (is.type === 'closed' ? 'close' : is.type.startsWith('pending') ? 'pending' : 'rw'),
    undo: true,
    guard: 'ticket.state-change',
    history: { type: 'StateUpdate', parts: (was, is) => [was.name, is.name, ''] },
    fact: { name: 'ticket.state-changed', column: 'state_type', data: fromTo<StateType> },
    along: (was, is, now) => ({
      state_type: is.type,
      ...(is.type === 'closed' ? (was.stateType === 'closed' ? {} : { closed_at: now }) : was.closedAt ? { closed_at: null } : {}),
      // A solution is done once: it stays so when the ticket is opened again, and lives again when the closing is taken back.
      ...(is.type === 'closed' && was.stateType !== 'closed' && !was.firstClosedAt ? { first_closed_at: now } : {}),
    }),
    headers: { newTicket: ['State'], followUp: ['State'] },
    tags: { state: 'state', stateid: 'stateId' },
    filter: { field: 'stateId', by: 'id', place: 1 },
    list: { place: 1 },
    csv: { place: 2 },
  },
  stateType: {
    kind: 'state type',
    column: 'state_type',
    field: 'stateType',
    readOnly: 'kept',
    undo: true,
    tags: { statetype: 'stateType' },
  },
  priority: {
    kind: 'priority',
    column: 'priority_id',
    field: 'priorityId',
    shown: { priorityName: 'priority.name as priority_name' },
    right: 'priority',
    undo: true,
    history: { type: 'PriorityUpdate', parts: (was, is) => [was.name, was.id, is.name, is.id] },
    fact: { name: 'ticket.priority-changed', data: fromTo<Id> },
    headers: { newTicket: ['Priority'], followUp: ['Priority'] },
    tags: { priority: 'priority', priorityid: 'priorityId' },
    filter: { field: 'priorityId', by: 'id', place: 3 },
    // Of one priority the oldest first, on an index of its own.
    sort: { by: 'ticket.priority_id * 1000000000000 - ticket.id', type: 'bigint', first: 'desc', place: 5 },
    list: { place: 8, usual: false },
    csv: { place: 11 },
    side: { place: 1 },
  },
  type: {
    kind: 'type',
    column: 'type_id',
    field: 'typeId',
    shown: { typeName: '(select t.name from ticket_type t where t.id = ticket.type_id) as type_name' },
    right: 'rw',
    undo: true,
    history: { type: 'TypeUpdate', parts: newThenOld },
    fact: { name: 'ticket.type-changed', data: fromTo<Id> },
    headers: { newTicket: ['Type'], followUp: ['Type'] },
    tags: { type: 'type', typeid: 'typeId' },
    filter: { field: 'typeId', by: 'id', place: 6 },
    sort: { by: '(select lower(t.name) from ticket_type t where t.id = ticket.type_id)', type: 'text', first: 'asc' },
    list: { usual: false },
    csv: {},
    side: {},
  },
  service: {
    kind: 'service',
    column: 'service_id',
    field: 'serviceId',
    shown: { serviceName: '(select s.name from service s where s.id = ticket.service_id) as service_name' },
    right: 'rw',
    undo: true,
    history: { type: 'ServiceUpdate', parts: newThenOld },
    fact: { name: 'ticket.service-changed', data: fromTo<Id | null> },
    headers: { newTicket: ['Service'], followUp: ['Service'] },
    tags: { service: 'service', serviceid: 'serviceId' },
    filter: { field: 'serviceId', by: 'id or nobody', place: 7 },
    sort: { by: "coalesce((select lower(s.name) from service s where s.id = ticket.service_id), '')", type: 'text', first: 'asc' },
    list: { usual: false },
    csv: {},
    side: {},
  },
  // Only one that the ticket's service has: whoever sets either asks that (service/fitting.ts).
  sla: {
    kind: 'sla',
    column: 'sla_id',
    field: 'slaId',
    shown: { slaName: '(select l.name from sla l where l.id = ticket.sla_id) as sla_name' },
    right: 'rw',
    undo: true,
    history: { type: 'SLAUpdate', parts: newThenOld },
    fact: { name: 'ticket.sla-changed', data: fromTo<Id | null> },
    headers: { newTicket: ['SLA'], followUp: ['SLA'] },
    tags: { sla: 'sla', slaid: 'slaId' },
    filter: { field: 'slaId', by: 'id or nobody', place: 8 },
    list: { usual: false },
    csv: {},
    side: {},
  },
  lock: {
    kind: 'lock',
    column: 'lock',
    field: 'lock',
    right: 'lock',
    undo: true,
    history: { type: { unlock: 'Unlock', lock: 'Lock', tmp_lock: 'Lock' }, parts: (_was, is) => [is] },
    along: (_was, is, now) => ({ locked_at: is === 'unlock' ? null : now }),
    fact: { name: 'ticket.lock-changed', data: (_from: Lock, lock: Lock) => ({ lock }) },
    headers: { newTicket: ['Lock'], followUp: ['Lock'] },
    tags: { lock: 'lock' },
    filter: { field: 'lock', by: 'text', rules: true },
  },
  owner: {
    kind: 'agent',
    column: 'owner_id',
    field: 'ownerId',
    shown: { ownerName: 'owner.name as owner_name' },
    right: 'owner',
    undo: true,
    guard: 'ticket.owner-change',
    history: { type: 'OwnerUpdate', parts: (_was, is) => [is.name, is.id ?? ''] },
    fact: { name: 'ticket.owner-changed', data: fromTo<Id | null> },
    // The login beats the id, as in OTRS.
    headers: { newTicket: ['OwnerID', 'Owner'], followUp: ['OwnerID', 'Owner'] },
    tags: { owner: 'owner', ownerid: 'ownerId' },
    filter: { field: 'owner', by: 'id or nobody', place: 2 },
    list: { place: 5 },
    csv: { place: 10 },
  },
  responsible: {
    kind: 'agent',
    column: 'responsible_id',
    field: 'responsibleId',
    right: 'responsible',
    undo: true,
    history: { type: 'ResponsibleUpdate', parts: (_was, is) => [is.name, is.id ?? ''] },
    fact: { name: 'ticket.responsible-changed', data: fromTo<Id | null> },
    headers: { newTicket: ['ResponsibleID', 'Responsible'], followUp: ['ResponsibleID', 'Responsible'] },
    list: { place: 9, usual: false },
    tags: { responsible: 'responsible', responsibleid: 'responsibleId' },
    filter: { field: 'responsible', by: 'id or nobody', rules: true },
  },
  customer: {
    kind: 'customer',
    column: 'customer_id',
    field: 'customerId',
    right: 'customer',
    undo: true,
    shown: {
      customerName: 'customer.name as customer_name',
      customerAddress: 'address.address as customer_address',
      customerUnitName: 'customer_unit.name as customer_unit_name',
    },
    history: { type: 'CustomerUpdate', parts: (_was, is) => [`CustomerID=${is.company ?? is.beside ?? ''};CustomerUser=${is.name};`] },
    fact: { name: 'ticket.customer-changed', data: () => ({}) },
    along: (_was, is) => (is.company === undefined ? {} : { customer_company: is.company }),
    headers: { newTicket: ['CustomerUser'] },
    tags: { customeruserid: 'customerUser' },
    filter: { field: 'customerId', by: 'id', place: 5 },
    list: { place: 3 },
    csv: { place: 4 },
  },
  company: {
    kind: 'company',
    column: 'customer_company',
    field: 'customerCompany',
    longest: 150,
    right: 'customer',
    undo: true,
    history: { type: 'CustomerUpdate', parts: (_was, is) => [`CustomerID=${is.id};CustomerUser=${is.customer};`] },
    fact: { name: 'ticket.company-changed', data: fromTo<string | null> },
    headers: { newTicket: ['CustomerNo'] },
    tags: { customerid: 'customerCompany' },
    filter: { field: 'customerCompany', by: 'text' },
    csv: {},
  },
  topic: { kind: 'topic', column: 'topic_id', field: 'topicId', readOnly: 'given once' },
  preview: { kind: 'text', column: 'preview', field: 'preview', readOnly: 'kept' },
  pending: {
    kind: 'date',
    column: 'pending_until',
    field: 'pendingUntil',
    right: 'pending',
    undo: true,
    history: { type: 'SetPendingTime', parts: (_was, is) => [minute(is)] },
    fact: { name: 'ticket.pending-changed', data: (from: Date | null, to: Date | null) => fromTo(iso(from), iso(to)) },
    headers: { newTicket: ['State-PendingTime'], followUp: ['State-PendingTime'] },
    tags: { untiltime: 'pendingUntil', pendinguntil: 'pendingUntil', realtilltimenotused: 'pendingUntil' },
    sort: { by: "coalesce(ticket.pending_until, 'infinity')", type: 'timestamptz', first: 'asc', place: 4 },
    list: { place: 10, usual: false },
    csv: { place: 14 },
  },
  received: {
    kind: 'moment',
    column: 'received_at',
    field: 'receivedAt',
    readOnly: 'kept',
    sort: { type: 'timestamptz', first: 'desc', place: 3 },
    list: { place: 6 },
    csv: { place: 13 },
  },
  created: {
    kind: 'moment',
    column: 'created_at',
    field: 'createdAt',
    readOnly: 'kept',
    tags: { created: 'created', age: 'age' },
    sort: { type: 'timestamptz', first: 'desc', place: 1 },
    list: { place: 7 },
    csv: { place: 12 },
  },
  createdBy: { kind: 'agent', column: 'created_by', field: 'createdBy', read: false, readOnly: 'kept' },
  changed: {
    kind: 'moment',
    column: 'changed_at',
    field: 'changedAt',
    readOnly: 'kept',
    tags: { changed: 'changed' },
    sort: { type: 'timestamptz', first: 'desc', place: 2 },
    list: { place: 11, usual: false },
    csv: { place: 15 },
  },
  // Since when its lock holds: it is let go when its owner does nothing (clock/unlock.ts).
  locked: { kind: 'date', column: 'locked_at', field: 'lockedAt', readOnly: 'kept', undo: true },
  // Left out of lists, counts and searches unless asked for; a ticket that comes back to life is none.
  archived: {
    kind: 'yes-no',
    column: 'archived',
    field: 'archived',
    right: 'rw',
    undo: true,
    history: { type: 'ArchiveFlagUpdate', parts: (_was, is) => [is ? 'y' : 'n'] },
    fact: { name: 'ticket.archive-changed', data: (_from: boolean, archived: boolean) => ({ archived }) },
  },
  closed: {
    kind: 'date',
    column: 'closed_at',
    field: 'closedAt',
    readOnly: 'kept',
    undo: true,
    list: { place: 12, usual: false },
    csv: { place: 16 },
  },
  lastCustomer: {
    kind: 'date',
    column: 'last_customer_at',
    field: 'lastCustomerAt',
    readOnly: 'kept',
    undo: true,
    list: { place: 13, usual: false },
  },
  lastAgent: {
    kind: 'date',
    column: 'last_agent_at',
    field: 'lastAgentAt',
    readOnly: 'kept',
    undo: true,
    list: { place: 14, usual: false },
  },
  // Since when a mail of ours is known not to have arrived that nobody has dealt with (change/undelivered.ts).
  undelivered: { kind: 'date', column: 'undelivered_at', field: 'undeliveredAt', readOnly: 'kept', undo: true },
  // Deadlines (escalation/): counted before an act ends that may have moved them. The earliest of the three:
  due: {
    kind: 'date',
    column: 'due_at',
    field: 'dueAt',
    readOnly: 'kept',
    tags: { escalationtime: 'due' },
    filter: { field: 'due', by: 'time', place: 6 },
    sort: { by: "coalesce(ticket.due_at, 'infinity')", type: 'timestamptz', first: 'asc', place: 7 },
    list: { place: 8 },
    csv: { place: 17 },
  },
  responseDue: {
    kind: 'date',
    column: 'response_due_at',
    field: 'responseDueAt',
    readOnly: 'kept',
    tags: { escalationresponsetime: 'responseDue' },
    csv: { place: 18 },
  },
  updateDue: {
    kind: 'date',
    column: 'update_due_at',
    field: 'updateDueAt',
    readOnly: 'kept',
    tags: { escalationupdatetime: 'updateDue' },
    csv: { place: 19 },
  },
  solutionDue: {
    kind: 'date',
    column: 'solution_due_at',
    field: 'solutionDueAt',
    readOnly: 'kept',
    tags: { escalationsolutiontime: 'solutionDue' },
    csv: { place: 20 },
  },
  // Its state stops the clock: one of its deadlines waits, with the time that was left.
  suspended: { kind: 'yes-no-null', column: 'suspended', field: 'suspended', readOnly: 'kept', csv: { place: 21 } },
  firstResponse: {
    kind: 'date',
    column: 'first_response_at',
    field: 'firstResponseAt',
    readOnly: 'kept',
    undo: true,
    csv: { place: 22 },
  },
  firstClosed: { kind: 'date', column: 'first_closed_at', field: 'firstClosedAt', readOnly: 'kept', undo: true, csv: { place: 23 } },
  // Null on a merged ticket: it was merged elsewhere, and history alone says into which (change/merged.ts).
  mergedInto: { kind: 'ticket', column: 'merged_into_id', field: 'mergedIntoId', readOnly: 'kept', undo: true },
} as const satisfies Record<string, Attribute>

type All = typeof ATTRIBUTES
export type AttributeName = keyof All
type KindOf<A extends AttributeName> = All[A]['kind']
/** Names of the attributes whose entry has a part of this form. */
type Having<P> = { [A in AttributeName]: All[A] extends P ? A : never }[AttributeName]
type Pretty<T> = { [K in keyof T]: T[K] }

export type Changeable = Having<{ right: unknown }>
/** Those that are plain text. */
export type ChangeableText = Changeable & Having<{ kind: 'text' }>
export type GivenOf<A extends AttributeName> = Given<KindOf<A>>
type Read = Exclude<AttributeName, Having<{ read: false }>>

/** What `Ticket` has of the list: each attribute that is read, and the names shown with it. */
export type TicketFields = Pretty<
  { [A in Read as All[A]['field']]: Values[KindOf<A>] } & { [F in ShownText]: string } & { [F in ShownOrNobody]: string | null }
>
type ShownOf<A> = A extends { shown: infer S } ? keyof S & string : never
type ShownText = ShownOf<All[Exclude<Read, Having<{ kind: MayBeNone }>>]>
type ShownOrNobody = ShownOf<All[Having<{ kind: MayBeNone }>]>
type MayBeNone = 'agent' | 'customer' | 'service' | 'sla'

/** Columns of a ticket that acts change and undo puts back. */
export type TicketColumns = { [A in Having<{ undo: true }> as All[A]['column']]?: Values[KindOf<A>] }

/** What may be said of a ticket when it is made. Its state is named. */
export type NewTicketFields = {
  [A in Exclude<Changeable, 'state'> | Having<{ readOnly: 'given once' }> as All[A]['field']]?: Values[KindOf<A>]
}

/** All of a new ticket; what may be empty or nobody may be left out. */
export type RowFields = Pretty<
  { [A in Exclude<AttributeName, MayBeEmpty> as All[A]['field']]: Values[KindOf<A>] } & {
    [A in MayBeEmpty as All[A]['field']]?: Values[KindOf<A>] | undefined
  }
>
/** The same as columns. */
export type TicketRowColumns = { [A in AttributeName as All[A]['column']]: Values[KindOf<A>] }
type MayBeEmpty = Having<{ kind: 'text' | 'company' | MayBeNone | 'topic' | 'ticket' | 'date' | 'yes-no' | 'yes-no-null' }>

/** By what rules may be narrowed, and by what lists. */
export type Meant = Having<{ filter: unknown }>
export type Filtered = Exclude<Meant, Having<{ filter: { rules: true } }>>
export type FilterFields = { [A in Meant as All[A]['filter']['field']]?: FilterValues[All[A]['filter']['by']] }
/** Of several values one is enough; of an empty list none. */
type OneOf<V> = V | readonly V[]
interface FilterValues {
  queues: readonly Id[]
  id: OneOf<Id>
  'id or nobody': OneOf<Id | 'nobody'>
  text: OneOf<string>
  words: OneOf<string>
  /** From the first moment on, before the second; 'none': where there is none. */
  time: { from?: Date; before?: Date } | 'none'
}

/** By what lists may be sorted. */
export type Sort = Having<{ sort: unknown }>
export type Listed = Having<{ list: unknown }>
export type Exported = Having<{ csv: unknown }>
export type Beside = Having<{ side: unknown }>
export type Headed = Having<{ headers: unknown }>
/** What headers ask for, looked up. */
export type HeaderValues = { -readonly [A in Headed]?: HeaderValue<A> }
type HeaderValue<A extends AttributeName> = KindOf<A> extends 'queue' ? Pick<Named['queue'], 'id' | 'name'> : GivenOf<A>

type TypesOf<T> = T extends string ? T : T[keyof T]
/** Types of history rows that a change of an attribute writes. */
export type ChangeType = TypesOf<All[Changeable]['history']['type']>

/** What stands for the tags of attributes that texts know by their column alone. */
export type PlainTags = { [A in Having<{ kind: 'text' | 'company' | 'date'; tags: unknown }> as ValueOf<All[A]['tags']>]?: string }
type ValueOf<T> = T[keyof T] & string

// An attribute whose column or fact core's own declarations do not name brings them along.
type AddedColumns = Pretty<Omit<{ [A in AttributeName as All[A]['column']]: AddedColumn<Values[KindOf<A>]> }, keyof CoreTicketTable>>
type AddedColumn<V> = import('kysely').ColumnType<V, V | undefined, V>
type AddedFacts = Pretty<
  Omit<{ [A in Changeable as All[A]['fact']['name']]: { from: Values[KindOf<A>]; to: Values[KindOf<A>] } }, keyof CoreFacts>
>
declare module '../database/schema.ts' {
  interface TicketTable extends AddedColumns {}
}
declare module '../kernel/facts.ts' {
  interface Facts extends AddedFacts {}
}

/** An entry as whoever goes through the list sees it. */
export type Entry = Part<Kind> & { name: AttributeName; readOnly?: string } & Partial<Pick<Changed<Kind>, 'guard'>>
export type ChangeableEntry = Omit<Changed<Kind>, 'right' | 'history' | 'fact' | 'along'> &
  Part<Kind> & {
    name: Changeable
    right: Right | ((is: unknown) => Right)
    history: { type: Changed<Kind>['history']['type']; parts(was: unknown, is: unknown): readonly (string | number)[] }
    fact: { name: string; column?: string; data(from: unknown, to: unknown): object }
    along?(was: WasState, is: unknown, now: Date): Record<string, unknown>
  }

/** Read once, at start. */
export const ENTRIES: readonly Entry[] = Object.entries(ATTRIBUTES).map(([name, entry]) => ({ ...entry, name: name as AttributeName }))
export const entryOf = Object.fromEntries(ENTRIES.map((entry) => [entry.name, entry])) as Record<AttributeName, Entry>
export const CHANGEABLE = ENTRIES.filter((entry) => 'right' in entry) as unknown as readonly ChangeableEntry[]
export const changeable = Object.fromEntries(CHANGEABLE.map((entry) => [entry.name, entry])) as Record<Changeable, ChangeableEntry>

/** Names of the attributes with this part, those with a place first. */
function placed<N extends AttributeName>(part: 'filter' | 'sort' | 'list' | 'csv' | 'side'): readonly N[] {
  const place = (entry: Entry) => entry[part]?.place ?? Infinity
  const found = ENTRIES.filter((entry) => entry[part])
  return found.toSorted((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b))).map((entry) => entry.name as N)
}
export const MEANT = placed<Meant>('filter')
export const FILTERED = MEANT.filter((name): name is Filtered => !entryOf[name].filter!.rules)
export const SORTS = placed<Sort>('sort')
export const LISTED = placed<Listed>('list')
export const EXPORTED = placed<Exported>('csv')
export const BESIDE = placed<Beside>('side')

/** What was looked up, as the fields in which a ticket is made: ids for what is named. */
export function fieldsOf(values: HeaderValues): NewTicketFields {
  return Object.fromEntries(
    ENTRIES.flatMap(({ name, field }) => {
      const value: unknown = values[name as Headed]
      return value === undefined ? [] : [[field, inColumn(value)]]
    }),
  )
}

/** What is handed over as it stands in the column. */
export const inColumn = (given: unknown): unknown => (typeof given === 'object' && given !== null && 'id' in given ? given.id : given)
