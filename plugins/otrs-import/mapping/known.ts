/** Owns the names that a mapping file may use: those of the source, and units and persons of ours. */
import { listTopics, listUnits, type Host } from '../../../core/index.ts'
import { personsByLogin, stateNames } from '../check/target.store.ts'
import type { SourceNames } from '../check/facts.ts'
import type { KnownNames } from './mapping-file.ts'

export async function knownNames({ db }: Pick<Host, 'db'>, names: SourceNames): Promise<KnownNames> {
  const addresses = new Map<string, string[]>()
  for (const { login, address } of names.people)
    addresses.set(address.toLowerCase(), [...(addresses.get(address.toLowerCase()) ?? []), login])
  return {
    queues: new Set(names.queues),
    groups: new Set(names.groups),
    logins: new Set(names.people.map(({ login }) => login)),
    calendars: new Set(names.calendars.map(({ number }) => number)),
    states: new Set(names.states.map(({ name }) => name)),
    addresses,
    units: new Set((await listUnits(db)).map(({ slug }) => slug)),
    topics: new Set((await listTopics(db)).map(({ slug }) => slug)),
    ourStates: new Set(await stateNames(db)),
    ours: new Set((await personsByLogin(db)).keys()),
  }
}
