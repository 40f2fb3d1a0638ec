/** Owns a run of the take-over from its first row to its last: alone, with its parts in their order, resumed after any end. */
import { BootError, reasonOf, system, type Host } from '../../../core/index.ts'
import { CORE_SETTINGS, saveSettings } from '../../../core/administration.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { Room } from '../room.ts'
import { SourceError, type Source } from '../source/source.ts'
import type { LastSeen } from '../tickets/changed.store.ts'
import { loadTickets, type TicketRun } from '../tickets/tickets.ts'
import { text } from '../tickets/values.ts'
import { makeProgress, type RunProgress } from './progress.ts'
import {
  beginRun,
  endRun,
  forgetFindings,
  holdAlone,
  insertFindings,
  isRunning,
  lastDone,
  oldTickets,
  resumeRun,
  setPhase,
  someTickets,
  unfinishedRun,
  writeProgress,
  type RunRow,
} from './run.store.ts'

export interface RunWishes {
  source: Source
  mapping: Mapping
  /** Takes tickets away that are gone from the source, instead of telling of them. */
  removeGone?: boolean
  /** Called about once a second. */
  said?: (progress: RunProgress) => void
}

/** All that is taken over, in its order. */
export interface Parts {
  ids(db: Host['db']): Promise<Room['ids']>
  master(room: Room): Promise<void>
}

/** The operator stopped it: it goes on with the next run. */
class Stopped extends Error {}

/** Of a run whose process is gone is known after this. */
const LEASE_MS = 60_000

/**
 * The first run takes everything, one that did not end is gone on with, and after one that did only what the source has changed since is taken. Until
 * somebody goes live the clock of tickets stands. Answers how it ended. Throws a `BootError` that says what to do.
 */
export async function runParts(host: Host, wishes: RunWishes, parts: Parts): Promise<{ runId: string; state: 'done' | 'stopped' }> {
  const { db } = host
  const ended = await holdAlone(db, async () => {
    const { run, resumed, last } = await begin(host, wishes)
    const progress = makeProgress()
    const room: Room = {
      host,
      source: wishes.source,
      mapping: wishes.mapping,
      run: { id: run.id, incremental: run.incremental },
      ids: await parts.ids(db),
      tell: (within, ...findings) => insertFindings(within, run.id, findings, host.clock()),
      progress: progress.add,
      async goOn() {
        if (!(await isRunning(db, run.id))) throw new Stopped()
      },
    }
    const say = async (): Promise<void> => {
      wishes.said?.(progress.read())
      await writeProgress(db, run.id, progress.read(), new Date(host.clock().getTime() + LEASE_MS))
    }
    await say()
    const timer = setInterval(() => void say().catch(() => {}), 1000)
    try {
      await setPhase(db, run.id, 'master')
      await parts.master(room)
      await setPhase(db, run.id, 'tickets')
      const tickets: TicketRun = { act: run.act, ...(last ? { last } : {}), ...(wishes.removeGone ? { removeGone: true } : {}) }
      await loadTickets(room, tickets)
      // Steps of before the end were read at another moment than those after it: what changed in between is taken now.
      if (resumed && !last) await loadTickets(room, { ...tickets, last: { at: run.snapshotAt, value: run.marks.value ?? 0 } })
      await say()
      await endRun(db, run.id, 'done', null, host.clock())
      return { runId: run.id, state: 'done' as const }
    } catch (error) {
      await say().catch(() => {})
      if (error instanceof Stopped) {
        await endRun(db, run.id, 'stopped', null, host.clock())
        return { runId: run.id, state: 'stopped' as const }
      }
      const problem = sayProblem(error)
      // Where the database is away, nobody can write it down: the lease tells of it.
      await endRun(db, run.id, 'failed', problem ?? reasonOf(error), host.clock()).catch(() => {})
      throw problem === undefined ? error : new BootError(problem)
    } finally {
      clearInterval(timer)
    }
  })
  if (!ended) throw new BootError('Another process works on a run: wait until it has ended, or stop it on the page of the take-over.')
  return ended
}

async function begin(host: Host, { source, mapping }: RunWishes): Promise<{ run: RunRow; resumed: boolean; last: LastSeen | undefined }> {
  const { db } = host
  await demandSame(host, source)
  const done = await lastDone(db)
  const last = done && { at: done.snapshotAt, value: done.marks.value ?? 0 }
  const unfinished = await unfinishedRun(db)
  if (unfinished) {
    await resumeRun(db, unfinished.id, mapping)
    // What a run after the first finds it finds again; of a first one the steps that stand have told theirs.
    if (unfinished.incremental) await forgetFindings(db, unfinished.id)
    return { run: unfinished, resumed: true, last: unfinished.incremental ? last : undefined }
  }
  if (!done) {
    const old = await oldTickets(db)
    if (old > 0)
      throw new BootError(
        `${old} tickets made here have ids which those of the source may have: take a pilot's tickets away with "npm run pomoc -- begin-anew", then begin again.`,
      )
    await host.work(system('otrs-import'), (work) =>
      saveSettings(work, CORE_SETTINGS.name, CORE_SETTINGS.settings, { 'clock.stopped': true }),
    )
  }
  const value = (source.has('dynamic_field_value', 'id') ? await source.range('dynamic_field_value', 'id') : undefined)?.to ?? 0
  const run = await beginRun(db, source, { mapping, incremental: done !== undefined, marks: { value }, now: host.clock() })
  return { run, resumed: false, last }
}

/** A second source would write over the first: the tickets that came must be in this one too, under their numbers. */
async function demandSame({ db }: Host, source: Source): Promise<void> {
  const here = await someTickets(db)
  if (here.size === 0) return
  for await (const row of source.rows('ticket', { columns: ['id', 'tn'], among: { column: 'id', ids: [...here.keys()] } }))
    if (here.get(Number(row['id'])) === text(row['tn'])) return
  throw new BootError(`${source.label} is another source than the one that was taken over: name that one.`)
}

/** What the operator can do something about, in a sentence; undefined: a fault of ours. */
function sayProblem(error: unknown): string | undefined {
  if (error instanceof BootError || error instanceof SourceError) return error.message
  const { code, message } = error as { code?: unknown; message?: string }
  if (code === '53100' || code === 'ENOSPC')
    return 'The disk of the database is full: make room, then give the same command again; it goes on where it stopped.'
  if (typeof code === 'string' && /^(08|57P|53)/.test(code))
    return `The database ended the work (${message}): see that it runs, then give the same command again; it goes on where it stopped.`
  if (typeof code === 'string' && /^(PROTOCOL_|ER_|ECONN|EPIPE|ETIMEDOUT)/.test(code))
    return `The source ended the work (${message}): see that its database runs, then give the same command again; it goes on where it stopped.`
  return undefined
}
