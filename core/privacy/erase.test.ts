import { sql } from 'kysely'
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import { readWholeBlob, storeBlob } from '../database/blob.ts'
import type { OpenDatabase } from '../database/database.ts'
import type { Id } from '../database/schema.ts'
import type { PersonData } from '../kernel/contract.ts'
import { acceptMail, mailInMemory } from '../mail/inbound/accept.ts'
import { addNote, followUp, setState } from '../ticket/change/tickets.ts'
import { saveDraft } from '../ticket/draft/drafts.ts'
import { erasePerson } from './erase.ts'
import { exportPerson } from './export.ts'
import { addFurtherLogin } from '../person/known/further-logins.ts'
import { editPerson } from '../person/person-admin.ts'
import { endHold, holdPerson } from './holds.ts'

const NAME = 'Zdzisława Brzęczyszczykiewicz'
const LOGIN = 'zbrzecz7'
const ADDRESSES = ['z.brzeczyszczykiewicz@uni.example', 'zdzisia@poczta.example']
const BROUGHT = ['zdzicha.drugie', 'Legionów 27', '314159', 'zapakowane']
const FURTHER = 'zbrzecz.student'
const TRACES = [
  NAME,
  'Brzęczyszczykiewicz',
  LOGIN,
  ...ADDRESSES,
  '601 234 567',
  FURTHER,
  '602 345 678',
  'ul. Jagiełły 17a/3',
  'Dzwonić po południu',
  ...BROUGHT,
]

/** A plugin that holds something of whom it is asked about. */
const plugin: { name: string; personData: PersonData } = {
  name: 'sample',
  personData: {
    sample_like: async (_db, { id, login, addresses }) => [{ said: `${login} liked it`, where: [id, ...addresses] }],
    sample_nothing: async () => [],
    sample_silent: 'Names nobody but by a number.',
  },
}

let database: OpenDatabase
let make: Maker
let person: Id
let colleague: Id
let ticket: { id: Id }
let mentioning: { id: Id }

beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
  person = await make.person({
    name: NAME,
    firstName: 'Zdzisława',
    lastName: 'Brzęczyszczykiewicz',
    login: LOGIN,
    address: ADDRESSES[0]!,
    phone: '601 234 567',
  })
  await make.db.insertInto('person_address').values({ person_id: person, address: ADDRESSES[1]!, verified_at: null }).execute()
  await make.asSystem(async (work) => {
    await addFurtherLogin(work, person, FURTHER)
    const kept = { login: LOGIN, firstName: 'Zdzisława', lastName: 'Brzęczyszczykiewicz', name: NAME, language: null, phone: '601 234 567' }
    await editPerson(work, person, {
      ...kept,
      unitId: '1',
      agent: false,
      valid: true,
      details: { mobile: '602 345 678', street: 'ul. Jagiełły 17a/3', comment: 'Dzwonić po południu' },
    })
  })
  colleague = await make.person({ name: 'Jan Kowalski' })
  ticket = await make.ticket({ customerId: person, subject: `Konto ${LOGIN} nie działa`, body: `Pozdrawiam\n${NAME}\ntel. 601 234 567` })
  mentioning = await make.ticket({
    customerId: colleague,
    subject: 'Inna sprawa',
    body: `Proszę o kontakt z: Brzęczyszczykiewicz, Zdzisława <${ADDRESSES[1]}>.`,
  })
  const asPerson = await make.actor(person)
  await make.work(asPerson, (work) =>
    followUp(work, ticket.id, {
      article: {
        channel: 'web',
        senderType: 'customer',
        visible: true,
        personId: person,
        from: NAME,
        subject: '',
        body: 'W załączniku.',
        attachments: [{ name: `${NAME}.pdf`, contentType: 'application/pdf', content: Buffer.from('%PDF packed, nobody can read it') }],
      },
    }),
  )
  await make.asSystem((work) =>
    addNote(work, mentioning.id, {
      body: 'notatka',
      visible: false,
      attachments: [
        { name: 'lista.txt', contentType: 'text/plain', content: Buffer.from(`1. Jan Kowalski\n2. ${NAME}\n`) },
        { name: 'obce.txt', contentType: 'text/plain', content: Buffer.from('nic o niej') },
      ],
    }),
  )
  await addWhatCameFromElsewhere()
  await make.asSystem((work) => saveDraft(work, 'x', {})).catch(() => {})
  await make.work(asPerson, (work) => saveDraft(work, 'ask', { body: `Jestem ${NAME}` }))
  const raw = (encoding: 'base64' | 'quoted-printable', to: string) =>
    Buffer.from(
      [
        'From: Ktoś <ktos@inny.example>',
        `To: ${to}`,
        'Subject: =?utf-8?B?U3ByYXdh?=',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        `Content-Transfer-Encoding: ${encoding}`,
        '',
        encoding === 'base64'
          ? Buffer.from(`Spotkałem panią ${NAME} wczoraj.`)
              .toString('base64')
              .replace(/(.{60})/g, '$1\r\n')
          : `Widzia=C5=82em ${ADDRESSES[0]!.replace('.', '=2E')} i ${ADDRESSES[0]}`,
        '',
      ].join('\r\n'),
    )
  for (const [from, mail] of [
    ['ktos@inny.example', raw('base64', 'pomoc@uni.example')],
    ['ktos@inny.example', raw('quoted-printable', 'pomoc@uni.example')],
    [ADDRESSES[1]!, Buffer.from('From: <x@y.example>\r\nSubject: hej\r\n\r\nnic\r\n')],
  ] as const) {
    await acceptMail(
      make.db,
      { from, recipients: ['pomoc@uni.example'], peerAddress: '192.0.2.1', peerName: 'mx', encrypted: true },
      mailInMemory(mail),
      make.now,
    )
  }
  await make.db
    .insertInto('login_attempt')
    .values({ login: `login ${LOGIN}`, client_address: '192.0.2.3', at: make.now })
    .execute()
  const unit = await make.unit({ name: 'Zapraszający Dziekanat' })
  await make.db
    .insertInto('unit_nomination')
    .values({
      unit_id: unit,
      person_id: person,
      nominated_by: colleague,
      administrator: true,
      rights: '{}',
      nominated_at: make.now,
      expires_at: new Date(make.now.getTime() + 1000),
      ended_at: null,
      ended: null,
    })
    .execute()
  await make.db.insertInto('loop_protection').values({ address: ADDRESSES[0]!, day: '2026-11-17', count: 3 }).execute()
})
afterAll(() => database?.close())

/** What only a take-over brings: a mail beside its article, an earlier wording, what a server said; and what fields hold. */
async function addWhatCameFromElsewhere(): Promise<void> {
  const { db } = make
  const { id: article } = await db
    .selectFrom('article')
    .select('id')
    .where('ticket_id', '=', ticket.id)
    .orderBy('id')
    .executeTakeFirstOrThrow()
  const raw = await storeBlob(db, Buffer.from(`From: <x@y.example>\r\nSubject: zapakowane\r\n\r\n${article}\r\n`), make.now)
  await db.insertInto('article_raw').values({ article_id: article, blob_id: raw.id }).execute()
  await db
    .insertInto('article_revision')
    .values({
      article_id: article,
      n: 1,
      at: make.now,
      by_id: colleague,
      visible: true,
      subject: LOGIN,
      body: `Pisała ${NAME}`,
      html: null,
    })
    .execute()
  await db
    .insertInto('article_send_error')
    .values({ article_id: article, at: make.now, message_id: null, text: `550 <${ADDRESSES[0]}> unknown` })
    .execute()
  const field = async (name: string, object: 'ticket' | 'person', of: Id, text: string) => {
    const { id } = await db
      .insertInto('field')
      .values({ name, label: name, label_en: null, object, type: 'Text' })
      .returning('id')
      .executeTakeFirstOrThrow()
    await db.insertInto('field_value').values({ field_id: id, object_id: of, text }).execute()
  }
  await field('Room', 'ticket', ticket.id, `u ${NAME}`)
  await field('Badge', 'person', person, 'legitymacja 314159')
  await db.insertInto('further_login').values({ login: 'zdzicha.drugie', person_id: person }).execute()
  await db.updateTable('person').set({ details: sql<string>`details || '{"zip": "Legionów 27 m. 18"}'` }).where('id', '=', person).execute()
  const { id: company } = await db.insertInto('company').values({ code: 'firma', name: 'Firma' }).returning('id').executeTakeFirstOrThrow()
  await db.insertInto('person_company').values({ person_id: person, company_id: company, main: true }).execute()
  await db.updateTable('ticket').set({ customer_login: 'zdzicha.drugie' }).where('id', '=', ticket.id).execute()
}

/** Every row of every table as text, and every file, unpacked where it is a mail. Written apart from what erases. */
async function remains(words: readonly string[]): Promise<string[]> {
  const found: string[] = []
  const fold = (text: string) => text.normalize('NFC').toLowerCase()
  const wanted = words.map(fold)
  const tell = (where: string, text: string) => {
    for (const word of wanted) if (fold(text).includes(word)) found.push(`${where}: ${word}`)
  }
  const { rows: tables } = await sql<{ name: string }>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`.execute(
    make.db,
  )
  for (const { name } of tables) {
    const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.raw(name)} t`.execute(make.db)
    for (const { row } of rows) tell(name, row)
  }
  for (const { id } of await make.db.selectFrom('blob').select('id').execute()) {
    const bytes = await readWholeBlob(make.db, id)
    tell(`blob ${id}`, bytes.toString('utf8'))
    const mail = await simpleParser(bytes)
    tell(
      `blob ${id} unpacked`,
      JSON.stringify([mail.text, mail.subject, mail.from?.text, mail.attachments.map((file) => file.content.toString())]),
    )
  }
  return found
}

const counts = async () =>
  Object.fromEntries(
    await Promise.all(
      (['ticket', 'article', 'history', 'inbound_mail', 'outbound_mail', 'article_attachment'] as const).map(async (table) => [
        table,
        (await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(make.db)).rows[0]!.n,
      ]),
    ),
  )

describe('erasing a person', () => {
  const close = () => make.asSystem((work) => setState(work, ticket.id, { stateId: '2' }))

  it('hands everything over first: what they sent, said and are', async () => {
    const bytes = Buffer.from(await new Response(await exportPerson(make.db, person, make.now, [plugin])).arrayBuffer()).toString('utf8')
    for (const word of [
      'plugins/sample.json',
      `${LOGIN} liked it`,
      ...TRACES,
      'W załączniku.',
      'Subject: hej',
      '%PDF packed',
      'Zapraszający Dziekanat',
      '"Firma"',
    ])
      expect(bytes).toContain(word)
    expect(bytes).not.toContain('notatka')
    for (const word of ['sample_nothing', 'sample_silent', 'Names nobody']) expect(bytes).not.toContain(word)
    expect(bytes).not.toContain('Inna sprawa')
  })

  it('is refused while they have an open ticket, while they are held, for oneself, and by who is no administrator', async () => {
    await expect(make.asSystem((work) => erasePerson(work, person))).rejects.toMatchObject({ code: 'person.has-open-tickets' })
    await close()
    await make.asSystem((work) => holdPerson(work, person, 'sprawa w sądzie'))
    await expect(make.asSystem((work) => erasePerson(work, person))).rejects.toMatchObject({
      code: 'person.held',
      params: { reason: 'sprawa w sądzie' },
    })
    await make.asSystem((work) => endHold(work, person))
    const admin = await make.actor(await make.agent({ 2: ['rw'] }))
    await expect(make.work(admin, (work) => erasePerson(work, admin.id))).rejects.toMatchObject({ code: 'person.erase-self' })
    await expect(make.work(await make.actor(colleague), (work) => erasePerson(work, person))).rejects.toMatchObject({ code: 'not-allowed' })
  })

  it('tried only, changes nothing', async () => {
    const before = await remains(TRACES)
    expect(before.length).toBeGreaterThan(20)
    await expect(
      make.asSystem(async (work) => {
        const erased = await erasePerson(work, person)
        expect(erased.files).toBeGreaterThanOrEqual(2)
        throw new Error('taken back')
      }),
    ).rejects.toThrow('taken back')
    expect(await remains(TRACES)).toEqual(before)
  })

  it('leaves no name, login, address or telephone in any table or file, and every count as it was', async () => {
    const before = await counts()
    const erased = await make.asSystem((work) => erasePerson(work, person))
    expect(await remains(TRACES)).toEqual([])
    expect(await counts()).toEqual({ ...before })
    expect(erased).toMatchObject({ tickets: 1, rawMails: 4 })
  })

  it("leaves what is others' alone", async () => {
    expect(await remains(['nic o niej', 'Jan Kowalski', 'Proszę o kontakt'])).not.toEqual([])
    const { body } = await make.db
      .selectFrom('article')
      .select('body')
      .where('ticket_id', '=', mentioning.id)
      .orderBy('id')
      .executeTakeFirstOrThrow()
    expect(body).toBe(`Proszę o kontakt z: [usunięto] <usunieto-${person}@usunieto.invalid>.`)
    expect(
      await make.db.selectFrom('person').select(['name', 'valid', 'login']).where('id', '=', person).executeTakeFirstOrThrow(),
    ).toEqual({ name: '[usunięto]', valid: false, login: null })
  })

  it('of two people with one name, the other keeps theirs outside the tickets of the first', async () => {
    const [first, second] = [
      await make.person({ name: 'Anna Nowak', address: 'anna1@uni.example' }),
      await make.person({ name: 'Anna Nowak', address: 'anna2@uni.example' }),
    ]
    const hers = await make.ticket({ customerId: first, subject: 'Od Anna Nowak' })
    const other = await make.ticket({ customerId: second, subject: 'Pisze Anna Nowak' })
    await make.asSystem((work) => setState(work, hers.id, { stateId: '2' }))
    await make.asSystem((work) => erasePerson(work, first))
    const title = async (id: Id) =>
      (await make.db.selectFrom('ticket').select('title').where('id', '=', id).executeTakeFirstOrThrow()).title
    expect([await title(hers.id), await title(other.id)]).toEqual(['Od [usunięto]', 'Pisze Anna Nowak'])
    expect((await make.db.selectFrom('person').select('name').where('id', '=', second).executeTakeFirstOrThrow()).name).toBe('Anna Nowak')
  })
})
