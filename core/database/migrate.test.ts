import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import type { OpenDatabase } from './database.ts'
import { migrate } from './migrate.ts'

let database: OpenDatabase
beforeAll(async () => { database = await testDatabase({ empty: true }) })
afterAll(() => database.close())

const creates = (table: string): Migration => ({ up: async (db) => void (await sql`create table ${sql.table(table)} (id int)`.execute(db)) })
const fails: Migration = { up: async (db) => void (await sql`select 1 from nowhere`.execute(db)) }
const exists = async (table: string) =>
  (await sql<{ found: boolean }>`select to_regclass(${table}) is not null as found`.execute(database.db)).rows[0]?.found

test('each migration runs once, in the order of names', async () => {
  const migrations = { '0002_b': creates('b'), '0001_a': creates('a') }
  expect(await migrate(database.db, 'core', migrations)).toEqual(['0001_a', '0002_b'])
  expect(await migrate(database.db, 'core', migrations)).toEqual([])
})

test('a plugin keeps its own list, so it can be added later', async () => {
  expect(await migrate(database.db, 'ldap-auth', { '0001_a': creates('ldap_a') })).toEqual(['0001_a'])
})

test('two processes at once wait for each other', async () => {
  const migrations = { '0001_a': creates('once') }
  const ran = await Promise.all([migrate(database.db, 'twice', migrations), migrate(database.db, 'twice', migrations)])
  expect(ran.flat()).toEqual(['0001_a'])
})

test('a failing migration leaves nothing of its run behind and is named', async () => {
  const ran = migrate(database.db, 'faq', { '0001_good': creates('good'), '0002_bad': fails })
  await expect(ran).rejects.toThrow(/^The migration 0002_bad of faq failed \(relation "nowhere" does not exist\): .*\.$/)
  expect(await exists('good')).toBe(false)
})

test('a database that a newer program migrated is refused', async () => {
  await migrate(database.db, 'newer', { '0001_a': creates('newer_a'), '0002_b': creates('newer_b') })
  await expect(migrate(database.db, 'newer', { '0001_a': creates('newer_a') })).rejects.toThrow(/made by a newer .*0002_b/)
})
