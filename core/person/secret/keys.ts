/** Owns sealing persons' secrets: which keys the database knows, held against the key file; what was kept in clear or under an older key. */
import type { Kysely } from 'kysely'
import { recordChange } from '../../audit/change.ts'
import type { CoreSubject } from '../../audit/subject.ts'
import type { Fill } from '../../database/fill.ts'
import type { Database, Id } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import { system } from '../../kernel/actor.ts'
import type { Host } from '../../kernel/contract.ts'
import type { Work } from '../../kernel/work.ts'
import { unprivilegedAccount } from '../../machine/account.ts'
import { BootError } from '../../machine/boot-error.ts'
import {
  addKey,
  fingerprint,
  keyFileOf,
  makeKeyFile,
  newestKey,
  readKeyRing,
  seal,
  unseal,
  type KeyPlace,
  type KeyRing,
  type Sealed,
} from '../../machine/key-ring.ts'
import { demandAdmin } from '../../permission/policy.ts'
import { countSecrets, keepSealed, keptSecrets, lockKeys, recordedKeys, recordKey } from './keys.store.ts'

type Room = Pick<Work, 'db' | 'now'> & { config: KeyPlace }

/** A secret as its row has it: sealed, or in clear as it was before there were keys. */
export interface Kept {
  person_id: Id
  secret: string | null
  sealed: Buffer | null
  key_number: number | null
}

const holderOf = (personId: Id): string => `second factor of person ${personId}`

/**
 * The keys, to seal with. Where none is needed yet the file is made, and the database learns the key's fingerprint. From the first secret on a
 * file that is missing, or holds another key under that number, is refused: two keys of one number would lose what one of them sealed.
 * A BootError says which and what to do.
 */
export async function demandKeys({ db, now, config }: Room): Promise<KeyRing> {
  const path = keyFileOf(config)
  const [known, secrets] = [await recordedKeys(db), await countSecrets(db)]
  const found = await readKeyRing(path)
  if (!found && known.some((key) => secrets.has(key.number))) throw new BootError(`${missing(path)}: ${WAYS_OUT}`)
  const ring = found ?? (await makeKeyFile(path, (known.at(-1)?.number ?? 0) + 1, unprivilegedAccount()))
  const number = newestKey(ring)
  const print = fingerprint(ring.get(number)!)
  const recorded = known.find((key) => key.number === number)?.fingerprint
  if (recorded !== print) {
    if (secrets.has(number)) throw new BootError(`${other(path, number, recorded)}: ${WAYS_OUT}`)
    await recordKey(db, { number, fingerprint: print, since: now })
  }
  return ring
}

/** Makes the key file at the very first start. Where it is missing later nothing but two-step login waits for it: answers what to tell the operator. */
export async function keysAtStart(host: Pick<Host, 'work' | 'log'>): Promise<string[]> {
  try {
    await host.work(system('first run'), demandKeys)
    return []
  } catch (error) {
    if (!(error instanceof BootError)) throw error
    host.log.error({ why: error.message }, 'secrets of two-step login cannot be opened or made')
    return [`Two-step login does not work: ${error.message.replace(/\.$/, '')}.`]
  }
}

const missing = (path: string): string => `The key file ${path} is not there`
const other = (path: string, number: number, print = '?'): string =>
  `Key ${number} in ${path} is not the one that the database knows under that number (fingerprint ${print})`
/** What the operator does about a key that is not there. */
export const WAYS_OUT =
  'bring the file back from your copy; where it is lost, “npm run pomoc -- secret-key new” makes a further key and ' +
  '“npm run pomoc -- factor-off --unreadable” lets those in whose two-step login hangs on the lost one'

export async function sealSecret(room: Room, personId: Id, secret: string): Promise<Sealed> {
  try {
    return seal(await demandKeys(room), secret, holderOf(personId))
  } catch (error) {
    throw error instanceof BootError ? refused('factor.no-key') : error
  }
}

/** The secret; undefined where its key is not to be had. */
export async function openSecret({ config }: Pick<Room, 'config'>, kept: Kept): Promise<string | undefined> {
  return kept.secret ?? (await openedWith(await readKeyRing(keyFileOf(config)).catch(() => undefined), kept))
}

function openedWith(ring: KeyRing | undefined, { person_id, sealed, key_number }: Kept): string | undefined {
  return sealed && key_number !== null ? unseal(ring, { key: key_number, bytes: sealed }, holderOf(person_id)) : undefined
}

/** Seals what was kept in clear, a step at a time: for `runFills`. Throws while there is no key. */
export const sealKept = (config: KeyPlace, clock: () => Date): Fill => ({
  table: 'second_factor',
  key: 'person_id',
  rows: 500,
  async step(db, range) {
    const kept = (await keptSecrets(db, range)).filter(({ secret }) => secret !== null)
    if (kept.length === 0) return
    const ring = await demandKeys({ db: db as Work['db'], now: clock(), config })
    for (const one of kept) await keepSealed(db, one.person_id, seal(ring, one.secret!, holderOf(one.person_id)))
  },
})

export interface NewKey {
  number: number
  fingerprint: string
  /** How many secrets are sealed with it now, and how many stay behind for want of their key. */
  sealed: number
  unreadable: number
}

/**
 * Adds a key above all others and seals with it whatever opens; the keys before stay in the file, for backups and for what does not open yet.
 * Where the file is not there it is made. Errors: a BootError where the file cannot be read or written.
 */
export async function addSecretKey(work: Work): Promise<NewKey> {
  demandAdmin(work.actor)
  const { db, config, now } = work
  await lockKeys(db)
  const path = keyFileOf(config)
  const before = await readKeyRing(path)
  const number = Math.max(0, ...(await recordedKeys(db)).map((key) => key.number), ...(before?.keys() ?? [])) + 1
  const ring = before ? await addKey(path, number) : await makeKeyFile(path, number, unprivilegedAccount())
  const print = fingerprint(ring.get(number)!)
  await recordKey(db, { number, fingerprint: print, since: now })
  let sealed = 0
  const kept = await keptSecrets(db)
  for (const one of kept) {
    const secret = one.secret ?? openedWith(ring, one)
    if (secret === undefined) continue
    await keepSealed(db, one.person_id, seal(ring, secret, holderOf(one.person_id)))
    sealed++
  }
  recordChange(work, secretKeySubject, String(number), null, { fingerprint: print })
  return { number, fingerprint: print, sealed, unreadable: kept.length - sealed }
}

/** Whose secret does not open with the keys there are. */
export async function unreadableSecrets(db: Kysely<Database>, config: KeyPlace): Promise<Id[]> {
  const ring = await readKeyRing(keyFileOf(config))
  return (await keptSecrets(db)).filter((one) => (one.secret ?? openedWith(ring, one)) === undefined).map((one) => one.person_id)
}

/** Of how much is sealed with which key, for whoever looks after the installation. */
export interface KeyUse {
  number: number
  fingerprint: string
  secrets: number
  /** Whether the file has this very key. */
  there: boolean
}

export async function keysInUse(db: Kysely<Database>, ring: KeyRing | undefined): Promise<{ keys: KeyUse[]; inClear: number }> {
  const [known, counts] = [await recordedKeys(db), await countSecrets(db)]
  return {
    keys: known.map((key) => {
      const bytes = ring?.get(key.number)
      return {
        number: key.number,
        fingerprint: key.fingerprint,
        secrets: counts.get(key.number) ?? 0,
        there: bytes !== undefined && fingerprint(bytes) === key.fingerprint,
      }
    }),
    inClear: counts.get(null) ?? 0,
  }
}

/** The key itself is in a file alone. */
export const secretKeySubject: CoreSubject<{ fingerprint: string }> = {
  type: 'secret key',
  right: 'installation',
  lies: null,
  words: 'subject.secret-key',
  fields: { fingerprint: { words: 'field.fingerprint' } },
  way: { noWayBack: 'no-way.secret' },
}
