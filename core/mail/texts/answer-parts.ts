/** Owns salutations and signatures: texts that stand around an agent's answer, chosen by queue, filled in for its ticket. */
import { sql, type Kysely } from 'kysely'
import { recordChange } from '../../audit/change.ts'
import { pageAt, type CoreSubject } from '../../audit/subject.ts'
import type { Database, Id } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import { demandName, isId } from '../../kernel/input.ts'
import type { Work } from '../../kernel/work.ts'
import { demandAdmin } from '../../permission/policy.ts'
import type { Ticket } from '../../ticket/ticket.ts'
import { demandKnownTags } from './smart-tags.ts'
import { fillIn, fillInNew, type TextRoom } from './text-preview.ts'

export const PART_KINDS = ['salutation', 'signature'] as const
export type PartKind = (typeof PART_KINDS)[number]
export const PART_LENGTH = 5000

export interface AnswerPart {
  id: Id
  name: string
  body: string
  valid: boolean
  /** Queues in use that chose it. */
  queues: string[]
}

export interface PartForm {
  name: string
  body: string
  valid: boolean
}

export async function listParts(db: Kysely<Database>, kind: PartKind, id?: Id): Promise<AnswerPart[]> {
  let query = db
    .selectFrom(`${kind} as p`)
    .select([
      'p.id',
      'p.name',
      'p.body',
      'p.valid',
      sql<string[]>`array(select q.name from queue q where ${sql.ref(`q.${kind}_id`)} = p.id and q.valid order by q.name)`.as('queues'),
    ])
  if (id !== undefined) query = query.where('p.id', '=', id)
  return query.orderBy(sql`p.name collate "pl-x-icu"`).execute()
}

export async function findPart(db: Kysely<Database>, kind: PartKind, id: Id): Promise<AnswerPart | undefined> {
  return isId(id) ? (await listParts(db, kind, id))[0] : undefined
}

/** Makes one. Errors: `part.name-taken`, `required`, `too-long`, `text.unknown-tag` at 'body'. */
export async function createPart(work: Work, kind: PartKind, form: PartForm): Promise<Id> {
  demandAdmin(work.actor)
  const values = await checked(work, kind, form, null)
  const { id } = await work.db.insertInto(kind).values(values).returning('id').executeTakeFirstOrThrow()
  recordChange(work, partSubjects[kind], id, null, values)
  return id
}

/** Changes one; what a queue uses cannot be switched off (`part.in-use`). */
export async function editPart(work: Work, kind: PartKind, id: Id, form: PartForm): Promise<void> {
  demandAdmin(work.actor)
  const before = await findPart(work.db, kind, id)
  if (!before) throw refused('not-found')
  const values = await checked(work, kind, form, id)
  if (!values.valid && before.queues.length > 0) throw refused('part.in-use', { where: before.queues.join(', ') }, 'valid')
  await work.db.updateTable(kind).set(values).where('id', '=', id).execute()
  recordChange(work, partSubjects[kind], id, { name: before.name, body: before.body, valid: before.valid }, values)
}

async function checked(work: Work, kind: PartKind, form: PartForm, id: Id | null): Promise<PartForm> {
  const name = demandName(form.name, 'name')
  const same = await work.db.selectFrom(kind).select('id').where(sql`lower(name)`, '=', name.toLowerCase()).executeTakeFirst()
  if (same && same.id !== id) throw refused('part.name-taken', {}, 'name')
  return { name, body: checkBody(form.body, PART_LENGTH), valid: form.valid }
}

/** A text with tags, as it may be stored. */
export function checkBody(given: string, limit: number): string {
  const body = given.replaceAll('\u0000', '').trim()
  if (body === '') throw refused('required', {}, 'body')
  if (body.length > limit) throw refused('too-long', { limit }, 'body')
  demandKnownTags(body, 'body')
  return body
}

/** What a queue has chosen, for its form; null: nothing (for the signature: the queue's own words, where it has some). */
export async function partsOfQueue(db: Kysely<Database>, queueId: Id): Promise<Record<PartKind, Id | null>> {
  const row = await db.selectFrom('queue').select(['salutation_id', 'signature_id']).where('id', '=', queueId).executeTakeFirst()
  return { salutation: row?.salutation_id ?? null, signature: row?.signature_id ?? null }
}

export async function setQueueParts(work: Work, queueId: Id, chosen: Record<PartKind, Id | null>): Promise<void> {
  demandAdmin(work.actor)
  const there = isId(queueId) && (await work.db.selectFrom('queue').select('id').where('id', '=', queueId).forUpdate().executeTakeFirst())
  if (!there) throw refused('not-found')
  for (const kind of PART_KINDS) {
    const id = chosen[kind]
    if (id === null) continue
    const part = isId(id) && (await work.db.selectFrom(kind).select('valid').where('id', '=', id).forShare().executeTakeFirst())
    if (!part || !part.valid) throw refused('choice-gone', {}, kind)
  }
  const before = await partsOfQueue(work.db, queueId)
  await work.db
    .updateTable('queue')
    .set({ salutation_id: chosen.salutation, signature_id: chosen.signature })
    .where('id', '=', queueId)
    .execute()
  recordChange(work, queuePartsSubject, queueId, before, chosen)
}

/**
 * Salutation and signature of a ticket's queue, their tags filled in; '' where there is none. A chosen signature wins over the queue's own words. `remembered`:
 * where the words may be as of a moment ago, as on a page.
 */
export async function partsForTicket(
  room: TextRoom,
  ticket: Ticket,
  remembered: Work['remembered'] = (_key, read) => read(),
): Promise<Record<PartKind, string>> {
  const { salutation, signature } = await remembered(`words of ${ticket.queueId}`, () => wordsOfQueue(room.db, ticket.queueId))
  return {
    salutation: salutation === '' ? '' : await fillIn(room, ticket, salutation),
    signature: signature === '' ? '' : await fillIn(room, ticket, signature),
  }
}

/** The signature for a ticket that is being written in a queue. */
export async function signatureForNew(room: TextRoom, queueId: Id, title: string): Promise<string> {
  const { signature } = await wordsOfQueue(room.db, queueId)
  return signature === '' ? '' : fillInNew(room, queueId, title, signature)
}

async function wordsOfQueue(db: Kysely<Database>, queueId: Id): Promise<Record<PartKind, string>> {
  const row = await db
    .selectFrom('queue as q')
    .leftJoin('salutation as h', 'h.id', 'q.salutation_id')
    .leftJoin('signature as s', 's.id', 'q.signature_id')
    .select(['h.body as salutation', (eb) => eb.fn.coalesce('s.body', 'q.signature').as('signature')])
    .where('q.id', '=', queueId)
    .executeTakeFirst()
  return { salutation: row?.salutation ?? '', signature: row?.signature.trim() ?? '' }
}

const partSubject = (kind: PartKind): CoreSubject<PartForm, PartForm> => ({
  type: kind,
  right: 'installation',
  lies: null,
  words: `subject.${kind}`,
  named: kind,
  seen: pageAt(`/admin/answers/${kind}s`),
  fields: { name: { words: 'field.name' }, body: { words: 'field.body' }, valid: { words: 'field.valid', as: 'yes-no' } },
  way: {
    read: (db, id) => db.selectFrom(kind).select(['name', 'body', 'valid']).where('id', '=', id).forUpdate().executeTakeFirst(),
    form: ({ name, body, valid }) => ({ name, body, valid }),
    put: (work, id, form) => editPart(work, kind, id, form),
  },
})
export const partSubjects: Record<PartKind, CoreSubject<PartForm, PartForm>> = {
  salutation: partSubject('salutation'),
  signature: partSubject('signature'),
}

/** What a queue has chosen; it stands among the queue's automatic answers in the log. */
export const queuePartsSubject: CoreSubject<Record<PartKind, Id | null>, Record<PartKind, Id | null>> = {
  type: 'queue text',
  fits: ({ before, after }) => PART_KINDS.some((kind) => kind in { ...before, ...after }),
  right: 'installation',
  lies: 'queue',
  words: 'subject.queue-parts',
  named: 'queue',
  seen: pageAt('/admin/queues'),
  fields: { salutation: { words: 'field.salutation', as: 'salutation' }, signature: { words: 'field.signature', as: 'signature' } },
  way: {
    read: partsOfQueue,
    form: ({ salutation, signature }) => ({ salutation, signature }),
    put: setQueueParts,
  },
}
