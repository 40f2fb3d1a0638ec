/** Owns finding a person by the address or login that somebody types, in the directories too where nobody is known here yet. */
import type { Host } from '../kernel/contract.ts'
import { normalLogin } from './login-name.ts'
import { findPerson, findPersonByAddress, findPersonByLogin, isAddress, type Person } from './persons.ts'

/**
 * Who has this address or login. Whom only a directory knows is made here by it, as at their first login: call it outside of a
 * transaction. Not for strangers and customers: the answer tells who is known.
 */
export async function lookUpPerson(
  { db, logins }: Pick<Host, 'db'> & { logins: Pick<Host['logins'], 'find'> },
  typed: string,
): Promise<Person | undefined> {
  const who = typed.trim()
  const known = (isAddress(who) ? await findPersonByAddress(db, who) : undefined) ?? (await findPersonByLogin(db, who))
  if (known && known.source !== 'mail') return known
  const login = normalLogin(who)
  const id = login === undefined ? undefined : await logins.find(login)
  return id === undefined ? known : await findPerson(db, id)
}
