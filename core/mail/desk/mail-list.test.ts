import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase } from '../../../test/database.ts'
import { mailLinks } from '../../../test/mail-links.ts'
import { maker, type Maker } from '../../../test/make.ts'
import { createSetPasswordLink } from '../../person/login-links.ts'
import { sendDeviceLink, sendLoginLink } from '../../person/login.ts'
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
  await mailLinks(room)
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

it.each(['login link', 'notification'] as const)(
  'nor any other link that ends in a secret, whatever kind of mail brings it: %s',
  async (kind) => {
    const id = await make.person({ address: `gosc-${kind.length}@klient.example`, login: `gosc-${kind.length}` })
    const room = { db: make.db, work: make.work, clock: () => make.now, config: make.config }
    await sendDeviceLink(room, {
      login: `gosc-${kind.length}`,
      language: 'pl',
      client: { address: `192.0.2.${kind.length}`, userAgent: '' },
    })
    await mailLinks(room)
    const password = await make.asSystem((work) => createSetPasswordLink(work, id))
    const mail = await make.db.selectFrom('outbound_mail').select(['id', 'body']).orderBy('id', 'desc').executeTakeFirstOrThrow()
    const device = /\/login\/device\/([\w-]{20,})/.exec(mail.body ?? '')![1]!
    await make.db
      .updateTable('outbound_mail')
      .set({ kind, body: `${mail.body}\nhttps://pomoc.uni.example/password/${password}\nhttps://pomoc.uni.example/tickets/17` })
      .where('id', '=', mail.id)
      .execute()
    const shown = (await findOutbound(make.db, mail.id))!.body
    for (const secret of [device, password]) expect(shown).not.toContain(secret)
    for (const kept of ['/login/device/…', '/password/…', '/tickets/17']) expect(shown).toContain(kept)
  },
)
