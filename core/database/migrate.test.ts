import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import type { OpenDatabase } from './database.ts'
import { migrate, pendingMigrations } from './migrate.ts'

let database: OpenDatabase
beforeAll(async () => {
  database = await testDatabase({ empty: true })
})
afterAll(() => database.close())

const creates = (table: string): Migration => ({
  up: async (db) => void (await sql`create table ${sql.table(table)} (id int)`.execute(db)),
})
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

test('what would run is told without running it', async () => {
  const migrations = { '0002_b': creates('dry_b'), '0001_a': creates('dry_a') }
  expect(await pendingMigrations(database.db, 'dry', migrations)).toEqual(['0001_a', '0002_b'])
  expect(await exists('dry_a')).toBe(false)
  await migrate(database.db, 'dry', { '0001_a': migrations['0001_a'] })
  expect(await pendingMigrations(database.db, 'dry', migrations)).toEqual(['0002_b'])
  await expect(pendingMigrations(database.db, 'dry', {})).rejects.toThrow(/made by a newer/)
})

test('a server without an extension, and a user without rights, are told with what to do', async () => {
  const asks = (text: string) => ({ '0001_a': { up: async (db: OpenDatabase['db']) => void (await sql.raw(text).execute(db)) } })
  await expect(migrate(database.db, 'lacks', asks('create extension no_such_thing'))).rejects.toThrow(
    /^The database server lacks the extension no_such_thing: install .*contrib.*\.$/,
  )
  await expect(
    migrate(database.db, 'barred', asks(`create role nobody_special; set local role nobody_special; create table barred (id int)`)),
  ).rejects.toThrow(/^The database user may not do what pomoc needs \(permission denied for schema public\): make that user the owner/)
})
