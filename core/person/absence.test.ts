import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, TUESDAY, type Maker } from '../../test/make.ts'
import type { Id } from '../database/schema.ts'
import { Refusal } from '../errors.ts'
import { listTickets } from '../ticket/ticket-list.ts'
import { countEach } from '../ticket/ticket-count.ts'
import { listHistory } from '../ticket/history-list.ts'
import { followUp, takeTicket } from '../ticket/change/tickets.ts'
import { findTicket } from '../ticket/ticket.store.ts'
import { OPEN_TYPES } from '../ticket/ticket.ts'
import { sayAbsence } from '../web/parts/absence.tsx'
import { absentNow, endAbsence, findAbsence, setAbsence, standsInFor } from './absence.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let make: Maker
beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
})
afterAll(() => database.close())

const code = (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => 'done',
    (error: unknown) => {
      if (!(error instanceof Refusal)) throw error
      return error.field ? `${error.code} ${error.field}` : error.code
    },
  )
const until = (last: string, substituteId: Id | null = null) => ({ from: '2026-11-17', until: last, substituteId, note: '' })

describe('an absence', () => {
  it("lasts from the first day to the end of the last, in the house's own zone, and then is over by itself", async () => {
    const [anna, jan] = [await make.agent({}, { name: 'Anna Nowak' }), await make.agent({}, { name: 'Jan Kowalski' })]
    await make.work(await make.actor(anna), (work) =>
      setAbsence(work, anna, { from: '2026-11-30', until: '2026-12-04', substituteId: jan, note: 'W pilnych sprawach: 71 320 00 00' }),
    )
    const away = async (at: string) => (await absentNow(make.db, [anna, jan, null], new Date(at))).has(anna)
    expect(
      await Promise.all(['2026-11-29T22:59:59Z', '2026-11-29T23:00:00Z', '2026-12-04T22:59:59Z', '2026-12-04T23:00:00Z'].map(away)),
    ).toEqual([false, true, true, false])
    expect(await standsInFor(make.db, jan, new Date('2026-12-01T12:00:00Z'))).toMatchObject([{ id: anna, name: 'Anna Nowak' }])
    expect(await standsInFor(make.db, jan, TUESDAY)).toEqual([])
    const absence = (await findAbsence(make.db, anna, TUESDAY))!
    expect(sayAbsence(absence, 'pl', 'Europe/Warsaw', TUESDAY)).toBe(
      'nieobecność od pon. 30 listopada do pt. 4 grudnia, zastępuje Jan Kowalski',
    )
    expect(sayAbsence(absence, 'en', 'Europe/Warsaw', new Date('2026-12-01T12:00:00Z'))).toBe(
      'away until Fri 4 December, Jan Kowalski stands in',
    )
    expect(await findAbsence(make.db, anna, new Date('2026-12-05T12:00:00Z'))).toBeUndefined()
  })

  it('is set by the agent or an administrator, and by nobody else; each change stands in the audit log', async () => {
    const [anna, jan, admin] = [await make.agent({}), await make.agent({}, { name: 'Jan Kowalski' }), await make.agent({ 2: ['rw'] })]
    const customer = await make.person()
    const by = async (person: Id, whose: Id) =>
      code(make.work(await make.actor(person), (work) => setAbsence(work, whose, until('2026-11-20', jan))))
    expect(await by(jan, anna)).toBe('not-allowed')
    expect(await by(customer, customer)).toBe('not-found')
    expect(await by(anna, anna)).toBe('done')
    expect(await code(make.work(await make.actor(jan), (work) => endAbsence(work, anna)))).toBe('not-allowed')
    await make.work(await make.actor(admin), (work) => endAbsence(work, anna))
    await make.work(await make.actor(admin), (work) => endAbsence(work, anna))
    const events = await make.db
      .selectFrom('audit_event')
      .select(['person_id', 'before', 'after'])
      .where('object_type', '=', 'person absence')
      .where('object_id', '=', anna)
      .orderBy('id')
      .execute()
    const said = { from: '2026-11-17', until: '2026-11-20', substitute: 'Jan Kowalski' }
    expect(events).toMatchObject([
      { person_id: anna, before: null, after: said },
      { person_id: admin, before: said, after: null },
    ])
  })

  it('needs days in order that are not over, and a substitute who works here', async () => {
    const [anna, gone, customer] = [await make.agent({}), await make.agent({}), await make.person()]
    await make.db.updateTable('person').set({ valid: false }).where('id', '=', gone).execute()
    const actor = await make.actor(anna)
    const set = (form: Parameters<typeof setAbsence>[2]) => code(make.work(actor, (work) => setAbsence(work, anna, form)))
    expect(await set({ ...until('2026-11-20'), from: '17.11.2026' })).toBe('absence.date from')
    expect(await set(until('2026-02-30'))).toBe('absence.date until')
    expect(await set({ ...until('2026-11-16'), from: '2026-11-16' })).toBe('absence.past until')
    expect(await set({ ...until('2026-11-19'), from: '2026-11-20' })).toBe('absence.order until')
    for (const unfit of [anna, gone, customer, '999999', 'x'])
      expect(await set(until('2026-11-20', unfit))).toBe('absence.substitute substitute')
    expect(await set(until('2026-11-17'))).toBe('done')
  })
})

describe('while the owner is away', () => {
  it("a customer's reply unlocks the ticket, keeps its owner and says why; once they are back it stays locked (OTRS behaviour)", async () => {
    const group = await make.group()
    const anna = await make.agent({ [group]: ['rw'] }, { name: 'Anna Nowak' })
    const ticket = await make.ticket({ queueId: await make.queue({ groupId: group }) })
    const actor = await make.actor(anna)
    await make.work(actor, (work) => takeTicket(work, ticket.id))
    const reply = async () => {
      const article = {
        channel: 'web' as const,
        senderType: 'customer' as const,
        visible: true,
        personId: ticket.customerId,
        subject: 'x',
        body: 'Dopisuję.',
      }
      await make.work(await make.actor(ticket.customerId), (work) => followUp(work, ticket.id, { article }))
      const { lock, ownerId } = (await findTicket(make.db, ticket.id, null))!
      return { lock, ownerId }
    }
    expect(await reply()).toEqual({ lock: 'lock', ownerId: anna })
    await make.work(actor, (work) => setAbsence(work, anna, until('2026-11-20')))
    expect(await reply()).toEqual({ lock: 'unlock', ownerId: anna })
    const unlocked = (await listHistory(make.db, ticket.id)).find(({ type }) => type === 'Unlock')
    expect(unlocked?.reason).toEqual({ step: 'lock', decided: 'unlock', rule: 'owner-away', detail: 'Anna Nowak' })
    await make.work(actor, (work) => takeTicket(work, ticket.id))
    make.now = new Date('2026-11-23T09:00:00Z')
    expect(await reply()).toEqual({ lock: 'lock', ownerId: anna })
    make.now = TUESDAY
  })

  it('a substitute finds their open tickets, but only where their own rights reach', async () => {
    const [shared, foreign] = [await make.group(), await make.group()]
    const [here, there] = [await make.queue({ groupId: shared }), await make.queue({ groupId: foreign })]
    const anna = await make.agent({ [shared]: ['rw'], [foreign]: ['rw'] })
    const jan = await make.agent({ [shared]: ['rw'] })
    const [seen, hidden] = [await make.ticket({ queueId: here, ownerId: anna }), await make.ticket({ queueId: there, ownerId: anna })]
    const { access } = await make.actor(jan)
    const filter = (at: Date) => ({ stateTypes: OPEN_TYPES, standsIn: { personId: jan, at } })
    const found = async (at: Date) => (await listTickets(make.db, access, 'ro', { filter: filter(at) })).tickets.map(({ id }) => id)
    expect(await found(TUESDAY)).toEqual([])
    await make.work(await make.actor(anna), (work) => setAbsence(work, anna, until('2026-11-20', jan)))
    expect(await found(TUESDAY)).toEqual([seen.id])
    expect(await countEach(make.db, access, 'ro', { substitute: filter(TUESDAY) })).toEqual({ substitute: 1 })
    expect(await found(new Date('2026-11-23T09:00:00Z'))).toEqual([])
    expect((await findTicket(make.db, hidden.id, null))?.ownerId).toBe(anna)
  })
})
