/** Owns the unit of work: one transaction, one actor, one moment, one act id; facts and jobs leave with the commit. */
import { randomUUID } from 'node:crypto'
import type { Kysely, RawBuilder, Transaction } from 'kysely'
import type { Config } from '../config.ts'
import type { Database, Id } from '../database/schema.ts'
import type { Actor } from '../permission/actor.ts'
import type { JobRequest } from './jobs.ts'
import { tellAndAsk, type FactName, type NewFact } from './facts.ts'

export interface Work {
  readonly db: Transaction<Database>
  readonly actor: Actor
  readonly now: Date
  readonly config: Config
  /** Id of this act: stands on history, facts and outgoing mail, so that it can be undone as one. */
  readonly act: string
  /** Says what happened; stored in the transaction, delivered to subscribers after commit, at least once. */
  emit(name: FactName, fact: NewFact): void
  /** Keeps rows that nothing in this act reads until before commit; `write` then makes one statement of all of them. */
  gather<T>(write: (work: Work, rows: T[]) => RawBuilder<unknown>, rows: readonly T[]): void
  /** Asks for a job; it exists if and only if the transaction commits. */
  enqueue(task: string, payload: Record<string, unknown>, options?: Omit<JobRequest, 'task' | 'payload'>): void
}

export interface WorkRoom {
  db: Kysely<Database>
  config: Config
  clock: () => Date
  /** Subscribers of a fact, by name: one job each. */
  subscribers: (fact: string) => string[]
}

/** Person id to write into history and facts; null for the system. */
export function actorId(work: Pick<Work, 'actor'>): Id | null {
  return work.actor.kind === 'person' ? work.actor.id : null
}

/**
 * Runs `run` in one transaction. Retried up to three times when PostgreSQL ends it for a deadlock or a serialisation
 * failure (40P01, 40001): nothing has left the machine before commit, so running again is safe.
 */
export async function runWork<T>(room: WorkRoom, actor: Actor, run: (work: Work) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(room, actor, run)
    } catch (error) {
      const code = (error as { code?: unknown }).code
      if (attempt < 3 && (code === '40P01' || code === '40001')) continue
      throw error
    }
  }
}

function once<T>(room: WorkRoom, actor: Actor, run: (work: Work) => Promise<T>): Promise<T> {
  return room.db.transaction().execute(async (db) => {
    const facts: { name: FactName; fact: NewFact }[] = []
    const jobs: JobRequest[] = []
    const gathered = new Map<(work: Work, rows: never[]) => RawBuilder<unknown>, unknown[]>()
    const work: Work = {
      db, actor, now: room.clock(), config: room.config, act: randomUUID(),
      emit: (name, fact) => { facts.push({ name, fact }) },
      gather: (write, rows) => {
        const all = gathered.get(write)
        if (all) all.push(...rows)
        else gathered.set(write, [...rows])
      },
      enqueue: (task, payload, options = {}) => { jobs.push({ task, payload, ...options }) },
    }
    const result = await run(work)
    const rest = [...gathered].filter(([, rows]) => rows.length > 0).map(([write, rows]) => write(work, rows as never[]))
    await tellAndAsk(work, { facts, subscribers: room.subscribers, jobs, rest })
    return result
  })
}
