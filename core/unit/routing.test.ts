/** Routing on a real database: which queue, by which rule, said in words; and stepping in and out. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import type { OpenDatabase } from '../database/database.ts'
import type { Id } from '../database/schema.ts'
import { Refusal } from '../errors.ts'
import { addUnitAdministrator } from '../permission/unit-administrators.ts'
import { createSystemAddress } from '../queue/system-addresses.ts'
import { destinationOf, readAddressBook } from '../mail/addresses.ts'
import { followUp } from '../ticket/change/tickets.ts'
import { closeQueue, mainQueueOf, optIn, optOut, planHandOver } from '../administration/opting.ts'
import { revertChange } from '../administration/revert.ts'
import { routesOfTicket, sayRoute } from './route-words.ts'
import { receptionQueue, routeFor, routesOf, setRoute } from './routing.ts'
import { createTopic, editTopic } from './topics.ts'

let opened: OpenDatabase
let make: Maker
const t: Record<string, Id> = {}
const unit: Record<string, Id> = {}
const queue: Record<string, Id> = {}
beforeAll(async () => {
  opened = await testDatabase()
  make = await maker(opened.db)
  for (const name of ['Poczta', 'HMS', 'Sieć', 'Konto'])
    t[name] = await make.asSystem((work) => createTopic(work, '1', { name, nameEn: '', sort: 0, valid: true }))
  unit['faculty'] = await make.unit({ name: 'Wydział' })
  unit['office'] = await make.unit({ name: 'Dziekanat', parentId: unit['faculty'] })
  unit['institute'] = await make.unit({ name: 'Instytut', parentId: unit['faculty'] })
  unit['library'] = await make.unit({ name: 'Biblioteka' })
  unit['quiet'] = await make.unit({ name: 'Archiwum' })
  for (const name of ['faculty', 'office', 'library']) await make.asSystem((work) => optIn(work, unit[name]!))
  queue['mail'] = await make.queue({ name: 'Poczta centralna' })
  queue['hms'] = await make.queue({ name: 'HMS wydziału', unitId: unit['faculty'] })
  queue['office'] = await make.queue({ name: 'Dziekanat: HMS', unitId: unit['office'] })
  queue['library'] = (await mainQueueOf(opened.db, unit['library']))!.id
  t['Stypendium'] = await make.asSystem((work) =>
    createTopic(work, unit['office']!, { name: 'Stypendium', nameEn: '', sort: 0, valid: true }),
  )
  await make.asSystem(async (work) => {
    await setRoute(work, '1', t['Poczta']!, queue['mail']!)
    await setRoute(work, unit['faculty']!, t['HMS']!, queue['hms']!)
    await setRoute(work, unit['office']!, t['HMS']!, queue['office']!)
    await setRoute(work, unit['office']!, t['Stypendium']!, queue['office']!)
    await setRoute(work, unit['library']!, null, queue['library']!)
  })
})
afterAll(() => opened.close())

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )

describe('why a queue answers', () => {
  it.each([
    ['a unit that took the topic', 'office', 'HMS', 'office', 'unit-topic', '„Dziekanat” odpowiada w tej sprawie.'],
    ['its own topic', 'office', 'Stypendium', 'office', 'unit-topic', '„Dziekanat” odpowiada w tej sprawie.'],
    [
      'a unit that has not opted in goes to its faculty',
      'institute',
      'HMS',
      'hms',
      'unit-topic',
      '„Instytut” nie prowadzi zgłoszeń sama, więc pytamy jednostkę nad nią.',
    ],
    ['the faculty itself', 'faculty', 'HMS', 'hms', 'unit-topic', '„Wydział” odpowiada w tej sprawie.'],
    [
      'a topic nobody below took goes to central IT',
      'office',
      'Poczta',
      'mail',
      'unit-topic',
      '„Wydział” nie wzięła tej sprawy, więc pytamy jednostkę nad nią.',
    ],
    [
      'a unit that takes everything',
      'library',
      'Poczta',
      'library',
      'unit-rest',
      '„Biblioteka” bierze wszystko, dla czego nie ma osobnej kolejki.',
    ],
    ['a unit that takes everything, without a topic', 'library', null, 'library', 'unit-rest', 'Zgłoszenie nie ma wybranej sprawy.'],
    ['a topic nobody took at all', 'office', 'Sieć', null, 'unit-central', '„Dział Informatyzacji” nie ma dla tej sprawy osobnej kolejki.'],
    [
      'a unit outside of everything',
      'quiet',
      'HMS',
      null,
      'unit-central',
      '„Archiwum” nie prowadzi zgłoszeń sama, więc pytamy jednostkę nad nią.',
    ],
    [
      'somebody without a unit',
      null,
      'Poczta',
      'mail',
      'unit-topic',
      'Nie znamy jednostki zgłaszającego, więc pytamy od razu jednostkę centralną.',
    ],
  ] as const)('%s', async (_name, from, about, to, rule, said) => {
    const reception = await receptionQueue(opened.db, make.config)
    const routed = await routeFor(opened.db, from && unit[from]!, about && t[about]!, reception)
    expect([routed.queueId, routed.rule]).toEqual([to === null ? reception : queue[to], rule])
    const lines = await sayRoute(opened.db, routed.why, routed.queueId, 'pl')
    expect(lines).toContain(said)
    expect(lines.at(-1)).toMatch(/^Odpowiada więc kolejka „/)
    expect((await sayRoute(opened.db, routed.why, routed.queueId, 'en')).at(-1)).toMatch(/^So the queue “/)
  })

  it('a queue that is off, or a topic that is off, takes nothing', async () => {
    const other = await make.queue({ unitId: unit['quiet']! })
    await make.asSystem(async (work) => {
      await optIn(work, unit['quiet']!)
      await setRoute(work, unit['quiet']!, t['Konto']!, other)
    })
    expect((await routeFor(opened.db, unit['quiet']!, t['Konto']!, '4')).queueId).toBe(other)
    await opened.db.updateTable('queue').set({ valid: false }).where('id', '=', other).execute()
    expect((await routeFor(opened.db, unit['quiet']!, t['Konto']!, '4')).queueId).toBe('4')
    await opened.db.updateTable('queue').set({ valid: true }).where('id', '=', other).execute()
    await make.asSystem((work) => editTopic(work, t['Konto']!, { name: 'Konto', nameEn: '', sort: 0, valid: false }))
    expect((await routeFor(opened.db, unit['quiet']!, t['Konto']!, '4')).queueId).toBe('4')
    await make.asSystem((work) => optOut(work, unit['quiet']!))
  })
  it("another unit's own topic cannot be taken, nor a queue outside of the unit", async () => {
    expect(await code(make.asSystem((work) => setRoute(work, unit['library']!, t['Stypendium']!, queue['library']!)))).toBe('choice-gone')
    const admin = await make.agent({})
    await make.asSystem((work) => addUnitAdministrator(work, unit['library']!, admin))
    expect(await code(make.work(await make.actor(admin), (work) => setRoute(work, unit['library']!, t['HMS']!, queue['office']!)))).toBe(
      'choice-gone',
    )
  })
})

describe('stepping out', () => {
  it('hands every open ticket over with its reason, leads addresses on, and gives back what the unit had', async () => {
    const office = await make.unit({ name: 'Dziekanat 2', parentId: unit['faculty']! })
    const admin = await make.agent({})
    await make.asSystem((work) => addUnitAdministrator(work, office, admin))
    const actor = await make.actor(admin)
    await make.work(actor, (work) => optIn(work, office))
    const main = (await mainQueueOf(opened.db, office))!
    const address = await make.asSystem((work) =>
      createSystemAddress(work, { address: 'dwa@uni.example', name: 'Dwa', queueId: main.id, valid: true }),
    )
    const member = await make.person({ unitId: office })
    const [hms, mail, other] = [
      await make.ticket({ queueId: main.id, customerId: member, topicId: t['HMS']! }),
      await make.ticket({ queueId: main.id, customerId: member, topicId: t['Poczta']! }),
      await make.ticket({ queueId: main.id, customerId: await make.person({ unitId: unit['library']! }) }),
    ]
    const done = await make.ticket({ queueId: main.id, customerId: member, state: 'closed successful' })
    const plan = await planHandOver(opened.db, make.config, office)
    expect(Object.fromEntries(plan.to.map((row) => [row.queueId, row.count]))).toEqual({
      [queue['hms']!]: 1,
      [queue['mail']!]: 1,
      [await receptionQueue(opened.db, make.config)]: 1,
    })

    expect(await make.work(actor, (work) => optOut(work, office))).toEqual({ handedOver: 3 })
    const at = async (id: Id) =>
      (await opened.db.selectFrom('ticket').select('queue_id').where('id', '=', id).executeTakeFirstOrThrow()).queue_id
    // Somebody else's ticket that the unit had taken goes where the unit's own questions go.
    expect([await at(hms.id), await at(mail.id), await at(other.id), await at(done.id)]).toEqual([
      queue['hms'],
      queue['mail'],
      await receptionQueue(opened.db, make.config),
      main.id,
    ])
    expect((await routesOfTicket(opened.db, hms.id)).map((one) => [one.queueId, one.rule])).toEqual([[queue['hms'], 'unit-topic']])
    const notes = await opened.db
      .selectFrom('article')
      .select(['body', 'visible'])
      .where('ticket_id', '=', hms.id)
      .where('channel', '=', 'internal')
      .execute()
    expect(notes).toEqual([{ body: expect.stringMatching(/Dziekanat 2.*Wydział/s), visible: false }])
    expect(destinationOf(await readAddressBook(opened.db, make.config), 'dwa@uni.example')?.queueId).toBe(
      await receptionQueue(opened.db, make.config),
    )
    expect(await mainQueueOf(opened.db, office)).toBeNull()
    expect(await code(make.work(actor, (work) => optOut(work, office)))).toBe('unit.not-opted-in')

    // A closed ticket that comes to life in a queue nobody looks at goes where it would go today.
    await make.asSystem((work) =>
      followUp(work, done.id, {
        article: {
          channel: 'email',
          senderType: 'customer',
          visible: true,
          personId: member,
          from: 'x',
          subject: 'Re',
          body: 'Znów nie działa',
        },
      }),
    )
    expect(await at(done.id)).toBe(await receptionQueue(opened.db, make.config))

    expect(await make.work(actor, (work) => optIn(work, office))).toEqual({ restored: 1 })
    expect((await mainQueueOf(opened.db, office))?.id).toBe(main.id)
    expect(
      (await opened.db.selectFrom('system_address').select('queue_id').where('id', '=', address).executeTakeFirstOrThrow()).queue_id,
    ).toBe(main.id)
    expect(await at(hms.id)).toBe(queue['hms'])
  })

  it('closing one queue moves its tickets, addresses and topics to another of the unit, and to none of another unit', async () => {
    const spare = await make.queue({
      unitId: unit['office']!,
      groupId: (await opened.db.selectFrom('queue').select('group_id').where('id', '=', queue['office']!).executeTakeFirstOrThrow())
        .group_id,
    })
    const topic = await make.asSystem((work) => createTopic(work, unit['office']!, { name: 'Inna', nameEn: '', sort: 0, valid: true }))
    await make.asSystem((work) => setRoute(work, unit['office']!, topic, spare))
    const ticket = await make.ticket({ queueId: spare })
    expect(await code(make.asSystem((work) => closeQueue(work, spare, queue['hms']!)))).toBe('choice-gone')
    expect(await make.asSystem((work) => closeQueue(work, spare, queue['office']!))).toBe(1)
    expect((await routesOf(opened.db, unit['office']!)).get(topic)).toBe(queue['office'])
    expect((await opened.db.selectFrom('ticket').select('queue_id').where('id', '=', ticket.id).executeTakeFirstOrThrow()).queue_id).toBe(
      queue['office'],
    )
  })

  it('a change is taken back unless somebody changed it again', async () => {
    const changes = () =>
      opened.db
        .selectFrom('audit_event')
        .select('id')
        .where('object_type', '=', 'route')
        .where('unit_id', '=', unit['library']!)
        .orderBy('id', 'desc')
        .execute()
    const office = new Set([unit['library']!])
    await make.asSystem((work) => setRoute(work, unit['library']!, t['HMS']!, queue['library']!))
    const [first] = await changes()
    await make.asSystem((work) => revertChange(work, first!.id, office))
    expect((await routesOf(opened.db, unit['library']!)).has(t['HMS']!)).toBe(false)
    expect(await code(make.asSystem((work) => revertChange(work, first!.id, office)))).toBe('conflict')
    expect(await code(make.asSystem((work) => revertChange(work, first!.id, new Set([unit['office']!]))))).toBe('not-found')
  })
})
