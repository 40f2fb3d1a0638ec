/** Owns taking a whole directory over: who is gone, in which order, with a brake on accounts and on rights; one entry's fault ends nothing. */
import type { Kysely } from 'kysely'
import type { Database, Id } from '../../database/schema.ts'
import { Refusal } from '../../errors.ts'
import type { Actor } from '../../kernel/actor.ts'
import { inSavepoint } from '../../kernel/lease.ts'
import { onTrial } from '../../kernel/trial.ts'
import type { Work } from '../../kernel/work.ts'
import { demandAdmin } from '../../permission/policy.ts'
import type { DirectoryChange, DirectoryPerson, PlanOptions } from './compare.ts'
import { seenInDirectory, switchOffDirectoryPersons, takeDirectoryPersons, takeEntries } from './take.ts'
import { knownEntries, type KnownEntry } from './directory.store.ts'
import { normalAddress } from '../persons.ts'

interface Room {
  db: Kysely<Database>
  work<T>(actor: Actor, run: (work: Work) => Promise<T>): Promise<T>
}

export interface NightOptions {
  /** Everything is done and taken back. */
  dry: boolean
  /** See `tooMany`. */
  brakePercent: number
  /** So many may be switched off, or lose a hat or a role, whatever the brake says. */
  allowOff?: number
  allowRights?: number
  /** Something is known to be wrong with the rules: nobody loses anything by them. */
  keepRights?: boolean
}
export interface Night {
  /** In the order of the entries. */
  changes: DirectoryChange[]
  /** Who is on and no longer among the entries. */
  gone: { id: Id; login: string | null; name: string; dn: string }[]
  offBraked: boolean
  /** Stayed on: nobody else administers. */
  stay: Id[]
  /** How many would lose a hat or a role, and whether they kept it. */
  losing: number
  rightsBraked: boolean
}

/** Entries are taken over so many at a time, each time one transaction. */
const BATCH = 100
const FEW = 10
const HARDLY_ANY = 2

/** So many at once are a mistake rather than a day's work: more than ten and that share of all, or more than two and half of all. */
export const tooMany = (count: number, all: number, percent: number): boolean =>
  (count > FEW && count > (all * percent) / 100) || (count > HARDLY_ANY && count * 2 > all)

/**
 * Takes all entries of one directory over and switches off who is gone. `persons`: everybody, or half of them would be switched
 * off. Each batch is one transaction; what PostgreSQL or a rule refuses of one entry is told as its problem `fault`. Errors: only
 * those of the database itself.
 */
export async function takeDirectory(
  room: Room,
  actor: Actor,
  directory: string,
  persons: readonly DirectoryPerson[],
  options: NightOptions,
): Promise<Night> {
  if (!options.dry) return night((run) => room.work(actor, run), room.db, directory, persons, options)
  return onTrial(room, actor, (work) =>
    night((run) => inSavepoint(work.db, { limitMs: STATEMENT_MS }, (db) => run({ ...work, db })), work.db, directory, persons, options),
  )
}
const STATEMENT_MS = 60_000

async function night(
  inWork: <T>(run: (work: Work) => Promise<T>) => Promise<T>,
  db: Kysely<Database>,
  directory: string,
  persons: readonly DirectoryPerson[],
  { dry, brakePercent, allowOff = 0, allowRights = 0, keepRights = false }: NightOptions,
): Promise<Night> {
  const known = await knownEntries(db, directory)
  const found = new Set(persons.map(({ entryId }) => entryId))
  const on = known.filter(({ valid }) => valid)
  const gone = on.filter((one) => !found.has(one.entry_id))
  const losing = await countLosing(db, known, persons)
  const done: Night = {
    changes: [],
    gone: gone.map(({ id, login, name, dn }) => ({ id, login, name, dn })),
    offBraked: gone.length > allowOff && tooMany(gone.length, on.length, brakePercent),
    stay: [],
    losing: losing.count,
    rightsBraked: losing.count > allowRights && (keepRights || tooMany(losing.count, losing.of, brakePercent)),
  }
  // First who is gone: what was given to them is free for who comes.
  if (!done.offBraked && gone.length > 0)
    done.stay = (
      await inWork((work) =>
        switchOffDirectoryPersons(
          work,
          gone.map(({ id }) => id),
        ),
      )
    ).stay
  const take = async (batch: readonly DirectoryPerson[]): Promise<DirectoryChange[]> =>
    inWork(async (work) => {
      demandAdmin(work.actor)
      const plan: PlanOptions = { keepRights: done.rightsBraked }
      const changes = await (dry ? takeEntries : takeDirectoryPersons)(work, batch, plan)
      await seenInDirectory(
        work,
        directory,
        batch.map(({ entryId }) => entryId),
      )
      return changes
    })
  const changes = new Map<DirectoryPerson, DirectoryChange>()
  for (const batch of batchesOf(together(persons, known)))
    (await oneByOne(batch, take)).forEach((change, i) => changes.set(batch[i]!, change))
  done.changes = persons.map((person) => changes.get(person)!)
  return done
}

/** A batch; where that fails, each of its entries by itself, so that only the faulty one is left out. */
async function oneByOne(
  batch: readonly DirectoryPerson[],
  take: (batch: readonly DirectoryPerson[]) => Promise<DirectoryChange[]>,
): Promise<DirectoryChange[]> {
  try {
    return await take(batch)
  } catch (error) {
    if (!isOfTheEntry(error)) throw error
    if (batch.length > 1) {
      const all: DirectoryChange[] = []
      for (const one of batch) all.push(...(await oneByOne([one], take)))
      return all
    }
    const [{ entryId, dn, login, name }] = batch as [DirectoryPerson]
    const detail = error instanceof Refusal ? error.code : (error as Error).message
    return [
      {
        entry: { id: entryId, dn, login, name: name || login },
        personId: null,
        kind: 'clash',
        what: [],
        problems: [{ problem: 'fault', detail }],
        loses: false,
      },
    ]
  }
}

/** Refused by a rule of ours, or by PostgreSQL for what is in the row (classes 21 to 23, 42, 54 and P0 of SQLSTATE), not for its own trouble. */
const isOfTheEntry = (error: unknown): boolean =>
  error instanceof Refusal || /^(?:2[123]|42|54|P0)/.test(String((error as { code?: unknown }).code ?? ''))

/** How many lose a hat or a role that the directory gave, of those who have any of it. */
async function countLosing(db: Kysely<Database>, known: readonly KnownEntry[], persons: readonly DirectoryPerson[]) {
  const names = new Map((await db.selectFrom('role').select(['id', 'name']).execute()).map(({ id, name }) => [id, name]))
  const now = new Map(persons.map((person) => [person.entryId, person]))
  const having = known.filter((one) => one.valid && (one.given_agent || one.given_roles.length > 0))
  const losing = having.filter((one) => {
    const person = now.get(one.entry_id)
    return person && ((one.given_agent && !person.agent) || one.given_roles.some((id) => !person.roles.includes(names.get(id) ?? '')))
  })
  return { count: losing.length, of: having.length }
}

/** Entries that want something of each other – an id, a login, an address – in one list; each such list is taken at once. */
function together(persons: readonly DirectoryPerson[], known: readonly KnownEntry[]): DirectoryPerson[][] {
  const above = persons.map((_, i) => i)
  const top = (i: number): number => {
    let at = i
    while (above[at] !== at) at = above[at] = above[above[at]!]!
    return at
  }
  const first = new Map<string, number>()
  const tie = (i: number, what: string): void => {
    const other = first.get(what)
    if (other === undefined) first.set(what, i)
    else above[top(i)] = top(other)
  }
  const logins = new Map(known.flatMap((one) => (one.login === null ? [] : [[one.entry_id, one.login.toLowerCase()]])))
  persons.forEach((person, i) => {
    tie(i, `id ${person.entryId}`)
    tie(i, `login ${person.login.toLowerCase()}`)
    const login = logins.get(person.entryId)
    if (login !== undefined) tie(i, `login ${login}`)
    for (const address of person.addresses) tie(i, `address ${normalAddress(address)}`)
  })
  return [...Map.groupBy(persons.keys(), (i) => top(i)).values()].map((group) => group.map((i) => persons[i]!))
}

function batchesOf(groups: readonly DirectoryPerson[][]): DirectoryPerson[][] {
  const batches: DirectoryPerson[][] = []
  for (const group of groups) {
    const last = batches.at(-1)
    if (last && last.length + group.length <= BATCH) last.push(...group)
    else batches.push([...group])
  }
  return batches
}
