import type { Kysely } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import { up } from '../../migrations/0044_names.ts'
import type { OpenDatabase } from '../database/database.ts'
import { findPerson, findPersonByAddress, personOfMail } from './persons.ts'

let database: OpenDatabase
let make: Maker
beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
})
afterAll(() => database?.close())

const called = async (address: string, name: string) => {
  const id = await make.asSystem((work) => personOfMail(work, address, name))
  return (await findPerson(make.db, id))!.name
}

it('whoever writes is called by the name of their mail, unless that poses as an address', async () => {
  expect(await called('anna.obca@obca.example', 'Anna Obca')).toBe('Anna Obca')
  expect(await called('zly@obca.example', 'dziekan@uni.example')).toBe('zly@obca.example')
  expect(await called('zly2@obca.example', 'Dziekan (dziekan＠uni.example)')).toBe('zly2@obca.example')
  expect(await called('zly3@obca.example', '\u202enakeizD\u202c')).toBe('nakeizD')
})

it('an address with a dot behind its domain is the same person', async () => {
  const id = await make.person({ address: 'Jan.Nowak@uni.example.' })
  expect((await findPersonByAddress(make.db, 'jan.nowak@uni.example'))?.id).toBe(id)
  expect(await make.asSystem((work) => personOfMail(work, 'jan.nowak@uni.example.', 'Ktoś'))).toBe(id)
})

it('those whom mail called by an address of others before are called by their own; nobody else loses a name', async () => {
  const [posing, named, byHand] = [
    await make.person({ name: 'rektor @ uni.example', address: 'zly4@obca.example', source: 'mail' }),
    await make.person({ name: '@nowak Ewa', address: 'ewa@obca.example', source: 'mail' }),
    await make.person({ name: 'biuro@uni.example', address: 'biuro-osoba@uni.example' }),
  ]
  await up(make.db as unknown as Kysely<unknown>)
  const names = await Promise.all([posing, named, byHand].map(async (id) => (await findPerson(make.db, id))!.name))
  expect(names).toEqual(['zly4@obca.example', '@nowak Ewa', 'biuro@uni.example'])
})
