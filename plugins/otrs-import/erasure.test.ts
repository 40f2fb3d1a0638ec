/** Whoever came by the take-over is erased from what it remembers of them, too. */
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { erasePerson } from '../../core/privacy/erase.ts'
import { exportPerson } from '../../core/privacy/export.ts'
import { openSite } from '../../test/web.ts'
import portal from '../portal/index.tsx'
import otrsImport from './index.tsx'

it('two people whose logins are keys there go one after the other, with their old passwords and what is kept of them', async () => {
  const site = await openSite([portal, otrsImport])
  try {
    const { make } = site
    const { db } = make
    await make.agent({ 2: ['rw'] })
    const people = [
      { login: 'zbrzecz7', name: 'Zdzisława Brzęczyszczykiewicz' },
      { login: 'gbrzecz8', name: 'Grzegorz Chrząszczyżewoszycki' },
    ]
    const ids: string[] = []
    for (const { login, name } of people) {
      const id = await make.person({ login, name, address: `${login}@uni.example` })
      ids.push(id)
      await sql`insert into otrs_id values ('customer_user', ${login}, ${id}, ${login}, 1)`.execute(db)
      await sql`insert into otrs_password values (${id}, 'customer', ${login}, ${'a'.repeat(64)})`.execute(db)
      await sql`insert into otrs_kept values ('search profile', ${login}, 'Moje', ${JSON.stringify({ login })}::jsonb, ${`login: ${login}`})`.execute(
        db,
      )
    }
    const exported = await new Response(await exportPerson(db, ids[0]!, make.now, site.kernel.host.plugins)).text()
    expect(
      ['zbrzecz7', 'plugins/otrs-import.json', 'otrs_password', 'Moje', 'gbrzecz8', 'a'.repeat(64)].map((word) => exported.includes(word)),
    ).toEqual([true, true, true, true, false, false])

    for (const id of ids) await make.asSystem((work) => erasePerson(work, id))
    const { rows } = await sql<{ all: string }>`
      select string_agg(t::text, E'\n') as all from (
        select i::text as t from otrs_id i union all select p::text from otrs_password p union all select k::text from otrs_kept k) x`.execute(
      db,
    )
    for (const { login } of people) expect(rows[0]!.all).not.toContain(login)
    const counts =
      await sql`select (select count(*)::int from otrs_id) as ids, (select count(*)::int from otrs_password) as passwords`.execute(db)
    expect(counts.rows).toEqual([{ ids: 2, passwords: 0 }])
  } finally {
    await site.close()
  }
})
