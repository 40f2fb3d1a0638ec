/** Owns the checks of who is believed to have written: whether anybody vouches for senders, and that no address of ours is a person. */
import { sql } from 'kysely'
import { checksSenders } from '../mail/judge/assurance/look-up.ts'
import { listOurAddressesOfPersons, listReleased } from '../queue/our-addresses.ts'
import type { WithDatabase } from './database.ts'
import { ok, warn, type Checked, type Finding } from './finding.ts'

const NAMED = 5
const some = (list: readonly string[]): string => [...list.slice(0, NAMED), ...(list.length > NAMED ? ['…'] : [])].join(', ')

export function checkWhoVouches({ config }: Pick<Checked, 'config'>): Finding[] {
  const { ownDomains, relays } = config.mail
  if (!checksSenders(config)) {
    return [
      warn(
        'senders',
        'Nobody vouches for senders, so whatever stands in From is believed of new tickets, and what does not answer a mail of ours is held.',
        'Name your mail domains in mail.ownDomains of config/local.ts, and the servers that hand mail on to pomoc in mail.relays (plugins/smtp-receiver/README.md).',
      ),
    ]
  }
  const vouching = relays.filter(({ vouchesFor }) => vouchesFor.length > 0)
  const silent = vouching.filter(({ authservId, inside = [] }) => authservId === undefined && inside.length === 0)
  if (silent.length > 0) {
    return [
      warn(
        'senders',
        `The relay ${some(silent.flatMap(({ addresses }) => addresses))} is to vouch for ${some(silent.flatMap(({ vouchesFor }) => vouchesFor))}, but has neither authservId nor inside: only clients that logged in there are believed by its word.`,
        'Add authservId, its name in Authentication-Results, or inside, the networks whose mail it takes from machines of yours, to it in mail.relays.',
      ),
    ]
  }
  return [
    ok('senders', ownDomains.length > 0 ? `${some(ownDomains)} must be proven.` : 'Senders are looked up; no domain is named as our own.'),
  ]
}

/** Accounts that have an address of ours, which the next start takes from them, and those that had one and still have tickets. */
export async function checkOurAddresses({ database: { db }, config }: WithDatabase): Promise<Finding[]> {
  const {
    rows: [there],
  } = await sql<{ found: boolean }>`select to_regclass('person_released') is not null as found`.execute(db)
  const now = await listOurAddressesOfPersons(db, config)
  const before = there?.found ? await listReleased(db) : []
  const findings: Finding[] = []
  if (now.length > 0) {
    findings.push(
      warn(
        'our addresses',
        `${now.length} accounts have an address of the help desk: ${some(now.map(({ name, personId, address }) => `${name} (person ${personId}, ${address})`))}.`,
        'Start pomoc, which takes it from them; an account that it made loses its login too.',
      ),
    )
  }
  if (before.length > 0) {
    findings.push(
      warn(
        'our addresses',
        `${before.length} accounts were made of, or had, an address of the help desk, and still are the customer of tickets: ${some(
          before.map(
            ({ name, personId, address, login, tickets }) =>
              `${name} (person ${personId}, ${address}${login === null ? '' : `, login ${login}`}, ${tickets} tickets)`,
          ),
        )}.`,
        'Give each ticket the customer who wrote it; “Change customer” on its page does that.',
      ),
    )
  }
  return findings.length > 0 ? findings : [ok('our addresses', 'No account has an address of the help desk.')]
}
