/** Owns tying mails to people of a directory: whose address it is, looked up before the mail is judged. */
import {
  findDirectoryEntry,
  findPersonByAddress,
  isAddress,
  normalAddress,
  system,
  takeDirectoryPersons,
  type Here,
  type Host,
  type MailAbout,
  type MailDecision,
  type MailTurn,
} from '../../core/index.ts'
import { personOf } from './entry.ts'
import { findByAddress } from './find.ts'
import { groupsOf } from './groups.ts'
import { openDirectories } from './house.ts'

interface Tied {
  directory: string
  dn: string
}

/**
 * The network is asked before the transaction, and the person stands there when the mail is judged, so that all its steps
 * know them. Who is known already, by more than a mail, is not looked up again.
 */
export async function tieSender({ mail }: MailAbout, { host }: Pick<Here, 'host'>): Promise<Tied | undefined> {
  // Several authors, or none: nobody is to be tied to such a mail.
  const address = mail.from.length === 1 ? normalAddress(mail.from[0]!.address) : ''
  if (!isAddress(address)) return undefined
  const known = await findPersonByAddress(host.db, address)
  if (known && known.source !== 'mail') return undefined
  return tieAddress(host, address)
}

async function tieAddress(host: Host, address: string): Promise<Tied | undefined> {
  for (const directory of openDirectories(host.config).filter(({ mails, service }) => mails && service)) {
    try {
      const persons = await directory.connections.asService(async (client) => {
        const found = await findByAddress(client, directory, address)
        if (found === 'several') return []
        return Promise.all(found.map(async (entry) => personOf(entry, directory, await groupsOf(client, directory, entry))))
      })
      // Several may list it: whose it is, is decided as in the nightly run.
      const whole = persons.filter((person) => typeof person === 'object')
      if (whole.length === 0) continue
      await host.work(system('ldap-auth'), (work) => takeDirectoryPersons(work, whole))
      const owner = await findPersonByAddress(host.db, address)
      const entry = owner && (await findDirectoryEntry(host.db, owner.id))
      if (entry?.directory === directory.name) return { directory: directory.name, dn: entry.dn }
    } catch (error) {
      // The mail goes on as from somebody known by their address only; the nightly run ties them.
      host.log.warn({ err: error, directory: directory.name }, 'the directory could not be asked about a sender')
    }
  }
  return undefined
}

/** Why the sender is known, with the mail's other reasons. */
export function sayTied({ checks }: MailTurn): MailDecision | undefined {
  const tied = checks['sender'] as Tied | undefined
  return tied && { decided: 'tied', rule: `directory ${tied.directory}`.slice(0, 100), detail: tied.dn.slice(0, 1000) }
}
