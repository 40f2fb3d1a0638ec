import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import type { Id } from '../database/schema.ts'
import { findTicket } from '../ticket/ticket.store.ts'
import { becauseTexts, sayBecause } from './because-words.ts'
import { explainRight, whoSees } from './explain.ts'
import { AGENT_RIGHTS, holdsRight, may } from '../permission/policy.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let make: Maker
beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
})
afterAll(() => database.close())

async function role(name: string, group: Id, right: string, persons: Id[], valid = true): Promise<void> {
  const { id } = await make.db.insertInto('role').values({ name, valid }).returning('id').executeTakeFirstOrThrow()
  await make.db.insertInto('group_role').values({ role_id: id, group_id: group, right }).execute()
  await make.db
    .insertInto('role_person')
    .values(persons.map((person_id) => ({ role_id: id, person_id })))
    .execute()
}

describe('why', () => {
  it('names the rule that decided, in sixteen decisions, and what stood in the way', async () => {
    const { db } = make
    const [group, offGroup] = [await make.group('HMS'), await make.group('Stara')]
    const queue = await make.queue({ name: 'Wydział::HMS', groupId: group })
    const offQueue = await make.queue({ name: 'Dawna', groupId: offGroup })
    const [alone, inRole, reader, inOffRole, owner, responsible, watcher, stranger, admin] = [
      await make.agent({ [group]: ['rw'], [offGroup]: ['rw'] }),
      await make.agent({}),
      await make.agent({ [group]: ['ro'] }),
      await make.agent({}),
      await make.agent({}),
      await make.agent({}),
      await make.agent({}),
      await make.agent({}),
      await make.agent({ 2: ['rw'] }),
    ]
    await role('Administratorzy HMS', group, 'note', [inRole])
    await role('Dyżur', group, 'rw', [inOffRole], false)
    const ticket = await make.ticket({ queueId: queue })
    const oldTicket = await make.ticket({ queueId: offQueue })
    await db.updateTable('permission_group').set({ valid: false }).where('id', '=', offGroup).execute()
    await db.updateTable('ticket').set({ owner_id: owner, responsible_id: responsible }).where('id', '=', ticket.id).execute()
    await db.insertInto('ticket_watcher').values({ ticket_id: ticket.id, person_id: watcher }).execute()
    const [reads, replies] = [await make.person(), await make.person()]
    await db
      .insertInto('ticket_participant')
      .values([
        { ticket_id: ticket.id, person_id: reads, right: 'read' },
        { ticket_id: ticket.id, person_id: replies, right: 'reply' },
      ])
      .execute()

    const HMS = { queue: 'Wydział::HMS', group: 'HMS' }
    const decisions = [
      [alone, 'close', 'queue', { code: 'queue', queue: 'Wydział::HMS', via: [{ group: 'HMS', role: null, right: 'rw' }] }],
      [
        inRole,
        'note',
        'queue',
        { code: 'queue', queue: 'Wydział::HMS', via: [{ group: 'HMS', role: 'Administratorzy HMS', right: 'note' }] },
      ],
      [reader, 'note', 'none', { code: 'other-rights', ...HMS, held: ['ro'], administers: false }],
      [inOffRole, 'ro', 'none', { code: 'role-off', ...HMS, roles: ['Dyżur'] }],
      [owner, 'close', 'owner', { code: 'owner' }],
      [responsible, 'priority', 'responsible', { code: 'responsible' }],
      [watcher, 'ro', 'watcher', { code: 'watcher' }],
      [watcher, 'note', 'none', { code: 'no-right', ...HMS, administers: false }],
      [stranger, 'ro', 'none', { code: 'no-right', ...HMS, administers: false }],
      [admin, 'ro', 'none', { code: 'no-right', ...HMS, administers: true }],
      [ticket.customerId, 'answer', 'customer', { code: 'customer' }],
      [ticket.customerId, 'note', 'none', { code: 'not-agent' }],
      [reads, 'see', 'participant', { code: 'participant-reads' }],
      [reads, 'answer', 'none', { code: 'only-reads' }],
      [replies, 'answer', 'participant', { code: 'participant-replies' }],
      [alone, 'see', 'none', { code: 'no-part' }],
    ] as const
    for (const [person, right, rule, because] of decisions) {
      const said = await explainRight(db, person, right, ticket.id)
      expect(said).toEqual({ allowed: rule !== 'none', rule, because })
      expect({ allowed: said.allowed, rule: said.rule }).toEqual(
        may((await make.actor(person)).access, right, (await findTicket(db, ticket.id, person))!.ties),
      )
    }
    expect((await explainRight(db, alone, 'ro', oldTicket.id)).because).toEqual({ code: 'group-off', queue: 'Dawna', group: 'Stara' })
    await db.updateTable('person').set({ valid: false }).where('id', '=', alone).execute()
    expect((await explainRight(db, alone, 'ro', ticket.id)).because).toEqual({ code: 'person-off' })
    expect((await explainRight(db, '999999', 'ro', ticket.id)).because).toEqual({ code: 'person-unknown' })
    expect((await explainRight(db, owner, 'ro', '999999')).because).toEqual({ code: 'ticket-unknown' })
  })

  it('is said in words that name queue, group and role', () => {
    expect(
      sayBecause(
        {
          code: 'queue',
          queue: 'DI::HMS',
          via: [
            { group: 'HMS', role: 'Dyżur', right: 'rw' },
            { group: 'HMS', role: null, right: 'note' },
          ],
        },
        'pl',
      ),
    ).toBe('kolejka „DI · HMS” należy do grupy „HMS”, a w niej: prawo rw z roli „Dyżur”; prawo note nadane wprost')
    expect(sayBecause({ code: 'no-right', queue: 'HMS', group: 'HMS', administers: true }, 'en')).toBe(
      'holds no right in the group “HMS”, to which the queue “HMS” belongs, and has no other tie to the ticket; administering alone gives no right in tickets',
    )
    expect(Object.keys(becauseTexts.pl)).toEqual(Object.keys(becauseTexts.en))
  })

  it('agrees with the policy for any ties, its reasons too, and so does the list of who sees a ticket', async () => {
    const { db } = make
    await db.deleteFrom('role').execute()
    const [group, other] = [await make.group(), await make.group()]
    const queue = await make.queue({ groupId: group })
    const people: Id[] = []
    for (let i = 0; i < 5; i++) people.push(await (i < 4 ? make.agent({}) : make.person()))
    const { id: ticket } = await make.ticket({ queueId: queue, customerId: people[0]! })
    const some = fc.nat(people.length - 1).map((n) => people[n]!)
    const world = fc.record({
      rights: fc.array(fc.tuple(some, fc.constantFrom(group, other), fc.constantFrom('ro', 'rw', 'note', 'close')), { maxLength: 4 }),
      roles: fc.array(fc.tuple(some, fc.constantFrom('ro', 'rw', 'compose'), fc.boolean()), { maxLength: 3 }),
      owner: fc.option(some),
      responsible: fc.option(some),
      customer: fc.option(some),
      watcher: fc.option(some),
      participant: fc.option(fc.tuple(some, fc.constantFrom('read' as const, 'reply' as const))),
      off: fc.option(some),
      groupOn: fc.boolean(),
      right: fc.constantFrom(...AGENT_RIGHTS, 'see', 'answer'),
    })
    await fc.assert(
      fc.asyncProperty(world, async (w) => {
        for (const table of ['group_person', 'role', 'ticket_watcher', 'ticket_participant'] as const) await db.deleteFrom(table).execute()
        await db
          .updateTable('person')
          .set({ valid: sql<boolean>`id <> ${w.off ?? '0'}` })
          .execute()
        await db.updateTable('permission_group').set({ valid: w.groupOn }).where('id', '=', group).execute()
        await db
          .updateTable('ticket')
          .set({ owner_id: w.owner, responsible_id: w.responsible, customer_id: w.customer })
          .where('id', '=', ticket)
          .execute()
        for (const [person_id, group_id, right] of w.rights)
          await db
            .insertInto('group_person')
            .values({ person_id, group_id, right })
            .onConflict((oc) => oc.doNothing())
            .execute()
        for (const [i, [person, right, on]] of w.roles.entries()) await role(`rola ${i}`, group, right, [person], on)
        if (w.watcher) await db.insertInto('ticket_watcher').values({ ticket_id: ticket, person_id: w.watcher }).execute()
        if (w.participant)
          await db
            .insertInto('ticket_participant')
            .values({ ticket_id: ticket, person_id: w.participant[0], right: w.participant[1] })
            .execute()

        const seeing: string[] = []
        for (const person of people) {
          const said = await explainRight(db, person, w.right, ticket)
          if (person === w.off) {
            expect(said).toEqual({ allowed: false, rule: 'none', because: { code: 'person-off' } })
            continue
          }
          const { access } = await make.actor(person)
          const { ties } = (await findTicket(db, ticket, person))!
          expect({ allowed: said.allowed, rule: said.rule }).toEqual(may(access, w.right, ties))
          const { because } = said
          // What it names must hold by itself.
          if (because.code === 'queue')
            expect(because.via.length > 0 && because.via.every(({ right }) => holdsRight(new Set([right]), w.right))).toBe(true)
          if (because.code === 'other-rights') expect(because.held.length > 0 && !holdsRight(new Set(because.held), w.right)).toBe(true)
          if (because.code === 'no-right') expect(access.queueRights.get(queue) ?? new Set()).toEqual(new Set())
          for (const [hat, right, answers] of [
            ['agent', 'ro', 'compose'],
            ['customer', 'see', 'answer'],
          ] as const) {
            if (may(access, right, ties).allowed) seeing.push(`${person} ${hat} ${may(access, answers, ties).allowed}`)
          }
        }
        const listed = (await whoSees(db, ticket)).map(({ id, hat, answers }) => `${id} ${hat} ${answers}`)
        expect(listed.toSorted()).toEqual(seeing.toSorted())
      }),
      { numRuns: 25 },
    )
  })
})
