/** Owns going live: a checklist that knows what is done, what will happen then, and the moment from which the clock runs. */
import type { Kysely } from 'kysely'
import {
  actorId,
  clockStopped,
  demandAdmin,
  refused,
  type Actor,
  type Database,
  type Foretold,
  type Host,
  type Work,
} from '../../../core/index.ts'
import { CORE_SETTINGS, ownAddressIsTaken, saveSettings } from '../../../core/administration.ts'
import { FINDINGS } from '../findings.ts'
import { lastRun, type Run } from '../runs.store.ts'
import { deleteSaid, insertSaid, listSaid, liveSince, readSigns, type Signs } from './golive.store.ts'

/** In the order in which they are done. 'seen': pomoc sees itself whether it is done; 'said': somebody says so; 'either': whichever comes first. */
const ITEMS = {
  run: 'seen',
  report: 'seen',
  decisions: 'seen',
  backup: 'said',
  addresses: 'seen',
  outgoing: 'seen',
  logins: 'seen',
  directory: 'either',
  texts: 'said',
  rules: 'said',
  mail: 'either',
  'host-name': 'said',
} as const satisfies Record<string, 'seen' | 'said' | 'either'>
export type ItemName = keyof typeof ITEMS
export const ITEM_NAMES = Object.keys(ITEMS) as readonly ItemName[]

export interface Item {
  name: ItemName
  done: boolean
  /** May somebody say that it is done, or take that back? */
  byHand: boolean
  /** Who said so, and when. */
  said?: { at: Date; by: string | null }
}

export interface Checklist {
  run: Run | undefined
  signs: Signs | undefined
  items: readonly Item[]
  /** Since when; undefined: not yet. */
  live: Date | undefined
  /** Does the clock stand still? */
  stopped: boolean
}

const DECISIONS = Object.entries(FINDINGS as Record<string, string>).flatMap(([code, kind]) => (kind === 'decide' ? [code] : []))

export async function readChecklist(host: Pick<Host, 'db' | 'config' | 'plugins'>): Promise<Checklist> {
  const { db, config } = host
  const [run, said, live, stopped, ownAddress] = await Promise.all([
    lastRun(db),
    listSaid(db),
    liveSince(db),
    clockStopped(db),
    ownAddressIsTaken(db, config),
  ])
  const signs = run && (await readSigns(db, run, DECISIONS))
  const seen: Readonly<Partial<Record<ItemName, boolean>>> = {
    run: run?.state === 'done',
    report: signs?.unexplained === 0,
    decisions: signs?.decisions === 0,
    addresses: ownAddress && (signs?.addresses ?? 0) > 0,
    outgoing: config.smarthostUrl !== undefined,
    logins: signs?.shutOut === 0,
    directory: (signs?.byDirectory ?? 0) > 0,
    mail: (signs?.arrived ?? 0) > 0,
  }
  const items = ITEM_NAMES.map((name): Item => {
    const word = said.find(({ item }) => item === name)
    const kind = ITEMS[name]
    return {
      name,
      done: (kind !== 'said' && seen[name] === true) || (kind !== 'seen' && word !== undefined),
      byHand: kind === 'said' || (kind === 'either' && seen[name] !== true),
      ...(kind !== 'seen' && word ? { said: { at: word.at, by: word.by } } : {}),
    }
  })
  return { run, signs, items, live, stopped }
}

/** Says that something of the checklist is done, or takes that back. Error: `not-found` for what pomoc sees itself. */
export async function sayDone(work: Work, name: string, done: boolean): Promise<void> {
  demandAdmin(work.actor)
  if (!isItem(name) || ITEMS[name] === 'seen') throw refused('not-found')
  if (done) await insertSaid(work.db, name, work.now, actorId(work))
  else await deleteSaid(work.db, name)
}
export const isItem = (name: string): name is ItemName => Object.hasOwn(ITEMS, name)

/** What was foretold when the clock was let go; undefined: it was not yet. */
export async function foretoldThen(db: Kysely<Database>): Promise<Foretold | undefined> {
  return (await listSaid(db)).find(({ item }) => item === 'live')?.said as Foretold | undefined
}

/** Without these nothing goes live, whatever anybody says: half of the tickets, and a clock that runs into the next half. */
const NEEDED: readonly ItemName[] = ['run']

/**
 * Lets the clock go, once: from now on pomoc is the help desk. Answers what is still open instead, where anything is: `anyway` goes on without
 * it. Nothing is open and nothing done where it is live already.
 */
export async function goLive(host: Host, actor: Actor, { anyway }: { anyway: boolean }): Promise<{ open: readonly ItemName[] }> {
  demandAdmin(actor)
  const { items, live } = await readChecklist(host)
  if (live) return { open: [] }
  const open = items.filter(({ done }) => !done).map(({ name }) => name)
  if (open.length > 0 && (!anyway || open.some((name) => NEEDED.includes(name)))) return { open }
  const foretold = await host.foretell()
  await host.work(actor, async (work) => {
    // Whoever pressed at the same moment is second, and nothing is done twice.
    if (!(await insertSaid(work.db, 'live', work.now, actorId(work), foretold))) return
    await saveSettings(work, CORE_SETTINGS.name, CORE_SETTINGS.settings, { 'clock.stopped': undefined })
  })
  return { open: [] }
}
