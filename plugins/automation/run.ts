/** Owns rules at work: woken by a fact or at their time, ticket by ticket, within their limits; and stopping what goes wrong. */
import { randomUUID } from 'node:crypto'
import {
  becauseOf,
  clockStopped,
  countMatching,
  databaseBrokeOff,
  findTicket,
  fillIn,
  listQueues,
  loadActor,
  matchingTickets,
  may,
  narrows,
  onTrial,
  prepareAct,
  reasonOf,
  Refusal,
  ruleRoom,
  system,
  tellStopped,
  tryOnMany,
  unitsAbove,
  whichMatch,
  type Actor,
  type Fact,
  type Host,
  type Id,
  type PersonActor,
  type RuleRoom,
  type Work,
} from '../../core/index.ts'
import { administersUnit } from '../../core/administration.ts'
import { ruleSubject, type Rule, type RuleAct, type StopReason } from './rule.ts'
import {
  beginRun,
  chainOf,
  countOnTicket,
  countWoken,
  findRule,
  forgetBefore,
  goOn,
  hasAnswered,
  noteAct,
  noteLook,
  openRun,
  putStopped,
  rulesOfFact,
  timedRules,
  unitsBelow,
  versionOf,
  type Did,
} from './rules.store.ts'
import { isDue } from './schedule.ts'
import type { AutomationSettings } from './settings.ts'
import type { WakingFact } from './wakes.ts'

export type AutomationHost = Host<AutomationSettings>

declare module 'pomoc' {
  interface Facts {
    /** A rule does nothing any more until somebody takes it up again. */
    'automation.stopped': { rule: Id; why: StopReason }
  }
}

/** Tickets of one step of a run; then others have their turn. */
const STEP = 500
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** A rule ready for work: who acts, and what is done to each ticket. */
interface Ready {
  rule: Rule
  actor: Actor
  doAll(work: Work, ticketId: Id): Promise<void>
}

/** Rules answer what happened to a ticket, one after the other by their names, each with the ticket as those before it left it. */
export async function wake(host: AutomationHost, fact: Fact<WakingFact>): Promise<void> {
  const { db } = host
  const rules = (await rulesOfFact(db, fact.name)).filter(({ validSince }) => validSince !== null && validSince <= fact.createdAt)
  if (rules.length === 0 || (await clockStopped(db))) return
  const ticket = await findTicket(db, fact.ticketId, null)
  if (!ticket || !(await host.active(ticket.unitId)) || toldTwice(fact, ticket.unitId)) return
  const [chain, above] = [await chainOf(db, fact.act), await unitsAbove(db, ticket.unitId)]
  // Whatever a rule did, and what others did because of it, wakes none of them.
  let left = rules.filter(({ id, unitId }) => !chain.includes(id) && (unitId === null || above.has(unitId)))
  while (left.length > 0) {
    const room = await roomNow(host)
    const met = new Set(await whichMatch(db, left.map(({ id, filter }) => ({ key: id, filter })), room, fact.ticketId)) // biome-ignore format: one question
    const next = left.findIndex(({ id }) => met.has(id))
    if (next < 0) return
    await answer(host, left[next]!, fact, chain)
    left = left.slice(next + 1)
  }
}

/** A move is told in both units: it is answered in the one where the ticket is now. */
const toldTwice = (fact: Fact<WakingFact>, unitId: Id): boolean =>
  fact.name === 'ticket.moved' && fact.unitId !== null && fact.unitId !== unitId

const roomNow = (host: AutomationHost): Promise<RuleRoom> => ruleRoom(host.db, { now: host.clock(), zone: host.config.zone })

async function answer(host: AutomationHost, rule: Rule, fact: Fact<WakingFact>, chain: readonly Id[]): Promise<void> {
  const { db } = host
  const { ticketId } = fact
  if (await hasAnswered(db, { ruleId: rule.id, ticketId, wokenBy: fact.act })) return
  const ready = await makeReady(host, rule)
  if (!ready) return
  if (ready.actor.kind === 'person' && !(await reads(host, ready.actor, ticketId))) return
  const now = host.clock()
  if (await loops(host, rule, ticketId, (await host.settings()).loops)) return
  const woken = await countWoken(db, rule.id, new Date(now.getTime() - HOUR_MS))
  if (woken >= rule.hourly) return stop(host, rule, 'hourly', String(woken))
  const run = await beginRun(db, { ruleId: rule.id, why: 'fact', fact: fact.name, at: now, meant: 1 })
  const outcome = await doTo(host, ready, { ruleId: rule.id, runId: run.id, ticketId, wokenBy: fact.act, chain })
  await goOn(db, run.id, counted([outcome]), { cursor: ticketId, endedAt: host.clock(), fault: outcome.fault ?? '' })
}

/** A rule that does something to one ticket again and again is stopped, whatever wakes it. `most`: how often within an hour it may. */
async function loops(host: AutomationHost, rule: Rule, ticketId: Id, most: number): Promise<boolean> {
  const times = await countOnTicket(host.db, rule.id, ticketId, new Date(host.clock().getTime() - HOUR_MS))
  if (times < most) return false
  await stop(host, rule, 'loops', (await findTicket(host.db, ticketId, null))?.number ?? ticketId)
  return true
}

async function reads(host: AutomationHost, actor: PersonActor, ticketId: Id): Promise<boolean> {
  const ticket = await findTicket(host.db, ticketId, actor.id)
  return ticket !== undefined && may(actor.access, 'ro', ticket.ties).allowed
}

interface Outcome {
  what: 'done' | 'same' | 'refused' | 'stopped'
  fault?: string
}
const counted = (outcomes: readonly Outcome[]) => {
  const count = (...what: Outcome['what'][]) => outcomes.filter((one) => what.includes(one.what)).length
  return { done: count('done'), same: count('same'), refused: count('refused', 'stopped') }
}

/** One ticket, in one transaction; whatever it was is kept, and what no rule should go on with stops it. */
async function doTo(host: AutomationHost, ready: Ready, did: Did): Promise<Outcome> {
  const { rule } = ready
  try {
    return { what: await host.work(ready.actor, (work) => doOnce(work, ready, did)) }
  } catch (error) {
    if (!(error instanceof Refusal)) {
      // While the database is away everything is tried again.
      if (databaseBrokeOff(error)) throw error
      host.log.error({ err: error, rule: rule.id, ticket: did.ticketId }, 'a rule failed')
      await stop(host, rule, 'fault', reasonOf(error))
      return { what: 'stopped', fault: reasonOf(error) }
    }
    // By now it is gone, or lies where the rule has no say.
    if (error.code === 'not-found') return { what: 'refused', fault: error.code }
    await noteAct({ db: host.db as never, act: randomUUID(), now: host.clock() }, { ...did, wokenBy: null }, error.code)
    if (error.code !== 'not-allowed') return { what: 'refused', fault: error.code }
    await stop(host, rule, 'rights', rule.editorName ?? '')
    return { what: 'stopped', fault: error.code }
  }
}

async function doOnce(work: Work, { rule, doAll }: Ready, did: Did): Promise<'done' | 'same'> {
  const before = await versionOf(work.db, did.ticketId)
  becauseOf(work, { step: 'rule', decided: 'done', rule: 'automation', detail: `„${rule.name}” (${rule.id})` })
  await doAll(work, did.ticketId)
  // Where everything stands as it shall there is nothing to tell of.
  if ((await versionOf(work.db, did.ticketId)) === before) return 'same'
  await noteAct(work, did)
  return 'done'
}

/** Who acts and how, looked up once for however many tickets. Undefined: the rule was stopped for it. */
async function makeReady(host: AutomationHost, rule: Rule): Promise<Ready | undefined> {
  const actor = await actorOf(host, rule)
  if (!actor) {
    await stop(host, rule, 'rights', rule.editorName ?? '')
    return undefined
  }
  try {
    return { rule, actor, doAll: await prepareAll(host, rule.acts) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    await stop(host, rule, 'unfit', `${error.code}${error.field ? ` (${error.field})` : ''}`)
    return undefined
  }
}

/** A unit's rule acts as the person who edited it last, while that person administers the unit; any other as the program. */
export async function actorOf(
  host: Pick<AutomationHost, 'db'>,
  { unitId, editedBy }: Pick<Rule, 'unitId' | 'editedBy'>,
): Promise<Actor | undefined> {
  if (unitId === null) return system('automation')
  const editor = editedBy === null ? undefined : await loadActor(host.db, editedBy)
  if (!editor?.access.agent) return undefined
  return editor.access.admin || (await administersUnit(host.db, editor.id, unitId)) ? editor : undefined
}

/** Errors: those of `prepareAct`. */
async function prepareAll(host: AutomationHost, acts: readonly RuleAct[]): Promise<Ready['doAll']> {
  const now = host.clock()
  const prepared = await Promise.all(
    acts.map(async ({ act, given }) => {
      const values = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, atLast(value, now)]))
      // Tags are filled in for each ticket, as it is when the act's turn comes.
      const { body } = values
      if (act !== 'note' || typeof body !== 'string') {
        const doIt = (await prepareAct({ db: host.db }, act, values)) as (work: Work, ticketId: Id) => Promise<unknown>
        return (work: Work, ticketId: Id) => doIt(work, ticketId)
      }
      await prepareAct({ db: host.db }, act, values)
      return async (work: Work, ticketId: Id) => {
        const ticket = await findTicket(work.db, ticketId, null)
        const text = ticket ? await fillIn(work, ticket, body) : body
        const doIt = (await prepareAct(work, act, { ...values, body: text })) as (work: Work, ticketId: Id) => Promise<unknown>
        return doIt(work, ticketId)
      }
    }),
  )
  return async (work, ticketId) => {
    for (const doIt of prepared) await doIt(work, ticketId)
  }
}

/** `{ in: minutes }` becomes the moment, cut to the minute as OTRS does. */
function atLast(value: unknown, now: Date): unknown {
  if (typeof value !== 'object' || value === null || !('in' in value) || typeof value.in !== 'number') return value
  const at = now.getTime() + value.in * 60_000
  return new Date(at - (at % 60_000))
}

/** Each minute: asks for a run of each rule that is due. */
export async function look(host: AutomationHost): Promise<void> {
  if (await clockStopped(host.db)) return
  const now = host.clock()
  for (const rule of await timedRules(host.db)) {
    const due = isDue(rule.wakes, { now, zone: host.config.zone, since: rule.validSince ?? now, looked: rule.lookedAt })
    if (!due) continue
    await noteLook(host.db, rule.id, now)
    await askRun(host, rule.id, 'time')
  }
}

/** One run of a rule at a time: while one is at work, or waits, no other is asked for. */
export const askRun = (host: Pick<AutomationHost, 'enqueue'>, rule: Id, why: 'time' | 'hand'): Promise<void> =>
  host.enqueue({ task: 'automation/run', payload: { rule, why }, key: `automation/run/${rule}`, unlessThere: true })

/**
 * Which tickets a rule may mean at all: in queues of units where automation is on – 'everywhere': or would be – and, a unit's, of that
 * unit and those below.
 */
export async function queuesOf(
  host: Pick<AutomationHost, 'db' | 'units'>,
  { unitId }: Pick<Rule, 'unitId'>,
  where: 'on' | 'everywhere' = 'on',
): Promise<Id[]> {
  const [queues, on, below] = await Promise.all([listQueues(host.db), host.units(), unitId === null ? null : unitsBelow(host.db, unitId)])
  const active = new Set(on)
  return queues
    .filter((queue) => (where === 'everywhere' || active.has(queue.unitId)) && (!below || below.has(queue.unitId)))
    .map(({ id }) => id)
}

const scopeOf = (within: readonly Id[], actor: Actor) => ({ within, ...(actor.kind === 'person' ? { access: actor.access } : {}) })

/**
 * A step of a run over all tickets that a rule means: begins one, or goes on where it was left, also after the program was killed.
 * Memory holds the ids of one step, however many tickets there are.
 */
export async function runRule(host: AutomationHost, ruleId: Id, why: 'time' | 'hand'): Promise<void> {
  const { db } = host
  const rule = await findRule(db, ruleId)
  if (!rule || (why === 'time' && (!rule.valid || rule.stoppedAt)) || (await clockStopped(db))) return
  const ready = narrows(rule.filter) ? await makeReady(host, rule) : undefined
  if (!ready) return
  const room = await roomNow(host)
  const scope = scopeOf(await queuesOf(host, rule), ready.actor)
  let run = await openRun(db, rule.id)
  if (!run) {
    const meant = await countMatching(db, rule.filter, room, { ...scope, cap: rule.most + 1 })
    run = await beginRun(db, { ruleId: rule.id, why, at: host.clock(), meant })
    if (meant > rule.most) {
      await goOn(db, run.id, counted([]), { endedAt: host.clock(), fault: 'too-many' })
      return stop(host, rule, 'too-many', `>${rule.most}`)
    }
  }
  const { loops: often } = await host.settings()
  const ids = await matchingTickets(db, rule.filter, room, { ...scope, after: run.cursor, limit: STEP })
  for (const ticketId of ids) {
    if (await loops(host, rule, ticketId, often)) return goOn(db, run.id, counted([]), { endedAt: host.clock(), fault: 'loops' })
    const outcome = await doTo(host, ready, { ruleId: rule.id, runId: run.id, ticketId, wokenBy: null, chain: [] })
    const ended = outcome.what === 'stopped' ? { endedAt: host.clock(), fault: outcome.fault ?? '' } : {}
    await goOn(db, run.id, counted([outcome]), { cursor: ticketId, ...ended })
    if (outcome.what === 'stopped') return
  }
  if (ids.length < STEP) await goOn(db, run.id, counted([]), { endedAt: host.clock() })
  else await host.enqueue({ task: 'automation/run', payload: { rule: rule.id, why: run.why }, key: `automation/run/${rule.id}` })
}

/** Stops a rule and tells so; somebody takes it up again. */
export async function stop(
  host: Pick<AutomationHost, 'work'>,
  rule: Pick<Rule, 'id' | 'unitId' | 'editedBy'>,
  why: StopReason,
  detail: string,
): Promise<void> {
  await host.work(system('automation'), async (work) => {
    if (!(await putStopped(work, rule.id, why, detail.slice(0, 500)))) return
    work.emit('automation.stopped', { ...(rule.unitId === null ? {} : { unitId: rule.unitId }), data: { rule: rule.id, why } })
    tellStopped(work, ruleSubject, rule.id, { unit: rule.unitId, why, detail, person: rule.editedBy })
  })
}

/** What would become of a ticket now. */
export interface Tried {
  ticketId: Id
  what: 'would' | 'same' | 'refused'
  refused?: Refusal
}

/** Tries a rule on the first tickets that it means, and takes all of it back. Errors: those of `prepareAct`. */
export async function tryRule(
  host: AutomationHost,
  rule: Pick<Rule, 'unitId' | 'filter' | 'acts'>,
  actor: Actor,
  most: number,
): Promise<{ tried: Tried[]; mailed: number; meant: number }> {
  const room = await roomNow(host)
  const scope = scopeOf(await queuesOf(host, rule), actor)
  const meant = await countMatching(host.db, rule.filter, room, { ...scope, cap: 10_001 })
  const ids = await matchingTickets(host.db, rule.filter, room, { ...scope, limit: most })
  const doAll = await prepareAll(host, rule.acts)
  const tried: Tried[] = []
  for (const ticketId of ids) {
    try {
      const same = await onTrial(host, actor, async (work) => {
        const before = await versionOf(work.db, ticketId)
        await doAll(work, ticketId)
        return (await versionOf(work.db, ticketId)) === before
      })
      tried.push({ ticketId, what: same ? 'same' : 'would' })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      tried.push({ ticketId, what: 'refused', refused: error })
    }
  }
  const { mailed } = await tryOnMany(host, actor, doAll, tried.filter(({ what }) => what === 'would').map(({ ticketId }) => ticketId)) // biome-ignore format: one question
  return { tried, mailed: mailed.length, meant }
}

/** Each night: what rules did is kept for some time. */
export async function tidy(host: AutomationHost): Promise<void> {
  const { days } = await host.settings()
  await forgetBefore(host.db, new Date(host.clock().getTime() - days * DAY_MS))
}
