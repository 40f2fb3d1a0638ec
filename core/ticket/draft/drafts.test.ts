import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase } from '../../../test/database.ts'
import { maker, type Maker } from '../../../test/make.ts'
import type { OpenDatabase } from '../../database/database.ts'
import type { PersonActor } from '../../kernel/actor.ts'
import { dropDraft, findDraft, saveDraft } from './drafts.ts'
import { seenTimes, touchSeen } from '../seen.ts'

let database: OpenDatabase
let make: Maker
let jan: PersonActor
let ewa: PersonActor
beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
  jan = await make.actor(await make.agent({ '1': ['rw'] }))
  ewa = await make.actor(await make.agent({ '1': ['rw'] }))
})
afterAll(() => database.close())

it('a draft is kept per person and form, and the last one counts', async () => {
  await make.work(jan, (work) => saveDraft(work, 'ticket/1/reply', { body: 'a', cc: ' ' }))
  await make.work(jan, (work) => saveDraft(work, 'ticket/1/reply', { body: 'b\u0000' }))
  expect((await findDraft(make.db, jan.id, 'ticket/1/reply'))?.fields).toEqual({ body: 'b' })
  expect(await findDraft(make.db, ewa.id, 'ticket/1/reply')).toBeUndefined()
  expect(await findDraft(make.db, jan.id, 'ticket/1/note')).toBeUndefined()
})

it('empty fields are no draft, and take the old one away; so does dropping it', async () => {
  await make.work(jan, (work) => saveDraft(work, 'ticket/2/reply', { body: 'a' }))
  expect(await make.work(jan, (work) => saveDraft(work, 'ticket/2/reply', { body: '  \n' }))).toBe(false)
  expect(await findDraft(make.db, jan.id, 'ticket/2/reply')).toBeUndefined()
  await make.work(jan, (work) => saveDraft(work, 'ticket/2/reply', { body: 'a' }))
  await make.work(jan, (work) => dropDraft(work, 'ticket/2/reply'))
  expect(await findDraft(make.db, jan.id, 'ticket/2/reply')).toBeUndefined()
})

it('a draft without end is refused', async () => {
  await expect(make.work(jan, (work) => saveDraft(work, 'ticket/1/reply', { body: 'x'.repeat(200_001) }))).rejects.toMatchObject({
    code: 'too-large',
  })
})

it('what was seen is never seen earlier', async () => {
  const { id } = await make.ticket()
  const [early, late] = [new Date('2026-11-17T09:00:00Z'), new Date('2026-11-17T10:00:00Z')]
  await touchSeen(make.db, id, jan.id, late)
  await touchSeen(make.db, id, jan.id, early)
  expect([...(await seenTimes(make.db, jan.id, [id, '999']))]).toEqual([[id, late]])
  expect((await seenTimes(make.db, ewa.id, [id])).size).toBe(0)
})
