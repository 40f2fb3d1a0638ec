import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setAbsence, spendTime } from '../../core/index.ts'
import { byTurns, LOOKS, lookAtAll, type View } from '../../test/look.ts'
import { launchChromium, requireChromium } from '../../test/servers/chromium.ts'
import { openSite, type Site } from '../../test/web.ts'
import admin from '../admin/index.tsx'
import portal from '../portal/index.tsx'
import desk from './index.tsx'

describe.skipIf(!requireChromium())('who sees a ticket, why, who is away, and time spent, in Chromium', () => {
  let site: Site
  let browser: Browser
  let url: string
  let views: View[]
  beforeAll(async () => {
    site = await openSite([desk, portal, admin])
    const { make } = site
    const group = await make.group('Wydział Mechaniczny – HMS')
    const queue = await make.queue({ name: 'Wydział Mechaniczny::HMS', groupId: group })
    const [anna, jan] = [
      await make.agent({ [group]: ['rw'] }, { name: 'Anna Nowak', login: 'anowak' }),
      await make.agent({ [group]: ['rw'], 2: ['rw'] }, { name: 'Jan Kowalski', login: 'jkowalski' }),
    ]
    const watcher = await make.agent({}, { name: 'Piotr Zieliński' })
    const role = await make.db.insertInto('role').values({ name: 'Administratorzy HMS' }).returning('id').executeTakeFirstOrThrow()
    await make.db
      .insertInto('group_role')
      .values([
        { role_id: role.id, group_id: group, right: 'ro' },
        { role_id: role.id, group_id: group, right: 'note' },
      ])
      .execute()
    await make.db
      .insertInto('role_person')
      .values({ role_id: role.id, person_id: await make.agent({}, { name: 'Ewa Wójcik', login: 'ewojcik' }) })
      .execute()
    const ticket = await make.ticket({
      queueId: queue,
      ownerId: anna,
      subject: 'Nie widać grup w HMS',
      customerId: await make.person({ name: 'Maria Wiśniewska', address: 'maria@uni.example' }),
    })
    await make.ticket({ queueId: queue, subject: 'Sala 114 w planie podwójnie' })
    await make.db.insertInto('ticket_watcher').values({ ticket_id: ticket.id, person_id: watcher }).execute()
    await make.db
      .insertInto('ticket_participant')
      .values({ ticket_id: ticket.id, person_id: await make.person({ name: 'Tomasz Lis' }), right: 'read' })
      .execute()
    await make.work(await make.actor(anna), (work) =>
      setAbsence(work, anna, { from: '2026-11-16', until: '2026-12-04', substituteId: jan, note: 'W pilnych sprawach: 91 449 00 00' }),
    )
    // Its forms ask for time, and some is booked.
    await make.db.updateTable('queue').set({ ask_time: 'required' }).where('id', '=', queue).execute()
    await make.work(await make.actor(jan), (work) => spendTime(work, ticket.id, 12.5))
    const [his, hers] = [await site.session(jan), await site.session(anna)]
    views = [
      { name: 'who', path: `/desk/tickets/${ticket.id}/who`, session: his },
      { name: 'ticket-away', path: `/desk/tickets/${ticket.id}`, session: his },
      { name: 'my-time', path: '/desk/time', session: his },
      { name: 'archive', path: '/desk/search?archive=with', session: his },
      { name: 'substitute', path: '/desk/view/substitute', session: his },
      { name: 'why', path: `/admin/why?person=ewojcik&ticket=${ticket.number}`, session: his },
      { name: 'why-refused', path: '/admin/why?person=nikt&ticket=1', session: his, status: 422 },
      { name: 'person-absence', path: `/admin/persons/${anna}/absence`, session: his },
      { name: 'account-absence', path: '/account', session: hers },
    ]
    url = await site.serve()
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await site?.close()
  })

  it.each(LOOKS)(
    'are right in $language, $colours, $width px',
    async (look) => {
      expect(await lookAtAll(browser, url, byTurns(views, look), look)).toEqual({})
    },
    600_000,
  )
})
