/** Owns customers whom only tickets know: OTRS keeps the address of whoever wrote without an account in the place of a login. */
import { sql } from 'kysely'
import { isAddress, normalAddress, personOfMail, system, type Id } from '../../../core/index.ts'
import type { Finding, Room } from '../room.ts'

/** In one transaction. */
const AT_ONCE = 500

/**
 * Makes a person of each address, as a mail of theirs would here, so that they find their tickets and may go on writing in them. One that belongs to an
 * account which no import made stays a text: nobody comes by another's tickets through an address alone. Each is known in later runs.
 */
export async function takeOwnCustomers(room: Room, logins: Iterable<string>): Promise<void> {
  const addresses = [...new Map([...logins].map((login) => [normalAddress(login), login]))].filter(([address]) => isAddress(address))
  for (let at = 0; at < addresses.length; at += AT_ONCE) {
    await room.host.work(system('otrs-import'), async (work) => {
      const findings: Finding[] = []
      for (const [address, login] of addresses.slice(at, at + AT_ONCE)) {
        const { rows } = await sql<{ id: Id; imported: boolean }>`
          select a.person_id::text as id, exists (select from otrs_id i where i.kind in ('user', 'customer_user') and i.id = a.person_id) as imported
          from person_address a where a.address = ${address}`.execute(work.db)
        if (rows[0] && !rows[0].imported) {
          findings.push({ code: 'address-of-another', table: 'ticket', key: login })
          continue
        }
        const id = rows[0]?.id ?? (await personOfMail(work, address, '').catch(() => undefined))
        if (id === undefined) findings.push({ code: 'address-of-another', table: 'ticket', key: login })
        else await room.ids.put(work.db, 'customer_user', login, id)
      }
      await room.tell(work.db, ...findings)
    })
  }
}
