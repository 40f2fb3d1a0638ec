import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDatabase, type OpenDatabase } from '../database/database.ts'
import { endSessions, openSession, readAsker } from '../person/sessions.ts'
import { testDatabase } from '../../test/database.ts'
import { listenTo, type Listener } from '../../test/golden/statements.ts'
import { maker, type Maker } from '../../test/make.ts'
import { loadActor } from './access.store.ts'

let here: OpenDatabase
let elsewhere: OpenDatabase
let make: Maker
let ear: Listener
let token: string
let agent: string
let queue: string

beforeAll(async () => {
  here = await testDatabase()
  // Another process: it shares nothing with the one that changes rights.
  elsewhere = await openDatabase(here.url)
  ear = listenTo(elsewhere.pool)
  make = await maker(here.db)
  queue = await make.queue()
  agent = await make.agent({ 1: ['ro'] })
  token = await make.asSystem((work) => openSession(work, agent, { address: '192.0.2.7', userAgent: 'test' }))
  const faculty = await make.unit({ name: 'Wydział' })
  const institute = await make.unit({ name: 'Instytut', parentId: faculty })
  await make.queue({ unitId: faculty })
  await make.queue({ unitId: institute })
  await sql`insert into company (code, name) values ('wm', 'Zakład')`.execute(here.db)
  await sql`insert into permission_group (name) values ('inni')`.execute(here.db)
  await sql`insert into role (name) values ('rola')`.execute(here.db)
  await sql`insert into group_role (group_id, role_id, "right") select 1, id, 'owner' from role where name = 'rola'`.execute(here.db)
  await sql`insert into setting (owner, key, unit_id, value, changed_at) values ('unit', 'companies', 1, '"read"', now())`.execute(here.db)
})
afterAll(async () => {
  await elsewhere?.close()
  await here?.close()
})

const ask = () => readAsker(elsewhere.db, token, make.now, make.config.sessions, false)
const read = async () => (await ask()).actor

it('who asks is one statement while no rights change', async () => {
  await ask()
  const { value, statements } = await ear.hear(ask)
  expect(value.actor).toEqual(await loadActor(here.db, agent))
  expect(statements).toHaveLength(1)
})

const CHANGES: Record<string, () => ReturnType<typeof sql>> = {
  'a right is given': () => sql`insert into group_person (group_id, person_id, "right") values (1, ${agent}, 'rw')`,
  'a right is taken away': () => sql`delete from group_person where person_id = ${agent} and "right" = 'rw'`,
  'a queue changes its group': () =>
    sql`update queue set group_id = (select id from permission_group where name = 'inni') where id = ${queue}`,
  'rights in that group': () =>
    sql`insert into group_person (group_id, person_id, "right") select id, ${agent}, 'note' from permission_group where name = 'inni'`,
  'the group is switched off': () => sql`update permission_group set valid = false where name = 'inni'`,
  'the group is switched on': () => sql`update permission_group set valid = true where name = 'inni'`,
  'a role is worn': () => sql`insert into role_person (role_id, person_id) select id, ${agent} from role where name = 'rola'`,
  'the role gets a right': () =>
    sql`insert into group_role (group_id, role_id, "right") select 1, id, 'close' from role where name = 'rola'`,
  'the role is switched off': () => sql`update role set valid = false where name = 'rola'`,
  'a new queue': () => sql`insert into queue (name, group_id, unit_id, created_at) values ('Nowa', 1, 1, now())`,
  'a unit to administer': () =>
    sql`insert into unit_administrator (unit_id, person_id, since) select id, ${agent}, now() from unit where name = 'Wydział'`,
  'nobody administers the unit': () => sql`delete from unit_administrator where person_id = ${agent}`,
  'a company': () => sql`insert into person_company (company_id, person_id) select id, ${agent} from company where code = 'wm'`,
  'a unit lets colleagues write': () =>
    sql`insert into setting (owner, key, unit_id, value, changed_at) select 'unit', 'companies', id, '"reply"', now() from unit where name = 'Wydział'`,
  'a unit moves in the tree': () => sql`update unit set parent_id = 1 where name = 'Instytut'`,
  'a queue of another unit': () => sql`update queue set unit_id = (select id from unit where name = 'Wydział') where id = ${queue}`,
  'the company is switched off': () => sql`update company set valid = false`,
  'the hat is taken off': () => sql`update person set agent = false where id = ${agent}`,
  'another name': () => sql`update person set name = 'Inaczej' where id = ${agent}`,
}
it.each(Object.keys(CHANGES))('%s: known at once in another process', async (name) => {
  const before = await read()
  await CHANGES[name]!().execute(here.db)
  const now = await read()
  expect(now).toEqual(await loadActor(here.db, agent))
  expect(now).not.toEqual(before)
})

it('what is changed and not committed yet counts from the commit on, also where others committed meanwhile', async () => {
  await sql`update person set agent = true where id = ${agent}`.execute(here.db)
  const before = await read()
  await here.db.transaction().execute(async (slow) => {
    await sql`delete from group_person where person_id = ${agent}`.execute(slow)
    await sql`insert into role (name) values ('inna rola')`.execute(make.db)
    expect(await read()).toEqual(before)
  })
  expect((await read())!.access.queueRights.size).toBe(0)
})

it('whoever is switched off, and a session that ends, is nobody with the next request', async () => {
  await sql`update person set valid = false where id = ${agent}`.execute(here.db)
  expect(await read()).toBeUndefined()
  await sql`update person set valid = true where id = ${agent}`.execute(here.db)
  expect(await read()).toBeDefined()
  // As a new password does.
  await make.asSystem((work) => endSessions(work, agent))
  expect(await ask()).toEqual({})
})
