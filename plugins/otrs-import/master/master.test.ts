import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { mariaDbIsThere, startMariaDb, type MariaDb } from '../../../test/servers/mariadb.ts'
import type { Site, Visitor } from '../../../test/web.ts'
import { foldViews, listItems } from '../../faq/faq.store.ts'
import { texts } from '../words.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { Finding, Room } from '../room.ts'
import { MAPPING, openHouse } from '../run/house.fixture.ts'
import { openSource } from '../source/open.ts'
import { PASSWORDS, SECRETS } from '../source/made/lively.fixture.ts'
import { makeSource, type MadeProduct, type MadeSource } from '../source/made/made.fixture.ts'
import { loadIds } from './ids.store.ts'
import { takeMaster } from './take.ts'

const LONG = process.env['POMOC_LONG'] === 'yes'

describe.skipIf(!mariaDbIsThere())('everything that is no ticket', () => {
  let server: MariaDb
  const left: (() => Promise<unknown>)[] = []
  beforeAll(async () => {
    server = await startMariaDb()
  })
  afterAll(async () => {
    for (const leave of left.toReversed()) await leave()
    await server?.stop()
  })

  async function house(): Promise<Site> {
    const site = await openHouse()
    left.push(() => site.close())
    return site
  }
  async function source(product: MadeProduct, at = server.url): Promise<MadeSource> {
    const made = await makeSource({ product, server: at })
    left.push(() => made.remove())
    return made
  }
  async function take(site: Site, made: MadeSource, mapping: Partial<Mapping> = {}): Promise<Finding[]> {
    const found: Finding[] = []
    const opened = await openSource({ url: made.url })
    try {
      const room: Room = {
        host: site.kernel.host,
        source: opened,
        mapping: { ...MAPPING, ...mapping },
        run: { id: '1', incremental: false },
        ids: await loadIds(site.database.db),
        tell: async (_db, ...findings) => void found.push(...findings),
        progress: () => {},
        goOn: async () => {},
      }
      await takeMaster(room)
    } finally {
      await opened.close()
    }
    return found
  }

  // As lists: two columns may bear one name.
  const all = async (site: Site, text: string): Promise<unknown[][]> =>
    (await site.database.pool.query<unknown[]>({ text, rowMode: 'array' })).rows
  /** Every table that the take-over writes, as it stands. */
  async function standing(site: Site, without: readonly string[] = []): Promise<Record<string, unknown[]>> {
    const tables = TABLES.filter((table) => !without.includes(table))
    return Object.fromEntries(
      await Promise.all(
        tables.map(
          async (table) =>
            [
              table,
              await all(site, `select to_jsonb(t) - array['changed_at', 'valid_until'] from ${table} t order by to_jsonb(t)::text`),
            ] as const,
        ),
      ),
    )
  }
  /** As one source left an empty house. */
  let fresh: Record<string, unknown[]>
  const said = (found: readonly Finding[]) => found.map(({ code, table, key }) => `${code} ${table} ${key}`)

  describe('of one source', () => {
    let site: Site
    let made: MadeSource
    let found: Finding[]
    beforeAll(async () => {
      site = await house()
      made = await source('otobo11')
      found = await take(site, made)
      fresh = await standing(site)
    })

    it('what was mended, set aside or asked about is told, and nothing else', () => {
      expect(said(found).toSorted()).toEqual(
        [
          'no-such-day sysconfig_modified calendar default',
          'state-moved ticket_state 20',
          'html-as-text salutation 2',
          'html-as-text signature 2',
          'html-as-text auto_response 2',
          'double-system-address system_address 3',
          'nobody users 1',
          'same-login customer_user 3',
          'login-taken customer_user 3',
          'double-address customer_user 6',
          'member-of-unknown customer_user 8',
          'member-of-unknown customer_user 9',
          'field-read-only dynamic_field 12',
          'unknown-language faq_item 5',
          'search-not-taken search_profile 2 Moje drukarki',
          'customer-groups group_customer CustomerGroupSupport',
          'draft-not-read form_draft 1',
          'knowledge-base-off faq_item faq',
        ].toSorted(),
      )
      const worded = new Set(Object.keys(texts.pl))
      expect(found.filter(({ code }) => !worded.has(`finding.${code}`))).toEqual([])
    })

    it('people come with logins, addresses, companies, rights, and nobody of here is touched', async () => {
      expect(
        await all(
          site,
          `select p.login, p.name, p.agent, p.language, p.valid, p.off_for_now, p.source, string_agg(a.address, ' ')
           from person p left join person_address a on a.person_id = p.id group by p.id order by p.id`,
        ),
      ).toEqual([
        ['akowalska', 'Anna Kowalska', true, 'pl', true, false, 'otrs', 'anna.kowalska@uni.example'],
        ['admin', 'Adam Minowski', true, null, true, false, 'otrs', 'admin@uni.example'],
        ['jan.nowak', 'Jan Nowak', true, null, true, false, 'otrs', 'jan.nowak@uni.example'],
        ['mwojcik', 'Maria Wójcik', true, null, true, false, 'otrs', 'maria.wojcik@it.uni.example'],
        ['odeszly', 'Ktoś Odeszły', true, null, false, false, 'otrs', 'odeszly@uni.example'],
        ['urlop', 'Bez Adresu', true, null, false, true, 'otrs', null],
        ['ewa.lis', 'Ewa Lis', false, 'en', true, false, 'otrs', 'ewa.lis@uni.example'],
        [null, 'Maria Wójcik', false, null, true, false, 'otrs', 'mwojcik@student.uni.example'],
        ['piotr.zając', 'Piotr Zając', false, 'uk', true, false, 'otrs', 'piotr@uni.example'],
        ['sekretariat1', 'Sekretariat Biologii', false, null, true, false, 'otrs', 'sekretariat@uni.example'],
        ['sekretariat2', 'Zofia Sekretarska', false, null, true, false, 'otrs', null],
        ['adam.sowa', 'Adam Sowa', false, null, false, false, 'otrs', 'adam.sowa@uni.example'],
        ['ola.wrona', 'Ola Wrona', false, null, true, false, 'otrs', 'ola.wrona@uni.example'],
        ['obca@poczta.example', 'Obca Osoba', false, null, false, true, 'otrs', 'obca@poczta.example'],
      ])
      expect(
        await all(
          site,
          `select p.name, c.code, pc.main from person_company pc join person p on p.id = pc.person_id join company c on c.id = pc.company_id where p.login in ('ewa.lis', 'jan.nowak') order by 1, 2`,
        ),
      ).toEqual([
        ['Ewa Lis', 'BIOL', true],
        ['Ewa Lis', 'FIZ', false],
        ['Jan Nowak', 'FIZ', true],
      ])
      expect(
        await all(
          site,
          `select p.name, g.name, x."right" from group_person x join person p on p.id = x.person_id join permission_group g on g.id = x.group_id
           union all select r.name, g.name, x."right" from group_role x join role r on r.id = x.role_id join permission_group g on g.id = x.group_id
           union all select p.name, r.name, '' from role_person x join person p on p.id = x.person_id join role r on r.id = x.role_id order by 1, 2, 3`,
        ),
      ).toEqual([
        ['Adam Minowski', 'admin', 'rw'],
        ['Anna Kowalska', 'Redakcja', ''],
        ['Anna Kowalska', 'Sieciowcy', ''],
        ['Anna Kowalska', 'users', 'rw'],
        ['Jan Nowak', 'Sieciowcy', ''],
        ['Ktoś Odeszły', 'users', 'rw'],
        ['Maria Wójcik', 'users', 'create'],
        ['Maria Wójcik', 'users', 'ro'],
        ['Redakcja', 'faq-redakcja', 'rw'],
        ['Sieciowcy', 'sieć', 'bounce'],
        ['Sieciowcy', 'sieć', 'rw'],
        ['Sieciowcy', 'users', 'note'],
        ['Sieciowcy', 'users', 'ro'],
      ])
      const [[details]] = (await all(site, `select details from person where login = 'ewa.lis'`)) as [[Record<string, string>]]
      expect(details).toEqual({
        title: 'prof.',
        fax: '22 100 20 31',
        mobile: '600 200 300',
        street: 'Zielona 1/5',
        zip: '00-001',
        city: 'Przykładów',
        country: 'Poland',
        comment: 'woli telefon',
        zone: 'Europe/Warsaw',
      })
      // The secret is sealed with this house's key; whoever has it gets in by the app they have.
      const { rows: factors } = await sql<{
        secret: string | null
        sealed: Buffer
        on: boolean
      }>`select secret, sealed, confirmed_at is not null as on from second_factor`.execute(site.database.db)
      expect(factors.map(({ secret, on }) => [secret, on])).toEqual([[null, true]])
      expect(factors[0]!.sealed.toString('latin1')).not.toContain('JBSWY3DPEHPK3PXP')
    })

    it('old passwords wait for whoever knows them', async () => {
      // What is no hash of a known kind lets nobody in.
      const logins = await all(site, 'select kind, login, hash from otrs_password')
      expect(new Set(logins.map(([kind, login]) => `${String(kind)} ${String(login)}`))).toEqual(
        new Set([
          'agent akowalska',
          'agent admin',
          'agent jan.nowak',
          'agent mwojcik',
          'customer ewa.lis',
          'customer jan.nowak',
          'customer mwojcik',
          'customer piotr.zając',
          'customer adam.sowa',
          'customer ola.wrona',
        ]),
      )
      for (const [, login, hash] of logins) if (PASSWORDS[String(login)]) expect(hash).toBe(PASSWORDS[String(login)]!.hash)
    })

    it('queues keep their numbers, and each says its calendar', async () => {
      expect(
        await all(
          site,
          `select q.id, q.name, q.parent_id, g.name, c.name, a.address, q.follow_up_possible, q.follow_up_lock, s.name, q.unlock_minutes, q.first_response_minutes, q.first_response_notify, q.valid
           from queue q join permission_group g on g.id = q.group_id join calendar c on c.id = q.calendar_id join system_address a on a.id = q.address_id join salutation s on s.id = q.salutation_id where q.id > 4 order by q.id`,
        ),
      ).toEqual([
        [
          '5',
          'Informatyka',
          null,
          'users',
          'OTRS',
          'pomoc@uni.example',
          'possible',
          false,
          'system standard salutation (en)',
          null,
          240,
          80,
          true,
        ],
        [
          '6',
          'Informatyka::Sieć i WiFi',
          '5',
          'sieć',
          'Dyżury sieci',
          'siec@uni.example',
          'new ticket',
          true,
          'powitanie',
          60,
          60,
          50,
          true,
        ],
        [
          '7',
          'Rektorat',
          null,
          'users',
          'OTRS',
          'rektorat@uni.example',
          'reject',
          false,
          'system standard salutation (en)',
          null,
          null,
          null,
          true,
        ],
        [
          '8',
          'Dawna kolejka',
          null,
          'dawna grupa',
          'OTRS',
          'pomoc@uni.example',
          'possible',
          false,
          'system standard salutation (en)',
          null,
          null,
          null,
          false,
        ],
      ])
      expect(
        await all(
          site,
          `select name, body from salutation union all select name, body from signature where name = 'podpis sieci' order by 1`,
        ),
      ).toContainEqual(['podpis sieci', 'Sekcja Sieci\nwew. 4455'])
    })

    it('states beyond twenty keep their numbers, and ours makes room', async () => {
      expect(await all(site, 'select id, name, type, valid from ticket_state where id > 9 order by id')).toEqual([
        ['10', 'oddane na zewnątrz', 'open', false],
        ['20', 'u dostawcy', 'pending reminder', true],
        ['21', 'zamknięte przez telefon', 'closed', true],
        ['22', 'czeka na rektora', 'pending reminder', true],
        ['10000001', 'waiting for customer', 'pending reminder', true],
      ])
      // The next one made here is above all of them.
      expect(
        await all(site, `select nextval(pg_get_serial_sequence('ticket_state', 'id')), nextval(pg_get_serial_sequence('queue', 'id'))`),
      ).toEqual([['10000002', '10000001']])
    })

    it('types, services, SLAs, templates, answers, fields and filters', async () => {
      expect(
        await all(
          site,
          `select s.id, s.name, s.parent_id, s.for_everybody, (select string_agg(p.login, ' ') from service_person x join person p on p.id = x.person_id where x.service_id = s.id), (select string_agg(l.name, ' ') from service_sla x join sla l on l.id = x.sla_id where x.service_id = s.id) from service s order by s.id`,
        ),
      ).toEqual([
        ['1', 'Sieć', null, false, null, null],
        ['2', 'Sieć::Eduroam', '1', false, 'ewa.lis', 'Całą dobę'],
        ['3', 'Poczta', null, true, null, 'Zwykła'],
      ])
      expect(
        await all(
          site,
          `select s.name, c.name, s.first_response_minutes, s.update_minutes, s.solution_minutes from sla s join calendar c on c.id = s.calendar_id order by s.id`,
        ),
      ).toEqual([
        ['Całą dobę', 'Całą dobę', 60, null, 720],
        ['Zwykła', 'OTRS', null, 480, null],
      ])
      expect(
        await all(
          site,
          `select t.id, t.name, t.type, t.body, t.html, t.state_id, t.valid, f.name from answer_template t left join answer_template_attachment f on f.template_id = t.id where t.id in (2, 4) order by t.id`,
        ),
      ).toEqual([
        ['2', 'WiFi: eduroam', 'Answer', 'Proszę o zdjęcie ekranu.', '<p>Proszę o zdjęcie ekranu.</p>', '6', true, 'Instrukcja – żółć.txt'],
        ['4', 'nowe', 'Create', 'Zgłoszenie z papieru', null, null, false, null],
      ])
      // A queue that names no answer answers nothing, as in OTRS.
      expect(
        await all(
          site,
          `select q.type, r.name, t.subject, t.body from queue_auto_response q left join auto_response r on r.id = q.auto_response_id left join auto_response_text t on t.auto_response_id = r.id where q.queue_id = 7 order by 1`,
        ),
      ).toEqual([
        ['auto follow up', null, null, null],
        ['auto reject', 'odmowa', 'Zamknięte', 'Proszę pisać na nowo.'],
        ['auto remove', null, null, null],
        ['auto reply', null, null, null],
        ['auto reply/new ticket', null, null, null],
        ['closed', null, null, null],
      ])
      expect(
        await all(site, `select id, name, object, type, internal, valid from field where id in (1, 3, 11, 12, 13, 14) order by id`),
      ).toEqual([
        ['1', 'ProcessManagementProcessID', 'ticket', 'ProcessID', true, true],
        ['3', 'NrInwentarzowy', 'ticket', 'Text', false, true],
        ['11', 'Legitymacja', 'person', 'Text', false, true],
        ['12', 'Nieznane', 'ticket', 'PolaczenieZMagazynem', false, true],
        ['13', 'Dawne', 'ticket', 'Checkbox', false, false],
        ['14', 'FaqRecenzent', 'faq', 'Text', false, true],
      ])
      expect(
        await all(site, `select p.login, v.text from field_value v join person p on p.id = v.object_id where v.field_id = 11`),
      ).toEqual([['ewa.lis', 'L-12345']])
      expect(
        await all(
          site,
          `select f.name, f.stop, f.valid, r.kind, r.key, r.value, r.negated from postmaster_filter f join postmaster_filter_row r on r.filter_id = f.id order by 1, 4, r.place`,
        ),
      ).toEqual([
        ['01 reklama', true, true, 'Match', 'Subject', '\\[REKLAMA\\]', false],
        ['01 reklama', true, true, 'Set', 'X-OTRS-Queue', 'Junk', false],
        ['02 sieć', true, true, 'Match', 'Subject', '(?i)spam', true],
        ['02 sieć', true, true, 'Match', 'To', 'EMAILADDRESS:siec@uni.example', false],
        ['02 sieć', true, true, 'Set', 'X-OTRS-Priority', '4 high', false],
      ])
      expect(await all(site, `select from_kind, from_id, to_kind, to_id, type from link`)).toEqual([['faq', '1', 'ticket', '1', 'normal']])
      expect(await all(site, `select key, value from setting where owner = 'core' order by 1`)).toEqual([
        ['tickets.services', true],
        ['time.unit', 'units'],
      ])
    })

    it('what pomoc does not run is kept whole, and no secret of the source stands anywhere', async () => {
      const kept = await all(site, 'select kind, source_id, name, content, original from otrs_kept')
      const kinds = [...new Set(kept.map(([kind]) => kind))].toSorted()
      expect(kinds).toEqual([
        'acl',
        'appointments',
        'auto_response',
        'customer-groups',
        'customer-user-groups',
        'faq-history',
        'job',
        'mail-account',
        'notification',
        'process',
        'process-action',
        'process-activity',
        'process-dialog',
        'process-transition',
        'queue-preferences',
        'salutation',
        'search',
        'service-preferences',
        'setting',
        'signature',
        'sla-preferences',
        'statistic',
        'translation',
        'user-preferences',
        'web-service',
      ])
      const notification = kept.find(([kind]) => kind === 'notification')![3] as Record<string, Record<string, unknown>[]>
      expect(Object.entries(notification).map(([table, own]) => [table, own.length])).toEqual([
        ['notification_event', 1],
        ['notification_event_item', 6],
        ['notification_event_message', 2],
      ])
      const everything = JSON.stringify([kept, await standing(site, ['otrs_password'])])
      for (const secret of [...SECRETS, 'JBSWY3DPEHPK3PXP', ...Object.values(PASSWORDS).map(({ hash }) => hash)])
        expect(everything).not.toContain(secret)
    })

    it('run again nothing changes, and nothing new is told but what still is so', async () => {
      const before = await standing(site)
      const again = await take(site, made)
      expect(await standing(site)).toEqual(before)
      const once = ['state-moved ticket_state 20', 'same-login customer_user 3']
      expect(said(again)).toEqual(said(found).filter((line) => !once.includes(line)))
    })

    it('what the source changes comes, what was changed here stays, and both at once is told', async () => {
      const { db } = site.database
      await db.updateTable('queue').set({ comment: 'nasza uwaga', first_response_minutes: 30 }).where('id', '=', '5').execute()
      await db.deleteFrom('queue_answer_template').where('queue_id', '=', '2').execute()
      await sql`update person set phone = '12 345' where login = 'ewa.lis'`.execute(db)
      for (const statement of [
        "update queue set comments = 'ich uwaga', solution_time = 1920 where id = 5",
        "update customer_user set email = 'e.lis@uni.example', title = 'prof. dr', fax = '' where login = 'ewa.lis'",
        "update customer_user set phone = '99' where login = 'ewa.lis'",
        "update ticket_state set name = 'u serwisanta' where id = 20",
        "delete from group_user where user_id = 5 and permission_key = 'create'",
        'delete from standard_template where id = 5',
      ])
        await made.run(statement)
      await made.add({
        group_user: [{ user_id: 5, group_id: 4, permission_key: 'ro' }],
        queue: [
          {
            id: 9,
            name: 'Informatyka::Nowa',
            group_id: 1,
            unlock_timeout: 0,
            system_address_id: 1,
            salutation_id: 1,
            signature_id: 1,
            follow_up_id: 1,
            follow_up_lock: 0,
          },
        ],
      })
      const again = said(await take(site, made))
      expect(await all(site, 'select comment, first_response_minutes, solution_minutes from queue where id = 5')).toEqual([
        ['nasza uwaga', 30, 1920],
      ])
      expect(
        await all(
          site,
          `select p.phone, p.details->>'title', p.details->>'fax', a.address from person p join person_address a on a.person_id = p.id where p.login = 'ewa.lis'`,
        ),
      ).toEqual([['12 345', 'prof. dr', null, 'e.lis@uni.example']])
      expect(await all(site, 'select id, name from ticket_state where id = 20')).toEqual([['20', 'u serwisanta']])
      expect(await all(site, `select name, parent_id from queue where id = 9`)).toEqual([['Informatyka::Nowa', '5']])
      expect(
        await all(
          site,
          `select g.name, x."right" from group_person x join permission_group g on g.id = x.group_id join person p on p.id = x.person_id where p.login = 'mwojcik' order by 1`,
        ),
      ).toEqual([
        ['sieć', 'ro'],
        ['users', 'ro'],
      ])
      // Nobody wants it here any more, and the source has not changed it.
      expect(await all(site, 'select from queue_answer_template where queue_id = 2')).toEqual([])
      expect(again.filter((line) => /here|there/.test(line)).toSorted()).toEqual([
        'edited-here queue 5',
        'edited-here users customer 1',
        'gone-there standard_template 5',
      ])
    })

    describe('its knowledge base', () => {
      let root: Visitor
      let customer: Visitor
      let agent: Visitor
      let editor: Visitor
      const text = async (visitor: Visitor, path: string) => (await visitor.get(path)).text()
      beforeAll(async () => {
        await site.make.db
          .insertInto('plugin_activation')
          .values({ plugin: 'faq', unit_id: '1', active: true, changed_at: site.make.now, changed_by: null })
          .execute()
        root = site.visitor()
        customer = await site.loggedIn(String((await all(site, `select id from person where login = 'piotr.zając'`))[0]![0]))
        agent = await site.loggedIn(String((await all(site, `select id from person where login = 'mwojcik'`))[0]![0]))
        editor = await site.loggedIn(String((await all(site, `select id from person where login = 'akowalska'`))[0]![0]))
      })

      it('entries keep their numbers, and are found by them', async () => {
        expect(await text(root, '/u/it/faq/1')).toContain('100001')
        const found = async (search: string) =>
          (
            await listItems(site.database.db, {
              units: ['1'],
              reading: { reads: ['public'], internalIn: [], groups: [] },
              search,
              limit: 5,
            })
          ).map(({ id }) => id)
        expect(await Promise.all(['FAQ#100001', ' 100001 ', '100009', '10000'].map(found))).toEqual([['1'], ['1'], [], []])
      })
      it('a picture stands in its text, and not among the files', async () => {
        const page = await text(root, '/u/it/faq/1')
        expect(page).toContain('<img src="/u/it/faq/1/files/1"')
        expect(page.match(/files\/\d+/g)).toEqual(['files/1', 'files/2', ...(page.match(/files\/\d+/g) ?? []).slice(2)])
        expect(page.match(/files\/1"/g)).toHaveLength(1)
        expect((await root.get('/u/it/faq/1/files/1')).headers.get('content-type')).toContain('image/png')
      })
      it('a plain text stays what it is: stars are stars', async () => {
        expect((await root.get('/u/it/faq/2')).status).toBe(303)
        const page = await text(customer, '/u/it/faq/2')
        expect(page).toContain('gwiazdki *nie* są znacznikami')
        expect(page).toContain('1. krok<br')
      })
      it('internal entries of a category are for agents of its groups alone', async () => {
        // Her role is of the group; mwojcik works in the same unit and is not.
        expect((await agent.get('/u/it/faq/3')).status).toBe(404)
        expect(await text(agent, '/u/it/faq')).not.toContain('Tylko dla redakcji')
        await sql`update faq_item set valid_until = null where id = 3`.execute(site.database.db)
        expect((await agent.get('/u/it/faq/3')).status).toBe(404)
        expect((await editor.get('/u/it/faq/3')).status).toBe(200)
        expect(await text(editor, '/u/it/faq?q=redakcji')).toContain('Tylko dla redakcji')
      })
      it('an entry whose time has run out is found by nobody but who writes', async () => {
        await sql`update faq_item set valid_until = now() - interval '1 day' where id = 1`.execute(site.database.db)
        expect((await root.get('/u/it/faq/1')).status).toBe(404)
        expect(await text(root, '/u/it/faq')).not.toContain('Jak połączyć się z eduroam?')
        expect(await text(editor, '/u/it/faq/1')).toContain('Jak połączyć się z eduroam?')
        await sql`update faq_item set valid_until = null where id = 1`.execute(site.database.db)
      })
      it('votes of strangers count beside those of people, who may change theirs', async () => {
        expect(await all(site, 'select item_id, person_id is null, voter, rate from faq_vote order by id')).toEqual([
          ['1', true, 'głosujący 1', 100],
          ['1', false, null, 50],
        ])
        await customer.get('/u/it/faq/1')
        await customer.post('/u/it/faq/1/vote', { helped: 'no' })
        await customer.post('/u/it/faq/1/vote', { helped: 'yes' })
        expect(await all(site, 'select count(*)::int, round(avg(rate))::int from faq_vote where item_id = 1')).toEqual([[3, 83]])
      })
      it('each time that somebody reads it is noted, old ones become a number, those of the source stay', async () => {
        const { rows } = await sql<{ n: number }>`select count(*)::int as n from faq_view where item_id = 1 and id >= 1000000001`.execute(
          site.database.db,
        )
        expect(rows[0]!.n).toBeGreaterThan(0)
        await foldViews(site.database.db, new Date(site.make.now.getTime() + 1000))
        expect(
          await all(
            site,
            'select views_before, (select count(*)::int from faq_view v where v.item_id = i.id) from faq_item i where id = 1',
          ),
        ).toEqual([[rows[0]!.n, 2]])
        expect(await text(editor, '/u/it/faq/1')).toContain('przeczytano')
      })
    })
  })

  it('a person of ours is met by the directory or the file, and takes nothing but rights and what is free', async () => {
    const site = await house()
    const { make } = site
    const known = await make.agent({}, { login: 'akowalska', name: 'Anna z Katalogu', address: 'anna@katalog.example' })
    await make.db
      .insertInto('person_directory')
      .values({
        person_id: known,
        directory: 'uni',
        entry_id: '1',
        dn: 'uid=akowalska',
        attributes: '{}',
        groups: [],
        given_addresses: [],
        given_roles: [],
        standing: null,
        off_since: null,
        seen_at: make.now,
      })
      .execute()
    await make.agent({}, { login: 'urlop', name: 'Nasz Urlop' })
    await make.db.insertInto('postmaster_filter').values({ name: '01 reklama' }).execute()
    const local = await make.agent({ 2: ['rw'] }, { login: 'szef', name: 'Szef' })
    await make.db.insertInto('topic').values({ slug: 'siec', name: 'Sieć' }).execute()
    const made = await source('znuny7')
    const decided: Partial<Mapping> = {
      persons: { admin: { as: { login: 'szef' } }, odeszly: { as: 'nobody' } },
      sameLogin: { mwojcik: 'one' },
      queues: { Informatyka: { unit: 'it', topic: 'siec' }, Raw: { topic: 'nic' } },
      states: { 'czeka na rektora': 'open' },
    }
    const found = await take(site, made, decided)
    // A question about the topic goes where the file says; a state that is one of ours is none of its own.
    expect(
      await all(
        site,
        `select u.slug, t.slug, q.name from route r join unit u on u.id = r.unit_id join topic t on t.id = r.topic_id join queue q on q.id = r.queue_id where t.slug = 'siec'`,
      ),
    ).toEqual([['it', 'siec', 'Informatyka']])
    expect(await all(site, `select id from otrs_id where kind = 'state' and source_id = '22'`)).toEqual([['4']])
    expect(await all(site, `select id from ticket_state where name = 'czeka na rektora'`)).toEqual([])
    expect(await all(site, `select id, login, name from person where id in (${known}, ${local}) order by id`)).toEqual([
      [known, 'akowalska', 'Anna z Katalogu'],
      [local, 'szef', 'Szef'],
    ])
    expect(await all(site, `select login, person_id from further_login`)).toEqual([['admin', local]])
    expect(await all(site, `select address from person_address where person_id = ${known} order by 1`)).toEqual([
      ['anna.kowalska@uni.example'],
      ['anna@katalog.example'],
    ])
    expect(
      await all(site, `select g.name from group_person x join permission_group g on g.id = x.group_id where x.person_id = ${local}`),
    ).toEqual([['admin']])
    expect(await all(site, `select count(*)::int from person where name = 'Maria Wójcik'`)).toEqual([[1]])
    expect(await all(site, `select count(*)::int from person where login = 'odeszly'`)).toEqual([[0]])
    // Of one login with a local account: two people, the other one without that login. Of one name with a filter of ours: two filters.
    expect(await all(site, `select login, name, source from person where name like '%rlop' or name = 'Bez Adresu' order by id`)).toEqual([
      ['urlop', 'Nasz Urlop', 'local'],
      [null, 'Bez Adresu', 'otrs'],
    ])
    expect(await all(site, `select name from postmaster_filter order by 1`)).toEqual([['01 reklama'], ['01 reklama (OTRS)'], ['02 sieć']])
    expect(said(found)).toEqual(
      expect.arrayContaining([
        'login-taken users 7',
        'name-taken postmaster_filter 01 reklama',
        'nobody users 6',
        'state-joined ticket_state 22',
      ]),
    )
    // Whom a directory lets in, and who has a password of ours, needs no old one.
    expect(await all(site, `select count(*)::int from otrs_password where person_id in (${known}, ${local})`)).toEqual([[0]])
    // A right that somebody had before the source gave it too is no affair of the source's.
    await made.run('delete from group_user where user_id = 3')
    await take(site, made, { ...decided, queues: { Informatyka: { unit: 'it' } } })
    expect(await all(site, `select "right" from group_person where person_id = ${local}`)).toEqual([['rw']])
    // What the file says no more is no more.
    expect(await all(site, `select from route r join topic t on t.id = r.topic_id where t.slug = 'siec'`)).toEqual([])
  })

  const others: [MadeProduct, 'mysql' | 'postgres'][] = LONG
    ? [
        ['otrs5', 'mysql'],
        ['otrs6', 'mysql'],
        ['otrs6', 'postgres'],
        ['znuny7', 'postgres'],
        ['otobo10', 'mysql'],
      ]
    : [['otrs6', 'postgres']]
  it.each(others)('%s in %s becomes the same house', async (product, dialect) => {
    // Each writes its settings in its own words, and only OTOBO chooses a state with a template. Version 5 has no settings in its database, so no calendars of its
    // own, and no further companies or fields of customers.
    const without = [
      'otrs_kept',
      'otrs_row',
      'answer_template',
      ...(product === 'otrs5' ? ['calendar', 'queue', 'sla', 'field_value', 'otrs_id', 'person_company', 'setting'] : []),
    ]
    const site = await house()
    await take(site, await source(product, dialect === 'mysql' ? server.url : inject('serverUrl')))
    const now = await standing(site, without)
    expect(now).toEqual(Object.fromEntries(Object.entries(fresh).filter(([table]) => !without.includes(table))))
  })
})

/** All that is written, but what a run says of itself. */
const TABLES = [
  'person',
  'person_address',
  'further_login',
  'person_company',
  'company',
  'person_absence',
  'permission_group',
  'role',
  'group_person',
  'group_role',
  'role_person',
  'queue',
  'system_address',
  'salutation',
  'signature',
  'answer_template',
  'queue_answer_template',
  'answer_template_attachment',
  'auto_response',
  'auto_response_text',
  'queue_auto_response',
  'ticket_type',
  'service',
  'service_sla',
  'service_person',
  'sla',
  'ticket_state',
  'ticket_priority',
  'calendar',
  'field',
  'field_use',
  'field_value',
  'person_queue',
  'person_service',
  'faq_category',
  'faq_category_group',
  'faq_item',
  'faq_revision',
  'faq_file',
  'faq_vote',
  'faq_view',
  'postmaster_filter',
  'postmaster_filter_row',
  'link',
  'saved_view',
  'setting',
  'otrs_kept',
  'otrs_id',
  'otrs_row',
  'otrs_password',
] as const
