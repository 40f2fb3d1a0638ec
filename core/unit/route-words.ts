/** Owns saying why routing chose a queue: each unit on the way, in a sentence of its own. */
import type { Kysely } from 'kysely'
import type { Database, Id, Language, RouteWhy } from '../database/schema.ts'
import { nameIn } from '../i18n/names.ts'
import { defineTexts, type Text } from '../i18n/texts.ts'
import { listTopics, topicName } from './topics.ts'
import { listUnits } from './units.ts'

const pl = {
  'route.no-unit': 'Nie znamy jednostki zgłaszającego, więc pytamy od razu jednostkę centralną.',
  'route.about': 'Sprawa: {topic}.',
  'route.no-topic': 'Zgłoszenie nie ma wybranej sprawy.',
  'route.taken': '„{unit}” odpowiada w tej sprawie.',
  'route.takes-all': '„{unit}” bierze wszystko, dla czego nie ma osobnej kolejki.',
  'route.not-opted-in': '„{unit}” nie prowadzi zgłoszeń sama, więc pytamy jednostkę nad nią.',
  'route.not-taken': '„{unit}” nie wzięła tej sprawy, więc pytamy jednostkę nad nią.',
  'route.root-not-taken': '„{unit}” nie ma dla tej sprawy osobnej kolejki.',
  'route.ends': 'Odpowiada więc kolejka „{queue}”.',
} satisfies Record<string, Text>

const en: Record<keyof typeof pl, Text> = {
  'route.no-unit': 'We do not know the customer’s unit, so central IT is asked at once.',
  'route.about': 'Topic: {topic}.',
  'route.no-topic': 'The ticket has no topic.',
  'route.taken': '“{unit}” answers in this matter.',
  'route.takes-all': '“{unit}” takes everything it has no other queue for.',
  'route.not-opted-in': '“{unit}” does not run its tickets, so the unit above it is asked.',
  'route.not-taken': '“{unit}” has not taken this topic, so the unit above it is asked.',
  'route.root-not-taken': '“{unit}” has no queue of its own for this topic.',
  'route.ends': 'So the queue “{queue}” answers.',
}

export const routeTexts = defineTexts(pl, en)

/** The way, from the customer's unit to the queue. */
export async function sayRoute(db: Kysely<Database>, why: RouteWhy, queueId: Id, language: Language): Promise<string[]> {
  const [units, topics, queue] = await Promise.all([
    listUnits(db),
    listTopics(db),
    db.selectFrom('queue').select('name').where('id', '=', queueId).executeTakeFirst(),
  ])
  const t = routeTexts.in(language)
  const topic = topics.find((one) => one.id === why.topicId)
  const unitName = (id: Id) => {
    const unit = units.find((one) => one.id === id)
    return unit ? nameIn(unit, language) : `#${id}`
  }
  const rootId = units.find((unit) => unit.parentId === null)?.id
  return [
    topic ? t('route.about', { topic: topicName(topic, language) }) : t('route.no-topic'),
    ...(why.unitId === null ? [t('route.no-unit')] : []),
    ...why.via.map(({ unitId, said }) =>
      t(said === 'not-taken' && unitId === rootId ? 'route.root-not-taken' : `route.${said}`, { unit: unitName(unitId) }),
    ),
    t('route.ends', { queue: queue?.name.replaceAll('::', ' · ') ?? `#${queueId}` }),
  ]
}

export interface StoredRoute {
  at: Date
  queueId: Id
  rule: string
  why: RouteWhy
}

/** Each decision of routing that a ticket keeps: at its making, and whenever routing moved it. Oldest first. */
export async function routesOfTicket(db: Kysely<Database>, ticketId: Id): Promise<StoredRoute[]> {
  const rows = await db
    .selectFrom('history')
    .select(['reason', 'created_at as at'])
    .where('ticket_id', '=', ticketId)
    .where('type', 'in', ['NewTicket', 'Move'])
    .where('reason', 'is not', null)
    .orderBy('id')
    .execute()
  return rows.flatMap(({ reason, at }) =>
    (Array.isArray(reason) ? (reason as { decided: Id; rule: string; route?: RouteWhy }[]) : []).flatMap(({ decided, rule, route }) =>
      route ? [{ at, queueId: decided, rule, why: route }] : [],
    ),
  )
}
