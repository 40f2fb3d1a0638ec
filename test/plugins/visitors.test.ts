/** Who can have a plugin suspended: many people by what it does to them, no one by asking again and again. */
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { definePlugin } from '../../core/kernel/contract.ts'
import { listFaults, listSuspensions } from '../../core/kernel/faults.ts'
import { forVisitor } from '../../core/kernel/origin.ts'
import { openSite, type Site } from '../web.ts'

const brittle = (name: string) =>
  definePlugin({
    name,
    api: 1,
    scope: 'installation',
    routes(app, host) {
      app.get(`/${name}/throws`, () => {
        throw new Error('upset')
      })
      app.get(`/${name}/asks`, async (c) => {
        const { rows } = await sql`select ${c.req.query('id') ?? '1'}::bigint as id`.execute(host.db)
        return c.json(rows)
      })
    },
  })

let site: Site
beforeAll(async () => {
  site = await openSite([brittle('one'), brittle('other'), brittle('third')])
})
afterAll(() => site.close())

const faults = async (plugin: string) => {
  await site.kernel.faults.settled()
  return listFaults(site.make.db, { plugin })
}
const suspended = async () => (await listSuspensions(site.make.db)).map(({ plugin }) => plugin)

test('one person counts once, however often; so do all who are not logged in; five do it', async () => {
  const [first, ...others] = await Promise.all(Array.from({ length: 4 }, async () => site.loggedIn(await site.make.person())))
  for (let n = 0; n < 8; n++) expect((await first!.get('/one/throws')).status).toBe(500)
  for (let n = 0; n < 8; n++) await site.visitor().get('/one/throws')
  // What it does is told each time all the same.
  expect(await faults('one')).toMatchObject([{ name: 'GET /one/throws', error: 'upset', times: 16 }])
  expect(await suspended()).toEqual([])
  for (const person of others) await person.get('/one/throws')
  await faults('one')
  expect(await suspended()).toEqual(['one'])
})

test('what nobody outside asked for counts each time; mails of one sender once', async () => {
  const tell = () => site.kernel.faults.tell({ plugin: 'other', kind: 'mail step', name: 'reads', unitId: '1' }, new Error('upset'))
  for (let n = 0; n < 8; n++) forVisitor('mail jan@uni.example', tell)
  await faults('other')
  expect(await suspended()).not.toContain('other')
  for (let n = 0; n < 4; n++) tell()
  await faults('other')
  expect(await suspended()).toContain('other')
})

test('what the database cannot read is 400, and no fault', async () => {
  const visitor = site.visitor({ 'accept-language': 'en' })
  for (const id of ['x', '9'.repeat(30), '1e3', '']) {
    const answer = await visitor.get(`/third/asks?id=${id}`)
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('We cannot read this address or this form.')])
  }
  expect((await visitor.get('/third/asks?id=5')).status).toBe(200)
  expect(await faults('third')).toEqual([])
  // In a job it would be the plugin's own mistake.
  site.kernel.faults.tell(
    { plugin: 'third', kind: 'job', name: 'j', unitId: null },
    Object.assign(new Error('no number'), { code: '22P02' }),
  )
  expect(await faults('third')).toHaveLength(1)
})
