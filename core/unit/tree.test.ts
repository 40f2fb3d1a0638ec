import fc from 'fast-check'
import { sql, type Kysely } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site } from '../../test/web.ts'
import type { Database, Id } from '../database/schema.ts'
import { definePlugin } from '../kernel/contract.ts'
import { down, downFrom, ROOT_UNIT, up, upFrom, upToAsk, unitIdOf } from './tree.ts'
import { findUnit, findUnitBySlug, countUnits, listUnits, unitsBelow } from './units.ts'

const pages = definePlugin({
  name: 'pages',
  api: 1,
  scope: 'unit',
  routes(app) {
    app.get('/u/:unit/pages', (c) => c.text('here'))
  },
})

let site: Site
let db: Kysely<Database>
let units: { id: Id; parentId: Id | null; slug: string }[]
beforeAll(async () => {
  site = await openSite([pages])
  db = site.database.db
  const ids: Id[] = [ROOT_UNIT]
  // A tree of some depth: each unit lies below one of those before it.
  for (const parent of fc.sample(fc.nat(), { numRuns: 14, seed: 8 })) {
    const id: Id = await site.make.unit()
    await db
      .updateTable('unit')
      .set({ parent_id: ids[parent % ids.length]! })
      .where('id', '=', id)
      .execute()
    ids.push(id)
  }
  units = await listUnits(db)
})
afterAll(() => site.close())

const above = (id: Id): Id[] => {
  const way: Id[] = []
  for (let unit = units.find((one) => one.id === id); unit; unit = units.find((one) => one.id === unit!.parentId)) way.push(unit.id)
  return way
}
const ids = async (statement: ReturnType<typeof sql<{ id: Id }>>): Promise<Id[]> => (await statement.execute(db)).rows.map((row) => row.id)

describe('the way through the tree', () => {
  it('goes up to the root, the nearest first', async () => {
    for (const { id } of units) {
      expect(await ids(sql`with recursive ${up(id)} select id from up order by depth`)).toEqual(above(id))
      expect(
        await ids(
          sql`with recursive ${upFrom(sql`where u.id = ${id}`, { as: 'way', more: ['slug'] })} select id from way where slug <> '' and depth > 0 order by depth`,
        ),
      ).toEqual(above(id))
      expect(new Set(await ids(sql`with recursive ${upToAsk(id)} select id from up`))).toEqual(new Set(above(id)))
    }
    expect(await ids(sql`with recursive ${up(null)} select id from up`)).toEqual([])
  })
  it('goes down to all below, each once', async () => {
    for (const { id } of units) {
      expect((await ids(sql`with recursive ${down(id)} select id from down`)).toSorted()).toEqual([...unitsBelow(units, id)].toSorted())
    }
    const all = await ids(sql`with recursive ${downFrom(sql`select id from unit`, { once: true })} select id from down`)
    expect(all.toSorted()).toEqual(units.map((unit) => unit.id).toSorted())
  })
})

describe('one unit', () => {
  it('is found as it stands in the tree', async () => {
    for (const unit of await countUnits(db)) {
      expect(await findUnit(db, unit.id)).toEqual(unit)
      expect(await findUnitBySlug(db, unit.slug)).toEqual(unit)
      expect(await unitIdOf(db, unit.slug)).toBe(unit.id)
    }
    expect([await findUnit(db, '999999'), await findUnit(db, 'x'), await findUnitBySlug(db, 'nowhere')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
  it('is asked for alone, not with the whole tree', async () => {
    const asked: string[] = []
    const watched = db.withPlugin({
      transformQuery: ({ node }) => {
        asked.push(JSON.stringify(node))
        return node
      },
      transformResult: async ({ result }) => result,
    })
    await findUnit(watched, ROOT_UNIT)
    await findUnitBySlug(watched, 'it')
    expect(asked).toHaveLength(2)
    expect(asked.filter((statement) => statement.includes('parent_id is null'))).toEqual([])
  })
  it.each(['%00', 'it%00', '%27', 'a'.repeat(300), '%F0%9F%8C%B3'])('is not there under the name %s', async (name) => {
    expect(await findUnitBySlug(db, decodeURIComponent(name))).toBeUndefined()
    expect((await site.visitor().get(`/u/${name}/pages`)).status).toBe(404)
  })
})
