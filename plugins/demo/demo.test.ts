import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sql } from 'kysely'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import { runWork } from '../../core/kernel/work.ts'
import { countOpenByQueue, findPersonByLogin, listArticles, listTickets, loadActor, readWholeBlob } from '../../core/index.ts'
import { parseMail } from '../../core/mail/reading/parse.ts'
import { up } from '../faq/migrations/0001_faq.ts'
import { up as notificationTables } from '../notifications/migrations/0001_notifications.ts'
import { up as standardSet } from '../notifications/migrations/0002_standard_set.ts'
import { fold } from '../../core/search/fold.ts'
import { fillUniversity, tellUniversity } from './fill.ts'
import { AGENTS, CUSTOMERS } from './people.ts'
import { SCENARIOS } from './scenarios/index.ts'
import { agentsOf } from './tell.ts'
import { QUEUES, UNITS } from './university.ts'

const NOW = new Date('2026-11-17T09:15:00Z')

let database: Awaited<ReturnType<typeof testDatabase>>
let make: Maker
beforeAll(async () => {
  database = await testDatabase()
  for (const migrate of [up, notificationTables, standardSet]) await migrate(database.db as never)
  make = await maker(database.db)
  const room = { db: database.db, config: make.config, clock: () => NOW, subscribers: () => [] }
  await fillUniversity(
    { db: database.db, config: make.config, work: (actor, run) => runWork(room, actor, run) },
    { tickets: 400, now: NOW },
  )
})
afterAll(() => database.close())

const rows = async <T>(text: string): Promise<T[]> => (await sql.raw<T>(text).execute(database.db)).rows

describe('the made-up university', () => {
  it('has 40 units, 12 agents, 60 people and 400 tickets of three months', async () => {
    expect(UNITS.length + 1).toBe(40)
    expect([AGENTS.length, CUSTOMERS.length]).toEqual([12, 60])
    expect(new Set([...AGENTS, ...CUSTOMERS].map(({ address }) => address)).size).toBe(72)
    const [found] = await rows<{ tickets: string; days: number }>(
      `select count(*) as tickets, extract(epoch from max(created_at) - min(created_at)) / 86400 as days from ticket`,
    )
    expect(found!.tickets).toBe('400')
    expect(Number(found!.days)).toBeGreaterThan(80)
    expect(await rows('select 1 from unit')).toHaveLength(40)
  })
  it('is the same for the same seed and moment', async () => {
    const tell = () => tellUniversity(make.config, { tickets: 60, now: NOW }, 'hash')
    expect(JSON.stringify((await tell()).tables)).toBe(JSON.stringify((await tell()).tables))
  })
  it('lets nothing happen after now, and no answer come before its question', async () => {
    for (const table of ['ticket', 'article', 'history', 'outbound_mail', 'inbound_mail']) {
      const column = table === 'inbound_mail' ? 'accepted_at' : 'created_at'
      expect(
        await rows(`select id from ${table} where ${column} > '${NOW.toISOString()}'::timestamptz + interval '2 seconds'`),
        table,
      ).toEqual([])
    }
    expect(await rows(`select a.id from article a join ticket t on t.id = a.ticket_id where a.created_at < t.created_at`)).toEqual([])
  })
  it('keeps what the acts keep: state and its type, closing times, owners, the receipt clock', async () => {
    expect(await rows(`select t.id from ticket t join ticket_state s on s.id = t.state_id where s.type <> t.state_type`)).toEqual([])
    expect(await rows(`select id from ticket where (state_type = 'closed') <> (closed_at is not null)`)).toEqual([])
    expect(
      await rows(
        `select id from ticket where state_id = 6 and pending_until is null or state_type not like 'pending%' and pending_until is not null`,
      ),
    ).toEqual([])
    expect(await rows(`select id from ticket where lock = 'lock' and owner_id is null`)).toEqual([])
    expect(await rows(`select id from ticket where received_at < created_at`)).toEqual([])
    expect(await rows(`select t.id from ticket t where not exists (select 1 from article a where a.ticket_id = t.id)`)).toEqual([])
    expect(await rows(`select t.id from ticket t where preview = ''`)).toEqual([])
  })
  it('has tickets in every state, answers that failed, mails of every outcome', async () => {
    const states = (await rows<{ state_id: string }>('select distinct state_id from ticket')).map((row) => row.state_id).toSorted()
    expect(states).toEqual(['1', '2', '20', '3', '4', '6', '9'])
    expect(await rows(`select id from outbound_mail where state = 'failed'`)).toHaveLength(1)
    const outcomes = (await rows<{ outcome: string }>('select distinct outcome from inbound_mail')).map((row) => row.outcome).toSorted()
    expect(outcomes).toEqual(['bounce-attached', 'duplicate', 'failed', 'follow-up', 'follow-up-held', 'loop', 'new-ticket'])
  })
  it('has services with SLAs, companies, links, time, and a field of each type with values', async () => {
    const count = async (table: string, where = 'true') =>
      Number((await rows<{ n: string }>(`select count(*) as n from ${table} where ${where}`))[0]!.n)
    for (const table of [
      'ticket_type',
      'sla',
      'service_sla',
      'service_person',
      'person_company',
      'field_use',
      'time_spent',
      'link',
      'saved_view',
    ])
      expect([table, (await count(table)) > 1]).toEqual([table, true])
    for (const column of ['type_id', 'service_id', 'sla_id'])
      expect([column, (await count('ticket', `${column} > 1`)) > 20]).toEqual([column, true])
    expect(
      await rows(`select t.id from ticket t where sla_id is not null and not exists (
      select 1 from service_sla x where x.service_id = t.service_id and x.sla_id = t.sla_id)`),
    ).toEqual([])
    expect(
      await rows(
        `select t.id from ticket t where customer_company <> '' and not exists (select 1 from company c where c.code = t.customer_company)`,
      ),
    ).toEqual([])
    const types = await rows<{ type: string }>(`
      select distinct f.type from field f join field_value v on v.field_id = f.id where (f.type in ('Date', 'DateTime')) = (v.at is not null)
        and (f.type = 'Checkbox') = (v.number is not null) and (f.type in ('Text', 'TextArea', 'Dropdown', 'Multiselect')) = (v.text is not null) order by 1`)
    expect(types.map(({ type }) => type)).toEqual(['Checkbox', 'Date', 'DateTime', 'Dropdown', 'Multiselect', 'Text', 'TextArea'])
    const wanted = await rows<{ text: string; pattern: string }>(
      `select v.text, f.config #>> '{RegExList,0,Value}' as pattern from field_value v join field f on f.id = v.field_id where f.config ? 'RegExList'`,
    )
    expect(wanted.filter(({ text, pattern }) => !new RegExp(pattern).test(text))).toEqual([])
    expect(
      await rows(
        `select v.text from field_value v join field f on f.id = v.field_id where f.config ? 'PossibleValues' and not f.config -> 'PossibleValues' ? v.text`,
      ),
    ).toEqual([])
  })
  it('has deadlines that are late, of today, to come, and standing still', async () => {
    const kinds = await rows<{ kind: string }>(`
      select distinct case when suspended then 'waits' when due_at is null then 'none' when due_at <= '${NOW.toISOString()}' then 'late'
        when due_at < '${NOW.toISOString()}'::timestamptz + interval '1 day' then 'soon' else 'later' end as kind from ticket where state_type <> 'closed' order by 1`)
    expect(kinds.map(({ kind }) => kind)).toEqual(['late', 'later', 'none', 'soon', 'waits'])
    expect(
      await rows(`select id from ticket where due_at is distinct from least(response_due_at, update_due_at, solution_due_at)`),
    ).toEqual([])
    expect(await rows(`select id from ticket where state_type in ('closed', 'merged') and due_at is not null`)).toEqual([])
    expect(await rows(`select id from ticket where archived and closed_at is null`)).toEqual([])
    expect(await rows(`select 1 from ticket where archived limit 1`)).toHaveLength(1)
  })
  it('has one ticket that was merged into another, with all that was written', async () => {
    const [merged] = await rows<{ id: string; into: string; articles: string }>(`
      select t.id, t.merged_into_id as into, (select count(*) from article a where a.ticket_id = t.id) as articles from ticket t where state_type = 'merged'`)
    expect(merged).toMatchObject({ articles: '1' })
    expect(await rows(`select 1 from history where type = 'Merged' and ticket_id in (${merged!.id}, ${merged!.into})`)).toHaveLength(2)
    expect(
      await rows(`select 1 from link where from_id = '${merged!.into}' and to_id = '${merged!.id}' and type = 'parent-child'`),
    ).toHaveLength(1)
  })
  it('shows each agent their own queues only', async () => {
    const ewa = (await loadActor(database.db, (await findPersonByLogin(database.db, 'ewozniak'))!.id))!
    const seen = await listTickets(database.db, ewa.access, 'ro', { limit: 500 })
    expect(new Set(seen.tickets.map((ticket) => ticket.queueName))).toEqual(new Set(['WM::Dziekanat']))
    const anna = (await loadActor(database.db, (await findPersonByLogin(database.db, 'akowalska'))!.id))!
    expect(anna.access.admin).toBe(true)
    expect((await countOpenByQueue(database.db, anna.access)).size).toBeGreaterThan(4)
  })
  it('every queue has somebody to answer, every text is filled in', async () => {
    for (const queue of [...QUEUES.map(({ name }) => name), ...SCENARIOS.map(({ queue }) => queue).filter((name) => name !== 'HMS*')]) {
      expect(agentsOf(queue).length, queue).toBeGreaterThan(0)
    }
    expect(await rows(`select id, body from article where body ~ '[{}]' or subject ~ '[{}]'`)).toEqual([])
  })
  it('keeps raw mails that read as what the tickets say', async () => {
    const mails = await rows<{ blob_id: string; subject: string; body: string }>(
      `select m.blob_id, a.subject, a.body from inbound_mail m join article a on a.id = m.article_id and a.inbound_mail_id = m.id where m.outcome in ('new-ticket', 'follow-up') order by m.id limit 12`,
    )
    for (const mail of mails) {
      const parsed = await parseMail(await readWholeBlob(database.db, mail.blob_id))
      expect(parsed.subject).toBe(mail.subject)
      expect(parsed.text.trim()).toBe(mail.body.trim())
    }
  })
  it('keeps a knowledge base that the plugin faq finds, where it has its tables', async () => {
    const entries = await rows<{
      title: string
      keywords: string
      search_title: string
      search_keywords: string
      search_text: string
      search_plain: string
    }>(`select r.* from faq_item i join faq_revision r on r.id = i.published_id and r.id = i.latest_id`)
    expect(entries).toHaveLength(14)
    for (const entry of entries) {
      expect([entry.search_title, entry.search_keywords, entry.search_text]).toEqual([
        fold(entry.title),
        fold(entry.keywords),
        fold(entry.search_plain),
      ])
      expect(entry.search_plain).not.toMatch(/[*\][]|https?:/)
    }
    expect(await rows(`select 1 from faq_category`)).toHaveLength(5)
    expect(
      await rows(`select slug from plugin_activation a join unit u on u.id = a.unit_id where plugin = 'faq' and active order by slug`),
    ).toEqual([{ slug: 'it' }, { slug: 'wm-dziekanat' }])
  })
  it('tells its agents: of what customers wrote and of deadlines missed, one by a digest; a unit has a notification of its own', async () => {
    const told = await rows<{ event: string; way: string; waits: boolean; own: boolean; login: string }>(
      `select o.event, o.way, o.told_at is null as waits, o.person_id = t.owner_id as own, p.login from notification_told o
        join ticket t on t.id = o.ticket_id join person p on p.id = o.person_id where o.at <= '${NOW.toISOString()}'`,
    )
    expect(new Set(told.map(({ event }) => event))).toEqual(new Set(['NotificationFollowUp', 'NotificationEscalation']))
    expect(told.every(({ own }) => own)).toBe(true)
    const digest = told.filter(({ way }) => way === 'digest')
    expect(new Set(digest.map(({ login, waits }) => `${login} ${waits}`))).toEqual(new Set(['pzielinski true']))
    expect(await rows(`select 1 from notification_told`)).toHaveLength(told.length)
    const [bell] = await rows<{ unread: number; read: number }>(
      `select count(*) filter (where read_at is null)::integer as unread, count(read_at)::integer as read from notification_bell`,
    )
    expect(bell!.unread).toBeGreaterThan(0)
    expect(bell!.read).toBeGreaterThan(0)
    expect(
      await rows(`select n.name from notification n join unit u on u.id = n.unit_id where u.slug = 'biblioteka' and n.valid`),
    ).toHaveLength(1)
    expect(await rows(`select 1 from notification where not valid`)).toHaveLength(0)
    // There is something to try notifications on, and it happened.
    expect((await rows(`select 1 from fact where created_at <= '${NOW.toISOString()}' and ticket_id is not null`)).length).toBeGreaterThan(
      20,
    )
  })
  it('goes on with new tickets and numbers of its own', async () => {
    make.now = NOW
    const { id, number } = await make.ticket()
    expect(BigInt(id)).toBe(10_000_401n)
    expect(number).toMatch(/^20261117/)
    expect(await listArticles(database.db, id, { visibleOnly: false })).toHaveLength(1)
  })
})

describe('very many tickets', () => {
  it('are loaded in bulk, of other people, nearly all closed', async () => {
    const many = await testDatabase()
    try {
      const room = { db: many.db, config: make.config, clock: () => NOW, subscribers: () => [] }
      await fillUniversity(
        { db: many.db, config: make.config, work: (actor, run) => runWork(room, actor, run) },
        { tickets: 3000, now: NOW },
      )
      const {
        rows: [row],
      } = await sql<{ tickets: string; open: string; people: string; bare: string }>`
        select count(*) as tickets, count(*) filter (where state_type <> 'closed' and id > 10000400) as open, count(distinct customer_id) as people,
          count(*) filter (where not exists (select 1 from article a where a.ticket_id = t.id)) as bare from ticket t`.execute(many.db)
      expect(row!.tickets).toBe('3000')
      expect(Number(row!.open)).toBeLessThan(100)
      expect(Number(row!.people)).toBeGreaterThan(90)
      expect(row!.bare).toBe('0')
      expect((await sql`select id from ticket where (state_type = 'closed') <> (closed_at is not null)`.execute(many.db)).rows).toEqual([])
    } finally {
      await many.close()
    }
  })
})
