import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import type { OpenDatabase } from '../database/database.ts'
import { agentsOfQueue, listAgents, searchPersons } from './person-search.ts'

let database: OpenDatabase
let make: Maker
beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
})
afterAll(() => database.close())

it('finds by a part of the name or address, or by login; whose it is exactly stands first', async () => {
  await make.person({ name: 'Żaneta Gęś', address: 'zaneta@uni.example', login: 'zges' })
  await make.person({ name: 'Adam Zges-Nowak', address: 'adam@uni.example' })
  const names = async (words: string) => (await searchPersons(make.db, words)).map((person) => person.name)
  expect(await names('gęś')).toEqual(['Adam Zges-Nowak', 'Żaneta Gęś'])
  expect(await names('ZANETA@')).toEqual(['Żaneta Gęś'])
  expect(await names('zges')).toEqual(['Żaneta Gęś', 'Adam Zges-Nowak'])
  expect(await names('z')).toEqual([])
  expect(await names('100%_\\')).toEqual([])
})

it('finds nobody who is switched off', async () => {
  const id = await make.person({ name: 'Dawny Pracownik' })
  await make.db.updateTable('person').set({ valid: false }).where('id', '=', id).execute()
  expect(await searchPersons(make.db, 'dawny')).toEqual([])
})

it('knows who may own tickets of a queue: by group or role, with the right or rw', async () => {
  const group = await make.group()
  const queueId = await make.queue({ groupId: group })
  await make.agent({ [group]: ['owner'] }, { name: 'A grupa' })
  await make.agent({ [group]: ['ro', 'note'] }, { name: 'B tylko czyta' })
  const byRole = await make.agent({}, { name: 'C rola' })
  await make.agent({ '1': ['rw'] }, { name: 'D inna grupa' })
  const { id: roleId } = await make.db.insertInto('role').values({ name: 'rola' }).returning('id').executeTakeFirstOrThrow()
  await make.db.insertInto('role_person').values({ role_id: roleId, person_id: byRole }).execute()
  await make.db.insertInto('group_role').values({ role_id: roleId, group_id: group, right: 'rw' }).execute()
  expect((await agentsOfQueue(make.db, queueId, 'owner')).map((agent) => agent.name)).toEqual(['A grupa', 'C rola'])
  await make.db.updateTable('role').set({ valid: false }).where('id', '=', roleId).execute()
  expect((await agentsOfQueue(make.db, queueId, 'owner')).map((agent) => agent.name)).toEqual(['A grupa'])
  expect((await listAgents(make.db)).map((agent) => agent.name)).toContain('D inna grupa')
})
