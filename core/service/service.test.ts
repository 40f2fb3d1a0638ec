import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { maker, type Maker } from '../../test/make.ts'
import { testDatabase } from '../../test/database.ts'
import type { OpenDatabase } from '../database/database.ts'
import type { Id } from '../database/schema.ts'
import type { PersonActor } from '../kernel/actor.ts'
import type { Work } from '../kernel/work.ts'
import { coreSettings } from '../kernel/settings/core-settings.ts'
import { saveSettings } from '../administration/setting-admin.ts'
import { addUnitAdministrator } from '../permission/unit-administrators.ts'
import { classifyTicket } from '../ticket/change/classify.ts'
import { createTicket } from '../ticket/change/tickets.ts'
import { undoAct } from '../ticket/change/undo.ts'
import { aboutChoices } from './choices.ts'
import { NO_DEADLINES, readMinutes, sayMinutes } from './deadlines.ts'
import { createService, editService, listServices, personIdsNamed, type ServiceForm } from './service-admin.ts'
import { createSla, editSla, findSla, type SlaForm } from './sla-admin.ts'
import { listTickets } from '../ticket/ticket-list.ts'
import { createPriority, editPriority, findPriority } from './ticket-priorities.ts'
import { createState, editState, findAnyState, isNeededState, listAllStates, type StateForm } from './ticket-states.ts'
import { createType, editType } from './ticket-types.ts'

let opened: OpenDatabase
let make: Maker
let admin: Id
beforeAll(async () => {
  opened = await testDatabase()
  make = await maker(opened.db)
  admin = await make.agent({ 1: ['rw'], 2: ['rw'] }, { name: 'Ada Adamska' })
})
afterAll(() => opened.close())

const by = async <T>(id: Id, run: (work: Work) => Promise<T>) => make.work(await make.actor(id), run)
const act = <T>(run: (work: Work) => Promise<T>) => by(admin, run)
const fault = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: { code?: string; field?: string }) => `${error.code} ${error.field ?? ''}`.trim(),
  )
let count = 0
const service = (more: Partial<ServiceForm> = {}): ServiceForm => ({
  name: `Usługa ${++count}`,
  parentId: null,
  unitId: '1',
  forEverybody: true,
  comment: '',
  valid: true,
  ...more,
})
const sla = (serviceIds: Id[], more: Partial<SlaForm> = {}): SlaForm => ({
  name: `Umowa ${++count}`,
  unitId: '1',
  calendarId: null,
  deadlines: NO_DEADLINES,
  serviceIds,
  comment: '',
  valid: true,
  ...more,
})

describe('times as people type them', () => {
  it.each([
    ['', null],
    ['240', 240],
    [' 45 min ', 45],
    ['4 h', 240],
    ['4h30', 270],
    ['4 h 30 min', 270],
    ['4:30', 270],
    ['2 godz.', 120],
    ['4:75', NaN],
    ['jutro', NaN],
    ['-5', NaN],
  ])('%j is %j', (typed, minutes) => expect(readMinutes(typed)).toBe(minutes))
  it('what is said is read again', () => {
    for (const minutes of [null, 1, 59, 60, 61, 480, 1445]) expect(readMinutes(sayMinutes(minutes))).toBe(minutes)
  })
})

describe('types', () => {
  it('have a name each, and the one of tickets that nobody sorted stays', async () => {
    const id = await act((work) => createType(work, { name: 'Awaria', valid: true }))
    expect(await fault(act((work) => createType(work, { name: ' awaria ', valid: true })))).toBe('type.name-taken name')
    expect(await fault(act((work) => createType(work, { name: ' ', valid: true })))).toBe('required name')
    expect(await fault(act((work) => editType(work, '1', { name: 'Unclassified', valid: false })))).toBe('type.default-stays valid')
    expect(await fault(act((work) => editType(work, id, { name: 'Awaria', valid: false })))).toBe('done')
    const agent = await make.agent({ 1: ['rw'] })
    expect(await fault(by(agent, (work) => createType(work, { name: 'Nie', valid: true })))).toBe('not-allowed')
  })
})

describe('states', () => {
  const form = (more: Partial<StateForm> = {}): StateForm => ({
    name: 'Czeka na dostawę',
    type: 'pending reminder',
    dateOptional: true,
    afterPending: '',
    sort: 33,
    suspends: true,
    valid: true,
    ...more,
  })
  it('are an installation’s own besides those that the program goes to by name', async () => {
    const id = await act((work) => createState(work, form()))
    expect(await listAllStates(make.db)).toContainEqual(
      expect.objectContaining({ id, name: 'Czeka na dostawę', type: 'pending reminder', dateOptional: true, afterPending: null, open: 0 }),
    )
    expect(await fault(act((work) => createState(work, form({ name: 'czeka na dostawę ' }))))).toBe('state.name-taken name')
    expect(await fault(act((work) => createState(work, form({ name: 'Znikło', type: 'removed' }))))).toBe('state.type type')
    expect(await fault(act((work) => createState(work, form({ name: 'Samo', type: 'pending auto' }))))).toBe('state.after afterPending')
    expect(await fault(act((work) => createState(work, form({ name: 'Krzywo', sort: 1.5 }))))).toBe('state.sort sort')
    for (const { id: needed, name, type, sort, afterPending } of (await listAllStates(make.db)).filter(({ name }) => isNeededState(name))) {
      const same = form({ name, type, sort, dateOptional: false, suspends: false, afterPending: afterPending ?? '' })
      expect(await fault(act((work) => editState(work, needed, { ...same, name: `${name}!` })))).toBe('state.needed name')
      expect(await fault(act((work) => editState(work, needed, { ...same, valid: false })))).toBe('state.needed valid')
    }
    expect(await fault(by(await make.agent({ 1: ['rw'] }), (work) => createState(work, form({ name: 'Nie' }))))).toBe('not-allowed')
    // What deadlines count of has changed: they are counted again.
    await act((work) => editState(work, id, form({ suspends: false })))
    const { rows } = await sql<{ payload: { what: string; id: string } }>`
      select payload from graphile_worker._private_jobs order by id desc limit 1`.execute(make.db)
    expect(rows[0]?.payload).toMatchObject({ what: 'ticket state', id })
  })

  it('that close by themselves end in one that is in use, under whatever name it has', async () => {
    const end = await act((work) => createState(work, form({ name: 'Odebrane', type: 'closed', dateOptional: true })))
    const auto = await act((work) => createState(work, form({ name: 'Do odbioru', type: 'pending auto', afterPending: 'Odebrane' })))
    const closed = form({ name: 'Wydane', type: 'closed', dateOptional: false })
    expect(await fault(act((work) => editState(work, end, { ...closed, valid: false })))).toBe('state.ends-in valid')
    await act((work) => editState(work, end, closed))
    expect(await findAnyState(make.db, auto)).toMatchObject({ afterPending: 'Wydane' })
    expect(await findAnyState(make.db, end)).toMatchObject({ dateOptional: false })
  })
})

describe('priorities', () => {
  it('of an installation’s own are the most urgent, and the usual one stays', async () => {
    const id = await act((work) => createPriority(work, { name: '6 krytyczny', valid: true }))
    expect(await fault(act((work) => createPriority(work, { name: '6 Krytyczny', valid: true })))).toBe('priority.name-taken name')
    expect(await fault(act((work) => editPriority(work, '3', { name: '3 zwykły', valid: true })))).toBe('priority.default-stays name')
    expect(await fault(act((work) => editPriority(work, '3', { name: '3 normal', valid: false })))).toBe('priority.default-stays valid')
    const [urgent, high] = [await make.ticket({ priorityId: id }), await make.ticket({ priorityId: '5' })]
    const { access } = await make.actor(admin)
    const sorted = await listTickets(make.db, access, 'ro', { limit: 2, sort: 'priority', direction: 'desc', filter: {} })
    expect(sorted.tickets.map((one) => one.id)).toEqual([urgent.id, high.id])
    expect(await findPriority(make.db, id)).toMatchObject({ open: 1 })
  })
})

describe('services', () => {
  it('lie in a tree: a new name or place renames what is below, and nothing lies below itself', async () => {
    const net = await act((work) => createService(work, service({ name: 'Sieć' })))
    const wifi = await act((work) => createService(work, service({ name: 'Wi-Fi', parentId: net })))
    const eduroam = await act((work) => createService(work, service({ name: 'eduroam', parentId: wifi })))
    await act((work) => editService(work, net, service({ name: 'Sieci' })))
    const names = async () => new Map((await listServices(opened.db)).map(({ id, name }) => [id, name]))
    expect((await names()).get(eduroam)).toBe('Sieci::Wi-Fi::eduroam')
    expect(await fault(act((work) => editService(work, net, service({ name: 'Sieci', parentId: eduroam }))))).toBe(
      'service.below-itself parentId',
    )
    expect(await fault(act((work) => createService(work, service({ name: 'wi-fi', parentId: net }))))).toBe('service.name-taken name')
    expect(await fault(act((work) => createService(work, service({ name: 'a::b' }))))).toBe('service.name-invalid name')
    expect(await fault(act((work) => editService(work, net, service({ name: 'Sieci', valid: false }))))).toBe('service.has-children valid')
    await act((work) => editService(work, wifi, service({ name: 'Wi-Fi' })))
    expect((await names()).get(eduroam)).toBe('Wi-Fi::eduroam')
  })

  it('are for those who are named, by login or address', async () => {
    const ewa = await make.person({ address: 'ewa@uni.example' })
    const jan = await make.agent({}, { login: 'jkowal' })
    expect(await personIdsNamed(opened.db, ' EWA@uni.example\n\njkowal, ')).toEqual([ewa, jan])
    await expect(personIdsNamed(opened.db, 'nikt@uni.example')).rejects.toMatchObject({ code: 'person.unknown', field: 'people' })
    const id = await act((work) => createService(work, service({ forEverybody: false, personIds: [jan, ewa, jan] })))
    expect((await listServices(opened.db)).find((one) => one.id === id)).toMatchObject({ forEverybody: false, persons: 2 })
    expect(await fault(act((work) => editService(work, id, service({ personIds: ['99999'] }))))).toBe('choice-gone people')
  })
})

describe('SLAs', () => {
  it('have six numbers, each told at its own field', async () => {
    const one = await act((work) => createService(work, service()))
    const deadlines = {
      firstResponse: { minutes: 240, notify: 80 },
      update: { minutes: null, notify: null },
      solution: { minutes: 960, notify: null },
    }
    const id = await act((work) => createSla(work, sla([one], { deadlines })))
    expect(await findSla(opened.db, id)).toMatchObject({ deadlines, calendarName: null, services: [{ id: one }] })
    const wrong = (name: keyof typeof deadlines, part: object) =>
      fault(act((work) => editSla(work, id, sla([one], { deadlines: { ...deadlines, [name]: { ...deadlines[name], ...part } } }))))
    expect(await wrong('update', { minutes: 0 })).toBe('deadline.minutes updateMinutes')
    expect(await wrong('solution', { minutes: NaN })).toBe('deadline.minutes solutionMinutes')
    expect(await wrong('firstResponse', { notify: 100 })).toBe('deadline.notify firstResponseNotify')
    expect(await fault(act((work) => editSla(work, id, sla(['99999']))))).toBe('choice-gone services')
    expect(await fault(act((work) => editSla(work, id, sla([one], { calendarId: '99999' }))))).toBe('choice-gone calendarId')
  })
})

describe('a unit’s own', () => {
  it('its administrators see to them, and to nobody else’s', async () => {
    const [mine, other] = [await make.unit(), await make.unit()]
    const local = await make.agent({})
    await act((work) => addUnitAdministrator(work, mine, local))
    const central = await act((work) => createService(work, service({ name: 'Poczta' })))
    const theirs = await act((work) => createService(work, service({ unitId: other })))
    const own = await by(local, (work) => createService(work, service({ unitId: mine, parentId: central })))
    const ownSla = await by(local, (work) => createSla(work, sla([own], { unitId: mine })))
    const cases: Record<string, (work: Work) => Promise<unknown>> = {
      'a central service': (work) => createService(work, service()),
      'another unit’s': (work) => editService(work, theirs, service({ unitId: other })),
      'given to another unit': (work) => editService(work, own, service({ unitId: other, parentId: central })),
      'below another unit’s': (work) => editService(work, own, service({ unitId: mine, parentId: theirs })),
      'a central SLA': (work) => createSla(work, sla([])),
      'an SLA for a central service': (work) => editSla(work, ownSla, sla([own, central], { unitId: mine })),
      'a type': (work) => createType(work, { name: 'Nasz', valid: true }),
    }
    const said = await Promise.all(Object.entries(cases).map(async ([name, run]) => [name, await fault(by(local, run))]))
    expect(said).toEqual([
      ['a central service', 'not-allowed'],
      ['another unit’s', 'not-allowed'],
      ['given to another unit', 'not-allowed'],
      ['below another unit’s', 'choice-gone parentId'],
      ['a central SLA', 'not-allowed'],
      ['an SLA for a central service', 'not-allowed'],
      ['a type', 'not-allowed'],
    ])
  })
})

describe('what a ticket is about', () => {
  const rows = async (id: Id) =>
    (await opened.db.selectFrom('history').select(['type', 'name', 'act_id']).where('ticket_id', '=', id).orderBy('id').execute()).filter(
      ({ type }) => /^(Type|Service|SLA)Update$/.test(type),
    )
  const stands = (id: Id) =>
    opened.db.selectFrom('ticket').select(['type_id', 'service_id', 'sla_id']).where('id', '=', id).executeTakeFirstOrThrow()
  const facts = async (id: Id) =>
    (await opened.db.selectFrom('fact').select(['name', 'data']).where('ticket_id', '=', id).orderBy('id').execute()).filter(({ name }) =>
      /^ticket\.(type|service|sla)-changed$/.test(name),
    )

  it('is told in OTRS’s words, taken back whole, and another service takes away an SLA that it does not have', async () => {
    const type = await act((work) => createType(work, { name: 'Prośba', valid: true }))
    const [mail, web] = [
      await act((work) => createService(work, service({ name: 'Konta' }))),
      await act((work) => createService(work, service({ name: 'WWW' }))),
    ]
    const fast = await act((work) => createSla(work, sla([mail], { name: 'Szybka' })))
    const both = await act((work) => createSla(work, sla([mail, web], { name: 'Zwykła' })))
    const { id } = await make.ticket()
    await act((work) => classifyTicket(work, id, { typeId: type, serviceId: mail, slaId: fast }))
    expect((await rows(id)).map(({ name }) => name)).toEqual([
      `%%Prośba%%${type}%%Unclassified%%1`,
      `%%Konta%%${mail}%%NULL%%`,
      `%%Szybka%%${fast}%%NULL%%`,
    ])
    await act((work) => classifyTicket(work, id, { serviceId: web }))
    expect(await stands(id)).toEqual({ type_id: type, service_id: web, sla_id: null })
    const last = (await rows(id)).slice(3)
    expect(last.map(({ name }) => name)).toEqual([`%%WWW%%${web}%%Konta%%${mail}`, `%%NULL%%%%Szybka%%${fast}`])
    await act((work) => undoAct(work, id, last[0]!.act_id))
    expect(await stands(id)).toEqual({ type_id: type, service_id: mail, sla_id: fast })
    expect((await facts(id)).map(({ name, data }) => [name, data])).toEqual([
      ['ticket.type-changed', { from: '1', to: type }],
      ['ticket.service-changed', { from: null, to: mail }],
      ['ticket.sla-changed', { from: null, to: fast }],
      ['ticket.service-changed', { from: mail, to: web }],
      ['ticket.sla-changed', { from: fast, to: null }],
      ['ticket.sla-changed', { from: null, to: fast }],
      ['ticket.service-changed', { from: web, to: mail }],
    ])
    // An SLA that the new service has stays.
    await act((work) => classifyTicket(work, id, { slaId: both }))
    await act((work) => classifyTicket(work, id, { serviceId: web }))
    expect(await stands(id)).toEqual({ type_id: type, service_id: web, sla_id: both })
    const refusals = [
      await fault(act((work) => classifyTicket(work, id, { slaId: fast }))),
      await fault(act((work) => classifyTicket(work, id, { typeId: '99999' }))),
      await fault(act((work) => classifyTicket(work, id, { serviceId: 'x' }))),
    ]
    expect(refusals).toEqual(['sla.not-of-service sla', 'choice-gone type', 'choice-gone service'])
    const reader = await make.agent({ 1: ['ro'] })
    expect(await fault(by(reader, (work) => classifyTicket(work, id, { typeId: '1' })))).toBe('not-allowed')
  })

  it('a service is for the customer it is meant for, in its unit: offered and held to', async () => {
    const unit = await make.unit()
    const [ewa, jan] = [await make.person({ unitId: unit }), await make.person()]
    await act((work) => saveSettings(work, 'core', coreSettings, { 'tickets.types': true, 'tickets.services': true }))
    const forEwa = await act((work) => createService(work, service({ forEverybody: false, personIds: [ewa] })))
    const inUnit = await act((work) => createService(work, service({ unitId: unit })))
    const hers = await act((work) => createSla(work, sla([inUnit])))
    const off = await act((work) => createService(work, service({ valid: false })))
    const offered = async (customerId: Id | null, unitId: Id) => {
      const { services, slas } = await aboutChoices(opened.db, { customerId, unitId })
      return [forEwa, inUnit, off].map((id) => services.some((one) => one.id === id)).concat(slas.some((one) => one.id === hers))
    }
    expect([await offered(ewa, '1'), await offered(jan, '1'), await offered(jan, unit), await offered(null, '1')]).toEqual([
      [true, true, false, true],
      [false, false, false, false],
      [false, true, false, true],
      [false, false, false, false],
    ])
    const made = async (customerId: Id, more: object, actor?: PersonActor) => {
      const wanted = {
        title: 'x',
        queueId: '4',
        customerId,
        article: { channel: 'phone' as const, senderType: 'agent' as const, visible: true, subject: 'x', body: 'x' },
        ...more,
      }
      return actor ? make.work(actor, (work) => createTicket(work, wanted)) : make.asSystem((work) => createTicket(work, wanted))
    }
    const agent = await make.actor(admin)
    expect(await fault(made(jan, { serviceId: forEwa }, agent))).toBe('service.not-offered service')
    expect(await fault(made(ewa, { serviceId: inUnit, slaId: '99999' }, agent))).toBe('sla.not-of-service sla')
    const { id } = await made(ewa, { typeId: '1', serviceId: inUnit, slaId: hers }, agent)
    const [name, slaName] = [(await listServices(opened.db)).find((one) => one.id === inUnit)!.name, (await findSla(opened.db, hers))!.name]
    expect((await rows(id)).map((row) => row.name)).toEqual([
      '%%Unclassified%%1',
      `%%${name}%%${inUnit}%%NULL%%`,
      `%%${slaName}%%${hers}%%NULL%%`,
    ])
    // A program is not held to whom it is for (OTRS behaviour).
    expect(await fault(made(jan, { serviceId: forEwa }))).toBe('done')
    await act((work) => saveSettings(work, 'core', coreSettings, { 'tickets.types': undefined, 'tickets.services': undefined }))
    expect(await aboutChoices(opened.db)).toEqual({ types: [], services: [], slas: [], portal: 'off' })
  })
})
