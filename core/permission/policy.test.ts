import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import type { Id } from '../database/schema.ts'
import { findTicket } from '../ticket/ticket.store.ts'
import { OPEN_TYPES } from '../ticket/ticket.ts'
import { countEach, countTickets } from '../ticket/ticket-count.ts'
import { listTickets, seeTicket } from '../ticket/ticket-list.ts'
import { asCustomer, type Access } from '../kernel/actor.ts'
import { createCompany } from '../company/companies.ts'
import { setPersonCompanies } from '../company/person-companies.ts'
import { writeSetting } from '../kernel/settings/settings.ts'
import { unitSettings } from '../kernel/settings/unit-settings.ts'
import { AGENT_RIGHTS, holdsRight, may, type TicketTies } from './policy.ts'

const access = (rights: Record<Id, string[]>, more: Partial<Access> = {}): Access => ({
  personId: '7',
  agent: true,
  admin: false,
  queueRights: new Map(Object.entries(rights).map(([q, r]) => [q, new Set(r)])),
  ...more,
})
const ties = (more: Partial<TicketTies> = {}): TicketTies => ({
  queueId: '1',
  ownerId: null,
  responsibleId: null,
  customerId: null,
  company: '',
  watching: false,
  participation: null,
  ...more,
})
const NO_COMPANY = { street: '', zip: '', city: '', country: '', url: '', comment: '' }

describe('the policy', () => {
  it('rw includes every right, and every right in a queue is for that queue only', () => {
    for (const right of AGENT_RIGHTS) {
      expect(may(access({ 1: ['rw'] }), right, ties()).allowed).toBe(true)
      expect(may(access({ 2: ['rw'] }), right, ties()).allowed).toBe(false)
    }
  })
  it('a single right does not bring others', () => {
    expect(holdsRight(new Set(['note']), 'close')).toBe(false)
    expect(holdsRight(new Set(['note']), 'ro')).toBe(false)
  })
  it('the owner may everything, the watcher may read', () => {
    expect(may(access({}), 'close', ties({ ownerId: '7' }))).toEqual({ allowed: true, rule: 'owner' })
    expect(may(access({}), 'ro', ties({ watching: true })).rule).toBe('watcher')
    expect(may(access({}), 'note', ties({ watching: true })).allowed).toBe(false)
  })
  it('without the agent hat neither groups nor ownership count', () => {
    const customer = access({ 1: ['rw'] }, { agent: false })
    expect(may(customer, 'ro', ties({ ownerId: '7' })).allowed).toBe(false)
    expect(may(customer, 'see', ties({ customerId: '7' })).rule).toBe('customer')
  })
  it('a reading participant sees and does not answer', () => {
    expect(may(access({}), 'see', ties({ participation: 'read' })).allowed).toBe(true)
    expect(may(access({}), 'answer', ties({ participation: 'read' })).allowed).toBe(false)
    expect(may(access({}), 'answer', ties({ participation: 'reply' })).allowed).toBe(true)
  })
  it("an agent does not see a colleague's private ticket as a customer", () => {
    expect(may(access({ 1: ['rw'] }), 'see', ties({ customerId: '8' })).allowed).toBe(false)
  })
  it('who belongs to a company sees its tickets where the unit says so, and nobody by having none', () => {
    const colleague = access(
      {},
      {
        agent: false,
        colleagues: {
          companies: ['ACME'],
          queues: new Map([
            ['1', 'read'],
            ['2', 'reply'],
          ]),
        },
      },
    )
    const rule = (right: string, more: Partial<TicketTies>) => may(colleague, right, ties(more)).rule
    expect(rule('see', { company: 'ACME' })).toBe('company')
    expect(rule('answer', { company: 'ACME' })).toBe('none')
    expect(rule('answer', { company: 'ACME', queueId: '2' })).toBe('company')
    expect(rule('ro', { company: 'ACME' })).toBe('none')
    expect(rule('see', { company: 'ACME', queueId: '3' })).toBe('none')
    for (const company of ['', null, 'acme', 'Other']) expect(rule('see', { company })).toBe('none')
  })
})

describe('list and detail agree', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>
  let make: Maker
  const queues: Id[] = []
  const groups: Id[] = []
  const people: Id[] = []
  const tickets: Id[] = []
  const companies: Id[] = []
  const units: Id[] = []

  beforeAll(async () => {
    database = await testDatabase()
    make = await maker(database.db)
    for (let i = 0; i < 4; i++) groups.push(await make.group())
    // The second unit lies below the first.
    units.push(await make.unit())
    units.push(await make.unit({ parentId: units[0]! }))
    for (let i = 0; i < 6; i++) queues.push(await make.queue({ groupId: groups[i % 4]!, unitId: ['1', ...units][i % 3]! }))
    // The last one is off.
    for (const code of ['ACME', 'Bis', 'Stara'])
      companies.push(await make.asSystem((work) => createCompany(work, { ...NO_COMPANY, code, name: code, valid: code !== 'Stara' })))
    for (let i = 0; i < 6; i++) people.push(await make.agent({}))
    for (let i = 0; i < 40; i++) tickets.push((await make.ticket({ queueId: queues[i % 6]!, customerId: people[i % 6]! })).id)
    for (const [i, id] of tickets.entries())
      await database.db
        .updateTable('ticket')
        .set({ customer_company: ['ACME', 'Bis', 'Stara', '', null, 'nobody’s'][(i >> 1) % 6]! })
        .where('id', '=', id)
        .execute()
  })
  afterAll(() => database.close())

  const pick = (list: () => Id[]) => fc.nat(1000).map((n) => ({ of: () => list()[n % list().length]! }))
  const world = fc.record({
    rights: fc.array(
      fc.tuple(
        pick(() => people),
        pick(() => groups),
        fc.constantFrom('ro', 'rw', 'note', 'close', 'move_into'),
      ),
      { maxLength: 8 },
    ),
    roles: fc.array(
      fc.tuple(
        pick(() => people),
        pick(() => groups),
        fc.constantFrom('ro', 'rw', 'create'),
      ),
      { maxLength: 4 },
    ),
    owners: fc.array(
      fc.tuple(
        pick(() => tickets),
        pick(() => people),
      ),
      { maxLength: 8 },
    ),
    watchers: fc.array(
      fc.tuple(
        pick(() => tickets),
        pick(() => people),
      ),
      { maxLength: 8 },
    ),
    participants: fc.array(
      fc.tuple(
        pick(() => tickets),
        pick(() => people),
        fc.constantFrom('read' as const, 'reply' as const),
      ),
      { maxLength: 8 },
    ),
    colleagues: fc.array(
      fc.tuple(
        pick(() => people),
        pick(() => companies),
      ),
      { maxLength: 8 },
    ),
    units: fc.array(fc.constantFrom('off', 'named', 'read', 'reply', undefined), { minLength: 3, maxLength: 3 }),
    who: pick(() => people),
    hat: fc.constantFrom('agent', 'customer'),
    right: fc.constantFrom('ro', 'rw', 'note', 'close', 'see', 'answer'),
    within: fc.array(
      pick(() => queues),
      { maxLength: 3 },
    ),
  })

  it('for any rights, roles, owners, watchers, participants and companies', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (w) => {
        const { db } = database
        await db.deleteFrom('group_person').execute()
        await db.deleteFrom('role').execute()
        await db.deleteFrom('ticket_watcher').execute()
        await db.deleteFrom('ticket_participant').execute()
        await db.updateTable('ticket').set({ owner_id: null }).execute()
        for (const [p, g, right] of w.rights) {
          await db
            .insertInto('group_person')
            .values({ person_id: p.of(), group_id: g.of(), right })
            .onConflict((oc) => oc.doNothing())
            .execute()
        }
        for (const [i, [p, g, right]] of w.roles.entries()) {
          const role = await db
            .insertInto('role')
            .values({ name: `rola ${i}` })
            .returning('id')
            .executeTakeFirstOrThrow()
          await db.insertInto('role_person').values({ role_id: role.id, person_id: p.of() }).execute()
          await db.insertInto('group_role').values({ role_id: role.id, group_id: g.of(), right }).execute()
        }
        for (const [t, p] of w.owners) await db.updateTable('ticket').set({ owner_id: p.of() }).where('id', '=', t.of()).execute()
        for (const [t, p] of w.watchers) {
          await db
            .insertInto('ticket_watcher')
            .values({ ticket_id: t.of(), person_id: p.of() })
            .onConflict((oc) => oc.doNothing())
            .execute()
        }
        for (const [t, p, right] of w.participants) {
          await db
            .insertInto('ticket_participant')
            .values({ ticket_id: t.of(), person_id: p.of(), right })
            .onConflict((oc) => oc.doNothing())
            .execute()
        }

        await db.deleteFrom('person_company').execute()
        await db.deleteFrom('setting').where('owner', '=', 'unit').execute()
        for (const [p, company] of w.colleagues) {
          await db
            .insertInto('person_company')
            .values({ person_id: p.of(), company_id: company.of() })
            .onConflict((oc) => oc.doNothing())
            .execute()
        }
        for (const [i, value] of w.units.entries())
          await make.asSystem((work) => writeSetting(work, 'unit', 'companies', unitSettings.companies, value, ['1', ...units][i]!))

        const actor = await make.actor(w.who.of())
        const seen = w.hat === 'agent' ? actor.access : asCustomer(actor.access)
        const listed = (await listTickets(db, seen, w.right, { limit: 500 })).tickets.map((t) => t.id).toSorted()
        const within = w.within.map((queue) => queue.of())
        const listedWithin = (await listTickets(db, seen, w.right, { limit: 500, filter: { queueIds: within } })).tickets.map((t) => t.id)
        const listedBySearch = (await listTickets(db, seen, w.right, { limit: 500, filter: { search: 'nie DZIAŁA' } })).tickets.map(
          (t) => t.id,
        )
        const allowed: Id[] = []
        const allowedWithin: Id[] = []
        for (const id of tickets) {
          const ticket = (await findTicket(db, id, actor.id))!
          if (may(seen, w.right, ticket.ties).allowed) allowed.push(id)
          if (may(seen, w.right, ticket.ties).allowed && within.includes(ticket.queueId)) allowedWithin.push(id)
          const detail = await seeTicket(db, seen, id, w.right).then(
            () => true,
            () => false,
          )
          expect(detail).toBe(may(seen, w.right, ticket.ties).allowed)
        }
        expect(listed).toEqual(allowed.toSorted())
        expect(listedWithin.toSorted()).toEqual(allowedWithin.toSorted())
        expect(listedBySearch.toSorted()).toEqual(allowed.toSorted())
        expect(await countTickets(db, seen, w.right, {})).toBe(allowed.length)
        expect(await countTickets(db, seen, w.right, { queueIds: within })).toBe(allowedWithin.length)
        const figures = {
          all: { stateTypes: OPEN_TYPES },
          within: { stateTypes: OPEN_TYPES, queueIds: within },
          none: { stateTypes: ['pending auto' as const] },
        }
        expect(await countEach(db, seen, w.right, figures)).toEqual({ all: allowed.length, within: allowedWithin.length, none: 0 })
        expect(await countEach(db, seen, w.right, { ...figures, every: {} })).toEqual({
          all: allowed.length,
          within: allowedWithin.length,
          none: 0,
          every: allowed.length,
        })
      }),
      { numRuns: 25 },
    )
  })

  it('what a unit says of companies holds for the units below it until they say otherwise, and only for companies in use', async () => {
    const says = (unitId: Id, value: string | undefined) =>
      make.asSystem((work) => writeSetting(work, 'unit', 'companies', unitSettings.companies, value, unitId))
    await make.db.deleteFrom('setting').where('owner', '=', 'unit').execute()
    await make.db.deleteFrom('person_company').execute()
    const person = await make.person()
    await make.asSystem((work) => setPersonCompanies(work, person, [companies[0]!]))
    const colleagues = async () => (await make.actor(person)).access.colleagues
    expect(await colleagues()).toBeUndefined()
    await says(units[0]!, 'read')
    expect([...(await colleagues())!.queues.values()]).toEqual(['read', 'read', 'read', 'read'])
    await says(units[1]!, 'reply')
    expect([...(await colleagues())!.queues.values()].toSorted()).toEqual(['read', 'read', 'reply', 'reply'])
    expect((await colleagues())!.companies).toEqual(['ACME'])
    await make.asSystem((work) => setPersonCompanies(work, person, []))
    expect(await colleagues()).toBeUndefined()
    await make.db.deleteFrom('setting').where('owner', '=', 'unit').execute()
  })

  it('pages by key give each ticket once, in any order', async () => {
    await make.db.deleteFrom('group_person').execute()
    await make.db.updateTable('ticket').set({ owner_id: people[0]! }).where('id', 'in', tickets.slice(0, 9)).execute()
    for (const group of groups)
      await make.db.insertInto('group_person').values({ person_id: people[0]!, group_id: group, right: 'rw' }).execute()
    const actor = await make.actor(people[0]!)
    for (const sort of ['created', 'pending', 'title', 'priority'] as const) {
      for (const direction of ['asc', 'desc'] as const) {
        const ids: Id[] = []
        let after: string | null | undefined
        do {
          const page = await listTickets(make.db, actor.access, 'ro', { sort, direction, limit: 7, ...(after ? { after } : {}) })
          ids.push(...page.tickets.map((t) => t.id))
          after = page.after
        } while (after)
        expect(ids.toSorted()).toEqual([...tickets].toSorted())
      }
    }
  })
})
