/** Owns that addresses of ours are never people: taking them from accounts that have them, from earlier versions or an address that became ours. */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../audit/change.ts'
import type { Database, Id } from '../database/schema.ts'
import { endSessions } from '../person/sessions.ts'
import type { Work } from '../kernel/work.ts'
import { canonicalAddress, destinationOf, readAddressBook } from '../mail/addresses.ts'
import { personAddressSubject } from '../person/person-admin.ts'

export interface OwnedByPerson {
  personId: Id
  address: string
  name: string
  login: string | null
  agent: boolean
  source: string
  /** The person has another address besides. */
  others: boolean
}

/** Persons who have an address of ours, in any way to write it. */
export async function listOurAddressesOfPersons(
  db: Kysely<Database>,
  config: Parameters<typeof readAddressBook>[1],
): Promise<OwnedByPerson[]> {
  const book = await readAddressBook(db, config)
  const { rows } = await sql<OwnedByPerson>`
    select p.id as "personId", a.address, p.name, p.login, p.agent, p.source,
      exists (select from person_address o where o.person_id = p.id and o.id <> a.id) as others
    from person_address a join person p on p.id = a.person_id
    where lower(substring(a.address from '[^@]+$')) = any(${bothForms([...book.domains])}::text[]) order by p.id, a.id`.execute(db)
  return rows.filter(({ address }) => destinationOf(book, canonicalAddress(address)))
}

/** A domain in Unicode, as the address book has it, and as others may have written it. */
const bothForms = (domains: string[]): string[] => [...new Set(domains.flatMap((domain) => [domain, new URL(`http://${domain}`).hostname]))]

/**
 * Takes addresses of ours from whoever has them. Their tickets stay theirs, but the account that such an address made – or that a directory
 * took over by it – is nobody's: it loses its login too, so that nobody reads what strangers wrote through it. An agent, and who has another
 * address and an account made by hand, keep theirs. Answers how many there were; each is in the audit log and told by `npm run pomoc -- doctor`.
 */
export async function releaseOurAddresses(work: Work): Promise<number> {
  const found = await listOurAddressesOfPersons(work.db, work.config)
  for (const one of found) {
    const { personId, address } = one
    const keepsLogin = one.agent || (one.others && one.source === 'local') || one.login === null
    await work.db.deleteFrom('person_address').where('person_id', '=', personId).where('address', '=', address).execute()
    await sql`update person_address set main = true where id = (select min(id) from person_address where person_id = ${personId})
      and not exists (select from person_address where person_id = ${personId} and main)`.execute(work.db)
    await work.db
      .insertInto('person_released')
      .values({ person_id: personId, address, login: keepsLogin ? null : one.login, released_at: work.now })
      .onConflict((oc) => oc.doNothing())
      .execute()
    recordChange(work, personAddressSubject, personId, { address, main: false }, null)
    if (keepsLogin) continue
    await endSessions(work, personId)
    await work.db.updateTable('person').set({ login: null, password_hash: null }).where('id', '=', personId).execute()
    // A directory's entry that took the account over makes an account of its own the next time.
    await work.db.deleteFrom('person_directory').where('person_id', '=', personId).execute()
  }
  return found.length
}

/** Accounts that lost an address of ours and still are the customer of tickets. */
export async function listReleased(
  db: Kysely<Database>,
): Promise<{ personId: Id; name: string; address: string; login: string | null; tickets: number }[]> {
  const { rows } = await sql<{ personId: Id; name: string; address: string; login: string | null; tickets: number }>`
    select r.person_id as "personId", p.name, r.address, r.login, (select count(*)::int from ticket t where t.customer_id = p.id) as tickets
    from person_released r join person p on p.id = r.person_id
    where exists (select from ticket t where t.customer_id = p.id) order by p.id`.execute(db)
  return rows
}
