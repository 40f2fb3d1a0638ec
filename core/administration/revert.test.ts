import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, type Maker } from '../../test/make.ts'
import { createCalendar, editCalendar, findCalendar } from '../calendar/calendar-admin.ts'
import type { OpenDatabase } from '../database/database.ts'
import { listActivations, setActivation } from './plugin-admin.ts'
import { saveSettings, storedSettings } from './setting-admin.ts'
import { integer, text } from '../kernel/settings/settings.ts'
import type { Work } from '../kernel/work.ts'
import { editText, findText, queueTextChoices, setQueueText, setStandardText } from '../mail/texts/text-admin.ts'
import { createGroup } from '../permission/groups.ts'
import { rightsOfPerson, rolesOfPerson, setPersonRights, setPersonRoles } from '../permission/rights.ts'
import { createRole, editRole, findRole } from '../permission/roles.ts'
import { createQueue, editQueue, findAdminQueue } from '../queue/queue-admin.ts'
import { createUnit, editUnit, findUnit } from '../unit/units.ts'
import { listEvents } from './log.ts'
import { canRevert, revertEvent } from './revert.ts'

const owner = { name: 'faq', settings: { limit: integer('limit', 5), title: text('title', '') } }

let opened: OpenDatabase
let make: Maker
let admin: string
beforeAll(async () => {
  opened = await testDatabase()
  make = await maker(opened.db)
  admin = await make.agent({ 2: ['rw'] })
})
afterAll(() => opened.close())

const act = async <T>(run: (work: Work) => Promise<T>) => make.work(await make.actor(admin), run)
const lastOf = async (objectType: string) => (await listEvents(opened.db, 'all', { filter: { objectType }, limit: 1 })).rows[0]!
const back = async (objectType: string) => {
  const event = await lastOf(objectType)
  await act((work) => revertEvent(work, event, [owner]))
  return event
}

it('settings go back, to a value or to none, and others of the same plugin stay', async () => {
  const unit = await make.unit()
  await act((work) => saveSettings(work, 'faq', owner.settings, { limit: 3 }, unit))
  await act((work) => saveSettings(work, 'faq', owner.settings, { limit: 7, title: 'Pytania' }, unit))
  const event = await lastOf('setting')
  await act((work) => saveSettings(work, 'faq', owner.settings, { limit: 7 }))
  await act((work) => revertEvent(work, event, [owner]))
  expect(Object.fromEntries(await storedSettings(opened.db, 'faq', unit))).toEqual({ limit: 3 })
  expect(Object.fromEntries(await storedSettings(opened.db, 'faq'))).toEqual({ limit: 7 })
  // Going back is an event too, and can be gone back on.
  await back('setting')
  expect(Object.fromEntries(await storedSettings(opened.db, 'faq', unit))).toEqual({ limit: 7, title: 'Pytania' })
})

it('a plugin switched on is as above again', async () => {
  const unit = await make.unit()
  await act((work) => setActivation(work, 'faq', unit, true))
  await back('plugin activation')
  expect((await listActivations(opened.db, 'faq')).has(unit)).toBe(false)
})

it('a queue gets its name, place and texts back, through the rules of its own act', async () => {
  const form = {
    parentId: null,
    unitId: '1',
    groupId: '1',
    calendarId: null,
    addressId: null,
    followUpPossible: 'possible' as const,
    followUpLock: true,
    language: null,
    signature: 'Dział',
    comment: '',
    valid: true,
  }
  const top = await act((work) => createQueue(work, { ...form, name: 'Sieć' }))
  const queue = await act((work) => createQueue(work, { ...form, name: 'eduroam', parentId: top }))
  await act((work) => editQueue(work, queue, { ...form, name: 'Wi-Fi', signature: 'Inny', followUpPossible: 'reject' }))
  const before = await back('queue')
  expect(before.after).toMatchObject({ name: 'Wi-Fi' })
  expect(await findAdminQueue(opened.db, queue)).toMatchObject({
    name: 'Sieć::eduroam',
    parentId: top,
    signature: 'Dział',
    followUpPossible: 'possible',
  })

  await act((work) => setQueueText(work, queue, 'auto reply', 'none'))
  await back('queue text')
  expect((await queueTextChoices(opened.db, queue))['auto reply']).toBe('inherit')
})

it('a calendar gets its hours back', async () => {
  const before = (await findCalendar(opened.db, '1'))!.calendar
  const id = await act((work) => createCalendar(work, { ...before, name: 'Dziekanat' }))
  const stood = (await findCalendar(opened.db, id))!.calendar
  await act((work) => editCalendar(work, id, { ...stood, cutOff: '12:00', hours: { ...stood.hours, fri: [] } }, true))
  await back('calendar')
  expect((await findCalendar(opened.db, id))!.calendar).toEqual(stood)
})

it('an automatic answer gets its words back, and its kind the standard answer', async () => {
  const before = (await findText(opened.db, '1'))!
  await act((work) =>
    editText(work, '1', {
      name: before.name,
      valid: true,
      variants: { pl: { subject: 'Inny', body: 'Inna treść' }, en: { subject: '', body: '' } },
    }),
  )
  await back('text')
  expect((await findText(opened.db, '1'))!.variants).toEqual(before.variants)
  await act((work) => setStandardText(work, before.type, null))
  await back('text')
  expect((await findText(opened.db, '1'))!.standard).toBe(before.standard)
})

it('rights, roles, groups and units go back, and the last administrator cannot be lost that way', async () => {
  const person = await make.agent({})
  await act((work) => setPersonRights(work, person, new Map([['1', ['ro', 'note']]])))
  await act((work) => setPersonRights(work, person, new Map([['1', ['rw']]])))
  await back('person right')
  expect((await rightsOfPerson(opened.db, person)).get('1')).toEqual(['ro', 'note'])

  const role = await act((work) => createRole(work, { name: 'Dyżur', comment: '', valid: true }))
  await act((work) => editRole(work, role, { name: 'Dyżur nocny', comment: 'do rana', valid: true }))
  await back('role')
  expect(await findRole(opened.db, role)).toMatchObject({ name: 'Dyżur', comment: '' })
  await act((work) => setPersonRoles(work, person, [role]))
  await back('person role')
  expect(await rolesOfPerson(opened.db, person)).toHaveLength(0)

  const unit = await act((work) =>
    createUnit(work, { parentId: '1', slug: 'chemia', name: 'Chemia', nameEn: '', calendarId: null, valid: true }),
  )
  await act((work) =>
    editUnit(work, unit, { parentId: '1', slug: 'wch', name: 'Wydział Chemii', nameEn: 'Chemistry', calendarId: null, valid: true }),
  )
  await back('unit')
  expect(await findUnit(opened.db, unit)).toMatchObject({ slug: 'chemia', name: 'Chemia' })

  const other = await make.agent({})
  await act((work) => setPersonRights(work, other, new Map([['2', ['rw']]])))
  const given = await lastOf('person right')
  await opened.db.deleteFrom('group_person').where('person_id', '=', admin).where('group_id', '=', '2').execute()
  const byOther = await make.actor(other)
  await expect(make.work(byOther, (work) => revertEvent(work, given, [owner]))).rejects.toMatchObject({ code: 'admin.last' })
  await opened.db.insertInto('group_person').values({ person_id: admin, group_id: '2', right: 'rw' }).execute()
})

it('what somebody changed since stays, and so does what was made, not changed', async () => {
  await act((work) => saveSettings(work, 'faq', owner.settings, { limit: 1 }))
  const event = await lastOf('setting')
  await act((work) => saveSettings(work, 'faq', owner.settings, { limit: 2 }))
  await expect(act((work) => revertEvent(work, event, [owner]))).rejects.toMatchObject({ code: 'audit.changed-since' })
  expect((await storedSettings(opened.db, 'faq')).get('limit')).toBe(2)
  await act((work) => createGroup(work, { name: 'Nowa', comment: '', unitId: '1', valid: true }))
  const made = await lastOf('group')
  expect(canRevert(made)).toBe(false)
  await expect(act((work) => revertEvent(work, made, [owner]))).rejects.toMatchObject({ code: 'audit.no-way-back' })
  await expect(
    make.asSystem(async (work) => revertEvent({ ...work, actor: await make.actor(await make.agent({})) }, event, [owner])),
  ).rejects.toMatchObject({ code: 'not-allowed' })
})
