/** Owns which tickets the condition in a notification's form means now, here. */
import {
  countMatching,
  MOST_COUNTED,
  listQueues,
  listUnits,
  matchingTickets,
  narrows,
  readRuleForm,
  Refusal,
  ruleRoom,
  seeTicket,
  type Id,
  type RuleFilter,
  type Ticket,
} from '../../../core/index.ts'
import { unitsBelow } from '../../../core/administration.ts'
import type { Meaning } from '../../../core/pages.ts'
import type { Place } from './place.ts'

/** Queues of tickets that a unit's notifications may speak of; undefined: all. */
export async function within({ host, unitId }: Place): Promise<Id[] | undefined> {
  if (unitId === null) return undefined
  const [queues, units] = await Promise.all([listQueues(host.db), listUnits(host.db)])
  const below = unitsBelow(units, unitId)
  return queues.filter((queue) => below.has(queue.unitId)).map(({ id }) => id)
}

export async function meaningOf(place: Place, values: Readonly<Record<string, string>>): Promise<Meaning> {
  const { host } = place
  const filter = readOrNot(values)
  if (!filter) return { count: undefined, most: MOST_COUNTED }
  const queues = await within(place)
  if (!queues && !narrows(filter)) return { count: 0, most: MOST_COUNTED, all: true }
  const room = await ruleRoom(host.db, { now: host.clock(), zone: host.config.zone })
  return { count: await countMatching(host.db, filter, room, queues ? { within: queues } : {}), most: MOST_COUNTED }
}

/** A condition that cannot be read yet is none. */
function readOrNot(values: Readonly<Record<string, string>>): RuleFilter | undefined {
  try {
    return readRuleForm(values)
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

export const MOST_SHOWN = 25

/** Of the tickets meant those that the reader sees too, the newest first. */
export async function ticketsMeant(place: Place, filter: RuleFilter): Promise<Ticket[]> {
  const { host, actor } = place
  const queues = await within(place)
  const room = await ruleRoom(host.db, { now: host.clock(), zone: host.config.zone })
  const ids = await matchingTickets(host.db, filter, room, {
    access: actor.access,
    limit: MOST_SHOWN,
    ...(queues ? { within: queues } : {}),
  })
  return Promise.all(ids.map((id) => seeTicket(host.db, actor.access, id, 'ro')))
}
