/** Whatever is done and whoever may read: nobody is told of what they may not read, nobody the same thing twice, and no rule does more than its editor. */
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { setActivation } from '../../core/administration/plugin-admin.ts'
import { addNote, EVENTS, findTicket, loadActor, may, moveTicket, setOwner, setState, watchTicket, type Id } from '../../core/index.ts'
import { openSite, type Site } from '../../test/web.ts'
import desk from '../desk/index.tsx'
import portal from '../portal/index.tsx'
import notifications from './index.ts'
import { createNotification } from './notifications.ts'
import { RECIPIENTS } from './rule.ts'
import { tell } from './tables.ts'

const LONG = process.env['POMOC_LONG'] === 'yes'
const AGENTS = 4

let site: Site
const units: Id[] = []
const groups: Id[] = []
const queues: Id[] = []
const agents: Id[] = []
let actor: Id
let told = 0
/** Made by the first of the agents, whose rights change as the others'. */
let ofUnit: Id
let written = 0
beforeAll(async () => {
  site = await openSite([desk, portal, notifications])
  const { make } = site
  for (let n = 0; n < 2; n++) {
    units.push(await make.unit())
    groups.push(await make.group())
    queues.push(await make.queue({ unitId: units[n]!, groupId: groups[n]! }))
    await make.asSystem((work) => setActivation(work, 'notifications', units[n]!, true))
  }
  actor = await make.agent({ [groups[0]!]: ['rw'], [groups[1]!]: ['rw'] })
  for (let n = 0; n < AGENTS; n++) agents.push(await make.agent({}, { login: `kto${n}` }))
  const texts = { pl: { subject: '<OTRS_TICKET_Title>', body: '<OTRS_CUSTOMER_BODY>', contentType: 'text/plain' as const } }
  const rule = {
    events: [...EVENTS],
    recipients: [...RECIPIENTS],
    agents,
    groups,
    addresses: 'ktos@x.example',
    oncePerDay: false,
    substitutes: true,
  }
  await make.asSystem((work) => createNotification(work, null, { name: 'Wszystko', comment: '', valid: true, rule, texts }))
  await sql`insert into unit_administrator (person_id, unit_id, since) values (${agents[0]!}, ${units[0]!}, ${make.now})`.execute(make.db)
  ofUnit = await make.work(await make.actor(agents[0]!), (work) =>
    createNotification(work, units[0]!, { name: 'Jednostki', comment: '', valid: true, rule, texts }),
  )
})
afterAll(() => site.close())

const who = fc.nat(AGENTS - 1)
const where = fc.nat(1)
const step = fc.oneof(
  fc.record({ do: fc.constant('rights' as const), who, where, right: fc.constantFrom('ro', 'note', 'rw', 'compose', 'move_into', null) }),
  fc.record({ do: fc.constant('valid' as const), who, on: fc.boolean() }),
  fc.record({ do: fc.constant('watch' as const), who }),
  fc.record({ do: fc.constant('queue' as const), who, where }),
  fc.record({ do: fc.constant('away' as const), who, by: who }),
  fc.record({ do: fc.constant('owner' as const), who }),
  fc.record({ do: fc.constant('move' as const), where }),
  fc.record({ do: fc.constant('state' as const), to: fc.constantFrom('2', '4') }),
  fc.record({ do: fc.constant('note' as const), who }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

it('nobody is told of what they may not read, nor twice of one act, nor by a unit’s notification what its editor could not write', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 9 }), where, async (steps, begin) => {
      const { make } = site
      await make.db.updateTable('person').set({ valid: true }).where('id', 'in', agents).execute()
      await tell(make.db).updateTable('notification').set({ stopped: null }).execute()
      const { id } = await make.ticket({ queueId: queues[begin]! })
      for (const one of steps) {
        const { rows } = await sql<{
          fact: Id
          told: Id
        }>`select (select coalesce(max(id), 0) from fact)::text as fact, (select coalesce(max(id), 0) from notification_told)::text as told`.execute(
          make.db,
        )
        await run(one, id).catch((error: { code?: string }) => {
          if (error.code === undefined) throw error
        })
        await deliverSince(rows[0]!.fact)
        await check(rows[0]!.told, id)
      }
    }),
    { numRuns: LONG ? 100 : 3 },
  )
  if (LONG) expect([told > 100, written > 10]).toEqual([true, true])
})

async function run(one: Step, id: Id): Promise<unknown> {
  const { make } = site
  const { db } = make
  const person = 'who' in one ? agents[one.who]! : actor
  switch (one.do) {
    case 'rights':
      await sql`delete from group_person where group_id = ${groups[one.where]!} and person_id = ${person}`.execute(db)
      if (one.right !== null)
        await sql`insert into group_person (group_id, person_id, "right") values (${groups[one.where]!}, ${person}, ${one.right})`.execute(
          db,
        )
      return
    case 'valid':
      return db.updateTable('person').set({ valid: one.on }).where('id', '=', person).execute()
    case 'watch': {
      const watcher = await loadActor(db, person)
      return watcher && make.work(watcher, (work) => watchTicket(work, id, true))
    }
    case 'queue':
      return sql`insert into person_queue (person_id, queue_id) values (${person}, ${queues[one.where]!}) on conflict do nothing`.execute(
        db,
      )
    case 'away':
      return sql`insert into person_absence (person_id, from_at, until_at, substitute_id, note)
        values (${person}, ${new Date(make.now.getTime() - 1000)}, ${new Date(make.now.getTime() + 1000)}, ${agents[one.by]!}, '')
        on conflict (person_id) do update set substitute_id = excluded.substitute_id`.execute(db)
    case 'owner':
      return make.work(await make.actor(actor), (work) => setOwner(work, id, person))
    case 'move':
      return make.work(await make.actor(actor), (work) => moveTicket(work, id, queues[one.where]!))
    case 'state':
      return make.work(await make.actor(actor), (work) => setState(work, id, { stateId: one.to, pendingUntil: null }))
    case 'note':
      return make.work(await make.actor(actor), (work) => addNote(work, id, { body: `@kto${one.who} patrz` }))
  }
}

async function deliverSince(id: Id): Promise<void> {
  const { rows } = await sql<{ id: Id }>`select id::text from fact where id > ${id} and ticket_id is not null order by id`.execute(
    site.make.db,
  )
  for (const fact of rows) {
    await sql`delete from graphile_worker._private_jobs`.execute(site.make.db)
    await site.kernel.jobs.get('fact/deliver')!.run({ fact: fact.id, subscriber: 'notifications' }, { attempt: 1, lastAttempt: false })
  }
}

/** Nothing has changed since it was told: what the policy says now is what it said then. */
async function check(after: Id, ticketId: Id): Promise<void> {
  const { db } = site.make
  const rows = await tell(db).selectFrom('notification_told').selectAll().where('id', '>', after).where('outcome', '=', 'told').execute()
  const once = new Set(rows.map((row) => [row.act_id, row.notification_id, row.person_id, row.address, row.way].join(' ')))
  expect(once.size).toBe(rows.length)
  const bells = await tell(db).selectFrom('notification_bell').select('person_id').where('ticket_id', '=', ticketId).execute()
  expect(bells.every(({ person_id }) => agents.includes(person_id) || person_id === actor)).toBe(true)
  const editor = await loadActor(db, agents[0]!)
  for (const { notification_id: notification, address } of rows) {
    if (notification !== ofUnit || address === null) continue
    written++
    const ticket = await findTicket(db, ticketId, agents[0]!)
    const right = address === 'ktos@x.example' ? 'forward' : 'compose'
    // By hand they could write there too.
    expect({ address, may: editor !== undefined && may(editor.access, right, ticket!.ties).allowed }).toEqual({ address, may: true })
  }
  for (const { person_id: personId, event } of rows) {
    if (personId === null) continue
    told++
    const actor = await loadActor(db, personId)
    const ticket = await findTicket(db, ticketId, personId)
    const allowed =
      actor !== undefined &&
      (['ro', 'see', ...(event === 'NotificationAddNote' ? ['note'] : [])] as const).some(
        (right) => may(actor.access, right, ticket!.ties).allowed,
      )
    expect({ personId, event, allowed }).toEqual({ personId, event, allowed: true })
  }
}
