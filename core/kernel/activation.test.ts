/** Where a plugin is on: the nearest word up the tree, for any tree and any words; seen at once, in every process. */
import fc from 'fast-check'
import pino from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import type { OpenDatabase } from '../database/database.ts'
import type { Id } from '../database/schema.ts'
import { setActivation } from '../administration/plugin-admin.ts'
import { makeActivation, type Activation } from './activation.ts'
import { startLive, type Live } from './live.ts'

let database: OpenDatabase
let make: Maker
const lives: Live[] = []
const processes: Activation[] = []
beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
  for (let n = 0; n < 2; n++) {
    lives.push(await startLive(database.url, pino({ level: 'silent' })))
    processes.push(
      makeActivation(
        database.db,
        lives[n]!,
        new Map([
          ['faq', 'unit'],
          ['sla', 'unit'],
          ['desk', 'installation'],
        ]),
      ),
    )
  }
})
afterAll(async () => {
  for (const live of lives) await live.stop()
  await database.close()
})
beforeEach(async () => {
  await database.db.deleteFrom('plugin_activation').execute()
  await database.db.deleteFrom('plugin_suspension').execute()
})

const set = (plugin: string, unitId: Id, active: boolean | null) => make.asSystem((work) => setActivation(work, plugin, unitId, active))
const suspend = (plugin: string, unit_id: Id | null) =>
  database.db
    .insertInto('plugin_suspension')
    .values({ plugin, unit_id, since: make.now, first_fault_at: make.now, fault_id: null })
    .execute()
const becomes = async (activation: Activation, plugin: string, unitId: Id, wanted: boolean) => {
  while ((await activation.active(plugin, unitId)) !== wanted)
    await new Promise((resolve) => {
      setTimeout(resolve, 5)
    })
}

describe('inheritance', () => {
  it('follows the nearest word upwards in any tree, and off is what nobody says', async () => {
    await fc.assert(
      fc.asyncProperty(
        // Each unit hangs below an earlier one; each says on, off or nothing.
        fc.array(fc.record({ parent: fc.nat(), says: fc.constantFrom(true, false, null), suspended: fc.boolean() }), {
          minLength: 1,
          maxLength: 9,
        }),
        fc.constantFrom(true, false, null),
        async (wanted, root) => {
          await database.db.deleteFrom('plugin_activation').execute()
          await database.db.deleteFrom('plugin_suspension').execute()
          const units: { id: Id; parent: number; says: boolean | null; suspended: boolean }[] = [
            { id: '1', parent: -1, says: root, suspended: false },
          ]
          for (const unit of wanted) {
            const parent = unit.parent % units.length
            units.push({ id: await make.unit({ parentId: units[parent]!.id }), parent, says: unit.says, suspended: unit.suspended })
          }
          for (const unit of units) {
            if (unit.says !== null) await set('faq', unit.id, unit.says)
            if (unit.suspended) await suspend('faq', unit.id)
          }
          const said = (n: number): boolean => (n === -1 ? false : (units[n]!.says ?? said(units[n]!.parent)))
          const expected = units.map((unit, n) => said(n) && !unit.suspended)
          const activation = processes[0]!
          const fresh = await Promise.all(units.map(async ({ id }) => (await activation.on(database.db, id)).has('faq')))
          expect(fresh).toEqual(expected)
          const all = new Set(await activation.units('faq'))
          expect(units.map(({ id }) => all.has(id))).toEqual(expected)
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('what is on', () => {
  it("an installation's plugin is on everywhere, and another one is nobody else's affair", async () => {
    const unit = await make.unit()
    await set('faq', unit, true)
    expect([...(await processes[0]!.on(database.db, unit))].toSorted()).toEqual(['desk', 'faq'])
    expect([...(await processes[0]!.on(database.db, '1'))]).toEqual(['desk'])
  })
  it('outside of units it is what is on anywhere', async () => {
    expect((await processes[0]!.on(database.db, null)).has('faq')).toBe(false)
    await set('faq', await make.unit(), true)
    expect((await processes[0]!.on(database.db, null)).has('faq')).toBe(true)
    await suspend('faq', null)
    expect((await processes[0]!.on(database.db, null)).has('faq')).toBe(false)
  })
  it('a change is heard in every process', async () => {
    const unit = await make.unit()
    for (const active of [true, false, true]) {
      await set('faq', unit, active)
      await Promise.all(processes.map((process) => becomes(process, 'faq', unit, active)))
    }
    await set('faq', unit, null)
    await Promise.all(processes.map((process) => becomes(process, 'faq', unit, false)))
  })
})
