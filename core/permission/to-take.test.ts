import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import type { OpenDatabase } from '../database/database.ts'
import type { Id } from '../database/schema.ts'
import { followUp, setState, takeTicket } from '../ticket/change/tickets.ts'
import { countEach, countTickets } from '../ticket/ticket-count.ts'
import { listTickets } from '../ticket/ticket-list.ts'
import { findTicket } from '../ticket/ticket.store.ts'
import { isToTake, ownerStands, TAKEN_FROM, type OwnerStands } from './to-take.ts'

let opened: OpenDatabase
let make: Maker
const groups: Id[] = []
const queues: Id[] = []
/** The first of them looks; any of them leads. */
const people: Id[] = []
const tickets: Id[] = []
let role: Id
beforeAll(async () => {
  opened = await testDatabase()
  make = await maker(opened.db)
  for (let n = 0; n < 3; n++) groups.push(await make.group())
  for (let n = 0; n < 4; n++) queues.push(await make.queue({ groupId: groups[n % 3]! }))
  for (let n = 0; n < 4; n++) people.push(await make.agent({}))
  for (let n = 0; n < 8; n++) tickets.push((await make.ticket({ queueId: queues[n % 4]!, customerId: people[n % 4]! })).id)
  role = (await make.db.insertInto('role').values({ name: 'Rola' }).returning('id').executeTakeFirstOrThrow()).id
})
afterAll(() => opened.close())

const RIGHTS = ['ro', 'rw', 'lock', 'note'] as const
const one = (most: number) => fc.integer({ min: 0, max: most - 1 })
const ties = fc.record({
  rights: fc.array(fc.record({ person: one(4), group: one(3), right: fc.constantFrom(...RIGHTS), byRole: fc.boolean() }), {
    maxLength: 12,
  }),
  roleValid: fc.boolean(),
  groupsValid: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  persons: fc.array(fc.record({ valid: fc.boolean(), agent: fc.boolean(), away: fc.constantFrom('no', 'now', 'over', 'to come') }), {
    minLength: 4,
    maxLength: 4,
  }),
  tickets: fc.array(
    fc.record({
      owner: fc.option(one(4)),
      responsible: fc.option(one(4)),
      watched: fc.boolean(),
      lock: fc.constantFrom('lock', 'unlock', 'tmp_lock'),
      // new, open, closed, put off
      state: fc.constantFrom(['1', 'new'], ['4', 'open'], ['2', 'closed'], ['6', 'pending reminder']),
      priority: fc.integer({ min: 1, max: 5 }),
    }),
    { minLength: 8, maxLength: 8 },
  ),
})

const HOUR = 3_600_000
const LONG = process.env['POMOC_LONG'] === 'yes'
const AWAY = { now: [-1, 1], over: [-2, -1], 'to come': [1, 2] } as const

/** Makes the world so: few statements, for there are many worlds. */
async function put(world: typeof ties extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
  const { db } = make
  const at = (hours: number) => new Date(make.now.getTime() + hours * HOUR)
  const given = (byRole: boolean) => world.rights.filter((one) => one.byRole === byRole)
  const rows = {
    group_person: given(false).map(({ person, group, right }) => ({ person_id: people[person]!, group_id: groups[group]!, right })),
    group_role: given(true).map(({ group, right }) => ({ role_id: role, group_id: groups[group]!, right })),
    role_person: given(true).map(({ person }) => ({ role_id: role, person_id: people[person]! })),
    person_absence: world.persons.flatMap(({ away }, n) =>
      away === 'no'
        ? []
        : [{ person_id: people[n]!, from_at: at(AWAY[away][0]), until_at: at(AWAY[away][1]), substitute_id: null, note: '' }],
    ),
    ticket_watcher: world.tickets.flatMap(({ watched }, n) => (watched ? [{ ticket_id: tickets[n]!, person_id: people[0]! }] : [])),
  }
  for (const [table, values] of Object.entries(rows)) {
    await db.deleteFrom(table as 'group_role').execute()
    if (values.length > 0)
      await db
        .insertInto(table as 'group_role')
        .values(values as never)
        .onConflict((oc) => oc.doNothing())
        .execute()
  }
  const changes = JSON.stringify({
    groups: world.groupsValid.map((valid, n) => ({ id: groups[n], valid })),
    persons: world.persons.map(({ valid, agent }, n) => ({ id: people[n], valid: valid || n === 0, agent: agent || n === 0 })),
    tickets: world.tickets.map(({ owner, responsible, lock, state, priority }, n) => ({
      id: tickets[n],
      owner_id: owner === null ? null : people[owner],
      responsible_id: responsible === null ? null : people[responsible],
      lock: owner === null ? 'unlock' : lock,
      state_id: state[0],
      state_type: state[1],
      priority_id: priority,
    })),
  })
  await sql`
    with r as (update role set valid = ${world.roleValid} where id = ${role}),
      g as (update permission_group set valid = n.valid
        from jsonb_to_recordset(${changes}::jsonb -> 'groups') n(id bigint, valid boolean) where permission_group.id = n.id),
      p as (update person set valid = n.valid, agent = n.agent
        from jsonb_to_recordset(${changes}::jsonb -> 'persons') n(id bigint, valid boolean, agent boolean) where person.id = n.id)
    update ticket set owner_id = n.owner_id, responsible_id = n.responsible_id, lock = n.lock, state_id = n.state_id,
      state_type = n.state_type, priority_id = n.priority_id
    from jsonb_to_recordset(${changes}::jsonb -> 'tickets') n(id bigint, owner_id bigint, responsible_id bigint, lock text, state_id bigint,
      state_type text, priority_id bigint) where ticket.id = n.id`.execute(db)
}

describe('what is to be taken', () => {
  it('is the same as a decision, in lists, in both counts, for any rights, absences and ties; the most urgent first, then the oldest', async () => {
    let found = 0
    await fc.assert(
      fc.asyncProperty(ties, async (world) => {
        await put(world)
        const { access } = await make.actor(people[0]!)
        const decided: { id: Id; priority: number }[] = []
        const stood = new Set<OwnerStands>()
        for (const id of tickets) {
          const ticket = (await findTicket(make.db, id, people[0]!))!
          const { stands } = await ownerStands(make.db, ticket, make.now)
          if (ticket.ownerId !== null) stood.add(stands)
          if (isToTake(ticket, access, stands)) decided.push({ id, priority: Number(ticket.priorityId) })
        }
        found += decided.length
        const filter = { stateTypes: TAKEN_FROM, toTake: { access, at: make.now } }
        const expected = decided.toSorted((a, b) => b.priority - a.priority || Number(a.id) - Number(b.id)).map(({ id }) => id)
        const wish = { filter, sort: 'priority', direction: 'desc' } as const
        const listed = await listTickets(make.db, access, 'ro', wish)
        expect(listed.tickets.map(({ id }) => id)).toEqual(expected)
        // In pages of two, within some queues, and by another order.
        const paged: Id[] = []
        for (let after: string | undefined; ; ) {
          const page = await listTickets(make.db, access, 'ro', { ...wish, limit: 2, after })
          paged.push(...page.tickets.map(({ id }) => id))
          if (page.after === null) break
          after = page.after
        }
        expect(paged).toEqual(expected)
        const within = [queues[0]!, queues[1]!]
        const some = await listTickets(make.db, access, 'ro', { ...wish, filter: { ...filter, queueIds: within }, sort: 'title' })
        const lies = await make.db.selectFrom('ticket').select('id').where('queue_id', 'in', within).execute()
        expect(some.tickets.map(({ id }) => id).toSorted()).toEqual(expected.filter((id) => lies.some((row) => row.id === id)).toSorted())
        expect(await countTickets(make.db, access, 'ro', filter)).toBe(expected.length)
        expect(await countEach(make.db, access, 'ro', { take: filter })).toEqual({ take: expected.length })
      }),
      { numRuns: LONG ? 400 : 40 },
    )
    expect(found).toBeGreaterThan(10)
  })
})

describe('a ticket whose owner does not work on it', () => {
  const STOPS: Record<string, { stops: (owner: Id, group: Id) => Promise<unknown>; rule: string }> = {
    away: {
      stops: (owner) =>
        make.db
          .insertInto('person_absence')
          .values({
            person_id: owner,
            from_at: new Date(make.now.getTime() - HOUR),
            until_at: new Date(make.now.getTime() + HOUR),
            substitute_id: null,
            note: '',
          })
          .execute(),
      rule: 'owner-away',
    },
    'switched off': {
      stops: (owner) => make.db.updateTable('person').set({ valid: false }).where('id', '=', owner).execute(),
      rule: 'owner-gone',
    },
    'no agent any more': {
      stops: (owner) => make.db.updateTable('person').set({ agent: false }).where('id', '=', owner).execute(),
      rule: 'owner-gone',
    },
    'without a right there': {
      stops: (owner, group) => make.db.deleteFrom('group_person').where('person_id', '=', owner).where('group_id', '=', group).execute(),
      rule: 'owner-unable',
    },
  }
  it.each(Object.keys(STOPS))(
    '%s: another takes it without having to take it from somebody, and history says why; a reply unlocks it',
    async (name) => {
      const group = await make.group()
      const queueId = await make.queue({ groupId: group })
      const [owner, other] = [await make.agent({ [group]: ['rw'] }), await make.agent({ [group]: ['rw'] })]
      const [taken, answered] = [await make.ticket({ queueId }), await make.ticket({ queueId })]
      for (const { id } of [taken, answered]) await make.work(await make.actor(owner), (work) => takeTicket(work, id))
      const actor = await make.actor(other)
      await expect(make.work(actor, (work) => takeTicket(work, taken.id))).rejects.toMatchObject({ code: 'ticket.locked-by-other' })
      const { stops, rule } = STOPS[name]!
      await stops(owner, group)
      await make.work(actor, (work) => takeTicket(work, taken.id))
      expect((await findTicket(make.db, taken.id, null))!.ownerId).toBe(other)
      const why = async (id: Id, type: 'OwnerUpdate' | 'Unlock') =>
        (
          await make.db
            .selectFrom('history')
            .select('reason')
            .where('ticket_id', '=', id)
            .where('type', '=', type)
            .orderBy('id', 'desc')
            .executeTakeFirst()
        )?.reason
      expect(await why(taken.id, 'OwnerUpdate')).toMatchObject({ rule })
      // Put off until the customer writes: then it is to be taken again.
      await make.asSystem((work) => setState(work, answered.id, { stateId: '20', pendingUntil: null }))
      await make.asSystem((work) =>
        followUp(work, answered.id, {
          article: {
            channel: 'email',
            senderType: 'customer',
            visible: true,
            personId: answered.customerId,
            from: 'x',
            subject: '',
            body: 'Halo?',
          },
        }),
      )
      expect(await why(answered.id, 'Unlock')).toMatchObject({ rule })
      const filter = { stateTypes: TAKEN_FROM, toTake: { access: (await make.actor(other)).access, at: make.now } }
      expect((await listTickets(make.db, actor.access, 'ro', { filter })).tickets.map(({ id }) => id)).toEqual([answered.id])
    },
  )
})
