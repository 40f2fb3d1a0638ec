/** Runs over real sources: what of a ticket comes, what a later run changes, what people here have done meanwhile, what an end costs. */
import { spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { beginAnew } from '../../../core/ticket/begin-anew.ts'
import { erasePerson } from '../../../core/privacy/erase.ts'
import { touchSeen } from '../../../core/ticket/seen.ts'
import { addNote, watchTicket } from '../../../core/index.ts'
import { mariaDbIsThere, startMariaDb, type MariaDb } from '../../../test/servers/mariadb.ts'
import { hearAll, type Site } from '../../../test/web.ts'
import { loadIds } from '../master/ids.store.ts'
import { MOST_HELD } from '../source/long.ts'
import { makeSource, type MadeSource } from '../source/made/made.fixture.ts'
import { seededSource } from '../source/made/seeded.fixture.ts'
import { MAPPING, openHouse, standing, take } from './house.fixture.ts'
import { TICKETS_A_STEP } from '../tickets/tickets.ts'
import { runParts, type Parts } from './run.ts'
import { runImport } from './take-over.ts'

const FILM = Buffer.alloc(MOST_HELD + 1, 'klatka ')

const rowsIn = (site: Site) => async (what: string) => (await sql.raw<Record<string, unknown>>(what).execute(site.database.db)).rows
/** As text, so that one line is one row. */
const linesIn = (site: Site) => async (what: string) =>
  (await site.database.pool.query<unknown[]>({ text: what, rowMode: 'array' })).rows.map((row) =>
    row.map((value) => (value instanceof Date ? value.toISOString().slice(0, 19) : String(value))).join(' | '),
  )

describe.skipIf(!mariaDbIsThere())('over a source', () => {
  let server: MariaDb
  let site: Site
  let made: MadeSource
  beforeAll(async () => {
    server = await startMariaDb()
    site = await openHouse()
    made = await makeSource({ product: 'otobo11', server: server.url })
    expect((await take(site, made)).state).toBe('done')
  })
  afterAll(async () => {
    await site?.close()
    await made?.remove()
    await server?.stop()
  })
  const lines = (what: string) => linesIn(site)(what)
  const told = (code: string) => lines(`select key, detail->>'keys' from otrs_finding where code = '${code}' order by key`)
  const personOf = async (login: string) => (await rowsIn(site)(`select id::text from person where login = '${login}'`))[0]!['id'] as string

  it('tickets keep number, title, place, state and moments; who has them and whose they are is said in people here', async () => {
    expect(
      await lines(`select t.id, number, queue_id, s.name, priority_id, lock, o.login, r.login, c.login, customer_company from ticket t
        join ticket_state s on s.id = t.state_id left join person o on o.id = owner_id left join person r on r.id = responsible_id
        left join person c on c.id = customer_id order by t.id`),
    ).toEqual([
      '1 | 2024011510000012 | 6 | open | 4 | lock | akowalska | jan.nowak | ewa.lis | BIOL',
      '2 | 2024011610000011 | 2 | closed successful | 3 | lock | jan.nowak | null | jan.nowak | FIZ',
      '3 | 2024011610000029 | 2 | pending reminder | 3 | lock | akowalska | null | ewa.lis | BIOL',
      '4 | 2024011710000018 | 2 | pending auto close+ | 3 | unlock | akowalska | null | ewa.lis | BIOL',
      '5 | 2024011710000027 | 2 | merged | 3 | unlock | akowalska | null | ewa.lis | BIOL',
      '6 | 2024011810000017 | 2 | new | 3 | unlock | null | null | null | ktos@gdzies.example',
      '7 | 2024011810000026 | 2 | closed unsuccessful | 3 | unlock | null | null | null | null',
      '8 | 2024011910000016 | 3 | removed | 3 | unlock | null | null | ewa.lis | BIOL',
      '9 | 2024011910000025 | 5 | u dostawcy | 6 | unlock | mwojcik | null | ewa.lis | BIOL',
      '10 | 2024012010000014 | 7 | zamknięte przez telefon | 3 | unlock | odeszly | null | null | FIZ',
      '11 | 2024012010000023 | 2 | open | 3 | unlock | null | null | ewa.lis | BIOL',
      '12 | 2015071510123456 | 2 | new | 3 | unlock | null | null | null | null',
    ])
    // Nobody locks what nobody has; a wait has its date; deadlines stand as they stood; the merged one leads on; the archive is one.
    expect(await told('locked-without-owner')).toEqual(['11 | null'])
    expect(
      await lines(
        'select id, pending_until, merged_into_id, archived, type_id, service_id, sla_id, solution_due_at, due_at, locked_at, first_response_at, closed_at from ticket where id in (1, 2, 3, 5) order by id',
      ),
    ).toEqual([
      '1 | null | null | false | 2 | 2 | 1 | 2024-01-15T20:12:30 | 2024-01-15T20:12:30 | 2024-01-15T08:12:30 | 2024-01-15T09:00:00 | null',
      '2 | null | null | true | 1 | null | null | null | null | 2024-01-16T09:00:00 | null | 2024-01-16T09:40:00',
      '3 | 2027-03-01T09:00:00 | null | false | 1 | null | null | null | null | 2024-01-16T10:00:00 | 2024-01-16T10:00:00 | null',
      '5 | null | 1 | false | 1 | null | null | null | null | null | null | null',
    ])
  })

  it('whoever wrote without an account has one that their address finds', async () => {
    expect(
      await lines(`select a.address, p.login, p.agent, t.customer_login from ticket t join person p on p.id = t.customer_id
        join person_address a on a.person_id = p.id where t.id = 6`),
    ).toEqual(['ktos@gdzies.example | null | false | null'])
  })

  it('articles of every channel come with their words, HTML made safe, moments and hidden copies', async () => {
    expect(
      await lines(`select a.id, channel, sender_type, visible, p.login, subject from article a left join person p on p.id = a.person_id
        where a.id in (1, 2, 3, 4, 7, 11, 13) order by a.id`),
    ).toEqual([
      '1 | email | customer | true | ewa.lis | Drukarka nie drukuje',
      '2 | email | system | true | null | [Ticket#2024011510000012] Drukarka nie drukuje',
      '3 | email | agent | true | akowalska | Re: [Ticket#2024011510000012] Drukarka nie drukuje',
      '4 | internal | agent | false | akowalska | Notatka',
      '7 | phone | agent | true | akowalska | Rozmowa',
      '11 | chat | agent | true | akowalska | Chat: Anna Kowalska',
      // A name in From is no proof: the ticket is somebody else's.
      '13 | email | customer | true | null | Serwis',
    ])
    expect(
      await lines('select html, bcc_text, message_id, in_reply_to, reference_ids, content_type, incoming_at from article where id = 3'),
    ).toEqual([
      '<p>Proszę o <b>zdjęcie</b> ekranu: <img src="cid/logo1" /></p> | archiwum@uni.example | <3@uni.example> | <1@uni.example> | <1@uni.example> <2@uni.example> | text/html; charset=utf-8 | 2024-01-15T09:00:00',
    ])
    expect(await lines('select body from article where id = 11')).toEqual([
      '[10:00:00] Anna Kowalska: W czym mogę pomóc?\n[10:00:20] Gość: Nie działa <b>WiFi</b>\n[10:05:00] * Gość wyszedł',
    ])
    expect(await lines('select article_id, at, text from article_send_error')).toEqual(['3 | 2024-01-15T09:00:05 | 550 5.1.1 mailbox full'])
    expect(await lines('select article_id, n, at, body, deleted from article_revision')).toEqual([
      '4 | 1 | 2024-01-15T10:10:00 | Toner zamówiony? (pierwsza wersja) | false',
    ])
  })

  it('parts keep their bytes and the number by which the source counted them; mails are there as they came', async () => {
    expect(
      await lines(
        `select article_id, place, name, role, disposition, content_id, alternative, size from article_attachment order by article_id, place`,
      ),
    ).toEqual([
      '3 | 1 | file-2 | body-html | inline | null | false | 62',
      '3 | 2 | logo.png | file | inline | logo1 | false | 70',
      '5 | 1 | ekran.png | file | attachment | null | false | 70',
      '5 | 2 | file-1 | body-plain | inline | null | true | 15',
      '5 | 3 | file-2 | body-html | inline | null | true | 22',
      '5 | 4 | pusty.txt | file | attachment | null | false | 0',
      '5 | 5 | Zdjęcie ekranu – żółć.PNG | file | attachment | null | false | 70',
      '10 | 1 | Untitled-1.eml | file | attachment | null | false | 268',
      '11 | 1 | chat.json | file | attachment | null | false | 760',
    ])
    const sums = (rows: unknown[]) => (rows as { sum: string }[]).map(({ sum }) => sum)
    expect(
      await lines(`select r.article_id, encode(b.sha256, 'hex') as sum from article_raw r join blob b on b.id = r.blob_id order by 1`),
    ).toEqual(
      sums(await made.run('select concat(article_id, " | ", sha2(body, 256)) as sum from article_data_mime_plain order by article_id')),
    )
    expect(
      await lines(
        `select a.id, encode(b.sha256, 'hex') as sum from article_attachment a join blob b on b.id = a.blob_id where a.id < 1000 order by 1`,
      ),
    ).toEqual(sums(await made.run('select concat(id, " | ", sha2(content, 256)) as sum from article_data_mime_attachment order by id')))
    expect(await told('no-disposition')).toEqual(['1 | 1 6 3 7'])
  })

  it('history is what it was, word for word, with what the ticket was then', async () => {
    expect(
      await lines(
        'select h.id, h.type, h.name, article_id, p.login, h.created_at, queue_id, state_id, priority_id from history h left join person p on p.id = person_id where h.id in (2, 4, 9, 13, 20, 25) order by h.id',
      ),
    ).toEqual([
      '2 | SendAutoReply | %%ewa.lis@uni.example | 2 | null | 2024-01-15T08:12:31 | 6 | 4 | 3',
      '4 | OwnerUpdate | %%akowalska%%2 | null | akowalska | 2024-01-15T09:00:00 | 6 | 4 | 3',
      '9 | Misc | Reset of unlock time. | null | akowalska | 2024-01-15T10:00:00 | 6 | 4 | 3',
      '13 | NewTicket | %%2024011610000011%%Raw%%3 normal%%new%%2 | null | null | 2024-01-16T09:00:00 | 2 | 4 | 3',
      '20 | Merged | %%2024011710000027%%5%%2024011510000012%%1 | null | akowalska | 2024-01-17T10:30:00 | 2 | 9 | 3',
      '25 | KsiegowoscEksport | wysłano do księgowości | null | null | 2024-01-19T11:00:00 | 5 | 4 | 3',
    ])
  })

  it('watchers, what was seen, flags, time, fields and links come', async () => {
    expect(
      await lines(
        'select ticket_id, p.login, since, b.login from ticket_watcher w join person p on p.id = person_id join person b on b.id = added_by',
      ),
    ).toEqual(['1 | jan.nowak | 2024-01-15T09:10:00 | jan.nowak'])
    // Up to just before the first article that was not seen; or all of it.
    expect(await lines('select ticket_id, p.login, seen_at from ticket_seen s join person p on p.id = person_id order by 1')).toEqual([
      '1 | akowalska | 2024-01-15T09:59:59',
      '2 | jan.nowak | 2024-01-16T09:30:00',
    ])
    expect(await lines('select article_id, key, value from article_flag')).toEqual(['1 | Important | 1'])
    expect(await lines('select id, ticket_id, article_id, units, at from time_spent order by id')).toEqual([
      '1 | 1 | 4 | 15.00 | 2024-01-15T10:00:00',
      '2 | 2 | null | 0.50 | 2024-01-16T09:40:00',
    ])
    expect(
      await lines(`select f.object, object_id, f.name, place, coalesce(text, number::text, to_char(at at time zone 'UTC', 'YYYY-MM-DD HH24:MI')) from field_value v
        join field f on f.id = v.field_id where f.object in ('ticket', 'article') order by object_id, f.object, f.id, place`),
    ).toEqual([
      'article | 1 | KanalZgloszenia | 0 | formularz www',
      'ticket | 1 | NrInwentarzowy | 0 | INV/2024/001',
      'ticket | 1 | OpisTechniczny | 0 | wiersz 1\nwiersz 2',
      'ticket | 1 | Budynek | 0 | bud_a',
      'ticket | 1 | Systemy | 0 | mail',
      'ticket | 1 | Systemy | 1 | wifi',
      'ticket | 1 | Pilne | 0 | 1',
      'ticket | 1 | DataZajec | 0 | 2024-02-01 00:00',
      'ticket | 1 | TerminWizyty | 0 | 2024-02-01 12:30',
      'ticket | 1 | Nieznane | 0 | co to jest',
      'ticket | 2 | NrInwentarzowy | 0 | ',
      'ticket | 2 | Budynek | 0 | bud_z',
      'ticket | 2 | Pilne | 0 | 0',
      'ticket | 2 | Dawne | 0 | 1',
      'ticket | 9 | ProcessManagementProcessID | 0 | Process-1',
    ])
    expect(await lines('select from_kind, from_id, to_kind, to_id, type from link order by 1, 2, 4')).toEqual([
      'faq | 1 | ticket | 1 | normal',
      'ticket | 1 | ticket | 2 | normal',
      'ticket | 1 | ticket | 5 | parent-child',
    ])
    expect(await told('unfinished-link')).toEqual(['3-4 | null'])
  })

  it('the desk shows it: the ticket, its history act by act, the mail as it came; the clock stands', async () => {
    const visitor = await site.loggedIn(await personOf('akowalska'))
    const page = await (await visitor.get('/desk/tickets/1')).text()
    for (const words of ['Drukarka nie drukuje', 'Toner zamówiony.', 'mailbox full', 'Zdjęcie ekranu – żółć.PNG'])
      expect(page).toContain(words)
    const history = await (await visitor.get('/desk/tickets/1/history')).text()
    // Thirteen rows of one run, at eight moments or by different people.
    expect([history.match(/class="act-first"/g)?.length, history.match(/class="act-more"/g)?.length]).toEqual([8, 5])
    expect(await rowsIn(site)(`select value from setting where key = 'clock.stopped'`)).toEqual([{ value: true }])
    expect(await rowsIn(site)('select count(*)::int as n from outbound_mail')).toEqual([{ n: 0 }])
  })

  it('a later run takes what the source has changed, and stands as one over the changed source', async () => {
    const { remembered, live } = site.kernel.host
    await remembered('as of before', async () => 'before')
    // Read here meanwhile, which is no work; the number and moment of what was read stay.
    const agent = await personOf('akowalska')
    await touchSeen(site.database.db, '4', agent, new Date('2026-01-01T10:00:00Z'))
    const later = '2030-01-01 00:00:00'
    await made.run(`update ticket set title = 'Nowy tytuł', ticket_state_id = 2, change_time = '${later}' where id = 4`)
    // None of these moves the ticket.
    await made.run(`insert into ticket_history (id, name, history_type_id, ticket_id, type_id, queue_id, owner_id, priority_id, state_id, create_time, create_by, change_time, change_by)
      values (900, '%%x', 25, 3, 1, 2, 1, 3, 4, '2024-02-01 10:00:00', 2, '2024-02-01 10:00:00', 2)`)
    await made.run(
      `insert into article_flag (article_id, article_key, article_value, create_time, create_by) values (13, 'Important', '1', '${later}', 2)`,
    )
    await made.run(`insert into dynamic_field_value (id, field_id, object_id, value_text) values (900, 3, 11, 'INV/9')`)
    await made.run(`delete from article_flag where article_key <> 'Seen' and article_id <> 13`)
    await made.run(`update article_data_mime set a_body = 'poprawione', change_time = '${later}' where article_id = 14`)
    // Merged in the source: its article and history are another ticket's now.
    await made.run(`update article set ticket_id = 2, change_time = '${later}' where id = 15`)
    await made.run(`update ticket_history set ticket_id = 2 where ticket_id = 11`)
    await made.run(`update ticket set ticket_state_id = 9, change_time = '${later}' where id in (2, 11)`)
    await made.run(`delete from link_relation where target_key = '5'`)
    await made.run(`delete from ticket where id = 8`)
    await made.run(`delete from article_data_mime where article_id = 12`)
    await made.run(`delete from article where id = 12`)
    await made.run(`delete from ticket_history where ticket_id = 8`)
    await made.add({
      // Too large to be held.
      article_data_mime_attachment: [{ id: 900, article_id: 13, filename: 'film.mp4', content: FILM }],
      ticket: [
        {
          id: 13,
          tn: '2030010110000019',
          title: 'Nowe',
          queue_id: 2,
          ticket_lock_id: 1,
          type_id: 1,
          user_id: 1,
          responsible_user_id: 1,
          ticket_priority_id: 3,
          ticket_state_id: 1,
          customer_user_id: 'ewa.lis',
          create_time: later,
          change_time: later,
        },
      ],
      link_relation: [
        {
          source_object_id: 1,
          source_key: '13',
          target_object_id: 1,
          target_key: '1',
          type_id: 1,
          state_id: 1,
          create_time: later,
          create_by: 2,
        },
      ],
    })
    expect((await take(site, made)).state).toBe('done')
    // What is administered may be another thing now.
    await hearAll(live, site.make.db)
    expect(await remembered('as of before', async () => 'now')).toBe('now')
    expect(await lines('select ticket_id from otrs_ticket where run_id = 2 order by 1')).toEqual([
      '1',
      '2',
      '3',
      '4',
      '9',
      '10',
      '11',
      '13',
    ])
    expect(await told('gone')).toEqual(['8 | null'])
    expect(await lines(`select seen_at from ticket_seen where ticket_id = 4`)).toEqual(['2026-01-01T10:00:00'])
    // What is gone is taken away where that is asked for.
    expect((await take(site, made, { removeGone: true })).state).toBe('done')
    const anew = await openHouse()
    try {
      await take(anew, made)
      const [{ ticket_seen: _read, ...here }, { ticket_seen: _seen, ...there }] = [
        await standing(site.database.db),
        await standing(anew.database.db),
      ]
      expect(here).toEqual(there)
      const { rows } = await sql<{ sum: Buffer }>`
        select b.sha256 as sum from article_attachment a join blob b on b.id = a.blob_id where a.name = 'film.mp4'`.execute(
        site.database.db,
      )
      expect(rows.map(({ sum }) => sum.toString('hex'))).toEqual([hash('sha256', FILM)])
    } finally {
      await anew.close()
    }
  })

  it('a ticket that somebody here has worked on stays, and is told where the source has changed it too', async () => {
    const agent = await site.make.actor(await personOf('akowalska'))
    await site.make.work(agent, (work) => addNote(work, '1', { body: 'Dopisane tutaj.' }))
    await site.make.work(agent, (work) => watchTicket(work, '3', true))
    await made.run(`update ticket set title = 'W źródle inaczej', change_time = '2030-02-01 00:00:00' where id in (1, 9)`)
    expect((await take(site, made)).state).toBe('done')
    expect(await told('touched')).toEqual(['1 | null'])
    expect(await lines('select id, title from ticket where id in (1, 9) order by id')).toEqual([
      '1 | Drukarka nie drukuje',
      '9 | W źródle inaczej',
    ])
    expect(await lines(`select count(*) from ticket_watcher where ticket_id = 3`)).toEqual(['1'])
    // Nor is it taken away where the source has it no more.
    await made.run('delete from ticket where id in (1, 9)')
    expect((await take(site, made, { removeGone: true })).state).toBe('done')
    expect(await lines('select id from ticket where id in (1, 9)')).toEqual(['1'])
    // Another help desk is no later state of this one.
    await expect(runImport(site.kernel.host, { source: seededSource({ tickets: 20, seed: 9 }), mapping: MAPPING })).rejects.toThrow(
      'is another source than the one that was taken over',
    )
  })

  it('who was erased here comes by no later run again: not the account, nor what is kept of it, nor one whom only tickets knew', async () => {
    const { db } = site.database
    const stranger = 'obcy@inna.example'
    await made.run(`update ticket set customer_user_id = '${stranger}', change_time = '2030-03-01 00:00:00' where id = 10`)
    await take(site, made)
    await sql`update ticket set state_id = 2, state_type = 'closed'`.execute(db)
    const lis = await personOf('ewa.lis')
    const { rows } = await sql<{ id: string }>`select person_id::text as id from person_address where address = ${stranger}`.execute(db)
    for (const id of [lis, rows[0]!.id]) await site.make.asSystem((work) => erasePerson(work, id))

    await made.run(`update customer_user set phone = '1 22', pw = 'neu' where login = 'ewa.lis'`)
    await made.run(
      `update ticket set title = 'Po usunięciu', change_time = '2030-04-01 00:00:00' where customer_user_id in ('ewa.lis', '${stranger}')`,
    )
    await made.add({
      search_profile: [{ login: 'ewa.lis', profile_name: 'Moje', profile_type: 'Ticket', profile_key: 'Title', profile_value: 'x' }],
    })
    expect((await take(site, made)).state).toBe('done')
    for (const table of ['otrs_id', 'otrs_kept', 'otrs_row', 'otrs_finding', 'otrs_password', 'person', 'person_address', 'ticket']) {
      const named = `t::text ~* 'ewa[.]lis|obcy@inna' and t::text !~ 'usunięto'`
      expect([table, await lines(`select t from ${table} t where ${named}`)]).toEqual([table, []])
    }
    // A ticket of theirs stays as it was left.
    expect(await lines(`select id from ticket where title = 'Po usunięciu'`)).toEqual([])
  })
})

/** Two whole steps and one of a single ticket. */
const TICKETS = 2 * TICKETS_A_STEP + 1

describe('a run that ends', () => {
  let folder: string
  let stopped: Site
  const houses: Site[] = []
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pomoc-take-over-'))
  })
  afterAll(async () => {
    for (const house of houses) await house.close()
    await rm(folder, { recursive: true, force: true })
  })
  const house = async () => {
    const site = await openHouse()
    houses.push(site)
    return site
  }
  const steps = async (site: Site) => (await rowsIn(site)('select count(*)::int as n from otrs_step'))[0]!['n'] as number

  it('nothing comes where tickets of before stand; one at a time works; stopped by the operator it goes on when it is asked for again; what the operator can mend is a sentence', async () => {
    const site = await house()
    stopped = site
    const { host } = site.kernel
    const source = seededSource({ tickets: TICKETS, slim: true })
    // Tickets made here before ids of ours began above: what comes could not keep its ids.
    await site.make.ticket()
    await sql`insert into ticket (id, number, title, queue_id, state_id, state_type, priority_id, received_at, created_at, changed_at)
      select 7, 'x', 'x', queue_id, state_id, state_type, priority_id, received_at, created_at, changed_at from ticket limit 1`.execute(
      site.database.db,
    )
    await expect(runImport(host, { source, mapping: MAPPING })).rejects.toThrow('begin-anew')
    await site.make.asSystem(beginAnew)
    const parts = (master: () => Promise<void>): Parts => ({ ids: loadIds, master })
    const full = Object.assign(new Error('could not extend file'), { code: '53100' })
    await expect(
      runParts(
        host,
        { source, mapping: MAPPING },
        parts(() => Promise.reject(full)),
      ),
    ).rejects.toThrow('The disk of the database is full: make room, then give the same command again; it goes on where it stopped.')
    const state = async () => (await linesIn(site)('select id, state, phase, problem is null from otrs_run order by id')).at(-1)
    expect(await state()).toBe('1 | failed | master | false')
    const ended = await runParts(
      host,
      { source, mapping: MAPPING },
      parts(async () => {
        await expect(runImport(host, { source, mapping: MAPPING })).rejects.toThrow('Another process works on a run')
        await sql`update otrs_run set state = 'stopped'`.execute(site.database.db)
      }),
    )
    expect([ended.state, await state()]).toEqual(['stopped', '1 | stopped | tickets | true'])
    expect((await runImport(host, { source, mapping: MAPPING })).state).toBe('done')
    expect(await state()).toBe('1 | done | done | true')
    expect(await linesIn(site)(`select count(*), progress->'parts'->'tickets'->>'rows' from ticket, otrs_run group by 2`)).toEqual([
      `${TICKETS} | ${TICKETS}`,
    ])
  })

  it('killed in the middle it goes on behind the last whole step, and stands as one that was never disturbed', async () => {
    const killed = await house()
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, 'child.fixture.ts'), killed.database.url, String(TICKETS), folder],
      { stdio: 'ignore' },
    )
    const gone = once(child, 'exit')
    while ((await steps(killed)) === 0 && child.exitCode === null) await new Promise((resolve) => void setTimeout(resolve, 20))
    child.kill('SIGKILL')
    await gone
    const before = await steps(killed)
    expect((await runImport(killed.kernel.host, { source: seededSource({ tickets: TICKETS, slim: true }), mapping: MAPPING })).state).toBe(
      'done',
    )
    expect(await rowsIn(killed)('select count(*)::int as n from otrs_run')).toEqual([{ n: 1 }])
    expect([before > 0 && before < 3, await steps(killed)]).toEqual([true, 3])
    expect(await standing(killed.database.db)).toEqual(await standing(stopped.database.db))
  })
})
