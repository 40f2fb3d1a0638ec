import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase } from '../../../test/database.ts'
import { maker, type Maker } from '../../../test/make.ts'
import { sendLoginLink } from '../../person/login.ts'
import { findOutbound } from './mail-list.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let make: Maker
beforeAll(async () => {
  database = await testDatabase()
  make = await maker(database.db)
})
afterAll(() => database.close())

it('an administrator who reads the outbox does not get the link that lets somebody else in', async () => {
  await make.person({ address: 'gosc@klient.example' })
  const room = { db: make.db, work: make.work, clock: () => make.now, config: make.config }
  await sendLoginLink(room, { address: 'gosc@klient.example', language: 'pl', client: { address: '192.0.2.1', userAgent: '' } })
  const { id, body } = await make.db
    .selectFrom('outbound_mail')
    .select(['id', 'body'])
    .where('kind', '=', 'login link')
    .executeTakeFirstOrThrow()
  const token = /\/login\/link\/([\w-]{20,})/.exec(body ?? '')![1]!
  const shown = (await findOutbound(make.db, id))!.body
  expect(shown).not.toContain(token)
  expect(shown).toContain('/login/link/…')
})
