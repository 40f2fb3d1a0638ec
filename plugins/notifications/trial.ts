/** Owns the trial: who would have got what of what happened on a day, and who not, if these notifications had been on. Nothing is written. */
import { DateTime } from 'luxon'
import {
  EVENT_FACTS,
  factsBetween,
  findTicket,
  listUnits,
  possibleEvents,
  type EventFact,
  type EventName,
  type Fact,
  type Id,
} from '../../core/index.ts'
import { unitsBelow } from '../../core/administration.ts'
import type { Notification } from './notifications.ts'
import type { Outcome } from './outcomes.ts'
import { plan, type Room } from './plan.ts'
import type { Way } from './tables.ts'

export interface TrialWish {
  notifications: readonly Notification[]
  /** 'yyyy-MM-dd' in the installation's zone. */
  day: string
  /** Tickets that lie in this unit or below it alone. */
  within?: Id | undefined
  /** Facts behind this one: where a trial before this one ended. */
  after?: Id | undefined
}

export interface Would {
  personId: Id | null
  /** Known where it is no person's. */
  address: string | null
  way: Way | null
  outcome: Outcome
  notificationId: Id
  event: EventName
  ticketId: Id
  number: string
}

export interface Trial {
  /** How many facts about tickets from here were looked at. */
  facts: number
  would: Would[]
  /** More happened on that day: a further trial goes on behind this fact. */
  after: Id | null
}

/** One page waits for it: so many facts, and so long, at most. */
const MOST_FACTS = 1000
const MOST_MS = 8000

/** Yesterday in the installation's zone, as 'yyyy-MM-dd'. */
export const yesterday = ({ config, clock }: Pick<Room, 'config' | 'clock'>): string =>
  DateTime.fromJSDate(clock(), { zone: config.zone }).minus({ days: 1 }).toFormat('yyyy-MM-dd')

export async function tryDay(host: Room, { notifications, day, within, after }: TrialWish): Promise<Trial> {
  const start = DateTime.fromFormat(day, 'yyyy-MM-dd', { zone: host.config.zone })
  const events = new Set<string>(notifications.flatMap(({ rule }) => rule.events))
  const ofFields = [...events].some((event) => event.startsWith('TicketDynamicFieldUpdate_'))
  // A fact that none of them speaks of need not be looked at.
  const names = EVENT_FACTS.filter(
    (name) => possibleEvents(name).some((event) => events.has(event)) || (ofFields && name === 'ticket.fields-changed'),
  )
  const facts = await factsBetween(host.db, {
    names,
    from: start.toJSDate(),
    until: start.plus({ days: 1 }).toJSDate(),
    ...(after ? { after } : {}),
    limit: MOST_FACTS,
  })
  const units = await listUnits(host.db)
  const below = (unitId: Id) => unitsBelow(units, unitId)
  const began = performance.now()
  const trial: Trial = { facts: 0, would: [], after: null }
  for (const [n, fact] of facts.entries()) {
    if (performance.now() - began > MOST_MS) return { ...trial, after: facts[n - 1]?.id ?? null }
    // What notifications did themselves wakes none.
    if (fact.plugin === 'notifications') continue
    const ticket = await findTicket(host.db, fact.ticketId!, null)
    if (!ticket || (within !== undefined && !below(within).has(ticket.unitId))) continue
    trial.facts++
    const own = notifications.filter(({ unitId }) => unitId === null || below(unitId).has(ticket.unitId))
    const planned = own.length > 0 ? await plan(fact as Fact<EventFact>, host, own) : undefined
    for (const { notification, event, agents, outside } of planned?.planned ?? [])
      for (const one of [...agents, ...outside])
        trial.would.push({
          personId: one.personId,
          address: 'address' in one ? one.address : null,
          way: 'way' in one ? one.way : one.outcome === 'told' ? 'mail' : null,
          outcome: one.outcome,
          notificationId: notification.id,
          event,
          ticketId: ticket.id,
          number: ticket.number,
        })
  }
  return { ...trial, after: facts.length === MOST_FACTS ? facts.at(-1)!.id : null }
}
