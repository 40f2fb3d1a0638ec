/** Until going live nothing leaves; then what was foretold happens, and nothing else; and the way back takes what came by mail along. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerTicket, queueMail, setState, takeTicket, type Foretold, type Id, type PersonActor } from '../../../core/index.ts'
import { CORE_SETTINGS, saveSettings } from '../../../core/administration.ts'
import { migrate } from '../../../core/database/migrate.ts'
import { sendWaiting } from '../../../core/mail/outbound/send.ts'
import { clockJobs } from '../../../core/ticket/clock/jobs.ts'
import { eventually, startStation, type Station } from '../../../test/mail/station.ts'
import otrsImport from '../index.tsx'
import { marked, writeBack } from '../wayback/wayback.ts'
import { foretoldThen, goLive, readChecklist, sayDone } from './golive.ts'

let station: Station
let admin: PersonActor
let folder: string
beforeAll(async () => {
  station = await startStation()
  folder = await mkdtemp(join(tmpdir(), 'pomoc-way-back-'))
  const { make, database } = station
  await migrate(database.db, 'otrs-import', otrsImport.migrations!)
  admin = await make.actor(await make.agent({ 1: ['rw'], 2: ['rw'] }, { name: 'Maria Wójcik', login: 'mwojcik' }))
})
afterAll(async () => {
  await station?.stop()
  await rm(folder, { recursive: true, force: true })
})

const byTheClock = async () => {
  for (const [, job] of clockJobs(station.host)) await job.run({}, { attempt: 1, lastAttempt: false })
  await sendWaiting(station.host)
}
const later = (minutes: number) => new Date(station.make.now.getTime() + minutes * 60_000)
const asAdmin = <T>(run: Parameters<typeof station.make.work<T>>[1]) => station.make.work(admin, run)
const count = async (what: string): Promise<number> =>
  (await sql<{ n: number }>`select count(*)::int as n from ${sql.raw(what)}`.execute(station.database.db)).rows[0]!.n
const open = async () => (await readChecklist(station.host)).items.flatMap(({ name, done }) => (done ? [] : [name]))
const state = async (id: Id) =>
  (await sql<{ s: string }>`select state_type as s from ticket where id = ${id}`.execute(station.database.db)).rows[0]!.s

describe('before going live', () => {
  let closing: Id
  let foretold: Foretold

  it('nothing can go live that was not taken over', async () => {
    expect((await goLive(station.host, admin, { anyway: true })).open).toContain('run')
    await expect(writeBack(station.host, folder)).rejects.toThrow('has not gone live')
    await sql`insert into otrs_run (source, product, version, incremental, phase, state, started_at, ended_at)
      values ('otobo at db', 'otobo', '11.0.5', false, 'done', 'done', ${station.make.now}, ${station.make.now})`.execute(
      station.database.db,
    )
    await station.make.asSystem((work) => saveSettings(work, CORE_SETTINGS.name, CORE_SETTINGS.settings, { 'clock.stopped': true }))
  })
  it('no ticket changes and no mail about one leaves, whatever is due; a link to log in does', async () => {
    const { make, sink } = station
    const [close, remind, answered] = [await make.ticket(), await make.ticket(), await make.ticket()]
    closing = close.id
    await make.asSystem((work) => setState(work, close.id, { stateId: '7', pendingUntil: later(10) }))
    await asAdmin((work) => setState(work, remind.id, { stateId: '6', pendingUntil: later(10) }))
    await asAdmin((work) => takeTicket(work, answered.id))
    await asAdmin((work) => answerTicket(work, answered.id, { body: 'Odpowiedź sprzed przełączenia.' }))
    make.now = later(60)
    await byTheClock()
    const id = await make.asSystem((work) =>
      queueMail(work, {
        kind: 'login link',
        from: { address: 'pomoc@uni.example', name: '' },
        to: ['a@b.example'],
        subject: 'link',
        body: 'x',
      }),
    )
    await sink.waitFor(({ parsed }) => parsed.subject === 'link')
    // Its own row says so a moment after the server has it.
    while ((await count(`outbound_mail where id = ${id} and state = 'sent'`)) === 0) await sleep(20)
    await byTheClock()
    expect([sink.mails.length, await state(closing), await count(`outbound_mail where state = 'queued' and attempts > 0`)]).toEqual([
      1,
      'pending auto',
      0,
    ])
    expect(await count(`outbound_mail where id = ${id} and state = 'sent'`)).toBe(1)
  })
  it('foretelling says what would happen and does nothing of it', async () => {
    const before = [await count('history'), await count('outbound_mail'), await count('fact')]
    foretold = await station.host.foretell()
    expect(foretold).toMatchObject({
      mails: { closed: 1, reply: 1 },
      people: 2,
      facts: { 'ticket.state-changed': 1, 'ticket.reminder-due': 1 },
    })
    expect([await count('history'), await count('outbound_mail'), await count('fact')]).toEqual(before)
  })
  it('the checklist sees what is done, takes a word for the rest, and holds the switch until then', async () => {
    expect(await open()).toEqual(['report', 'backup', 'directory', 'texts', 'rules', 'mail', 'host-name'])
    for (const item of ['backup', 'directory', 'texts', 'rules', 'host-name']) await asAdmin((work) => sayDone(work, item, true))
    await asAdmin((work) => sayDone(work, 'rules', false))
    await expect(asAdmin((work) => sayDone(work, 'report', true))).rejects.toMatchObject({ code: 'not-found' })
    await expect(asAdmin((work) => sayDone(work, 'live', true))).rejects.toMatchObject({ code: 'not-found' })
    expect((await readChecklist(station.host)).items.find(({ name }) => name === 'backup')?.said?.by).toBe('Maria Wójcik')
    await station.mail({ subject: 'przyszło do nas', text: 'x' })
    await station.processed('przyszło do nas')
    expect(await open()).toEqual(['report', 'rules'])
    expect((await goLive(station.host, admin, { anyway: false })).open).toEqual(['report', 'rules'])
    const agent = await station.make.actor(await station.make.agent({ 1: ['rw'] }))
    await expect(goLive(station.host, agent, { anyway: true })).rejects.toMatchObject({ code: 'not-allowed' })
    expect(station.sink.mails).toHaveLength(1)
  })
  it('afterwards exactly what was foretold happens, once', async () => {
    const { sink, database, host } = station
    station.make.now = later(5)
    foretold = await host.foretell()
    const waits = await count(`outbound_mail where state = 'queued'`)
    const facts = await count('fact')
    expect((await goLive(host, admin, { anyway: true })).open).toEqual([])
    expect(await foretoldThen(database.db)).toEqual(foretold)
    await byTheClock()
    await byTheClock()
    const mails = Object.values(foretold.mails).reduce((sum, one) => sum + one, 0)
    await eventually(() => sink.mails.length).toBe(1 + mails)
    expect(new Set(sink.mails.slice(1).flatMap(({ to }) => to)).size).toBe(foretold.people)
    expect(mails).toBeGreaterThan(waits)
    const told = await sql<{ name: string; n: number }>`
      select name, count(*)::int as n from (select name from fact order by id offset ${facts}) f where name like 'ticket.%' and name in
        ('ticket.state-changed', 'ticket.reminder-due', 'ticket.deadline-near', 'ticket.deadline-missed', 'ticket.lock-changed') group by name`.execute(
      database.db,
    )
    expect(Object.fromEntries(told.rows.map(({ name, n }) => [name, n]))).toEqual(
      Object.fromEntries(Object.entries(foretold.facts).filter(([name]) => told.rows.some((row) => row.name === name))),
    )
    await eventually(() => count(`outbound_mail where state = 'queued'`)).toBe(0)
    expect(await state(closing)).toBe('closed')
    expect((await goLive(host, admin, { anyway: false })).open).toEqual([])
  })
})

describe('the way back', () => {
  it('writes every mail that came or left since, in order, as its postmaster must have it', async () => {
    const { make, sink, deliver, processed } = station
    make.now = later(10)
    const raw = [
      'From: Anna Nowak <anna.nowak@student.example>',
      'To: pomoc@uni.example',
      'X-OTRS-Queue: Raw',
      'X-OTOBO-Owner: root@localhost',
      '\tfolded',
      'Subject: po przejsciu',
      'Message-ID: <po-przejsciu@student.example>',
      '',
      'X-OTRS-Queue: this is text',
      '',
    ].join('\r\n')
    await deliver(raw)
    const [mail] = await processed('po przejsciu')
    make.now = later(20)
    await asAdmin((work) => takeTicket(work, mail!.ticket_id!))
    await asAdmin((work) => answerTicket(work, mail!.ticket_id!, { body: 'Już działa.' }))
    await byTheClock()
    const { raw: answer } = await sink.waitFor(({ parsed }) => parsed.text?.includes('Już działa.') ?? false)
    await eventually(() => count(`outbound_mail where state = 'queued'`)).toBe(0)

    const written = await writeBack(station.host, folder)
    const files = (await readdir(folder)).toSorted()
    expect(files.at(-1)).toBe('READ-ME.txt')
    expect([written.came, written.left]).toEqual([1, files.length - 2])
    const texts = await Promise.all(files.slice(0, -1).map((name) => readFile(join(folder, name), 'latin1')))
    const came = texts.find((text) => text.includes('po przejsciu') && text.includes('this is text'))!
    expect(came.split('\r\n').slice(0, 4)).toEqual([
      'X-OTOBO-Loop: yes',
      'Envelope-To: pomoc@uni.example',
      'From: Anna Nowak <anna.nowak@student.example>',
      'To: pomoc@uni.example',
    ])
    expect([came.includes('root@localhost'), came.includes('folded'), came.includes('X-OTRS-Queue: Raw')]).toEqual([false, false, false])
    const ours = texts.find((text) => text.endsWith(answer.toString('latin1')))!
    expect(ours).toContain('X-OTOBO-FollowUp-SenderType: agent\r\n')
    expect(files.indexOf(files.find((name) => name.includes('-came-'))!)).toBeLessThan(
      files.findLastIndex((name) => name.includes('-left-')),
    )
    await expect(writeBack(station.host, folder)).rejects.toThrow('is not empty')
  })
  it('takes orders out of a head whatever its lines end with, and leaves the rest byte for byte', async () => {
    const through = async (...chunks: string[]) => {
      let out = ''
      for await (const piece of marked(
        ['X: 1'],
        (async function* () {
          for (const chunk of chunks) yield Buffer.from(chunk, 'latin1')
        })(),
      ))
        out += piece.toString('latin1')
      return out
    }
    expect(await through('From x Mon\nA: b\nX-Otrs-Queue: R', 'aw\n more\nC: d\n', '\nbody\nX-OTRS-A: stays\n')).toBe(
      'X: 1\r\nA: b\nC: d\n\nbody\nX-OTRS-A: stays\n',
    )
    expect(await through('A: \xff\r\n')).toBe('X: 1\r\nA: \xff\r\n')
    expect(await through()).toBe('X: 1\r\n')
  })
})
