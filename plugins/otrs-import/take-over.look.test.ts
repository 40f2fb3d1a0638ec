import { sql } from 'kysely'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lookAtAll, oneLook, type View } from '../../test/look.ts'
import { launchChromium, requireChromium } from '../../test/servers/chromium.ts'
import { openSite, type Site, type Visitor } from '../../test/web.ts'
import { CORE_SETTINGS, saveSettings } from '../../core/administration.ts'
import admin from '../admin/index.tsx'
import portal from '../portal/index.tsx'
import otrsImport from './index.tsx'
import { beginCheck, endCheck, type Found } from './check/check.store.ts'
import { LITTLE_FOUND } from './check/found.fixture.ts'
import { readMapping } from './mapping/mapping-file.ts'
import { listRuns } from './runs.store.ts'

describe.skipIf(!requireChromium())('the take-over in Chromium', () => {
  let site: Site
  let browser: Browser
  let url: string
  let session: string
  let central: Visitor
  const PATH = '/admin/take-over'

  beforeAll(async () => {
    site = await openSite([portal, admin, otrsImport])
    const { make } = site
    const who = await make.agent({ 1: ['rw'], 2: ['rw'] }, { name: 'Maria Wójcik' })
    session = await site.session(who)
    central = await site.loggedIn(who)
    await makeRuns()
    await make.asSystem((work) => saveSettings(work, CORE_SETTINGS.name, CORE_SETTINGS.settings, { 'clock.stopped': true }))
    url = await site.serve()
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await site?.close()
  })

  /** A run that is done, one that goes on, with remarks, kept things and a comparison. */
  async function makeRuns(): Promise<void> {
    const { db, now } = site.make
    const at = (minutes: number) => new Date(now.getTime() + minutes * 60_000)
    const progress = {
      part: 'ticket_history',
      parts: {
        ticket: { rows: 38_000, of: 50_000, bytes: 2_400_000_000 },
        ticket_history: { rows: 912_344, of: 4_000_000, bytes: 0 },
        faq_item: { rows: 321, of: null, bytes: 0 },
      },
      rate: 6100,
      bytesRate: 4_000_000,
      secondsLeft: 500,
    }
    await sql`insert into otrs_run (source, product, version, incremental, snapshot_at, phase, state, problem, progress, started_at, ended_at, lease_until) values
      ('otobo at db.uni.example:3306', 'otobo', '11.0.5', false, ${at(-300)}, 'tickets', 'failed', 'The disk of the database is full: 12 MB are free, 2 GB are needed.', '{}', ${at(-300)}, ${at(-200)}, null),
      ('otobo at db.uni.example:3306', 'otobo', '11.0.5', false, ${at(-90)}, 'tickets', 'running', null, ${JSON.stringify(progress)}::jsonb, ${at(-90)}, null, ${at(1)})`.execute(
      db,
    )
    await sql`insert into otrs_finding (run_id, code, table_name, key, detail, at) select 2,
      (array['zero-date', 'bad-encoding', 'orphan-article', 'unknown-company', 'no-disposition', 'of-another-version'])[1 + n % 6],
      (array['ticket', 'article_data_mime', 'article', 'ticket', 'article_data_mime_attachment', 'elsewhere'])[1 + n % 6], n::text,
      case when n % 6 = 3 then '{"company": "WYDZIAL-MECHANICZNY-ENERGETYKI-I-LOTNICTWA"}'::jsonb else '{"column": "create_time"}'::jsonb end,
      ${at(-60)} from generate_series(1, 130) n`.execute(db)
    await sql`insert into otrs_kept (kind, source_id, name, content, original) values
      ('process', '7', 'Wypożyczenie sprzętu', '{"Activity": {"A1": {"Name": "Wniosek"}}, "Description": "<script>alert(1)</script>"}', '---\nName: Wypożyczenie\n'),
      ('web service', '3', 'GenericTicketConnectorREST', '{"Provider": {"Transport": {"Type": "HTTP::REST", "Password": null}}}', null),
      ('statistic', 'Stats 10/A', 'Zgłoszenia na kolejkę', '{"Rows": []}', null)`.execute(db)
    await beginCheck(db, {}, now, now)
    await endCheck(db, '1', now, { found: FOUND })
    await sql`insert into otrs_report (run_id, at, parts, unexplained) values (2, ${now}, ${JSON.stringify([
      part('ticket', 50_000, 50_000, 0, 0, {
        state: [
          { group: 'open', theirs: 1200, ours: 1200 },
          { group: 'closed successful', theirs: 48_800, ours: 48_799 },
        ],
        year: [{ group: '2024', theirs: 50_000, ours: 49_999 }],
      }),
      part('article_data_mime', 200_000, 199_998, 2, 1, {}),
    ])}::jsonb, 1)`.execute(db)
    await sql`insert into otrs_difference values (1, 0, 'article_data_mime', '17', 'subject', 'Å¼Ã³Å‚w', 'żółw', 'bad-encoding'),
      (1, 1, 'article_data_mime', '18', '', 'row', null, 'orphan-article'), (1, 2, 'article_data_mime', '19', 'body', 'Proszę', 'Prosze', null)`.execute(
      db,
    )
  }
  const part = (name: string, theirs: number, ours: number, explained: number, unexplained: number, groups: object) => ({
    name,
    theirs: { rows: theirs, sum: 'a' },
    ours: { rows: ours, sum: theirs === ours ? 'a' : 'b' },
    explained,
    unexplained,
    groups,
  })

  const views = (): View[] =>
    [
      ['take-over', ''],
      ['take-over-check', '/check'],
      ['take-over-findings', '/findings'],
      ['take-over-findings-none', '/findings?search=kwantechizm'],
      ['take-over-kept', '/kept'],
      ['take-over-kept-one', '/kept/process/7'],
      ['take-over-report', '/report'],
      ['take-over-live', '/go-live'],
      ['take-over-live-counted', '/go-live?count=1'],
    ].map(([name, path]) => ({ name: name!, path: `${PATH}${path}`, session }))

  for (const look of oneLook(1))
    it(`its pages can be seen, read and used: ${look.language} ${look.colours} ${look.width}`, async () => {
      expect(await lookAtAll(browser, url, views(), look)).toEqual({})
    })

  it('lists are searched, filtered, paged and exported without scripts; what is kept can be read and downloaded', async () => {
    const text = async (path: string) => (await central.get(`${PATH}${path}`)).text()
    const first = await text('/findings')
    const next = /href="(\/admin\/take-over\/findings\?[^"]*after=\d+)"/.exec(first)![1]!.replaceAll('&amp;', '&')
    expect([rowsIn(first), rowsIn(await (await central.get(next)).text())]).toEqual([50, 50])
    expect(rowsIn(await text('/findings?kind=aside'))).toBe(22)
    expect(rowsIn(await text('/findings?code=unknown-company&search=lotnictwa%20129'))).toBe(1)
    expect(await text('/findings?code=of-another-version')).toContain('of-another-version')
    expect((await text('/findings?format=csv&code=zero-date')).trim().split('\n')).toHaveLength(22)
    expect((await central.get(`${PATH}/findings?after=x&kind=nonsense&search=%00`)).status).toBe(200)

    expect(rowsIn(await text('/kept?search=wypozyczenie'))).toBe(1)
    const one = await text('/kept/process/7')
    expect([one.includes('<script>alert(1)'), one.includes('&lt;script&gt;')]).toEqual([false, true])
    const original = await central.get(`${PATH}/kept/process/7?format=original`)
    expect([original.headers.get('content-disposition'), await original.text()]).toEqual([
      'attachment; filename="process-7.txt"',
      '---\nName: Wypożyczenie\n',
    ])
    expect((await central.get(`${PATH}/kept/statistic/${encodeURIComponent('Stats 10/A')}?format=json`)).status).toBe(200)
    expect((await central.get(`${PATH}/kept/web%20service/3?format=original`)).status).toBe(404)
    expect((await central.get(`${PATH}/kept/process/8`)).status).toBe(404)

    expect([rowsIn(await text('/report?which=open')), rowsIn(await text('/report?which=explained'))]).toEqual([1, 2])
    expect((await text('/report?format=csv&which=open')).trim().split('\n')).toHaveLength(2)
  })
  it('what the last look found is read here, and both proposals downloaded; a look that goes on says how far it is; without an address of the source nobody looks', async () => {
    const { db, now } = site.make
    const page = async () => (await central.get(`${PATH}/check`)).text()
    const found = await page()
    expect(found).toMatch(/1 rzecz do rozstrzygnięcia/)
    expect(found).toContain('Adres sekretariat@uni.example mają: ola, ela.')
    const mapping = await central.get(`${PATH}/check/otrs-mapping.yaml`)
    expect([mapping.headers.get('content-disposition'), readMapping(await mapping.text(), 'm')]).toMatchObject([
      'attachment; filename="otrs-mapping.yaml"',
      { addresses: { 'sekretariat@uni.example': 'ola' } },
    ])
    expect(await (await central.get(`${PATH}/check/otrs-local.ts`)).text()).toBe('export default {}')
    expect((await central.get(`${PATH}/check/constructor`)).status).toBe(404)
    expect([found.includes('Obejrzyj'), (await central.post(`${PATH}/check`, {})).status]).toEqual([false, 404])

    await sql`update otrs_check set ended_at = null, lease_until = ${new Date(now.getTime() + 60_000)}, progress = '{"done": 12, "of": 146}'`.execute(
      db,
    )
    expect(await page()).toMatch(/12 z 146 tabel/)
    await sql`update otrs_check set lease_until = ${new Date(now.getTime() - 1)}, found = null`.execute(db)
    expect(await page()).toContain('To oglądanie się nie skończyło')
  })
  it('a run tells rate and time left, is stopped, and goes live only once one is done', async () => {
    const page = async () => (await central.get(PATH)).text()
    expect(await page()).toMatch(/około \d+ min/)
    expect((await central.post(`${PATH}/runs/99/stop`, {})).status).toBe(404)
    expect((await central.post(PATH + '/runs/2/stop', {})).status).toBe(303)
    expect((await listRuns(site.make.db))[0]!.state).toBe('stopped')
    expect(await page()).toContain('otrs-import run')
    const refused = await central.post(`${PATH}/go-live`, { anyway: 'yes' })
    expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('najpierw import musi się zakończyć')])
    await sql`update otrs_run set state = 'done', ended_at = ${site.make.now} where id = 2`.execute(site.make.db)
    expect((await central.post(`${PATH}/go-live/items/backup`, { done: 'yes' })).status).toBe(303)
    expect((await central.post(`${PATH}/go-live/items/run`, { done: 'yes' })).status).toBe(404)
    expect((await central.post(`${PATH}/go-live`, {})).status).toBe(422)
    expect((await central.post(`${PATH}/go-live`, { anyway: 'yes' })).status).toBe(303)
    expect(await (await central.get(`${PATH}/go-live`)).text()).toContain('Zegar idzie.')
  })
  it('to others the pages are not there, or not theirs', async () => {
    const agent = await site.loggedIn(await site.make.agent({ 1: ['rw'] }))
    const customer = await site.loggedIn(await site.make.person())
    for (const path of ['', '/check', '/findings', '/kept', '/report', '/go-live'])
      expect([(await agent.get(PATH + path)).status, (await customer.get(PATH + path)).status]).toEqual([403, 404])
    await agent.get('/account')
    expect((await agent.post(`${PATH}/go-live`, { anyway: 'yes' })).status).toBe(403)
  })
})

const FOUND: Found = {
  source: 'otobo at db.uni.example:3306',
  lines: [
    { part: 'source', verdict: 'ok', key: 'version', params: { product: 'OTOBO', version: '11', label: 'otobo at db.uni.example:3306' } },
    { part: 'comes', verdict: 'ok', key: 'tickets', params: { count: 50_000 } },
    {
      part: 'kept',
      verdict: 'told',
      key: 'table-unknown',
      params: { name: 'wypozyczalnia_sprzetu_komputerowego_i_audiowizualnego', count: 22 },
    },
    { part: 'decide', verdict: 'decide', key: 'address', params: { address: 'sekretariat@uni.example', logins: 'ola, ela' } },
    { part: 'effort', verdict: 'ok', key: 'minutes', params: { count: 4, rows: 1_200_000 } },
  ],
  proposal: { ...LITTLE_FOUND.proposal, addresses: [{ address: 'sekretariat@uni.example', logins: ['ola', 'ela'] }] },
  local: { ...LITTLE_FOUND.local, unused: ['MinimumLogLevel'] },
}

/** Of the page's last table. */
const rowsIn = (html: string): number => (html.slice(html.lastIndexOf('<tbody')).match(/<tr/g) ?? []).length
