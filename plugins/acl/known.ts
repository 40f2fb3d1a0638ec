/** Owns what conditions of ACLs are told of a ticket, a form and people: by OTRS's keys and attributes, read as far as rules ask. */
import type { Kysely } from 'kysely'
import {
  CHOSEN,
  listFields,
  loadValues,
  namesOf,
  type Chosen,
  type ChosenAttribute,
  type Database,
  type Id,
  type Question,
  type Scene,
  type Ticket,
} from '../../core/index.ts'
import { personsKnown, thingsKnown, type KnownPerson } from './acl.store.ts'
import type { Known, Properties } from './engine.ts'
import { BLOCKS, type Rule } from './rule.ts'

type Attributes = Record<string, string | readonly string[] | undefined>

/** One thing that a ticket has, as conditions see it; null: it has none. */
export interface Thing {
  id: Id
  name: string
  /** Of a state: its type. Of a queue: its group. */
  more?: string
}
export type Things = { [A in 'queue' | 'state' | 'priority' | 'type' | 'service' | 'sla']?: Thing | null }
export type People = { [P in 'owner' | 'responsible' | 'customer']?: KnownPerson | null | undefined }

/** All that is known, before it is laid out by keys. */
export interface Told {
  /** Undefined: the ticket is only being made. */
  stored:
    | { things: Things; people: People; plain: Readonly<Record<string, string>>; fields: Readonly<Record<string, readonly string[]>> }
    | undefined
  /** What the form says; what it does not is left out. */
  form: { things: Things; people: People; fields: Readonly<Record<string, readonly string[]>> }
  /** Whoever works; undefined: a customer asks. */
  user: KnownPerson | undefined
  /** The customer who asks. */
  asks: KnownPerson | undefined
}

const thing = (of: Thing | null | undefined, id: string, more?: string): Attributes | undefined =>
  of ? { Name: of.name, [id]: of.id, ...(more && of.more !== undefined ? { [more]: of.more } : {}) } : undefined

/** Attributes of the ticket itself: '' where it has none, as OTRS stores it. */
function ticketOf({ queue, state, priority, type, service, sla }: Things, { owner, responsible, customer }: People): Attributes {
  const named = (of: Thing | null | undefined, name: string): Attributes =>
    of === undefined ? {} : { [name]: of?.name ?? '', [`${name}ID`]: of?.id ?? '' }
  const person = (of: KnownPerson | null | undefined, name: string): Attributes =>
    of === undefined ? {} : { [name]: of?.login ?? '', [`${name}ID`]: of?.id ?? '' }
  return {
    ...named(queue, 'Queue'),
    ...named(state, 'State'),
    ...(state ? { StateType: state.more } : {}),
    ...named(priority, 'Priority'),
    ...named(type, 'Type'),
    ...named(service, 'Service'),
    ...named(sla, 'SLA'),
    ...person(owner, 'Owner'),
    ...person(responsible, 'Responsible'),
    ...(customer === undefined ? {} : { CustomerUserID: customer?.login || customer?.address || '' }),
  }
}

const fieldsOf = (fields: Readonly<Record<string, readonly string[]>>): Attributes =>
  // A field with one value is a text, as in OTRS; an empty one is known to be empty.
  Object.fromEntries(
    Object.entries(fields).map(([name, values]) => [
      `DynamicField_${name}`,
      values.length === 1 ? values[0]! : values.length === 0 ? '' : values,
    ]),
  )

function personOf(person: KnownPerson | null | undefined, agent = true): Attributes | undefined {
  if (!person) return undefined
  return {
    UserLogin: person.login,
    UserID: agent ? person.id : person.login,
    UserFullname: person.name,
    UserFirstname: person.firstName,
    UserLastname: person.lastName,
    UserEmail: person.address,
    ...(agent
      ? { Role: person.roles, ...Object.fromEntries(Object.entries(person.groups).map(([right, names]) => [`Group_${right}`, names])) }
      : {}),
    ...(agent ? {} : { UserCustomerID: person.company }),
  }
}

/** Laid out as OTRS's two blocks: what is stored, and over it what the form says. `action`: the page, known in both. */
export function propertiesOf({ stored, form, user, asks }: Told, action: string): Properties {
  const both = { User: personOf(user), Frontend: { Action: action } }
  const laid = (things: Things, people: People, fields: Readonly<Record<string, readonly string[]>>, plain: Attributes): Known => ({
    ...both,
    Ticket: { ...plain, ...ticketOf(things, people), ...fieldsOf(fields) },
    Queue: thing(things.queue, 'QueueID', 'GroupID'),
    State: thing(things.state, 'ID', 'TypeName'),
    Priority: thing(things.priority, 'ID'),
    Type: thing(things.type, 'ID'),
    Service: thing(things.service, 'ServiceID'),
    SLA: thing(things.sla, 'SLAID'),
    Owner: personOf(people.owner),
    Responsible: personOf(people.responsible),
    CustomerUser: personOf(asks ?? people.customer, false),
    DynamicField: fieldsOf(fields),
  })
  return {
    PropertiesDatabase: stored
      ? laid(stored.things, stored.people, stored.fields, stored.plain)
      : { ...both, ...(asks ? { CustomerUser: personOf(asks, false) } : {}) },
    Properties: laid(
      { ...stored?.things, ...form.things },
      { ...stored?.people, ...form.people },
      { ...stored?.fields, ...form.fields },
      stored?.plain ?? {},
    ),
  }
}

/** Keys that rules ask for; only these are looked up. */
function neededBy(rules: readonly Pick<Rule, 'match'>[]): (key: string, ...attributes: string[]) => boolean {
  const needed = new Map<string, string[]>()
  for (const { match } of rules)
    for (const block of BLOCKS)
      for (const [key, attributes] of Object.entries(match[block] ?? {}))
        needed.set(key, [...(needed.get(key) ?? []), ...Object.keys(attributes)])
  return (key, ...attributes) => {
    const asked = needed.get(key)
    return asked !== undefined && (attributes.length === 0 || asked.some((one) => attributes.some((start) => one.startsWith(start))))
  }
}

/** Reads what these rules ask of the scene: at most five statements, none where they ask no more than is at hand. */
export async function readTold(
  db: Kysely<Database>,
  { actor, ticket, form }: Scene,
  rules: readonly Pick<Rule, 'match'>[],
  questions: readonly Question[],
): Promise<Told> {
  const needs = neededBy(rules)
  const person = (id: Id | null | undefined, wanted: boolean): Id[] => (id && wanted ? [id] : [])
  const owner = needs('Owner') || needs('Ticket', 'Owner')
  const responsible = needs('Responsible') || needs('Ticket', 'Responsible')
  const customer = needs('CustomerUser') || needs('Ticket', 'CustomerUser')
  const persons = await personsKnown(db, [
    ...new Set([
      ...person(actor.id, needs('User') || needs('CustomerUser')),
      ...person(ticket?.ownerId, owner),
      ...person(form.owner, owner),
      ...person(ticket?.responsibleId, responsible),
      ...person(form.responsible, responsible),
      ...person(ticket?.customerId, customer),
      ...person(form.customer, customer),
    ]),
  ])
  const known = (id: Id | null | undefined): KnownPerson | null | undefined =>
    id === undefined ? undefined : id === null ? null : persons.get(id)
  const { owner: _owner, responsible: _responsible, ...ids } = form
  const names = await namesIn(db, ids, ticket, questions)
  const more = await moreOf(db, ticket, form, needs)
  const thingIn = (of: ChosenAttribute): Thing | null | undefined => {
    const id = form[of]
    return id === undefined || id === '' ? undefined : id === null ? null : { id, name: names[of] ?? '', ...more(of, id) }
  }
  const fields = needs('DynamicField') || needs('Ticket', 'DynamicField_')
  return {
    stored: ticket
      ? {
          things: storedThings(ticket, more),
          people: { owner: known(ticket.ownerId), responsible: known(ticket.responsibleId), customer: known(ticket.customerId) },
          plain: plainOf(ticket),
          fields: fields ? await storedFields(db, ticket.id) : {},
        }
      : undefined,
    form: {
      things: Object.fromEntries(
        (['queue', 'state', 'priority', 'type', 'service', 'sla'] as const).flatMap((of) => {
          const one = thingIn(of)
          return one === undefined ? [] : [[of, one]]
        }),
      ),
      people: {
        ...(form.owner === undefined ? {} : { owner: known(form.owner) }),
        ...(form.responsible === undefined ? {} : { responsible: known(form.responsible) }),
        ...(form.customer === undefined ? {} : { customer: known(form.customer) }),
      },
      fields: form.fields ?? {},
    },
    user: actor.access.agent ? persons.get(actor.id) : undefined,
    asks: actor.access.agent ? undefined : persons.get(actor.id),
  }
}

/** What the form's choices are called: mostly the questions, or the ticket, say so themselves. */
async function namesIn(
  db: Kysely<Database>,
  ids: Chosen,
  ticket: Readonly<Ticket> | null,
  questions: readonly Question[],
): ReturnType<typeof namesOf> {
  const names: { [A in ChosenAttribute]?: string } = {}
  for (const of of CHOSEN) {
    const stands = ticket && of !== 'owner' && of !== 'responsible' && ids[of] === ticket[`${of}Id`] ? ticket[`${of}Name`] : null
    if (stands !== null) names[of] = stands
    const option = questions.filter((one) => one.of === of).flatMap(({ options }) => options).find(({ value }) => value === ids[of]) // biome-ignore format: one search
    if (option) names[of] = option.name
  }
  const others = Object.fromEntries(CHOSEN.filter((of) => names[of] === undefined).map((of) => [of, ids[of] ?? null]))
  return { ...names, ...(await namesOf(db, others)) }
}

type More = (of: ChosenAttribute, id: Id) => { more?: string }

async function moreOf(
  db: Kysely<Database>,
  ticket: Readonly<Ticket> | null,
  form: Chosen,
  needs: ReturnType<typeof neededBy>,
): Promise<More> {
  const queues = needs('Queue', 'GroupID') ? [form.queue, ticket?.queueId] : []
  const typed = needs('State', 'TypeName') || needs('Ticket', 'StateType')
  const states = typed && form.state && form.state !== ticket?.stateId ? [form.state] : []
  const some = (ids: readonly (Id | null | undefined)[]) => ids.filter((id): id is Id => Boolean(id))
  if (some(queues).length === 0 && states.length === 0)
    return (of, id) => (of === 'state' && ticket?.stateId === id ? { more: ticket.stateType } : {})
  const { groupOfQueue, typeOfState } = await thingsKnown(db, { queues: some(queues), states })
  return (of, id) => {
    const found =
      of === 'queue'
        ? groupOfQueue.get(id)
        : of === 'state'
          ? (typeOfState.get(id) ?? (ticket?.stateId === id ? ticket.stateType : undefined))
          : undefined
    return found === undefined ? {} : { more: found }
  }
}

function storedThings(ticket: Readonly<Ticket>, more: More): Things {
  const one = (of: ChosenAttribute, id: Id | null, name: string | null): Thing | null =>
    id === null ? null : { id, name: name ?? '', ...more(of, id) }
  return {
    queue: one('queue', ticket.queueId, ticket.queueName),
    state: { id: ticket.stateId, name: ticket.stateName, more: ticket.stateType },
    priority: one('priority', ticket.priorityId, ticket.priorityName),
    type: one('type', ticket.typeId, ticket.typeName),
    service: one('service', ticket.serviceId, ticket.serviceName),
    sla: one('sla', ticket.slaId, ticket.slaName),
  }
}

const plainOf = (ticket: Readonly<Ticket>): Record<string, string> => ({
  TicketID: ticket.id,
  TicketNumber: ticket.number,
  Title: ticket.title,
  Lock: ticket.lock,
  CustomerID: ticket.customerCompany ?? '',
  ArchiveFlag: ticket.archived ? 'y' : 'n',
})

async function storedFields(db: Kysely<Database>, ticketId: Id): Promise<Record<string, readonly string[]>> {
  const fields = await listFields(db, 'ticket')
  const values = (await loadValues(db, fields, [ticketId])).get(ticketId)
  // A field that was never set is not known.
  return Object.fromEntries(fields.flatMap(({ id, name }) => (values?.has(id) ? [[name, values.get(id)!]] : [])))
}
