/** Owns where what is asked on the portal goes, who answers it, and when it is taken up. */
import {
  calendarOfQueue,
  findQueue,
  findQueueByName,
  listTopics,
  listUnits,
  nameIn,
  readRouting,
  receive,
  receptionQueue,
  route,
  routeReason,
  sayReceipt,
  sayReceiptReason,
  senderOfQueue,
  settle,
  topicName,
  topicsOffered,
  type Calendar,
  type Host,
  type Id,
  type Language,
  type MailReason,
  type Queue,
} from '../../core/index.ts'
import { unitName } from './unit.store.ts'

export interface Reception {
  queue: Queue
  /** Name of the unit that answers. */
  unit: string
  /** The address one can write to instead. */
  address: string
  calendar: Calendar
  /** Why this queue; null: it is the portal's own. */
  reason: MailReason | null
}

/** What somebody asks about, and for which unit. */
export interface Asked {
  unitId: Id | null
  topicId: Id | null
}

/** What can be chosen in the form, and what is chosen. Without topics and opted-in units there is nothing to choose. */
export interface Choices extends Asked {
  units: { value: Id; label: string }[]
  topics: { value: Id; label: string }[]
}

/** Reads the form's `unit` and `topic`; what is not offered counts as not chosen. */
export async function readChoices(
  host: Host,
  own: Id | null,
  fields: { unit?: string | undefined; topic?: string | undefined },
  language: Language,
): Promise<Choices> {
  const { db, remembered } = host
  const [units, topics, table] = await remembered('what to ask about', () => Promise.all([listUnits(db), listTopics(db), readRouting(db)]))
  const named = (unit: { name: string; nameEn: string | null }) => nameIn(unit, language)
  const open = units.filter((unit) => unit.valid)
  const chosen = open.some((unit) => unit.id === fields.unit) ? fields.unit! : null
  const unitId = chosen ?? (open.some((unit) => unit.id === own) ? own : null)
  const offered = topicsOffered(topics, table.units, unitId)
  if (offered.length === 0 && table.routes.length === 0) return { unitId, topicId: null, units: [], topics: [] }
  return {
    unitId,
    topicId: offered.find((topic) => topic.id === fields.topic)?.id ?? null,
    units: open.map((unit) => ({ value: unit.id, label: `${'\u00a0'.repeat(unit.depth * 3)}${named(unit)}` })),
    topics: offered.map((topic) => ({ value: topic.id, label: topicName(topic, language) })),
  }
}

/** The queue that takes it by the units' routing; in the end the one of the setting, else the one that the site's address leads to. */
export function findReception(host: Host, queueName: string, language: Language, asked: Asked | null = null): Promise<Reception> {
  // Choices carry their lists along.
  const about = asked && { unitId: asked.unitId, topicId: asked.topicId }
  return host.remembered(`reception ${JSON.stringify([queueName, language, about])}`, () => readReception(host, queueName, language, about))
}

async function readReception({ db, config }: Host, queueName: string, language: Language, asked: Asked | null): Promise<Reception> {
  const named = queueName.trim() === '' ? undefined : await findQueueByName(db, queueName.trim())
  const fallback: Id = named?.valid ? named.id : await receptionQueue(db, config)
  const routed = asked && settle(route(await readRouting(db), asked.unitId, asked.topicId), fallback)
  const queueId = routed?.queueId ?? fallback
  const queue = await findQueue(db, queueId)
  if (!queue) throw new Error(`there is no queue ${queueId}`)
  const [unit, sender, calendar] = await Promise.all([
    unitName(db, queue.unitId, language),
    senderOfQueue(db, config, queue.id),
    calendarOfQueue(db, queue.id),
  ])
  return { queue, unit, address: sender.address, calendar, reason: routed && routeReason(routed, 'form') }
}

/** When something sent at `now` is taken up: null at once, else why not and when, as clauses. */
export function promise(calendar: Calendar, language: Language, now: Date): { reason: string; receipt: string } | null {
  const receipt = receive(calendar, now, language)
  if (receipt.receivedAt <= now) return null
  return { reason: sayReceiptReason(receipt, calendar, language, now), receipt: sayReceipt(receipt, calendar, language, now) }
}
