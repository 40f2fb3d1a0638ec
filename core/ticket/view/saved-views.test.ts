/** Saved views: who has which, who may change it, and with whom it may be shared. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/database.ts'
import { maker, type Maker } from '../../../test/make.ts'
import type { OpenDatabase } from '../../database/database.ts'
import type { Id } from '../../database/schema.ts'
import type { PersonActor } from '../../kernel/actor.ts'
import { editView, findView, mayShareWith, removeView, savedViews, saveView, type Holder, type ViewForm } from './saved-views.ts'

let database: OpenDatabase
let make: Maker
let units: Record<'faculty' | 'office' | 'library', Id>
let groups: Record<'office' | 'library', Id>
beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
  const faculty = await make.unit()
  units = { faculty, office: await make.unit({ parentId: faculty }), library: await make.unit() }
  groups = { office: await make.group(), library: await make.group() }
  for (const name of ['office', 'library'] as const)
    await make.db.updateTable('permission_group').set({ unit_id: units[name] }).where('id', '=', groups[name]).execute()
})
afterAll(() => database.close())

const agent = async (rights: Record<Id, string[]> = {}, unitId: Id | null = null): Promise<PersonActor> => {
  const id = await make.agent(rights)
  if (unitId) await database.db.updateTable('person').set({ unit_id: unitId }).where('id', '=', id).execute()
  return make.actor(id)
}
const runs = async (unitId: Id) => {
  const actor = await agent()
  await database.db.insertInto('unit_administrator').values({ unit_id: unitId, person_id: actor.id, since: make.now }).execute()
  return make.actor(actor.id)
}
const form = (name: string, holder: Holder = { kind: 'own' }, more: Partial<ViewForm> = {}): ViewForm => ({
  name,
  holder,
  address: '/desk/view/open?owner=me',
  columns: null,
  ...more,
})
const save = (actor: PersonActor, given: ViewForm) => make.work(actor, (work) => saveView(work, given))
const names = async (actor: PersonActor, all = false) => (await savedViews(database.db, actor.access, { all })).map(({ name }) => name)

describe('who has a saved view', () => {
  it('its own person, alone, and may change it', async () => {
    const [jan, ewa] = [await agent(), await agent()]
    const id = await save(jan, form(' Moje\nstare ', { kind: 'own' }, { columns: ['state', 'state', 'x y', 'field:Room'] }))
    expect(await savedViews(database.db, jan.access)).toEqual([
      {
        id,
        name: 'Moje stare',
        address: '/desk/view/open?owner=me',
        columns: ['state', 'field:Room'],
        holder: { kind: 'own' },
        holderName: '',
        mayEdit: true,
      },
    ])
    expect(await names(ewa)).toEqual([])
    await expect(findView(database.db, ewa, id)).rejects.toMatchObject({ code: 'not-found' })
    for (const act of [editView, removeView] as ((...given: Parameters<typeof editView>) => Promise<void>)[])
      await expect(make.work(ewa, (work) => act(work, id, { name: 'x' }))).rejects.toMatchObject({ code: 'not-found' })
    await make.work(jan, (work) => removeView(work, id))
    expect(await names(jan)).toEqual([])
  })
  it('agents of its unit and of those below; whoever administers it changes it', async () => {
    const dean = await runs(units.faculty)
    const [inOffice, inFaculty, inLibrary] = [await agent({}, units.office), await agent({}, units.faculty), await agent({}, units.library)]
    const id = await save(dean, form('Wydział', { kind: 'unit', id: units.faculty }))
    await save(dean, form('Dziekanat', { kind: 'unit', id: units.office }))
    expect([await names(inOffice), await names(inFaculty), await names(inLibrary)]).toEqual([['Dziekanat', 'Wydział'], ['Wydział'], []])
    await expect(make.work(inOffice, (work) => editView(work, id, { name: 'x' }))).rejects.toMatchObject({ code: 'not-allowed' })
    const other = await runs(units.faculty)
    await make.work(other, (work) => editView(work, id, { name: 'Cały wydział' }))
    expect(await names(inFaculty)).toEqual(['Cały wydział'])
    expect((await findView(database.db, await runs(units.office), id).catch((error) => error)).code).toBe('not-found')
  })
  it('whoever holds a right in its group, also from a role, as long as the group is in use', async () => {
    const maker = await agent({ [groups.library]: ['rw'] })
    const [reader, stranger] = [await agent({ [groups.library]: ['ro'] }), await agent({ [groups.office]: ['rw'] })]
    const byRole = await agent()
    await make.db.insertInto('role').values({ name: 'Czytelnia' }).execute()
    const role = await make.db.selectFrom('role').select('id').where('name', '=', 'Czytelnia').executeTakeFirstOrThrow()
    await make.db.insertInto('role_person').values({ role_id: role.id, person_id: byRole.id }).execute()
    await make.db.insertInto('group_role').values({ role_id: role.id, group_id: groups.library, right: 'note' }).execute()
    const id = await save(maker, form('Czytelnia', { kind: 'group', id: groups.library }))
    expect([await names(maker), await names(reader), await names(byRole), await names(stranger)]).toEqual([
      ['Czytelnia'],
      ['Czytelnia'],
      ['Czytelnia'],
      [],
    ])
    const may = async (actor: PersonActor) => (await findView(database.db, actor, id)).mayEdit
    expect([await may(maker), await may(reader), await may(byRole), await may(await runs(units.library))]).toEqual([
      true,
      false,
      false,
      true,
    ])
    // Central administration has it in none of its lists, and yet gets at it.
    const central = await make.actor(await make.agent({ '2': ['rw'] }))
    expect([await names(central), await names(central, true)]).toEqual([[], expect.arrayContaining(['Czytelnia', 'Cały wydział'])])
    await make.db.updateTable('permission_group').set({ valid: false }).where('id', '=', groups.library).execute()
    expect(await names(reader)).toEqual([])
    await make.db.updateTable('permission_group').set({ valid: true }).where('id', '=', groups.library).execute()
  })
})

describe('with whom it may be shared', () => {
  it('with units one administers and groups in which one holds rw, and nobody else', async () => {
    const [reader, writer, dean] = [
      await agent({ [groups.library]: ['ro'] }, units.library),
      await agent({ [groups.library]: ['rw'] }, units.library),
      await runs(units.faculty),
    ]
    const offered = async (actor: PersonActor) => (await mayShareWith(database.db, actor.access)).map(({ kind, id }) => `${kind} ${id}`)
    expect(await offered(reader)).toEqual([])
    expect(await offered(writer)).toEqual([`group ${groups.library}`])
    expect((await offered(dean)).toSorted()).toEqual([`group ${groups.office}`, `unit ${units.faculty}`, `unit ${units.office}`].toSorted())
    for (const holder of [
      { kind: 'unit', id: units.library },
      { kind: 'group', id: groups.library },
      { kind: 'unit', id: '0' },
    ] as Holder[])
      await expect(save(reader, form('Wszyscy', holder))).rejects.toMatchObject({ code: 'choice-gone', field: 'holder' })
    const customer = await make.actor(await make.person())
    await expect(save(customer, form('Moje'))).rejects.toMatchObject({ code: 'not-allowed' })
  })
  it('no two of one name in one place, whatever the case of its letters', async () => {
    const jan = await agent({ [groups.office]: ['rw'] })
    await save(jan, form('Pilne'))
    await expect(save(jan, form('PILNE'))).rejects.toMatchObject({ code: 'view.name-taken', field: 'name' })
    const id = await save(jan, form('Pilne', { kind: 'group', id: groups.office }))
    await expect(make.work(jan, (work) => editView(work, id, { holder: { kind: 'own' } }))).rejects.toMatchObject({
      code: 'view.name-taken',
    })
    await make.work(jan, (work) => editView(work, id, { name: 'pilne' }))
    expect((await findView(database.db, jan, id)).holder).toEqual({ kind: 'group', id: groups.office })
  })
  it('what is no list of ours, too long, or one too many is refused', async () => {
    const jan = await agent()
    for (const address of ['https://evil.example/', '//evil.example/', '/\\evil.example', '', 'desk'])
      await expect(save(jan, form('x', { kind: 'own' }, { address }))).rejects.toMatchObject({ code: 'input' })
    await expect(save(jan, form('x', { kind: 'own' }, { address: `/desk?q=${'x'.repeat(2000)}` }))).rejects.toMatchObject({
      code: 'too-long',
    })
    await expect(save(jan, form(' '))).rejects.toMatchObject({ code: 'required', field: 'name' })
    for (let n = 1; n <= 50; n++) await save(jan, form(`nr ${n}`))
    await expect(save(jan, form('nr 51'))).rejects.toMatchObject({ code: 'view.too-many' })
    expect(await names(jan)).toHaveLength(50)
  })
})
