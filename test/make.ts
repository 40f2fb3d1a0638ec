/** Owns the making of test things: each through the domain's own acts, with only what the test says. */
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { inject } from 'vitest'
import { loadConfig, type Config } from '../core/machine/config.ts'
import type { Database, Id } from '../core/database/schema.ts'
import { runWork, type Work } from '../core/kernel/work.ts'
import { system, type Actor, type PersonActor } from '../core/kernel/actor.ts'
import { loadActor } from '../core/permission/access.store.ts'
import { createPerson, type NewPerson } from '../core/person/persons.ts'
import { createTicket, type NewTicket } from '../core/ticket/change/tickets.ts'

/** A working Tuesday, 10:15 in Warsaw. */
export const TUESDAY = new Date('2026-11-17T09:15:00Z')

export interface Maker {
  config: Config
  db: Kysely<Database>
  /** The moment of the acts; a test may move it. */
  now: Date
  work<T>(actor: Actor, run: (work: Work) => Promise<T>): Promise<T>
  /** One act by the system. */
  asSystem<T>(run: (work: Work) => Promise<T>): Promise<T>
  actor(personId: Id): Promise<PersonActor>
  person(person?: NewPerson): Promise<Id>
  /** An agent with rights by group: `{ '1': ['rw'] }`. */
  agent(rights: Record<Id, string[]>, person?: NewPerson): Promise<Id>
  group(name?: string): Promise<Id>
  queue(queue?: {
    name?: string
    groupId?: Id
    unitId?: Id
    parentId?: Id
    followUpPossible?: 'possible' | 'reject' | 'new ticket'
  }): Promise<Id>
  unit(unit?: { name?: string; parentId?: Id }): Promise<Id>
  /** A ticket by mail of a new customer in queue 4 (Misc), unless said otherwise. */
  ticket(
    ticket?: Partial<Omit<NewTicket, 'article'>> & { body?: string; subject?: string },
  ): Promise<{ id: Id; number: string; articleId: Id; customerId: Id }>
}

export async function maker(db: Kysely<Database>): Promise<Maker> {
  const config = await loadConfig({
    env: {
      POMOC_MAIL_ADDRESS: 'pomoc@uni.example',
      POMOC_LOG_LEVEL: 'silent',
      // One for all databases of the run: each learns its key at the first secret.
      POMOC_SECRET_KEYS: join(inject('runFolder'), 'secret.keys'),
    },
  })
  let count = 0
  const room = { db, config, clock: () => make.now, subscribers: () => [] }
  const make: Maker = {
    config,
    db,
    now: TUESDAY,
    work: (actor, run) => runWork(room, actor, run),
    asSystem: (run) => runWork(room, system('test'), run),
    actor: async (personId) => (await loadActor(db, personId))!,
    person: (person = {}) =>
      make.asSystem((work) => {
        const n = ++count
        return createPerson(work, { name: `Osoba ${n}`, address: `osoba${n}@uni.example`, unitId: '1', ...person })
      }),
    agent: async (rights, person = {}) => {
      const id = await make.person({ agent: true, login: `agent${++count}`, ...person })
      const rows = Object.entries(rights).flatMap(([group, list]) => list.map((right) => ({ group_id: group, person_id: id, right })))
      if (rows.length > 0) await db.insertInto('group_person').values(rows).execute()
      return id
    },
    group: async (name) =>
      (
        await db
          .insertInto('permission_group')
          .values({ name: name ?? `grupa ${++count}` })
          .returning('id')
          .executeTakeFirstOrThrow()
      ).id,
    queue: async (queue = {}) =>
      (
        await db
          .insertInto('queue')
          .values({
            name: queue.name ?? `Kolejka ${++count}`,
            parent_id: queue.parentId ?? null,
            unit_id: queue.unitId ?? '1',
            group_id: queue.groupId ?? '1',
            calendar_id: null,
            address_id: null,
            language: null,
            created_at: make.now,
            ...(queue.followUpPossible ? { follow_up_possible: queue.followUpPossible } : {}),
          })
          .returning('id')
          .executeTakeFirstOrThrow()
      ).id,
    unit: async (unit = {}) => {
      const n = ++count
      return (
        await db
          .insertInto('unit')
          .values({
            slug: `unit-${n}`,
            name: unit.name ?? `Jednostka ${n}`,
            parent_id: unit.parentId ?? '1',
            name_en: null,
            calendar_id: null,
            created_at: make.now,
          })
          .returning('id')
          .executeTakeFirstOrThrow()
      ).id
    },
    ticket: async ({ body = 'Dzień dobry, nie działa.', subject = 'Nie działa', ...ticket } = {}) => {
      const customerId = ticket.customerId ?? (await make.person())
      const made = await make.asSystem((work) =>
        createTicket(work, {
          title: subject,
          queueId: '4',
          ...ticket,
          customerId,
          article: {
            channel: 'email',
            senderType: 'customer',
            visible: true,
            personId: customerId,
            from: 'Osoba <osoba@uni.example>',
            to: 'pomoc@uni.example',
            subject,
            body,
            messageId: `<${++count}@klient.example>`,
          },
        }),
      )
      return { ...made, customerId }
    },
  }
  return make
}
