import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { saveSettings } from '../../core/administration/setting-admin.ts'
import { setActivation } from '../../core/administration/plugin-admin.ts'
import { answerTicket, DEFAULT_CALENDAR, findTicket, followUp, setState, type Id, type PersonActor } from '../../core/index.ts'
import { coreSettings } from '../../core/kernel/settings/core-settings.ts'
import { TUESDAY } from '../../test/make.ts'
import { openSite, type Site } from '../../test/web.ts'
import waiting, { whatIsDue } from './index.ts'

let site: Site
let agent: PersonActor
let unit: Id
let queueId: Id
beforeAll(async () => {
  site = await openSite([waiting])
  const { make } = site
  unit = await make.unit()
  queueId = await make.queue({ unitId: unit })
  agent = await make.actor(await make.agent({ 1: ['rw'] }))
  await make.asSystem((work) => setActivation(work, 'waiting', unit, true))
  await make.asSystem((work) => saveSettings(work, 'waiting', waiting.settings!, { remind: 2, close: 3, how: 'unsuccessful' }, unit))
})
afterAll(() => site.close())
beforeEach(() => {
  site.make.now = TUESDAY
})

const day = (date: string) => new Date(`${date}T07:30:00+01:00`)
const WAITS = '20'
async function ticket(queue = queueId): Promise<{ id: Id; customerId: Id }> {
  const { make } = site
  const made = await make.ticket({ queueId: queue })
  await make.work(agent, (work) => answerTicket(work, made.id, { body: 'Jaki to pokój?', state: { stateId: WAITS, pendingUntil: null } }))
  return made
}
async function look(at: Date): Promise<void> {
  site.make.now = at
  await site.kernel.jobs.get('waiting/look')!.run({}, { attempt: 1, lastAttempt: false })
}
const state = async (id: Id) => (await findTicket(site.make.db, id, null))!.stateName
const reminders = async (id: Id) =>
  (
    await site.make.db
      .selectFrom('outbound_mail')
      .innerJoin('article', 'article.id', 'outbound_mail.article_id')
      .select(['outbound_mail.subject', 'article.body', 'outbound_mail.recipients'])
      .where('outbound_mail.ticket_id', '=', id)
      .where('kind', '=', 'notification')
      .execute()
  ).map(({ subject, body }) => ({ subject, body }))

describe('when something is due', () => {
  const since = new Date('2026-11-17T10:00:00+01:00')
  it.each([
    [null, { remind: 2, close: 3 }, '2026-11-18', undefined],
    [null, { remind: 2, close: 3 }, '2026-11-19', 'remind'],
    // Reminded on Thursday: Friday, Monday, Tuesday.
    ['2026-11-19', { remind: 2, close: 3 }, '2026-11-23', undefined],
    ['2026-11-19', { remind: 2, close: 3 }, '2026-11-24', 'close'],
    [null, { remind: 0, close: 3 }, '2026-11-19', undefined],
    [null, { remind: 0, close: 3 }, '2026-11-20', 'close'],
    ['2026-11-19', { remind: 2, close: 0 }, '2027-11-19', undefined],
  ] as const)('reminded %s, %o: on %s %s', (reminded, wish, now, due) => {
    expect(whatIsDue({ since, remindedAt: reminded && day(reminded) }, wish, DEFAULT_CALENDAR, day(now))).toBe(due)
  })
})

it('reminds once, in the words of the texts, then closes as the unit says, with the reason', async () => {
  const { id } = await ticket()
  await look(day('2026-11-18'))
  expect(await reminders(id)).toEqual([])
  await look(day('2026-11-19'))
  await look(day('2026-11-20'))
  const [mail, ...more] = await reminders(id)
  expect(more).toEqual([])
  expect(mail!.subject).toContain('Czekamy na Twoją odpowiedź: Nie działa')
  expect(mail!.body).toContain('czekamy na Twoją odpowiedź')
  expect(await state(id)).toBe('waiting for customer')
  await look(day('2026-11-24'))
  expect(await state(id)).toBe('closed unsuccessful')
  const row = await site.make.db
    .selectFrom('history')
    .select('reason')
    .where('ticket_id', '=', id)
    .where('type', '=', 'StateUpdate')
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow()
  expect(row.reason).toMatchObject({ rule: 'no-answer' })
})

it('counts anew when an agent writes again, and not at all once the customer has written', async () => {
  const [again, answered] = [await ticket(), await ticket()]
  site.make.now = day('2026-11-18')
  await site.make.work(agent, (work) => answerTicket(work, again.id, { body: 'Nadal czekamy.' }))
  const customer = await site.make.actor(answered.customerId)
  await site.make.work(customer, (work) =>
    followUp(work, answered.id, {
      article: { channel: 'web', senderType: 'customer', visible: true, personId: customer.id, subject: '', body: 'Pokój 12.' },
    }),
  )
  await look(day('2026-11-19'))
  expect(await reminders(again.id)).toEqual([])
  await look(day('2026-11-20'))
  expect([(await reminders(again.id)).length, (await reminders(answered.id)).length, await state(answered.id)]).toEqual([1, 0, 'open'])
})

it('leaves alone what waits until a date, another unit, and everything while the clock is stopped', async () => {
  const { make } = site
  const [dated, elsewhere, stopped] = [await ticket(), await ticket('4'), await ticket()]
  await make.work(agent, (work) => setState(work, dated.id, { stateId: '6', pendingUntil: day('2027-11-19') }))
  const settings = (value: boolean | undefined) =>
    make.asSystem((work) => saveSettings(work, 'core', coreSettings, { 'clock.stopped': value }))
  await settings(true)
  await look(day('2026-11-30'))
  expect(await reminders(stopped.id)).toEqual([])
  // What it would do is foretold with the clock's own work, and not done.
  expect((await site.kernel.host.foretell()).people).toBeGreaterThan(0)
  expect(await reminders(stopped.id)).toEqual([])
  await settings(undefined)
  await look(day('2026-11-30'))
  expect([(await reminders(dated.id)).length, (await reminders(elsewhere.id)).length, (await reminders(stopped.id)).length]).toEqual([
    0, 0, 1,
  ])
})
