/** Trying a mail gives what delivering it gives, and leaves nothing behind: at least twenty mails, of every outcome. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import type { TriedMail } from '../../core/mail/inbound/try-mail.ts'
import { takeMails } from '../../core/mail/inbound/take.ts'
import { tryMail } from '../../core/mail/inbound/try-mail.ts'
import { createFilter } from '../../core/mail/filters/filter-admin.ts'
import { makeSenderCheck } from '../../core/mail/judge/assurance/look-up.ts'
import { readAddressBook } from '../../core/mail/addresses.ts'
import { processMail } from '../../core/mail/inbound/inbound.ts'
import { acceptMail, mailInMemory } from '../../core/mail/inbound/accept.ts'
import { readMailSettings } from '../../core/mail/filters/mail-settings.ts'
import { system } from '../../core/kernel/actor.ts'
import { eml, startStation, type Station } from './station.ts'

let station: Station
beforeAll(async () => {
  station = await startStation({ smarthost: false })
})
afterAll(() => station.stop())

const ENVELOPE = { from: 'anna.nowak@student.example', to: 'pomoc@uni.example' }

async function corpus(): Promise<{ name: string; raw: Buffer }[]> {
  const folders = [import.meta.dirname, join(import.meta.dirname, 'corpus')]
  const files = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder).catch(() => []))
        .filter((name) => name.endsWith('.eml'))
        .sort()
        .map((name) => join(folder, name)),
    ),
  )
  const [own, many] = [files[0]!, files[1]!]
  // Each delivery is a mail in full: of the many every sixth does.
  return Promise.all(
    [...own, ...many.filter((_, n) => n % 6 === 0)].map(async (path) => ({
      name: path.slice(path.lastIndexOf('/') + 1),
      raw: await readFile(path),
    })),
  )
}

const message = (headers: Record<string, string>, body = 'x') =>
  Buffer.from(
    `${Object.entries({ From: 'Anna Nowak <anna.nowak@student.example>', To: 'pomoc@uni.example', ...headers })
      .map(([name, value]) => `${name}: ${value}`)
      .join('\r\n')}\r\n\r\n${body}\r\n`,
  )

/** Delivers at once, as the job would: so that two deliveries do not race. */
async function deliver(raw: Buffer, envelope: { from: string; to: string }) {
  const {
    host,
    database: { db },
  } = station
  const [id] = await acceptMail(
    db,
    { ...envelope, recipients: [envelope.to], peerAddress: '127.0.0.1', peerName: '', encrypted: false },
    mailInMemory(raw),
    host.clock(),
  )
  await processMail(host, id!, 0, {
    book: await readAddressBook(db, host.config),
    rules: await readMailSettings(db),
    senders: makeSenderCheck(host.config),
  })
  return db.selectFrom('inbound_mail').select(['outcome', 'reason', 'ticket_id']).where('id', '=', id!).executeTakeFirstOrThrow()
}

/** Every row of every table that a mail may write, but for jobs that other mails left. */
async function everything() {
  const tables = [
    'blob',
    'blob_chunk',
    'inbound_mail',
    'outbound_mail',
    'ticket',
    'article',
    'history',
    'fact',
    'person',
    'person_address',
    'loop_protection',
    'automatic_reopening',
  ] as const
  const { rows } = await sql<
    Record<string, string>
  >`select ${sql.join(tables.map((table) => sql`(select count(*) || '/' || coalesce(sum(hashtextextended(t::text, 0)), 0) from ${sql.table(table)} t) as ${sql.ref(table)}`))}`.execute(
    station.database.db,
  )
  return rows[0]
}

/** Ids of persons and tickets made on the way differ; everything else must be the same. */
const told = (reasons: readonly { step: string; decided: string; rule: string; detail?: string }[]) =>
  reasons.map(({ step, decided, rule, detail }) => ({ step, decided, rule, detail }))

async function same(raw: Buffer, envelope = ENVELOPE): Promise<TriedMail> {
  const before = await everything()
  const tried = await tryMail(station.host, raw, { ...envelope, peerAddress: '127.0.0.1' })
  expect(await everything()).toEqual(before)
  const delivered = await deliver(raw, envelope)
  expect(tried.outcome).toBe(delivered.outcome)
  expect(told(tried.reasons)).toEqual(told(delivered.reason!))
  if (delivered.ticket_id) {
    const ticket = await station.database.db
      .selectFrom('ticket')
      .innerJoin('queue as q', 'q.id', 'ticket.queue_id')
      .select(['title', 'q.name as queue', 'state_type as stateType'])
      .where('ticket.id', '=', delivered.ticket_id)
      .executeTakeFirstOrThrow()
    expect(tried.ticket).toMatchObject(ticket)
  }
  return tried
}

describe('pomoc mail try', () => {
  test('gives for every mail of the corpus the outcome, the reasons and the ticket that delivery gives', async () => {
    const mails = await corpus()
    for (const { raw } of mails) await same(raw)
    expect(mails.length).toBeGreaterThanOrEqual(20)
  }, 120_000)

  test("and for mails of each kind: new, follow-up by number and by reference, closed, ours, a robot's, filtered", async () => {
    await station.host.work(system('test'), (work) =>
      createFilter(work, {
        name: 'Reklamy',
        comment: '',
        stop: true,
        valid: true,
        match: [{ key: 'Subject', value: 'PROMOCJA', negated: false }],
        set: [{ key: 'X-OTRS-Ignore', value: 'yes' }],
      }),
    )
    await station.host.work(system('test'), (work) =>
      createFilter(work, {
        name: 'Alarmy',
        comment: '',
        stop: false,
        valid: true,
        match: [{ key: 'Subject', value: 'alarm (\\w+)', negated: false }],
        set: [
          { key: 'X-OTRS-Queue', value: 'Junk' },
          { key: 'X-OTRS-Priority', value: '5 very high' },
          { key: 'X-OTRS-Service', value: '[***]' },
        ],
      }),
    )
    const first = await same(message({ Subject: 'pierwszy', 'Message-ID': '<pierwszy@student.example>' }))
    expect(first).toMatchObject({
      outcome: 'new-ticket',
      ticket: { number: null, queue: 'Misc' },
      sent: [{ kind: 'auto reply', to: ENVELOPE.from }],
    })
    const ticket = await station.database.db
      .selectFrom('ticket')
      .select(['id', 'number'])
      .where('title', '=', 'pierwszy')
      .executeTakeFirstOrThrow()
    const outcomes = [
      (await same(message({ Subject: `Odp: [Ticket#${ticket.number}] pierwszy`, 'Message-ID': '<2@student.example>' }))).outcome,
      (await same(message({ Subject: 'Re: pierwszy', 'Message-ID': '<3@student.example>', 'In-Reply-To': '<pierwszy@student.example>' })))
        .outcome,
      (
        await same(message({ Subject: `obcy [Ticket#${ticket.number}]`, From: 'obcy@gdzies.example' }), {
          from: 'obcy@gdzies.example',
          to: ENVELOPE.to,
        })
      ).outcome,
      (await same(message({ Subject: 'robot', 'Auto-Submitted': 'auto-generated' }))).outcome,
      (await same(message({ Subject: 'PROMOCJA' }))).outcome,
      (await same(message({ Subject: 'alarm serwer1' }))).outcome,
      (await same(message({ Subject: 'obce nagłówki', 'X-OTRS-Queue': 'Raw' }))).outcome,
      (await same(message({ Subject: 'nie na nasz adres' }), { ...ENVELOPE, to: 'postmaster@uni.example' })).outcome,
      (await same(message({ Subject: 'nasz własny', 'X-Loop': `pomoc:${station.config.mailAddress}` }))).outcome,
    ]
    expect(outcomes).toEqual([
      'follow-up',
      'follow-up',
      'follow-up-held',
      'new-ticket',
      'ignored',
      'new-ticket',
      'new-ticket',
      'new-ticket',
      'loop',
    ])
  }, 120_000)

  test('a mail that came already can be tried again', async () => {
    const raw = message({ Subject: 'dwa razy' })
    await deliver(raw, ENVELOPE)
    expect(await tryMail(station.host, raw, { ...ENVELOPE, peerAddress: '127.0.0.1' })).toMatchObject({ outcome: 'new-ticket' })
  })

  test('a bounce of a mail of ours is told with the ticket it belongs to', async () => {
    const raw = await eml('out-of-office-gets-no-answer')
    expect((await tryMail(station.host, raw, { ...ENVELOPE, peerAddress: '127.0.0.1' })).reasons.at(-1)).toMatchObject({
      step: 'auto-response',
      decided: 'not-sent',
    })
  })
})

describe('pomoc mail take', () => {
  test('each mail of a folder or a Maildir becomes what it would have, once, and none is left behind', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pomoc-take-'))
    try {
      await mkdir(join(folder, 'new'))
      await mkdir(join(folder, 'tmp'))
      const put = (name: string, ...raw: (string | Buffer)[]) =>
        writeFile(join(folder, name), Buffer.concat(raw.map((one) => Buffer.from(one))))
      await put('1.eml', 'From anna Tue Nov 17\n', message({ Subject: 'z pliku', 'Message-ID': '<z-pliku@student.example>' }))
      await put(
        'new/2',
        'Return-Path: <>\r\nDelivered-To: pomoc@uni.example\r\n',
        message({ Subject: 'do grupy', To: 'lista@inna.example' }),
      )
      await put('3.eml', message({ Subject: 'nie do nas', To: 'kto@inna.example' }))
      await put('4.eml', message({ Subject: 'za duży' }, 'x'.repeat(station.config.smtp.maxSizeKb * 1024)))
      await put('5.eml', '')
      await put('tmp/6', message({ Subject: 'jeszcze nie cały' }))
      await put('.hidden', message({ Subject: 'ukryty' }))
      const take = async () => {
        const taken: unknown[] = []
        for await (const { file, ...rest } of takeMails(station.host, folder))
          taken.push([file.slice(folder.length + 1), ...Object.values(rest)])
        return taken
      }
      const to = 'pomoc@uni.example'
      const became = (what: string) => [
        ['1.eml', what, to],
        ['3.eml', what, to],
        ['4.eml', 'too-large'],
        ['5.eml', 'empty'],
        ['new/2', what, to],
      ]
      expect(await take()).toEqual(became('taken'))
      expect(await take()).toEqual(became('had'))
      const ends = await Promise.all(['z pliku', 'do grupy', 'nie do nas'].map((subject) => station.processed(subject)))
      expect(ends.map((rows) => rows.map(({ outcome }) => outcome))).toEqual([['new-ticket'], ['new-ticket'], ['new-ticket']])
      const { envelope_from: from } = await station.database.db
        .selectFrom('inbound_mail')
        .select('envelope_from')
        .where('subject', '=', 'do grupy')
        .executeTakeFirstOrThrow()
      expect(from).toBe('')
      await expect(takeMails(station.host, join(folder, 'nowhere')).next()).rejects.toMatchObject({ code: 'ENOENT' })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
