import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import type { OpenDatabase } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { Work } from '../kernel/work.ts'
import { destinationOf, readAddressBook } from '../mail/addresses.ts'
import { setState } from '../ticket/change/tickets.ts'
import { createUnit, editUnit, listUnits } from '../unit/units.ts'
import { createQueue, editQueue, findAdminQueue, listAllQueues, type QueueForm } from './queue-admin.ts'
import { senderOfQueue } from './queues.ts'
import { createSystemAddress, editSystemAddress, listSystemAddresses } from './system-addresses.ts'

let opened: OpenDatabase
let make: Maker
let admin: string
beforeAll(async () => {
  opened = await testDatabase()
  make = await maker(opened.db)
  admin = await make.agent({ 2: ['rw'], 1: ['rw'] })
})
afterAll(() => opened.close())

const act = async <T>(run: (work: Work) => Promise<T>): Promise<T> => make.work(await make.actor(admin), run)
const fault = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? `${error.code} ${error.field ?? ''}`.trim() : String(error)),
  )
const form = (change: Partial<QueueForm> = {}): QueueForm => ({
  name: 'X',
  parentId: null,
  unitId: '1',
  groupId: '1',
  calendarId: null,
  addressId: null,
  followUpPossible: 'possible',
  followUpLock: false,
  language: null,
  signature: '',
  comment: '',
  valid: true,
  ...change,
})
const nameOf = async (id: string) => (await findAdminQueue(opened.db, id))!.name

describe('queues', () => {
  it('carry their parents in their names; a new name or place renames all below', async () => {
    const it_ = await act((work) => createQueue(work, form({ name: 'DI' })))
    const mail = await act((work) => createQueue(work, form({ name: 'Poczta', parentId: it_ })))
    const spam = await act((work) => createQueue(work, form({ name: 'Spam', parentId: mail })))
    // Looks alike, lies elsewhere.
    const twin = await act((work) => createQueue(work, form({ name: 'DIX' })))
    expect(await nameOf(spam)).toBe('DI::Poczta::Spam')
    await act((work) => editQueue(work, it_, form({ name: 'Dział Informatyzacji' })))
    expect([await nameOf(mail), await nameOf(spam), await nameOf(twin)]).toEqual([
      'Dział Informatyzacji::Poczta',
      'Dział Informatyzacji::Poczta::Spam',
      'DIX',
    ])
    await act((work) => editQueue(work, mail, form({ name: 'Poczta', parentId: twin })))
    expect([await nameOf(mail), await nameOf(spam)]).toEqual(['DIX::Poczta', 'DIX::Poczta::Spam'])
    const names = (await listAllQueues(opened.db)).map((queue) => queue.name)
    for (const name of names)
      if (name.includes('::')) expect(names.indexOf(name)).toBeGreaterThan(names.indexOf(name.slice(0, name.lastIndexOf('::'))))
  })

  it('refuse names that are taken, empty, too long or hold the divider, and a place below themselves', async () => {
    const top = await act((work) => createQueue(work, form({ name: 'Góra' })))
    const below = await act((work) => createQueue(work, form({ name: 'Dół', parentId: top })))
    expect(await fault(act((work) => createQueue(work, form({ name: ' góra ' }))))).toBe('queue.name-taken name')
    expect(await fault(act((work) => createQueue(work, form({ name: '' }))))).toBe('required name')
    for (const name of ['A::B', ':A', 'A:'])
      expect(await fault(act((work) => createQueue(work, form({ name }))))).toBe('queue.name-invalid name')
    expect(await fault(act((work) => createQueue(work, form({ name: 'x'.repeat(199), parentId: top }))))).toBe('queue.name-too-long name')
    for (const parentId of [top, below])
      expect(await fault(act((work) => editQueue(work, top, form({ name: 'Góra', parentId }))))).toBe('queue.below-itself parentId')
    expect(await fault(act((work) => createQueue(work, form({ name: 'Y', groupId: '9999' }))))).toBe('choice-gone groupId')
  })

  it('a rename that would push a queue below over the longest name changes nothing', async () => {
    const top = await act((work) => createQueue(work, form({ name: 'Krótka' })))
    const below = await act((work) => createQueue(work, form({ name: 'n'.repeat(150), parentId: top })))
    expect(await fault(act((work) => editQueue(work, top, form({ name: 'd'.repeat(60) }))))).toBe('queue.name-too-long name')
    expect([await nameOf(top), (await nameOf(below)).length]).toEqual(['Krótka', 158])
  })

  it('cannot be switched off while open tickets stand in them, mail leads to them, or queues below are on', async () => {
    const top = await act((work) => createQueue(work, form({ name: 'Pełna' })))
    const below = await act((work) => createQueue(work, form({ name: 'Pod', parentId: top })))
    const off = (id: string, change: Partial<QueueForm> = {}) =>
      fault(act((work) => editQueue(work, id, form({ name: 'Pełna', valid: false, ...change }))))
    const ticket = await make.ticket({ queueId: top })
    expect(await off(top)).toBe('queue.in-use valid')
    await act((work) => setState(work, ticket.id, { stateId: '2' }))
    const address = await act((work) =>
      createSystemAddress(work, { address: 'pelna@uni.example', name: 'Pełna', queueId: top, valid: true }),
    )
    expect(await off(top)).toBe('queue.has-addresses valid')
    await act((work) => editSystemAddress(work, address, { address: 'pelna@uni.example', name: 'Pełna', queueId: top, valid: false }))
    expect(await off(top)).toBe('queue.has-children valid')
    expect(await off(below, { name: 'Pod', parentId: top })).toBe('done')
    expect(await off(top)).toBe('done')
    expect(await fault(act((work) => editQueue(work, below, form({ name: 'Pod', parentId: top }))))).toBe('queue.parent-off parentId')
    expect(
      await fault(
        act((work) => editSystemAddress(work, address, { address: 'pelna@uni.example', name: 'Pełna', queueId: top, valid: true })),
      ),
    ).toBe('address.queue-off queueId')
  })

  it('are changed by administrators only, and each change is told', async () => {
    const agent = await make.actor(await make.agent({ 1: ['rw'] }))
    expect(await fault(make.work(agent, (work) => createQueue(work, form({ name: 'Nie' }))))).toBe('not-allowed')
    expect(await fault(make.work(agent, (work) => editQueue(work, '1', form({ name: 'Nie' }))))).toBe('not-allowed')
    expect(
      await fault(make.work(agent, (work) => createSystemAddress(work, { address: 'a@b.example', name: 'a', queueId: '1', valid: true }))),
    ).toBe('not-allowed')
    const id = await act((work) => createQueue(work, form({ name: 'Opowiedziana' })))
    await act((work) => editQueue(work, id, form({ name: 'Opowiedziana', comment: 'nowe' })))
    const facts = await opened.db
      .selectFrom('fact')
      .select('data')
      .where('name', '=', 'admin.changed')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    expect(facts.data).toEqual({ what: 'queue', id, before: { comment: '' }, after: { comment: 'nowe' } })
  })
})

describe('system addresses', () => {
  it('belong to one queue, whatever their letters’ case, and every process hears of a change', async () => {
    const heard: string[] = []
    const listener = new Client({ connectionString: opened.url })
    await listener.connect()
    listener.on('notification', (message) => heard.push(message.payload ?? ''))
    await listener.query('listen pomoc')
    const id = await act((work) => createSystemAddress(work, { address: ' HMS@Uni.Example ', name: 'HMS', queueId: '4', valid: true }))
    expect(
      await fault(act((work) => createSystemAddress(work, { address: 'hms@uni.example', name: 'x', queueId: '1', valid: true }))),
    ).toBe('address.taken address')
    for (const address of ['', 'hms', 'a b@c.example', 'a@b@c.example']) {
      expect(await fault(act((work) => createSystemAddress(work, { address, name: 'x', queueId: '1', valid: true })))).toMatch(/ address$/)
    }
    expect(destinationOf(await readAddressBook(opened.db, make.config), 'hms@UNI.example')?.queueId).toBe('4')
    await expect.poll(() => heard.filter((payload) => payload.includes('mail.addresses-changed')).length).toBe(1)
    await act((work) => editSystemAddress(work, id, { address: 'hms@uni.example', name: 'HMS', queueId: '4', valid: false }))
    expect(destinationOf(await readAddressBook(opened.db, make.config), 'hms@uni.example')).toBeUndefined()
    await expect.poll(() => heard.filter((payload) => payload.includes('mail.addresses-changed')).length).toBe(2)
    await listener.end()
  })

  it('are the sender of the queues that choose them', async () => {
    const id = await act((work) =>
      createSystemAddress(work, { address: 'nadawca@uni.example', name: 'Nadawca', queueId: '4', valid: true }),
    )
    const queue = await act((work) => createQueue(work, form({ name: 'Z nadawcą', addressId: id })))
    expect(await senderOfQueue(opened.db, make.config, queue)).toEqual({
      address: 'nadawca@uni.example',
      name: 'Nadawca',
    })
    expect((await listSystemAddresses(opened.db)).find((one) => one.id === id)!.senderOf).toEqual(['Z nadawcą'])
  })
})

describe('units', () => {
  const unit = (change: object = {}) => ({
    parentId: '1',
    slug: 'wm',
    name: 'Wydział',
    nameEn: '',
    calendarId: null,
    valid: true,
    ...change,
  })
  it('form one tree below the root, which stays', async () => {
    const faculty = await act((work) => createUnit(work, unit()))
    const office = await act((work) => createUnit(work, unit({ parentId: faculty, slug: 'wm-dz', name: 'Dziekanat' })))
    expect((await listUnits(opened.db)).map((one) => [one.name, one.depth])).toEqual([
      ['Dział Informatyzacji', 0],
      ['Wydział', 1],
      ['Dziekanat', 2],
    ])
    expect(await fault(act((work) => createUnit(work, unit({ slug: 'wm' }))))).toBe('unit.slug-taken slug')
    for (const slug of ['', 'WM', '-a', 'ż', 'a'.repeat(64)])
      expect(await fault(act((work) => createUnit(work, unit({ slug }))))).toBe('unit.slug-invalid slug')
    for (const parentId of [faculty, office])
      expect(await fault(act((work) => editUnit(work, faculty, unit({ parentId }))))).toBe('unit.below-itself parentId')
    expect(await fault(act((work) => editUnit(work, '1', unit({ slug: 'it', parentId: faculty }))))).toBe('unit.root-stays parentId')
    expect(await fault(act((work) => editUnit(work, '1', unit({ slug: 'it', parentId: null, valid: false }))))).toBe(
      'unit.root-stays valid',
    )
    expect(await fault(act((work) => editUnit(work, faculty, unit({ valid: false }))))).toBe('unit.in-use valid')
    await act((work) => editUnit(work, office, unit({ slug: 'wm-dz', name: 'Dziekanat', parentId: '1' })))
    expect(await fault(act((work) => editUnit(work, faculty, unit({ valid: false }))))).toBe('done')
    expect(await fault(act((work) => editUnit(work, office, unit({ slug: 'wm-dz', parentId: faculty }))))).toBe('unit.parent-off parentId')
  })
})
