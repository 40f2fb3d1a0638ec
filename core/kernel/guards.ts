/** Owns guards: plugins' word on an act before it is done, in the same transaction, each in a savepoint of its own. */
import type { Id, StateType } from '../database/schema.ts'
import { sayText } from '../i18n/texts.ts'
import { refused } from '../errors.ts'
import { languageFor } from '../i18n/languages.ts'
import type { NewArticle, Ticket } from '../ticket/ticket.ts'
import type { Here } from './contract.ts'
import { PluginFault, notTheirs, type Gate } from './gate.ts'
import type { AnyPlugin } from '../run/load-plugins.ts'
import type { Setting } from './settings/settings.ts'
import { inPlugin, isWithin, type Work } from './work.ts'

/** Every act that a guard may refuse, and what it is told of it. */
export interface GuardChanges {
  'ticket.create': {
    queueId: Id
    unitId: Id
    title: string
    customerId: Id | null
    ownerId: Id | null
    state: { name: string; type: StateType }
    article: Readonly<NewArticle>
  }
  'ticket.state-change': { ticket: Readonly<Ticket>; to: { id: Id; name: string; type: StateType }; pendingUntil: Date | null }
  'ticket.move': { ticket: Readonly<Ticket>; to: { queueId: Id; queueName: string; unitId: Id } }
  'ticket.owner-change': { ticket: Readonly<Ticket>; to: Id | null }
  /** `ticket` is null for the first article of a ticket that is being made. Automatic answers and delivery reports are not asked about. */
  'article.create': { ticket: Readonly<Ticket> | null; queueId: Id; unitId: Id; article: Readonly<NewArticle> }
}
export type GuardName = keyof GuardChanges & string

/** All of them, for the check at load and the list of what is loaded. */
export const GUARDS: readonly GuardName[] = ['ticket.create', 'ticket.state-change', 'ticket.move', 'ticket.owner-change', 'article.create']

export interface Guard<G extends GuardName = GuardName, S extends Record<string, Setting> = Record<string, Setting>> {
  /** What happens to the act when this guard fails. A suspended guard is not asked: it stops nobody. */
  onFault: 'allow' | 'refuse'
  /** Undefined: it may go on. `refuse`: a key of the plugin's texts, or the words themselves. Reads and writes only through `work`. */
  check(change: GuardChanges[G], work: Work, here: Here<S>): Refuse | undefined | Promise<Refuse | undefined>
}
export interface Refuse {
  refuse: string
}
export type Guards<S extends Record<string, Setting>> = { [G in GuardName]?: Guard<G, S> }

export type AskGuards = <G extends GuardName>(work: Work, guard: G, unitIds: readonly Id[], change: GuardChanges[G]) => Promise<void>

export function makeGuards(room: {
  plugins: readonly AnyPlugin[]
  gate: Gate
  limitMs: number
  here(plugin: AnyPlugin, unitId: Id, work: Work): Here
}): AskGuards {
  return async (work, name, unitIds, change) => {
    for (const plugin of room.plugins) {
      const guard = plugin.guards?.[name] as Guard | undefined
      if (!guard || isWithin(work, plugin.name)) continue
      const unitId = await firstOn(work, plugin.name, unitIds)
      if (unitId === undefined) continue
      const reason = await ask(work, plugin, guard, name, unitId, change)
      if (reason !== undefined) throw refused('plugin.refused', { reason, plugin: plugin.name })
    }
  }

  /** The reason against the act, if there is one. */
  async function ask(
    work: Work,
    plugin: AnyPlugin,
    guard: Guard,
    name: GuardName,
    unitId: Id,
    change: GuardChanges[GuardName],
  ): Promise<string | undefined> {
    const call = { plugin: plugin.name, kind: 'guard' as const, name, unitId }
    try {
      const answer = await inPlugin(work, plugin.name, room.limitMs, (lent) =>
        room.gate.call(call, async () => checked(await guard.check(change as never, lent, room.here(plugin, unitId, lent)))),
      )
      return answer && inWords(plugin, answer.refuse, work)
    } catch (error) {
      if (notTheirs(error)) throw error
      if (!(error instanceof PluginFault)) room.gate.tell(call, error)
      if (guard.onFault === 'refuse') throw refused('plugin.silent', { plugin: plugin.name })
      return undefined
    }
  }
}

async function firstOn(work: Work, plugin: string, unitIds: readonly Id[]): Promise<Id | undefined> {
  for (const unitId of unitIds) if ((await work.pluginsOn(unitId)).has(plugin)) return unitId
  return undefined
}

function checked(answer: unknown): Refuse | undefined {
  if (answer === undefined || answer === null) return undefined
  const { refuse } = answer as { refuse?: unknown }
  if (typeof refuse === 'string' && refuse.trim() !== '') return { refuse }
  throw new Error("a guard answers nothing, or { refuse: 'why' }")
}

const languageOf = (work: Work) => languageFor(work.config, work.actor.kind === 'person' ? work.actor.language : null)

function inWords(plugin: AnyPlugin, reason: string, work: Work): string {
  return sayText(plugin.texts, languageOf(work), reason) ?? reason
}
