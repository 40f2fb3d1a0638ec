/** Owns fields: what an installation or a unit wants to know of a ticket besides what every ticket has; and which forms ask for them. */
import { sql, type Kysely } from 'kysely'
import { isId } from '../database/id.ts'
import type { Database, FieldObject, FieldUse, Id, Language } from '../database/schema.ts'
import { nameIn } from '../i18n/names.ts'
import { upWhere } from '../unit/tree.ts'
import { typeOf, type FieldType } from './types.ts'

/**
 * Where a form may ask for fields: acts of the desk by their names, and the portal. `portal-ticket` is no form: whether a customer
 * reads the value on the ticket's page.
 */
export const SCREENS = ['new', 'fields', 'note', 'reply', 'close', 'pend', 'move', 'portal', 'portal-ticket'] as const
export type Screen = (typeof SCREENS)[number]
export const isScreen = (name: string): name is Screen => (SCREENS as readonly string[]).includes(name)

/** What is said of a field's use. Null: in every queue, with every topic. */
export interface FieldRule {
  screen: Screen
  queueId: Id | null
  topicId: Id | null
  use: FieldUse
}

export interface Field {
  id: Id
  /** OTRS's: letters and digits, unique. */
  name: string
  label: string
  labelEn: string | null
  object: FieldObject
  type: string
  config: Record<string, unknown>
  /** It is for tickets in this unit's queues and those of the units below. */
  unitId: Id
  /** Of the program or a plugin. */
  internal: boolean
  sort: number
  valid: boolean
  offForNow: boolean
  /** `queueName`: of the rule's queue, whose full name says which queues lie below it. */
  rules: (FieldRule & { queueName: string | null })[]
}

export const fieldLabel = (field: Pick<Field, 'label' | 'labelEn'>, language: Language): string =>
  nameIn({ name: field.label, nameEn: field.labelEn }, language)

/** May people set it here? What other programs compute or look up is kept as they left it. */
export const isNative = (field: Pick<Field, 'type'>): boolean => typeOf(field.type).control !== null
export const typeOfField = (field: Pick<Field, 'type'>): FieldType => typeOf(field.type)

const RULES = sql`coalesce((select json_agg(json_build_object('screen', u.screen, 'queueId', u.queue_id::text, 'queueName', q.name,
    'topicId', u.topic_id::text, 'use', u.use) order by u.screen, q.name nulls first, u.topic_id nulls first)
  from field_use u left join queue q on q.id = u.queue_id where u.field_id = f.id), '[]')`
/** Of `field f`. */
export const FIELD_COLUMNS = sql`f.id::text, f.name, f.label, f.label_en as "labelEn", f.object, f.type, f.config, f.unit_id::text as "unitId",
  f.internal, f.sort, f.valid, f.off_for_now as "offForNow", ${RULES} as rules`

/** All of one kind of object, those out of use included, in the order in which forms ask for them. */
export async function listFields(db: Kysely<Database>, object?: FieldObject): Promise<Field[]> {
  const { rows } = await sql<Field>`select ${FIELD_COLUMNS} from field f ${object === undefined ? sql`` : sql`where f.object = ${object}`}
    order by f.sort, f.name`.execute(db)
  return rows
}

export async function findField(db: Kysely<Database>, id: Id): Promise<Field | undefined> {
  if (!isId(id)) return undefined
  const { rows } = await sql<Field>`select ${FIELD_COLUMNS} from field f where f.id = ${id}`.execute(db)
  return rows[0]
}

/** Where a ticket lies, or is to be made. */
export interface FieldPlace {
  queueId: Id
  topicId?: Id | null | undefined
}

/** A field that a form asks for. */
export interface Asked {
  field: Field
  required: boolean
}

/** What holds where nothing is said: an act of its own offers every field, other forms ask for none. */
const UNSAID: Partial<Record<Screen, FieldUse>> = { fields: 'optional' }

/**
 * Whether a form asks for the field: the nearest rule counts – that of the ticket's queue, then of the queues above it, then of all;
 * of each the one for the ticket's topic first. What customers are asked they may read again, unless a rule says otherwise.
 */
export function useOf(
  field: Pick<Field, 'rules'>,
  screen: Screen,
  place: { queueName: string; topicId?: Id | null | undefined },
): FieldUse {
  const near = field.rules
    .filter(
      (rule) =>
        rule.screen === screen &&
        (rule.queueName === null || place.queueName === rule.queueName || place.queueName.startsWith(`${rule.queueName}::`)) &&
        (rule.topicId === null || rule.topicId === (place.topicId ?? null)),
    )
    .toSorted(
      (a, b) => (b.queueName?.length ?? -1) - (a.queueName?.length ?? -1) || Number(b.topicId !== null) - Number(a.topicId !== null),
    )[0]
  if (near) return near.use
  return screen === 'portal-ticket' ? useOf(field, 'portal', place) : (UNSAID[screen] ?? 'off')
}

/** Fields in use that are for tickets of a queue: those of its unit and of the units above. One statement. */
export async function fieldsOfQueue(db: Kysely<Database>, queueId: Id): Promise<{ queueName: string; fields: Field[] }> {
  const { rows } = await sql<Field & { queueName: string }>`
    with recursive place as (select name, unit_id from queue where id = ${queueId}), ${upWhere(sql`id = (select unit_id from place)`)}
    select ${FIELD_COLUMNS}, place.name as "queueName" from field f, place
    where f.object = 'ticket' and f.valid and f.unit_id in (select id from up) order by f.sort, f.name`.execute(db)
  return { queueName: rows[0]?.queueName ?? '', fields: rows }
}

/** What a form asks for on a ticket that is there; nothing where there is no such ticket. One statement. */
export async function fieldsAskedOf(db: Kysely<Database>, screen: Screen, ticketId: Id): Promise<Asked[]> {
  const { rows } = await sql<Field & { queueName: string; topicId: Id | null }>`
    with recursive place as (select q.name, q.unit_id, t.topic_id from ticket t join queue q on q.id = t.queue_id where t.id = ${ticketId}),
      ${upWhere(sql`id = (select unit_id from place)`)}
    select ${FIELD_COLUMNS}, place.name as "queueName", place.topic_id::text as "topicId" from field f, place
    where f.object = 'ticket' and f.valid and f.unit_id in (select id from up) order by f.sort, f.name`.execute(db)
  return rows[0] ? askedOn(rows, screen, rows[0]) : []
}

/** What the forms of some screens ask for here, in order. */
export async function fieldsAsked<S extends Screen>(
  db: Kysely<Database>,
  screens: readonly S[],
  { queueId, topicId }: FieldPlace,
): Promise<Record<S, Asked[]>> {
  const { queueName, fields } = await fieldsOfQueue(db, queueId)
  return Object.fromEntries(screens.map((screen) => [screen, askedOn(fields, screen, { queueName, topicId })])) as Record<S, Asked[]>
}

export const askedOn = (fields: readonly Field[], screen: Screen, place: { queueName: string; topicId?: Id | null | undefined }): Asked[] =>
  fields.filter(isNative).flatMap((field) => {
    const use = useOf(field, screen, place)
    return use === 'off' ? [] : [{ field, required: use === 'required' }]
  })
