/** Owns the unit of work: one transaction, one actor, one moment, one act id; facts and jobs leave with the commit. */
import { randomUUID } from 'node:crypto'
import type { Kysely, RawBuilder, Transaction } from 'kysely'
import type { Config } from '../machine/config.ts'
import type { Database, Id } from '../database/schema.ts'
import type { Actor } from './actor.ts'
import type { JobRequest } from './jobs/jobs.ts'
import { tellAndAsk, unitsOfTickets, type FactName, type NewFact, type SaidFact } from './facts.ts'
import type { AskGuards, GuardChanges, GuardName } from './guards.ts'
import type { NarrowInWork, Narrowed, NarrowsInWork, Question, Scene, ChoiceTopic } from '../ticket/acts/choices.ts'
import { inSavepoint, lend } from './lease.ts'
import { noteRefused, OverLimit } from './limits/limits.ts'

export interface Work {
  readonly db: Transaction<Database>
  readonly actor: Actor
  readonly now: Date
  readonly config: Config
  /** Id of this act: stands on history, facts and outgoing mail, so that it can be undone as one. */
  readonly act: string
  /** Says what happened; stored in the transaction, delivered to subscribers after commit, at least once. */
  emit<N extends FactName>(name: N, fact: NewFact<N>): void
  /** Keeps rows that nothing in this act reads until before commit; `write` then makes one statement of all of them. */
  gather<T>(write: (work: Work, rows: T[]) => RawBuilder<unknown>, rows: readonly T[]): void
  /** Keeps what is looked at once all else of this act is done: `run` then has every row that was handed over, and is called before the last statement. */
  atEnd<T>(run: (work: Work, rows: T[]) => Promise<void>, rows: readonly T[]): void
  /** Asks for a job; it exists if and only if the transaction commits. */
  enqueue(task: string, payload: Record<string, unknown>, options?: Omit<JobRequest, 'task' | 'payload'>): void
  /** Plugins that are on in a unit: as of the moment this act first asked, so that one act never meets a plugin both on and off. */
  pluginsOn(unitId: Id): Promise<ReadonlySet<string>>
  /** Asks the guards of plugins that are on in one of the units. Error: `plugin.refused` with the plugin's reason. */
  ask<G extends GuardName>(guard: G, unitIds: readonly Id[], change: GuardChanges[G]): Promise<void>
  /** Is there a plugin, in any unit, that may take any of this away? From memory: most acts are asked nothing more. */
  narrows(topics: readonly ChoiceTopic[]): Promise<boolean>
  /** Asks the plugins that are on in the scene's unit what of this may not be chosen. */
  narrow(scene: Scene, questions: readonly Question[]): Promise<Narrowed>
  /** What this process remembers of administered things, by key; read anew with any change of them. */
  remembered<T>(key: string, read: () => Promise<T>): Promise<T>
  /** Is this plugin one that is switched on per unit? */
  perUnit(plugin: string): boolean
  /** Throws `not-found` when this is done by a plugin that is off in the unit: there it has nothing to see and nothing to do. */
  demandReach(unitId: Id): Promise<void>
}

/** Tables for the `with` of an act's last statement; functions in them run only where `asked`, a value, asks for what they return. */
export interface Alongside {
  tables: RawBuilder<unknown>
  asked: RawBuilder<unknown>
}

/** What the plugins have to do with acts. Without it, as in a small tool, there are none. */
export interface Extensions {
  /** All that are on in a unit; `fresh`: as the given transaction sees it, else from memory, until something that is administered changes. */
  on(db: Kysely<Database>, unitId: Id | null, fresh: boolean): Promise<ReadonlySet<string>>
  scope(plugin: string): 'unit' | 'installation'
  askGuards: AskGuards
  narrows: NarrowsInWork
  narrow: NarrowInWork
  remembered<T>(key: string, read: () => Promise<T>): Promise<T>
  /** An act of this process has changed something: also something that is administered? */
  forget(administered: boolean): void
  /** Tells that a plugin reached for something of a unit where it is off; answers what to throw. */
  trespass(plugin: string, unitId: Id): Error
}

export interface WorkRoom {
  db: Kysely<Database>
  config: Config
  clock: () => Date
  /** Subscribers of a fact, by name: one job each. */
  subscribers: (fact: string) => string[]
  extensions?: Extensions
  /** The plugin whose act it is. */
  plugin?: string
  /** Ends the act when it fires: whoever asked for it was cut off. */
  cutOff?: AbortSignal
  /** Notes that an act was one too many, once it is taken back; absent: it is counted and nothing else. */
  noteOver?: (over: OverLimit, actor: Actor) => Promise<void>
}

export { actorId } from './actor.ts'

/**
 * Runs `run` in one transaction. Retried up to three times when PostgreSQL ends it for a deadlock or a serialisation
 * failure (40P01, 40001): nothing has left the machine before commit, so running again is safe. `act`: where what a person does
 * at once takes several transactions, the act that this one belongs to.
 */
export async function runWork<T>(room: WorkRoom, actor: Actor, run: (work: Work) => Promise<T>, act: string = randomUUID()): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(room, actor, run, act)
    } catch (error) {
      const code = (error as { code?: unknown }).code
      if (attempt < 3 && !room.cutOff?.aborted && (code === '40P01' || code === '40001')) continue
      if (error instanceof OverLimit) await noteOver(room, error, actor)
      throw error
    }
  }
}

/** A refusal that cannot be noted is one all the same. */
async function noteOver(room: WorkRoom, over: OverLimit, actor: Actor): Promise<void> {
  const { name, key } = over.limit
  await (room.noteOver ? room.noteOver(over, actor) : noteRefused(room.db, name, key, room.clock())).catch(() => {})
}

async function once<T>(room: WorkRoom, actor: Actor, run: (work: Work) => Promise<T>, act: string): Promise<T> {
  const said: SaidFact[] = []
  const done = room.db.transaction().execute(async (db) => {
    const inner: Inner = {
      room,
      on: new Map(),
      chain: room.plugin === undefined ? [] : [room.plugin],
      limitMs: undefined,
      said,
      jobs: [],
      gathered: new Map(),
      alongside: [],
      ending: new Map(),
    }
    const core = { db, actor, now: room.clock(), config: room.config, act }
    const lease = lend(db)
    const result = await untilCutOff(() => run(makeWork(inner, { ...core, db: lease.db })), room.cutOff).finally(lease.end)
    const work = makeWork(inner, core)
    for (const [end, rows] of inner.ending) await end(work, rows as never[])
    const rest = [...inner.gathered].filter(([, rows]) => rows.length > 0).map(([write, rows]) => write(work, rows as never[]))
    await addTold(work, inner)
    await tellAndAsk(work, { said: inner.said, jobs: inner.jobs, rest, alongside: inner.alongside })
    return result
  })
  return done.finally(() => {
    if (said.length > 0) room.extensions?.forget(said.some(changesWhatIsOn))
  })
}

const changesWhatIsOn = ({ name }: SaidFact): boolean => name === 'admin.changed' || name === 'plugin.suspended'

/**
 * Which subscribers are told of what was said: those that are on in the fact's unit now. What happened outside of any unit is
 * told to the installation's plugins only.
 */
async function addTold(work: Work, { room: { subscribers, extensions }, said }: Inner): Promise<void> {
  const perUnit = (plugin: string) => extensions?.scope(plugin) === 'unit'
  const homeless = said.filter(({ name, fact }) => fact.ticketId && !fact.unitId && subscribers(name).some(perUnit))
  const units = await unitsOfTickets(
    work.db,
    homeless.map(({ fact }) => fact.ticketId!),
  )
  for (const one of said) {
    const unitId = one.fact.unitId ?? (one.fact.ticketId ? units.get(one.fact.ticketId) : undefined)
    const on = subscribers(one.name).some(perUnit) && unitId ? await work.pluginsOn(unitId) : new Set<string>()
    one.told = subscribers(one.name).filter((plugin) => !perUnit(plugin) || on.has(plugin))
  }
}

// What a work carries along for the acts nested in it.
const INNER: unique symbol = Symbol('inner')
interface Inner {
  room: WorkRoom
  on: Map<Id, Promise<ReadonlySet<string>>>
  /** Plugins in whose acts this one happens, the outermost first. */
  chain: readonly string[]
  /** Bound of each statement in the savepoint this work lives in. */
  limitMs: number | undefined
  said: SaidFact[]
  jobs: JobRequest[]
  gathered: Map<Write, unknown[]>
  alongside: Alongside[]
  ending: Map<End, unknown[]>
}
type Write = (work: Work, rows: never[]) => RawBuilder<unknown>
type End = (work: Work, rows: never[]) => Promise<void>
type Core = Pick<Work, 'db' | 'actor' | 'now' | 'config' | 'act'>

function makeWork(inner: Inner, core: Core): Work & { [INNER]: Inner } {
  const { room, chain, on, said, jobs, gathered, ending } = inner
  const plugin = chain.at(-1) ?? null
  const work = {
    ...core,
    [INNER]: inner,
    emit: <N extends FactName>(name: N, fact: NewFact<N>) => {
      said.push({ name, fact, plugin })
    },
    gather: <T>(write: (work: Work, rows: T[]) => RawBuilder<unknown>, rows: readonly T[]) => gatherInto(gathered, write, rows),
    atEnd: <T>(run: (work: Work, rows: T[]) => Promise<void>, rows: readonly T[]) => gatherInto(ending, run, rows),
    enqueue: (task: string, payload: Record<string, unknown>, options: Omit<JobRequest, 'task' | 'payload'> = {}) => {
      jobs.push({ task, payload, ...options })
    },
    pluginsOn(unitId: Id) {
      const known = on.get(unitId)
      if (known) return known
      const asked = room.extensions?.on(core.db, unitId, said.some(changesWhatIsOn)) ?? Promise.resolve(new Set<string>())
      asked.catch(() => on.delete(unitId))
      on.set(unitId, asked)
      return asked
    },
    async ask<G extends GuardName>(guard: G, unitIds: readonly Id[], change: GuardChanges[G]) {
      await room.extensions?.askGuards(work, guard, unitIds, change)
    },
    narrows: async (topics: readonly ChoiceTopic[]) => (await room.extensions?.narrows(work, topics)) ?? false,
    narrow: async (scene: Scene, questions: readonly Question[]) =>
      (await room.extensions?.narrow(work, scene, questions)) ?? { taken: [], allows: () => true, why: () => undefined },
    remembered: <T>(key: string, read: () => Promise<T>) => room.extensions?.remembered(key, read) ?? read(),
    perUnit: (plugin: string) => room.extensions?.scope(plugin) === 'unit',
    async demandReach(unitId: Id) {
      if (plugin === null || room.extensions?.scope(plugin) !== 'unit' || (await work.pluginsOn(unitId)).has(plugin)) return
      throw room.extensions.trespass(plugin, unitId)
    },
  }
  return work
}

function gatherInto<F>(gathered: Map<F, unknown[]>, by: F, rows: readonly unknown[]): void {
  const all = gathered.get(by)
  if (all) all.push(...rows)
  else gathered.set(by, [...rows])
}

/** Is this work done by or inside of the plugin? Then its own guards are not asked: it knows what it does. */
export const isWithin = (work: Work, plugin: string): boolean => innerOf(work).chain.includes(plugin)

/**
 * The same act, lent to a plugin inside a savepoint: what it writes, says and enqueues counts only when `run` ends well. Each
 * of its statements may take `limitMs`.
 */
export async function inPlugin<T>(work: Work, plugin: string, limitMs: number, run: (work: Work) => Promise<T>): Promise<T> {
  const inner = innerOf(work)
  const said: SaidFact[] = []
  const jobs: JobRequest[] = []
  const gathered = new Map<Write, unknown[]>()
  const ending = new Map<End, unknown[]>()
  const beside: Alongside[] = []
  const value = await inSavepoint(work.db, { limitMs, ...(inner.limitMs === undefined ? {} : { outerMs: inner.limitMs }) }, (db) =>
    run(
      makeWork(
        { ...inner, chain: [...inner.chain, plugin], limitMs, said, jobs, gathered, ending, alongside: beside },
        { db, actor: work.actor, now: work.now, config: work.config, act: work.act },
      ),
    ),
  )
  inner.said.push(...said)
  inner.jobs.push(...jobs)
  inner.alongside.push(...beside)
  for (const [write, rows] of gathered) gatherInto(inner.gathered, write, rows)
  for (const [end, rows] of ending) gatherInto(inner.ending, end, rows)
  return value
}

function innerOf(work: Work): Inner {
  const inner = (work as Work & { [INNER]?: Inner })[INNER]
  if (!inner) throw new Error('this is no work that host.work made')
  return inner
}

/** Does this with the act's last statement: what takes several tables, and nothing in the act looks at. */
export function alongside(work: Work, more: Alongside): void {
  innerOf(work).alongside.push(more)
}

/** Writes now what was gathered for the end of this act: for whoever looks at all of it before it is taken back. */
export async function writeGathered(work: Work): Promise<void> {
  const { gathered } = innerOf(work)
  const all = [...gathered]
  gathered.clear()
  for (const [write, rows] of all) await write(work, rows as never[]).execute(work.db)
}

async function untilCutOff<T>(run: () => Promise<T>, cutOff: AbortSignal | undefined): Promise<T> {
  if (!cutOff) return run()
  const gone = () => new Error('the call into the plugin that began this act was cut off')
  if (cutOff.aborted) throw gone()
  let stop = () => {}
  const cut = new Promise<never>((_, reject) => {
    stop = () => reject(gone())
    cutOff.addEventListener('abort', stop)
  })
  return Promise.race([run(), cut]).finally(() => cutOff.removeEventListener('abort', stop))
}
