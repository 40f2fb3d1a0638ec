/** Owns what the very first start adds: an administrator without a password yet, and the first address. */
import { sql } from 'kysely'
import { system } from '../kernel/actor.ts'
import type { Host } from '../kernel/contract.ts'
import { addressesChanged } from '../mail/addresses.ts'
import { createPerson } from '../person/persons.ts'
import { createSetPasswordLink } from '../person/login-links.ts'
import { ROOT_UNIT } from '../unit/tree.ts'
import { secretPath } from '../person/token.ts'

const FIRST_QUEUE = 'Raw' // OTRS PostmasterDefaultQueue

/** That of config/defaults.ts. */
const NOBODYS = 'pomoc@localhost'

/** Of several processes that start at once on nothing the others wait for the first. */
const LOCK = 7002

/**
 * Makes sure that somebody can administer and that the configured address leads to a queue. As long as the first
 * administrator has set no password, each start with `link` answers a new one-time link; the one before it ends.
 */
export async function firstRun(host: Host, { link = true } = {}): Promise<string[]> {
  const token = await host.work(system('first run'), async (work) => {
    const { db } = work
    await sql`select pg_advisory_xact_lock(${LOCK})`.execute(db)
    const addresses = await db.selectFrom('system_address').select(['id', 'address']).limit(2).execute()
    // Who looked round first and named an address afterwards has only the one nobody chose.
    if (addresses.length === 1 && addresses[0]!.address === NOBODYS && work.config.mailAddress.toLowerCase() !== NOBODYS) {
      await db
        .updateTable('system_address')
        .set({ address: work.config.mailAddress.toLowerCase(), name: work.config.mail.fromName })
        .where('id', '=', addresses[0]!.id)
        .execute()
      await addressesChanged(work)
    }
    if (addresses.length === 0) {
      const queue = await db.selectFrom('queue').select('id').where('name', '=', FIRST_QUEUE).executeTakeFirstOrThrow()
      await db
        .insertInto('system_address')
        .values({
          address: work.config.mailAddress.toLowerCase(),
          name: work.config.mail.fromName,
          queue_id: queue.id,
        })
        .execute()
    }
    const admins = await db
      .selectFrom('group_person')
      .innerJoin('permission_group as g', 'g.id', 'group_person.group_id')
      .innerJoin('person', 'person.id', 'group_person.person_id')
      .select(['person.id', 'person.password_hash', 'person.source'])
      .where('g.name', '=', 'admin')
      .where('right', '=', 'rw')
      .where('person.valid', '=', true)
      .execute()
    // Who logs in through a directory has no password here and needs none.
    if (admins.some((admin) => admin.password_hash !== null || admin.source !== 'local')) return undefined
    const id = admins[0]?.id ?? (await firstAdministrator())
    return link ? createSetPasswordLink(work, id) : undefined

    async function firstAdministrator() {
      const person = await createPerson(work, { login: 'admin', name: 'Administrator', agent: true, unitId: ROOT_UNIT })
      const groups = await db.selectFrom('permission_group').select('id').where('name', 'in', ['users', 'admin', 'stats']).execute()
      await db
        .insertInto('group_person')
        .values(groups.map((group) => ({ group_id: group.id, person_id: person, right: 'rw' })))
        .execute()
      return person
    }
  })
  return token === undefined
    ? []
    : [
        `Set the administrator's password here (login “admin”, the link works once, for a day): ${host.config.baseUrl}${secretPath('set-password', token)}`,
      ]
}
