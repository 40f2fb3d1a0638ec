/** What the administrator sees of plugins' faults and given-up jobs, and does about them. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site, type Visitor } from '../../test/web.ts'
import admin from './index.tsx'

let site: Site
let boss: Visitor
beforeAll(async () => {
  site = await openSite([admin])
  boss = await site.loggedIn(await site.make.agent({ 2: ['rw'] }))
  const { db } = site.database
  const at = site.make.now
  const { id } = await db
    .insertInto('plugin_fault')
    .values({
      plugin: 'faq',
      unit_id: '1',
      kind: 'slot',
      name: 'portal.home',
      sort: 'x',
      error: 'it broke <here>',
      detail: 'at faq',
      times: 5,
      first_at: at,
      last_at: at,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  for (const unit_id of ['1', null])
    await db.insertInto('plugin_suspension').values({ plugin: 'faq', unit_id, since: at, first_fault_at: at, fault_id: id }).execute()
})
afterAll(() => site?.close())

const page = async (path: string) => (await boss.get(path)).text()

describe('faults', () => {
  test('what, where and how often stand on the page; the overview leads there', async () => {
    expect(await page('/admin')).toContain('<a href="/admin/faults">1 wtyczka jest zawieszona z powodu błędów</a>')
    const faults = await page('/admin/faults')
    expect(faults).toContain('it broke &lt;here&gt;')
    expect(faults).toContain('miejsce <code>portal.home</code>')
    expect(faults).toMatch(/<b>faq<\/b> – Dział Informatyzacji/)
    expect(faults).toMatch(/<b>faq<\/b> – poza jednostkami/)
  })
  test('a suspended plugin is resumed, in a unit and outside of any', async () => {
    for (const unit of ['1', '']) {
      const answer = await boss.post('/admin/faults/resume', { plugin: 'faq', unit, missed: 'on' })
      expect(answer.headers.get('location')).toBe('/admin/faults')
      await boss.get('/admin/faults')
    }
    expect(await page('/admin/faults')).not.toContain('id="suspended"')
    expect((await boss.post('/admin/faults/resume', { plugin: 'faq', unit: '1' })).status).toBe(404)
  })
  test('what is dealt with goes off the list', async () => {
    await boss.get('/admin/faults')
    await boss.post('/admin/faults/forget', { plugin: 'faq' })
    expect(await page('/admin/faults')).toContain('Żadna wtyczka nie zawiodła')
  })
})

test('given-up jobs are seen, tried again and dropped', async () => {
  await site.make.asSystem(async (work) => {
    for (const id of ['1', '2']) work.enqueue('mail/send', { id })
  })
  const giveUp = () =>
    sql`update graphile_worker._private_jobs set attempts = max_attempts, last_error = 'no way'`.execute(site.database.db)
  await giveUp()
  const ids = [...(await page('/admin/jobs')).matchAll(/\/admin\/jobs\/(\d+)\/retry/g)].map((match) => match[1]!)
  expect(ids).toHaveLength(2)
  expect(await page('/admin/jobs')).toContain('no way')
  expect((await boss.post(`/admin/jobs/${ids[0]}/drop`)).headers.get('location')).toBe('/admin/jobs')
  await boss.get('/admin/jobs')
  await boss.post(`/admin/jobs/${ids[1]}/retry`)
  expect(await page('/admin/jobs')).toContain('Żadnego zadania nie porzucono')
  await giveUp()
  await boss.get('/admin/jobs')
  await boss.post('/admin/jobs/retry')
  expect(await page('/admin/jobs')).toContain('Żadnego zadania nie porzucono')
})
